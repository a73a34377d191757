/* Judging and merging entries whose past is merged: one that comes, or all of a space once more when what counts has
 * changed. State is never un-applied: it is derived anew. */
#ifndef DAEMON_ENGINE_REPLAY_H
#define DAEMON_ENGINE_REPLAY_H

#include "daemon/engine/merge.h"

enum {
    /* scratch for one entry: its body decoded, and the records that it touches. The largest hostile
     * body (131,000 fields of two bytes) needs about 40 MB; an honest one a few kilobytes. */
    REPLAY_ENTRY_ARENA_BYTES_MAX = 256 * CHANGESET_BYTES_MAX,
};

extern const char replay_past_malformed[];

/* Decode, ask the policy, merge; or name, what does not count.
 *   merge        its body is set here
 *   ret_changed  replay_space() is due
 *   ret_reason   why the entry does not count, or NULL */
enum err replay_judge(struct store *s, struct merge_entry *merge, const struct verified_entry *entry,
                      struct arena *a, bool *ret_changed, const char **ret_reason, struct error *e);

/* Closed logs are shown as far as an entry that counts stands in them, or has seen them. */
enum err replay_reach(struct store *s, const struct log_row *log, const struct verified_entry *entry,
                      struct error *e);

/* Judge and merge every merged entry of a space again, in the order of its first merge. */
enum err replay_space(struct store *s, const struct space_row *space, struct error *e);

/* The same for every space, from nothing but the log. */
enum err replay_all(struct store *s, uint64_t *ret_entries, struct error *e);

#endif
