/* One request: its line, its body, where its handler runs, its answer's bytes. */
#include "config.h"

#include "daemon/local/request.h"

#include <stdlib.h>
#include <string.h>

#include "daemon/domain/fold.h"
#include "protocol/wire.h"
#include "protocol/util/mem.h"

/* --- from bytes ------------------------------------------------------------------------------- */

static int
hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')
        return (c | 0x20) - 'a' + 10;
    return -1;
}

/* Decode %XX, and + as a blank when `form` says so, and bring the text to NFC.
 *   Returns  NULL for a broken escape, a NUL, or what is no UTF-8 */
static const char *
unescape(struct arena *a, const char *text, size_t size, bool form)
{
    char *plain = arena_text(a, text, size);
    size_t used = 0;

    if (plain == NULL)
        return NULL;
    for (size_t i = 0; i < size; i++) {
        char c = text[i];

        if (c == '+' && form)
            c = ' ';
        if (c == '%') {
            int high = i + 2 < size ? hex_digit(text[i + 1]) : -1;
            int low = i + 2 < size ? hex_digit(text[i + 2]) : -1;

            if (high < 0 || low < 0 || (high == 0 && low == 0))
                return NULL;
            c = (char) (high << 4 | low);
            i += 2;
        }
        plain[used++] = c;
    }
    return nfc_text(a, plain, used);
}

static enum err
bad_address(struct error *e)
{
    return err_say(e, ERR_FORMAT, N_("the address has a broken % escape or is not UTF-8"), NULL);
}

static enum err
read_query(struct request *r, const char *text, struct error *e)
{
    while (*text != '\0') {
        size_t size = strcspn(text, "&");
        const char *equals = memchr(text, '=', size);
        size_t name_size = equals == NULL ? size : (size_t) (equals - text);
        struct query_pair *pair = &r->query[r->query_count];

        if (size > 0) {
            if (r->query_count == REQUEST_QUERY_MAX)
                return err_say(e, ERR_LIMIT, N_("the address has more than 32 parameters"), NULL);
            pair->name = unescape(&r->arena, text, name_size, true);
            pair->value =
                equals == NULL ? "" : unescape(&r->arena, equals + 1, size - name_size - 1, true);
            if (pair->name == NULL || pair->value == NULL)
                return bad_address(e);
            r->query_count++;
        }
        text += size + (text[size] == '&');
    }
    return OK;
}

enum err
request_new(struct daemon *d, const char *method, const char *uri, struct request **ret_request,
            struct error *e)
{
    struct request *r = mem_alloc(sizeof *r);
    size_t path_size = strcspn(uri, "?");

    if (r == NULL)
        return err_set(e, ERR_NOMEM, "no memory for a request");
    *ret_request = r;
    arena_init(&r->arena, REQUEST_ARENA_BYTES_MAX);
    buf_init(&r->raw, REQUEST_BODY_BYTES_MAX);
    r->daemon = d;
    r->status = 200;
    r->language = LANGUAGE_EN;
    r->method = arena_text(&r->arena, method, strlen(method));
    r->path = "";
    if (strlen(uri) > REQUEST_URI_BYTES_MAX)
        return err_say(e, ERR_LIMIT, N_("the address is longer than 8 KiB"), NULL);
    r->path = arena_text(&r->arena, uri, path_size);
    if (r->method == NULL || r->path == NULL)
        return err_set(e, ERR_NOMEM, "no memory for a request");
    if (!wire_utf8_valid((const uint8_t *) uri, strlen(uri)))
        return bad_address(e);
    return uri[path_size] == '?' ? read_query(r, uri + path_size + 1, e) : OK;
}

void
request_free(struct request *r)
{
    if (r == NULL)
        return;
    free(r->text);
    json_decref(r->body);
    json_decref(r->answer);
    json_decref(r->beside);
    buf_release(&r->raw);
    arena_release(&r->arena);
    mem_free(r);
}

/* --- the route -------------------------------------------------------------------------------- */

/* Match the request's path against a pattern; on success the parts are decoded. */
static bool
match_path(struct request *r, const char *pattern, bool *ret_broken)
{
    const char *path = r->path;
    unsigned parts = 0;

    while (*pattern != '\0') {
        if (*pattern == '{') {
            size_t size = strcspn(path, "/");

            if (size == 0)
                return false;
            r->parts[parts] = unescape(&r->arena, path, size, false);
            if (r->parts[parts++] == NULL)
                *ret_broken = true;
            path += size;
            pattern = strchr(pattern, '}') + 1;
        } else if (*pattern++ != *path++) {
            return false;
        }
    }
    return *path == '\0';
}

enum err
request_route(struct request *r, struct error *e)
{
    bool path_known = false;

    for (size_t i = 0; i < routes_count; i++) {
        bool broken = false;

        if (!match_path(r, routes[i].path, &broken))
            continue;
        if (broken)
            return bad_address(e);
        path_known = true;
        if (strcmp(r->method, routes[i].method) != 0)
            continue;
        r->route = &routes[i];
        r->access = routes[i].access;
        r->raw.size_max = routes[i].body_bytes_max;
        return OK;
    }
    if (path_known) {
        r->status = 405;
        return err_say(e, ERR_USAGE, N_("{1} is not possible on {2}; GET /v1/ lists the requests"),
                       r->method, r->path, NULL);
    }
    if (strncmp(r->path, "/v", 2) == 0 && strncmp(r->path, "/v1/", 4) != 0)
        return err_say(e, ERR_NOT_FOUND,
                       N_("this daemon speaks version 1 of the API: /v1/, not {1}"), r->path, NULL);
    return err_say(e, ERR_NOT_FOUND, N_("there is no request {1} {2}; GET /v1/ lists them"),
                   r->method, r->path, NULL);
}

/* --- the body --------------------------------------------------------------------------------- */

enum err
request_parse(struct request *r, struct error *e)
{
    json_error_t fault;
    char line[24], column[24];

    if (r->route->body != BODY_JSON)
        return OK;
    if (r->raw.size == 0) {
        r->body = json_object();
        return r->body == NULL ? err_set(e, ERR_NOMEM, "no memory for a body") : OK;
    }
    r->body = json_loadb((const char *) r->raw.bytes, r->raw.size, JSON_REJECT_DUPLICATES, &fault);
    if (r->body == NULL) {
        snprintf(line, sizeof line, "%d", fault.line);
        snprintf(column, sizeof column, "%d", fault.column);
        return err_say(e, ERR_FORMAT, N_("the body is not JSON: line {1}, column {2}: {3}"), line,
                       column, fault.text, NULL);
    }
    if (!json_is_object(r->body))
        return err_say(e, ERR_FORMAT, N_("the body must be a JSON object: {\"name\": value, …}"),
                       NULL);
    return OK;
}

/* --- running ---------------------------------------------------------------------------------- */

enum err
request_run(struct request *r, struct store *s, struct identity *me, struct error *e)
{
    enum err err = OK;

    r->store = s;
    r->me = me;
    if (r->access == ACCESS_READ)
        err = store_begin(s, e);
    if (err == OK) {
        view_init(&r->view, s, &r->arena);
        r->view.language = r->language;
        err = r->route->handler(r, e);
        if (r->access == ACCESS_READ)
            store_end(s);
    }
    if (err == OK && r->answer == NULL)
        err = err_set(e, ERR_NOMEM, "no memory for an answer");
    r->store = NULL;
    r->me = NULL;
    return err;
}

static struct request *
request_of_job(struct job *job)
{
    return (struct request *) (void *) ((char *) job - offsetof(struct request, job));
}

static enum err
run_job(struct job *job, struct store *s, struct identity *me, struct error *e)
{
    return request_run(request_of_job(job), s, me, e);
}

static void
on_job_done(struct job *job, enum err err, const struct error *e)
{
    request_finish(request_of_job(job), err, e);
}

static struct request *
request_of_reading(struct reading *reading)
{
    return (struct request *) (void *) ((char *) reading - offsetof(struct request, reading));
}

/* In the pool: a long answer is encoded here, too. */
static void
run_reading(struct reading *reading, struct store *s)
{
    struct request *r = request_of_reading(reading);
    struct error e = {.code = OK};
    enum err err = request_run(r, s, NULL, &e);

    request_encode(r, err, &e, &r->text, &r->text_status);
}

static void
on_reading_done(struct reading *reading, enum err err, const struct error *e)
{
    request_finish(request_of_reading(reading), err, e);
}

static enum err
start_reading(struct request *r, struct error *e)
{
    enum err err;

    if (r->readers != NULL) {
        r->reading.run = run_reading;
        r->reading.done = on_reading_done;
        readers_run(r->readers, &r->reading);
        return OK;
    }
    err = request_run(r, r->daemon->reader, NULL, e);
    if (err == OK)
        request_finish(r, OK, e);
    return err;
}

static enum err
start_writing(struct request *r, struct error *e)
{
    enum err err;

    r->job.run = run_job;
    r->job.done = on_job_done;
    err = writer_post(r->daemon->writer, &r->job, e);
    if (err == ERR_LIMIT) {
        r->status = 503;
        err =
            err_say(e, ERR_LIMIT, N_("the daemon has too much to write just now; try again"), NULL);
    }
    return err;
}

void
request_start(struct request *r,
              void (*on_finished)(struct request *, enum err, const struct error *), void *context)
{
    struct error e = {.code = OK};
    enum err err;

    r->on_finished = on_finished;
    r->context = context;
    err = r->route->prepare != NULL ? r->route->prepare(r, &e) : OK;
    if (err != OK) {
        request_finish(r, err, &e);
        return;
    }
    switch (r->access) {
    case ACCESS_READ: err = start_reading(r, &e); break;
    case ACCESS_WRITE: err = start_writing(r, &e); break;
    case ACCESS_LOOP: err = r->route->handler(r, &e); break;
    }
    if (err != OK)
        request_finish(r, err, &e);
}

void
request_finish(struct request *r, enum err err, const struct error *e)
{
    r->on_finished(r, err, e);
}

/* --- the answer ------------------------------------------------------------------------------- */

static unsigned
status_of(enum err err)
{
    switch (err) {
    case OK: return 200;
    case ERR_USAGE:
    case ERR_FORMAT: return 400;
    case ERR_AUTH: return 403;
    case ERR_NOT_FOUND: return 404;
    case ERR_CONFLICT: return 409;
    case ERR_LIMIT: return 413;
    case ERR_UNSUPPORTED: return 501;
    case ERR_AGAIN:
    case ERR_CLOSED:
    case ERR_CANCELLED:
    case ERR_NOMEM: return 503;
    case ERR_IO: return 500;
    }
    return 500;
}

/* A string even where the bytes are no UTF-8: an error may quote what somebody sent. */
static json_t *
json_quoted(const char *text)
{
    char plain[ERR_TEXT_BYTES_MAX];
    json_t *json = json_string(text);

    if (json != NULL)
        return json;
    snprintf(plain, sizeof plain, "%s", text);
    for (char *p = plain; *p != '\0'; p++)
        if ((unsigned char) *p >= 0x80)
            *p = '?';
    return json_string(plain);
}

static json_t *
error_to_json(const struct request *r, enum err err, const struct error *e)
{
    const char *text = e != NULL && e->text[0] != '\0' ? e->text : err_name(err);
    const char *template = e != NULL && e->text[0] != '\0' ? e->template : NULL;
    char line[32], whole[ERR_TEXT_BYTES_MAX];
    json_t *args = json_array();
    json_t *answer, *error, *message;

    for (unsigned i = 0; template != NULL && i < e->args_count; i++)
        json_array_append_new(args, json_quoted(e->args[i]));
    if (template == NULL)
        json_array_append_new(args, json_quoted(text));
    snprintf(line, sizeof line, "line %llu: ", (unsigned long long) r->line);
    snprintf(whole, sizeof whole, "%s%s", r->line == 0 ? "" : line, text);
    message = json_quoted(whole);
    error = json_pack("{s:s, s:o, s:s, s:o}", "code", err_name(err), "message", message, "template",
                      template != NULL ? template : "{1}", "args", args);
    if (r->line != 0)
        json_object_set_new(error, "line", json_integer((json_int_t) r->line));
    answer = json_pack("{s:o}", "error", error);
    if (answer != NULL && r->beside != NULL)
        json_object_update_missing(answer, r->beside);
    return answer;
}

void
request_encode(struct request *r, enum err err, const struct error *e, char **ret_text,
               unsigned *ret_status)
{
    json_t *failed = NULL;
    unsigned status = r->status;

    if (err == OK && r->text != NULL) {
        *ret_text = r->text;
        *ret_status = r->text_status;
        r->text = NULL;
        return;
    }
    if (err != OK) {
        failed = error_to_json(r, err, e);
        if (status < 400)
            status = status_of(err);
    }
    *ret_text = json_dumps(err == OK ? r->answer : failed, JSON_COMPACT);
    *ret_status = *ret_text == NULL ? 503 : status;
    json_decref(failed);
}

/* --- parameters ------------------------------------------------------------------------------- */

const char *
request_query(const struct request *r, const char *name)
{
    for (unsigned i = 0; i < r->query_count; i++)
        if (strcmp(r->query[i].name, name) == 0)
            return r->query[i].value;
    return NULL;
}

enum err
request_query_number(const struct request *r, const char *name, int64_t otherwise, int64_t max,
                     int64_t *ret_number, struct error *e)
{
    const char *text = request_query(r, name);
    int64_t number = 0;
    char most[24];

    if (text == NULL) {
        *ret_number = otherwise;
        return OK;
    }
    snprintf(most, sizeof most, "%lld", (long long) max);
    if (*text == '\0' || strlen(text) > 18 || strspn(text, "0123456789") != strlen(text))
        return err_say(e, ERR_FORMAT, N_("{1} must be a number of 0 to {2}, not “{3}”"), name, most,
                       text, NULL);
    for (const char *p = text; *p != '\0'; p++)
        number = number * 10 + (*p - '0');
    if (number > max)
        return err_say(e, ERR_FORMAT, N_("{1} must be a number of 0 to {2}, not “{3}”"), name, most,
                       text, NULL);
    *ret_number = number;
    return OK;
}

enum err
request_body_text(const struct request *r, const char *name, bool required, const char **ret_text,
                  struct error *e)
{
    json_t *member = json_object_get(r->body, name);

    *ret_text = NULL;
    if (member == NULL || json_is_null(member)) {
        if (required)
            return err_say(e, ERR_USAGE, N_("the body needs “{1}”"), name, NULL);
        return OK;
    }
    if (!json_is_string(member))
        return err_say(e, ERR_USAGE, N_("“{1}” must be a text in quotes"), name, NULL);
    *ret_text = json_string_value(member);
    return OK;
}

enum err
request_operator(struct request *r, int64_t *ret_operator, struct error *e)
{
    const char *text;

    *ret_operator = 0;
    if (r->operator_text == NULL || r->operator_text[0] == '\0')
        return OK;
    text = nfc_text(&r->arena, r->operator_text, strlen(r->operator_text));
    if (text == NULL)
        return err_say(e, ERR_FORMAT, N_("the header {1} is not UTF-8"), "Thidua-Operator", NULL);
    return view_resolve(&r->view, RECORD_OPERATOR, text, ret_operator, e);
}

enum err
request_act(struct request *r, struct act *ret_act, struct error *e)
{
    *ret_act = (struct act){.s = r->store, .me = r->me, .now_s = daemon_now_s()};
    daemon_random(&ret_act->random_epoch, sizeof ret_act->random_epoch);
    return request_operator(r, &ret_act->operator, e);
}

enum err
request_submit(struct request *r, struct submit_op *ops, size_t ops_count, struct error *e)
{
    struct submit_request submission = {.ops = ops, .ops_count = ops_count};
    struct act act;
    enum err err = request_act(r, &act, e);

    submission.operator = act.operator;
    submission.random_epoch = act.random_epoch;
    return err == OK ? submit(r->store, r->me, &submission, act.now_s, e) : err;
}

enum err
request_members(json_t *object, const char *const *names, struct error *e)
{
    const char *name;
    json_t *member;
    char known[ERR_ARG_BYTES_MAX] = "";

    json_object_foreach (object, name, member) {
        size_t i = 0;

        while (names[i] != NULL && strcmp(names[i], name) != 0)
            i++;
        if (names[i] != NULL)
            continue;
        for (i = 0; names[i] != NULL; i++)
            snprintf(known + strlen(known), sizeof known - strlen(known), "%s%s",
                     i == 0 ? "" : ", ", names[i]);
        return err_say(e, ERR_USAGE, N_("“{1}” is not known here; possible are: {2}"), name, known,
                       NULL);
    }
    return OK;
}
