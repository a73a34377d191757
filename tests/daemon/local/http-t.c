/* HTTP on a Unix socket: a server on its own loop in a thread, libcurl and raw sockets in front of
 * it. */
#include "config.h"

#include "daemon/local/http.h"

#include <curl/curl.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "tests/daemon/local/fixture.h"

struct server {
    struct fixture *f;
    uv_loop_t loop;
    uv_async_t stop;
    uv_thread_t thread;
    struct http *http;
    char socket_path[112];
};

static struct server server;

static void
on_writer_stopped(void *context)
{
    (void) context;
    server.f->writer = NULL; /* the writer closed it */
    uv_close((uv_handle_t *) &server.stop, NULL);
}

static void
on_http_stopped(void *context)
{
    (void) context;
    writer_stop(server.f->daemon.writer, on_writer_stopped, NULL);
}

static void
on_stop(uv_async_t *handle)
{
    (void) handle;
    http_stop(server.http, on_http_stopped, NULL);
}

static void
run_loop(void *context)
{
    uv_run(context, UV_RUN_DEFAULT);
}

static int
setup(void **state)
{
    struct identity *me = calloc(1, sizeof *me);
    struct fixture *f;

    if (me == NULL || fixture_setup(state) != 0)
        return -1;
    server.f = f = *state;
    *me = f->daemon.me;
    snprintf(me->path, sizeof me->path, "%s/key", f->directory);
    uv_loop_init(&server.loop);
    f->daemon.loop = &server.loop;
    f->daemon.database_path = f->path;
    snprintf(server.socket_path, sizeof server.socket_path, "%s/s", f->directory);
    uv_async_init(&server.loop, &server.stop, on_stop);
    assert_ok(f,
              writer_start(&server.loop, f->writer, me, NULL, NULL, &f->daemon.writer, &f->error));
    assert_ok(f, http_start(&f->daemon, server.socket_path, &server.http, &f->error));
    return uv_thread_create(&server.thread, run_loop, &server.loop);
}

static int
teardown(void **state)
{
    struct stat info;

    uv_async_send(&server.stop);
    uv_thread_join(&server.thread);
    assert_int_equal(uv_loop_close(&server.loop), 0);
    assert_int_not_equal(stat(server.socket_path, &info), 0); /* the socket file is gone */
    return fixture_teardown(state);
}

/* --- a client --------------------------------------------------------------------------------- */

struct sink {
    char *text;
    size_t size;
};

static size_t
on_bytes(char *bytes, size_t size, size_t count, void *context)
{
    struct sink *sink = context;
    char *text = realloc(sink->text, sink->size + size * count + 1);

    if (text == NULL)
        return 0;
    memcpy(text + sink->size, bytes, size * count);
    sink->text = text;
    sink->size += size * count;
    text[sink->size] = '\0';
    return size * count;
}

/* One request over a connection of its own, or over `handle`. */
static json_t *
fetch(CURL *handle, long expected, const char *method, const char *path, const char *body,
      size_t body_size, const char *header)
{
    CURL *curl = handle == NULL ? curl_easy_init() : handle;
    struct curl_slist *headers = header == NULL ? NULL : curl_slist_append(NULL, header);
    struct sink sink = {.text = NULL};
    char url[256];
    long status = 0;
    json_t *answer;
    CURLcode code;

    snprintf(url, sizeof url, "http://local%s", path);
    curl_easy_setopt(curl, CURLOPT_UNIX_SOCKET_PATH, server.socket_path);
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT, 60L);
    curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, method);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_bytes);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &sink);
    if (body != NULL) {
        curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body);
        curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t) body_size);
    } else {
        curl_easy_setopt(curl, CURLOPT_HTTPGET, 1L);
    }
    code = curl_easy_perform(curl);
    if (code != CURLE_OK)
        fail_msg("%s %s: %s", method, path, curl_easy_strerror(code));
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    if (status != expected)
        fail_msg("%s %s: %ld: %s", method, path, status, sink.text);
    answer = json_loads(sink.text, 0, NULL);
    assert_non_null(answer);
    free(sink.text);
    curl_slist_free_all(headers);
    if (handle == NULL)
        curl_easy_cleanup(curl);
    return answer;
}

static json_t *
post(long expected, const char *path, const char *body)
{
    return fetch(NULL, expected, "POST", path, body, strlen(body), NULL);
}

static int
raw_connection(void)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);

    snprintf(address.sun_path, sizeof address.sun_path, "%s", server.socket_path);
    assert_int_equal(connect(fd, (struct sockaddr *) &address, sizeof address), 0);
    return fd;
}

/* Send bytes as they are and read until the other side closes or answers. */
static void
raw_exchange(const char *bytes, size_t size, char *ret_text, size_t text_bytes)
{
    int fd = raw_connection();
    struct pollfd poll_fd = {.fd = fd, .events = POLLIN};
    ssize_t got;

    assert_int_equal(send(fd, bytes, size, MSG_NOSIGNAL), size);
    assert_int_equal(poll(&poll_fd, 1, 20000), 1);
    got = recv(fd, ret_text, text_bytes - 1, 0);
    ret_text[got < 0 ? 0 : got] = '\0';
    close(fd);
}

/* --- tests ------------------------------------------------------------------------------------ */

static void
reads_and_writes_are_answered_on_one_connection(void **state)
{
    static const char body[] = "{\"set\": {\"name\": \"Thôn 1\"}}";
    CURL *curl = curl_easy_init();
    json_t *answer = fetch(curl, 201, "POST", "/v1/records/unit", body, strlen(body), NULL);

    (void) state;
    assert_inside(answer, "title", "Thôn 1");
    json_decref(answer);
    answer = fetch(curl, 200, "GET", "/v1/records/unit/thon%201", NULL, 0, NULL);
    assert_inside(answer, "fields.name", "Thôn 1");
    json_decref(answer);
    answer = fetch(curl, 404, "GET", "/v1/records/unit/no%2Fbody", NULL, 0, NULL);
    assert_inside(answer, "error.args.1", "no/body");
    json_decref(answer);
    curl_easy_cleanup(curl);
}

static void
only_the_owner_may_open_the_socket(void **state)
{
    struct stat info;

    (void) state;
    assert_int_equal(stat(server.socket_path, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0600);
}

static void
a_second_daemon_on_the_socket_is_refused(void **state)
{
    struct fixture *f = *state;
    struct http *second = NULL;

    assert_int_equal(http_start(&f->daemon, server.socket_path, &second, &f->error), ERR_CONFLICT);
    json_decref(
        fetch(NULL, 200, "GET", "/v1/status", NULL, 0, NULL)); /* the first one still answers */
}

static void
a_path_that_is_too_long_is_refused(void **state)
{
    struct fixture *f = *state;
    struct http *http = NULL;
    char path[200];

    memset(path, 'x', sizeof path);
    path[0] = '/';
    path[sizeof path - 1] = '\0';
    assert_int_equal(http_start(&f->daemon, path, &http, &f->error), ERR_LIMIT);
    assert_non_null(strstr(f->error.text, "107"));
}

static void
a_body_that_is_too_large_is_refused(void **state)
{
    size_t size = 3 * 1024 * 1024;
    char *body = malloc(size);
    json_t *answer;

    (void) state;
    assert_non_null(body);
    memset(body, ' ', size);
    answer = fetch(NULL, 413, "POST", "/v1/records/unit", body, size, NULL);
    assert_inside(answer, "error.code", "limit");
    json_decref(answer);
    /* without asking first, and without saying how long it is */
    json_decref(fetch(NULL, 413, "POST", "/v1/records/unit", body, size, "Expect:"));
    json_decref(
        fetch(NULL, 413, "POST", "/v1/records/unit", body, size, "Transfer-Encoding: chunked"));
    /* an import may be as large */
    answer = fetch(NULL, 400, "POST", "/v1/import", body, size, NULL);
    assert_inside(answer, "error.code", "usage");
    json_decref(answer);
    free(body);
}

static void
a_request_from_a_web_page_is_refused(void **state)
{
    json_t *answer = fetch(NULL, 403, "GET", "/v1/status", NULL, 0, "Origin: http://example.org");

    (void) state;
    assert_inside(answer, "error.code", "auth");
    json_decref(answer);
}

static void
labels_come_in_the_language_that_is_asked(void **state)
{
    static const char body[] = "{\"set\": {\"name\": \"x\", \"kind\": \"zoo\"}}";
    json_t *answer =
        fetch(NULL, 400, "POST", "/v1/records/unit", body, strlen(body), "Accept-Language: vi");

    (void) state;
    assert_non_null(strstr(json_string_value(inside(answer, "error.message")), "Loại đơn vị"));
    json_decref(answer);
}

static void
what_is_no_http_gets_no_more_than_an_error(void **state)
{
    static const char nonsense[] = "\x16\x03\x01\x02\x00\x01\x00\r\n\r\n";
    char text[4096];
    char *headers = malloc(100000);

    (void) state;
    raw_exchange(nonsense, sizeof nonsense - 1, text, sizeof text);
    assert_null(strstr(text, "200 OK"));
    assert_non_null(headers);
    memset(headers, 'a', 100000);
    memcpy(headers, "GET /v1/status HTTP/1.1\r\nX: ", 28);
    raw_exchange(headers, 70000, text, sizeof text);
    assert_null(strstr(text, "200 OK"));
    memset(headers, 'a', 20000);
    memcpy(headers, "GET /v1/status?", 15);
    memcpy(headers + 20000, " HTTP/1.1\r\nHost: x\r\n\r\n", 22);
    raw_exchange(headers, 20022, text, sizeof text);
    assert_non_null(strstr(text, " 413 "));
    free(headers);
    json_decref(fetch(NULL, 200, "GET", "/v1/status", NULL, 0, NULL));
}

static void
clients_that_stall_do_not_hold_up_others(void **state)
{
    static const char half[] =
        "POST /v1/records/unit HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{\"set\"";
    int stalled[HTTP_CONNECTIONS_MAX - 4];

    (void) state;
    for (size_t i = 0; i < sizeof stalled / sizeof stalled[0]; i++) {
        stalled[i] = raw_connection();
        assert_int_equal(send(stalled[i], half, i % 2 == 0 ? sizeof half - 1 : 20, MSG_NOSIGNAL),
                         i % 2 == 0 ? sizeof half - 1 : 20);
    }
    json_decref(fetch(NULL, 200, "GET", "/v1/status", NULL, 0, NULL));
    json_decref(post(201, "/v1/records/unit", "{\"set\": {\"name\": \"Thôn 1\"}}"));
    for (size_t i = 0; i < sizeof stalled / sizeof stalled[0]; i++)
        close(stalled[i]);
}

static void
a_client_that_leaves_while_its_write_runs_breaks_nothing(void **state)
{
    static const char whole[] =
        "POST /v1/records/unit HTTP/1.1\r\nHost: x\r\nContent-Length: 26\r\n\r\n"
        "{\"set\": {\"name\": \"Left\"}} ";
    int fd = raw_connection();
    json_t *answer;

    (void) state;
    assert_int_equal(send(fd, whole, sizeof whole - 1, MSG_NOSIGNAL), sizeof whole - 1);
    close(fd);
    /* this write queues behind that one where that one was read at all */
    json_decref(post(201, "/v1/records/unit", "{\"set\": {\"name\": \"Stayed\"}}"));
    answer = fetch(NULL, 200, "GET", "/v1/records/unit/Stayed", NULL, 0, NULL);
    json_decref(answer);
}

static void
many_requests_pass_through_one_connection(void **state)
{
    CURL *curl = curl_easy_init();

    (void) state;
    for (int i = 0; i < 200; i++)
        json_decref(fetch(curl, 200, "GET", "/v1/records/unit?limit=1", NULL, 0, NULL));
    curl_easy_cleanup(curl);
}

/* Perform all handles at once. */
static void
perform_all(CURLM *multi)
{
    int running = 1;

    while (running > 0) {
        assert_int_equal(curl_multi_perform(multi, &running), CURLM_OK);
        if (running > 0)
            assert_int_equal(curl_multi_poll(multi, NULL, 0, 1000, NULL), CURLM_OK);
    }
}

static void
readers_and_writers_are_answered_side_by_side(void **state)
{
    enum { CLIENTS = 24 };
    static const char body[] = "{\"set\": {\"name\": \"Thôn\"}}";
    CURLM *multi = curl_multi_init();
    CURL *clients[CLIENTS];
    struct sink sinks[CLIENTS] = {{.text = NULL}};
    json_t *answer;

    (void) state;
    for (int i = 0; i < CLIENTS; i++) {
        bool writes = i % 3 == 0;

        clients[i] = curl_easy_init();
        curl_easy_setopt(clients[i], CURLOPT_UNIX_SOCKET_PATH, server.socket_path);
        curl_easy_setopt(clients[i], CURLOPT_URL,
                         writes ? "http://local/v1/records/unit"
                                : "http://local/v1/records/unit?limit=5");
        curl_easy_setopt(clients[i], CURLOPT_NOSIGNAL, 1L);
        curl_easy_setopt(clients[i], CURLOPT_TIMEOUT, 60L);
        if (writes)
            curl_easy_setopt(clients[i], CURLOPT_POSTFIELDS, body);
        curl_easy_setopt(clients[i], CURLOPT_WRITEFUNCTION, on_bytes);
        curl_easy_setopt(clients[i], CURLOPT_WRITEDATA, &sinks[i]);
        curl_multi_add_handle(multi, clients[i]);
    }
    perform_all(multi);
    for (int i = 0; i < CLIENTS; i++) {
        long status = 0;

        curl_easy_getinfo(clients[i], CURLINFO_RESPONSE_CODE, &status);
        assert_int_equal(status, i % 3 == 0 ? 201 : 200);
        curl_multi_remove_handle(multi, clients[i]);
        curl_easy_cleanup(clients[i]);
        free(sinks[i].text);
    }
    curl_multi_cleanup(multi);
    answer = fetch(NULL, 200, "GET", "/v1/records/unit?name=Th%C3%B4n", NULL, 0, NULL);
    assert_inside(answer, "count", "8");
    json_decref(answer);
}

static void
a_stop_finishes_requests_under_way(void **state)
{
    static const char whole[] =
        "POST /v1/records/unit HTTP/1.1\r\nHost: x\r\nContent-Length: 26\r\n\r\n"
        "{\"set\": {\"name\": \"Last\"}} ";
    int fd = raw_connection();
    char text[4096];
    ssize_t got;

    (void) state;
    assert_int_equal(send(fd, whole, sizeof whole - 1, MSG_NOSIGNAL), sizeof whole - 1);
    got = recv(fd, text, sizeof text - 1, 0); /* answered, and the connection stays open */
    assert_true(got > 0);
    text[got] = '\0';
    assert_non_null(strstr(text, " 201 "));
    assert_int_equal(fcntl(fd, F_GETFD) >= 0, 1);
    /* the teardown stops the server while this client keeps its connection */
}

int
main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(reads_and_writes_are_answered_on_one_connection),
        T(only_the_owner_may_open_the_socket),
        T(a_second_daemon_on_the_socket_is_refused),
        T(a_path_that_is_too_long_is_refused),
        T(a_body_that_is_too_large_is_refused),
        T(a_request_from_a_web_page_is_refused),
        T(labels_come_in_the_language_that_is_asked),
        T(what_is_no_http_gets_no_more_than_an_error),
        T(clients_that_stall_do_not_hold_up_others),
        T(a_client_that_leaves_while_its_write_runs_breaks_nothing),
        T(many_requests_pass_through_one_connection),
        T(readers_and_writers_are_answered_side_by_side),
        T(a_stop_finishes_requests_under_way),
    };
    int failed;

    curl_global_init(CURL_GLOBAL_DEFAULT);
    failed = tap_run("http", tests, NULL, NULL);
    curl_global_cleanup();
    return failed;
}
