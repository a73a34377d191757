/* Requests to the daemon: HTTP with JSON over its Unix socket. */
#ifndef CLIENT_APICLIENT_H
#define CLIENT_APICLIENT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "protocol/util/err.h"

enum {
    API_ANSWER_BYTES_MAX = 256 * 1024 * 1024, /* an answer beyond is refused: no list is as long */
    API_CONNECT_MS = 5000,                    /* a local socket answers at once or not at all */
};

struct api;

/* Prepare for requests; nothing is sent yet.
 *   socket_path   of the daemon; copied
 *   operator_id   who acts, for the header Thidua-Operator; NULL for none; copied
 *   ret_api       free it with api_free()
 *   Returns       OK; ERR_NOMEM; ERR_USAGE a socket path or an operator that cannot be sent */
enum err api_new(const char *socket_path, const char *operator_id, struct api **ret_api,
                 struct error *e);

/* Free it; NULL is allowed. */
void api_free(struct api *api);

/* What a request sends and how long it may take. */
struct api_request {
    const char *method;    /* "GET", "POST", "PATCH", "DELETE" */
    const char *path;      /* with its query: api_path() */
    const char *type;      /* of the body, NULL for JSON */
    const void *body;      /* borrowed; NULL for none */
    size_t body_bytes;
    long timeout_ms;       /* for the whole request, 0 for none */
};

/* Send a request and read the answer.
 *   ret_answer  a JSON object, a new reference; untouched on failure
 *   e           the daemon's error in the person's language
 *   Returns     OK; ERR_CLOSED the daemon is not reachable; ERR_CONFLICT; the daemon's other codes, of
 *               which "usage" arrives as ERR_FORMAT and "closed" as ERR_IO */
enum err api_call(struct api *api, const struct api_request *request, json_t **ret_answer,
                  struct error *e);

/* GET a path. */
enum err api_get(struct api *api, const char *path, json_t **ret_answer, struct error *e);

/* Send a JSON body.
 *   take_body  NULL sends {} */
enum err api_send(struct api *api, const char *method, const char *path, json_t *take_body,
                  json_t **ret_answer, struct error *e);

/* The daemon's answer to the last request that it refused, with "error"; NULL when there is none.
 *   Returns  borrowed until the next request */
const json_t *api_refusal(const struct api *api);

/* A path from parts that may hold anything: "/v1/records" with "unit", "Thôn 1".
 *   ret_path    0..path_bytes; parts and values are escaped
 *   base        as it is, without a slash at its end
 *   parts       ends with NULL; each becomes one step of the path
 *   Returns     OK; ERR_LIMIT too long */
enum err api_path(char *ret_path, size_t path_bytes, const char *base, const char *const *parts);

/* Add "?name=value" or "&name=value" to a path; a NULL value adds nothing.
 *   Returns  OK; ERR_LIMIT too long */
enum err api_query(char *path, size_t path_bytes, const char *name, const char *value);

#endif
