/* Nodes and the archive: what a node has written is taken into the archive, and brought from there to
 * other nodes in any order, as if it had travelled by any way. */
#include "config.h"

#include "tests/sim/sim.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void
sim_expect(const struct sim *sim, enum err err, const struct error *e, const char *what)
{
    if (err != OK)
        sim_fail(sim, "%s: %s: %s", what, err_name(err), e->text);
}

struct op_name
sim_op_name(struct sim *sim, unsigned node, int64_t record)
{
    struct log_row log;
    struct error e = {0};

    sim_expect(sim, log_get(sim->nodes[node].s, record_id_log(record), &log, &e), &e, "log of a record");
    return (struct op_name){archive_log(&sim->ar, &log.name), record_id_seq(record), record_id_index(record)};
}

/* --- harvest --------------------------------------------------------------------------------- */

/* Whether a log was closed before an entry came, by what that has seen, and no longer than that. */
static bool
was_closed(struct sim *sim, uint32_t log, uint32_t other, const uint64_t past[ARCHIVE_LOGS_MAX])
{
    uint64_t before[ARCHIVE_LOGS_MAX];

    memcpy(before, past, sizeof before);
    before[log]--;
    archive_judge_within(&sim->ar, sim->ar.logs[log].space, before);
    return sim->ar.logs[other].closed && sim->ar.logs[other].reach <= past[other];
}

/* An honest entry counts as far as its machine knows, and has seen just what that had merged, of closed logs what
 * is everybody's. */
static void
check_written(struct sim *sim, unsigned node, uint32_t log, const struct archive_entry *entry)
{
    uint64_t past[ARCHIVE_LOGS_MAX];
    struct node *n = &sim->nodes[node];
    struct error e = {0};

    if (entry == NULL)
        sim_fail(sim, "node %u wrote bytes that are no item", node);
    memcpy(past, entry->vector, sizeof past);
    past[log] = sim->ar.logs[log].count;
    archive_judge_within(&sim->ar, sim->ar.logs[log].space, past);
    if (!entry->counts)
        sim_fail(sim, "node %u wrote log %u entry %zu, which does not count: %s", node, log,
                 sim->ar.logs[log].count, entry->why);
    for (uint32_t i = 0; i < sim->ar.logs_count; i++) {
        struct log_row row;

        if (i == log || sim->ar.logs[i].space != sim->ar.logs[log].space)
            continue;
        if (log_find(n->s, &sim->ar.logs[i].id, &row, &e) != OK)
            row = (struct log_row){0};
        if (row.applied_seq > entry->vector[i] && was_closed(sim, log, i, past))
            continue;
        if (row.applied_seq != entry->vector[i])
            sim_fail(sim, "node %u wrote log %u entry %zu, which says that it saw log %u up to %llu, not %llu",
                     node, log, sim->ar.logs[log].count, i, (unsigned long long) entry->vector[i],
                     (unsigned long long) row.applied_seq);
    }
}

static void
harvest_log(struct sim *sim, unsigned node, const struct log_row *row)
{
    struct node *n = &sim->nodes[node];
    uint32_t index = archive_log(&sim->ar, &row->name);
    struct archive_log *log = &sim->ar.logs[index];
    struct error e = {0};

    if (index == ARCHIVE_NO_LOG)
        sim_fail(sim, "too many logs");
    log->key = &n->me.sign;
    while (log->count < row->received_seq) {
        struct verified_entry entry;
        struct buf item;
        struct arena a;
        uint64_t last;

        buf_init(&item, 2 * CHANGESET_BYTES_MAX);
        arena_init(&a, CHANGESET_BYTES_MAX * 4);
        sim_expect(sim, log_read_items(n->s, row->id, log->count + 1, log->count + 1, CHANGESET_BYTES_MAX, &item,
                                       &last, &e),
                   &e, "read an item");
        sim_expect(sim, item_decode(item.bytes, item.size, &a, &entry, &e), &e, "split an item");
        check_written(sim, node, index, archive_append(&sim->ar, index, item.bytes, item.size));
        sim->writes++;
        buf_release(&item);
        arena_release(&a);
    }
    if (!hash_equal(&log->entries[log->count - 1]->hash, &row->received_hash))
        sim_fail(sim, "node %u: the head of its log %u is not what its entries give", node, index);
}

void
sim_harvest(struct sim *sim, unsigned node)
{
    struct node *n = &sim->nodes[node];
    struct space_row *spaces;
    struct arena a;
    struct error e = {0};
    size_t spaces_count;

    arena_init(&a, 4u << 20);
    sim_expect(sim, space_list(n->s, &a, &spaces, &spaces_count, &e), &e, "spaces");
    for (size_t i = 0; i < spaces_count; i++)
        archive_space(&sim->ar, spaces[i].genesis_bytes);
    for (size_t i = 0; i < spaces_count; i++) {
        struct log_row *logs;
        size_t logs_count;

        sim_expect(sim, log_list(n->s, spaces[i].id, &a, &logs, &logs_count, &e), &e, "logs");
        for (size_t k = 0; k < logs_count; k++)
            if (logs[k].own)
                harvest_log(sim, node, &logs[k]);
    }
    arena_release(&a);
}

enum err
sim_submit(struct sim *sim, unsigned node, struct submit_request *request, struct error *e)
{
    struct node *n = &sim->nodes[node];
    bool changed;
    enum err err = store_begin(n->s, e);

    request->random_epoch = chance_next(&sim->c);
    n->now_s += 60;
    if (err == OK)
        err = submit(n->s, &n->me, request, n->now_s, e);
    if (err == OK)
        err = submit_sign(n->s, &n->me, e);
    if (err == OK)
        err = store_commit(n->s, e);
    else
        store_rollback(n->s);
    if (err == OK) {
        sim_expect(sim, identity_note_heads(&n->me, n->s, &changed, e), e, "note heads");
        sim_harvest(sim, node);
    }
    sim->disk_failed = sim->disk_failed || err == ERR_IO;
    return err;
}

void
sim_add_ghost(struct sim *sim, unsigned node)
{
    static const unsigned roles[] = {ROLE_CLERK, ROLE_CLERK, ROLE_CLERK, ROLE_UNIT, ROLE_ADMIN, ROLE_REVIEWER, 0};
    struct ghost *g = &sim->ghosts[sim->ghosts_count++];
    unsigned role = sim->with_rights.types != NULL && chance_in(&sim->c, 50) ? ROLE_ADMIN
                                                                           : roles[chance_below(&sim->c, 7)];
    struct node *n = &sim->nodes[node];
    struct submit_field fields[3];
    struct state_query query = {.type = RECORD_UNIT, .limit = 3};
    struct record **units;
    struct error e = {0};
    size_t count;

    ghost_init(g, &sim->c);
    if (role == 0 || !sim_is_admin(sim, node))
        return;
    sim_expect(sim, state_list(n->s, &query, &n->arena, &units, &count, &e), &e, "list units");
    fields[0] = (struct submit_field){1, {.kind = VALUE_BYTES, .bytes = g->key.public_key, .size = DEVICE_BYTES}};
    fields[1] = (struct submit_field){2, {.kind = VALUE_INTEGER, .integer = role}};
    fields[2] = (struct submit_field){
        3, {.kind = VALUE_REFERENCE, .record = units[chance_below(&sim->c, count)]->id}};
    for (enum space_kind kind = SPACE_INNER; kind <= SPACE_OUTER; kind++) {
        struct submit_op op = {.kind = SUBMIT_ADD, .type = RECORD_GRANT, .space = node_space(n, kind).id,
                               .fields = fields, .fields_count = 3};
        struct submit_request request = {.ops = &op, .ops_count = 1, .system = true};

        sim_expect(sim, node_submit(n, &request, &e), &e, "grant");
        sim_harvest(sim, node);
    }
}

/* --- deliver --------------------------------------------------------------------------------- */

uint64_t
sim_received(struct sim *sim, unsigned node, uint32_t log, bool *ret_carries)
{
    struct node *n = &sim->nodes[node];
    struct space_row space;
    struct log_row row;

    *ret_carries = space_find(n->s, sim->ar.logs[log].id.space, &space, NULL) == OK;
    return log_find(n->s, &sim->ar.logs[log].id, &row, NULL) == OK ? row.received_seq : 0;
}

/* The same run with a byte changed must not pass. */
static void
try_spoilt(struct sim *sim, struct run *run, const struct hash *previous)
{
    struct verified_run *verified = NULL;
    struct run spoilt = *run;
    uint8_t *bytes = malloc(RUN_BYTES_MAX);
    uint64_t at = chance_below(&sim->c, run->items_size + SIGNATURE_BYTES);

    if (bytes == NULL || run->items_size > RUN_BYTES_MAX)
        abort();
    memcpy(bytes, run->items, run->items_size);
    spoilt.items = bytes;
    if (at < run->items_size)
        bytes[at] ^= (uint8_t) (1u << chance_below(&sim->c, 8));
    else
        spoilt.signature[at - run->items_size] ^= 1;
    if (run_verify(&spoilt, previous, &verified, NULL) == OK)
        sim_fail(sim, "a run with a changed byte was taken");
    free(bytes);
}

/* An item as it travels: of an erased body at times only the hash. */
static void
add_item(struct sim *sim, const struct archive_entry *entry, bool erases, struct buf *items)
{
    struct verified_entry decoded;
    struct hash hash;
    struct arena a;

    if (!erases || !entry->is_erased || chance_in(&sim->c, 30)) {
        buf_append(items, entry->item, entry->item_size);
        return;
    }
    arena_init(&a, 4 * CHANGESET_BYTES_MAX);
    if (item_decode(entry->item, entry->item_size, &a, &decoded, NULL) != OK)
        abort();
    hash_once(DOMAIN_BODY, decoded.body, decoded.body_size, &hash);
    item_encode(items, decoded.item, decoded.header_size, NULL, decoded.body_size, &hash);
    arena_release(&a);
}

enum err
sim_deliver(struct sim *sim, unsigned node, uint32_t index, uint64_t first, uint64_t last)
{
    const struct archive_log *log = &sim->ar.logs[index];
    struct run run = {.id = log->id, .first_seq = first};
    const struct hash *previous = first > 1 ? &log->entries[first - 2]->hash : &log->start;
    struct verified_run *verified = NULL;
    struct ingest_result result;
    struct error e = {0};
    struct buf items;
    bool erases = sim->palette->erasure_percent > 0 && chance_in(&sim->c, 20);
    enum err err;

    if (erases)
        archive_judge(&sim->ar);
    buf_init(&items, RUN_BYTES_MAX);
    for (uint64_t seq = first; seq <= last; seq++) {
        const struct archive_entry *entry = log->entries[seq - 1];

        if (items.size + entry->item_size > RUN_BYTES_MAX)
            break;
        add_item(sim, entry, erases, &items);
        run.last_seq = seq;
    }
    run.items = items.bytes;
    run.items_size = items.size;
    memcpy(run.signature, log->entries[run.last_seq - 1]->signature, SIGNATURE_BYTES);
    if (chance_in(&sim->c, 3))
        try_spoilt(sim, &run, previous);
    sim_expect(sim, run_verify(&run, previous, &verified, &e), &e, "verify a run");
    sim_expect(sim, store_savepoint(sim->nodes[node].s, &e), &e, "savepoint");
    err = ingest_run(sim->nodes[node].s, verified, &result, &e);
    if (err == OK)
        store_savepoint_keep(sim->nodes[node].s, NULL);
    else
        store_savepoint_undo(sim->nodes[node].s);
    verified_run_free(verified);
    buf_release(&items);
    sim->deliveries += err == OK;
    if (err != OK && err != ERR_AGAIN && err != ERR_NOT_FOUND && err != ERR_AUTH)
        sim_fail(sim, "node %u log %u entries %llu to %llu: %s: %s", node, index, (unsigned long long) first,
                 (unsigned long long) last, err_name(err), e.text);
    return err;
}
