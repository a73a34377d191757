/* Reading records by field names, and JSON shapes. */
#include "config.h"

#include "daemon/domain/facts.h"

#include <stdio.h>
#include <string.h>

#include "daemon/store/log.h"

enum { ENTRY_ARENA_BYTES_MAX = 2 * 1024 * 1024 };

unsigned
fact_field(unsigned type, const char *field)
{
    const struct registry_record *r = registry_by_type(type);
    const struct registry_field *f = r != NULL ? registry_field_by_name(r, field) : NULL;

    return f != NULL ? f->id : 0;
}

const struct value *
fact_value(const struct record *r, const char *field)
{
    const struct registry_field *f = r->registry != NULL
                                         ? registry_field_by_name(r->registry, field)
                                         : NULL;
    const struct value *v = f != NULL ? record_value(r, f->id) : NULL;

    return v != NULL && v->kind == f->kind ? v : NULL;
}

const char *
fact_text(const struct record *r, const char *field)
{
    const struct value *v = fact_value(r, field);

    return v != NULL && v->kind == VALUE_TEXT ? (const char *) v->bytes : NULL;
}

const char *
fact_choice(const struct record *r, const char *field)
{
    const struct value *v = fact_value(r, field);
    const struct registry_choice *c;

    if (v == NULL || v->kind != VALUE_INTEGER)
        return NULL;
    c = registry_choice_by_number(registry_field_by_name(r->registry, field), v->integer);
    return c != NULL ? c->name : NULL;
}

int64_t
fact_integer(const struct record *r, const char *field, int64_t otherwise)
{
    const struct value *v = fact_value(r, field);

    return v != NULL && v->kind == VALUE_INTEGER ? v->integer : otherwise;
}

int64_t
fact_reference(const struct record *r, const char *field)
{
    const struct value *v = fact_value(r, field);

    return v != NULL && v->kind == VALUE_REFERENCE ? v->record : 0;
}

int32_t
fact_day_first(const struct record *r, const char *field)
{
    const struct value *v = fact_value(r, field);

    return v != NULL && v->kind == VALUE_DATE ? date_first_day(v->date) : PERIOD_NO_DAY;
}

int32_t
fact_day_last(const struct record *r, const char *field)
{
    const struct value *v = fact_value(r, field);

    return v != NULL && v->kind == VALUE_DATE ? date_last_day(v->date) : PERIOD_NO_DAY;
}

enum err
fact_list(struct store *s, struct arena *a, unsigned type, const char *field, int64_t to,
          int64_t space, struct record ***ret_records, size_t *ret_count, struct error *e)
{
    struct state_filter filter = {.value = {.kind = VALUE_REFERENCE, .record = to}};
    struct state_query q = {
        .type = type, .filters = &filter, .filters_count = to != 0, .space = space};

    if (to != 0) {
        filter.field = fact_field(type, field);
        if (filter.field == 0)
            return err_set(e, ERR_UNSUPPORTED, "record type %u has no field %s", type, field);
    }
    return state_list(s, &q, a, ret_records, ret_count, e);
}

const char *
fact_title(const struct record *r)
{
    return r->registry != NULL && r->registry->title != NULL ? fact_text(r, r->registry->title)
                                                             : NULL;
}

const char *
fact_title_of(struct store *s, struct arena *a, int64_t id)
{
    struct record *r;
    char text[RECORD_ID_TEXT_BYTES];
    const char *title = NULL;

    if (state_get(s, id, a, &r, NULL) == OK)
        title = fact_title(r);
    if (title != NULL)
        return title;
    record_id_format(id, text);
    return arena_text(a, text, strlen(text));
}

int64_t
fact_made_at(struct store *s, int64_t id)
{
    struct arena a;
    struct entry_row entry;
    int64_t wall_s = 0;

    arena_init(&a, ENTRY_ARENA_BYTES_MAX);
    if (entry_get(s, record_id_log(id), record_id_seq(id), &a, &entry, NULL) == OK)
        wall_s = entry.wall_s;
    arena_release(&a);
    return wall_s;
}

json_t *
fact_json_id(int64_t id)
{
    char text[RECORD_ID_TEXT_BYTES];

    record_id_format(id, text);
    return json_string(text);
}

json_t *
fact_json_ref(int64_t id, const char *title)
{
    return json_pack("{s:o, s:o}", "id", fact_json_id(id), "title", fact_json_text(title));
}

json_t *
fact_json_day(int32_t day)
{
    return day == PERIOD_NO_DAY ? json_null() : fact_json_date((struct date){DATE_DAY, day});
}

json_t *
fact_json_date(struct date date)
{
    char text[DATE_TEXT_BYTES];

    if (!date_is_valid(date))
        return json_null();
    date_format(date, text);
    return json_string(text);
}

json_t *
fact_json_time(int64_t wall_s)
{
    enum { DAY_S = 24 * 3600 };
    char text[40];
    int64_t day = wall_s / DAY_S - (wall_s % DAY_S < 0), rest = wall_s - day * DAY_S;
    struct date date = {DATE_DAY, (int32_t) day};
    int year, month, month_day;

    if (wall_s == 0 || day != date.ordinal || !date_is_valid(date))
        return json_null();
    date_from_days(date.ordinal, &year, &month, &month_day);
    snprintf(text, sizeof text, "%04d-%02d-%02dT%02d:%02d:%02dZ", year, month, month_day,
             (int) (rest / 3600), (int) (rest / 60 % 60), (int) (rest % 60));
    return json_string(text);
}

json_t *
fact_json_text(const char *text)
{
    return text != NULL ? json_string(text) : json_null();
}

json_t *
fact_json_field(const struct record *r, const char *field)
{
    const struct value *v = fact_value(r, field);
    const char *choice = fact_choice(r, field);

    if (v == NULL)
        return json_null();
    if (choice != NULL)
        return json_string(choice);
    if (v->kind == VALUE_INTEGER)
        return json_integer(v->integer);
    if (v->kind == VALUE_DATE)
        return fact_json_date(v->date);
    if (v->kind == VALUE_TIME)
        return fact_json_time(v->integer);
    if (v->kind == VALUE_REFERENCE)
        return fact_json_id(v->record);
    return v->kind == VALUE_TEXT ? json_stringn((const char *) v->bytes, v->size) : json_null();
}

enum err
fact_no_memory(struct error *e)
{
    return err_set(e, ERR_NOMEM, "no memory for an answer");
}
