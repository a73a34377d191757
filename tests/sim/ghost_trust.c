/* What ghosts write of rights: mostly what could be right, at times what cannot. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "daemon/engine/system_fields.h"
#include "tests/sim/ghost_craft.h"

enum { RIGHTS = 1U << RECORD_GRANT | 1U << RECORD_ADOPTION, CUTOFFS_MAX = 8 };

static struct change_op *
next_op(struct craft *w, enum change_op_kind kind, unsigned type)
{
    struct change_op *op = &w->ops[w->ops_count];

    *op = (struct change_op){.kind = kind, .type = type, .keys = w->keys[w->ops_count],
                             .fields = w->fields[w->ops_count]};
    w->ops_count++;
    return op;
}

static void
add_field(struct craft *w, struct change_op *op, unsigned id, struct value value)
{
    w->fields[op - w->ops][op->fields_count++] = (struct change_field){id, value};
}

static struct value
reference(struct craft *w, struct op_name name)
{
    return (struct value){.kind = VALUE_REFERENCE, .ref = {craft_place(w, name.log), name.seq, name.index}};
}

static void
add_device(struct craft *w, struct change_op *op)
{
    uint32_t log = (uint32_t) chance_below(w->c, w->ar->logs_count);

    add_field(w, op, 1, (struct value){.kind = VALUE_BYTES, .bytes = w->ar->logs[log].id.device,
                                       .size = chance_in(w->c, 2) ? DEVICE_BYTES - 1 : DEVICE_BYTES});
}

/* A right that the entry has seen: of a device, when there is one such among those tried. */
static bool
pick_right(struct craft *w, const uint8_t *device, struct op_name *ret_name)
{
    for (int tries = 0; tries < 12; tries++) {
        const struct change_op *op;
        const struct value *v;

        if (!craft_pick(w, RIGHTS, ret_name))
            return false;
        op = archive_op(w->ar, *ret_name);
        v = archive_value(op->fields, op->fields_count, 1);
        if (device == NULL || (v != NULL && v->kind == VALUE_BYTES && v->size == DEVICE_BYTES &&
                               memcmp(v->bytes, device, DEVICE_BYTES) == 0))
            return true;
    }
    return chance_in(w->c, 30);
}

static bool
make_grant(struct craft *w)
{
    static const unsigned roles[] = {ROLE_ADMIN, ROLE_ADMIN, ROLE_CLERK, ROLE_UNIT, ROLE_REVIEWER, 3};
    struct change_op *op = next_op(w, CHANGE_PUT_NEW, RECORD_GRANT);
    const struct change_op *own = NULL;
    struct op_name parent, unit;
    bool has_parent = !chance_in(w->c, 25) && pick_right(w, w->ar->logs[w->log].id.device, &parent);
    const struct value *v;

    if (has_parent)
        own = archive_op(w->ar, parent);
    add_device(w, op);
    if (own != NULL && own->type == RECORD_GRANT && chance_in(w->c, 60)) { /* hands its own right on */
        w->is_alone = !chance_in(w->c, 5);
        if ((v = archive_value(own->fields, own->fields_count, GRANT_ROLE)) != NULL)
            add_field(w, op, GRANT_ROLE, *v);
        v = archive_value(own->fields, own->fields_count, GRANT_UNIT);
        if (v != NULL && v->kind == VALUE_REFERENCE && archive_resolve(w->ar, parent.log, parent.seq, v->ref, &unit))
            add_field(w, op, GRANT_UNIT, reference(w, unit));
    } else {
        add_field(w, op, GRANT_ROLE,
                  (struct value){.kind = VALUE_INTEGER, .integer = roles[chance_below(w->c, 6)]});
        if (chance_in(w->c, 50) && craft_pick(w, 1U << RECORD_UNIT, &unit))
            add_field(w, op, GRANT_UNIT, reference(w, unit));
    }
    if (has_parent)
        add_field(w, op, GRANT_PARENT, reference(w, parent));
    return true;
}

static bool
make_adoption(struct craft *w)
{
    struct change_op *op;
    struct op_name previous;

    if (w->ops_count > 0 && !chance_in(w->c, 3))
        return false;
    op = next_op(w, CHANGE_PUT_NEW, RECORD_ADOPTION);
    w->is_alone = !chance_in(w->c, 3);
    add_device(w, op);
    if (!chance_in(w->c, 15) && craft_pick(w, 1U << RECORD_ADOPTION, &previous))
        add_field(w, op, ADOPTION_PREVIOUS, reference(w, previous));
    return true;
}

/* --- revocations ----------------------------------------------------------------------------- */

static int
by_epoch(const void *a, const void *b)
{
    const struct archive_log *const *x = a, *const *y = b;

    return ((*x)->id.epoch > (*y)->id.epoch) - ((*x)->id.epoch < (*y)->id.epoch);
}

/* Cut-offs of a device's logs; at times what is not canonical, or was not seen. */
static struct value
make_cutoffs(struct craft *w, const uint8_t *device)
{
    const struct archive_log *logs[CUTOFFS_MAX];
    uint32_t count = 0, spoil = chance_in(w->c, 10) ? 1 + (uint32_t) chance_below(w->c, 5) : 0;
    struct buf b;
    uint8_t *bytes;
    size_t size;

    buf_init(&b, BYTES_VALUE_MAX);
    for (uint32_t i = 0; i < w->ar->logs_count && count < CUTOFFS_MAX; i++)
        if (w->ar->logs[i].space == w->space && memcmp(w->ar->logs[i].id.device, device, DEVICE_BYTES) == 0 &&
            w->target[i] > 0 && archive_entry(w->ar, i, w->target[i]) != NULL && chance_in(w->c, 80))
            logs[count++] = &w->ar->logs[i];
    qsort(logs, count, sizeof logs[0], by_epoch);
    wire_put_uint(&b, count);
    for (uint32_t i = 0; i < count; i++) {
        const struct archive_log *log = logs[i];
        uint64_t seen = w->target[log - w->ar->logs];
        uint64_t seq = chance_in(w->c, 40) ? seen : 1 + chance_below(w->c, seen);
        uint64_t epoch = log->id.epoch ^ (spoil == 1);

        if (spoil == 2)
            seq = log->count; /* perhaps not seen */
        for (int k = 0; k < 8; k++)
            wire_put_u8(&b, (uint8_t) (epoch >> (8 * k)));
        wire_put_uint(&b, spoil == 3 ? 0 : seq);
        buf_append(&b, log->entries[seq - 1 - (spoil == 4 && seq > 1)]->hash.bytes, SEEN_HASH_BYTES);
    }
    if (spoil == 5)
        wire_put_u8(&b, 0);
    size = b.size;
    bytes = arena_alloc(&w->ar->arena, size);
    if (b.err != OK || bytes == NULL)
        abort();
    memcpy(bytes, b.bytes, size);
    buf_release(&b);
    return (struct value){.kind = VALUE_BYTES, .bytes = bytes, .size = size};
}

static bool
make_revocation(struct craft *w)
{
    const uint8_t *device = w->ar->spaces[w->space].genesis.founder;
    struct change_op *op = next_op(w, CHANGE_PUT_NEW, RECORD_REVOCATION);
    struct op_name right;

    if (!chance_in(w->c, 15) && craft_pick(w, chance_in(w->c, 3) ? UINT32_MAX : RIGHTS, &right)) {
        const struct change_op *given = archive_op(w->ar, right);
        const struct value *v = archive_value(given->fields, given->fields_count, 1);

        if (v != NULL && v->kind == VALUE_BYTES && v->size == DEVICE_BYTES)
            device = v->bytes;
        add_field(w, op, REVOCATION_RIGHT, reference(w, right));
    } else if (chance_in(w->c, 20)) {
        add_field(w, op, REVOCATION_RIGHT, (struct value){.kind = VALUE_INTEGER, .integer = 1});
    }
    if (chance_in(w->c, 2))
        add_field(w, op, REVOCATION_CUTOFFS, (struct value){.kind = VALUE_INTEGER, .integer = 1});
    else if (chance_in(w->c, 85))
        add_field(w, op, REVOCATION_CUTOFFS, make_cutoffs(w, device));
    return true;
}

bool
craft_trust(struct craft *w)
{
    uint64_t what = chance_below(w->c, 100);

    if (w->intros_count + 8 > GHOST_INTROS_MAX)
        return false;
    return what < 45 ? make_grant(w) : what < 80 ? make_revocation(w) : make_adoption(w);
}

/* --- erasures -------------------------------------------------------------------------------- */

/* An operation once more, in places of this log; without what was not seen. */
static bool
copy_fields(struct craft *w, struct op_name from, const struct change_field *fields, uint32_t count,
            struct change_field *ret_fields, uint32_t *ret_count)
{
    for (uint32_t i = 0; i < count; i++) {
        struct value v = fields[i].value;
        struct op_name name;

        if (v.kind == VALUE_REFERENCE) {
            if (!archive_resolve(w->ar, from.log, from.seq, v.ref, &name) ||
                w->intros_count + 2 > GHOST_INTROS_MAX)
                return false;
            v = reference(w, name);
        }
        ret_fields[(*ret_count)++] = (struct change_field){fields[i].id, v};
    }
    return true;
}

static void
restate(struct craft *w, struct op_name what)
{
    const struct change_op *made = archive_op(w->ar, what);
    struct change_op *op = next_op(w, CHANGE_RESTATE, made->type);

    op->target = reference(w, what).ref;
    if (!copy_fields(w, what, made->keys, made->keys_count, w->keys[w->ops_count - 1], &op->keys_count) ||
        !copy_fields(w, what, made->fields, chance_in(w->c, 70) ? made->fields_count : made->fields_count / 2,
                     w->fields[w->ops_count - 1], &op->fields_count))
        w->ops_count--;
}

bool
craft_erasure(struct craft *w)
{
    struct op_name what;
    const struct change_op *made;
    struct change_op *op;

    if (w->intros_count + 8 > GHOST_INTROS_MAX || !craft_pick(w, chance_in(w->c, 95) ? ~0x1FEU : UINT32_MAX, &what))
        return false;
    what.index = 0;
    op = next_op(w, CHANGE_PUT_NEW, RECORD_ERASURE);
    add_field(w, op, ERASURE_ENTRY, reference(w, what));
    for (; (made = archive_op(w->ar, what)) != NULL && w->ops_count < GHOST_OPS_MAX; what.index++)
        if (made->kind <= CHANGE_PUT_KEYED && chance_in(w->c, 80))
            restate(w, what);
    w->is_alone = true;
    return true;
}
