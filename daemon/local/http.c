/* HTTP for the local API. libmicrohttpd has an epoll descriptor of its own; a poll handle and a
 * timer drive it, so that everything happens on the loop thread.
 *
 * An exchange is one request on a connection:
 *
 *     START -> RECEIVING -> RUNNING -> ANSWERED
 *        \         \_________________/ ^
 *         \_> REFUSED _________________/
 *
 * RUNNING: the connection is suspended unless the answer came at once. REFUSED: the rest of the
 * body is read and dropped. The server: OPEN -> STOPPING (no new connections; requests under way
 * end) -> CLOSING (handles) -> freed. */
#include "config.h"

#include "daemon/local/http.h"

#include <errno.h>
#include <microhttpd.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "daemon/local/crowd.h"
#include "daemon/local/request.h"
#include "daemon/log_line.h"
#include "protocol/util/mem.h"

enum http_phase { HTTP_OPEN, HTTP_STOPPING, HTTP_CLOSING };

struct http {
    struct daemon *daemon;     /* borrowed */
    struct MHD_Daemon *server; /* owned */
    struct readers *readers;   /* owned; NULL: the loop thread reads */
    struct crowd *crowd;       /* owned */
    uv_poll_t poll;
    uv_timer_t timer; /* libmicrohttpd's next deadline; while STOPPING not later than the end */
    enum http_phase phase;
    bool is_driving;          /* inside MHD_run() */
    unsigned exchanges_count; /* requests that are not completed */
    unsigned running_count;   /* of these, with a handler under way */
    uint64_t stop_ms;         /* uv_now() at which STOPPING gives up on slow readers */
    unsigned handles_count;   /* not closed yet */
    char *socket_path;        /* owned */
    void (*on_stopped)(void *context);
    void *stop_context;
};

enum exchange_phase {
    EXCHANGE_START,
    EXCHANGE_RECEIVING,
    EXCHANGE_REFUSED,
    EXCHANGE_RUNNING,
    EXCHANGE_ANSWERED
};

struct exchange {
    struct http *http;                 /* borrowed */
    struct MHD_Connection *connection; /* borrowed; valid until completed */
    struct request *request;           /* owned; NULL without memory */
    char *uri;                         /* owned; until the method is known */
    enum exchange_phase phase;
    bool suspended;
    size_t drained_bytes;
    char *answer; /* owned, malloc'ed; NULL until ANSWERED */
    unsigned status;
};

static void drive(struct http *h);
static void set_busy(struct exchange *x, bool busy);
static void http_step(struct http *h);

/* --- answers ---------------------------------------------------------------------------------- */

static void
set_answer(struct exchange *x, enum err err, const struct error *e)
{
    request_encode(x->request, err, e, &x->answer, &x->status);
}

/* Give the answer to libmicrohttpd, which sends it and calls on_completed. */
static enum MHD_Result
send_answer(struct exchange *x)
{
    struct MHD_Response *response;
    enum MHD_Result result;

    if (x->answer == NULL)
        return MHD_NO; /* no memory: closed without an answer */
    response = MHD_create_response_from_buffer(strlen(x->answer), x->answer, MHD_RESPMEM_MUST_FREE);
    if (response == NULL)
        return MHD_NO;
    x->answer = NULL;
    MHD_add_response_header(response, "Content-Type", "application/json; charset=utf-8");
    MHD_add_response_header(response, "Cache-Control", "no-store");
    result = MHD_queue_response(x->connection, x->status, response);
    MHD_destroy_response(response);
    return result;
}

/* The handler has ended, at once or after a suspension. */
static void
on_finished(struct request *r, enum err err, const struct error *e)
{
    struct exchange *x = r->context;
    struct http *h = x->http;

    set_answer(x, err, e);
    x->phase = EXCHANGE_ANSWERED;
    set_busy(x, false);
    h->running_count--;
    if (!x->suspended)
        return;
    x->suspended = false;
    MHD_resume_connection(x->connection);
    drive(h);
}

/* --- who is connected ------------------------------------------------------------------------- */

static void
on_connection(void *context, struct MHD_Connection *connection, void **member,
              enum MHD_ConnectionNotificationCode code)
{
    struct http *h = context;
    const union MHD_ConnectionInfo *info;
    unsigned dropped;

    if (code == MHD_CONNECTION_NOTIFY_CLOSED) {
        crowd_leave(h->crowd, *member);
        *member = NULL;
        return;
    }
    info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    *member = info == NULL ? NULL : crowd_enter(h->crowd, info->connect_fd);
    dropped = crowd_dropped(h->crowd);
    if (dropped > 0)
        log_line(LOG_WARNING, "local_dropped", "connections=%d", HTTP_CONNECTIONS_MAX);
}

static void
set_busy(struct exchange *x, bool busy)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(x->connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

    crowd_busy(x->http->crowd, info == NULL ? NULL : info->socket_context, busy);
}

/* --- one exchange ----------------------------------------------------------------------------- */

/* Called with the raw request line, before the headers are read. */
static void *
on_uri(void *context, const char *uri, struct MHD_Connection *connection)
{
    struct http *h = context;
    struct exchange *x = mem_alloc(sizeof *x);

    if (x == NULL)
        return NULL;
    x->http = h;
    x->connection = connection;
    x->uri = mem_text(uri);
    h->exchanges_count++;
    return x;
}

static void
on_completed(void *context, struct MHD_Connection *connection, void **exchange,
             enum MHD_RequestTerminationCode code)
{
    struct http *h = context;
    struct exchange *x = *exchange;

    (void) connection;
    (void) code;
    if (x == NULL)
        return;
    *exchange = NULL;
    request_free(x->request);
    mem_free(x->uri);
    free(x->answer);
    mem_free(x);
    h->exchanges_count--;
}

/* Refuse a request before its body is read. A body of some size is read and dropped first, since a
 * client that is still writing may not hear the answer; a client that waits for "100 Continue"
 * hears it at once. */
static enum MHD_Result
refuse(struct exchange *x, enum err err, const struct error *e, uint64_t body_bytes)
{
    set_answer(x, err, e);
    x->phase = EXCHANGE_REFUSED;
    if (body_bytes > HTTP_DRAIN_BYTES_MAX
        || MHD_lookup_connection_value(x->connection, MHD_HEADER_KIND, "Expect") != NULL) {
        x->phase = EXCHANGE_ANSWERED;
        return send_answer(x);
    }
    return MHD_YES;
}

static enum err
too_large(const struct request *r, struct error *e)
{
    char most[24];

    snprintf(most, sizeof most, "%zu", r->raw.size_max / (1024 * 1024));
    return err_say(
        e, ERR_LIMIT,
        N_("the body is larger than {1} MiB, the most that {2} takes; send less at once"), most,
        r->path, NULL);
}

static enum err
check_head(struct exchange *x, const char *method, uint64_t body_bytes, struct error *e)
{
    const char *operator_text, *language;
    struct request *r;
    enum err err = request_new(x->http->daemon, method, x->uri, &x->request, e);

    if (err != OK)
        return err;
    r = x->request;
    r->readers = x->http->readers;
    /* Only a browser sends an Origin; the socket is for programs. */
    if (MHD_lookup_connection_value(x->connection, MHD_HEADER_KIND, "Origin") != NULL)
        return err_say(e, ERR_AUTH, N_("requests from web pages are not taken on this socket"),
                       NULL);
    err = request_route(r, e);
    if (err != OK)
        return err;
    if (body_bytes > r->raw.size_max)
        return too_large(r, e);
    language = MHD_lookup_connection_value(x->connection, MHD_HEADER_KIND, "Accept-Language");
    if (language != NULL && strncasecmp(language, "vi", 2) == 0)
        r->language = LANGUAGE_VI;
    operator_text = MHD_lookup_connection_value(x->connection, MHD_HEADER_KIND, "Thidua-Operator");
    if (operator_text != NULL) {
        r->operator_text = arena_text(&r->arena, operator_text, strlen(operator_text));
        if (r->operator_text == NULL)
            return err_set(e, ERR_NOMEM, "no memory for a request");
    }
    return OK;
}

/* The headers are complete. */
static enum MHD_Result
begin(struct exchange *x, const char *method)
{
    const char *length =
        MHD_lookup_connection_value(x->connection, MHD_HEADER_KIND, "Content-Length");
    uint64_t body_bytes = length == NULL ? 0 : strtoull(length, NULL, 10);
    struct error e = {.code = OK};
    enum err err;

    if (x->uri == NULL)
        return MHD_NO;
    err = check_head(x, method, body_bytes, &e);
    if (x->request == NULL)
        return MHD_NO;
    x->phase = EXCHANGE_RECEIVING;
    return err == OK ? MHD_YES : refuse(x, err, &e, body_bytes);
}

/* A piece of the body. A body without a declared length is held to its limit here. */
static enum MHD_Result
receive(struct exchange *x, const char *bytes, size_t size)
{
    struct error e;

    if (x->phase == EXCHANGE_RECEIVING) {
        enum err err = buf_append(&x->request->raw, bytes, size);

        if (err == OK)
            return MHD_YES;
        if (err == ERR_LIMIT)
            err = too_large(x->request, &e);
        else
            err_set(&e, err, "no memory for a body");
        buf_release(&x->request->raw);
        set_answer(x, err, &e);
        x->phase = EXCHANGE_REFUSED;
    }
    x->drained_bytes += size;
    return x->drained_bytes > HTTP_DRAIN_BYTES_MAX ? MHD_NO : MHD_YES;
}

/* The body is complete: run the handler. */
static enum MHD_Result
run(struct exchange *x)
{
    struct error e = {.code = OK};
    enum err err = request_parse(x->request, &e);

    if (err != OK) {
        set_answer(x, err, &e);
        x->phase = EXCHANGE_ANSWERED;
        return send_answer(x);
    }
    x->phase = EXCHANGE_RUNNING;
    set_busy(x, true);
    x->http->running_count++;
    request_start(x->request, on_finished, x);
    if (x->phase == EXCHANGE_ANSWERED)
        return send_answer(x);
    x->suspended = true;
    MHD_suspend_connection(x->connection);
    return MHD_YES;
}

static enum MHD_Result
on_access(void *context, struct MHD_Connection *connection, const char *url, const char *method,
          const char *version, const char *upload, size_t *upload_size, void **exchange)
{
    struct exchange *x = *exchange;

    (void) context;
    (void) connection;
    (void) url;
    (void) version;
    if (x == NULL)
        return MHD_NO;
    if (x->phase == EXCHANGE_START)
        return begin(x, method);
    if (*upload_size > 0) {
        size_t size = *upload_size;

        *upload_size = 0;
        return receive(x, upload, size);
    }
    if (x->phase == EXCHANGE_RECEIVING)
        return run(x);
    x->phase = EXCHANGE_ANSWERED;
    return send_answer(x);
}

/* --- the loop --------------------------------------------------------------------------------- */

static void
on_timer(uv_timer_t *timer)
{
    drive(timer->data);
}

static void
on_poll(uv_poll_t *poll, int status, int events)
{
    (void) status;
    (void) events;
    drive(poll->data);
}

/* Let libmicrohttpd work without waiting, and set the timer to its next deadline. It cannot be
 * entered twice: a connection that is resumed inside one of its callbacks gives a deadline of 0. */
static void
drive(struct http *h)
{
    uint64_t wait_ms = 0, now_ms;
    MHD_UNSIGNED_LONG_LONG timeout_ms;
    bool deadline;

    if (h->phase == HTTP_CLOSING || h->is_driving)
        return;
    h->is_driving = true;
    MHD_run(h->server);
    h->is_driving = false;
    deadline = MHD_get_timeout(h->server, &timeout_ms) == MHD_YES;
    if (deadline)
        wait_ms = timeout_ms;
    now_ms = uv_now(h->daemon->loop);
    if (h->phase == HTTP_STOPPING) {
        uint64_t left_ms = h->stop_ms > now_ms ? h->stop_ms - now_ms : 0;

        if (!deadline || left_ms < wait_ms)
            wait_ms = left_ms;
        if (left_ms == 0 && wait_ms == 0)
            wait_ms = 10; /* only handlers under way are waited for beyond the deadline */
        deadline = true;
    }
    if (deadline)
        uv_timer_start(&h->timer, on_timer, wait_ms, 0);
    else
        uv_timer_stop(&h->timer);
    http_step(h);
}

static void
on_handle_closed(uv_handle_t *handle)
{
    struct http *h = handle->data;
    void (*on_stopped)(void *) = h->on_stopped;
    void *context = h->stop_context;

    if (--h->handles_count > 0)
        return;
    readers_free(h->readers);
    crowd_free(h->crowd);
    mem_free(h->socket_path);
    mem_free(h);
    if (on_stopped != NULL)
        on_stopped(context);
}

static void
close_handles(struct http *h)
{
    h->phase = HTTP_CLOSING;
    uv_poll_stop(&h->poll);
    if (h->server != NULL)
        MHD_stop_daemon(h->server);
    h->server = NULL;
    uv_close((uv_handle_t *) &h->poll, on_handle_closed);
    uv_close((uv_handle_t *) &h->timer, on_handle_closed);
}

/* Decide whether a stopping server has ended. */
static void
http_step(struct http *h)
{
    if (h->phase != HTTP_STOPPING || h->running_count > 0)
        return;
    if (h->exchanges_count > 0 && uv_now(h->daemon->loop) < h->stop_ms)
        return;
    close_handles(h);
}

void
http_stop(struct http *h, void (*on_stopped)(void *context), void *context)
{
    MHD_socket listener;

    if (h == NULL) {
        on_stopped(context);
        return;
    }
    h->on_stopped = on_stopped;
    h->stop_context = context;
    h->phase = HTTP_STOPPING;
    uv_update_time(h->daemon->loop);
    h->stop_ms = uv_now(h->daemon->loop) + HTTP_STOP_MS;
    listener = MHD_quiesce_daemon(h->server);
    if (listener != MHD_INVALID_SOCKET)
        close(listener);
    unlink(h->socket_path);
    drive(h);
}

/* --- the socket ------------------------------------------------------------------------------- */

/* Does somebody answer on this socket file? A stale one is removed. */
static enum err
clear_path(const struct sockaddr_un *address, struct error *e)
{
    struct stat info;
    enum err err = OK;
    int fd;

    if (lstat(address->sun_path, &info) != 0)
        return errno == ENOENT ? OK
                               : err_say(e, ERR_IO, N_("the socket {1} cannot be made: {2}"),
                                         address->sun_path, strerror(errno), NULL);
    if (!S_ISSOCK(info.st_mode))
        return err_say(e, ERR_CONFLICT,
                       N_("{1} is in the way of the socket and is not a socket; move it away"),
                       address->sun_path, NULL);
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return err_set(e, ERR_IO, "socket: %s", strerror(errno));
    if (connect(fd, (const struct sockaddr *) address, sizeof *address) == 0)
        err = err_say(e, ERR_CONFLICT, N_("a daemon already answers on {1}"), address->sun_path,
                      NULL);
    else if (errno != ECONNREFUSED)
        err = err_say(e, ERR_IO, N_("the socket {1} cannot be tried: {2}"), address->sun_path,
                      strerror(errno), NULL);
    else if (unlink(address->sun_path) != 0)
        err = err_say(e, ERR_IO, N_("the old socket {1} cannot be removed: {2}"), address->sun_path,
                      strerror(errno), NULL);
    close(fd);
    return err;
}

/* A listening socket that only the owner may open. The mode is set before the name exists. */
static enum err
listen_on(const char *path, int *ret_fd, struct error *e)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    enum err err;
    int fd;

    if (strlen(path) >= sizeof address.sun_path) {
        char most[24];

        snprintf(most, sizeof most, "%zu", sizeof address.sun_path - 1);
        return err_say(e, ERR_LIMIT,
                       N_("the path of the socket is longer than {1} bytes; use a shorter data "
                          "directory: {2}"),
                       most, path, NULL);
    }
    memcpy(address.sun_path, path, strlen(path) + 1);
    err = clear_path(&address, e);
    if (err != OK)
        return err;
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return err_set(e, ERR_IO, "socket: %s", strerror(errno));
    if (fchmod(fd, 0600) != 0 || bind(fd, (const struct sockaddr *) &address, sizeof address) != 0
        || chmod(path, 0600) != 0 || listen(fd, HTTP_BACKLOG) != 0) {
        err = err_say(e, ERR_IO, N_("the socket {1} cannot be made: {2}"), path, strerror(errno),
                      NULL);
        close(fd);
        return err;
    }
    *ret_fd = fd;
    return OK;
}

static enum err
start_server(struct http *h, int listener, struct error *e)
{
    const union MHD_DaemonInfo *info;

    h->server =
        MHD_start_daemon(MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME, 0, NULL, NULL, on_access, h,
                         MHD_OPTION_LISTEN_SOCKET, listener, MHD_OPTION_CONNECTION_LIMIT,
                         (unsigned) (HTTP_CONNECTIONS_MAX + HTTP_LEAVING_MAX),
                         MHD_OPTION_NOTIFY_CONNECTION, on_connection, h, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
                         (size_t) HTTP_CONNECTION_BYTES, MHD_OPTION_CONNECTION_TIMEOUT,
                         (unsigned) HTTP_IDLE_S, MHD_OPTION_URI_LOG_CALLBACK, on_uri, h,
                         MHD_OPTION_NOTIFY_COMPLETED, on_completed, h, MHD_OPTION_END);
    if (h->server == NULL) {
        close(listener);
        return err_set(e, ERR_IO, "the HTTP server cannot start: %s", strerror(errno));
    }
    info = MHD_get_daemon_info(h->server, MHD_DAEMON_INFO_EPOLL_FD);
    if (info == NULL || uv_poll_init(h->daemon->loop, &h->poll, info->epoll_fd) != 0)
        return err_set(e, ERR_IO, "the HTTP server has no descriptor to wait on");
    h->handles_count++;
    h->poll.data = h;
    uv_timer_init(h->daemon->loop, &h->timer);
    h->handles_count++;
    h->timer.data = h;
    uv_poll_start(&h->poll, UV_READABLE, on_poll);
    return OK;
}

enum err
http_start(struct daemon *d, const char *socket_path, struct http **ret_http, struct error *e)
{
    struct http *h = mem_alloc(sizeof *h);
    int listener = -1;
    enum err err;

    if (h == NULL)
        return err_set(e, ERR_NOMEM, "no memory for the HTTP server");
    h->daemon = d;
    h->socket_path = mem_text(socket_path);
    h->crowd = crowd_new(HTTP_CONNECTIONS_MAX);
    if (d->database_path != NULL)
        h->readers = readers_new(d->loop, d->database_path);
    err = h->socket_path == NULL || h->crowd == NULL || (d->database_path != NULL && h->readers == NULL)
              ? err_set(e, ERR_NOMEM, "no memory for the HTTP server")
              : listen_on(socket_path, &listener, e);
    if (err == OK)
        err = start_server(h, listener, e);
    if (err != OK) {
        if (listener >= 0)
            unlink(socket_path);
        if (h->server != NULL)
            MHD_stop_daemon(h->server);
        readers_free(h->readers);
        crowd_free(h->crowd);
        mem_free(h->socket_path);
        mem_free(h);
        return err;
    }
    drive(h);
    *ret_http = h;
    return OK;
}
