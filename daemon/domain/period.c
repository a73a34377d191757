/* Reporting periods from cadence and window. */
#include "config.h"

#include "daemon/domain/period.h"

#include <string.h>

enum {
    VIETNAM_OFFSET_S = 7 * 3600, /* one zone, no summer time */
    DAY_S = 24 * 3600,
    WEEK_DAYS = 7,
    SATURDAY = 6,
    SUNDAY = 7,
};

enum cadence
cadence_by_name(const char *name)
{
    static const char *const names[] = {
        [CADENCE_WEEKLY] = "weekly",       [CADENCE_MONTHLY] = "monthly",
        [CADENCE_QUARTERLY] = "quarterly", [CADENCE_SEMIANNUAL] = "semiannual",
        [CADENCE_ANNUAL] = "annual",       [CADENCE_AT_CLOSE] = "at_close",
        [CADENCE_ON_DEMAND] = "on_demand",
    };

    for (int c = CADENCE_WEEKLY; name != NULL && c <= CADENCE_ON_DEMAND; c++)
        if (strcmp(names[c], name) == 0)
            return (enum cadence) c;
    return CADENCE_NONE;
}

int32_t
period_day_of_wall(int64_t wall_s)
{
    int64_t local_s = wall_s + VIETNAM_OFFSET_S;
    int64_t day = local_s / DAY_S - (local_s % DAY_S < 0);

    return day < INT32_MIN + 1 ? INT32_MIN + 1 : day > INT32_MAX ? INT32_MAX : (int32_t) day;
}

static bool
is_closed(int32_t day, const struct holidays *holidays)
{
    if (date_weekday(day) >= SATURDAY)
        return true;
    for (size_t i = 0; i < holidays->count && holidays->days[i] <= day; i++)
        if (holidays->days[i] == day)
            return true;
    return false;
}

int32_t
period_last_day(int32_t due_day, const struct holidays *holidays)
{
    if (holidays == NULL || due_day == PERIOD_NO_DAY)
        return due_day;
    while (is_closed(due_day, holidays))
        due_day++;
    return due_day;
}

/* A growing list in the arena, sized beforehand. */
struct list {
    struct period *periods;
    size_t count;
    size_t room;
};

static enum err
list_init(struct list *l, int64_t room, struct arena *a, struct error *e)
{
    if (room > PERIODS_MAX)
        return err_say(e, ERR_LIMIT,
                       N_("this reporting duty has more than {1} periods: shorten its window"),
                       "4000", NULL);
    l->count = 0;
    l->room = room > 0 ? (size_t) room : 1;
    l->periods = arena_array(a, l->room, sizeof *l->periods);
    return l->periods != NULL ? OK : err_set(e, ERR_NOMEM, "no memory for %zu periods", l->room);
}

static enum err
list_weeks(const struct period_rule *r, int32_t end, struct arena *a, struct list *l,
           struct error *e)
{
    int weekday = r->weekday != 0 ? r->weekday : SUNDAY;
    int32_t day = r->first_day + (weekday - date_weekday(r->first_day) + WEEK_DAYS) % WEEK_DAYS;
    enum err err;

    /* A week that is cut by the window's end has its Sunday behind it, and is still a week of it.
     */
    if (r->weekday == 0)
        end += SUNDAY - date_weekday(end);
    err = list_init(l, ((int64_t) end - day) / WEEK_DAYS + 1, a, e);
    for (; err == OK && day <= end; day += WEEK_DAYS)
        l->periods[l->count++] = (struct period){.date = {DATE_DAY, day},
                                                 .due_day = r->weekday != 0 ? day : PERIOD_NO_DAY};
    return err;
}

/* The day `day` of a month, cut to the month's length. */
static int32_t
day_in_month(int year, int month, int day)
{
    struct date d;
    int32_t last;

    (void) date_from_parts(DATE_MONTH, year, month, 0, &d);
    last = date_last_day(d);
    day = day < 1 ? 1 : day;
    return date_days(year, month, 1) + day - 1 < last ? date_days(year, month, 1) + day - 1 : last;
}

/* Months from year 0 to a day's month. */
static int
month_number(int32_t day)
{
    int year, month;

    date_from_days(day, &year, &month, NULL);
    return year * 12 + month - 1;
}

/* Where in or after a period its last day for sending lies. */
struct due_place {
    int day;    /* 0 = none stated */
    int offset; /* months after the period's last one */
};

/* The place that the rule states, or that its one stated day shows: in the period that holds that
 * day, or behind the window's last one. */
static struct due_place
due_place_of(const struct period_rule *r, struct date first, int32_t end)
{
    struct due_place place = {r->due_day, r->due_month_offset};
    struct date base = first;

    if (place.day != 0 || r->due_on == PERIOD_NO_DAY)
        return place;
    while (date_is_valid((struct date){base.precision, base.ordinal + 1})) {
        struct date next = {base.precision, base.ordinal + 1};

        if (date_first_day(next) > end || date_first_day(next) > r->due_on)
            break;
        base = next;
    }
    date_from_days(r->due_on, NULL, NULL, &place.day);
    place.offset = month_number(r->due_on) - month_number(date_last_day(base));
    return place;
}

static int32_t
due_day_of(struct due_place place, struct date date)
{
    int month = month_number(date_last_day(date)) + place.offset;

    if (place.day == 0 || month < 12 || month / 12 > 9999)
        return PERIOD_NO_DAY;
    return day_in_month(month / 12, month % 12 + 1, place.day);
}

/* Months, quarters, half-years and years: each that shares a day with the window. */
static enum err
list_parts(const struct period_rule *r, enum date_precision precision, int32_t end, struct arena *a,
           struct list *l, struct error *e)
{
    static const int months_of[] = {12, 6, 3, 1};
    int year, month, months = months_of[precision];
    struct due_place place;
    struct date date;
    enum err err;

    date_from_days(r->first_day, &year, &month, NULL);
    if (date_from_parts(precision, year, (month - 1) / months + 1, 0, &date) != OK)
        return err_set(e, ERR_FORMAT, "a period begins outside the calendar");
    place = due_place_of(r, date, r->last_day != PERIOD_NO_DAY ? r->last_day : INT32_MAX);
    err = list_init(l, ((int64_t) end - r->first_day) / (months * 28) + 2, a, e);
    for (; err == OK && date_is_valid(date) && date_first_day(date) <= end; date.ordinal++) {
        int part;

        date_parts(date, NULL, &part, NULL);
        if (precision == DATE_HALF && part == 2 && r->first_half_only)
            continue;
        l->periods[l->count++] = (struct period){.date = date, .due_day = due_day_of(place, date)};
    }
    return err;
}

/* One report: at the window's end, or on the day that is stated. */
static enum err
list_single(const struct period_rule *r, int32_t day, struct arena *a, struct list *l,
            struct error *e)
{
    enum err err = list_init(l, 1, a, e);

    if (err == OK && day != PERIOD_NO_DAY)
        l->periods[l->count++] = (struct period){.date = {DATE_DAY, day}, .due_day = r->due_on};
    return err;
}

enum err
period_list(const struct period_rule *rule, int32_t until_day, struct arena *a,
            struct period **ret_periods, size_t *ret_count, struct error *e)
{
    struct list l = {0};
    int32_t end = until_day;
    enum err err = OK;

    if (rule->last_day != PERIOD_NO_DAY && rule->last_day < end)
        end = rule->last_day;
    if (rule->cadence == CADENCE_AT_CLOSE) {
        err = list_single(rule, rule->last_day, a, &l, e);
    } else if (rule->cadence == CADENCE_NONE) {
        err = list_single(rule, rule->due_on, a, &l, e);
    } else if (rule->first_day != PERIOD_NO_DAY && end >= rule->first_day) {
        if (rule->cadence == CADENCE_WEEKLY)
            err = list_weeks(rule, end, a, &l, e);
        else if (rule->cadence == CADENCE_MONTHLY)
            err = list_parts(rule, DATE_MONTH, end, a, &l, e);
        else if (rule->cadence == CADENCE_QUARTERLY)
            err = list_parts(rule, DATE_QUARTER, end, a, &l, e);
        else if (rule->cadence == CADENCE_SEMIANNUAL)
            err = list_parts(rule, DATE_HALF, end, a, &l, e);
        else if (rule->cadence == CADENCE_ANNUAL)
            err = list_parts(rule, DATE_YEAR, end, a, &l, e);
    }
    if (err != OK)
        return err;
    *ret_periods = l.periods;
    *ret_count = l.count;
    return OK;
}
