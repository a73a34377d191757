/* Story 000: every Friday a report, through somebody; and story 002: half-years without a day. */
#include "config.h"

#include "tests/daemon/domain/story.h"

static const char weekly_plan[] =
    "{\"title\": \"Đợt thi đua cao điểm chào mừng kỷ niệm 60 năm\","
    " \"period\": {\"from\": \"2023-04\", \"to\": \"2023-09\", \"text\": \"từ tháng 4/2023 đến "
    "tháng 9/2023\", \"line\": 27},"
    " \"reports\": ["
    "  {\"from\": \"Đồng chí Bí thư các đảng bộ, chi bộ\", \"to\": \"Ban Thường vụ Thành ủy\","
    "   \"via\": \"Ban Tuyên giáo Thành ủy\", \"cadence\": \"weekly\", \"weekday\": 5, \"line\": "
    "62},"
    "  {\"from\": \"Mặt trận Tổ quốc\", \"to\": \"Ban Thường vụ Thành ủy\","
    "   \"via\": \"Ban Tuyên giáo Thành ủy\", \"cadence\": null, \"weekday\": null, \"line\": "
    "64}]}";

enum { COMMUNES = 3 };

struct city {
    struct node h;
    struct node c[COMMUNES];
    int64_t units[COMMUNES]; /* as the hub names them */
    int64_t campaign;
    int64_t weekly, other; /* routes, as the hub names them */
};

static void
city_start(struct city *w, const char *plan)
{
    static const char *const names[] = {"Đảng bộ C1", "Đảng bộ C2", "Đảng bộ C3"};
    struct unit_tree tree;
    json_t *answer;

    *w = (struct city){0};
    node_found(&w->h, 10, "Thành ủy Nam Định", "party_committee");
    for (int i = 0; i < COMMUNES; i++) {
        node_found(&w->c[i], 11 + (unsigned) i, names[i], "party_committee");
        node_adopt(&w->c[i], &w->h);
        node_sync(&w->c[i], &w->h);
    }
    answer = story_import(&w->h, plan);
    w->campaign = story_id(json_object_get(answer, "campaign"));
    json_decref(answer);
    assert_done(units_load(w->h.s, &w->h.arena, &tree, &story_error));
    for (size_t i = 0; i < tree.count; i++)
        for (int k = 0; k < COMMUNES; k++)
            if (tree.nodes[i].child != 0 && strcmp(tree.nodes[i].name, names[k]) == 0)
                w->units[k] = tree.nodes[i].id;
}

static void
city_issue(struct city *w)
{
    story_map(&w->h, story_nth(&w->h, RECORD_REPORT_ROUTE, w->campaign, 0), w->units, COMMUNES);
    w->campaign = story_issue(&w->h, w->campaign);
    w->weekly = story_nth(&w->h, RECORD_REPORT_ROUTE, w->campaign, 0);
    w->other = story_nth(&w->h, RECORD_REPORT_ROUTE, w->campaign, 1);
    for (int i = 0; i < COMMUNES; i++)
        node_sync(&w->h, &w->c[i]);
}

/* A commune writes its own report, on its own machine. */
static void
report(struct city *w, int commune, int64_t route, const char *period, const char *sent_on,
       bool nil)
{
    struct node *c = &w->c[commune];
    struct story_draft d;
    struct batch *b = story_begin(&d, c);

    batch_add(b, RECORD_REPORT, 0);
    batch_reference(b, "route", node_translate(&w->h, route, c));
    batch_reference(b, "unit", node_translate(&w->h, w->units[commune], c));
    batch_date(b, "period", period, NULL);
    batch_choice(b, "state", "sent");
    batch_date(b, "sent_on", sent_on, NULL);
    if (nil)
        batch_integer(b, "nil", 1);
    story_end(&d);
}

static void
city_stop(struct city *w)
{
    for (int i = 0; i < COMMUNES; i++)
        node_release(&w->c[i]);
    node_release(&w->h);
}

static json_t *
route_at(json_t *answer, size_t place)
{
    json_t *route = json_array_get(json_object_get(answer, "routes"), place);

    assert_non_null(route);
    return route;
}

static void
assert_total(struct node *n, const char *as_of, const char *what, long total)
{
    json_t *answer = story_due(n, as_of);

    assert_int_equal(story_total(answer, what), total);
    json_decref(answer);
}

static void
seven_fridays_of_three_committees_are_missing(void **state)
{
    struct city w;
    json_t *answer, *route;

    (void) state;
    city_start(&w, weekly_plan);
    city_issue(&w);
    answer = story_due(&w.h, "2023-05-20");
    route = route_at(answer, 0);
    assert_int_equal(json_integer_value(json_object_get(route, "periods")), 26);
    assert_int_equal(json_array_size(json_object_get(route, "units")), COMMUNES);
    assert_int_equal(story_total(answer, "missing"), 21);
    assert_int_equal(story_total(answer, "due"), 3); /* the coming Friday */
    assert_int_equal(json_integer_value(json_object_get(answer, "unmapped")), 1);
    assert_true(json_is_false(json_object_get(answer, "complete")));
    json_decref(answer);
    story_map(&w.h, w.other, w.units, 1);
    answer = story_due(&w.h, "2023-05-20");
    assert_int_equal(story_total(answer, "missing"),
                     21); /* no cadence: nothing falls due by itself */
    assert_true(json_is_true(json_object_get(answer, "complete")));
    json_decref(answer);
    city_stop(&w);
}

static void
a_report_and_a_nil_report_leave_nineteen(void **state)
{
    struct city w;
    json_t *answer, *row;

    (void) state;
    city_start(&w, weekly_plan);
    city_issue(&w);
    report(&w, 0, w.weekly, "2023-05-19", "2023-05-19", false);
    report(&w, 1, w.weekly, "2023-05-19", "2023-05-19", true);
    assert_total(&w.h, "2023-05-20", "missing", 21); /* no link yet */
    for (int i = 0; i < COMMUNES; i++)
        node_sync(&w.h, &w.c[i]);
    answer = story_due(&w.h, "2023-05-20");
    assert_int_equal(story_total(answer, "missing"), 19);
    assert_int_equal(story_total(answer, "sent"), 2);
    assert_int_equal(story_total(answer, "nil"), 1);
    assert_int_equal(json_integer_value(json_object_get(answer, "waiting")), 2);
    row = json_array_get(json_object_get(route_at(answer, 0), "rows"), 6 * COMMUNES + 1);
    assert_string_equal(json_string_value(json_object_get(row, "period")), "2023-05-19");
    assert_true(json_is_true(json_object_get(json_object_get(row, "report"), "nil")));
    assert_int_equal(json_array_size(json_object_get(route_at(answer, 0), "unmatched")), 0);
    json_decref(answer);
    assert_total(&w.h, "2023-05-18", "sent", 0); /* as of the day before */
    city_stop(&w);
}

static void
a_report_after_its_friday_is_late(void **state)
{
    struct city w;

    (void) state;
    city_start(&w, weekly_plan);
    city_issue(&w);
    report(&w, 0, w.weekly, "2023-05-12", "2023-05-15", false);
    node_sync(&w.h, &w.c[0]);
    assert_total(&w.h, "2023-05-20", "late", 1);
    assert_total(&w.h, "2023-05-14", "late", 0);
    assert_total(&w.h, "2023-05-14", "missing", 18);
    city_stop(&w);
}

static void
a_report_of_a_day_that_is_no_period_is_shown(void **state)
{
    struct city w;
    json_t *answer;

    (void) state;
    city_start(&w, weekly_plan);
    city_issue(&w);
    report(&w, 0, w.weekly, "2023-05-18", "2023-05-18", false);
    node_sync(&w.h, &w.c[0]);
    answer = story_due(&w.h, "2023-05-20");
    assert_int_equal(story_total(answer, "missing"), 21);
    assert_int_equal(json_array_size(json_object_get(route_at(answer, 0), "unmatched")), 1);
    json_decref(answer);
    city_stop(&w);
}

static void
what_was_sent_waits_on_the_via_until_it_is_forwarded(void **state)
{
    struct city w;
    struct record **reports;
    struct value day = {.kind = VALUE_DATE};
    struct story_draft d;
    struct batch *b;
    size_t count;
    json_t *answer = NULL;

    (void) state;
    city_start(&w, weekly_plan);
    city_issue(&w);
    report(&w, 0, w.weekly, "2023-05-19", "2023-05-19", false);
    report(&w, 1, w.weekly, "2023-05-19", "2023-05-19", true);
    for (int i = 0; i < COMMUNES; i++)
        node_sync(&w.h, &w.c[i]);
    assert_done(due_waiting(w.h.s, 0, story_day("2023-05-20"), &answer, &story_error));
    assert_int_equal(json_integer_value(json_object_get(answer, "count")), 2);
    json_decref(answer);
    assert_done(
        fact_list(w.h.s, &w.h.arena, RECORD_REPORT, NULL, 0, 0, &reports, &count, &story_error));
    assert_int_equal(date_parse("2023-05-20", &day.date, NULL), OK);
    b = story_begin(&d, &w.h);
    batch_set(b, reports[0]->id);
    batch_value(b, fact_field(RECORD_REPORT, "forwarded_on"), &day);
    story_end(&d);
    assert_done(due_waiting(w.h.s, 0, story_day("2023-05-20"), &answer, &story_error));
    assert_int_equal(json_integer_value(json_object_get(answer, "count")), 1);
    json_decref(answer);
    city_stop(&w);
}

static const char yearly_plan[] =
    "{\"title\": \"Phong trào thi đua năm 2023\","
    " \"period\": {\"from\": \"2023\", \"to\": \"2023\", \"text\": \"năm 2023\", \"line\": 8},"
    " \"reports\": ["
    "  {\"from\": \"các cơ quan, đơn vị\", \"to\": \"Ủy ban nhân dân Thành phố\","
    "   \"via\": \"phòng Nội vụ\", \"cadence\": \"semiannual\", \"weekday\": null, \"line\": 112},"
    "  {\"from\": \"các cơ quan, đơn vị\", \"to\": \"Ủy ban nhân dân Thành phố\","
    "   \"via\": \"phòng Nội vụ\", \"cadence\": \"annual\", \"weekday\": null, \"line\": 112}]}";

static void
set_due(struct city *w, int64_t route, const char *day)
{
    struct value v = {.kind = VALUE_DATE};
    struct story_draft d;
    struct batch *b = story_begin(&d, &w->h);

    assert_int_equal(date_parse(day, &v.date, NULL), OK);
    batch_set(b, route);
    batch_value(b, fact_field(RECORD_REPORT_ROUTE, "due"), &v);
    story_end(&d);
}

static void
a_route_without_a_day_is_open_and_never_late(void **state)
{
    struct city w;
    json_t *answer;

    (void) state;
    city_start(&w, yearly_plan);
    city_issue(&w);
    story_map(&w.h, w.other, w.units, COMMUNES);
    answer = story_due(&w.h, "2023-06-16");
    assert_int_equal(story_total(answer, "open"), 2 * COMMUNES);
    assert_int_equal(story_total(answer, "missing"), 0);
    assert_true(json_is_false(json_object_get(route_at(answer, 0), "dated")));
    json_decref(answer);
    set_due(&w, w.weekly, "15/6/2023");
    set_due(&w, w.other, "15/12/2023");
    report(&w, 0, w.weekly, "2023-H1", "2023-06-14", false);
    report(&w, 1, w.weekly, "2023-H1", "2023-06-15", false);
    for (int i = 0; i < COMMUNES; i++)
        node_sync(&w.h, &w.c[i]);
    assert_total(&w.h, "2023-06-16", "missing", 1);
    assert_total(&w.h, "2023-06-16", "sent", 2);
    assert_total(&w.h, "2023-12-16", "missing", 1 + COMMUNES); /* the year's report stands for H2 */
    city_stop(&w);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(seven_fridays_of_three_committees_are_missing),
        cmocka_unit_test(a_report_and_a_nil_report_leave_nineteen),
        cmocka_unit_test(a_report_after_its_friday_is_late),
        cmocka_unit_test(a_report_of_a_day_that_is_no_period_is_shown),
        cmocka_unit_test(what_was_sent_waits_on_the_via_until_it_is_forwarded),
        cmocka_unit_test(a_route_without_a_day_is_open_and_never_late),
    };

    return tap_run("due", tests, NULL, NULL);
}
