/* A connection: one TCP stream, one session, one host, one timer. It moves bytes and answers between them
 * and owns all of them.
 *
 *     CONNECTING ──► OPEN ──► CLOSING ──► freed
 *          └────────────────────┘
 *
 *   CONNECTING   an outgoing stream is not there yet
 *   OPEN         the session runs; when it has ended, what it last said is written, then
 *   CLOSING      the handles close, and jobs under way forget the connection */
#ifndef DAEMON_NET_CONN_H
#define DAEMON_NET_CONN_H

#include <uv.h>

#include "daemon/net/host.h"

struct conn;

enum { CONN_SOURCE_BYTES = 8 };

/* Who owns the connections. Callbacks come on the loop. */
struct conn_owner {
    /* The session is proven, or quiet, or its counts have moved. */
    void (*on_progress)(void *context, struct conn *c);
    /* The last callback; the connection is freed behind it. e->code is OK after a regular end. */
    void (*on_closed)(void *context, struct conn *c, const struct error *e);
    void *context;
};

/* Make a connection for a stream that was accepted.
 *   listener  uv_accept() is done on it
 *   Returns   ERR_IO, ERR_NOMEM */
enum err conn_accept(uv_loop_t *loop, uv_stream_t *listener, const struct host_store *store,
                     const struct conn_owner *owner, struct conn **ret_conn, struct error *e);

/* Connect to an address.
 *   address       resolved
 *   text          the same as people wrote it; for logs and for the peer's row
 *   peer          local id; 0 with `join`
 *   remote_noise  the key that must answer
 *   join          enrol first; borrowed for the call; NULL otherwise
 *   keep_open     stay connected and push */
struct conn_target {
    const struct sockaddr *address;
    const char *text;
    int64_t peer;
    const uint8_t *remote_noise;
    const struct message_join *join;
    size_t early_bytes_max;
    uint32_t link_bytes;           /* 0, or on a poor link the largest payload */
    bool keep_open;
};
enum err conn_connect(uv_loop_t *loop, const struct conn_target *target, const struct host_store *store,
                      const struct conn_owner *owner, struct conn **ret_conn, struct error *e);

/* The store has changed. */
void conn_notify(struct conn *c);

/* End the session in good order, then close. */
void conn_close(struct conn *c);

/* Close at once. */
void conn_abort(struct conn *c);

/* Looks. */
struct session *conn_session(const struct conn *c);
const struct host *conn_host(const struct conn *c);
const char *conn_address(const struct conn *c);
bool conn_is_outgoing(const struct conn *c);

/* The network that an accepted connection comes from: CONN_SOURCE_BYTES to compare. */
const uint8_t *conn_source(const struct conn *c);

/* True for an accepted connection, not closing yet, whose other side is not proven. */
bool conn_is_stranger(const struct conn *c);

/* True once: when an accepted connection's other side has been proven. */
bool conn_is_newly_proven(struct conn *c);

/* The list that the owner keeps. */
struct conn *conn_next(const struct conn *c);
void conn_link(struct conn **list, struct conn *c);
void conn_unlink(struct conn **list, struct conn *c);

#endif
