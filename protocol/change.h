/* Changesets: the canonical form of an entry, its header and its body.
 *
 *   entry  = header body
 *   header = varint(version << 4 | flags)   bit 0 clock suspect, 1 operator, 2 introductions, 3 seen
 *            int    wall time, seconds, as a difference to this log's previous entry (first: to 0)
 *            [short reference to the operator's record; absent = as in the previous entry]
 *            [varint count, introductions: u8 0 + device + epoch, or u8 1 + space + device + epoch]
 *            [varint count, seen: varint step of place, varint step of sequence, 16 bytes of hash]
 *   body   = varint count, operations
 *
 * The header is the same in every version; the version speaks of the body. A body that cannot be read is
 * kept and relayed all the same. Source: doc/protocol.md, "Entries". */
#ifndef PROTOCOL_CHANGE_H
#define PROTOCOL_CHANGE_H

#include "protocol/limits.h"
#include "protocol/value.h"

enum {
    CHANGE_VERSION = 1,
    DEVICE_BYTES = 32,
    SPACE_BYTES = 32,
    SEEN_HASH_BYTES = 16,
};

enum change_flag {
    CHANGE_CLOCK_SUSPECT = 1, /* the daemon itself distrusted the clock */
    CHANGE_OPERATOR = 2,
    CHANGE_INTRODUCES = 4,
    CHANGE_SEES = 8,
};

/* A log as a header introduces it. Its place in the writing log's table is the next free one; place 0 is
 * the writing log itself. */
struct change_intro {
    bool foreign;                /* of another space: for references only, never causal */
    uint8_t space[SPACE_BYTES];  /* when foreign, else zero */
    uint8_t device[DEVICE_BYTES];
    uint64_t epoch;
};

/* A log of the same space that advanced since this log's previous entry. */
struct change_seen {
    uint32_t log;    /* place in the table, 1.. ; ascending in an entry */
    uint64_t step;   /* how far it advanced, 1..; the sequence number seen is the last one seen + step */
    uint8_t hash[SEEN_HASH_BYTES]; /* first bytes of that log's hash there */
};

struct change_header {
    unsigned version;
    unsigned flags;              /* enum change_flag */
    int64_t wall_step_s;
    struct short_ref operator;   /* when CHANGE_OPERATOR */
    uint32_t intros_count;
    const struct change_intro *intros; /* in the arena */
    uint32_t seen_count;
    const struct change_seen *seen;    /* in the arena */
};

/* Operations; the numbers stand in signed bytes. 4 is kept free: a body with it is of a later release. */
enum change_op_kind {
    CHANGE_PUT_NEW = 0,   /* introduces a record whose id is this operation's place */
    CHANGE_PUT_KEYED = 1, /* introduces, or meets, the record of a natural key */
    CHANGE_PUT = 2,       /* fields of a record introduced before */
    CHANGE_DELETE = 3,
    CHANGE_RESTATE = 5,   /* introduces once more what an operation of an erased body did: `target`; with
                           * keys when that was a keyed one */
};

struct change_field {
    unsigned id;          /* 1..REGISTRY_FIELD_MAX, ascending */
    struct value value;
};

struct change_op {
    enum change_op_kind kind;
    unsigned type;               /* record type, known or not */
    struct short_ref target;     /* CHANGE_PUT, CHANGE_DELETE, CHANGE_RESTATE */
    uint32_t keys_count;         /* CHANGE_PUT_KEYED: 1.., CHANGE_RESTATE: 0.. ; no value null */
    const struct change_field *keys;
    uint32_t fields_count;       /* not for CHANGE_DELETE */
    const struct change_field *fields;
};

struct change_body {
    uint32_t ops_count;          /* 1..CHANGE_OPS_MAX */
    const struct change_op *ops;
};

/* True for the operations that introduce a record. */
static inline bool
change_introduces(const struct change_op *op)
{
    return op->kind == CHANGE_PUT_NEW || op->kind == CHANGE_PUT_KEYED || op->kind == CHANGE_RESTATE;
}

/* Append a header's canonical bytes. The flags for optional parts must agree with the counts (asserted).
 * Errors stay in b->err. */
void change_encode_header(struct buf *b, const struct change_header *h);

/* Append a body's canonical bytes. */
void change_encode_body(struct buf *b, const struct change_body *body);

/* Read a header from the front of `w`; what follows it is left unread.
 *   a        receives the lists
 *   Returns  ERR_FORMAT, ERR_LIMIT (too many introductions or seen), ERR_NOMEM */
enum err change_decode_header(struct wire *w, struct arena *a, struct change_header *ret_header,
                              struct error *e);

/* Read a whole body; nothing may trail. Texts and bytes are views into the input.
 *   version  from the header
 *   Returns  ERR_FORMAT  not canonical: the entry's author is broken or hostile
 *            ERR_UNSUPPORTED  a version or an operation of a later release: keep, relay, hold back
 *            ERR_LIMIT, ERR_NOMEM */
enum err change_decode_body(const uint8_t *bytes, size_t size, unsigned version, struct arena *a,
                            struct change_body *ret_body, struct error *e);

#endif
