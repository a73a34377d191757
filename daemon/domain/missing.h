/* Question 1: who has not registered by the deadline, who has, who is late.
 * Source: doc/api.md, "GET /v1/missing"; doc/domain-rules.md. */
#ifndef DAEMON_DOMAIN_MISSING_H
#define DAEMON_DOMAIN_MISSING_H

#include <jansson.h>

#include "daemon/store/state.h"

/* What is asked of missing_list() and due_list(). */
struct question {
    int64_t campaign;  /* local id; 0 = every campaign that is not over */
    int32_t as_of_day; /* days since 1970-01-01; what came later does not count */
    int64_t unit;      /* only this unit of the tree; 0 = all */
};

/* Answer the question from a snapshot.
 *   s           reader or writer
 *   ret_answer  new reference; `complete` is false while a duty is not mapped: never an empty list
 *   Returns     ERR_NOT_FOUND no such campaign; ERR_IO, ERR_NOMEM */
enum err missing_list(struct store *s, const struct question *q, json_t **ret_answer,
                      struct error *e);

#endif
