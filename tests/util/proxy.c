/* A link for tests and benchmarks: a TCP proxy on loopback that counts what passes and can be cut,
 * stalled, slowed down and delayed.
 *
 *     proxy --to ADDRESS:PORT [--port PORT] [--control SOCKET]   prints {"port": N} and runs
 *     proxy --ask SOCKET COMMAND...                              sends one, prints the answer
 *
 * Commands come as lines on standard input (when it is a pipe; its end ends the proxy) or on the
 * control socket; each is answered by one line of JSON.
 *
 *     cut                 close all connections and refuse new ones      SIGUSR1 does the same
 *     open                accept again; ends every cut and cut-after     SIGUSR2
 *     drop                close all connections, accept new ones
 *     cut-after BYTES     cut when so many more payload bytes, both ways, have been delivered
 *     drop-every MS       drop again and again; 0 = no more
 *     stall, go           deliver nothing and say nothing; go on
 *     rate UP DOWN        bytes a second in each direction; 0 = as fast as it goes
 *     delay MS            one way, each direction
 *     reset, stats, quit
 *
 * "up" is from who connected. A direction of a connection holds at most QUEUE_BYTES_MAX and reads
 * no more until they are delivered. A round trip is a change from up to down within a connection;
 * connecting (one more on a real link) is not counted. */
#include "config.h"

#include <inttypes.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <uv.h>

#include "protocol/util/mem.h"
#include "tests/util/proxy.h"

enum {
    QUEUE_BYTES_MAX = 256 * 1024, /* of one direction of one connection */
    READ_BYTES_MAX = 64 * 1024,
    SLICE_BYTES_MIN = 64, /* of a slow link: delivered at once */
    SLICES_A_SECOND = 50,
    CONNECTIONS_MAX = 256,
    RETRY_MS = 1, /* a receiver that does not read is tried again */
};

enum way { UP, DOWN };

struct piece {
    struct piece *next; /* owned */
    uint64_t due_us;
    size_t size;
    size_t sent;
    char bytes[];
};

/* One direction of a connection. */
struct flow {
    struct conn *conn; /* borrowed: holds this */
    enum way way;
    uv_stream_t *from;  /* borrowed: of the connection */
    uv_stream_t *to;    /* borrowed: of the connection */
    struct piece *head; /* owned list */
    struct piece *tail; /* borrowed: its last */
    size_t queued_bytes;
    bool reading;
    bool ended; /* nothing more will be read */
    bool shut;  /* and the end is passed on */
    uv_timer_t timer;
    uv_shutdown_t shutdown;
};

struct conn {
    struct conn *next; /* owned list */
    uv_tcp_t ends[2];  /* who connected; the target */
    struct flow flows[2];
    uv_connect_t connect;
    unsigned handles_count; /* not closed yet */
    bool closing;
    int last_way; /* -1 = nothing passed yet */
};

struct control {
    uv_pipe_t pipe;
    char line[PROXY_LINE_BYTES_MAX];
    size_t used;
};

struct answer {
    uv_write_t request;
    char text[512];
};

static struct {
    uv_loop_t *loop;
    uv_tcp_t *listener; /* owned; NULL while the link is cut */
    uv_pipe_t control;
    uv_signal_t signals[4];
    uv_timer_t drop_timer;
    struct sockaddr_storage target;
    int port;
    struct conn *conns; /* owned list */
    unsigned conns_count;
    bool stalled;
    uint64_t budget_bytes; /* until the cut; UINT64_MAX = none */
    uint64_t rate[2];      /* bytes a second; 0 = no limit */
    uint64_t delay_us;
    uint64_t free_us[2]; /* when the slow link has sent what it was given */
    char read_buffer[READ_BYTES_MAX];
    struct {
        uint64_t bytes[2]; /* delivered */
        uint64_t read[2];
        uint64_t connections;
        uint64_t refused;
        uint64_t turns;
        uint64_t round_trips;
        uint64_t last_us;
    } count;
} proxy;

static void flow_read(struct flow *f);
static void link_cut(void);

static void
die(const char *what, int status)
{
    fprintf(stderr, "proxy: %s: %s\n", what, status < 0 ? uv_strerror(status) : "wrong use");
    exit(2);
}

static uint64_t
now_us(void)
{
    return uv_hrtime() / 1000;
}

/* --- connections ------------------------------------------------------------------------------ */

static void
flow_drop(struct flow *f)
{
    while (f->head != NULL) {
        struct piece *next = f->head->next;

        mem_free(f->head);
        f->head = next;
    }
    f->tail = NULL;
    f->queued_bytes = 0;
}

static void
on_conn_closed(uv_handle_t *handle)
{
    struct conn *c = handle->data;
    struct conn **at = &proxy.conns;

    if (--c->handles_count > 0)
        return;
    while (*at != c)
        at = &(*at)->next;
    *at = c->next;
    proxy.conns_count--;
    mem_free(c);
}

static void
conn_close(struct conn *c)
{
    if (c->closing)
        return;
    c->closing = true;
    for (int i = 0; i < 2; i++) {
        flow_drop(&c->flows[i]);
        uv_close((uv_handle_t *) &c->ends[i], on_conn_closed);
        uv_close((uv_handle_t *) &c->flows[i].timer, on_conn_closed);
    }
}

static void
count_bytes(struct conn *c, enum way way, size_t size)
{
    proxy.count.bytes[way] += size;
    proxy.count.last_us = now_us();
    if (c->last_way != -1 && c->last_way != (int) way) {
        proxy.count.turns++;
        proxy.count.round_trips += way == DOWN;
    }
    c->last_way = way;
    if (proxy.budget_bytes != UINT64_MAX)
        proxy.budget_bytes -= size;
}

static void
on_shutdown(uv_shutdown_t *request, int status)
{
    struct flow *f = request->data;

    if (status == UV_ECANCELED)
        return;
    f->shut = true;
    if (f->conn->flows[UP].shut && f->conn->flows[DOWN].shut)
        conn_close(f->conn);
}

static void flow_pump(struct flow *f);

static void
on_flow_due(uv_timer_t *timer)
{
    struct conn *c = timer->data;

    flow_pump(timer == &c->flows[UP].timer ? &c->flows[UP] : &c->flows[DOWN]);
}

/* Deliver the first piece as far as it goes.
 *   Returns  false when nothing more can be delivered now */
static bool
piece_deliver(struct flow *f)
{
    struct piece *p = f->head;
    size_t size = p->size - p->sent;
    uv_buf_t buf;
    int written;

    if (size > proxy.budget_bytes)
        size = (size_t) proxy.budget_bytes;
    buf = uv_buf_init(p->bytes + p->sent, (unsigned) size);
    written = uv_try_write(f->to, &buf, 1);
    if (written == UV_EAGAIN) {
        uv_timer_start(&f->timer, on_flow_due, RETRY_MS, 0);
        return false;
    }
    if (written < 0) {
        conn_close(f->conn);
        return false;
    }
    count_bytes(f->conn, f->way, (size_t) written);
    p->sent += (size_t) written;
    f->queued_bytes -= (size_t) written;
    if (p->sent == p->size) {
        f->head = p->next;
        f->tail = f->head == NULL ? NULL : f->tail;
        mem_free(p);
    }
    if (proxy.budget_bytes == 0) {
        link_cut();
        return false;
    }
    return true;
}

/* Deliver what is due, then go on reading, then pass the end on. */
static void
flow_pump(struct flow *f)
{
    while (f->head != NULL && !proxy.stalled && !f->conn->closing) {
        uint64_t now = now_us();

        if (f->head->due_us > now) {
            uv_timer_start(&f->timer, on_flow_due, (f->head->due_us - now + 999) / 1000, 0);
            break;
        }
        if (!piece_deliver(f))
            break;
    }
    if (f->conn->closing)
        return;
    flow_read(f);
    if (f->ended && f->head == NULL && f->shutdown.data == NULL) {
        f->shutdown.data = f;
        if (uv_shutdown(&f->shutdown, f->to, on_shutdown) != 0)
            conn_close(f->conn);
    }
}

static void
piece_add(struct flow *f, const char *bytes, size_t size)
{
    struct piece *p = mem_alloc(sizeof *p + size);
    uint64_t rate = proxy.rate[f->way], *free_us = &proxy.free_us[f->way];

    if (p == NULL) {
        conn_close(f->conn);
        return;
    }
    p->due_us = now_us();
    if (rate > 0) {
        *free_us = (*free_us > p->due_us ? *free_us : p->due_us) + size * 1000000 / rate;
        p->due_us = *free_us;
    }
    p->due_us += proxy.delay_us;
    p->size = size;
    memcpy(p->bytes, bytes, size);
    if (f->tail != NULL)
        f->tail->next = p;
    else
        f->head = p;
    f->tail = p;
    f->queued_bytes += size;
}

static void
on_alloc(uv_handle_t *handle, size_t hint, uv_buf_t *ret_buf)
{
    (void) handle;
    (void) hint;
    *ret_buf = uv_buf_init(proxy.read_buffer, READ_BYTES_MAX); /* used up before the next read */
}

static void
on_read(uv_stream_t *stream, ssize_t size, const uv_buf_t *buf)
{
    struct conn *c = stream->data;
    struct flow *f = &c->flows[stream == c->flows[UP].from ? UP : DOWN];
    size_t slice = SIZE_MAX;

    if (size < 0 && size != UV_EOF) {
        conn_close(c);
        return;
    }
    if (size < 0) {
        f->ended = true;
        uv_read_stop(stream);
        f->reading = false;
        size = 0;
    }
    proxy.count.read[f->way] += (size_t) size;
    if (proxy.rate[f->way] > 0)
        slice = proxy.rate[f->way] / SLICES_A_SECOND + SLICE_BYTES_MIN;
    for (size_t at = 0; at < (size_t) size && !c->closing; at += slice) {
        size_t rest = (size_t) size - at;

        slice = slice < rest ? slice : rest;
        piece_add(f, buf->base + at, slice);
    }
    if (f->reading && f->queued_bytes >= QUEUE_BYTES_MAX - READ_BYTES_MAX) {
        uv_read_stop(f->from);
        f->reading = false;
    }
    if (!c->closing)
        flow_pump(f);
}

static void
flow_read(struct flow *f)
{
    if (f->reading || f->ended || f->queued_bytes >= QUEUE_BYTES_MAX - READ_BYTES_MAX)
        return;
    f->reading = uv_read_start(f->from, on_alloc, on_read) == 0;
}

static void
on_connected(uv_connect_t *request, int status)
{
    struct conn *c = request->data;

    if (status == UV_ECANCELED || c->closing)
        return;
    if (status != 0) {
        conn_close(c);
        return;
    }
    uv_tcp_nodelay(&c->ends[0], 1);
    uv_tcp_nodelay(&c->ends[1], 1);
    flow_read(&c->flows[UP]);
    flow_read(&c->flows[DOWN]);
}

static void
on_connection(uv_stream_t *listener, int status)
{
    struct conn *c = mem_alloc(sizeof *c);

    if (status != 0 || c == NULL) {
        mem_free(c);
        return;
    }
    c->next = proxy.conns;
    proxy.conns = c;
    proxy.conns_count++;
    c->last_way = -1;
    c->handles_count = 4;
    c->connect.data = c;
    for (int i = 0; i < 2; i++) {
        uv_tcp_init(proxy.loop, &c->ends[i]);
        uv_timer_init(proxy.loop, &c->flows[i].timer);
        c->ends[i].data = c->flows[i].timer.data = c;
        c->flows[i].conn = c;
        c->flows[i].way = i == 0 ? UP : DOWN;
        c->flows[i].from = (uv_stream_t *) &c->ends[i];
        c->flows[i].to = (uv_stream_t *) &c->ends[1 - i];
    }
    if (uv_accept(listener, (uv_stream_t *) &c->ends[0]) != 0 || proxy.conns_count > CONNECTIONS_MAX
        || uv_tcp_connect(&c->connect, &c->ends[1], (struct sockaddr *) &proxy.target, on_connected)
               != 0) {
        proxy.count.refused++;
        conn_close(c);
        return;
    }
    proxy.count.connections++;
}

/* --- the link --------------------------------------------------------------------------------- */

static void
link_drop(void)
{
    for (struct conn *c = proxy.conns; c != NULL; c = c->next)
        conn_close(c);
    proxy.free_us[UP] = proxy.free_us[DOWN] = 0;
}

static void
on_listener_closed(uv_handle_t *handle)
{
    mem_free(handle);
}

static void
link_cut(void)
{
    proxy.budget_bytes = UINT64_MAX;
    if (proxy.listener != NULL)
        uv_close((uv_handle_t *) proxy.listener, on_listener_closed);
    proxy.listener = NULL;
    link_drop();
}

/* Listen; after a cut on the port of before. */
static int
link_open(void)
{
    struct sockaddr_in address;
    int size = sizeof address, status;

    proxy.budget_bytes = UINT64_MAX;
    if (proxy.listener != NULL)
        return 0;
    proxy.listener = mem_alloc(sizeof *proxy.listener);
    if (proxy.listener == NULL)
        return UV_ENOMEM;
    uv_ip4_addr("127.0.0.1", proxy.port, &address);
    uv_tcp_init(proxy.loop, proxy.listener);
    status = uv_tcp_bind(proxy.listener, (struct sockaddr *) &address, 0);
    if (status == 0)
        status = uv_listen((uv_stream_t *) proxy.listener, 128, on_connection);
    if (status == 0)
        status = uv_tcp_getsockname(proxy.listener, (struct sockaddr *) &address, &size);
    if (status != 0) {
        uv_close((uv_handle_t *) proxy.listener, on_listener_closed);
        proxy.listener = NULL;
        return status;
    }
    proxy.port = ntohs(address.sin_port);
    return 0;
}

static void
link_go(void)
{
    proxy.stalled = false;
    for (struct conn *c = proxy.conns; c != NULL; c = c->next)
        for (int i = 0; i < 2 && !c->closing; i++)
            flow_pump(&c->flows[i]);
}

static void
on_drop_due(uv_timer_t *timer)
{
    (void) timer;
    link_drop();
}

static void
link_stats(char *text, size_t size)
{
    uint64_t idle = proxy.count.last_us == 0 ? 0 : (now_us() - proxy.count.last_us) / 1000;
    unsigned open = 0;

    for (const struct conn *c = proxy.conns; c != NULL; c = c->next)
        open += !c->closing;
    snprintf(text, size,
             "{\"up\": %" PRIu64 ", \"down\": %" PRIu64 ", \"read_up\": %" PRIu64
             ", \"read_down\": %" PRIu64 ", \"connections\": %" PRIu64
             ", \"open\": %u, \"refused\": %" PRIu64 ", \"turns\": %" PRIu64
             ", \"round_trips\": %" PRIu64 ", \"idle_ms\": %" PRIu64
             ", \"cut\": %s, \"stalled\": %s}",
             proxy.count.bytes[UP], proxy.count.bytes[DOWN], proxy.count.read[UP],
             proxy.count.read[DOWN], proxy.count.connections, open, proxy.count.refused,
             proxy.count.turns, proxy.count.round_trips, idle,
             proxy.listener != NULL ? "false" : "true", proxy.stalled ? "true" : "false");
}

/* --- commands --------------------------------------------------------------------------------- */

static void
stop(void)
{
    uv_stop(proxy.loop);
}

/* Take up to two numbers behind the command's name.
 *   Returns  how many there were; -1 when something is no number */
static int
read_numbers(const char *text, uint64_t ret_numbers[2])
{
    int count = 0;

    while (*text == ' ')
        text++;
    while (*text != '\0') {
        char *end;

        if (count == 2 || *text < '0' || *text > '9')
            return -1;
        ret_numbers[count++] = strtoull(text, &end, 10);
        text = end;
        while (*text == ' ')
            text++;
    }
    return count;
}

/* Commands with numbers.
 *   Returns  false for anything else */
static bool
run_with_numbers(const char *name, int count, const uint64_t numbers[2])
{
    if (strcmp(name, "cut-after") == 0 && count == 1 && numbers[0] > 0) {
        proxy.budget_bytes = numbers[0];
    } else if (strcmp(name, "drop-every") == 0 && count == 1) {
        uv_timer_stop(&proxy.drop_timer);
        if (numbers[0] > 0)
            uv_timer_start(&proxy.drop_timer, on_drop_due, numbers[0], numbers[0]);
    } else if (strcmp(name, "rate") == 0 && count == 2) {
        proxy.rate[UP] = numbers[0];
        proxy.rate[DOWN] = numbers[1];
    } else if (strcmp(name, "delay") == 0 && count == 1) {
        proxy.delay_us = numbers[0] * 1000;
    } else {
        return false;
    }
    return true;
}

static bool
run_plain(const char *name, int *ret_status)
{
    if (strcmp(name, "cut") == 0)
        link_cut();
    else if (strcmp(name, "open") == 0)
        *ret_status = link_open();
    else if (strcmp(name, "drop") == 0)
        link_drop();
    else if (strcmp(name, "stall") == 0)
        proxy.stalled = true;
    else if (strcmp(name, "go") == 0)
        link_go();
    else if (strcmp(name, "reset") == 0)
        memset(&proxy.count, 0, sizeof proxy.count);
    else if (strcmp(name, "quit") == 0)
        stop();
    else
        return strcmp(name, "stats") == 0;
    return true;
}

/* Run one command; the answer is a line without its end. */
static void
run_command(const char *line, char *answer, size_t answer_size)
{
    uint64_t numbers[2] = {0, 0};
    char name[16] = "";
    size_t size = strcspn(line, " ");
    int count, status = 0;

    snprintf(name, sizeof name, "%.*s", (int) size, line);
    count = read_numbers(line + size, numbers);
    if (!(count == 0 && run_plain(name, &status))
        && !(count > 0 && run_with_numbers(name, count, numbers)))
        snprintf(answer, answer_size, "{\"error\": \"no such command\"}");
    else if (status != 0)
        snprintf(answer, answer_size, "{\"error\": \"%s\"}", uv_strerror(status));
    else
        link_stats(answer, answer_size);
}

static void
on_control_closed(uv_handle_t *handle)
{
    mem_free(handle->data);
}

static void
on_answered(uv_write_t *request, int status)
{
    (void) status;
    mem_free(request->data);
}

static void
control_line(struct control *c)
{
    struct answer *a = mem_alloc(sizeof *a);
    uv_buf_t buf;

    if (a == NULL)
        return;
    run_command(c->line, a->text, sizeof a->text - 1);
    strcat(a->text, "\n");
    if (c->pipe.data == NULL) { /* standard input */
        fputs(a->text, stdout);
        fflush(stdout);
        mem_free(a);
        return;
    }
    a->request.data = a;
    buf = uv_buf_init(a->text, (unsigned) strlen(a->text));
    if (uv_write(&a->request, (uv_stream_t *) &c->pipe, &buf, 1, on_answered) != 0)
        mem_free(a);
}

static void
on_control_read(uv_stream_t *stream, ssize_t size, const uv_buf_t *buf)
{
    struct control *c = (struct control *) stream;

    if (size < 0) {
        if (c->pipe.data == NULL)
            stop();
        else
            uv_close((uv_handle_t *) stream, on_control_closed);
        return;
    }
    for (ssize_t i = 0; i < size; i++) {
        if (buf->base[i] == '\n') {
            c->line[c->used] = '\0';
            c->used = 0;
            control_line(c);
        } else if (c->used + 1 < sizeof c->line) {
            c->line[c->used++] = buf->base[i];
        }
    }
}

static void
on_control(uv_stream_t *listener, int status)
{
    struct control *c = mem_alloc(sizeof *c);

    if (status != 0 || c == NULL || uv_pipe_init(proxy.loop, &c->pipe, 0) != 0) {
        mem_free(c);
        return;
    }
    c->pipe.data = c;
    if (uv_accept(listener, (uv_stream_t *) &c->pipe) != 0
        || uv_read_start((uv_stream_t *) &c->pipe, on_alloc, on_control_read) != 0)
        uv_close((uv_handle_t *) &c->pipe, on_control_closed);
}

/* --- start ------------------------------------------------------------------------------------ */

static void
on_signal(uv_signal_t *handle, int number)
{
    char text[512];

    (void) handle;
    if (number == SIGUSR1) {
        link_cut();
    } else if (number == SIGUSR2) {
        link_open();
    } else {
        link_stats(text, sizeof text);
        puts(text);
        stop();
    }
}

static void
start_signals(void)
{
    static const int numbers[] = {SIGUSR1, SIGUSR2, SIGTERM, SIGINT};

    signal(SIGPIPE, SIG_IGN);
    for (int i = 0; i < 4; i++) {
        uv_signal_init(proxy.loop, &proxy.signals[i]);
        uv_signal_start(&proxy.signals[i], on_signal, numbers[i]);
    }
}

static void
start_control(const char *path)
{
    static struct control input;
    int status;

    if (path != NULL) {
        unlink(path);
        uv_pipe_init(proxy.loop, &proxy.control, 0);
        status = uv_pipe_bind(&proxy.control, path);
        if (status == 0)
            status = uv_listen((uv_stream_t *) &proxy.control, 16, on_control);
        if (status != 0)
            die(path, status);
    } else if (uv_guess_handle(0) == UV_NAMED_PIPE) {
        uv_pipe_init(proxy.loop, &input.pipe, 0);
        status = uv_pipe_open(&input.pipe, 0);
        if (status == 0)
            status = uv_read_start((uv_stream_t *) &input.pipe, on_alloc, on_control_read);
        if (status != 0)
            die("standard input", status);
    }
}

/* "address:port" of the target, numbers only. */
static void
read_target(const char *text)
{
    char host[64];
    const char *colon = strrchr(text, ':');
    int status;

    if (colon == NULL || (size_t) (colon - text) >= sizeof host)
        die(text, 0);
    snprintf(host, sizeof host, "%.*s", (int) (colon - text), text);
    status = uv_ip4_addr(host, atoi(colon + 1), (struct sockaddr_in *) &proxy.target);
    if (status != 0)
        die(text, status);
}

int
main(int argc, char **argv)
{
    const char *control = NULL, *target = NULL;
    int status;

    if (argc >= 4 && strcmp(argv[1], "--ask") == 0)
        return proxy_ask(argv[2], argc - 3, argv + 3);
    for (int i = 1; i + 1 < argc; i += 2) {
        if (strcmp(argv[i], "--to") == 0)
            target = argv[i + 1];
        else if (strcmp(argv[i], "--port") == 0)
            proxy.port = atoi(argv[i + 1]);
        else if (strcmp(argv[i], "--control") == 0)
            control = argv[i + 1];
        else
            die(argv[i], 0);
    }
    if (target == NULL || argc % 2 == 0)
        die("--to ADDRESS:PORT is needed", 0);
    proxy.loop = uv_default_loop();
    read_target(target);
    uv_timer_init(proxy.loop, &proxy.drop_timer);
    start_signals();
    start_control(control);
    status = link_open();
    if (status != 0)
        die("listen", status);
    printf("{\"port\": %d}\n", proxy.port);
    fflush(stdout);
    uv_run(proxy.loop, UV_RUN_DEFAULT);
    if (control != NULL)
        unlink(control);
    return 0;
}
