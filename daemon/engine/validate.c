/* Validation of local writes. */
#include "config.h"

#include "daemon/engine/validate.h"

#include <stdio.h>
#include <string.h>

#include "daemon/store/log.h"
#include "protocol/change.h"

static unsigned
type_of(const struct submit_request *request, size_t i, struct record *const *stood)
{
    const struct submit_op *op = &request->ops[i];

    if (op->kind == SUBMIT_ADD || op->kind == SUBMIT_RESTATE)
        return op->type;
    return op->record < 0 ? request->ops[-1 - op->record].type : stood[i]->type;
}

static bool
names_earlier_add(const struct submit_request *request, size_t i, int64_t record)
{
    size_t other = (size_t) (-1 - record);

    return other < i && request->ops[other].kind == SUBMIT_ADD;
}

enum err
validate_request(const struct submit_request *request, struct error *e)
{
    if (request->ops_count == 0 || request->ops_count > CHANGE_OPS_MAX)
        return err_say(e, ERR_LIMIT, N_("one change holds 1 to 4096 records: split it"), NULL);
    for (size_t i = 0; i < request->ops_count; i++) {
        const struct submit_op *op = &request->ops[i];

        if (op->kind == SUBMIT_ADD && registry_by_type(op->type) == NULL)
            return err_set(e, ERR_USAGE, "record type %u is unknown", op->type);
        if (op->kind != SUBMIT_ADD && (op->record == 0 ||
                                       (op->record < 0 && !names_earlier_add(request, i, op->record))))
            return err_set(e, ERR_USAGE, "operation %zu names no record", i + 1);
        for (size_t k = 0; k < op->fields_count; k++) {
            const struct value *v = &op->fields[k].value;

            if (v->kind == VALUE_REFERENCE &&
                (v->record == 0 || (v->record < 0 && !names_earlier_add(request, i, v->record))))
                return err_set(e, ERR_USAGE, "operation %zu refers to no record", i + 1);
            for (size_t m = 0; m < k; m++)
                if (op->fields[m].id == op->fields[k].id)
                    return err_set(e, ERR_USAGE, "operation %zu writes a field twice", i + 1);
        }
    }
    return OK;
}

static enum err
out_of_bounds(const struct registry_field *f, struct error *e)
{
    char low[24], high[24];

    snprintf(low, sizeof low, "%lld", (long long) f->min);
    snprintf(high, sizeof high, "%lld", (long long) f->max);
    return err_say(e, ERR_FORMAT, N_("“{1}” must be between {2} and {3}"), f->name, low, high, NULL);
}

/* Compare a decimal with whole bounds without leaving integers: overflow means out of bounds. */
static bool
decimal_within(const struct value *v, int64_t min, int64_t max)
{
    __int128 mantissa = v->integer, low = min, high = max;

    for (int32_t i = 0; i < v->exponent; i++)
        mantissa *= 10;
    for (int32_t i = 0; i > v->exponent; i--) {
        low *= 10;
        high *= 10;
    }
    return mantissa >= low && mantissa <= high;
}

enum err
validate_value(const struct registry_field *f, const struct value *v, struct error *e)
{
    char number[24];

    if (v->kind == VALUE_NULL) {
        if (f->flags & (FIELD_REQUIRED | FIELD_KEY))
            return err_say(e, ERR_USAGE, N_("“{1}” cannot be empty"), f->name, NULL);
        return OK;
    }
    if (v->kind != f->kind)
        return err_say(e, ERR_FORMAT, N_("“{1}” is of another kind of value"), f->name, NULL);
    if (v->kind == VALUE_TEXT) {
        size_t max = f->max > 0 ? (size_t) f->max : TEXT_BYTES_MAX;

        snprintf(number, sizeof number, "%zu", max);
        if (v->size > max)
            return err_say(e, ERR_LIMIT, N_("“{1}” is longer than {2} bytes"), f->name, number, NULL);
        if (!wire_utf8_valid(v->bytes, v->size))
            return err_say(e, ERR_FORMAT, N_("“{1}” is not valid UTF-8 text"), f->name, NULL);
        if (v->size == 0 && (f->flags & FIELD_REQUIRED))
            return err_say(e, ERR_USAGE, N_("“{1}” cannot be empty"), f->name, NULL);
    }
    if (v->kind == VALUE_BYTES && v->size > BYTES_VALUE_MAX)
        return err_say(e, ERR_LIMIT, N_("“{1}” is too long"), f->name, NULL);
    if (v->kind == VALUE_INTEGER && f->choices != NULL &&
        registry_choice_by_number(f, v->integer) == NULL)
        return err_say(e, ERR_FORMAT, N_("“{1}” has no such choice"), f->name, NULL);
    if (f->min == 0 && f->max == 0)
        return OK;
    if (v->kind == VALUE_INTEGER && (v->integer < f->min || v->integer > f->max))
        return out_of_bounds(f, e);
    if (v->kind == VALUE_DECIMAL && !decimal_within(v, f->min, f->max))
        return out_of_bounds(f, e);
    return OK;
}

static bool
is_written(const struct submit_op *op, unsigned field)
{
    for (size_t i = 0; i < op->fields_count; i++)
        if (op->fields[i].id == field)
            return true;
    return false;
}

static enum err
check_op(const struct submit_request *request, const struct submit_op *op,
         const struct registry_record *registry, const struct record *stood, struct error *e)
{
    if (registry->system && !request->system)
        return err_say(e, ERR_AUTH, N_("“{1}” records are written by their own commands"),
                       registry->name, NULL);
    if (registry->grow_only && op->kind != SUBMIT_ADD && op->kind != SUBMIT_RESTATE)
        return err_say(e, ERR_USAGE, N_("“{1}” records stay as they are: add a new one with the reason"),
                       registry->name, NULL);
    for (size_t k = 0; k < op->fields_count; k++) {
        const struct registry_field *f = registry_field_by_id(registry, op->fields[k].id);
        enum err err;

        if (f == NULL)
            return err_set(e, ERR_USAGE, "%s has no field %u", registry->name, op->fields[k].id);
        err = validate_value(f, &op->fields[k].value, e);
        if (err != OK)
            return err;
        if (op->kind == SUBMIT_SET && (f->flags & (FIELD_KEY | FIELD_OWNER | FIELD_SET_ONCE))) {
            const struct value *old = stood != NULL ? record_value(stood, f->id) : NULL;

            if (stood == NULL || old == NULL || !value_equal(old, &op->fields[k].value))
                return err_say(e, ERR_USAGE,
                               N_("“{1}” cannot be changed afterwards: delete the record and add a new one"),
                               f->name, NULL);
        }
    }
    for (const struct registry_field *f = registry->fields; op->kind == SUBMIT_ADD && f->id != 0; f++)
        if ((f->flags & (FIELD_REQUIRED | FIELD_KEY)) && !is_written(op, f->id))
            return err_say(e, ERR_USAGE, N_("a record “{1}” needs “{2}”"), registry->name, f->name, NULL);
    return OK;
}

enum err
validate_fields(const struct submit_request *request, struct record *const *stood, struct error *e)
{
    enum err err = OK;

    for (size_t i = 0; err == OK && i < request->ops_count; i++)
        err = check_op(request, &request->ops[i], registry_by_type(type_of(request, i, stood)), stood[i], e);
    return err;
}

/* --- versions -------------------------------------------------------------------------------- */

/* The fields that were written after `version`, as a set of bits; bit 0 is the life. */
static enum err
fields_since(struct store *s, const struct record *stood, int64_t version, struct arena *a,
             uint8_t ret_fields[(REGISTRY_FIELD_MAX + 8) / 8], struct error *e)
{
    /* Standing values written by later merges are what changed; a value that was replaced since has a
     * replacement that is later still. */
    for (uint32_t i = 0; i < stood->fields_count; i++) {
        const struct record_field *f = &stood->fields[i];
        struct standing_row single = {.stamp = f->stamp};
        struct standing_row *rows = &single;
        size_t count = 1;
        enum err err = OK;

        if (stood->several) {
            err = state_standing(s, stood->id, f->id, a, &rows, &count, e);
            if (err == OK && count == 0) {
                rows = &single;
                count = 1;
            }
        }
        for (size_t k = 0; err == OK && k < count; k++) {
            struct entry_row entry;

            err = entry_get(s, rows[k].stamp.log, rows[k].stamp.seq, a, &entry, e);
            if (err == OK && entry.applied > version)
                ret_fields[f->id / 8] |= (uint8_t) (1 << f->id % 8);
        }
        if (err != OK)
            return err;
    }
    return OK;
}

enum err
validate_version(struct store *s, const struct submit_op *op, const struct record *stood, struct arena *a,
                 struct error *e)
{
    uint8_t changed[(REGISTRY_FIELD_MAX + 8) / 8] = {0};
    enum err err = OK;

    if (stood->version <= op->version)
        return OK;
    if (op->kind == SUBMIT_DELETE || op->fields_count == 0 || !stood->live)
        return err_say(e, ERR_CONFLICT,
                       N_("the record changed meanwhile: look at it as it stands now, then decide"), NULL);
    err = fields_since(s, stood, op->version, a, changed, e);
    for (size_t k = 0; err == OK && k < op->fields_count; k++) {
        unsigned id = op->fields[k].id;
        const struct registry_field *f;

        if (id > REGISTRY_FIELD_MAX || !(changed[id / 8] & 1 << id % 8))
            continue;
        f = registry_field_by_id(stood->registry, id);
        err = err_say(e, ERR_CONFLICT,
                      N_("“{1}” changed meanwhile: both values are shown, nothing was written; choose one"),
                      f != NULL ? f->name : "?", NULL);
    }
    return err;
}
