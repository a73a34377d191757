/* Listeners: accept, and bound how many strangers may hold a connection. */
#include "config.h"

#include <string.h>

#include "daemon/log_line.h"
#include "daemon/net/net_core.h"

/* Connections whose other side is not proven yet. */
static unsigned
unknown_count(const struct net *net)
{
    unsigned count = 0;

    for (const struct conn *c = net->conns; c != NULL; c = conn_next(c))
        if (!conn_is_outgoing(c) && session_state(conn_session(c)) != SESSION_OPEN)
            count++;
    return count;
}

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
        log_line(LOG_ERROR, "accept", "error=\"%s\"", e.text);
        return;
    }
    net_conn_added(net, c);
    if (net->accepted_count > NET_CONNS_MAX || unknown_count(net) > NET_UNKNOWN_MAX) {
        log_line(LOG_WARNING, "too_many_connections", "address=%s", conn_address(c));
        conn_abort(c);
    }
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
