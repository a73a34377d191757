/* The host of a session: what a peer may have and bring, read from the store and written by jobs. The
 * rules of who is served which space stand here.
 *
 *     peer             is served, and may bring
 *     own device       every space that this machine carries; anew it brings those of units that a `child`
 *                      record names, and of those that an adoption names
 *     parent           the same; what it offers anew is outer and lies above
 *     child            its own spaces and those that came through it, this unit's outer one and those above;
 *                      anew it brings what a `child` record in one of its spaces names, and of the logs above
 *                      none but those of machines with a right there */
#ifndef DAEMON_NET_HOST_H
#define DAEMON_NET_HOST_H

#include <uv.h>

#include "daemon/engine/enrol.h"
#include "daemon/net/partial.h"
#include "daemon/store/peers.h"
#include "daemon/writer.h"
#include "protocol/session.h"

struct host;

/* How the host's work reaches the disk: the writer of a running daemon, or the caller of net_join(). */
struct host_store {
    struct store *reader;             /* borrowed; for short reads on the loop thread */
    const struct identity *me;        /* borrowed */
    struct partials *partials;        /* borrowed; NULL: none are kept */
    enum err (*post)(void *context, struct job *job, struct error *e);
    void *context;
};

/* Who is told. */
struct host_events {
    void (*on_committed)(void *context, uint64_t ticket, enum err err, const struct error *e);
    void (*on_joined)(void *context, uint64_t ticket, enum err err, const struct message_joined *answer,
                      const struct error *e);
    void *context;
};

/* Make a host for a connection.
 *   store, events  copied; what they point to is borrowed
 *   peer           local id of the peer when it is known from the start (initiator), else 0
 *   address        initiator: what was called, for net_join(); may be NULL. Copied.
 *   Free with host_release(): it goes when its last job has ended; nobody is told any more. */
enum err host_new(const struct host_store *store, const struct host_events *events, int64_t peer,
                  const char *address, struct host **ret_host, struct error *e);
void host_release(struct host *h);

/* What a session calls; the context is the host. */
extern const struct session_host host_calls;

/* This store's own parameters for a session. */
enum err host_party(struct store *reader, struct vector_party *ret_party, struct error *e);

/* The peer's local id, 0 while it is not known; its name for log lines. */
int64_t host_peer_id(const struct host *h);
const char *host_peer_name(const struct host *h);

/* True when the peer's contact is proven, and JOIN's answer stored. */
bool host_contacted(const struct host *h);
bool host_joined(const struct host *h);

/* Write what the session has learnt (base, contact, counters since the last time, error) in one job.
 *   final  the session is over: also without a base that waits */
void host_flush(struct host *h, const struct session *s, bool final);

/* What the session has moved since host_flush(). */
void host_unwritten(const struct host *h, const struct session *s, struct peer_counters *ret_counters);

/* Entries that the peer is not known to hold, by the last base; for peers that are not connected. */
uint64_t host_unsent(struct store *reader, const struct identity *me, int64_t peer);

#endif
