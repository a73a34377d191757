/* Ghosts: authors without a store. Their entries are crafted: with any past that they choose, with
 * operations that no honest machine would write, malformed, or of a later release. */
#ifndef TESTS_SIM_GHOST_H
#define TESTS_SIM_GHOST_H

#include "tests/sim/archive.h"
#include "tests/sim/random.h"

/* The record types that a world's authors write; few types make records meet more often. */
struct palette {
    const unsigned *types;
    size_t count;
    unsigned trust_percent;    /* operations of ghosts that give or take rights */
    unsigned erasure_percent;
};
extern const struct palette palette_all;
extern const struct palette palette_keyed;

struct ghost {
    struct sign_key key;
    uint64_t epoch;
    int64_t wall_s;
};

void ghost_init(struct ghost *g, struct chance *c);

/* Write one entry in a space.
 *   Returns  NULL when there was no room in the archive's tables */
struct archive_entry *ghost_write(struct ghost *g, struct archive *ar, struct chance *c, uint32_t space,
                                  const struct palette *palette);

/* A value of a kind from a small pool, so that equal ones and meeting keys are frequent; not for
 * references.
 *   f  bounds and choices, or NULL */
struct value ghost_value(struct chance *c, enum value_kind kind, const struct registry_field *f);

#endif
