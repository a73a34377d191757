/* Numbers as plans write them. */
#ifndef PLAN_AMOUNT_H
#define PLAN_AMOUNT_H

#include "plan/text.h"

struct amount {
    int64_t units; /* 39 with scale 2 is 0.39 */
    unsigned scale;
    bool unclear; /* "1.234": a thousand or a decimal */
};

/* Read "0,39", "1.250", "05" at `at`; a comma is the decimal mark, a dot divides thousands.
 *   Returns  the end of it, or 0 where no number begins */
size_t amount_at(const struct text *t, size_t at, size_t end, struct amount *ret_amount);

/* Read a count at `at`: digits without decimals, or "một" to "mười".
 *   Returns  the end of it, or 0 */
size_t amount_count_at(const struct text *t, size_t at, size_t end, int64_t *ret_count);

#endif
