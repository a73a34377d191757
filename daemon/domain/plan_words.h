/* What single words of a plan mean for the records: kinds, actions, names. Pure; nothing is
 * guessed: what no word says is NULL. */
#ifndef DAEMON_DOMAIN_PLAN_WORDS_H
#define DAEMON_DOMAIN_PLAN_WORDS_H

#include "protocol/util/arena.h"

/* The name that a campaign bears in its title, as written there: "đặc biệt", "cao điểm" …; NULL. */
const char *plan_bears_name(struct arena *a, const char *title);

/* The choice of obligation.action for a verb: "đăng ký" is "register"; "other" when it is another
 * one. */
const char *plan_action(struct arena *a, const char *what);

/* The kinds of registration that a noun counts, as obligation.counts has them: "mô hình hoặc công
 * trình" is "model work". NULL when it names none of them. */
const char *plan_kinds(struct arena *a, const char *unit);

/* True when a registration of `kind` counts for a list of kinds; an empty or NULL list counts all.
 */
int plan_kind_counts(const char *kinds, const char *kind);

/* The choice of plan_event.kind for an event's name; NULL. */
const char *plan_event_kind(struct arena *a, const char *name);

/* The ordinal in a name: "lần thứ V" is "V"; NULL. */
const char *plan_ordinal(struct arena *a, const char *name);

/* The number at the front of a phrase: "05 Tổ dân phố" is 5; 0 when there is none. */
long plan_leading_number(const char *text);

#endif
