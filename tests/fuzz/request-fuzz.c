/* Requests of the local API: whatever is asked is answered with JSON, and nothing is written by a
 * refusal. The input is a request line without HTTP's own words, "METHOD ADDRESS", a line feed, and
 * the body. */
#include "config.h"

#include <string.h>

#include "daemon/engine/enrol.h"
#include "daemon/local/request.h"
#include "daemon/net/net.h"
#include "tests/fuzz/fuzz.h"

enum { LINE_BYTES_MAX = 9000 };

static struct daemon node;
static struct store *store;

/* The clock, the chance and the network of the fuzzer. */
int64_t
daemon_now_s(void)
{
    return 1700000000;
}

void
daemon_random(void *ret_bytes, size_t size)
{
    memset(ret_bytes, 7, size);
}

void
net_sync(struct net *net, unsigned wait_s,
         void (*done)(void *context, enum err err, const struct error *e), void *context)
{
    struct error e = {.code = OK};

    (void) net;
    (void) wait_s;
    done(context, OK, &e);
}

void
net_peer_status(struct net *net, int64_t peer, struct net_peer_status *ret_status)
{
    (void) net;
    (void) peer;
    *ret_status = (struct net_peer_status){.connected = false};
}

unsigned
net_addresses(struct net *net, char ret_addresses[][INVITATION_ADDRESS_BYTES_MAX + 1], unsigned max)
{
    (void) net;
    (void) ret_addresses;
    (void) max;
    return 0;
}

/* A unit with a few records, once for all inputs. */
static void
found(void)
{
    static const char *const records[][2] = {
        {"/v1/records/unit", "{\"set\":{\"name\":\"Thôn 1\",\"code\":\"T1\"}}"},
        {"/v1/records/unit", "{\"set\":{\"name\":\"Thôn 2\"}}"},
        {"/v1/records/person", "{\"set\":{\"full_name\":\"Lý Văn Nam\",\"unit\":\"T1\"}}"},
        {"/v1/records/campaign", "{\"set\":{\"title\":\"Thi đua\",\"code\":\"TD\"}}"},
    };
    struct enrol_unit unit = {.name = "Xã", .kind = "commune", .node = "commune"};
    uint8_t random[64];
    struct error e;

    for (size_t i = 0; i < sizeof random; i++)
        random[i] = (uint8_t) i;
    fuzz_must(identity_init(&node.me, random, &e) == OK);
    fuzz_must(store_open(":memory:", STORE_CREATE, &store, &e) == OK);
    fuzz_must(store_begin(store, &e) == OK);
    fuzz_must(enrol_store(store, "commune", random, &e) == OK);
    fuzz_must(enrol_found(store, &node.me, &unit, random, 1600000000, &e) == OK);
    for (size_t i = 0; i < sizeof records / sizeof records[0]; i++) {
        struct request *r = NULL;

        fuzz_must(request_new(&node, "POST", records[i][0], &r, &e) == OK);
        fuzz_must(request_route(r, &e) == OK);
        fuzz_must(buf_append(&r->raw, records[i][1], strlen(records[i][1])) == OK);
        fuzz_must(request_parse(r, &e) == OK);
        fuzz_must(request_run(r, store, &node.me, &e) == OK);
        request_free(r);
    }
    fuzz_must(store_commit(store, &e) == OK);
}

static void
on_finished(struct request *r, enum err err, const struct error *e)
{
    (void) e;
    *(enum err *) r->context = err;
}

static enum err
run(struct request *r, struct error *e)
{
    enum err err = OK;

    if (r->access == ACCESS_LOOP) {
        request_start(r, on_finished, &err);
        return err;
    }
    if (r->route->prepare != NULL)
        err = r->route->prepare(r, e);
    if (err == OK && r->access == ACCESS_READ)
        return request_run(r, store, NULL, e);
    if (err == OK)
        err = store_begin(store, e);
    if (err == OK)
        err = request_run(r, store, &node.me, e);
    store_rollback(store);
    return err;
}

/* Ask as HTTP would hand it over. */
static void
answer(const char *method, const char *uri, const uint8_t *body, size_t body_size)
{
    struct error e = {.code = OK};
    struct request *r = NULL;
    unsigned status = 0;
    char *text = NULL;
    json_t *json;
    enum err err = request_new(&node, method, uri, &r, &e);

    fuzz_must(r != NULL);
    if (err == OK)
        err = request_route(r, &e);
    if (err == OK && buf_append(&r->raw, body, body_size) != OK)
        err = ERR_LIMIT;
    if (err == OK)
        err = request_parse(r, &e);
    if (err == OK)
        err = run(r, &e);
    request_encode(r, err, &e, &text, &status);
    fuzz_must(text != NULL && status >= 200 && status < 600);
    json = json_loads(text, 0, NULL);
    fuzz_must(json_is_object(json));
    fuzz_must((json_object_get(json, "error") != NULL) == (status >= 400));
    fuzz_must((err == OK) == (status < 400));
    json_decref(json);
    free(text);
    request_free(r);
}

int
LLVMFuzzerTestOneInput(const uint8_t *input, size_t size)
{
    const uint8_t *end = memchr(input, '\n', size);
    size_t line_size = end == NULL ? size : (size_t) (end - input);
    char line[LINE_BYTES_MAX + 1];
    char *uri;

    if (store == NULL)
        found();
    if (line_size > LINE_BYTES_MAX || memchr(input, '\0', line_size) != NULL)
        return 0;
    memcpy(line, input, line_size);
    line[line_size] = '\0';
    uri = strchr(line, ' ');
    if (uri == NULL)
        return 0;
    *uri++ = '\0';
    if (end == NULL)
        answer(line, uri, input, 0);
    else
        answer(line, uri, end + 1, size - line_size - 1);
    return 0;
}
