/* The inbound pipeline behind verification: store, causally ready?, count?, merge. An entry whose past is
 * missing stays stored and held; each merge may make others ready, so the step repeats over the space's
 * logs until nothing moves. */
#include "config.h"

#include "daemon/engine/ingest.h"

#include <string.h>

#include "daemon/engine/merge.h"
#include "daemon/engine/policy.h"
#include "daemon/engine/replay.h"
#include "daemon/engine/trust.h"
#include "daemon/store/rights.h"
#include "daemon/store/state.h"

enum {
    /* the logs of a space that hold entries, each with some 250 bytes */
    SETTLE_ARENA_BYTES_MAX = 64 * 1024 * 1024,
};

/* Entries on their way into one space. */
struct work {
    struct store *s;
    const struct space_row *space;
    int64_t applied;             /* number of the last merge */
    bool any_closed;             /* the space has closed logs */
    bool changed;                /* what counts changed: the space is to be judged anew */
    struct ingest_result result;
};

/* What a held log waits for: entry `seq` of `log`; of a branch that is not here, without end. */
struct wait {
    int64_t log;
    uint64_t seq;
};

/* Places that one entry has seen, with everything resolved; made before anything is written. */
struct seen_plan {
    struct wait wait;         /* the first of its past that is missing */
    struct log_row *others;   /* logs that the entry introduces, in order */
    uint32_t places;          /* size of the log's table before the entry */
    int64_t *seen_logs;       /* local id of each seen log */
    uint64_t *seen_seqs;
};

/* The log at a place of the table as it will be with this entry's introductions. */
static enum err
planned_log(struct store *s, const struct log_row *log, const struct seen_plan *plan,
            const struct verified_entry *entry, uint32_t place, struct log_row *ret_log, struct error *e)
{
    int64_t id;
    enum err err;

    if (place > plan->places) {
        if (place - plan->places > entry->header.intros_count)
            return err_set(e, ERR_FORMAT, "sees a log that was never introduced");
        *ret_log = plan->others[place - plan->places - 1];
        return OK;
    }
    err = place_log(s, log->id, entry->seq, place, &id, e);
    return err == OK ? log_get(s, id, ret_log, e) : err;
}

/* A log has one place in a table and is introduced in one form, so that one past is written in one way.
 *   Returns  ERR_FORMAT the i-th introduced log has a place already, is the log itself, or is of this space
 *            and introduced as of another one */
static enum err
check_new_place(struct store *s, const struct log_row *log, const struct seen_plan *plan, uint32_t i,
                bool is_foreign, struct error *e)
{
    uint32_t place;
    enum err err;

    if (is_foreign && plan->others[i].space == log->space)
        return err_set(e, ERR_FORMAT, "introduces a log of its space as another space's");
    err = place_of(s, log->id, plan->others[i].id, &place, e);

    for (uint32_t k = 0; err == ERR_NOT_FOUND && k < i; k++)
        if (plan->others[k].id == plan->others[i].id)
            err = OK;
    if (err == OK)
        return err_set(e, ERR_FORMAT, "introduces a log twice, or itself");
    return err == ERR_NOT_FOUND ? OK : err;
}

/* Resolve one seen log and tell whether its past is here.
 *   Returns  ERR_AGAIN it is not, or is on another branch; ERR_FORMAT malformed */
static enum err
plan_seen(struct store *s, const struct log_row *log, const struct verified_entry *entry,
          struct seen_plan *plan, uint32_t i, struct error *e)
{
    const struct change_seen *seen = &entry->header.seen[i];
    struct log_row other;
    struct hash hash;
    uint64_t before = 0;
    enum err err = planned_log(s, log, plan, entry, seen->log, &other, e);

    if (err == ERR_NOT_FOUND)
        return err_set(e, ERR_FORMAT, "sees a log that was never introduced");
    if (err != OK)
        return err;
    if (other.space != log->space || other.id == log->id)
        return err_set(e, ERR_FORMAT, "sees a log of another space");
    err = seen_get(s, log->id, entry->seq - 1, other.id, &before, e);
    if (err != OK)
        return err;
    if (seen->step > ENTRY_SEQ_MAX - before)
        return err_set(e, ERR_FORMAT, "sees further than a log can be");
    plan->seen_logs[i] = other.id;
    plan->seen_seqs[i] = before + seen->step;
    if (other.applied_seq < plan->seen_seqs[i]) {
        plan->wait = (struct wait){other.id, plan->seen_seqs[i]};
        return ERR_AGAIN;
    }
    err = entry_hash(s, other.id, plan->seen_seqs[i], &hash, e);
    if (err == OK && memcmp(hash.bytes, seen->hash, SEEN_HASH_BYTES) != 0) {
        plan->wait = (struct wait){other.id, UINT64_MAX}; /* the other branch of a fork */
        return ERR_AGAIN;
    }
    return err;
}

static enum err
plan_past(struct store *s, const struct log_row *log, const struct verified_entry *entry, struct arena *a,
          struct seen_plan *ret_plan, struct error *e)
{
    const struct change_header *h = &entry->header;
    struct seen_plan plan = {0};
    enum err err = OK;

    plan.others = arena_array(a, h->intros_count, sizeof *plan.others);
    plan.seen_logs = arena_array(a, h->seen_count, sizeof *plan.seen_logs);
    plan.seen_seqs = arena_array(a, h->seen_count, sizeof *plan.seen_seqs);
    if (plan.others == NULL || plan.seen_logs == NULL || plan.seen_seqs == NULL)
        return err_set(e, ERR_NOMEM, "entry: no memory");
    if (h->intros_count > 0 || h->seen_count > 0)
        err = place_count(s, log->id, &plan.places, e);
    if (err == OK && plan.places + h->intros_count >= CHANGE_LOGS_MAX)
        err = err_set(e, ERR_FORMAT, "introduces more logs than a log may");
    for (uint32_t i = 0; err == OK && i < h->intros_count; i++) {
        const struct change_intro *intro = &h->intros[i];
        struct log_id name = {.epoch = intro->epoch};

        memcpy(name.space, intro->foreign ? intro->space : log->name.space, SPACE_BYTES);
        memcpy(name.device, intro->device, DEVICE_BYTES);
        err = log_add(s, &name, false, &plan.others[i], e);
        if (err == OK)
            err = check_new_place(s, log, &plan, i, intro->foreign, e);
    }
    /* What is malformed is so whether or not its past has arrived: look at all before it waits. */
    for (uint32_t i = 0; (err == OK || err == ERR_AGAIN) && i < h->seen_count; i++) {
        enum err seen = plan_seen(s, log, entry, &plan, i, e);

        if (seen != OK)
            err = seen;
    }
    *ret_plan = plan;
    return err;
}

static enum err
write_past(struct store *s, const struct log_row *log, const struct verified_entry *entry,
           const struct seen_plan *plan, struct error *e)
{
    enum err err = OK;

    for (uint32_t i = 0; err == OK && i < entry->header.intros_count; i++)
        err = place_add(s, log->id, entry->seq, plan->places + 1 + i, plan->others[i].id, e);
    for (uint32_t i = 0; err == OK && i < entry->header.seen_count; i++)
        err = seen_add(s, log->id, entry->seq, plan->seen_logs[i], plan->seen_seqs[i], e);
    return err;
}

/* The person named in the header; the entry itself, or what cannot be resolved, is nobody. */
static enum err
resolve_operator(struct store *s, const struct log_row *log, const struct verified_entry *entry,
                 int64_t *ret_operator, struct error *e)
{
    int64_t space;
    enum err err;

    *ret_operator = log->operator;
    if (!(entry->header.flags & CHANGE_OPERATOR))
        return OK;
    *ret_operator = 0;
    if (entry->header.operator.log == 0 && entry->header.operator.seq == 0)
        return OK;
    err = merge_resolve(s, log, entry->seq, entry->header.operator, ret_operator, &space, e);
    if (err == ERR_FORMAT)
        *ret_operator = 0;
    return err == ERR_FORMAT ? OK : err;
}

static int64_t
add_saturated(int64_t a, int64_t b)
{
    int64_t sum;

    if (__builtin_add_overflow(a, b, &sum))
        return b > 0 ? INT64_MAX : INT64_MIN;
    return sum;
}

/* Merge the entry behind log->applied_seq, if it is ready; `log` moves on with it.
 *   ret_wait  what it waits for
 *   Returns   ERR_AGAIN it is held */
static enum err
apply_entry(struct work *w, struct log_row *log, const struct verified_entry *entry,
            const struct hash *hash, struct wait *ret_wait, struct error *e)
{
    struct arena a;
    struct seen_plan plan = {0};
    struct entry_row row = {.log = log->id, .seq = entry->seq, .hash = *hash, .applied = w->applied + 1};
    struct merge_entry merge = {.space = w->space, .log = log, .seq = entry->seq, .hash = *hash,
                                .applied = w->applied + 1};
    const char *reason = NULL;
    bool changed = false;
    enum err err;

    arena_init(&a, REPLAY_ENTRY_ARENA_BYTES_MAX);
    err = plan_past(w->s, log, entry, &a, &plan, e);
    *ret_wait = plan.wait;
    if (err == ERR_FORMAT)
        reason = replay_past_malformed;
    else if (err == OK)
        err = write_past(w->s, log, entry, &plan, e);
    if (err != OK && reason == NULL)
        goto out;
    row.wall_s = merge.wall_s = add_saturated(log->wall_s, entry->header.wall_step_s);
    row.operator = log->operator;
    err = OK;
    if (reason == NULL) {
        err = resolve_operator(w->s, log, entry, &row.operator, e);
        /* A write that meets its own entry in a lookup must find its time and number. */
        if (err == OK)
            err = entry_set_applied(w->s, &row, e);
        if (err == OK)
            err = replay_judge(w->s, &merge, entry, &a, &changed, &reason, e);
    } else {
        row.operator = MERGE_PAST_MALFORMED;
        err = entry_set_applied(w->s, &row, e);
        row.operator = log->operator;
    }
    if (err == OK && reason != NULL)
        err = aside_add(w->s, log->id, entry->seq, reason, e);
    if (err == OK && reason == NULL && w->any_closed)
        err = replay_reach(w->s, log, entry, e);
    if (err == OK) {
        w->changed = w->changed || changed;
        log->applied_seq = entry->seq;
        log->applied_hash = *hash;
        log->wall_s = row.wall_s;
        log->operator = row.operator;
        w->applied++;
        w->result.applied++;
        w->result.set_aside += reason != NULL;
    }
out:
    arena_release(&a);
    return err;
}

/* --- held entries ---------------------------------------------------------------------------- */

/* A log that holds entries. */
struct held {
    int64_t log;
    struct wait wait; /* log 0: try it */
};

/* Merge one held entry behind a mark of its own. One that this machine has no memory for stays held: it
 * may not stand in the way of the run that happened to make it ready.
 *   Returns  ERR_AGAIN it is held */
static enum err
apply_held_entry(struct work *w, struct log_row *log, struct wait *ret_wait, struct error *e)
{
    struct arena a;
    struct entry_row row;
    struct verified_entry entry;
    enum err err = store_savepoint(w->s, e);

    if (err != OK)
        return err;
    arena_init(&a, REPLAY_ENTRY_ARENA_BYTES_MAX);
    err = entry_get(w->s, log->id, log->applied_seq + 1, &a, &row, e);
    if (err == OK)
        err = item_decode(row.item, row.item_size, &a, &entry, e);
    entry.seq = log->applied_seq + 1;
    if (err == OK)
        err = apply_entry(w, log, &entry, &row.hash, ret_wait, e);
    arena_release(&a);
    if (err == OK)
        err = store_savepoint_keep(w->s, e);
    else if (store_savepoint_undo(w->s) && err == ERR_NOMEM) {
        *ret_wait = (struct wait){log->id, UINT64_MAX};
        err = ERR_AGAIN;
    }
    return err;
}

/* Merge what a log holds, as far as it is ready. */
static enum err
apply_held(struct work *w, struct held *held, uint64_t *ret_applied_seq, struct error *e)
{
    struct log_row log;
    uint64_t before;
    enum err err = log_get(w->s, held->log, &log, e);

    if (err != OK)
        return err;
    before = log.applied_seq;
    held->wait = (struct wait){log.id, UINT64_MAX}; /* for more of itself, when all is merged */
    while (err == OK && log.applied_seq < log.received_seq)
        err = apply_held_entry(w, &log, &held->wait, e);
    *ret_applied_seq = log.applied_seq;
    if (err == ERR_AGAIN)
        err = OK;
    return err == OK && log.applied_seq != before ? log_update(w->s, &log, e) : err;
}

/* Try each held log once, and again when what it waits for has been merged. */
static enum err
settle_space(struct work *w, struct error *e)
{
    struct arena a;
    struct log_row *logs;
    struct held *held = NULL;
    size_t count = 0;
    bool moved = true;
    enum err err;

    arena_init(&a, SETTLE_ARENA_BYTES_MAX);
    err = log_list_held(w->s, w->space->id, &a, &logs, &count, e);
    if (err == OK && (held = arena_array(&a, count, sizeof *held)) == NULL && count > 0)
        err = err_set(e, ERR_NOMEM, "ingest: too many logs wait");
    for (size_t i = 0; err == OK && i < count; i++)
        held[i].log = logs[i].id;
    while (err == OK && moved) {
        moved = false;
        for (size_t i = 0; err == OK && i < count; i++) {
            uint64_t applied_seq;

            if (held[i].wait.log != 0)
                continue;
            err = apply_held(w, &held[i], &applied_seq, e);
            for (size_t k = 0; err == OK && k < count; k++) {
                if (held[k].wait.log == held[i].log && held[k].wait.seq <= applied_seq) {
                    held[k].wait.log = 0;
                    moved = true;
                }
            }
        }
    }
    arena_release(&a);
    return err;
}

/* --- runs ------------------------------------------------------------------------------------ */

/* Find where the run joins what is stored.
 *   ret_skip  entries at its front that are already here
 *   Returns   ERR_AGAIN, ERR_CONFLICT as ingest_run() */
static enum err
join_run(struct store *s, const struct verified_run *run, const struct log_row *log, size_t *ret_skip,
         struct error *e)
{
    const struct verified_entry *first = verified_run_entry(run, 0);
    size_t count = verified_run_count(run);
    uint64_t last = first->seq + count - 1;
    uint64_t overlap = last < log->received_seq ? last : log->received_seq;
    struct hash hash;
    enum err err;

    if (first->seq > log->received_seq + 1)
        return err_set(e, ERR_AGAIN, "entries %llu to %llu of the log are missing",
                       (unsigned long long) log->received_seq + 1,
                       (unsigned long long) first->seq - 1);
    *ret_skip = 0;
    if (overlap < first->seq)
        return OK;
    err = entry_hash(s, log->id, overlap, &hash, e);
    if (err != OK)
        return err;
    if (!hash_equal(&hash, &verified_run_entry(run, (size_t) (overlap - first->seq))->hash))
        return err_set(e, ERR_CONFLICT, "the log goes on differently here at or before entry %llu",
                       (unsigned long long) overlap);
    *ret_skip = (size_t) (overlap - first->seq + 1);
    return OK;
}

/* Keep signatures about RUN_SIGN_BYTES apart, and the newest: the one before goes when the entries
 * between its own predecessor and the newest still fit one signing distance. */
static enum err
prune_signatures(struct store *s, int64_t log, uint64_t head, struct error *e)
{
    uint8_t signature[SIGNATURE_BYTES];
    uint64_t previous, older = 0, last;
    struct buf items;
    enum err err = signature_last_before(s, log, 1, head - 1, &previous, signature, e);

    if (err == ERR_NOT_FOUND)
        return OK;
    if (err == OK && previous > 1) {
        err = signature_last_before(s, log, 1, previous - 1, &older, signature, e);
        if (err == ERR_NOT_FOUND) {
            older = 0;
            err = OK;
        }
    }
    if (err != OK)
        return err;
    buf_init(&items, RUN_BYTES_MAX);
    err = log_read_items(s, log, older + 1, head, RUN_SIGN_BYTES, &items, &last, e);
    if (err == OK && last == head && items.size <= RUN_SIGN_BYTES)
        err = signature_drop(s, log, previous, e);
    buf_release(&items);
    return err;
}

static bool
is_signed(const struct verified_run *run)
{
    static const uint8_t unsigned_yet[SIGNATURE_BYTES];

    return memcmp(verified_run_signature(run), unsigned_yet, SIGNATURE_BYTES) != 0;
}

enum err
ingest_signed(struct store *s, int64_t log, uint64_t seq, const uint8_t signature[SIGNATURE_BYTES],
              struct error *e)
{
    enum err err = signature_add(s, log, seq, signature, e);

    return err == OK && seq > 1 ? prune_signatures(s, log, seq, e) : err;
}

/* Store the run's entries from number `skip` on, and merge them as long as they are ready. */
static enum err
take_entries(struct work *w, const struct verified_run *run, size_t skip, struct log_row *log,
             struct error *e)
{
    bool held = log->applied_seq < log->received_seq;
    struct wait wait;
    enum err err = OK;

    for (size_t i = skip; err == OK && i < verified_run_count(run); i++) {
        const struct verified_entry *entry = verified_run_entry(run, i);

        err = log_append(w->s, log->id, entry, e);
        if (err != OK)
            break;
        log->received_seq = entry->seq;
        log->received_hash = entry->hash;
        w->result.stored++;
        if (entry->seq == 1) /* it is listed from now on: its own entries may close it */
            err = log_update(w->s, log, e);
        if (err != OK || held)
            continue;
        err = apply_entry(w, log, entry, &entry->hash, &wait, e);
        if (err == ERR_AGAIN) {
            held = true;
            err = OK;
        }
    }
    return err;
}

/* A log whose device has lost its rights is taken only as far as somebody has seen it; what waits here may
 * need more. */
static enum err
check_closed(struct work *w, const struct verified_run *run, struct log_row *log, struct error *e)
{
    struct arena a;
    struct log_row *held;
    size_t held_count = 0;
    bool closed = log->closed;
    enum err err = OK;

    if (log->received_seq == 0 && !closed) {
        err = trust_is_closed(w->s, w->space, log->name.device, &closed, e);
        if (err == OK && closed)
            err = log_close(w->s, log->id, true, 0, e);
        w->any_closed = w->any_closed || closed;
    }
    if (err != OK || !closed || verified_run_entry(run, 0)->seq <= log->reach)
        return err;
    arena_init(&a, SETTLE_ARENA_BYTES_MAX);
    err = log_list_held(w->s, w->space->id, &a, &held, &held_count, e);
    arena_release(&a);
    if (err == OK && held_count == 0)
        err = err_say(e, ERR_AUTH, N_("the right of this machine was taken back: ask the office that gave it"),
                      NULL);
    return err;
}

enum err
ingest_run(struct store *s, const struct verified_run *run, struct ingest_result *ret_result,
           struct error *e)
{
    const struct log_id *name = verified_run_id(run);
    struct space_row space;
    struct work w = {.s = s, .space = &space};
    struct held held = {0};
    struct log_row log;
    size_t skip = 0;
    uint64_t applied_seq;
    enum err err = space_find(s, name->space, &space, e);

    if (err == OK)
        err = log_add(s, name, false, &log, e);
    if (err == OK)
        err = log_any_closed(s, space.id, &w.any_closed, e);
    if (err == OK)
        err = check_closed(&w, run, &log, e);
    if (err == OK)
        err = join_run(s, run, &log, &skip, e);
    if (err == OK)
        err = entry_last_applied(s, &w.applied, e);
    /* what was left for want of memory waits for nothing else */
    if (err == OK && log.applied_seq < log.received_seq) {
        held.log = log.id;
        err = apply_held(&w, &held, &applied_seq, e);
        if (err == OK)
            err = log_get(s, log.id, &log, e);
    }
    if (err == OK)
        err = take_entries(&w, run, skip, &log, e);
    /* Entries of an own log that another machine brings: it was written on elsewhere, from a copy. */
    if (w.result.stored > 0 && log.own && is_signed(run))
        log.own = false;
    if (err == OK && w.result.stored > 0)
        err = log_update(s, &log, e);
    if (err == OK && w.result.stored > 0 && is_signed(run))
        err = ingest_signed(s, log.id, log.received_seq, verified_run_signature(run), e);
    if (err == OK && w.result.applied > 0)
        err = settle_space(&w, e);
    if (err == OK && w.changed)
        err = replay_space(s, &space, e);
    if (err == OK)
        *ret_result = w.result;
    return err;
}
