/* Going through the records, page by page, and saying what the rules find. */
#include "config.h"

#include "daemon/domain/findings.h"

#include <stdarg.h>
#include <string.h>

#include "daemon/domain/facts.h"
#include "daemon/domain/finding_core.h"
#include "protocol/util/mem.h"

enum {
    PAGE_RECORDS = 256,
    /* a page of the longest records, and what the rules read beside them */
    PAGE_ARENA_BYTES_MAX = 256 * 1024 * 1024,
    CAMPAIGN_STEPS_MAX = 3, /* from a receipt over a report and its route */
};

/* --- what the rules ask ----------------------------------------------------------------------- */

const struct space_row *
look_space(const struct look *l, int64_t space)
{
    for (size_t i = 0; i < l->spaces_count; i++)
        if (l->spaces[i].id == space)
            return &l->spaces[i];
    return NULL;
}

int64_t
look_owner(const struct look *l, int64_t space)
{
    const struct space_row *row = look_space(l, space);

    for (size_t i = 0; row != NULL && i < l->spaces_count; i++)
        if (memcmp(l->spaces[i].genesis.unit, row->genesis.unit, UNIT_ROOT_BYTES) == 0
            && memcmp(l->spaces[i].genesis.founder, row->genesis.founder, DEVICE_BYTES) == 0)
            return l->spaces[i].id;
    return space;
}

enum err
look_record(struct look *l, int64_t id, struct record **ret_record)
{
    enum err err = state_get(l->s, id, &l->page, ret_record, l->e);

    if (err == ERR_NOT_FOUND)
        *ret_record = NULL;
    return err == ERR_NOT_FOUND ? OK : err;
}

/* Whether the entry that would have introduced a record is merged: then the record will not come. */
static bool
is_merged(struct look *l, int64_t id)
{
    struct log_row log;

    return log_get(l->s, record_id_log(id), &log, NULL) == OK && log.space != 0
           && log.applied_seq >= record_id_seq(id);
}

enum err
look_known(struct look *l, int64_t id, struct known *ret_known)
{
    struct known *known = &l->known[(uint64_t) (id ^ id >> 12) % KNOWN_COUNT];
    struct record *r = NULL;
    enum err err = OK;

    if (known->id != id) {
        err = look_record(l, id, &r);
        if (err == OK)
            *known = (struct known){.id = id};
        if (err == OK && r != NULL) {
            known->type = r->type;
            known->live = r->live;
        } else if (err == OK) {
            known->surely_gone = is_merged(l, id);
        }
    }
    if (err == OK)
        *ret_known = *known;
    return err;
}

enum err
look_campaign(struct look *l, const struct record *r, int64_t *ret_campaign)
{
    static const char *const ways[] = {"campaign", "duty", "route", "indicator", "registration", "subject"};
    const struct record *at = r;
    enum err err = OK;

    *ret_campaign = 0;
    for (int step = 0; step < CAMPAIGN_STEPS_MAX && at != NULL && err == OK; step++) {
        struct record *next = NULL;
        int64_t up = 0;

        if (at->type == RECORD_CAMPAIGN) {
            *ret_campaign = at->id;
            return OK;
        }
        for (size_t i = 0; up == 0 && i < sizeof ways / sizeof ways[0]; i++)
            up = fact_reference(at, ways[i]);
        if (up != 0 && fact_reference(at, "campaign") == up) {
            *ret_campaign = up;
            return OK;
        }
        if (up != 0)
            err = look_record(l, up, &next);
        at = next;
    }
    return err;
}

enum err
look_issued_from(struct look *l, int64_t draft, int64_t *ret_campaign)
{
    struct record **issued = NULL;
    size_t count = 0;
    enum err err = fact_list(l->s, &l->page, RECORD_CAMPAIGN, "draft", draft, 0, &issued, &count, l->e);

    if (err == OK)
        *ret_campaign = count > 0 ? issued[0]->id : 0;
    return err;
}

/* --- words ------------------------------------------------------------------------------------ */

const char *
look_label(const struct look *l, const struct registry_field *f)
{
    return api_label(f, l->q->language);
}

const char *
look_name(struct look *l, const struct record *r)
{
    char id[RECORD_ID_TEXT_BYTES];
    const char *text;

    record_id_format(r->id, id);
    text = arena_printf(&l->page, "%s %s", r->registry->name, id);
    return text != NULL ? text : "";
}

const char *
look_id(struct look *l, const struct record *r)
{
    const char *name = look_name(l, r), *blank = strrchr(name, ' ');

    return blank != NULL ? blank + 1 : name;
}

const char *
look_title(struct look *l, const struct record *r)
{
    const char *title = fact_title(r);
    char id[RECORD_ID_TEXT_BYTES];

    if (title != NULL)
        return title;
    record_id_format(r->id, id);
    title = arena_printf(&l->page, "%s %s", api_label(r->registry, l->q->language), id);
    return title != NULL ? title : "";
}

const char *
look_value(struct look *l, const struct registry_field *f, const struct value *v)
{
    const char *text = api_value_display(&l->page, f, v, l->q->language);

    return text != NULL ? text : "";
}

struct stamp
look_made(const struct record *r)
{
    return (struct stamp){record_id_log(r->id), record_id_seq(r->id)};
}

struct stamp
look_wrote(const struct record *r, const char *field)
{
    unsigned id = fact_field(r->type, field);
    const struct record_field *f = id != 0 ? record_find(r, id) : NULL;

    return f != NULL ? f->stamp : look_made(r);
}

/* --- saying ----------------------------------------------------------------------------------- */

static void
add_entry(struct finding *f, struct stamp entry)
{
    for (size_t i = 0; i < f->entries_count; i++)
        if (stamp_equal(f->entries[i], entry))
            return;
    if (f->entries_count < FINDING_ENTRIES_MAX)
        f->entries[f->entries_count++] = entry;
}

enum err
look_say(struct look *l, const char *rule, const char *text, const struct record *r,
         const struct stamp *entries, size_t entries_count, ...)
{
    const char *words[SAY_ARGS_MAX + 1] = {NULL};
    struct finding *f;
    va_list args;

    if (l->ret->total++ < l->q->offset || l->ret->count == l->q->limit)
        return OK;
    va_start(args, entries_count);
    for (size_t i = 0; i < SAY_ARGS_MAX && (words[i] = va_arg(args, const char *)) != NULL; i++)
        ;
    va_end(args);
    f = &l->ret->items[l->ret->count++];
    *f = (struct finding){.record = r->id, .type = r->type, .rule = rule};
    err_say(&f->said, ERR_CONFLICT, text, words[0], words[1], words[2], words[3], NULL);
    for (size_t i = 0; i < entries_count; i++)
        add_entry(f, entries[i]);
    return OK;
}

/* --- going through ---------------------------------------------------------------------------- */

/* The campaign asked for, the draft that it was issued from and what was issued from it are one. */
static enum err
find_campaigns(struct look *l)
{
    struct record *campaign = NULL;
    enum err err = OK;

    if (l->q->campaign == 0)
        return OK;
    arena_init(&l->page, PAGE_ARENA_BYTES_MAX);
    err = look_record(l, l->q->campaign, &campaign);
    if (err == OK && campaign != NULL) {
        l->campaigns[0] = campaign->id;
        l->campaigns[1] = fact_reference(campaign, "draft");
        err = look_issued_from(l, campaign->id, &l->campaigns[2]);
    }
    arena_release(&l->page);
    return err;
}

enum err
look_is_asked_for(struct look *l, const struct record *r, bool *ret_asked)
{
    int64_t id = 0;
    enum err err = OK;

    *ret_asked = true;
    if (l->q->campaign == 0)
        return OK;
    err = look_campaign(l, r, &id);
    *ret_asked = id != 0 && (id == l->campaigns[0] || id == l->campaigns[1] || id == l->campaigns[2]);
    return err;
}

static enum err
look_at(struct look *l, const struct record *r)
{
    bool asked = true;
    enum err err = look_is_asked_for(l, r, &asked);

    for (size_t i = 0; err == OK && asked && i < finding_rules_count; i++) {
        const struct finding_rule *rule = &finding_rules[i];

        if (rule->type == r->type || (rule->type == 0 && !r->registry->system))
            err = rule->check(l, rule, r);
    }
    return err;
}

static enum err
look_at_type(struct look *l, unsigned type)
{
    struct state_query query = {.type = type, .limit = PAGE_RECORDS};
    size_t count = PAGE_RECORDS;
    enum err err = OK;

    while (err == OK && count == PAGE_RECORDS) {
        struct record **records = NULL;

        count = 0;
        arena_init(&l->page, PAGE_ARENA_BYTES_MAX);
        err = state_list(l->s, &query, &l->page, &records, &count, l->e);
        for (size_t i = 0; err == OK && i < count; i++)
            err = look_at(l, records[i]);
        if (err == OK && count > 0)
            query.after = records[count - 1]->id;
        arena_release(&l->page);
    }
    return err == OK ? pairs_of_type(l, type) : err;
}

static enum err
look_at_one(struct look *l)
{
    struct record *r = NULL;
    enum err err;

    arena_init(&l->page, PAGE_ARENA_BYTES_MAX);
    err = look_record(l, l->q->record, &r);
    if (err == OK && r != NULL && r->live && r->registry != NULL) {
        err = look_at(l, r);
        if (err == OK)
            err = pairs_of_record(l, r);
    }
    arena_release(&l->page);
    return err;
}

enum err
findings_list(struct store *s, const struct findings_question *q, struct arena *a,
              struct findings *ret_findings, struct error *e)
{
    struct findings found = {.count = 0};
    struct look l = {.s = s, .q = q, .kept = a, .ret = &found, .e = e};
    enum err err = space_list(s, a, &l.spaces, &l.spaces_count, e);

    if (err != OK)
        return err;
    found.items = arena_array(a, q->limit + 1, sizeof *found.items);
    l.known = mem_alloc(KNOWN_COUNT * sizeof *l.known);
    if (found.items == NULL || l.known == NULL)
        err = fact_no_memory(e);
    if (err == OK)
        err = find_campaigns(&l);
    if (err == OK && q->record != 0)
        err = look_at_one(&l);
    for (size_t i = 0; err == OK && q->record == 0 && i < registry_records_count; i++)
        if (q->type == 0 || q->type == registry_records[i]->type)
            err = look_at_type(&l, registry_records[i]->type);
    mem_free(l.known);
    if (err == OK)
        *ret_findings = found;
    return err;
}
