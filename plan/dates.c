/* Dates as plans write them. */
#include "config.h"

#include "plan/dates.h"

#include <stdio.h>
#include <string.h>

#include "plan/phrase.h"

static bool
is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* A number of one to four digits at `at`; returns its end, or 0. */
static size_t
number_at(const struct text *t, size_t at, size_t end, int *ret_value)
{
    size_t from = at;
    int value = 0;

    while (at < end && is_digit(t->low[at]) && at - from < 5)
        value = value * 10 + (t->low[at++] - '0');
    if (at == from || at - from > 4)
        return 0;
    *ret_value = value;
    return at;
}

static bool
is_year(int value, size_t digits)
{
    return digits == 4 && value >= 1800 && value <= 2200;
}

static size_t
year_at(const struct text *t, size_t at, size_t end, int *ret_year)
{
    size_t stop = number_at(t, at, end, ret_year);

    return stop != 0 && is_year(*ret_year, stop - at) ? stop : 0;
}

static size_t
skip_spaces(const struct text *t, size_t at, size_t end)
{
    while (at < end && t->low[at] == ' ')
        at++;
    return at;
}

/* "/2023", "-2023", " năm 2023", "/ 2023"; returns the end, or 0. */
static size_t
joined_year(const struct text *t, size_t at, size_t end, int *ret_year)
{
    size_t next = skip_spaces(t, at, end);
    size_t word = phrase_at(t, next, end, "năm");

    if (word == 0)
        word = phrase_at(t, next, end, "của năm");
    if (word != 0 && next > at)
        return year_at(t, skip_spaces(t, word, end), end, ret_year);
    if (next < end && strchr("/-.", t->low[next]) != NULL)
        return year_at(t, skip_spaces(t, next + 1, end), end, ret_year);
    return 0;
}

static void
check_day(struct date *d)
{
    static const int days[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = d->year == 0 || (d->year % 4 == 0 && d->year % 100 != 0) || d->year % 400 == 0;

    if (d->month < 0 || d->month > 12 || (d->month == 0 && d->day > 31))
        d->wrong = true;
    else if (d->month > 0
             && (d->day > days[d->month - 1] || (d->month == 2 && d->day == 29 && !leap)))
        d->wrong = true;
}

/* "15/8/2023", "15.8.2023", "15 tháng 8 năm 2023", "8/2023", "15/8", "15" behind "ngày". */
static size_t
digits_date(const struct text *t, size_t at, size_t end, bool after_day, struct date *d)
{
    int first = 0;
    int second = 0;
    int third = 0;
    size_t stop = number_at(t, at, end, &first);
    size_t next;
    size_t more;

    if (stop == 0 || stop - at > 2 || first == 0)
        return 0;
    next = phrase_at(t, skip_spaces(t, stop, end), end, "tháng");
    if (next != 0) {
        size_t month = number_at(t, skip_spaces(t, next, end), end, &second);

        if (month == 0 || month - next > 4 || second == 0 || second > 12 || !after_day)
            return 0;
        *d = (struct date){.day = first, .month = second};
        more = joined_year(t, month, end, &d->year);
        return more != 0 ? more : month;
    }
    next = skip_spaces(t, stop, end);
    if (next >= end || strchr("/-.", t->low[next]) == NULL
        || (next > stop && t->low[next] != '/')) {
        *d = (struct date){.day = first};
        return after_day && first <= 31 ? stop : 0;
    }
    more = number_at(t, skip_spaces(t, next + 1, end), end, &second);
    if (more == 0) {
        *d = (struct date){.day = first};
        return after_day && first <= 31 && t->low[next] != '/' ? stop : 0;
    }
    if (is_year(second, 4) && second > 31 && t->low[next] != '-' && first <= 12) {
        *d = (struct date){.month = first, .year = second};
        return more;
    }
    if (second == 0 || second > 31)
        return 0;
    *d = (struct date){.day = first, .month = second};
    if (more < end && t->low[more] == t->low[next]) {
        size_t last = number_at(t, skip_spaces(t, more + 1, end), end, &third);

        if (last != 0) {
            d->year = third;
            d->wrong = third < 100; /* a year of two digits */
            return third >= 1000 || third < 100 ? last : 0;
        }
    }
    next = joined_year(t, more, end, &d->year);
    if (next != 0)
        return next;
    return after_day && t->low[stop] == '/' ? more : 0;
}

static size_t
quarter_at(const struct text *t, size_t at, size_t end, struct date *d)
{
    static const char *const romans[] = {"i", "ii", "iii", "iv", NULL};
    size_t index = 0;
    size_t stop = phrase_any_at(t, at, end, romans, &index);
    int value = (int) index + 1;

    if (stop == 0)
        stop = number_at(t, at, end, &value);
    if (stop == 0 || value < 1 || value > 4)
        return 0;
    *d = (struct date){.quarter = value};
    at = joined_year(t, stop, end, &d->year);
    return at != 0 ? at : stop;
}

static size_t
half_at(const struct text *t, size_t at, size_t end, struct date *d)
{
    static const char *const starts[] = {
        "6 tháng đầu năm", "06 tháng đầu năm", "sáu tháng đầu năm", "6 tháng cuối năm",
        "06 tháng cuối năm", "sáu tháng cuối năm", NULL};
    size_t index = 0;
    size_t stop = phrase_any_at(t, at, end, starts, &index);
    size_t more;

    if (stop == 0)
        return 0;
    *d = (struct date){.half = index < 3 ? 1 : 2};
    more = year_at(t, skip_spaces(t, stop, end), end, &d->year);
    return more != 0 ? more : stop;
}

size_t
date_at(const struct text *t, size_t at, size_t end, bool bare_year, struct date *ret_date)
{
    static const char *const skips[] = {"hết", "cuối", "đầu", "giữa", "hết cuối", NULL};
    struct date d = {.year = 0};
    size_t stop = phrase_any_at(t, at, end, skips, NULL);
    bool after_day;
    size_t word;

    if (stop != 0)
        at = skip_spaces(t, stop, end);
    word = phrase_at(t, at, end, "ngày");
    after_day = word != 0;
    if (after_day)
        at = skip_spaces(t, word, end);
    stop = half_at(t, at, end, &d);
    if (stop == 0 && (word = phrase_at(t, at, end, "tháng")) != 0) {
        stop = number_at(t, skip_spaces(t, word, end), end, &d.month);
        if (stop != 0 && (d.month < 1 || d.month > 12))
            stop = 0;
        if (stop != 0) {
            size_t more = joined_year(t, stop, end, &d.year);

            stop = more != 0 ? more : stop;
        }
    } else if (stop == 0 && (word = phrase_at(t, at, end, "quý")) != 0) {
        stop = quarter_at(t, skip_spaces(t, word, end), end, &d);
    } else if (stop == 0 && (word = phrase_at(t, at, end, "năm")) != 0) {
        stop = year_at(t, skip_spaces(t, word, end), end, &d.year);
    } else if (stop == 0) {
        stop = digits_date(t, at, end, after_day, &d);
        if (stop == 0 && bare_year)
            stop = year_at(t, at, end, &d.year);
    }
    if (stop == 0)
        return 0;
    if (stop < end && (t->low[stop] == '/' || is_digit(t->low[stop]) || t->low[stop] == '%'))
        return 0; /* part of a document number or an amount */
    check_day(&d);
    *ret_date = d;
    return stop;
}

static void
inherit(struct date *from, const struct date *to)
{
    bool day_only = from->day != 0 && from->month == 0;

    if (from->year == 0 && !from->wrong) {
        if (day_only)
            from->month = to->month;
        from->year = to->year;
        check_day(from);
    }
}

size_t
date_range_at(const struct text *t, size_t at, size_t end, struct date *ret_from,
              struct date *ret_to)
{
    static const char *const joins[] = {
        "đến", "tới", "-", "–", "—", "đến hết", "cho đến", "đến cuối", NULL};
    size_t stop = phrase_at(t, at, end, "từ");
    bool announced = stop != 0;
    size_t join;
    struct date from;
    struct date to;

    if (announced)
        at = skip_spaces(t, stop, end);
    stop = date_at(t, at, end, true, &from);
    if (stop == 0 && announced) {
        int day = 0;

        stop = number_at(t, at, end, &day); /* "từ 01 đến 15/8/2023", "từ 05/3 đến 20/9/2022" */
        from = (struct date){.day = day};
        if (stop != 0 && stop < end && t->low[stop] == '/')
            stop = number_at(t, stop + 1, end, &from.month);
        if (day < 1 || day > 31 || from.month > 12)
            return 0;
    }
    if (stop == 0)
        return 0;
    at = skip_spaces(t, stop, end);
    join = phrase_any_at(t, at, end, joins, NULL);
    if (join == 0)
        return 0;
    stop = date_at(t, skip_spaces(t, join, end), end, true, &to);
    if (stop == 0 || (from.year == 0 && to.year == 0 && !announced))
        return 0;
    inherit(&from, &to);
    *ret_from = from;
    *ret_to = to;
    return stop;
}

struct span
date_find(const struct text *t, struct span in, struct date *ret_date)
{
    for (size_t at = in.at; at < in.end; at++) {
        size_t stop;

        if (strchr("0123456789nthqcđgs", t->low[at]) == NULL && (unsigned char) t->low[at] < 0x80)
            continue;
        if (!phrase_word_start(t, at))
            continue;
        stop = date_at(t, at, in.end, false, ret_date);
        if (stop != 0 && (ret_date->year != 0 || ret_date->wrong))
            return (struct span){at, stop};
        if (stop != 0)
            at = stop - 1;
    }
    return SPAN_NONE;
}

struct span
date_find_range(const struct text *t, struct span in, struct date *ret_from, struct date *ret_to)
{
    for (size_t at = in.at; at < in.end; at++) {
        size_t stop;

        if (!phrase_word_start(t, at))
            continue;
        stop = date_range_at(t, at, in.end, ret_from, ret_to);
        if (stop != 0 && ret_to->year != 0)
            return (struct span){at, stop};
    }
    return SPAN_NONE;
}

bool
date_write(struct date d, char *ret_text)
{
    ret_text[0] = '\0';
    if (d.year < 1000 || d.year > 9999 || d.wrong)
        return false;
    if (d.month != 0 && d.day != 0)
        snprintf(ret_text, DATE_TEXT_BYTES_MAX, "%04d-%02d-%02d", d.year, d.month % 100,
                 d.day % 100);
    else if (d.month != 0)
        snprintf(ret_text, DATE_TEXT_BYTES_MAX, "%04d-%02d", d.year, d.month % 100);
    else if (d.quarter != 0)
        snprintf(ret_text, DATE_TEXT_BYTES_MAX, "%04d-Q%d", d.year, d.quarter % 10);
    else if (d.half != 0)
        snprintf(ret_text, DATE_TEXT_BYTES_MAX, "%04d-H%d", d.year, d.half % 10);
    else
        snprintf(ret_text, DATE_TEXT_BYTES_MAX, "%04d", d.year);
    return true;
}

static int
first_day(struct date d)
{
    int month = d.month != 0 ? d.month : d.quarter != 0 ? d.quarter * 3 - 2 : d.half == 2 ? 7 : 1;

    return d.year * 400 + month * 32 + (d.day != 0 ? d.day : 1);
}

int
date_compare(struct date a, struct date b)
{
    int x = first_day(a);
    int y = first_day(b);

    return x < y ? -1 : x > y;
}
