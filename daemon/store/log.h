/* Spaces, logs, entries and signatures: the part of the store that is the truth. */
#ifndef DAEMON_STORE_LOG_H
#define DAEMON_STORE_LOG_H

#include "daemon/store/store.h"

/* Why this machine carries a space. */
enum space_origin {
    SPACE_OWN = 1,      /* of the unit that this machine belongs to */
    SPACE_ABOVE = 2,    /* an ancestor's outer space */
    SPACE_BELOW = 3,    /* of a unit that joined this hub */
};

struct space_row {
    int64_t id;                      /* local, 1.. */
    uint8_t space[SPACE_BYTES];
    uint8_t genesis_bytes[GENESIS_BYTES];
    struct genesis genesis;
    enum space_origin origin;
};

struct log_row {
    int64_t id;                      /* local, 1.. ; one known only by reference has received_seq 0 */
    int64_t space;                   /* local id; 0 while the space itself is unknown here */
    struct log_id name;
    uint64_t received_seq;           /* stored and verified up to here */
    struct hash received_hash;
    uint64_t applied_seq;            /* merged up to here; less than received while some are held */
    struct hash applied_hash;
    int64_t wall_s;                  /* wall time of the last applied entry */
    int64_t operator;                /* local id of the last applied entry's operator, 0 = none */
    bool own;                        /* this device writes it, under the current epoch */
    bool closed;                     /* its device has no right left: see `reach` */
    uint64_t reach;                  /* closed: served and digested up to here */
};

struct entry_row {
    int64_t log;
    uint64_t seq;
    struct hash hash;
    int64_t applied;                 /* order number of its merge on this machine; 0 = held */
    int64_t wall_s;                  /* absolute; valid once applied */
    int64_t operator;                /* local record id, 0 = none; valid once applied */
    const uint8_t *item;             /* in the arena */
    size_t item_size;
};

/* Spaces. space_add() gives the existing row when the space is known, with the origin that it had;
 * ERR_FORMAT for a genesis that is none. The others: ERR_NOT_FOUND. */
enum err space_add(struct store *s, const uint8_t genesis[GENESIS_BYTES], enum space_origin origin,
                   struct space_row *ret_space, struct error *e);
enum err space_get(struct store *s, int64_t id, struct space_row *ret_space, struct error *e);
enum err space_find(struct store *s, const uint8_t space[SPACE_BYTES], struct space_row *ret_space,
                    struct error *e);
enum err space_own(struct store *s, enum space_kind kind, struct space_row *ret_space,
                   struct error *e);
enum err space_list(struct store *s, struct arena *a, struct space_row **ret_spaces,
                    size_t *ret_count, struct error *e);

/* How far a log is shown to others: its head, or its reach when it is closed. */
static inline uint64_t
log_shown_seq(const struct log_row *log)
{
    return log->closed && log->reach < log->received_seq ? log->reach : log->received_seq;
}

/* Logs. log_add() gives the existing row when the log is known; `own` makes it this device's.
 * ERR_LIMIT past LOG_ID_MAX logs; the others: ERR_NOT_FOUND. log_own() gives the newest own one. */
enum err log_add(struct store *s, const struct log_id *name, bool own, struct log_row *ret_log,
                 struct error *e);
enum err log_get(struct store *s, int64_t id, struct log_row *ret_log, struct error *e);
enum err log_find(struct store *s, const struct log_id *name, struct log_row *ret_log,
                  struct error *e);
enum err log_own(struct store *s, int64_t space, struct log_row *ret_log, struct error *e);
enum err log_update(struct store *s, const struct log_row *log, struct error *e);
/* Close a log, or open it again; log_update() leaves this alone. */
enum err log_close(struct store *s, int64_t id, bool closed, uint64_t reach, struct error *e);
enum err log_any_closed(struct store *s, int64_t space, bool *ret_any, struct error *e);
/* All logs of a space with received_seq > 0, sorted by device, then epoch. */
enum err log_list(struct store *s, int64_t space, struct arena *a, struct log_row **ret_logs,
                  size_t *ret_count, struct error *e);
/* Those of them that hold entries which are not merged, in the order of their local numbers. */
enum err log_list_held(struct store *s, int64_t space, struct arena *a, struct log_row **ret_logs,
                       size_t *ret_count, struct error *e);
/* How many logs of a space have entries. */
enum err log_count_of(struct store *s, int64_t space, uint64_t *ret_count, struct error *e);

/* Entries. log_append() stores an item behind received_seq; the caller updates the log's row. */
enum err log_append(struct store *s, int64_t log, const struct verified_entry *entry,
                    struct error *e);
enum err entry_get(struct store *s, int64_t log, uint64_t seq, struct arena *a,
                   struct entry_row *ret_entry, struct error *e);
enum err entry_hash(struct store *s, int64_t log, uint64_t seq, struct hash *ret_hash,
                    struct error *e);
enum err entry_set_applied(struct store *s, const struct entry_row *entry, struct error *e);
/* The entry merged as number `applied`, for replays; ERR_NOT_FOUND past the last. */
enum err entry_by_applied(struct store *s, int64_t applied, struct arena *a,
                          struct entry_row *ret_entry, struct error *e);
/* The number of the last merge on this machine. */
enum err entry_last_applied(struct store *s, int64_t *ret_applied, struct error *e);

/* Append the items of entries first.. to `b` until bytes_max would be passed or `last` is reached;
 * at least one item is appended when there is one.
 *   ret_last  the last entry appended; first - 1 when there was none */
enum err log_read_items(struct store *s, int64_t log, uint64_t first, uint64_t last,
                        size_t bytes_max, struct buf *b, uint64_t *ret_last, struct error *e);

/* Where the log's tail of at most bytes_max begins: the first of the whole items that end with entry
 * `last` and fit together; last + 1 when not even that one does. */
enum err log_tail_first(struct store *s, int64_t log, uint64_t last, size_t bytes_max,
                        uint64_t *ret_first, struct error *e);

/* Signatures: each proves everything before it in its log.
 *   signature_at_or_after   the first one at `seq` or later
 *   signature_last_before   the last one in first..seq
 *   Returns ERR_NOT_FOUND */
enum err signature_add(struct store *s, int64_t log, uint64_t seq,
                       const uint8_t signature[SIGNATURE_BYTES], struct error *e);
enum err signature_drop(struct store *s, int64_t log, uint64_t seq, struct error *e);
enum err signature_at_or_after(struct store *s, int64_t log, uint64_t seq, uint64_t *ret_seq,
                               uint8_t ret_signature[SIGNATURE_BYTES], struct error *e);
enum err signature_last_before(struct store *s, int64_t log, uint64_t first, uint64_t seq,
                               uint64_t *ret_seq, uint8_t ret_signature[SIGNATURE_BYTES],
                               struct error *e);

/* A log's own table: the log at a place, the place of a log (0 = that log itself).
 *   seq  place_add: the entry that introduces the log; place_log: the entry that asks, to which places
 *        of later entries are empty
 *   Returns  ERR_NOT_FOUND */
enum err place_add(struct store *s, int64_t log, uint64_t seq, uint32_t place, int64_t other,
                   struct error *e);
enum err place_log(struct store *s, int64_t log, uint64_t seq, uint32_t place, int64_t *ret_other,
                   struct error *e);
enum err place_of(struct store *s, int64_t log, int64_t other, uint32_t *ret_place,
                  struct error *e);
enum err place_count(struct store *s, int64_t log, uint32_t *ret_count, struct error *e);

/* What entries have seen: `log` at entry `seq` had seen `other` up to the number given back, 0 =
 * nothing. An entry has seen its own log up to itself. */
enum err seen_add(struct store *s, int64_t log, uint64_t seq, int64_t other, uint64_t other_seq,
                  struct error *e);
enum err seen_get(struct store *s, int64_t log, uint64_t seq, int64_t other, uint64_t *ret_seq,
                  struct error *e);

/* Entries that are kept but do not count, each with its reason (English, for people). */
struct aside_row {
    int64_t log;
    uint64_t seq;
    const char *reason;   /* in the arena */
};
enum err aside_add(struct store *s, int64_t log, uint64_t seq, const char *reason, struct error *e);
/* Whether an entry does not count. */
enum err aside_has(struct store *s, int64_t log, uint64_t seq, bool *ret_has, struct error *e);
enum err aside_list(struct store *s, struct arena *a, struct aside_row **ret_rows,
                    size_t *ret_count, struct error *e);

/* Counts for `status`. */
struct log_counts {
    uint64_t entries;    /* stored */
    uint64_t held;       /* stored, waiting for their past */
    uint64_t set_aside;
    uint64_t own_entries;
};
enum err log_count(struct store *s, struct log_counts *ret_counts, struct error *e);

#endif
