/* A session's life: states, quiet, time, answers of the store. */
#include "config.h"

#include "protocol/session.h"

#include <assert.h>
#include <string.h>

#include "protocol/session_core.h"
#include "protocol/util/mem.h"

enum {
    JOIN_MESSAGE_BYTES_MAX = 4096,
    SAVE_DELAY_MS = 5 * 1000,          /* a busy open connection saves its base so often at most */
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

void
session_end(struct session *s)
{
    const struct assembly *a = &s->assembly;
    struct log_id id;

    if (s->state >= SESSION_ENDING)
        return;
    /* What was left before may be more than what has come since. */
    if (a->active && !a->skip && a->raw.size > 0 && s->host->partial_save != NULL &&
        !(s->part_in.has && s->part_in.raw.size >= a->raw.size)) {
        table_log_id(s, a->log, &id);
        s->host->partial_save(s->context, &id, a->first_seq, a->last_seq, a->raw.bytes, a->raw.size);
    }
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
    session_end(s);
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

void
session_set_link(struct session *s, size_t bytes)
{
    if (bytes < MESSAGE_LINK_BYTES_MIN)
        bytes = MESSAGE_LINK_BYTES_MIN;
    if (bytes < s->frame_bytes_max)
        s->frame_bytes_max = bytes;
    if (bytes < s->early_bytes_max)
        s->early_bytes_max = bytes;
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
    s->frame_bytes_max = NOISE_PLAIN_BYTES_MAX;
    if (options->link_bytes > 0 && options->role == SESSION_INITIATOR) {
        session_set_link(s, options->link_bytes);
        s->link_due = true;
    }
    s->base_dirty = true;
    s->save_due_ms = NEVER_MS;
    s->now_ms = s->progress_ms = s->output_ms = options->now_ms;
    buf_init(&s->join, JOIN_MESSAGE_BYTES_MAX);
    buf_init(&s->joined, JOIN_MESSAGE_BYTES_MAX);
    buf_init(&s->in, SESSION_INPUT_BYTES_MAX + FRAME_BYTES_MAX);
    buf_init(&s->plain, NOISE_PLAIN_BYTES_MAX);
    buf_init(&s->assembly.raw, RUN_BYTES_MAX);
    buf_init(&s->departure.raw, RUN_BYTES_MAX);
    buf_init(&s->part_in.raw, RUN_BYTES_MAX);
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
    buf_release(&s->part_in.raw);
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

bool
session_refused(const struct session *s)
{
    for (size_t i = 0; i < s->logs_count; i++)
        if (s->logs[i].blocked)
            return true;
    return false;
}

/* Free what only an exchange needs, so that idle connections cost little. */
static void
shrink(struct session *s)
{
    compress_free(s->compressor);
    s->compressor = NULL;
    buf_release(&s->assembly.raw);
    buf_release(&s->departure.raw);
    buf_release(&s->part_in.raw);
    buf_release(&s->stash);
    s->part_in.has = false;
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

void
session_on_quiet(struct session *s)
{
    table_settle(s);
    shrink(s);
    if (!s->keep_open && s->role == SESSION_INITIATOR) {
        if (s->base_dirty)
            table_save(s, SESSION_BASE_CONFIRMED);
        session_end(s);
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
    session_end(s);
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
        session_end(s);
        return;
    }
    err_set(&e, ERR_CLOSED, "the connection ended while %s", session_state_name(s->state));
    session_fail(s, ERR_CLOSED, 0, &e);
}

/* --- time and answers ------------------------------------------------------------------------ */

static bool
expects_answer(const struct session *s)
{
    return s->outbound_count > 0 || s->hello_in != HELLO_DONE || !s->peer_idle || s->assembly.active;
}

/* A responder's patience before the peer is proven: silence, and the whole of it. */
static uint64_t
stranger_patience_ms(const struct session *s, uint64_t since_ms)
{
    uint64_t silent = s->progress_ms + SESSION_HALF_OPEN_MS;
    uint64_t whole = since_ms + SESSION_STRANGER_MS;

    return silent < whole ? silent : whole;
}

/* When the peer is given up. */
static uint64_t
patience_ms(const struct session *s)
{
    switch (s->state) {
    case SESSION_WAIT_M1:
    case SESSION_UNPROVEN: /* output_ms: began, or sent message 2 */
        return stranger_patience_ms(s, s->output_ms);
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
    session_work(s);
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
    session_work(s);
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
    bytes += s->part_in.raw.capacity;
    bytes += s->stash.capacity + s->declines.capacity + s->join.capacity + s->joined.capacity;
    bytes += s->outbound_capacity * sizeof *s->outbound + s->inbound_capacity * sizeof *s->inbound;
    bytes += s->uncommitted_bytes;
    return bytes + (s->compressor != NULL ? compress_memory_bytes(s->compressor) : 0);
}
