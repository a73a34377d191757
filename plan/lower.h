/* Lower case for matching: same length, same offsets, one spelling of tone marks. */
#ifndef PLAN_LOWER_H
#define PLAN_LOWER_H

#include <stdbool.h>
#include <stddef.h>

/* Write the matching form of `size` bytes of UTF-8 in NFC: letters in lower case where that keeps
 * their length, and a tone mark at the end of "oa", "oe", "uy" put on the first vowel ("hoá" as
 * "hóa"). ret_low  `size` bytes; not terminated */
void lower_text(char *ret_low, const char *text, size_t size);

/* Has the text letters, and all of them capitals? */
bool lower_all_caps(const char *text, size_t size);

/* Does the text begin with a capital letter (a digit, a bracket or a quotation mark is none)? */
bool lower_starts_upper(const char *text, size_t size);

/* Does the text begin with a small letter? */
bool lower_starts_lower(const char *text, size_t size);

#endif
