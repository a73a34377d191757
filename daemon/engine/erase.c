/* Erasure, on the side of who writes it: one entry that names the bodies to be dropped, introduces again the records
 * that they introduced, and repeats what of them still stands and is not to go. */
#include "config.h"

#include "daemon/engine/erase.h"

#include <string.h>

#include "daemon/engine/merge.h"
#include "daemon/engine/system_fields.h"
#include "daemon/engine/trust.h"

enum { ERASE_ARENA_BYTES_MAX = 256 * CHANGESET_BYTES_MAX };

struct work {
    struct store *s;
    struct arena *a;
    const struct record *subject;    /* whose personal data goes */
    const char *reason;
    struct submit_op *ops;           /* in the arena; CHANGE_OPS_MAX */
    struct submit_field **fields;    /* in the arena; of each operation */
    size_t ops_count;
    int64_t *done;                   /* in the arena: records that were repeated */
    size_t done_count;
};

/* An entry that holds some of the data. */
struct body {
    struct stamp stamp;
    struct log_row log;
    struct change_body content;
};

static enum err
add_op(struct work *w, struct submit_op op, size_t fields_max, struct submit_op **ret_op, struct error *e)
{
    struct submit_field *fields = arena_array(w->a, fields_max, sizeof *fields);

    if (w->ops_count == CHANGE_OPS_MAX)
        return err_say(e, ERR_LIMIT, N_("one change holds 1 to 4096 records: split it"), NULL);
    if (fields == NULL && fields_max > 0)
        return err_set(e, ERR_NOMEM, "erasure: no memory");
    op.fields = w->fields[w->ops_count] = fields;
    w->ops[w->ops_count] = op;
    *ret_op = &w->ops[w->ops_count++];
    return OK;
}

/* The fields of an operation while it is made. */
static void
put_field(struct work *w, struct submit_op *op, unsigned id, const struct value *v)
{
    w->fields[op - w->ops][op->fields_count++] = (struct submit_field){id, *v};
}

/* The record that an operation of the body writes, and the place that it gives to one that it introduces. */
static enum err
record_of(struct work *w, const struct body *b, uint32_t index, int64_t *ret_place, int64_t *ret_record,
          struct error *e)
{
    const struct change_op *op = &b->content.ops[index];
    int64_t space;
    enum err err = OK;

    *ret_place = record_id(b->log.id, b->stamp.seq, index);
    if (op->kind != CHANGE_PUT_NEW && op->kind != CHANGE_PUT_KEYED)
        err = merge_resolve_place(w->s, &b->log, b->stamp.seq, op->target, ret_place, &space, e);
    if (err == OK)
        err = state_alias_get(w->s, *ret_place, ret_record, e);
    if (err == ERR_NOT_FOUND) {
        *ret_record = *ret_place;
        err = OK;
    }
    return err;
}

static bool
is_of(const struct stamp *stamp, const struct body *b)
{
    return stamp->log == b->stamp.log && stamp->seq == b->stamp.seq;
}

/* Append the fields of a record that stand by this body and stay; of an introduction the keys too. */
static void
put_standing(struct work *w, const struct body *b, const struct record *r, bool introduces, struct submit_op *op)
{
    for (uint32_t i = 0; i < r->fields_count; i++) {
        const struct record_field *f = &r->fields[i];
        const struct registry_field *registered = registry_field_by_id(r->registry, f->id);
        bool is_key = (registered->flags & FIELD_KEY) != 0;
        bool is_fixed = (registered->flags & (FIELD_KEY | FIELD_OWNER | FIELD_SET_ONCE)) != 0;
        bool goes = r->id == w->subject->id && (registered->flags & FIELD_PERSONAL);

        if (f->value.kind == VALUE_NULL || goes || (is_fixed && !introduces))
            continue;
        if (is_of(&f->stamp, b) || (introduces && is_key))
            put_field(w, op, f->id, &f->value);
    }
}

static bool
is_done(struct work *w, int64_t record)
{
    for (size_t i = 0; i < w->done_count; i++)
        if (w->done[i] == record)
            return true;
    w->done[w->done_count++] = record;
    return false;
}

/* Say again what one operation of the body did. */
static enum err
repeat_op(struct work *w, const struct body *b, uint32_t index, struct error *e)
{
    const struct change_op *op = &b->content.ops[index];
    bool introduces = change_introduces(op);
    int64_t place, id;
    struct record *r;
    struct submit_op *out;
    enum err err = record_of(w, b, index, &place, &id, e);

    if (err == OK)
        err = state_get(w->s, id, w->a, &r, e);
    if (err == ERR_NOT_FOUND)
        return OK; /* it had no effect */
    if (err == OK && r->several)
        return err_say(e, ERR_CONFLICT,
                       N_("values stand beside each other in a record that was written together with this one: "
                          "settle them first (thidua conflicts)"),
                       NULL);
    if (err != OK || (!introduces && is_done(w, r->id)))
        return err;
    err = add_op(w,
                 introduces ? (struct submit_op){.kind = SUBMIT_RESTATE, .type = r->type, .record = place,
                                                 .space = r->space}
                            : (struct submit_op){.kind = SUBMIT_SET, .record = r->id, .restores = true},
                 r->fields_count, &out, e);
    if (err != OK)
        return err;
    put_standing(w, b, r, introduces, out);
    if (introduces)
        (void) is_done(w, r->id);
    else if (out->fields_count == 0 && !is_of(&r->life_stamp, b))
        w->ops_count--; /* nothing of it stands any more */
    if (!r->live && w->ops_count > 0 && &w->ops[w->ops_count - 1] == out)
        err = add_op(w, (struct submit_op){.kind = SUBMIT_DELETE, .record = r->id}, 0, &out, e);
    return err;
}

/* What this version does not know it could not say again. */
static enum err
check_body(const struct body *b, struct error *e)
{
    for (uint32_t i = 0; i < b->content.ops_count; i++) {
        const struct change_op *op = &b->content.ops[i];
        const struct registry_record *registry = registry_by_type(op->type);
        bool known = registry != NULL;

        if (trust_is_type(op->type) || op->type == RECORD_ERASURE)
            return err_say(e, ERR_UNSUPPORTED,
                           N_("the data were written together with a right; that entry cannot be erased"), NULL);
        for (uint32_t k = 0; known && k < op->fields_count; k++)
            known = registry_field_by_id(registry, op->fields[k].id) != NULL;
        if (!known)
            return err_say(e, ERR_UNSUPPORTED,
                           N_("the data were written together with something that this version does not know: "
                              "install the later release, then erase"),
                           NULL);
    }
    return OK;
}

static enum err
erase_body(struct work *w, const struct body *b, struct error *e)
{
    const struct value entry = {.kind = VALUE_REFERENCE, .record = record_id(b->log.id, b->stamp.seq, 0)};
    struct submit_op *op;
    enum err err = check_body(b, e);

    if (err == OK)
        err = add_op(w, (struct submit_op){.kind = SUBMIT_ADD, .type = RECORD_ERASURE, .space = w->subject->space},
                     2, &op, e);
    if (err != OK)
        return err;
    put_field(w, op, ERASURE_ENTRY, &entry);
    if (w->reason != NULL)
        put_field(w, op, ERASURE_REASON,
                  &(struct value){.kind = VALUE_TEXT, .bytes = (const uint8_t *) w->reason,
                                  .size = strlen(w->reason)});
    for (uint32_t i = 0; err == OK && i < b->content.ops_count; i++)
        err = repeat_op(w, b, i, e);
    return err;
}

/* Whether an operation holds a personal field of the subject. */
static enum err
holds_data(struct work *w, const struct body *b, uint32_t index, bool *ret_holds, struct error *e)
{
    const struct change_op *op = &b->content.ops[index];
    int64_t place, id;
    enum err err = record_of(w, b, index, &place, &id, e);

    for (uint32_t i = 0; err == OK && id == w->subject->id && i < op->fields_count; i++) {
        const struct registry_field *f = registry_field_by_id(w->subject->registry, op->fields[i].id);

        if (f != NULL && (f->flags & FIELD_PERSONAL) && op->fields[i].value.kind != VALUE_NULL)
            *ret_holds = true;
    }
    return err;
}

static enum err
look_at(struct work *w, struct stamp stamp, uint64_t *ret_bodies, struct error *e)
{
    struct body b = {.stamp = stamp};
    struct entry_row row;
    struct verified_entry entry;
    bool holds = false;
    enum err err = entry_get(w->s, stamp.log, stamp.seq, w->a, &row, e);

    if (err == OK)
        err = log_get(w->s, stamp.log, &b.log, e);
    if (err == OK)
        err = item_decode(row.item, row.item_size, w->a, &entry, e);
    if (err != OK || entry.body == NULL)
        return err;
    err = change_decode_body(entry.body, entry.body_size, entry.header.version, w->a, &b.content, e);
    if (err == ERR_FORMAT || err == ERR_UNSUPPORTED)
        return OK; /* it has written nothing */
    for (uint32_t i = 0; err == OK && i < b.content.ops_count; i++)
        err = holds_data(w, &b, i, &holds, e);
    if (err != OK || !holds)
        return err;
    ++*ret_bodies;
    return erase_body(w, &b, e);
}

static bool
has_personal(const struct registry_record *registry)
{
    for (const struct registry_field *f = registry->fields; f->id != 0; f++)
        if (f->flags & FIELD_PERSONAL)
            return true;
    return false;
}

static enum err
prepare(struct work *w, const struct erase_request *request, struct record **ret_subject, struct error *e)
{
    enum err err = state_get(w->s, request->record, w->a, ret_subject, e);

    if (err == ERR_NOT_FOUND)
        return err_say(e, err, N_("there is no such record: list the records to find it"), NULL);
    if (err == OK && !has_personal((*ret_subject)->registry))
        return err_say(e, ERR_USAGE, N_("records “{1}” hold no personal data"), (*ret_subject)->registry->name,
                       NULL);
    w->ops = arena_array(w->a, CHANGE_OPS_MAX, sizeof *w->ops);
    w->fields = arena_array(w->a, CHANGE_OPS_MAX, sizeof *w->fields);
    w->done = arena_array(w->a, CHANGE_OPS_MAX * 2, sizeof *w->done);
    if (err == OK && (w->ops == NULL || w->fields == NULL || w->done == NULL))
        err = err_set(e, ERR_NOMEM, "erasure: no memory");
    w->subject = err == OK ? *ret_subject : NULL;
    return err;
}

enum err
erase_record(struct store *s, const struct identity *me, const struct erase_request *request, int64_t now_s,
             uint64_t *ret_bodies, struct error *e)
{
    struct arena a;
    struct work w = {.s = s, .a = &a, .reason = request->reason};
    struct submit_request submitted = {.operator = request->operator, .system = true,
                                       .random_epoch = request->random_epoch};
    struct record *subject;
    struct touch_row *touches;
    size_t count = 0;
    uint64_t bodies = 0;
    enum err err;

    arena_init(&a, ERASE_ARENA_BYTES_MAX);
    err = prepare(&w, request, &subject, e);
    if (err == OK)
        err = state_touches(s, subject->id, &a, &touches, &count, e);
    for (size_t i = 0; err == OK && i < count; i++)
        err = look_at(&w, touches[i].stamp, &bodies, e);
    if (err == OK && bodies == 0)
        err = err_say(e, ERR_NOT_FOUND, N_("it holds no personal data (any more)"), NULL);
    submitted.ops = w.ops;
    submitted.ops_count = w.ops_count;
    if (err == OK)
        err = submit(s, me, &submitted, now_s, e);
    if (err == OK)
        err = local_name_drop(s, subject->id, e);
    arena_release(&a);
    if (err == OK)
        *ret_bodies = bodies;
    return err;
}
