/* What people and programs write for a field, and what they are shown. */
#include "config.h"

#include "protocol/api_value.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "protocol/number.h"
#include "tests/util/tap.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static struct arena arena;

static int
setup(void **state)
{
    (void) state;
    arena_init(&arena, 4 * 1024 * 1024);
    return 0;
}

static int
teardown(void **state)
{
    (void) state;
    arena_release(&arena);
    return 0;
}

static const struct registry_field *
field(const char *path)
{
    char name[100];
    const char *dot = strchr(path, '.');
    const struct registry_field *f;

    snprintf(name, sizeof name, "%.*s", (int) (dot - path), path);
    f = registry_field_by_name(registry_by_name(name), dot + 1);
    assert_non_null(f);
    return f;
}

static struct value
parsed(const char *path, const char *text)
{
    struct value v = {0};
    struct error e = {0};

    if (api_value_parse(&arena, field(path), text, LANGUAGE_VI, &v, &e) != OK)
        print_message("%s = %s: %s\n", path, text, e.text);
    assert_int_equal(e.code, OK);
    return v;
}

static void
assert_said(const char *path, const char *text, enum err code, const char *said)
{
    struct value v = {.kind = VALUE_TIME, .integer = 77};
    struct error e = {0};

    assert_int_equal(api_value_parse(&arena, field(path), text, LANGUAGE_VI, &v, &e), code);
    assert_non_null(e.template);
    assert_string_equal(e.text, said);
    assert_int_equal(v.integer, 77);
}

static void
a_decimal_is_read_with_comma_or_point(void **state)
{
    static const struct {
        const char *in, *out;
    } forms[] = {
        {"0,39", "0.39"},       {"0.39", "0.39"},         {"39", "39"},       {"-12,50 ", "-12.5"},
        {"1.234,5", "1234.5"},  {"1,234.5", "1234.5"},    {"1.234.567", "1234567"},
        {"1,234,567", "1234567"}, {"1,234", "1.2340"},    {"1.2340", "1.2340"}, {"0.390", "0.39"},
        {"0,001", "0.001"},     {"1234.567", "1234.567"}, {"80 %", "80"},     {"000,00", "0"},
        {"-0", "0"},            {"0.123456789012345678", "0.123456789012345678"},
        {"1000000000000000000", "1000000000000000000"},
    };

    (void) state;
    for (size_t i = 0; i < COUNT(forms); i++) {
        struct value v = parsed("measurement.value", forms[i].in);

        assert_true(value_is_canonical(&v));
        assert_string_equal(api_value_format(&arena, field("measurement.value"), &v), forms[i].out);
    }
}

static void
an_unclear_or_wrong_number_is_asked_about(void **state)
{
    static const char *const shapes[] = {"",          "abc", "1.2.3", "1,2,3",     "1.23.456",
                                         "0.123.456", "1,",  ",5",    ".5",        "1 2",
                                         "--1",       "1e5", "%",     "12.3456,7", "1.234,5,6"};
    int64_t number;
    int32_t exponent;

    (void) state;
    for (size_t i = 0; i < COUNT(shapes); i++)
        assert_int_equal(number_read_decimal(shapes[i], &number, &exponent), NUMBER_FAULT_SHAPE);
    assert_said(
        "measurement.value", "1.234", ERR_USAGE,
        "Giá trị: “1.234” can be read in two ways; write 1234 or 1,234, whichever is meant");
    assert_said(
        "measurement.value", "-12.000", ERR_USAGE,
        "Giá trị: “-12.000” can be read in two ways; write -12000 or -12,000, whichever is meant");
    assert_said("measurement.value", "ba chín", ERR_USAGE,
                "Giá trị: “ba chín” is not a number; write it in digits, such as 0,39");
    assert_said("measurement.value", "99999999999999999999", ERR_LIMIT,
                "Giá trị: “99999999999999999999” has too many digits; at most 18 fit");
    assert_said("measurement.value", "0,0000000000000000001", ERR_LIMIT,
                "Giá trị: “0,0000000000000000001” has too many digits; at most 18 fit");
}

static void
a_percent_stays_within_its_bounds(void **state)
{
    (void) state;
    assert_int_equal(parsed("progress.percent", "100,0").integer, 1);
    assert_int_equal(parsed("progress.percent", "99,99%").integer, 9999);
    assert_int_equal(parsed("progress.percent", "0").integer, 0);
    assert_said("progress.percent", "100,01", ERR_LIMIT,
                "Tỷ lệ hoàn thành (%): “100,01” is out of bounds; it lies between 0 and 100");
    assert_said("progress.percent", "-0,5", ERR_LIMIT,
                "Tỷ lệ hoàn thành (%): “-0,5” is out of bounds; it lies between 0 and 100");
    assert_said(
        "progress.percent", "1000000000000000000", ERR_LIMIT,
        "Tỷ lệ hoàn thành (%): “1000000000000000000” is out of bounds; it lies between 0 and 100");
}

static void
a_whole_number_may_be_grouped(void **state)
{
    (void) state;
    assert_int_equal(parsed("registration.budget", "20.000.000").integer, 20000000);
    assert_int_equal(parsed("registration.budget", "1.234").integer, 1234);
    assert_int_equal(parsed("obligation.minimum", "01").integer, 1);
    assert_true(parsed("registration.budget", "9223372036854775807").integer == INT64_MAX);
    assert_said("obligation.minimum", "1,5", ERR_USAGE,
                "Số tối thiểu: “1,5” is not a whole number; write it in digits, such as 12");
    assert_said("obligation.minimum", "1.5", ERR_USAGE,
                "Số tối thiểu: “1.5” is not a whole number; write it in digits, such as 12");
    assert_said("obligation.minimum", "1.000.001", ERR_LIMIT,
                "Số tối thiểu: “1.000.001” is out of bounds; it lies between 0 and 1.000.000");
    assert_said("obligation.minimum", "9223372036854775808", ERR_LIMIT,
                "Số tối thiểu: “9223372036854775808” has too many digits; at most 18 fit");
    assert_said("obligation.minimum", "92233720368547758070", ERR_LIMIT,
                "Số tối thiểu: “92233720368547758070” has too many digits; at most 18 fit");
}

static void
a_choice_is_named_in_either_language_and_any_case(void **state)
{
    static const char *const ways[] = {"residential_group", "Tổ dân phố",        "TỔ DÂN PHỐ",
                                       "tổ dân phố",        "Residential group", " tổ dân phố "};
    struct value v;

    (void) state;
    for (size_t i = 0; i < COUNT(ways); i++) {
        v = parsed("unit.kind", ways[i]);
        assert_int_equal(v.kind, VALUE_INTEGER);
        assert_int_equal(v.integer, 7);
    }
    assert_string_equal(api_value_format(&arena, field("unit.kind"), &v), "residential_group");
    assert_string_equal(api_value_display(&arena, field("unit.kind"), &v, LANGUAGE_VI),
                        "tổ dân phố");
    assert_string_equal(api_value_display(&arena, field("unit.kind"), &v, LANGUAGE_EN),
                        "residential group");
    assert_int_equal(parsed("campaign.state", "ĐANG TRIỂN KHAI").integer, 3);
    assert_int_equal(parsed("report_route.weekday", "Thứ sáu").integer, 5);
    assert_int_equal(parsed("report.nil", "true").integer, 1);
    assert_int_equal(parsed("report.nil", "0").integer, 0);
    assert_int_equal(parsed("report.nil", "Có").integer, 1);
    v.integer = 4242; /* from a newer version */
    assert_string_equal(api_value_format(&arena, field("unit.kind"), &v), "4242");
    assert_said(
        "registration.kind", "cầu", ERR_USAGE,
        "Loại đăng ký: there is no “cầu”; choose one of: mô hình, "
                "công trình, phần việc, sáng kiến");
    assert_said(
        "registration.kind", "1", ERR_USAGE,
        "Loại đăng ký: there is no “1”; choose one of: mô hình, "
                "công trình, phần việc, sáng kiến");
}

static void
a_date_is_read_in_people_s_words(void **state)
{
    static const struct {
        const char *in, *out, *vi;
    } forms[] = {
        {"15/8/2023", "2023-08-15", "15/08/2023"},
        {"2023-08-15", "2023-08-15", "15/08/2023"},
        {"ngày 15 tháng 8 năm 2023", "2023-08-15", "15/08/2023"},
        {"Ngày 15/8/2023", "2023-08-15", "15/08/2023"},
        {"tháng 8/2023", "2023-08", "08/2023"},
        {"Tháng 8 năm 2023", "2023-08", "08/2023"},
        {"quý II/2024", "2024-Q2", "quý II/2024"},
        {"Quý 2 năm 2024", "2024-Q2", "quý II/2024"},
        {"QUÝ IV / 2024", "2024-Q4", "quý IV/2024"},
        {"6 tháng đầu năm 2023", "2023-H1", "6 tháng đầu năm 2023"},
        {"06 tháng cuối năm 2023", "2023-H2", "6 tháng cuối năm 2023"},
        {"năm 2023", "2023", "2023"},
        {"2023", "2023", "2023"},
    };

    (void) state;
    for (size_t i = 0; i < COUNT(forms); i++) {
        struct value v = parsed("campaign.period_to", forms[i].in);

        assert_string_equal(api_value_format(&arena, field("campaign.period_to"), &v),
                            forms[i].out);
        assert_string_equal(api_value_display(&arena, field("campaign.period_to"), &v, LANGUAGE_VI),
                            forms[i].vi);
    }
}

static void
a_wrong_date_names_the_field_and_the_way_out(void **state)
{
    (void) state;
    assert_said(
        "registration.received_on", "31/02/2023", ERR_USAGE,
        "Ngày nhận: “31/02/2023” is not in the calendar; the last day of 02/2023 is 28/02/2023");
    assert_said(
        "registration.received_on", "ngày 30 tháng 2 năm 2024", ERR_USAGE,
        "Ngày nhận: “ngày 30 tháng 2 năm 2024” is not in the calendar; the last day of 02/2024 is "
        "29/02/2024");
    assert_said(
        "registration.received_on", "15/8/23", ERR_USAGE,
        "Ngày nhận: “15/8/23” has no year of four digits; write it in full, such as 15/08/2023");
    assert_said(
        "registration.received_on", "13/2023", ERR_USAGE,
        "Ngày nhận: “13/2023” is not in the calendar; months go from 1 to 12, quarters from 1 to 4");
    assert_said(
        "registration.received_on", "hôm qua", ERR_USAGE,
        "Ngày nhận: “hôm qua” is not a date; write 15/08/2023, 08/2023, Q3/2023, H2/2023 or 2023");
    assert_said(
        "registration.received_on", "quý V/2023", ERR_USAGE,
        "Ngày nhận: “quý V/2023” is not a date; write 15/08/2023, 08/2023, Q3/2023, H2/2023 or 2023");
}

static void
text_loses_what_cannot_be_seen_and_nothing_else(void **state)
{
    struct value v;

    (void) state;
    v = parsed("unit.name", "\xEF\xBB\xBF  Thôn\xE2\x80\x8B 1\xE2\x80\x8D\xE2\x81\xA0\t(cũ)\r\n");
    assert_string_equal((const char *) v.bytes, "Thôn 1 (cũ)");
    assert_int_equal(v.size, strlen("Thôn 1 (cũ)"));
    v = parsed("report.text", "Dòng 1\r\nDòng 2\n\n\tDòng 3 \a ");
    assert_string_equal((const char *) v.bytes, "Dòng 1\nDòng 2\n\n\tDòng 3");
    v = parsed("report.text", " \xE2\x80\x8B \n");
    assert_int_equal(v.kind, VALUE_NULL);
    assert_string_equal(api_value_format(&arena, field("report.text"), &v), "");
    assert_said("unit.name", " \t ", ERR_USAGE, "Tên đơn vị is empty; it has to be filled in");
    assert_said("unit.name", "Th\xF4n", ERR_USAGE,
                "Tên đơn vị: the text is not UTF-8; save or paste it as Unicode");
    assert_said("unit.code", "01234567890123456789012345678901234567890123456789012345678901234",
                ERR_LIMIT, "Mã ngắn is too long: it takes 65 bytes and at most 64 fit; shorten it");
}

static void
a_time_is_read_with_or_without_a_zone(void **state)
{
    static const char *const ways[] = {"2023-08-15T00:30:00Z", "2023-08-15T07:30:00+07:00",
                                       "15/8/2023 7:30",       "15/8/2023 7h30",
                                       "2023-08-15 07:30",     "2023-08-14T20:30-04:00"};
    static const char *const wrong[] = {"15/8/2023",        "7:30",          "15/8/2023 24:00",
                                        "15/8/2023 7",      "8/2023 7:30",   "15/8/2023 7:30 sáng",
                                        "01/01/1969 00:00", "15/8/2023 7:60"};
    struct value v;

    (void) state;
    for (size_t i = 0; i < COUNT(ways); i++) {
        v = parsed("report.sent_at", ways[i]);
        assert_int_equal(v.integer, 1692059400);
    }
    assert_string_equal(api_value_format(&arena, field("report.sent_at"), &v),
                        "2023-08-15T00:30:00Z");
    assert_string_equal(api_value_display(&arena, field("report.sent_at"), &v, LANGUAGE_VI),
                        "15/08/2023 07:30");
    assert_int_equal(parsed("report.sent_at", "15/8/2023 7h").integer, 1692057600);
    for (size_t i = 0; i < COUNT(wrong); i++) {
        int64_t seconds;

        assert_false(api_time_read(wrong[i], &seconds));
    }
    v.integer = INT64_MAX; /* a clock that ran wild */
    assert_string_equal(api_value_display(&arena, field("report.sent_at"), &v, LANGUAGE_VI),
                        "9223372036854775807 s");
    v.integer = -1;
    assert_string_equal(api_value_format(&arena, field("report.sent_at"), &v), "-1 s");
}

static void
bytes_and_attachments_go_out_and_come_back(void **state)
{
    static const char *const hash =
        "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
    char text[100];
    struct value v = parsed("grant.device", "AP8");

    (void) state;
    assert_int_equal(v.size, 2);
    assert_int_equal(v.bytes[1], 0xFF);
    assert_string_equal(api_value_format(&arena, field("grant.device"), &v), "AP8");
    snprintf(text, sizeof text, "%s:2345678", hash);
    v = parsed("report.file", text);
    assert_int_equal(v.size, 32);
    assert_int_equal(v.attachment_bytes, 2345678);
    assert_string_equal(api_value_format(&arena, field("report.file"), &v), text);
    assert_string_equal(api_value_display(&arena, field("report.file"), &v, LANGUAGE_VI), "2,3 MB");
    assert_said("report.file", "báo cáo.docx", ERR_USAGE,
                "Tệp báo cáo: “báo cáo.docx” does not name a stored file; attach the file first");
    assert_said("grant.device", "***", ERR_USAGE,
                "Khóa của máy: “***” is not base64url; copy it whole");
}

static void
numbers_are_shown_in_each_language_s_way(void **state)
{
    struct value v = {.kind = VALUE_DECIMAL, .integer = -12345675, .exponent = -1};

    (void) state;
    assert_string_equal(api_value_display(&arena, field("measurement.value"), &v, LANGUAGE_VI),
                        "-1.234.567,5");
    assert_string_equal(api_value_display(&arena, field("measurement.value"), &v, LANGUAGE_EN),
                        "-1,234,567.5");
    v = (struct value) {.kind = VALUE_DECIMAL, .integer = INT64_MIN + 1, .exponent = 18};
    assert_string_equal(api_value_display(&arena, field("measurement.value"), &v, LANGUAGE_EN),
                        "-9,223,372,036,854,775,807,000,000,000,000,000,000");
    v = (struct value) {.kind = VALUE_INTEGER, .integer = 20000000};
    assert_string_equal(api_value_display(&arena, field("registration.budget"), &v, LANGUAGE_VI),
                        "20.000.000");
}

static void
whatever_is_formatted_is_read_back(void **state)
{
    static const int64_t mantissas[] = {1, -1, 39, 1234, 999999, 123456789, INT64_MAX / 10};

    (void) state;
    for (size_t i = 0; i < COUNT(mantissas); i++)
        for (int32_t exponent = -18; exponent <= 17; exponent++) {
            struct value v = {.kind = VALUE_DECIMAL, .integer = mantissas[i], .exponent = exponent},
                         back;

            assert_int_equal(value_decimal_normalise(&v), OK);
            back = parsed("measurement.value",
                          api_value_format(&arena, field("measurement.value"), &v));
            assert_true(value_equal(&v, &back));
        }
}

static void
a_reference_is_left_to_the_caller(void **state)
{
    struct value v;
    struct error e = {0};

    (void) state;
    assert_int_equal(api_value_parse(&arena, field("report.unit"), "to1", LANGUAGE_VI, &v, &e),
                     ERR_UNSUPPORTED);
    assert_int_equal(api_value_parse(&arena, field("person.unit"), "", LANGUAGE_VI, &v, &e), OK);
    assert_int_equal(v.kind, VALUE_NULL);
}

static void
a_full_arena_is_said_and_nothing_is_written(void **state)
{
    static const char *const ways[][2] = {{"unit.name", "Thôn 1"},
                                          {"grant.device", "AP8"},
                                          {"registration.kind", "cầu"},
                                          {"measurement.value", "1.234"},
                                          {"report.period", "31/02/2023"}};
    bool seen_nomem = false;

    (void) state;
    for (size_t i = 0; i < COUNT(ways); i++)
        for (size_t most = 0; most < 200; most += 8) {
            struct arena small;
            struct value v = {.kind = VALUE_TIME};
            struct error e = {0};
            enum err err;

            arena_init(&small, most);
            err = api_value_parse(&small, field(ways[i][0]), ways[i][1], LANGUAGE_VI, &v, &e);
            assert_true(err == OK || err == e.code);
            assert_true(err == OK || v.kind == VALUE_TIME);
            seen_nomem = seen_nomem || err == ERR_NOMEM;
            if (err == OK)
                api_value_display(&small, field(ways[i][0]), &v, LANGUAGE_VI);
            arena_release(&small);
        }
    assert_true(seen_nomem);
    {
        struct arena none;
        struct value v = {.kind = VALUE_DECIMAL, .integer = 39, .exponent = -2};

        arena_init(&none, 0);
        assert_null(api_value_format(&none, field("measurement.value"), &v));
        assert_null(api_value_display(&none, field("measurement.value"), &v, LANGUAGE_VI));
        arena_release(&none);
    }
}

#define test(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        test(a_decimal_is_read_with_comma_or_point),
        test(an_unclear_or_wrong_number_is_asked_about),
        test(a_percent_stays_within_its_bounds),
        test(a_whole_number_may_be_grouped),
        test(a_choice_is_named_in_either_language_and_any_case),
        test(a_date_is_read_in_people_s_words),
        test(a_wrong_date_names_the_field_and_the_way_out),
        test(text_loses_what_cannot_be_seen_and_nothing_else),
        test(a_time_is_read_with_or_without_a_zone),
        test(bytes_and_attachments_go_out_and_come_back),
        test(numbers_are_shown_in_each_language_s_way),
        test(whatever_is_formatted_is_read_back),
        test(a_reference_is_left_to_the_caller),
        test(a_full_arena_is_said_and_nothing_is_written),
    };

    return tap_run("api_value", tests, NULL, NULL);
}
