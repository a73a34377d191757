/* Entries made byte by byte, which the product would not write. */
#ifndef TESTS_DECODER_CRAFT_H
#define TESTS_DECODER_CRAFT_H

#include "tests/util/world.h"

/* The machines whose keys the entries are signed with. */
enum craft_author { CRAFT_ADMIN, CRAFT_CLERK, CRAFT_HAMLET, CRAFT_AUTHORS };

/* Write every case into the store of `on`, and print a line `case` for each. */
void craft_all(struct node *authors[CRAFT_AUTHORS], struct node *on);

/* Print bodies and headers with a few bytes changed, each with the decoder's verdict: `body` or `header`, the
 * name of the error, the bytes that a header took, all bytes. */
void mutate_all(void);

#endif
