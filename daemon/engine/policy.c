/* Policy. What does not depend on rights comes first: forms, and references to the entry's past. Then the rights
 * of the device, as trust.c finds them for the whole space. */
#include "config.h"

#include "daemon/engine/policy.h"

#include <string.h>

#include "daemon/engine/system_fields.h"
#include "daemon/engine/trust.h"

struct rights {
    size_t count;
    struct right_row *list; /* in the arena; those that cover the entry */
};

static const char unseen[] = N_("it refers to what its author had not seen");
static const char made_once[] = N_("it changes what can only be made once");

enum err
policy_roles(struct store *s, const struct space_row *space, const uint8_t device[DEVICE_BYTES],
             struct arena *a, unsigned *ret_roles, struct error *e)
{
    struct rights rights;
    unsigned roles = 0;
    enum err err = trust_rights_of(s, space, device, a, &rights.list, &rights.count, e);

    if (err != OK)
        return err;
    for (size_t i = 0; i < rights.count; i++)
        if (trust_is_open(&rights.list[i]))
            roles |= rights.list[i].role;
    *ret_roles = roles;
    return OK;
}

/* The rights that cover an entry. */
static enum err
rights_over(struct store *s, const struct merge_entry *entry, struct arena *a, struct rights *rights,
            struct error *e)
{
    size_t kept = 0;
    enum err err = trust_rights_of(s, entry->space, entry->log->name.device, a, &rights->list, &rights->count,
                                   e);

    for (size_t i = 0; err == OK && i < rights->count; i++) {
        bool covers = false;

        err = trust_covers(s, &rights->list[i], entry->log->id, entry->seq, &covers, e);
        if (covers)
            rights->list[kept++] = rights->list[i];
    }
    if (err == OK)
        rights->count = kept;
    return err;
}

static const struct value *
field_value(const struct change_field *fields, uint32_t count, unsigned id)
{
    for (uint32_t i = 0; i < count; i++)
        if (fields[i].id == id)
            return &fields[i].value;
    return NULL;
}

/* The unit that an introducing operation of `log` at `seq` names as owner; 0 when it names none. */
static enum err
owner_in(struct store *s, const struct log_row *log, uint64_t seq, const struct change_op *op, unsigned field,
         int64_t *ret_owner, struct error *e)
{
    const struct value *v = field_value(op->keys, op->keys_count, field);
    int64_t space;

    if (v == NULL)
        v = field_value(op->fields, op->fields_count, field);
    if (v == NULL || v->kind != VALUE_REFERENCE)
        return OK;
    return merge_resolve(s, log, seq, v->ref, ret_owner, &space, e);
}

/* The owner of a record that an earlier entry introduced: as it stands or, where that entry does not count, as
 * its operation says. */
static enum err
owner_of_place(struct store *s, int64_t place, unsigned type, unsigned field, struct arena *a,
               int64_t *ret_owner, struct error *e)
{
    struct introduction intro;
    struct record *r;
    bool lost = false;
    enum err err = aside_has(s, record_id_log(place), record_id_seq(place), &lost, e);

    if (err == OK && lost) {
        err = merge_introduction(s, place, a, &intro, e);
        if (err == OK && intro.op.type == type)
            err = owner_in(s, &intro.log, intro.seq, &intro.op, field, ret_owner, e);
    } else if (err == OK) {
        err = state_get(s, place, a, &r, e);
        if (err == OK && r->type == type)
            *ret_owner = record_reference(r, field);
    }
    return err == ERR_NOT_FOUND ? OK : err;
}

/* The unit that owns the record of an operation: from the operation that introduces it, else from the
 * record. 0 when there is none. */
static enum err
owner_of(struct store *s, const struct merge_entry *entry, const struct change_op *op,
         const struct registry_record *registry, struct arena *a, int64_t *ret_owner, struct error *e)
{
    const struct registry_field *f = registry->fields;
    int64_t place, space;
    enum err err;

    *ret_owner = 0;
    while (f->id != 0 && !(f->flags & FIELD_OWNER))
        f++;
    if (f->id == 0)
        return OK;
    if (change_introduces(op))
        return owner_in(s, entry->log, entry->seq, op, f->id, ret_owner, e);
    if (op->target.log == 0 && op->target.seq == 0) {
        const struct change_op *maker = &entry->body->ops[op->target.index];

        if (op->target.index < entry->body->ops_count && maker->type == op->type &&
            (maker->kind == CHANGE_PUT_NEW || maker->kind == CHANGE_PUT_KEYED))
            return owner_of(s, entry, maker, registry, a, ret_owner, e);
        return OK;
    }
    err = merge_resolve_place(s, entry->log, entry->seq, op->target, &place, &space, e);
    return err == OK ? owner_of_place(s, place, op->type, f->id, a, ret_owner, e) : err;
}

/* Whether a set of rights allows one operation. */
static enum err
allowed(struct store *s, const struct merge_entry *entry, const struct change_op *op,
        const struct rights *rights, bool *ret_allowed, struct error *e)
{
    const struct registry_record *registry = registry_by_type(op->type);

    *ret_allowed = false;
    for (size_t i = 0; i < rights->count && !*ret_allowed; i++) {
        const struct right_row *right = &rights->list[i];

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
    if (err == OK && (op->kind == CHANGE_PUT || op->kind == CHANGE_DELETE || op->kind == CHANGE_RESTATE)) {
        err = check_reference(s, entry, index, op->target, &space, e);
        if (err == OK && space != entry->space->id)
            err = ERR_FORMAT;
    }
    return err;
}

static bool
is_of_space_itself(unsigned type)
{
    return trust_is_type(type) || type == RECORD_ERASURE;
}

/* Records by which the space governs itself are made once and stay: what they said is what was true. A keyed record
 * is introduced by all of its type's key fields and no other: a part of the key, or a key field among the
 * others, would give one record two names. */
static bool
is_forbidden_form(const struct change_op *op)
{
    const struct registry_record *registry = registry_by_type(op->type);

    if (is_of_space_itself(op->type))
        return op->kind != CHANGE_PUT_NEW;
    if (registry == NULL)
        return false;
    if (op->kind == CHANGE_PUT_NEW)
        return registry_is_keyed(registry);
    if (op->kind == CHANGE_RESTATE && op->keys_count == 0)
        return registry_is_keyed(registry);
    return op->keys_count > 0 && !merge_is_whole_key(op, registry);
}

/* --- erasures --------------------------------------------------------------------------------- */

/* The entry that an operation erases.
 *   Returns  ERR_FORMAT none, or not one of an earlier entry of this space */
static enum err
erased_entry(struct store *s, const struct merge_entry *entry, const struct change_op *op, int64_t *ret_place,
             struct error *e)
{
    const struct value *v = field_value(op->fields, op->fields_count, ERASURE_ENTRY);
    int64_t space;
    enum err err;

    if (v == NULL || v->kind != VALUE_REFERENCE || (v->ref.log == 0 && v->ref.seq == 0))
        return ERR_FORMAT;
    err = merge_resolve_place(s, entry->log, entry->seq, v->ref, ret_place, &space, e);
    if (err == OK && space != entry->space->id)
        err = ERR_FORMAT;
    *ret_place = err == OK ? record_id(record_id_log(*ret_place), record_id_seq(*ret_place), 0) : 0;
    return err;
}

/* What gave or took a right stays readable, as long as it can be looked at. */
static enum err
check_erased_body(struct store *s, int64_t place, const char **ret_reason, struct error *e)
{
    struct arena a;
    struct entry_row row;
    struct verified_entry erased;
    struct change_body body = {0};
    enum err err;

    arena_init(&a, 2 * MERGE_ARENA_BYTES_MAX);
    err = entry_get(s, record_id_log(place), record_id_seq(place), &a, &row, e);
    if (err == OK)
        err = item_decode(row.item, row.item_size, &a, &erased, e);
    if (err == OK && erased.body != NULL)
        err = change_decode_body(erased.body, erased.body_size, erased.header.version, &a, &body, e);
    if (err == ERR_FORMAT || err == ERR_UNSUPPORTED)
        err = OK;
    for (uint32_t i = 0; err == OK && i < body.ops_count; i++)
        if (is_of_space_itself(body.ops[i].type))
            *ret_reason = N_("it erases what gave or took a right");
    arena_release(&a);
    return err;
}

/* A restatement stands behind the erasure of the entry of which it restates an operation. */
static enum err
check_restated(struct store *s, const struct merge_entry *entry, uint32_t index, const char **ret_reason,
               struct error *e)
{
    int64_t restated, erased, space;
    enum err err = merge_resolve_place(s, entry->log, entry->seq, entry->body->ops[index].target, &restated,
                                       &space, e);

    for (uint32_t i = 0; err == OK && i < index; i++) {
        if (entry->body->ops[i].type != RECORD_ERASURE)
            continue;
        err = erased_entry(s, entry, &entry->body->ops[i], &erased, e);
        if (err == OK && erased >> 12 == restated >> 12)
            return OK;
    }
    if (err == OK || err == ERR_FORMAT)
        *ret_reason = made_once;
    return err == ERR_FORMAT ? OK : err;
}

static enum err
check_form(struct store *s, const struct merge_entry *entry, uint32_t index, const char **ret_reason,
           struct error *e)
{
    const struct change_op *op = &entry->body->ops[index];
    int64_t place;
    enum err err;

    if (is_forbidden_form(op)) {
        *ret_reason = made_once;
        return OK;
    }
    err = check_references(s, entry, index, e);
    if (err == OK && op->kind == CHANGE_RESTATE)
        err = check_restated(s, entry, index, ret_reason, e);
    if (err == OK && op->type == RECORD_ERASURE) {
        err = erased_entry(s, entry, op, &place, e);
        if (err == OK)
            err = check_erased_body(s, place, ret_reason, e);
    }
    if (err == ERR_FORMAT) {
        *ret_reason = unseen;
        err = OK;
    }
    return err;
}

enum err
policy_erasures(struct store *s, const struct merge_entry *entry, bool counts, bool *ret_changed,
                struct error *e)
{
    enum err err = OK;

    for (uint32_t i = 0; err == OK && i < entry->body->ops_count; i++) {
        const struct change_op *op = &entry->body->ops[i];
        int64_t here = record_id(entry->log->id, entry->seq, i), place, space;
        bool before = false, after = false;

        if (op->type == RECORD_ERASURE && op->kind == CHANGE_PUT_NEW) {
            if (erased_entry(s, entry, op, &place, e) != OK)
                continue; /* does not count, and never did */
            err = erasure_of(s, record_id_log(place), record_id_seq(place), &before, e);
            if (err == OK)
                err = erasure_add(s, here, record_id_log(place), record_id_seq(place), counts, e);
            if (err == OK)
                err = erasure_of(s, record_id_log(place), record_id_seq(place), &after, e);
            *ret_changed = *ret_changed || before != after;
        } else if (op->kind == CHANGE_RESTATE) {
            if (!counts)
                err = restated_drop(s, here, e);
            else if ((err = merge_resolve_place(s, entry->log, entry->seq, op->target, &place, &space, e)) == OK)
                err = restated_add(s, place, here, e);
        }
    }
    return err;
}

/* --- judging ---------------------------------------------------------------------------------- */

/* An entry that gives or takes rights is judged with all others that do. */
static enum err
judge_trust(struct store *s, const struct merge_entry *entry, struct arena *a, bool *ret_any,
            bool *ret_changed, const char **ret_reason, struct error *e)
{
    bool counts = false;
    enum err err = trust_note(s, entry, a, ret_any, ret_reason, e);

    if (err != OK || !*ret_any || *ret_reason != NULL)
        return err;
    if (!entry->settled)
        err = trust_settle(s, entry->space, (struct stamp){entry->log->id, entry->seq}, ret_changed, e);
    if (err == OK)
        err = trust_entry_counts(s, entry->log->id, entry->seq, &counts, e);
    if (err == OK && !counts)
        *ret_reason = N_("its device may not give or take this right");
    return err;
}

/* No right covers the entry: there never was one, or it was revoked. */
static enum err
say_no_right(struct store *s, const struct merge_entry *entry, struct arena *a, const char **ret_reason,
             struct error *e)
{
    struct right_row *rights;
    size_t count = 0;
    enum err err = trust_rights_of(s, entry->space, entry->log->name.device, a, &rights, &count, e);

    *ret_reason = N_("its device had no right in this space when it was written");
    for (size_t i = 0; err == OK && i < count; i++)
        if (rights[i].revocations > 0)
            *ret_reason = N_("the right of its device was revoked before it was written");
    return err;
}

enum err
policy_note(struct store *s, const struct merge_entry *entry, struct arena *a, struct error *e)
{
    const char *reason = NULL;
    bool any;
    enum err err = OK;

    for (uint32_t i = 0; err == OK && reason == NULL && i < entry->body->ops_count; i++)
        err = check_form(s, entry, i, &reason, e);
    return err == OK && reason == NULL ? trust_note(s, entry, a, &any, &reason, e) : err;
}

enum err
policy_check(struct store *s, const struct merge_entry *entry, struct arena *a, bool *ret_changed,
             const char **ret_reason, struct error *e)
{
    struct rights rights;
    bool is_trust = false;
    enum err err = OK;

    *ret_reason = NULL;
    *ret_changed = false;
    for (uint32_t i = 0; err == OK && *ret_reason == NULL && i < entry->body->ops_count; i++)
        err = check_form(s, entry, i, ret_reason, e);
    if (err == OK && *ret_reason == NULL)
        err = judge_trust(s, entry, a, &is_trust, ret_changed, ret_reason, e);
    if (err != OK || is_trust || *ret_reason != NULL)
        return err;
    err = rights_over(s, entry, a, &rights, e);
    if (err == OK && rights.count == 0)
        err = say_no_right(s, entry, a, ret_reason, e);
    for (uint32_t i = 0; err == OK && *ret_reason == NULL && i < entry->body->ops_count; i++) {
        bool is_allowed = false;

        err = allowed(s, entry, &entry->body->ops[i], &rights, &is_allowed, e);
        if (err == OK && !is_allowed)
            *ret_reason = N_("its device may not write this kind of record, or not for this unit");
    }
    return err;
}
