/* Issuing a draft: its records move from the inner to the outer space of this unit.
 * Source: doc/api.md, "POST /v1/issue". */
#ifndef DAEMON_DOMAIN_ISSUE_H
#define DAEMON_DOMAIN_ISSUE_H

#include <jansson.h>

#include "daemon/domain/act.h"

/* True when a campaign is a draft in an inner space and `state` (a choice of its field `state`) is
 * one of an issued campaign: then issue_campaign() has to do it, and a plain SET would be wrong. */
bool issue_needed(struct store *s, const struct record *campaign, int64_t state);

/* Issue a draft: the campaign and every record of its plan are made anew in the outer space, with
 * the state "issued" and `draft` naming the old one; records elsewhere that refer to the drafts are
 * pointed to the new ones; the drafts are deleted. All by submit(), in the caller's transaction.
 *   campaign      local id
 *   ret_campaign  local id of the issued campaign; may be NULL
 *   ret_answer    new reference: {"campaign": {"id", "title", "code", "state"}, "draft": ID,
 *                 "counts": {type: n}}; may be NULL
 *   Returns       ERR_CONFLICT issued already, or a field of the plan stands in conflict (err_say)
 *                 ERR_NOT_FOUND, ERR_USAGE not a campaign; what submit() returns */
enum err issue_campaign(const struct act *act, int64_t campaign, int64_t *ret_campaign,
                        json_t **ret_answer, struct error *e);

#endif
