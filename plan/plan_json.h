/* A reading of a plan as JSON: what `thidua plan read --json` prints. */
#ifndef PLAN_PLAN_JSON_H
#define PLAN_PLAN_JSON_H

#include <jansson.h>

#include "plan/plan.h"

/* The reading as a JSON object: every key is there, null or [] where the text says nothing.
 *   Returns  a new reference (json_decref()), or NULL when there is no memory
 *   Source   doc/plan-reading.md */
json_t *plan_to_json(const struct plan *plan);

#endif
