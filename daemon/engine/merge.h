/* Merge: applies one entry's operations to the state. A value stands if its entry counts and no counting
 * entry that writes the same field has it in its past. Source: doc/protocol.md, "Merge". */
#ifndef DAEMON_ENGINE_MERGE_H
#define DAEMON_ENGINE_MERGE_H

#include "daemon/store/log.h"
#include "daemon/store/state.h"

/* An entry on its way into the state, with everything resolved to this machine's ids. */
struct merge_entry {
    const struct space_row *space;
    const struct log_row *log;
    uint64_t seq;
    struct hash hash;
    int64_t wall_s;
    int64_t applied;                /* order number of this merge */
    bool settled;                   /* judged anew: the rights of the space are known in full */
    const struct change_body *body; /* NULL: erased or of a later release */
};

/* Operator of an entry that says nonsense of its past: it names nothing and never counts. */
enum { MERGE_PAST_MALFORMED = -1 };

/* Scratch memory for one operation: the record that it touches with all that stands in it. */
enum { MERGE_ARENA_BYTES_MAX = 256 * CHANGESET_BYTES_MAX };

/* Apply an entry that counts and whose past is merged.
 *   Returns  ERR_IO; ERR_NOMEM also for a record beyond MERGE_ARENA_BYTES_MAX */
enum err merge_apply(struct store *s, const struct merge_entry *entry, struct error *e);

/* Name the records that an entry introduces which does not count: what others write through it reaches them. */
enum err merge_name(struct store *s, const struct merge_entry *entry, struct arena *a, struct error *e);

/* Name the keyed record that a restatement of an erased body introduces, before what was written through it is
 * merged again. */
enum err merge_name_restated(struct store *s, const struct merge_entry *entry, uint32_t index, struct arena *a,
                             struct error *e);

/* The operation that introduces a record at its place: of the entry's body or, when that was erased, of the
 * entry that restates it.
 *   raw      local id of the place, not followed
 *   Returns  ERR_NOT_FOUND there is none that can be read */
struct introduction {
    struct log_row log;      /* that wrote it: its references are of this log's table */
    uint64_t seq;
    struct change_op op;     /* in the arena */
};
enum err merge_introduction(struct store *s, int64_t raw, struct arena *a, struct introduction *ret_intro,
                            struct error *e);

/* Whether an operation is keyed by exactly the key fields of its type. */
bool merge_is_whole_key(const struct change_op *op, const struct registry_record *registry);

/* Compute a record anew from the entries that touched it, without regard to the state that is there.
 *   id          local id, not an alias
 *   ret_record  as merge_apply() would have left it, in `a`
 *   ret_standing, ret_standing_counts  for each field of ret_record (and last for its life) all that
 *               stands, in the order of the fields */
struct merge_standing {
    unsigned field;
    struct standing_row *rows;
    size_t count;
};
enum err merge_recompute(struct store *s, int64_t id, struct arena *a, struct record **ret_record,
                         struct merge_standing **ret_standing, size_t *ret_standing_count,
                         struct error *e);

/* Resolve a reference that an entry of `log` at `seq` writes.
 *   ret_record  local id: the record itself where it is known, else the place that it would have
 *   ret_space   local space of the record's log, 0 while unknown
 *   Returns     ERR_FORMAT it names what its author had not seen */
enum err merge_resolve(struct store *s, const struct log_row *log, uint64_t seq, struct short_ref ref,
                       int64_t *ret_record, int64_t *ret_space, struct error *e);

/* The same without a look at which record a keyed operation met: the place itself. */
enum err merge_resolve_place(struct store *s, const struct log_row *log, uint64_t seq, struct short_ref ref,
                             int64_t *ret_place, int64_t *ret_space, struct error *e);

/* True when entry (log, seq) has (other, other_seq) in its past or is it. */
enum err merge_has_seen(struct store *s, int64_t log, uint64_t seq, struct stamp other, bool *ret_seen,
                        struct error *e);

#endif
