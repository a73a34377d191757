/* Which entries count, by definition: forms first, which nothing changes; then who may give and take rights; then
 * erasures, since only admins write them; then the rest. Source: doc/protocol.md, "Trust". */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "tests/sim/archive_trust.h"

struct judge {
    const struct archive *ar;
    struct trust *trust;
    uint32_t log;
    uint64_t seq;
    const struct archive_entry *entry;
};

/* --- forms ----------------------------------------------------------------------------------- */

static bool
references_hold(const struct archive *ar, struct op_name at, const struct change_field *fields, uint32_t count)
{
    struct op_name name;

    for (uint32_t i = 0; i < count; i++)
        if (fields[i].value.kind == VALUE_REFERENCE &&
            !archive_resolve_earlier(ar, at, fields[i].value.ref, &name))
            return false;
    return true;
}

static bool
is_of_space_itself(const struct change_op *op)
{
    return archive_trust_is_operation(op) || op->type == RECORD_ERASURE;
}

static bool
has_allowed_form(const struct change_op *op)
{
    const struct registry_record *registry = registry_by_type(op->type);

    if (is_of_space_itself(op))
        return op->kind == CHANGE_PUT_NEW;
    if (registry == NULL || op->kind == CHANGE_PUT || op->kind == CHANGE_DELETE)
        return true;
    if (op->kind == CHANGE_PUT_NEW || (op->kind == CHANGE_RESTATE && op->keys_count == 0))
        return !registry_is_keyed(registry);
    return registry_is_keyed(registry) && archive_is_whole_key(op);
}

/* The entry that an erasure names, as its operation 0. */
static bool
erased_by(const struct archive *ar, struct op_name at, struct op_name *ret_entry)
{
    const struct change_op *op = archive_op(ar, at);
    const struct value *v = archive_value(op->fields, op->fields_count, 1);

    if (v == NULL || v->kind != VALUE_REFERENCE || !archive_resolve(ar, at.log, at.seq, v->ref, ret_entry) ||
        ar->logs[ret_entry->log].space != ar->logs[at.log].space ||
        (ret_entry->log == at.log && ret_entry->seq == at.seq))
        return false;
    ret_entry->index = 0;
    return true;
}

/* Whether the entry of `at` erases, too, what the erasure `name` erased. */
static bool
erases_again(const struct archive *ar, struct op_name at, struct op_name name)
{
    struct op_name by = {at.log, at.seq, 0}, wanted, erased;
    const struct change_op *op;

    if (!erased_by(ar, name, &wanted))
        return true;
    for (; (op = archive_op(ar, by)) != NULL; by.index++)
        if (op->type == RECORD_ERASURE && op->kind == CHANGE_PUT_NEW && erased_by(ar, by, &erased) &&
            erased.log == wanted.log && erased.seq == wanted.seq)
            return true;
    return false;
}

static bool
erasure_holds(const struct archive *ar, struct op_name at)
{
    struct op_name name;
    const struct change_op *op;

    if (!erased_by(ar, at, &name))
        return false;
    for (; (op = archive_op(ar, name)) != NULL; name.index++) {
        if (archive_trust_is_operation(op))
            return false;
        if (op->type == RECORD_ERASURE && op->kind == CHANGE_PUT_NEW && !erases_again(ar, at, name))
            return false;
    }
    return true;
}

static bool
restates_what_it_erases(const struct archive *ar, struct op_name at, struct op_name target)
{
    for (struct op_name by = {at.log, at.seq, 0}; by.index < at.index; by.index++) {
        struct op_name erased;

        if (archive_op(ar, by)->type == RECORD_ERASURE && erased_by(ar, by, &erased) && erased.log == target.log &&
            erased.seq == target.seq)
            return true;
    }
    return false;
}

static const char *
form_of_op(const struct archive *ar, struct op_name at)
{
    const struct change_op *op = archive_op(ar, at);
    struct trust_point points[TRUST_POINTS_MAX];
    struct op_name target;
    uint32_t count;

    if (!has_allowed_form(op))
        return "a form that is not allowed";
    if (!references_hold(ar, at, op->keys, op->keys_count) || !references_hold(ar, at, op->fields, op->fields_count))
        return "a reference to what was not seen";
    if ((op->kind == CHANGE_PUT || op->kind == CHANGE_DELETE || op->kind == CHANGE_RESTATE) &&
        (!archive_resolve_earlier(ar, at, op->target, &target) ||
         ar->logs[target.log].space != ar->logs[at.log].space))
        return "a target that was not seen";
    if (op->kind == CHANGE_RESTATE && !restates_what_it_erases(ar, at, target))
        return "it restates what it does not erase";
    if (op->type == RECORD_ERASURE && !erasure_holds(ar, at))
        return "it erases what it may not";
    if (op->type == RECORD_REVOCATION && !archive_trust_revocation_holds(ar, at, points, &count))
        return "a revocation of nothing, or with cut-offs that do not hold";
    return NULL;
}

static const char *
form_of_entry(const struct archive *ar, uint32_t log, uint64_t seq)
{
    const struct archive_entry *entry = archive_entry(ar, log, seq);
    const char *why = NULL;

    if (!entry->merged)
        return "it is held";
    if (entry->past_malformed)
        return "its past is malformed";
    if (entry->is_later || entry->is_malformed)
        return "its body cannot be read";
    for (uint32_t i = 0; why == NULL && i < entry->body.ops_count; i++)
        why = form_of_op(ar, (struct op_name){log, seq, i});
    return why;
}

/* --- rights over operations ------------------------------------------------------------------ */

static unsigned
owner_field(const struct registry_record *registry)
{
    for (const struct registry_field *f = registry->fields; f->id != 0; f++)
        if (f->flags & FIELD_OWNER)
            return f->id;
    return 0;
}

/* The unit that owns what an operation writes. */
static bool
owner_of(const struct judge *j, const struct change_op *op, uint32_t index, struct hash *ret_owner)
{
    unsigned field = owner_field(registry_by_type(op->type));
    struct op_name at = {j->log, j->seq, index}, target, unit;
    const struct change_op *made = op;
    const struct value *v;

    if (field == 0)
        return false;
    if (op->kind == CHANGE_PUT || op->kind == CHANGE_DELETE) {
        archive_resolve(j->ar, j->log, j->seq, op->target, &target);
        made = archive_maker(j->ar, target, &at);
        if (made == NULL || made->type != op->type)
            return false;
    }
    v = archive_value(made->keys, made->keys_count, field);
    if (v == NULL)
        v = archive_value(made->fields, made->fields_count, field);
    if (v == NULL || v->kind != VALUE_REFERENCE || !archive_resolve(j->ar, at.log, at.seq, v->ref, &unit))
        return false;
    archive_record_name(j->ar, unit, ret_owner);
    return true;
}

/* Whether any right that covers the entry allows an operation; `op` NULL: whether there is one. */
static bool
is_allowed(const struct judge *j, const struct change_op *op, uint32_t index)
{
    for (uint32_t i = 0; i < j->trust->rights_count; i++) {
        struct trust_right *r = &j->trust->rights[i];
        const struct registry_record *registry = op != NULL ? registry_by_type(op->type) : NULL;
        struct hash unit, owner;

        if (!archive_trust_covers(j->trust, r, (struct trust_point){j->log, j->seq}))
            continue;
        if (registry == NULL || r->role == ROLE_ADMIN)
            return true;
        if ((r->role & registry->writers) &&
            (r->role != ROLE_UNIT || (archive_trust_unit(j->trust, r, &unit) && owner_of(j, op, index, &owner) &&
                                      hash_equal(&unit, &owner))))
            return true;
    }
    return false;
}

static const char *
judge(const struct judge *j)
{
    const struct change_body *body = &j->entry->body;

    if (j->entry->is_erased)
        return "it is erased";
    for (uint32_t i = 0; i < body->ops_count; i++)
        if (archive_trust_is_operation(&body->ops[i]))
            return archive_trust_counts(j->trust, (struct trust_point){j->log, j->seq}) ? NULL
                                                                               : "it may not give or take this right";
    if (!is_allowed(j, NULL, 0))
        return "no right";
    for (uint32_t i = 0; i < body->ops_count; i++)
        if (!is_allowed(j, &body->ops[i], i))
            return "an operation that its right does not allow";
    return NULL;
}

/* --- a space --------------------------------------------------------------------------------- */

enum pass { PASS_ERASURES, PASS_REST };

static bool
has_type(const struct archive_entry *entry, unsigned type)
{
    for (uint32_t i = 0; i < entry->body.ops_count; i++)
        if (entry->body.ops[i].type == type)
            return true;
    return false;
}

static void
erase(struct archive *ar, uint32_t log, uint64_t seq)
{
    const struct archive_entry *entry = archive_entry(ar, log, seq);

    for (uint32_t i = 0; i < entry->body.ops_count; i++) {
        struct op_name at = {log, seq, i}, of;

        if (entry->body.ops[i].type == RECORD_ERASURE && erased_by(ar, at, &of)) {
            archive_entry(ar, of.log, of.seq)->is_erased = true;
        } else if (entry->body.ops[i].kind == CHANGE_RESTATE &&
                   archive_resolve(ar, log, seq, entry->body.ops[i].target, &of)) {
            ar->restatements = realloc(ar->restatements, (ar->restatements_count + 1) * sizeof *ar->restatements);
            if (ar->restatements == NULL)
                abort();
            ar->restatements[ar->restatements_count++] = (struct archive_restatement){of, at};
        }
    }
}

/* Who erases has the erased in his past, and may be erased himself: the last ones first. */
static void
judge_pass(struct archive *ar, struct trust *trust, enum pass pass)
{
    for (uint64_t i = ar->entries_count; i-- > 0;) {
        struct op_name at = ar->order[i];
        struct archive_entry *entry = archive_entry(ar, at.log, at.seq);
        struct judge j = {ar, trust, at.log, at.seq, entry};

        if (ar->logs[at.log].space != trust->space || entry == NULL || entry->why != NULL ||
            has_type(entry, RECORD_ERASURE) != (pass == PASS_ERASURES))
            continue;
        entry->why = judge(&j);
        entry->counts = entry->why == NULL;
        if (entry->counts && pass == PASS_ERASURES)
            erase(ar, at.log, at.seq);
    }
}

/* How far closed logs are everybody's. */
static void
find_reach(struct archive *ar, struct trust *t)
{
    for (uint32_t i = 0; i < ar->logs_count; i++) {
        struct archive_log *log = &ar->logs[i];

        if (log->space != t->space)
            continue;
        log->closed = archive_trust_is_closed(t, log->id.device);
        log->reach = 0;
        for (uint32_t k = 0; k < t->revocations_count; k++)
            for (uint32_t p = 0; p < t->revocations[k].points_count; p++)
                if (t->revocations[k].points[p].log == i && t->revocations[k].points[p].seq > log->reach &&
                    archive_entry(ar, t->revocations[k].at.log, t->revocations[k].at.seq)->counts)
                    log->reach = t->revocations[k].points[p].seq;
        for (uint32_t other = 0; other < ar->logs_count; other++)
            for (uint64_t seq = 1; ar->logs[other].space == t->space && seq <= ar->logs[other].count; seq++) {
                const struct archive_entry *entry = archive_entry(ar, other, seq);
                uint64_t seen = other == i ? seq : entry->vector[i];

                if (entry->counts && seen > log->reach)
                    log->reach = seen;
            }
    }
}

static void
judge_space(struct archive *ar, uint32_t space, const uint64_t *limits)
{
    struct trust trust;
    uint32_t kept = 0;

    for (uint32_t i = 0; i < ar->restatements_count; i++)
        if (ar->logs[ar->restatements[i].by.log].space != space)
            ar->restatements[kept++] = ar->restatements[i];
    ar->restatements_count = kept;
    for (uint32_t log = 0; log < ar->logs_count; log++)
        for (uint64_t seq = 1; ar->logs[log].space == space && seq <= ar->logs[log].count; seq++) {
            struct archive_entry *entry = archive_entry(ar, log, seq);

            entry->counts = entry->is_erased = false;
            entry->why = "it is not there";
        }
    /* In the order of writing: a revocation asks for the form of what it names. */
    for (uint64_t i = 0; i < ar->entries_count; i++) {
        struct op_name at = ar->order[i];

        if (ar->logs[at.log].space == space && at.seq <= ar->logs[at.log].count &&
            (limits == NULL || at.seq <= limits[at.log]))
            archive_entry(ar, at.log, at.seq)->why = form_of_entry(ar, at.log, at.seq);
    }
    archive_trust_make(&trust, ar, space);
    judge_pass(ar, &trust, PASS_ERASURES);
    judge_pass(ar, &trust, PASS_REST);
    find_reach(ar, &trust);
    archive_trust_end(&trust);
}

void
archive_judge(struct archive *ar)
{
    for (uint32_t i = 0; !ar->judged && i < ar->spaces_count; i++)
        judge_space(ar, i, NULL);
    ar->judged = true;
}

void
archive_judge_within(struct archive *ar, uint32_t space, const uint64_t limits[ARCHIVE_LOGS_MAX])
{
    judge_space(ar, space, limits);
    ar->judged = false;
}
