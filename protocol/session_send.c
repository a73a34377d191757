/* Messages out: hello, results, runs, in this order; as much as a payload has room for. */
#include "config.h"

#include <assert.h>
#include <string.h>

#include "protocol/session_core.h"
#include "protocol/util/mem.h"

enum {
    /* a run's head and its chunk's, without the list of history */
    RUN_HEAD_BYTES_MAX = 96,
    /* runs on a poor link are so many payloads, compressed to perhaps a third of it */
    RUN_PAYLOADS = 4,
    /* a space's and a log's introduction at their longest */
    INTRODUCTION_BYTES_MAX = 1 + GENESIS_BYTES + 1 + 4 + DEVICE_BYTES + 8 + 5 + HEAD_HASH_BYTES,
    /* runs up to here look for earlier entries of their records as history */
    RELATED_RAW_BYTES_MAX = 8 * 1024,
    /* and these together are at most so long */
    RELATED_BYTES_MAX = 32 * 1024,
    /* from here on chunks go as a stream: its memory and its missing tables pay */
    STREAM_RAW_BYTES_MIN = 16 * 1024,
    STREAM_ENTRIES_MIN = 64,
};

/* --- introductions --------------------------------------------------------------------------- */

static bool
has_room(const struct buf *out, size_t room, size_t bytes)
{
    return out->size <= room && room - out->size >= bytes;
}

static void
read_head(struct session *s, uint32_t index, uint64_t seq, uint8_t ret_head[HEAD_HASH_BYTES])
{
    struct log_id id;
    struct hash hash;

    memset(&hash, 0, sizeof hash);
    table_log_id(s, index, &id);
    if (seq > 0)
        s->host->hash(s->context, &id, seq, &hash, NULL);
    memcpy(ret_head, hash.bytes, HEAD_HASH_BYTES);
}

static enum err
introduce_space(struct session *s, uint32_t index, struct buf *out)
{
    struct session_space *space = &s->spaces[index];
    struct message_ref ref;

    if (table_space_ref(s, index, &ref))
        return OK;
    assert(space->has_genesis);
    message_put_space(out, space->genesis);
    return table_place(s, TABLE_SPACES_OUT, index, &space->out_place);
}

/* Say how far I have a log (0: only that there is one), introducing it where needed. */
static enum err
tell_log(struct session *s, uint32_t index, uint64_t seq, struct buf *out)
{
    struct session_log *log = &s->logs[index];
    struct message_ref ref;
    enum err err = OK;

    if (table_log_ref(s, index, &ref)) {
        struct message_has has = {.log = ref, .seq = seq};

        if (seq == 0)
            return OK;
        read_head(s, index, seq, has.head);
        message_put_has(out, &has);
    } else {
        struct message_log m = {.epoch = log->epoch, .seq = seq};

        err = introduce_space(s, log->space, out);
        if (err != OK)
            return err;
        table_space_ref(s, log->space, &m.space);
        memcpy(m.device, log->device, DEVICE_BYTES);
        read_head(s, index, seq, m.head);
        message_put_log(out, &m);
        err = table_place(s, TABLE_LOGS_OUT, index, &log->out_place);
    }
    if (log->shown_seq < seq)
        log->shown_seq = (uint32_t) seq;
    return err != OK ? err : out->err;
}

/* --- hello ----------------------------------------------------------------------------------- */

static enum err
open_hello(struct session *s, struct buf *out, struct error *e)
{
    struct buf base;
    enum err err = ERR_NOT_FOUND;

    if (s->role == SESSION_RESPONDER && s->counts.same_base) {
        message_put_bare(out, MESSAGE_SAME);
        s->hello_out = HELLO_BASE;
        return OK;
    }
    if (s->state == SESSION_START) {
        buf_init(&base, BASE_BYTES_MAX);
        err = s->host->base_last(s->context, &base, e);
        if (err == OK)
            err = table_load(s, base.bytes, base.size, e);
        buf_release(&base);
        if (err != OK && err != ERR_NOT_FOUND)
            return err;
    }
    if (err == OK) {
        message_put_base(out, s->base_digest);
        s->hello_out = HELLO_BASE;
    } else {
        message_put_full(out, &s->own);
        s->hello_out = HELLO_LISTING;
    }
    return table_scan(s, e);
}

/* My spaces, then my logs; goes on where the last frame had no more room. */
static enum err
list_hello(struct session *s, struct buf *out, size_t room)
{
    enum err err = OK;

    for (; s->list_space < s->spaces_count && err == OK; s->list_space++) {
        if (!has_room(out, room, INTRODUCTION_BYTES_MAX))
            return OK;
        if (s->spaces[s->list_space].shared)
            err = introduce_space(s, (uint32_t) s->list_space, out);
    }
    for (; s->list_log < s->logs_count && err == OK; s->list_log++) {
        const struct session_log *log = &s->logs[s->list_log];

        if (!has_room(out, room, INTRODUCTION_BYTES_MAX))
            return OK;
        if (s->spaces[log->space].shared && log->mine_seq > 0)
            err = tell_log(s, (uint32_t) s->list_log, log->mine_seq, out);
    }
    if (err == OK) {
        message_put_bare(out, MESSAGE_END);
        s->hello_out = HELLO_DONE;
    }
    return err;
}

/* With a base: what I have beyond it and have not just sent. Without room it is left out; then the peer
 * may send what I have, nothing worse. */
static enum err
list_differences(struct session *s, struct buf *out, size_t room)
{
    enum err err = OK;

    for (size_t i = 0; i < s->logs_count && err == OK; i++) {
        const struct session_log *log = &s->logs[i];
        bool just_sent = log->sent_seq > log->theirs_seq && log->sent_seq >= log->mine_seq;

        if (s->spaces[log->space].shared && !log->blocked && log->mine_seq > log->shown_seq && !just_sent &&
            has_room(out, room, INTRODUCTION_BYTES_MAX))
            err = tell_log(s, (uint32_t) i, log->mine_seq, out);
    }
    return err;
}

/* Tell what an earlier session has left of a run, if it is of use. */
static enum err
tell_part(struct session *s, struct buf *out)
{
    struct part *part = &s->part_in;
    struct message_part m;
    struct log_id id;
    uint64_t first, last;
    uint32_t space;
    enum err err;

    s->part_told = true;
    buf_reset(&part->raw);
    if (s->host->partial_load == NULL ||
        s->host->partial_load(s->context, &id, &first, &last, &part->raw) != OK)
        return OK;
    err = table_space(s, id.space, &space);
    if (err == OK)
        err = table_log(s, space, id.device, id.epoch, &part->log);
    if (err != OK || !s->spaces[space].shared || s->logs[part->log].have_seq >= last ||
        s->logs[part->log].have_seq + 1 < first)
        return err;
    err = tell_log(s, part->log, 0, out);
    if (err != OK)
        return err;
    part->has = true;
    part->first_seq = (uint32_t) first;
    part->last_seq = (uint32_t) last;
    table_log_ref(s, part->log, &m.log);
    m.first_seq = first;
    m.count = (uint32_t) (last - first + 1);
    m.bytes = (uint32_t) part->raw.size;
    message_put_part(out, &m);
    return out->err;
}

/* --- results --------------------------------------------------------------------------------- */

static void
put_acks(struct session *s, size_t first, size_t count, struct buf *out)
{
    for (size_t i = first; i < first + count; i++) {
        struct session_log *log = &s->logs[s->inbound[i].log];

        if (log->shown_seq < s->inbound[i].last_seq)
            log->shown_seq = s->inbound[i].last_seq;
    }
    if (count > 0)
        message_put_ack(out, (uint32_t) count);
}

static void
put_results(struct session *s, struct buf *out, size_t room)
{
    size_t done = 0;
    size_t durable = 0;

    while (done < s->inbound_count && s->inbound[done].state != INBOUND_WAITING &&
           has_room(out, room, 16)) {
        const struct inbound *run = &s->inbound[done];

        if (run->state == INBOUND_DURABLE) {
            durable++;
        } else {
            put_acks(s, done - durable, durable, out);
            durable = 0;
            if (run->state == INBOUND_REFUSED)
                message_put_refuse(out, run->reason);
            else
                message_put_bare(out, MESSAGE_AGAIN);
        }
        done++;
    }
    put_acks(s, done - durable, durable, out);
    s->inbound_count -= done;
    if (done > 0)
        memmove(s->inbound, s->inbound + done, s->inbound_count * sizeof *s->inbound);
}

/* --- runs ------------------------------------------------------------------------------------ */

/* The last entry that the peer has or will have of what was sent. */
static uint32_t
sent_up_to(const struct session_log *log)
{
    return log->theirs_seq > log->sent_seq ? log->theirs_seq : log->sent_seq;
}

static bool
is_needed(const struct session *s, const struct session_log *log)
{
    const struct session_space *space = &s->spaces[log->space];

    return space->shared && !space->declined && !log->blocked && log->mine_seq > sent_up_to(log);
}

/* Raw bytes of a chunk, so that it fits one payload however badly it compresses. On a poor link the list
 * of history does not go with it. */
static size_t
chunk_bytes_max(const struct session *s)
{
    if (s->frame_bytes_max >= CHUNK_RAW_BYTES_MAX)
        return CHUNK_RAW_BYTES_MAX;
    return s->frame_bytes_max - RUN_HEAD_BYTES_MAX;
}

static size_t
run_bytes_target(const struct session *s)
{
    size_t bytes = s->frame_bytes_max * RUN_PAYLOADS;

    return bytes < SESSION_RUN_TARGET_BYTES ? bytes : SESSION_RUN_TARGET_BYTES;
}

/* The very run that the peer has a part of. */
static enum err
depart_again(struct session *s, uint32_t log, const struct log_id *id, uint64_t *ret_last)
{
    const struct part *part = &s->part_out;
    struct departure *d = &s->departure;

    if (!part->has || part->log != log || part->first_seq != sent_up_to(&s->logs[log]) + 1 ||
        s->logs[log].plain || part->last_seq > s->logs[log].mine_seq || s->host->run_to == NULL)
        return ERR_NOT_FOUND;
    if (s->host->run_to(s->context, id, part->first_seq, part->last_seq, &d->raw, d->signature, NULL) != OK) {
        buf_reset(&d->raw);
        return ERR_NOT_FOUND;
    }
    *ret_last = part->last_seq;
    return OK;
}

/* Leave out what the peer holds of this run. */
static bool
skip_part(struct session *s)
{
    struct part *part = &s->part_out;
    struct departure *d = &s->departure;

    if (!part->has || part->log != d->log || part->first_seq != d->first_seq ||
        part->last_seq != d->last_seq || part->bytes <= d->at || part->bytes >= d->raw.size ||
        s->logs[d->log].plain)
        return false;
    part->has = false;
    d->at = part->bytes;
    return true;
}

/* Read the next run that the peer lacks.
 *   Returns  ERR_NOT_FOUND there is none */
static enum err
depart(struct session *s, struct error *e)
{
    struct departure *d = &s->departure;

    for (size_t n = 0; n < s->logs_count; n++) {
        size_t i = (s->next_log + n) % s->logs_count;
        struct session_log *log = &s->logs[i];
        struct log_id id;
        uint64_t last = 0;
        enum err err;

        if (!is_needed(s, log))
            continue;
        table_log_id(s, (uint32_t) i, &id);
        buf_reset(&d->raw);
        err = depart_again(s, (uint32_t) i, &id, &last);
        if (err == ERR_NOT_FOUND)
            err = s->host->run(s->context, &id, (uint64_t) sent_up_to(log) + 1, run_bytes_target(s),
                               &d->raw, &last, d->signature, e);
        if (err == ERR_NOT_FOUND) { /* not signed yet: nothing to send of it */
            log->mine_seq = sent_up_to(log);
            continue;
        }
        if (err != OK)
            return err;
        d->active = true;
        d->begun = false;
        d->log = (uint32_t) i;
        d->first_seq = sent_up_to(log) + 1;
        d->last_seq = (uint32_t) last;
        d->at = 0;
        s->next_log = i;
        return OK;
    }
    return ERR_NOT_FOUND;
}

/* Earlier entries of the same records that the peer holds and that are not in the log's tail anyway. */
static enum err
list_related(struct session *s, struct message_chunk *chunk, struct history *h, struct error *e)
{
    const struct departure *d = &s->departure;
    struct session_related related[SESSION_RELATED_MAX];
    struct log_id id;
    size_t count = 0;
    enum err err;

    table_log_id(s, d->log, &id);
    err = s->host->related(s->context, &id, d->first_seq, d->last_seq, related, &count, e);
    for (size_t i = 0; i < count && err == OK; i++) {
        struct message_ref ref;
        uint32_t log;
        size_t before = h->listed.size;

        if (memcmp(related[i].log.space, id.space, SPACE_BYTES) != 0)
            continue;
        err = table_log(s, s->logs[d->log].space, related[i].log.device, related[i].log.epoch, &log);
        if (err != OK || !table_log_ref(s, log, &ref) || related[i].seq > sent_up_to(&s->logs[log]) ||
            (log == d->log && related[i].seq >= h->tail_first))
            continue;
        err = history_add_listed(s, &related[i].log, related[i].seq, h, e);
        if (err == OK && h->listed.size > RELATED_BYTES_MAX)
            h->listed.size = before;
        else if (err == OK)
            chunk->history[chunk->history_count++] = (struct message_entry) {ref, related[i].seq};
    }
    return err;
}

static enum err
gather_for_chunk(struct session *s, size_t size, struct message_chunk *chunk, struct history *h,
                 struct error *e)
{
    const struct departure *d = &s->departure;
    enum err err = history_gather(s, d->log, d->first_seq, &d->raw, d->at, h, e);

    if (err != OK || s->host->related == NULL || d->at > 0 || size > RELATED_RAW_BYTES_MAX ||
        s->frame_bytes_max < CHUNK_RAW_BYTES_MAX)
        return err;
    err = list_related(s, chunk, h, e);
    if (err != OK || chunk->history_count == 0)
        return err;
    buf_reset(&h->tail);
    return history_gather(s, d->log, d->first_seq, &d->raw, d->at, h, e);
}

/* About how many raw bytes of the log are to be sent, by those of the departing run. */
static size_t
bytes_to_send(const struct session *s)
{
    const struct departure *d = &s->departure;
    uint64_t each = d->raw.size / (d->last_seq - d->first_seq + 1);

    return d->raw.size + (size_t) ((s->logs[d->log].mine_seq - d->last_seq) * each);
}

/* Whether the chunk goes into the stream, which is of one space and begins with a run. Message 1 has none:
 * whether it is read is not known yet. Small chunks of a poor link fare better with the dictionary's tables. */
static bool
goes_streamed(struct session *s, bool resumed)
{
    const struct departure *d = &s->departure;
    const struct session_log *log = &s->logs[d->log];

    if (log->plain || resumed || s->state == SESSION_START || s->frame_bytes_max < CHUNK_RAW_BYTES_MAX)
        return false;
    if (compress_streaming(s->compressor) && s->stream_space == log->space)
        return true;
    compress_stream_end(s->compressor);
    s->stream_space = log->space;
    return d->at == 0 &&
           (d->raw.size >= STREAM_RAW_BYTES_MIN || log->mine_seq - d->last_seq >= STREAM_ENTRIES_MIN);
}

/* Pack the next chunk of the departing run into a message in the stash. */
static enum err
pack_chunk(struct session *s, struct error *e)
{
    struct departure *d = &s->departure;
    struct session_log *log = &s->logs[d->log];
    bool resumed = skip_part(s);
    size_t left = d->raw.size - d->at;
    struct message_run run = {.count = d->last_seq - d->first_seq + 1};
    struct message_chunk *chunk = &run.chunk;
    struct compress_input input = {.bytes = d->raw.bytes + d->at,
                                   .size = left < chunk_bytes_max(s) ? left : chunk_bytes_max(s),
                                   .level = s->level};
    enum compress_mode mode = COMPRESS_STORED;
    struct history h;
    struct buf packed;
    enum err err = session_compressor(s);

    history_init(s, &h);
    buf_init(&packed, CHUNK_RAW_BYTES_MAX);
    input.same_shipped = memcmp(s->own.dictionary, s->peer.dictionary, DICTIONARY_ID_BYTES) == 0;
    if (err == OK)
        input.stream = goes_streamed(s, resumed);
    input.stream_bytes = bytes_to_send(s);
    if (err == OK && !log->plain && !(input.stream && compress_streaming(s->compressor)))
        err = gather_for_chunk(s, input.size, chunk, &h, e);
    input.history = h.pieces;
    input.history_count = h.count;
    if (err == OK)
        err = compress_encode(s->compressor, &input, &packed, &mode, e);
    if (err == OK) {
        d->packed = input.size;
        chunk->mode = mode;
        if (mode < COMPRESS_SHARED)
            chunk->history_count = 0;
        chunk->last = input.size == left;
        chunk->resumed = resumed;
        chunk->raw_size = (uint32_t) input.size;
        chunk->bytes = packed.bytes;
        chunk->size = packed.size;
        if (!d->begun) {
            table_log_ref(s, d->log, &run.log);
            run.step = (int64_t) d->first_seq - 1 - log->out_end;
            memcpy(run.signature, d->signature, SIGNATURE_BYTES);
            message_put_run(&s->stash, &run);
        } else {
            message_put_chunk(&s->stash, chunk);
        }
        err = s->stash.err;
    }
    buf_release(&packed);
    history_release(&h);
    return err;
}

static enum err
outbound_add(struct session *s, const struct departure *d)
{
    if (s->outbound_count == s->outbound_capacity) {
        size_t capacity = s->outbound_capacity == 0 ? 4 : s->outbound_capacity * 2;
        struct outbound *grown = mem_resize(s->outbound, capacity * sizeof *grown);

        if (grown == NULL)
            return ERR_NOMEM;
        s->outbound = grown;
        s->outbound_capacity = capacity;
    }
    s->outbound[s->outbound_count++] = (struct outbound) {.log = d->log,
                                                          .first_seq = d->first_seq,
                                                          .last_seq = d->last_seq,
                                                          .generation = s->logs[d->log].generation};
    return OK;
}

/* The stash goes into the payload. */
static enum err
place_chunk(struct session *s, struct buf *out)
{
    struct departure *d = &s->departure;
    struct session_log *log = &s->logs[d->log];

    if (!d->begun) {
        d->begun = true;
        if (outbound_add(s, d) != OK)
            return ERR_NOMEM;
        log->sent_seq = d->last_seq;
        log->out_end = d->last_seq;
        s->counts.runs_out++;
        s->counts.raw_out += d->raw.size;
    }
    s->outbound[s->outbound_count - 1].bytes += (uint32_t) s->stash.size;
    s->unacked_bytes += s->stash.size;
    s->idle_said = false;
    s->awaiting = true;
    buf_append(out, s->stash.bytes, s->stash.size);
    buf_reset(&s->stash);
    d->at += d->packed;
    if (d->at == d->raw.size) {
        d->active = false;
        buf_release(&d->raw);
    }
    return out->err;
}

/* Send runs while there is room and the peer keeps up.
 *   ret_done  nothing is left to send */
static enum err
put_runs(struct session *s, struct buf *out, size_t room, size_t runs_room, bool *ret_done,
         struct error *e)
{
    size_t start = out->size;
    enum err err;

    *ret_done = false;
    while (s->unacked_bytes < SESSION_UNACKED_BYTES_MAX) {
        if (!s->departure.active) {
            err = depart(s, e);
            if (err == ERR_NOT_FOUND) {
                *ret_done = true;
                return OK;
            }
            if (err != OK)
                return err;
        }
        if (s->stash.size == 0) {
            if (!has_room(out, room, INTRODUCTION_BYTES_MAX))
                return OK;
            err = tell_log(s, s->departure.log, 0, out);
            if (err == OK)
                err = pack_chunk(s, e);
            if (err != OK)
                return err;
        }
        /* What the answer says may make a long run needless, and one that is begun cannot be left. */
        if (s->state == SESSION_START && s->departure.packed < s->departure.raw.size)
            return OK;
        if (!has_room(out, room, s->stash.size) || out->size - start + s->stash.size > runs_room)
            return OK;
        err = place_chunk(s, out);
        if (err != OK)
            return err;
    }
    return OK;
}

/* --- payload --------------------------------------------------------------------------------- */

static bool
may_send_runs(const struct session *s)
{
    if (s->state == SESSION_START)
        return s->hello_out == HELLO_BASE;
    return s->hello_in == HELLO_DONE && s->hello_out != HELLO_NONE && s->hello_out != HELLO_LISTING;
}

enum err
session_compose(struct session *s, struct buf *out, size_t room, size_t runs_room, struct error *e)
{
    bool hello = false;
    bool done = false;
    enum err err = OK;

    if (s->join.size > 0 && !s->join_sent) {
        s->join_sent = true;
        return buf_append(out, s->join.bytes, s->join.size);
    }
    if (s->joined.size > 0) {
        buf_append(out, s->joined.bytes, s->joined.size);
        buf_release(&s->joined);
    }
    if (s->hello_out == HELLO_NONE) {
        hello = true;
        err = open_hello(s, out, e);
        if (s->link_due)
            message_put_link(out, (uint32_t) s->frame_bytes_max);
        s->link_due = false;
    } else if (s->scan) {
        err = table_scan(s, e);
    }
    if (err == OK && s->declines.size > 0) {
        buf_append(out, s->declines.bytes, s->declines.size);
        buf_release(&s->declines);
    }
    if (err == OK && s->hello_out == HELLO_LISTING) {
        s->awaiting = true;
        err = list_hello(s, out, room);
    }
    if (err == OK && !s->part_told && (s->hello_out == HELLO_BASE || s->hello_out == HELLO_DONE) &&
        has_room(out, room, 2 * INTRODUCTION_BYTES_MAX))
        err = tell_part(s, out);
    if (err != OK)
        return err;
    put_results(s, out, room);
    if (may_send_runs(s)) {
        err = put_runs(s, out, room, runs_room, &done, e);
        if (err == OK && hello && s->hello_out == HELLO_BASE)
            err = list_differences(s, out, room);
    }
    if (err == OK && done && !s->idle_said) {
        compress_stream_end(s->compressor); /* IDLE tells the peer so */
        message_put_bare(out, MESSAGE_IDLE);
        s->idle_said = true;
    }
    return err != OK ? err : out->err;
}
