/* Words and the order of names. */
#include "config.h"

#include "daemon/domain/words.h"

#include <string.h>

#include "tests/util/tap.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static struct arena arena;

static int
start(void **state)
{
    (void) state;
    arena_init(&arena, 1 << 20);
    return 0;
}

static int
stop(void **state)
{
    (void) state;
    arena_release(&arena);
    return 0;
}

static void
words_lose_their_punctuation(void **state)
{
    (void) state;
    assert_string_equal(words_fold(&arena, "Công chức Văn hóa – Xã hội (phường)."),
                        "cong chuc van hoa xa hoi phuong");
}

static void
marks_can_be_kept(void **state)
{
    (void) state;
    assert_string_equal(words_lower(&arena, "Thủ TRƯỞNG, các trường!"), "thủ trưởng các trường");
    assert_string_equal(words_lower(&arena, "TO\xCC\x82\xCC\x89"), "tổ");
    assert_null(words_lower(&arena, "\xFF"));
}

static void
words_are_found_whole_and_in_a_row(void **state)
{
    (void) state;
    assert_true(words_have("cac to dan pho", "to dan pho"));
    assert_true(words_have("to", "to"));
    assert_false(words_have("cac toan dan", "to"));
    assert_false(words_have("cac to", "cac to dan"));
    assert_false(words_have("cac to", ""));
    assert_true(words_have("thon 10 thon 1", "thon 1"));
}

static void
assert_order(enum name_order order, const char **names, size_t count)
{
    struct name_item items[16];

    for (size_t i = 0; i < count; i++)
        items[i] = (struct name_item){names[count - 1 - i], NULL};
    assert_int_equal(name_sort(&arena, order, items, count, NULL), OK);
    for (size_t i = 0; i < count; i++)
        assert_string_equal(items[i].name, names[i]);
}

static void
people_sort_by_the_given_name_in_vietnamese_order(void **state)
{
    const char *names[] = {"Trần Thị An",  "Lê Văn Ân", "Nguyễn Văn Danh", "Bùi Đào",
                           "Trần Thị Hoa", "Lê Hoà",    "Nguyễn Hoà",      "Hoàng Văn Vịnh"};

    (void) state;
    assert_order(NAME_PERSON, names, COUNT(names));
}

static void
units_sort_from_the_front_with_numbers_by_value(void **state)
{
    const char *names[] = {"Hội Nông dân", "Thôn 1", "Thôn 2", "Thôn 10", "Tổ 1"};

    (void) state;
    assert_order(NAME_PLAIN, names, COUNT(names));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_lose_their_punctuation),
        cmocka_unit_test(marks_can_be_kept),
        cmocka_unit_test(words_are_found_whole_and_in_a_row),
        cmocka_unit_test(people_sort_by_the_given_name_in_vietnamese_order),
        cmocka_unit_test(units_sort_from_the_front_with_numbers_by_value),
    };

    return tap_run("words", tests, start, stop);
}
