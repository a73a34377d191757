/* A few nodes in one process. */
#include "config.h"

#include "tests/util/world.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "tests/util/tap.h"

static void
expect_ok(enum err err, const struct error *e)
{
    if (err != OK)
        fail_msg("%s: %s", err_name(err), e->text);
}

static const char *next_place;

void
node_place(const char *path)
{
    next_place = path;
}

static void
node_begin(struct node *n, unsigned seed)
{
    uint8_t random[64];
    struct error e = {0};

    memset(random, (int) seed, sizeof random);
    random[0] = (uint8_t) (seed >> 8);
    *n = (struct node){.now_s = 1750000000, .random = seed * 1000ULL};
    arena_init(&n->arena, 256u << 20);
    expect_ok(protocol_init(&e), &e);
    expect_ok(identity_init(&n->me, random, &e), &e);
    expect_ok(store_open(next_place != NULL ? next_place : ":memory:", STORE_CREATE, &n->s, &e), &e);
    next_place = NULL;
}

static void
commit(struct node *n)
{
    struct error e = {0};

    expect_ok(submit_sign(n->s, &n->me, &e), &e);
    expect_ok(store_commit(n->s, &e), &e);
}

void
node_found(struct node *n, unsigned seed, const char *name, const char *kind)
{
    struct enrol_unit unit = {.name = name, .kind = kind, .node = "commune"};
    uint8_t random[3 * UNIT_ROOT_BYTES];
    struct error e = {0};

    node_begin(n, seed);
    for (size_t i = 0; i < sizeof random; i++)
        random[i] = (uint8_t) (seed * 7 + i);
    expect_ok(store_begin(n->s, &e), &e);
    expect_ok(enrol_store(n->s, "commune", random, &e), &e);
    expect_ok(enrol_found(n->s, &n->me, &unit, random, n->now_s, &e), &e);
    commit(n);
}

/* The invitation's way from inviter to joiner and back, without a link. */
static void
join(struct node *n, struct node *inviter, enum invite_kind kind, const char *unit_name)
{
    struct enrol_invitation invite = {.kind = kind, .unit_name = unit_name,
                                      .expires_s = inviter->now_s + 86400,
                                      .random_epoch = inviter->random++};
    struct enrol_join present = {.secret = {(uint8_t) inviter->random, 1, 2, 3}};
    struct enrol_welcome welcome;
    struct error e = {0};

    expect_ok(store_begin(inviter->s, &e), &e);
    expect_ok(enrol_invite(inviter->s, &inviter->me, &invite, present.secret, 0, inviter->now_s, &e), &e);
    commit(inviter);
    expect_ok(enrol_present(n->s, &n->me, kind == INVITE_COMMUNE, &present, &e), &e);
    expect_ok(store_begin(inviter->s, &e), &e);
    expect_ok(enrol_accept(inviter->s, &inviter->me, &present, inviter->random++, inviter->now_s, &welcome,
                           &e),
              &e);
    commit(inviter);
    expect_ok(store_begin(n->s, &e), &e);
    expect_ok(enrol_joined(n->s, &n->me, &welcome, "127.0.0.1:1", &e), &e);
    commit(n);
}

void
node_enrol(struct node *n, unsigned seed, struct node *inviter, enum invite_kind kind,
           const char *unit_name)
{
    uint8_t random[STORE_ID_BYTES];
    struct error e = {0};

    node_begin(n, seed);
    memset(random, (int) seed, sizeof random);
    expect_ok(store_begin(n->s, &e), &e);
    expect_ok(enrol_store(n->s, "laptop", random, &e), &e);
    commit(n);
    join(n, inviter, kind, unit_name);
}

void
node_adopt(struct node *child, struct node *parent)
{
    struct error e = {0};

    expect_ok(store_begin(child->s, &e), &e);
    expect_ok(enrol_adopt(child->s, &child->me, parent->me.sign.public_key, "parent", child->random++,
                          child->now_s, &e),
              &e);
    commit(child);
    join(child, parent, INVITE_COMMUNE, "child");
}

void
node_release(struct node *n)
{
    store_close(n->s);
    identity_release(&n->me);
    arena_release(&n->arena);
}

/* One log: runs that end at a kept signature, verified on arrival. */
static uint64_t
send_log(struct node *from, struct node *to, const struct log_row *log)
{
    struct log_row theirs;
    struct error e = {0};
    uint64_t stored = 0;

    expect_ok(log_add(to->s, &log->name, false, &theirs, &e), &e);
    while (theirs.received_seq < log_shown_seq(log)) {
        struct run run = {.id = log->name, .first_seq = theirs.received_seq + 1};
        struct verified_run *verified;
        struct ingest_result result;
        struct hash previous;
        struct buf items;

        buf_init(&items, RUN_BYTES_MAX);
        expect_ok(signature_at_or_after(from->s, log->id, run.first_seq, &run.last_seq, run.signature, &e),
                  &e);
        expect_ok(log_read_items(from->s, log->id, run.first_seq, run.last_seq, RUN_BYTES_MAX, &items,
                                 &run.last_seq, &e),
                  &e);
        run.items = items.bytes;
        run.items_size = items.size;
        if (theirs.received_seq == 0)
            chain_start(&log->name, &previous);
        else
            previous = theirs.received_hash;
        expect_ok(run_verify(&run, &previous, &verified, &e), &e);
        expect_ok(ingest_run(to->s, verified, &result, &e), &e);
        stored += result.stored;
        verified_run_free(verified);
        buf_release(&items);
        expect_ok(log_get(to->s, theirs.id, &theirs, &e), &e);
    }
    return stored;
}

uint64_t
node_send(struct node *from, struct node *to)
{
    struct space_row *spaces;
    struct arena a;
    struct error e = {0};
    size_t spaces_count;
    uint64_t stored = 0;

    arena_init(&a, 16u << 20);
    expect_ok(store_begin(to->s, &e), &e);
    expect_ok(space_list(from->s, &a, &spaces, &spaces_count, &e), &e);
    for (size_t i = 0; i < spaces_count; i++) {
        struct space_row theirs;
        struct log_row *logs;
        size_t logs_count;

        if (space_find(to->s, spaces[i].space, &theirs, NULL) != OK)
            continue;
        expect_ok(log_list(from->s, spaces[i].id, &a, &logs, &logs_count, &e), &e);
        for (size_t k = 0; k < logs_count; k++)
            stored += send_log(from, to, &logs[k]);
    }
    expect_ok(store_commit(to->s, &e), &e);
    arena_release(&a);
    return stored;
}

void
node_sync(struct node *a, struct node *b)
{
    while (node_send(a, b) + node_send(b, a) > 0)
        ;
}

enum err
node_submit(struct node *n, struct submit_request *request, struct error *e)
{
    enum err err;

    request->random_epoch = n->random++;
    n->now_s += 60;
    expect_ok(store_begin(n->s, e), e);
    err = submit(n->s, &n->me, request, n->now_s, e);
    if (err == OK)
        commit(n);
    else
        store_rollback(n->s);
    return err;
}

int64_t
node_add(struct node *n, unsigned type, ...)
{
    struct submit_field fields[8];
    struct submit_op op = {.kind = SUBMIT_ADD, .type = type, .fields = fields};
    struct submit_request request = {.ops = &op, .ops_count = 1};
    struct error e = {0};
    const char *name;
    va_list args;

    va_start(args, type);
    while ((name = va_arg(args, const char *)) != NULL) {
        const char *text = va_arg(args, const char *);
        const struct registry_field *f = registry_field_by_name(registry_by_type(type), name);

        assert_non_null(f);
        fields[op.fields_count++] = (struct submit_field){
            f->id,
            {.kind = VALUE_TEXT, .bytes = (const uint8_t *) text, .size = strlen(text)}};
    }
    va_end(args);
    expect_ok(node_submit(n, &request, &e), &e);
    return op.ret_record;
}

enum err
node_set(struct node *n, int64_t record, const char *field, const char *text, struct error *e)
{
    struct record *r = node_read(n, record);
    struct submit_field set = {
        registry_field_by_name(r->registry, field)->id,
        {.kind = VALUE_TEXT, .bytes = (const uint8_t *) text, .size = strlen(text)}};
    struct submit_op op = {.kind = SUBMIT_SET, .record = record, .fields = &set, .fields_count = 1};
    struct submit_request request = {.ops = &op, .ops_count = 1};

    return node_submit(n, &request, e);
}

enum err
node_delete(struct node *n, int64_t record, struct error *e)
{
    struct submit_op op = {.kind = SUBMIT_DELETE, .record = record};
    struct submit_request request = {.ops = &op, .ops_count = 1};

    return node_submit(n, &request, e);
}

struct record *
node_read(struct node *n, int64_t record)
{
    struct record *r;

    return state_get(n->s, record, &n->arena, &r, NULL) == OK ? r : NULL;
}

int64_t
node_translate(struct node *from, int64_t record, struct node *to)
{
    struct log_row log, theirs;
    struct error e = {0};

    expect_ok(log_get(from->s, record_id_log(record), &log, &e), &e);
    expect_ok(log_find(to->s, &log.name, &theirs, &e), &e);
    return record_id(theirs.id, record_id_seq(record), record_id_index(record));
}

struct space_row
node_space(struct node *n, enum space_kind kind)
{
    struct space_row space;
    struct error e = {0};

    expect_ok(space_own(n->s, kind, &space, &e), &e);
    return space;
}

struct hash
node_digest(struct node *n, const uint8_t space[SPACE_BYTES])
{
    struct space_row row;
    struct hash digest;
    struct error e = {0};

    expect_ok(space_find(n->s, space, &row, &e), &e);
    expect_ok(digest_space(n->s, &row, &digest, &e), &e);
    return digest;
}
