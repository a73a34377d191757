/* Records over the local API: adding, finding, changing, deleting, history; and everything that is
 * wrong. */
#include "config.h"

#include "daemon/store/peers.h"
#include "tests/daemon/local/fixture.h"

static void
a_record_goes_in_and_comes_out(void **state)
{
    struct fixture *f = *state;
    char unit[RECORD_ID_TEXT_BYTES], uri[128];
    json_t *answer = ask(f, 201, "POST", "/v1/records/unit",
                         "{\"set\": {\"name\": \"Thôn 1\", \"kind\": \"thôn\", \"code\": \"T1\"}}");

    assert_inside(answer, "record", "unit");
    assert_inside(answer, "title", "Thôn 1");
    assert_inside(answer, "space", "inner");
    assert_inside(answer, "fields.name", "Thôn 1");
    assert_inside(answer, "fields.kind", "hamlet");
    assert_inside(answer, "labels.kind", "thôn");
    assert_inside(answer, "conflicts", "{}");
    assert_inside(answer, "deleted", "false");
    snprintf(unit, sizeof unit, "%s", json_string_value(inside(answer, "id")));
    json_decref(answer);
    snprintf(uri, sizeof uri, "/v1/records/unit/%s", unit);
    expect(f, 200, "GET", uri, NULL, "fields.code", "T1");
    expect(f, 200, "GET", "/v1/records/unit/T1", NULL, "id", unit);
    expect(f, 200, "GET", "/v1/records/unit/Th%C3%B4n%201", NULL, "id", unit);
    expect(f, 200, "GET", "/v1/records/unit/thon%201", NULL, "id", unit);
}

static void
text_is_composed_and_cleaned_on_entry(void **state)
{
    struct fixture *f = *state;

    expect(f, 201, "POST", "/v1/records/unit", "{\"set\": {\"name\": \"X\", \"kind\": \"to dan pho\"}}",
           "labels.kind", "tổ dân phố");
    expect(f, 400, "POST", "/v1/records/unit", "{\"set\": {\"name\": \"X\", \"kind\": \"to dan\"}}", "error.code",
           "usage");
    expect(f, 201, "POST", "/v1/records/unit", "{\"set\": {\"name\": \" Tho\\u0302n\\u200b 2 \"}}",
           "fields.name", "Thôn 2");
}

static void
references_show_id_and_title_and_are_found_by_name(void **state)
{
    struct fixture *f = *state;
    char unit[RECORD_ID_TEXT_BYTES];
    json_t *answer;

    add(f, "unit", "{\"name\": \"Thôn 1\", \"code\": \"T1\"}", unit);
    answer = ask(f, 201, "POST", "/v1/records/person",
                 "{\"set\": {\"full_name\": \"Lý Văn Nam\", \"unit\": \"thon 1\"}}");
    assert_inside(answer, "fields.unit.id", unit);
    assert_inside(answer, "fields.unit.title", "Thôn 1");
    json_decref(answer);
    expect(f, 200, "GET", "/v1/records/person?unit=T1", NULL, "count", "1");
    expect(f, 200, "GET", "/v1/records/person?unit=T1", NULL, "records.0.title", "Lý Văn Nam");
}

static void
people_are_listed_by_given_name(void **state)
{
    struct fixture *f = *state;
    char id[RECORD_ID_TEXT_BYTES];

    add(f, "person", "{\"full_name\": \"Hoàng Văn Vịnh\"}", id);
    add(f, "person", "{\"full_name\": \"Đinh Thị Ánh\"}", id);
    add(f, "person", "{\"full_name\": \"Nguyễn Thị An\"}", id);
    expect(f, 200, "GET", "/v1/records/person", NULL, "records.0.title", "Nguyễn Thị An");
    expect(f, 200, "GET", "/v1/records/person", NULL, "records.1.title", "Đinh Thị Ánh");
    expect(f, 200, "GET", "/v1/records/person?limit=1&offset=2", NULL, "records.0.title", "Hoàng Văn Vịnh");
    expect(f, 200, "GET", "/v1/records/person?limit=5&offset=9", NULL, "records", "[]");
    expect(f, 200, "GET", "/v1/records/person?limit=1", NULL, "count", "3");
}

static void
a_work_is_named_by_its_title_where_any_record_may_stand(void **state)
{
    struct fixture *f = *state;
    char campaign[RECORD_ID_TEXT_BYTES], work[RECORD_ID_TEXT_BYTES], body[256];

    add(f, "campaign", "{\"title\": \"A\"}", campaign);
    snprintf(body, sizeof body, "{\"campaign\": \"%s\", \"name\": \"Cổng chào\"}", campaign);
    add(f, "named_work", body, work);
    expect(f, 201, "POST", "/v1/records/milestone", "{\"set\": {\"subject\": \"cong chao\", \"name\": \"Xong\"}}",
           "fields.subject.id", work);
    expect(f, 404, "POST", "/v1/records/milestone", "{\"set\": {\"subject\": \"Cầu\", \"name\": \"Xong\"}}",
           "error.args.0", "Cầu");
}

static void
a_list_is_filtered_and_paged(void **state)
{
    struct fixture *f = *state;
    char id[RECORD_ID_TEXT_BYTES], uri[64];

    add(f, "unit", "{\"name\": \"A\", \"kind\": \"hamlet\"}", id);
    add(f, "unit", "{\"name\": \"B\", \"kind\": \"hamlet\"}", id);
    add(f, "unit", "{\"name\": \"C\", \"kind\": \"school\"}", id);
    expect(f, 200, "GET", "/v1/records/unit?kind=hamlet", NULL, "count", "2");
    expect(f, 200, "GET", "/v1/records/unit?kind=th%C3%B4n&limit=1&offset=1", NULL,
           "records.0.title", "B");
    expect(f, 200, "GET", "/v1/records/unit?kind=hamlet&limit=1", NULL, "count", "2");
    expect(f, 200, "GET", "/v1/records/unit?name=C", NULL, "records.0.fields.kind", "school");
    expect(f, 400, "GET", "/v1/records/unit?limit=many", NULL, "error.args.0", "limit");
    snprintf(uri, sizeof uri, "/v1/records/unit/%s", id);
    expect(f, 200, "DELETE", uri, NULL, "deleted", "true");
    expect(f, 200, "GET", "/v1/records/unit?kind=school", NULL, "count", "0");
    expect(f, 200, "GET", "/v1/records/unit?kind=school&deleted=1", NULL, "count", "1");
}

static void
a_change_says_what_its_author_had_seen(void **state)
{
    struct fixture *f = *state;
    char id[RECORD_ID_TEXT_BYTES], uri[64], body[256];
    json_t *answer;
    long long version;

    add(f, "unit", "{\"name\": \"Thôn 1\", \"head\": \"A\"}", id);
    snprintf(uri, sizeof uri, "/v1/records/unit/%s", id);
    answer = ask(f, 200, "GET", uri, NULL);
    version = json_integer_value(inside(answer, "version"));
    json_decref(answer);
    expect(f, 200, "PATCH", uri, "{\"set\": {\"head\": \"B\"}}", "fields.head", "B");
    snprintf(body, sizeof body, "{\"version\": %lld, \"set\": {\"head\": \"C\"}}", version);
    answer = ask(f, 409, "PATCH", uri, body);
    assert_inside(answer, "error.code", "conflict");
    assert_inside(answer, "yours.head", "C");
    assert_inside(answer, "record.fields.head", "B");
    json_decref(answer);
    /* another field was not touched meanwhile */
    snprintf(body, sizeof body, "{\"version\": %lld, \"set\": {\"phone\": \"0900\"}}", version);
    expect(f, 200, "PATCH", uri, body, "fields.phone", "0900");
    expect(f, 200, "PATCH", uri, "{\"set\": {\"phone\": null}}", "fields.head", "B");
    answer = ask(f, 200, "GET", uri, NULL);
    assert_null(inside(answer, "fields.phone"));
    json_decref(answer);
}

static void
history_tells_who_wrote_what(void **state)
{
    struct fixture *f = *state;
    char id[RECORD_ID_TEXT_BYTES], clerk[RECORD_ID_TEXT_BYTES], uri[64];
    json_t *answer;

    add(f, "operator", "{\"name\": \"Trần Thị Hoa\", \"login\": \"hoa\"}", clerk);
    add(f, "unit", "{\"name\": \"Thôn 1\"}", id);
    snprintf(uri, sizeof uri, "/v1/records/unit/%s", id);
    json_decref(ask_as(f, "hoa", 200, "PATCH", uri, "{\"set\": {\"name\": \"Thôn Một\"}}"));
    json_decref(ask_as(f, clerk, 200, "DELETE", uri, NULL));
    snprintf(uri, sizeof uri, "/v1/records/unit/%s/history", id);
    answer = ask(f, 200, "GET", uri, NULL);
    assert_int_equal(json_array_size(inside(answer, "history")), 3);
    assert_inside(answer, "history.0.action", "add");
    assert_inside(answer, "history.0.set.name", "Thôn 1");
    assert_inside(answer, "history.0.unit", "Xã Trấn Ninh");
    assert_inside(answer, "history.0.at", "2023-11-14T22:13:20Z");
    assert_inside(answer, "history.0.counts", "true");
    assert_inside(answer, "history.1.action", "set");
    assert_inside(answer, "history.1.set.name", "Thôn Một");
    assert_inside(answer, "history.1.operator", "Trần Thị Hoa");
    assert_inside(answer, "history.2.action", "delete");
    json_decref(answer);
}

static void
an_unknown_name_is_answered_with_the_nearest(void **state)
{
    struct fixture *f = *state;
    char id[RECORD_ID_TEXT_BYTES];
    json_t *answer;

    add(f, "unit", "{\"name\": \"Thôn Đông\"}", id);
    add(f, "unit", "{\"name\": \"Trường Nguyễn Trãi\"}", id);
    answer = ask(f, 404, "GET", "/v1/records/unit/thon%20dogn", NULL);
    assert_inside(answer, "error.code", "not_found");
    assert_inside(answer, "error.message",
                  "there is no unit called “thon dogn”; the nearest: “Thôn Đông”");
    json_decref(answer);
    expect(f, 404, "GET", "/v1/records/unit/nguyen%20trai", NULL, "error.args.2",
           "“Trường Nguyễn Trãi”");
    expect(f, 404, "GET", "/v1/records/person/zzz", NULL, "error.template",
           "there is no {1} called “{2}”");
}

static void
two_records_of_one_name_are_told_apart_by_id(void **state)
{
    struct fixture *f = *state;
    char one[RECORD_ID_TEXT_BYTES], two[RECORD_ID_TEXT_BYTES], both[96];

    add(f, "unit", "{\"name\": \"Thôn 1\"}", one);
    add(f, "unit", "{\"name\": \"Thôn 1\"}", two);
    snprintf(both, sizeof both, "%s, %s", one, two);
    expect(f, 400, "GET", "/v1/records/unit/Th%C3%B4n%201", NULL, "error.args.2", both);
}

static void
an_id_of_another_type_is_not_taken(void **state)
{
    struct fixture *f = *state;
    char id[RECORD_ID_TEXT_BYTES], uri[64], message[128];

    add(f, "unit", "{\"name\": \"Thôn 1\"}", id);
    snprintf(uri, sizeof uri, "/v1/records/person/%s", id);
    snprintf(message, sizeof message, "%s is no person but a unit", id);
    expect(f, 400, "GET", uri, NULL, "error.message", message);
}

static void
a_wrong_field_or_value_is_named(void **state)
{
    struct fixture *f = *state;
    json_t *answer = ask(f, 400, "POST", "/v1/records/unit", "{\"set\": {\"nam\": \"x\"}}");

    assert_inside(answer, "error.code", "usage");
    assert_inside(answer, "error.args.1", "nam");
    assert_non_null(strstr(json_string_value(inside(answer, "error.message")), "name, code, kind"));
    json_decref(answer);
    expect(f, 400, "POST", "/v1/records/unit", "{\"set\": {\"name\": 17}}", "error.args.0", "name");
    expect(f, 400, "POST", "/v1/records/unit", "{\"set\": {\"name\": [\"x\"]}}", "error.code",
           "format");
    expect(f, 400, "POST", "/v1/records/unit", "{\"set\": {\"name\": \"x\", \"kind\": \"zoo\"}}",
           "error.code", "usage");
    expect(f, 400, "POST", "/v1/records/unit",
           "{\"set\": {\"name\": \"x\", \"active_from\": \"31/02/2023\"}}", "error.code", "usage");
    expect(f, 400, "POST", "/v1/records/unit", "{\"set\": {}}", "error.code", "usage");
    expect(f, 400, "POST", "/v1/records/unit", "{}", "error.code", "usage");
    expect(f, 400, "POST", "/v1/records/unit", "{\"sett\": {}}", "error.args.0", "sett");
    expect(f, 404, "POST", "/v1/records/unitt", "{\"set\": {}}", "error.args.1", "unit");
    expect(f, 403, "POST", "/v1/records/grant",
           "{\"set\": {\"device\": "
           "\"00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff\", "
           "\"role\": \"clerk\"}}",
           "error.code", "auth");
    expect(f, 200, "GET", "/v1/records/unit", NULL, "count", "1");
}

static void
broken_json_is_answered_with_its_place(void **state)
{
    struct fixture *f = *state;
    json_t *answer = ask(f, 400, "POST", "/v1/records/unit", "{\"set\":\n {\"name\" \"x\"}}");

    assert_inside(answer, "error.code", "format");
    assert_inside(answer, "error.args.0", "2");
    json_decref(answer);
    expect(f, 400, "POST", "/v1/records/unit", "[]", "error.code", "format");
    expect(f, 400, "POST", "/v1/records/unit", "{\"set\": {\"name\": \"a\", \"name\": \"b\"}}",
           "error.code", "format");
    expect(f, 400, "POST", "/v1/records/unit", "{\"set\": {\"name\": \"\xFF\"}}", "error.code",
           "format");
}

static void
a_wrong_version_is_refused(void **state)
{
    struct fixture *f = *state;
    char id[RECORD_ID_TEXT_BYTES], uri[64];

    add(f, "unit", "{\"name\": \"Thôn 1\"}", id);
    snprintf(uri, sizeof uri, "/v1/records/unit/%s", id);
    expect(f, 400, "PATCH", uri, "{\"version\": \"new\", \"set\": {\"name\": \"x\"}}", "error.code",
           "format");
    expect(f, 400, "PATCH", uri, "{\"version\": -1, \"set\": {\"name\": \"x\"}}", "error.code",
           "format");
    expect(f, 400, "PATCH", uri, "{\"set\": {}}", "error.code", "usage");
    expect(f, 404, "GET", "/v2/status", NULL, "error.message",
           "this daemon speaks version 1 of the API: /v1/, not /v2/status");
}

static void
an_unknown_request_is_told_where_the_list_is(void **state)
{
    struct fixture *f = *state;
    json_t *answer = ask(f, 200, "GET", "/v1/", NULL);

    assert_true(json_array_size(inside(answer, "requests")) == routes_count);
    json_decref(answer);
    expect(f, 404, "GET", "/v1/nothing", NULL, "error.code", "not_found");
    expect(f, 404, "GET", "/v1/records/unit/3/history/more", NULL, "error.code", "not_found");
    expect(f, 405, "PUT", "/v1/records/unit", NULL, "error.args.0", "PUT");
    expect(f, 400, "GET", "/v1/records/unit/%zz", NULL, "error.code", "format");
    expect(f, 400, "GET", "/v1/records/unit/%FF", NULL, "error.code", "format");
    expect(f, 400, "GET", "/v1/records/unit/a%00b", NULL, "error.code", "format");
    expect(f, 400, "GET", "/v1/records/unit?name=%4", NULL, "error.code", "format");
}

static void
an_unknown_operator_writes_nothing(void **state)
{
    struct fixture *f = *state;

    json_decref(
        ask_as(f, "\xFF", 400, "POST", "/v1/records/unit", "{\"set\": {\"name\": \"x\"}}"));
    json_decref(
        ask_as(f, "nobody", 404, "POST", "/v1/records/unit", "{\"set\": {\"name\": \"x\"}}"));
    expect(f, 200, "GET", "/v1/records/unit", NULL, "count", "1");
}

static void
a_span_that_ends_before_it_begins_is_refused(void **state)
{
    struct fixture *f = *state;
    char id[RECORD_ID_TEXT_BYTES], uri[128];

    expect(f, 400, "POST", "/v1/records/campaign",
           "{\"set\": {\"title\": \"A\", \"period_from\": \"15/12/2023\", \"period_to\": \"1/8/2023\"}}",
           "error.args.3", "01/08/2023");
    expect(f, 400, "POST", "/v1/records/campaign",
           "{\"set\": {\"title\": \"A\", \"period_from\": \"2024\", \"period_to\": \"12/2023\"}}",
           "error.args.1", "2024");
    add(f, "campaign", "{\"title\": \"A\", \"period_from\": \"2023\", \"period_to\": \"8/2023\"}", id);
    snprintf(uri, sizeof uri, "/v1/records/campaign/%s", id);
    expect(f, 400, "PATCH", uri, "{\"set\": {\"period_to\": \"12/2022\"}}", "error.code", "usage");
    expect(f, 200, "PATCH", uri, "{\"set\": {\"period_from\": \"2022\", \"period_to\": \"12/2022\"}}",
           "fields.period_to", "2022-12");
}

static void
a_keyed_record_is_not_written_over_by_adding_it_again(void **state)
{
    struct fixture *f = *state;
    char id[RECORD_ID_TEXT_BYTES], unit[RECORD_ID_TEXT_BYTES], held[RECORD_ID_TEXT_BYTES], body[256];

    add(f, "campaign", "{\"title\": \"A\"}", id);
    add(f, "unit", "{\"name\": \"Thôn 1\"}", unit);
    snprintf(body, sizeof body, "{\"campaign\": \"%s\", \"name\": \"Hộ nghèo\", \"target\": \"0,39\"}", id);
    add(f, "indicator", body, id);
    snprintf(body, sizeof body,
             "{\"indicator\": \"%s\", \"unit\": \"%s\", \"period\": \"9/2023\", \"value\": \"0,41\"}", id, unit);
    add(f, "measurement", body, held);
    snprintf(body, sizeof body,
             "{\"set\": {\"indicator\": \"%s\", \"unit\": \"%s\", \"period\": \"9/2023\", \"value\": \"0,42\"}}",
             id, unit);
    expect(f, 409, "POST", "/v1/records/measurement", body, "record.fields.value", "0.41");
    expect(f, 409, "POST", "/v1/records/measurement", body, "error.args.1", held);
    expect(f, 200, "GET", "/v1/records/measurement", NULL, "records.0.fields.value", "0.41");
    snprintf(body, sizeof body, "/v1/records/measurement/%s", held);
    expect(f, 200, "DELETE", body, NULL, "deleted", "true");
    snprintf(body, sizeof body,
             "{\"set\": {\"indicator\": \"%s\", \"unit\": \"%s\", \"period\": \"9/2023\", \"value\": \"0,42\"}}",
             id, unit);
    expect(f, 201, "POST", "/v1/records/measurement", body, "fields.value", "0.42");
}

static void
a_report_is_for_a_period_that_its_route_has(void **state)
{
    struct fixture *f = *state;
    char id[RECORD_ID_TEXT_BYTES], unit[RECORD_ID_TEXT_BYTES], body[256];

    add(f, "campaign", "{\"title\": \"A\"}", id);
    add(f, "unit", "{\"name\": \"Chi bộ 1\"}", unit);
    snprintf(body, sizeof body, "{\"campaign\": \"%s\", \"cadence\": \"weekly\", \"weekday\": \"friday\"}", id);
    add(f, "report_route", body, id);
    snprintf(body, sizeof body, "{\"set\": {\"route\": \"%s\", \"unit\": \"%s\", \"period\": \"20/5/2023\"}}", id,
             unit);
    expect(f, 400, "POST", "/v1/records/report", body, "error.args.2", "19/05/2023");
    snprintf(body, sizeof body, "{\"set\": {\"route\": \"%s\", \"unit\": \"%s\", \"period\": \"16/5/2023\"}}", id,
             unit);
    expect(f, 400, "POST", "/v1/records/report", body, "error.args.2", "19/05/2023");
    snprintf(body, sizeof body, "{\"set\": {\"route\": \"%s\", \"unit\": \"%s\", \"period\": \"19/5/2023\"}}", id,
             unit);
    expect(f, 201, "POST", "/v1/records/report", body, "fields.period", "2023-05-19");
}

static void
an_issued_plan_is_corrected_with_a_reason_and_not_deleted(void **state)
{
    struct fixture *f = *state;
    char id[RECORD_ID_TEXT_BYTES];

    add(f, "campaign", "{\"title\": \"A\", \"code\": \"K1\"}", id);
    expect(f, 200, "PATCH", "/v1/records/campaign/K1", "{\"set\": {\"title\": \"B\"}}", "title", "B");
    expect(f, 200, "PATCH", "/v1/records/campaign/K1", "{\"set\": {\"state\": \"issued\"}}", "space", "outer");
    expect(f, 400, "PATCH", "/v1/records/campaign/K1", "{\"set\": {\"title\": \"C\"}}", "error.code", "usage");
    expect(f, 200, "PATCH", "/v1/records/campaign/K1", "{\"set\": {\"title\": \"C\", \"reason\": \"gõ nhầm\"}}",
           "title", "C");
    expect(f, 200, "PATCH", "/v1/records/campaign/K1", "{\"set\": {\"state\": \"running\"}}", "fields.state",
           "running");
    expect(f, 400, "DELETE", "/v1/records/campaign/K1", NULL, "error.code", "usage");
}

static void
the_registry_and_the_status_are_told(void **state)
{
    struct fixture *f = *state;
    json_t *answer = ask(f, 200, "GET", "/v1/registry", NULL);

    assert_int_equal(json_array_size(inside(answer, "records")), registry_records_count);
    json_decref(answer);
    answer = ask(f, 200, "GET", "/v1/status", NULL);
    assert_inside(answer, "unit", "Xã Trấn Ninh");
    assert_inside(answer, "node", "commune");
    assert_inside(answer, "conflicts", "0");
    assert_int_equal(json_array_size(inside(answer, "spaces")), 2);
    assert_int_equal(json_object_size(inside(answer, "state_digest")), 2);
    assert_inside(answer, "peers", "[]");
    json_decref(answer);
    expect(f, 200, "GET", "/v1/conflicts", NULL, "count", "0");
    expect(f, 200, "GET", "/v1/set-aside", NULL, "count", "0");
    expect(f, 200, "POST", "/v1/verify", "{\"rebuild\": true}", "ok", "true");
}

static void
peers_and_sync_show_what_the_network_knows(void **state)
{
    struct fixture *f = *state;
    struct peer_row peer = {
        .name = "Huyện", .address = "192.0.2.9:7575", .role = PEER_PARENT, .last_error = ""};
    struct peer_counters more = {.bytes_in = 100, .sessions = 1};
    int64_t id;

    assert_ok(f, store_begin(f->writer, &f->error));
    assert_ok(f, peer_put(f->writer, &peer, &id, &f->error));
    assert_ok(f, peer_count(f->writer, id, 19000, &more, &f->error));
    assert_ok(f, store_commit(f->writer, &f->error));
    expect(f, 200, "GET", "/v1/peers", NULL, "peers.0.connected", "false");
    expect(f, 503, "POST", "/v1/sync", "{}", "error.code", "closed");
    f->daemon.net = (struct net *) (void *) f; /* opaque to all but the functions of the fixture */
    expect(f, 200, "GET", "/v1/peers", NULL, "peers.0.bytes_in", "110");
    expect(f, 200, "GET", "/v1/status", NULL, "unsent", "3");
    expect(f, 200, "POST", "/v1/sync", "{\"wait_s\": 5}", "done", "true");
    expect(f, 400, "POST", "/v1/sync", "{\"wait_s\": \"5\"}", "error.code", "format");
    fixture_sync_err = ERR_AGAIN;
    expect(f, 200, "POST", "/v1/sync", NULL, "done", "false");
    fixture_sync_err = ERR_IO;
    expect(f, 500, "POST", "/v1/sync", NULL, "error.message", "the hub does not answer");
    fixture_sync_err = OK;
    f->daemon.net = NULL;
}

static void
an_invitation_is_one_line_with_our_address(void **state)
{
    struct fixture *f = *state;
    struct invitation in;
    json_t *answer;

    f->daemon.net = (struct net *) (void *) f;
    answer = ask(f, 200, "POST", "/v1/invitations",
                 "{\"as\": \"unit\", \"unit_name\": \"Thôn 1\", \"unit_kind\": \"thôn\", "
                 "\"expires_days\": 3}");
    assert_ok(f,
              invitation_decode(json_string_value(inside(answer, "invitation")), &in, &f->error));
    assert_string_equal(in.addresses[0], "192.0.2.1:7575");
    assert_string_equal(in.inviter_name, "Xã Trấn Ninh");
    assert_string_equal(in.unit_name, "Thôn 1");
    assert_int_equal(in.kind, INVITATION_UNIT);
    assert_int_equal(in.role, ROLE_UNIT);
    assert_true(in.expires == 1700000000 + 3 * 86400);
    json_decref(answer);
    expect(f, 200, "GET", "/v1/records/unit/thon%201", NULL, "fields.kind", "hamlet");
    expect(f, 200, "POST", "/v1/invitations", "{\"as\": \"unit\", \"unit_name\": \"thon 1\"}",
           "expires", "2023-11-28T22:13:20Z");
    expect(f, 200, "GET", "/v1/records/unit", NULL, "count", "2");
    expect(f, 400, "POST", "/v1/invitations", "{\"as\": \"king\"}", "error.args.0", "king");
    expect(f, 400, "POST", "/v1/invitations", "{}", "error.args.0", "as");
    expect(f, 400, "POST", "/v1/invitations", "{\"as\": \"unit\"}", "error.args.0", "unit_name");
    json_decref(ask(f, 200, "POST", "/v1/invitations", "{\"as\": \"commune\"}"));
    expect(f, 400, "POST", "/v1/invitations", "{\"as\": \"clerk\", \"expires_days\": 0}",
           "error.args.0", "expires_days");
    f->daemon.net = NULL;
}

int
main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
    const struct CMUnitTest tests[] = {
        T(a_record_goes_in_and_comes_out),
        T(text_is_composed_and_cleaned_on_entry),
        T(references_show_id_and_title_and_are_found_by_name),
        T(people_are_listed_by_given_name),
        T(a_work_is_named_by_its_title_where_any_record_may_stand),
        T(a_list_is_filtered_and_paged),
        T(a_change_says_what_its_author_had_seen),
        T(history_tells_who_wrote_what),
        T(an_unknown_name_is_answered_with_the_nearest),
        T(two_records_of_one_name_are_told_apart_by_id),
        T(an_id_of_another_type_is_not_taken),
        T(a_wrong_field_or_value_is_named),
        T(broken_json_is_answered_with_its_place),
        T(a_wrong_version_is_refused),
        T(an_unknown_request_is_told_where_the_list_is),
        T(an_unknown_operator_writes_nothing),
        T(a_span_that_ends_before_it_begins_is_refused),
        T(a_keyed_record_is_not_written_over_by_adding_it_again),
        T(a_report_is_for_a_period_that_its_route_has),
        T(an_issued_plan_is_corrected_with_a_reason_and_not_deleted),
        T(the_registry_and_the_status_are_told),
        T(peers_and_sync_show_what_the_network_knows),
        T(an_invitation_is_one_line_with_our_address),
    };

    return tap_run("records", tests, NULL, NULL);
}
