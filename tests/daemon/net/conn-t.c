/* Connections to machines that do not behave. */
#include "config.h"

#include "daemon/net/conn.h"

#include <arpa/inet.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "daemon/daemon.h"
#include "tests/util/tap.h"
#include "tests/util/world.h"

enum { SMALL_BYTES = 2048, HELLO_LOGS = 1000, PATIENCE_MS = 5000 };

struct watch {
    uv_loop_t loop;
    uv_timer_t timer;
    bool closed;
    bool too_late;
};

/* The daemon's clock and randomness stand in its app.c. */
int64_t
daemon_now_s(void)
{
    return 1750000000;
}

void
daemon_random(void *ret_bytes, size_t size)
{
    memset(ret_bytes, 7, size);
}

static void
on_progress(void *context, struct conn *c)
{
    (void) context;
    (void) c;
}

static void
on_closed(void *context, struct conn *c, const struct error *e)
{
    struct watch *w = context;

    (void) c;
    (void) e;
    w->closed = true;
}

static void
on_too_late(uv_timer_t *timer)
{
    struct watch *w = timer->data;

    w->too_late = true;
}

/* The jobs of these connections are not of interest. */
static enum err
post(void *context, struct job *job, struct error *e)
{
    (void) context;
    (void) job;
    return err_set(e, ERR_CLOSED, "no writer");
}

/* A port that takes connections and never reads. */
static int
deaf_listener(struct sockaddr_in *ret_address)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    int bytes = SMALL_BYTES;
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    assert_true(fd >= 0);
    assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes), 0);
    assert_int_equal(bind(fd, (struct sockaddr *) &address, size), 0);
    assert_int_equal(listen(fd, 4), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *) &address, &size), 0);
    *ret_address = address;
    return fd;
}

static void
make_small(uv_handle_t *handle, void *arg)
{
    int bytes = SMALL_BYTES;

    (void) arg;
    if (handle->type == UV_TCP)
        assert_int_equal(uv_send_buffer_size(handle, &bytes), 0);
}

/* Logs enough that the first message does not fit what the system takes. */
static void
add_logs(struct node *n)
{
    struct space_row inner = node_space(n, SPACE_INNER);
    struct error e = {0};

    assert_int_equal(store_begin(n->s, &e), OK);
    for (uint64_t i = 0; i < HELLO_LOGS; i++) {
        struct log_id id = {.epoch = i};
        struct log_row log;

        memcpy(id.space, inner.space, SPACE_BYTES);
        memcpy(id.device, n->me.sign.public_key, DEVICE_BYTES);
        assert_int_equal(log_add(n->s, &id, false, &log, &e), OK);
        log.received_seq = 1;
        assert_int_equal(log_update(n->s, &log, &e), OK);
    }
    assert_int_equal(store_commit(n->s, &e), OK);
}

static void
a_peer_that_does_not_read_cannot_hold_a_connection_that_is_closed(void **state)
{
    struct watch w = {.closed = false};
    struct conn_owner owner = {.on_progress = on_progress, .on_closed = on_closed, .context = &w};
    struct conn_target target = {.text = "deaf", .keep_open = true};
    struct sockaddr_in address;
    struct host_store store;
    struct node parent, n;
    struct peer_row *peers;
    struct conn *c;
    struct error e = {0};
    size_t count;
    int fd = deaf_listener(&address);

    (void) state;
    node_found(&parent, 1, "Tỉnh", "province");
    node_found(&n, 2, "Xã Một", "commune");
    node_adopt(&n, &parent);
    add_logs(&n);
    assert_int_equal(peer_list(n.s, &n.arena, &peers, &count, &e), OK);
    assert_int_equal(count, 1);
    target.peer = peers[0].id;
    target.remote_noise = peers[0].noise;
    target.address = (const struct sockaddr *) &address;
    store = (struct host_store){.reader = n.s, .me = &n.me, .post = post};
    assert_int_equal(uv_loop_init(&w.loop), 0);
    uv_timer_init(&w.loop, &w.timer);
    w.timer.data = &w;
    uv_timer_start(&w.timer, on_too_late, PATIENCE_MS, 0);
    assert_int_equal(conn_connect(&w.loop, &target, &store, &owner, &c, &e), OK);
    uv_walk(&w.loop, make_small, NULL);
    while (session_state(conn_session(c)) == SESSION_START && !w.too_late)
        uv_run(&w.loop, UV_RUN_ONCE);
    assert_false(w.closed);
    conn_close(c);
    while (!w.closed && !w.too_late)
        uv_run(&w.loop, UV_RUN_ONCE);
    assert_true(w.closed);
    uv_close((uv_handle_t *) &w.timer, NULL);
    uv_run(&w.loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&w.loop), 0);
    close(fd);
    node_release(&parent);
    node_release(&n);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_peer_that_does_not_read_cannot_hold_a_connection_that_is_closed),
    };

    return tap_run("conn", tests, NULL, NULL);
}
