/* Private to daemon/net/host*.c: host.c reads, host_write.c writes, host_related.c finds history. */
#ifndef DAEMON_NET_HOST_CORE_H
#define DAEMON_NET_HOST_CORE_H

#include "daemon/net/host.h"

enum { HOST_VIA_NAME_BYTES = 4 + 2 * SPACE_BYTES + 1, HOST_NAME_BYTES = 208, HOST_ADDRESS_BYTES = 272 };

/* A base that waits for the next job. */
struct host_base {
    bool due;
    uint8_t digest[VECTOR_DIGEST_BYTES];
    struct buf bytes;
};

struct host {
    struct host_store store;
    struct host_events events;
    unsigned references;           /* the connection's and one for each job under way */
    bool released;                 /* nobody is to be told */
    int64_t peer;                  /* local id, 0 = not known (yet) */
    enum peer_role role;
    bool has_device;
    uint8_t device[DEVICE_BYTES];
    uint8_t noise[DH_BYTES];       /* the key that called */
    char name[HOST_NAME_BYTES];
    char address[HOST_ADDRESS_BYTES];
    int64_t next_space;            /* local ids below it are decided; spaces are only ever added */
    uint8_t (*shared)[GENESIS_BYTES]; /* owned; of those that are shared */
    size_t shared_count, shared_capacity;
    int64_t contact_s;             /* proven at, 0 = not yet */
    bool contact_due;              /* not written yet */
    bool called;                   /* it was this side that called: whoever answers is no replay */
    bool joined;
    struct host_base confirmed;
    struct host_base pending;
    struct session_counts written; /* what the peer's row has of this session */
    bool session_counted;
};

void host_unreference(struct host *h);
enum err host_know(struct host *h, int64_t peer, struct error *e);

/* host_admit.c: what a peer is served, and what may come from it. */
struct host_peer {
    int64_t id;                    /* local; 0 = not known */
    enum peer_role role;
    bool has_device;
    uint8_t device[DEVICE_BYTES];
};
/* Devices of a space, and their restored backups, are some dozens; a log costs every session of the space. */
enum { HOST_LOGS_MAX = 1024 };
struct host_peer host_who(const struct host *h);
bool host_serves(struct store *s, const struct host_peer *peer, const struct space_row *space);
/* Whether it is of use at all to look at what a peer says of a space that is not carried here. */
bool host_may_bring(const struct host_peer *peer, const struct genesis *genesis);
/* Judge a run before it is stored; its space is carried from now on when this peer has brought it first.
 *   Returns  ERR_NOT_FOUND nothing here names the space; ERR_AUTH the peer may not bring this log;
 *            ERR_LIMIT too many logs; ERR_IO */
enum err host_admit(struct store *s, const struct host_peer *peer, const uint8_t genesis[GENESIS_BYTES],
                    const struct log_id *log, struct error *e);

/* host_write.c: the rest of struct session_host */
void host_base_save(void *context, enum session_base_kind kind, const uint8_t digest[VECTOR_DIGEST_BYTES],
                    const uint8_t *base, size_t size);
enum err host_commit(void *context, uint64_t ticket, struct verified_run *take_run,
                     const uint8_t genesis[GENESIS_BYTES], struct error *e);
enum err host_join(void *context, uint64_t ticket, const struct message_join *join, struct error *e);
enum err host_store_joined(void *context, uint64_t ticket, const struct message_joined *joined,
                           struct error *e);
void host_contact(void *context);

/* host_related.c */
enum err host_related(void *context, const struct log_id *id, uint64_t first, uint64_t last,
                      struct session_related ret_related[SESSION_RELATED_MAX], size_t *ret_count,
                      struct error *e);

#endif
