/* What is looked at before one record is written on a person's request: spans that end before they begin,
 * periods that a route does not have, keyed records that are held already, plans that are issued. */
#include "config.h"

#include "daemon/local/check_write.h"

#include <stdio.h>
#include <string.h>

#include "daemon/domain/facts.h"
#include "daemon/domain/period.h"
#include "daemon/store/log.h"

enum { KEYS_MAX = 8 };

/* Fields that stand for the two ends of one span. */
static const struct {
    const char *first, *last;
} spans[] = {
    {"period_from", "period_to"}, {"active_from", "active_to"}, {"first_period", "last_period"},
    {"from", "to"},               {"start", "end"},
};

static const char *
label_of(const struct request *r, const struct registry_field *field)
{
    return r->view.language == LANGUAGE_VI ? field->label_vi : field->label_en;
}

/* The value that a field will have: the one that is written, else the one that stands. */
static const struct value *
value_after(const struct submit_op *op, const struct record *stood, const struct registry_field *field)
{
    for (size_t i = 0; i < op->fields_count; i++)
        if (op->fields[i].id == field->id)
            return &op->fields[i].value;
    return stood == NULL ? NULL : record_value(stood, field->id);
}

static bool
is_written(const struct submit_op *op, const struct registry_field *field)
{
    for (size_t i = 0; i < op->fields_count; i++)
        if (op->fields[i].id == field->id)
            return true;
    return false;
}

enum err
check_spans(struct request *r, const struct registry_record *type, const struct submit_op *op,
            const struct record *stood, struct error *e)
{
    for (size_t i = 0; i < sizeof spans / sizeof spans[0]; i++) {
        const struct registry_field *first = registry_field_by_name(type, spans[i].first);
        const struct registry_field *last = registry_field_by_name(type, spans[i].last);
        const struct value *begin, *end;
        char begin_text[API_DATE_BYTES], end_text[API_DATE_BYTES];

        if (first == NULL || last == NULL || first->kind != VALUE_DATE || last->kind != VALUE_DATE
            || !(is_written(op, first) || is_written(op, last)))
            continue;
        begin = value_after(op, stood, first);
        end = value_after(op, stood, last);
        if (begin == NULL || end == NULL || begin->kind != VALUE_DATE || end->kind != VALUE_DATE
            || date_last_day(end->date) >= date_first_day(begin->date))
            continue;
        api_date_display(begin->date, r->view.language, begin_text);
        api_date_display(end->date, r->view.language, end_text);
        return err_say(e, ERR_USAGE, N_("“{1}” is {2} and “{3}” is {4}: the end is before the start; "
                                        "correct one of them"),
                       label_of(r, first), begin_text, label_of(r, last), end_text, NULL);
    }
    return OK;
}

/* The period of the route that the given one means, by its cadence. False where every period will do. */
static bool
period_of_route(const struct record *route, struct date given, struct date *ret_period)
{
    enum cadence cadence = cadence_by_name(fact_choice(route, "cadence"));
    int32_t first = date_first_day(given), weekday = (int32_t) fact_integer(route, "weekday", 7);
    int year, month, day;
    int32_t off;

    date_from_days(first, &year, &month, &day);
    switch (cadence) {
    case CADENCE_WEEKLY:
        off = (weekday - date_weekday(first) + 7) % 7; /* 0..6 days on; the nearest is at most 3 away */
        date_from_days(first + (off > 3 ? off - 7 : off), &year, &month, &day);
        return date_from_parts(DATE_DAY, year, month, day, ret_period) == OK;
    case CADENCE_MONTHLY: return date_from_parts(DATE_MONTH, year, month, 0, ret_period) == OK;
    case CADENCE_QUARTERLY:
        return date_from_parts(DATE_QUARTER, year, (month + 2) / 3, 0, ret_period) == OK;
    case CADENCE_SEMIANNUAL:
        return date_from_parts(DATE_HALF, year, month > 6 ? 2 : 1, 0, ret_period) == OK;
    case CADENCE_ANNUAL: return date_from_parts(DATE_YEAR, year, 0, 0, ret_period) == OK;
    case CADENCE_NONE:
    case CADENCE_AT_CLOSE:
    case CADENCE_ON_DEMAND: break;
    }
    return false;
}

/* A report of a period that its route does not have would count for nothing. */
static enum err
check_period(struct request *r, const struct registry_record *type, const struct submit_op *op,
             struct error *e)
{
    const struct value *route_value = value_after(op, NULL, registry_field_by_name(type, "route"));
    const struct value *period = value_after(op, NULL, registry_field_by_name(type, "period"));
    char given_text[API_DATE_BYTES], meant_text[API_DATE_BYTES];
    struct record *route = NULL;
    struct date meant;

    if (route_value == NULL || route_value->kind != VALUE_REFERENCE || period == NULL
        || period->kind != VALUE_DATE
        || state_get(r->store, route_value->record, &r->arena, &route, NULL) != OK
        || !period_of_route(route, period->date, &meant)
        || (meant.precision == period->date.precision && meant.ordinal == period->date.ordinal))
        return OK;
    api_date_display(period->date, r->view.language, given_text);
    api_date_display(meant, r->view.language, meant_text);
    return err_say(e, ERR_USAGE,
                   N_("{1}: nothing is reported for {2} on this route; the period that it means is {3}"),
                   label_of(r, registry_field_by_name(type, "period")), given_text, meant_text, NULL);
}

/* A record whose key is held already would be overwritten: show it instead. */
static enum err
check_held(struct request *r, const struct registry_record *type, const struct submit_op *op,
           struct error *e)
{
    struct state_filter filters[KEYS_MAX];
    struct state_query query = {.type = type->type, .filters = filters, .limit = 1};
    struct record **records = NULL;
    char id[RECORD_ID_TEXT_BYTES];
    struct error ignored;
    size_t count = 0;
    enum err err;

    for (const struct registry_field *f = type->fields; f->id != 0; f++) {
        const struct value *v = f->flags & FIELD_KEY ? value_after(op, NULL, f) : NULL;

        if (!(f->flags & FIELD_KEY))
            continue;
        if (v == NULL || v->kind == VALUE_NULL || query.filters_count == KEYS_MAX)
            return OK; /* the engine says what is missing */
        filters[query.filters_count++] = (struct state_filter){.field = f->id, .value = *v};
    }
    err = query.filters_count == 0 ? OK : state_list(r->store, &query, &r->arena, &records, &count, e);
    if (err != OK || count == 0)
        return err;
    record_id_format(records[0]->id, id);
    if (view_record(&r->view, records[0], &r->beside, &ignored) == OK)
        r->beside = json_pack("{s:O, s:o}", "yours", json_object_get(r->body, "set"), "record",
                              r->beside);
    return err_say(e, ERR_CONFLICT,
                   N_("this {1} is held already as {2}; nothing was written. "
                      "To change it: thidua set {3} FIELD=VALUE"),
                   type->name, id, arena_printf(&r->arena, "%s %s", type->name, id), NULL);
}

enum err
check_needed(struct request *r, const struct registry_record *type, const struct submit_op *op,
             struct error *e)
{
    for (const struct registry_field *f = type->fields; f->id != 0; f++)
        if ((f->flags & (FIELD_REQUIRED | FIELD_KEY)) && !is_written(op, f))
            return err_say(e, ERR_USAGE, N_("a record “{1}” needs “{2}”; add {3}"), type->name,
                           label_of(r, f), arena_printf(&r->arena, "%s=…", f->name), NULL);
    return OK;
}

void
check_relabel(const struct request *r, const struct registry_record *type, struct error *e)
{
    const struct registry_field *f = e->template == NULL || e->args_count == 0
                                         ? NULL
                                         : registry_field_by_name(type, e->args[0]);

    if (f != NULL)
        snprintf(e->args[0], sizeof e->args[0], "%s", label_of(r, f));
}

enum err
check_add(struct request *r, const struct registry_record *type, const struct submit_op *op,
          struct error *e)
{
    enum err err = type->system ? OK : check_needed(r, type, op, e);

    if (err == OK)
        err = check_spans(r, type, op, NULL, e);
    if (err == OK && type->type == RECORD_REPORT)
        err = check_period(r, type, op, e);
    return err == OK ? check_held(r, type, op, e) : err;
}

/* Whether a campaign left its draft: then the units below have it. */
static bool
is_issued(struct request *r, const struct record *campaign)
{
    const char *state = fact_choice(campaign, "state");
    struct space_row space;

    return campaign->live && state != NULL && strcmp(state, "draft") != 0
           && space_get(r->store, campaign->space, &space, NULL) == OK
           && space.genesis.kind == SPACE_OUTER;
}

/* What may change in an issued plan without a word. */
static bool
is_course(const char *field)
{
    static const char *const course[] = {"state", "concluded_on", "note", "reason"};

    for (size_t i = 0; i < sizeof course / sizeof course[0]; i++)
        if (strcmp(course[i], field) == 0)
            return true;
    return false;
}

enum err
check_set(struct request *r, const struct registry_record *type, const struct submit_op *op,
          struct error *e)
{
    const struct registry_field *reason = registry_field_by_name(type, "reason");
    const struct value *why = reason != NULL && is_written(op, reason) ? value_after(op, NULL, reason) : NULL;
    struct record *stood = NULL;
    enum err err = state_get(r->store, op->record, &r->arena, &stood, e);

    if (err == OK)
        err = check_spans(r, type, op, stood, e);
    if (err != OK || type->type != RECORD_CAMPAIGN || !is_issued(r, stood)
        || (why != NULL && why->kind == VALUE_TEXT && why->size > 0))
        return err;
    for (size_t i = 0; i < op->fields_count; i++) {
        const struct registry_field *f = registry_field_by_id(type, op->fields[i].id);

        if (f != NULL && !is_course(f->name))
            return err_say(e, ERR_USAGE,
                           N_("“{1}” is issued: to correct “{2}”, say why in the same command, with "
                              "reason=…"),
                           view_title(&r->view, op->record), label_of(r, f), NULL);
    }
    return OK;
}

enum err
check_delete(struct request *r, const struct registry_record *type, const struct submit_op *op,
             struct error *e)
{
    char id[RECORD_ID_TEXT_BYTES];
    struct record *stood = NULL;
    enum err err = state_get(r->store, op->record, &r->arena, &stood, e);

    if (err != OK || type->type != RECORD_CAMPAIGN || !is_issued(r, stood))
        return err;
    record_id_format(op->record, id);
    return err_say(e, ERR_USAGE,
                   N_("“{1}” is issued and cannot be deleted; to take it back: "
                      "thidua set campaign {2} state=withdrawn reason=…"),
                   view_title(&r->view, op->record), id, NULL);
}
