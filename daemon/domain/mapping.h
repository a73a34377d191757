/* Mapping: which units the words of a plan mean. A person decides; here are suggestions and the
 * writing. Source: doc/api.md, "GET /v1/mapping", "POST /v1/mapping". */
#ifndef DAEMON_DOMAIN_MAPPING_H
#define DAEMON_DOMAIN_MAPPING_H

#include <jansson.h>

#include "daemon/domain/act.h"
#include "daemon/domain/units.h"

/* The duties of a campaign with the words of the plan, mapped units, suggestions and counts to
 * check. s         reader or writer campaign  local id; 0 = every campaign that is not over Returns
 * ERR_NOT_FOUND, ERR_IO, ERR_NOMEM */
enum err mapping_list(struct store *s, int64_t campaign, json_t **ret_answer, struct error *e);

/* Map a duty to exactly these units: missing obligation_unit records are made, those of other units
 * in the same space deleted, and the duty is marked as mapped. No unit at all says that it binds
 * none of ours. duty     local id of an obligation or a report_route units    local ids of units
 *   ret_answer  the duty as mapping_list() shows it; may be NULL
 *   Returns  ERR_NOT_FOUND, ERR_USAGE (err_say) not a duty, not a unit, a unit twice; submit()'s */
enum err mapping_set(const struct act *act, int64_t duty, const int64_t *units, size_t units_count,
                     json_t **ret_answer, struct error *e);

/* What a phrase of a plan says about units. Pure.
 *   who      the words as written; NFC or NFD
 *   tree     the units to choose from
 *   a        holds the result
 *   ret      see below; suggestions in the order of the tree
 *   Returns  ERR_NOMEM */
struct mapping_count {
    const char *words; /* "05 tổ dân phố", folded */
    long stated;
    long found;
};
struct mapping_words {
    size_t *units;        /* places in the tree */
    const char **reasons; /* for each: the words that say so, folded; "all" for "các đơn vị" */
    size_t units_count;
    struct mapping_count *counts;
    size_t counts_count;
};
enum err mapping_suggest(const char *who, const struct unit_tree *tree, struct arena *a,
                         struct mapping_words *ret, struct error *e);

#endif
