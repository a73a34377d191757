/* Mapping the duties of a campaign to units: listing with suggestions, and writing. */
#include "config.h"

#include "daemon/domain/mapping.h"

#include <stdlib.h>
#include <string.h>

#include "daemon/domain/batch.h"
#include "daemon/domain/duty.h"
#include "daemon/domain/facts.h"

enum { MAPPING_ARENA_BYTES_MAX = 128 * 1024 * 1024 };

/* --- listing --------------------------------------------------------------------------------- */

static json_t *
json_unit(const struct duty_unit *u)
{
    static const char *const statuses[] = {"must", "extended", "exempt"};

    return json_pack("{s:o, s:s, s:o, s:s, s:o, s:o}", "id", fact_json_id(u->unit), "title",
                     u->name, "obligation_unit", fact_json_id(u->record), "status",
                     statuses[u->status], "due", fact_json_day(u->due_day), "extended_to",
                     fact_json_day(u->extended_to));
}

static json_t *
json_suggestions(const struct mapping_words *words, const struct unit_tree *tree)
{
    json_t *list = json_array();

    for (size_t i = 0; i < words->units_count; i++) {
        const struct unit_node *n = &tree->nodes[words->units[i]];

        json_array_append_new(list,
                              json_pack("{s:o, s:s, s:s, s:s}", "id", fact_json_id(n->id), "title",
                                        n->name, "kind", n->kind, "why", words->reasons[i]));
    }
    return list;
}

static json_t *
json_counts(const struct mapping_words *words)
{
    json_t *list = json_array();

    for (size_t i = 0; i < words->counts_count; i++)
        json_array_append_new(list, json_pack("{s:s, s:I, s:I}", "words", words->counts[i].words,
                                              "stated", (json_int_t) words->counts[i].stated,
                                              "found", (json_int_t) words->counts[i].found));
    return list;
}

/* Show one duty. NULL without memory. */
static json_t *
json_duty(struct duty_world *w, struct arena *a, const struct duty *d)
{
    const char *who = fact_text(d->record, d->is_route ? "from_text" : "who");
    struct mapping_words words = {0};
    json_t *units = json_array(), *duty;

    if (mapping_suggest(who != NULL ? who : "", &w->tree, a, &words, NULL) != OK || units == NULL) {
        json_decref(units);
        return NULL;
    }
    for (size_t i = 0; i < d->count; i++)
        json_array_append_new(units, json_unit(&d->units[i]));
    duty = json_pack("{s:o, s:s, s:o, s:b, s:o, s:o, s:o, s:o}", "id", fact_json_id(d->record->id),
                     "kind", d->is_route ? "report_route" : "obligation", "who",
                     fact_json_text(who), "mapped", d->mapped, "units", units, "suggestions",
                     json_suggestions(&words, &w->tree), "counts", json_counts(&words), "line",
                     fact_json_field(d->record, "line"));
    if (duty == NULL)
        return NULL;
    if (d->is_route) {
        json_object_set_new(duty, "to", fact_json_field(d->record, "to_text"));
        json_object_set_new(duty, "via", fact_json_field(d->record, "via_text"));
        json_object_set_new(duty, "cadence", fact_json_field(d->record, "cadence"));
    } else {
        json_object_set_new(duty, "what", fact_json_field(d->record, "what"));
        json_object_set_new(duty, "minimum", fact_json_field(d->record, "minimum"));
        json_object_set_new(duty, "alternatives", fact_json_field(d->record, "alternatives"));
        json_object_set_new(duty, "due", fact_json_field(d->record, "due"));
    }
    return duty;
}

static enum err
list_campaign(struct duty_world *w, const struct record *campaign, json_t *list, size_t *unmapped,
              struct error *e)
{
    json_t *duties = json_array(), *shown = NULL;
    struct duty_campaign c = {0};
    enum err err = OK;

    for (int routes = 0; err == OK && routes < 2; routes++) {
        struct arena a; /* one for each list: a hub has many campaigns */

        arena_init(&a, MAPPING_ARENA_BYTES_MAX);
        err = duty_load(w, &a, campaign, routes, &c, e);
        for (size_t i = 0; err == OK && i < c.count; i++) {
            *unmapped += c.duties[i].counts_unmapped;
            if (json_array_append_new(duties, json_duty(w, &a, &c.duties[i])) != 0)
                err = fact_no_memory(e);
        }
        arena_release(&a);
    }
    if (err == OK && (shown = duty_json_campaign(&c)) == NULL)
        err = fact_no_memory(e);
    if (err == OK)
        err = json_array_append_new(list,
                                    json_pack("{s:o, s:O}", "campaign", shown, "duties", duties))
                      == 0
                  ? OK
                  : fact_no_memory(e);
    json_decref(duties);
    return err;
}

enum err
mapping_list(struct store *s, int64_t campaign, json_t **ret_answer, struct error *e)
{
    struct arena a;
    struct duty_world w;
    struct record **campaigns;
    size_t count = 0, unmapped = 0;
    json_t *list = json_array(), *answer = NULL;
    enum err err;

    arena_init(&a, MAPPING_ARENA_BYTES_MAX);
    err = duty_world_load(s, &a, &w, e);
    if (err == OK)
        err = duty_campaigns(&w, campaign, &campaigns, &count, e);
    for (size_t i = 0; err == OK && i < count; i++)
        err = list_campaign(&w, campaigns[i], list, &unmapped, e);
    if (err == OK) {
        answer = json_pack("{s:O, s:I, s:b}", "campaigns", list, "unmapped", (json_int_t) unmapped,
                           "complete", unmapped == 0);
        err = answer != NULL ? OK : fact_no_memory(e);
    }
    if (err == OK)
        *ret_answer = answer;
    json_decref(list);
    arena_release(&a);
    return err;
}

/* --- writing --------------------------------------------------------------------------------- */

static enum err
read_duty(const struct act *act, int64_t duty, struct arena *a, struct record **ret_duty,
          struct error *e)
{
    struct record *r;
    enum err err = state_get(act->s, duty, a, &r, e);

    if (err == OK && (!r->live || (r->type != RECORD_OBLIGATION && r->type != RECORD_REPORT_ROUTE)))
        return err_say(
            e, ERR_USAGE,
            N_("only an obligation or a report route of a plan is mapped to units: the mapping "
               "list shows them"),
            NULL);
    if (err == OK)
        *ret_duty = r;
    return err;
}

static enum err
check_units(const struct act *act, const int64_t *units, size_t count, struct arena *a,
            struct error *e)
{
    char id[RECORD_ID_TEXT_BYTES];

    for (size_t i = 0; i < count; i++) {
        unsigned type = 0;
        enum err err = state_type(act->s, units[i], &type, e);

        record_id_format(units[i], id);
        if (err != OK && err != ERR_NOT_FOUND)
            return err;
        /* the record of a unit that joined may not have arrived yet: `child` vouches for it */
        if (type != RECORD_UNIT) {
            struct record **children;
            size_t children_count = 0;

            err = fact_list(act->s, a, RECORD_CHILD, "unit", units[i], 0, &children,
                            &children_count, e);
            if (err != OK)
                return err;
            if (type != 0 || children_count == 0)
                return err_say(e, ERR_USAGE, N_("{1} is no unit: give units of your list"), id,
                               NULL);
        }
        for (size_t k = 0; k < i; k++)
            if (units[k] == units[i])
                return err_say(e, ERR_USAGE, N_("unit {1} is given twice"), id, NULL);
    }
    return OK;
}

static bool
is_among(const int64_t *units, size_t count, int64_t unit)
{
    for (size_t i = 0; i < count; i++)
        if (units[i] == unit)
            return true;
    return false;
}

/* Whether this machine may mark the duty itself: a superior's plan is not ours to change. */
static bool
is_own_space(struct store *s, int64_t space)
{
    struct space_row row;

    return space_get(s, space, &row, NULL) == OK && row.origin == SPACE_OWN;
}

static enum err
write_mapping(const struct act *act, const struct record *duty, const int64_t *units, size_t count,
              struct arena *a, struct error *e)
{
    struct batch b;
    struct record **mapped;
    size_t mapped_count = 0;
    struct value yes = {.kind = VALUE_INTEGER};
    const struct registry_field *f = registry_field_by_name(duty->registry, "mapped");
    enum err err = fact_list(act->s, a, RECORD_OBLIGATION_UNIT, "duty", duty->id, 0, &mapped,
                             &mapped_count, e);

    batch_init(&b, a);
    for (size_t i = 0; err == OK && i < count; i++) {
        bool stands = false;

        for (size_t k = 0; k < mapped_count; k++)
            stands |= fact_reference(mapped[k], "unit") == units[i];
        if (stands)
            continue;
        batch_add(&b, RECORD_OBLIGATION_UNIT, 0);
        batch_reference(&b, "duty", duty->id);
        batch_reference(&b, "unit", units[i]);
        batch_choice(&b, "status", "must");
    }
    for (size_t k = 0; err == OK && k < mapped_count; k++)
        if (is_own_space(act->s, mapped[k]->space)
            && !is_among(units, count, fact_reference(mapped[k], "unit")))
            batch_delete(&b, mapped[k]->id);
    if (err == OK && f != NULL && f->choices != NULL && is_own_space(act->s, duty->space)) {
        yes.integer = registry_choice_by_name(f, "yes")->number;
        batch_set(&b, duty->id);
        batch_value(&b, f->id, &yes);
    }
    return err == OK ? batch_submit(&b, act, e) : err;
}

/* Read the duty back as it now stands. */
static enum err
answer_duty(const struct act *act, const struct record *duty, struct arena *a, json_t **ret_answer,
            struct error *e)
{
    struct duty_world w;
    struct duty_campaign c;
    struct record *campaign;
    enum err err = duty_world_load(act->s, a, &w, e);

    if (err == OK)
        err = state_get(act->s, fact_reference(duty, "campaign"), a, &campaign, e);
    if (err == OK)
        err = duty_load(&w, a, campaign, duty->type == RECORD_REPORT_ROUTE, &c, e);
    for (size_t i = 0; err == OK && i < c.count; i++) {
        if (c.duties[i].record->id != duty->id)
            continue;
        *ret_answer = json_duty(&w, a, &c.duties[i]);
        return *ret_answer != NULL ? OK : fact_no_memory(e);
    }
    return err != OK ? err : err_set(e, ERR_NOT_FOUND, "the duty is gone");
}

enum err
mapping_set(const struct act *act, int64_t duty, const int64_t *units, size_t units_count,
            json_t **ret_answer, struct error *e)
{
    struct arena a;
    struct record *r = NULL;
    enum err err;

    arena_init(&a, MAPPING_ARENA_BYTES_MAX);
    err = read_duty(act, duty, &a, &r, e);
    if (err == OK)
        err = check_units(act, units, units_count, &a, e);
    if (err == OK)
        err = write_mapping(act, r, units, units_count, &a, e);
    if (err == OK && ret_answer != NULL)
        err = answer_duty(act, r, &a, ret_answer, e);
    arena_release(&a);
    return err;
}
