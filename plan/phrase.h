/* Looking for phrases of the genre in a text. Phrases are written in lower case, NFC, with tone
 * marks on the first vowel ("hóa", "ủy"), and match whole words of struct text's `low`. A table of
 * phrases ends with NULL; of two that match at one place the longer wins. */
#ifndef PLAN_PHRASE_H
#define PLAN_PHRASE_H

#include "plan/text.h"

enum { PHRASE_NONE = -1 };
#define SPAN_NONE ((struct span){SIZE_MAX, SIZE_MAX})

/* Was anything found? */
bool span_found(struct span s);

/* The piece without spaces, and without any of `also` (ASCII) at either end. */
struct span span_trim(const struct text *t, struct span s, const char *also);

/* The piece without spaces and without any of `also` (ASCII) or "…" at its end only. */
struct span span_trim_end(const struct text *t, struct span s, const char *also);

/* Does the phrase stand at `at`, whole words, before `end`?
 *   Returns  the end of it, or 0 */
size_t phrase_at(const struct text *t, size_t at, size_t end, const char *phrase);

/* The longest phrase of a table that stands at `at`.
 *   ret_index  receives its place in the table; may be NULL
 *   Returns    the end of it, or 0 */
size_t phrase_any_at(const struct text *t, size_t at, size_t end, const char *const *table,
                     size_t *ret_index);

/* The first place of a phrase in a piece; SPAN_NONE where there is none. */
struct span phrase_find(const struct text *t, struct span in, const char *phrase);

/* The first place of any phrase of a table in a piece. */
struct span phrase_find_any(const struct text *t, struct span in, const char *const *table,
                            size_t *ret_index);

/* The last place of any phrase of a table in a piece. */
struct span phrase_find_last(const struct text *t, struct span in, const char *const *table,
                             size_t *ret_index);

/* The next word's beginning after `at`, at most `end`. A word starts behind a space, bracket or
 * mark. */
size_t phrase_next_word(const struct text *t, size_t at, size_t end);

/* Is `at` the beginning of a word? */
bool phrase_word_start(const struct text *t, size_t at);

/* The first byte of `in` that is one of `marks` (ASCII), or in.end. */
size_t phrase_find_mark(const struct text *t, struct span in, const char *marks);

/* Does the piece begin with a capital letter? */
bool span_upper(const struct text *t, struct span s);

/* How many words the piece has. */
size_t span_words(const struct text *t, struct span s);

/* Are the two pieces the same words (in lower case, punctuation and spaces aside)? */
bool span_same(const struct text *t, struct span a, struct span b);

#endif
