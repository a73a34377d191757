/* Reading a whole plan: refusals, questions, and that a hard life does not break it. */
#include "config.h"

#include "plan/plan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unicode/unorm2.h>
#include <unicode/ustring.h>

#include "plan/plan_json.h"
#include "protocol/util/mem.h"
#include "tests/util/tap.h"

static const char sample[] =
    "ỦY BAN NHÂN DÂN\nXÃ AN HÒA\nSố:    /KH-UBND\nAn Hòa, ngày    tháng 5 năm 2024\n\nKẾ HOẠCH\n"
    "Phát động đợt thi đua “Xóm làng xanh” chào mừng kỷ niệm 20 năm Ngày thành lập xã (31/02/2004 "
    "- 02/9/2024)\n\n"
    "Căn cứ Luật Thi đua, khen thưởng số 06/2022/QH15;\n\nI. THỜI GIAN: Từ nay đến ngày "
    "30/8/2024.\n\n"
    "II. NỘI DUNG THI ĐUA\n1. Tỷ lệ hộ nghèo giảm còn 1,2%.\n\nIII. TỔ CHỨC THỰC HIỆN\n"
    "1. Các thôn: đăng ký ít nhất 01 mô hình trước ngày 15/6/2024.\n"
    "2. Văn phòng báo cáo kết quả về Ủy ban nhân dân huyện.\n\nNơi nhận:\n- UBND huyện;\n- Lưu: "
    "VT.\n\n"
    "TM. ỦY BAN NHÂN DÂN\nCHỦ TỊCH\nLê Văn Bình\n";

static struct plan *
read_text(const char *text)
{
    struct plan *plan = NULL;
    struct error e = {.code = OK};

    if (plan_read((const uint8_t *) text, strlen(text), &plan, &e) != OK)
        fail_msg("%s", e.text);
    return plan;
}

static void
expect_refusal(const void *bytes, size_t size, enum err code, const char *words)
{
    struct plan *plan = NULL;
    struct error e = {.code = OK};

    assert_int_equal(plan_read(bytes, size, &plan, &e), code);
    assert_null(plan);
    assert_non_null(e.template);
    if (strstr(e.text, words) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", e.text, words);
}

static void
each_file_that_is_no_text_is_named_with_a_way_out(void **state)
{
    static const struct {
        const char *bytes;
        size_t size;
        const char *words;
    } cases[] = {
        {"%PDF-1.7 ...", 12, "PDF"},        {"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", 8, ".doc"},
        {"PK\x03\x04\x14\x00", 6, ".docx"}, {"\xFF\xFEK\x00\xBE\x1E", 6, "UTF-16"},
        {"\xFE\xFF\x00K", 4, "UTF-16"},     {"{\\rtf1\\ansi", 11, ".rtf"},
        {"\x89PNG\r\n", 6, "picture"},      {"a\x00\xFF\x00\x01", 5, "not text"},
    };

    (void) state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        expect_refusal(cases[i].bytes, cases[i].size, ERR_FORMAT, cases[i].words);
}

static void
old_encodings_are_named_with_their_line(void **state)
{
    static const char tcvn3[] = "x\nK\xD5 ho\xB9"
                                "ch ph\xB8t \xAE\xE9ng thi \xAEua";
    static const char vni[] = "Ke\xE1 hoa\xEF"
                              "ch pha\xF9t \xF1o\xE4ng thi \xF1ua ye\xE2u nu\xF4\xF9"
                              "c";
    static const char cut[] = "thi đua \xE1\xBA";

    (void) state;
    expect_refusal(tcvn3, sizeof tcvn3 - 1, ERR_FORMAT, "TCVN3");
    expect_refusal(tcvn3, sizeof tcvn3 - 1, ERR_FORMAT, "line 2");
    expect_refusal(vni, sizeof vni - 1, ERR_FORMAT, "VNI");
    expect_refusal("bé kÕ ho¹ch vµ ®Çu t", strlen("bé kÕ ho¹ch vµ ®Çu t"), ERR_FORMAT, "TCVN3");
    expect_refusal(cut, sizeof cut - 1, ERR_FORMAT, "UTF-8");
}

static void
nothing_too_much_and_something_else_are_refused(void **state)
{
    char *large = malloc(PLAN_BYTES_MAX + 1);

    (void) state;
    assert_non_null(large);
    memset(large, 'a', PLAN_BYTES_MAX + 1);
    expect_refusal("", 0, ERR_FORMAT, "empty");
    expect_refusal(" \r\n\xEF\xBB\xBF\n", 7, ERR_FORMAT, "empty");
    expect_refusal(large, PLAN_BYTES_MAX + 1, ERR_LIMIT, "4 MiB");
    expect_refusal("Danh sách mua hàng: gạo, muối", strlen("Danh sách mua hàng: gạo, muối"),
                   ERR_FORMAT, "does not look like a plan");
    free(large);
}

static void
a_plan_is_read_with_its_lines(void **state)
{
    struct plan *p = read_text(sample);

    (void) state;
    assert_string_equal(p->type, "kế hoạch");
    assert_string_equal(p->number, "/KH-UBND");
    assert_string_equal(p->place, "An Hòa");
    assert_string_equal(p->issued, "2024-05");
    assert_string_equal(p->issuer, "ỦY BAN NHÂN DÂN XÃ AN HÒA");
    assert_null(p->period.from);
    assert_string_equal(p->period.to, "2024-08-30");
    assert_int_equal(p->period.line, 11);
    assert_int_equal(p->obligations.count, 1);
    assert_string_equal(p->obligations.items[0].who, "Các thôn");
    assert_int_equal(p->obligations.items[0].min, 1);
    assert_string_equal(p->obligations.items[0].due, "2024-06-15");
    assert_int_equal(p->obligations.items[0].line, 17);
    assert_int_equal(p->indicators.items[0].target_units, 12);
    assert_int_equal(p->indicators.items[0].target_scale, 1);
    assert_int_equal(p->recipients.count, 2);
    assert_string_equal(p->signer.name, "Lê Văn Bình");
    plan_free(p);
}

static bool
is_asked(const struct plan *p, const char *words)
{
    for (size_t i = 0; i < p->questions.count; i++)
        if (strstr(p->questions.items[i].template, words) != NULL)
            return true;
    return false;
}

static void
what_is_unclear_becomes_a_question_and_stays_empty(void **state)
{
    struct plan *p = read_text(sample);

    (void) state;
    assert_true(is_asked(p, "number of the document is blank"));
    assert_true(is_asked(p, "day of the document is blank"));
    assert_true(is_asked(p, "first day is not stated"));
    assert_true(is_asked(p, "There is no such date"));
    assert_true(is_asked(p, "How often does"));
    assert_null(p->occasions.items[0].from);
    assert_string_equal(p->occasions.items[0].to, "2024-09-02");
    plan_free(p);
}

static void
a_campaign_with_two_names_is_asked_about_and_one_with_one_name_is_not(void **state)
{
    static const char two[] = "KẾ HOẠCH\n\nPhát động đợt thi đua đặc biệt chào mừng năm mới\n\n"
                              "I. NỘI DUNG\n\n1. Đợt thi đua cao điểm bắt đầu từ ngày 01/3/2024.\n";
    static const char one[] = "KẾ HOẠCH\n\nPhát động đợt thi đua cao điểm chào mừng năm mới\n\n"
                              "I. NỘI DUNG\n\n1. Đợt thi đua cao điểm bắt đầu từ ngày 01/3/2024.\n";
    struct plan *p = read_text(two);

    (void) state;
    assert_true(is_asked(p, "which name does it bear"));
    plan_free(p);
    p = read_text(one);
    assert_false(is_asked(p, "which name does it bear"));
    plan_free(p);
}

static char *
as_json(const char *bytes, size_t size)
{
    struct plan *p = NULL;
    struct error e;
    json_t *json;
    char *text;

    assert_int_equal(plan_read((const uint8_t *) bytes, size, &p, &e), OK);
    json = plan_to_json(p);
    assert_non_null(json);
    text = json_dumps(json, JSON_SORT_KEYS);
    json_decref(json);
    plan_free(p);
    return text;
}

static void
decomposed_letters_and_other_line_ends_read_the_same(void **state)
{
    enum { ROOM = 16384 };
    static UChar wide[ROOM];
    static UChar apart[ROOM];
    static char bytes[ROOM * 3];
    UErrorCode status = U_ZERO_ERROR;
    int32_t length;
    char *plain = as_json(sample, strlen(sample));
    char *other;
    size_t size = 0;

    (void) state;
    u_strFromUTF8(wide, ROOM, &length, sample, -1, &status);
    length = unorm2_normalize(unorm2_getNFDInstance(&status), wide, length, apart, ROOM, &status);
    u_strToUTF8(bytes, sizeof bytes, &length, apart, length, &status);
    assert_true(U_SUCCESS(status));
    assert_true((size_t) length > strlen(sample));
    other = as_json(bytes, (size_t) length);
    assert_string_equal(other, plain);
    free(other);
    for (const char *c = sample; *c != '\0'; c++) {
        if (*c == '\n')
            bytes[size++] = '\r';
        bytes[size++] = *c;
    }
    other = as_json(bytes, size);
    assert_string_equal(other, plain);
    free(other);
    free(plain);
}

static void
every_key_stands_in_the_json(void **state)
{
    static const char *const keys[] = {
        "type", "number", "place", "issued", "issuer", "signer", "title", "theme", "occasions",
        "period", "legal_bases", "contents", "movements", "participants", "obligations", "works",
        "indicators", "reports", "awards", "contests", "events", "assignments", "recipients",
        "questions"};
    struct plan *p = read_text("thi đua\n");
    json_t *json = plan_to_json(p);

    (void) state;
    assert_int_equal(json_object_size(json), sizeof keys / sizeof keys[0]);
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        assert_non_null(json_object_get(json, keys[i]));
    assert_true(json_is_null(json_object_get(json, "signer")));
    json_decref(json);
    plan_free(p);
}

static void
a_failing_allocation_anywhere_is_an_error_and_leaks_nothing(void **state)
{
    bool finished = false;

    (void) state;
    for (long call = 0; call < 4000 && !finished; call++) {
        struct plan *plan = NULL;
        struct error e;
        enum err err;

        mem_fail_after(call);
        err = plan_read((const uint8_t *) sample, strlen(sample), &plan, &e);
        mem_fail_after(-1);
        if (err == OK) {
            finished = true;
            plan_free(plan);
        } else {
            assert_int_equal(err, ERR_NOMEM);
            assert_null(plan);
        }
    }
    assert_true(finished);
}

/* A small generator of our own, so that a failure can be repeated. */
static uint32_t
next_random(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u;
    return *state >> 8;
}

static void
cut_and_shuffled_plans_never_break_the_reader(void **state)
{
    uint32_t seed = 7;
    size_t size = strlen(sample);
    char *bytes = malloc(size + 1);

    (void) state;
    assert_non_null(bytes);
    for (size_t cut = 0; cut <= size; cut += 3) {
        struct plan *plan = NULL;

        plan_read((const uint8_t *) sample, cut, &plan, NULL);
        plan_free(plan);
    }
    for (unsigned round = 0; round < 300; round++) {
        struct plan *plan = NULL;

        memcpy(bytes, sample, size);
        for (unsigned k = 0; k < 20; k++)
            bytes[next_random(&seed) % size] = "\n.,;:()\"- 1%/|\t*#9aK"[next_random(&seed) % 20];
        plan_read((const uint8_t *) bytes, size, &plan, NULL);
        plan_free(plan);
    }
    free(bytes);
}

static void
a_list_ends_at_its_limit(void **state)
{
    static const char head[] = "KẾ HOẠCH\nThi đua\n\nI. NỘI DUNG THI ĐUA\n";
    static const char item[] = "1. Thi đua.\n";
    size_t count = PLAN_LIST_MAX + 100;
    size_t size = strlen(head) + count * strlen(item);
    char *bytes = malloc(size + 1);
    struct plan *p = NULL;

    (void) state;
    assert_non_null(bytes);
    memcpy(bytes, head, strlen(head));
    for (size_t i = 0; i < count; i++)
        memcpy(bytes + strlen(head) + i * strlen(item), item, strlen(item));
    assert_int_equal(plan_read((const uint8_t *) bytes, size, &p, NULL), OK);
    assert_int_equal(p->contents.count, PLAN_LIST_MAX);
    assert_true(is_asked(p, "at most"));
    plan_free(p);
    free(bytes);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_file_that_is_no_text_is_named_with_a_way_out),
        cmocka_unit_test(old_encodings_are_named_with_their_line),
        cmocka_unit_test(nothing_too_much_and_something_else_are_refused),
        cmocka_unit_test(a_plan_is_read_with_its_lines),
        cmocka_unit_test(what_is_unclear_becomes_a_question_and_stays_empty),
        cmocka_unit_test(a_campaign_with_two_names_is_asked_about_and_one_with_one_name_is_not),
        cmocka_unit_test(decomposed_letters_and_other_line_ends_read_the_same),
        cmocka_unit_test(every_key_stands_in_the_json),
        cmocka_unit_test(a_failing_allocation_anywhere_is_an_error_and_leaks_nothing),
        cmocka_unit_test(cut_and_shuffled_plans_never_break_the_reader),
        cmocka_unit_test(a_list_ends_at_its_limit),
    };

    return tap_run("plan", tests, NULL, NULL);
}
