/* The network of a node: listeners for machines below, a connector to the parent (or to the unit's first
 * machine), and the sessions over them. All on the loop thread. */
#ifndef DAEMON_NET_NET_H
#define DAEMON_NET_NET_H

#include "daemon/daemon.h"
#include "daemon/store/peers.h"
#include "protocol/invitation.h"

enum { NET_LISTEN_MAX = 4 };

struct net_options {
    const char *peer;                    /* "host:port" instead of the stored address; NULL or "" = stored */
    unsigned listen_count;
    const char *listen[NET_LISTEN_MAX];  /* "address:port"; port 0 lets the system choose */
    unsigned descriptors;                /* that the process may have open */
};

struct net;

/* Start listeners and the connector.
 *   d         borrowed until the stop has ended
 *   ret_net   set also after ERR_IO and ERR_USAGE: what had started is ended by net_stop()
 *   Returns   ERR_IO an address cannot be listened on (err_say); ERR_USAGE; ERR_NOMEM. Stop with net_stop(). */
enum err net_start(struct daemon *d, const struct net_options *options, struct net **ret_net,
                   struct error *e);

/* End all sessions and free; NULL is allowed. on_stopped comes on the loop, or at once for NULL. */
void net_stop(struct net *net, void (*on_stopped)(void *context), void *context);

/* Something was committed: push it to connected peers; a connector that waits tries again soon. */
void net_notify(struct net *net);

/* Contact the parent now and tell when both sides have all, or when the time is over.
 *   wait_s   0 = do not wait: `done` comes at once with what is known
 *   done     on the loop thread; err OK: nothing is left to send or fetch; ERR_AGAIN the time is over;
 *            ERR_NOT_FOUND there is nobody to contact; ERR_IO, ERR_AUTH why it failed */
void net_sync(struct net *net, unsigned wait_s,
              void (*done)(void *context, enum err err, const struct error *e), void *context);

/* What is known of a peer beyond its row.
 *   unsent  entries that this machine has for it and that it has not acknowledged, as of the last contact */
struct net_peer_status {
    bool connected;
    uint64_t unsent;
    struct peer_counters session;  /* of the session under way, not yet in the row */
};
void net_peer_status(struct net *net, int64_t peer, struct net_peer_status *ret_status);

/* The addresses that an invitation can name: the configured listeners; for a wildcard the machine's own
 * addresses. At most `max`; gives how many. */
unsigned net_addresses(struct net *net, char ret_addresses[][INVITATION_ADDRESS_BYTES_MAX + 1], unsigned max);

/* Join with an invitation: connect, present, store the answer, and exchange once. Runs a loop of its own;
 * no daemon runs on the store.
 *   Returns  ERR_IO nobody answers at any address (err_say); ERR_AUTH with the inviter's reason */
enum err net_join(struct store *s, struct identity *me, const struct invitation *invitation,
                  struct error *e);

#endif
