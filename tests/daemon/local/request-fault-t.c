/* Requests whose memory runs out: call N of the allocator fails, for each N. */
#include "config.h"

#include "protocol/util/mem.h"
#include "tests/daemon/local/fixture.h"

enum { CALLS_MAX = 20000 }; /* a request that needs more never ends this test */

/* One request with a failing allocator.
 *   ret_text  the answer, NULL without one; free()
 *   Returns  the status; 0 when not even the request could be made */
static unsigned
try_request(struct fixture *f, const char *method, const char *uri, const char *body,
            char **ret_text)
{
    struct error e = {.code = OK};
    struct request *r = NULL;
    unsigned status = 0;
    enum err err = request_new(&f->daemon, method, uri, &r, &e);

    if (r == NULL)
        return 0;
    if (err == OK)
        err = request_route(r, &e);
    if (err == OK && body != NULL && buf_append(&r->raw, body, strlen(body)) != OK)
        err = err_set(&e, ERR_NOMEM, "no memory");
    if (err == OK)
        err = request_parse(r, &e);
    if (err == OK && r->access == ACCESS_WRITE) {
        err = store_begin(f->writer, &e);
        if (err == OK)
            err = request_run(r, f->writer, &f->daemon.me, &e);
        store_rollback(f->writer);
    } else if (err == OK) {
        err = request_run(r, f->daemon.reader, NULL, &e);
    }
    request_encode(r, err, &e, ret_text, &status);
    request_free(r);
    return status;
}

static void
memory_that_runs_out_is_answered_and_nothing_more(void **state)
{
    static const struct {
        const char *method, *uri, *body;
        unsigned status;
    } requests[] = {
        {"GET", "/v1/records/person?unit=T1", NULL, 200},
        {"GET", "/v1/records/person/ly%20van%20nam", NULL, 200},
        {"GET", "/v1/records/person/Nam/history", NULL, 404},
        {"GET", "/v1/status", NULL, 200},
        {"POST", "/v1/records/person", "{\"set\": {\"full_name\": \"Lan\", \"unit\": \"thon 1\"}}",
         201},
        {"PATCH", "/v1/records/unit/T1", "{\"set\": {\"head\": \"Lan\"}}", 200},
        {"POST", "/v1/import",
         "{\"ops\": [{\"op\": \"put\", \"record\": \"unit\", \"key\": \"u\", \"set\": {\"name\": "
         "\"A\"}}]}\n"
         "{\"ops\": [{\"op\": \"put\", \"record\": \"unit\", \"key\": \"u\", \"set\": {\"name\": "
         "\"B\"}}]}",
         200},
    };
    struct fixture *f = *state;
    char id[RECORD_ID_TEXT_BYTES];

    add(f, "unit", "{\"name\": \"Thôn 1\", \"code\": \"T1\"}", id);
    add(f, "person", "{\"full_name\": \"Lý Văn Nam\", \"unit\": \"T1\"}", id);
    for (size_t i = 0; i < sizeof requests / sizeof requests[0]; i++) {
        char *whole = NULL;
        long calls;

        mem_fail_after(-1);
        assert_int_equal(
            try_request(f, requests[i].method, requests[i].uri, requests[i].body, &whole),
            requests[i].status);
        calls = mem_fail_after(-1);
        assert_in_range(calls, 3, CALLS_MAX);
        for (long n = 0; n < calls; n++) {
            char *text = NULL;
            unsigned status;

            mem_fail_after(n);
            status = try_request(f, requests[i].method, requests[i].uri, requests[i].body, &text);
            mem_fail_after(-1);
            /* refused, or answered whole where the memory was for convenience only */
            if (status != 0 && status != 503 && (text == NULL || strcmp(text, whole) != 0))
                fail_msg("%s: call %ld: status %u: %s", requests[i].uri, n, status, text);
            free(text);
        }
        free(whole);
    }
    expect(f, 200, "GET", "/v1/records/unit", NULL, "count", "2");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(memory_that_runs_out_is_answered_and_nothing_more,
                                        fixture_setup, fixture_teardown),
    };

    return tap_run("fault", tests, NULL, NULL);
}
