/* Names of records: natural keys, and the operations that introduce a record, counted or not. */
#include "config.h"

#include "daemon/engine/naming.h"

#include <string.h>

#include "daemon/store/rights.h"

enum { KEY_BYTES_MAX = CHANGESET_BYTES_MAX };

/* --- keys ------------------------------------------------------------------------------------ */

/* A reference inside a key in its global form: the key of a keyed record of the same space, else the
 * operation that introduced it. The key is the one that was stored: to compute it from the record again
 * would follow whatever chain, or ring, of references a device likes to write. */
static enum err
put_global(struct store *s, struct buf *b, int64_t space, int64_t record, struct error *e)
{
    struct log_row log;
    struct hash hash;
    unsigned type = 0;
    enum err err = log_get(s, record_id_log(record), &log, e);

    if (err == OK && log.space == space) {
        err = state_type(s, record, &type, e);
        if (err == ERR_NOT_FOUND)
            err = OK;
    }
    if (err != OK)
        return err;
    if (type != 0 && registry_by_type(type) != NULL && registry_is_keyed(registry_by_type(type))) {
        err = state_key_of(s, record, &hash, e);
        wire_put_u8(b, 2);
        buf_append(b, hash.bytes, HASH_BYTES);
        return err;
    }
    chain_start(&log.name, &hash);
    wire_put_u8(b, 1);
    buf_append(b, hash.bytes, HASH_BYTES);
    wire_put_uint(b, record_id_seq(record));
    wire_put_uint(b, record_id_index(record));
    return OK;
}

static enum err
key_hash(struct store *s, int64_t space, unsigned type, const struct change_field *keys,
         uint32_t keys_count, struct hash *ret_hash, struct error *e)
{
    struct buf b;
    enum err err = OK;

    buf_init(&b, KEY_BYTES_MAX);
    wire_put_uint(&b, type);
    for (uint32_t i = 0; err == OK && i < keys_count; i++) {
        wire_put_uint(&b, keys[i].id);
        wire_put_u8(&b, (uint8_t) keys[i].value.kind);
        if (keys[i].value.kind == VALUE_REFERENCE)
            err = put_global(s, &b, space, keys[i].value.record, e);
        else
            value_encode(&b, &keys[i].value);
    }
    if (err == OK && b.err != OK)
        err = err_set(e, b.err, "record key: too long");
    if (err == OK)
        hash_once(DOMAIN_KEY, b.bytes, b.size, ret_hash);
    buf_release(&b);
    return err;
}

enum err
naming_fields(struct store *s, const struct merge_entry *entry, const struct registry_record *registry,
               const struct change_field *fields, uint32_t count, struct arena *a,
               struct change_field **ret_fields, uint32_t *ret_count, struct error *e)
{
    struct change_field *resolved = arena_array(a, count, sizeof *resolved);
    uint32_t kept = 0;

    if (resolved == NULL && count > 0)
        return err_set(e, ERR_NOMEM, "merge: no memory");
    for (uint32_t i = 0; i < count; i++) {
        const struct registry_field *f = registry_field_by_id(registry, fields[i].id);
        struct value v = fields[i].value;

        if (f == NULL || (v.kind != f->kind && v.kind != VALUE_NULL))
            continue;
        if (v.kind == VALUE_REFERENCE) {
            int64_t space;
            enum err err = merge_resolve(s, entry->log, entry->seq, v.ref, &v.record, &space, e);

            if (err != OK)
                return err;
        }
        resolved[kept++] = (struct change_field){fields[i].id, v};
    }
    *ret_fields = resolved;
    *ret_count = kept;
    return OK;
}

enum err
naming_meet(struct store *s, const struct merge_entry *entry, const struct change_op *op, int64_t here,
           const struct registry_record *registry, struct arena *a, int64_t *ret_record, bool *ret_new,
           struct error *e)
{
    struct change_field *keys;
    uint32_t keys_count;
    struct hash hash;
    enum err err = naming_fields(s, entry, registry, op->keys, op->keys_count, a, &keys, &keys_count, e);

    if (err == OK)
        err = key_hash(s, entry->space->id, op->type, keys, keys_count, &hash, e);
    if (err != OK)
        return err;
    err = state_by_key(s, entry->space->id, &hash, ret_record, e);
    *ret_new = err == ERR_NOT_FOUND;
    if (*ret_new) {
        *ret_record = here;
        return state_key_add(s, entry->space->id, &hash, here, e);
    }
    if (err == OK && *ret_record != here)
        err = state_alias_add(s, here, *ret_record, e);
    return err;
}

/* --- naming ---------------------------------------------------------------------------------- */

bool
merge_is_whole_key(const struct change_op *op, const struct registry_record *registry)
{
    uint32_t count = 0;

    for (const struct registry_field *f = registry->fields; f->id != 0; f++) {
        if (!(f->flags & FIELD_KEY))
            continue;
        if (count == op->keys_count || op->keys[count].id != f->id || op->keys[count].value.kind != f->kind)
            return false;
        for (uint32_t i = 0; i < op->fields_count; i++)
            if (op->fields[i].id == f->id)
                return false;
        count++;
    }
    return count > 0 && count == op->keys_count;
}

/* Whether the references of a key lead to the entry's past, or back within the entry. */
static bool
key_leads_back(const struct change_op *op, uint32_t index)
{
    for (uint32_t i = 0; i < op->keys_count; i++) {
        const struct short_ref *ref = &op->keys[i].value.ref;

        if (op->keys[i].value.kind == VALUE_REFERENCE && ref->log == 0 && ref->seq == 0 && ref->index >= index)
            return false;
    }
    return true;
}

static enum err
name_op(struct store *s, const struct merge_entry *entry, const struct change_op *op, uint32_t index,
        int64_t here, struct arena *a, struct error *e)
{
    const struct registry_record *registry = registry_by_type(op->type);
    int64_t record;
    bool is_new;
    enum err err;

    if (registry == NULL || op->keys_count == 0 || !merge_is_whole_key(op, registry) ||
        !key_leads_back(op, index))
        return OK;
    err = naming_meet(s, entry, op, here, registry, a, &record, &is_new, e);
    if (err == ERR_FORMAT)
        return OK; /* its key names what its author had not seen */
    return err == OK && is_new ? state_note_type(s, record, op->type, e) : err;
}

enum err
merge_name(struct store *s, const struct merge_entry *entry, struct arena *a, struct error *e)
{
    enum err err = OK;

    for (uint32_t i = 0; err == OK && i < entry->body->ops_count; i++)
        if (entry->body->ops[i].kind == CHANGE_PUT_KEYED)
            err = name_op(s, entry, &entry->body->ops[i], i, record_id(entry->log->id, entry->seq, i), a, e);
    return err;
}

enum err
merge_name_restated(struct store *s, const struct merge_entry *entry, uint32_t index, struct arena *a,
                    struct error *e)
{
    const struct change_op *op = &entry->body->ops[index];
    int64_t place, space, chosen = 0;
    enum err err = merge_resolve_place(s, entry->log, entry->seq, op->target, &place, &space, e);

    if (err == OK)
        err = naming_restatement(s, place, a, &chosen, e);
    if (err == OK && chosen != record_id(entry->log->id, entry->seq, index))
        return OK;
    return err == OK ? name_op(s, entry, op, index, place, a, e) : err;
}

/* Whether an operation has a form that names a record.
 *   Returns  ERR_NOT_FOUND it has not */
static enum err
check_introduction(struct store *s, const struct introduction *intro, uint32_t index, struct error *e)
{
    const struct change_op *op = &intro->op;
    const struct registry_record *registry = registry_by_type(op->type);
    enum err err = OK;

    if (registry != NULL && registry_is_keyed(registry) != (op->keys_count > 0))
        err = ERR_NOT_FOUND;
    else if (op->keys_count > 0 &&
             (registry == NULL || !merge_is_whole_key(op, registry) || !key_leads_back(op, index)))
        err = ERR_NOT_FOUND;
    for (uint32_t i = 0; err == OK && i < op->keys_count; i++) {
        int64_t place, space;

        if (op->keys[i].value.kind == VALUE_REFERENCE)
            err = merge_resolve_place(s, &intro->log, intro->seq, op->keys[i].value.ref, &place, &space, e);
    }
    return err == ERR_FORMAT ? ERR_NOT_FOUND : err;
}

/* Read one operation of a merged entry.
 *   restated  it is to restate another; else it is to introduce a record of its own place
 *   Returns   ERR_NOT_FOUND when it is not there, or cannot be read */
static enum err
read_introduction(struct store *s, int64_t place, bool restated, struct arena *a,
                  struct introduction *ret_intro, struct error *e)
{
    struct introduction intro = {.seq = record_id_seq(place)};
    uint32_t index = record_id_index(place);
    struct entry_row row;
    struct verified_entry entry;
    struct change_body body = {0};
    enum err err = entry_get(s, record_id_log(place), intro.seq, a, &row, e);

    if (err == OK && (row.applied == 0 || row.operator == MERGE_PAST_MALFORMED))
        err = ERR_NOT_FOUND;
    if (err == OK)
        err = log_get(s, row.log, &intro.log, e);
    if (err == OK)
        err = item_decode(row.item, row.item_size, a, &entry, e);
    if (err == OK && entry.body != NULL)
        err = change_decode_body(entry.body, entry.body_size, entry.header.version, a, &body, e);
    if (err == ERR_FORMAT || err == ERR_UNSUPPORTED)
        err = ERR_NOT_FOUND;
    if (err == OK && (index >= body.ops_count || !change_introduces(&body.ops[index]) ||
                      (body.ops[index].kind == CHANGE_RESTATE) != restated))
        err = ERR_NOT_FOUND;
    if (err == OK) {
        intro.op = body.ops[index];
        err = check_introduction(s, &intro, index, e);
    }
    if (err != OK)
        return err == ERR_NOT_FOUND ? err_set(e, err, "no such operation") : err;
    *ret_intro = intro;
    return OK;
}

enum err
naming_restatement(struct store *s, int64_t place, struct arena *a, int64_t *ret_op, struct error *e)
{
    struct hash best, hash;
    int64_t *by, chosen = 0;
    size_t count = 0;
    enum err err = restated_by(s, place, a, &by, &count, e);

    for (size_t i = 0; err == OK && i < count; i++) {
        err = entry_hash(s, record_id_log(by[i]), record_id_seq(by[i]), &hash, e);
        if (err == OK && (chosen == 0 || hash_compare(&hash, &best) < 0)) {
            chosen = by[i];
            best = hash;
        }
    }
    if (err == OK)
        *ret_op = chosen;
    return err;
}

enum err
merge_introduction(struct store *s, int64_t raw, struct arena *a, struct introduction *ret_intro,
                   struct error *e)
{
    int64_t chosen = 0;
    bool erased = false;
    enum err err = erasure_of(s, record_id_log(raw), record_id_seq(raw), &erased, e);

    if (err != OK || !erased)
        return err == OK ? read_introduction(s, raw, false, a, ret_intro, e) : err;
    err = naming_restatement(s, raw, a, &chosen, e);
    if (err != OK)
        return err;
    return chosen != 0 ? read_introduction(s, chosen, true, a, ret_intro, e)
                       : err_set(e, ERR_NOT_FOUND, "no such operation");
}
