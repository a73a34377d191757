/* Folding and normalising what people type. */
#include "config.h"

#include "daemon/domain/fold.h"

#include <string.h>

#include "tests/util/tap.h"

static void
names_fold_without_marks_case_and_spare_blanks(void **state)
{
    static const char *const pairs[][2] = {
        {"Thôn Đông", "thon dong"},
        {"  Thôn\t 1 ", "thon 1"},
        {"Tho\xCC\x82n \xC4\x90\xC3\xB4ng", "thon dong"},        /* NFD and NFC in one text */
        {"HO\xC3\x80 B\xC3\x8CNH", "hoa binh"},
        {"Ph\xC6\xB0\xE1\xBB\x9Dng Nguy\xE1\xBB\x85n Tr\xC3\xA3i", "phuong nguyen trai"},
        {"a\xE2\x80\x8B" "b\xEF\xBB\xBF" "c", "abc"},
        {"A\xC2\xA0 B", "a b"},
        {"", ""},
        {" ", ""},
    };
    struct arena a;

    (void) state;
    arena_init(&a, 4096);
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++)
        assert_string_equal(fold_text(&a, pairs[i][0]), pairs[i][1]);
    arena_release(&a);
}

static void
decomposed_text_becomes_composed(void **state)
{
    struct arena a;

    (void) state;
    arena_init(&a, 4096);
    assert_string_equal(nfc_text(&a, "Tho\xCC\x82n", 6), "Th\xC3\xB4n");
    assert_string_equal(nfc_text(&a, "Th\xC3\xB4n", 5), "Th\xC3\xB4n");
    assert_string_equal(nfc_text(&a, "e\xCC\x82\xCC\xA3", 5), "\xE1\xBB\x87"); /* marks in the wrong order */
    assert_string_equal(nfc_text(&a, "abcdef", 3), "abc");
    arena_release(&a);
}

static void
broken_utf8_is_refused_and_never_folded_into_text(void **state)
{
    struct arena a;

    (void) state;
    arena_init(&a, 4096);
    assert_null(nfc_text(&a, "a\xC3", 2));
    assert_string_equal(fold_text(&a, "a\xC3"), "a");
    arena_release(&a);
}

static void
an_arena_without_room_gives_null(void **state)
{
    struct arena a;

    (void) state;
    arena_init(&a, 16);
    assert_null(fold_text(&a, "mười sáu"));
    assert_null(nfc_text(&a, "mười sáu", strlen("mười sáu")));
    arena_release(&a);
}

static void
the_widest_decomposition_stays_inside_its_buffer(void **state)
{
    struct arena a;
    char text[2 * 100 + 1];

    (void) state;
    arena_init(&a, 65536);
    for (size_t i = 0; i < 100; i++)
        memcpy(text + 2 * i, "\xCE\x90", 3);
    assert_int_equal(strlen(fold_text(&a, text)), 2 * 100);
    arena_release(&a);
}

static void
distance_counts_typing_slips(void **state)
{
    (void) state;
    assert_int_equal(fold_distance("thon 1", "thon 1", 3), 0);
    assert_int_equal(fold_distance("thon 1", "thno 1", 3), 1);
    assert_int_equal(fold_distance("thon 1", "thon", 3), 2);
    assert_int_equal(fold_distance("thon", "hon 1", 3), 3);
    assert_int_equal(fold_distance("thon", "to dan pho", 3), 4);
    assert_int_equal(fold_distance("abc", "xyz", 2), 3);
    assert_int_equal(fold_distance("", "", 3), 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_fold_without_marks_case_and_spare_blanks),
        cmocka_unit_test(decomposed_text_becomes_composed),
        cmocka_unit_test(broken_utf8_is_refused_and_never_folded_into_text),
        cmocka_unit_test(an_arena_without_room_gives_null),
        cmocka_unit_test(the_widest_decomposition_stays_inside_its_buffer),
        cmocka_unit_test(distance_counts_typing_slips),
    };

    return tap_run("fold", tests, NULL, NULL);
}
