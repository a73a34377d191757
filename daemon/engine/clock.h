/* The machine's clock. Nothing depends on it but what is displayed, and the end of invitations; a clock
 * that is plainly wrong is said to be so. */
#ifndef DAEMON_ENGINE_CLOCK_H
#define DAEMON_ENGINE_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "protocol/util/err.h"

enum {
    CLOCK_EARLIEST_S = 1700000000,   /* before this program was written */
    CLOCK_BACK_MAX_S = 24 * 3600,    /* how far before a log's last entry it may stand */
};
#define CLOCK_LATEST_S INT64_C(2524608000) /* 2050-01-01 */

/* Whether a wall clock can be right.
 *   now_s   seconds since 1970
 *   last_s  wall time of the last entry that this machine wrote, 0 = none */
static inline bool
clock_is_plausible(int64_t now_s, int64_t last_s)
{
    return now_s >= CLOCK_EARLIEST_S && now_s <= CLOCK_LATEST_S &&
           (last_s == 0 || now_s >= last_s - CLOCK_BACK_MAX_S);
}

#endif
