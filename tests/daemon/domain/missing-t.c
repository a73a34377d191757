/* Story 001: a ward's quota of registrations, from the plan to the overdue list; and the hub's view
 * of it. */
#include "config.h"

#include "tests/daemon/domain/story.h"

static const char plan[] =
    "{\"type\": \"kế hoạch\", \"number\": null, \"issued\": null, \"issuer\": \"UBND phường\","
    " \"title\": \"Phát động Đợt thi đua đặc biệt chào mừng kỷ niệm 20 năm\","
    " \"signer\": {\"name\": \"Phan Thành Trung\", \"title\": \"CHỦ TỊCH\", \"line\": 98},"
    " \"period\": {\"from\": \"2023-08-01\", \"to\": \"2023-12-15\", \"text\": \"từ ngày\", "
    "\"line\": 37},"
    " \"occasions\": [{\"text\": \"kỷ niệm 20 năm\", \"from\": \"2004-01-08\", \"to\": "
    "\"2024-01-08\", \"line\": 5}],"
    " \"legal_bases\": [{\"text\": \"Chỉ thị số 05-CT/TW\", \"number\": \"05-CT/TW\", \"date\": "
    "\"2016-05-15\","
    "   \"issuer\": \"Bộ Chính trị\", \"line\": 53}],"
    " \"contents\": [{\"label\": \"1\", \"text\": \"Tiếp tục\", \"line\": 41},"
    "   {\"label\": \"1.1\", \"text\": \"Nâng cao\", \"line\": 42},"
    "   {\"label\": null, \"text\": \"Gạch đầu dòng\", \"line\": 43},"
    "   {\"label\": \"1\", \"text\": \"Lại mục 1\", \"line\": 44}],"
    " \"movements\": [\"Vì người nghèo\", \"Vì người nghèo\"],"
    " \"participants\": [{\"kind\": \"collective\", \"text\": \"05 tổ dân phố\", \"line\": 31}],"
    " \"obligations\": ["
    "  {\"who\": \"Các ngành thuộc UBND phường và các tổ dân phố\", \"what\": \"đăng ký\", "
    "\"min\": 1,"
    "   \"unit\": \"mô hình hoặc công trình\", \"due\": \"2023-08-15\", \"line\": 65},"
    "  {\"who\": \"Ủy ban Mặt trận Tổ quốc Việt Nam phường và các tổ chức chính trị - xã hội\","
    "   \"what\": \"Đăng ký\", \"min\": 1, \"unit\": \"mô hình hoặc công trình\", \"due\": "
    "\"2023-08-15\", \"line\": 83}],"
    " \"indicators\": [{\"name\": \"tỷ lệ hộ nghèo\", \"target\": 0.39, \"unit\": \"%\", \"by\": "
    "\"2023\", \"line\": 51}],"
    " \"awards\": [{\"form\": \"Giấy khen\", \"authority\": \"Chủ tịch UBND phường\", \"line\": "
    "57}],"
    " \"assignments\": [{\"assignee\": \"Các ngành\", \"label\": \"1\", \"line\": 63}],"
    " \"events\": [], \"contests\": [], \"works\": [], \"reports\": [],"
    " \"recipients\": [\"Thường trực Đảng ủy\", \"05 Tổ dân phố\"],"
    " \"questions\": [{\"text\": \"đặc biệt or cao điểm?\", \"template\": \"x\", \"args\": [], "
    "\"line\": 5}]}";

enum { GROUPS = 5, SECTORS = 4, FRONTS = 5, UNITS = GROUPS + SECTORS + FRONTS };

struct ward {
    struct node c;
    int64_t units[UNITS]; /* 5 tổ dân phố, 4 ngành, the Front, 4 đoàn thể */
    int64_t draft;
    int64_t campaign; /* issued */
};

static void
ward_start(struct ward *w)
{
    static const char *const sectors[] = {"Trạm y tế", "Ngành Văn hóa", "Ngành Tài chính",
                                          "Ngành Địa chính"};
    static const char *const fronts[] = {"Ủy ban MTTQ", "Hội Nông dân", "Hội Phụ nữ",
                                         "Đoàn Thanh niên", "Hội Cựu chiến binh"};
    char name[32];
    json_t *answer;

    *w = (struct ward){0};
    node_found(&w->c, 1, "Phường Nguyễn Trãi", "ward");
    for (int i = 0; i < UNITS; i++) {
        const char *kind = i < GROUPS              ? "residential_group"
                           : i < GROUPS + SECTORS  ? "sector"
                           : i == GROUPS + SECTORS ? "front"
                                                   : "organisation";

        snprintf(name, sizeof name, "Tổ dân phố %d", i + 1);
        w->units[i] = story_unit(&w->c,
                                 i < GROUPS             ? name
                                 : i < GROUPS + SECTORS ? sectors[i - GROUPS]
                                                        : fronts[i - GROUPS - SECTORS],
                                 kind);
    }
    answer = story_import(&w->c, plan);
    w->draft = story_id(json_object_get(answer, "campaign"));
    json_decref(answer);
}

static void
ward_map(struct ward *w)
{
    story_map(&w->c, story_nth(&w->c, RECORD_OBLIGATION, w->draft, 0), w->units, GROUPS + SECTORS);
    story_map(&w->c, story_nth(&w->c, RECORD_OBLIGATION, w->draft, 1), w->units + GROUPS + SECTORS,
              FRONTS);
}

static void
ward_issue(struct ward *w)
{
    ward_map(w);
    w->campaign = story_issue(&w->c, w->draft);
}

static int64_t
ward_register(struct ward *w, int unit, const char *title, const char *received_on)
{
    struct story_draft d;
    struct batch *b = story_begin(&d, &w->c);

    batch_add(b, RECORD_REGISTRATION, 0);
    batch_reference(b, "campaign", w->campaign);
    batch_reference(b, "unit", w->units[unit]);
    batch_choice(b, "kind", "model");
    batch_text(b, "title", title);
    batch_choice(b, "state", "confirmed");
    batch_date(b, "received_on", received_on, NULL);
    return story_end(&d);
}

static void
ward_stop(struct ward *w)
{
    node_release(&w->c);
}

static void
assert_totals(struct node *n, const char *as_of, long units, long missing, long registered,
              long late, long overdue, long extended)
{
    json_t *answer = story_missing(n, as_of);

    assert_int_equal(story_total(answer, "units"), units);
    assert_int_equal(story_total(answer, "missing"), missing);
    assert_int_equal(story_total(answer, "registered"), registered);
    assert_int_equal(story_total(answer, "late"), late);
    assert_int_equal(story_total(answer, "overdue"), overdue);
    assert_int_equal(story_total(answer, "extended"), extended);
    assert_true(json_is_true(json_object_get(answer, "complete")));
    json_decref(answer);
}

/* --- the plan -------------------------------------------------------------------------------- */

static void
a_reading_becomes_a_draft_with_every_record(void **state)
{
    struct ward w;
    struct record *r;
    const struct value *target;

    (void) state;
    ward_start(&w);
    r = node_read(&w.c, w.draft);
    assert_string_equal(fact_text(r, "code"), "dac-biet-2023");
    assert_string_equal(fact_choice(r, "state"), "draft");
    assert_string_equal(fact_text(r, "bears_name"), "đặc biệt");
    assert_int_equal(fact_integer(r, "signer_line", 0), 98);
    assert_int_equal(story_count(&w.c, RECORD_CONTENT_ITEM, w.draft), 4);
    assert_int_equal(story_count(&w.c, RECORD_MOVEMENT, w.draft), 1);
    assert_int_equal(story_count(&w.c, RECORD_RECIPIENT, w.draft), 2);
    r = node_read(&w.c, story_nth(&w.c, RECORD_RECIPIENT, w.draft, 1));
    assert_int_equal(fact_integer(r, "count", 0), 5);
    r = node_read(&w.c, story_nth(&w.c, RECORD_CONTENT_ITEM, w.draft, 1));
    assert_int_equal(fact_reference(r, "parent"), story_nth(&w.c, RECORD_CONTENT_ITEM, w.draft, 0));
    r = node_read(&w.c, story_nth(&w.c, RECORD_OBLIGATION, w.draft, 0));
    assert_string_equal(fact_choice(r, "action"), "register");
    assert_string_equal(fact_text(r, "counts"), "model work");
    assert_string_equal(fact_text(r, "alternatives"), "mô hình hoặc công trình");
    assert_int_equal(fact_integer(r, "line", 0), 65);
    target = fact_value(node_read(&w.c, story_nth(&w.c, RECORD_INDICATOR, w.draft, 0)), "target");
    assert_true(target->integer == 39 && target->exponent == -2);
    ward_stop(&w);
}

static void
a_plan_that_is_held_is_not_imported_again(void **state)
{
    struct ward w;
    struct act act;
    json_t *reading = json_loads(plan, 0, NULL), *answer = NULL;
    struct error e = {0};

    (void) state;
    ward_start(&w);
    act = story_act(&w.c);
    assert_done(store_begin(w.c.s, &story_error));
    assert_int_equal(plan_import(&act, reading, false, &answer, &e), ERR_CONFLICT);
    assert_non_null(strstr(e.text, "dac-biet-2023"));
    store_rollback(w.c.s);
    json_decref(reading);
    ward_stop(&w);
}

static void
a_second_plan_gets_a_code_of_its_own(void **state)
{
    struct ward w;
    json_t *answer;

    (void) state;
    ward_start(&w);
    answer = story_import(
        &w.c, "{\"title\": \"Đợt thi đua đặc biệt khác\","
              " \"period\": {\"from\": \"2023\", \"to\": null, \"text\": \"năm 2023\"}}");
    assert_string_equal(
        json_string_value(json_object_get(json_object_get(answer, "campaign"), "code")),
        "dac-biet-2023-2");
    json_decref(answer);
    ward_stop(&w);
}

/* --- mapping and issuing --------------------------------------------------------------------- */

static void
nothing_is_complete_while_a_duty_is_unmapped(void **state)
{
    struct ward w;
    json_t *answer;

    (void) state;
    ward_start(&w);
    answer = story_missing(&w.c, "2023-08-10");
    assert_int_equal(json_integer_value(json_object_get(answer, "unmapped")), 2);
    assert_true(json_is_false(json_object_get(answer, "complete")));
    json_decref(answer);
    story_map(&w.c, story_nth(&w.c, RECORD_OBLIGATION, w.draft, 0), w.units, GROUPS + SECTORS);
    answer = story_missing(&w.c, "2023-08-10");
    assert_int_equal(json_integer_value(json_object_get(answer, "unmapped")), 1);
    json_decref(answer);
    ward_stop(&w);
}

static void
the_mapping_suggests_the_units_of_the_words(void **state)
{
    struct ward w;
    json_t *answer = NULL, *duties;

    (void) state;
    ward_start(&w);
    assert_done(mapping_list(w.c.s, w.draft, &answer, &story_error));
    duties = json_object_get(json_array_get(json_object_get(answer, "campaigns"), 0), "duties");
    assert_int_equal(json_array_size(duties), 2);
    assert_int_equal(json_array_size(json_object_get(json_array_get(duties, 0), "suggestions")),
                     GROUPS + SECTORS);
    assert_int_equal(json_array_size(json_object_get(json_array_get(duties, 1), "suggestions")),
                     FRONTS);
    json_decref(answer);
    ward_stop(&w);
}

static void
mapping_again_replaces_the_units(void **state)
{
    struct ward w;
    int64_t duty;
    json_t *answer;

    (void) state;
    ward_start(&w);
    ward_map(&w);
    duty = story_nth(&w.c, RECORD_OBLIGATION, w.draft, 0);
    story_map(&w.c, duty, w.units + 1, 2);
    assert_totals(&w.c, "2023-08-10", 2 + FRONTS, 2 + FRONTS, 0, 0, 0, 0);
    story_map(&w.c, duty, w.units, 3); /* one of them was there, gone, and comes back */
    assert_totals(&w.c, "2023-08-10", 3 + FRONTS, 3 + FRONTS, 0, 0, 0, 0);
    story_map(&w.c, duty, NULL, 0); /* none of ours: an answer too */
    answer = story_missing(&w.c, "2023-08-10");
    assert_int_equal(story_total(answer, "units"), FRONTS);
    assert_true(json_is_true(json_object_get(answer, "complete")));
    json_decref(answer);
    ward_stop(&w);
}

static void
issuing_moves_the_whole_plan_to_the_outer_space(void **state)
{
    struct ward w;
    struct record *campaign;

    (void) state;
    ward_start(&w);
    ward_issue(&w);
    campaign = node_read(&w.c, w.campaign);
    assert_int_equal(campaign->space, node_space(&w.c, SPACE_OUTER).id);
    assert_string_equal(fact_choice(campaign, "state"), "issued");
    assert_int_equal(fact_reference(campaign, "draft"), w.draft);
    assert_false(node_read(&w.c, w.draft)->live);
    assert_int_equal(story_count(&w.c, RECORD_CAMPAIGN, 0), 1);
    assert_int_equal(story_count(&w.c, RECORD_OBLIGATION, 0), 2);
    assert_int_equal(story_count(&w.c, RECORD_OBLIGATION, w.campaign), 2);
    assert_int_equal(story_count(&w.c, RECORD_OBLIGATION_UNIT, 0), UNITS);
    assert_int_equal(story_count(&w.c, RECORD_CONTENT_ITEM, w.campaign), 4);
    assert_int_equal(
        fact_reference(node_read(&w.c, story_nth(&w.c, RECORD_CONTENT_ITEM, w.campaign, 1)),
                       "parent"),
        story_nth(&w.c, RECORD_CONTENT_ITEM, w.campaign, 0));
    assert_totals(&w.c, "2023-08-10", UNITS, UNITS, 0, 0, 0, 0);
    ward_stop(&w);
}

static void
registrations_made_for_a_draft_follow_it(void **state)
{
    struct ward w;
    int64_t registration;

    (void) state;
    ward_start(&w);
    w.campaign = w.draft;
    registration = ward_register(&w, 0, "Cổng chào", "2023-08-10");
    ward_issue(&w);
    assert_int_equal(fact_reference(node_read(&w.c, registration), "campaign"), w.campaign);
    assert_totals(&w.c, "2023-08-10", UNITS, UNITS - 1, 1, 0, 0, 0);
    ward_stop(&w);
}

static void
what_comes_for_the_draft_after_the_issue_counts_for_the_campaign(void **state)
{
    struct ward w;
    struct question q = {.as_of_day = story_day("2023-08-10")};
    json_t *answer = NULL;

    (void) state;
    ward_start(&w);
    ward_issue(&w);
    w.campaign = w.draft; /* as a laptop that has not seen the issue yet writes it */
    ward_register(&w, 0, "Cổng chào", "2023-08-10");
    assert_totals(&w.c, "2023-08-10", UNITS, UNITS - 1, 1, 0, 0, 0);
    q.campaign = w.draft;
    assert_done(missing_list(w.c.s, &q, &answer, &story_error));
    assert_int_equal(story_total(answer, "registered"), 1);
    json_decref(answer);
    ward_stop(&w);
}

static void
an_issued_campaign_is_not_issued_again(void **state)
{
    struct ward w;
    struct act act;
    struct error e = {0};

    (void) state;
    ward_start(&w);
    assert_true(issue_needed(w.c.s, node_read(&w.c, w.draft), 2));
    assert_true(issue_needed(w.c.s, node_read(&w.c, w.draft), 3));
    assert_false(issue_needed(w.c.s, node_read(&w.c, w.draft), 1));
    assert_false(issue_needed(w.c.s, node_read(&w.c, w.draft), 7));
    ward_issue(&w);
    assert_false(issue_needed(w.c.s, node_read(&w.c, w.campaign), 3));
    act = story_act(&w.c);
    assert_done(store_begin(w.c.s, &story_error));
    assert_int_equal(issue_campaign(&act, w.campaign, NULL, NULL, &e), ERR_CONFLICT);
    store_rollback(w.c.s);
    ward_stop(&w);
}

/* --- registrations --------------------------------------------------------------------------- */

static void
extend(struct ward *w, int unit, const char *to)
{
    struct record **duties;
    size_t count;
    struct story_draft d;
    struct value date = {.kind = VALUE_DATE}, status = {.kind = VALUE_INTEGER, .integer = 2};
    struct batch *b = story_begin(&d, &w->c);

    assert_done(fact_list(w->c.s, &w->c.arena, RECORD_OBLIGATION_UNIT, "unit", w->units[unit], 0,
                          &duties, &count, &story_error));
    assert_int_equal(count, 1);
    assert_int_equal(date_parse(to, &date.date, NULL), OK);
    batch_set(b, duties[0]->id);
    batch_value(b, fact_field(RECORD_OBLIGATION_UNIT, "extended_to"), &date);
    batch_value(b, fact_field(RECORD_OBLIGATION_UNIT, "status"), &status);
    story_end(&d);
}

static void
the_story_of_the_ward_counts_as_told(void **state)
{
    struct ward w;

    (void) state;
    ward_start(&w);
    ward_issue(&w);
    assert_totals(&w.c, "2023-08-10", 14, 14, 0, 0, 0, 0);
    ward_register(&w, 0, "Tổ 1", "2023-08-10");
    ward_register(&w, 1, "Tổ 2", "2023-08-10");
    ward_register(&w, 2, "Tổ 3", "2023-08-10");
    assert_totals(&w.c, "2023-08-10", 14, 11, 3, 0, 0, 0);
    assert_totals(&w.c, "2023-08-09", 14, 14, 0, 0, 0, 0); /* not yet received */
    assert_totals(&w.c, "2023-08-15", 14, 11, 3, 0, 0, 0); /* the last day is still in time */
    ward_register(&w, 3, "Tổ 4", "2023-08-14");
    ward_register(&w, 4, "Tổ 5", "2023-08-17");
    extend(&w, GROUPS + SECTORS + 1, "2023-08-31");
    assert_totals(&w.c, "2023-08-17", 14, 9, 5, 1, 8, 1);
    assert_totals(&w.c, "2023-09-01", 14, 9, 5, 1, 9, 0);
    ward_register(&w, GROUPS + SECTORS + 1, "Hội Nông dân", "2023-08-30");
    assert_totals(&w.c, "2023-09-01", 14, 8, 6, 1, 8, 0); /* in its own time */
    ward_stop(&w);
}

static void
what_does_not_count_is_shown_and_not_counted(void **state)
{
    struct ward w;
    struct story_draft d;
    struct batch *b;
    struct value withdrawn = {.kind = VALUE_INTEGER, .integer = 8};
    int64_t registration;

    (void) state;
    ward_start(&w);
    ward_issue(&w);
    registration = ward_register(&w, 0, "Cổng chào", "2023-08-10");
    ward_register(&w, 0, "CỔNG  chào", "2023-08-11"); /* alike: one distinct */
    assert_totals(&w.c, "2023-08-12", 14, 13, 1, 0, 0, 0);
    b = story_begin(&d, &w.c);
    batch_set(b, registration);
    batch_value(b, fact_field(RECORD_REGISTRATION, "state"), &withdrawn);
    story_end(&d);
    assert_totals(&w.c, "2023-08-10", 14, 14, 0, 0, 0, 0);
    assert_totals(&w.c, "2023-08-12", 14, 13, 1, 0, 0, 0); /* the second one stands */
    ward_stop(&w);
}

static void
two_alike_do_not_fill_a_minimum_of_two(void **state)
{
    struct ward w;
    struct story_draft d;
    struct value two = {.kind = VALUE_INTEGER, .integer = 2};
    struct batch *b;

    (void) state;
    ward_start(&w);
    ward_issue(&w);
    b = story_begin(&d, &w.c);
    batch_set(b, story_nth(&w.c, RECORD_OBLIGATION, w.campaign, 0));
    batch_value(b, fact_field(RECORD_OBLIGATION, "minimum"), &two);
    story_end(&d);
    ward_register(&w, 0, "Cổng chào", "2023-08-10");
    ward_register(&w, 0, "CỔNG  chào", "2023-08-11");
    assert_totals(&w.c, "2023-08-20", 14, 14, 0, 0, 14, 0);
    ward_register(&w, 0, "Vườn hoa", "2023-08-16");
    assert_totals(&w.c, "2023-08-20", 14, 13, 1, 1, 13, 0); /* the second came late */
    ward_stop(&w);
}

static void
a_kind_that_the_duty_does_not_name_does_not_fill_it(void **state)
{
    struct ward w;
    struct story_draft d;
    struct batch *b;

    (void) state;
    ward_start(&w);
    ward_issue(&w);
    b = story_begin(&d, &w.c);
    batch_add(b, RECORD_REGISTRATION, 0);
    batch_reference(b, "campaign", w.campaign);
    batch_reference(b, "unit", w.units[0]);
    batch_choice(b, "kind", "initiative");
    batch_text(b, "title", "Sáng kiến");
    story_end(&d);
    assert_totals(&w.c, "2030-01-01", 14, 14, 0, 0, 14, 0);
    ward_stop(&w);
}

/* --- the hub --------------------------------------------------------------------------------- */

static void
the_hub_sees_the_figures_of_its_commune(void **state)
{
    struct ward w;
    struct node h = {0};
    json_t *answer, *campaign;

    (void) state;
    ward_start(&w);
    ward_issue(&w);
    ward_register(&w, 0, "Tổ 1", "2023-08-10");
    node_found(&h, 2, "Thành phố Nam Định", "city");
    node_adopt(&w.c, &h);
    node_sync(&w.c, &h);
    answer = story_missing(&h, "2023-08-10");
    assert_int_equal(story_total(answer, "missing"), 13);
    campaign = json_object_get(json_array_get(json_object_get(answer, "campaigns"), 0), "campaign");
    assert_string_equal(json_string_value(json_object_get(campaign, "unit")), "Phường Nguyễn Trãi");
    assert_string_equal(json_string_value(json_object_get(campaign, "origin")), "below");
    assert_true(json_is_true(json_object_get(answer, "complete")));
    json_decref(answer);
    node_release(&h);
    ward_stop(&w);
}

static void
the_hub_sees_which_commune_has_not_registered_for_its_own_campaign(void **state)
{
    struct ward w;
    struct node h = {0}, other = {0};
    struct unit_tree tree;
    int64_t units[2], campaign, here;
    size_t count = 0;
    json_t *answer;

    (void) state;
    ward_start(&w);
    node_found(&h, 2, "Thành phố Nam Định", "city");
    node_found(&other, 3, "Xã Mỹ Tân", "commune");
    node_adopt(&w.c, &h);
    node_adopt(&other, &h);
    node_sync(&w.c, &h);
    answer = story_import(
        &h,
        "{\"title\": \"Thi đua của thành phố\", \"obligations\": [{\"who\": \"UBND các xã, "
        "phường\","
        " \"what\": \"đăng ký\", \"min\": 1, \"unit\": \"mô hình\", \"due\": \"2023-08-15\"}]}");
    campaign = story_id(json_object_get(answer, "campaign"));
    json_decref(answer);
    assert_done(units_load(h.s, &h.arena, &tree, &story_error));
    for (size_t i = 0; i < tree.count; i++)
        if (tree.nodes[i].child != 0)
            units[count++] = tree.nodes[i].id;
    assert_int_equal(count, 2);
    story_map(&h, story_nth(&h, RECORD_OBLIGATION, campaign, 0), units, count);
    campaign = story_issue(&h, campaign);
    assert_totals(&h, "2023-08-10", 2, 2, 0, 0, 0, 0);
    node_sync(&h, &w.c);
    here = node_translate(&h, campaign, &w.c);
    w.campaign = here;
    answer = story_missing(&w.c, "2023-08-10"); /* the ward's own duty, as it sees it */
    assert_int_equal(story_total(answer, "units"), 1);
    assert_int_equal(story_total(answer, "missing"), 1);
    json_decref(answer);
    ward_register(&w, 0, "Mô hình của phường", "2023-08-09");
    node_sync(&h, &w.c);
    assert_totals(&h, "2023-08-10", 2, 1, 1, 0, 0, 0);
    /* handed down to two groups: each answers for itself, and no longer for the ward */
    story_map(&w.c, story_nth(&w.c, RECORD_OBLIGATION, here, 0), w.units, 2);
    node_sync(&h, &w.c);
    assert_totals(&h, "2023-08-10", 2, 2, 0, 0, 0, 0);
    answer = story_missing(&w.c, "2023-08-10");
    assert_int_equal(
        json_integer_value(json_object_get(json_object_get(answer, "handed_down"), "registered")),
        1);
    assert_int_equal(
        json_integer_value(json_object_get(json_object_get(answer, "handed_down"), "missing")), 1);
    json_decref(answer);
    node_release(&other);
    node_release(&h);
    ward_stop(&w);
}

static void
freshness_has_a_line_for_each_unit(void **state)
{
    struct ward w;
    struct node h = {0};
    json_t *answer = NULL, *units, *line;

    (void) state;
    ward_start(&w);
    node_found(&h, 2, "Thành phố Nam Định", "city");
    node_adopt(&w.c, &h);
    node_sync(&w.c, &h);
    assert_done(freshness_list(h.s, h.now_s, &answer, &story_error));
    units = json_object_get(answer, "units");
    assert_int_equal(json_array_size(units), 2);
    line = json_array_get(units, 1);
    assert_string_equal(json_string_value(json_object_get(line, "unit")), "Phường Nguyễn Trãi");
    assert_string_equal(json_string_value(json_object_get(line, "origin")), "below");
    assert_true(json_integer_value(json_object_get(line, "entries")) > UNITS);
    assert_int_equal(json_integer_value(json_object_get(line, "held")), 0);
    assert_true(json_is_string(json_object_get(line, "last_entry")));
    json_decref(answer);
    node_release(&h);
    ward_stop(&w);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_reading_becomes_a_draft_with_every_record),
        cmocka_unit_test(a_plan_that_is_held_is_not_imported_again),
        cmocka_unit_test(a_second_plan_gets_a_code_of_its_own),
        cmocka_unit_test(nothing_is_complete_while_a_duty_is_unmapped),
        cmocka_unit_test(the_mapping_suggests_the_units_of_the_words),
        cmocka_unit_test(mapping_again_replaces_the_units),
        cmocka_unit_test(issuing_moves_the_whole_plan_to_the_outer_space),
        cmocka_unit_test(registrations_made_for_a_draft_follow_it),
        cmocka_unit_test(what_comes_for_the_draft_after_the_issue_counts_for_the_campaign),
        cmocka_unit_test(an_issued_campaign_is_not_issued_again),
        cmocka_unit_test(the_story_of_the_ward_counts_as_told),
        cmocka_unit_test(what_does_not_count_is_shown_and_not_counted),
        cmocka_unit_test(two_alike_do_not_fill_a_minimum_of_two),
        cmocka_unit_test(a_kind_that_the_duty_does_not_name_does_not_fill_it),
        cmocka_unit_test(the_hub_sees_the_figures_of_its_commune),
        cmocka_unit_test(the_hub_sees_which_commune_has_not_registered_for_its_own_campaign),
        cmocka_unit_test(freshness_has_a_line_for_each_unit),
    };

    return tap_run("missing", tests, NULL, NULL);
}
