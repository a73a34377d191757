/* Rights by definition: what gives them, what they hang on, what cuts them off. Every question is answered by going
 * through all rights and revocations there are. */
#include "config.h"

#include "tests/sim/archive_trust.h"

#include <stdlib.h>
#include <string.h>

enum { TRUST_BYTES_MAX = 256 * 1024 * 1024 };

bool
archive_trust_is_operation(const struct change_op *op)
{
    return op->type == RECORD_GRANT || op->type == RECORD_ADOPTION || op->type == RECORD_REVOCATION;
}

static const struct value *
field_of(const struct change_op *op, unsigned id, enum value_kind kind)
{
    const struct value *v = archive_value(op->fields, op->fields_count, id);

    return v != NULL && v->kind == kind ? v : NULL;
}

static const uint8_t *
device_of(const struct change_op *op)
{
    const struct value *v = field_of(op, 1, VALUE_BYTES);

    return v != NULL && v->size == DEVICE_BYTES ? v->bytes : NULL;
}

static bool
sees(const struct trust *t, struct trust_point one, struct trust_point other)
{
    return archive_sees(t->ar, one.log, one.seq, other.log, other.seq);
}

static struct trust_point
point_of(struct op_name name)
{
    return (struct trust_point){name.log, name.seq};
}

/* --- revocations, read ------------------------------------------------------------------------ */

static bool
read_points(const struct archive *ar, struct op_name at, const uint8_t *device, const struct value *v,
            struct trust_point *points, uint32_t *ret_count)
{
    struct wire w;
    uint64_t before = 0;
    uint32_t count;

    wire_init(&w, v->bytes, v->size);
    count = (uint32_t) wire_uint_max(&w, TRUST_POINTS_MAX);
    for (uint32_t i = 0; w.err == OK && i < count; i++) {
        struct log_id id = {.epoch = 0};
        uint8_t epoch[8], hash[SEEN_HASH_BYTES];
        const struct archive_entry *entry;

        wire_copy(&w, epoch, sizeof epoch);
        for (int k = 7; k >= 0; k--)
            id.epoch = id.epoch << 8 | epoch[k];
        points[i].seq = wire_uint_max(&w, ENTRY_SEQ_MAX);
        wire_copy(&w, hash, sizeof hash);
        if (w.err != OK || points[i].seq == 0 || (i > 0 && id.epoch <= before))
            return false;
        before = id.epoch;
        memcpy(id.space, ar->logs[at.log].id.space, SPACE_BYTES);
        memcpy(id.device, device, DEVICE_BYTES);
        for (points[i].log = 0; points[i].log < ar->logs_count; points[i].log++)
            if (ar->logs[points[i].log].id.epoch == id.epoch &&
                memcmp(ar->logs[points[i].log].id.device, device, DEVICE_BYTES) == 0 &&
                memcmp(ar->logs[points[i].log].id.space, id.space, SPACE_BYTES) == 0)
                break;
        if (points[i].log == ar->logs_count)
            return false;
        entry = archive_entry(ar, points[i].log, points[i].seq);
        if (entry == NULL || memcmp(entry->hash.bytes, hash, sizeof hash) != 0 ||
            !archive_sees(ar, at.log, at.seq, points[i].log, points[i].seq))
            return false;
    }
    *ret_count = count;
    return wire_finish(&w) == OK;
}

bool
archive_trust_revocation_holds(const struct archive *ar, struct op_name at, struct trust_point *points,
                       uint32_t *ret_count)
{
    const struct change_op *op = archive_op(ar, at), *given;
    const struct value *named = archive_value(op->fields, op->fields_count, 1);
    const struct value *v = archive_value(op->fields, op->fields_count, 2);
    const uint8_t *device = ar->spaces[ar->logs[at.log].space].genesis.founder;
    struct op_name right;

    *ret_count = 0;
    if (named != NULL && named->kind != VALUE_NULL) {
        if (named->kind != VALUE_REFERENCE || !archive_resolve(ar, at.log, at.seq, named->ref, &right) ||
            ar->logs[right.log].space != ar->logs[at.log].space || (right.log == at.log && right.seq == at.seq))
            return false;
        given = archive_op(ar, right);
        if (given == NULL || (given->type != RECORD_GRANT && given->type != RECORD_ADOPTION) ||
            archive_entry(ar, right.log, right.seq)->why != NULL)
            return false;
        device = device_of(given);
    }
    if (v == NULL || v->kind == VALUE_NULL)
        return device != NULL;
    return device != NULL && v->kind == VALUE_BYTES && read_points(ar, at, device, v, points, ret_count);
}

/* --- the two questions ------------------------------------------------------------------------ */

static bool
is_senior(const struct trust_right *one, const struct trust_right *other)
{
    const struct trust_right *root = other;

    while (root->parent != NULL) {
        root = root->parent;
        if (root == one)
            return true;
    }
    return one != other && one->parent == NULL && one->rank > root->rank;
}

static bool
is_in_chain(const struct trust *t, const struct trust_right *r)
{
    for (uint32_t i = 0; i < t->chain_count; i++)
        if (t->chain[i] == r)
            return true;
    return false;
}

static bool
leaves(const struct trust_revocation *v, struct trust_point entry)
{
    for (uint32_t i = 0; i < v->points_count; i++)
        if (v->points[i].log == entry.log && entry.seq <= v->points[i].seq)
            return true;
    return false;
}

bool
archive_trust_unit(const struct trust *t, const struct trust_right *r, struct hash *ret_unit)
{
    const struct value *v = r->op != NULL && r->op->type == RECORD_GRANT ? field_of(r->op, 3, VALUE_REFERENCE) : NULL;
    struct op_name unit;

    if (v == NULL || !archive_resolve(t->ar, r->at.log, r->at.seq, v->ref, &unit))
        return false;
    archive_record_name(t->ar, unit, ret_unit);
    return true;
}

/* Whether a grant hands on just what its parent is. */
static bool
is_own_right(const struct trust *t, const struct trust_right *grant, const struct trust_right *parent)
{
    struct hash x, y;
    bool has_x = archive_trust_unit(t, grant, &x), has_y = archive_trust_unit(t, parent, &y);

    return grant->alone && grant->role == parent->role && has_x == has_y && (!has_x || hash_equal(&x, &y));
}

static struct trust_right *
right_at(const struct trust *t, struct op_name at)
{
    for (uint32_t i = 1; i < t->rights_count; i++)
        if (t->rights[i].at.log == at.log && t->rights[i].at.seq == at.seq && t->rights[i].at.index == at.index)
            return &t->rights[i];
    return NULL;
}

/* Whether a right that covers an entry allows all its grants and revocations. */
static bool
allows_all(const struct trust *t, const struct trust_right *r, struct trust_point entry)
{
    const struct archive_entry *e = archive_entry(t->ar, entry.log, entry.seq);

    for (uint32_t i = 0; i < e->body.ops_count; i++) {
        struct op_name at = {entry.log, entry.seq, i};
        const struct trust_right *grant;

        switch (e->body.ops[i].type) {
        case RECORD_ADOPTION:
            return false;
        case RECORD_GRANT:
            grant = right_at(t, at);
            if (grant->parent != r || (r->role != ROLE_ADMIN && !is_own_right(t, grant, r)))
                return false;
            break;
        case RECORD_REVOCATION:
            for (uint32_t k = 0; k < t->revocations_count; k++) {
                const struct trust_revocation *v = &t->revocations[k];

                if (v->at.log == at.log && v->at.seq == at.seq && v->at.index == i &&
                    (r->role != ROLE_ADMIN || !is_senior(r, v->right)))
                    return false;
            }
            break;
        default:
            break;
        }
    }
    return true;
}

static bool
is_in_force(struct trust *t, struct trust_right *r)
{
    if (r->in_force == TRUST_UNKNOWN) {
        bool yes;

        r->in_force = TRUST_NO;
        if (r->op == NULL)
            yes = true;
        else if (r->op->type == RECORD_ADOPTION)
            yes = is_in_chain(t, r);
        else
            yes = r->role != 0 && r->parent != NULL && allows_all(t, r->parent, point_of(r->at)) &&
                  archive_trust_covers(t, r->parent, point_of(r->at));
        r->in_force = yes ? TRUST_YES : TRUST_NO;
    }
    return r->in_force == TRUST_YES;
}

bool
archive_trust_covers(struct trust *t, struct trust_right *r, struct trust_point entry)
{
    const uint8_t *device = t->ar->logs[entry.log].id.device;
    const struct trust_right *root = r;

    if (r->device == NULL || memcmp(r->device, device, DEVICE_BYTES) != 0)
        return false;
    if (r->op != NULL && ((r->at.log == entry.log && r->at.seq == entry.seq) || !sees(t, entry, point_of(r->at))))
        return false;
    if (!is_in_force(t, r))
        return false;
    while (root->parent != NULL)
        root = root->parent;
    if (root->rank > 0 && root->rank + 1 < t->chain_count &&
        !sees(t, point_of(t->chain[root->rank + 1]->at), entry))
        return false;
    for (uint32_t i = 0; i < t->revocations_count; i++)
        if (t->revocations[i].right == r && !leaves(&t->revocations[i], entry) &&
            archive_trust_counts(t, point_of(t->revocations[i].at)))
            return false;
    return true;
}

bool
archive_trust_counts(struct trust *t, struct trust_point entry)
{
    const struct archive_entry *e = archive_entry(t->ar, entry.log, entry.seq);
    struct trust_deed *d = t->deeds;

    while (d->at.log != entry.log || d->at.seq != entry.seq)
        d++;
    if (d->counts == TRUST_UNKNOWN) {
        d->counts = TRUST_NO;
        if (e->body.ops_count == 1 && e->body.ops[0].type == RECORD_ADOPTION) {
            if (is_in_chain(t, right_at(t, (struct op_name){entry.log, entry.seq, 0})))
                d->counts = TRUST_YES;
        } else {
            for (uint32_t i = 0; i < t->rights_count; i++)
                if (allows_all(t, &t->rights[i], entry) && archive_trust_covers(t, &t->rights[i], entry))
                    d->counts = TRUST_YES;
        }
    }
    return d->counts == TRUST_YES;
}

/* --- parents, and the chain of adoptions ------------------------------------------------------ */

static void
find_parent(struct trust *t, struct trust_right *r)
{
    const uint8_t *device = t->ar->logs[r->at.log].id.device;
    const struct value *v = field_of(r->op, 7, VALUE_REFERENCE);
    struct op_name named;

    r->parent = NULL;
    if (v != NULL) {
        struct trust_right *p = archive_resolve(t->ar, r->at.log, r->at.seq, v->ref, &named) ? right_at(t, named) : NULL;

        if (p != NULL && p->device != NULL && memcmp(p->device, device, DEVICE_BYTES) == 0 &&
            (p->op->type == RECORD_GRANT || is_in_chain(t, p)))
            r->parent = p;
        return;
    }
    if (memcmp(t->rights[0].device, device, DEVICE_BYTES) == 0)
        r->parent = &t->rights[0];
    for (uint32_t i = t->chain_count; i > 1 && r->parent == NULL; i--)
        if (memcmp(t->chain[i - 1]->device, device, DEVICE_BYTES) == 0 &&
            sees(t, point_of(r->at), point_of(t->chain[i - 1]->at)))
            r->parent = t->chain[i - 1];
}

/* Begin anew with the chain that there is. */
static void
forget(struct trust *t)
{
    for (uint32_t i = 0; i < t->deeds_count; i++)
        t->deeds[i].counts = TRUST_UNKNOWN;
    for (uint32_t i = 0; i < t->rights_count; i++) {
        t->rights[i].in_force = TRUST_UNKNOWN;
        if (t->rights[i].op != NULL && t->rights[i].op->type == RECORD_GRANT)
            find_parent(t, &t->rights[i]);
    }
}

static bool
can_follow(struct trust *t, const struct trust_right *r)
{
    struct trust_right *last = t->chain[t->chain_count - 1];
    const struct value *v = field_of(r->op, 4, VALUE_REFERENCE);
    struct op_name previous;

    if (!r->alone || r->device == NULL || (v != NULL) != (last->op != NULL))
        return false;
    if (v != NULL && (!archive_resolve(t->ar, r->at.log, r->at.seq, v->ref, &previous) || right_at(t, previous) != last))
        return false;
    if (memcmp(last->device, t->ar->logs[r->at.log].id.device, DEVICE_BYTES) == 0)
        return true;
    for (uint32_t i = 0; last->op != NULL && i < t->rights_count; i++)
        if (t->rights[i].parent == last && t->rights[i].role == ROLE_ADMIN &&
            archive_trust_covers(t, &t->rights[i], point_of(r->at)))
            return true;
    return false;
}

static void
find_chain(struct trust *t)
{
    bool *can = arena_array(&t->a, t->rights_count, sizeof *can);
    struct trust_right *next = &t->rights[0];

    do {
        next->rank = t->chain_count;
        t->chain[t->chain_count++] = next;
        forget(t);
        next = NULL;
        for (uint32_t i = 1; i < t->rights_count; i++) {
            can[i] = t->rights[i].op->type == RECORD_ADOPTION && can_follow(t, &t->rights[i]);
            t->rights[i].could_follow |= can[i];
        }
        for (uint32_t i = 1; i < t->rights_count; i++) {
            struct trust_right *r = &t->rights[i];
            bool late = false;

            for (uint32_t k = 1; can[i] && k < t->rights_count; k++)
                late = late || (k != i && can[k] && sees(t, point_of(r->at), point_of(t->rights[k].at)));
            if (can[i] && !late &&
                (next == NULL || hash_compare(&archive_entry(t->ar, r->at.log, r->at.seq)->hash,
                                              &archive_entry(t->ar, next->at.log, next->at.seq)->hash) < 0))
                next = r;
        }
    } while (next != NULL);
}

/* --- closed ----------------------------------------------------------------------------------- */

/* Whether it would be in force, were nothing revoked, and no adoption ended or displaced. */
static bool
would_be(struct trust *t, const struct trust_right *r)
{
    if (r->op == NULL)
        return true;
    if (r->device == NULL)
        return false;
    if (r->op->type == RECORD_ADOPTION)
        return r->could_follow;
    return r->role != 0 && r->parent != NULL && allows_all(t, r->parent, point_of(r->at)) && would_be(t, r->parent);
}

static bool
is_open(struct trust *t, struct trust_right *r)
{
    const struct trust_right *root = r;

    while (root->parent != NULL)
        root = root->parent;
    if (!is_in_force(t, r) || (root->rank > 0 && root->rank + 1 < t->chain_count))
        return false;
    for (uint32_t i = 0; i < t->revocations_count; i++)
        if (t->revocations[i].right == r && archive_trust_counts(t, point_of(t->revocations[i].at)))
            return false;
    return true;
}

bool
archive_trust_is_closed(struct trust *t, const uint8_t device[DEVICE_BYTES])
{
    bool had = false;

    for (uint32_t i = 0; i < t->rights_count; i++) {
        struct trust_right *r = &t->rights[i];

        if (r->device == NULL || memcmp(r->device, device, DEVICE_BYTES) != 0)
            continue;
        if (is_open(t, r))
            return false;
        had = had || would_be(t, r) || is_in_force(t, r);
    }
    return had;
}

/* --- reading ---------------------------------------------------------------------------------- */

static void
add_operation(struct trust *t, struct op_name at, const struct archive_entry *entry)
{
    const struct change_op *op = &entry->body.ops[at.index];
    struct trust_right *r = &t->rights[t->rights_count];
    const struct value *role = field_of(op, 2, VALUE_INTEGER);

    if (op->type == RECORD_REVOCATION) {
        t->revocations[t->revocations_count++].at = at;
        return;
    }
    *r = (struct trust_right){.at = at, .op = op, .device = device_of(op), .alone = entry->body.ops_count == 1};
    if (op->type == RECORD_ADOPTION)
        r->role = ROLE_ADMIN;
    else if (role != NULL && (role->integer == ROLE_ADMIN || role->integer == ROLE_CLERK || role->integer == ROLE_UNIT ||
                              role->integer == ROLE_EVENT || role->integer == ROLE_REVIEWER))
        r->role = (unsigned) role->integer;
    t->rights_count++;
}

static void
read_operations(struct trust *t, bool count_only, size_t *ret_count)
{
    size_t count = 0;

    for (uint32_t log = 0; log < t->ar->logs_count; log++)
        for (uint64_t seq = 1; t->ar->logs[log].space == t->space && seq <= t->ar->logs[log].count; seq++) {
            const struct archive_entry *entry = archive_entry(t->ar, log, seq);
            size_t before = count;

            for (uint32_t i = 0; entry->why == NULL && i < entry->body.ops_count; i++) {
                if (!archive_trust_is_operation(&entry->body.ops[i]))
                    continue;
                count++;
                if (!count_only)
                    add_operation(t, (struct op_name){log, seq, i}, entry);
            }
            if (!count_only && count > before)
                t->deeds[t->deeds_count++] = (struct trust_deed){.at = {log, seq}};
        }
    *ret_count = count;
}

void
archive_trust_make(struct trust *t, const struct archive *ar, uint32_t space)
{
    size_t count;

    *t = (struct trust){.ar = ar, .space = space};
    arena_init(&t->a, TRUST_BYTES_MAX);
    read_operations(t, true, &count);
    t->rights = arena_array(&t->a, count + 1, sizeof *t->rights);
    t->revocations = arena_array(&t->a, count + 1, sizeof *t->revocations);
    t->deeds = arena_array(&t->a, count + 1, sizeof *t->deeds);
    t->chain = arena_array(&t->a, count + 1, sizeof *t->chain);
    if (t->rights == NULL || t->revocations == NULL || t->deeds == NULL || t->chain == NULL)
        abort();
    t->rights[t->rights_count++] = (struct trust_right){.at = {.log = ARCHIVE_NO_LOG}, .role = ROLE_ADMIN,
                                                        .device = ar->spaces[space].genesis.founder};
    read_operations(t, false, &count);
    for (uint32_t i = 0; i < t->revocations_count; i++) {
        struct trust_revocation *v = &t->revocations[i];
        const struct change_op *op = archive_op(ar, v->at);
        const struct value *named = field_of(op, 1, VALUE_REFERENCE);
        struct op_name at;

        v->points = arena_array(&t->a, TRUST_POINTS_MAX, sizeof *v->points);
        if (v->points == NULL || !archive_trust_revocation_holds(ar, v->at, v->points, &v->points_count))
            abort(); /* such an entry does not have the allowed form */
        v->right = &t->rights[0];
        if (named != NULL && archive_resolve(ar, v->at.log, v->at.seq, named->ref, &at))
            v->right = right_at(t, at);
    }
    find_chain(t);
}

void
archive_trust_end(struct trust *t)
{
    arena_release(&t->a);
}
