/* Private to protocol/session*.c: what a session holds, and what its parts ask of each other.
 *     session.c          life, states, time
 *     session_frame.c    handshake, frames, payloads
 *     session_table.c    spaces and logs, bases
 *     session_receive.c  messages in
 *     session_inbound.c  runs that came: results, history
 *     session_send.c     messages out */
#ifndef PROTOCOL_SESSION_CORE_H
#define PROTOCOL_SESSION_CORE_H

#include "protocol/compress.h"
#include "protocol/frame.h"
#include "protocol/noise.h"
#include "protocol/session.h"

#define PLACE_NONE UINT32_MAX
#define NEVER_MS UINT64_MAX

/* A space that at least one side has named. */
struct session_space {
    uint8_t id[SPACE_BYTES];
    uint8_t genesis[GENESIS_BYTES]; /* zero while only known from a base */
    bool has_genesis;
    bool shared;                    /* the host serves it to this peer, or */
    bool accepted;                  /* it was offered in this session; nothing of it is stored yet */
    bool declined;                  /* the peer does not want it */
    uint32_t out_place;             /* in my table; PLACE_NONE: not introduced by me */
    uint32_t in_place;              /* in the peer's table */
};

/* A log. "Shown" and "theirs" are what makes both sides find the same base in the end: a side's `shown_seq`
 * is the other side's `theirs_seq` once everything has arrived. */
struct session_log {
    uint32_t space;                 /* index */
    uint32_t out_place;
    uint32_t in_place;
    uint8_t device[DEVICE_BYTES];
    uint64_t epoch;
    uint32_t start_seq;             /* common when the session began: what a blocked log keeps */
    uint32_t common_seq;            /* in the last base */
    uint32_t theirs_seq;            /* the peer holds it: base, said so, sent it, acknowledged it */
    uint32_t shown_seq;             /* the peer knows that I hold it */
    uint32_t mine_seq;              /* head in the store at the last look */
    uint32_t have_seq;              /* mine, or received in order and on its way to the store */
    uint32_t sent_seq;              /* sent in this session, or theirs at its start */
    uint32_t out_end;               /* last entry of the last run sent, for the step of the next */
    uint32_t in_end;
    uint16_t generation;            /* counts AGAIN, to tell runs sent before it */
    bool blocked;                   /* a run of it was refused, by either side */
    bool plain;                     /* the peer asked for it without history */
    bool again;                     /* I asked for it without history and wait for it */
};

/* A run sent and not answered. */
struct outbound {
    uint32_t log;
    uint32_t first_seq;
    uint32_t last_seq;
    uint32_t bytes;
    uint16_t generation;
};

enum inbound_state { INBOUND_WAITING, INBOUND_DURABLE, INBOUND_REFUSED, INBOUND_AGAIN };

/* A run received whose result the peer has not been told. */
struct inbound {
    enum inbound_state state;
    unsigned reason;                /* INBOUND_REFUSED */
    uint64_t ticket;
    uint32_t log;
    uint32_t first_seq;
    uint32_t last_seq;
    uint8_t *raw;                   /* owned; the items, while WAITING: history of what follows */
    uint32_t *ends;                 /* owned; where each item ends in `raw` */
    size_t raw_size;
    struct hash head;               /* of the chain at last_seq */
};

/* A run being put together from its chunks. */
struct assembly {
    bool active;
    bool skip;                      /* its result is settled; read over the chunks */
    bool history;                   /* a chunk used history, or it goes on from a part */
    bool resumed;
    enum inbound_state state;
    unsigned reason;
    uint32_t log;
    uint32_t first_seq;
    uint32_t last_seq;
    uint8_t signature[SIGNATURE_BYTES];
    struct buf raw;
};

/* A run being sent, chunk by chunk. */
struct departure {
    bool active;
    bool begun;                     /* its head is on its way */
    uint32_t log;
    uint32_t first_seq;
    uint32_t last_seq;
    size_t at;                      /* raw bytes already in chunks */
    size_t packed;                  /* raw bytes of the chunk in the stash */
    uint8_t signature[SIGNATURE_BYTES];
    struct buf raw;
};

/* A part of a run left from an earlier session: received (with its bytes), or held by the peer. */
struct part {
    bool has;
    uint32_t log;
    uint32_t first_seq;
    uint32_t last_seq;
    uint32_t bytes;
    struct buf raw;
};

enum hello { HELLO_NONE, HELLO_BASE, HELLO_LISTING, HELLO_DONE };

struct session {
    enum session_role role;
    enum session_state state;
    const struct session_host *host; /* borrowed */
    void *context;                   /* borrowed, the host's */
    struct vector_party own;
    struct vector_party peer;
    bool keep_open;
    int level;
    size_t early_bytes_max;
    size_t frame_bytes_max;          /* payload of one frame, by what either side says of the link */
    bool link_due;                   /* to be told to the peer */

    /* connection */
    struct noise *handshake;         /* owned; NULL once split */
    struct noise_transport transport;
    bool has_transport;
    uint8_t remote_static[NOISE_KEY_BYTES];
    struct buf join;                 /* initiator: the JOIN message to send */
    bool join_sent;
    struct buf joined;               /* responder: the JOINED message to send */
    struct buf in;                   /* bytes not yet split */
    bool preamble_read;
    struct buf plain;                /* the payload being worked on */
    size_t plain_at;

    /* hello */
    enum hello hello_out;
    enum hello hello_in;
    bool drop_early;                 /* the base of message 1 is unknown: pass over what it names */
    uint8_t base_digest[VECTOR_DIGEST_BYTES];
    size_t list_space;               /* cursors of my listing */
    size_t list_log;

    /* tables */
    struct session_space *spaces;    /* owned */
    size_t spaces_count, spaces_capacity;
    uint32_t *spaces_order;          /* owned; sorted by id */
    struct session_log *logs;        /* owned */
    size_t logs_count, logs_capacity;
    uint32_t *logs_order;            /* owned; sorted by space, device, epoch */
    uint32_t *places[4];             /* owned; see enum table */
    size_t places_count[4], places_capacity[4];

    /* exchange */
    bool scan;                       /* look at the store's heads before sending */
    bool idle_said;
    bool peer_idle;
    bool proof_due;                  /* initiator: the first transport frame is not sent yet */
    bool awaiting;                   /* sent something that is answered */
    struct outbound *outbound;       /* owned ring, in order */
    size_t outbound_count, outbound_capacity;
    size_t unacked_bytes;
    uint64_t acked_bytes;
    struct inbound *inbound;         /* owned, in order */
    size_t inbound_count, inbound_capacity;
    size_t uncommitted_bytes;
    uint64_t next_ticket;
    uint64_t join_ticket;            /* 0 = none under way */
    struct assembly assembly;
    struct departure departure;
    struct part part_in;             /* mine, told to the peer */
    struct part part_out;            /* the peer's */
    bool part_told;
    struct buf stash;                /* a message that did not fit the last frame */
    struct buf declines;             /* messages about spaces, to be sent */
    struct compressor *compressor;   /* owned; NULL while idle */
    uint32_t stream_space;           /* of the outgoing stream */
    size_t next_log;                 /* where the search for something to send goes on */
    unsigned refusals;

    /* bases */
    bool base_dirty;
    uint64_t save_due_ms;

    /* time */
    uint64_t now_ms;
    uint64_t commit_until_ms;        /* COMMIT: message 2 goes out at the latest */
    uint64_t progress_ms;            /* the last sign of the peer's life */
    uint64_t output_ms;              /* the last frame sent */

    struct session_counts counts;
    struct error error;
    unsigned error_reason;           /* to be told to the peer; 0 = nothing */
};

/* session.c */
void session_end(struct session *s);
/* Both sides have all: settle the base, free what only an exchange needs, end if nobody stays. */
void session_on_quiet(struct session *s);
/* Payloads of at most so many bytes from now on; never more than before. */
void session_set_link(struct session *s, size_t bytes);
void session_move(struct session *s, enum session_state to);
/* End with an error of our own: it is told to the peer (reason), if there is a way. */
void session_fail(struct session *s, enum err err, unsigned reason, const struct error *e);
/* The error that a reason of the peer's stands for. */
enum err session_reason_err(unsigned reason);
unsigned session_err_reason(enum err err);

/* session_frame.c: work on what has come, as far as nothing stands in the way. */
void session_work(struct session *s);

/* session_table.c: places[] */
enum table { TABLE_LOGS_OUT, TABLE_LOGS_IN, TABLE_SPACES_OUT, TABLE_SPACES_IN };

void table_release(struct session *s);
/* Forget every space, log and run: the base is unknown to the peer, start from nothing. */
void table_reset(struct session *s);
/* Find or add. */
enum err table_space(struct session *s, const uint8_t id[SPACE_BYTES], uint32_t *ret_index);
enum err table_log(struct session *s, uint32_t space, const uint8_t device[DEVICE_BYTES], uint64_t epoch,
                   uint32_t *ret_index);
/* Give a thing the next place of a table. */
enum err table_place(struct session *s, enum table table, uint32_t index, uint32_t *ret_place);
/* The thing at a place that the peer named; ERR_FORMAT. */
enum err table_resolve(const struct session *s, bool log, struct message_ref ref, uint32_t *ret_index);
/* A reference to a log or space for the peer; false when neither side has introduced it. */
bool table_log_ref(const struct session *s, uint32_t log, struct message_ref *ret_ref);
bool table_space_ref(const struct session *s, uint32_t space, struct message_ref *ret_ref);
void table_log_id(const struct session *s, uint32_t log, struct log_id *ret_id);
/* Look at the host's spaces and heads. */
enum err table_scan(struct session *s, struct error *e);
/* Fill the tables from a stored base; ERR_NOT_FOUND it does not hold for these parties any more. */
enum err table_load(struct session *s, const uint8_t *bytes, size_t size, struct error *e);
/* Both sides are quiet: what was shown is common now. */
void table_settle(struct session *s);
void table_save(struct session *s, enum session_base_kind kind);

/* session_receive.c */
enum err session_receive(struct session *s, struct wire *w, struct error *e);

/* Forget a run of this log (PLACE_NONE: any) that was about to go, unless it is on its way already. */
void session_call_off(struct session *s, uint32_t log);

/* session_inbound.c: results of commits */
void inbound_settle(struct session *s, uint64_t ticket, enum err err, const struct error *e);
void inbound_release(struct session *s);
bool inbound_waiting(const struct session *s);
/* A new one at the end of the queue; NULL without memory. */
struct inbound *inbound_add(struct session *s);
/* Refuse a run: its log is closed for this session, in both directions. */
void inbound_refuse(struct session *s, struct inbound *run, unsigned reason, const struct error *e);
/* The inbound run of this log that holds entry `seq` and is not in the store yet, or NULL. */
const struct inbound *inbound_holding(const struct session *s, uint32_t log, uint64_t seq);
/* What the history of a chunk consists of, on both sides the same: the items before a run, what of the run
 * came before the chunk, then the listed entries. */
struct history {
    struct buf tail;
    struct buf listed;
    struct compress_piece pieces[3];
    size_t count;
    uint64_t tail_first;             /* the first entry in `tail` */
};
enum err history_gather(struct session *s, uint32_t log, uint64_t first_seq, const struct buf *earlier,
                        size_t earlier_size, struct history *h, struct error *e);
enum err history_add_listed(struct session *s, const struct log_id *id, uint64_t seq, struct history *h,
                            struct error *e);
void history_init(struct session *s, struct history *h);
void history_release(struct history *h);
size_t session_history_bytes(const struct session *s);
enum err session_compressor(struct session *s);

/* session_send.c */
/* Append messages up to `room` bytes, of which runs may take `runs_room`.
 *   Returns  ERR_NOMEM or a fault of the host */
enum err session_compose(struct session *s, struct buf *out, size_t room, size_t runs_room,
                         struct error *e);

#endif
