/* Messages in: from a decrypted payload to verified runs in the host's hands. */
#include "config.h"

#include <assert.h>
#include <string.h>

#include "protocol/session_core.h"
#include "protocol/util/mem.h"

/* --- a run, whole ---------------------------------------------------------------------------- */

/* hash(first - 1) as it is here, or will be when what is on its way has arrived. */
static enum err
previous_hash(struct session *s, uint32_t log, const struct log_id *id, uint64_t first_seq,
              struct hash *ret_hash, struct error *e)
{
    const struct inbound *run;

    if (first_seq == 1) {
        chain_start(id, ret_hash);
        return OK;
    }
    run = inbound_holding(s, log, first_seq - 1);
    if (run == NULL)
        return s->host->hash(s->context, id, first_seq - 1, ret_hash, e);
    if (run->last_seq != first_seq - 1)
        return ERR_AGAIN;
    *ret_hash = run->head;
    return OK;
}

/* True when everything of the run is in the store already, with the same chain. */
static bool
is_here(struct session *s, const struct log_id *id, const struct verified_run *verified, uint64_t last_seq)
{
    const struct verified_entry *last = verified_run_entry(verified, verified_run_count(verified) - 1);
    struct hash hash;

    return s->host->hash(s->context, id, last_seq, &hash, NULL) == OK && hash_equal(&hash, &last->hash);
}

/* What inbound runs are kept for: their bytes are history for what follows. */
static enum err
keep_raw(struct inbound *run, const struct verified_run *verified, const struct buf *raw)
{
    size_t count = verified_run_count(verified);
    size_t end = 0;

    run->raw = mem_alloc(raw->size);
    run->ends = mem_alloc(count * sizeof *run->ends);
    if (run->raw == NULL || run->ends == NULL)
        return ERR_NOMEM;
    memcpy(run->raw, raw->bytes, raw->size);
    for (size_t i = 0; i < count; i++) {
        end += verified_run_entry(verified, i)->item_size;
        run->ends[i] = (uint32_t) end;
    }
    run->raw_size = raw->size;
    run->head = verified_run_entry(verified, count - 1)->hash;
    return OK;
}

/* Hand a verified run to the host. */
static enum err
commit_run(struct session *s, struct inbound *run, const struct log_id *id,
           struct verified_run *take_verified, struct error *e)
{
    struct session_log *log = &s->logs[run->log];
    enum err err;

    log->again = false;
    if (log->theirs_seq < run->last_seq)
        log->theirs_seq = run->last_seq;
    if (is_here(s, id, take_verified, run->last_seq)) {
        verified_run_free(take_verified);
        run->state = INBOUND_DURABLE;
        return OK;
    }
    err = keep_raw(run, take_verified, &s->assembly.raw);
    if (err != OK) {
        verified_run_free(take_verified);
        return err;
    }
    if (log->have_seq < run->last_seq)
        log->have_seq = run->last_seq;
    run->state = INBOUND_WAITING;
    run->ticket = ++s->next_ticket;
    s->uncommitted_bytes += run->raw_size;
    s->counts.runs_in++;
    s->counts.raw_in += run->raw_size;
    return s->host->commit(s->context, run->ticket, take_verified, s->spaces[log->space].genesis, e);
}

/* The run's last chunk has come. */
static enum err
finish_run(struct session *s, struct error *e)
{
    struct assembly *a = &s->assembly;
    struct inbound *run = inbound_add(s);
    struct verified_run *verified = NULL;
    struct run untrusted;
    struct hash previous;
    struct error why = {.code = OK};
    enum err err;

    a->active = false;
    if (a->resumed)
        s->host->partial_save(s->context, NULL, 0, 0, NULL, 0);
    if (run == NULL)
        return err_set(e, ERR_NOMEM, "session: no memory");
    run->state = a->state;
    run->reason = a->reason;
    run->log = a->log;
    run->first_seq = a->first_seq;
    run->last_seq = a->last_seq;
    if (a->skip) {
        if (a->state == INBOUND_REFUSED)
            inbound_refuse(s, run, a->reason, NULL);
        return OK;
    }
    memset(&untrusted, 0, sizeof untrusted);
    table_log_id(s, a->log, &untrusted.id);
    untrusted.first_seq = a->first_seq;
    untrusted.last_seq = a->last_seq;
    untrusted.items = a->raw.bytes;
    untrusted.items_size = a->raw.size;
    memcpy(untrusted.signature, a->signature, SIGNATURE_BYTES);
    err = previous_hash(s, a->log, &untrusted.id, a->first_seq, &previous, &why);
    if (err == OK)
        err = run_verify(&untrusted, &previous, &verified, &why);
    if (err == OK)
        return commit_run(s, run, &untrusted.id, verified, e);
    if (err == ERR_NOMEM || err == ERR_IO)
        return err_set(e, err, "%s", why.text);
    /* Wrong history decodes without an error: once more without it, before the run is called bad. */
    if ((a->history || err == ERR_AGAIN) && !s->logs[a->log].again) {
        s->logs[a->log].again = true;
        run->state = INBOUND_AGAIN;
        s->counts.again_in++;
        return OK;
    }
    inbound_refuse(s, run, err == ERR_AGAIN ? REASON_GAP : REASON_AUTH, &why);
    return OK;
}

/* --- chunks ---------------------------------------------------------------------------------- */

static enum err
gather_for_chunk(struct session *s, const struct message_chunk *chunk, struct history *h,
                 struct error *e)
{
    struct assembly *a = &s->assembly;
    enum err err = OK;

    for (uint32_t i = 0; i < chunk->history_count && err == OK; i++) {
        struct log_id id;
        uint32_t log;

        if (table_resolve(s, true, chunk->history[i].log, &log) != OK ||
            s->logs[log].space != s->logs[a->log].space)
            return err_set(e, ERR_FORMAT, "chunk: history of a log that it may not name");
        table_log_id(s, log, &id);
        err = history_add_listed(s, &id, chunk->history[i].seq, h, e);
    }
    return err == OK ? history_gather(s, a->log, a->first_seq, &a->raw, a->raw.size, h, e) : err;
}

static enum err
unpack_chunk(struct session *s, const struct message_chunk *chunk, struct error *e)
{
    struct compress_chunk packed = {
        .mode = chunk->mode, .raw_size = chunk->raw_size, .bytes = chunk->bytes, .size = chunk->size};
    struct buf *raw = &s->assembly.raw;
    struct history h;
    enum err err = OK;

    /* The run's earlier bytes are history: make room now, so that they do not move under the decoder. */
    if (buf_extend(raw, chunk->raw_size) == NULL)
        return err_set(e, raw->err, "a run longer than %d bytes", RUN_BYTES_MAX);
    raw->size -= chunk->raw_size;
    history_init(s, &h);
    if (chunk->mode >= COMPRESS_SHARED)
        s->assembly.history = true;
    if (chunk->mode >= COMPRESS_SHARED && chunk->mode != COMPRESS_STREAM_NEXT) {
        err = gather_for_chunk(s, chunk, &h, e);
        packed.history = h.pieces;
        packed.history_count = h.count;
    }
    if (err == OK)
        err = session_compressor(s);
    if (err == OK)
        err = compress_decode(s->compressor, &packed, raw, e);
    history_release(&h);
    return err;
}

/* The chunk goes on behind the part that an earlier session has left. */
static enum err
resume(struct session *s, struct error *e)
{
    struct assembly *a = &s->assembly;
    struct part *part = &s->part_in;

    if (!part->has || part->log != a->log || part->first_seq != a->first_seq ||
        part->last_seq != a->last_seq)
        return err_set(e, ERR_FORMAT, "a run goes on from a part that is not here");
    part->has = false;
    a->resumed = true;
    a->history = true;
    buf_reset(&a->raw);
    return buf_append(&a->raw, part->raw.bytes, part->raw.size);
}

/* What comes later in a stream needs also the chunks of runs that are settled. */
static enum err
read_over(struct session *s, const struct message_chunk *chunk, struct error *e)
{
    struct error why;
    enum err err;

    /* Of a space that is not shared nothing is unpacked: the history that the chunk names would be in the stream
     * from then on, and a peer could guess at it with runs of its own. */
    if (chunk->mode < COMPRESS_STREAM_NEXT || !s->spaces[s->logs[s->assembly.log].space].shared)
        return OK;
    err = unpack_chunk(s, chunk, &why);
    buf_reset(&s->assembly.raw);
    return err == ERR_NOMEM || err == ERR_IO ? err_set(e, err, "%s", why.text) : OK;
}

static enum err
take_chunk(struct session *s, const struct message_chunk *chunk, struct error *e)
{
    struct assembly *a = &s->assembly;
    struct error why = {.code = OK};
    enum err err = OK;

    if (!a->active)
        return err_set(e, ERR_FORMAT, "chunk without a run");
    if (chunk->resumed && !a->skip)
        err = resume(s, e);
    if (err != OK)
        return err;
    if (a->skip) {
        err = read_over(s, chunk, e);
        if (err != OK)
            return err;
    } else {
        err = unpack_chunk(s, chunk, &why);
        if (err == ERR_NOMEM || err == ERR_IO)
            return err_set(e, err, "%s", why.text);
        if (err != OK && (!a->history || s->logs[a->log].again))
            return err_set(e, err, "chunk: %s", why.text);
        if (err != OK) { /* history that is not here, or is another: ask again without */
            a->skip = true;
            a->state = INBOUND_AGAIN;
            s->logs[a->log].again = true;
            s->counts.again_in++;
        }
    }
    return chunk->last ? finish_run(s, e) : OK;
}

static void
settle_early(struct assembly *a, enum inbound_state state, unsigned reason)
{
    a->skip = true;
    a->state = state;
    a->reason = reason;
}

static enum err
take_run(struct session *s, const struct message_run *m, struct error *e)
{
    struct assembly *a = &s->assembly;
    struct session_log *log;
    int64_t first;
    uint32_t index;

    if (a->active)
        return err_set(e, ERR_FORMAT, "a run inside a run");
    if (table_resolve(s, true, m->log, &index) != OK)
        return err_set(e, ERR_FORMAT, "run of a log that was not introduced");
    log = &s->logs[index];
    if (m->step > ENTRY_SEQ_MAX || m->step < -(int64_t) ENTRY_SEQ_MAX)
        return err_set(e, ERR_FORMAT, "run: wrong sequence number");
    first = (int64_t) log->in_end + 1 + m->step;
    if (first < 1 || first + m->count - 1 > ENTRY_SEQ_MAX)
        return err_set(e, ERR_FORMAT, "run: wrong sequence number");
    s->peer_idle = false;
    a->active = true;
    a->skip = false;
    a->history = false;
    a->resumed = false;
    a->log = index;
    a->first_seq = (uint32_t) first;
    a->last_seq = (uint32_t) (first + m->count - 1);
    memcpy(a->signature, m->signature, SIGNATURE_BYTES);
    buf_reset(&a->raw);
    log->in_end = a->last_seq;
    if (!s->spaces[log->space].shared || log->blocked)
        settle_early(a, INBOUND_REFUSED, log->blocked ? REASON_FORK : REASON_UNKNOWN);
    else if (a->first_seq > log->have_seq + 1 && log->again)
        settle_early(a, INBOUND_AGAIN, 0);
    else if (a->first_seq > log->have_seq + 1)
        settle_early(a, INBOUND_REFUSED, REASON_GAP);
    return take_chunk(s, &m->chunk, e);
}

/* --- hello ----------------------------------------------------------------------------------- */

static enum err
take_base(struct session *s, const uint8_t *digest, struct error *e)
{
    struct buf bytes;
    enum err err;

    if (s->role != SESSION_RESPONDER || s->hello_in != HELLO_NONE || s->state != SESSION_WAIT_M1)
        return err_set(e, ERR_FORMAT, "a base at the wrong time");
    buf_init(&bytes, BASE_BYTES_MAX);
    err = s->host->base_find(s->context, digest, &bytes, e);
    if (err == OK)
        err = table_load(s, bytes.bytes, bytes.size, e);
    if (err == OK && memcmp(digest, s->base_digest, VECTOR_DIGEST_BYTES) != 0)
        err = ERR_NOT_FOUND;
    buf_release(&bytes);
    if (err == OK) {
        s->hello_in = HELLO_BASE;
        s->counts.same_base = true;
        return table_scan(s, e);
    }
    if (err != ERR_NOT_FOUND)
        return err;
    table_reset(s);
    s->drop_early = true;
    return table_scan(s, e);
}

static enum err
take_full(struct session *s, const struct vector_party *party, struct error *e)
{
    if (s->hello_in != HELLO_NONE)
        return err_set(e, ERR_FORMAT, "a second hello");
    /* The initiator's base is not known over there: begin anew, with a listing. */
    if (s->role == SESSION_INITIATOR && s->hello_out == HELLO_BASE) {
        table_reset(s);
        s->hello_out = HELLO_NONE;
    }
    s->peer = *party;
    s->hello_in = HELLO_LISTING;
    return table_scan(s, e);
}

static enum err
take_space(struct session *s, const uint8_t *genesis, struct error *e)
{
    struct session_space *space;
    uint8_t id[SPACE_BYTES];
    struct genesis read;
    uint32_t index;
    enum err err = genesis_decode(genesis, GENESIS_BYTES, &read, e);

    if (err != OK)
        return err;
    genesis_space(genesis, id);
    err = table_space(s, id, &index);
    if (err != OK)
        return err_set(e, err, "session: too many spaces");
    space = &s->spaces[index];
    if (space->in_place != PLACE_NONE)
        return err_set(e, ERR_FORMAT, "a space introduced twice");
    err = table_place(s, TABLE_SPACES_IN, index, &space->in_place);
    memcpy(space->genesis, genesis, GENESIS_BYTES);
    space->has_genesis = true;
    if (!space->shared)
        space->shared = space->accepted = s->host->offer(s->context, genesis);
    if (!space->shared)
        message_put_decline(&s->declines, (struct message_ref) {space->in_place, true});
    return err != OK ? err : s->declines.err;
}

/* The peer says how far it has a log. If the chain differs from ours there, the log has forked: send from
 * the common start, so that the other side sees it too. */
static void
take_head(struct session *s, uint32_t index, uint64_t seq, const uint8_t *head)
{
    struct session_log *log = &s->logs[index];
    struct log_id id;
    struct hash hash;

    if (seq <= log->theirs_seq)
        return;
    table_log_id(s, index, &id);
    if (seq <= log->mine_seq && s->host->hash(s->context, &id, seq, &hash, NULL) == OK &&
        memcmp(hash.bytes, head, HEAD_HASH_BYTES) != 0) {
        struct error e;

        err_set(&e, ERR_CONFLICT, "log forked: the peer's entry %llu is another",
                (unsigned long long) seq);
        s->host->event(s->context, &e);
        log->theirs_seq = log->start_seq;
        log->sent_seq = log->start_seq;
        return;
    }
    log->theirs_seq = (uint32_t) seq;
}

static enum err
take_log(struct session *s, const struct message_log *m, struct error *e)
{
    uint32_t space, index;
    enum err err;

    if (table_resolve(s, false, m->space, &space) != OK)
        return err_set(e, ERR_FORMAT, "log of a space that was not introduced");
    err = table_log(s, space, m->device, m->epoch, &index);
    if (err != OK)
        return err_set(e, err, "session: too many logs");
    if (s->logs[index].in_place != PLACE_NONE)
        return err_set(e, ERR_FORMAT, "a log introduced twice");
    err = table_place(s, TABLE_LOGS_IN, index, &s->logs[index].in_place);
    if (err == OK && m->seq > 0)
        take_head(s, index, m->seq, m->head);
    return err;
}

/* --- results --------------------------------------------------------------------------------- */

void
session_call_off(struct session *s, uint32_t log)
{
    if (s->departure.active && !s->departure.begun && (log == PLACE_NONE || s->departure.log == log)) {
        s->departure.active = false;
        buf_reset(&s->departure.raw);
        buf_reset(&s->stash);
        compress_stream_end(s->compressor);
    }
}

static enum err
take_results(struct session *s, enum message_type type, uint32_t count, struct error *e)
{
    if (count > s->outbound_count)
        return err_set(e, ERR_FORMAT, "results for more runs than were sent");
    for (uint32_t i = 0; i < count; i++) {
        const struct outbound *run = &s->outbound[i];
        struct session_log *log = &s->logs[run->log];

        s->unacked_bytes -= run->bytes;
        s->acked_bytes += run->bytes;
        if (type == MESSAGE_ACK) {
            if (log->theirs_seq < run->last_seq)
                log->theirs_seq = run->last_seq;
            s->counts.entries_out += run->last_seq - run->first_seq + 1;
        } else if (type == MESSAGE_REFUSE) {
            log->blocked = true;
            compress_stream_end(s->compressor);
            session_call_off(s, run->log);
        } else if (run->generation == log->generation) {
            log->generation++;
            log->plain = true;
            compress_stream_end(s->compressor);
            log->sent_seq = run->first_seq - 1;
            s->idle_said = false;
            session_call_off(s, run->log);
        }
    }
    /* The link is better than was thought. */
    if (s->frame_bytes_max < NOISE_PLAIN_BYTES_MAX && s->acked_bytes > 8 * s->frame_bytes_max)
        s->frame_bytes_max = s->frame_bytes_max < NOISE_PLAIN_BYTES_MAX / 2 ? 2 * s->frame_bytes_max
                                                                            : (size_t) NOISE_PLAIN_BYTES_MAX;
    s->outbound_count -= count;
    if (s->outbound_count > 0)
        memmove(s->outbound, s->outbound + count, s->outbound_count * sizeof *s->outbound);
    return OK;
}

static enum err
take_part(struct session *s, const struct message_part *m, struct error *e)
{
    struct part *part = &s->part_out;

    if (table_resolve(s, true, m->log, &part->log) != OK || m->first_seq == 0 ||
        m->first_seq + m->count - 1 > ENTRY_SEQ_MAX)
        return err_set(e, ERR_FORMAT, "a part of a run that cannot be");
    part->has = true;
    part->first_seq = (uint32_t) m->first_seq;
    part->last_seq = (uint32_t) (m->first_seq + m->count - 1);
    part->bytes = m->bytes;
    return OK;
}

static enum err
take_error(struct session *s, const struct message *m)
{
    char text[MESSAGE_TEXT_BYTES_MAX + 1];
    struct error e;

    memcpy(text, m->u.error.text, m->u.error.size);
    text[m->u.error.size] = '\0';
    err_say(&e, session_reason_err(m->u.error.reason), N_("the other machine answers: {1}"), text, NULL);
    session_fail(s, e.code, 0, &e);
    return OK;
}

static enum err
take_join(struct session *s, const struct message_join *join, struct error *e)
{
    if (s->role != SESSION_RESPONDER || s->state != SESSION_WAIT_M1 || s->hello_in != HELLO_NONE ||
        s->join_ticket != 0)
        return err_set(e, ERR_FORMAT, "a request to join at the wrong time");
    if (memcmp(join->cert.noise, s->remote_static, DH_BYTES) != 0 || sign_cert_verify(&join->cert) != OK)
        return err_set(e, ERR_AUTH, "the certificate is not for this connection's key");
    if (s->host->join == NULL)
        return err_set(e, ERR_UNSUPPORTED, "this machine takes nobody in");
    s->join_ticket = ++s->next_ticket;
    return s->host->join(s->context, s->join_ticket, join, e);
}

static enum err
take_joined(struct session *s, const struct message_joined *joined, struct error *e)
{
    enum err err;

    if (s->role != SESSION_INITIATOR || s->state != SESSION_WAIT_M2 || !s->join_sent ||
        s->host->joined == NULL)
        return err_set(e, ERR_FORMAT, "an answer to join at the wrong time");
    if (memcmp(joined->cert.noise, s->remote_static, DH_BYTES) != 0 ||
        sign_cert_verify(&joined->cert) != OK)
        return err_set(e, ERR_AUTH, "the answer's certificate is not for this connection's key");
    s->join_ticket = ++s->next_ticket;
    err = s->host->joined(s->context, s->join_ticket, joined, e);
    if (err == OK)
        session_move(s, SESSION_JOINING);
    return err;
}

/* --- dispatch -------------------------------------------------------------------------------- */

static enum err
take_message(struct session *s, const struct message *m, struct error *e)
{
    uint32_t index;

    switch (m->type) {
    case MESSAGE_BASE:
        return take_base(s, m->u.digest, e);
    case MESSAGE_SAME:
        if (s->role != SESSION_INITIATOR || s->state != SESSION_WAIT_M2 || s->hello_out != HELLO_BASE)
            return err_set(e, ERR_FORMAT, "an answer to no base");
        s->hello_in = HELLO_BASE;
        s->counts.same_base = true;
        return OK;
    case MESSAGE_FULL:
        return take_full(s, &m->u.party, e);
    case MESSAGE_END:
        if (s->hello_in != HELLO_LISTING)
            return err_set(e, ERR_FORMAT, "an end of no listing");
        s->hello_in = HELLO_DONE;
        return OK;
    case MESSAGE_SPACE:
        return take_space(s, m->u.genesis, e);
    case MESSAGE_LOG:
        return take_log(s, &m->u.log, e);
    case MESSAGE_HAS:
        if (table_resolve(s, true, m->u.has.log, &index) != OK)
            return err_set(e, ERR_FORMAT, "a head of a log that was not introduced");
        take_head(s, index, m->u.has.seq, m->u.has.head);
        return OK;
    case MESSAGE_DECLINE:
        if (table_resolve(s, false, m->u.space, &index) != OK)
            return err_set(e, ERR_FORMAT, "a space that was not introduced is declined");
        s->spaces[index].declined = true;
        return OK;
    case MESSAGE_RUN:
        return take_run(s, &m->u.run, e);
    case MESSAGE_CHUNK:
        return take_chunk(s, &m->u.chunk, e);
    case MESSAGE_ACK:
        return take_results(s, m->type, m->u.count, e);
    case MESSAGE_REFUSE:
    case MESSAGE_AGAIN:
        return take_results(s, m->type, 1, e);
    case MESSAGE_IDLE:
        s->peer_idle = true;
        return OK;
    case MESSAGE_PART:
        return take_part(s, &m->u.part, e);
    case MESSAGE_LINK:
        session_set_link(s, m->u.link_bytes);
        return OK;
    case MESSAGE_ERROR:
        return take_error(s, m);
    case MESSAGE_JOIN:
        return take_join(s, &m->u.join, e);
    case MESSAGE_JOINED:
        return take_joined(s, &m->u.joined, e);
    }
    return err_set(e, ERR_FORMAT, "unknown message");
}

enum err
session_receive(struct session *s, struct wire *w, struct error *e)
{
    struct message m;
    enum err err = message_read(w, &m, e);

    if (err != OK)
        return err;
    /* What message 1 names by its base means nothing here. */
    if (s->drop_early && s->state == SESSION_WAIT_M1 && m.type != MESSAGE_ERROR)
        return m.type == MESSAGE_LINK ? take_message(s, &m, e) : OK;
    if (s->join_ticket != 0 && s->state == SESSION_WAIT_M1)
        return err_set(e, ERR_FORMAT, "a message behind a request to join");
    if (s->hello_in == HELLO_NONE && m.type != MESSAGE_BASE && m.type != MESSAGE_SAME &&
        m.type != MESSAGE_FULL && m.type != MESSAGE_ERROR && m.type != MESSAGE_JOIN &&
        m.type != MESSAGE_JOINED)
        return err_set(e, ERR_FORMAT, "a message before the hello");
    return take_message(s, &m, e);
}
