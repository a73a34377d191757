/* Records as JSON, and JSON as fields to write. A view is a reader of one store for the length of
 * one request: it remembers titles, spaces and names that it has looked up. Source: doc/api.md,
 * "Values". */
#ifndef DAEMON_LOCAL_JSON_RECORD_H
#define DAEMON_LOCAL_JSON_RECORD_H

#include <jansson.h>

#include "daemon/engine/submit.h"
#include "daemon/store/log.h"
#include "daemon/store/state.h"
#include "protocol/api_value.h"

struct name_index;

/* A map from an id to a text, open addressing; grows in the arena. */
struct text_map {
    int64_t *ids;
    const char **texts;
    size_t capacity; /* a power of two, or 0 */
    size_t count;
};

struct view {
    struct store *s;      /* borrowed */
    struct arena *a;      /* borrowed; holds what is remembered */
    /* borrowed; holds values that are read: the same, or of a shorter life */
    struct arena *scratch;
    struct text_map titles;
    struct text_map spaces;  /* names of kinds: "inner" */
    struct text_map authors; /* by log */
    struct name_index *names; /* one for each type that was searched */
    enum language language; /* of labels in errors */
    bool bulk;            /* many names will be resolved: build the index at once */
    /* Names that come before ids, codes and titles (an import's own), with the type of what they
     * name. ERR_NOT_FOUND: not one of them. */
    enum err (*local_name)(void *context, const char *name, int64_t *ret_record, unsigned *ret_type,
                           struct error *e);
    void *local_context;
};

/* Prepare a view; nothing is to be freed but the arena. */
void view_init(struct view *v, struct store *s, struct arena *a);

/* A record as an answer shows it.
 *   Returns  ERR_NOMEM, ERR_IO; *ret_json is a new reference */
enum err view_record(struct view *v, const struct record *record, json_t **ret_json,
                     struct error *e);

/* The same by local id; ERR_NOT_FOUND. */
enum err view_record_by_id(struct view *v, int64_t id, json_t **ret_json, struct error *e);

/* A record's name: its title field, or "unit 3.17" without one. NULL without memory. */
const char *view_title(struct view *v, int64_t id);

/* What tells a record without a title from others of its type: its key, as "Thôn 1, 19/05/2023". "" for a record
 * that has a title.
 *   Returns  ERR_NOMEM; the text is in the arena */
enum err view_about(struct view *v, const struct record *record, const char **ret_text, struct error *e);

/* One value of a field as JSON: a reference as an object of id and title. */
enum err view_value(struct view *v, const struct registry_field *field, const struct value *value,
                    json_t **ret_json, struct error *e);

/* Bytes as a hexadecimal string, at most BYTES_VALUE_MAX; NULL without memory. */
json_t *json_hex(const uint8_t *bytes, size_t size);

/* A time, seconds since 1970, as "2023-08-15T07:30:00Z". */
json_t *json_time(int64_t time_s);

/* The name of the unit that a space belongs to; NULL when its profile is not here. */
enum err view_space_unit(struct view *v, int64_t space, const char **ret_name, struct error *e);

/* Who wrote an entry: {"unit", "operator", "device", "at"}, each when known. */
enum err view_author(struct view *v, struct stamp stamp, json_t **ret_json, struct error *e);

/* Find the record that a person means.
 *   type  0 = any; then only an id serves
 *   text  an id, a short code, a whole name; marks and case may be left off where one record is
 *         meant
 *   Returns  ERR_NOT_FOUND (names the nearest), ERR_CONFLICT (two are meant: names their ids) */
enum err view_resolve(struct view *v, unsigned type, const char *text, int64_t *ret_record,
                      struct error *e);

/* Tell a view in bulk work that a record got a name or code, or that names of a type changed
 * otherwise. */
enum err view_name_added(struct view *v, unsigned type, int64_t id, const char *text,
                         struct error *e);
void view_names_changed(struct view *v, unsigned type);

/* The text field that names a record of the type, and the one that holds its short code; NULL:
 * none. */
const struct registry_field *type_title_field(const struct registry_record *type);
const struct registry_field *type_code_field(const struct registry_record *type);

/* Read one value for a field.
 *   json  what doc/api.md accepts for the field's kind
 *   Returns  ERR_FORMAT, ERR_USAGE, ERR_NOT_FOUND, ERR_CONFLICT, all with the field's name */
enum err view_read_value(struct view *v, const struct registry_record *type,
                         const struct registry_field *field,
                         json_t *json, struct value *ret_value, struct error *e);

/* Read {"field": value, …}. An unknown field's error lists those that the record has. */
enum err view_read_fields(struct view *v, const struct registry_record *type, json_t *set,
                          struct submit_field **ret_fields, size_t *ret_count, struct error *e);

/* A field of a type by name; ERR_USAGE with a list of those that there are. */
enum err field_by_name(const struct registry_record *type, const char *name,
                       const struct registry_field **ret_field, struct error *e);

/* A record type by name; ERR_NOT_FOUND with the nearest names. */
enum err type_by_name(const char *name, const struct registry_record **ret_type, struct error *e);

#endif
