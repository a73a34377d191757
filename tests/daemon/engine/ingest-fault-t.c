/* The inbound pipeline under faults: memory runs out, the disk fails, is full, tears a write, loses power. */
#include "config.h"

#include <string.h>

#include "daemon/engine/erase.h"
#include "daemon/engine/revoke.h"
#include "tests/util/strike.h"
#include "tests/util/tap.h"

/* A run on its way in. */
struct inbound {
    struct verified_run *run;  /* owned */
    struct verified_run *next; /* owned; of the log that waits for it, or NULL */
    unsigned made_up;
};

static enum err
take_run(struct node *n, void *context, uint64_t *ret_result, struct error *e)
{
    struct inbound *in = context;
    struct ingest_result result = {0};
    enum err err = ingest_run(n->s, in->run, &result, e);

    if (err == OK)
        *ret_result = strike_number(1, &result, sizeof result);
    return err;
}

/* What `from` wrote in its inner space and `to` does not have, verified as on arrival. */
static struct verified_run *
run_for(struct node *from, struct node *to)
{
    struct space_row inner = node_space(from, SPACE_INNER);
    struct verified_run *verified = NULL;
    struct log_row log, theirs;
    struct hash previous;
    struct run run;
    struct buf items;
    struct error e = {0};

    assert_int_equal(log_own(from->s, inner.id, &log, &e), OK);
    run = (struct run){.id = log.name, .first_seq = 1};
    chain_start(&log.name, &previous);
    if (log_find(to->s, &log.name, &theirs, NULL) == OK && theirs.received_seq > 0) {
        run.first_seq = theirs.received_seq + 1;
        previous = theirs.received_hash;
    }
    buf_init(&items, RUN_BYTES_MAX);
    assert_int_equal(signature_last_before(from->s, log.id, run.first_seq, log.received_seq, &run.last_seq,
                                           run.signature, &e),
                     OK);
    assert_int_equal(log_read_items(from->s, log.id, run.first_seq, run.last_seq, RUN_BYTES_MAX, &items,
                                    &run.last_seq, &e),
                     OK);
    run.items = items.bytes;
    run.items_size = items.size;
    if (run_verify(&run, &previous, &verified, &e) != OK)
        fail_msg("%s", e.text);
    buf_release(&items);
    return verified;
}

/* The office and two machines of its clerks; the store of one, most often the office's, is struck. */
struct world {
    struct node office, laptop, tablet;
    int64_t unit; /* by the office's number */
};

static void
world_begin_striking(struct world *w, struct node *struck)
{
    if (struck == &w->office)
        strike_place();
    node_found(&w->office, 1, "Xã Một", "commune");
    w->unit = node_add(&w->office, RECORD_UNIT, "name", "Thôn 1", NULL);
    if (struck == &w->laptop)
        strike_place();
    node_enrol(&w->laptop, 2, &w->office, INVITE_CLERK, NULL);
    node_enrol(&w->tablet, 3, &w->office, INVITE_CLERK, NULL);
    node_sync(&w->office, &w->laptop);
    node_sync(&w->office, &w->tablet);
}

static void
world_begin(struct world *w)
{
    world_begin_striking(w, &w->office);
}

static void
world_end(struct world *w)
{
    node_release(&w->office);
    node_release(&w->laptop);
    node_release(&w->tablet);
    strike_teardown();
}

static void
strike_run(struct node *to, struct node *from, const char *words)
{
    struct inbound in = {.run = run_for(from, to)};
    struct strike k = {.words = words, .node = to, .act = take_run, .context = &in};

    strike_everywhere(&k);
    verified_run_free(in.run);
}

static void
set_name(struct world *w, struct node *n, const char *name)
{
    struct error e = {0};

    if (node_set(n, node_translate(&w->office, w->unit, n), "name", name, &e) != OK)
        fail_msg("%s", e.text);
}

static void
a_run_that_merges_is_merged_whole_or_not_at_all(void **state)
{
    struct world w;

    (void) state;
    world_begin(&w);
    node_add(&w.laptop, RECORD_UNIT, "name", "Thôn 2", NULL);
    node_send(&w.laptop, &w.office); /* with a signature that the next makes needless */
    set_name(&w, &w.laptop, "Thôn Một");
    strike_run(&w.office, &w.laptop, "merge");
    world_end(&w);
}

static void
a_run_that_is_held_is_kept_whole_or_not_at_all(void **state)
{
    struct world w;

    (void) state;
    world_begin(&w);
    set_name(&w, &w.laptop, "Thôn Một");
    node_send(&w.laptop, &w.tablet);
    set_name(&w, &w.tablet, "Thôn Hai");
    strike_run(&w.office, &w.tablet, "held");
    world_end(&w);
}

/* The next run of the log that was left held brings along what waited. */
static void
take_next(struct node *n, void *context)
{
    struct inbound *in = context;
    struct ingest_result result;
    struct log_counts counts;
    struct error e = {0};

    if (ingest_run(n->s, in->next, &result, &e) != OK)
        fail_msg("%s", e.text);
    assert_int_equal(log_count(n->s, &counts, &e), OK);
    assert_int_equal(counts.held, 0);
    in->made_up++;
}

static void
commit_run(struct node *n, struct verified_run *run)
{
    struct ingest_result result;
    struct error e = {0};

    assert_int_equal(store_begin(n->s, &e), OK);
    if (ingest_run(n->s, run, &result, &e) != OK)
        fail_msg("%s", e.text);
    assert_int_equal(result.applied, 0);
    assert_int_equal(store_commit(n->s, &e), OK);
}

/* Held entries for which memory runs out stay held, since they must not stand in the way of the run. */
static void
a_run_that_makes_others_ready_takes_them_along_or_leaves_them_for_the_next(void **state)
{
    struct world w;
    struct inbound in = {0};
    struct strike k = {.words = "makes ready", .node = &w.office, .act = take_run, .context = &in,
                       .make_up = take_next};
    struct verified_run *held;

    (void) state;
    world_begin(&w);
    set_name(&w, &w.laptop, "Thôn Một");
    node_send(&w.laptop, &w.tablet);
    set_name(&w, &w.tablet, "Thôn Hai");
    node_add(&w.tablet, RECORD_UNIT, "name", "Thôn 3", NULL);
    held = run_for(&w.tablet, &w.office);
    commit_run(&w.office, held);
    node_add(&w.tablet, RECORD_UNIT, "name", "Thôn 4", NULL);
    in.run = run_for(&w.laptop, &w.office);
    in.next = run_for(&w.tablet, &w.office);
    strike_everywhere(&k);
    assert_true(in.made_up > 0);
    verified_run_free(held);
    verified_run_free(in.run);
    verified_run_free(in.next);
    world_end(&w);
}

static void
a_run_with_a_conflict_leaves_both_values_or_the_one_before(void **state)
{
    struct world w;
    struct error e = {0};

    (void) state;
    world_begin(&w);
    set_name(&w, &w.office, "Thôn A");
    assert_int_equal(node_delete(&w.laptop, node_translate(&w.office, w.unit, &w.laptop), &e), OK);
    set_name(&w, &w.tablet, "Thôn B");
    node_sync(&w.tablet, &w.laptop);
    strike_run(&w.office, &w.laptop, "delete against change");
    node_send(&w.laptop, &w.office);
    set_name(&w, &w.office, "Thôn C");
    set_name(&w, &w.laptop, "Thôn D");
    strike_run(&w.office, &w.laptop, "conflict");
    world_end(&w);
}

/* A unit's link to itself: the same natural key on every machine. */
static void
add_link(struct world *w, struct node *n)
{
    int64_t unit = node_translate(&w->office, w->unit, n);
    struct submit_field fields[] = {
        {1, {.kind = VALUE_REFERENCE, .record = unit}},
        {2, {.kind = VALUE_INTEGER, .integer = 1}},
        {3, {.kind = VALUE_DATE, .date = {DATE_YEAR, 53}}},
        {4, {.kind = VALUE_REFERENCE, .record = unit}},
    };
    struct submit_op op = {.kind = SUBMIT_ADD, .type = RECORD_UNIT_LINK, .fields = fields, .fields_count = 4};
    struct submit_request request = {.ops = &op, .ops_count = 1};
    struct error e = {0};

    if (node_submit(n, &request, &e) != OK)
        fail_msg("%s", e.text);
}

static void
a_keyed_record_that_is_here_already_becomes_one_or_stays_the_other(void **state)
{
    struct world w;

    (void) state;
    world_begin(&w);
    add_link(&w, &w.office);
    add_link(&w, &w.laptop);
    strike_run(&w.office, &w.laptop, "alias");
    world_end(&w);
}

/* The first entry of a key that nobody granted anything. */
static struct verified_run *
run_without_right(struct world *w, struct sign_key *key)
{
    static const uint8_t seed[SIGN_SEED_BYTES] = {77};
    struct change_field name = {1, {.kind = VALUE_TEXT, .bytes = (const uint8_t *) "Hỏng", .size = 6}};
    struct change_op op = {.kind = CHANGE_PUT_NEW, .type = RECORD_UNIT, .fields_count = 1, .fields = &name};
    struct change_body body = {1, &op};
    struct change_header header = {.version = CHANGE_VERSION, .wall_step_s = 1750000000};
    struct log_id log = {.epoch = 1};
    struct verified_run *run = NULL;
    struct hash start;
    struct buf h, b, item;

    sign_key_init(key, seed);
    memcpy(log.space, node_space(&w->office, SPACE_INNER).space, SPACE_BYTES);
    memcpy(log.device, key->public_key, DEVICE_BYTES);
    buf_init(&h, CHANGESET_BYTES_MAX);
    buf_init(&b, CHANGESET_BYTES_MAX);
    buf_init(&item, CHANGESET_BYTES_MAX);
    change_encode_header(&h, &header);
    change_encode_body(&b, &body);
    item_encode(&item, h.bytes, h.size, b.bytes, b.size, NULL);
    chain_start(&log, &start);
    assert_int_equal(run_of_own(key, &log, 1, &start, item.bytes, item.size, &run, NULL), OK);
    buf_release(&h);
    buf_release(&b);
    buf_release(&item);
    return run;
}

static void
a_run_without_right_is_set_aside_whole_or_not_there(void **state)
{
    struct world w;
    struct sign_key key;
    struct inbound in = {0};
    struct strike k = {.words = "set aside", .node = &w.office, .act = take_run, .context = &in};

    (void) state;
    world_begin(&w);
    in.run = run_without_right(&w, &key);
    strike_everywhere(&k);
    verified_run_free(in.run);
    world_end(&w);
}

static void
begin(struct node *n)
{
    n->now_s += 60;
    assert_int_equal(store_begin(n->s, NULL), OK);
}

static void
commit(struct node *n, enum err err, const struct error *e)
{
    if (err != OK)
        fail_msg("%s", e->text);
    assert_int_equal(submit_sign(n->s, &n->me, NULL), OK);
    assert_int_equal(store_commit(n->s, NULL), OK);
}

/* Both let the whole space be judged again; an erasure also drops bodies. */
static void
a_run_that_changes_what_counts_changes_all_of_it_or_nothing(void **state)
{
    struct world w;
    struct revoke_request revoke = {.reason = "mất máy"};
    struct erase_request erase = {.reason = "theo đơn"};
    struct error e = {0};
    uint64_t count;

    (void) state;
    world_begin_striking(&w, &w.laptop);
    set_name(&w, &w.tablet, "Thôn Hai");
    assert_int_equal(node_set(&w.office, w.unit, "head", "Lý Văn Nam", &e), OK);
    node_sync(&w.tablet, &w.office);
    node_sync(&w.office, &w.laptop);
    begin(&w.office);
    revoke.device = w.tablet.me.sign.public_key;
    commit(&w.office, revoke_device(w.office.s, &w.office.me, &revoke, 0, w.office.now_s, &count, &e), &e);
    assert_true(count > 0);
    strike_run(&w.laptop, &w.office, "revocation");
    node_send(&w.office, &w.laptop);
    begin(&w.office);
    erase.record = w.unit;
    commit(&w.office, erase_record(w.office.s, &w.office.me, &erase, w.office.now_s, &count, &e), &e);
    assert_true(count > 0);
    strike_run(&w.laptop, &w.office, "erasure");
    world_end(&w);
}

static int
setup(void **state)
{
    (void) state;
    strike_setup();
    return 0;
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_run_that_merges_is_merged_whole_or_not_at_all),
        cmocka_unit_test(a_run_that_is_held_is_kept_whole_or_not_at_all),
        cmocka_unit_test(a_run_that_makes_others_ready_takes_them_along_or_leaves_them_for_the_next),
        cmocka_unit_test(a_run_with_a_conflict_leaves_both_values_or_the_one_before),
        cmocka_unit_test(a_keyed_record_that_is_here_already_becomes_one_or_stays_the_other),
        cmocka_unit_test(a_run_that_changes_what_counts_changes_all_of_it_or_nothing),
        cmocka_unit_test(a_run_without_right_is_set_aside_whole_or_not_there),
    };

    return tap_run("ingest-fault", tests, setup, NULL);
}
