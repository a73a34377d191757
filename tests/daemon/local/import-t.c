/* Import: changesets as JSON lines, all or nothing. */
#include "config.h"

#include <time.h>

#include "tests/daemon/local/fixture.h"

#define IMPORT(status, body, path, text) expect(f, status, "POST", "/v1/import", body, path, text)

static void
lines_become_changesets_and_names_stand_for_records(void **state)
{
    struct fixture *f = *state;
    json_t *answer = ask(f, 200, "POST", "/v1/import",
                         "\xEF\xBB\xBF{\"ops\": [{\"op\": \"put\", \"record\": \"unit\", \"key\": "
                         "\"u1\", \"set\": {\"name\": \"Thôn 1\"}},"
                         "{\"op\": \"put\", \"record\": \"person\", \"key\": \"p1\", \"set\": "
                         "{\"full_name\": \"Nam\", \"unit\": \"u1\"}}]}\r\n"
                         "\n"
                         "{\"ops\": [{\"op\": \"put\", \"record\": \"person\", \"key\": \"p2\", "
                         "\"set\": {\"full_name\": \"Lan\", \"unit\": \"u1\"}}]}\n"
                         "{\"ops\": [{\"op\": \"put\", \"record\": \"person\", \"key\": \"p1\", "
                         "\"set\": {\"position\": \"bí thư\"}}]}");

    assert_inside(answer, "changesets", "3");
    assert_inside(answer, "records", "3");
    json_decref(answer);
    expect(f, 200, "GET", "/v1/records/person?unit=thon%201", NULL, "count", "2");
    expect(f, 200, "GET", "/v1/records/person/Nam", NULL, "fields.position", "bí thư");
}

static void
a_name_of_an_earlier_import_still_stands(void **state)
{
    struct fixture *f = *state;

    IMPORT(200,
           "{\"ops\": [{\"op\": \"put\", \"record\": \"unit\", \"key\": \"u1\", \"set\": "
           "{\"name\": \"Thôn 1\"}}]}",
           "records", "1");
    IMPORT(200,
           "{\"ops\": [{\"op\": \"put\", \"record\": \"unit\", \"key\": \"u1\", \"set\": "
           "{\"name\": \"Thôn Một\"}}]}",
           "records", "1");
    expect(f, 200, "GET", "/v1/records/unit", NULL, "count", "2"); /* with the founder's own */
    expect(f, 200, "GET", "/v1/records/unit/thon%20mot", NULL, "title", "Thôn Một");
    IMPORT(200, "{\"ops\": [{\"op\": \"delete\", \"record\": \"unit\", \"key\": \"u1\"}]}",
           "records", "1");
    expect(f, 200, "GET", "/v1/records/unit", NULL, "count", "1");
    IMPORT(200,
           "{\"ops\": [{\"op\": \"put\", \"record\": \"unit\", \"key\": \"u1\", \"set\": "
           "{\"name\": \"Thôn 1\"}}]}",
           "records", "1");
    expect(f, 200, "GET", "/v1/records/unit", NULL, "count", "2");
}

static void
references_fall_back_to_ids_codes_and_names(void **state)
{
    struct fixture *f = *state;

    IMPORT(
        200,
        "{\"ops\": [{\"op\": \"put\", \"record\": \"unit\", \"set\": {\"name\": \"Thôn Đông\", "
        "\"code\": \"D\"}}]}\n"
        "{\"ops\": [{\"op\": \"put\", \"record\": \"person\", \"set\": {\"full_name\": \"A\", "
        "\"unit\": \"D\"}},"
        "{\"op\": \"put\", \"record\": \"person\", \"set\": {\"full_name\": \"B\", \"unit\": "
        "\"thôn đông\"}}]}\n"
        "{\"ops\": [{\"op\": \"put\", \"record\": \"unit\", \"set\": {\"name\": \"Thôn Tây\"}}]}\n"
        "{\"ops\": [{\"op\": \"put\", \"record\": \"person\", \"set\": {\"full_name\": \"C\", "
        "\"unit\": \"Thôn Tây\"}}]}",
        "records", "5");
    expect(f, 200, "GET", "/v1/records/person?unit=D", NULL, "count", "2");
}

static void
a_keyed_record_is_met_by_its_natural_key(void **state)
{
    struct fixture *f = *state;

    IMPORT(200,
           "{\"ops\": [{\"op\": \"put\", \"record\": \"unit\", \"key\": \"a\", \"set\": {\"name\": "
           "\"A\"}},"
           "{\"op\": \"put\", \"record\": \"unit\", \"key\": \"b\", \"set\": {\"name\": \"B\"}}]}\n"
           "{\"ops\": [{\"op\": \"put\", \"record\": \"unit_link\", \"key\": \"l\", \"set\": "
           "{\"child\": \"a\", "
           "\"line\": \"state\", \"from\": \"2023\", \"parent\": \"b\"}}]}\n"
           "{\"ops\": [{\"op\": \"put\", \"record\": \"unit_link\", \"set\": {\"child\": \"a\", "
           "\"line\": \"state\", \"from\": \"2023\", \"parent\": \"b\", \"to\": \"2024\"}}]}\n",
           "records", "3");
    expect(f, 200, "GET", "/v1/records/unit_link", NULL, "count", "1");
    expect(f, 200, "GET", "/v1/records/unit_link", NULL, "records.0.fields.to", "2024");
}

static void
one_bad_line_undoes_all_and_is_named(void **state)
{
    static const struct {
        const char *line;
        const char *code;
    } bad[] = {
        {"{\"ops\": [", "format"},
        {"[]", "format"},
        {"{\"ops\": []}", "usage"},
        {"{\"ops\": [1]}", "format"},
        {"{\"opps\": []}", "usage"},
        {"{\"ops\": [{\"op\": \"put\", \"set\": {}}]}", "usage"},
        {"{\"ops\": [{\"op\": \"move\", \"record\": \"unit\"}]}", "usage"},
        {"{\"ops\": [{\"op\": \"put\", \"record\": \"unitt\", \"set\": {}}]}", "not_found"},
        {"{\"ops\": [{\"op\": \"put\", \"record\": \"unit\", \"set\": {\"nam\": \"x\"}}]}",
         "usage"},
        {"{\"ops\": [{\"op\": \"put\", \"record\": \"unit\", \"key\": 7, \"set\": {\"name\": "
         "\"x\"}}]}",
         "format"},
        {"{\"ops\": [{\"op\": \"put\", \"record\": \"unit\", \"set\": {\"code\": \"x\"}}]}",
         "usage"},
        {"{\"ops\": [{\"op\": \"put\", \"record\": \"person\", \"set\": {\"full_name\": \"x\", "
         "\"unit\": \"none\"}}]}",
         "not_found"},
        {"{\"ops\": [{\"op\": \"put\", \"record\": \"person\", \"key\": \"u1\", \"set\": "
         "{\"full_name\": \"x\"}}]}",
         "usage"},
        {"{\"ops\": [{\"op\": \"put\", \"record\": \"person\", \"set\": {\"full_name\": \"x\", "
         "\"same_as\": \"u1\"}}]}",
         "usage"},
        {"{\"ops\": [{\"op\": \"delete\", \"record\": \"unit\", \"key\": \"none\"}]}", "not_found"},
        {"{\"ops\": [{\"op\": \"delete\", \"record\": \"unit\"}]}", "usage"},
        {"{\"ops\": [{\"op\": \"delete\", \"record\": \"unit\", \"key\": \"u1\", \"set\": {}}]}",
         "usage"},
    };
    struct fixture *f = *state;
    char body[1024];

    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        json_t *answer;

        snprintf(body, sizeof body,
                 "{\"ops\": [{\"op\": \"put\", \"record\": \"unit\", \"key\": \"u1\", \"set\": "
                 "{\"name\": \"Thôn 1\"}}]}\n\n%s\n",
                 bad[i].line);
        answer =
            ask(f, strcmp(bad[i].code, "not_found") == 0 ? 404 : 400, "POST", "/v1/import", body);
        assert_inside(answer, "error.code", bad[i].code);
        assert_inside(answer, "error.line", "3");
        assert_memory_equal(json_string_value(inside(answer, "error.message")), "line 3: ", 8);
        json_decref(answer);
        expect(f, 200, "GET", "/v1/records/unit", NULL, "count", "1");
    }
    IMPORT(400, "\n \n", "error.code", "usage");
}

static void
ten_thousand_lines_take_about_a_second(void **state)
{
    enum { LINES = 10000, LINE_BYTES = 640 };
    struct fixture *f = *state;
    char *body = malloc((size_t) LINES * LINE_BYTES);
    size_t used = 0;
    struct timespec from, to;
    double seconds;

    assert_non_null(body);
    for (int i = 0; i < LINES; i++)
        used += (size_t) snprintf(body + used, LINE_BYTES,
                                  "{\"ops\": [{\"op\": \"put\", \"record\": \"%s\", \"key\": "
                                  "\"k%d\", \"set\": {\"full_name\": \"Trần Thị Hoa %d\", "
                                  "\"position\": \"Phó Chủ tịch Hội Liên hiệp Phụ nữ xã, kiêm "
                                  "trưởng thôn\", \"birth_date\": \"1980-05-17\", "
                                  "\"note\": \"Đã đăng ký thực hiện mô hình tuyến đường hoa, vận "
                                  "động 45 hộ gia đình tham gia vệ sinh đường "
                                  "làng ngõ xóm vào sáng thứ Bảy hằng tuần\"}}]}\n",
                                  "person", i, i);
    clock_gettime(CLOCK_MONOTONIC, &from);
    IMPORT(200, body, "records", "10000");
    clock_gettime(CLOCK_MONOTONIC, &to);
    seconds = (double) (to.tv_sec - from.tv_sec) + (double) (to.tv_nsec - from.tv_nsec) / 1e9;
    print_message("# %zu bytes in %.2f s\n", used, seconds);
    assert_true(seconds
                < 60); /* the figure is for people; slow machines and sanitizers run this too */
    expect(f, 200, "GET", "/v1/records/person?limit=1", NULL, "count", "10000");
    free(body);
}

int
main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
    const struct CMUnitTest tests[] = {
        T(lines_become_changesets_and_names_stand_for_records),
        T(a_name_of_an_earlier_import_still_stands),
        T(references_fall_back_to_ids_codes_and_names),
        T(a_keyed_record_is_met_by_its_natural_key),
        T(one_bad_line_undoes_all_and_is_named),
        T(ten_thousand_lines_take_about_a_second),
    };

    return tap_run("import", tests, NULL, NULL);
}
