/* A founded unit in a directory of its own, and the local API on it without HTTP. */
#ifndef TESTS_DAEMON_LOCAL_FIXTURE_H
#define TESTS_DAEMON_LOCAL_FIXTURE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon/engine/enrol.h"
#include "daemon/local/request.h"
#include "daemon/net/net.h"
#include "protocol/invitation.h"
#include "tests/util/tap.h"

struct fixture {
    char directory[64];
    char path[96];
    struct store *writer;
    struct daemon daemon;
    int64_t now_s;
    struct error error;
};

/* The clock and the chance of the tests. */
static int64_t fixture_now_s = 1700000000;

int64_t
daemon_now_s(void)
{
    return fixture_now_s;
}

void
daemon_random(void *ret_bytes, size_t size)
{
    static uint64_t state = 88172645463325252u;
    uint8_t *bytes = ret_bytes;

    for (size_t i = 0; i < size; i++) {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        bytes[i] = (uint8_t) state;
    }
}

/* A network of one address, and a peer that has all. */
static enum err fixture_sync_err = OK;

void
net_sync(struct net *net, unsigned wait_s,
         void (*done)(void *context, enum err err, const struct error *e), void *context)
{
    struct error e = {.code = OK};

    (void) net;
    (void) wait_s;
    if (fixture_sync_err != OK)
        err_set(&e, fixture_sync_err, "the hub does not answer");
    done(context, fixture_sync_err, &e);
}

void
net_peer_status(struct net *net, int64_t peer, struct net_peer_status *ret_status)
{
    (void) net;
    (void) peer;
    *ret_status =
        (struct net_peer_status){.connected = true, .unsent = 3, .session = {.bytes_in = 10}};
}

unsigned
net_addresses(struct net *net, char ret_addresses[][INVITATION_ADDRESS_BYTES_MAX + 1], unsigned max)
{
    (void) net;
    (void) max;
    strcpy(ret_addresses[0], "192.0.2.1:7575");
    return 1;
}

#define assert_ok(f, call) \
    do { \
        (f)->error.text[0] = '\0'; \
        if ((call) != OK) \
            fail_msg("%s: %s", #call, (f)->error.text); \
    } while (0)

static inline void
fixture_found(struct fixture *f)
{
    struct enrol_unit unit = {
        .name = "Xã Trấn Ninh", .kind = "commune", .code = "tn", .node = "commune"};
    uint8_t random[64];

    daemon_random(random, sizeof random);
    assert_ok(f, identity_init(&f->daemon.me, random, &f->error));
    assert_ok(f, store_begin(f->writer, &f->error));
    daemon_random(random, sizeof random);
    assert_ok(f, enrol_store(f->writer, "commune", random, &f->error));
    daemon_random(random, sizeof random);
    assert_ok(f, enrol_found(f->writer, &f->daemon.me, &unit, random, fixture_now_s, &f->error));
    assert_ok(f, store_commit(f->writer, &f->error));
}

static inline int
fixture_setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);

    if (f == NULL)
        return -1;
    *state = f;
    strcpy(f->directory, "/tmp/local-t.XXXXXX");
    if (mkdtemp(f->directory) == NULL)
        return -1;
    snprintf(f->path, sizeof f->path, "%s/data.db", f->directory);
    assert_ok(f, store_open(f->path, STORE_CREATE, &f->writer, &f->error));
    fixture_found(f);
    assert_ok(f, store_open(f->path, STORE_READ, &f->daemon.reader, &f->error));
    return 0;
}

static inline int
fixture_teardown(void **state)
{
    static const char *const names[] = {"data.db", "data.db-wal", "data.db-shm", "s", "key"};
    struct fixture *f = *state;
    char path[128];

    store_close(f->daemon.reader);
    store_close(f->writer);
    identity_release(&f->daemon.me);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        snprintf(path, sizeof path, "%s/%s", f->directory, names[i]);
        unlink(path);
    }
    rmdir(f->directory);
    free(f);
    return 0;
}

struct finished {
    enum err err;
    struct error error;
};

static inline void
fixture_finished(struct request *r, enum err err, const struct error *e)
{
    struct finished *finished = r->context;

    finished->err = err;
    finished->error = *e;
}

/* Run a request as the daemon would, in a transaction of its own. */
static inline enum err
fixture_run(struct fixture *f, struct request *r, struct error *e)
{
    enum err err;

    if (r->route->access == ACCESS_LOOP) {
        struct finished finished = {.err = ERR_CANCELLED};

        request_start(r, fixture_finished, &finished);
        *e = finished.error;
        return finished.err;
    }
    if (r->route->prepare != NULL)
        assert_ok(f, r->route->prepare(r, &f->error));
    if (r->route->access == ACCESS_READ)
        return request_run(r, f->daemon.reader, NULL, e);
    assert_ok(f, store_begin(f->writer, &f->error));
    err = request_run(r, f->writer, &f->daemon.me, e);
    if (err == OK)
        assert_ok(f, store_commit(f->writer, &f->error));
    else
        store_rollback(f->writer);
    return err;
}

/* Ask, and give the answer back as JSON; the status must be the expected one.
 *   body  NULL for none */
static inline json_t *
ask_as(struct fixture *f, const char *operator_text, unsigned expected, const char *method,
       const char *uri, const char *body)
{
    struct error e = {.code = OK};
    struct request *r = NULL;
    char *text;
    unsigned status;
    json_t *answer;
    enum err err = request_new(&f->daemon, method, uri, &r, &e);

    assert_non_null(r);
    r->operator_text = operator_text;
    if (err == OK)
        err = request_route(r, &e);
    if (err == OK && body != NULL)
        assert_int_equal(buf_append(&r->raw, body, strlen(body)), OK);
    if (err == OK)
        err = request_parse(r, &e);
    if (err == OK)
        err = fixture_run(f, r, &e);
    request_encode(r, err, &e, &text, &status);
    request_free(r);
    if (status != expected)
        fail_msg("%s %s: %u: %s", method, uri, status, text);
    answer = json_loads(text, 0, NULL);
    assert_non_null(answer);
    free(text);
    return answer;
}

static inline json_t *
ask(struct fixture *f, unsigned expected, const char *method, const char *uri, const char *body)
{
    return ask_as(f, NULL, expected, method, uri, body);
}

/* A text inside an answer, by a path such as "error.code" or "records.0.id". */
static inline const json_t *
inside(const json_t *json, const char *path)
{
    char step[64];

    while (*path != '\0' && json != NULL) {
        size_t size = strcspn(path, ".");

        snprintf(step, sizeof step, "%.*s", (int) size, path);
        json = json_is_array(json) ? json_array_get(json, (size_t) atoi(step))
                                   : json_object_get(json, step);
        path += size + (path[size] == '.');
    }
    return json;
}

static inline void
assert_inside(const json_t *answer, const char *path, const char *text)
{
    const json_t *found = inside(answer, path);
    char *dump;

    if (found == NULL)
        fail_msg("no %s in %s", path, json_dumps(answer, JSON_ENCODE_ANY));
    if (json_is_string(found)) {
        assert_string_equal(json_string_value(found), text);
        return;
    }
    dump = json_dumps(found, JSON_ENCODE_ANY | JSON_COMPACT);
    assert_string_equal(dump, text);
    free(dump);
}

/* Ask, look at one place of the answer, forget it. */
static inline void
expect(struct fixture *f, unsigned status, const char *method, const char *uri, const char *body,
       const char *path, const char *text)
{
    json_t *answer = ask(f, status, method, uri, body);

    assert_inside(answer, path, text);
    json_decref(answer);
}

/* Add a record and give its id. */
static inline const char *
add(struct fixture *f, const char *record, const char *set, char ret_id[RECORD_ID_TEXT_BYTES])
{
    char uri[64], body[1024];
    json_t *answer;

    snprintf(uri, sizeof uri, "/v1/records/%s", record);
    snprintf(body, sizeof body, "{\"set\": %s}", set);
    answer = ask(f, 201, "POST", uri, body);
    snprintf(ret_id, RECORD_ID_TEXT_BYTES, "%s", json_string_value(inside(answer, "id")));
    json_decref(answer);
    return ret_id;
}

#endif
