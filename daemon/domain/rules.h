/* Rules on what a record may say, given what stands beside it. A write is refused by them (daemon/local/check_write.c);
 * where people broke one apart from each other, it becomes a finding (findings.h).
 * Source: doc/domain-rules.md, "Findings". */
#ifndef DAEMON_DOMAIN_RULES_H
#define DAEMON_DOMAIN_RULES_H

#include "daemon/store/log.h"
#include "daemon/store/state.h"

/* Two date fields that are the ends of one span. */
struct rule_span {
    const char *first, *last; /* names of fields */
};

extern const struct rule_span rule_spans[];
extern const size_t rule_spans_count;

/* The fields of a span in a record type; false when the type does not have both as dates. */
bool rule_span_of(const struct registry_record *type, const struct rule_span *span,
                  const struct registry_field **ret_first, const struct registry_field **ret_last);

/* True when the end lies before the start. Values that are absent (NULL) or no dates break nothing. */
bool rule_span_is_broken(const struct value *first, const struct value *last);

/* True when a route has periods of its own, and the given one is none of them.
 *   ret_meant  the period of the route that it means; set when true */
bool rule_period_is_off(const struct record *route, struct date given, struct date *ret_meant);

/* True when a campaign left its draft and stands where the units below have it.
 *   space  of the campaign */
bool rule_is_issued(const struct record *campaign, const struct space_row *space);

/* True for what may change in an issued campaign without a reason: its course. */
bool rule_is_course(const char *field);

#endif
