/* Text into blocks: what is mended, what stays apart, and which line each place came from. */
#include "config.h"

#include <string.h>

#include "plan/decode.h"
#include "plan/phrase.h"
#include "plan/text.h"
#include "tests/util/tap.h"

static void
read_blocks(const char *source, struct text *t)
{
    struct buf clean;
    struct error e;

    buf_init(&clean, 1 << 20);
    assert_int_equal(decode_text((const uint8_t *) source, strlen(source), &clean, &e), OK);
    assert_int_equal(text_read(clean.bytes, clean.size, t), OK);
    buf_release(&clean);
}

static void
expect_block(const struct text *t, size_t i, const char *words)
{
    assert_true(i < t->blocks_count);
    assert_int_equal(t->blocks[i].end - t->blocks[i].at, strlen(words));
    assert_memory_equal(t->bytes + t->blocks[i].at, words, strlen(words));
}

static void
a_sentence_broken_by_a_page_is_whole_and_knows_both_lines(void **state)
{
    struct text t;

    (void) state;
    read_blocks("1. Phát động phong trào thi đua theo Nghị quyết của Hội đồng\n\n"
                "nhân dân xã và hoàn thành các chỉ tiêu.\n",
                &t);
    assert_int_equal(t.blocks_count, 1);
    expect_block(
        &t, 0,
        "1. Phát động phong trào thi đua theo Nghị quyết của Hội đồng nhân dân xã và hoàn thành "
        "các chỉ tiêu.");
    assert_int_equal(text_line(&t, t.blocks[0].at), 1);
    assert_int_equal(text_line(&t, t.blocks[0].end - 1), 3);
    text_release(&t);
}

static void
a_page_number_between_two_halves_is_dropped(void **state)
{
    struct text t;

    (void) state;
    read_blocks("Các đơn vị phát động và tổ chức thi đua với khí thế sôi nổi trong toàn\n\n- 2 "
                "-\n\f\nthể cán bộ.\n",
                &t);
    assert_int_equal(t.blocks_count, 1);
    text_release(&t);
}

static void
a_name_behind_a_hanging_word_goes_on_although_it_is_capital(void **state)
{
    struct text t;

    (void) state;
    read_blocks("Lựa chọn những tập thể có thành tích xuất sắc tiêu biểu trong đợt thi đua nhân "
                "dịp đồng chí\n\n"
                "Lê Văn Bình được công nhận.\n",
                &t);
    assert_int_equal(t.blocks_count, 1);
    text_release(&t);
}

static void
headings_items_and_signatures_stay_apart(void **state)
{
    struct text t;

    (void) state;
    read_blocks("KẾ HOẠCH\nphát động thi đua\n\nI. MỤC ĐÍCH\n1. Phòng Nội vụ\n- Theo dõi việc đăng "
                "ký\n- Tổng hợp\n"
                "\nTM. ỦY BAN NHÂN DÂN\nCHỦ TỊCH\n",
                &t);
    assert_int_equal(t.blocks_count, 8);
    expect_block(&t, 3, "1. Phòng Nội vụ");
    expect_block(&t, 7, "CHỦ TỊCH");
    assert_int_equal(t.blocks[1].zone, ZONE_TITLE);
    assert_int_equal(t.blocks[2].zone, ZONE_BODY);
    assert_int_equal(t.blocks[6].zone, ZONE_TAIL);
    assert_int_equal(t.blocks[4].parent, 3);
    assert_int_equal(t.blocks[3].parent, 2);
    text_release(&t);
}

static void
markup_and_invisible_characters_are_dropped(void **state)
{
    struct text t;

    (void) state;
    read_blocks("\xEF\xBB\xBF**Thi** đua\xE2\x80\x8B   “*yêu nước*” \\- \xC2\xA0năm 2023\r\n", &t);
    expect_block(&t, 0, "Thi đua “yêu nước” - năm 2023");
    text_release(&t);
}

static void
two_columns_become_lines_of_their_own(void **state)
{
    struct text t;

    (void) state;
    read_blocks("UBND XÃ AN HÒA          CỘNG HÒA XÃ HỘI\nSố: 1/KH-UBND\tAn Hòa, ngày 1 tháng 2 "
                "năm 2024\nKẾ HOẠCH\n"
                "Thi đua\n",
                &t);
    expect_block(&t, 0, "UBND XÃ AN HÒA");
    expect_block(&t, 1, "CỘNG HÒA XÃ HỘI");
    expect_block(&t, 2, "Số: 1/KH-UBND");
    assert_int_equal(text_line(&t, t.blocks[3].at), 2);
    text_release(&t);
}

static void
a_line_cut_at_its_signature_keeps_no_label_beyond_its_end(void **state)
{
    struct text t;

    (void) state;
    read_blocks("KẾ HOẠCH\nThi đua\nNơi nhận:\n- KT. CHỦ TỊCH\n", &t);
    for (size_t i = 0; i < t.blocks_count; i++) {
        assert_true(t.blocks[i].label.body <= t.blocks[i].end);
        assert_true(t.blocks[i].at <= t.blocks[i].end && t.blocks[i].end <= t.size);
    }
    expect_block(&t, t.blocks_count - 1, "KT. CHỦ TỊCH");
    text_release(&t);
}

static void
a_table_row_keeps_its_cells(void **state)
{
    struct text t;

    (void) state;
    read_blocks("thi đua\n| TT | Chỉ tiêu | 2024 |\n|---|---|---|\n| 1 | Tỷ lệ | 5 |\n", &t);
    assert_int_equal(t.blocks_count, 3);
    assert_true(t.blocks[1].row && t.blocks[2].row);
    assert_int_equal(text_line(&t, t.blocks[2].at), 4);
    text_release(&t);
}

static void
labels_are_told_from_dates_and_counts(void **state)
{
    static const struct {
        const char *line;
        enum label_kind kind;
        const char *label;
    } cases[] = {
        {"II. NỘI DUNG", LABEL_ROMAN, "II"},
        {"2.1. Thi đua", LABEL_NUMBER, "2.1"},
        {"1- Mục đích", LABEL_NUMBER, "1"},
        {"a) Tập thể", LABEL_LETTER, "a"},
        {"đ/ Hộ gia đình", LABEL_LETTER, "đ"},
        {"– Tuyên truyền", LABEL_DASH, "–"},
        {"Thứ hai, các ngành", LABEL_ORDINAL, "Thứ hai"},
        {"B. NỘI DUNG", LABEL_PART, "B"},
        {"15/8/2023 là hạn", LABEL_NONE, ""},
        {"05 tổ dân phố", LABEL_NONE, ""},
        {"1.250 hộ", LABEL_NONE, ""},
        {"2023-2024 của nhà trường", LABEL_NONE, ""},
    };

    (void) state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct text t;
        struct span label;

        read_blocks(cases[i].line, &t);
        label = t.blocks[0].label.text;
        assert_int_equal(t.blocks[0].label.kind, cases[i].kind);
        if (cases[i].kind != LABEL_NONE) {
            assert_int_equal(label.end - label.at, strlen(cases[i].label));
            assert_memory_equal(t.bytes + label.at, cases[i].label, strlen(cases[i].label));
        }
        text_release(&t);
    }
}

static void
dots_before_a_small_letter_end_no_sentence(void **state)
{
    struct text t;

    (void) state;
    read_blocks("Giữ gìn bản sắc.... trong đó, TP. Huế đi đầu. Khóa XII. Gắn với việc làm.", &t);
    assert_int_equal(t.sentences_count, 3);
    text_release(&t);
}

static void
a_phrase_matches_whole_words_and_either_place_of_the_tone(void **state)
{
    struct text t;

    (void) state;
    read_blocks("Uỷ ban tổ chức văn hoá, hội nghị toàn quốc", &t);
    assert_true(span_found(phrase_find(&t, (struct span){0, t.size}, "ủy ban")));
    assert_true(span_found(phrase_find(&t, (struct span){0, t.size}, "văn hóa")));
    assert_true(span_found(phrase_find(&t, (struct span){0, t.size}, "toàn")));
    assert_false(span_found(phrase_find(&t, (struct span){0, t.size}, "nghị toà")));
    assert_false(span_found(phrase_find(&t, (struct span){0, t.size}, "an tổ")));
    text_release(&t);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_sentence_broken_by_a_page_is_whole_and_knows_both_lines),
        cmocka_unit_test(a_page_number_between_two_halves_is_dropped),
        cmocka_unit_test(a_name_behind_a_hanging_word_goes_on_although_it_is_capital),
        cmocka_unit_test(headings_items_and_signatures_stay_apart),
        cmocka_unit_test(markup_and_invisible_characters_are_dropped),
        cmocka_unit_test(two_columns_become_lines_of_their_own),
        cmocka_unit_test(a_line_cut_at_its_signature_keeps_no_label_beyond_its_end),
        cmocka_unit_test(a_table_row_keeps_its_cells),
        cmocka_unit_test(labels_are_told_from_dates_and_counts),
        cmocka_unit_test(dots_before_a_small_letter_end_no_sentence),
        cmocka_unit_test(a_phrase_matches_whole_words_and_either_place_of_the_tone),
    };

    return tap_run("mending", tests, NULL, NULL);
}
