/* Dates and amounts as plans write them. */
#include "config.h"

#include "plan/dates.h"

#include <string.h>

#include "plan/amount.h"
#include "tests/util/tap.h"

static void
read_words(const char *words, struct text *t)
{
    assert_int_equal(text_read((const uint8_t *) words, strlen(words), t), OK);
}

static void
each_way_of_writing_a_date_keeps_its_precision(void **state)
{
    static const char *const cases[][2] = {
        {"ngày 15/8/2023", "2023-08-15"},
        {"15-8-2023", "2023-08-15"},
        {"15.8.2023", "2023-08-15"},
        {"Ngày 05 tháng 3 năm 2024", "2024-03-05"},
        {"ngày 05 tháng 3/2024", "2024-03-05"},
        {"hết ngày 01 tháng 8 năm 2023", "2023-08-01"},
        {"tháng 4/2023", "2023-04"},
        {"tháng 12 năm 2025", "2025-12"},
        {"4/2023", "2023-04"},
        {"cuối năm 2023", "2023"},
        {"Quý II/2024", "2024-Q2"},
        {"quý 4 năm 2024", "2024-Q4"},
        {"6 tháng đầu năm 2024", "2024-H1"},
        {"06 tháng cuối năm 2024", "2024-H2"},
    };

    (void) state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[DATE_TEXT_BYTES_MAX];
        struct text t;
        struct date d;

        read_words(cases[i][0], &t);
        assert_int_equal(date_at(&t, 0, t.size, false, &d), t.size);
        assert_true(date_write(d, text));
        assert_string_equal(text, cases[i][1]);
        text_release(&t);
    }
}

static void
a_document_number_a_share_and_an_amount_are_no_dates(void **state)
{
    static const char *const cases[] = {
        "17/NQ-HĐND", "5/5 xã", "12/2023/QĐ-UBND", "40%", "2023 hộ", "1.234 hộ"};

    (void) state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct text t;
        struct date d;

        read_words(cases[i], &t);
        assert_int_equal(date_at(&t, 0, t.size, false, &d), 0);
        text_release(&t);
    }
}

static void
a_day_that_does_not_exist_and_a_short_year_are_wrong(void **state)
{
    static const char *const cases[] = {"ngày 31/02/2023", "ngày 29/02/2023", "ngày 15/8/23"};

    (void) state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[DATE_TEXT_BYTES_MAX];
        struct text t;
        struct date d;

        read_words(cases[i], &t);
        assert_int_not_equal(date_at(&t, 0, t.size, false, &d), 0);
        assert_true(d.wrong);
        assert_false(date_write(d, text));
        text_release(&t);
    }
}

static void
the_year_of_a_span_belongs_to_both_ends(void **state)
{
    static const char *const cases[][3] = {
        {"từ ngày 05/3 đến 20/9/2022", "2022-03-05", "2022-09-20"},
        {"Từ 01 đến ngày 15/8/2023", "2023-08-01", "2023-08-15"},
        {"từ tháng 4 đến tháng 9 năm 2023", "2023-04", "2023-09"},
        {"21/5/1963 - 21/5/2023", "1963-05-21", "2023-05-21"},
        {"1945 – 2025", "1945", "2025"},
        {"từ Quý I đến hết Quý III/2024", "2024-Q1", "2024-Q3"},
    };

    (void) state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[DATE_TEXT_BYTES_MAX];
        struct text t;
        struct date from;
        struct date to;

        read_words(cases[i][0], &t);
        assert_int_equal(date_range_at(&t, 0, t.size, &from, &to), t.size);
        date_write(from, text);
        assert_string_equal(text, cases[i][1]);
        date_write(to, text);
        assert_string_equal(text, cases[i][2]);
        text_release(&t);
    }
}

static void
a_comma_is_the_decimal_mark_and_a_dot_divides_thousands(void **state)
{
    static const struct {
        const char *words;
        int64_t units;
        unsigned scale;
        bool unclear;
    } cases[] = {
        {"0,39%", 39, 2, false},
        {"97.5%", 975, 1, false},
        {"1.250.000 đồng", 1250000, 0, false},
        {"1.234 hộ", 1234, 0, true},
        {"98,50 điểm", 985, 1, false},
        {"05 hộ", 5, 0, false},
    };

    (void) state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct text t;
        struct amount a;

        read_words(cases[i].words, &t);
        assert_int_not_equal(amount_at(&t, 0, t.size, &a), 0);
        assert_int_equal(a.units, cases[i].units);
        assert_int_equal(a.scale, cases[i].scale);
        assert_int_equal(a.unclear, cases[i].unclear);
        text_release(&t);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_way_of_writing_a_date_keeps_its_precision),
        cmocka_unit_test(a_document_number_a_share_and_an_amount_are_no_dates),
        cmocka_unit_test(a_day_that_does_not_exist_and_a_short_year_are_wrong),
        cmocka_unit_test(the_year_of_a_span_belongs_to_both_ends),
        cmocka_unit_test(a_comma_is_the_decimal_mark_and_a_dot_divides_thousands),
    };

    return tap_run("dates", tests, NULL, NULL);
}
