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
    const struct change_body *body; /* NULL: erased or of a later release */
};

/* Scratch memory for one operation: the record that it touches with all that stands in it. */
enum { MERGE_ARENA_BYTES_MAX = 256 * CHANGESET_BYTES_MAX };

/* Apply an entry that counts and whose past is merged.
 *   Returns  ERR_IO; ERR_NOMEM also for a record beyond MERGE_ARENA_BYTES_MAX */
enum err merge_apply(struct store *s, const struct merge_entry *entry, struct error *e);

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

/* True when entry (log, seq) has (other, other_seq) in its past or is it. */
enum err merge_has_seen(struct store *s, int64_t log, uint64_t seq, struct stamp other, bool *ret_seen,
                        struct error *e);

#endif
