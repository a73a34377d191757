/* Question 7: how fresh each unit's data is here. Source: doc/api.md, "GET /v1/freshness". */
#ifndef DAEMON_DOMAIN_FRESHNESS_H
#define DAEMON_DOMAIN_FRESHNESS_H

#include <jansson.h>

#include "daemon/store/state.h"

/* For each unit whose spaces this machine carries: last contact, last entry, entries, held, set
 * aside, conflicts. now_s    wall clock, for ages in seconds Returns  ERR_IO, ERR_NOMEM */
enum err freshness_list(struct store *s, int64_t now_s, json_t **ret_answer, struct error *e);

#endif
