/* A device without a store that writes entries as no honest machine does, into the inner space of a node. */
#ifndef TESTS_UTIL_AUTHOR_H
#define TESTS_UTIL_AUTHOR_H

#include "tests/util/world.h"

struct author {
    struct node *office;         /* borrowed */
    struct sign_key key;
    struct log_id log;
    struct hash head;
    uint64_t seq;
    struct log_row founder;      /* the office's log there */
    struct change_intro intro;
    struct change_seen seen;
};

/* Begin.
 *   role  0: without any right; else the office grants it one
 *   unit  for ROLE_UNIT, else 0 */
void author_begin(struct author *a, struct node *office, unsigned seed, unsigned role, int64_t unit);

/* Write one entry with operations and bring it to the office. References are by the office's log, place 1.
 *   Returns  how many entries were set aside: 0 or 1 */
uint64_t author_write(struct author *a, const struct change_op *ops, uint32_t count);

/* The same with a body of any bytes, a header of any version, and flags besides those that are needed. */
uint64_t author_write_bytes(struct author *a, unsigned version, unsigned flags, const uint8_t *body, size_t size);

/* A reference to a record that the office made in its inner space. */
struct short_ref author_ref(const struct author *a, int64_t record);

/* A text field. */
struct change_field author_text(unsigned id, const char *text);

#endif
