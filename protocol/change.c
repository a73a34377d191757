/* Changesets in canonical bytes. An operation is
 *     varint(type << 3 | kind), [target], [key fields], fields
 * and a list of fields is a count, then for each varint(step of id << 4 | kind of value) and the value. */
#include "config.h"

#include "protocol/change.h"

#include <assert.h>

enum { VERSION_SHIFT = 4, FLAGS_MASK = 15, OP_SHIFT = 3, OP_MASK = 7, FIELD_SHIFT = 4, FIELD_MASK = 15 };

static void
encode_ref(struct buf *b, const struct short_ref *ref)
{
    struct value v = {.kind = VALUE_REFERENCE, .ref = *ref};

    value_encode(b, &v);
}

static struct short_ref
decode_ref(struct wire *w)
{
    struct value v;

    value_decode(w, VALUE_REFERENCE, &v);
    return v.ref;
}

/* --- header ---------------------------------------------------------------------------------- */

static void
encode_epoch(struct buf *b, uint64_t epoch)
{
    uint8_t bytes[8];

    for (int i = 0; i < 8; i++)
        bytes[i] = (uint8_t) (epoch >> (8 * i));
    buf_append(b, bytes, sizeof bytes);
}

static uint64_t
decode_epoch(struct wire *w)
{
    uint8_t bytes[8];
    uint64_t epoch = 0;

    wire_copy(w, bytes, sizeof bytes);
    for (int i = 0; i < 8; i++)
        epoch |= (uint64_t) bytes[i] << (8 * i);
    return epoch;
}

void
change_encode_header(struct buf *b, const struct change_header *h)
{
    uint32_t last = 0;

    assert(((h->flags & CHANGE_INTRODUCES) != 0) == (h->intros_count > 0));
    assert(((h->flags & CHANGE_SEES) != 0) == (h->seen_count > 0));
    wire_put_uint(b, (uint64_t) h->version << VERSION_SHIFT | h->flags);
    wire_put_int(b, h->wall_step_s);
    if (h->flags & CHANGE_OPERATOR)
        encode_ref(b, &h->operator);
    if (h->intros_count > 0)
        wire_put_uint(b, h->intros_count);
    for (uint32_t i = 0; i < h->intros_count; i++) {
        wire_put_u8(b, h->intros[i].foreign);
        if (h->intros[i].foreign)
            buf_append(b, h->intros[i].space, SPACE_BYTES);
        buf_append(b, h->intros[i].device, DEVICE_BYTES);
        encode_epoch(b, h->intros[i].epoch);
    }
    if (h->seen_count > 0)
        wire_put_uint(b, h->seen_count);
    for (uint32_t i = 0; i < h->seen_count; i++) {
        assert(h->seen[i].log > last);
        wire_put_uint(b, h->seen[i].log - last);
        wire_put_uint(b, h->seen[i].step);
        buf_append(b, h->seen[i].hash, SEEN_HASH_BYTES);
        last = h->seen[i].log;
    }
}

static enum err
decode_intros(struct wire *w, struct arena *a, struct change_header *h)
{
    struct change_intro *intros;

    h->intros_count = (uint32_t) wire_uint_max(w, CHANGE_SEEN_MAX);
    if (w->err != OK || h->intros_count == 0 || h->intros_count > wire_left(w) / (DEVICE_BYTES + 9))
        return wire_fail(w);
    intros = arena_array(a, h->intros_count, sizeof *intros);
    if (intros == NULL)
        return ERR_NOMEM;
    for (uint32_t i = 0; i < h->intros_count; i++) {
        uint8_t kind = wire_u8(w);

        if (kind > 1)
            return wire_fail(w);
        intros[i].foreign = kind == 1;
        if (kind == 1)
            wire_copy(w, intros[i].space, SPACE_BYTES);
        wire_copy(w, intros[i].device, DEVICE_BYTES);
        intros[i].epoch = decode_epoch(w);
    }
    h->intros = intros;
    return w->err;
}

static enum err
decode_seen(struct wire *w, struct arena *a, struct change_header *h)
{
    struct change_seen *seen;
    uint32_t last = 0;

    h->seen_count = (uint32_t) wire_uint_max(w, CHANGE_SEEN_MAX);
    if (w->err != OK || h->seen_count == 0 || h->seen_count > wire_left(w) / (SEEN_HASH_BYTES + 2))
        return wire_fail(w);
    seen = arena_array(a, h->seen_count, sizeof *seen);
    if (seen == NULL)
        return ERR_NOMEM;
    for (uint32_t i = 0; i < h->seen_count; i++) {
        uint64_t step = wire_uint_max(w, CHANGE_LOGS_MAX - 1 - last);

        seen[i].step = wire_uint_max(w, ENTRY_SEQ_MAX);
        wire_copy(w, seen[i].hash, SEEN_HASH_BYTES);
        if (step == 0 || seen[i].step == 0)
            return wire_fail(w);
        last += (uint32_t) step;
        seen[i].log = last;
    }
    h->seen = seen;
    return w->err;
}

enum err
change_decode_header(struct wire *w, struct arena *a, struct change_header *ret_header,
                     struct error *e)
{
    struct change_header h = {0};
    uint64_t first = wire_uint_max(w, UINT16_MAX);
    enum err err = w->err;

    h.version = (unsigned) (first >> VERSION_SHIFT);
    h.flags = (unsigned) (first & FLAGS_MASK);
    h.wall_step_s = wire_int(w);
    if (h.version == 0)
        err = wire_fail(w);
    if (h.flags & CHANGE_OPERATOR)
        h.operator = decode_ref(w);
    if (err == OK && (h.flags & CHANGE_INTRODUCES))
        err = decode_intros(w, a, &h);
    if (err == OK && (h.flags & CHANGE_SEES))
        err = decode_seen(w, a, &h);
    if (err == OK)
        err = w->err;
    if (err != OK)
        return err_set(e, err, "entry header: %s",
                       err == ERR_NOMEM ? "more lists than the arena holds" : "not canonical");
    *ret_header = h;
    return OK;
}

/* --- body ------------------------------------------------------------------------------------ */

static void
encode_fields(struct buf *b, const struct change_field *fields, uint32_t count)
{
    unsigned last = 0;

    wire_put_uint(b, count);
    for (uint32_t i = 0; i < count; i++) {
        assert(fields[i].id > last);
        wire_put_uint(b, (uint64_t) (fields[i].id - last) << FIELD_SHIFT | fields[i].value.kind);
        value_encode(b, &fields[i].value);
        last = fields[i].id;
    }
}

static bool
has_target(enum change_op_kind kind)
{
    return kind == CHANGE_PUT || kind == CHANGE_DELETE || kind == CHANGE_RESTATE;
}

void
change_encode_body(struct buf *b, const struct change_body *body)
{
    wire_put_uint(b, body->ops_count);
    for (uint32_t i = 0; i < body->ops_count; i++) {
        const struct change_op *op = &body->ops[i];

        wire_put_uint(b, (uint64_t) op->type << OP_SHIFT | op->kind);
        if (has_target(op->kind))
            encode_ref(b, &op->target);
        if (op->kind == CHANGE_RESTATE)
            wire_put_u8(b, op->keys_count > 0);
        if (op->keys_count > 0)
            encode_fields(b, op->keys, op->keys_count);
        if (op->kind != CHANGE_DELETE)
            encode_fields(b, op->fields, op->fields_count);
    }
}

/* A field of a kind that a later release added cannot even be skipped: the body waits for it. */
static enum err
decode_fields(struct wire *w, struct arena *a, uint32_t *ret_count,
              const struct change_field **ret_fields)
{
    uint32_t count = (uint32_t) wire_uint_max(w, CHANGE_FIELDS_MAX);
    struct change_field *fields;
    unsigned last = 0;

    if (w->err != OK || count > wire_left(w))
        return wire_fail(w);
    fields = arena_array(a, count, sizeof *fields);
    if (fields == NULL && count > 0)
        return ERR_NOMEM;
    for (uint32_t i = 0; i < count; i++) {
        uint64_t head = wire_uint_max(w, (uint64_t) REGISTRY_FIELD_MAX << FIELD_SHIFT | FIELD_MASK);
        unsigned kind = (unsigned) (head & FIELD_MASK);

        if (w->err != OK || head >> FIELD_SHIFT == 0)
            return wire_fail(w);
        last += (unsigned) (head >> FIELD_SHIFT);
        if (last > REGISTRY_FIELD_MAX)
            return wire_fail(w);
        if (kind > VALUE_ATTACHMENT)
            return ERR_UNSUPPORTED;
        fields[i].id = last;
        value_decode(w, (enum value_kind) kind, &fields[i].value);
        if (w->err != OK)
            return w->err;
    }
    *ret_count = count;
    *ret_fields = fields;
    return OK;
}

static enum err
decode_keys(struct wire *w, struct arena *a, struct change_op *op)
{
    enum err err = decode_fields(w, a, &op->keys_count, &op->keys);

    if (err == OK && op->keys_count == 0)
        err = wire_fail(w);
    for (uint32_t i = 0; err == OK && i < op->keys_count; i++)
        if (op->keys[i].value.kind == VALUE_NULL)
            err = wire_fail(w);
    return err;
}

static enum err
decode_op(struct wire *w, struct arena *a, struct change_op *op)
{
    uint64_t head = wire_uint(w);
    bool is_keyed;
    enum err err = w->err;

    if (err != OK)
        return err;
    if (((head & OP_MASK) > CHANGE_DELETE && (head & OP_MASK) != CHANGE_RESTATE) ||
        head >> OP_SHIFT > REGISTRY_TYPE_MAX)
        return ERR_UNSUPPORTED;
    op->kind = (enum change_op_kind) (head & OP_MASK);
    op->type = (unsigned) (head >> OP_SHIFT);
    if (op->type == 0)
        return wire_fail(w);
    if (has_target(op->kind))
        op->target = decode_ref(w);
    is_keyed = op->kind == CHANGE_PUT_KEYED;
    if (op->kind == CHANGE_RESTATE)
        is_keyed = wire_uint_max(w, 1) == 1;
    if (is_keyed)
        err = decode_keys(w, a, op);
    if (err == OK && op->kind != CHANGE_DELETE)
        err = decode_fields(w, a, &op->fields_count, &op->fields);
    return err != OK ? err : w->err;
}

enum err
change_decode_body(const uint8_t *bytes, size_t size, unsigned version, struct arena *a,
                   struct change_body *ret_body, struct error *e)
{
    struct wire w;
    struct change_op *ops;
    uint32_t count;
    enum err err = OK;

    if (version != CHANGE_VERSION)
        return err_set(e, ERR_UNSUPPORTED, "entry body: version %u, this release reads %d", version,
                       CHANGE_VERSION);
    wire_init(&w, bytes, size);
    count = (uint32_t) wire_uint_max(&w, CHANGE_OPS_MAX);
    if (w.err != OK || count == 0 || count > wire_left(&w))
        return err_set(e, ERR_FORMAT, "entry body: wrong count of operations");
    ops = arena_array(a, count, sizeof *ops);
    if (ops == NULL)
        return err_set(e, ERR_NOMEM, "entry body: more operations than the arena holds");
    for (uint32_t i = 0; err == OK && i < count; i++)
        err = decode_op(&w, a, &ops[i]);
    if (err == OK)
        err = wire_finish(&w);
    if (err != OK)
        return err_set(e, err, "entry body: %s", err == ERR_UNSUPPORTED ? "of a later release"
                                                 : err == ERR_NOMEM     ? "more fields than the arena holds"
                                                                        : "not canonical");
    ret_body->ops_count = count;
    ret_body->ops = ops;
    return OK;
}
