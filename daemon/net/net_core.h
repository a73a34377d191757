/* Private to daemon/net/: the network's parts and what they ask of each other.
 *     net.c         start, stop, notify, looks
 *     listener.c    accepts
 *     connector.c   calls the parent, again and again
 *     sync.c        people who wait for `thidua sync` */
#ifndef DAEMON_NET_NET_CORE_H
#define DAEMON_NET_NET_CORE_H

#include "daemon/net/conn.h"
#include "daemon/net/net.h"

enum {
    NET_CONNS_MAX = 4096,          /* accepted connections; fewer where there are not so many descriptors */
    NET_CONNS_MIN = 32,
    NET_STRANGERS_MAX = 128,       /* of these, not proven yet; each holds at most some 128 KiB */
    NET_PEER_CONNS_MAX = 4,        /* of these, of one machine: it needs one, and leaves dead ones behind */
    NET_DESCRIPTORS_KEPT = 192,    /* for the local API, the database and its readers, files */
    NET_BACKLOG = 1024,            /* whoever finds it full waits a second: in a crowd that is everybody */
    NET_CHANGED_SPACES_MAX = 16,   /* more at once: everybody looks */
    NET_CHANGED_ENTRIES_MAX = 1024,
    NET_RETRY_FIRST_MS = 5 * 1000,
    NET_RETRY_MAX_MS = 10 * 60 * 1000,
    NET_LINK_BYTES_MIN = 512,      /* payloads after a call that brought nothing */
    NET_LINK_BYTES_MAX = 16 * 1024, /* what delivers more is not poor */
    NET_JOIN_TRIES_MAX = 8,         /* addresses of one name */
    NET_ADDRESS_BYTES = 272,
};

struct listener {
    uv_tcp_t tcp;
    struct net *net;               /* borrowed */
    bool open;
};

/* The connector.
 *
 *     IDLE ──► RESOLVING ──► CALLING ──► CONNECTED
 *      ▲           │            │            │
 *      └───────────┴─── WAITING ◄────────────┘
 *
 *   IDLE       there is nobody to call
 *   RESOLVING  the name's addresses are asked for
 *   CALLING    one of them is tried
 *   CONNECTED  a session runs
 *   WAITING    for the timer, or for a reason to hurry */
enum connector_state {
    CONNECTOR_IDLE,
    CONNECTOR_RESOLVING,
    CONNECTOR_CALLING,
    CONNECTOR_CONNECTED,
    CONNECTOR_WAITING,
};

struct connector {
    enum connector_state state;
    uv_timer_t timer;
    uv_getaddrinfo_t resolving;
    struct addrinfo *addresses;    /* owned by libuv: uv_freeaddrinfo() */
    struct addrinfo *next_address;
    struct conn *conn;             /* owned by the list; NULL unless CALLING or CONNECTED */
    bool last_succeeded;
    uint64_t retry_ms;
    uint32_t link_bytes;           /* 0, or on a poor link the largest payload */
    bool at_rest;                  /* both sides had all when the connection was last heard of */
    int64_t peer;
    uint8_t noise[NOISE_KEY_BYTES];
    char address[NET_ADDRESS_BYTES];
};

struct waiter;

struct net {
    struct daemon *daemon;         /* borrowed */
    struct host_store store;
    char peer_override[NET_ADDRESS_BYTES];
    struct listener listeners[NET_LISTEN_MAX];
    unsigned listeners_count;
    struct conn *conns;            /* all, in a list */
    unsigned conns_count;
    unsigned accepted_count;
    unsigned conns_max;            /* accepted ones */
    unsigned strangers_max;        /* of these */
    struct connector connector;
    int64_t applied;               /* the last merge that connections have been told of */
    uint64_t held;                 /* entries held back then */
    int64_t next_space;            /* local ids below it were known then */
    struct waiter *waiters;        /* owned */
    unsigned handles;              /* not closed yet */
    bool stopping;
    void (*on_stopped)(void *context);
    void *stopped_context;
};

/* net.c */
void net_handle_closed(uv_handle_t *handle);
void net_conn_owner(struct net *net, struct conn_owner *ret_owner);
void net_conn_added(struct net *net, struct conn *c);
/* Split "host:port" or "[address]:port".
 *   Returns  ERR_USAGE (err_say) */
enum err net_split_address(const char *text, char *ret_host, size_t host_bytes, char ret_port[8],
                           struct error *e);

/* listener.c */
enum err listener_start(struct net *net, const char *address, struct error *e);
void listener_stop(struct net *net);
/* How many connections are taken, by the descriptors that the process may have. */
void listener_limit(struct net *net, unsigned descriptors);
/* An accepted connection is proven: its machine's oldest ones go when it has too many. */
void listener_proven(struct net *net, struct conn *c);

/* connector.c */
void connector_start(struct net *net);
void connector_stop(struct net *net);
/* There is something to send, or somebody asks: call now if nobody is connected. */
void connector_hurry(struct net *net);
void connector_progress(struct net *net, struct conn *c);
void connector_closed(struct net *net, struct conn *c, const struct error *e);
/* True when the parent is connected, and both sides have all. */
bool connector_is_quiet(const struct net *net);

/* sync.c; ERR_AUTH one side refused a part */
enum err sync_result(const struct net *net, struct error *e);
void sync_ended(struct net *net, enum err err, const struct error *e);

#endif
