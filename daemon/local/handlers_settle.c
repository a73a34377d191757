/* Settling: of the values that stand in a field beside each other one is chosen, or another is written.
 * It is an ordinary change, and since its author has seen all that stand, it alone stands afterwards. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "daemon/local/handlers.h"

/* What a request settles. */
struct settling {
    const struct registry_record *type;
    const struct registry_field *field; /* NULL: the life */
    struct record *record;
    struct submit_op op;
    struct submit_field one;
};

static unsigned
field_id(const struct settling *settling)
{
    return settling->field == NULL ? LIFE_FIELD : settling->field->id;
}

static const char *
field_name(const struct settling *settling)
{
    return settling->field == NULL ? "life" : settling->field->name;
}

/* Fields that are fixed when a record is made stand as they were made; no later change reaches them. */
static enum err
read_field(struct request *r, struct settling *settling, struct error *e)
{
    const char *name = NULL;
    enum err err = request_body_text(r, "field", true, &name, e);

    if (err == OK && strcmp(name, "life") == 0 && registry_field_by_name(settling->type, name) == NULL)
        return OK;
    if (err == OK)
        err = field_by_name(settling->type, name, &settling->field, e);
    if (err == OK && (settling->field->flags & (FIELD_KEY | FIELD_OWNER | FIELD_SET_ONCE)) != 0)
        err = err_say(e, ERR_USAGE,
                      N_("“{1}” cannot be changed afterwards: delete the record and add a new one"),
                      name, NULL);
    return err;
}

static enum err
check_conflict(struct request *r, struct settling *settling, struct error *e)
{
    const struct record_field *field;
    bool conflict;
    enum err err = state_get(r->store, settling->op.record, &r->arena, &settling->record, e);

    if (err != OK)
        return err;
    field = record_find(settling->record, field_id(settling));
    conflict = settling->field == NULL ? settling->record->life_conflict
                                       : field != NULL && field->conflict;
    if (conflict)
        return OK;
    return err_say(e, ERR_CONFLICT,
                   N_("there is nothing to settle in “{1}”: one value stands there"),
                   field_name(settling), NULL);
}

/* The value of a number in the list that an answer shows, from 1. */
static enum err
chosen_value(struct request *r, const struct settling *settling, const json_t *choice,
             struct value *ret_value, struct error *e)
{
    struct standing_row *rows = NULL;
    size_t count = 0;
    char most[24];
    enum err err = state_standing(r->store, settling->record->id, field_id(settling), &r->arena,
                                  &rows, &count, e);

    if (err != OK)
        return err;
    snprintf(most, sizeof most, "%zu", count);
    if (!json_is_integer(choice) || json_integer_value(choice) < 1
        || (size_t) json_integer_value(choice) > count)
        return err_say(e, ERR_USAGE, N_("“{1}” must be a number of 1 to {2}, one of the values that stand"),
                       "choice", most, NULL);
    *ret_value = rows[json_integer_value(choice) - 1].value;
    return OK;
}

/* "keep" or "delete", in the integers of the life. */
static enum err
life_value(const json_t *json, struct value *ret_value, struct error *e)
{
    const char *text = json_is_string(json) ? json_string_value(json) : "";
    bool keep = strcmp(text, "keep") == 0;

    if (!keep && strcmp(text, "delete") != 0)
        return err_say(e, ERR_USAGE,
                       N_("one has deleted the record, another has changed it: say keep or delete"), NULL);
    *ret_value = (struct value){.kind = VALUE_INTEGER, .integer = keep};
    return OK;
}

static enum err
read_choice(struct request *r, struct settling *settling, struct error *e)
{
    json_t *value = json_object_get(r->body, "value");
    json_t *choice = json_object_get(r->body, "choice");
    enum err err;

    if ((value == NULL) == (choice == NULL))
        return err_say(e, ERR_USAGE, N_("say either “value” or “choice”, the number of a value that stands"),
                       NULL);
    if (choice != NULL)
        err = chosen_value(r, settling, choice, &settling->one.value, e);
    else if (settling->field == NULL)
        err = life_value(value, &settling->one.value, e);
    else
        err = view_read_value(&r->view, settling->type, settling->field, value, &settling->one.value, e);
    if (err != OK)
        return err;
    if (settling->field == NULL) {
        settling->op.kind = settling->one.value.integer != 0 ? SUBMIT_SET : SUBMIT_DELETE;
        return OK;
    }
    settling->one.id = settling->field->id;
    settling->op.fields = &settling->one;
    settling->op.fields_count = 1;
    return OK;
}

enum err
handle_resolve(struct request *r, struct error *e)
{
    static const char *const members[] = {"field", "value", "choice", "version", NULL};
    struct settling settling = {.op = {.kind = SUBMIT_SET}};
    enum err err = records_find(r, &settling.type, &settling.op.record, e);

    if (err == OK)
        err = request_members(r->body, members, e);
    if (err == OK)
        err = records_version(r, &settling.op, e);
    if (err == OK)
        err = read_field(r, &settling, e);
    if (err == OK)
        err = check_conflict(r, &settling, e);
    if (err == OK)
        err = read_choice(r, &settling, e);
    if (err == OK && settling.type->type == RECORD_CAMPAIGN)
        err = issue_before_set(r, &settling.op, e);
    if (err == OK)
        err = request_submit(r, &settling.op, 1, e);
    if (err == ERR_CONFLICT && settling.record != NULL)
        return records_conflicted(r, settling.op.record, e);
    return err == OK ? view_record_by_id(&r->view, settling.op.record, &r->answer, e) : err;
}
