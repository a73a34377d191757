/* Rules that a write is refused by and that a finding is made of. */
#include "config.h"

#include "daemon/domain/rules.h"

#include <string.h>

#include "daemon/domain/facts.h"
#include "daemon/domain/period.h"

const struct rule_span rule_spans[] = {
    {"period_from", "period_to"}, {"active_from", "active_to"}, {"first_period", "last_period"},
    {"from", "to"},               {"start", "end"},
};
const size_t rule_spans_count = sizeof rule_spans / sizeof rule_spans[0];

bool
rule_span_of(const struct registry_record *type, const struct rule_span *span,
             const struct registry_field **ret_first, const struct registry_field **ret_last)
{
    *ret_first = registry_field_by_name(type, span->first);
    *ret_last = registry_field_by_name(type, span->last);
    return *ret_first != NULL && *ret_last != NULL && (*ret_first)->kind == VALUE_DATE
           && (*ret_last)->kind == VALUE_DATE;
}

bool
rule_span_is_broken(const struct value *first, const struct value *last)
{
    return first != NULL && last != NULL && first->kind == VALUE_DATE && last->kind == VALUE_DATE
           && date_last_day(last->date) < date_first_day(first->date);
}

/* The period of the route that the given one means, by its cadence. False where every period will do. */
static bool
period_of_route(const struct record *route, struct date given, struct date *ret_period)
{
    enum cadence cadence = cadence_by_name(fact_choice(route, "cadence"));
    int32_t first = date_first_day(given), weekday = (int32_t) fact_integer(route, "weekday", 7);
    int year, month, day;
    int32_t off;

    date_from_days(first, &year, &month, &day);
    switch (cadence) {
    case CADENCE_WEEKLY:
        off = (weekday - date_weekday(first) + 7) % 7; /* 0..6 days on; the nearest is at most 3 away */
        date_from_days(first + (off > 3 ? off - 7 : off), &year, &month, &day);
        return date_from_parts(DATE_DAY, year, month, day, ret_period) == OK;
    case CADENCE_MONTHLY: return date_from_parts(DATE_MONTH, year, month, 0, ret_period) == OK;
    case CADENCE_QUARTERLY:
        return date_from_parts(DATE_QUARTER, year, (month + 2) / 3, 0, ret_period) == OK;
    case CADENCE_SEMIANNUAL:
        return date_from_parts(DATE_HALF, year, month > 6 ? 2 : 1, 0, ret_period) == OK;
    case CADENCE_ANNUAL: return date_from_parts(DATE_YEAR, year, 0, 0, ret_period) == OK;
    case CADENCE_NONE:
    case CADENCE_AT_CLOSE:
    case CADENCE_ON_DEMAND: break;
    }
    return false;
}

bool
rule_period_is_off(const struct record *route, struct date given, struct date *ret_meant)
{
    struct date meant;

    if (!period_of_route(route, given, &meant)
        || (meant.precision == given.precision && meant.ordinal == given.ordinal))
        return false;
    *ret_meant = meant;
    return true;
}

bool
rule_is_issued(const struct record *campaign, const struct space_row *space)
{
    const char *state = fact_choice(campaign, "state");

    return campaign->live && state != NULL && strcmp(state, "draft") != 0
           && space->genesis.kind == SPACE_OUTER;
}

bool
rule_is_course(const char *field)
{
    static const char *const course[] = {"state", "concluded_on", "note", "reason"};

    for (size_t i = 0; i < sizeof course / sizeof course[0]; i++)
        if (strcmp(course[i], field) == 0)
            return true;
    return false;
}
