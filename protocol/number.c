/* Numbers as people write them, and their texts. */
#include "config.h"

#include "protocol/number.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "protocol/value.h"

enum { DIGITS_MAX = 40, GROUP_DIGITS = 3, EXPONENT_MAX = 18 };

/* A number taken apart: digits, and where separators stood among them. */
struct scan {
    bool negative;
    char digits[DIGITS_MAX + 1];
    int digits_count;
    int dots_count, commas_count;
    int marks[DIGITS_MAX]; /* digits before each separator */
    char marks_kind[DIGITS_MAX];
    int marks_count;
};

static enum number_fault
scan_number(const char *p, struct scan *s)
{
    *s = (struct scan) {0};
    while (*p == ' ')
        p++;
    if (*p == '-' || *p == '+')
        s->negative = *p++ == '-';
    for (; (*p >= '0' && *p <= '9') || *p == '.' || *p == ','; p++) {
        if (s->digits_count == DIGITS_MAX || s->marks_count == DIGITS_MAX)
            return NUMBER_FAULT_LARGE;
        if (*p >= '0' && *p <= '9') {
            s->digits[s->digits_count++] = *p;
            continue;
        }
        s->dots_count += *p == '.';
        s->commas_count += *p == ',';
        s->marks_kind[s->marks_count] = *p;
        s->marks[s->marks_count++] = s->digits_count;
    }
    while (*p == ' ')
        p++;
    if (*p == '%')
        p++;
    while (*p == ' ')
        p++;
    if (*p != '\0' || s->digits_count == 0)
        return NUMBER_FAULT_SHAPE;
    for (int i = 0; i < s->marks_count; i++)
        if (s->marks[i] == 0 || s->marks[i] == s->digits_count)
            return NUMBER_FAULT_SHAPE;
    return NUMBER_FAULT_NONE;
}

/* The first `count` separators are all `kind` and stand between thousands of the digits before
 * `end`. */
static bool
is_grouped(const struct scan *s, int count, char kind, int end)
{
    if (count > 0 && (s->marks[0] > GROUP_DIGITS || s->digits[0] == '0'))
        return false;
    for (int i = 0; i < count; i++) {
        int next = i + 1 < count ? s->marks[i + 1] : end;

        if (s->marks_kind[i] != kind || next - s->marks[i] != GROUP_DIGITS)
            return false;
    }
    return true;
}

static enum number_fault
finish(const struct scan *s, int whole_digits, int64_t *ret_mantissa, int32_t *ret_exponent)
{
    struct value v = {.kind = VALUE_DECIMAL};
    int digits = s->digits_count;

    while (digits > 1 && s->digits[digits - 1] == '0')
        digits--;
    for (int i = 0; i < digits; i++) {
        int digit = s->digits[i] - '0';

        if (v.integer > (INT64_MAX - digit) / 10)
            return NUMBER_FAULT_LARGE;
        v.integer = v.integer * 10 + digit;
    }
    v.integer = s->negative ? -v.integer : v.integer;
    v.exponent = whole_digits - digits;
    if (value_decimal_normalise(&v) != OK)
        return NUMBER_FAULT_LARGE;
    *ret_mantissa = v.integer;
    *ret_exponent = v.exponent;
    return NUMBER_FAULT_NONE;
}

enum number_fault
number_read_whole(const char *text, int64_t *ret_number)
{
    struct scan s;
    enum number_fault fault = scan_number(text, &s);
    int64_t mantissa;
    int32_t exponent;

    if (fault == NUMBER_FAULT_NONE && !is_grouped(&s, s.marks_count, '.', s.digits_count))
        fault = NUMBER_FAULT_SHAPE;
    if (fault == NUMBER_FAULT_NONE)
        fault = finish(&s, s.digits_count, &mantissa, &exponent);
    if (fault != NUMBER_FAULT_NONE)
        return fault;
    while (exponent-- > 0) {
        if (mantissa > INT64_MAX / 10 || mantissa < INT64_MIN / 10)
            return NUMBER_FAULT_LARGE;
        mantissa *= 10;
    }
    *ret_number = mantissa;
    return NUMBER_FAULT_NONE;
}

enum number_fault
number_read_decimal(const char *text, int64_t *ret_mantissa, int32_t *ret_exponent)
{
    struct scan s;
    enum number_fault fault = scan_number(text, &s);
    int last = s.marks_count - 1;

    if (fault != NUMBER_FAULT_NONE)
        return fault;
    if (s.marks_count == 0)
        return finish(&s, s.digits_count, ret_mantissa, ret_exponent);
    if (s.dots_count > 0 && s.commas_count > 0) {
        char other = s.marks_kind[last] == ',' ? '.' : ',';

        if (!is_grouped(&s, last, other, s.marks[last]))
            return NUMBER_FAULT_SHAPE;
        return finish(&s, s.marks[last], ret_mantissa, ret_exponent);
    }
    if (s.marks_count > 1) {
        if (!is_grouped(&s, s.marks_count, s.marks_kind[0], s.digits_count))
            return NUMBER_FAULT_SHAPE;
        return finish(&s, s.digits_count, ret_mantissa, ret_exponent);
    }
    if (s.dots_count == 1 && is_grouped(&s, 1, '.', s.digits_count))
        return NUMBER_FAULT_AMBIGUOUS;
    return finish(&s, s.marks[0], ret_mantissa, ret_exponent);
}

void
number_readings(const char *text, char *ret_thousands, char *ret_fraction)
{
    struct scan s;
    const char *sign;

    if (scan_number(text, &s) != NUMBER_FAULT_NONE || s.marks_count == 0) {
        ret_thousands[0] = ret_fraction[0] = '\0';
        return;
    }
    sign = s.negative ? "-" : "";
    snprintf(ret_thousands, NUMBER_TEXT_BYTES, "%s%s", sign, s.digits);
    snprintf(ret_fraction, NUMBER_TEXT_BYTES, "%s%.*s,%s", sign, s.marks[0], s.digits,
             s.digits + s.marks[0]);
}

/* Digits before and after the decimal mark; `fraction` may be empty. */
static void
split_digits(int64_t mantissa, int32_t exponent, char *whole, char *fraction)
{
    char digits[NUMBER_TEXT_BYTES];
    uint64_t size = mantissa < 0 ? 0 - (uint64_t) mantissa : (uint64_t) mantissa;
    int count, places = exponent < 0 ? -exponent : 0;

    assert(exponent >= -EXPONENT_MAX && exponent <= EXPONENT_MAX);
    /* enough zeros in front that a digit is left before the mark */
    count = snprintf(digits, sizeof digits, "%0*llu", places + 1, (unsigned long long) size);
    for (int i = 0; i < exponent && size > 0; i++)
        digits[count++] = '0';
    digits[count] = '\0';
    memcpy(whole, digits, (size_t) (count - places));
    whole[count - places] = '\0';
    memcpy(fraction, digits + count - places, (size_t) places + 1);
}

void
number_format(int64_t mantissa, int32_t exponent, char *ret_text)
{
    char whole[NUMBER_TEXT_BYTES], fraction[NUMBER_TEXT_BYTES];
    bool unclear;

    split_digits(mantissa, exponent, whole, fraction);
    unclear = strlen(fraction) == GROUP_DIGITS && strlen(whole) <= GROUP_DIGITS && whole[0] != '0';
    snprintf(ret_text, NUMBER_TEXT_BYTES, "%s%s%s%s%s", mantissa < 0 ? "-" : "", whole,
             fraction[0] != '\0' ? "." : "", fraction, unclear ? "0" : "");
}

void
number_display(int64_t mantissa, int32_t exponent, bool english, char *ret_text)
{
    char whole[NUMBER_TEXT_BYTES], fraction[NUMBER_TEXT_BYTES];
    char *out = ret_text;
    size_t left;

    split_digits(mantissa, exponent, whole, fraction);
    if (mantissa < 0)
        *out++ = '-';
    left = strlen(whole);
    for (const char *p = whole; *p != '\0'; p++) {
        *out++ = *p;
        if (--left > 0 && left % GROUP_DIGITS == 0)
            *out++ = english ? ',' : '.';
    }
    if (fraction[0] != '\0')
        *out++ = english ? '.' : ',';
    memcpy(out, fraction, strlen(fraction) + 1);
}
