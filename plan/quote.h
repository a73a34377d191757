/* Words in quotation marks. */
#ifndef PLAN_QUOTE_H
#define PLAN_QUOTE_H

#include "plan/text.h"

/* The words between the first quotation marks (“”, "", «») that open in [at, end); SPAN_NONE for
 * none. An opening mark stands right before them. */
struct span quote_after(const struct text *t, size_t at, size_t end);

/* Does a quotation open at `at`? Returns the bytes of the mark, or 0. */
size_t quote_opens(const struct text *t, size_t at);

#endif
