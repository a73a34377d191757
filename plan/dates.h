/* Dates as plans write them, with the precision that they have. */
#ifndef PLAN_DATES_H
#define PLAN_DATES_H

#include "plan/text.h"

enum { DATE_TEXT_BYTES_MAX = 16 };

struct date {
    int year; /* 0: the text gives none */
    int half; /* 1, 2 or 0 */
    int quarter;
    int month;
    int day;
    bool wrong; /* no such day, or a year of two digits */
};

/* Read the date that stands at `at`: "15/8/2023", "ngày 15 tháng 8 năm 2023", "tháng 4/2023", "Quý
 * II/2024", "6 tháng đầu năm 2024", "cuối năm 2023", "ngày 15/8" (without a year). bare_year  a
 * year alone ("2023") is a date, too Returns    the end of it, or 0 */
size_t date_at(const struct text *t, size_t at, size_t end, bool bare_year, struct date *ret_date);

/* Read two dates joined by "đến", "tới" or a dash at `at` (an optional "từ" before them); what the
 * first lacks it takes from the second ("từ ngày 05/3 đến 20/9/2022"). Returns  the end of it, or 0
 */
size_t date_range_at(const struct text *t, size_t at, size_t end, struct date *ret_from,
                     struct date *ret_to);

/* The first date in a piece that has a year; SPAN_NONE where there is none. */
struct span date_find(const struct text *t, struct span in, struct date *ret_date);

/* The first range in a piece. */
struct span date_find_range(const struct text *t, struct span in, struct date *ret_from,
                            struct date *ret_to);

/* Write a date ("2023-08-15", "2023-Q2", "2023").
 *   ret_text  DATE_TEXT_BYTES_MAX bytes
 *   Returns   false (and an empty text) without a year or for a wrong date */
bool date_write(struct date d, char *ret_text);

/* Order of two dates by their first day; partial dates count from their beginning. */
int date_compare(struct date a, struct date b);

#endif
