/* Plans and questions over the local API: from a text to who is missing. */
#include "config.h"

#include "tests/daemon/local/fixture.h"

/* A plan of our own with one dated duty. */
static const char plan_text[] =
    "UBND XÃ TRẤN NINH\n"
    "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\n"
    "Độc lập - Tự do - Hạnh phúc\n"
    "Số: 12/KH-UBND\n"
    "Trấn Ninh, ngày 01 tháng 6 năm 2023\n"
    "KẾ HOẠCH\n"
    "Tổ chức phong trào thi đua đặc biệt năm 2023\n"
    "I. MỤC ĐÍCH\n"
    "1. Tạo khí thế thi đua sôi nổi trong toàn xã.\n"
    "II. TỔ CHỨC THỰC HIỆN\n"
    "1. Các thôn đăng ký ít nhất 01 công trình, gửi về UBND xã trước ngày 15/6/2023.\n"
    "Nơi nhận:\n"
    "- Các thôn;\n"
    "- Lưu: VT.\n"
    "CHỦ TỊCH\n"
    "Nguyễn Văn A\n";

/* The body of POST /v1/plan for the text's reading. */
static char *
reading(struct fixture *f, bool issue)
{
    json_t *answer = ask(f, 200, "POST", "/v1/plan/read", plan_text);
    json_t *body = json_pack("{s:O, s:b}", "plan", json_object_get(answer, "plan"), "issue", issue);
    char *text = json_dumps(body, JSON_COMPACT);

    json_decref(answer);
    json_decref(body);
    assert_non_null(text);
    return text;
}

static void
a_text_becomes_a_campaign_and_a_question_is_answered(void **state)
{
    struct fixture *f = *state;
    char thon[RECORD_ID_TEXT_BYTES], uri[256], body[256];
    char *text = reading(f, false);
    json_t *answer = ask(f, 201, "POST", "/v1/plan", text);
    const char *campaign;

    assert_inside(answer, "campaign.state", "draft");
    campaign = json_string_value(inside(answer, "campaign.id"));
    add(f, "unit", "{\"name\": \"Thôn 1\", \"kind\": \"hamlet\"}", thon);
    snprintf(uri, sizeof uri, "/v1/missing?campaign=%s&as_of=2023-06-20", campaign);
    expect(f, 200, "GET", uri, NULL, "complete", "false");
    snprintf(uri, sizeof uri, "/v1/records/obligation?campaign=%s", campaign);
    expect(f, 200, "GET", uri, NULL, "count", "1");
    {
        json_t *duties = ask(f, 200, "GET", uri, NULL);

        snprintf(body, sizeof body, "{\"duty\": \"%s\", \"units\": [\"thon 1\"]}",
                 json_string_value(inside(duties, "records.0.id")));
        json_decref(duties);
    }
    json_decref(ask(f, 200, "POST", "/v1/mapping", body));
    snprintf(uri, sizeof uri, "/v1/missing?campaign=%s&as_of=20/6/2023", campaign);
    expect(f, 200, "GET", uri, NULL, "complete", "true");
    snprintf(uri, sizeof uri, "/v1/mapping?campaign=%s", campaign);
    json_decref(ask(f, 200, "GET", uri, NULL));
    json_decref(ask(f, 200, "GET", "/v1/due", NULL));
    json_decref(ask(f, 200, "GET", "/v1/waiting", NULL));
    json_decref(ask(f, 200, "GET", "/v1/freshness", NULL));
    json_decref(answer);
    free(text);
}

static void
a_draft_is_issued_by_its_own_request_or_by_its_state(void **state)
{
    struct fixture *f = *state;
    char *text = reading(f, false);
    json_t *answer = ask(f, 201, "POST", "/v1/plan", text);
    char body[128], uri[128];

    snprintf(uri, sizeof uri, "/v1/records/campaign/%s",
             json_string_value(inside(answer, "campaign.id")));
    expect(f, 200, "GET", uri, NULL, "space", "inner");
    json_decref(answer);
    answer = ask(f, 200, "PATCH", uri, "{\"set\": {\"state\": \"running\", \"code\": \"TD23\"}}");
    assert_inside(answer, "space", "outer");
    assert_inside(answer, "fields.state", "running");
    assert_inside(answer, "fields.code", "TD23");
    json_decref(answer);
    snprintf(body, sizeof body, "{\"campaign\": \"TD23\"}");
    expect(f, 409, "POST", "/v1/issue", body, "error.code", "conflict");
    expect(f, 409, "POST", "/v1/plan", text, "error.code", "conflict"); /* held already */
    free(text);
}

static void
a_wrong_question_is_told_what_is_wrong(void **state)
{
    struct fixture *f = *state;

    expect(f, 404, "GET", "/v1/missing?campaign=nothing", NULL, "error.code", "not_found");
    expect(f, 400, "GET", "/v1/missing?as_of=31/02/2023", NULL, "error.args.0", "31/02/2023");
    expect(f, 400, "POST", "/v1/plan", "{}", "error.args.0", "plan");
    expect(f, 400, "POST", "/v1/plan", "{\"plan\": {}, \"issue\": 1}", "error.args.0", "issue");
    expect(f, 400, "POST", "/v1/plan", "{\"plan\": {}}", "error.code", "usage");
    expect(f, 400, "POST", "/v1/plan/read", "%PDF-1.4 \x01\x02", "error.code", "format");
    expect(f, 400, "POST", "/v1/mapping", "{\"duty\": \"1.1\", \"units\": \"all\"}", "error.code",
           "usage");
    expect(f, 400, "POST", "/v1/issue", "{}", "error.args.0", "campaign");
}

int
main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
    const struct CMUnitTest tests[] = {
        T(a_text_becomes_a_campaign_and_a_question_is_answered),
        T(a_draft_is_issued_by_its_own_request_or_by_its_state),
        T(a_wrong_question_is_told_what_is_wrong),
    };

    return tap_run("questions", tests, NULL, NULL);
}
