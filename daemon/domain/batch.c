/* Collect operations, then submit them in as few changesets as they need. */
#include "config.h"

#include "daemon/domain/batch.h"

#include <string.h>

#include "protocol/limits.h"

enum {
    BATCH_ROOM_FIRST = 64,
    FIELDS_ROOM_FIRST = 8,
    /* Estimated bytes of one changeset: its canonical form is smaller than the estimate. */
    CHUNK_BYTES_MAX = CHANGESET_BYTES_MAX - 16 * 1024,
    OP_BYTES = 32,
    FIELD_BYTES = 24,
};

struct batch_op {
    enum submit_kind kind;
    unsigned type;
    int64_t record; /* local id, BATCH_NEW(k); once written the record itself */
    int64_t space;
    struct submit_field *fields;
    size_t fields_count;
    size_t fields_room;
    size_t bytes;
};

void
batch_init(struct batch *b, struct arena *a)
{
    *b = (struct batch){.a = a};
}

/* Twice the room, in the arena; what was there is copied. NULL sets the error. */
static void *
grow(struct batch *b, const void *items, size_t count, size_t *room, size_t first,
     size_t item_bytes)
{
    size_t larger = *room > 0 ? *room * 2 : first;
    void *copy = arena_array(b->a, larger, item_bytes);

    if (copy == NULL) {
        b->err = ERR_NOMEM;
        return NULL;
    }
    if (count > 0)
        memcpy(copy, items, count * item_bytes);
    *room = larger;
    return copy;
}

static size_t
begin(struct batch *b, struct batch_op op)
{
    if (b->err != OK)
        return 0;
    if (b->count == b->room) {
        struct batch_op *ops = grow(b, b->ops, b->count, &b->room, BATCH_ROOM_FIRST, sizeof *ops);

        if (ops == NULL)
            return 0;
        b->ops = ops;
    }
    op.bytes = OP_BYTES;
    b->ops[b->count] = op;
    return b->count++;
}

size_t
batch_add(struct batch *b, unsigned type, int64_t space)
{
    return begin(b, (struct batch_op){.kind = SUBMIT_ADD, .type = type, .space = space});
}

size_t
batch_set(struct batch *b, int64_t record)
{
    return begin(b, (struct batch_op){.kind = SUBMIT_SET, .record = record});
}

size_t
batch_delete(struct batch *b, int64_t record)
{
    return begin(b, (struct batch_op){.kind = SUBMIT_DELETE, .record = record});
}

void
batch_value(struct batch *b, unsigned field, const struct value *v)
{
    struct batch_op *op = b->count > 0 ? &b->ops[b->count - 1] : NULL;

    if (b->err != OK || op == NULL || field == 0)
        return;
    if (op->fields_count == op->fields_room) {
        struct submit_field *fields = grow(b, op->fields, op->fields_count, &op->fields_room,
                                           FIELDS_ROOM_FIRST, sizeof *fields);

        if (fields == NULL)
            return;
        op->fields = fields;
    }
    op->fields[op->fields_count++] = (struct submit_field){field, *v};
    op->bytes += FIELD_BYTES + v->size;
}

/* The field of the operation begun last; only for operations that add. */
static const struct registry_field *
field_by_name(const struct batch *b, const char *field)
{
    const struct registry_record *r = b->err == OK && b->count > 0
                                          ? registry_by_type(b->ops[b->count - 1].type)
                                          : NULL;

    return r != NULL ? registry_field_by_name(r, field) : NULL;
}

void
batch_text(struct batch *b, const char *field, const char *text)
{
    const struct registry_field *f = text != NULL ? field_by_name(b, field) : NULL;
    size_t size = text != NULL ? strlen(text) : 0, max;
    struct value v = {.kind = VALUE_TEXT};

    if (f == NULL || size == 0)
        return;
    max = f->max > 0 && f->max < TEXT_BYTES_MAX ? (size_t) f->max : TEXT_BYTES_MAX;
    if (size > max) {
        for (size = max; size > 0 && ((unsigned char) text[size] & 0xC0) == 0x80;)
            size--;
        b->cut_count++;
    }
    v.bytes = (const uint8_t *) arena_text(b->a, text, size);
    v.size = size;
    if (v.bytes == NULL)
        b->err = ERR_NOMEM;
    batch_value(b, f->id, &v);
}

void
batch_integer(struct batch *b, const char *field, int64_t integer)
{
    const struct registry_field *f = field_by_name(b, field);
    struct value v = {.kind = VALUE_INTEGER, .integer = integer};

    if (f != NULL)
        batch_value(b, f->id, &v);
}

void
batch_choice(struct batch *b, const char *field, const char *choice)
{
    const struct registry_field *f = choice != NULL ? field_by_name(b, field) : NULL;
    const struct registry_choice *c = f != NULL && f->choices != NULL
                                          ? registry_choice_by_name(f, choice)
                                          : NULL;

    if (c != NULL)
        batch_integer(b, field, c->number);
}

void
batch_date(struct batch *b, const char *field, const char *text, struct error *e)
{
    const struct registry_field *f = text != NULL ? field_by_name(b, field) : NULL;
    struct value v = {.kind = VALUE_DATE};

    if (f == NULL)
        return;
    b->err = date_parse(text, &v.date, e);
    batch_value(b, f->id, &v);
}

void
batch_reference(struct batch *b, const char *field, int64_t record)
{
    const struct registry_field *f = record != 0 ? field_by_name(b, field) : NULL;
    struct value v = {.kind = VALUE_REFERENCE, .record = record};

    if (f != NULL)
        batch_value(b, f->id, &v);
}

/* Move references that point forward into operations of their own behind all others: submit() takes
 * only references to what came before. */
static void
postpone_forward(struct batch *b)
{
    size_t count = b->count;

    for (size_t i = 0; i < count && b->err == OK; i++) {
        for (size_t k = 0; k < b->ops[i].fields_count;) {
            struct submit_field f = b->ops[i].fields[k];

            if (f.value.kind != VALUE_REFERENCE || f.value.record >= 0
                || (size_t) (-1 - f.value.record) < i) {
                k++;
                continue;
            }
            b->ops[i].fields[k] = b->ops[i].fields[--b->ops[i].fields_count];
            batch_set(b, BATCH_NEW(i));
            batch_value(b, f.id, &f.value);
        }
    }
}

/* A reference inside the batch, as the chunk that begins at `first` names it. */
static int64_t
reference_in_chunk(const struct batch *b, int64_t record, size_t first)
{
    size_t made = (size_t) (-1 - record);

    if (record >= 0)
        return record;
    return made < first ? b->ops[made].record : SUBMIT_NEW(made - first);
}

static enum err
submit_chunk(struct batch *b, size_t first, size_t count, const struct act *act, struct error *e)
{
    struct submit_op *ops = arena_array(b->a, count, sizeof *ops);
    struct submit_request request = {.ops = ops,
                                     .ops_count = count,
                                     .operator= act->operator,
                                     .random_epoch = act->random_epoch };
    enum err err;

    if (ops == NULL)
        return err_set(e, ERR_NOMEM, "no memory for %zu operations", count);
    for (size_t i = 0; i < count; i++) {
        struct batch_op *op = &b->ops[first + i];

        for (size_t k = 0; k < op->fields_count; k++)
            if (op->fields[k].value.kind == VALUE_REFERENCE)
                op->fields[k].value.record = reference_in_chunk(b, op->fields[k].value.record,
                                                                first);
        ops[i] = (struct submit_op){.kind = op->kind,
                                    .type = op->type,
                                    .space = op->space,
                                    .record = reference_in_chunk(b, op->record, first),
                                    .fields = op->fields,
                                    .fields_count = op->fields_count};
    }
    err = submit(act->s, act->me, &request, act->now_s, e);
    for (size_t i = 0; err == OK && i < count; i++)
        b->ops[first + i].record = ops[i].ret_record;
    b->changesets_count++;
    return err;
}

enum err
batch_submit(struct batch *b, const struct act *act, struct error *e)
{
    size_t first = 0;

    if (b->err == OK)
        postpone_forward(b);
    if (b->err == ERR_NOMEM)
        return err_set(e, ERR_NOMEM, "no memory for a batch of %zu records", b->count);
    while (b->err == OK && first < b->count) {
        size_t count = 0, bytes = 0;

        while (first + count < b->count && count < CHANGE_OPS_MAX
               && (count == 0 || bytes + b->ops[first + count].bytes <= CHUNK_BYTES_MAX))
            bytes += b->ops[first + count++].bytes;
        b->err = submit_chunk(b, first, count, act, e);
        first += count;
    }
    return b->err;
}

int64_t
batch_record(const struct batch *b, size_t op)
{
    return op < b->count ? b->ops[op].record : 0;
}
