/* Reporting periods. */
#include "config.h"

#include "daemon/domain/period.h"

#include "tests/util/tap.h"

static struct arena arena;

static int
start(void **state)
{
    (void) state;
    arena_init(&arena, 4 << 20);
    return 0;
}

static int
stop(void **state)
{
    (void) state;
    arena_release(&arena);
    return 0;
}

static struct date
date_of(const char *text)
{
    struct date d;

    assert_int_equal(date_parse(text, &d, NULL), OK);
    return d;
}

static int32_t
day_of(const char *text)
{
    return date_of(text).ordinal;
}

/* A rule over a window of partial dates; NULL leaves an end open. */
static struct period_rule
rule_of(const char *cadence, const char *from, const char *to)
{
    return (struct period_rule){
        .cadence = cadence_by_name(cadence),
        .first_day = from != NULL ? date_first_day(date_of(from)) : PERIOD_NO_DAY,
        .last_day = to != NULL ? date_last_day(date_of(to)) : PERIOD_NO_DAY,
        .due_on = PERIOD_NO_DAY,
    };
}

static size_t
list(const struct period_rule *r, const char *until, struct period **ret_periods)
{
    size_t count = 99;

    assert_int_equal(period_list(r, day_of(until), &arena, ret_periods, &count, NULL), OK);
    return count;
}

static void
assert_period(struct period p, const char *name, const char *due)
{
    char text[DATE_TEXT_BYTES];

    date_format(p.date, text);
    assert_string_equal(text, name);
    assert_int_equal(p.due_day, due != NULL ? day_of(due) : PERIOD_NO_DAY);
}

static void
a_campaign_from_april_to_september_has_26_fridays(void **state)
{
    struct period_rule r = rule_of("weekly", "2023-04", "2023-09");
    struct period *p;

    (void) state;
    r.weekday = 5;
    assert_int_equal(list(&r, "2024-01-01", &p), 26);
    assert_period(p[0], "2023-04-07", "2023-04-07");
    assert_period(p[25], "2023-09-29", "2023-09-29");
}

static void
seven_fridays_have_passed_by_20_may(void **state)
{
    struct period_rule r = rule_of("weekly", "2023-04", "2023-09");
    struct period *p;

    (void) state;
    r.weekday = 5;
    assert_int_equal(list(&r, "2023-05-20", &p), 7);
    assert_period(p[6], "2023-05-19", "2023-05-19");
    assert_int_equal(list(&r, "2023-05-19", &p), 7);
    assert_int_equal(list(&r, "2023-05-18", &p), 6);
    assert_int_equal(list(&r, "2023-04-06", &p), 0);
    assert_int_equal(list(&r, "2022-04-06", &p), 0);
}

static void
a_weekly_report_without_a_weekday_is_never_late(void **state)
{
    struct period_rule r = rule_of("weekly", "2023-08-01", "2023-08-16");
    struct period *p;

    (void) state;
    assert_int_equal(list(&r, "2024-01-01", &p), 3);
    assert_period(p[0], "2023-08-06", NULL);
    assert_period(p[2], "2023-08-20", NULL);
}

static void
months_quarters_and_years_that_touch_the_window_count(void **state)
{
    struct period_rule r = rule_of("monthly", "2023-08-01", "2023-12-15");
    struct period *p;

    (void) state;
    r.due_day = 31;
    assert_int_equal(list(&r, "2024-06-01", &p), 5);
    assert_period(p[0], "2023-08", "2023-08-31");
    assert_period(p[1], "2023-09", "2023-09-30");
    assert_int_equal(list(&r, "2023-09-30", &p), 2);
    r.cadence = CADENCE_QUARTERLY;
    r.due_day = 15;
    assert_int_equal(list(&r, "2024-06-01", &p), 2);
    assert_period(p[0], "2023-Q3", "2023-09-15");
    assert_period(p[1], "2023-Q4", "2023-12-15");
    r.cadence = CADENCE_ANNUAL;
    r.due_day = 0;
    assert_int_equal(list(&r, "2024-06-01", &p), 1);
    assert_period(p[0], "2023", NULL);
}

static void
half_year_and_year_reports_take_their_day_in_june_and_december(void **state)
{
    struct period_rule r = rule_of("semiannual", "2023", "2023");
    struct period *p;

    (void) state;
    assert_int_equal(list(&r, "2023-12-31", &p), 2);
    assert_period(p[0], "2023-H1", NULL); /* no day set: never late */
    r.due_day = 15;
    list(&r, "2023-12-31", &p);
    assert_period(p[0], "2023-H1", "2023-06-15");
    assert_period(p[1], "2023-H2", "2023-12-15");
    r.due_month_offset = -1;
    list(&r, "2023-12-31", &p);
    assert_period(p[0], "2023-H1", "2023-05-15");
    assert_period(p[1], "2023-H2", "2023-11-15");
    r.first_half_only = true;
    assert_int_equal(list(&r, "2023-12-31", &p), 1);
    r.cadence = CADENCE_ANNUAL;
    r.due_month_offset = 1;
    assert_int_equal(list(&r, "2023-12-31", &p), 1);
    assert_period(p[0], "2023", "2024-01-15");
}

static void
one_stated_day_shows_the_days_of_all_periods(void **state)
{
    struct period_rule r = rule_of("semiannual", "2023", "2023");
    struct period *p;

    (void) state;
    r.due_on = day_of("2023-06-15");
    assert_int_equal(list(&r, "2023-12-31", &p), 2);
    assert_period(p[0], "2023-H1", "2023-06-15");
    assert_period(p[1], "2023-H2", "2023-12-15");
    assert_int_equal(list(&r, "2023-05-31", &p), 1);
    assert_period(p[0], "2023-H1", "2023-06-15");
    r.cadence = CADENCE_ANNUAL;
    r.due_on = day_of("2024-01-10");
    assert_int_equal(list(&r, "2023-12-31", &p), 1);
    assert_period(p[0], "2023", "2024-01-10");
    r.cadence = CADENCE_NONE;
    assert_int_equal(list(&r, "2023-12-31", &p), 1);
    assert_period(p[0], "2024-01-10", "2024-01-10");
}

static void
a_report_at_the_close_is_one_period(void **state)
{
    struct period_rule r = rule_of("at_close", NULL, "2023-07-30");
    struct period *p;

    (void) state;
    assert_int_equal(list(&r, "2023-01-01", &p), 1);
    assert_period(p[0], "2023-07-30", NULL);
    r.due_on = day_of("2023-08-05");
    list(&r, "2023-01-01", &p);
    assert_period(p[0], "2023-07-30", "2023-08-05");
    r.last_day = PERIOD_NO_DAY;
    assert_int_equal(list(&r, "2023-01-01", &p), 0);
}

static void
nothing_falls_due_without_a_cadence_or_a_start(void **state)
{
    struct period_rule r = rule_of(NULL, "2023-04", "2023-09");
    struct period *p;

    (void) state;
    assert_int_equal(list(&r, "2024-01-01", &p), 0);
    r.cadence = CADENCE_ON_DEMAND;
    assert_int_equal(list(&r, "2024-01-01", &p), 0);
    r = rule_of("weekly", NULL, "2023-09");
    assert_int_equal(list(&r, "2024-01-01", &p), 0);
}

static void
a_window_of_centuries_is_refused(void **state)
{
    struct period_rule r = rule_of("weekly", "1900", "2100");
    struct period *p = NULL;
    size_t count;

    (void) state;
    assert_int_equal(period_list(&r, day_of("2100-01-01"), &arena, &p, &count, NULL), ERR_LIMIT);
    assert_null(p);
}

static void
a_last_day_on_a_holiday_moves_to_the_next_working_day(void **state)
{
    const int32_t days[] = {day_of("2023-09-01"), day_of("2023-09-04")};
    struct holidays h = {days, 2};

    (void) state;
    assert_int_equal(period_last_day(day_of("2023-09-01"), &h), day_of("2023-09-05"));
    assert_int_equal(period_last_day(day_of("2023-08-12"), &h), day_of("2023-08-14"));
    assert_int_equal(period_last_day(day_of("2023-08-15"), &h), day_of("2023-08-15"));
    assert_int_equal(period_last_day(day_of("2023-09-01"), NULL), day_of("2023-09-01"));
    assert_int_equal(period_last_day(PERIOD_NO_DAY, &h), PERIOD_NO_DAY);
}

static void
the_day_of_an_entry_is_the_day_in_vietnam(void **state)
{
    (void) state;
    assert_int_equal(period_day_of_wall(0), 0);
    assert_int_equal(period_day_of_wall(17 * 3600 - 1), 0);
    assert_int_equal(period_day_of_wall(17 * 3600), 1);
    assert_int_equal(period_day_of_wall(-7 * 3600 - 1), -1);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_campaign_from_april_to_september_has_26_fridays),
        cmocka_unit_test(seven_fridays_have_passed_by_20_may),
        cmocka_unit_test(a_weekly_report_without_a_weekday_is_never_late),
        cmocka_unit_test(months_quarters_and_years_that_touch_the_window_count),
        cmocka_unit_test(half_year_and_year_reports_take_their_day_in_june_and_december),
        cmocka_unit_test(one_stated_day_shows_the_days_of_all_periods),
        cmocka_unit_test(a_report_at_the_close_is_one_period),
        cmocka_unit_test(nothing_falls_due_without_a_cadence_or_a_start),
        cmocka_unit_test(a_window_of_centuries_is_refused),
        cmocka_unit_test(a_last_day_on_a_holiday_moves_to_the_next_working_day),
        cmocka_unit_test(the_day_of_an_entry_is_the_day_in_vietnam),
    };

    return tap_run("period", tests, start, stop);
}
