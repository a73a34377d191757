/* Peers: who this machine exchanges entries with, the vector of the last exchange with each (the
 * base), and what the links have cost. This machine's own knowledge; it never leaves it. */
#ifndef DAEMON_STORE_PEERS_H
#define DAEMON_STORE_PEERS_H

#include "daemon/store/store.h"
#include "protocol/noise.h"
#include "protocol/vector.h"

enum { BASE_DIGEST_BYTES = VECTOR_DIGEST_BYTES };

enum peer_role {
    PEER_PARENT = 1,     /* the hub that this machine joined */
    PEER_CHILD = 2,      /* a machine that joined this hub */
    PEER_OWN_DEVICE = 3, /* another machine of the same unit */
};

/* What was sent and received since the peer is known; peer_count() adds. */
struct peer_counters {
    uint64_t bytes_in;
    uint64_t bytes_out;
    uint64_t entries_in;
    uint64_t entries_out;
    uint64_t sessions;
    uint64_t round_trips;
};

struct peer_row {
    int64_t id;                        /* local, 1.. ; 0 in peer_put(): a new peer */
    bool has_device;                   /* `device` is known */
    uint8_t device[DEVICE_BYTES];
    bool has_noise;                    /* `noise` is known */
    uint8_t noise[NOISE_KEY_BYTES];
    const char *name;                  /* in the arena; "" when there is none */
    const char *address;               /* "host:port", "" when it connects to us */
    enum peer_role role;
    bool has_store_id;
    uint8_t store_id[STORE_ID_BYTES];  /* changes when the peer was restored or made anew */
    int64_t last_contact_s;            /* wall time, 0 = never */
    struct peer_counters counters;     /* not written by peer_put() */
    const char *last_error;            /* "" after a session without one */
};

/* Read one peer, or all by id. ERR_NOT_FOUND. */
enum err peer_get(struct store *s, int64_t id, struct arena *a, struct peer_row *ret_peer,
                  struct error *e);
enum err peer_by_device(struct store *s, const uint8_t device[DEVICE_BYTES], struct arena *a,
                        struct peer_row *ret_peer, struct error *e);
enum err peer_by_noise(struct store *s, const uint8_t noise[NOISE_KEY_BYTES], struct arena *a,
                       struct peer_row *ret_peer, struct error *e);
enum err peer_list(struct store *s, struct arena *a, struct peer_row **ret_peers, size_t *ret_count,
                   struct error *e);

/* Write a peer's row, but for its counters.
 *   peer     id 0 makes a new one, or meets the one of the same device
 *   ret_id   its number
 *   Returns  ERR_NOT_FOUND no peer of this id; ERR_CONFLICT another peer has the device */
enum err peer_put(struct store *s, const struct peer_row *peer, int64_t *ret_id, struct error *e);

/* Forget a peer with its base and its counters. */
enum err peer_drop(struct store *s, int64_t id, struct error *e);

/* Add to a peer's counters, and its bytes to those of a day.
 *   day  days since 1970-01-01, local time */
enum err peer_count(struct store *s, int64_t id, int32_t day, const struct peer_counters *more,
                    struct error *e);

/* Bytes in and out of one day, over all peers (id 0) or one. Days older than `day` - 400 may be
 * gone. */
enum err peer_day_bytes(struct store *s, int64_t id, int32_t day, uint64_t *ret_in,
                        uint64_t *ret_out, struct error *e);

/* Bases: the vector as both sides knew it after an exchange.
 *   digest     8 bytes that name it on the wire
 *   confirmed  the peer is known to have stored it too
 *   base_get            vector copied into `a`; ERR_NOT_FOUND
 *   base_last_confirmed the one to name in the next message; ERR_NOT_FOUND
 *   base_drop_others    keep only this one
 *   base_drop_all       of every peer: the next exchange begins with full lists */
struct base_row {
    uint8_t digest[BASE_DIGEST_BYTES];
    const uint8_t *vector; /* in the arena */
    size_t vector_size;
    bool confirmed;
};
enum err base_get(struct store *s, int64_t peer, const uint8_t digest[BASE_DIGEST_BYTES],
                  struct arena *a, struct base_row *ret_base, struct error *e);
enum err base_last_confirmed(struct store *s, int64_t peer, struct arena *a,
                             struct base_row *ret_base, struct error *e);
enum err base_put(struct store *s, int64_t peer, const struct base_row *base, struct error *e);
enum err base_drop_all(struct store *s, struct error *e);
enum err base_drop_others(struct store *s, int64_t peer, const uint8_t digest[BASE_DIGEST_BYTES],
                          struct error *e);

#endif
