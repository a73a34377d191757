/* The connector: whom to call, when, and with how much early data. */
#include "config.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "daemon/log_line.h"
#include "daemon/net/net_core.h"

static void call(struct net *net);

static const unsigned moves[] = {
    [CONNECTOR_IDLE] = 1u << CONNECTOR_RESOLVING | 1u << CONNECTOR_WAITING,
    [CONNECTOR_RESOLVING] = 1u << CONNECTOR_CALLING | 1u << CONNECTOR_WAITING,
    [CONNECTOR_CALLING] = 1u << CONNECTOR_CALLING | 1u << CONNECTOR_CONNECTED | 1u << CONNECTOR_WAITING,
    [CONNECTOR_CONNECTED] = 1u << CONNECTOR_WAITING,
    [CONNECTOR_WAITING] = 1u << CONNECTOR_IDLE | 1u << CONNECTOR_RESOLVING,
};

static void
move(struct connector *k, enum connector_state to)
{
    assert((moves[k->state] & 1u << to) != 0);
    k->state = to;
}

/* --- waiting --------------------------------------------------------------------------------- */

static void
on_timer(uv_timer_t *timer)
{
    struct net *net = timer->data;

    if (net->connector.state == CONNECTOR_WAITING && !net->stopping)
        call(net);
}

/* A quarter more or less, so that a hundred machines do not call at once when the power is back. */
static uint64_t
with_jitter(uint64_t delay_ms)
{
    uint32_t random;

    daemon_random(&random, sizeof random);
    return delay_ms * 3 / 4 + random % (delay_ms / 2 + 1);
}

static void
wait_after(struct net *net, bool succeeded)
{
    struct connector *k = &net->connector;

    move(k, CONNECTOR_WAITING);
    k->last_succeeded = succeeded;
    if (net->stopping)
        return;
    if (succeeded)
        k->retry_ms = NET_RETRY_FIRST_MS;
    uv_timer_start(&k->timer, on_timer, with_jitter(k->retry_ms), 0);
    if (!succeeded)
        k->retry_ms = k->retry_ms * 2 < NET_RETRY_MAX_MS ? k->retry_ms * 2 : NET_RETRY_MAX_MS;
}

static void
failed(struct net *net, const struct error *e)
{
    log_line(LOG_INFO, "call_failed", "address=%s error=\"%s\"", net->connector.address, e->text);
    wait_after(net, false);
    sync_ended(net, e->code, e);
}

/* --- calling --------------------------------------------------------------------------------- */

static void
try_address(struct net *net)
{
    struct connector *k = &net->connector;
    struct conn_target target = {.text = k->address, .peer = k->peer, .remote_noise = k->noise,
                                 .early_bytes_max = SESSION_EARLY_BYTES_MAX,
                                 .link_bytes = k->link_bytes, .keep_open = true};
    struct conn_owner owner;
    struct error e;

    target.address = k->next_address->ai_addr;
    k->next_address = k->next_address->ai_next;
    net_conn_owner(net, &owner);
    move(k, CONNECTOR_CALLING);
    if (conn_connect(net->daemon->loop, &target, &net->store, &owner, &k->conn, &e) != OK) {
        failed(net, &e);
        return;
    }
    net_conn_added(net, k->conn);
}

static void
on_resolved(uv_getaddrinfo_t *request, int status, struct addrinfo *addresses)
{
    struct net *net = request->data;
    struct connector *k = &net->connector;
    struct error e;

    net->handles--;
    if (net->stopping) {
        uv_freeaddrinfo(addresses);
        connector_stop(net);
        return;
    }
    if (status != 0 || addresses == NULL) {
        uv_freeaddrinfo(addresses);
        err_say(&e, ERR_IO, N_("the name of {1} cannot be found: check the address and the network"),
                k->address, NULL);
        failed(net, &e);
        return;
    }
    k->addresses = addresses;
    k->next_address = addresses;
    try_address(net);
}

/* Whom to call: the parent, else a machine of the own unit; only those whose address is known. */
static enum err
choose_peer(struct net *net, struct error *e)
{
    struct connector *k = &net->connector;
    struct peer_row *peers, *chosen = NULL;
    struct arena a;
    size_t count = 0;
    enum err err;

    arena_init(&a, 4 * 1024 * 1024);
    err = peer_list(net->daemon->reader, &a, &peers, &count, e);
    for (size_t i = 0; err == OK && i < count; i++) {
        bool reachable = peers[i].address[0] != '\0' ||
                         (peers[i].role == PEER_PARENT && net->peer_override[0] != '\0');

        if (peers[i].role == PEER_CHILD || !peers[i].has_noise || !reachable)
            continue;
        if (chosen == NULL || (peers[i].role == PEER_PARENT && chosen->role != PEER_PARENT))
            chosen = &peers[i];
    }
    if (err == OK && chosen == NULL)
        err = err_say(e, ERR_NOT_FOUND,
                      N_("there is nobody to exchange with: this machine has not joined a hub yet"), NULL);
    if (err == OK) {
        k->peer = chosen->id;
        memcpy(k->noise, chosen->noise, NOISE_KEY_BYTES);
        snprintf(k->address, sizeof k->address, "%s",
                 net->peer_override[0] != '\0' ? net->peer_override : chosen->address);
    }
    arena_release(&a);
    return err;
}

static void
call(struct net *net)
{
    struct connector *k = &net->connector;
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
    char host[NET_ADDRESS_BYTES];
    char port[8];
    struct error e;
    enum err err = choose_peer(net, &e);

    uv_timer_stop(&k->timer);
    if (err == ERR_NOT_FOUND) {
        if (k->state == CONNECTOR_WAITING)
            move(k, CONNECTOR_IDLE);
        sync_ended(net, err, &e);
        return;
    }
    if (err == OK)
        err = net_split_address(k->address, host, sizeof host, port, &e);
    if (err == OK) {
        move(k, CONNECTOR_RESOLVING);
        k->resolving.data = net;
        if (uv_getaddrinfo(net->daemon->loop, &k->resolving, on_resolved, host, port, &hints) != 0)
            err = err_set(&e, ERR_IO, "cannot resolve %s", k->address);
        else
            net->handles++;
    }
    if (err != OK)
        failed(net, &e);
}

/* --- what connections tell ------------------------------------------------------------------- */

bool
connector_is_quiet(const struct net *net)
{
    const struct connector *k = &net->connector;

    return k->state == CONNECTOR_CONNECTED && session_quiet(conn_session(k->conn));
}

void
connector_progress(struct net *net, struct conn *c)
{
    struct connector *k = &net->connector;

    if (c != k->conn)
        return;
    if (k->state == CONNECTOR_CALLING && host_contacted(conn_host(c))) {
        move(k, CONNECTOR_CONNECTED);
        log_line(LOG_INFO, "connected", "peer=\"%s\" address=%s", host_peer_name(conn_host(c)), k->address);
    }
    k->at_rest = connector_is_quiet(net);
    if (k->at_rest) {
        struct error e = {0};
        enum err err = sync_result(net, &e);

        k->link_bytes = 0;
        sync_ended(net, err, &e);
    }
}

/* It broke in the middle: next time in pieces of which this call would have delivered several. */
static uint32_t
link_after(const struct session_counts *n)
{
    uint64_t bytes = n->bytes_in == 0 ? 0 : (n->bytes_in + n->bytes_out) / 8;

    if (bytes < NET_LINK_BYTES_MIN)
        return NET_LINK_BYTES_MIN;
    return bytes < NET_LINK_BYTES_MAX ? (uint32_t) bytes : 0;
}

void
connector_closed(struct net *net, struct conn *c, const struct error *e)
{
    struct connector *k = &net->connector;
    bool was_connected = k->state == CONNECTOR_CONNECTED;
    struct session_counts n;

    if (c != k->conn)
        return;
    k->conn = NULL;
    session_counts(conn_session(c), &n);
    if (!was_connected && n.bytes_out == 0 && k->next_address != NULL && !net->stopping) {
        try_address(net); /* this address did not answer; the name has others */
        return;
    }
    uv_freeaddrinfo(k->addresses);
    k->addresses = k->next_address = NULL;
    /* A connection that dies at rest says nothing of what the link bears. */
    if (e->code != OK && n.bytes_out > 0 && !k->at_rest)
        k->link_bytes = link_after(&n);
    k->at_rest = false;
    if (net->stopping)
        move(k, CONNECTOR_WAITING);
    else if (was_connected) {
        wait_after(net, true);
        sync_ended(net, e->code != OK ? e->code : ERR_CLOSED, e);
    } else {
        failed(net, e);
    }
}

/* --- life ------------------------------------------------------------------------------------ */

void
connector_hurry(struct net *net)
{
    struct connector *k = &net->connector;

    if (net->stopping)
        return;
    if (k->state == CONNECTOR_IDLE || k->state == CONNECTOR_WAITING)
        call(net);
}

void
connector_start(struct net *net)
{
    struct connector *k = &net->connector;

    uv_timer_init(net->daemon->loop, &k->timer);
    k->timer.data = net;
    net->handles++;
    k->state = CONNECTOR_WAITING;
    k->retry_ms = NET_RETRY_FIRST_MS;
    uv_timer_start(&k->timer, on_timer, 0, 0);
}

void
connector_stop(struct net *net)
{
    struct connector *k = &net->connector;

    if (k->state == CONNECTOR_RESOLVING) {
        uv_cancel((uv_req_t *) &k->resolving); /* on_resolved() comes back here */
        move(k, CONNECTOR_WAITING);
        return;
    }
    uv_close((uv_handle_t *) &k->timer, net_handle_closed);
}
