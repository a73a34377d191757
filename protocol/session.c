/* A session's life: states, frames, handshake, time. */
#include "config.h"

#include "protocol/session.h"

#include <assert.h>
#include <string.h>

#include "protocol/session_core.h"
#include "protocol/util/mem.h"

enum {
    OUTPUT_TARGET_BYTES = 64 * 1024,   /* frames are made until so much is there */
    JOIN_MESSAGE_BYTES_MAX = 4096,
    INBOUND_RESULTS_MAX = 1024,        /* results that a peer may let wait by not reading */
    SAVE_DELAY_MS = 5 * 1000,          /* a busy open connection saves its base so often at most */
    RESPONDER_RUNS_ROOM = 48 * 1024,   /* message 2 keeps room for the hello */
};

_Static_assert((int) DICTIONARY_ID_BYTES == (int) COMPRESS_DICTIONARY_ID_BYTES, "one id of a dictionary");

/* --- states ---------------------------------------------------------------------------------- */

/* moves[from] is the set of states that may follow. */
#define TO(state) (1u << (state))
static const unsigned moves[SESSION_STATES] = {
    [SESSION_START] = TO(SESSION_WAIT_M2) | TO(SESSION_ENDING),
    [SESSION_WAIT_M1] = TO(SESSION_COMMIT) | TO(SESSION_ENDING),
    [SESSION_WAIT_M2] = TO(SESSION_OPEN) | TO(SESSION_JOINING) | TO(SESSION_ENDING),
    [SESSION_COMMIT] = TO(SESSION_UNPROVEN) | TO(SESSION_ENDING),
    [SESSION_JOINING] = TO(SESSION_OPEN) | TO(SESSION_ENDING),
    [SESSION_UNPROVEN] = TO(SESSION_OPEN) | TO(SESSION_ENDING),
    [SESSION_OPEN] = TO(SESSION_ENDING),
    [SESSION_ENDING] = TO(SESSION_ENDED),
    [SESSION_ENDED] = 0,
};
#undef TO

void
session_move(struct session *s, enum session_state to)
{
    assert((moves[s->state] & 1u << to) != 0);
    s->state = to;
}

const char *
session_state_name(enum session_state state)
{
    static const char *const names[SESSION_STATES] = {
#define X(name, text) [name] = text,
        SESSION_STATE_LIST(X)
#undef X
    };

    return names[state];
}

enum session_state
session_state(const struct session *s)
{
    return s->state;
}

static void
end(struct session *s)
{
    if (s->state < SESSION_ENDING)
        session_move(s, SESSION_ENDING);
}

void
session_fail(struct session *s, enum err err, unsigned reason, const struct error *e)
{
    if (s->state >= SESSION_ENDING)
        return;
    if (e != NULL)
        s->error = *e;
    else
        err_set(&s->error, err, "session: %s", err_name(err));
    s->error.code = err;
    s->error_reason = reason;
    end(s);
}

enum err
session_reason_err(unsigned reason)
{
    switch (reason) {
    case REASON_FORMAT:
        return ERR_FORMAT;
    case REASON_LIMIT:
        return ERR_LIMIT;
    case REASON_AUTH:
        return ERR_AUTH;
    case REASON_UNKNOWN:
        return ERR_NOT_FOUND;
    case REASON_USED:
    case REASON_FORK:
        return ERR_CONFLICT;
    case REASON_EXPIRED:
        return ERR_AUTH;
    case REASON_GAP:
    case REASON_BUSY:
        return ERR_AGAIN;
    default:
        return ERR_UNSUPPORTED;
    }
}

unsigned
session_err_reason(enum err err)
{
    switch (err) {
    case ERR_FORMAT:
    case ERR_USAGE:
        return REASON_FORMAT;
    case ERR_LIMIT:
        return REASON_LIMIT;
    case ERR_AUTH:
        return REASON_AUTH;
    case ERR_CONFLICT:
        return REASON_USED;
    case ERR_NOT_FOUND:
        return REASON_UNKNOWN;
    case ERR_UNSUPPORTED:
        return REASON_UNSUPPORTED;
    default:
        return REASON_BUSY;
    }
}

/* --- life ------------------------------------------------------------------------------------ */

static void
start_handshake(struct session *s, const struct session_options *o)
{
    uint8_t prologue[FRAME_PROLOGUE_BYTES];
    struct noise_options noise = {.pattern = NOISE_IK,
                                  .role = o->role == SESSION_INITIATOR ? NOISE_INITIATOR : NOISE_RESPONDER,
                                  .prologue = prologue,
                                  .prologue_size = sizeof prologue,
                                  .own_static = o->own_static,
                                  .remote_static = o->remote_static,
                                  .ephemeral_seed = o->ephemeral_seed};

    frame_prologue(FRAME_PREAMBLE_IK, prologue);
    noise_init(s->handshake, &noise);
    if (o->remote_static != NULL)
        memcpy(s->remote_static, o->remote_static, NOISE_KEY_BYTES);
}

enum err
session_new(const struct session_options *options, const struct session_host *host, void *context,
            struct session **ret_session, struct error *e)
{
    struct session *s = mem_alloc(sizeof *s);

    if (s == NULL)
        return err_set(e, ERR_NOMEM, "session: no memory");
    s->handshake = mem_alloc(sizeof *s->handshake);
    if (s->handshake == NULL) {
        mem_free(s);
        return err_set(e, ERR_NOMEM, "session: no memory");
    }
    s->role = options->role;
    s->state = options->role == SESSION_INITIATOR ? SESSION_START : SESSION_WAIT_M1;
    s->host = host;
    s->context = context;
    s->own = options->own;
    s->peer = options->own;
    memset(s->peer.store, 0, STORE_ID_BYTES);
    s->keep_open = options->keep_open;
    s->level = options->level;
    s->early_bytes_max = options->early_bytes_max < SESSION_EARLY_BYTES_MAX ? options->early_bytes_max
                                                                            : SESSION_EARLY_BYTES_MAX;
    s->base_dirty = true;
    s->save_due_ms = NEVER_MS;
    s->now_ms = s->progress_ms = s->output_ms = options->now_ms;
    buf_init(&s->join, JOIN_MESSAGE_BYTES_MAX);
    buf_init(&s->joined, JOIN_MESSAGE_BYTES_MAX);
    buf_init(&s->in, SESSION_INPUT_BYTES_MAX + FRAME_BYTES_MAX);
    buf_init(&s->plain, NOISE_PLAIN_BYTES_MAX);
    buf_init(&s->assembly.raw, RUN_BYTES_MAX);
    buf_init(&s->departure.raw, RUN_BYTES_MAX);
    buf_init(&s->stash, NOISE_PLAIN_BYTES_MAX);
    buf_init(&s->declines, NOISE_PLAIN_BYTES_MAX / 2);
    if (options->join != NULL)
        message_put_join(&s->join, options->join);
    if (s->join.err != OK) {
        session_free(s);
        return err_set(e, ERR_LIMIT, "session: request to join too long");
    }
    start_handshake(s, options);
    *ret_session = s;
    return OK;
}

void
session_free(struct session *s)
{
    if (s == NULL)
        return;
    if (s->handshake != NULL)
        noise_release(s->handshake);
    mem_free(s->handshake);
    noise_transport_wipe(&s->transport);
    table_release(s);
    inbound_release(s);
    mem_free(s->outbound);
    compress_free(s->compressor);
    sign_wipe(s->join.bytes, s->join.size); /* the invitation's secret */
    buf_release(&s->join);
    buf_release(&s->joined);
    buf_release(&s->in);
    buf_release(&s->plain);
    buf_release(&s->assembly.raw);
    buf_release(&s->departure.raw);
    buf_release(&s->stash);
    buf_release(&s->declines);
    mem_free(s);
}

/* --- quiet ----------------------------------------------------------------------------------- */

bool
session_quiet(const struct session *s)
{
    return s->state == SESSION_OPEN && s->peer_idle && s->idle_said && s->outbound_count == 0 &&
           s->inbound_count == 0 && !s->assembly.active && !s->departure.active && !s->proof_due &&
           !s->scan;
}

/* Free what only an exchange needs, so that idle connections cost little. */
static void
shrink(struct session *s)
{
    compress_free(s->compressor);
    s->compressor = NULL;
    buf_release(&s->assembly.raw);
    buf_release(&s->departure.raw);
    buf_release(&s->stash);
    if (s->in.size == 0)
        buf_release(&s->in);
    if (s->plain_at == s->plain.size) {
        buf_release(&s->plain);
        s->plain_at = 0;
    }
    inbound_release(s);
    mem_free(s->outbound);
    s->outbound = NULL;
    s->outbound_capacity = 0;
}

static void
on_quiet(struct session *s)
{
    table_settle(s);
    shrink(s);
    if (!s->keep_open && s->role == SESSION_INITIATOR) {
        if (s->base_dirty)
            table_save(s, SESSION_BASE_CONFIRMED);
        end(s);
    } else if (s->base_dirty && s->save_due_ms == NEVER_MS) {
        s->save_due_ms = s->now_ms + SAVE_DELAY_MS;
    }
}

/* The connection is over, or about to be: keep what is known. */
static void
save_at_end(struct session *s)
{
    if (s->state < SESSION_OPEN)
        return;
    if (session_quiet(s))
        table_settle(s);
    if (s->base_dirty || !session_quiet(s))
        table_save(s, SESSION_BASE_CONFIRMED);
    if (!session_quiet(s) && s->peer_idle && s->idle_said && !inbound_waiting(s))
        table_save(s, SESSION_BASE_PENDING);
    s->save_due_ms = NEVER_MS;
}

void
session_close(struct session *s, uint64_t now_ms)
{
    s->now_ms = now_ms;
    if (s->state >= SESSION_ENDING)
        return;
    if (s->state == SESSION_OPEN)
        save_at_end(s);
    end(s);
}

void
session_eof(struct session *s, uint64_t now_ms)
{
    struct error e;
    bool regular = session_quiet(s);

    s->now_ms = now_ms;
    if (s->state >= SESSION_ENDING)
        return;
    if (s->state == SESSION_OPEN)
        save_at_end(s);
    if (regular) {
        end(s);
        return;
    }
    err_set(&e, ERR_CLOSED, "the connection ended while %s", session_state_name(s->state));
    session_fail(s, ERR_CLOSED, 0, &e);
}

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

/* The reason that the other side is told for an error of this side's reading. */
static void
fail_reading(struct session *s, enum err err, const struct error *e)
{
    session_fail(s, err, session_err_reason(err), e);
}

/* Work on what has come, as far as nothing stands in the way. */
static void
work(struct session *s)
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
    if (session_quiet(s))
        on_quiet(s);
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
    work(s);
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
    err = session_compose(s, &payload, payload.size_max, RESPONDER_RUNS_ROOM, e);
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

static enum err
write_open(struct session *s, struct buf *out, struct error *e)
{
    struct buf payload;
    enum err err = OK;
    bool more = true;

    buf_init(&payload, NOISE_PLAIN_BYTES_MAX);
    while (err == OK && more && out->size < OUTPUT_TARGET_BYTES) {
        buf_reset(&payload);
        err = session_compose(s, &payload, payload.size_max, payload.size_max, e);
        more = payload.size > 0;
        if (err == OK && (more || owes_empty_frame(s)))
            err = write_frame(s, &payload, out);
    }
    buf_release(&payload);
    if (err == OK && session_quiet(s))
        on_quiet(s);
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
        work(s);
    if (s->state == SESSION_ENDING)
        err = write_end(s, out, &e);
    s->counts.bytes_out += out->size - before;
    return err == ERR_NOMEM ? err : OK;
}

/* --- time and answers ------------------------------------------------------------------------ */

static bool
expects_answer(const struct session *s)
{
    return s->outbound_count > 0 || s->hello_in != HELLO_DONE || !s->peer_idle || s->assembly.active;
}

/* When the peer is given up. */
static uint64_t
patience_ms(const struct session *s)
{
    switch (s->state) {
    case SESSION_WAIT_M1:
    case SESSION_UNPROVEN:
        return s->progress_ms + SESSION_HALF_OPEN_MS;
    case SESSION_WAIT_M2:
        return s->progress_ms + SESSION_PROGRESS_MS;
    case SESSION_OPEN:
        if (inbound_waiting(s))
            return NEVER_MS;
        if (expects_answer(s))
            return (s->progress_ms > s->output_ms ? s->progress_ms : s->output_ms) + SESSION_PROGRESS_MS;
        return s->role == SESSION_RESPONDER ? s->progress_ms + SESSION_IDLE_MS : NEVER_MS;
    default:
        return NEVER_MS;
    }
}

uint64_t
session_deadline_ms(const struct session *s)
{
    uint64_t due = patience_ms(s);

    if (s->state == SESSION_COMMIT && s->join_ticket == 0 && inbound_waiting(s))
        due = s->commit_until_ms;
    if (s->state != SESSION_OPEN)
        return due;
    if (s->role == SESSION_INITIATOR && s->output_ms + SESSION_KEEPALIVE_MS < due)
        due = s->output_ms + SESSION_KEEPALIVE_MS;
    return s->save_due_ms < due ? s->save_due_ms : due;
}

void
session_tick(struct session *s, uint64_t now_ms)
{
    struct error e;

    s->now_ms = now_ms;
    if (now_ms >= s->save_due_ms) {
        s->save_due_ms = NEVER_MS;
        if (s->state == SESSION_OPEN && s->base_dirty)
            table_save(s, SESSION_BASE_CONFIRMED);
    }
    if (now_ms >= patience_ms(s)) {
        err_set(&e, ERR_CLOSED, "the peer was silent for too long while %s", session_state_name(s->state));
        if (s->state == SESSION_OPEN)
            save_at_end(s);
        session_fail(s, ERR_CLOSED, 0, &e);
    }
}

void
session_committed(struct session *s, uint64_t ticket, enum err err, const struct error *e,
                  uint64_t now_ms)
{
    s->now_ms = now_ms;
    inbound_settle(s, ticket, err, e);
    work(s);
}

void
session_joined(struct session *s, uint64_t ticket, enum err err, const struct message_joined *answer,
               const struct error *e, uint64_t now_ms)
{
    s->now_ms = now_ms;
    if (s->state >= SESSION_ENDING || ticket != s->join_ticket)
        return;
    s->join_ticket = 0;
    if (err != OK) {
        session_fail(s, err, session_err_reason(err), e);
        return;
    }
    if (s->role == SESSION_RESPONDER) {
        message_put_joined(&s->joined, answer);
        if (s->joined.err != OK)
            session_fail(s, ERR_LIMIT, REASON_LIMIT, NULL);
        return;
    }
    session_move(s, SESSION_OPEN);
    s->proof_due = true;
    s->host->contact(s->context);
    work(s);
}

void
session_notify(struct session *s, uint64_t now_ms)
{
    s->now_ms = now_ms;
    s->scan = true;
}

/* --- looks ----------------------------------------------------------------------------------- */

void
session_counts(const struct session *s, struct session_counts *ret_counts)
{
    *ret_counts = s->counts;
}

uint64_t
session_unsent(const struct session *s)
{
    uint64_t count = 0;

    for (size_t i = 0; i < s->logs_count; i++) {
        const struct session_log *log = &s->logs[i];

        if (s->spaces[log->space].shared && log->mine_seq > log->theirs_seq)
            count += log->mine_seq - log->theirs_seq;
    }
    return count;
}

const struct error *
session_error(const struct session *s)
{
    return &s->error;
}

const uint8_t *
session_peer_store(const struct session *s)
{
    return s->peer.store;
}

size_t
session_memory_bytes(const struct session *s)
{
    size_t bytes = sizeof *s + (s->handshake != NULL ? sizeof *s->handshake : 0);

    bytes += s->spaces_capacity * (sizeof *s->spaces + sizeof *s->spaces_order);
    bytes += s->logs_capacity * (sizeof *s->logs + sizeof *s->logs_order);
    for (size_t i = 0; i < 4; i++)
        bytes += s->places_capacity[i] * sizeof *s->places[i];
    bytes += s->in.capacity + s->plain.capacity + s->assembly.raw.capacity + s->departure.raw.capacity;
    bytes += s->stash.capacity + s->declines.capacity + s->join.capacity + s->joined.capacity;
    bytes += s->outbound_capacity * sizeof *s->outbound + s->inbound_capacity * sizeof *s->inbound;
    bytes += s->uncommitted_bytes;
    return bytes + (s->compressor != NULL ? compress_memory_bytes(s->compressor) : 0);
}
