/* Records by definition. No incremental step anywhere: all writes are collected, then each is held
 * against every other one of its field. */
#include "config.h"

#include "tests/sim/records.h"

#include <stdlib.h>
#include <string.h>

struct collector {
    const struct archive *ar;
    uint32_t space;
    struct arena *a;
    struct write *writes;
    size_t count;
    size_t capacity;
};

static void
add_write(struct collector *c, const struct hash *record, unsigned type, unsigned field, uint32_t log,
          uint64_t seq, const struct value *value)
{
    struct write *w;

    /* Within an entry the last word on a field is the entry's word. */
    for (size_t i = c->count; i > 0 && c->writes[i - 1].log == log && c->writes[i - 1].seq == seq; i--) {
        w = &c->writes[i - 1];
        if (w->field == field && hash_equal(&w->record, record))
            goto fill;
    }
    if (c->count == c->capacity) {
        struct write *more = arena_array(c->a, 2 * c->capacity + 256, sizeof *more);

        if (more == NULL)
            abort();
        if (c->count > 0)
            memcpy(more, c->writes, c->count * sizeof *more);
        c->writes = more;
        c->capacity = 2 * c->capacity + 256;
    }
    w = &c->writes[c->count++];
fill:
    *w = (struct write){.record = *record, .type = type, .field = field, .log = log, .seq = seq,
                        .entry = archive_entry(c->ar, log, seq), .value = *value};
    if (value->kind == VALUE_REFERENCE) {
        struct op_name name;

        if (!archive_resolve(c->ar, log, seq, value->ref, &name))
            abort(); /* such an entry does not count */
        w->foreign = c->ar->logs[name.log].space != c->space;
        archive_record_name(c->ar, ARCHIVE_SPACES_MAX, name, &w->reference);
    }
}

static void
add_fields(struct collector *c, const struct hash *record, const struct registry_record *registry,
           uint32_t log, uint64_t seq, const struct change_field *fields, uint32_t count, bool introduces)
{
    for (uint32_t i = 0; i < count; i++) {
        const struct registry_field *f = registry_field_by_id(registry, fields[i].id);

        if (f == NULL || (fields[i].value.kind != f->kind && fields[i].value.kind != VALUE_NULL))
            continue;
        if (!introduces && (f->flags & (FIELD_KEY | FIELD_OWNER | FIELD_SET_ONCE)))
            continue;
        add_write(c, record, registry->type, f->id, log, seq, &fields[i].value);
    }
}

static void
add_op(struct collector *c, uint32_t log, uint64_t seq, uint32_t index, const struct change_op *op)
{
    const struct registry_record *registry = registry_by_type(op->type);
    const struct value life = {.kind = VALUE_INTEGER, .integer = op->kind != CHANGE_DELETE};
    bool introduces = op->kind == CHANGE_PUT_NEW || op->kind == CHANGE_PUT_KEYED;
    struct op_name at = {log, seq, index};
    struct hash record;

    if (registry == NULL)
        return;
    if (!introduces) {
        const struct change_op *made;

        if (!archive_resolve(c->ar, log, seq, op->target, &at))
            abort();
        made = archive_op(c->ar, at);
        if (made == NULL || made->type != op->type || c->ar->logs[at.log].space != c->space ||
            !archive_entry(c->ar, at.log, at.seq)->counts || registry->grow_only ||
            (made->kind != CHANGE_PUT_NEW && made->kind != CHANGE_PUT_KEYED))
            return;
    }
    archive_record_name(c->ar, c->space, at, &record);
    add_write(c, &record, op->type, 0, log, seq, &life);
    if (op->kind == CHANGE_PUT_KEYED)
        add_fields(c, &record, registry, log, seq, op->keys, op->keys_count, true);
    if (op->kind != CHANGE_DELETE)
        add_fields(c, &record, registry, log, seq, op->fields, op->fields_count, introduces);
}

static int
compare(const void *x, const void *y)
{
    const struct write *a = x, *b = y;
    int order = b->stands - a->stands;

    if (order == 0)
        order = hash_compare(&a->record, &b->record);
    if (order == 0)
        order = (a->field > b->field) - (a->field < b->field);
    if (order == 0)
        order = (a->log > b->log) - (a->log < b->log);
    return order != 0 ? order : (a->seq > b->seq) - (a->seq < b->seq);
}

static bool
same_field(const struct write *x, const struct write *y)
{
    return x->field == y->field && hash_equal(&x->record, &y->record);
}

/* Writes of one field, which stand together: which are in nobody's past, and which one is shown. */
static void
judge_field(const struct archive *ar, struct write *writes, size_t count)
{
    struct write *shown = NULL;

    for (size_t i = 0; i < count; i++) {
        struct write *w = &writes[i];

        w->stands = true;
        for (size_t k = 0; k < count; k++)
            if (k != i && archive_sees(ar, writes[k].log, writes[k].seq, w->log, w->seq))
                w->stands = false;
        if (w->stands && (shown == NULL || w->entry->wall_s > shown->entry->wall_s ||
                          (w->entry->wall_s == shown->entry->wall_s &&
                           hash_compare(&w->entry->hash, &shown->entry->hash) > 0)))
            shown = w;
    }
    shown->displayed = true;
}

void
records_of(const struct archive *ar, uint32_t space, struct arena *a, struct records *ret_records)
{
    struct collector c = {.ar = ar, .space = space, .a = a};
    struct records r = {0};

    for (uint32_t log = 0; log < ar->logs_count; log++)
        for (uint64_t seq = 1; ar->logs[log].space == space && seq <= ar->logs[log].count; seq++) {
            const struct archive_entry *entry = archive_entry(ar, log, seq);

            for (uint32_t i = 0; entry->counts && i < entry->body.ops_count; i++)
                add_op(&c, log, seq, i, &entry->body.ops[i]);
        }
    if (c.count > 0)
        qsort(c.writes, c.count, sizeof c.writes[0], compare);
    for (size_t i = 0, end; i < c.count; i = end) {
        for (end = i + 1; end < c.count && same_field(&c.writes[i], &c.writes[end]); end++)
            ;
        judge_field(ar, &c.writes[i], end - i);
        r.records_count += c.writes[i].field == 0;
    }
    if (c.count > 0)
        qsort(c.writes, c.count, sizeof c.writes[0], compare);
    r.writes = c.writes;
    while (r.count < c.count && c.writes[r.count].stands)
        r.count++;
    *ret_records = r;
}

const struct write *
records_find(const struct records *r, const struct hash *record, unsigned field, size_t *ret_count)
{
    struct write wanted = {.record = *record, .field = field, .stands = true};
    size_t low = 0, high = r->count, end;

    while (low < high) {
        size_t middle = (low + high) / 2;

        if (compare(&r->writes[middle], &wanted) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    for (end = low; end < r->count && same_field(&r->writes[end], &wanted); end++)
        ;
    *ret_count = end - low;
    return &r->writes[low];
}

bool
write_same(const struct write *x, const struct write *y)
{
    if (x->value.kind == VALUE_REFERENCE && y->value.kind == VALUE_REFERENCE)
        return hash_equal(&x->reference, &y->reference);
    return value_equal(&x->value, &y->value);
}
