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

/* Where a value was written, and whose entry writes it now: two, when it is brought along. */
struct source {
    struct op_name from;
    uint32_t log;
    uint64_t seq;
};

static void
add_write(struct collector *c, const struct hash *record, unsigned type, unsigned field, struct source source,
          const struct value *value)
{
    struct write *w;

    /* Within an entry the last word on a field is the entry's word. */
    for (size_t i = c->count; i > 0 && c->writes[i - 1].log == source.log && c->writes[i - 1].seq == source.seq; i--) {
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
    *w = (struct write){.record = *record, .type = type, .field = field, .log = source.log, .seq = source.seq,
                        .entry = archive_entry(c->ar, source.log, source.seq), .value = *value};
    if (value->kind == VALUE_REFERENCE) {
        struct op_name name;

        if (!archive_resolve(c->ar, source.from.log, source.from.seq, value->ref, &name))
            abort();
        w->foreign = c->ar->logs[name.log].space != c->space;
        archive_record_name(c->ar, name, &w->reference);
    }
}

static void
add_fields(struct collector *c, const struct hash *record, const struct registry_record *registry,
           struct source source, const struct change_field *fields, uint32_t count, unsigned without, unsigned only)
{
    struct op_name name;

    for (uint32_t i = 0; i < count; i++) {
        const struct registry_field *f = registry_field_by_id(registry, fields[i].id);

        if (f == NULL || (fields[i].value.kind != f->kind && fields[i].value.kind != VALUE_NULL))
            continue;
        if ((f->flags & without) || (only != 0 && !(f->flags & only)))
            continue;
        if (only != 0 && fields[i].value.kind == VALUE_REFERENCE &&
            !archive_resolve(c->ar, source.from.log, source.from.seq, fields[i].value.ref, &name))
            continue; /* what does not count may name what its author had not seen */
        add_write(c, record, registry->type, f->id, source, &fields[i].value);
    }
}

/* A write through an operation of an entry that does not count brings along what that one gives. */
static void
bring_along(struct collector *c, const struct hash *record, const struct registry_record *registry,
            struct source source, const struct change_op *made)
{
    add_fields(c, record, registry, source, made->keys, made->keys_count, 0, FIELD_KEY | FIELD_OWNER);
    add_fields(c, record, registry, source, made->fields, made->fields_count, 0, FIELD_KEY | FIELD_OWNER);
}

static void
add_op(struct collector *c, uint32_t log, uint64_t seq, uint32_t index, const struct change_op *op)
{
    const struct registry_record *registry = registry_by_type(op->type);
    const struct value life = {.kind = VALUE_INTEGER, .integer = op->kind != CHANGE_DELETE};
    struct op_name at = {log, seq, index};
    struct source own = {at, log, seq}, lent = own;
    const struct change_op *made = op;
    struct hash record;

    if (registry == NULL)
        return;
    if (!change_introduces(op)) {
        archive_resolve(c->ar, log, seq, op->target, &at);
        made = archive_maker(c->ar, at, &lent.from);
        if (made == NULL || made->type != op->type || registry->grow_only)
            return;
    } else if (op->kind == CHANGE_RESTATE) {
        struct op_name by;

        archive_resolve(c->ar, log, seq, op->target, &at);
        if (archive_restatement(c->ar, at, &by) == NULL || by.log != log || by.seq != seq || by.index != index)
            return; /* another restatement holds */
    }
    if (op->kind == CHANGE_RESTATE && op->keys_count > 0)
        archive_key_record(c->ar, own.from, op, &record);
    else
        archive_record_name(c->ar, at, &record);
    if (!change_introduces(op) && (at.log != log || at.seq != seq) && !archive_entry(c->ar, at.log, at.seq)->counts)
        bring_along(c, &record, registry, lent, made);
    add_write(c, &record, op->type, 0, own, &life);
    if (change_introduces(op)) {
        add_fields(c, &record, registry, own, op->keys, op->keys_count, 0, 0);
        add_fields(c, &record, registry, own, op->fields, op->fields_count, 0, 0);
    } else if (op->kind == CHANGE_PUT) {
        add_fields(c, &record, registry, own, op->fields, op->fields_count,
                   FIELD_KEY | FIELD_OWNER | FIELD_SET_ONCE, 0);
    }
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
