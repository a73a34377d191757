/* Values: what a field holds, in memory and in canonical bytes.
 * Source: doc/protocol.md, "Values". */
#ifndef PROTOCOL_VALUE_H
#define PROTOCOL_VALUE_H

#include "protocol/registry.h"
#include "protocol/util/arena.h"
#include "protocol/wire.h"

/* The name of an operation that introduces a record, as an entry writes it.
 *   log    place in the writing log's own table: 0 = that log itself
 *   seq    0 = the same entry
 *   index  place of the operation in its entry */
struct short_ref {
    uint32_t log;
    uint64_t seq;
    uint32_t index;
};

enum date_precision {
    DATE_YEAR = 0,
    DATE_HALF = 1,
    DATE_QUARTER = 2,
    DATE_MONTH = 3,
    DATE_DAY = 4,
};

/* A calendar date of limited precision; ordinal counts years, half-years, quarters, months or days from
 * the start of the year 1970 (proleptic Gregorian), negative before. */
struct date {
    enum date_precision precision;
    int32_t ordinal;
};

struct value {
    enum value_kind kind;
    int64_t integer;      /* VALUE_INTEGER; VALUE_DECIMAL: mantissa; VALUE_TIME: seconds since 1970 UTC */
    int32_t exponent;     /* VALUE_DECIMAL: value = mantissa * 10^exponent, exponent -18..18; a mantissa
                           * that ends in a decimal zero is not canonical, zero has exponent 0 */
    const uint8_t *bytes; /* VALUE_TEXT, VALUE_BYTES; VALUE_ATTACHMENT: 32 bytes hash; borrowed */
    size_t size;
    uint64_t attachment_bytes; /* VALUE_ATTACHMENT: size of the file */
    struct date date;     /* VALUE_DATE */
    struct short_ref ref; /* VALUE_REFERENCE inside an entry */
    int64_t record;       /* VALUE_REFERENCE outside entries: local record id; 0 inside entries */
};

/* Read the bytes of one value of a known kind; views point into the input. Sets w->err on a fault. */
void value_decode(struct wire *w, enum value_kind kind, struct value *ret_value);

/* Append a value's canonical bytes (its kind is written by the caller). References are short. A
 * value that value_decode() would refuse sets the buffer's error to ERR_LIMIT. */
void value_encode(struct buf *b, const struct value *v);

/* True when the value is one that value_decode() can give: its one form, within every bound. A
 * text's bytes are looked at; a reference is judged by `ref`. */
bool value_is_canonical(const struct value *v);

/* Equal kind and content; references compare by `record` when both have one, else by `ref`. */
bool value_equal(const struct value *a, const struct value *b);

/* Bring a decimal to its canonical form (no trailing zeros of the mantissa).
 *   Returns  ERR_LIMIT when the exponent leaves -18..18 */
enum err value_decimal_normalise(struct value *v);

/* Dates. Years 1..9999.
 *   date_is_valid    precision and ordinal name a period of those years; date_parts() and the
 *                    others below take only such dates
 *   date_from_parts  half 1..2, quarter 1..4 or month 1..12 in `part` by precision; day 1..31 with month
 *                    in `part` for DATE_DAY; ERR_FORMAT for what is not in the calendar (31/02)
 *   date_parts       the reverse; outputs may be NULL
 *   date_first_day / date_last_day  first and last day, counted from 1970-01-01 */
bool date_is_valid(struct date date);
enum err date_from_parts(enum date_precision precision, int year, int part, int day,
                         struct date *ret_date);
void date_parts(struct date date, int *ret_year, int *ret_part, int *ret_day);
int32_t date_first_day(struct date date);
int32_t date_last_day(struct date date);

/* Days from 1970-01-01 of a calendar day, and back; weekday 1 = Monday .. 7 = Sunday. */
int32_t date_days(int year, int month, int day);
void date_from_days(int32_t days, int *ret_year, int *ret_month, int *ret_day);
int date_weekday(int32_t days);

/* API text of a date: "2023", "2023-H1", "2023-Q2", "2023-04", "2023-08-15", and its reading, which
 * also takes "15/8/2023", "8/2023" and "Q2/2023", with / - or . between. A year of two digits is
 * refused.
 *   Returns  ERR_FORMAT with a message that quotes the text
 *   text buffer of at least DATE_TEXT_BYTES */
enum { DATE_TEXT_BYTES = 16 };
void date_format(struct date date, char *ret_text);

/* What is wrong with a text that should be a date. */
enum date_fault {
    DATE_FAULT_NONE,
    DATE_FAULT_SHAPE, /* not one of the forms */
    DATE_FAULT_YEAR,  /* no year of four digits */
    DATE_FAULT_PART,  /* no such month, quarter, half-year or year */
    DATE_FAULT_DAY,   /* the month has no such day */
};

/* As date_parse(), for a caller with words of its own.
 *   ret_date  the date; on DATE_FAULT_DAY the month that was meant; otherwise untouched */
enum date_fault date_read(const char *text, struct date *ret_date);
enum err date_parse(const char *text, struct date *ret_date, struct error *e);

#endif
