/* Runs that have come: the queue of their results, and the history that they are for what follows. */
#include "config.h"

#include <assert.h>
#include <string.h>

#include "protocol/session_core.h"
#include "protocol/util/mem.h"

/* --- history --------------------------------------------------------------------------------- */

size_t
session_history_bytes(const struct session *s)
{
    return s->own.history_bytes < s->peer.history_bytes ? s->own.history_bytes : s->peer.history_bytes;
}

enum err
session_compressor(struct session *s)
{
    if (s->compressor == NULL)
        s->compressor = compress_new(session_history_bytes(s));
    return s->compressor != NULL ? OK : ERR_NOMEM;
}

void
history_init(struct session *s, struct history *h)
{
    memset(h, 0, sizeof *h);
    buf_init(&h->tail, session_history_bytes(s));
    buf_init(&h->listed, session_history_bytes(s));
}

void
history_release(struct history *h)
{
    buf_release(&h->tail);
    buf_release(&h->listed);
}

const struct inbound *
inbound_holding(const struct session *s, uint32_t log, uint64_t seq)
{
    for (size_t i = s->inbound_count; i-- > 0;) {
        const struct inbound *run = &s->inbound[i];

        if (run->raw != NULL && run->log == log && run->first_seq <= seq && seq <= run->last_seq)
            return run;
    }
    return NULL;
}

/* Where item `seq` of a run begins in its bytes. */
static size_t
item_start(const struct inbound *run, uint64_t seq)
{
    return seq == run->first_seq ? 0 : run->ends[seq - run->first_seq - 1];
}

/* One entry, from the runs on their way to the store or from the store. */
enum err
history_add_listed(struct session *s, const struct log_id *id, uint64_t seq, struct history *h,
                   struct error *e)
{
    for (size_t i = 0; i < s->inbound_count; i++) {
        const struct inbound *run = &s->inbound[i];
        struct log_id other;

        if (run->raw == NULL || seq < run->first_seq || seq > run->last_seq)
            continue;
        table_log_id(s, run->log, &other);
        if (vector_compare_log(&other, id) == 0)
            return buf_append(&h->listed, run->raw + item_start(run, seq),
                              run->ends[seq - run->first_seq] - item_start(run, seq));
    }
    return s->host->item(s->context, id, seq, &h->listed, e);
}

/* The log's items before `first_seq`: newest first as long as whole ones fit; those on their way to the
 * store come from the inbound runs. */
static enum err
gather_tail(struct session *s, uint32_t log, uint64_t first_seq, size_t bytes_max, struct history *h,
            struct error *e)
{
    uint64_t last = first_seq - 1;   /* the last one to come from the store */
    uint64_t in_flight = first_seq;  /* the first one to come from the inbound runs */
    size_t left = bytes_max;
    const struct inbound *run;
    struct log_id id;
    bool full = false;
    enum err err = OK;

    while (!full && last > 0 && (run = inbound_holding(s, log, last)) != NULL) {
        while (last >= run->first_seq && !full) {
            size_t size = run->ends[last - run->first_seq] - item_start(run, last);

            full = size > left;
            if (!full) {
                left -= size;
                in_flight = last--;
            }
        }
    }
    h->tail_first = in_flight;
    table_log_id(s, log, &id);
    if (!full && last > 0)
        err = s->host->tail(s->context, &id, last, left, &h->tail, &h->tail_first, e);
    for (uint64_t seq = in_flight; seq < first_seq && err == OK;) {
        size_t from;

        run = inbound_holding(s, log, seq);
        assert(run != NULL);
        from = item_start(run, seq);
        if (run->last_seq >= first_seq) { /* it overlaps what is being read; take what lies before */
            err = buf_append(&h->tail, run->raw + from, item_start(run, first_seq) - from);
            break;
        }
        err = buf_append(&h->tail, run->raw + from, run->raw_size - from);
        seq = (uint64_t) run->last_seq + 1;
    }
    return err;
}

enum err
history_gather(struct session *s, uint32_t log, uint64_t first_seq, const struct buf *earlier,
               size_t earlier_size, struct history *h, struct error *e)
{
    size_t limit = session_history_bytes(s) - h->listed.size;
    size_t skip = earlier_size > limit ? earlier_size - limit : 0;
    enum err err = OK;

    h->tail_first = first_seq;
    if (skip == 0)
        err = gather_tail(s, log, first_seq, limit - earlier_size, h, e);
    if (err != OK)
        return err;
    h->count = 0;
    if (h->tail.size > 0)
        h->pieces[h->count++] = (struct compress_piece) {h->tail.bytes, h->tail.size};
    if (earlier_size > 0)
        h->pieces[h->count++] = (struct compress_piece) {earlier->bytes + skip, earlier_size - skip};
    if (h->listed.size > 0)
        h->pieces[h->count++] = (struct compress_piece) {h->listed.bytes, h->listed.size};
    return OK;
}

/* --- inbound runs ---------------------------------------------------------------------------- */

static void
drop_raw(struct inbound *run)
{
    mem_free(run->raw);
    mem_free(run->ends);
    run->raw = NULL;
    run->ends = NULL;
}

void
inbound_release(struct session *s)
{
    for (size_t i = 0; i < s->inbound_count; i++)
        drop_raw(&s->inbound[i]);
    mem_free(s->inbound);
    s->inbound = NULL;
    s->inbound_count = s->inbound_capacity = 0;
}

bool
inbound_waiting(const struct session *s)
{
    for (size_t i = 0; i < s->inbound_count; i++)
        if (s->inbound[i].state == INBOUND_WAITING)
            return true;
    return false;
}

struct inbound *
inbound_add(struct session *s)
{
    if (s->inbound_count == s->inbound_capacity) {
        size_t capacity = s->inbound_capacity == 0 ? 4 : s->inbound_capacity * 2;
        struct inbound *grown = mem_resize(s->inbound, capacity * sizeof *grown);

        if (grown == NULL)
            return NULL;
        s->inbound = grown;
        s->inbound_capacity = capacity;
    }
    memset(&s->inbound[s->inbound_count], 0, sizeof *s->inbound);
    return &s->inbound[s->inbound_count++];
}

static unsigned
refusal_of(enum err err)
{
    switch (err) {
    case ERR_CONFLICT:
        return REASON_FORK;
    case ERR_AGAIN:
        return REASON_GAP;
    case ERR_AUTH:
        return REASON_AUTH;
    case ERR_NOT_FOUND:
        return REASON_UNKNOWN;
    case ERR_LIMIT:
        return REASON_LIMIT;
    case ERR_FORMAT:
    case ERR_UNSUPPORTED:
        return REASON_FORMAT;
    default:
        return 0;
    }
}

void
inbound_refuse(struct session *s, struct inbound *run, unsigned reason, const struct error *e)
{
    struct session_log *log = &s->logs[run->log];
    struct error told;

    run->state = INBOUND_REFUSED;
    run->reason = reason;
    log->blocked = true;
    log->have_seq = log->mine_seq;
    s->counts.refused_in++;
    err_set(&told, ERR_AUTH, "run %lu..%lu refused, reason %u: %s", (unsigned long) run->first_seq,
            (unsigned long) run->last_seq, reason, e != NULL ? e->text : "");
    s->host->event(s->context, &told);
    if (++s->refusals > SESSION_REFUSALS_MAX)
        session_fail(s, ERR_LIMIT, REASON_LIMIT, &told);
}

void
inbound_settle(struct session *s, uint64_t ticket, enum err err, const struct error *e)
{
    for (size_t i = 0; i < s->inbound_count; i++) {
        struct inbound *run = &s->inbound[i];
        struct session_log *log;

        if (run->state != INBOUND_WAITING || run->ticket != ticket)
            continue;
        log = &s->logs[run->log];
        s->uncommitted_bytes -= run->raw_size;
        if (err == OK) {
            run->state = INBOUND_DURABLE;
            if (log->mine_seq < run->last_seq)
                log->mine_seq = run->last_seq;
            s->counts.entries_in += run->last_seq - run->first_seq + 1;
        } else if (refusal_of(err) != 0) {
            inbound_refuse(s, run, refusal_of(err), e);
        } else {
            session_fail(s, err, REASON_BUSY, e);
        }
        drop_raw(run);
        return;
    }
}
