/* What a person reads: widths, tables, dates, numbers. */
#include "config.h"

#include "tests/util/tap.h"

#include <stdlib.h>
#include <string.h>

#include "common/language.h"
#include "client/print.h"
#include "client/utf8.h"

static void
width_counts_what_a_terminal_shows(void **state)
{
    (void) state;
    assert_int_equal(print_width(""), 0);
    assert_int_equal(print_width("Thôn 1"), 6);
    assert_int_equal(print_width("Nguyễn Thị Hường"), 16);
    assert_int_equal(print_width("Nguye\xCC\x82\xCC\x83n"), 6); /* ễ as e and two marks */
    assert_int_equal(print_width("a\xE2\x80\x8B" "b"), 2);      /* zero-width space */
    assert_int_equal(print_width("\xE5\xAD\x97"), 2);           /* a Han letter */
    assert_int_equal(print_width("a\xFF" "b"), 3);              /* a broken byte */
    assert_int_equal(print_width("a\xE1\xBB"), 3);              /* cut in the middle */
}

static char *
printed(const struct table *t, size_t width, bool csv)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);

    assert_non_null(out);
    if (csv)
        table_csv(t, out);
    else
        table_print(t, out, width);
    fclose(out);
    return text;
}

static struct table *
sample(void)
{
    struct table *t = table_new();

    assert_non_null(t);
    assert_int_equal(table_column(t, "Đơn vị"), OK);
    assert_int_equal(table_column(t, "Số"), OK);
    table_right(t);
    assert_int_equal(table_column(t, "Việc"), OK);
    table_cell(t, "Tổ dân phố số 1");
    table_number(t, 7);
    table_cell(t, "đăng ký mô hình");
    table_cell(t, "Thôn 1");
    table_number(t, 12);
    table_cell(t, NULL);
    return t;
}

static void
columns_of_vietnamese_words_line_up(void **state)
{
    struct table *t = sample();
    char *text = printed(t, 0, false);

    (void) state;
    assert_string_equal(text, "Đơn vị           Số  Việc\n"
                              "Tổ dân phố số 1   7  đăng ký mô hình\n"
                              "Thôn 1           12\n");
    free(text);
    table_free(t);
}

static void
a_narrow_terminal_folds_the_widest_column_at_words(void **state)
{
    struct table *t = sample();
    char *text = printed(t, 26, false);

    (void) state;
    assert_string_equal(text, "Đơn vị      Số  Việc\n"
                              "Tổ dân phố   7  đăng ký mô\n"
                              "số 1            hình\n"
                              "Thôn 1      12\n");
    free(text);
    table_free(t);
}

static void
a_word_longer_than_its_column_is_cut_between_letters(void **state)
{
    struct table *t = table_new();
    char *text;

    (void) state;
    table_column(t, "x");
    table_cell(t, "đđđđđđđđđđđđ");
    text = printed(t, 8, false);
    assert_string_equal(text, "x\nđđđđđđđđ\nđđđđ\n");
    free(text);
    table_free(t);
}

static void
control_characters_of_a_record_never_reach_the_terminal(void **state)
{
    struct table *t = table_new();
    char *text;

    (void) state;
    table_column(t, "x");
    table_cell(t, "a\033[31mb\nc\xC2\x9B" "d");
    text = printed(t, 0, false);
    assert_null(strchr(text, '\033'));
    assert_null(strstr(text, "\xC2\x9B"));
    assert_string_equal(text, "x\na [31mb c d\n");
    free(text);
    table_free(t);
}

static void
csv_quotes_what_needs_it(void **state)
{
    struct table *t = table_new();
    char *text;

    (void) state;
    table_column(t, "a");
    table_column(t, "b");
    table_cell(t, "0,39");
    table_cell(t, "nói \"có\"");
    table_cell(t, "x\ny");
    table_cell(t, "z");
    text = printed(t, 0, true);
    assert_string_equal(text, "\xEF\xBB\xBF" "a,b\r\n\"0,39\",\"nói \"\"có\"\"\"\r\n\"x\ny\",z\r\n");
    free(text);
    table_free(t);
}

static void
csv_holds_no_formula(void **state)
{
    struct table *t = table_new();
    char *text;

    (void) state;
    table_column(t, "a");
    table_cell(t, "=1+1");
    table_cell(t, "@x,y");
    table_cell(t, "+84 912");
    table_cell(t, "-5,2");
    table_cell(t, "-cmd");
    text = printed(t, 0, true);
    assert_string_equal(text, "\xEF\xBB\xBF" "a\r\n'=1+1\r\n\"'@x,y\"\r\n'+84 912\r\n\"-5,2\"\r\n'-cmd\r\n");
    free(text);
    table_free(t);
}

static void
a_list_cuts_what_is_too_wide(void **state)
{
    struct table *t = table_new();
    char *text;

    (void) state;
    table_cut(t);
    table_column(t, "Mã");
    table_column(t, "Tên");
    table_cell(t, "1.9");
    table_cell(t, "Phát động đợt thi đua đặc biệt chào mừng");
    text = printed(t, 30, false);
    assert_string_equal(text, "Mã   Tên\n1.9  Phát động đợt thi đua…\n");
    free(text);
    table_free(t);
}

static void
dates_keep_their_precision(void **state)
{
    static const struct {
        const char *date, *shown;
    } cases[] = {
        {"2023-08-15", "15/08/2023"}, {"2023-04", "04/2023"}, {"2023", "2023"},
        {"2023-Q2", "quarter II of 2023"}, {"2023-H1", "first half of 2023"},
        {"2023-H2", "second half of 2023"}, {"", ""}, {"soon", "soon"}, {"2023-Q9", "2023-Q9"},
        {"2023-xx-15", "2023-xx-15"},
    };
    char text[PRINT_DATE_BYTES_MAX];

    (void) state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        print_date(cases[i].date, text);
        assert_string_equal(text, cases[i].shown);
    }
    print_date(NULL, text);
    assert_string_equal(text, "");
}

static void
moments_are_shown_in_local_time(void **state)
{
    char text[PRINT_DATE_BYTES_MAX];

    (void) state;
    setenv("TZ", "ICT-7", 1);
    print_time("2023-08-15T20:30:00Z", text);
    assert_string_equal(text, "16/08/2023 03:30");
    print_time("never", text);
    assert_string_equal(text, "never");
}

static void
decimals_have_a_comma_in_vietnamese(void **state)
{
    char text[PRINT_DATE_BYTES_MAX];

    (void) state;
    setenv("LANGUAGE", "en", 1);
    print_decimal("0.39", text);
    assert_string_equal(text, "0.39");
    setenv("LANGUAGE", "vi", 1);
    print_decimal("0.39", text);
    assert_string_equal(text, "0,39");
    print_bytes(1240000, text);
    assert_string_equal(text, "1,2 MB");
    print_bytes(999, text);
    assert_string_equal(text, "999 B");
}

static void
labels_are_the_same_in_any_case_and_spacing(void **state)
{
    (void) state;
    assert_true(utf8_same_label("Ngày bắt đầu", "ngày_bắt-đầu"));
    assert_true(utf8_same_label("ĐƠN VỊ", "đơn vị"));
    assert_true(utf8_same_label("ƯỚC", "ước"));
    assert_true(utf8_same_label("ÁP DỤNG Ở XÃ", "áp dụng ở xã"));
    assert_false(utf8_same_label("đơn vị", "đơn"));
    assert_false(utf8_same_label("tên", "ten"));
    assert_false(utf8_same_label("a", ""));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(width_counts_what_a_terminal_shows),
        cmocka_unit_test(columns_of_vietnamese_words_line_up),
        cmocka_unit_test(a_narrow_terminal_folds_the_widest_column_at_words),
        cmocka_unit_test(a_word_longer_than_its_column_is_cut_between_letters),
        cmocka_unit_test(control_characters_of_a_record_never_reach_the_terminal),
        cmocka_unit_test(csv_quotes_what_needs_it),
        cmocka_unit_test(csv_holds_no_formula),
        cmocka_unit_test(a_list_cuts_what_is_too_wide),
        cmocka_unit_test(dates_keep_their_precision),
        cmocka_unit_test(moments_are_shown_in_local_time),
        cmocka_unit_test(decimals_have_a_comma_in_vietnamese),
        cmocka_unit_test(labels_are_the_same_in_any_case_and_spacing),
    };

    return tap_run("print", tests, NULL, NULL);
}
