/* Values: one canonical form each, and the calendar behind dates. */
#include "config.h"

#include "protocol/value.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "protocol/limits.h"
#include "tests/util/tap.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static struct value
text_value(const char *text)
{
    return (struct value){
        .kind = VALUE_TEXT, .bytes = (const uint8_t *) text, .size = strlen(text)};
}

static struct value
ref_value(uint32_t log, uint64_t seq, uint32_t index)
{
    return (struct value) {.kind = VALUE_REFERENCE, .ref = {log, seq, index}};
}

static void
assert_encodes(const struct value *v, const char *bytes, size_t size)
{
    struct buf b;
    struct wire w;
    struct value back;

    buf_init(&b, 1000);
    value_encode(&b, v);
    assert_int_equal(b.err, OK);
    assert_int_equal(b.size, size);
    if (size > 0)
        assert_memory_equal(b.bytes, bytes, size);
    wire_init(&w, bytes, size);
    value_decode(&w, v->kind, &back);
    assert_int_equal(wire_finish(&w), OK);
    assert_true(value_equal(v, &back));
    buf_release(&b);
}

static struct value
date_value(const char *text)
{
    struct value v = {.kind = VALUE_DATE};

    assert_int_equal(date_parse(text, &v.date, NULL), OK);
    return v;
}

/* Frozen: these bytes stand in signed entries and are quoted in doc/protocol.md. */
static void
frozen_bytes_of_each_kind(void **state)
{
    static const char hash[] = "0123456789abcdef0123456789abcdef";
    struct value null = {.kind = VALUE_NULL};
    struct value integer = {.kind = VALUE_INTEGER, .integer = -300};
    struct value decimal = {.kind = VALUE_DECIMAL, .integer = 39, .exponent = -2};
    struct value zero = {.kind = VALUE_DECIMAL};
    struct value text = text_value("đá");
    struct value time = {.kind = VALUE_TIME, .integer = 1700000000};
    struct value bytes = {.kind = VALUE_BYTES, .bytes = (const uint8_t *) "\0\xFF", .size = 2};
    struct value same = ref_value(0, 0, 5), own = ref_value(0, 7, 0),
                 other = ref_value(3, 300, 130);
    struct value file = {.kind = VALUE_ATTACHMENT, .bytes = (const uint8_t *) hash, .size = 32,
                         .attachment_bytes = 20000};
    struct value day = date_value("2023-08-15"), year = date_value("1969"),
                 half = date_value("1970-H2");
    struct value quarter = date_value("2024-Q2"), month = date_value("2023-04");

    (void) state;
    assert_encodes(&null, "", 0);
    assert_encodes(&integer, "\xD7\x04", 2);
    assert_encodes(&decimal, "\x4E\x03", 2);
    assert_encodes(&zero, "\x00\x00", 2);
    assert_encodes(&text, "\x04\xC4\x91\xC3\xA1", 5);
    assert_encodes(&time, "\x80\xC4\x9F\xD5\x0C", 5);
    assert_encodes(&bytes, "\x02\x00\xFF", 3);
    assert_encodes(&same, "\x00\x05", 2);
    assert_encodes(&own, "\x01\x07\x00", 3);
    assert_encodes(&other, "\x04\xAC\x02\x82\x01", 5);
    assert_encodes(&file, "0123456789abcdef0123456789abcdef\xA0\x9C\x01", 35);
    assert_encodes(&year, "\x08", 1);           /* ordinal -1, precision 0 */
    assert_encodes(&half, "\x11", 1);           /* ordinal 1, precision 1 */
    assert_encodes(&quarter, "\x92\x1B", 2);    /* ordinal 217, precision 2 */
    assert_encodes(&month, "\xF3\x4F", 2);      /* ordinal 639, precision 3 */
    assert_encodes(&day, "\x84\x90\x13", 3);    /* ordinal 19584, precision 4 */
}

static void
assert_refused(enum value_kind kind, const char *bytes, size_t size)
{
    struct wire w;
    struct value v;

    wire_init(&w, bytes, size);
    value_decode(&w, kind, &v);
    assert_int_equal(wire_finish(&w), ERR_FORMAT);
    assert_int_equal(v.kind, VALUE_NULL);
}

static void
what_is_not_canonical_is_refused(void **state)
{
    (void) state;
    assert_refused(VALUE_DECIMAL, "\x14\x00", 2);         /* 10 * 10^0 */
    assert_refused(VALUE_DECIMAL, "\x00\x02", 2);         /* zero with an exponent */
    assert_refused(VALUE_DECIMAL, "\x02\x26", 2);         /* 10^19 */
    assert_refused(VALUE_DECIMAL, "\x02\x25", 2);         /* 10^-19 */
    assert_refused(VALUE_DATE, "\x05", 1);                /* precision 5 */
    assert_refused(VALUE_DATE, "\x98\xF6\x01", 3);        /* year 0 */
    assert_refused(VALUE_DATE, "\xFF\xFF\xFF\xFF\x0F", 5);
    assert_refused(VALUE_REFERENCE, "\x01\x00\x00", 3);   /* sequence 0 */
    assert_refused(VALUE_REFERENCE, "\x00\x80\x20", 3);   /* index 4096 */
    assert_refused(VALUE_REFERENCE, "\x81\x80\x04\x01\x00", 5); /* log 65536 */
    assert_refused(VALUE_REFERENCE, "\x01\x80\x80\x80\x80\x08\x00", 7); /* sequence 2^31 */
    assert_refused(VALUE_TEXT, "\x01\xC3", 2);
    assert_refused(VALUE_TEXT, "\x02\x61", 2);
    assert_refused(VALUE_BYTES, "\x81\x20", 2);
    assert_refused(VALUE_ATTACHMENT, "short", 5);
    assert_refused((enum value_kind) 9, "\x00", 1);
}

static void
the_encoder_writes_nothing_that_the_decoder_refuses(void **state)
{
    const struct value bad[] = {
        {.kind = VALUE_DECIMAL, .integer = 100, .exponent = -2},
        {.kind = VALUE_DECIMAL, .integer = 1, .exponent = 19},
        {.kind = VALUE_TEXT, .bytes = (const uint8_t *) "\xC3", .size = 1},
        {.kind = VALUE_DATE, .date = {(enum date_precision) 5, 0}},
        {.kind = VALUE_DATE, .date = {DATE_YEAR, 9999 - 1970 + 1}},
        {.kind = VALUE_REFERENCE, .ref = {1, 0, 0}},
        {.kind = VALUE_REFERENCE, .ref = {0, 1, CHANGE_OPS_MAX}},
        {.kind = VALUE_ATTACHMENT, .bytes = (const uint8_t *) "x", .size = 1},
        {.kind = (enum value_kind) 9},
    };

    (void) state;
    for (size_t i = 0; i < COUNT(bad); i++) {
        struct buf b;

        buf_init(&b, 1000);
        value_encode(&b, &bad[i]);
        assert_int_equal(b.err, ERR_LIMIT);
        assert_int_equal(b.size, 0);
        buf_release(&b);
    }
}

static void
the_widest_references_and_dates_survive_a_round_trip(void **state)
{
    const struct value good[] = {
        {.kind = VALUE_REFERENCE, .ref = {CHANGE_LOGS_MAX - 1, ENTRY_SEQ_MAX, CHANGE_OPS_MAX - 1}},
        {.kind = VALUE_DATE, .date = {DATE_DAY, -719162}},
        {.kind = VALUE_DATE, .date = {DATE_DAY, 2932896}},
        {.kind = VALUE_DATE, .date = {DATE_QUARTER, (9999 - 1970) * 4 + 3}},
        {.kind = VALUE_INTEGER, .integer = INT64_MIN},
        {.kind = VALUE_DECIMAL, .integer = INT64_MAX, .exponent = -18},
    };

    (void) state;
    for (size_t i = 0; i < COUNT(good); i++) {
        struct buf b;
        struct wire w;
        struct value back;

        buf_init(&b, 1000);
        value_encode(&b, &good[i]);
        assert_int_equal(b.err, OK);
        wire_init(&w, b.bytes, b.size);
        value_decode(&w, good[i].kind, &back);
        assert_int_equal(wire_finish(&w), OK);
        assert_true(value_equal(&good[i], &back));
        buf_release(&b);
    }
}

static void
equality_looks_at_kind_and_whole_content(void **state)
{
    struct value a = text_value("Thôn 1"), b = text_value("Thôn 1"), c = text_value("Thôn 2");
    struct value bytes = a, r = ref_value(1, 2, 3), s = ref_value(1, 2, 3), t = ref_value(1, 2, 4);
    struct value d = date_value("2023"), m = d;

    (void) state;
    bytes.kind = VALUE_BYTES;
    m.date.precision = DATE_HALF;
    assert_true(value_equal(&a, &b));
    assert_false(value_equal(&a, &c));
    assert_false(value_equal(&a, &bytes));
    assert_true(value_equal(&r, &s));
    assert_false(value_equal(&r, &t));
    r.record = 77;
    assert_true(value_equal(&r, &s)); /* only one has a record: by ref */
    s.record = 78;
    assert_false(value_equal(&r, &s));
    t.record = 77;
    assert_true(value_equal(&r, &t));
    assert_false(value_equal(&d, &m));
}

static void
a_decimal_has_one_form(void **state)
{
    struct value v = {.kind = VALUE_DECIMAL, .integer = 3900, .exponent = -4};
    struct value small = {.kind = VALUE_DECIMAL, .integer = 1, .exponent = -19},
                 zero = {.exponent = -7};
    struct value rescued = {.kind = VALUE_DECIMAL, .integer = -100, .exponent = -20};

    (void) state;
    assert_int_equal(value_decimal_normalise(&v), OK);
    assert_int_equal(v.integer, 39);
    assert_int_equal(v.exponent, -2);
    assert_int_equal(value_decimal_normalise(&zero), OK);
    assert_int_equal(zero.exponent, 0);
    assert_int_equal(value_decimal_normalise(&small), ERR_LIMIT);
    assert_int_equal(small.exponent, -19);
    assert_int_equal(value_decimal_normalise(&rescued), OK);
    assert_int_equal(rescued.integer, -1);
    assert_int_equal(rescued.exponent, -18);
}

static void
the_calendar_knows_leap_years_and_weekdays(void **state)
{
    struct date d;

    (void) state;
    assert_int_equal(date_days(1970, 1, 1), 0);
    assert_int_equal(date_days(2000, 3, 1) - date_days(2000, 2, 1), 29);
    assert_int_equal(date_days(1900, 3, 1) - date_days(1900, 2, 1), 28);
    assert_int_equal(date_days(2024, 3, 1) - date_days(2024, 2, 1), 29);
    assert_int_equal(date_days(2023, 8, 15), 19584);
    assert_int_equal(date_weekday(0), 4);
    assert_int_equal(date_weekday(date_days(2023, 5, 19)), 5); /* a Friday of the weekly reports */
    assert_int_equal(date_weekday(date_days(1969, 12, 28)), 7);
    assert_int_equal(date_weekday(date_days(1969, 12, 29)), 1);
    assert_int_equal(date_from_parts(DATE_DAY, 2023, 2, 31, &d), ERR_FORMAT);
    assert_int_equal(date_from_parts(DATE_DAY, 2023, 2, 29, &d), ERR_FORMAT);
    assert_int_equal(date_from_parts(DATE_DAY, 2024, 2, 29, &d), OK);
    assert_int_equal(date_from_parts(DATE_DAY, 0, 1, 1, &d), ERR_FORMAT);
    assert_int_equal(date_from_parts(DATE_YEAR, 10000, 0, 0, &d), ERR_FORMAT);
}

static void
every_day_of_all_years_goes_to_parts_and_back(void **state)
{
    int32_t wanted = -719162;

    (void) state;
    for (int year = 1; year <= 9999; year++)
        for (int month = 1; month <= 12; month++) {
            int y, m, d;

            assert_int_equal(date_days(year, month, 1), wanted);
            date_from_days(wanted, &y, &m, &d);
            assert_true(y == year && m == month && d == 1);
            while (d >= 1 && m == month)
                date_from_days(++wanted, NULL, &m, &d);
        }
    assert_int_equal(wanted, 2932897);
}

static void
halves_quarters_and_months_count_from_one(void **state)
{
    struct date d;
    int year, part, day;

    (void) state;
    assert_int_equal(date_from_parts(DATE_HALF, 2023, 0, 0, &d), ERR_FORMAT);
    assert_int_equal(date_from_parts(DATE_HALF, 2023, 3, 0, &d), ERR_FORMAT);
    assert_int_equal(date_from_parts(DATE_QUARTER, 2023, 5, 0, &d), ERR_FORMAT);
    assert_int_equal(date_from_parts(DATE_MONTH, 2023, 13, 0, &d), ERR_FORMAT);
    assert_int_equal(date_from_parts(DATE_QUARTER, 1945, 3, 0, &d), OK);
    date_parts(d, &year, &part, &day);
    assert_true(year == 1945 && part == 3 && day == 0);
    assert_int_equal(date_first_day(d), date_days(1945, 7, 1));
    assert_int_equal(date_last_day(d), date_days(1945, 9, 30));
    assert_int_equal(date_from_parts(DATE_HALF, 2023, 2, 0, &d), OK);
    assert_int_equal(date_first_day(d), date_days(2023, 7, 1));
    assert_int_equal(date_last_day(d), date_days(2023, 12, 31));
    assert_int_equal(date_from_parts(DATE_MONTH, 2024, 2, 0, &d), OK);
    assert_int_equal(date_last_day(d), date_days(2024, 2, 29));
    assert_int_equal(date_from_parts(DATE_YEAR, 9999, 0, 0, &d), OK);
    assert_int_equal(date_first_day(d), date_days(9999, 1, 1));
    assert_int_equal(date_last_day(d), date_days(9999, 12, 31));
}

static void
each_written_form_of_a_date_is_read(void **state)
{
    static const struct {
        const char *in, *out;
    } forms[] = {
        {"2023", "2023"},           {"2023-H1", "2023-H1"},     {"h2/2023", "2023-H2"},
        {"Q3/2023", "2023-Q3"},     {"2023-q4", "2023-Q4"},     {"2023-04", "2023-04"},
        {"8/2023", "2023-08"},      {"15/8/2023", "2023-08-15"}, {"15/08/2023", "2023-08-15"},
        {"15.8.2023", "2023-08-15"}, {"2023-08-15", "2023-08-15"}, {"29/2/2024", "2024-02-29"},
        {" 1 / 9 / 2023 ", "2023-09-01"}, {"0938", "0938"},
    };

    (void) state;
    for (size_t i = 0; i < COUNT(forms); i++) {
        struct date d;
        char text[DATE_TEXT_BYTES];

        assert_int_equal(date_parse(forms[i].in, &d, NULL), OK);
        date_format(d, text);
        assert_string_equal(text, forms[i].out);
    }
}

static void
a_wrong_date_is_refused_with_what_to_do(void **state)
{
    static const struct {
        const char *in, *said;
    } forms[] = {
        {"31/02/2023", "31/02/2023 is not in the calendar: the last day of 02/2023 is 28/02/2023"},
        {"2024-02-30", "2024-02-30 is not in the calendar: the last day of 02/2024 is 29/02/2024"},
        {"15/8/23", "15/8/23 has no year of four digits"},
        {"15/8", "15/8 has no year of four digits"},
        {"23", "23 has no year of four digits"},
        {"13/2023", "13/2023 is not in the calendar: months go from 1 to 12"},
        {"Q5/2023",
         "Q5/2023 is not in the calendar: months go from 1 to 12, quarters (Q) from 1 to 4"},
        {"0000", "0000 is not in the calendar"},
        {"15/8-2023", "15/8-2023 is not a date: write 15/08/2023"},
        {"", " is not a date: write"},
        {"mai", "mai is not a date: write"},
        {"2023-08-15-01", "2023-08-15-01 is not a date: write"},
        {"Q1/8/2023", "Q1/8/2023 is not a date: write"},
        {"15/8/20233", "15/8/20233 has no year of four digits"},
        {"99999999999", "99999999999 is not a date"},
    };

    (void) state;
    for (size_t i = 0; i < COUNT(forms); i++) {
        struct date d = {DATE_HALF, 7};
        struct error e = {0};

        assert_int_equal(date_parse(forms[i].in, &d, &e), ERR_FORMAT);
        assert_int_equal(strncmp(e.text, forms[i].said, strlen(forms[i].said)), 0);
        assert_non_null(e.template);
        assert_int_equal(d.ordinal, 7);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(frozen_bytes_of_each_kind),
        cmocka_unit_test(what_is_not_canonical_is_refused),
        cmocka_unit_test(the_encoder_writes_nothing_that_the_decoder_refuses),
        cmocka_unit_test(the_widest_references_and_dates_survive_a_round_trip),
        cmocka_unit_test(equality_looks_at_kind_and_whole_content),
        cmocka_unit_test(a_decimal_has_one_form),
        cmocka_unit_test(the_calendar_knows_leap_years_and_weekdays),
        cmocka_unit_test(every_day_of_all_years_goes_to_parts_and_back),
        cmocka_unit_test(halves_quarters_and_months_count_from_one),
        cmocka_unit_test(each_written_form_of_a_date_is_read),
        cmocka_unit_test(a_wrong_date_is_refused_with_what_to_do),
    };

    return tap_run("value", tests, NULL, NULL);
}
