/* The order of a plan: zones, ranks, headings, and which block stands under which. */
#ifndef PLAN_OUTLINE_H
#define PLAN_OUTLINE_H

#include "plan/text.h"

/* Fill in zone, rank, parent and heading of every block.
 *   Returns  OK; ERR_NOMEM */
enum err outline_build(struct text *t);

/* The block's heading part without colon; an empty piece where it has none. */
struct span outline_heading(const struct text *t, size_t block);

/* The first block behind the section that `block` heads (its own index + 1 for a leaf). */
size_t outline_section_end(const struct text *t, size_t block);

/* Does `block` stand under `above`, at any depth? */
bool outline_is_under(const struct text *t, size_t block, size_t above);

/* The first section of the body whose heading has a phrase of `wanted` and none of `unwanted`.
 *   from      the first block to look at
 *   Returns   its block, SIZE_MAX for none */
size_t outline_find(const struct text *t, size_t from, size_t to, const char *const *wanted,
                    const char *const *unwanted);

#endif
