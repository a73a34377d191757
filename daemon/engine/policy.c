/* Policy. A device's rights in a space come from its founding, from adoptions that name it, and from
 * grants; each of these is itself a counting entry, so finding its record in the state means that it
 * counts, and asking whether the judged entry had seen it makes the answer the same everywhere. */
#include "config.h"

#include "daemon/engine/policy.h"

#include <string.h>

#include "daemon/engine/system_fields.h"

/* One right of a device: a role, for UNIT the unit whose records it may write, and the entry that gave
 * it (log 0: the founder's, older than every entry). */
struct right {
    unsigned role;
    int64_t unit;
    struct stamp given;
};

struct rights {
    size_t count;
    struct right *list; /* in the arena; all of them: which ones counted would depend on the machine */
};

static struct stamp
introduced_by(int64_t record)
{
    return (struct stamp){record_id_log(record), record_id_seq(record)};
}

static bool
is_role(int64_t role)
{
    return role == ROLE_ADMIN || role == ROLE_CLERK || role == ROLE_UNIT || role == ROLE_EVENT
           || role == ROLE_REVIEWER;
}

/* Collect from the records of one type whose field holds the device's key. A grant of a role that is none
 * gives nothing. */
static enum err
collect(struct store *s, const struct space_row *space, unsigned type, unsigned field,
        const uint8_t device[DEVICE_BYTES], struct arena *a, struct rights *rights, struct error *e)
{
    struct state_filter filter = {
        .field = field, .value = {.kind = VALUE_BYTES, .bytes = device, .size = DEVICE_BYTES}};
    struct state_query query = {.type = type, .filters = &filter, .filters_count = 1,
                                .space = space->id};
    struct record **records;
    struct right *list;
    size_t count;
    enum err err = state_list(s, &query, a, &records, &count, e);

    if (err != OK || count == 0)
        return err;
    list = arena_array(a, rights->count + count, sizeof *list);
    if (list == NULL)
        return err_set(e, ERR_NOMEM, "policy: no memory");
    for (size_t i = 0; i < rights->count; i++)
        list[i] = rights->list[i];
    rights->list = list;
    for (size_t i = 0; i < count; i++) {
        struct right right = {.role = ROLE_ADMIN, .given = introduced_by(records[i]->id)};

        /* an adoption ranks the parent above the founder */
        if (type == RECORD_GRANT) {
            int64_t role = record_integer(records[i], GRANT_ROLE, 0);

            right.role = is_role(role) ? (unsigned) role : 0;
            right.unit = record_reference(records[i], GRANT_UNIT);
        }
        if (right.role != 0)
            rights->list[rights->count++] = right;
    }
    return OK;
}

static enum err
rights_of(struct store *s, const struct space_row *space, const uint8_t device[DEVICE_BYTES],
          struct arena *a, struct rights *rights, struct error *e)
{
    enum err err;

    rights->count = 0;
    rights->list = arena_array(a, 1, sizeof *rights->list);
    if (rights->list == NULL)
        return err_set(e, ERR_NOMEM, "policy: no memory");
    /* Nothing can be added to the founder's rights, and most of a unit's entries are his. */
    if (memcmp(space->genesis.founder, device, DEVICE_BYTES) == 0) {
        rights->list[rights->count++] = (struct right){.role = ROLE_ADMIN};
        return OK;
    }
    err = collect(s, space, RECORD_ADOPTION, ADOPTION_PARENT_DEVICE, device, a, rights, e);
    if (err == OK)
        err = collect(s, space, RECORD_GRANT, GRANT_DEVICE, device, a, rights, e);
    return err;
}

enum err
policy_roles(struct store *s, const struct space_row *space, const uint8_t device[DEVICE_BYTES],
             struct arena *a, unsigned *ret_roles, struct error *e)
{
    struct rights rights;
    unsigned roles = 0;
    enum err err = rights_of(s, space, device, a, &rights, e);

    if (err != OK)
        return err;
    for (size_t i = 0; i < rights.count; i++)
        roles |= rights.list[i].role;
    *ret_roles = roles;
    return OK;
}

/* Keep only those rights that the entry had seen. */
static enum err
drop_unseen(struct store *s, const struct merge_entry *entry, struct rights *rights, struct error *e)
{
    size_t kept = 0;

    for (size_t i = 0; i < rights->count; i++) {
        bool seen = true;

        if (rights->list[i].given.log != 0) {
            enum err err = merge_has_seen(s, entry->log->id, entry->seq, rights->list[i].given, &seen, e);

            if (err != OK)
                return err;
        }
        if (seen)
            rights->list[kept++] = rights->list[i];
    }
    rights->count = kept;
    return OK;
}

static const struct value *
field_value(const struct change_field *fields, uint32_t count, unsigned id)
{
    for (uint32_t i = 0; i < count; i++)
        if (fields[i].id == id)
            return &fields[i].value;
    return NULL;
}

/* The unit that owns the record of an operation: from the operation that introduces it, else from the
 * record. 0 when there is none. */
static enum err
owner_of(struct store *s, const struct merge_entry *entry, const struct change_op *op,
         const struct registry_record *registry, struct arena *a, int64_t *ret_owner, struct error *e)
{
    const struct registry_field *f = registry->fields;
    const struct value *v;
    struct record *r;
    int64_t id, space;
    enum err err;

    *ret_owner = 0;
    while (f->id != 0 && !(f->flags & FIELD_OWNER))
        f++;
    if (f->id == 0)
        return OK;
    if (op->kind == CHANGE_PUT_NEW || op->kind == CHANGE_PUT_KEYED) {
        v = field_value(op->keys, op->keys_count, f->id);
        if (v == NULL)
            v = field_value(op->fields, op->fields_count, f->id);
        if (v == NULL || v->kind != VALUE_REFERENCE)
            return OK;
        return merge_resolve(s, entry->log, entry->seq, v->ref, ret_owner, &space, e);
    }
    if (op->target.log == 0 && op->target.seq == 0 && op->target.index < entry->body->ops_count) {
        const struct change_op *maker = &entry->body->ops[op->target.index];

        if (maker->type == op->type && (maker->kind == CHANGE_PUT_NEW || maker->kind == CHANGE_PUT_KEYED))
            return owner_of(s, entry, maker, registry, a, ret_owner, e);
        return OK;
    }
    err = merge_resolve(s, entry->log, entry->seq, op->target, &id, &space, e);
    if (err == OK)
        err = state_get(s, id, a, &r, e);
    if (err == OK && r->type == op->type)
        *ret_owner = record_reference(r, f->id);
    return err == ERR_NOT_FOUND ? OK : err;
}

/* Whether a set of rights allows one operation. */
static enum err
allowed(struct store *s, const struct merge_entry *entry, const struct change_op *op,
        const struct rights *rights, bool *ret_allowed, struct error *e)
{
    const struct registry_record *registry = registry_by_type(op->type);

    *ret_allowed = false;
    for (size_t i = 0; i < rights->count && !*ret_allowed; i++) {
        const struct right *right = &rights->list[i];

        if (right->role == ROLE_ADMIN || registry == NULL) {
            *ret_allowed = true;
        } else if (right->role & registry->writers) {
            int64_t owner = right->unit;

            if (right->role == ROLE_UNIT) {
                struct arena scratch; /* for the target, which may be large, of each of thousands */
                enum err err;

                arena_init(&scratch, MERGE_ARENA_BYTES_MAX);
                err = owner_of(s, entry, op, registry, &scratch, &owner, e);
                arena_release(&scratch);

                if (err != OK)
                    return err;
            }
            *ret_allowed = owner == right->unit && (right->role != ROLE_UNIT || owner != 0);
        }
    }
    return OK;
}

/* Resolve a reference, to find one that its author cannot have known. Within the entry it leads back: no
 * operation depends on one that takes effect after it.
 *   index  of the operation that refers */
static enum err
check_reference(struct store *s, const struct merge_entry *entry, uint32_t index, struct short_ref ref,
                int64_t *ret_space, struct error *e)
{
    int64_t record;

    if (ref.log == 0 && ref.seq == 0 && ref.index >= index)
        return ERR_FORMAT;
    return merge_resolve(s, entry->log, entry->seq, ref, &record, ret_space, e);
}

static enum err
check_fields(struct store *s, const struct merge_entry *entry, uint32_t index,
             const struct change_field *fields, uint32_t count, struct error *e)
{
    enum err err = OK;
    int64_t space;

    for (uint32_t i = 0; err == OK && i < count; i++)
        if (fields[i].value.kind == VALUE_REFERENCE)
            err = check_reference(s, entry, index, fields[i].value.ref, &space, e);
    return err;
}

static enum err
check_references(struct store *s, const struct merge_entry *entry, uint32_t index, struct error *e)
{
    const struct change_op *op = &entry->body->ops[index];
    int64_t space;
    enum err err = check_fields(s, entry, index, op->keys, op->keys_count, e);

    if (err == OK)
        err = check_fields(s, entry, index, op->fields, op->fields_count, e);
    if (err == OK && (op->kind == CHANGE_PUT || op->kind == CHANGE_DELETE)) {
        err = check_reference(s, entry, index, op->target, &space, e);
        if (err == OK && space != entry->space->id)
            err = ERR_FORMAT;
    }
    return err;
}

/* A keyed record is introduced by all of its type's key fields and no other: a part of the key, or a key
 * field among the others, would give one record two names. */
static bool
is_whole_key(const struct change_op *op, const struct registry_record *registry)
{
    uint32_t count = 0;

    for (const struct registry_field *f = registry->fields; f->id != 0; f++) {
        if (!(f->flags & FIELD_KEY))
            continue;
        if (count == op->keys_count || op->keys[count].id != f->id || op->keys[count].value.kind != f->kind
            || field_value(op->fields, op->fields_count, f->id) != NULL)
            return false;
        count++;
    }
    return count > 0 && count == op->keys_count;
}

/* Records by which the space governs itself are made once and stay: what they said is what was true. */
static bool
is_forbidden_form(const struct change_op *op)
{
    const struct registry_record *registry = registry_by_type(op->type);

    if (registry == NULL)
        return false;
    if (op->type == RECORD_GRANT || op->type == RECORD_ADOPTION || op->type == RECORD_REVOCATION)
        return op->kind != CHANGE_PUT_NEW;
    if (op->kind == CHANGE_PUT_NEW)
        return registry_is_keyed(registry);
    return op->kind == CHANGE_PUT_KEYED && !is_whole_key(op, registry);
}

enum err
policy_check(struct store *s, const struct merge_entry *entry, struct arena *a, const char **ret_reason,
             struct error *e)
{
    struct rights rights;
    enum err err = rights_of(s, entry->space, entry->log->name.device, a, &rights, e);

    *ret_reason = NULL;
    if (err == OK)
        err = drop_unseen(s, entry, &rights, e);
    if (err != OK)
        return err;
    if (rights.count == 0) {
        *ret_reason = N_("its device had no right in this space when it was written");
        return OK;
    }
    for (uint32_t i = 0; err == OK && i < entry->body->ops_count; i++) {
        const struct change_op *op = &entry->body->ops[i];
        bool is_allowed = false;

        if (is_forbidden_form(op)) {
            *ret_reason = N_("it changes what can only be made once");
            return OK;
        }
        err = check_references(s, entry, i, e);
        if (err == ERR_FORMAT) {
            *ret_reason = N_("it refers to what its author had not seen");
            return OK;
        }
        if (err == OK)
            err = allowed(s, entry, op, &rights, &is_allowed, e);
        if (err == OK && !is_allowed) {
            *ret_reason = N_("its device may not write this kind of record, or not for this unit");
            return OK;
        }
    }
    return err;
}
