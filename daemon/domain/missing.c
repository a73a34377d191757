/* Who has not registered: for each campaign, duty and unit, the distinct registrations that count,
 * against the minimum and the unit's own last day. */
#include "config.h"

#include "daemon/domain/missing.h"

#include <stdlib.h>
#include <string.h>

#include "daemon/domain/duty.h"
#include "daemon/domain/facts.h"
#include "daemon/domain/plan_words.h"
#include "daemon/domain/words.h"

enum { WORLD_ARENA_BYTES_MAX = 256 * 1024 * 1024, CAMPAIGN_ARENA_BYTES_MAX = 512 * 1024 * 1024 };

/* A registration, as far as it is counted. */
struct entry {
    const struct record *record;
    int64_t unit;
    int64_t obligation; /* 0 = not said: any of the campaign's */
    const char *kind;
    const char *title; /* words, folded */
    int32_t day;
    const char *day_from;
    bool counts; /* neither draft, returned nor withdrawn, and there by the day of the question */
    bool alike;  /* the unit has one of the same kind and title before it */
};

struct tally {
    long units, registered, late, missing, overdue, extended, exempt;
};

struct asked {
    const struct question *q;
    struct duty_world w;
    struct tally total;
    struct tally handed_down;
    long unmapped;
    struct error *e;
};

/* --- registrations --------------------------------------------------------------------------- */

static struct entry
read_entry(struct asked *m, struct arena *a, const struct record *r)
{
    static const char *const not_counted[] = {"draft", "returned", "withdrawn"};
    const char *state = fact_choice(r, "state"), *title = fact_text(r, "title");
    struct entry entry = {.record = r,
                          .unit = fact_reference(r, "unit"),
                          .kind = fact_choice(r, "kind"),
                          .title = words_fold(a, title != NULL ? title : ""),
                          .counts = true};

    entry.day = duty_day_received(m->w.s, r, &entry.day_from);
    for (size_t i = 0; state != NULL && i < sizeof not_counted / sizeof not_counted[0]; i++)
        if (strcmp(state, not_counted[i]) == 0)
            entry.counts = false;
    if (entry.day > m->q->as_of_day)
        entry.counts = false;
    return entry;
}

struct entry_list {
    struct entry *entries;
    size_t count;
    size_t room;
};

static enum err
push_entry(struct asked *m, struct arena *a, struct entry_list *l, const struct record *r,
           int64_t obligation)
{
    if (l->count == l->room) {
        size_t room = l->room > 0 ? 2 * l->room : 64;
        struct entry *entries = arena_array(a, room, sizeof *entries);

        if (entries == NULL)
            return fact_no_memory(m->e);
        if (l->count > 0)
            memcpy(entries, l->entries, l->count * sizeof *entries);
        l->entries = entries;
        l->room = room;
    }
    l->entries[l->count] = read_entry(m, a, r);
    l->entries[l->count++].obligation = obligation;
    return OK;
}

/* Registrations that name the campaign, and those of other campaigns that count here too.
 *   is_draft  the campaign is the draft of the one asked for: its obligations are gone */
static enum err
add_entries(struct asked *m, struct arena *a, int64_t campaign, bool is_draft, struct entry_list *l)
{
    struct record **own, **also, *r;
    size_t own_count = 0, also_count = 0;
    enum err err = fact_list(m->w.s, a, RECORD_REGISTRATION, "campaign", campaign, 0, &own,
                             &own_count, m->e);

    if (err == OK)
        err = fact_list(m->w.s, a, RECORD_REGISTRATION_CAMPAIGN, "campaign", campaign, 0, &also,
                        &also_count, m->e);
    for (size_t i = 0; err == OK && i < own_count; i++)
        err = push_entry(m, a, l, own[i], is_draft ? 0 : fact_reference(own[i], "obligation"));
    for (size_t i = 0; err == OK && i < also_count; i++)
        if (state_get(m->w.s, fact_reference(also[i], "registration"), a, &r, NULL) == OK
            && r->live)
            err = push_entry(m, a, l, r, is_draft ? 0 : fact_reference(also[i], "obligation"));
    return err;
}

/* A laptop that had only seen the draft registers for the draft, and its entry may come after the
 * issue. */
static enum err
read_entries(struct asked *m, struct arena *a, const struct record *campaign, struct entry_list *l)
{
    int64_t draft = fact_reference(campaign, "draft");
    enum err err = add_entries(m, a, campaign->id, false, l);

    return err == OK && draft != 0 ? add_entries(m, a, draft, true, l) : err;
}

/* Oldest first, so that the registration which fills the minimum tells whether it was in time. */
static int
compare_entries(const void *left, const void *right)
{
    const struct entry *a = *(const struct entry *const *) left,
                       *b = *(const struct entry *const *) right;

    if (a->day != b->day)
        return a->day < b->day ? -1 : 1;
    return a->record->id < b->record->id ? -1 : a->record->id > b->record->id;
}

/* --- one unit -------------------------------------------------------------------------------- */

struct unit_state {
    const char *state;
    long count; /* distinct ones that count */
    int64_t minimum;
    int32_t due_day;    /* PERIOD_NO_DAY = none is set */
    int32_t filled_day; /* when the minimum was reached, or PERIOD_NO_DAY */
    struct entry **entries;
    size_t entries_count;
};

/* The unit's registrations for the duty, those that are alike flagged. */
static enum err
pick_entries(struct asked *m, struct arena *a, const struct duty *d, const struct duty_unit *u,
             struct entry *entries, size_t count, struct unit_state *ret)
{
    const char *kinds = fact_text(d->record, "counts");
    size_t room = 0;

    for (size_t i = 0; i < count; i++)
        room += duty_is_done_by(d, u, entries[i].unit, entries[i].record->space);
    ret->entries = arena_array(a, room + 1, sizeof(struct entry *));
    if (ret->entries == NULL)
        return fact_no_memory(m->e);
    for (size_t i = 0; i < count; i++) {
        struct entry *entry = &entries[i];

        if (duty_is_done_by(d, u, entry->unit, entry->record->space)
            && (entry->obligation == 0 || entry->obligation == d->record->id)
            && plan_kind_counts(kinds, entry->kind))
            ret->entries[ret->entries_count++] = entry;
    }
    qsort(ret->entries, ret->entries_count, sizeof(struct entry *), compare_entries);
    for (size_t i = 0; i < ret->entries_count; i++) {
        struct entry *entry = ret->entries[i];

        entry->alike = false;
        for (size_t k = 0; k < i && entry->counts; k++) {
            const struct entry *before = ret->entries[k];

            entry->alike |= before->counts && before->record->id != entry->record->id
                            && entry->title != NULL && before->title != NULL
                            && strcmp(entry->title, before->title) == 0;
        }
    }
    return OK;
}

static const char *
state_of(const struct asked *m, const struct duty_unit *u, const struct unit_state *s)
{
    bool past = s->due_day != PERIOD_NO_DAY && m->q->as_of_day > s->due_day;

    if (u->status == DUTY_EXEMPT)
        return "exempt";
    if (s->count >= s->minimum)
        return s->due_day != PERIOD_NO_DAY && s->filled_day != PERIOD_NO_DAY
                       && s->filled_day > s->due_day
                   ? "late"
                   : "registered";
    if (past)
        return "overdue";
    return u->status == DUTY_EXTENDED ? "extended" : "missing";
}

static enum err
judge_unit(struct asked *m, struct arena *a, const struct duty *d, const struct duty_unit *u,
           struct entry *entries, size_t count, struct unit_state *ret)
{
    struct unit_state s = {.due_day = fact_day_last(d->record, "due"),
                           .filled_day = PERIOD_NO_DAY,
                           .minimum = fact_integer(d->record, "minimum", 1)};
    enum err err = pick_entries(m, a, d, u, entries, count, &s);

    if (u->minimum >= 0)
        s.minimum = u->minimum;
    if (u->due_day != PERIOD_NO_DAY)
        s.due_day = u->due_day;
    if (u->extended_to != PERIOD_NO_DAY
        && (s.due_day == PERIOD_NO_DAY || u->extended_to > s.due_day))
        s.due_day = u->extended_to;
    for (size_t i = 0; i < s.entries_count; i++) {
        if (!s.entries[i]->counts || s.entries[i]->alike)
            continue;
        if (++s.count == s.minimum)
            s.filled_day = s.entries[i]->day;
    }
    s.state = state_of(m, u, &s);
    *ret = s;
    return err;
}

static void
add_to_tally(struct tally *t, const char *state)
{
    t->units++;
    if (strcmp(state, "registered") == 0 || strcmp(state, "late") == 0) {
        t->registered++;
        t->late += strcmp(state, "late") == 0;
    } else if (strcmp(state, "exempt") == 0) {
        t->exempt++;
    } else {
        t->missing++;
        t->overdue += strcmp(state, "overdue") == 0;
        t->extended += strcmp(state, "extended") == 0;
    }
}

static void
sum(struct tally *t, const struct tally *more)
{
    t->units += more->units;
    t->registered += more->registered;
    t->late += more->late;
    t->missing += more->missing;
    t->overdue += more->overdue;
    t->extended += more->extended;
    t->exempt += more->exempt;
}

/* --- shapes ---------------------------------------------------------------------------------- */

static json_t *
json_tally(const struct tally *t)
{
    return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "units", (json_int_t) t->units,
                     "registered", (json_int_t) t->registered, "late", (json_int_t) t->late,
                     "missing", (json_int_t) t->missing, "overdue", (json_int_t) t->overdue,
                     "extended", (json_int_t) t->extended, "exempt", (json_int_t) t->exempt);
}

static json_t *
json_entry(const struct entry *entry)
{
    return json_pack("{s:o, s:o, s:o, s:o, s:o, s:s, s:b, s:b}", "id",
                     fact_json_id(entry->record->id), "title",
                     fact_json_field(entry->record, "title"), "kind", fact_json_text(entry->kind),
                     "state", fact_json_field(entry->record, "state"), "received_on",
                     fact_json_day(entry->day), "received_from", entry->day_from, "counts",
                     entry->counts && !entry->alike, "alike", entry->alike);
}

static json_t *
json_unit(struct asked *m, const struct duty_unit *u, const struct unit_state *s)
{
    json_t *entries = json_array();

    for (size_t i = 0; i < s->entries_count; i++)
        json_array_append_new(entries, json_entry(s->entries[i]));
    return json_pack("{s:o, s:s, s:s, s:I, s:I, s:o, s:o, s:o, s:b, s:b, s:o}", "id",
                     fact_json_id(u->unit), "title", u->name, "state", s->state, "count",
                     (json_int_t) s->count, "minimum", (json_int_t) s->minimum, "due",
                     fact_json_day(s->due_day), "received_on", fact_json_day(s->filled_day),
                     "registrations", entries, "handed_down", u->handed_down, "joined",
                     u->node != NULL && u->node->inner_space != 0, "last_contact",
                     fact_json_time(duty_last_contact(&m->w, u)));
}

/* --- duties and campaigns -------------------------------------------------------------------- */

static bool
is_for_registrations(const struct duty *d)
{
    const char *action = fact_choice(d->record, "action");

    return action == NULL || strcmp(action, "register") == 0;
}

static enum err
answer_duty(struct asked *m, struct arena *a, const struct duty *d, struct entry *entries,
            size_t count, struct tally *campaign, json_t *list)
{
    bool counted = is_for_registrations(d);
    struct tally t = {0}, down = {0};
    json_t *units = json_array(), *duty;
    enum err err = OK;

    for (size_t i = 0; counted && err == OK && i < d->count; i++) {
        struct unit_state s = {0};

        if (m->q->unit != 0 && d->units[i].unit != m->q->unit)
            continue;
        err = judge_unit(m, a, d, &d->units[i], entries, count, &s);
        if (err != OK)
            break;
        add_to_tally(d->units[i].handed_down ? &down : &t, s.state);
        if (json_array_append_new(units, json_unit(m, &d->units[i], &s)) != 0)
            err = fact_no_memory(m->e);
    }
    sum(campaign, &t);
    sum(&m->handed_down, &down);
    m->unmapped += d->counts_unmapped;
    if (err != OK) {
        json_decref(units);
        return err;
    }
    duty = json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:b, s:b, s:o, s:o, s:o}", "id",
                     fact_json_id(d->record->id), "who", fact_json_field(d->record, "who"), "what",
                     fact_json_field(d->record, "what"), "action",
                     fact_json_field(d->record, "action"), "minimum",
                     fact_json_field(d->record, "minimum"), "alternatives",
                     fact_json_field(d->record, "alternatives"), "due",
                     fact_json_field(d->record, "due"), "mapped", d->mapped, "counted", counted,
                     "totals", json_tally(&t), "handed_down", json_tally(&down), "units", units);
    return json_array_append_new(list, duty) == 0 ? OK : fact_no_memory(m->e);
}

static enum err
answer_campaign(struct asked *m, struct arena *a, const struct record *campaign, json_t *list)
{
    struct duty_campaign c = {0};
    struct entry_list l = {0};
    struct tally t = {0};
    long unmapped = m->unmapped;
    json_t *duties = json_array(), *shown;
    enum err err = duty_load(&m->w, a, campaign, false, &c, m->e);

    if (err == OK && c.count > 0)
        err = read_entries(m, a, campaign, &l);
    for (size_t i = 0; err == OK && i < c.count; i++)
        err = answer_duty(m, a, &c.duties[i], l.entries, l.count, &t, duties);
    if (err != OK) {
        json_decref(duties);
        return err;
    }
    sum(&m->total, &t);
    shown = json_pack("{s:o, s:o, s:o, s:I}", "campaign", duty_json_campaign(&c), "totals",
                      json_tally(&t), "duties", duties, "unmapped",
                      (json_int_t) (m->unmapped - unmapped));
    return json_array_append_new(list, shown) == 0 ? OK : fact_no_memory(m->e);
}

static enum err
answer_all(struct asked *m, json_t *list)
{
    struct record **campaigns;
    size_t count = 0;
    enum err err = duty_campaigns(&m->w, m->q->campaign, &campaigns, &count, m->e);

    for (size_t i = 0; err == OK && i < count; i++) {
        struct arena a; /* one for each campaign: a hub has hundreds */

        arena_init(&a, CAMPAIGN_ARENA_BYTES_MAX);
        err = answer_campaign(m, &a, campaigns[i], list);
        arena_release(&a);
    }
    return err;
}

enum err
missing_list(struct store *s, const struct question *q, json_t **ret_answer, struct error *e)
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
        answer = json_pack("{s:o, s:O, s:o, s:o, s:I, s:b, s:o}", "as_of",
                           fact_json_day(q->as_of_day), "campaigns", list, "totals",
                           json_tally(&m.total), "handed_down", json_tally(&m.handed_down),
                           "unmapped", (json_int_t) m.unmapped, "complete", m.unmapped == 0,
                           "sources",
                           duty_json_sources(&m.w, (size_t) (m.total.units + m.handed_down.units)));
        err = answer != NULL ? OK : fact_no_memory(e);
    }
    if (err == OK)
        *ret_answer = answer;
    json_decref(list);
    arena_release(&a);
    return err;
}
