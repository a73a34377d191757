/* Merge. A record under merge is a small model in memory: for each field, and for the life as field 0,
 * the values that stand. One function, write_value(), changes it; merge_apply() plays one entry onto the
 * stored state, merge_recompute() plays all entries of a record onto nothing. Both give the same, since
 * entries are played in causal order and a value is replaced exactly when its writer is in the past of
 * the entry that writes. */
#include "config.h"

#include "daemon/engine/merge.h"

#include <assert.h>
#include <string.h>

#include "daemon/store/rights.h"

enum { KEY_BYTES_MAX = CHANGESET_BYTES_MAX, SLOTS_MAX = REGISTRY_FIELDS_MAX + 1 };

struct slot {
    unsigned id;                /* LIFE_FIELD or a field */
    struct standing_row *rows;  /* in the arena; wall_s is looked up only when several stand */
    size_t count;
    bool was_several;           /* rows are in the table `standing` */
};

struct model {
    int64_t id;
    unsigned type;
    const struct registry_record *registry;
    int64_t space;
    struct slot slots[SLOTS_MAX]; /* ascending ids */
    size_t slots_count;
};

/* --- what entries have seen ------------------------------------------------------------------ */

enum err
merge_has_seen(struct store *s, int64_t log, uint64_t seq, struct stamp other, bool *ret_seen,
               struct error *e)
{
    uint64_t seen = seq;

    if (other.log != log) {
        enum err err = seen_get(s, log, seq, other.log, &seen, e);

        if (err != OK)
            return err;
    }
    *ret_seen = other.seq <= seen;
    return OK;
}

/* An alias stands for the record that an earlier introduction of the same key made. */
static enum err
follow_alias(struct store *s, int64_t *record, struct error *e)
{
    int64_t target;
    enum err err = state_alias_get(s, *record, &target, e);

    if (err == OK)
        *record = target;
    return err == ERR_NOT_FOUND ? OK : err;
}

enum err
merge_resolve_place(struct store *s, const struct log_row *log, uint64_t seq, struct short_ref ref,
                    int64_t *ret_place, int64_t *ret_space, struct error *e)
{
    uint64_t at = ref.log == 0 && ref.seq == 0 ? seq : ref.seq;
    enum err err;

    if (ref.log == 0) {
        if (ref.seq >= seq) /* the entry itself is written as 0: one reference has one form */
            return err_set(e, ERR_FORMAT, "a reference to an entry that is not written yet");
        *ret_place = record_id(log->id, at, ref.index);
        *ret_space = log->space;
    } else {
        struct log_row target;
        int64_t other;

        err = place_log(s, log->id, seq, ref.log, &other, e);
        if (err == ERR_NOT_FOUND)
            return err_set(e, ERR_FORMAT, "a reference to a log that was never introduced");
        if (err == OK)
            err = log_get(s, other, &target, e);
        if (err != OK)
            return err;
        if (target.space == log->space) {
            bool seen;

            err = merge_has_seen(s, log->id, seq, (struct stamp){other, at}, &seen, e);
            if (err != OK)
                return err;
            if (!seen)
                return err_set(e, ERR_FORMAT, "a reference to what its author had not seen");
        }
        *ret_place = record_id(other, at, ref.index);
        *ret_space = target.space;
    }
    return OK;
}

enum err
merge_resolve(struct store *s, const struct log_row *log, uint64_t seq, struct short_ref ref,
              int64_t *ret_record, int64_t *ret_space, struct error *e)
{
    int64_t record;
    enum err err = merge_resolve_place(s, log, seq, ref, &record, ret_space, e);

    /* In another space, which introduction came first, and whether any did, depends on the machine. */
    if (err == OK && *ret_space == log->space)
        err = follow_alias(s, &record, e);
    if (err == OK)
        *ret_record = record;
    return err;
}

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

/* --- the model ------------------------------------------------------------------------------- */

static struct slot *
model_slot(struct model *m, unsigned id)
{
    size_t at = 0;

    while (at < m->slots_count && m->slots[at].id < id)
        at++;
    if (at < m->slots_count && m->slots[at].id == id)
        return &m->slots[at];
    assert(m->slots_count < SLOTS_MAX);
    memmove(&m->slots[at + 1], &m->slots[at], (m->slots_count - at) * sizeof m->slots[0]);
    m->slots[at] = (struct slot){.id = id};
    m->slots_count++;
    return &m->slots[at];
}

static enum err
load_slot(struct store *s, struct model *m, const struct record *r, unsigned id,
          const struct record_field *single, struct arena *a, struct error *e)
{
    struct slot *slot = model_slot(m, id);

    if (r->several) {
        enum err err = state_standing(s, r->id, id, a, &slot->rows, &slot->count, e);

        if (err != OK)
            return err;
        slot->was_several = slot->count > 0;
        if (slot->count > 0)
            return OK;
    }
    slot->rows = arena_array(a, 1, sizeof *slot->rows);
    if (slot->rows == NULL)
        return err_set(e, ERR_NOMEM, "merge: no memory");
    slot->count = 1;
    if (single != NULL)
        slot->rows[0] = (struct standing_row){.stamp = single->stamp, .value = single->value};
    else
        slot->rows[0] = (struct standing_row){.stamp = r->life_stamp,
                                              .value = {.kind = VALUE_INTEGER, .integer = r->live}};
    return OK;
}

static enum err
model_load(struct store *s, int64_t id, struct arena *a, struct model *m, struct error *e)
{
    struct record *r;
    enum err err = state_get(s, id, a, &r, e);

    if (err != OK)
        return err;
    *m = (struct model){.id = r->id, .type = r->type, .registry = r->registry, .space = r->space};
    err = load_slot(s, m, r, LIFE_FIELD, NULL, a, e);
    for (uint32_t i = 0; err == OK && i < r->fields_count; i++)
        err = load_slot(s, m, r, r->fields[i].id, &r->fields[i], a, e);
    return err;
}

/* Order of display: the latest wall time, then the larger entry hash. */
static enum err
later(struct store *s, const struct standing_row *x, const struct standing_row *y, bool *ret_later,
      struct error *e)
{
    struct hash hx, hy;
    enum err err;

    if (x->wall_s != y->wall_s) {
        *ret_later = x->wall_s > y->wall_s;
        return OK;
    }
    err = entry_hash(s, x->stamp.log, x->stamp.seq, &hx, e);
    if (err == OK)
        err = entry_hash(s, y->stamp.log, y->stamp.seq, &hy, e);
    if (err == OK)
        *ret_later = hash_compare(&hx, &hy) > 0;
    return err;
}

static enum err
choose_displayed(struct store *s, struct slot *slot, struct error *e)
{
    size_t best = 0;
    enum err err = OK;

    for (size_t i = 1; err == OK && i < slot->count; i++) {
        bool is_later = false;

        err = later(s, &slot->rows[i], &slot->rows[best], &is_later, e);
        if (is_later)
            best = i;
    }
    for (size_t i = 0; i < slot->count; i++)
        slot->rows[i].displayed = i == best;
    return err;
}

/* The one rule: the new value replaces those that its entry had seen and stands beside the others. */
static enum err
write_value(struct store *s, const struct merge_entry *entry, struct model *m, unsigned id,
            const struct value *value, struct arena *a, struct error *e)
{
    struct slot *slot = model_slot(m, id);
    struct standing_row *rows = arena_array(a, slot->count + 1, sizeof *rows);
    size_t count = 0;
    enum err err = OK;

    if (rows == NULL)
        return err_set(e, ERR_NOMEM, "merge: no memory");
    for (size_t i = 0; err == OK && i < slot->count; i++) {
        bool seen;

        err = merge_has_seen(s, entry->log->id, entry->seq, slot->rows[i].stamp, &seen, e);
        if (err == OK && !seen)
            rows[count++] = slot->rows[i];
    }
    if (err != OK)
        return err;
    rows[count++] = (struct standing_row){.stamp = {entry->log->id, entry->seq},
                                          .value = *value,
                                          .wall_s = entry->wall_s};
    /* A value that stood alone was loaded without its time. */
    for (size_t i = 0; err == OK && count > 1 && !slot->was_several && i + 1 < count; i++) {
        struct entry_row written;

        err = entry_get(s, rows[i].stamp.log, rows[i].stamp.seq, a, &written, e);
        if (err == OK)
            rows[i].wall_s = written.wall_s;
    }
    slot->rows = rows;
    slot->count = count;
    return err == OK ? choose_displayed(s, slot, e) : err;
}

/* Turn the model into a record as the state keeps it. */
static enum err
model_record(const struct model *m, int64_t version, struct arena *a, struct record **ret_record,
             struct error *e)
{
    struct record *r = arena_alloc(a, sizeof *r);

    if (r == NULL || (r->fields = arena_array(a, m->slots_count, sizeof *r->fields)) == NULL)
        return err_set(e, ERR_NOMEM, "merge: no memory");
    r->id = m->id;
    r->type = m->type;
    r->registry = m->registry;
    r->space = m->space;
    r->version = version;
    for (size_t i = 0; i < m->slots_count; i++) {
        const struct slot *slot = &m->slots[i];
        const struct standing_row *shown = slot->rows;
        bool differ = false;

        for (size_t k = 0; k < slot->count; k++) {
            if (slot->rows[k].displayed)
                shown = &slot->rows[k];
            if (!value_equal(&slot->rows[k].value, &slot->rows[0].value))
                differ = true;
        }
        if (slot->count > 1)
            r->several = true;
        if (slot->id == LIFE_FIELD) {
            /* Alive while anybody's last word on it is that it lives. */
            r->live = differ || shown->value.integer == 1;
            r->life_conflict = differ;
            r->life_stamp = shown->stamp;
        } else {
            r->fields[r->fields_count++] = (struct record_field){
                .id = slot->id, .value = shown->value, .stamp = shown->stamp, .conflict = differ};
        }
    }
    *ret_record = r;
    return OK;
}

static enum err
model_store(struct store *s, const struct model *m, int64_t version, struct arena *a, struct error *e)
{
    struct record *r;
    enum err err = model_record(m, version, a, &r, e);

    if (err == OK)
        err = state_put(s, r, e);
    for (size_t i = 0; err == OK && i < m->slots_count; i++) {
        const struct slot *slot = &m->slots[i];

        if (slot->count > 1 || slot->was_several)
            err = state_put_standing(s, m->id, slot->id, slot->rows, slot->count > 1 ? slot->count : 0, e);
    }
    return err;
}

/* --- operations ------------------------------------------------------------------------------ */

/* Copy fields with their references resolved. A field of the wrong kind or unknown here is passed over:
 * it stays in the log, and a later release reads it again. */
static enum err
resolve_fields(struct store *s, const struct merge_entry *entry, const struct registry_record *registry,
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

static enum err
write_fields(struct store *s, const struct merge_entry *entry, struct model *m,
             const struct change_field *fields, uint32_t count, bool introduces, struct arena *a,
             struct error *e)
{
    const struct value live = {.kind = VALUE_INTEGER, .integer = 1};
    enum err err = write_value(s, entry, m, LIFE_FIELD, &live, a, e);

    for (uint32_t i = 0; err == OK && i < count; i++) {
        const struct registry_field *f = registry_field_by_id(m->registry, fields[i].id);

        if (!introduces && (f->flags & (FIELD_KEY | FIELD_OWNER | FIELD_SET_ONCE)))
            continue;
        err = write_value(s, entry, m, fields[i].id, &fields[i].value, a, e);
    }
    return err;
}

/* The key fields and the owner that an operation of an entry which does not count gives: a write through it
 * brings them along. */
static enum err
write_named(struct store *s, const struct merge_entry *entry, const struct introduction *intro, struct model *m,
            struct arena *a, struct error *e)
{
    const struct merge_entry writer = {.space = entry->space, .log = &intro->log, .seq = intro->seq};
    struct change_field *fields;
    uint32_t count;
    enum err err = OK;

    for (int list = 0; err == OK && list < 2; list++) {
        err = resolve_fields(s, &writer, m->registry, list == 0 ? intro->op.keys : intro->op.fields,
                             list == 0 ? intro->op.keys_count : intro->op.fields_count, a, &fields, &count, e);
        for (uint32_t i = 0; err == OK && i < count; i++)
            if (registry_field_by_id(m->registry, fields[i].id)->flags & (FIELD_KEY | FIELD_OWNER))
                err = write_value(s, entry, m, fields[i].id, &fields[i].value, a, e);
    }
    return err;
}

/* What an operation does to a model, once that model is the right one.
 *   intro  the operation through which it writes, when that one does not count; else NULL */
static enum err
play_op(struct store *s, const struct merge_entry *entry, const struct change_op *op,
        const struct introduction *intro, struct model *m, struct arena *a, struct error *e)
{
    struct change_field *fields = NULL;
    uint32_t count = 0;
    enum err err = OK;

    if (intro != NULL)
        err = write_named(s, entry, intro, m, a, e);
    if (err == OK && op->kind == CHANGE_DELETE) {
        const struct value deleted = {.kind = VALUE_INTEGER, .integer = 0};

        return write_value(s, entry, m, LIFE_FIELD, &deleted, a, e);
    }
    if (err == OK && op->keys_count > 0) {
        err = resolve_fields(s, entry, m->registry, op->keys, op->keys_count, a, &fields, &count, e);
        if (err == OK)
            err = write_fields(s, entry, m, fields, count, true, a, e);
    }
    if (err == OK)
        err = resolve_fields(s, entry, m->registry, op->fields, op->fields_count, a, &fields, &count, e);
    if (err == OK)
        err = write_fields(s, entry, m, fields, count, change_introduces(op), a, e);
    return err;
}

/* Find, or begin, the record that a keyed operation names.
 *   here     the place under which it is introduced
 *   ret_new  no operation of this key was here yet */
static enum err
meet_keyed(struct store *s, const struct merge_entry *entry, const struct change_op *op, int64_t here,
           const struct registry_record *registry, struct arena *a, int64_t *ret_record, bool *ret_new,
           struct error *e)
{
    struct change_field *keys;
    uint32_t keys_count;
    struct hash hash;
    enum err err = resolve_fields(s, entry, registry, op->keys, op->keys_count, a, &keys, &keys_count, e);

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

/* What an operation is aimed at. */
struct aim {
    int64_t id;                  /* of the record */
    bool is_new;                 /* surely no such record is here */
    bool is_lost;                /* through an operation of an entry that does not count: */
    struct introduction intro;
    bool has_effect;
};

/* A put or delete: the record, and whether the operation that it names counts. */
static enum err
aim_at_target(struct store *s, const struct merge_entry *entry, const struct change_op *op, struct arena *a,
              struct aim *aim, struct error *e)
{
    int64_t place, space;
    enum err err = merge_resolve_place(s, entry->log, entry->seq, op->target, &place, &space, e);

    if (err != OK)
        return err;
    aim->id = place;
    err = follow_alias(s, &aim->id, e);
    if (err == OK && (record_id_log(place) != entry->log->id || record_id_seq(place) != entry->seq))
        err = aside_has(s, record_id_log(place), record_id_seq(place), &aim->is_lost, e);
    if (err != OK || !aim->is_lost)
        return err;
    err = merge_introduction(s, place, a, &aim->intro, e);
    if (err == ERR_NOT_FOUND || (err == OK && aim->intro.op.type != op->type)) {
        aim->has_effect = false;
        err = OK;
    }
    return err;
}

/* Find the record of an operation.
 *   meets  introduce keys; else they are known */
static enum err
take_aim(struct store *s, const struct merge_entry *entry, uint32_t index, bool meets, struct arena *a,
         struct aim *ret_aim, struct error *e)
{
    const struct change_op *op = &entry->body->ops[index];
    const struct registry_record *registry = registry_by_type(op->type);
    int64_t here = record_id(entry->log->id, entry->seq, index), space;
    enum err err = OK;

    /* unknown: of a later release, waits in the log; append-only: written once */
    *ret_aim = (struct aim){.id = here, .is_new = op->kind == CHANGE_PUT_NEW, .has_effect = true};
    if (registry == NULL || (registry->grow_only && !change_introduces(op))) {
        ret_aim->has_effect = false;
        return OK;
    }
    if (op->kind == CHANGE_PUT_NEW)
        return OK;
    if (op->kind == CHANGE_PUT || op->kind == CHANGE_DELETE)
        return aim_at_target(s, entry, op, a, ret_aim, e);
    if (op->kind == CHANGE_RESTATE)
        err = merge_resolve_place(s, entry->log, entry->seq, op->target, &here, &space, e);
    if (err == OK && op->keys_count > 0 && meets)
        return meet_keyed(s, entry, op, here, registry, a, &ret_aim->id, &ret_aim->is_new, e);
    ret_aim->id = here;
    return err == OK ? follow_alias(s, &ret_aim->id, e) : err;
}

static enum err
apply_op(struct store *s, const struct merge_entry *entry, uint32_t index, struct arena *a,
         struct error *e)
{
    const struct change_op *op = &entry->body->ops[index];
    struct aim aim;
    struct model m;
    enum err err = take_aim(s, entry, index, true, a, &aim, e);

    if (err != OK || !aim.has_effect)
        return err;
    err = aim.is_new ? ERR_NOT_FOUND : model_load(s, aim.id, a, &m, e);
    if (err == ERR_NOT_FOUND) {
        if (!change_introduces(op) && !aim.is_lost)
            return OK; /* names no record: without effect, everywhere alike */
        m = (struct model){.id = aim.id, .type = op->type, .registry = registry_by_type(op->type),
                           .space = entry->space->id};
        err = OK;
    }
    if (err != OK || m.type != op->type || m.space != entry->space->id)
        return err;
    /* The id itself names the entry that introduced the record. */
    if (record_id_log(aim.id) != entry->log->id || record_id_seq(aim.id) != entry->seq)
        err = state_touch_add(s, aim.id, entry->applied, (struct stamp){entry->log->id, entry->seq}, e);
    if (err == OK)
        err = play_op(s, entry, op, aim.is_lost ? &aim.intro : NULL, &m, a, e);
    if (err == OK)
        err = model_store(s, &m, entry->applied, a, e);
    return err;
}

enum err
merge_apply(struct store *s, const struct merge_entry *entry, struct error *e)
{
    enum err err = OK;

    /* Each operation may touch a record of megabytes, and an entry has thousands. */
    for (uint32_t i = 0; err == OK && i < entry->body->ops_count; i++) {
        struct arena a;

        arena_init(&a, MERGE_ARENA_BYTES_MAX);
        err = apply_op(s, entry, i, &a, e);
        arena_release(&a);
    }
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
    err = meet_keyed(s, entry, op, here, registry, a, &record, &is_new, e);
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
    int64_t place, space;
    enum err err = merge_resolve_place(s, entry->log, entry->seq, op->target, &place, &space, e);

    return err == OK ? name_op(s, entry, op, index, place, a, e) : err;
}

/* Read one operation of a merged entry.
 *   Returns  ERR_NOT_FOUND when it is not there, or cannot be read */
static enum err
read_introduction(struct store *s, int64_t place, struct arena *a, struct introduction *ret_intro,
                  struct error *e)
{
    struct introduction intro = {.seq = record_id_seq(place)};
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
    if (err == OK && (record_id_index(place) >= body.ops_count ||
                      !change_introduces(&body.ops[record_id_index(place)])))
        err = ERR_NOT_FOUND;
    if (err != OK)
        return err == ERR_NOT_FOUND ? err_set(e, err, "no such operation") : err;
    intro.op = body.ops[record_id_index(place)];
    *ret_intro = intro;
    return OK;
}

enum err
merge_introduction(struct store *s, int64_t raw, struct arena *a, struct introduction *ret_intro,
                   struct error *e)
{
    struct hash best, hash;
    int64_t *by, chosen = 0;
    size_t count = 0;
    bool erased = false;
    enum err err = erasure_of(s, record_id_log(raw), record_id_seq(raw), &erased, e);

    if (err != OK || !erased)
        return err == OK ? read_introduction(s, raw, a, ret_intro, e) : err;
    err = restated_by(s, raw, a, &by, &count, e);
    /* of several the one whose entry has the smaller hash */
    for (size_t i = 0; err == OK && i < count; i++) {
        err = entry_hash(s, record_id_log(by[i]), record_id_seq(by[i]), &hash, e);
        if (err == OK && (chosen == 0 || hash_compare(&hash, &best) < 0)) {
            chosen = by[i];
            best = hash;
        }
    }
    if (err != OK)
        return err;
    return chosen != 0 ? read_introduction(s, chosen, a, ret_intro, e)
                       : err_set(e, ERR_NOT_FOUND, "no such operation");
}

/* --- recomputation --------------------------------------------------------------------------- */

/* Play those operations of one stored entry that touch the record. */
static enum err
replay_entry(struct store *s, const struct touch_row *touch, struct model *m, struct arena *a,
             struct error *e)
{
    struct entry_row row;
    struct log_row log;
    struct space_row space;
    struct verified_entry entry;
    struct change_body body;
    struct merge_entry merge;
    bool aside = false;
    enum err err = aside_has(s, touch->stamp.log, touch->stamp.seq, &aside, e);

    if (err != OK || aside)
        return err;
    err = entry_get(s, touch->stamp.log, touch->stamp.seq, a, &row, e);
    if (err == OK)
        err = log_get(s, row.log, &log, e);
    if (err == OK)
        err = space_get(s, log.space, &space, e);
    if (err == OK)
        err = item_decode(row.item, row.item_size, a, &entry, e);
    if (err != OK || entry.body == NULL)
        return err;
    err = change_decode_body(entry.body, entry.body_size, entry.header.version, a, &body, e);
    if (err != OK)
        return err;
    merge = (struct merge_entry){.space = &space, .log = &log, .seq = row.seq, .hash = row.hash,
                                 .wall_s = row.wall_s, .applied = row.applied, .body = &body};
    for (uint32_t i = 0; err == OK && i < body.ops_count; i++) {
        struct aim aim;

        err = take_aim(s, &merge, i, false, a, &aim, e);
        if (err == OK && aim.has_effect && aim.id == m->id && body.ops[i].type == m->type)
            err = play_op(s, &merge, &body.ops[i], aim.is_lost ? &aim.intro : NULL, m, a, e);
    }
    return err;
}

enum err
merge_recompute(struct store *s, int64_t id, struct arena *a, struct record **ret_record,
                struct merge_standing **ret_standing, size_t *ret_standing_count, struct error *e)
{
    struct record *stored;
    struct touch_row *touches;
    struct merge_standing *standing;
    struct model m;
    size_t count;
    enum err err = state_get(s, id, a, &stored, e);

    if (err == OK)
        err = state_touches(s, id, a, &touches, &count, e);
    if (err != OK)
        return err;
    m = (struct model){.id = stored->id, .type = stored->type, .registry = stored->registry,
                       .space = stored->space};
    for (size_t i = 0; err == OK && i < count; i++)
        err = replay_entry(s, &touches[i], &m, a, e);
    if (err == OK)
        err = model_record(&m, count > 0 ? touches[count - 1].applied : 0, a, ret_record, e);
    if (err != OK)
        return err;
    standing = arena_array(a, m.slots_count, sizeof *standing);
    if (standing == NULL)
        return err_set(e, ERR_NOMEM, "merge: no memory");
    for (size_t i = 0; i < m.slots_count; i++)
        standing[i] = (struct merge_standing){m.slots[i].id, m.slots[i].rows, m.slots[i].count};
    *ret_standing = standing;
    *ret_standing_count = m.slots_count;
    return OK;
}
