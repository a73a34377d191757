/* One entry of a ghost in the making. Private to the ghosts. */
#ifndef TESTS_SIM_GHOST_CRAFT_H
#define TESTS_SIM_GHOST_CRAFT_H

#include "tests/sim/ghost.h"

enum { GHOST_OPS_MAX = 4, GHOST_FIELDS_MAX = 40, GHOST_INTROS_MAX = 48 };

struct craft {
    struct archive *ar;
    struct chance *c;
    uint32_t log;
    uint32_t space;
    const struct palette *palette;
    uint64_t seq;
    uint64_t target[ARCHIVE_LOGS_MAX]; /* the vector that the entry is to have */
    uint32_t intros_count;
    struct change_intro intros[GHOST_INTROS_MAX];
    uint32_t intro_logs[GHOST_INTROS_MAX];
    uint32_t seen_count;
    struct change_seen seen[ARCHIVE_LOGS_MAX];
    uint32_t ops_count;
    struct change_op ops[GHOST_OPS_MAX];
    struct change_field keys[GHOST_OPS_MAX][GHOST_FIELDS_MAX];
    struct change_field fields[GHOST_OPS_MAX][GHOST_FIELDS_MAX];
    bool is_alone;                     /* no further operation */
};

/* The place of a log in the ghost's table; 0 is the own log. */
uint32_t craft_place(struct craft *w, uint32_t log);

/* Any operation of some types that the entry has seen.
 *   mask  of types 0..31 */
bool craft_pick(struct craft *w, uint32_t mask, struct op_name *ret_name);

/* Add an operation that gives or takes rights.
 *   Returns  false when none came to mind */
bool craft_trust(struct craft *w);
/* Add an erasure, and restatements of what it erases. */
bool craft_erasure(struct craft *w);

#endif
