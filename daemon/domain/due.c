/* Which reports are due: for each route the periods of its window, for each unit what it sent for
 * them. */
#include "config.h"

#include "daemon/domain/due.h"

#include <stdlib.h>
#include <string.h>

#include "daemon/domain/duty.h"
#include "daemon/domain/facts.h"
#include "daemon/domain/words.h"

enum {
    WORLD_ARENA_BYTES_MAX = 256 * 1024 * 1024,
    ROUTE_ARENA_BYTES_MAX = 512 * 1024 * 1024,
    WEEK_DAYS = 7,
};

struct tally {
    long expected, sent, late, nil, missing, due, open, returned, exempt;
};

struct asked {
    const struct question *q;
    struct duty_world w;
    struct tally total;
    struct tally handed_down;
    long unmapped;
    long waiting;
    struct error *e;
};

/* A report of the route, as far as the question may know it. */
struct entry {
    const struct record *record;
    int64_t unit;
    struct date period;
    int32_t day;
    const char *day_from;
    const char *state; /* or NULL */
    bool sent;         /* neither draft nor returned, and there by the day of the question */
    bool nil;
    bool waiting; /* sent on a route with a via, not forwarded yet */
    bool matched; /* belongs to an expected period of a mapped unit */
};

/* --- the route's window ---------------------------------------------------------------------- */

static const struct value *
via_of(const struct record *route)
{
    const struct value *unit = fact_value(route, "via");

    return unit != NULL ? unit : fact_value(route, "via_text");
}

/* A year's report stands for the second half when the same body wants both: "6 tháng và năm". */
static bool
has_annual_sibling(const struct duty_campaign *c, const struct duty *d, struct arena *a)
{
    const char *to = fact_text(d->record, "to_text");
    const char *folded = words_fold(a, to != NULL ? to : "");

    for (size_t i = 0; i < c->count; i++) {
        const struct record *other = c->duties[i].record;
        const char *other_to = fact_text(other, "to_text"),
                   *cadence = fact_choice(other, "cadence");
        const char *other_folded = words_fold(a, other_to != NULL ? other_to : "");

        if (cadence != NULL && strcmp(cadence, "annual") == 0 && folded != NULL
            && other_folded != NULL && strcmp(folded, other_folded) == 0)
            return true;
    }
    return false;
}

static int32_t
first_known(int32_t a, int32_t b)
{
    return a != PERIOD_NO_DAY ? a : b;
}

static struct period_rule
rule_of(struct asked *m, const struct duty_campaign *c, const struct duty *d, struct arena *a)
{
    const struct record *r = d->record;
    struct period_rule rule = {
        .cadence = cadence_by_name(fact_choice(r, "cadence")),
        .weekday = (int) fact_integer(r, "weekday", 0),
        .due_day = (int) fact_integer(r, "due_day", 0),
        .due_month_offset = (int) fact_integer(r, "due_month_offset", 0),
        .due_on = fact_day_last(r, "due"),
        .first_day = fact_day_first(r, "first_period"),
        .last_day = first_known(fact_day_last(r, "last_period"),
                                fact_day_last(c->record, "period_to")),
    };

    rule.first_half_only = rule.cadence == CADENCE_SEMIANNUAL && has_annual_sibling(c, d, a);
    rule.first_day = first_known(rule.first_day, fact_day_first(c->record, "period_from"));
    rule.first_day = first_known(rule.first_day, fact_day_first(c->record, "issued_on"));
    if (rule.first_day == PERIOD_NO_DAY) /* "từ nay", without a date: since it is known here */
        rule.first_day = period_day_of_wall(fact_made_at(m->w.s, c->record->id));
    return rule;
}

/* The periods that have begun by the day of the question; of a weekly route also the coming one. A
 * report that is wanted once stands there from the start. */
static enum err
periods_asked(struct asked *m, const struct period_rule *rule, struct arena *a,
              struct period **ret_periods, size_t *ret_count, size_t *ret_total)
{
    struct period *all = NULL;
    int32_t until = m->q->as_of_day + (rule->cadence == CADENCE_WEEKLY ? WEEK_DAYS - 1 : 0);
    enum err err = period_list(rule, until, a, ret_periods, ret_count, m->e);

    *ret_total = *ret_count;
    if (err == OK && rule->last_day != PERIOD_NO_DAY)
        err = period_list(rule, rule->last_day, a, &all, ret_total, m->e);
    return err;
}

/* --- reports --------------------------------------------------------------------------------- */

static struct entry
read_entry(struct asked *m, const struct record *r, bool has_via)
{
    const struct value *period = fact_value(r, "period");
    int32_t forwarded = fact_day_first(r, "forwarded_on");
    struct entry entry = {.record = r,
                          .unit = fact_reference(r, "unit"),
                          .state = fact_choice(r, "state"),
                          .nil = fact_integer(r, "nil", 0) != 0};

    if (period != NULL)
        entry.period = period->date;
    entry.day = duty_day_received(m->w.s, r, &entry.day_from);
    entry.sent = entry.day <= m->q->as_of_day
                 && (entry.state == NULL
                     || (strcmp(entry.state, "draft") != 0
                         && strcmp(entry.state, "returned") != 0));
    entry.waiting = has_via && entry.sent
                    && (entry.state == NULL || strcmp(entry.state, "aggregated") != 0)
                    && (forwarded == PERIOD_NO_DAY || forwarded > m->q->as_of_day);
    return entry;
}

static enum err
read_entries(struct asked *m, struct arena *a, const struct duty *d, struct entry **ret_entries,
             size_t *ret_count)
{
    bool has_via = via_of(d->record) != NULL;
    struct record **reports;
    size_t count = 0;
    enum err err = fact_list(m->w.s, a, RECORD_REPORT, "route", d->record->id, 0, &reports, &count,
                             m->e);

    if (err == OK && (*ret_entries = arena_array(a, count + 1, sizeof **ret_entries)) == NULL)
        err = fact_no_memory(m->e);
    for (size_t i = 0; err == OK && i < count; i++)
        (*ret_entries)[i] = read_entry(m, reports[i], has_via);
    *ret_count = count;
    return err;
}

/* What a unit has for a period: a sent one before a returned one before a draft. */
static struct entry *
entry_for(const struct duty *d, const struct duty_unit *u, struct date period,
          struct entry *entries, size_t count)
{
    struct entry *best = NULL;

    for (size_t i = 0; i < count; i++) {
        struct entry *entry = &entries[i];

        if (entry->period.precision != period.precision || entry->period.ordinal != period.ordinal
            || !duty_is_done_by(d, u, entry->unit, entry->record->space))
            continue;
        entry->matched = true;
        if (best == NULL || (entry->sent && !best->sent))
            best = entry;
    }
    return best;
}

/* --- judging --------------------------------------------------------------------------------- */

static int32_t
due_day_for(const struct duty_unit *u, const struct period *p)
{
    if (p->due_day != PERIOD_NO_DAY && u->extended_to != PERIOD_NO_DAY
        && u->extended_to > p->due_day)
        return u->extended_to;
    return p->due_day;
}

static const char *
state_of(const struct asked *m, const struct duty_unit *u, int32_t due_day,
         const struct entry *entry)
{
    if (u->status == DUTY_EXEMPT)
        return "exempt";
    if (entry != NULL && entry->sent)
        return due_day != PERIOD_NO_DAY && entry->day > due_day ? "late" : "sent";
    if (due_day == PERIOD_NO_DAY)
        return "open";
    return m->q->as_of_day > due_day ? "missing" : "due";
}

static void
add_to_tally(struct tally *t, const char *state, const struct entry *entry)
{
    t->expected++;
    t->exempt += strcmp(state, "exempt") == 0;
    t->sent += strcmp(state, "sent") == 0 || strcmp(state, "late") == 0;
    t->late += strcmp(state, "late") == 0;
    t->missing += strcmp(state, "missing") == 0;
    t->due += strcmp(state, "due") == 0;
    t->open += strcmp(state, "open") == 0;
    t->nil += entry != NULL && entry->sent && entry->nil;
    t->returned += entry != NULL && entry->state != NULL && strcmp(entry->state, "returned") == 0;
}

static void
sum(struct tally *t, const struct tally *more)
{
    t->expected += more->expected;
    t->sent += more->sent;
    t->late += more->late;
    t->nil += more->nil;
    t->missing += more->missing;
    t->due += more->due;
    t->open += more->open;
    t->returned += more->returned;
    t->exempt += more->exempt;
}

/* --- shapes ---------------------------------------------------------------------------------- */

static json_t *
json_tally(const struct tally *t)
{
    return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "expected",
                     (json_int_t) t->expected, "sent", (json_int_t) t->sent, "late",
                     (json_int_t) t->late, "nil", (json_int_t) t->nil, "missing",
                     (json_int_t) t->missing, "due", (json_int_t) t->due, "open",
                     (json_int_t) t->open, "returned", (json_int_t) t->returned, "exempt",
                     (json_int_t) t->exempt);
}

/* What is known of a report; an empty object where there is none. */
static json_t *
json_report(const struct entry *entry)
{
    if (entry == NULL)
        return json_null();
    return json_pack("{s:o, s:o, s:b, s:o, s:o, s:s, s:o, s:o, s:b}", "id",
                     fact_json_id(entry->record->id), "state", fact_json_text(entry->state), "nil",
                     entry->nil, "sent_on", fact_json_field(entry->record, "sent_on"),
                     "received_on", fact_json_day(entry->day), "received_from", entry->day_from,
                     "forwarded_on", fact_json_field(entry->record, "forwarded_on"), "reason",
                     fact_json_field(entry->record, "reason"), "waiting", entry->waiting);
}

static json_t *
json_row(const struct duty_unit *u, const struct period *p, int32_t due_day, const char *state,
         const struct entry *entry)
{
    return json_pack("{s:o, s:o, s:o, s:s, s:b, s:o}", "unit", fact_json_ref(u->unit, u->name),
                     "period", fact_json_date(p->date), "due", fact_json_day(due_day), "state",
                     state, "handed_down", u->handed_down, "report", json_report(entry));
}

static json_t *
json_units(const struct asked *m, const struct duty *d)
{
    json_t *list = json_array();

    for (size_t i = 0; i < d->count; i++) {
        const struct duty_unit *u = &d->units[i];

        json_array_append_new(
            list, json_pack("{s:o, s:s, s:b, s:o}", "id", fact_json_id(u->unit), "title", u->name,
                            "joined", u->node != NULL && u->node->inner_space != 0, "last_contact",
                            fact_json_time(duty_last_contact(&m->w, u))));
    }
    return list;
}

/* Reports that stand under no expected period or unit: shown, so that none is lost to a slip of the
 * date. */
static json_t *
json_unmatched(const struct entry *entries, size_t count)
{
    json_t *list = json_array();

    for (size_t i = 0; i < count; i++)
        if (!entries[i].matched)
            json_array_append_new(list, json_pack("{s:o, s:o, s:o}", "id",
                                                  fact_json_id(entries[i].record->id), "unit",
                                                  fact_json_id(entries[i].unit), "period",
                                                  fact_json_field(entries[i].record, "period")));
    return list;
}

/* --- routes ---------------------------------------------------------------------------------- */

static enum err
answer_rows(struct asked *m, const struct duty *d, const struct period *periods,
            size_t periods_count, struct entry *entries, size_t count, struct tally *t,
            json_t *rows)
{
    for (size_t p = 0; p < periods_count; p++) {
        for (size_t i = 0; i < d->count; i++) {
            const struct duty_unit *u = &d->units[i];
            struct entry *entry = entry_for(d, u, periods[p].date, entries, count);
            int32_t due_day = due_day_for(u, &periods[p]);
            const char *state = state_of(m, u, due_day, entry);

            if (m->q->unit != 0 && u->unit != m->q->unit)
                continue;
            add_to_tally(u->handed_down ? &m->handed_down : t, state, entry);
            if (json_array_append_new(rows, json_row(u, &periods[p], due_day, state, entry)) != 0)
                return fact_no_memory(m->e);
        }
    }
    return OK;
}

static json_t *
json_route(struct asked *m, const struct duty_campaign *c, const struct duty *d,
           const struct period_rule *rule, size_t periods_total)
{
    bool dated = (rule->cadence == CADENCE_WEEKLY && rule->weekday != 0) || rule->due_day != 0
                 || rule->due_on != PERIOD_NO_DAY;

    return json_pack(
        "{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:b, s:b, s:I, s:o}", "id",
        fact_json_id(d->record->id), "campaign", duty_json_campaign(c), "name",
        fact_json_field(d->record, "name"), "from", fact_json_field(d->record, "from_text"), "to",
        fact_json_field(d->record, "to_text"), "via", fact_json_field(d->record, "via_text"),
        "cadence", fact_json_field(d->record, "cadence"), "weekday",
        fact_json_field(d->record, "weekday"), "mapped", d->mapped, "dated", dated, "periods",
        (json_int_t) periods_total, "units", json_units(m, d));
}

static enum err
answer_route(struct asked *m, struct arena *a, const struct duty_campaign *c, const struct duty *d,
             json_t *list)
{
    struct period_rule rule = rule_of(m, c, d, a);
    struct period *periods = NULL;
    size_t periods_count = 0, periods_total = 0, count = 0;
    struct entry *entries = NULL;
    struct tally t = {0};
    json_t *rows = json_array(), *route;
    long waiting = 0;
    enum err err = periods_asked(m, &rule, a, &periods, &periods_count, &periods_total);

    if (err == OK)
        err = read_entries(m, a, d, &entries, &count);
    if (err == OK)
        err = answer_rows(m, d, periods, periods_count, entries, count, &t, rows);
    if (err != OK) {
        json_decref(rows);
        return err;
    }
    for (size_t i = 0; i < count; i++)
        waiting += entries[i].waiting;
    route = json_route(m, c, d, &rule, periods_total);
    json_object_set_new(route, "totals", json_tally(&t));
    json_object_set_new(route, "waiting", json_integer(waiting));
    json_object_set_new(route, "unmatched", json_unmatched(entries, count));
    json_object_set_new(route, "rows", rows);
    sum(&m->total, &t);
    m->waiting += waiting;
    m->unmapped += d->counts_unmapped;
    return json_array_append_new(list, route) == 0 ? OK : fact_no_memory(m->e);
}

static enum err
answer_all(struct asked *m, json_t *list)
{
    struct record **campaigns;
    size_t count = 0;
    enum err err = duty_campaigns(&m->w, m->q->campaign, &campaigns, &count, m->e);

    for (size_t i = 0; err == OK && i < count; i++) {
        struct duty_campaign c;
        struct arena a; /* one for each campaign: a hub has hundreds */

        arena_init(&a, ROUTE_ARENA_BYTES_MAX);
        err = duty_load(&m->w, &a, campaigns[i], true, &c, m->e);
        for (size_t k = 0; err == OK && k < c.count; k++)
            err = answer_route(m, &a, &c, &c.duties[k], list);
        arena_release(&a);
    }
    return err;
}

enum err
due_list(struct store *s, const struct question *q, json_t **ret_answer, struct error *e)
{
    struct asked m = {.q = q, .e = e};
    struct arena a;
    json_t *list = json_array(), *answer = NULL;
    enum err err;

    arena_init(&a, WORLD_ARENA_BYTES_MAX);
    err = duty_world_load(s, &a, &m.w, e);
    if (err == OK)
        err = answer_all(&m, list);
    if (err == OK) {
        answer = json_pack("{s:o, s:O, s:o, s:o, s:I, s:I, s:b, s:o}", "as_of",
                           fact_json_day(q->as_of_day), "routes", list, "totals",
                           json_tally(&m.total), "handed_down", json_tally(&m.handed_down),
                           "waiting", (json_int_t) m.waiting, "unmapped", (json_int_t) m.unmapped,
                           "complete", m.unmapped == 0, "sources",
                           duty_json_sources(&m.w, m.w.tree.count));
        err = answer != NULL ? OK : fact_no_memory(e);
    }
    if (err == OK)
        *ret_answer = answer;
    json_decref(list);
    arena_release(&a);
    return err;
}

/* --- waiting on the via ---------------------------------------------------------------------- */

static json_t *
json_waiting(struct asked *m, struct arena *a, const struct duty_campaign *c, const struct duty *d,
             const struct entry *entry)
{
    return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "campaign", duty_json_campaign(c),
                     "route", fact_json_id(d->record->id), "via",
                     fact_json_field(d->record, "via_text"), "to",
                     fact_json_field(d->record, "to_text"), "unit",
                     fact_json_ref(entry->unit, fact_title_of(m->w.s, a, entry->unit)), "period",
                     fact_json_date(entry->period), "report", json_report(entry));
}

static enum err
wait_on_route(struct asked *m, struct arena *a, const struct duty_campaign *c, const struct duty *d,
              int64_t via, json_t *list)
{
    struct entry *entries;
    size_t count = 0;
    enum err err;

    if (via_of(d->record) == NULL || (via != 0 && fact_reference(d->record, "via") != via))
        return OK;
    err = read_entries(m, a, d, &entries, &count);
    for (size_t i = 0; err == OK && i < count; i++)
        if (entries[i].waiting
            && json_array_append_new(list, json_waiting(m, a, c, d, &entries[i])) != 0)
            err = fact_no_memory(m->e);
    return err;
}

enum err
due_waiting(struct store *s, int64_t via, int32_t as_of_day, json_t **ret_answer, struct error *e)
{
    struct question q = {.as_of_day = as_of_day};
    struct asked m = {.q = &q, .e = e};
    struct arena world, a;
    struct record **campaigns;
    size_t count = 0;
    json_t *list = json_array();
    enum err err;

    arena_init(&world, WORLD_ARENA_BYTES_MAX);
    err = duty_world_load(s, &world, &m.w, e);
    if (err == OK)
        err = duty_campaigns(&m.w, 0, &campaigns, &count, e);
    for (size_t i = 0; err == OK && i < count; i++) {
        struct duty_campaign c;

        arena_init(&a, ROUTE_ARENA_BYTES_MAX);
        err = duty_load(&m.w, &a, campaigns[i], true, &c, e);
        for (size_t k = 0; err == OK && k < c.count; k++)
            err = wait_on_route(&m, &a, &c, &c.duties[k], via, list);
        arena_release(&a);
    }
    if (err == OK) {
        *ret_answer = json_pack("{s:o, s:I, s:O}", "as_of", fact_json_day(as_of_day), "count",
                                (json_int_t) json_array_size(list), "waiting", list);
        err = *ret_answer != NULL ? OK : fact_no_memory(e);
    }
    json_decref(list);
    arena_release(&world);
    return err;
}
