/* The session's messages. A Noise payload is a sequence of them: one type byte, then a body that says
 * its own length. An unknown type or a malformed body ends the session.
 *
 * Logs and spaces are named by their places in a table that each direction has: first those of the base,
 * then those that the sender has introduced. A reference is varint(place << 1 | yours); yours = 1 names
 * a place in the table of the message's receiver.
 * Source: doc/protocol.md, "Messages". */
#ifndef PROTOCOL_MESSAGE_H
#define PROTOCOL_MESSAGE_H

#include "protocol/vector.h"

enum message_type {
    MESSAGE_BASE = 1,     /* initiator: the last exchange is this one, by its digest */
    MESSAGE_SAME = 2,     /* responder: I have that base */
    MESSAGE_FULL = 3,     /* no base: my parameters; my spaces and logs follow up to END */
    MESSAGE_END = 4,
    MESSAGE_SPACE = 5,    /* introduces a space */
    MESSAGE_LOG = 6,      /* introduces a log, and says how far I have it */
    MESSAGE_HAS = 7,      /* how far I have a log that was introduced */
    MESSAGE_DECLINE = 8,  /* I do not carry this space of yours: send nothing of it */
    MESSAGE_RUN = 9,      /* a run's head and its first chunk */
    MESSAGE_CHUNK = 10,   /* a further chunk of the run before */
    MESSAGE_ACK = 11,     /* results in the order of your runs: the next n are durable here */
    MESSAGE_REFUSE = 12,  /* the next one is refused; send nothing more of its log */
    MESSAGE_AGAIN = 13,   /* the next one could not be used: send from there, without history */
    MESSAGE_IDLE = 14,    /* I have nothing more for you now */
    MESSAGE_ERROR = 15,   /* the session ends, and why */
    MESSAGE_JOIN = 16,    /* initiator, instead of BASE or FULL: enrol me */
    MESSAGE_JOINED = 17,  /* responder: done */
    MESSAGE_LINK = 18,    /* initiator: the link is poor, send no larger payloads than this */
    MESSAGE_PART = 19,    /* I hold the first bytes of this run of yours: go on behind them */
};

/* Why a session ends or a run is refused. Numbers are on the wire. */
enum message_reason {
    REASON_FORMAT = 1,      /* bytes that this protocol does not have */
    REASON_LIMIT = 2,       /* a maximum is exceeded */
    REASON_AUTH = 3,        /* chain or signature do not hold, or no right */
    REASON_UNKNOWN = 4,     /* this device, space or invitation is not known here */
    REASON_USED = 5,        /* the invitation belongs to another device */
    REASON_EXPIRED = 6,     /* the invitation's time is over */
    REASON_FORK = 7,        /* the log goes on differently here */
    REASON_GAP = 8,         /* entries before the run are missing here */
    REASON_BUSY = 9,        /* try again later */
    REASON_UNSUPPORTED = 10,
};

enum {
    HEAD_HASH_BYTES = 8,         /* of a log's head in LOG and HAS */
    MESSAGE_TEXT_BYTES_MAX = 200,
    MESSAGE_HANDLES_MAX = 65536, /* places in one direction's table */
    MESSAGE_HISTORY_MAX = 32,    /* entries named as history of one chunk */
    MESSAGE_RUN_ENTRIES_MAX = 65536,
    MESSAGE_LINK_BYTES_MIN = 512,
    MESSAGE_ACK_MAX = 65536,
    JOIN_SECRET_BYTES = 16,
    JOIN_NAME_BYTES_MAX = 200,
    JOIN_NODE_BYTES_MAX = 15,
    JOIN_SPACES_MAX = 16,
    /* a run's head and a chunk's head at their longest, without the list of history */
    MESSAGE_RUN_HEAD_BYTES_MAX = 112,
    /* an entry in the list of history */
    MESSAGE_HISTORY_BYTES_MAX = 16,
};

/* A place in a table. */
struct message_ref {
    uint32_t place;
    bool yours;     /* the receiver's table, else the sender's */
};

/* An entry as history, in the list of a chunk. */
struct message_entry {
    struct message_ref log;
    uint64_t seq;
};

struct message_chunk {
    unsigned mode;          /* enum compress_mode, unchecked */
    bool last;              /* the run is whole with this chunk */
    bool resumed;           /* what comes before it is what the receiver's PART told */
    uint32_t raw_size;
    uint32_t history_count; /* 0..MESSAGE_HISTORY_MAX */
    struct message_entry history[MESSAGE_HISTORY_MAX];
    const uint8_t *bytes;   /* borrowed from the payload */
    size_t size;
};

struct message_run {
    struct message_ref log;
    int64_t step;           /* first sequence number - 1 - the last one of this log sent before */
    uint32_t count;         /* entries, 1.. */
    uint8_t signature[SIGNATURE_BYTES];
    struct message_chunk chunk;
};

/* An unfinished run that the sender of the message was left with. */
struct message_part {
    struct message_ref log;
    uint64_t first_seq;
    uint32_t count;         /* entries of the whole run */
    uint32_t bytes;         /* raw, held so far: 1.. */
};

struct message_log {
    struct message_ref space;
    uint8_t device[DEVICE_BYTES];
    uint64_t epoch;
    uint64_t seq;           /* 0 = nothing said */
    uint8_t head[HEAD_HASH_BYTES]; /* when seq > 0 */
};

struct message_has {
    struct message_ref log;
    uint64_t seq;           /* 0 = none of it */
    uint8_t head[HEAD_HASH_BYTES];
};

/* Texts and genesis bytes are borrowed; a text ends with no NUL. */
struct message_join {
    uint8_t secret[JOIN_SECRET_BYTES];
    struct device_cert cert;
    uint8_t store[STORE_ID_BYTES];
    const char *node;           /* kind of node, such as "commune" */
    size_t node_size;           /* 0..JOIN_NODE_BYTES_MAX */
    const char *unit_name;
    size_t unit_name_size;      /* 0..JOIN_NAME_BYTES_MAX */
    const uint8_t *inner;       /* GENESIS_BYTES, or NULL: this device has no spaces of its own */
    const uint8_t *outer;
};

struct message_joined {
    struct device_cert cert;    /* the responder's device */
    uint8_t store[STORE_ID_BYTES];
    uint64_t kind;              /* of the invitation */
    const char *unit_name;      /* of the responder's unit */
    size_t unit_name_size;
    uint32_t spaces_count;      /* 0..JOIN_SPACES_MAX */
    const uint8_t *spaces;      /* each: u8 origin as seen by the joiner, then GENESIS_BYTES */
};

enum { JOINED_SPACE_BYTES = 1 + GENESIS_BYTES };

struct message {
    enum message_type type;
    union {
        uint8_t digest[VECTOR_DIGEST_BYTES];  /* BASE */
        struct vector_party party;            /* FULL */
        const uint8_t *genesis;               /* SPACE: GENESIS_BYTES */
        struct message_log log;
        struct message_has has;
        struct message_ref space;             /* DECLINE */
        struct message_run run;
        struct message_chunk chunk;
        uint32_t count;                       /* ACK: 1.. */
        unsigned reason;                      /* REFUSE */
        struct {
            unsigned reason;
            const char *text;
            size_t size;
        } error;
        struct message_join join;
        struct message_joined joined;
        struct message_part part;
        uint32_t link_bytes;                  /* LINK */
    } u;
};

/* Read the next message.
 *   w        cursor in a payload, not at its end
 *   Returns  ERR_FORMAT: close. `ret_message` has views into the payload. */
enum err message_read(struct wire *w, struct message *ret_message, struct error *e);

/* Append messages; errors stay in out->err. */
void message_put_base(struct buf *out, const uint8_t digest[VECTOR_DIGEST_BYTES]);
void message_put_full(struct buf *out, const struct vector_party *party);
void message_put_space(struct buf *out, const uint8_t genesis[GENESIS_BYTES]);
void message_put_log(struct buf *out, const struct message_log *log);
void message_put_has(struct buf *out, const struct message_has *has);
void message_put_decline(struct buf *out, struct message_ref space);
void message_put_run(struct buf *out, const struct message_run *run);
void message_put_chunk(struct buf *out, const struct message_chunk *chunk);
void message_put_ack(struct buf *out, uint32_t count);
void message_put_refuse(struct buf *out, unsigned reason);
void message_put_error(struct buf *out, unsigned reason, const char *text);
void message_put_part(struct buf *out, const struct message_part *part);
void message_put_link(struct buf *out, uint32_t bytes);
void message_put_join(struct buf *out, const struct message_join *join);
void message_put_joined(struct buf *out, const struct message_joined *joined);

/* END, SAME, AGAIN, IDLE: a type alone. */
void message_put_bare(struct buf *out, enum message_type type);

#endif
