/* Listeners: accept, and bound how many connections there are, of strangers and of one machine. */
#include "config.h"

#include <string.h>

#include "daemon/log_line.h"
#include "daemon/net/net_core.h"

/* --- who has to go --------------------------------------------------------------------------- */

static unsigned
neighbours_of(const struct conn *one, struct conn *const *all, unsigned count)
{
    unsigned found = 0;

    for (unsigned i = 0; i < count; i++)
        found += memcmp(conn_source(one), conn_source(all[i]), CONN_SOURCE_BYTES) == 0;
    return found;
}

/* Of the network with the most strangers the one that has been here longest. So a crowd from one place
 * displaces itself, and whoever has just come is given time for its handshake: to keep it out, a crowd of its
 * own network has to renew all its connections within one round trip. */
static struct conn *
choose_stranger(const struct net *net, unsigned *ret_count)
{
    struct conn *all[NET_STRANGERS_MAX + 1];
    struct conn *chosen = NULL;
    unsigned count = 0, most = 0;

    for (struct conn *c = net->conns; c != NULL && count <= NET_STRANGERS_MAX; c = conn_next(c))
        if (conn_is_stranger(c))
            all[count++] = c; /* the newest first */
    for (unsigned i = 0; i < count; i++) {
        unsigned neighbours = neighbours_of(all[i], all, count);

        if (neighbours < most)
            continue;
        most = neighbours;
        chosen = all[i];
    }
    *ret_count = count;
    return chosen;
}

static void
limit_strangers(struct net *net)
{
    unsigned count;
    struct conn *chosen = choose_stranger(net, &count);

    if (chosen == NULL || (net->accepted_count <= net->conns_max && count <= net->strangers_max))
        return;
    log_line(LOG_WARNING, "stranger_dropped", "address=%s strangers=%u connections=%u", conn_address(chosen),
             count, net->accepted_count);
    conn_abort(chosen);
}

void
listener_limit(struct net *net, unsigned descriptors)
{
    unsigned most = descriptors > NET_DESCRIPTORS_KEPT ? descriptors - NET_DESCRIPTORS_KEPT : 0;

    net->conns_max = most > NET_CONNS_MAX ? NET_CONNS_MAX : most < NET_CONNS_MIN ? NET_CONNS_MIN : most;
    net->strangers_max = net->conns_max / 2 < NET_STRANGERS_MAX ? net->conns_max / 2 : NET_STRANGERS_MAX;
}

void
listener_proven(struct net *net, struct conn *c)
{
    int64_t peer = host_peer_id(conn_host(c));
    struct conn *oldest = NULL;
    unsigned count = 0;

    if (peer == 0)
        return;
    for (struct conn *other = net->conns; other != NULL; other = conn_next(other))
        if (!conn_is_outgoing(other) && session_state(conn_session(other)) == SESSION_OPEN &&
            host_peer_id(conn_host(other)) == peer) {
            oldest = other;
            count++;
        }
    if (count <= NET_PEER_CONNS_MAX || oldest == c)
        return;
    log_line(LOG_WARNING, "too_many_connections", "peer=\"%s\" address=%s", host_peer_name(conn_host(oldest)),
             conn_address(oldest));
    conn_close(oldest);
}

/* --- accepting ------------------------------------------------------------------------------- */

static void
on_connection(uv_stream_t *stream, int status)
{
    struct listener *l = (struct listener *) stream;
    struct net *net = l->net;
    struct conn_owner owner;
    struct conn *c = NULL;
    struct error e;

    if (status != 0 || net->stopping)
        return;
    net_conn_owner(net, &owner);
    if (conn_accept(net->daemon->loop, stream, &net->store, &owner, &c, &e) != OK) {
        log_line(LOG_WARNING, "accept", "error=\"%s\"", e.text);
        return;
    }
    net_conn_added(net, c);
    limit_strangers(net);
}

static enum err
bind_to(struct listener *l, const char *host, int port)
{
    struct sockaddr_storage address;
    int status = uv_ip4_addr(host, port, (struct sockaddr_in *) &address);

    if (status != 0)
        status = uv_ip6_addr(host, port, (struct sockaddr_in6 *) &address);
    if (status == 0)
        status = uv_tcp_bind(&l->tcp, (const struct sockaddr *) &address, 0);
    if (status == 0)
        status = uv_listen((uv_stream_t *) &l->tcp, NET_BACKLOG, on_connection);
    return status == 0 ? OK : ERR_IO;
}

enum err
listener_start(struct net *net, const char *address, struct error *e)
{
    struct listener *l = &net->listeners[net->listeners_count];
    struct sockaddr_storage name;
    char host[NET_ADDRESS_BYTES];
    char port[8];
    unsigned number = 0;
    int size = sizeof name;
    enum err err = net_split_address(address, host, sizeof host, port, e);

    if (err != OK)
        return err;
    for (const char *p = port; *p != '\0'; p++)
        number = number * 10 + (unsigned) (*p - '0');
    l->net = net;
    uv_tcp_init(net->daemon->loop, &l->tcp);
    l->tcp.data = net;
    l->open = true;
    net->handles++;
    net->listeners_count++;
    if (bind_to(l, host, (int) number) != OK)
        return err_say(e, ERR_IO,
                       N_("cannot listen on {1}: is the address this machine's, and the port free?"), address,
                       NULL);
    if (uv_tcp_getsockname(&l->tcp, (struct sockaddr *) &name, &size) == 0)
        number = ntohs(name.ss_family == AF_INET6 ? ((struct sockaddr_in6 *) &name)->sin6_port
                                                  : ((struct sockaddr_in *) &name)->sin_port);
    log_line(LOG_INFO, "listening", "address=%s port=%u", host, number);
    return OK;
}

void
listener_stop(struct net *net)
{
    for (unsigned i = 0; i < net->listeners_count; i++) {
        if (!net->listeners[i].open)
            continue;
        net->listeners[i].open = false;
        uv_close((uv_handle_t *) &net->listeners[i].tcp, net_handle_closed);
    }
}
