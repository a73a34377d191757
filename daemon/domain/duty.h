/* Duties: the obligations and report routes of campaigns, with the units that they are mapped to.
 * What the questions share. Source: doc/domain-rules.md, "Duties". */
#ifndef DAEMON_DOMAIN_DUTY_H
#define DAEMON_DOMAIN_DUTY_H

#include <jansson.h>

#include "daemon/domain/period.h"
#include "daemon/domain/units.h"

enum duty_status { DUTY_MUST, DUTY_EXTENDED, DUTY_EXEMPT };

/* A duty of one unit. */
struct duty_unit {
    int64_t record; /* the obligation_unit */
    int64_t unit;
    bool handed_down; /* mapped in another space than the plan's: by a unit to units of its own */
    const char *name; /* of the unit; in the arena */
    const struct unit_node *node; /* when it is one of this unit's tree; borrowed from the tree */
    enum duty_status status;
    int32_t due_day;     /* own last day, PERIOD_NO_DAY = the duty's */
    int32_t extended_to; /* or PERIOD_NO_DAY */
    int64_t minimum;     /* own, -1 = the duty's */
};

/* An obligation or a route. */
struct duty {
    const struct record *record;
    bool is_route;
    bool mapped;             /* a person said which units it binds */
    bool counts_unmapped;    /* not mapped, and it is for somebody on this side to map it */
    struct duty_unit *units; /* in the order of names */
    size_t count;
};

/* A campaign with its duties of one kind. */
struct duty_campaign {
    const struct record *record;
    const struct space_fact *space;
    struct duty *duties;
    size_t count;
};

/* What the questions read once. */
struct duty_world {
    struct store *s;
    struct arena *a;       /* borrowed */
    struct unit_tree tree; /* empty on a machine without a unit of its own */
    struct space_fact *spaces;
    size_t spaces_count;
};

/* Read tree and spaces.
 *   Returns  ERR_IO, ERR_NOMEM */
enum err duty_world_load(struct store *s, struct arena *a, struct duty_world *ret_world,
                         struct error *e);

/* The campaigns that are not over: own ones, drafts among them, and issued ones of units above and
 * below; or just `campaign`, in whatever state; a draft that was issued gives the issued one.
 *   Returns  ERR_NOT_FOUND (err_say) no such campaign */
enum err duty_campaigns(struct duty_world *w, int64_t campaign, struct record ***ret_campaigns,
                        size_t *ret_count, struct error *e);

/* The obligations or the routes of a campaign, with their units.
 *   a   holds them */
enum err duty_load(struct duty_world *w, struct arena *a, const struct record *campaign,
                   bool routes, struct duty_campaign *ret_campaign, struct error *e);

/* Whether what stands in `space` under `unit` is the doing of a duty's unit: under its own record,
 * or under its record from before it joined, or anywhere in its space but for units that it mapped
 * the duty to. */
bool duty_is_done_by(const struct duty *d, const struct duty_unit *u, int64_t unit, int64_t space);

/* The first of `received_on`, `received_at`, `sent_on`, `sent_at`, else the day of the entry that
 * made the record; and which one it was ("received", "sent", "entered"). */
int32_t duty_day_received(struct store *s, const struct record *r, const char **ret_from);

/* The last contact with a unit that has its own machine; 0 = never, or it has none. */
int64_t duty_last_contact(const struct duty_world *w, const struct duty_unit *u);

/* {"id", "title", "code", "state"} and {"unit", "origin"} of a campaign. */
json_t *duty_json_campaign(const struct duty_campaign *c);

/* {"spaces": n, "units": n, "oldest_contact": time or null, "oldest_unit": name or null}: how many
 * sources an answer rests on, and the age of the oldest. A unit below that was never heard of makes
 * oldest_contact null and is named. Only spaces below count for the age. */
json_t *duty_json_sources(const struct duty_world *w, size_t units_count);

#endif
