/* Text as people type it: one canonical form for keeping, one loose form for finding. */
#ifndef DAEMON_DOMAIN_FOLD_H
#define DAEMON_DOMAIN_FOLD_H

#include <stddef.h>

#include "protocol/util/arena.h"

/* Fold a text for comparison: marks off (NFD), d for đ, lower case, runs of white space one blank and none
 * at the ends, zero-width characters dropped. "Thôn  Đông" and "thon dong" fold to the same.
 *   text     UTF-8, NFC or NFD; what is no UTF-8 is dropped
 *   Returns  NUL-terminated text in the arena; NULL without memory */
char *fold_text(struct arena *a, const char *text);

/* Bring a text to NFC.
 *   text, size  UTF-8, without a NUL inside
 *   Returns     NUL-terminated text in the arena; NULL without memory or when it is no UTF-8 */
char *nfc_text(struct arena *a, const char *text, size_t size);

/* How far two folded texts are apart: insertions, deletions, changes and swaps of neighbours, in bytes.
 *   distance_max  beyond it the work stops
 *   Returns       0..distance_max, or distance_max + 1 */
size_t fold_distance(const char *a, const char *b, size_t distance_max);

#endif
