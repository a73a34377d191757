/* Requests that the campaign's rules answer: plans, issue, mapping, and the questions. */
#include "config.h"

#include "daemon/domain/due.h"
#include "daemon/domain/freshness.h"
#include "daemon/domain/issue.h"
#include "daemon/domain/mapping.h"
#include "daemon/domain/plan_import.h"
#include "daemon/local/handlers.h"
#include "plan/plan_json.h"

enum { UNITS_MAX = 4096 }; /* of one duty: more than a province has communes */

/* --- parameters ------------------------------------------------------------------------------- */

/* The record that a parameter of the query names; 0 without it. */
static enum err
query_record(struct request *r, const char *name, unsigned type, int64_t *ret_record,
             struct error *e)
{
    const char *text = request_query(r, name);

    *ret_record = 0;
    if (text == NULL || text[0] == '\0')
        return OK;
    return view_resolve(&r->view, type, text, ret_record, e);
}

/* The day of as_of; without it today in Vietnam. */
static enum err
query_day(struct request *r, int32_t *ret_day, struct error *e)
{
    const char *text = request_query(r, "as_of");
    struct date date;

    if (text == NULL || text[0] == '\0') {
        *ret_day = (int32_t) ((daemon_now_s() + LOCAL_OFFSET_SECONDS) / 86400);
        return OK;
    }
    if (api_date_read(text, &date) != DATE_FAULT_NONE)
        return err_say(e, ERR_FORMAT, N_("as_of must be a day such as 2023-08-15, not “{1}”"), text,
                       NULL);
    *ret_day = date_last_day(date);
    return OK;
}

static enum err
read_question(struct request *r, struct question *ret_question, struct error *e)
{
    enum err err = query_record(r, "campaign", RECORD_CAMPAIGN, &ret_question->campaign, e);

    if (err == OK)
        err = query_record(r, "unit", RECORD_UNIT, &ret_question->unit, e);
    return err == OK ? query_day(r, &ret_question->as_of_day, e) : err;
}

/* --- plans ------------------------------------------------------------------------------------ */

enum err
handle_plan_read(struct request *r, struct error *e)
{
    struct plan *plan;
    json_t *json = NULL;
    enum err err = plan_read(r->raw.bytes, r->raw.size, &plan, e);

    if (err != OK)
        return err;
    json = plan_to_json(plan);
    plan_free(plan);
    r->answer = json_pack("{s:o}", "plan", json);
    return r->answer == NULL ? err_set(e, ERR_NOMEM, "no memory for an answer") : OK;
}

enum err
handle_plan(struct request *r, struct error *e)
{
    static const char *const members[] = {"plan", "issue", NULL};
    json_t *plan = json_object_get(r->body, "plan");
    json_t *issue = json_object_get(r->body, "issue");
    struct act act;
    enum err err = request_members(r->body, members, e);

    if (err == OK && !json_is_object(plan))
        err = err_say(e, ERR_USAGE, N_("the body needs “{1}”"), "plan", NULL);
    if (err == OK && issue != NULL && !json_is_boolean(issue))
        err = err_say(e, ERR_FORMAT, N_("“{1}” must be true or false"), "issue", NULL);
    if (err == OK)
        err = request_act(r, &act, e);
    if (err == OK)
        err = plan_import(&act, plan, json_is_true(issue), &r->answer, e);
    if (err == OK)
        r->status = 201;
    return err;
}

enum err
handle_issue(struct request *r, struct error *e)
{
    static const char *const members[] = {"campaign", NULL};
    const char *text = NULL;
    int64_t campaign;
    struct act act;
    enum err err = request_members(r->body, members, e);

    if (err == OK)
        err = request_body_text(r, "campaign", true, &text, e);
    if (err == OK)
        err = view_resolve(&r->view, RECORD_CAMPAIGN, text, &campaign, e);
    if (err == OK)
        err = request_act(r, &act, e);
    return err == OK ? issue_campaign(&act, campaign, NULL, &r->answer, e) : err;
}

enum err
issue_before_set(struct request *r, struct submit_op *op, struct error *e)
{
    const struct registry_field *state =
        registry_field_by_name(registry_by_type(RECORD_CAMPAIGN), "state");
    struct record *campaign = NULL;
    struct act act;
    enum err err = state_get(r->store, op->record, &r->arena, &campaign, e);

    for (size_t i = 0; i < op->fields_count && err == OK && state != NULL; i++) {
        if (op->fields[i].id != state->id || op->fields[i].value.kind != VALUE_INTEGER
            || !issue_needed(r->store, campaign, op->fields[i].value.integer))
            continue;
        err = request_act(r, &act, e);
        if (err == OK)
            err = issue_campaign(&act, op->record, &op->record, NULL, e);
        op->versioned = false;
    }
    return err;
}

/* --- mapping ---------------------------------------------------------------------------------- */

enum err
handle_mapping(struct request *r, struct error *e)
{
    int64_t campaign;
    enum err err = query_record(r, "campaign", RECORD_CAMPAIGN, &campaign, e);

    return err == OK ? mapping_list(r->store, campaign, &r->answer, e) : err;
}

static enum err
read_units(struct request *r, int64_t **ret_units, size_t *ret_count, struct error *e)
{
    json_t *list = json_object_get(r->body, "units");
    size_t count = json_array_size(list);
    int64_t *units;

    if (!json_is_array(list) || count > UNITS_MAX)
        return err_say(e, ERR_USAGE,
                       N_("“units” must be a list of ids, codes or names; [] says: none of ours"),
                       NULL);
    units = arena_array(&r->arena, count + 1, sizeof *units);
    if (units == NULL)
        return err_set(e, ERR_NOMEM, "no memory for units");
    r->view.bulk = count > 8;
    for (size_t i = 0; i < count; i++) {
        json_t *unit = json_array_get(list, i);
        enum err err;

        if (!json_is_string(unit))
            return err_say(
                e, ERR_FORMAT,
                N_("“units” must be a list of ids, codes or names; [] says: none of ours"), NULL);
        err = view_resolve(&r->view, RECORD_UNIT, json_string_value(unit), &units[i], e);
        if (err != OK)
            return err;
    }
    *ret_units = units;
    *ret_count = count;
    return OK;
}

enum err
handle_map(struct request *r, struct error *e)
{
    static const char *const members[] = {"duty", "units", NULL};
    const char *text = NULL;
    int64_t duty = 0, *units = NULL;
    size_t count = 0;
    struct act act;
    enum err err = request_members(r->body, members, e);

    if (err == OK)
        err = request_body_text(r, "duty", true, &text, e);
    if (err == OK)
        err = view_resolve(&r->view, 0, text, &duty, e);
    if (err == OK)
        err = read_units(r, &units, &count, e);
    if (err == OK)
        err = request_act(r, &act, e);
    return err == OK ? mapping_set(&act, duty, units, count, &r->answer, e) : err;
}

/* --- questions -------------------------------------------------------------------------------- */

enum err
handle_missing(struct request *r, struct error *e)
{
    struct question question;
    enum err err = read_question(r, &question, e);

    return err == OK ? missing_list(r->store, &question, &r->answer, e) : err;
}

enum err
handle_due(struct request *r, struct error *e)
{
    struct question question;
    enum err err = read_question(r, &question, e);

    return err == OK ? due_list(r->store, &question, &r->answer, e) : err;
}

enum err
handle_waiting(struct request *r, struct error *e)
{
    int64_t via;
    int32_t day;
    enum err err = query_record(r, "via", RECORD_UNIT, &via, e);

    if (err == OK)
        err = query_day(r, &day, e);
    return err == OK ? due_waiting(r->store, via, day, &r->answer, e) : err;
}

enum err
handle_freshness(struct request *r, struct error *e)
{
    return freshness_list(r->store, daemon_now_s(), &r->answer, e);
}
