/* Requests to the daemon: HTTP with JSON over its Unix socket. */
#include "config.h"

#include "client/apiclient.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>

#include <curl/curl.h>

#include "common/language.h"
#include "protocol/util/mem.h"

struct api {
    CURL *curl;          /* owned */
    char *socket_path;   /* owned */
    char *operator_line; /* owned; "Thidua-Operator: 3.17", or NULL */
    json_t *refusal;     /* owned; NULL when the last request was not refused */
};

struct body {
    char *bytes; /* owned */
    size_t size;
    size_t capacity;
    bool too_long;
};

enum err
api_new(const char *socket_path, const char *operator_id, struct api **ret_api, struct error *e)
{
    static const char header[] = "Thidua-Operator: ";
    struct sockaddr_un address;
    struct api *api;

    if (strlen(socket_path) >= sizeof address.sun_path)
        return err_say(e, ERR_USAGE,
                       N_("the path of the socket “{1}” is too long for this system; use a data "
                          "directory with a shorter name, or a link to it"),
                       socket_path, NULL);
    if (operator_id != NULL && strpbrk(operator_id, "\r\n") != NULL)
        return err_say(e, ERR_USAGE, N_("the operator “{1}” is not an id; `thidua operator` lists them"),
                       operator_id, NULL);
    api = mem_alloc(sizeof *api);
    if (api == NULL)
        return err_set(e, ERR_NOMEM, "no memory");
    api->curl = curl_easy_init();
    api->socket_path = mem_text(socket_path);
    if (operator_id != NULL && *operator_id != '\0') {
        size_t size = sizeof header + strlen(operator_id);

        api->operator_line = mem_alloc(size);
        if (api->operator_line != NULL)
            snprintf(api->operator_line, size, "%s%s", header, operator_id);
    }
    if (api->curl == NULL || api->socket_path == NULL
        || (operator_id != NULL && *operator_id != '\0' && api->operator_line == NULL)) {
        api_free(api);
        return err_set(e, ERR_NOMEM, "no memory");
    }
    *ret_api = api;
    return OK;
}

void
api_free(struct api *api)
{
    if (api == NULL)
        return;
    if (api->curl != NULL)
        curl_easy_cleanup(api->curl);
    mem_free(api->socket_path);
    mem_free(api->operator_line);
    json_decref(api->refusal);
    mem_free(api);
}

const json_t *
api_refusal(const struct api *api)
{
    return api->refusal;
}

static size_t
on_bytes(char *bytes, size_t one, size_t count, void *context)
{
    struct body *b = context;
    size_t size = one * count;

    if (size > API_ANSWER_BYTES_MAX - b->size) {
        b->too_long = true;
        return 0;
    }
    if (b->size + size > b->capacity) {
        size_t capacity = (b->size + size) * 2;
        char *grown = mem_resize(b->bytes, capacity);

        if (grown == NULL)
            return 0;
        b->bytes = grown;
        b->capacity = capacity;
    }
    memcpy(b->bytes + b->size, bytes, size);
    b->size += size;
    return size;
}

/* What curl reports, as something that a person can act on. */
static enum err
transport_error(struct api *api, CURLcode code, const struct body *b, struct error *e)
{
    long os_errno = 0;

    curl_easy_getinfo(api->curl, CURLINFO_OS_ERRNO, &os_errno);
    if (b->too_long)
        return err_say(e, ERR_LIMIT,
                       N_("the daemon's answer is longer than this program reads; ask for less"), NULL);
    if (code == CURLE_OPERATION_TIMEDOUT)
        return err_say(e, ERR_CLOSED,
                       N_("the daemon at {1} does not answer in time; look into its log"),
                       api->socket_path, NULL);
    if (code == CURLE_COULDNT_CONNECT && os_errno == EACCES)
        return err_say(e, ERR_CLOSED,
                       N_("the daemon's socket {1} belongs to somebody else; use the account that "
                          "runs thiduad"),
                       api->socket_path, NULL);
    if (code == CURLE_COULDNT_CONNECT)
        return err_say(e, ERR_CLOSED,
                       N_("no daemon listens at {1}; start thiduad, or choose another with --socket or "
                          "--data"),
                       api->socket_path, NULL);
    if (code == CURLE_OUT_OF_MEMORY)
        return err_set(e, ERR_NOMEM, "no memory");
    return err_say(e, ERR_CLOSED,
                   N_("the daemon at {1} broke off ({2}); look into its log and try again"),
                   api->socket_path, curl_easy_strerror(code), NULL);
}

/* Codes mean something else on this side: "usage" is about our command line, "closed" about the way to
 * the daemon. */
static enum err
received_code(const char *name)
{
    enum err code = err_from_name(name != NULL ? name : "io");

    if (code == ERR_USAGE)
        return ERR_FORMAT;
    return code == ERR_CLOSED ? ERR_IO : code;
}

/* The daemon's error object in the person's language. */
static enum err
daemon_error(const json_t *answer, long status, struct error *e)
{
    const json_t *object = json_object_get(answer, "error");
    const char *template = json_string_value(json_object_get(object, "template"));
    const char *message = json_string_value(json_object_get(object, "message"));
    const char *code = json_string_value(json_object_get(object, "code"));
    const json_t *list = json_object_get(object, "args");
    long long line = json_integer_value(json_object_get(object, "line"));
    enum err err = received_code(code);
    const char *args[ERR_ARGS_MAX + 1] = {0};
    char text[ERR_TEXT_BYTES_MAX];
    size_t count = 0;

    if (template == NULL && message == NULL)
        return err_set(e, err, "HTTP %ld", status);
    if (template == NULL) {
        snprintf(text, sizeof text, "%s", message);
    } else {
        struct error filled; /* err_say() takes no list: fill in up to its four places */

        for (; count < json_array_size(list) && count < ERR_ARGS_MAX; count++) {
            args[count] = json_string_value(json_array_get(list, count));
            args[count] = args[count] != NULL ? language_record(args[count]) : "";
        }
        err_say(&filled, err, "", args[0], args[1], args[2], args[3], NULL);
        err_fill(text, sizeof text, language_text(template), filled.args, filled.args_count);
    }
    if (line > 0)
        return err_set(e, err, _("line %lld: %s"), line, text);
    return err_set(e, err, "%s", text);
}

static enum err
set_options(struct api *api, const struct api_request *r, struct body *b, struct curl_slist **headers)
{
    char type[96];
    struct curl_slist *grown;

    curl_easy_reset(api->curl);
    *headers = curl_slist_append(NULL, language_is_vietnamese() ? "Accept-Language: vi" : "Accept-Language: en");
    if (*headers == NULL)
        return ERR_NOMEM;
    if (r->body != NULL) {
        snprintf(type, sizeof type, "Content-Type: %s", r->type != NULL ? r->type : "application/json");
        grown = curl_slist_append(*headers, type);
        if (grown != NULL) {
            *headers = grown;
            grown = curl_slist_append(*headers, "Expect:");
        }
        if (grown == NULL)
            return ERR_NOMEM;
    }
    if (api->operator_line != NULL) {
        grown = curl_slist_append(*headers, api->operator_line);
        if (grown == NULL)
            return ERR_NOMEM;
        *headers = grown;
    }
    curl_easy_setopt(api->curl, CURLOPT_UNIX_SOCKET_PATH, api->socket_path);
    curl_easy_setopt(api->curl, CURLOPT_PROXY, "");
    curl_easy_setopt(api->curl, CURLOPT_CUSTOMREQUEST, r->method);
    curl_easy_setopt(api->curl, CURLOPT_WRITEFUNCTION, on_bytes);
    curl_easy_setopt(api->curl, CURLOPT_WRITEDATA, b);
    curl_easy_setopt(api->curl, CURLOPT_CONNECTTIMEOUT_MS, (long) API_CONNECT_MS);
    curl_easy_setopt(api->curl, CURLOPT_TIMEOUT_MS, r->timeout_ms);
    curl_easy_setopt(api->curl, CURLOPT_NOSIGNAL, 1L);
    if (r->body != NULL) {
        curl_easy_setopt(api->curl, CURLOPT_POSTFIELDS, r->body);
        curl_easy_setopt(api->curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t) r->body_bytes);
    }
    curl_easy_setopt(api->curl, CURLOPT_HTTPHEADER, *headers);
    return OK;
}

static enum err
read_answer(struct api *api, const struct body *b, json_t **ret_answer, struct error *e)
{
    json_error_t json_error;
    json_t *answer = json_loadb(b->bytes != NULL ? b->bytes : "", b->size, JSON_ALLOW_NUL, &json_error);
    long status = 0;

    curl_easy_getinfo(api->curl, CURLINFO_RESPONSE_CODE, &status);
    if (status >= 200 && status < 300 && json_is_object(answer)) {
        *ret_answer = answer;
        return OK;
    }
    if (status >= 200 && status < 300 && b->size == 0) { /* done, and nothing to say */
        *ret_answer = json_object();
        return *ret_answer != NULL ? OK : err_set(e, ERR_NOMEM, "no memory");
    }
    if (!json_is_object(answer)) {
        char number[24];

        snprintf(number, sizeof number, "%ld", status);
        json_decref(answer);
        return err_say(e, ERR_IO,
                       N_("what answers at {1} is not a daemon that this program understands (HTTP {2}); "
                          "use programs of one version"),
                       api->socket_path, number, NULL);
    }
    api->refusal = answer;
    return daemon_error(answer, status, e);
}

enum err
api_call(struct api *api, const struct api_request *request, json_t **ret_answer, struct error *e)
{
    struct curl_slist *headers = NULL;
    struct body body = {0};
    char url[8192];
    CURLcode code;
    enum err err;

    json_decref(api->refusal);
    api->refusal = NULL;
    if (snprintf(url, sizeof url, "http://localhost%s", request->path) >= (int) sizeof url)
        return err_say(e, ERR_USAGE, N_("the request is too long; ask for less"), NULL);
    err = set_options(api, request, &body, &headers);
    if (err != OK) {
        err_set(e, err, "no memory");
        goto out;
    }
    curl_easy_setopt(api->curl, CURLOPT_URL, url);
    code = curl_easy_perform(api->curl);
    err = code == CURLE_OK ? read_answer(api, &body, ret_answer, e)
                           : transport_error(api, code, &body, e);
out:
    curl_slist_free_all(headers);
    mem_free(body.bytes);
    return err;
}

enum err
api_get(struct api *api, const char *path, json_t **ret_answer, struct error *e)
{
    const struct api_request request = {.method = "GET", .path = path};

    return api_call(api, &request, ret_answer, e);
}

enum err
api_send(struct api *api, const char *method, const char *path, json_t *take_body, json_t **ret_answer,
         struct error *e)
{
    struct api_request request = {.method = method, .path = path};
    char *text = take_body != NULL ? json_dumps(take_body, JSON_COMPACT) : NULL;
    enum err err;

    if (take_body != NULL && text == NULL) {
        json_decref(take_body);
        return err_set(e, ERR_NOMEM, "no memory");
    }
    request.body = text != NULL ? text : "{}";
    request.body_bytes = strlen(request.body);
    err = api_call(api, &request, ret_answer, e);
    json_decref(take_body);
    free(text);
    return err;
}

/* Percent-encode all but unreserved characters (RFC 3986, 2.3). */
static enum err
append_escaped(char *path, size_t path_bytes, const char *text)
{
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
    size_t used = strlen(path);

    for (const unsigned char *p = (const unsigned char *) text; *p != '\0'; p++) {
        if (used + 4 > path_bytes)
            return ERR_LIMIT;
        if (strchr(plain, *p) != NULL)
            path[used++] = (char) *p;
        else
            used += (size_t) snprintf(path + used, path_bytes - used, "%%%02X", *p);
        path[used] = '\0';
    }
    return OK;
}

enum err
api_path(char *ret_path, size_t path_bytes, const char *base, const char *const *parts)
{
    if (snprintf(ret_path, path_bytes, "%s", base) >= (int) path_bytes)
        return ERR_LIMIT;
    for (; *parts != NULL; parts++) {
        size_t used = strlen(ret_path);

        if (used + 2 > path_bytes)
            return ERR_LIMIT;
        memcpy(ret_path + used, "/", 2);
        if (append_escaped(ret_path, path_bytes, *parts) != OK)
            return ERR_LIMIT;
    }
    return OK;
}

enum err
api_query(char *path, size_t path_bytes, const char *name, const char *value)
{
    size_t used = strlen(path);

    if (value == NULL)
        return OK;
    if (used + 2 > path_bytes)
        return ERR_LIMIT;
    path[used] = strchr(path, '?') == NULL ? '?' : '&';
    path[used + 1] = '\0';
    if (append_escaped(path, path_bytes, name) != OK || strlen(path) + 2 > path_bytes)
        return ERR_LIMIT;
    strcat(path, "=");
    return append_escaped(path, path_bytes, value);
}
