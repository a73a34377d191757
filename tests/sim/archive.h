/* The archive: every entry that was ever written in a world, as it would travel, with what the rules of
 * doc/protocol.md say of it. It knows no store: the rules are written here a second time, by definition
 * and without regard to speed, to hold the engine against them. */
#ifndef TESTS_SIM_ARCHIVE_H
#define TESTS_SIM_ARCHIVE_H

#include "protocol/chain.h"
#include "protocol/registry.h"

enum {
    ARCHIVE_SPACES_MAX = 16,
    ARCHIVE_LOGS_MAX = 96,
    ARCHIVE_PLACES_MAX = 128,
    ARCHIVE_NO_LOG = UINT32_MAX,
};

/* One operation's place, in names that all machines share. */
struct op_name {
    uint32_t log;    /* index in the archive */
    uint64_t seq;
    uint32_t index;
};

struct archive_entry {
    const uint8_t *item;              /* header and body as sent */
    size_t item_size;
    struct hash hash;
    uint8_t signature[SIGNATURE_BYTES];
    struct change_header header;
    bool past_malformed;
    bool is_later;                    /* its body is of a later release */
    bool is_malformed;                /* its body */
    struct change_body body;          /* when none of these */
    bool merged;                      /* all that it has seen exists, with the hashes that it names */
    bool counts;                      /* these three as archive_judge() found them */
    const char *why;                  /* not */
    bool is_erased;                   /* an erasure that counts names it */
    int64_t wall_s;
    uint32_t places_count;            /* of its log's table, with its own introductions */
    uint64_t vector[ARCHIVE_LOGS_MAX]; /* what it has seen, by index of log */
};

struct archive_log {
    struct log_id id;
    struct hash start;
    uint32_t space;                   /* index, or ARCHIVE_SPACES_MAX: of a space that nobody has */
    const struct sign_key *key;       /* borrowed; NULL for a log that nobody writes */
    struct archive_entry **entries;   /* in the arena; entry n at n - 1 */
    size_t count;
    size_t capacity;
    uint32_t places[ARCHIVE_PLACES_MAX]; /* log at place n at n - 1 */
    uint32_t places_count;
    bool closed;                         /* as archive_judge() found it */
    uint64_t reach;                      /* of a closed log */
};

/* A counting operation that restates one of an erased body. */
struct archive_restatement {
    struct op_name of, by;
};

struct archive_space {
    uint8_t id[SPACE_BYTES];
    struct genesis genesis;
};

struct archive {
    struct arena arena;
    struct archive_space spaces[ARCHIVE_SPACES_MAX];
    uint32_t spaces_count;
    struct archive_log logs[ARCHIVE_LOGS_MAX];
    uint32_t logs_count;
    uint64_t entries_count;
    struct op_name *order;            /* owned; all entries as they were appended */
    struct archive_restatement *restatements; /* owned; of all spaces */
    uint32_t restatements_count;
    bool judged;                      /* all entries, since the last was appended */
};

void archive_init(struct archive *ar);
void archive_release(struct archive *ar);

/* Note a space; gives its index. */
uint32_t archive_space(struct archive *ar, const uint8_t genesis[GENESIS_BYTES]);
/* The index of a log; noted when it is new. ARCHIVE_NO_LOG only when there is no more room. */
uint32_t archive_log(struct archive *ar, const struct log_id *id);

/* Append an item to a log. The log's key must be set.
 *   Returns  NULL when the bytes are no item */
struct archive_entry *archive_append(struct archive *ar, uint32_t log, const uint8_t *item, size_t size);

/* Judge all entries, if any was appended since. */
void archive_judge(struct archive *ar);
/* Judge a space as if there were only the entries up to limits[log] of each log. */
void archive_judge_within(struct archive *ar, uint32_t space, const uint64_t limits[ARCHIVE_LOGS_MAX]);

struct archive_entry *archive_entry(const struct archive *ar, uint32_t log, uint64_t seq);

/* True when `entry` of `log` at `seq` has the other one in its past or is it. */
bool archive_sees(const struct archive *ar, uint32_t log, uint64_t seq, uint32_t other, uint64_t other_seq);

/* What a short reference in an entry names.
 *   Returns  false: the log was never introduced, or the entry had not seen it */
bool archive_resolve(const struct archive *ar, uint32_t log, uint64_t seq, struct short_ref ref,
                     struct op_name *ret_name);

/* The same, and of its own entry only an earlier operation. */
bool archive_resolve_earlier(const struct archive *ar, struct op_name at, struct short_ref ref,
                             struct op_name *ret_name);

/* The operation of a name, erased or not; NULL when there is none that can be read. */
const struct change_op *archive_op(const struct archive *ar, struct op_name name);

/* The operation that restates one of an erased body: of several, in the entry with the smaller hash; or NULL. */
const struct change_op *archive_restatement(const struct archive *ar, struct op_name name, struct op_name *ret_at);

/* The operation that says what record a name is of: its own or, when that is erased, the one that restates
 * it; NULL for none. */
const struct change_op *archive_maker(const struct archive *ar, struct op_name name, struct op_name *ret_at);

/* The name of the record that a place is of, shared by all that meet in it: H over log, entry, operation, or
 * the key's hash, whether its entry counts or not. */
void archive_record_name(const struct archive *ar, struct op_name name, struct hash *ret);
/* The name of a record by the key that an operation has. */
void archive_key_record(const struct archive *ar, struct op_name at, const struct change_op *op, struct hash *ret);
/* Without a look at keys. */
void archive_plain_name(const struct archive *ar, struct op_name name, struct hash *ret);

/* A value among fields, or NULL. */
const struct value *archive_value(const struct change_field *fields, uint32_t count, unsigned id);
/* Whether an operation of a known type has all key fields of that type, each of its kind, and no other. */
bool archive_is_whole_key(const struct change_op *op);

#endif
