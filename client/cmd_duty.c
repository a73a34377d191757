/* thidua missing, due, waiting, freshness: who owes what, and how old the answer is. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "client/cmd.h"
#include "common/language.h"
#include "client/reading.h"
#include "protocol/api_value.h"

struct named {
    const char *name;
    const char *text; /* N_() */
};

static const struct named states[] = {
    {"registered", N_("registered")},
    {"late", N_("late")},
    {"missing", N_("missing")},
    {"overdue", N_("overdue")},
    {"extended", N_("missing, extended")},
    {"exempt", N_("exempt")},
    {"sent", N_("sent")},
    {"due", N_("to be sent")},
    {"open", N_("no day is set")},
};

/* A report that is not there is overdue, a registration perhaps not yet. */
static const char *
state_text(const char *state, bool report)
{
    if (report && strcmp(state, "missing") == 0)
        return _("overdue");
    for (size_t i = 0; i < sizeof states / sizeof states[0]; i++)
        if (strcmp(states[i].name, state) == 0)
            return _(states[i].text);
    return state;
}

/* Is the duty done, or not owed? Such a row is shown with --all only. */
static bool
is_settled(const char *state)
{
    return strcmp(state, "registered") == 0 || strcmp(state, "late") == 0 || strcmp(state, "sent") == 0
           || strcmp(state, "exempt") == 0;
}

/* A day as people type it, as the API takes it: 15/8/2023 is 2023-08-15. */
static enum err
day_option(const struct args *args, const char *name, char ret_day[static 24], struct error *e)
{
    const char *text = options_value(args, name);
    struct date day;

    ret_day[0] = '\0';
    if (text == NULL)
        return OK;
    if (api_date_read(text, &day) != DATE_FAULT_NONE || day.precision != DATE_DAY)
        return err_say(e, ERR_USAGE, N_("--{1} takes a day of the calendar such as 15/8/2023; “{2}” is none"),
                       name, text, NULL);
    date_format(day, ret_day);
    return OK;
}

/* The path of a question: the campaign, the unit and the day. */
static enum err
question_path(const struct args *args, const char *base, char *ret_path, size_t path_bytes,
              struct error *e)
{
    char day[24];
    enum err err = day_option(args, "as-of", day, e);

    if (err != OK)
        return err;
    snprintf(ret_path, path_bytes, "%s", base);
    if (api_query(ret_path, path_bytes, "campaign",
                  args->positionals_count > 0 ? args->positionals[0] : NULL)
            != OK
        || api_query(ret_path, path_bytes, "unit", options_value(args, "unit")) != OK
        || api_query(ret_path, path_bytes, "as_of", day[0] != '\0' ? day : NULL) != OK)
        return err_say(e, ERR_USAGE, N_("the request is too long; ask for less"), NULL);
    return OK;
}

/* A cell with a day. */
static void
cell_day(struct table *t, const char *day)
{
    char shown[PRINT_DATE_BYTES_MAX];

    print_date(day, shown);
    table_cell(t, shown);
}

/* Duties that are not mapped make every number too small: say so, and give the exit code. */
static enum outcome
completeness(const json_t *answer)
{
    char text[ERR_TEXT_BYTES_MAX];
    struct error e;

    if (!json_is_false(json_object_get(answer, "complete")))
        return DONE;
    snprintf(text, sizeof text, "%lld", json_number(answer, "unmapped"));
    err_say(&e, ERR_AGAIN,
            N_("the answer is incomplete: {1} duties are not mapped to units yet; `thidua map` does that"),
            text, NULL);
    language_error(&e, text, sizeof text);
    fflush(stdout);
    fprintf(stderr, "thidua: %s\n", text);
    return INCOMPLETE;
}

/* Where the answer comes from, and how old its oldest part is. */
static void
print_sources(const json_t *answer, FILE *out)
{
    const json_t *sources = json_object_get(answer, "sources");
    char day[PRINT_DATE_BYTES_MAX], at[PRINT_DATE_BYTES_MAX];
    const char *oldest = json_text(sources, "oldest_unit");

    print_date(json_text(answer, "as_of"), day);
    fprintf(out, _("As of %s; data of %lld units."), day, json_number(sources, "units"));
    if (*oldest != '\0') {
        print_time(json_text(sources, "oldest_contact"), at);
        fputc(' ', out);
        fprintf(out, _("Oldest data: %s, last contact %s."), oldest, *at != '\0' ? at : _("never"));
    }
    fputc('\n', out);
}

static void
print_campaign(const json_t *campaign, FILE *out)
{
    const char *code = json_text(campaign, "code");

    fprintf(out, "%s  ", *code != '\0' ? code : json_text(campaign, "id"));
    print_clean(out, json_title(campaign));
    fputc('\n', out);
}

/* --- missing ------------------------------------------------------------------------------------- */

static void
missing_columns(struct table *t, bool csv)
{
    if (csv) {
        table_column(t, _("Campaign"));
        table_column(t, _("Duty"));
    }
    table_column(t, _("Unit"));
    table_column(t, _("State"));
    table_column(t, _("Registered"));
    table_right(t);
    table_column(t, _("Needed"));
    table_right(t);
    table_column(t, _("Due"));
    table_column(t, _("Received"));
}

static void
missing_rows(struct table *t, const json_t *campaign, const json_t *duty, bool all, bool csv)
{
    const json_t *unit;
    size_t i;

    json_array_foreach(json_object_get(duty, "units"), i, unit) {
        const char *state = json_text(unit, "state");

        if (is_settled(state) && !all)
            continue;
        if (csv) {
            table_cell(t, json_title(campaign));
            table_cell(t, json_text(duty, "id"));
        }
        table_cell(t, json_title(unit));
        table_cell(t, state_text(state, false));
        table_number(t, json_number(unit, "count"));
        table_number(t, json_number(unit, "minimum"));
        cell_day(t, json_text(unit, "due"));
        cell_day(t, json_text(unit, "received_on"));
    }
}

/* "5 units: 2 registered (1 late), 3 missing (2 overdue)". */
static void
print_totals(const json_t *totals, FILE *out)
{
    fprintf(out, _("%lld units: %lld registered (%lld late), %lld missing (%lld overdue, %lld extended), "
                   "%lld exempt"),
            json_number(totals, "units"), json_number(totals, "registered"), json_number(totals, "late"),
            json_number(totals, "missing"), json_number(totals, "overdue"),
            json_number(totals, "extended"), json_number(totals, "exempt"));
    fputc('\n', out);
}

static void
print_missing_duty(struct client *c, const json_t *campaign, const json_t *duty, FILE *out)
{
    struct table *t;

    fputs("\n  ", out);
    reading_print_duty(duty, out);
    if (!json_is_true(json_object_get(duty, "mapped"))) {
        fprintf(out, "  %s\n", _("not mapped to units yet"));
        return;
    }
    if (json_is_false(json_object_get(duty, "counted"))) {
        fprintf(out, "  %s\n", _("a duty of another kind: not counted by registrations"));
        return;
    }
    if (json_array_size(json_object_get(duty, "units")) == 0) {
        fprintf(out, "  %s\n", c->unit ? _("not a duty of this unit") : _("binds no unit of ours"));
        return;
    }
    t = table_new();
    if (t == NULL)
        return;
    missing_columns(t, false);
    missing_rows(t, campaign, duty, c->all, false);
    client_print_table(c, t, out, _("Nobody is missing."));
    print_totals(json_object_get(duty, "totals"), out);
}

static enum outcome
print_missing(struct client *c, const json_t *answer, FILE *out)
{
    struct table *t = c->csv ? table_new() : NULL;
    const json_t *one, *duty;
    size_t i, k, shown = 0;

    if (out == NULL)
        return completeness(answer);
    if (t != NULL)
        missing_columns(t, true);
    json_array_foreach(json_object_get(answer, "campaigns"), i, one) {
        const json_t *campaign = json_object_get(one, "campaign");

        if (t == NULL && json_array_size(json_object_get(one, "duties")) == 0 && !c->named)
            continue;
        shown++;
        if (t == NULL)
            print_campaign(campaign, out);
        if (t == NULL && json_array_size(json_object_get(one, "duties")) == 0)
            fprintf(out, "  %s\n", _("This campaign has no duties."));
        json_array_foreach(json_object_get(one, "duties"), k, duty) {
            if (t != NULL)
                missing_rows(t, campaign, duty, c->all, true);
            else
                print_missing_duty(c, campaign, duty, out);
        }
        fputs(t == NULL ? "\n" : "", out);
    }
    if (t == NULL && shown == 0)
        fprintf(out, "%s\n", i == 0 ? _("There is no campaign yet; `thidua plan import FILE` takes one in.")
                                    : _("No campaign here asks for registrations."));
    if (c->csv)
        client_print_table(c, t, out, NULL);
    else
        print_sources(answer, out);
    return completeness(answer);
}

static enum outcome
ask(struct client *c, const struct args *args, const char *base,
    enum outcome (*print)(struct client *c, const json_t *answer, FILE *out))
{
    char path[2048];
    struct error e;

    c->all = options_given(args, "all");
    c->named = args->positionals_count > 0;
    c->unit = options_given(args, "unit");
    if (question_path(args, base, path, sizeof path, &e) != OK)
        return client_fail(c, &e);
    return client_show(c, path, print);
}

enum outcome
cmd_missing(struct client *c, const struct args *args)
{
    return ask(c, args, "/v1/missing", print_missing);
}

/* --- due ----------------------------------------------------------------------------------------- */

static void
due_columns(struct table *t, bool csv)
{
    if (csv) {
        table_column(t, _("Campaign"));
        table_column(t, _("Duty"));
    }
    table_column(t, _("Period"));
    table_column(t, _("Unit"));
    table_column(t, _("Due"));
    table_column(t, _("State"));
    table_column(t, _("Received"));
}

static void
due_rows(struct table *t, const json_t *route, bool all, bool csv)
{
    const json_t *row;
    size_t i;

    json_array_foreach(json_object_get(route, "rows"), i, row) {
        const json_t *report = json_object_get(row, "report");
        const char *state = json_text(row, "state");

        if (is_settled(state) && !all)
            continue;
        if (csv) {
            table_cell(t, json_title(json_object_get(route, "campaign")));
            table_cell(t, json_text(route, "id"));
        }
        cell_day(t, json_text(row, "period"));
        table_cell(t, json_title(json_object_get(row, "unit")));
        cell_day(t, json_text(row, "due"));
        table_cell(t, strcmp(json_text(report, "state"), "returned") == 0 ? _("returned, to be sent again")
                      : is_settled(state) && json_is_true(json_object_get(report, "nil"))
                          ? _("sent: nothing to report")
                          : state_text(state, true));
        cell_day(t, json_text(report, "received_on"));
    }
}

static void
print_route(struct client *c, const json_t *route, FILE *out)
{
    const json_t *totals = json_object_get(route, "totals");
    struct table *t;

    fputs("  ", out);
    reading_print_duty(route, out);
    if (!json_is_true(json_object_get(route, "mapped"))) {
        fprintf(out, "  %s\n\n", _("not mapped to units yet"));
        return;
    }
    if (json_is_false(json_object_get(route, "dated")))
        fprintf(out, "  %s\n", _("No due day is set for it, so nothing of it is late."));
    t = table_new();
    if (t == NULL)
        return;
    due_columns(t, false);
    due_rows(t, route, c->all, false);
    client_print_table(c, t, out, _("No report is missing."));
    fprintf(out, _("%lld reports expected: %lld sent (%lld late, %lld nil), %lld overdue, %lld to be sent"),
            json_number(totals, "expected"), json_number(totals, "sent"), json_number(totals, "late"),
            json_number(totals, "nil"), json_number(totals, "missing"), json_number(totals, "due"));
    fputs("\n\n", out);
}

static enum outcome
print_due(struct client *c, const json_t *answer, FILE *out)
{
    const char *campaign = "";
    struct table *t = c->csv ? table_new() : NULL;
    const json_t *route;
    size_t i;

    if (out == NULL)
        return completeness(answer);
    if (t != NULL)
        due_columns(t, true);
    json_array_foreach(json_object_get(answer, "routes"), i, route) {
        const char *id = json_text(json_object_get(route, "campaign"), "id");

        if (t != NULL) {
            due_rows(t, route, c->all, true);
            continue;
        }
        if (strcmp(id, campaign) != 0)
            print_campaign(json_object_get(route, "campaign"), out);
        campaign = id;
        print_route(c, route, out);
    }
    if (t == NULL && i == 0)
        fprintf(out, "%s\n", _("No campaign here asks for reports."));
    if (c->csv)
        client_print_table(c, t, out, NULL);
    else
        print_sources(answer, out);
    return completeness(answer);
}

enum outcome
cmd_due(struct client *c, const struct args *args)
{
    return ask(c, args, "/v1/due", print_due);
}

static enum outcome
print_waiting(struct client *c, const json_t *answer, FILE *out)
{
    struct table *t = out != NULL ? table_new() : NULL;
    const json_t *one;
    size_t i;

    if (t == NULL)
        return DONE;
    table_column(t, _("Waits on"));
    table_column(t, _("Goes to"));
    table_column(t, _("Unit"));
    table_column(t, _("Period"));
    table_column(t, _("Received"));
    json_array_foreach(json_object_get(answer, "waiting"), i, one) {
        table_cell(t, json_title(json_object_get(one, "via")));
        table_cell(t, json_title(json_object_get(one, "to")));
        table_cell(t, json_title(json_object_get(one, "unit")));
        cell_day(t, json_text(one, "period"));
        cell_day(t, json_text(json_object_get(one, "report"), "received_on"));
    }
    client_print_table(c, t, out, _("No report waits to be passed on."));
    return DONE;
}

enum outcome
cmd_waiting(struct client *c, const struct args *args)
{
    return ask(c, args, "/v1/waiting", print_waiting);
}

/* --- freshness ----------------------------------------------------------------------------------- */

/* "3 days", "2 hours": one unit is enough for a person. */
static void
age_text(const json_t *age, char *ret_text, size_t text_bytes)
{
    long long seconds = json_integer_value(age);

    if (!json_is_integer(age))
        snprintf(ret_text, text_bytes, "%s", "");
    else if (seconds < 120 * 60)
        snprintf(ret_text, text_bytes, _("%lld min"), seconds / 60);
    else if (seconds < 48 * 60 * 60)
        snprintf(ret_text, text_bytes, _("%lld h"), seconds / 3600);
    else
        snprintf(ret_text, text_bytes, _("%lld days"), seconds / 86400);
}

static enum outcome
print_freshness(struct client *c, const json_t *answer, FILE *out)
{
    struct table *t = out != NULL ? table_new() : NULL;
    static const char *const numbers[] = {"entries", "held", "set_aside", "conflicts"};
    const json_t *unit;
    char text[PRINT_DATE_BYTES_MAX];
    size_t i;

    if (t == NULL)
        return DONE;
    table_column(t, _("Unit"));
    table_column(t, _("Last contact"));
    table_column(t, _("Age"));
    table_right(t);
    table_column(t, _("Last entry"));
    table_column(t, _("Entries"));
    table_right(t);
    table_column(t, _("Waiting"));
    table_right(t);
    table_column(t, _("Set aside"));
    table_right(t);
    table_column(t, _("Conflicts"));
    table_right(t);
    json_array_foreach(json_object_get(answer, "units"), i, unit) {
        bool own = strcmp(json_text(unit, "origin"), "own") == 0;

        table_cell(t, json_title(json_object_get(unit, "unit")));
        print_time(json_text(unit, "last_contact"), text);
        table_cell(t, own ? _("this unit") : *text != '\0' ? text : _("never"));
        age_text(json_object_get(unit, "age_s"), text, sizeof text);
        table_cell(t, own ? "" : text);
        print_time(json_text(unit, "last_entry"), text);
        table_cell(t, text);
        for (size_t n = 0; n < sizeof numbers / sizeof numbers[0]; n++)
            table_number(t, json_number(unit, numbers[n]));
    }
    client_print_table(c, t, out, _("No unit is known yet."));
    return DONE;
}

enum outcome
cmd_freshness(struct client *c, const struct args *args)
{
    (void) args;
    return client_show(c, "/v1/freshness", print_freshness);
}
