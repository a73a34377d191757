/* Duties with their units, as all questions need them. */
#include "config.h"

#include "daemon/domain/duty.h"

#include <string.h>

#include "daemon/domain/facts.h"
#include "daemon/domain/words.h"

enum err
duty_world_load(struct store *s, struct arena *a, struct duty_world *ret_world, struct error *e)
{
    struct duty_world w = {.s = s, .a = a};
    enum err err = units_load(s, a, &w.tree, e);

    if (err == ERR_NOT_FOUND)
        err = OK;
    if (err == OK)
        err = units_spaces(s, a, &w.spaces, &w.spaces_count, e);
    if (err == OK)
        *ret_world = w;
    return err;
}

/* --- campaigns ------------------------------------------------------------------------------- */

static bool
is_asked_for(const struct duty_world *w, const struct record *campaign)
{
    static const char *const over[] = {"concluded", "archived", "withdrawn"};
    const char *state = fact_choice(campaign, "state");
    const struct space_fact *space = units_space(w->spaces, w->spaces_count, campaign->space);
    bool draft = state == NULL || strcmp(state, "draft") == 0;

    for (size_t i = 0; !draft && i < sizeof over / sizeof over[0]; i++)
        if (strcmp(state, over[i]) == 0)
            return false;
    return space != NULL && (!draft || space->row.origin == SPACE_OWN);
}

/* A draft that was issued leads to what was issued from it. */
static enum err
follow_issued(struct duty_world *w, struct record **campaign, struct error *e)
{
    struct record **issued;
    size_t count = 0;
    enum err err;

    if ((*campaign)->type != RECORD_CAMPAIGN || (*campaign)->live)
        return OK;
    err = fact_list(w->s, w->a, RECORD_CAMPAIGN, "draft", (*campaign)->id, 0, &issued, &count, e);
    if (err == OK && count > 0)
        *campaign = issued[0];
    return err;
}

static enum err
one_campaign(struct duty_world *w, int64_t campaign, struct record ***ret_campaigns,
             size_t *ret_count, struct error *e)
{
    struct record **list = arena_array(w->a, 1, sizeof(struct record *));
    char id[RECORD_ID_TEXT_BYTES];
    enum err err;

    if (list == NULL)
        return fact_no_memory(e);
    err = state_get(w->s, campaign, w->a, list, e);
    if (err == OK)
        err = follow_issued(w, list, e);
    if (err == ERR_NOT_FOUND
        || (err == OK && (list[0]->type != RECORD_CAMPAIGN || !list[0]->live))) {
        record_id_format(campaign, id);
        return err_say(e, ERR_NOT_FOUND,
                       N_("there is no campaign {1}: the list of campaigns shows which "
                          "there are"),
                       id, NULL);
    }
    if (err == OK) {
        *ret_campaigns = list;
        *ret_count = 1;
    }
    return err;
}

enum err
duty_campaigns(struct duty_world *w, int64_t campaign, struct record ***ret_campaigns,
               size_t *ret_count, struct error *e)
{
    struct record **list;
    size_t count = 0, kept = 0;
    enum err err;

    if (campaign != 0)
        return one_campaign(w, campaign, ret_campaigns, ret_count, e);
    err = fact_list(w->s, w->a, RECORD_CAMPAIGN, NULL, 0, 0, &list, &count, e);
    for (size_t i = 0; err == OK && i < count; i++)
        if (is_asked_for(w, list[i]))
            list[kept++] = list[i];
    if (err == OK) {
        *ret_campaigns = list;
        *ret_count = kept;
    }
    return err;
}

/* --- duties ---------------------------------------------------------------------------------- */

static enum duty_status
status_of(const struct record *r)
{
    const char *status = fact_choice(r, "status");

    if (status != NULL && strcmp(status, "exempt") == 0)
        return DUTY_EXEMPT;
    return (status != NULL && strcmp(status, "extended") == 0)
                   || fact_value(r, "extended_to") != NULL
               ? DUTY_EXTENDED
               : DUTY_MUST;
}

/* Take over one mapping; a unit whose record this machine does not have (a sibling) is none of
 * ours. */
static bool
take_unit(struct duty_world *w, struct arena *a, const struct record *r, struct duty_unit *ret_unit)
{
    int64_t id = fact_reference(r, "unit");
    const struct unit_node *node = units_find(&w->tree, id);
    struct record *unit;
    const char *name = node != NULL ? node->name : NULL;

    if (name == NULL && state_get(w->s, id, a, &unit, NULL) == OK)
        name = fact_text(unit, "name");
    *ret_unit = (struct duty_unit){.record = r->id,
                                   .unit = id,
                                   .name = name,
                                   .node = node,
                                   .status = status_of(r),
                                   .due_day = fact_day_last(r, "due"),
                                   .extended_to = fact_day_last(r, "extended_to"),
                                   .minimum = fact_integer(r, "minimum", -1)};
    return name != NULL;
}

static enum err
load_units(struct duty_world *w, struct arena *a, struct duty *d, struct error *e)
{
    struct record **mapped;
    struct name_item *items;
    struct duty_unit *units;
    size_t count = 0, kept = 0;
    enum err err = fact_list(w->s, a, RECORD_OBLIGATION_UNIT, "duty", d->record->id, 0, &mapped,
                             &count, e);

    if (err != OK)
        return err;
    items = arena_array(a, count + 1, sizeof *items);
    units = arena_array(a, count + 1, sizeof *units);
    d->units = arena_array(a, count + 1, sizeof *d->units);
    if (items == NULL || units == NULL || d->units == NULL)
        return fact_no_memory(e);
    for (size_t i = 0; i < count; i++) {
        if (take_unit(w, a, mapped[i], &units[kept])) {
            units[kept].handed_down = mapped[i]->space != d->record->space;
            items[kept] = (struct name_item){units[kept].name, &units[kept]};
            kept++;
        }
    }
    err = name_sort(a, NAME_PLAIN, items, kept, e);
    for (size_t i = 0; err == OK && i < kept; i++)
        d->units[i] = *(struct duty_unit *) items[i].item;
    d->count = kept;
    return err;
}

/* Mapped: a person said so; or units stand there and nobody said that some are missing. */
static bool
is_mapped(const struct duty *d)
{
    const char *mapped = fact_choice(d->record, "mapped");

    if (mapped != NULL)
        return strcmp(mapped, "yes") == 0;
    for (size_t i = 0; i < d->count; i++)
        if (!d->units[i].handed_down)
            return true;
    return false;
}

enum err
duty_load(struct duty_world *w, struct arena *a, const struct record *campaign, bool routes,
          struct duty_campaign *ret_campaign, struct error *e)
{
    struct duty_campaign c = {.record = campaign,
                              .space = units_space(w->spaces, w->spaces_count, campaign->space)};
    struct record **records;
    enum err err = fact_list(w->s, a, routes ? RECORD_REPORT_ROUTE : RECORD_OBLIGATION, "campaign",
                             campaign->id, 0, &records, &c.count, e);

    if (err == OK && (c.duties = arena_array(a, c.count + 1, sizeof *c.duties)) == NULL)
        err = fact_no_memory(e);
    for (size_t i = 0; err == OK && i < c.count; i++) {
        struct duty *d = &c.duties[i];

        *d = (struct duty){.record = records[i], .is_route = routes};
        err = load_units(w, a, d, e);
        d->mapped = is_mapped(d);
        /* What a superior's plan asks is mapped by the superior. */
        d->counts_unmapped = !d->mapped && (c.space == NULL || c.space->row.origin != SPACE_ABOVE);
    }
    if (err == OK)
        *ret_campaign = c;
    return err;
}

bool
duty_is_done_by(const struct duty *d, const struct duty_unit *u, int64_t unit, int64_t space)
{
    if (unit == u->unit
        || (u->node != NULL && u->node->joined_as != 0 && unit == u->node->joined_as))
        return true;
    if (u->node == NULL || u->node->inner_space == 0 || u->node->inner_space != space)
        return false;
    for (size_t i = 0; i < d->count; i++)
        if (d->units[i].unit == unit)
            return false;
    return true;
}

int32_t
duty_day_received(struct store *s, const struct record *r, const char **ret_from)
{
    static const struct {
        const char *field, *from;
    } places[] = {{"received_on", "received"},
                  {"received_at", "received"},
                  {"sent_on", "sent"},
                  {"sent_at", "sent"}};

    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        const struct value *v = fact_value(r, places[i].field);

        *ret_from = places[i].from;
        if (v != NULL && v->kind == VALUE_DATE)
            return date_first_day(v->date);
        if (v != NULL && v->kind == VALUE_TIME)
            return period_day_of_wall(v->integer);
    }
    *ret_from = "entered";
    return period_day_of_wall(fact_made_at(s, r->id));
}

int64_t
duty_last_contact(const struct duty_world *w, const struct duty_unit *u)
{
    const struct space_fact *space = NULL;

    if (u->node != NULL)
        space = units_space(w->spaces, w->spaces_count, u->node->inner_space);
    return space != NULL ? space->last_contact_s : 0;
}

/* --- shapes ---------------------------------------------------------------------------------- */

json_t *
duty_json_campaign(const struct duty_campaign *c)
{
    static const char *const origins[] = {
        [SPACE_OWN] = "own", [SPACE_ABOVE] = "above", [SPACE_BELOW] = "below"};

    return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o}", "id", fact_json_id(c->record->id), "title",
                     fact_json_field(c->record, "title"), "code",
                     fact_json_field(c->record, "code"), "state",
                     fact_json_field(c->record, "state"), "unit",
                     fact_json_text(c->space != NULL ? c->space->unit_name : NULL), "origin",
                     fact_json_text(c->space != NULL ? origins[c->space->row.origin] : NULL));
}

json_t *
duty_json_sources(const struct duty_world *w, size_t units_count)
{
    const struct space_fact *oldest = NULL;

    for (size_t i = 0; i < w->spaces_count; i++) {
        const struct space_fact *space = &w->spaces[i];

        if (space->row.origin == SPACE_BELOW && space->row.genesis.kind == SPACE_INNER
            && (oldest == NULL || space->last_contact_s < oldest->last_contact_s))
            oldest = space;
    }
    return json_pack("{s:I, s:I, s:o, s:o}", "spaces", (json_int_t) w->spaces_count, "units",
                     (json_int_t) units_count, "oldest_contact",
                     fact_json_time(oldest != NULL ? oldest->last_contact_s : 0), "oldest_unit",
                     fact_json_text(oldest != NULL ? oldest->unit_name : NULL));
}
