/* Connections. Every callback records what happened and calls step(), which alone decides what is next:
 * take output and write it, read or stop reading, set the timer, end. */
#include "config.h"

#include "daemon/net/conn.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "daemon/daemon.h"
#include "daemon/log_line.h"
#include "protocol/util/mem.h"

enum {
    READ_BYTES = 32 * 1024,
    CONNECT_MS = 20 * 1000,
    TCP_KEEPALIVE_S = 120,
    CLOSE_MS = 5 * 1000,  /* the last words are given so long to leave */
    STOP_MS = 700,        /* the same when the daemon stops */
    /* Of compression. Bytes are dear on a commune's link; a hub that pushes one entry to hundreds has 3 ms
     * for each at level 9 and 27 ms at 19, for some 5 bytes of 300. */
    LEVEL_OUTGOING = 19,
    LEVEL_ACCEPTED = 9,
    ADDRESS_TEXT_BYTES = 272,
};

enum conn_state { CONN_CONNECTING, CONN_OPEN, CONN_CLOSING };

static const unsigned moves[] = {
    [CONN_CONNECTING] = 1u << CONN_OPEN | 1u << CONN_CLOSING,
    [CONN_OPEN] = 1u << CONN_CLOSING,
    [CONN_CLOSING] = 0,
};

struct conn {
    enum conn_state state;
    uv_tcp_t tcp;
    uv_timer_t timer;
    unsigned handles;           /* not closed yet */
    uv_connect_t connecting;
    uv_write_t write;
    struct buf out;             /* being written, or empty */
    bool writing;
    bool reading;
    uint64_t closing_due_ms;    /* the session ends: closed at the latest then; 0 = it goes on */
    bool shut_down;             /* asked for */
    bool stopping;              /* by our own wish */
    uint64_t started_ms;
    struct session *session;    /* owned */
    struct host *host;          /* owned */
    struct conn_owner owner;
    struct error error;         /* of the stream itself */
    char address[ADDRESS_TEXT_BYTES];
    uint8_t source[CONN_SOURCE_BYTES];
    bool outgoing;
    bool told_proven;           /* to the owner's conn_is_newly_proven() */
    struct conn *next;          /* the owner's list */
    struct conn *previous;
};

static void step(struct conn *c);

static uint64_t
now_ms(const struct conn *c)
{
    return uv_now(c->tcp.loop);
}

static void
conn_move(struct conn *c, enum conn_state to)
{
    assert((moves[c->state] & 1u << to) != 0);
    c->state = to;
}

/* --- closing --------------------------------------------------------------------------------- */

static void
on_handle_closed(uv_handle_t *handle)
{
    struct conn *c = handle->data;
    struct error e;

    if (--c->handles > 0)
        return;
    e = c->error.code != OK ? c->error : *session_error(c->session);
    c->owner.on_closed(c->owner.context, c, &e);
    host_release(c->host);
    session_free(c->session);
    buf_release(&c->out);
    mem_free(c);
}

static void
close_handles(struct conn *c)
{
    if (c->state == CONN_CLOSING)
        return;
    session_eof(c->session, now_ms(c));
    host_flush(c->host, c->session, true);
    conn_move(c, CONN_CLOSING);
    uv_close((uv_handle_t *) &c->tcp, on_handle_closed);
    uv_close((uv_handle_t *) &c->timer, on_handle_closed);
}

/* --- stream ---------------------------------------------------------------------------------- */

static void
fail(struct conn *c, int status)
{
    if (c->error.code == OK)
        err_say(&c->error, ERR_IO,
                N_("no connection with {1} ({2}): check the network, and that the other machine's daemon runs"),
                c->address, uv_strerror(status), NULL);
    close_handles(c);
}

static void
on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *buf)
{
    static char bytes[READ_BYTES]; /* used up within the callback; all connections live on one loop */

    (void) handle;
    (void) suggested;
    *buf = uv_buf_init(bytes, sizeof bytes);
}

static void
on_read(uv_stream_t *stream, ssize_t size, const uv_buf_t *buf)
{
    struct conn *c = stream->data;

    if (c->state != CONN_OPEN || size == 0)
        return;
    if (size > 0) {
        session_input(c->session, buf->base, (size_t) size, now_ms(c));
    } else {
        c->reading = false;
        uv_read_stop(stream);
        session_eof(c->session, now_ms(c));
        if (size != UV_EOF && session_error(c->session)->code != OK)
            err_set(&c->error, ERR_IO, "%s: %s", c->address, uv_strerror((int) size));
    }
    step(c);
}

static void
on_written(uv_write_t *request, int status)
{
    struct conn *c = request->handle->data;

    c->writing = false;
    if (status != 0 && c->state == CONN_OPEN)
        fail(c, status);
    else if (c->state == CONN_OPEN)
        step(c);
}

/* Write what the session has to say. What the system takes at once needs no second visit. */
static void
write_output(struct conn *c)
{
    while (!c->writing && c->state == CONN_OPEN) {
        uv_buf_t buf;
        int written;

        buf_reset(&c->out);
        if (session_output(c->session, &c->out, now_ms(c)) != OK) {
            fail(c, UV_ENOMEM);
            return;
        }
        if (c->out.size == 0) {
            buf_release(&c->out);
            return;
        }
        buf = uv_buf_init((char *) c->out.bytes, (unsigned) c->out.size);
        written = uv_try_write((uv_stream_t *) &c->tcp, &buf, 1);
        if (written == (int) c->out.size)
            continue;
        if (written > 0)
            buf_consume(&c->out, (size_t) written);
        buf = uv_buf_init((char *) c->out.bytes, (unsigned) c->out.size);
        written = uv_write(&c->write, (uv_stream_t *) &c->tcp, &buf, 1, on_written);
        if (written != 0) {
            fail(c, written);
            return;
        }
        c->writing = true;
    }
}

static void
set_reading(struct conn *c)
{
    bool wanted = session_wants_input(c->session);

    if (wanted && !c->reading)
        uv_read_start((uv_stream_t *) &c->tcp, on_alloc, on_read);
    else if (!wanted && c->reading)
        uv_read_stop((uv_stream_t *) &c->tcp);
    c->reading = wanted;
}

/* --- time ------------------------------------------------------------------------------------ */

static void
on_timer(uv_timer_t *timer)
{
    struct conn *c = timer->data;

    if (c->state == CONN_CONNECTING) {
        fail(c, UV_ETIMEDOUT);
        return;
    }
    if (c->state != CONN_OPEN)
        return;
    if (c->closing_due_ms != 0) {
        close_handles(c);
        return;
    }
    session_tick(c->session, now_ms(c));
    step(c);
}

static void
set_timer(struct conn *c)
{
    uint64_t due = c->closing_due_ms != 0 ? c->closing_due_ms : session_deadline_ms(c->session);
    uint64_t now = now_ms(c);

    if (due == UINT64_MAX)
        uv_timer_stop(&c->timer);
    else
        uv_timer_start(&c->timer, on_timer, due > now ? due - now : 0, 0);
}

/* --- the one place that decides -------------------------------------------------------------- */

static void
on_shutdown(uv_shutdown_t *request, int status)
{
    (void) status;
    close_handles(request->handle->data);
    mem_free(request);
}

/* The session has ended and its last words are with the system: say so to the peer, then close. */
static void
finish(struct conn *c)
{
    uv_shutdown_t *request = mem_alloc(sizeof *request);

    c->shut_down = true;
    if (request == NULL || uv_shutdown(request, (uv_stream_t *) &c->tcp, on_shutdown) != 0) {
        mem_free(request);
        close_handles(c);
    }
}

/* However little of the last words a peer takes, it does not keep the connection. */
static void
limit_closing(struct conn *c)
{
    uint64_t due = now_ms(c) + (c->stopping ? STOP_MS : CLOSE_MS);

    if (c->closing_due_ms == 0 || due < c->closing_due_ms)
        c->closing_due_ms = due;
}

static void
step(struct conn *c)
{
    if (c->state != CONN_OPEN)
        return;
    write_output(c);
    if (c->state != CONN_OPEN)
        return;
    host_flush(c->host, c->session, false);
    if (session_state(c->session) >= SESSION_ENDING)
        limit_closing(c);
    if (session_state(c->session) == SESSION_ENDED && !c->shut_down && (!c->writing || c->stopping))
        finish(c);
    if (c->state != CONN_OPEN)
        return;
    set_reading(c);
    set_timer(c);
    c->owner.on_progress(c->owner.context, c);
}

/* --- answers of the store -------------------------------------------------------------------- */

static void
on_committed(void *context, uint64_t ticket, enum err err, const struct error *e)
{
    struct conn *c = context;

    if (c->state != CONN_OPEN)
        return;
    session_committed(c->session, ticket, err, e, now_ms(c));
    step(c);
}

static void
on_joined(void *context, uint64_t ticket, enum err err, const struct message_joined *answer,
          const struct error *e)
{
    struct conn *c = context;

    if (c->state != CONN_OPEN)
        return;
    session_joined(c->session, ticket, err, answer, e, now_ms(c));
    step(c);
}

/* --- making ---------------------------------------------------------------------------------- */

static enum err
make_session(struct conn *c, const struct host_store *store, const struct conn_target *target,
             uint64_t now, struct error *e)
{
    struct host_events events = {.on_committed = on_committed, .on_joined = on_joined, .context = c};
    struct session_options options = {.role = SESSION_RESPONDER, .own_static = &store->me->noise,
                                      .level = target != NULL ? LEVEL_OUTGOING : LEVEL_ACCEPTED,
                                      .now_ms = now};
    enum err err = host_party(store->reader, &options.own, e);

    if (target != NULL) {
        options.role = SESSION_INITIATOR;
        options.remote_static = target->remote_noise;
        options.join = target->join;
        options.early_bytes_max = target->early_bytes_max;
        options.link_bytes = target->link_bytes;
        options.keep_open = target->keep_open;
        snprintf(c->address, sizeof c->address, "%s", target->text);
    }
    daemon_random(options.ephemeral_seed, sizeof options.ephemeral_seed);
    if (err == OK)
        err = host_new(store, &events, target != NULL ? target->peer : 0, c->address, &c->host, e);
    if (err == OK)
        err = session_new(&options, &host_calls, c->host, &c->session, e);
    sign_wipe(options.ephemeral_seed, sizeof options.ephemeral_seed);
    return err;
}

static enum err
conn_new(uv_loop_t *loop, const struct host_store *store, const struct conn_target *target,
         const struct conn_owner *owner, struct conn **ret_conn, struct error *e)
{
    struct conn *c = mem_alloc(sizeof *c);
    enum err err;

    if (c == NULL)
        return err_set(e, ERR_NOMEM, "no memory");
    c->owner = *owner;
    c->outgoing = target != NULL;
    c->started_ms = uv_now(loop);
    buf_init(&c->out, SESSION_OUTPUT_BYTES_MAX);
    err = make_session(c, store, target, c->started_ms, e);
    if (err != OK) {
        host_release(c->host);
        session_free(c->session);
        mem_free(c);
        return err;
    }
    uv_tcp_init(loop, &c->tcp);
    uv_timer_init(loop, &c->timer);
    c->tcp.data = c;
    c->timer.data = c;
    c->handles = 2;
    *ret_conn = c;
    return OK;
}

static void
set_options(struct conn *c)
{
    uv_tcp_nodelay(&c->tcp, 1);
    uv_tcp_keepalive(&c->tcp, 1, TCP_KEEPALIVE_S);
}

/* One network is one source: an IPv4 address, or the half of an IPv6 address that a site is given. */
static void
set_source(struct conn *c, const struct sockaddr_storage *name)
{
    if (name->ss_family == AF_INET6)
        memcpy(c->source, &((const struct sockaddr_in6 *) name)->sin6_addr, CONN_SOURCE_BYTES);
    else
        memcpy(c->source, &((const struct sockaddr_in *) name)->sin_addr, 4);
}

static void
set_peer_address(struct conn *c)
{
    struct sockaddr_storage name;
    char host[64] = "?";
    int size = sizeof name;
    unsigned port = 0;

    if (uv_tcp_getpeername(&c->tcp, (struct sockaddr *) &name, &size) == 0) {
        set_source(c, &name);
        if (name.ss_family == AF_INET6) {
            uv_ip6_name((struct sockaddr_in6 *) &name, host, sizeof host);
            port = ntohs(((struct sockaddr_in6 *) &name)->sin6_port);
        } else {
            uv_ip4_name((struct sockaddr_in *) &name, host, sizeof host);
            port = ntohs(((struct sockaddr_in *) &name)->sin_port);
        }
    }
    snprintf(c->address, sizeof c->address, name.ss_family == AF_INET6 ? "[%s]:%u" : "%s:%u", host, port);
}

enum err
conn_accept(uv_loop_t *loop, uv_stream_t *listener, const struct host_store *store,
            const struct conn_owner *owner, struct conn **ret_conn, struct error *e)
{
    struct conn *c = NULL;
    enum err err = conn_new(loop, store, NULL, owner, &c, e);
    int status;

    if (err != OK)
        return err;
    conn_move(c, CONN_OPEN);
    *ret_conn = c;
    status = uv_accept(listener, (uv_stream_t *) &c->tcp);
    if (status != 0) {
        fail(c, status);
        return OK;
    }
    set_options(c);
    set_peer_address(c);
    set_reading(c);
    set_timer(c);
    return OK;
}

static void
on_connected(uv_connect_t *request, int status)
{
    struct conn *c = request->handle->data;

    if (c->state != CONN_CONNECTING)
        return;
    if (status != 0) {
        fail(c, status);
        return;
    }
    conn_move(c, CONN_OPEN);
    set_options(c);
    step(c);
}

enum err
conn_connect(uv_loop_t *loop, const struct conn_target *target, const struct host_store *store,
             const struct conn_owner *owner, struct conn **ret_conn, struct error *e)
{
    struct conn *c = NULL;
    enum err err = conn_new(loop, store, target, owner, &c, e);
    int status;

    if (err != OK)
        return err;
    *ret_conn = c;
    status = uv_tcp_connect(&c->connecting, &c->tcp, target->address, on_connected);
    if (status != 0)
        fail(c, status);
    else
        uv_timer_start(&c->timer, on_timer, CONNECT_MS, 0);
    return OK;
}

/* --- what owners ask ------------------------------------------------------------------------- */

void
conn_notify(struct conn *c)
{
    if (c->state != CONN_OPEN)
        return;
    session_notify(c->session, now_ms(c));
    step(c);
}

void
conn_close(struct conn *c)
{
    if (c->state == CONN_CONNECTING) {
        close_handles(c);
        return;
    }
    if (c->state != CONN_OPEN)
        return;
    c->stopping = true;
    session_close(c->session, now_ms(c));
    step(c);
}

void
conn_abort(struct conn *c)
{
    close_handles(c);
}

struct session *
conn_session(const struct conn *c)
{
    return c->session;
}

const struct host *
conn_host(const struct conn *c)
{
    return c->host;
}

const char *
conn_address(const struct conn *c)
{
    return c->address;
}

bool
conn_is_outgoing(const struct conn *c)
{
    return c->outgoing;
}

const uint8_t *
conn_source(const struct conn *c)
{
    return c->source;
}

bool
conn_is_stranger(const struct conn *c)
{
    return !c->outgoing && c->state != CONN_CLOSING && !host_contacted(c->host);
}

bool
conn_is_newly_proven(struct conn *c)
{
    bool newly = !c->told_proven && !c->outgoing && c->state == CONN_OPEN && host_contacted(c->host);

    c->told_proven = c->told_proven || newly;
    return newly;
}

struct conn *
conn_next(const struct conn *c)
{
    return c->next;
}

void
conn_link(struct conn **list, struct conn *c)
{
    c->previous = NULL;
    c->next = *list;
    if (*list != NULL)
        (*list)->previous = c;
    *list = c;
}

void
conn_unlink(struct conn **list, struct conn *c)
{
    if (c->previous != NULL)
        c->previous->next = c->next;
    else if (*list == c)
        *list = c->next;
    if (c->next != NULL)
        c->next->previous = c->previous;
    c->next = c->previous = NULL;
}
