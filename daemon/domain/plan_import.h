/* From the reading of a plan to a draft campaign with its records. Source: doc/api.md, "POST
 * /v1/plan". */
#ifndef DAEMON_DOMAIN_PLAN_IMPORT_H
#define DAEMON_DOMAIN_PLAN_IMPORT_H

#include <jansson.h>

#include "daemon/domain/act.h"

/* Make the campaign of a reading: one changeset (more only when it would be too large for one).
 *   act         who, where and when
 *   plan        the object that `plan read --json` prints (what the text does not say is null)
 *   issue       also issue it, in the same transaction
 *   ret_answer  new reference: {"campaign": {"id", "title", "code", "state"}, "counts": {type: n},
 *               "questions": […], "changesets": n}
 *   Returns     ERR_USAGE  not a reading (err_say)
 *               ERR_CONFLICT the plan is held already (err_say; names the campaign)
 *               ERR_FORMAT a date in the reading is wrong; what submit() returns */
enum err plan_import(const struct act *act, const json_t *plan, bool issue, json_t **ret_answer,
                     struct error *e);

/* Find a campaign that is this plan: same number, date and issuer, or same title (unless both bear
 * a number and a date and these differ). Withdrawn campaigns and those of units below are passed
 * over. ret_campaign  local id, 0 = none */
enum err plan_held(struct store *s, const json_t *plan, int64_t *ret_campaign, struct error *e);

#endif
