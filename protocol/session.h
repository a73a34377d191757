/* A session: two peers bring each other the entries that the other lacks, over one connection. A pure
 * engine: bytes and the time come in, bytes and a deadline come out; what touches the store goes through
 * the host.
 *
 *   initiator            START -> WAIT_M2 -> OPEN -> ENDING -> ENDED
 *                                   |  JOINING ^
 *                                   +----'-----+
 *   responder   WAIT_M1 -> COMMIT -> UNPROVEN -> OPEN -> ENDING -> ENDED
 *
 *   START     message 1 is not written yet          WAIT_M1   waits for it
 *   WAIT_M2   waits for the answer                  COMMIT    its runs (or the enrolment) are being
 *   JOINING   the answer to JOIN is being stored              committed; message 2 comes then
 *   OPEN      exchange; both sides proven           UNPROVEN  message 1 may be a replay until the
 *   ENDING    what is left to say goes out                    initiator's next frame arrives
 *   ENDED     nothing more
 *
 * Source: doc/protocol.md, "Session". */
#ifndef PROTOCOL_SESSION_H
#define PROTOCOL_SESSION_H

#include "protocol/message.h"

struct session;

enum session_role { SESSION_INITIATOR, SESSION_RESPONDER };

#define SESSION_STATE_LIST(X)                                                                      \
    X(SESSION_START, "start")                                                                      \
    X(SESSION_WAIT_M1, "waiting for message 1")                                                    \
    X(SESSION_WAIT_M2, "waiting for message 2")                                                    \
    X(SESSION_COMMIT, "committing")                                                                \
    X(SESSION_JOINING, "joining")                                                                  \
    X(SESSION_UNPROVEN, "unproven")                                                                \
    X(SESSION_OPEN, "open")                                                                        \
    X(SESSION_ENDING, "ending")                                                                    \
    X(SESSION_ENDED, "ended")

enum session_state {
#define X(name, text) name,
    SESSION_STATE_LIST(X)
#undef X
    SESSION_STATES,
};

enum {
    SESSION_EARLY_BYTES_MAX = 48 * 1024,       /* of early data in message 1 */
    SESSION_COMMIT_WAIT_MS = 500,              /* message 2 waits so long for its acknowledgement */
    SESSION_PROGRESS_MS = 60 * 1000,           /* a silent peer that owes an answer is given up */
    SESSION_HALF_OPEN_MS = 20 * 1000,          /* before the handshake is done */
    SESSION_STRANGER_MS = 120 * 1000,          /* the same, however it trickles: a poor link's 64 KiB */
    SESSION_KEEPALIVE_MS = 10 * 60 * 1000,     /* of an idle connection; the initiator sends */
    SESSION_IDLE_MS = 25 * 60 * 1000,          /* the responder gives up a silent initiator */
    SESSION_UNACKED_BYTES_MAX = 256 * 1024,    /* sent, not acknowledged */
    SESSION_UNCOMMITTED_BYTES_MAX = 1024 * 1024, /* received and unpacked, not committed: stop reading */
    SESSION_INPUT_BYTES_MAX = 160 * 1024,      /* received, not worked on */
    SESSION_OUTPUT_BYTES_MAX = 192 * 1024,     /* asked for in one session_output() */
    SESSION_LOGS_MAX = 65536,
    SESSION_SPACES_MAX = 16384,
    SESSION_REFUSALS_MAX = 256,                /* runs that one peer may have refused before it is cut */
    SESSION_RELATED_MAX = MESSAGE_HISTORY_MAX, /* entries that the host gives as history of a run */
    SESSION_RUN_TARGET_BYTES = 60 * 1024,      /* a run is cut so that it is one chunk */
};

/* An entry that belongs to the history of the records that a run touches. */
struct session_related {
    struct log_id log;
    uint64_t seq;
};

enum session_base_kind {
    SESSION_BASE_CONFIRMED, /* both sides are known to hold it */
    SESSION_BASE_PENDING,   /* so when all that was sent has arrived */
};

/* What the session asks of the store. Calls are synchronous but for commit, join and joined, which are
 * answered later by session_committed() or session_joined() with the ticket. No call may come back into
 * the session. `context` is the driver's. */
struct session_host {
    /* Responder, after message 1: who is this? From now on the other calls speak of this peer.
     *   Returns  ERR_NOT_FOUND not known: only JOIN is served */
    enum err (*peer)(void *context, const uint8_t noise_key[DH_BYTES], struct error *e);

    /* The spaces that are shared with the peer, and the logs in one of them with received entries. Each
     * is given by a call of `each`, which stops the list when it does not return OK. */
    enum err (*spaces)(void *context,
                       enum err (*each)(void *arg, const uint8_t genesis[GENESIS_BYTES]), void *arg,
                       struct error *e);
    enum err (*logs)(void *context, const uint8_t space[SPACE_BYTES],
                     enum err (*each)(void *arg, const struct log_id *id, uint64_t seq,
                                      const struct hash *head),
                     void *arg, struct error *e);

    /* The peer offers a space that is not shared yet. False declines; the host logs why. */
    bool (*offer)(void *context, const uint8_t genesis[GENESIS_BYTES]);

    /* The head of a log, and its chain's hash at an entry. ERR_NOT_FOUND. */
    enum err (*head)(void *context, const struct log_id *id, uint64_t *ret_seq,
                     struct hash *ret_hash, struct error *e);
    enum err (*hash)(void *context, const struct log_id *id, uint64_t seq, struct hash *ret_hash,
                     struct error *e);

    /* Append the items of the signed run from `first` on: up to the last signature within bytes_max, else
     * to the first signature at all.
     *   Returns  ERR_NOT_FOUND nothing signed from there on */
    enum err (*run)(void *context, const struct log_id *id, uint64_t first, size_t bytes_max,
                    struct buf *items, uint64_t *ret_last,
                    uint8_t ret_signature[SIGNATURE_BYTES], struct error *e);

    /* The same for exactly the entries first..last. ERR_NOT_FOUND: not signed there (any more). */
    enum err (*run_to)(void *context, const struct log_id *id, uint64_t first, uint64_t last,
                       struct buf *items, uint8_t ret_signature[SIGNATURE_BYTES], struct error *e);

    /* The first bytes of a run that the peer had begun to send when the last connection ended; the host
     * keeps the last one of each peer, in memory, and gives it back in the next session. Both NULL: not
     * kept.
     *   partial_save  size 0: forget it */
    void (*partial_save)(void *context, const struct log_id *id, uint64_t first, uint64_t last,
                         const uint8_t *bytes, size_t size);
    enum err (*partial_load)(void *context, struct log_id *ret_id, uint64_t *ret_first,
                             uint64_t *ret_last, struct buf *ret_bytes);

    /* Append the items of a log that end with `last`: as many whole ones as fit into bytes_max.
     *   ret_first  the first one appended; last + 1 when there is none */
    enum err (*tail)(void *context, const struct log_id *id, uint64_t last, size_t bytes_max,
                     struct buf *items, uint64_t *ret_first, struct error *e);

    /* Append the item of one entry. ERR_NOT_FOUND. */
    enum err (*item)(void *context, const struct log_id *id, uint64_t seq, struct buf *item,
                     struct error *e);

    /* Earlier entries of the records that entries first..last of a log touch, the most useful last; NULL
     * when the host has no such index. */
    enum err (*related)(void *context, const struct log_id *id, uint64_t first, uint64_t last,
                        struct session_related ret_related[SESSION_RELATED_MAX], size_t *ret_count,
                        struct error *e);

    /* Stored bases: the latest confirmed one (initiator), the one with a digest (responder).
     *   Returns  ERR_NOT_FOUND */
    enum err (*base_last)(void *context, struct buf *ret_base, struct error *e);
    enum err (*base_find)(void *context, const uint8_t digest[VECTOR_DIGEST_BYTES],
                          struct buf *ret_base, struct error *e);

    /* Store a base. A pending one replaces the pending one of before, a confirmed one both; the last
     * confirmed ones are kept as far as the host likes. */
    void (*base_save)(void *context, enum session_base_kind kind,
                      const uint8_t digest[VECTOR_DIGEST_BYTES], const uint8_t *base, size_t size);

    /* Commit a verified run of the log, durably. `genesis` is that of its space, which may be new here.
     * Answered by session_committed().
     *   Returns  an error when it could not even be queued; then there is no answer */
    enum err (*commit)(void *context, uint64_t ticket, struct verified_run *take_run,
                       const uint8_t genesis[GENESIS_BYTES], struct error *e);

    /* Responder: enrol. Answered by session_joined() with what to answer. `join` is borrowed for the call.
     * Initiator: store the answer to JOIN; answered by session_joined(), too. NULL: not supported. */
    enum err (*join)(void *context, uint64_t ticket, const struct message_join *join,
                     struct error *e);
    enum err (*joined)(void *context, uint64_t ticket, const struct message_joined *joined,
                       struct error *e);

    /* The peer is proven: a contact. */
    void (*contact)(void *context);

    /* Something that a log line should tell; `e` says what. */
    void (*event)(void *context, const struct error *e);
};

struct session_options {
    enum session_role role;
    const struct dh_key *own_static;      /* borrowed for the call */
    const uint8_t *remote_static;         /* initiator: NOISE_KEY_BYTES; borrowed for the call */
    uint8_t ephemeral_seed[DH_BYTES];     /* random, used once */
    struct vector_party own;
    const struct message_join *join;      /* initiator: enrol first; borrowed for the call */
    size_t early_bytes_max;               /* initiator; 0..SESSION_EARLY_BYTES_MAX */
    uint32_t link_bytes;                  /* initiator: 0, or on a poor link the largest payload */
    bool keep_open;                       /* initiator: stay and push; else end when all is exchanged */
    int level;                            /* of compression */
    uint64_t now_ms;                      /* any clock that does not go back */
};

/* What a session has cost and brought. */
struct session_counts {
    uint64_t bytes_in;        /* of the connection's payload, all of it */
    uint64_t bytes_out;
    uint64_t entries_in;      /* durable here */
    uint64_t entries_out;     /* durable there */
    uint64_t runs_in;
    uint64_t runs_out;
    uint64_t raw_in;          /* run bytes before compression */
    uint64_t raw_out;
    uint64_t round_trips;     /* times that the initiator had to wait for an answer */
    uint64_t refused_in;
    uint64_t again_in;        /* runs asked for again without history */
    bool same_base;           /* the session began with a base */
};

/* Make a session.
 *   host, context  borrowed for the session's life
 *   Returns        ERR_NOMEM. Free with session_free(). */
enum err session_new(const struct session_options *options, const struct session_host *host,
                     void *context, struct session **ret_session, struct error *e);

/* Free a session; NULL is allowed. Answers to its tickets must not come any more. */
void session_free(struct session *s);

/* Bytes from the peer.
 *   size  any; look at session_wants_input() before reading on
 *   After it (and after every other call below) take session_output(). */
void session_input(struct session *s, const void *bytes, size_t size, uint64_t now_ms);

/* False while so much waits that the driver should not read. */
bool session_wants_input(const struct session *s);

/* The peer has closed its side, or the connection broke. What is known is saved as base. */
void session_eof(struct session *s, uint64_t now_ms);

/* Append what is to be sent now; call it when the former output is written.
 *   Returns  ERR_NOMEM: give up */
enum err session_output(struct session *s, struct buf *out, uint64_t now_ms);

/* When to call session_tick() at the latest; UINT64_MAX never. */
uint64_t session_deadline_ms(const struct session *s);
void session_tick(struct session *s, uint64_t now_ms);

/* A commit has ended.
 *   err  OK durable; ERR_CONFLICT a fork; ERR_AGAIN entries before it are missing; ERR_AUTH,
 *        ERR_NOT_FOUND, ERR_LIMIT refused; anything else ends the session */
void session_committed(struct session *s, uint64_t ticket, enum err err, const struct error *e,
                       uint64_t now_ms);

/* An enrolment has ended.
 *   answer  responder, when OK: borrowed for the call; initiator: NULL
 *   err     ERR_NOT_FOUND unknown invitation, ERR_CONFLICT used by another device, ERR_AUTH, others */
void session_joined(struct session *s, uint64_t ticket, enum err err,
                    const struct message_joined *answer, const struct error *e, uint64_t now_ms);

/* The store has changed: push what the peer lacks. */
void session_notify(struct session *s, uint64_t now_ms);

/* Say nothing more: save the base, end after the output that is due. */
void session_close(struct session *s, uint64_t now_ms);

enum session_state session_state(const struct session *s);
const char *session_state_name(enum session_state state);

/* True when both sides have said that they have nothing more, and everything is acknowledged. */
bool session_quiet(const struct session *s);

/* True when a log goes no further in this session, since one side refused a run of it. */
bool session_refused(const struct session *s);

/* The session's costs so far. */
void session_counts(const struct session *s, struct session_counts *ret_counts);

/* True when a space is served to the peer in this session. */
bool session_shares(const struct session *s, const uint8_t space[SPACE_BYTES]);

/* Entries that this side has and the peer is not known to hold. */
uint64_t session_unsent(const struct session *s);

/* Why it ended; code OK while it runs and after a regular end. */
const struct error *session_error(const struct session *s);

/* The peer's store, once it has said so (all zero before). */
const uint8_t *session_peer_store(const struct session *s);

/* Bytes of memory that the session holds now. */
size_t session_memory_bytes(const struct session *s);

#endif
