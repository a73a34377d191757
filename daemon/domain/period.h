/* Reporting periods: from a cadence and a campaign's window to the list of periods, each with its
 * last day for sending. Pure: no store, no clock. Source: doc/domain-rules.md, "Periods". */
#ifndef DAEMON_DOMAIN_PERIOD_H
#define DAEMON_DOMAIN_PERIOD_H

#include <stdbool.h>
#include <stddef.h>

#include "protocol/util/arena.h"
#include "protocol/util/err.h"
#include "protocol/value.h"

/* How often a report is due. The names are those of the registry's choices. */
enum cadence {
    CADENCE_NONE, /* the plan names none: nothing falls due by itself */
    CADENCE_WEEKLY,
    CADENCE_MONTHLY,
    CADENCE_QUARTERLY,
    CADENCE_SEMIANNUAL,
    CADENCE_ANNUAL,
    CADENCE_AT_CLOSE,
    CADENCE_ON_DEMAND,
};

/* A cadence by its name on the API ("weekly"); CADENCE_NONE for NULL and for what is unknown. */
enum cadence cadence_by_name(const char *name);

/* Days count from 1970-01-01. PERIOD_NO_DAY: not known or not set. */
enum { PERIOD_NO_DAY = INT32_MIN, PERIODS_MAX = 4000 };

struct period_rule {
    enum cadence cadence;
    int weekday; /* weekly: 1 Monday .. 7 Sunday; 0 = none stated */
    int due_day; /* 1..31, day of the month in which a period ends (cut to that month's length);
                  * 0 = none stated: the period has no last day, "chưa ấn định hạn" */
    int due_month_offset; /* with due_day: months after the one in which the period ends; 0 = that
                             month */
    bool first_half_only; /* semiannual: the year's report stands for the second half */
    int32_t first_day;    /* of the window; PERIOD_NO_DAY = open: nothing can be counted */
    int32_t last_day;     /* PERIOD_NO_DAY = open */
    int32_t
        due_on; /* one stated last day, or PERIOD_NO_DAY. At close it is the last day; with no
                 * cadence it is the one period; otherwise it shows day and month of every period
                 * as far from its end: 15/6 for the first half is 15/12 for the second */
};

struct period {
    struct date date; /* its name: weekly the day itself, else month, quarter, half-year or year;
                       * at_close the window's last day; with no cadence the stated day */
    int32_t due_day;  /* PERIOD_NO_DAY: never late */
};

/* List the periods that begin up to `until_day`, in order. A period belongs to the window when they
 * share a day. A weekly report without a weekday is named by its Sunday and has no last day. rule
 * as above until_day the latest first day of a period that is listed a         holds the list
 *   Returns   OK, also with no period (cadence none or on demand, window open at its start);
 *             ERR_LIMIT more than PERIODS_MAX; ERR_NOMEM */
enum err period_list(const struct period_rule *rule, int32_t until_day, struct arena *a,
                     struct period **ret_periods, size_t *ret_count, struct error *e);

/* Days on which offices are closed. */
struct holidays {
    const int32_t *days; /* ascending; borrowed */
    size_t count;
};

/* The last day that is still in time: `due_day`, or the next working day when it is a holiday or
 * stands in a weekend. Without holidays (NULL) the day itself; PERIOD_NO_DAY stays. Source: Bộ luật
 * Dân sự 2015, art. 148 (5). */
int32_t period_last_day(int32_t due_day, const struct holidays *holidays);

/* The calendar day in Vietnam of a wall time in seconds, counted from 1970-01-01. */
int32_t period_day_of_wall(int64_t wall_s);

#endif
