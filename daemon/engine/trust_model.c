/* Trust, read: the operations of entries that are merged, and the model that is made of them. */
#include "config.h"

#include "daemon/engine/trust_model.h"

#include <string.h>

#include "daemon/engine/system_fields.h"

/* --- cut-offs --------------------------------------------------------------------------------- */

enum err
trust_cutoffs_encode(struct buf *b, const struct trust_cutoff *list, size_t count)
{
    wire_put_uint(b, count);
    for (size_t i = 0; i < count; i++) {
        for (int k = 0; k < 8; k++)
            wire_put_u8(b, (uint8_t) (list[i].epoch >> (8 * k)));
        wire_put_uint(b, list[i].seq);
        buf_append(b, list[i].hash, SEEN_HASH_BYTES);
    }
    return b->err;
}

enum err
trust_cutoffs_decode(const uint8_t *bytes, size_t size, struct trust_cutoff *ret_list, size_t *ret_count)
{
    struct wire w;
    size_t count;

    wire_init(&w, bytes, size);
    count = (size_t) wire_uint_max(&w, TRUST_CUTOFFS_MAX);
    for (size_t i = 0; w.err == OK && i < count; i++) {
        uint8_t epoch[8];

        wire_copy(&w, epoch, sizeof epoch);
        ret_list[i].epoch = 0;
        for (int k = 0; k < 8; k++)
            ret_list[i].epoch |= (uint64_t) epoch[k] << (8 * k);
        ret_list[i].seq = wire_uint_max(&w, ENTRY_SEQ_MAX);
        wire_copy(&w, ret_list[i].hash, SEEN_HASH_BYTES);
        if (ret_list[i].seq == 0 || (i > 0 && ret_list[i].epoch <= ret_list[i - 1].epoch))
            return ERR_FORMAT;
    }
    if (wire_finish(&w) != OK)
        return ERR_FORMAT;
    *ret_count = count;
    return OK;
}

enum err
trust_cutoff_find(struct store *s, const uint8_t space[SPACE_BYTES], const uint8_t device[DEVICE_BYTES],
                  const struct trust_cutoff *cutoff, int64_t *ret_log, struct error *e)
{
    struct log_id name = {.epoch = cutoff->epoch};
    struct log_row log;
    struct hash hash;
    enum err err;

    memcpy(name.space, space, SPACE_BYTES);
    memcpy(name.device, device, DEVICE_BYTES);
    err = log_find(s, &name, &log, e);
    if (err == OK)
        err = entry_hash(s, log.id, cutoff->seq, &hash, e);
    if (err == OK && memcmp(hash.bytes, cutoff->hash, SEEN_HASH_BYTES) != 0)
        err = err_set(e, ERR_NOT_FOUND, "a cut-off with another hash");
    if (err == OK)
        *ret_log = log.id;
    return err;
}

/* --- reading an entry ------------------------------------------------------------------------- */

static const struct value *
field_of(const struct change_op *op, unsigned id, enum value_kind kind)
{
    for (uint32_t i = 0; i < op->fields_count; i++)
        if (op->fields[i].id == id && op->fields[i].value.kind == kind)
            return &op->fields[i].value;
    return NULL;
}

/* The local id that a reference of the entry names; 0 for none. */
static enum err
subject_of(struct store *s, const struct merge_entry *entry, const struct change_op *op, unsigned field,
           int64_t *ret_id, struct error *e)
{
    const struct value *v = field_of(op, field, VALUE_REFERENCE);
    int64_t space;

    *ret_id = 0;
    return v != NULL ? merge_resolve(s, entry->log, entry->seq, v->ref, ret_id, &space, e) : OK;
}

static void
device_of(const struct change_op *op, unsigned field, struct trust_row *row)
{
    const struct value *v = field_of(op, field, VALUE_BYTES);

    row->has_device = v != NULL && v->size == DEVICE_BYTES;
    if (row->has_device)
        memcpy(row->device, v->bytes, DEVICE_BYTES);
}

/* Whether a revocation names a right, and as cut-offs only what its author had seen. */
static enum err
check_revocation(struct store *s, const struct merge_entry *entry, const struct trust_row *row, struct arena *a,
                 const char **ret_reason, struct error *e)
{
    struct trust_cutoff list[TRUST_CUTOFFS_MAX];
    struct trust_row *rows;
    const uint8_t *device = row->subject == 0 ? entry->space->genesis.founder : NULL;
    size_t count = 0, rows_count = 0;
    enum err err = row->subject != 0 ? trust_list(s, entry->space->id, a, &rows, &rows_count, e) : OK;

    for (size_t i = 0; err == OK && i < rows_count; i++)
        if (rows[i].id == row->subject && rows[i].type != RECORD_REVOCATION && rows[i].has_device)
            device = rows[i].device;
    if (err == OK && device == NULL)
        *ret_reason = N_("it revokes what is no right");
    else if (err == OK && row->cutoffs != NULL &&
             trust_cutoffs_decode(row->cutoffs, row->cutoffs_size, list, &count) != OK)
        *ret_reason = N_("its content is malformed");
    for (size_t i = 0; err == OK && *ret_reason == NULL && i < count; i++) {
        int64_t log;
        bool seen = false;

        err = trust_cutoff_find(s, entry->space->space, device, &list[i], &log, e);
        if (err == OK)
            err = merge_has_seen(s, entry->log->id, entry->seq, (struct stamp){log, list[i].seq}, &seen, e);
        if (err == ERR_NOT_FOUND)
            err = OK;
        if (!seen)
            *ret_reason = N_("it refers to what its author had not seen");
    }
    return err;
}

static enum err
read_op(struct store *s, const struct merge_entry *entry, uint32_t index, struct trust_row *row,
        struct error *e)
{
    const struct change_op *op = &entry->body->ops[index];
    const struct value *v;

    *row = (struct trust_row){.id = record_id(entry->log->id, entry->seq, index), .type = op->type,
                              .alone = entry->body->ops_count == 1};
    switch (op->type) {
    case RECORD_GRANT:
        device_of(op, GRANT_DEVICE, row);
        v = field_of(op, GRANT_ROLE, VALUE_INTEGER);
        row->role = v != NULL ? v->integer : 0;
        if (subject_of(s, entry, op, GRANT_UNIT, &row->unit, e) != OK)
            return e->code;
        return subject_of(s, entry, op, GRANT_PARENT, &row->subject, e);
    case RECORD_ADOPTION:
        device_of(op, ADOPTION_PARENT_DEVICE, row);
        row->role = ROLE_ADMIN;
        return subject_of(s, entry, op, ADOPTION_PREVIOUS, &row->subject, e);
    default:
        v = field_of(op, REVOCATION_CUTOFFS, VALUE_BYTES);
        if (v != NULL) {
            row->cutoffs = v->bytes;
            row->cutoffs_size = v->size;
        }
        return subject_of(s, entry, op, REVOCATION_RIGHT, &row->subject, e);
    }
}

enum err
trust_note(struct store *s, const struct merge_entry *entry, struct arena *a, bool *ret_any,
           const char **ret_reason, struct error *e)
{
    const char *reason = NULL;
    bool any = false;
    enum err err = OK;

    for (uint32_t i = 0; err == OK && reason == NULL && i < entry->body->ops_count; i++) {
        unsigned type = entry->body->ops[i].type;
        struct trust_row row;

        if (!trust_is_type(type))
            continue;
        any = true;
        err = read_op(s, entry, i, &row, e);
        if (err == OK && type == RECORD_REVOCATION)
            err = check_revocation(s, entry, &row, a, &reason, e);
    }
    for (uint32_t i = 0; err == OK && any && reason == NULL && i < entry->body->ops_count; i++) {
        unsigned type = entry->body->ops[i].type;
        struct trust_row row;

        if (!trust_is_type(type))
            continue;
        err = read_op(s, entry, i, &row, e);
        if (err == OK)
            err = trust_add(s, entry->space->id, &row, e);
    }
    if (err == OK) {
        *ret_any = any;
        if (reason != NULL)
            *ret_reason = reason;
    }
    return err;
}

/* --- the model -------------------------------------------------------------------------------- */

struct right *
model_right(const struct model *m, int64_t id)
{
    for (size_t low = 0, high = m->rights_count; low < high;) {
        size_t middle = low + (high - low) / 2;

        if (m->rights[middle]->id == id)
            return m->rights[middle];
        if (m->rights[middle]->id < id)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

/* Cut-offs as local logs. */
static enum err
load_points(struct model *m, struct trust_op *op, struct arena *a)
{
    struct trust_cutoff list[TRUST_CUTOFFS_MAX];
    struct stamp *points;
    size_t count = 0;

    if (op->row->cutoffs == NULL ||
        trust_cutoffs_decode(op->row->cutoffs, op->row->cutoffs_size, list, &count) != OK)
        return OK;
    points = arena_array(a, count, sizeof *points);
    if (points == NULL && count > 0)
        return err_set(m->e, ERR_NOMEM, "trust: no memory");
    for (size_t i = 0; m->err == OK && i < count; i++) {
        points[i].seq = list[i].seq;
        m->err = trust_cutoff_find(m->s, m->space->space, op->target->device, &list[i], &points[i].log, m->e);
    }
    op->points = points;
    op->points_count = count;
    return m->err;
}

static enum err
load_deed(struct model *m, const struct trust_row *row, struct deed *d)
{
    struct log_row log;
    enum err err;

    d->stamp = (struct stamp){record_id_log(row->id), record_id_seq(row->id)};
    err = log_get(m->s, d->stamp.log, &log, m->e);
    if (err == OK)
        err = entry_hash(m->s, d->stamp.log, d->stamp.seq, &d->hash, m->e);
    if (err == OK)
        memcpy(d->device, log.name.device, DEVICE_BYTES);
    return err;
}

static enum err
add_right(struct model *m, struct trust_op *op, struct arena *a)
{
    struct right *r = arena_alloc(a, sizeof *r);

    if (r == NULL)
        return err_set(m->e, ERR_NOMEM, "trust: no memory");
    *r = (struct right){.id = -m->space->id, .has_device = true, .role = ROLE_ADMIN, .op = op};
    if (op == NULL) {
        memcpy(r->device, m->space->genesis.founder, DEVICE_BYTES);
    } else {
        r->id = op->row->id;
        r->has_device = op->row->has_device;
        memcpy(r->device, op->row->device, DEVICE_BYTES);
        r->role = trust_is_role(op->row->role) ? (unsigned) op->row->role : 0;
        r->unit = op->row->unit;
        op->right = r;
    }
    m->rights[m->rights_count++] = r;
    return OK;
}

/* Operations with their entries and rights, in the order of their ids. */
static enum err
load_ops(struct model *m, const struct trust_row *rows, struct arena *a)
{
    enum err err = OK;

    for (size_t i = 0; err == OK && i < m->ops_count; i++) {
        struct trust_op *op = &m->ops[i];

        op->row = &rows[i];
        if (i == 0 || rows[i].id >> 12 != rows[i - 1].id >> 12)
            err = load_deed(m, &rows[i], &m->deeds[m->deeds_count++]);
        op->deed = &m->deeds[m->deeds_count - 1];
        op->deed->is_fresh = op->deed->stamp.log == m->fresh.log && op->deed->stamp.seq == m->fresh.seq;
        op->next_of_deed = op->deed->ops;
        op->deed->ops = op;
        if (err == OK && rows[i].type != RECORD_REVOCATION)
            err = add_right(m, op, a);
    }
    return err;
}

enum err
model_load(struct model *m, struct arena *a)
{
    struct trust_row *rows;

    m->err = trust_list(m->s, m->space->id, a, &rows, &m->ops_count, m->e);
    if (m->err != OK)
        return m->err;
    m->ops = arena_array(a, m->ops_count, sizeof *m->ops);
    m->deeds = arena_array(a, m->ops_count, sizeof *m->deeds);
    m->rights = arena_array(a, m->ops_count + 1, sizeof *m->rights);
    m->chain = arena_array(a, m->ops_count + 1, sizeof *m->chain);
    if (m->rights == NULL || m->chain == NULL || (m->ops_count > 0 && (m->ops == NULL || m->deeds == NULL)))
        return m->err = err_set(m->e, ERR_NOMEM, "trust: no memory");
    m->err = add_right(m, NULL, a);
    if (m->err == OK)
        m->err = load_ops(m, rows, a);
    m->chain[m->chain_count++] = m->rights[0];
    for (size_t i = 0; m->err == OK && i < m->ops_count; i++) {
        struct trust_op *op = &m->ops[i];

        if (op->row->type != RECORD_REVOCATION)
            continue;
        op->target = model_right(m, op->row->subject != 0 ? op->row->subject : -m->space->id);
        if (op->target == NULL)
            continue;
        m->err = load_points(m, op, a);
        op->next_of_right = op->target->revoked_by;
        op->target->revoked_by = op;
    }
    return m->err;
}
