/* Links: the daemon's own sessions and hosts over a network of bytes and time. Jobs of the hosts run in
 * groups, as the writer runs them, and are answered after their commit. */
#ifndef TESTS_SIM_LINKS_H
#define TESTS_SIM_LINKS_H

#include "daemon/net/host.h"
#include "tests/sim/sim.h"

enum { LINKS_MAX = 16 };

struct link;

/* One side of a link. */
struct end {
    struct link *link;
    unsigned node;
    bool is_client;
    bool told;             /* that the connection is gone */
    struct session *session;
    struct host *host;
    struct buf wire;       /* on its way to this side */
    uint64_t next_ms;      /* not before */
    uint64_t dead_ms;      /* the system gives up what it cannot deliver; 0 = nothing is due */
};

struct link {
    bool used;
    bool cut;              /* nothing passes any more */
    bool silent;           /* nor is anybody told: half open */
    uint64_t steps;
    struct end ends[2];    /* client, server */
};

struct links {
    struct sim *sim;
    uint64_t now_ms;
    struct link list[LINKS_MAX];
    struct job *first[SIM_NODES_MAX], *last[SIM_NODES_MAX]; /* queues of jobs */
    struct buf replay;     /* the first bytes of some earlier client */
    uint64_t opened, cuts, bytes, ended;
};

void links_init(struct links *l, struct sim *sim);
void links_release(struct links *l);

/* Open a link between two nodes that know each other, if they have none. */
void links_open(struct links *l, unsigned client, unsigned server, bool keep_open);
/* Somebody sends a server the first bytes of an earlier connection. */
void links_replay(struct links *l, unsigned server);
void links_cut(struct links *l, struct link *link, bool silent);
/* End all links of a node and drop its jobs: its process is gone. */
void links_drop_node(struct links *l, unsigned node);
/* Something happens: bytes pass, jobs are committed, time goes on. */
void links_step(struct links *l);
/* The store of a node has changed. */
void links_notify(struct links *l, unsigned node);
bool links_idle(const struct links *l);

#endif
