/* Replay. An entry's place in the order of merges, and what it says of its past, stay; what counts and what
 * stands is made anew. */
#include "config.h"

#include "daemon/engine/replay.h"

#include "daemon/engine/policy.h"
#include "daemon/engine/trust.h"
#include "daemon/store/rights.h"

enum {
    LIST_ARENA_BYTES_MAX = 512 * 1024 * 1024, /* eight bytes for each entry of a space, and growth */
    ROUNDS_MAX = 4, /* an erasure may come into force in one, and the body's absence count in the next */
};

const char replay_past_malformed[] = N_("what it says of its past is malformed");

/* --- one entry -------------------------------------------------------------------------------- */

/* Drop the bodies that an entry which counts erases. */
static enum err
drop_bodies(struct store *s, const struct merge_entry *merge, struct arena *a, bool *ret_changed,
            struct error *e)
{
    enum err err = OK;

    for (uint32_t i = 0; err == OK && i < merge->body->ops_count; i++) {
        const struct change_op *op = &merge->body->ops[i];
        struct entry_row row;
        struct verified_entry erased;
        struct hash hash;
        struct buf item;
        int64_t place, space;

        if (op->type != RECORD_ERASURE)
            continue;
        err = merge_resolve_place(s, merge->log, merge->seq, op->fields[0].value.ref, &place, &space, e);
        if (err == OK)
            err = entry_get(s, record_id_log(place), record_id_seq(place), a, &row, e);
        if (err == OK)
            err = item_decode(row.item, row.item_size, a, &erased, e);
        if (err != OK || erased.body == NULL)
            continue;
        hash_once(DOMAIN_BODY, erased.body, erased.body_size, &hash);
        buf_init(&item, CHANGESET_BYTES_MAX);
        item_encode(&item, erased.item, erased.header_size, NULL, erased.body_size, &hash);
        err = item.err != OK ? err_set(e, item.err, "erasure: no memory")
                             : entry_drop_body(s, row.log, row.seq, item.bytes, item.size, e);
        buf_release(&item);
        *ret_changed = true;
    }
    return err;
}

static enum err
absent_body(struct store *s, const struct merge_entry *merge, const char **ret_reason, struct error *e)
{
    bool erased = false;
    enum err err = erasure_of(s, merge->log->id, merge->seq, &erased, e);

    *ret_reason = erased ? N_("its content was erased")
                         : N_("its content is not here: the machine that sent it had dropped it");
    return err;
}

enum err
replay_judge(struct store *s, struct merge_entry *merge, const struct verified_entry *entry, struct arena *a,
             bool *ret_changed, const char **ret_reason, struct error *e)
{
    struct change_body body;
    enum err err;

    *ret_reason = NULL;
    *ret_changed = false;
    if (entry->body == NULL)
        return absent_body(s, merge, ret_reason, e);
    err = change_decode_body(entry->body, entry->body_size, entry->header.version, a, &body, e);
    if (err == ERR_UNSUPPORTED) {
        *ret_reason = N_("written by a later release: it is kept, and read after an upgrade");
        return OK;
    }
    if (err == ERR_FORMAT) {
        *ret_reason = N_("its content is malformed");
        return OK;
    }
    if (err != OK)
        return err;
    merge->body = &body;
    err = policy_check(s, merge, a, ret_changed, ret_reason, e);
    if (err == OK)
        err = policy_erasures(s, merge, *ret_reason == NULL, ret_changed, e);
    if (err == OK && *ret_reason == NULL)
        err = drop_bodies(s, merge, a, ret_changed, e);
    if (err == OK)
        err = *ret_reason == NULL ? merge_apply(s, merge, e) : merge_name(s, merge, a, e);
    merge->body = NULL;
    return err;
}

enum err
replay_reach(struct store *s, const struct log_row *log, const struct verified_entry *entry, struct error *e)
{
    struct log_row own;
    enum err err = log_get(s, log->id, &own, e);

    if (err == OK && own.closed && own.reach < entry->seq)
        err = log_close(s, own.id, true, entry->seq, e);
    for (uint32_t i = 0; err == OK && i < entry->header.seen_count; i++) {
        struct log_row other;
        int64_t id;
        uint64_t seen = 0;

        err = place_log(s, log->id, entry->seq, entry->header.seen[i].log, &id, e);
        if (err == OK)
            err = log_get(s, id, &other, e);
        if (err == OK && other.closed)
            err = seen_get(s, log->id, entry->seq, id, &seen, e);
        if (err == OK && seen > other.reach)
            err = log_close(s, id, true, seen, e);
    }
    return err;
}

/* --- a space ---------------------------------------------------------------------------------- */

/* An entry read back for judging. */
struct again {
    struct arena arena;
    struct entry_row row;
    struct log_row log;
    struct verified_entry entry;
    struct merge_entry merge;
};

/* Release again->arena also after a fault. */
static enum err
read_again(struct store *s, const struct space_row *space, int64_t place, struct again *again, struct error *e)
{
    enum err err;

    arena_init(&again->arena, 2 * REPLAY_ENTRY_ARENA_BYTES_MAX);
    err = entry_get(s, record_id_log(place), record_id_seq(place), &again->arena, &again->row, e);
    if (err == OK)
        err = log_get(s, again->row.log, &again->log, e);
    if (err == OK)
        err = item_decode(again->row.item, again->row.item_size, &again->arena, &again->entry, e);
    again->entry.seq = again->row.seq;
    again->merge = (struct merge_entry){.space = space, .log = &again->log, .seq = again->row.seq,
                                        .hash = again->row.hash, .wall_s = again->row.wall_s,
                                        .applied = again->row.applied, .settled = true};
    return err;
}

static enum err
judge_again(struct store *s, const struct space_row *space, int64_t place, bool any_closed, bool *ret_changed,
            struct error *e)
{
    struct again again;
    const char *reason = NULL;
    enum err err = read_again(s, space, place, &again, e);

    if (err == OK && again.row.operator == MERGE_PAST_MALFORMED)
        reason = replay_past_malformed;
    else if (err == OK)
        err = replay_judge(s, &again.merge, &again.entry, &again.arena, ret_changed, &reason, e);
    if (err == OK && reason != NULL)
        err = aside_add(s, again.row.log, again.row.seq, reason, e);
    else if (err == OK && any_closed)
        err = replay_reach(s, &again.log, &again.entry, e);
    arena_release(&again.arena);
    return err;
}

/* Closed logs begin with what cut-offs leave. */
static enum err
reset_reach(struct store *s, const struct log_row *logs, size_t count, struct error *e)
{
    enum err err = OK;

    for (size_t i = 0; err == OK && i < count; i++) {
        uint64_t last = 0;

        if (!logs[i].closed)
            continue;
        err = cutoff_last(s, logs[i].id, &last, e);
        if (err == OK)
            err = log_close(s, logs[i].id, true, last, e);
    }
    return err;
}

/* Restatements give names to places of bodies that are gone; what was written through these comes first in the
 * order of merges. */
static enum err
name_restated(struct store *s, const struct space_row *space, int64_t log, struct error *e)
{
    struct arena a;
    int64_t *ops;
    size_t count = 0;
    enum err err;

    arena_init(&a, LIST_ARENA_BYTES_MAX);
    err = restated_list(s, log, &a, &ops, &count, e);
    for (size_t i = 0; err == OK && i < count; i++) {
        struct again again;
        struct change_body body;

        err = read_again(s, space, ops[i], &again, e);
        if (err == OK && again.entry.body != NULL)
            err = change_decode_body(again.entry.body, again.entry.body_size, again.entry.header.version,
                                     &again.arena, &body, e);
        again.merge.body = &body;
        if (err == OK && again.entry.body != NULL)
            err = merge_name_restated(s, &again.merge, record_id_index(ops[i]), &again.arena, e);
        arena_release(&again.arena);
    }
    arena_release(&a);
    return err;
}

static enum err
replay_round(struct store *s, const struct space_row *space, bool *ret_changed, struct error *e)
{
    struct arena a;
    struct log_row *logs;
    int64_t *places = NULL;
    size_t logs_count = 0, count = 0;
    bool any_closed = false;
    enum err err;

    arena_init(&a, LIST_ARENA_BYTES_MAX);
    err = state_clear_space(s, space->id, false, e);
    if (err == OK)
        err = log_list(s, space->id, &a, &logs, &logs_count, e);
    if (err == OK)
        err = reset_reach(s, logs, logs_count, e);
    if (err == OK)
        err = log_any_closed(s, space->id, &any_closed, e);
    for (size_t i = 0; err == OK && i < logs_count; i++)
        err = name_restated(s, space, logs[i].id, e);
    if (err == OK)
        err = entries_of_space(s, space->id, &a, &places, &count, e);
    for (size_t i = 0; err == OK && i < count; i++) {
        bool changed = false;

        err = judge_again(s, space, places[i], any_closed, &changed, e);
        *ret_changed = *ret_changed || changed;
    }
    arena_release(&a);
    return err;
}

enum err
replay_space(struct store *s, const struct space_row *space, struct error *e)
{
    bool changed = true;
    enum err err = OK;

    for (int round = 0; err == OK && changed && round < ROUNDS_MAX; round++) {
        changed = false;
        err = replay_round(s, space, &changed, e);
    }
    return err;
}

/* --- everything ------------------------------------------------------------------------------- */

/* Read off the entries of a space what they say of rights. */
static enum err
note_space(struct store *s, const struct space_row *space, uint64_t *ret_entries, struct error *e)
{
    struct arena a;
    int64_t *places = NULL;
    size_t count = 0;
    enum err err;

    arena_init(&a, LIST_ARENA_BYTES_MAX);
    err = entries_of_space(s, space->id, &a, &places, &count, e);
    for (size_t i = 0; err == OK && i < count; i++) {
        struct again again;
        struct change_body body;

        err = read_again(s, space, places[i], &again, e);
        if (err == OK && again.entry.body != NULL && again.row.operator != MERGE_PAST_MALFORMED) {
            err = change_decode_body(again.entry.body, again.entry.body_size, again.entry.header.version,
                                     &again.arena, &body, e);
            again.merge.body = &body;
            if (err == OK)
                err = policy_note(s, &again.merge, &again.arena, e);
            else if (err == ERR_FORMAT || err == ERR_UNSUPPORTED)
                err = OK;
        }
        arena_release(&again.arena);
    }
    *ret_entries += count;
    arena_release(&a);
    return err;
}

enum err
replay_all(struct store *s, uint64_t *ret_entries, struct error *e)
{
    struct arena a;
    struct space_row *spaces;
    size_t count = 0;
    uint64_t entries = 0;
    enum err err;

    arena_init(&a, LIST_ARENA_BYTES_MAX);
    err = space_list(s, &a, &spaces, &count, e);
    if (err == OK)
        err = state_clear(s, e);
    for (size_t i = 0; err == OK && i < count; i++) {
        bool changed;

        err = note_space(s, &spaces[i], &entries, e);
        if (err == OK)
            err = trust_settle(s, &spaces[i], (struct stamp){0}, &changed, e);
        if (err == OK)
            err = replay_space(s, &spaces[i], e);
    }
    arena_release(&a);
    if (err == OK)
        *ret_entries = entries;
    return err;
}
