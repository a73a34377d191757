/* Dividing blocks into sentences. */
#ifndef PLAN_SENTENCE_H
#define PLAN_SENTENCE_H

#include "plan/text.h"

/* Fill in the sentences of every block but table rows: a full stop ends one before a capital, a
 * digit or a quotation; dots before a small letter do not, nor those of abbreviations. Longer ones
 * than SENTENCE_BYTES_MAX are cut at a space, so that work on one sentence is bounded. Returns  OK;
 * ERR_NOMEM */
enum err sentence_divide(struct text *t);

/* The end of the sentence that begins at `at`, at most `end`; its closing mark belongs to it. */
size_t sentence_end(const struct text *t, size_t at, size_t end);

#endif
