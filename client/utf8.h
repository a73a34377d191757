/* Characters of UTF-8 as a terminal shows them. */
#ifndef CLIENT_UTF8_H
#define CLIENT_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Read one character.
 *   text       NUL-terminated, not at its end
 *   ret_point  the code point; U+FFFD for a byte that is not valid UTF-8
 *   Returns    bytes to go on, 1..4 */
size_t utf8_next(const char *text, uint32_t *ret_point);

/* Columns that a character takes: 0 for joining marks and invisible ones, 2 for wide ones, else 1.
 *   Source  Unicode's general categories Mn, Me, Cf and East Asian widths W, F, as ranges */
size_t utf8_columns(uint32_t point);

/* Is the character one that moves the cursor or changes the terminal (C0, DEL, C1)? */
bool utf8_is_control(uint32_t point);

/* Are two texts the same when case, spaces, hyphens and underscores are not told apart? For labels that
 * a person types. Letters of the Latin alphabet and of Vietnamese, composed. */
bool utf8_same_label(const char *a, const char *b);

#endif
