/* The network of a running daemon. */
#include "config.h"

#include "daemon/net/net.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "daemon/log_line.h"
#include "daemon/net/net_core.h"
#include "daemon/store/log.h"
#include "protocol/util/mem.h"

/* --- life ------------------------------------------------------------------------------------ */

static enum err
post(void *context, struct job *job, struct error *e)
{
    struct net *net = context;

    return writer_post(net->daemon->writer, job, e);
}

enum err
net_start(struct daemon *d, const struct net_options *options, struct net **ret_net, struct error *e)
{
    struct net *net = mem_alloc(sizeof *net);
    enum err err = OK;

    if (net == NULL)
        return err_set(e, ERR_NOMEM, "no memory");
    net->daemon = d;
    net->store = (struct host_store) {.reader = d->reader, .me = &d->me, .post = post, .context = net,
                                      .partials = partials_new()};
    snprintf(net->peer_override, sizeof net->peer_override, "%s",
             options->peer != NULL ? options->peer : "");
    net->next_space = 1;
    listener_limit(net, options->descriptors);
    *ret_net = net; /* also on an error: the caller stops what has started */
    connector_start(net);
    for (unsigned i = 0; i < options->listen_count && err == OK; i++)
        err = listener_start(net, options->listen[i], e);
    return err;
}

/* Nothing is left: all handles and connections are closed. */
static void
ended(struct net *net)
{
    if (!net->stopping || net->handles > 0 || net->conns_count > 0)
        return;
    partials_free(net->store.partials);
    net->on_stopped(net->stopped_context);
    mem_free(net);
}

void
net_handle_closed(uv_handle_t *handle)
{
    struct net *net = handle->data;

    net->handles--;
    ended(net);
}

void
net_stop(struct net *net, void (*on_stopped)(void *context), void *context)
{
    struct error e;

    if (net == NULL) {
        on_stopped(context);
        return;
    }
    net->stopping = true;
    net->on_stopped = on_stopped;
    net->stopped_context = context;
    err_set(&e, ERR_CLOSED, "the daemon is stopping");
    sync_ended(net, ERR_CLOSED, &e);
    listener_stop(net);
    connector_stop(net);
    for (struct conn *c = net->conns, *next; c != NULL; c = next) {
        next = conn_next(c);
        conn_close(c);
    }
}

/* --- connections ----------------------------------------------------------------------------- */

static void
on_progress(void *context, struct conn *c)
{
    if (conn_is_newly_proven(c))
        listener_proven(context, c);
    connector_progress(context, c);
}

static void
log_end(const struct conn *c, const struct error *e)
{
    struct session_counts n;

    session_counts(conn_session(c), &n);
    if (e->code == OK || n.bytes_in > 0)
        log_line(e->code == OK ? LOG_INFO : LOG_WARNING, "session_end",
                 "peer=\"%s\" address=%s bytes_in=%llu bytes_out=%llu entries_in=%llu entries_out=%llu "
                 "round_trips=%llu base=%d%s%s%s",
                 host_peer_name(conn_host(c)), conn_address(c), (unsigned long long) n.bytes_in,
                 (unsigned long long) n.bytes_out, (unsigned long long) n.entries_in,
                 (unsigned long long) n.entries_out, (unsigned long long) n.round_trips, n.same_base,
                 e->code == OK ? "" : " error=\"", e->code == OK ? "" : e->text,
                 e->code == OK ? "" : "\"");
}

static void
on_closed(void *context, struct conn *c, const struct error *e)
{
    struct net *net = context;

    log_end(c, e);
    conn_unlink(&net->conns, c);
    net->conns_count--;
    if (!conn_is_outgoing(c))
        net->accepted_count--;
    connector_closed(net, c, e);
    ended(net);
}

void
net_conn_owner(struct net *net, struct conn_owner *ret_owner)
{
    *ret_owner = (struct conn_owner) {.on_progress = on_progress, .on_closed = on_closed, .context = net};
}

void
net_conn_added(struct net *net, struct conn *c)
{
    conn_link(&net->conns, c);
    net->conns_count++;
    if (!conn_is_outgoing(c))
        net->accepted_count++;
}

/* --- changes --------------------------------------------------------------------------------- */

struct changes {
    bool everybody;  /* look at all connections */
    size_t count;
    uint8_t spaces[NET_CHANGED_SPACES_MAX][SPACE_BYTES];
};

static void
add_space(struct changes *changes, const uint8_t space[SPACE_BYTES])
{
    for (size_t i = 0; i < changes->count; i++)
        if (memcmp(changes->spaces[i], space, SPACE_BYTES) == 0)
            return;
    if (changes->count == NET_CHANGED_SPACES_MAX)
        changes->everybody = true;
    else
        memcpy(changes->spaces[changes->count++], space, SPACE_BYTES);
}

/* The space of one merge. */
static enum err
add_merge(struct net *net, int64_t applied, struct changes *changes)
{
    struct entry_row entry;
    struct log_row log;
    struct arena a;
    enum err err;

    arena_init(&a, 4 * CHANGESET_BYTES_MAX);
    err = entry_by_applied(net->daemon->reader, applied, &a, &entry, NULL);
    if (err == OK)
        err = log_get(net->daemon->reader, entry.log, &log, NULL);
    if (err == OK)
        add_space(changes, log.name.space);
    arena_release(&a);
    return err;
}

/* Which spaces have changed since the last look. A hub has thousands of connections, and a commit of one
 * commune concerns but few of them. What is only held back has no number, and a new space is known to no
 * session: then everybody looks. */
static void
find_changes(struct net *net, struct changes *changes)
{
    struct store *reader = net->daemon->reader;
    struct log_counts counts;
    struct space_row space;
    int64_t applied = 0;

    memset(changes, 0, sizeof *changes);
    if (entry_last_applied(reader, &applied, NULL) != OK || log_count(reader, &counts, NULL) != OK) {
        changes->everybody = true;
        return;
    }
    if (applied < net->applied || applied > net->applied + NET_CHANGED_ENTRIES_MAX ||
        counts.held != net->held)
        changes->everybody = true;
    while (space_get(reader, net->next_space, &space, NULL) == OK) {
        net->next_space++;
        changes->everybody = true;
    }
    for (int64_t i = net->applied + 1; i <= applied && !changes->everybody; i++)
        if (add_merge(net, i, changes) != OK)
            changes->everybody = true;
    net->applied = applied;
    net->held = counts.held;
}

static bool
concerns(const struct changes *changes, const struct conn *c)
{
    for (size_t i = 0; i < changes->count; i++)
        if (session_shares(conn_session(c), changes->spaces[i]))
            return true;
    return changes->everybody;
}

void
net_notify(struct net *net)
{
    struct changes changes;

    if (net->stopping)
        return;
    find_changes(net, &changes);
    for (struct conn *c = net->conns, *next; c != NULL; c = next) {
        next = conn_next(c);
        if (concerns(&changes, c))
            conn_notify(c);
    }
    if ((changes.everybody || changes.count > 0) && net->connector.state == CONNECTOR_WAITING &&
        net->connector.last_succeeded)
        connector_hurry(net);
}

/* --- addresses ------------------------------------------------------------------------------- */

enum err
net_split_address(const char *text, char *ret_host, size_t host_bytes, char ret_port[8], struct error *e)
{
    const char *colon = strrchr(text, ':');
    size_t size = colon != NULL ? (size_t) (colon - text) : 0;
    unsigned port = 0;
    char rest;

    if (size >= 2 && text[0] == '[' && text[size - 1] == ']') {
        text++;
        size -= 2;
    }
    if (colon == NULL || size == 0 || size >= host_bytes || sscanf(colon + 1, "%5u%c", &port, &rest) != 1 ||
        port > 65535)
        return err_say(e, ERR_USAGE, N_("“{1}” is not an address: write host:port, such as 10.0.0.5:7443"),
                       text, NULL);
    memcpy(ret_host, text, size);
    ret_host[size] = '\0';
    snprintf(ret_port, 8, "%u", port);
    return OK;
}

static bool
add_address(char ret_addresses[][INVITATION_ADDRESS_BYTES_MAX + 1], unsigned *count, unsigned max,
            const struct sockaddr *address, unsigned port)
{
    char host[INET6_ADDRSTRLEN] = "";

    if (*count == max)
        return false;
    if (address->sa_family == AF_INET6) {
        uv_ip6_name((const struct sockaddr_in6 *) (const void *) address, host, sizeof host);
        if (strncmp(host, "fe80", 4) == 0) /* means nothing without the interface */
            return true;
        snprintf(ret_addresses[*count], INVITATION_ADDRESS_BYTES_MAX + 1, "[%s]:%u", host, port);
    } else {
        uv_ip4_name((const struct sockaddr_in *) (const void *) address, host, sizeof host);
        snprintf(ret_addresses[*count], INVITATION_ADDRESS_BYTES_MAX + 1, "%s:%u", host, port);
    }
    ++*count;
    return true;
}

/* Every address of this machine that others may reach, of the wildcard's family. */
static void
add_interfaces(char ret_addresses[][INVITATION_ADDRESS_BYTES_MAX + 1], unsigned *count, unsigned max,
               int family, unsigned port)
{
    uv_interface_address_t *all;
    int n;

    if (uv_interface_addresses(&all, &n) != 0)
        return;
    for (int i = 0; i < n; i++) {
        const struct sockaddr *address = (const struct sockaddr *) &all[i].address;

        if (!all[i].is_internal && (family == AF_INET6 || address->sa_family == family))
            add_address(ret_addresses, count, max, address, port);
    }
    uv_free_interface_addresses(all, n);
}

unsigned
net_addresses(struct net *net, char ret_addresses[][INVITATION_ADDRESS_BYTES_MAX + 1], unsigned max)
{
    unsigned count = 0;

    for (unsigned i = 0; i < net->listeners_count; i++) {
        struct sockaddr_storage name;
        const struct sockaddr *address = (const struct sockaddr *) &name;
        const struct sockaddr_in *in = (const struct sockaddr_in *) &name;
        const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *) &name;
        int size = sizeof name;
        bool any;
        unsigned port;

        if (!net->listeners[i].open ||
            uv_tcp_getsockname(&net->listeners[i].tcp, (struct sockaddr *) &name, &size) != 0)
            continue;
        port = ntohs(address->sa_family == AF_INET6 ? in6->sin6_port : in->sin_port);
        any = address->sa_family == AF_INET6 ? IN6_IS_ADDR_UNSPECIFIED(&in6->sin6_addr)
                                             : in->sin_addr.s_addr == INADDR_ANY;
        if (any)
            add_interfaces(ret_addresses, &count, max, address->sa_family, port);
        else
            add_address(ret_addresses, &count, max, address, port);
    }
    return count;
}

/* --- looks ----------------------------------------------------------------------------------- */

void
net_peer_status(struct net *net, int64_t peer, struct net_peer_status *ret_status)
{
    struct net_peer_status status = {.connected = false};

    for (struct conn *c = net->conns; c != NULL; c = conn_next(c)) {
        if (host_peer_id(conn_host(c)) != peer || session_state(conn_session(c)) != SESSION_OPEN)
            continue;
        status.connected = true;
        status.unsent = session_unsent(conn_session(c));
        host_unwritten(conn_host(c), conn_session(c), &status.session);
    }
    if (!status.connected)
        status.unsent = host_unsent(net->daemon->reader, &net->daemon->me, peer);
    *ret_status = status;
}
