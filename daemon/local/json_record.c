/* Records as JSON: fields by the registry, references with their titles, labels, conflicts with
 * authors. */
#include "config.h"

#include "daemon/local/json_record.h"

#include <stdio.h>
#include <string.h>

#include "daemon/engine/system_fields.h"
#include "daemon/store/peers.h"
#include "protocol/base64.h"

enum {
    TITLE_DEPTH_MAX = 3,
    TEXT_MAP_MIN = 64
}; /* a title may be a reference to a record with a title */

/* --- the map ---------------------------------------------------------------------------------- */

static size_t
map_place(const struct text_map *map, int64_t id)
{
    size_t place = (size_t) ((uint64_t) id * 0x9E3779B97F4A7C15u >> 32) & (map->capacity - 1);

    while (map->texts[place] != NULL && map->ids[place] != id)
        place = (place + 1) & (map->capacity - 1);
    return place;
}

static const char *
map_get(const struct text_map *map, int64_t id)
{
    return map->capacity == 0 ? NULL : map->texts[map_place(map, id)];
}

static bool
map_set(struct text_map *map, struct arena *a, int64_t id, const char *text)
{
    size_t place;

    if (2 * (map->count + 1) > map->capacity) {
        struct text_map larger = {.capacity =
                                      map->capacity == 0 ? TEXT_MAP_MIN : 2 * map->capacity};

        larger.ids = arena_array(a, larger.capacity, sizeof *larger.ids);
        larger.texts = arena_array(a, larger.capacity, sizeof *larger.texts);
        if (larger.ids == NULL || larger.texts == NULL)
            return false;
        larger.count = map->count;
        for (size_t i = 0; i < map->capacity; i++) {
            if (map->texts[i] == NULL)
                continue;
            place = map_place(&larger, map->ids[i]);
            larger.ids[place] = map->ids[i];
            larger.texts[place] = map->texts[i];
        }
        *map = larger;
    }
    place = map_place(map, id);
    map->count += map->texts[place] == NULL;
    map->ids[place] = id;
    map->texts[place] = text;
    return true;
}

/* --- titles ----------------------------------------------------------------------------------- */

void
view_init(struct view *v, struct store *s, struct arena *a)
{
    *v = (struct view){.s = s, .a = a, .scratch = a, .language = LANGUAGE_EN};
}

/* A title of what has none of its own: "unit_link 3.17", in Vietnamese by the label. */
static const char *
title_by_id(struct view *v, const struct registry_record *type, int64_t id)
{
    char text[RECORD_ID_TEXT_BYTES];

    record_id_format(id, text);
    if (v->language == LANGUAGE_VI)
        return arena_printf(v->a, "%s %s", type == NULL ? "bản ghi" : type->label_vi, text);
    return arena_printf(v->a, "%s %s", type == NULL ? "record" : type->name, text);
}

static const char *title_to_depth(struct view *v, int64_t id, unsigned depth);

static const char *
title_of_record(struct view *v, const struct record *record, unsigned depth)
{
    const struct registry_field *field =
        record->registry == NULL || record->registry->title == NULL
            ? NULL
            : registry_field_by_name(record->registry, record->registry->title);
    const struct value *value = field == NULL ? NULL : record_value(record, field->id);
    struct arena *a = v->a;

    if (value == NULL && record->registry != NULL) { /* a route is known by who reports */
        field = registry_field_by_name(record->registry, "from_text");
        value = field == NULL ? NULL : record_value(record, field->id);
    }
    if (value == NULL)
        return title_by_id(v, record->registry, record->id);
    if (value->kind == VALUE_TEXT)
        return arena_text(a, value->bytes, value->size);
    if (value->kind == VALUE_REFERENCE && depth > 0)
        return title_to_depth(v, value->record, depth - 1);
    return title_by_id(v, record->registry, record->id);
}

/* NULL without memory. A dangling reference shows its id. */
static const char *
title_to_depth(struct view *v, int64_t id, unsigned depth)
{
    const char *title = map_get(&v->titles, id);
    struct record *record = NULL;
    enum err err;

    if (title != NULL)
        return title;
    err = state_get(v->s, id, v->a, &record, NULL);
    if (err == OK)
        title = title_of_record(v, record, depth);
    else if (err == ERR_NOT_FOUND)
        title = title_by_id(v, NULL, id);
    return title != NULL && map_set(&v->titles, v->a, id, title) ? title : NULL;
}

const char *
view_title(struct view *v, int64_t id)
{
    return title_to_depth(v, id, TITLE_DEPTH_MAX);
}

/* Whom and when first: what the record hangs on is the longest text. */
enum err
view_about(struct view *v, const struct record *record, const char **ret_text, struct error *e)
{
    const char *text = "", *last = NULL;

    for (const struct registry_field *f = record->registry->fields; f->id != 0; f++) {
        const struct value *value = f->flags & FIELD_KEY ? record_value(record, f->id) : NULL;
        const char *one = NULL;

        if (record->registry->title != NULL || value == NULL)
            continue;
        one = value->kind == VALUE_REFERENCE ? view_title(v, value->record)
                                             : api_value_display(v->a, f, value, v->language);
        if (value->kind == VALUE_REFERENCE && f->target != RECORD_UNIT && last == NULL && one != NULL)
            last = one;
        else if (one != NULL)
            text = arena_printf(v->a, "%s%s%s", text, text[0] == '\0' ? "" : ", ", one);
        if (one == NULL || text == NULL)
            return err_set(e, ERR_NOMEM, "no memory for titles");
    }
    if (last != NULL)
        text = arena_printf(v->a, "%s%s%s", text, text[0] == '\0' ? "" : ", ", last);
    *ret_text = text;
    return text == NULL ? err_set(e, ERR_NOMEM, "no memory for titles") : OK;
}

/* --- authors ---------------------------------------------------------------------------------- */

/* The first record of a type in a space, where `field` holds a device key; NULL when there is none.
 */
static enum err
first_of(struct view *v, unsigned type, int64_t space, unsigned field, const uint8_t *device,
         const struct record **ret_record, struct error *e)
{
    struct state_filter filter = {
        .field = field, .value = {.kind = VALUE_BYTES, .bytes = device, .size = DEVICE_BYTES}};
    struct state_query query = {.type = type,
                                .space = space,
                                .filters = &filter,
                                .filters_count = device != NULL,
                                .limit = 1};
    struct record **records = NULL;
    size_t count = 0;
    enum err err = state_list(v->s, &query, v->a, &records, &count, e);

    if (err == OK)
        *ret_record = count == 0 ? NULL : records[0];
    return err;
}

enum err
view_space_unit(struct view *v, int64_t space, const char **ret_name, struct error *e)
{
    const struct record *profile = NULL;
    enum err err = first_of(v, RECORD_PROFILE, space, 0, NULL, &profile, e);

    if (err == OK)
        *ret_name = profile == NULL ? NULL : record_text(profile, PROFILE_NAME);
    return err;
}

/* Whose machine writes a log: the unit of its grant, else the superior that adopted, else the
 * space's own unit. What is not known stays NULL. */
static enum err
find_author(struct view *v, const struct log_row *log, const char **ret_unit,
            const char **ret_device, struct error *e)
{
    const struct record *grant = NULL, *adoption = NULL;
    struct peer_row peer;
    enum err err = first_of(v, RECORD_GRANT, log->space, GRANT_DEVICE, log->name.device, &grant, e);

    if (err == OK)
        err = first_of(v, RECORD_ADOPTION, log->space, ADOPTION_PARENT_DEVICE, log->name.device,
                       &adoption, e);
    if (err != OK)
        return err;
    *ret_device = grant == NULL ? NULL : record_text(grant, GRANT_NAME);
    if (*ret_device == NULL && peer_by_device(v->s, log->name.device, v->a, &peer, NULL) == OK)
        *ret_device = peer.name;
    if (grant != NULL && record_reference(grant, GRANT_UNIT) != 0) {
        *ret_unit = view_title(v, record_reference(grant, GRANT_UNIT));
        return *ret_unit == NULL ? err_set(e, ERR_NOMEM, "no memory for authors") : OK;
    }
    *ret_unit = adoption == NULL ? NULL : record_text(adoption, ADOPTION_PARENT_NAME);
    return *ret_unit != NULL ? OK : view_space_unit(v, log->space, ret_unit, e);
}

static enum err
author_of_log(struct view *v, int64_t log_id, const char **ret_unit, const char **ret_device,
              struct error *e)
{
    const char *both = map_get(&v->authors, log_id);
    struct log_row log;

    if (both == NULL) {
        const char *unit = NULL, *device = NULL;
        enum err err = log_get(v->s, log_id, &log, e);

        if (err != OK)
            return err;
        err = find_author(v, &log, &unit, &device, e);
        if (err != OK)
            return err;
        both = arena_printf(v->a, "%s\n%s", unit == NULL ? "" : unit, device == NULL ? "" : device);
        if (both == NULL || !map_set(&v->authors, v->a, log_id, both))
            return err_set(e, ERR_NOMEM, "no memory for authors");
    }
    *ret_device = strrchr(both, '\n') + 1;
    *ret_unit = arena_text(v->a, both, (size_t) (*ret_device - 1 - both));
    return *ret_unit == NULL ? err_set(e, ERR_NOMEM, "no memory for authors") : OK;
}

json_t *
json_time(int64_t time_s)
{
    int year, month, day;
    int32_t days = (int32_t) (time_s / 86400 - (time_s % 86400 < 0));
    int rest = (int) (time_s - (int64_t) days * 86400);

    date_from_days(days, &year, &month, &day);
    return json_sprintf("%04d-%02d-%02dT%02d:%02d:%02dZ", year, month, day, rest / 3600,
                        rest / 60 % 60, rest % 60);
}

static void
set_text(json_t *object, const char *name, const char *text)
{
    if (text != NULL && text[0] != '\0')
        json_object_set_new(object, name, json_string(text));
}

enum err
view_author(struct view *v, struct stamp stamp, json_t **ret_json, struct error *e)
{
    const char *unit = NULL, *device = NULL, *operator_name = NULL;
    struct entry_row entry;
    json_t *json = NULL;
    enum err err = author_of_log(v, stamp.log, &unit, &device, e);

    if (err == OK)
        err = entry_get(v->s, stamp.log, stamp.seq, v->a, &entry, e);
    if (err != OK)
        return err;
    if (entry.operator != 0) {
        operator_name = view_title(v, entry.operator);
        if (operator_name == NULL)
            return err_set(e, ERR_NOMEM, "no memory for authors");
    }
    json = json_object();
    set_text(json, "unit", unit);
    set_text(json, "operator", operator_name);
    set_text(json, "device", device);
    json_object_set_new(json, "at", json_time(entry.wall_s));
    *ret_json = json;
    return json == NULL ? err_set(e, ERR_NOMEM, "no memory for an answer") : OK;
}

/* --- values ----------------------------------------------------------------------------------- */

static json_t *
json_reference(struct view *v, int64_t id)
{
    const char *title = view_title(v, id);
    char text[RECORD_ID_TEXT_BYTES];

    record_id_format(id, text);
    return title == NULL ? NULL : json_pack("{s:s, s:s}", "id", text, "title", title);
}

json_t *
json_hex(const uint8_t *bytes, size_t size)
{
    char text[HEX_CHARS(BYTES_VALUE_MAX) + 1];

    return hex_encode(bytes, size, text, sizeof text) == OK ? json_string(text) : NULL;
}

enum err
view_value(struct view *v, const struct registry_field *field, const struct value *value,
           json_t **ret_json, struct error *e)
{
    const char *text = NULL;
    json_t *json = NULL;

    if (value->kind == VALUE_NULL) {
        json = json_null();
    } else if (value->kind == VALUE_REFERENCE) {
        json = json_reference(v, value->record);
    } else if (value->kind == VALUE_INTEGER && field->choices == NULL) {
        json = json_integer(value->integer);
    } else if (value->kind == VALUE_TEXT) {
        json = json_stringn_nocheck((const char *) value->bytes, value->size);
    } else if (value->kind == VALUE_BYTES) {
        json = json_hex(value->bytes, value->size);
    } else {
        text = api_value_format(v->a, field, value);
        json = text == NULL ? NULL : json_string(text);
    }
    if (json == NULL)
        return err_set(e, ERR_NOMEM, "no memory for an answer");
    *ret_json = json;
    return OK;
}

/* --- records ---------------------------------------------------------------------------------- */

static const char *
space_name(struct view *v, int64_t space_id)
{
    static const char *const names[] = {
        [SPACE_INNER] = "inner", [SPACE_OUTER] = "outer", [SPACE_EVENT] = "event"};
    const char *name = map_get(&v->spaces, space_id);
    struct space_row space;

    if (name == NULL) {
        name = "unknown";
        if (space_get(v->s, space_id, &space, NULL) == OK && space.genesis.kind >= SPACE_INNER
            && space.genesis.kind <= SPACE_EVENT)
            name = names[space.genesis.kind];
        map_set(&v->spaces, v->a, space_id, name);
    }
    return name;
}

/* The values that stand in a field, each with its author. */
static enum err
conflict_to_json(struct view *v, const struct record *record, unsigned field_id,
                 const struct registry_field *field, json_t **ret_json, struct error *e)
{
    struct standing_row *rows = NULL;
    size_t count = 0;
    json_t *list = json_array();
    enum err err = state_standing(v->s, record->id, field_id, v->a, &rows, &count, e);

    for (size_t i = 0; i < count && err == OK; i++) {
        json_t *value = NULL, *one = NULL;

        if (field_id == LIFE_FIELD)
            value = json_string(rows[i].value.integer == 1 ? "live" : "deleted");
        else
            err = view_value(v, field, &rows[i].value, &value, e);
        if (err == OK)
            err = view_author(v, rows[i].stamp, &one, e);
        if (err == OK) {
            json_object_set(one, "value", value);
            json_object_set_new(one, "shown", json_boolean(rows[i].displayed));
            json_array_append(list, one);
        }
        json_decref(value);
        json_decref(one);
    }
    if (err == OK)
        *ret_json = list;
    else
        json_decref(list);
    return err;
}

static enum err
field_to_json(struct view *v, const struct record *record, const struct record_field *field,
              json_t *fields, json_t *labels, json_t *conflicts, struct error *e)
{
    const struct registry_field *known = registry_field_by_id(record->registry, field->id);
    const struct registry_choice *choice;
    json_t *json = NULL;
    enum err err;

    if (known == NULL)
        return OK;
    if (field->value.kind != VALUE_NULL) {
        err = view_value(v, known, &field->value, &json, e);
        if (err != OK)
            return err;
        json_object_set_new(fields, known->name, json);
        choice =
            known->choices == NULL ? NULL : registry_choice_by_number(known, field->value.integer);
        if (choice != NULL)
            json_object_set_new(labels, known->name, json_string(choice->label_vi));
    }
    if (!field->conflict)
        return OK;
    err = conflict_to_json(v, record, field->id, known, &json, e);
    if (err == OK)
        json_object_set_new(conflicts, known->name, json);
    return err;
}

static enum err
fill_record(struct view *v, const struct record *record, json_t *fields, json_t *labels,
            json_t *conflicts, struct error *e)
{
    json_t *json = NULL;
    enum err err = OK;

    if (record->registry == NULL)
        return OK;
    for (size_t i = 0; i < record->fields_count && err == OK; i++)
        err = field_to_json(v, record, &record->fields[i], fields, labels, conflicts, e);
    if (err == OK && record->life_conflict) {
        err = conflict_to_json(v, record, LIFE_FIELD, NULL, &json, e);
        if (err == OK)
            json_object_set_new(conflicts, "life", json);
    }
    return err;
}

enum err
view_record(struct view *v, const struct record *record, json_t **ret_json, struct error *e)
{
    char id[RECORD_ID_TEXT_BYTES];
    const char *title = map_get(&v->titles, record->id);
    json_t *fields = json_object(), *labels = json_object(), *conflicts = json_object();
    enum err err = fill_record(v, record, fields, labels, conflicts, e);

    if (err == OK && title == NULL) {
        title = title_of_record(v, record, TITLE_DEPTH_MAX);
        if (title == NULL || !map_set(&v->titles, v->a, record->id, title))
            err = err_set(e, ERR_NOMEM, "no memory for titles");
    }
    if (err == OK) {
        record_id_format(record->id, id);
        *ret_json = json_pack("{s:s, s:s, s:I, s:s, s:s, s:O, s:O, s:O, s:b}", "id", id, "record",
                              record->registry == NULL ? "unknown" : record->registry->name,
                              "version", (json_int_t) record->version, "space",
                              space_name(v, record->space), "title", title, "fields", fields,
                              "labels", labels, "conflicts", conflicts, "deleted", !record->live);
        if (*ret_json == NULL)
            err = err_set(e, ERR_NOMEM, "no memory for an answer");
    }
    json_decref(fields);
    json_decref(labels);
    json_decref(conflicts);
    return err;
}

enum err
view_record_by_id(struct view *v, int64_t id, json_t **ret_json, struct error *e)
{
    struct record *record = NULL;
    enum err err = state_get(v->s, id, v->a, &record, e);

    return err == OK ? view_record(v, record, ret_json, e) : err;
}
