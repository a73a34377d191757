/* The label at the beginning of a line: "II.", "2.1.", "a)", "-", "Thứ nhất," and their like. */
#ifndef PLAN_LABEL_H
#define PLAN_LABEL_H

#include "plan/text.h"

/* Read the label of a line.
 *   bytes, low  the line and its matching form (lower.h), `size` bytes each
 *   Returns     kind LABEL_NONE and body 0 where there is none; offsets count from `bytes` */
struct label label_read(const char *bytes, const char *low, size_t size);

/* The rank of a label: small ranks enclose great ones. */
unsigned label_rank(const struct label *label);

#endif
