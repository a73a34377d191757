/* Question 2: which reports are due, which are missing, which wait on me.
 * Source: doc/api.md, "GET /v1/due"; doc/domain-rules.md. */
#ifndef DAEMON_DOMAIN_DUE_H
#define DAEMON_DOMAIN_DUE_H

#include <jansson.h>

#include "daemon/domain/missing.h"

/* Per route, unit and period. `complete` is false while a route is not mapped.
 *   Returns  ERR_NOT_FOUND, ERR_IO, ERR_NOMEM */
enum err due_list(struct store *s, const struct question *q, json_t **ret_answer, struct error *e);

/* Reports that were sent and not yet forwarded on routes that go through somebody.
 *   via      only routes through this unit (by record); 0 = every route with a via
 *   Returns  ERR_IO, ERR_NOMEM */
enum err due_waiting(struct store *s, int64_t via, int32_t as_of_day, json_t **ret_answer,
                     struct error *e);

#endif
