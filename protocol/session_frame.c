/* A session's frames: the handshake, the ciphers, and the payloads between them. */
#include "config.h"

#include <assert.h>
#include <string.h>

#include "protocol/session_core.h"
#include "protocol/util/mem.h"

enum {
    OUTPUT_TARGET_BYTES = 64 * 1024,   /* frames are made until so much is there */
    INBOUND_RESULTS_MAX = 1024,        /* results that a peer may let wait by not reading */
    RESPONDER_RUNS_ROOM = 48 * 1024,   /* message 2 keeps room for the hello */
};

/* --- frames in ------------------------------------------------------------------------------- */

static enum err
check_preamble(struct session *s, struct error *e)
{
    struct preamble preamble;
    enum err err = frame_preamble_decode(s->in.bytes[0], &preamble);

    if (err != OK)
        return err_set(e, err, "not thidua's protocol");
    if (s->role == SESSION_INITIATOR && preamble.version == FRAME_VERSION && preamble.pattern == NOISE_XX)
        return err_say(e, ERR_AUTH, N_("the hub's key has changed: ask for a new invitation"), NULL);
    if (preamble.version != FRAME_VERSION || preamble.pattern != NOISE_IK)
        return err_set(e, ERR_UNSUPPORTED, "the peer speaks version %u, pattern %s", preamble.version,
                       preamble.pattern == NOISE_IK ? "IK" : "XX");
    buf_consume(&s->in, 1);
    s->preamble_read = true;
    return OK;
}

/* Responder: message 1 tells who it is. */
static enum err
recognise(struct session *s, struct error *e)
{
    struct error why;
    enum err err;

    memcpy(s->remote_static, noise_remote_static(s->handshake), NOISE_KEY_BYTES);
    err = s->host->peer(s->context, s->remote_static, &why);
    if (err == ERR_NOT_FOUND && s->plain.size > 0 && s->plain.bytes[0] == MESSAGE_JOIN)
        return OK;
    if (err == ERR_NOT_FOUND)
        return err_set(e, ERR_NOT_FOUND, "this device is not known here");
    return err == OK ? OK : err_set(e, err, "%s", why.text);
}

static enum err
open_frame(struct session *s, const uint8_t *body, size_t size, struct error *e)
{
    enum err err;

    if (s->has_transport) {
        err = noise_open(&s->transport, NULL, 0, body, size, &s->plain);
        return err == OK ? OK : err_set(e, err, "a frame that cannot be decrypted");
    }
    err = noise_read(s->handshake, body, size, &s->plain, e);
    if (err == OK && s->role == SESSION_RESPONDER)
        return recognise(s, e);
    if (err == OK) {
        noise_split(s->handshake, &s->transport);
        s->has_transport = true;
        mem_free(s->handshake);
        s->handshake = NULL;
    }
    return err;
}

/* Decrypt the next frame into `plain`.
 *   Returns  ERR_AGAIN no whole frame is there */
static enum err
next_payload(struct session *s, struct error *e)
{
    const uint8_t *body;
    size_t size, used;
    enum err err;

    if (!s->preamble_read) {
        if (s->in.size == 0)
            return ERR_AGAIN;
        err = check_preamble(s, e);
        if (err != OK)
            return err;
    }
    err = frame_split(s->in.bytes, s->in.size, &body, &size, &used);
    if (err != OK)
        return err == ERR_AGAIN ? err : err_set(e, err, "an empty frame");
    buf_reset(&s->plain);
    s->plain_at = 0;
    err = open_frame(s, body, size, e);
    buf_consume(&s->in, used);
    if (err != OK)
        return err;
    if (s->awaiting)
        s->counts.round_trips++;
    s->awaiting = false;
    if (s->state == SESSION_UNPROVEN) {
        session_move(s, SESSION_OPEN);
        s->host->contact(s->context);
    }
    return OK;
}

/* A payload has been read to its end. */
static void
after_payload(struct session *s)
{
    if (s->state == SESSION_WAIT_M1) {
        session_move(s, SESSION_COMMIT);
        s->commit_until_ms = s->now_ms + SESSION_COMMIT_WAIT_MS;
        if (s->hello_in == HELLO_BASE)
            s->hello_in = HELLO_DONE;
    } else if (s->state == SESSION_WAIT_M2) {
        session_move(s, SESSION_OPEN);
        s->proof_due = true;
        s->host->contact(s->context);
        session_call_off(s, PLACE_NONE);
        if (s->join_sent)
            session_fail(s, ERR_FORMAT, REASON_FORMAT, NULL);
        if (s->hello_in == HELLO_BASE) {
            s->hello_in = HELLO_DONE;
            s->hello_out = HELLO_DONE;
        }
    }
}

static bool
is_blocked(const struct session *s)
{
    return s->state >= SESSION_ENDING || s->state == SESSION_JOINING || s->state == SESSION_COMMIT ||
           s->uncommitted_bytes > SESSION_UNCOMMITTED_BYTES_MAX || s->inbound_count > INBOUND_RESULTS_MAX;
}

/* The megabytes of working memory are not kept from one call to the next: a hub has hundreds of sessions
 * that wait for an answer. Only a stream goes on. */
static void
rest(struct session *s)
{
    if (s->compressor != NULL)
        compress_rest(s->compressor);
}

/* The reason that the other side is told for an error of this side's reading. */
static void
fail_reading(struct session *s, enum err err, const struct error *e)
{
    session_fail(s, err, session_err_reason(err), e);
}

void
session_work(struct session *s)
{
    struct error e = {.code = OK};
    enum err err = OK;

    while (err == OK && !is_blocked(s)) {
        if (s->plain_at < s->plain.size) {
            struct wire w;

            wire_init(&w, s->plain.bytes + s->plain_at, s->plain.size - s->plain_at);
            err = session_receive(s, &w, &e);
            s->plain_at = s->plain.size - wire_left(&w);
            if (err == OK && s->plain_at == s->plain.size)
                after_payload(s);
        } else {
            err = next_payload(s, &e);
            if (err == OK && s->plain.size == 0)
                after_payload(s);
        }
    }
    if (err != OK && err != ERR_AGAIN)
        fail_reading(s, err, &e);
    rest(s);
    if (session_quiet(s))
        session_on_quiet(s);
}

void
session_input(struct session *s, const void *bytes, size_t size, uint64_t now_ms)
{
    s->now_ms = now_ms;
    s->progress_ms = now_ms;
    s->counts.bytes_in += size;
    if (s->state >= SESSION_ENDING)
        return;
    if (buf_append(&s->in, bytes, size) != OK) {
        fail_reading(s, s->in.err, NULL);
        return;
    }
    session_work(s);
}

bool
session_wants_input(const struct session *s)
{
    return s->state < SESSION_ENDING && s->in.size < SESSION_INPUT_BYTES_MAX / 2;
}

/* --- frames out ------------------------------------------------------------------------------ */

/* The handshake's message with a payload. */
static enum err
write_handshake(struct session *s, struct buf *payload, struct buf *out, struct error *e)
{
    uint8_t preamble = FRAME_PREAMBLE_IK;
    size_t at;
    enum err err = buf_append(out, &preamble, 1);

    if (err == OK)
        err = frame_begin(out, &at);
    if (err == OK)
        err = noise_write(s->handshake, payload->bytes, payload->size, out, e);
    if (err == OK)
        err = frame_end(out, at);
    if (err != OK)
        return err;
    if (s->role == SESSION_RESPONDER) {
        noise_split(s->handshake, &s->transport);
        s->has_transport = true;
        mem_free(s->handshake);
        s->handshake = NULL;
    }
    s->awaiting = true;
    return OK;
}

static enum err
write_frame(struct session *s, const struct buf *payload, struct buf *out)
{
    size_t at;
    enum err err = frame_begin(out, &at);

    if (err == OK)
        err = noise_seal(&s->transport, NULL, 0, payload->bytes, payload->size, out);
    if (err == OK)
        err = frame_end(out, at);
    s->proof_due = false;
    s->output_ms = s->now_ms;
    return err;
}

/* Message 1. */
static enum err
write_first(struct session *s, struct buf *out, struct error *e)
{
    struct buf payload;
    enum err err;

    buf_init(&payload, NOISE_MESSAGE_BYTES_MAX - noise_overhead_bytes(s->handshake));
    err = session_compose(s, &payload, payload.size_max, s->early_bytes_max, e);
    if (err == OK)
        err = write_handshake(s, &payload, out, e);
    buf_release(&payload);
    if (err == OK)
        session_move(s, SESSION_WAIT_M2);
    return err;
}

static bool
may_answer(const struct session *s)
{
    return s->join_ticket == 0 && (!inbound_waiting(s) || s->now_ms >= s->commit_until_ms);
}

/* Message 2. What it brings is common when the next frame comes; kept in case that frame is lost. */
static enum err
write_second(struct session *s, struct buf *out, struct error *e)
{
    struct buf payload;
    enum err err;

    buf_init(&payload, NOISE_MESSAGE_BYTES_MAX - noise_overhead_bytes(s->handshake));
    err = session_compose(s, &payload, payload.size_max,
                          s->frame_bytes_max < RESPONDER_RUNS_ROOM ? s->frame_bytes_max
                                                                   : (size_t) RESPONDER_RUNS_ROOM,
                          e);
    if (err == OK)
        err = write_handshake(s, &payload, out, e);
    buf_release(&payload);
    if (err != OK)
        return err;
    if (s->hello_out == HELLO_BASE)
        s->hello_out = HELLO_DONE;
    session_move(s, SESSION_UNPROVEN);
    s->output_ms = s->now_ms;
    if (s->peer_idle && s->idle_said && !inbound_waiting(s))
        table_save(s, SESSION_BASE_PENDING);
    return OK;
}

/* The initiator's first frame proves that message 1 was no replay. It waits for the acknowledgement of
 * what message 2 brought, unless the peer has more to send. */
static bool
owes_empty_frame(const struct session *s)
{
    if (s->proof_due)
        return !inbound_waiting(s) || !s->peer_idle;
    return s->role == SESSION_INITIATOR && s->now_ms >= s->output_ms + SESSION_KEEPALIVE_MS;
}

/* On a poor link little is put behind each other, since results wait behind it. */
static size_t
output_target(const struct session *s)
{
    return s->frame_bytes_max < OUTPUT_TARGET_BYTES / 2 ? 2 * s->frame_bytes_max
                                                        : (size_t) OUTPUT_TARGET_BYTES;
}

static enum err
write_open(struct session *s, struct buf *out, struct error *e)
{
    struct buf payload;
    enum err err = OK;
    bool more = true;

    buf_init(&payload, NOISE_PLAIN_BYTES_MAX);
    while (err == OK && more && out->size < output_target(s)) {
        buf_reset(&payload);
        err = session_compose(s, &payload, s->frame_bytes_max, s->frame_bytes_max, e);
        more = payload.size > 0;
        if (err == OK && (more || owes_empty_frame(s)))
            err = write_frame(s, &payload, out);
    }
    buf_release(&payload);
    if (err == OK && session_quiet(s))
        session_on_quiet(s);
    return err;
}

/* Tell the peer why, if there is a way, and end. */
static enum err
write_end(struct session *s, struct buf *out, struct error *e)
{
    struct buf payload;
    enum err err = OK;

    buf_init(&payload, MESSAGE_TEXT_BYTES_MAX + 16);
    if (s->error_reason != 0)
        message_put_error(&payload, s->error_reason, s->error.text);
    if (payload.size == 0)
        err = OK;
    else if (s->has_transport)
        err = write_frame(s, &payload, out);
    else if (s->role == SESSION_RESPONDER && noise_state(s->handshake) == NOISE_WRITE)
        err = write_handshake(s, &payload, out, e);
    else if (s->role == SESSION_RESPONDER && noise_state(s->handshake) == NOISE_FAILED)
        err = buf_append(out, &(uint8_t) {FRAME_PREAMBLE_XX}, 1);
    buf_release(&payload);
    session_move(s, SESSION_ENDED);
    return err;
}

enum err
session_output(struct session *s, struct buf *out, uint64_t now_ms)
{
    struct error e = {.code = OK};
    size_t before = out->size;
    enum err err = OK;

    s->now_ms = now_ms;
    if (s->state == SESSION_START)
        err = write_first(s, out, &e);
    else if (s->state == SESSION_COMMIT && may_answer(s))
        err = write_second(s, out, &e);
    else if (s->state == SESSION_OPEN)
        err = write_open(s, out, &e);
    if (err != OK)
        session_fail(s, err, session_err_reason(err), e.code != OK ? &e : NULL);
    if (s->state == SESSION_UNPROVEN && s->in.size > 0)
        session_work(s);
    if (s->state == SESSION_ENDING)
        err = write_end(s, out, &e);
    rest(s);
    s->counts.bytes_out += out->size - before;
    return err == ERR_NOMEM ? err : OK;
}
