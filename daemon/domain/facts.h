/* Facts: records read by the names of their fields, and the shapes in which answers show them.
 * Source: doc/api.md, "Values". */
#ifndef DAEMON_DOMAIN_FACTS_H
#define DAEMON_DOMAIN_FACTS_H

#include <jansson.h>

#include "daemon/domain/period.h"
#include "daemon/store/state.h"

/* A field's number by name; 0 when the type has no such field in this version. */
unsigned fact_field(unsigned type, const char *field);

/* A field of a record by name; NULL or 0 when it has no value.
 *   fact_choice     the choice's name on the API
 *   fact_day_first, fact_day_last  first or last day of a date of any precision; PERIOD_NO_DAY */
const struct value *fact_value(const struct record *r, const char *field);
const char *fact_text(const struct record *r, const char *field);
const char *fact_choice(const struct record *r, const char *field);
int64_t fact_integer(const struct record *r, const char *field, int64_t otherwise);
int64_t fact_reference(const struct record *r, const char *field);
int32_t fact_day_first(const struct record *r, const char *field);
int32_t fact_day_last(const struct record *r, const char *field);

/* The live records of a type whose reference `field` names `to` (0: all of the type), by id.
 *   space    local id, 0 = every space
 *   Returns  ERR_IO, ERR_NOMEM, ERR_LIMIT the arena is full */
enum err fact_list(struct store *s, struct arena *a, unsigned type, const char *field, int64_t to,
                   int64_t space, struct record ***ret_records, size_t *ret_count, struct error *e);

/* The title of a record as people see it, from the registry's title field; NULL when it has none.
 */
const char *fact_title(const struct record *r);

/* The same by id, read from the store; the id's text when the record is unknown here. */
const char *fact_title_of(struct store *s, struct arena *a, int64_t id);

/* The wall time of the entry that introduced a record; 0 when it cannot be told. */
int64_t fact_made_at(struct store *s, int64_t id);

/* Shapes. All give new references, NULL without memory.
 *   fact_json_id    "3.17"
 *   fact_json_ref   {"id": "3.17", "title": "Thôn 1"}
 *   fact_json_day   "2023-08-15"; PERIOD_NO_DAY gives null
 *   fact_json_date  a date of its own precision
 *   fact_json_time  "2023-08-15T07:30:00Z"; 0 gives null
 *   fact_json_text  a string; NULL gives null
 *   fact_json_field one field of a record: text, number, choice's name, date, id of a reference */
json_t *fact_json_id(int64_t id);
json_t *fact_json_ref(int64_t id, const char *title);
json_t *fact_json_day(int32_t day);
json_t *fact_json_date(struct date date);
json_t *fact_json_time(int64_t wall_s);
json_t *fact_json_text(const char *text);
json_t *fact_json_field(const struct record *r, const char *field);

/* ERR_NOMEM with its text. */
enum err fact_no_memory(struct error *e);

#endif
