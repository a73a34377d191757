/* One request of the local API, from its bytes to its answer, without HTTP: http.c carries it.
 *
 *     request_new() -> request_route() -> body -> request_parse() -> handler -> request_encode()
 *
 * A handler is a function of the request and of a store. It runs either on a reader's snapshot or
 * as a job of the writer; a few (sync) start something on the loop and finish later.
 * Source: doc/api.md. */
#ifndef DAEMON_LOCAL_REQUEST_H
#define DAEMON_LOCAL_REQUEST_H

#include <jansson.h>

#include "daemon/daemon.h"
#include "daemon/domain/act.h"
#include "daemon/local/json_record.h"
#include "daemon/local/readers.h"
#include "protocol/util/buf.h"

enum {
    REQUEST_URI_BYTES_MAX = 8 * 1024,            /* a name in it has at most a few hundred */
    /* of every request but an import and a plan's text */
    REQUEST_BODY_BYTES_MAX = 1024 * 1024,
    REQUEST_IMPORT_BYTES_MAX = 64 * 1024 * 1024, /* a province's roll fits; it is held in memory */
    REQUEST_ARENA_BYTES_MAX = 256 * 1024 * 1024, /* one list of 10,000 long records */
    REQUEST_PARTS_MAX = 2,                       /* places in a path */
    REQUEST_QUERY_MAX = 32,                      /* NAME=VALUE pairs */
    REQUEST_LIST_DEFAULT = 1000,                 /* records in one answer when nothing is asked */
    REQUEST_LIST_MAX = 100000,
};

struct request;

enum request_access {
    ACCESS_READ,  /* handler runs on a reader's snapshot, in the pool where there is one */
    ACCESS_WRITE, /* handler runs as a job of the writer */
    ACCESS_LOOP,  /* handler runs on the loop thread and calls request_finish() now or later */
};

enum request_body { BODY_NONE, BODY_JSON, BODY_TEXT };

/* A line of the request table. */
struct route {
    const char *method;
    const char *path; /* "{…}" stands for one part, given in request.parts */
    enum request_access access;
    enum request_body body;
    size_t body_bytes_max;
    enum err (*handler)(struct request *r, struct error *e);
    /* on the loop thread before the handler: gathers what only that thread may ask; or NULL */
    enum err (*prepare)(struct request *r, struct error *e);
    const char *about; /* one line for GET /v1/ */
};

extern const struct route routes[];
extern const size_t routes_count;

struct query_pair {
    const char *name;
    const char *value;
};

struct request {
    struct arena arena;
    struct daemon *daemon;          /* borrowed */
    struct readers *readers;        /* borrowed; NULL: reading is done on the loop thread */
    const struct route *route;
    enum request_access access;     /* the route's; prepare() may change it */
    const char *method;             /* in the arena */
    const char *path;               /* in the arena, as it came, without the query */
    const char *parts[REQUEST_PARTS_MAX];
    struct query_pair query[REQUEST_QUERY_MAX];
    unsigned query_count;
    const char *operator_text;      /* the header Thidua-Operator, or NULL; in the arena */
    enum language language;         /* of labels in errors: the header Accept-Language */
    struct buf raw;                 /* the body */
    json_t *body;                   /* owned; BODY_JSON: an object, empty when there was no body */

    /* while the handler runs */
    struct store *store;
    struct identity *me;            /* ACCESS_WRITE */
    void *prepared;                 /* by the route's prepare() */
    struct view view;

    /* what it gives */
    unsigned status;                /* 200 unless the handler says otherwise */
    json_t *answer;                 /* owned */
    /* owned: members that go beside "error" when the handler fails */
    json_t *beside;
    uint64_t line;                  /* of the body, for "error" when the handler fails; 0 = none */
    char *text;                     /* owned: the encoded answer, where the pool made it */
    unsigned text_status;

    struct job job;                 /* ACCESS_WRITE */
    struct reading reading;         /* ACCESS_READ */
    void (*on_finished)(struct request *r, enum err err, const struct error *e);
    void *context;                  /* of on_finished */
};

/* Make a request.
 *   method, uri  as they stand in the request line; copied
 *   Returns      ERR_LIMIT too long; ERR_FORMAT a broken escape; ERR_NOMEM. Also then *ret_request
 *                is made
 *                when memory lasts, so that the error can be answered. Free with request_free(). */
enum err request_new(struct daemon *d, const char *method, const char *uri,
                     struct request **ret_request, struct error *e);
void request_free(struct request *r);

/* Find the request's line in the table; sets route and parts.
 *   Returns  ERR_NOT_FOUND no such path; ERR_USAGE the path has other methods (status 405) */
enum err request_route(struct request *r, struct error *e);

/* Read the body in `raw` by the kind that the route takes. ERR_FORMAT names line and column. */
enum err request_parse(struct request *r, struct error *e);

/* Run the handler of an ACCESS_READ route on a store, in a snapshot of its own; of an ACCESS_WRITE
 * route inside the transaction that the caller holds. On success r->answer is set. */
enum err request_run(struct request *r, struct store *s, struct identity *me, struct error *e);

/* Run the request wherever its route wants; on_finished is called on the loop thread, perhaps
 * before this returns, and always once. */
void request_start(struct request *r,
                   void (*on_finished)(struct request *, enum err, const struct error *),
                   void *context);

/* End an ACCESS_LOOP request, on the loop thread. */
void request_finish(struct request *r, enum err err, const struct error *e);

/* The answer's bytes.
 *   err       OK: r->answer; else the error `e`
 *   ret_text  malloc'ed: free with free(); NULL without memory
 *   ret_status  HTTP status */
void request_encode(struct request *r, enum err err, const struct error *e, char **ret_text,
                    unsigned *ret_status);

/* A parameter of the query, or NULL. */
const char *request_query(const struct request *r, const char *name);

/* A number of the query.
 *   otherwise  when it is absent
 *   Returns    ERR_FORMAT when it is no number of 0..max */
enum err request_query_number(const struct request *r, const char *name, int64_t otherwise,
                              int64_t max, int64_t *ret_number, struct error *e);

/* A member of a JSON body that must be a text; NULL when absent and `required` is false. */
enum err request_body_text(const struct request *r, const char *name, bool required,
                           const char **ret_text, struct error *e);

/* The record that the header Thidua-Operator names, 0 without one. ERR_NOT_FOUND. */
enum err request_operator(struct request *r, int64_t *ret_operator, struct error *e);

/* Who acts, for the writing functions of the domain; the handler is a job of the writer. */
enum err request_act(struct request *r, struct act *ret_act, struct error *e);

/* Submit operations as one changeset of the request's operator. */
enum err request_submit(struct request *r, struct submit_op *ops, size_t ops_count,
                        struct error *e);

/* A wrong member of a JSON object: ERR_USAGE when `object` has a member that is not in `names`
 * (NULL-terminated). */
enum err request_members(json_t *object, const char *const *names, struct error *e);

#endif
