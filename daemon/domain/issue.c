/* Issuing: gather the plan's records, make them anew in the outer space, point what refers to the
 * drafts to them, delete the drafts. One batch, so a crash leaves either the draft or the issued
 * plan. */
#include "config.h"

#include "daemon/domain/issue.h"

#include <stdlib.h>
#include <string.h>

#include "daemon/domain/batch.h"
#include "daemon/domain/facts.h"
#include "daemon/store/log.h"

enum { ISSUE_ARENA_BYTES_MAX = 128 * 1024 * 1024 };

/* A record of the draft and the operation that makes it anew. */
struct moved {
    const struct record *draft;
    size_t op;
};

struct issue {
    const struct act *act;
    struct arena arena;
    struct batch batch;
    struct moved *moved; /* in the arena; parents before what hangs on them */
    size_t count;
    size_t room;
    struct moved *by_id; /* the same, sorted by the draft's id */
    struct space_row outer;
    struct error *e;
};

static bool
is_issued_state(int64_t state)
{
    const struct registry_field *f = registry_field_by_name(registry_by_type(RECORD_CAMPAIGN),
                                                            "state");
    const struct registry_choice *c = f != NULL ? registry_choice_by_number(f, state) : NULL;

    return c != NULL && strcmp(c->name, "draft") != 0 && strcmp(c->name, "withdrawn") != 0;
}

static enum err
is_inner_draft(struct store *s, const struct record *campaign, bool *ret_draft, struct error *e)
{
    const char *state = fact_choice(campaign, "state");
    struct space_row space;
    enum err err = space_get(s, campaign->space, &space, e);

    if (err == OK)
        *ret_draft = campaign->live && space.genesis.kind == SPACE_INNER
                     && (state == NULL || strcmp(state, "draft") == 0);
    return err;
}

bool
issue_needed(struct store *s, const struct record *campaign, int64_t state)
{
    bool draft = false;

    return campaign->type == RECORD_CAMPAIGN && is_issued_state(state)
           && is_inner_draft(s, campaign, &draft, NULL) == OK && draft;
}

/* --- gathering ------------------------------------------------------------------------------- */

static enum err
remember(struct issue *is, const struct record *draft)
{
    if (is->count == is->room) {
        size_t room = is->room > 0 ? 2 * is->room : 128;
        struct moved *moved = arena_array(&is->arena, room, sizeof *moved);

        if (moved == NULL)
            return err_set(is->e, ERR_NOMEM, "no memory to issue a plan");
        if (is->count > 0)
            memcpy(moved, is->moved, is->count * sizeof *moved);
        is->moved = moved;
        is->room = room;
    }
    is->moved[is->count++] = (struct moved){.draft = draft};
    return OK;
}

static enum err
refuse_conflict(struct issue *is, const struct record *r)
{
    char id[RECORD_ID_TEXT_BYTES];

    record_id_format(r->id, id);
    for (uint32_t i = 0; i < r->fields_count; i++) {
        const struct registry_field *f = r->registry != NULL
                                             ? registry_field_by_id(r->registry, r->fields[i].id)
                                             : NULL;

        if (r->fields[i].conflict)
            return err_say(
                is->e, ERR_CONFLICT,
                N_("“{1}” of {2} {3} has two values that two people wrote: choose one, then "
                   "issue the plan"),
                f != NULL ? f->name : "?", r->registry != NULL ? r->registry->name : "record", id,
                NULL);
    }
    if (r->life_conflict)
        return err_say(
            is->e, ERR_CONFLICT,
            N_("{1} {2} was deleted by one person and changed by another: settle that, then "
               "issue the plan"),
            r->registry != NULL ? r->registry->name : "record", id, NULL);
    return OK;
}

/* The records of the draft's space that hang on `parent`: those whose way to the campaign leads
 * over it. */
static enum err
gather_below(struct issue *is, const struct record *parent)
{
    enum err err = OK;

    for (size_t t = 0; err == OK && t < registry_records_count; t++) {
        const struct registry_record *type = registry_records[t];
        const struct registry_field *up = type->home == HOME_PLAN && type->plan_parent != 0
                                              ? registry_field_by_id(type, type->plan_parent)
                                              : NULL;
        struct record **records;
        size_t count = 0;

        if (up == NULL || (up->target != 0 && up->target != parent->type))
            continue;
        err = fact_list(is->act->s, &is->arena, type->type, up->name, parent->id, parent->space,
                        &records, &count, is->e);
        for (size_t i = 0; err == OK && i < count; i++) {
            err = refuse_conflict(is, records[i]);
            if (err == OK)
                err = remember(is, records[i]);
        }
    }
    return err;
}

static enum err
gather(struct issue *is, const struct record *campaign)
{
    enum err err = refuse_conflict(is, campaign);

    if (err == OK)
        err = remember(is, campaign);
    for (size_t i = 0; err == OK && i < is->count; i++)
        err = gather_below(is, is->moved[i].draft);
    return err;
}

/* --- making anew ----------------------------------------------------------------------------- */

static int
compare_moved(const void *left, const void *right)
{
    int64_t a = ((const struct moved *) left)->draft->id,
            b = ((const struct moved *) right)->draft->id;

    return a < b ? -1 : a > b;
}

static const struct moved *
find_moved(const struct issue *is, int64_t id)
{
    struct record key = {.id = id};
    struct moved wanted = {.draft = &key};

    return bsearch(&wanted, is->by_id, is->count, sizeof wanted, compare_moved);
}

/* Operation numbers are known before anything is written: record i of the list is operation i. */
static enum err
index_moved(struct issue *is)
{
    is->by_id = arena_array(&is->arena, is->count, sizeof *is->by_id);
    if (is->by_id == NULL)
        return err_set(is->e, ERR_NOMEM, "no memory to issue a plan");
    for (size_t i = 0; i < is->count; i++)
        is->moved[i].op = i;
    memcpy(is->by_id, is->moved, is->count * sizeof *is->by_id);
    qsort(is->by_id, is->count, sizeof *is->by_id, compare_moved);
    return OK;
}

/* A value with a reference to a draft turned to the record that replaces it. */
static struct value
turned(const struct issue *is, struct value v)
{
    const struct moved *m = v.kind == VALUE_REFERENCE ? find_moved(is, v.record) : NULL;

    if (m != NULL)
        v.record = BATCH_NEW(m->op);
    return v;
}

static void
copy_fields(struct issue *is, const struct record *r, unsigned except_a, unsigned except_b)
{
    for (uint32_t i = 0; i < r->fields_count; i++) {
        const struct record_field *f = &r->fields[i];
        struct value v = turned(is, f->value);

        if (f->value.kind != VALUE_NULL && f->id != except_a && f->id != except_b
            && registry_field_by_id(r->registry, f->id) != NULL)
            batch_value(&is->batch, f->id, &v);
    }
}

static void
make_anew(struct issue *is)
{
    const struct record *campaign = is->moved[0].draft;

    for (size_t i = 0; i < is->count; i++) {
        const struct record *r = is->moved[i].draft;

        batch_add(&is->batch, r->type, is->outer.id);
        if (i > 0) {
            copy_fields(is, r, 0, 0);
            continue;
        }
        copy_fields(is, campaign, fact_field(RECORD_CAMPAIGN, "state"),
                    fact_field(RECORD_CAMPAIGN, "draft"));
        batch_choice(&is->batch, "state", "issued");
        batch_reference(&is->batch, "draft", campaign->id);
    }
}

/* --- what refers to the drafts --------------------------------------------------------------- */

/* A record outside the plan names a draft. In a plain field it is changed; in a key, which is
 * immutable, the record is made anew under the new key. Append-only records keep naming the draft:
 * they are history, and the issued campaign's `draft` leads on. */
static void
turn_record(struct issue *is, const struct record *r, const struct registry_field *f)
{
    struct value v = turned(is, record_find(r, f->id)->value);

    if (r->registry->grow_only || (f->flags & (FIELD_SET_ONCE | FIELD_OWNER)) != 0
        || find_moved(is, r->id) != NULL)
        return;
    if ((f->flags & FIELD_KEY) == 0) {
        batch_set(&is->batch, r->id);
        batch_value(&is->batch, f->id, &v);
        return;
    }
    batch_add(&is->batch, r->type, r->space);
    copy_fields(is, r, 0, 0);
    batch_delete(&is->batch, r->id);
}

static enum err
turn_references(struct issue *is, const struct moved *m, const struct registry_record *type,
                const struct registry_field *f)
{
    struct record **records;
    size_t count = 0;
    enum err err = fact_list(is->act->s, &is->arena, type->type, f->name, m->draft->id, 0, &records,
                             &count, is->e);

    for (size_t i = 0; err == OK && i < count; i++)
        turn_record(is, records[i], f);
    return err;
}

/* Only indexed references are looked at: each is one search, and all that lead to a plan have an
 * index. */
static enum err
turn_all(struct issue *is)
{
    enum err err = OK;

    for (size_t t = 0; t < registry_records_count; t++) {
        const struct registry_record *type = registry_records[t];

        for (const struct registry_field *f = type->fields; f->id != 0; f++) {
            if (f->kind != VALUE_REFERENCE || !(f->flags & FIELD_INDEXED) || type->system)
                continue;
            for (size_t i = 0; err == OK && i < is->count; i++)
                if (f->target == 0 || f->target == is->moved[i].draft->type)
                    err = turn_references(is, &is->moved[i], type, f);
        }
    }
    return err;
}

/* Parents last, so that nothing hangs on what is gone. */
static void
delete_drafts(struct issue *is)
{
    for (size_t i = is->count; i > 0; i--)
        batch_delete(&is->batch, is->moved[i - 1].draft->id);
}

/* --- the whole ------------------------------------------------------------------------------- */

static enum err
read_draft(struct issue *is, int64_t campaign, struct record **ret_campaign)
{
    struct record *r;
    bool draft = false;
    const char *title;
    enum err err = state_get(is->act->s, campaign, &is->arena, &r, is->e);

    if (err != OK)
        return err;
    if (r->type != RECORD_CAMPAIGN)
        return err_say(is->e, ERR_USAGE, N_("only a campaign can be issued"), NULL);
    err = is_inner_draft(is->act->s, r, &draft, is->e);
    title = fact_text(r, "title");
    if (err == OK && !draft)
        return err_say(
            is->e, ERR_CONFLICT,
            N_("“{1}” is no draft: it was issued or deleted before, and is corrected by a new "
               "record"),
            title != NULL ? title : "?", NULL);
    *ret_campaign = r;
    return err;
}

static json_t *
make_answer(struct issue *is, int64_t campaign)
{
    const struct record *r = is->moved[0].draft;
    json_t *counts = json_object();

    for (size_t i = 0; counts != NULL && i < is->count; i++) {
        const char *name = is->moved[i].draft->registry->name;

        json_object_set_new(counts, name,
                            json_integer(json_integer_value(json_object_get(counts, name)) + 1));
    }
    return json_pack("{s:{s:o, s:o, s:o, s:s}, s:o, s:o}", "campaign", "id", fact_json_id(campaign),
                     "title", fact_json_field(r, "title"), "code", fact_json_field(r, "code"),
                     "state", "issued", "draft", fact_json_id(r->id), "counts", counts);
}

static enum err
run_issue(struct issue *is, int64_t campaign, int64_t *ret_campaign, json_t **ret_answer)
{
    struct record *draft = NULL;
    json_t *answer = NULL;
    int64_t issued;
    enum err err = read_draft(is, campaign, &draft);

    if (err == OK)
        err = space_own(is->act->s, SPACE_OUTER, &is->outer, is->e);
    if (err == OK)
        err = gather(is, draft);
    if (err == OK)
        err = index_moved(is);
    if (err == OK) {
        make_anew(is);
        err = turn_all(is);
    }
    if (err == OK) {
        delete_drafts(is);
        err = batch_submit(&is->batch, is->act, is->e);
    }
    if (err != OK)
        return err;
    issued = batch_record(&is->batch, 0);
    if (ret_answer != NULL && (answer = make_answer(is, issued)) == NULL)
        return fact_no_memory(is->e);
    if (ret_answer != NULL)
        *ret_answer = answer;
    if (ret_campaign != NULL)
        *ret_campaign = issued;
    return OK;
}

enum err
issue_campaign(const struct act *act, int64_t campaign, int64_t *ret_campaign, json_t **ret_answer,
               struct error *e)
{
    struct issue is = {.act = act, .e = e};
    enum err err;

    arena_init(&is.arena, ISSUE_ARENA_BYTES_MAX);
    batch_init(&is.batch, &is.arena);
    err = run_issue(&is, campaign, ret_campaign, ret_answer);
    arena_release(&is.arena);
    return err;
}
