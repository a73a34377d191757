/* Dates of limited precision: the calendar, ordinals, and their text. Declared in value.h. */
#include "config.h"

#include <assert.h>
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "protocol/value.h"

enum {
    YEAR_MIN = 1,
    YEAR_MAX = 9999,
    YEAR_BASE = 1970,
    DAYS_BEFORE_BASE = 719162,  /* from 0001-01-01 to 1970-01-01 */
    DAYS_IN_400_YEARS = 146097, /* the Gregorian calendar repeats */
    TOKENS_MAX = 3,
};

static bool
is_leap(int year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int
month_days(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

    return days[month - 1] + (month == 2 && is_leap(year));
}

/* Days from 0001-01-01 to the first of January of `year`. */
static int32_t
days_before_year(int year)
{
    int past = year - 1;

    return 365 * past + past / 4 - past / 100 + past / 400;
}

int32_t
date_days(int year, int month, int day)
{
    int32_t days = days_before_year(year) - DAYS_BEFORE_BASE;

    assert(year >= YEAR_MIN && year <= YEAR_MAX && month >= 1 && month <= 12);
    for (int m = 1; m < month; m++)
        days += month_days(year, m);
    return days + day - 1;
}

void
date_from_days(int32_t days, int *ret_year, int *ret_month, int *ret_day)
{
    int32_t left = days + DAYS_BEFORE_BASE;
    int year = (int) ((int64_t) left * 400 / DAYS_IN_400_YEARS) + 1;
    int month = 1;

    /* The estimate is off by one at most, around a new year. */
    while (days_before_year(year) > left)
        year--;
    while (days_before_year(year + 1) <= left)
        year++;
    left -= days_before_year(year);
    while (left >= month_days(year, month))
        left -= month_days(year, month++);
    if (ret_year != NULL)
        *ret_year = year;
    if (ret_month != NULL)
        *ret_month = month;
    if (ret_day != NULL)
        *ret_day = left + 1;
}

int
date_weekday(int32_t days)
{
    int past = (days + 3) % 7; /* 1970-01-01 was a Thursday */

    return (past < 0 ? past + 7 : past) + 1;
}

/* Periods of a year at a precision coarser than a day. */
static int
parts_in_year(enum date_precision precision)
{
    static const int parts[] = {1, 2, 4, 12};

    return parts[precision];
}

bool
date_is_valid(struct date date)
{
    int parts;

    if ((unsigned) date.precision > DATE_DAY)
        return false;
    if (date.precision == DATE_DAY)
        return date.ordinal >= -DAYS_BEFORE_BASE && date.ordinal <= date_days(YEAR_MAX, 12, 31);
    parts = parts_in_year(date.precision);
    return date.ordinal >= (YEAR_MIN - YEAR_BASE) * parts
           && date.ordinal < (YEAR_MAX + 1 - YEAR_BASE) * parts;
}

enum err
date_from_parts(enum date_precision precision, int year, int part, int day, struct date *ret_date)
{
    int parts;

    if (year < YEAR_MIN || year > YEAR_MAX || (unsigned) precision > DATE_DAY)
        return ERR_FORMAT;
    if (precision == DATE_DAY) {
        if (part < 1 || part > 12 || day < 1 || day > month_days(year, part))
            return ERR_FORMAT;
        *ret_date = (struct date) {DATE_DAY, date_days(year, part, day)};
        return OK;
    }
    parts = parts_in_year(precision);
    if (precision == DATE_YEAR)
        part = 1;
    if (part < 1 || part > parts)
        return ERR_FORMAT;
    *ret_date = (struct date) {precision, (year - YEAR_BASE) * parts + part - 1};
    return OK;
}

void
date_parts(struct date date, int *ret_year, int *ret_part, int *ret_day)
{
    int year, part, day = 0;

    assert(date_is_valid(date));
    if (date.precision == DATE_DAY) {
        date_from_days(date.ordinal, &year, &part, &day);
    } else {
        int parts = parts_in_year(date.precision);
        int past = date.ordinal + YEAR_BASE * parts; /* not negative from year 0 on */

        year = past / parts;
        part = date.precision == DATE_YEAR ? 0 : past % parts + 1;
    }
    if (ret_year != NULL)
        *ret_year = year;
    if (ret_part != NULL)
        *ret_part = part;
    if (ret_day != NULL)
        *ret_day = day;
}

int32_t
date_first_day(struct date date)
{
    int year, part;

    if (date.precision == DATE_DAY)
        return date.ordinal;
    date_parts(date, &year, &part, NULL);
    if (date.precision == DATE_YEAR)
        part = 1;
    return date_days(year, (part - 1) * 12 / parts_in_year(date.precision) + 1, 1);
}

int32_t
date_last_day(struct date date)
{
    int year, part, month;

    if (date.precision == DATE_DAY)
        return date.ordinal;
    date_parts(date, &year, &part, NULL);
    if (date.precision == DATE_YEAR)
        part = 1;
    month = part * 12 / parts_in_year(date.precision);
    return date_days(year, month, month_days(year, month));
}

void
date_format(struct date date, char *ret_text)
{
    int year, part, day;

    date_parts(date, &year, &part, &day);
    switch (date.precision) {
    case DATE_YEAR:
        snprintf(ret_text, DATE_TEXT_BYTES, "%04d", year);
        break;
    case DATE_HALF:
        snprintf(ret_text, DATE_TEXT_BYTES, "%04d-H%d", year, part);
        break;
    case DATE_QUARTER:
        snprintf(ret_text, DATE_TEXT_BYTES, "%04d-Q%d", year, part);
        break;
    case DATE_MONTH:
        snprintf(ret_text, DATE_TEXT_BYTES, "%04d-%02d", year, part);
        break;
    case DATE_DAY:
        snprintf(ret_text, DATE_TEXT_BYTES, "%04d-%02d-%02d", year, part, day);
        break;
    }
}

/* One number between separators, with the letter H or Q before it or 0. */
struct token {
    char letter;
    int number;
    int digits;
};

/* Split at one of - / . (the same throughout); blanks around a token are passed over.
 *   Returns  how many tokens, 0 when the text has another shape */
static int
split_tokens(const char *p, struct token tokens[TOKENS_MAX])
{
    char separator = '\0';
    int count = 0;

    for (;;) {
        struct token t = {0};

        while (*p == ' ')
            p++;
        if (*p == 'H' || *p == 'h' || *p == 'Q' || *p == 'q')
            t.letter = (char) toupper((unsigned char) *p++);
        for (; *p >= '0' && *p <= '9' && t.digits < 5; p++, t.digits++)
            t.number = t.number * 10 + (*p - '0');
        while (*p == ' ')
            p++;
        if (t.digits == 0 || count == TOKENS_MAX)
            return 0;
        tokens[count++] = t;
        if (*p == '\0')
            return count;
        if ((*p != '-' && *p != '/' && *p != '.') || (separator != '\0' && *p != separator))
            return 0;
        separator = *p++;
    }
}

static bool
is_year(const struct token *t)
{
    return t->letter == '\0' && t->digits == 4;
}

/* Order the tokens year, part, day whichever way they were written.
 *   Returns  false when there is no four-digit year at either end, or a token is too long */
static bool
order_tokens(struct token *tokens, int count)
{
    if (!is_year(&tokens[0])) {
        struct token first = tokens[0];

        if (count == 1 || !is_year(&tokens[count - 1]))
            return false;
        tokens[0] = tokens[count - 1];
        tokens[count - 1] = first;
    }
    for (int i = 1; i < count; i++)
        if (tokens[i].digits > 2)
            return false;
    return true;
}

enum date_fault
date_read(const char *text, struct date *ret_date)
{
    struct token t[TOKENS_MAX] = {0};
    int count = split_tokens(text, t);
    enum date_precision precision;

    if (count == 0 || (count == TOKENS_MAX && (t[0].letter || t[1].letter || t[2].letter)))
        return DATE_FAULT_SHAPE;
    if (!order_tokens(t, count))
        return DATE_FAULT_YEAR;
    precision = count == TOKENS_MAX  ? DATE_DAY
                : count == 1         ? DATE_YEAR
                : t[1].letter == 'H' ? DATE_HALF
                : t[1].letter == 'Q' ? DATE_QUARTER
                                     : DATE_MONTH;
    if (date_from_parts(precision, t[0].number, t[1].number, t[2].number, ret_date) == OK)
        return DATE_FAULT_NONE;
    if (precision == DATE_DAY
        && date_from_parts(DATE_MONTH, t[0].number, t[1].number, 0, ret_date) == OK)
        return DATE_FAULT_DAY;
    return DATE_FAULT_PART;
}

static enum err
refuse_day(const char *text, struct date month, struct error *e)
{
    char name[DATE_TEXT_BYTES], last[DATE_TEXT_BYTES];
    int y, m, d;

    date_from_days(date_last_day(month), &y, &m, &d);
    snprintf(name, sizeof name, "%02d/%04d", m, y);
    snprintf(last, sizeof last, "%02d/%02d/%04d", d, m, y);
    return err_say(e, ERR_FORMAT, N_("{1} is not in the calendar: the last day of {2} is {3}"),
                   text, name, last, NULL);
}

enum err
date_parse(const char *text, struct date *ret_date, struct error *e)
{
    struct date date;

    switch (date_read(text, &date)) {
    case DATE_FAULT_NONE:
        *ret_date = date;
        return OK;
    case DATE_FAULT_DAY:
        return refuse_day(text, date, e);
    case DATE_FAULT_YEAR:
        return err_say(e, ERR_FORMAT,
                       N_("{1} has no year of four digits: write it in full, such as 15/08/2023"),
                       text, NULL);
    case DATE_FAULT_PART:
        return err_say(
            e, ERR_FORMAT,
            N_("{1} is not in the calendar: months go from 1 to 12, quarters (Q) from 1 to 4, "
               "half-years (H) from 1 to 2"),
            text, NULL);
    case DATE_FAULT_SHAPE:
        break;
    }
    return err_say(e, ERR_FORMAT,
                   N_("{1} is not a date: write 15/08/2023, 08/2023, Q3/2023, H2/2023 or 2023"),
                   text, NULL);
}
