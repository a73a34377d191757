/* Trust. Everything that gives or takes a right is read into a small model: entries with their operations, rights
 * with their parents. Two questions call each other: is a right in force, and does an entry count? A
 * revocation asks only for rights that are senior to the one it names, and a grant only for its parent, so they
 * come to an end; TRUST_DEPTH_MAX bounds how deep.
 *
 * The chain of adoptions is found first, link by link: what holds the next place is judged with the rights
 * of the chain so far only (doc/protocol.md, "Moving"). */
#include "config.h"

#include "daemon/engine/trust.h"

#include <string.h>

#include "daemon/engine/trust_model.h"

/* --- what counts ------------------------------------------------------------------------------ */

static bool right_valid(struct model *m, struct right *r);
static bool entry_counts(struct model *m, struct deed *d);

bool
trust_is_type(unsigned type)
{
    return type == RECORD_GRANT || type == RECORD_ADOPTION || type == RECORD_REVOCATION;
}

bool
trust_is_role(int64_t role)
{
    return role == ROLE_ADMIN || role == ROLE_CLERK || role == ROLE_UNIT || role == ROLE_EVENT ||
           role == ROLE_REVIEWER;
}

/* Whether `deed` has an entry in its past; a fault of the store sticks in the model. */
static bool
sees(struct model *m, const struct deed *d, struct stamp other)
{
    bool seen = false;

    if (m->err == OK)
        m->err = merge_has_seen(m->s, d->stamp.log, d->stamp.seq, other, &seen, m->e);
    return m->err == OK && seen;
}

static bool
same_entry(struct stamp a, struct stamp b)
{
    return a.log == b.log && a.seq == b.seq;
}

static bool
is_senior(const struct right *one, const struct right *other)
{
    for (const struct right *up = other->parent; up != NULL; up = up->parent)
        if (up == one)
            return true;
    return one->parent == NULL && one->rank > other->rank && one != other;
}

/* Whether a revocation leaves an entry. */
static bool
is_left(const struct trust_op *revocation, struct stamp entry)
{
    for (size_t i = 0; i < revocation->points_count; i++)
        if (revocation->points[i].log == entry.log && revocation->points[i].seq >= entry.seq)
            return true;
    return false;
}

static bool
is_cut(struct model *m, const struct right *r, struct stamp entry)
{
    for (struct trust_op *v = r->revoked_by; v != NULL; v = v->next_of_right)
        if (!is_left(v, entry) && entry_counts(m, v->deed))
            return true;
    return false;
}

/* An adoption ends what hangs on the one before. */
static bool
is_ended(struct model *m, const struct right *r, struct stamp entry)
{
    const struct right *next = r->rank + 1 < m->chain_count ? m->chain[r->rank + 1] : NULL;

    return r->rank > 0 && next != NULL && !sees(m, next->op->deed, entry);
}

static bool
covers(struct model *m, struct right *r, const struct deed *d)
{
    if (!r->has_device || memcmp(r->device, d->device, DEVICE_BYTES) != 0)
        return false;
    if (r->op != NULL && (same_entry(r->op->deed->stamp, d->stamp) || !sees(m, d, r->op->deed->stamp)))
        return false;
    return right_valid(m, r) && !is_ended(m, r, d->stamp) && !is_cut(m, r, d->stamp);
}

/* Whether a right allows all trust operations of an entry, when it covers it. */
static bool
allows(const struct deed *d, const struct right *r)
{
    for (const struct trust_op *op = d->ops; op != NULL; op = op->next_of_deed) {
        switch (op->row->type) {
        case RECORD_GRANT:
            if (op->right->parent != r)
                return false;
            if (r->role != ROLE_ADMIN &&
                (!op->row->alone || op->row->role != (int64_t) r->role || op->row->unit != r->unit))
                return false;
            break;
        case RECORD_REVOCATION:
            if (op->target == NULL || r->role != ROLE_ADMIN || !is_senior(r, op->target))
                return false;
            break;
        default:
            return false; /* an adoption: is_in_chain() */
        }
    }
    return true;
}

static bool
is_in_chain(const struct model *m, const struct right *r)
{
    return r->rank < m->chain_count && m->chain[r->rank] == r;
}

static bool
right_valid(struct model *m, struct right *r)
{
    if (r->valid == UNKNOWN) {
        r->valid = NO; /* also the answer to a question that comes back to itself */
        if (r->op == NULL)
            r->valid = YES;
        else if (r->op->row->type == RECORD_ADOPTION)
            r->valid = is_in_chain(m, r) ? YES : NO;
        else if (trust_is_role(r->role) && r->parent != NULL && r->depth <= TRUST_DEPTH_MAX &&
                 allows(r->op->deed, r->parent) && covers(m, r->parent, r->op->deed))
            r->valid = YES;
    }
    return r->valid == YES;
}

static bool
entry_counts(struct model *m, struct deed *d)
{
    if (d->counts == UNKNOWN) {
        d->counts = NO;
        if (d->ops->row->type == RECORD_ADOPTION && d->ops->row->alone)
            d->counts = is_in_chain(m, d->ops->right) ? YES : NO;
        for (size_t i = 0; d->counts == NO && i < m->rights_count; i++)
            if (allows(d, m->rights[i]) && covers(m, m->rights[i], d))
                d->counts = YES;
    }
    return d->counts == YES;
}

/* Whether a right would be in force had nothing been revoked or ended: then its device had rights. */
static bool
is_naive(struct model *m, const struct right *r, unsigned depth)
{
    if (r->op == NULL)
        return true;
    if (!r->has_device || depth > TRUST_DEPTH_MAX)
        return false;
    if (r->op->row->type == RECORD_ADOPTION)
        return r->was_candidate;
    return trust_is_role(r->role) && r->parent != NULL && r->parent->has_device &&
           memcmp(r->parent->device, r->op->deed->device, DEVICE_BYTES) == 0 &&
           allows(r->op->deed, r->parent) && is_naive(m, r->parent, depth + 1);
}

/* --- the chain of adoptions ------------------------------------------------------------------- */

/* What a grant hangs on: named, or the root right of its writer. */
static void
find_parent(struct model *m, struct right *r)
{
    const struct deed *d = r->op->deed;

    r->parent = NULL;
    if (r->op->row->subject != 0) {
        struct right *named = model_right(m, r->op->row->subject);

        if (named != NULL && named != r && named->has_device &&
            memcmp(named->device, d->device, DEVICE_BYTES) == 0 &&
            (named->op->row->type == RECORD_GRANT || is_in_chain(m, named)))
            r->parent = named;
    } else if (memcmp(m->chain[0]->device, d->device, DEVICE_BYTES) == 0) {
        r->parent = m->chain[0];
    } else {
        for (size_t i = m->chain_count - 1; i > 0 && r->parent == NULL; i--)
            if (memcmp(m->chain[i]->device, d->device, DEVICE_BYTES) == 0 &&
                sees(m, d, m->chain[i]->op->deed->stamp))
                r->parent = m->chain[i];
    }
}

/* Forget the answers, and find parents and ranks under the chain as it is now. A parent is older than what
 * hangs on it, so going up ends. */
static void
reset(struct model *m)
{
    for (size_t i = 0; i < m->deeds_count; i++)
        m->deeds[i].counts = UNKNOWN;
    for (size_t i = 0; i < m->rights_count; i++) {
        struct right *r = m->rights[i];

        r->valid = UNKNOWN;
        if (r->op != NULL && r->op->row->type == RECORD_GRANT)
            find_parent(m, r);
    }
    for (size_t i = 0; i < m->rights_count; i++) {
        struct right *r = m->rights[i];
        const struct right *root = r;

        for (r->depth = 0; root->parent != NULL && r->depth <= TRUST_DEPTH_MAX; r->depth++)
            root = root->parent;
        if (r->op != NULL && r->op->row->type == RECORD_GRANT)
            r->rank = root->rank;
    }
}

/* Whether an adoption may take the next place in the chain, but for its rivals. */
static bool
may_follow(struct model *m, const struct trust_op *op)
{
    struct right *last = m->chain[m->chain_count - 1];
    const struct deed *d = op->deed;

    if (!op->row->alone || !op->right->has_device || op->row->subject != (last->op != NULL ? last->id : 0))
        return false;
    if (memcmp(last->device, d->device, DEVICE_BYTES) == 0)
        return true;
    for (size_t i = 0; last->op != NULL && i < m->rights_count; i++)
        if (m->rights[i]->parent == last && m->rights[i]->role == ROLE_ADMIN && covers(m, m->rights[i], d))
            return true;
    return false;
}

/* The adoption that holds the next place, or NULL. */
static struct right *
next_in_chain(struct model *m)
{
    struct trust_op *best = NULL;

    for (size_t i = 0; i < m->ops_count; i++) {
        m->ops[i].may_follow = m->ops[i].row->type == RECORD_ADOPTION && may_follow(m, &m->ops[i]);
        if (m->ops[i].may_follow)
            m->ops[i].right->was_candidate = true;
    }
    for (size_t i = 0; i < m->ops_count; i++) {
        struct trust_op *op = &m->ops[i];
        bool late = false;

        for (size_t k = 0; op->may_follow && k < m->ops_count; k++)
            if (k != i && m->ops[k].may_follow && sees(m, op->deed, m->ops[k].deed->stamp))
                late = true;
        if (op->may_follow && !late &&
            (best == NULL || hash_compare(&op->deed->hash, &best->deed->hash) < 0))
            best = op;
    }
    return best != NULL ? best->right : NULL;
}

static void
find_chain(struct model *m)
{
    struct right *next;

    reset(m);
    while (m->err == OK && m->chain_count < m->rights_count && (next = next_in_chain(m)) != NULL) {
        next->rank = (unsigned) m->chain_count;
        m->chain[m->chain_count++] = next;
        reset(m);
    }
}

/* --- writing the result ----------------------------------------------------------------------- */

static void
mix(int64_t *print, int64_t number)
{
    *print = (int64_t) (((uint64_t) *print ^ (uint64_t) number) * UINT64_C(0x100000001B3));
}

/* The row of a right; its cut-offs go to `write` or only into the print. */
static enum err
make_row(struct model *m, struct right *r, bool write, struct right_row *ret_row)
{
    struct right_row row = {.id = r->id, .role = right_valid(m, r) ? r->role : 0, .unit = r->unit};

    memcpy(row.device, r->device, DEVICE_BYTES);
    if (r->rank > 0 && r->rank + 1 < m->chain_count)
        row.ended = m->chain[r->rank + 1]->id;
    for (struct trust_op *v = r->revoked_by; m->err == OK && v != NULL; v = v->next_of_right) {
        if (!entry_counts(m, v->deed))
            continue;
        row.revocations++;
        mix(&row.print, v->row->id);
        for (size_t i = 0; m->err == OK && i < v->points_count; i++) {
            mix(&row.print, v->points[i].log);
            mix(&row.print, (int64_t) v->points[i].seq);
            if (write)
                m->err = cutoff_add(m->s, r->id, v->row->id, v->points[i].log, v->points[i].seq, m->e);
        }
    }
    *ret_row = row;
    return m->err;
}

static bool
same_right(const struct right_row *a, const struct right_row *b)
{
    return a->role == b->role && a->unit == b->unit && a->revocations == b->revocations &&
           a->ended == b->ended && a->print == b->print;
}

/* Whether what stood before is there just so; rights that are new change nothing that was judged. */
static bool
is_grown_only(const struct right_row *old, size_t old_count, const struct right_row *new, size_t new_count)
{
    size_t at = 0;

    for (size_t i = 0; i < old_count; i++) {
        while (at < new_count && new[at].id < old[i].id)
            at++;
        if (at == new_count || new[at].id != old[i].id || !same_right(&old[i], &new[at]))
            return false;
    }
    return true;
}

static enum err
write_rights(struct model *m, struct arena *a, bool *ret_changed)
{
    struct right_row *old, *new = arena_array(a, m->rights_count, sizeof *new);
    size_t old_count = 0, count = 0;

    if (new == NULL)
        return err_set(m->e, ERR_NOMEM, "trust: no memory");
    m->err = right_list(m->s, m->space->id, a, &old, &old_count, m->e);
    for (size_t i = 0; m->err == OK && i < m->rights_count; i++)
        if (is_naive(m, m->rights[i], 0) || right_valid(m, m->rights[i]))
            make_row(m, m->rights[i], false, &new[count++]);
    *ret_changed = !is_grown_only(old, old_count, new, count);
    if (m->err != OK || (!*ret_changed && old_count == count))
        return m->err;
    m->err = right_drop_all(m->s, m->space->id, m->e);
    for (size_t i = 0; m->err == OK && i < count; i++) {
        m->err = right_add(m->s, m->space->id, &new[i], m->e);
        if (m->err == OK && new[i].revocations > 0)
            make_row(m, model_right(m, new[i].id), true, &new[i]);
    }
    return m->err;
}

/* Say of each operation whether its entry counts; of the fresh entry nothing was said before. */
static enum err
write_counts(struct model *m, bool *ret_changed)
{
    for (size_t i = 0; m->err == OK && i < m->deeds_count; i++) {
        struct deed *d = &m->deeds[i];
        bool counts = entry_counts(m, d);

        for (struct trust_op *op = d->ops; m->err == OK && op != NULL; op = op->next_of_deed) {
            if (op->row->counts == counts)
                continue;
            if (op->row->counts || !d->is_fresh)
                *ret_changed = true;
            m->err = trust_set_counts(m->s, op->row->id, counts, m->e);
        }
    }
    return m->err;
}

/* Logs of devices that lost all their rights are closed, and opened again when one gets a right. */
static enum err
write_closed(struct model *m, struct arena *a, bool *ret_changed)
{
    struct log_row *logs;
    size_t count = 0;

    m->err = log_list(m->s, m->space->id, a, &logs, &count, m->e);
    for (size_t i = 0; m->err == OK && i < count; i++) {
        bool closed = false;

        m->err = trust_is_closed(m->s, m->space, logs[i].name.device, &closed, m->e);
        if (m->err != OK || logs[i].closed == closed)
            continue;
        *ret_changed = *ret_changed || closed; /* the reach is found by judging anew */
        m->err = log_close(m->s, logs[i].id, closed, logs[i].reach, m->e);
    }
    return m->err;
}

enum err
trust_settle(struct store *s, const struct space_row *space, struct stamp fresh, bool *ret_changed,
             struct error *e)
{
    struct model m = {.s = s, .space = space, .e = e, .fresh = fresh};
    struct arena a;
    bool changed = false;
    enum err err;

    arena_init(&a, TRUST_ARENA_BYTES_MAX);
    err = model_load(&m, &a);
    if (err == OK) {
        find_chain(&m);
        err = m.err;
    }
    if (err == OK)
        err = write_rights(&m, &a, &changed);
    if (err == OK)
        err = write_counts(&m, &changed);
    if (err == OK)
        err = write_closed(&m, &a, &changed);
    arena_release(&a);
    if (err == OK)
        *ret_changed = changed;
    return err;
}

/* --- asking ----------------------------------------------------------------------------------- */

bool
trust_is_open(const struct right_row *right)
{
    return right->role != 0 && right->revocations == 0 && right->ended == 0;
}

enum err
trust_covers(struct store *s, const struct right_row *right, int64_t log, uint64_t seq, bool *ret_covers,
             struct error *e)
{
    const struct stamp given = {record_id_log(right->id), record_id_seq(right->id)};
    const struct stamp end = {record_id_log(right->ended), record_id_seq(right->ended)};
    uint64_t left = 0;
    bool holds = right->role != 0;
    enum err err = OK;

    if (holds && right->id > 0) {
        holds = !(given.log == log && given.seq == seq);
        if (holds)
            err = merge_has_seen(s, log, seq, given, &holds, e);
    }
    if (err == OK && holds && right->revocations > 0) {
        err = cutoff_count(s, right->id, log, seq, &left, e);
        holds = left == right->revocations;
    }
    if (err == OK && holds && right->ended != 0)
        err = merge_has_seen(s, end.log, end.seq, (struct stamp){log, seq}, &holds, e);
    if (err == OK)
        *ret_covers = holds;
    return err;
}

static enum err
rights_of(struct store *s, const struct space_row *space, const uint8_t device[DEVICE_BYTES], struct arena *a,
          struct right_row **ret_rights, size_t *ret_count, struct error *e)
{
    enum err err = right_list_of(s, space->id, device, a, ret_rights, ret_count, e);

    if (err != OK || *ret_count > 0 || memcmp(space->genesis.founder, device, DEVICE_BYTES) != 0)
        return err;
    *ret_rights = arena_array(a, 1, sizeof **ret_rights);
    if (*ret_rights == NULL)
        return err_set(e, ERR_NOMEM, "trust: no memory");
    (*ret_rights)[0] = (struct right_row){.id = -space->id, .role = ROLE_ADMIN};
    memcpy((*ret_rights)[0].device, device, DEVICE_BYTES);
    *ret_count = 1;
    return OK;
}

enum err
trust_rights_of(struct store *s, const struct space_row *space, const uint8_t device[DEVICE_BYTES],
                struct arena *a, struct right_row **ret_rights, size_t *ret_count, struct error *e)
{
    size_t count = 0, kept = 0;
    enum err err = rights_of(s, space, device, a, ret_rights, &count, e);

    for (size_t i = 0; err == OK && i < count; i++)
        if ((*ret_rights)[i].role != 0)
            (*ret_rights)[kept++] = (*ret_rights)[i];
    if (err == OK)
        *ret_count = kept;
    return err;
}

enum err
trust_is_closed(struct store *s, const struct space_row *space, const uint8_t device[DEVICE_BYTES],
                bool *ret_closed, struct error *e)
{
    struct right_row *rights;
    struct arena a;
    size_t count = 0;
    bool closed;
    enum err err;

    arena_init(&a, TRUST_ARENA_BYTES_MAX);
    err = rights_of(s, space, device, &a, &rights, &count, e);
    closed = err == OK && count > 0;
    for (size_t i = 0; closed && i < count; i++)
        closed = !trust_is_open(&rights[i]);
    arena_release(&a);
    if (err == OK)
        *ret_closed = closed;
    return err;
}
