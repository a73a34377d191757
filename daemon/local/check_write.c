/* What is looked at before one record is written on a person's request: spans that end before they begin,
 * periods that a route does not have, keyed records that are held already, plans that are issued. */
#include "config.h"

#include "daemon/local/check_write.h"

#include <stdio.h>
#include <string.h>

#include "daemon/domain/rules.h"
#include "daemon/store/log.h"

enum { KEYS_MAX = 8 };

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
    for (size_t i = 0; i < rule_spans_count; i++) {
        const struct registry_field *first, *last;
        const struct value *begin, *end;
        char begin_text[API_DATE_BYTES], end_text[API_DATE_BYTES];

        if (!rule_span_of(type, &rule_spans[i], &first, &last)
            || !(is_written(op, first) || is_written(op, last)))
            continue;
        begin = value_after(op, stood, first);
        end = value_after(op, stood, last);
        if (!rule_span_is_broken(begin, end))
            continue;
        api_date_display(begin->date, r->view.language, begin_text);
        api_date_display(end->date, r->view.language, end_text);
        return err_say(e, ERR_USAGE, N_("“{1}” is {2} and “{3}” is {4}: the end is before the start; "
                                        "correct one of them"),
                       label_of(r, first), begin_text, label_of(r, last), end_text, NULL);
    }
    return OK;
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
        || !rule_period_is_off(route, period->date, &meant))
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
    struct space_row space;

    return space_get(r->store, campaign->space, &space, NULL) == OK && rule_is_issued(campaign, &space);
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

        if (f != NULL && !rule_is_course(f->name))
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
