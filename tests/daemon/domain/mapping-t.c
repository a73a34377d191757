/* What the words of a plan say about units. */
#include "config.h"

#include "daemon/domain/mapping.h"

#include <string.h>

#include "tests/util/tap.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static struct arena arena;

/* A ward with its units, as its clerk typed them. */
static struct unit_node nodes[] = {
    {.id = 1, .name = "Phường Nguyễn Trãi", .kind = "ward", .is_self = true},
    {.id = 2, .name = "Tổ dân phố 1", .kind = "residential_group"},
    {.id = 3, .name = "Tổ dân phố 2", .kind = "residential_group"},
    {.id = 4, .name = "Công an phường", .kind = "armed_forces"},
    {.id = 5, .name = "Trạm y tế", .kind = "station"},
    {.id = 6, .name = "Ngành Văn hóa", .kind = "sector"},
    {.id = 7, .name = "Ủy ban MTTQ phường", .kind = "front"},
    {.id = 8, .name = "Hội Nông dân", .kind = "organisation"},
    {.id = 9, .name = "Trường Mầm non", .kind = "school"},
    {.id = 10, .name = "Chi bộ 1", .kind = "party_cell"},
    {.id = 11, .name = "Đảng bộ phường", .kind = "party_committee"},
    {.id = 12, .name = "Tổ dân phố 3", .kind = "other"},
    {.id = 13, .name = "Xã Mỹ Tân", .kind = "commune"},
    {.id = 14, .name = "Phường Trần Tế Xương", .kind = "ward", .joined_as = 15},
    {.id = 15, .name = "Phường Trần Tế Xương", .kind = "ward", .child = 90},
};
static struct unit_tree tree = {.nodes = nodes, .count = COUNT(nodes)};

static int
start(void **state)
{
    (void) state;
    arena_init(&arena, 4 << 20);
    return 0;
}

static int
stop(void **state)
{
    (void) state;
    arena_release(&arena);
    return 0;
}

/* The suggested ids in the order of the tree, such as "2 3 12". */
static const char *
suggest(const char *who)
{
    struct mapping_words w;
    const char *list = "";

    assert_int_equal(mapping_suggest(who, &tree, &arena, &w, NULL), OK);
    for (size_t i = 0; i < w.units_count; i++)
        list = arena_printf(&arena, "%s%s%d", list, i > 0 ? " " : "", (int) nodes[w.units[i]].id);
    return list;
}

static void
kinds_are_found_by_their_words(void **state)
{
    (void) state;
    assert_string_equal(suggest("các tổ dân phố"), "2 3 12");
    assert_string_equal(suggest("Đồng chí Bí thư các đảng bộ, chi bộ"), "10 11");
    assert_string_equal(suggest("Mặt trận Tổ quốc và các đoàn thể"), "7 8");
    assert_string_equal(suggest("các nhà trường"), "9");
    assert_string_equal(suggest("UBND các xã, phường"), "13 15");
}

static void
and_joins_two_kinds(void **state)
{
    (void) state;
    assert_string_equal(suggest("Các ngành thuộc UBND phường và các tổ dân phố"), "2 3 5 6 12");
    assert_string_equal(
        suggest("Ủy ban Mặt trận Tổ quốc Việt Nam phường và các tổ chức chính trị - xã hội "
                "trong phường"),
        "7 8");
}

static void
all_units_are_meant_by_cac_don_vi(void **state)
{
    (void) state;
    assert_string_equal(suggest("Các đơn vị, các thôn"), "2 3 4 5 6 7 8 9 10 11 12 13 15");
    assert_string_equal(suggest("các cơ quan, đơn vị"), "2 3 4 5 6 7 8 9 10 11 12 13 15");
}

static void
heads_are_not_schools(void **state)
{
    (void) state;
    assert_string_equal(suggest("Thủ trưởng các ngành"), "5 6");
    assert_string_equal(suggest("Trưởng các thôn"), "");
}

static void
the_unit_itself_and_society_are_not_communes(void **state)
{
    (void) state;
    assert_string_equal(suggest("UBND phường"), "");
    assert_string_equal(suggest("Công chức Văn hóa – Xã hội phường"), "");
}

static void
names_in_the_text_are_found(void **state)
{
    (void) state;
    assert_string_equal(suggest("Hội Nông dân phường"), "8");
    assert_string_equal(suggest("Tổ dân phố 1"),
                        "2 3 12"); /* a kind's word outweighs: a person chooses */
    assert_string_equal(suggest("xã Mỹ Tân"), "13");
    assert_string_equal(suggest(""), "");
}

static void
text_without_marks_is_read_too(void **state)
{
    (void) state;
    assert_string_equal(suggest("cac to dan pho"), "2 3 12");
    assert_string_equal(suggest("To dan pho"), "2 3 12");
}

static void
stated_numbers_are_checked(void **state)
{
    struct mapping_words w;

    (void) state;
    assert_int_equal(mapping_suggest("05 tổ dân phố và 1 trường học", &tree, &arena, &w, NULL), OK);
    assert_int_equal(w.counts_count, 2);
    assert_string_equal(w.counts[0].words, "05 tổ dân phố");
    assert_int_equal(w.counts[0].stated, 5);
    assert_int_equal(w.counts[0].found, 3);
    assert_int_equal(w.counts[1].stated, 1);
    assert_int_equal(w.counts[1].found, 1);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(kinds_are_found_by_their_words),
        cmocka_unit_test(and_joins_two_kinds),
        cmocka_unit_test(all_units_are_meant_by_cac_don_vi),
        cmocka_unit_test(heads_are_not_schools),
        cmocka_unit_test(the_unit_itself_and_society_are_not_communes),
        cmocka_unit_test(names_in_the_text_are_found),
        cmocka_unit_test(text_without_marks_is_read_too),
        cmocka_unit_test(stated_numbers_are_checked),
    };

    return tap_run("mapping", tests, start, stop);
}
