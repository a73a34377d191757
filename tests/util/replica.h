/* A replica in memory, the host of a session in tests: spaces with logs of real, signed entries, bases by
 * digest, commits that wait until the test lets them happen. And a link between two sessions that counts
 * bytes and loses them where a test wants. */
#ifndef TESTS_UTIL_REPLICA_H
#define TESTS_UTIL_REPLICA_H

#include "protocol/session.h"
#include "tests/util/sample.h"

enum { REPLICA_SPACES_MAX = 8, REPLICA_LOGS_MAX = 64, REPLICA_BASES_MAX = 4, REPLICA_JOBS_MAX = 256 };

struct replica_entry {
    uint32_t end;         /* in `items` */
    struct hash hash;
    bool has_signature;
    uint8_t signature[SIGNATURE_BYTES];
};

struct replica_log {
    struct log_id id;
    struct buf items;
    struct replica_entry *entries; /* owned; entry n at n - 1 */
    size_t count, capacity;
};

struct replica_base {
    uint8_t digest[VECTOR_DIGEST_BYTES];
    struct buf bytes;
    bool confirmed;
};

struct replica_job {
    uint64_t ticket;
    struct verified_run *run;
    uint8_t genesis[GENESIS_BYTES];
};

struct replica {
    const char *name;
    struct sign_key sign;
    struct dh_key noise;
    struct device_cert cert;
    struct vector_party party;
    struct sample sample;
    uint64_t random;
    uint8_t spaces[REPLICA_SPACES_MAX][GENESIS_BYTES];
    size_t spaces_count;
    struct replica_log logs[REPLICA_LOGS_MAX];
    size_t logs_count;
    struct replica_base bases[REPLICA_BASES_MAX]; /* newest first */
    size_t bases_count;
    struct replica_job jobs[REPLICA_JOBS_MAX];
    size_t jobs_count;
    const uint8_t *known_key;  /* the one peer that it knows; NULL: any */
    const uint8_t *hidden;     /* genesis of a space that is carried and not shared; or NULL */
    bool takes_offers;
    struct {
        struct log_id id;
        uint64_t first, last;
        struct buf bytes;
    } partial;
    bool spoils_history;       /* gives wrong history, as after damage */
    bool holds_commits;        /* commits wait until this is false again */
    uint64_t join_ticket;      /* a JOIN, or its answer, waits for the test */
    struct message_join join;
    unsigned contacts, events, saves_confirmed, saves_pending;
    char last_event[256];
};

/* A replica with keys of a seed. Release it. */
void replica_init(struct replica *r, const char *name, unsigned seed);
void replica_release(struct replica *r);

/* Found a space; its genesis. Another replica carries it with replica_carry(). */
const uint8_t *replica_found(struct replica *r, enum space_kind kind);
void replica_carry(struct replica *r, const uint8_t *genesis);

/* Append `count` entries of the sample to the own log of a space, signed at the end and every 32 KiB.
 * The log is made when it is not there. */
void replica_write(struct replica *r, const uint8_t *genesis, size_t count);
/* One entry with this body. */
void replica_write_body(struct replica *r, const uint8_t *genesis, const void *body, size_t size);

/* A log, or NULL. */
struct replica_log *replica_log(struct replica *r, const struct log_id *id);
struct replica_log *replica_own_log(struct replica *r, const uint8_t *genesis);

/* True when both hold the same entries in the spaces that both carry. */
bool replica_same(struct replica *a, struct replica *b);

/* All entries that it holds. */
size_t replica_count(const struct replica *r);

extern const struct session_host replica_host;

/* Two sessions and the wire between them. */
struct link {
    struct replica *client, *server;
    struct session *a, *b;         /* initiator, responder */
    struct buf to_b, to_a;         /* under way */
    uint64_t now_ms;
    uint64_t bytes_up, bytes_down; /* delivered */
    uint64_t cut_up, cut_down;     /* deliver only so many bytes, then break; UINT64_MAX never */
    size_t step_bytes;             /* how much one read gets; 0 = all */
    bool broken;
};

struct link_options {
    bool keep_open;
    size_t early_bytes_max;
    uint32_t link_bytes;
    int level;
    const struct message_join *join;
    const uint8_t *server_key;     /* NULL: the right one */
};

void link_open(struct link *l, struct replica *client, struct replica *server, const struct link_options *o);
/* Move bytes and commits until nothing happens any more. */
void link_run(struct link *l);
/* Break the connection; both sides see the end. */
void link_break(struct link *l);
void link_close(struct link *l);

/* A whole session with 48 KiB of early data: bytes of both directions. Asserts a regular end. */
uint64_t link_sync(struct replica *client, struct replica *server);

#endif
