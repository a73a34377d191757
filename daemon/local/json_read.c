/* JSON as fields to write: names by the registry, text to NFC, values by their kind. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "daemon/domain/fold.h"
#include "daemon/local/json_record.h"
#include "protocol/api_value.h"
#include "protocol/base64.h"

enum { NAME_DISTANCE_MAX = 3 };

/* --- names of types and fields ---------------------------------------------------------------- */

/* Two arguments of an error take the list of a record's fields; what passes them is left off. */
static void
list_fields(const struct registry_record *type, char ret_lists[2][ERR_ARG_BYTES_MAX])
{
    unsigned part = 0;

    ret_lists[0][0] = ret_lists[1][0] = '\0';
    for (const struct registry_field *field = type->fields; field->id != 0; field++) {
        size_t used = strlen(ret_lists[part]);

        if (used + strlen(field->name) + 8 > ERR_ARG_BYTES_MAX && part == 1) {
            snprintf(ret_lists[1] + used, ERR_ARG_BYTES_MAX - used, ", …");
            return;
        }
        if (used + strlen(field->name) + 8 > ERR_ARG_BYTES_MAX) {
            part = 1;
            used = 0;
        }
        snprintf(ret_lists[part] + used, ERR_ARG_BYTES_MAX - used, "%s%s",
                 field == type->fields ? "" : ", ", field->name);
    }
}

enum err
field_by_name(const struct registry_record *type, const char *name,
              const struct registry_field **ret_field, struct error *e)
{
    const struct registry_field *field = registry_field_by_name(type, name);
    char lists[2][ERR_ARG_BYTES_MAX];

    if (field == NULL) {
        list_fields(type, lists);
        return err_say(e, ERR_USAGE, N_("a {1} has no field “{2}”; it has: {3}{4}"), type->name,
                       name, lists[0], lists[1], NULL);
    }
    *ret_field = field;
    return OK;
}

enum err
type_by_name(const char *name, const struct registry_record **ret_type, struct error *e)
{
    const struct registry_record *type = registry_by_name(name);
    size_t best = NAME_DISTANCE_MAX + 1;

    if (type != NULL) {
        *ret_type = type;
        return OK;
    }
    for (size_t i = 0; i < registry_records_count; i++) {
        size_t distance = fold_distance(name, registry_records[i]->name, NAME_DISTANCE_MAX);

        if (distance < best) {
            best = distance;
            type = registry_records[i];
        }
    }
    if (type != NULL)
        return err_say(e, ERR_NOT_FOUND,
                       N_("there is no kind of record “{1}”; the nearest is “{2}”"), name,
                       type->name, NULL);
    return err_say(e, ERR_NOT_FOUND,
                   N_("there is no kind of record “{1}”; GET /v1/registry lists them"), name, NULL);
}

/* --- values ----------------------------------------------------------------------------------- */

/* The text of a JSON value as the parsers of values take it, in NFC; NULL for what is no plain
 * value. */
static const char *
json_plain(struct view *v, const json_t *json)
{
    char text[40];
    const char *point;

    if (json_is_string(json))
        return nfc_text(v->scratch, json_string_value(json), json_string_length(json));
    if (json_is_integer(json))
        return arena_printf(v->scratch, "%lld", (long long) json_integer_value(json));
    if (!json_is_real(json))
        return NULL;
    /* 15 digits give back every decimal that was written with so many; no exponent for the usual
     * sizes */
    snprintf(text, sizeof text, "%.15g", json_real_value(json));
    point = strchr(text, '.');
    /* a number of JSON has no dots between thousands: "1.2340" is never asked about */
    return arena_printf(v->scratch, "%s%s", text, point != NULL && strlen(point) == 4 ? "0" : "");
}

static enum err
wrong_kind(const struct registry_record *type, const struct registry_field *field, struct error *e)
{
    static const char *const wants[] = {
        [VALUE_INTEGER] = "17",
        [VALUE_DECIMAL] = "\"0.39\"",
        [VALUE_TEXT] = "\"…\"",
        [VALUE_DATE] = "\"2023-08-15\"",
        [VALUE_TIME] = "\"2023-08-15T07:30:00Z\"",
        [VALUE_BYTES] = "\"00ff\"",
        [VALUE_REFERENCE] = "\"3.17\"",
        [VALUE_ATTACHMENT] = "\"…\"",
    };
    const char *want = field->choices != NULL ? field->choices[0].name : wants[field->kind];

    return err_say(e, ERR_FORMAT,
                   N_("the field {1} of a {2} has a value of the wrong kind; write it like {3}"),
                   field->name, type->name, want, NULL);
}

/* What a field that takes more than one type of record may name by a name: the types, 0 at the end. */
static const unsigned *
named_types(const char *field)
{
    static const unsigned works[] = {RECORD_REGISTRATION, RECORD_NAMED_WORK, 0};
    static const unsigned duties[] = {RECORD_OBLIGATION, RECORD_REPORT_ROUTE, 0};
    static const unsigned assignees[] = {RECORD_UNIT, RECORD_PERSON, 0};
    static const unsigned none[] = {0};

    if (strcmp(field, "subject") == 0)
        return works;
    if (strcmp(field, "duty") == 0)
        return duties;
    return strcmp(field, "assignee") == 0 ? assignees : none;
}

/* A reference to a record of any type: an id, or a name that one of the likely types has. */
static enum err
resolve_any(struct view *v, const struct registry_field *field, const char *text, int64_t *ret_record,
            struct error *e)
{
    struct error other;
    enum err err = view_resolve(v, 0, text, ret_record, e);

    for (const unsigned *type = named_types(field->name); err == ERR_NOT_FOUND && *type != 0; type++) {
        err = view_resolve(v, *type, text, ret_record, &other);
        if (err != OK && err != ERR_NOT_FOUND)
            *e = other;
    }
    return err;
}

static enum err
read_reference(struct view *v, const struct registry_record *type,
               const struct registry_field *field, json_t *json, struct value *ret_value,
               struct error *e)
{
    const char *text = NULL;
    enum err err;

    if (json_is_object(json))
        json = json_object_get(json, "id");
    if (!json_is_string(json))
        return wrong_kind(type, field, e);
    text = json_plain(v, json);
    if (text == NULL)
        return err_set(e, ERR_NOMEM, "no memory for a value");
    *ret_value = (struct value){.kind = VALUE_REFERENCE};
    err = field->target == 0 ? resolve_any(v, field, text, &ret_value->record, e)
                             : view_resolve(v, field->target, text, &ret_value->record, e);
    return err == OK ? OK : err_wrap(e, err, "%s", field->name);
}

/* Bytes are hexadecimal on the API. */
static enum err
read_bytes(struct view *v, const struct registry_record *type, const struct registry_field *field,
           const char *text, struct value *ret_value, struct error *e)
{
    size_t size = strlen(text) / 2;
    uint8_t *bytes = arena_alloc(v->scratch, size + 1);

    if (bytes == NULL)
        return err_set(e, ERR_NOMEM, "no memory for a value");
    if (hex_decode(text, strlen(text), bytes, size + 1, &size) != OK)
        return wrong_kind(type, field, e);
    *ret_value =
        (struct value){.kind = size == 0 ? VALUE_NULL : VALUE_BYTES, .bytes = bytes, .size = size};
    return OK;
}

/* A choice typed without its marks ("mo hinh"), where only one can be meant; else the text as it is. */
static const char *
choice_of(struct view *v, const struct registry_field *field, const char *text)
{
    const char *folded = fold_text(v->scratch, text), *found = NULL;

    for (const struct registry_choice *c = field->choices; c->name != NULL && folded != NULL; c++) {
        const char *label = fold_text(v->scratch, c->label_vi);

        if (strcmp(c->name, text) == 0)
            return text;
        if (label == NULL || strcmp(label, folded) != 0)
            continue;
        if (found != NULL)
            return text;
        found = c->name;
    }
    return found != NULL ? found : text;
}

enum err
view_read_value(struct view *v, const struct registry_record *type,
                const struct registry_field *field, json_t *json, struct value *ret_value,
                struct error *e)
{
    const char *text = NULL;

    if (json == NULL || json_is_null(json)) {
        *ret_value = (struct value){.kind = VALUE_NULL};
        return OK;
    }
    if (field->kind == VALUE_REFERENCE)
        return read_reference(v, type, field, json, ret_value, e);
    if (field->kind == VALUE_TEXT && !json_is_string(json))
        return wrong_kind(type, field, e);
    text = json_plain(v, json);
    if (text == NULL)
        return json_is_string(json) ? err_set(e, ERR_NOMEM, "no memory for a value")
                                    : wrong_kind(type, field, e);
    if (field->kind == VALUE_BYTES)
        return read_bytes(v, type, field, text, ret_value, e);
    if (field->choices != NULL)
        text = choice_of(v, field, text);
    return api_value_parse(v->scratch, field, text, v->language, ret_value, e);
}

enum err
view_read_fields(struct view *v, const struct registry_record *type, json_t *set,
                 struct submit_field **ret_fields, size_t *ret_count, struct error *e)
{
    struct submit_field *fields = NULL;
    size_t count = 0;
    const char *name;
    json_t *json = NULL;

    if (!json_is_object(set))
        return err_say(e, ERR_USAGE, N_("“set” must be an object: {\"field\": value, …}"), NULL);
    fields = arena_array(v->scratch, json_object_size(set) + 1, sizeof *fields);
    if (fields == NULL)
        return err_set(e, ERR_NOMEM, "no memory for fields");
    json_object_foreach (set, name, json) {
        const struct registry_field *field = NULL;
        enum err err = field_by_name(type, name, &field, e);

        if (err == OK)
            err = view_read_value(v, type, field, json, &fields[count].value, e);
        if (err != OK)
            return err;
        fields[count++].id = field->id;
    }
    *ret_fields = fields;
    *ret_count = count;
    return OK;
}
