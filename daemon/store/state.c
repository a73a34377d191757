/* Reading the state. References within a space are followed to their record when they are read: an alias may
 * be made after the reference was written. */
#include "config.h"

#include "daemon/store/state.h"

#include <string.h>

#include "daemon/store/alias.h"
#include "daemon/store/column.h"
#include "daemon/store/sql.h"
#include "daemon/store/state_table.h"

/* --- a record in memory ---------------------------------------------------------------------- */

const struct record_field *
record_find(const struct record *r, unsigned field)
{
    for (uint32_t i = 0; i < r->fields_count; i++)
        if (r->fields[i].id == field)
            return &r->fields[i];
    return NULL;
}

const struct value *
record_value(const struct record *r, unsigned field)
{
    const struct record_field *f = record_find(r, field);

    return f != NULL && f->value.kind != VALUE_NULL ? &f->value : NULL;
}

const char *
record_text(const struct record *r, unsigned field)
{
    const struct value *v = record_value(r, field);

    return v != NULL && v->kind == VALUE_TEXT ? (const char *) v->bytes : NULL;
}

int64_t
record_integer(const struct record *r, unsigned field, int64_t otherwise)
{
    const struct value *v = record_value(r, field);

    if (v == NULL || (v->kind != VALUE_INTEGER && v->kind != VALUE_TIME))
        return otherwise;
    return v->integer;
}

int64_t
record_reference(const struct record *r, unsigned field)
{
    const struct value *v = record_value(r, field);

    return v != NULL && v->kind == VALUE_REFERENCE ? v->record : 0;
}

/* --- aliases --------------------------------------------------------------------------------- */

enum err
alias_any(struct store *s, bool *ret_any, struct error *e)
{
    struct query q;
    bool any;
    enum err err;

    if (s->in_transaction && s->aliases != ALIASES_UNKNOWN) {
        *ret_any = s->aliases == ALIASES_SOME;
        return OK;
    }
    query_start(&q, s, ST_ALIAS_ANY);
    any = query_row(&q);
    err = query_end(&q, e);
    if (err != OK)
        return err;
    s->aliases = any ? ALIASES_SOME : ALIASES_NONE;
    *ret_any = any;
    return OK;
}

enum err
alias_follow(struct store *s, int64_t *id, struct error *e)
{
    struct query q;
    bool any;
    enum err err = alias_any(s, &any, e);

    if (err != OK || !any)
        return err;
    query_start(&q, s, ST_ALIAS_GET);
    query_bind_int(&q, *id);
    if (query_row(&q))
        *id = query_int(&q, 0);
    return query_end(&q, e);
}

enum err
alias_follow_value(struct store *s, int64_t record, int64_t *id, struct error *e)
{
    struct query q;
    bool any;
    enum err err = alias_any(s, &any, e);

    if (err != OK || !any)
        return err;
    query_start(&q, s, ST_ALIAS_GET_NEAR);
    query_bind_int(&q, *id);
    query_bind_int(&q, record_id_log(record));
    if (query_row(&q))
        *id = query_int(&q, 0);
    return query_end(&q, e);
}

enum err
state_alias_get(struct store *s, int64_t id, int64_t *ret_record, struct error *e)
{
    int64_t record = id;
    enum err err = alias_follow(s, &record, e);

    if (err == OK && record == id)
        return err_set(e, ERR_NOT_FOUND, "store: not an alias");
    if (err == OK)
        *ret_record = record;
    return err;
}

/* --- one record ------------------------------------------------------------------------------ */

/* Read one field; `stamp` is its item in the list of stamps, or NULL. */
static enum err
read_field(const struct query *q, int column, const struct registry_field *f,
           const struct record *r,
           const struct stamp_item *stamp, struct arena *a, struct record_field *ret_field,
           struct error *e)
{
    enum err err = column_read(q, column, f->kind, a, &ret_field->value, e);

    ret_field->id = f->id;
    ret_field->conflict = stamp != NULL && stamp->conflict;
    ret_field->stamp = stamp != NULL
                           ? stamp->stamp
                           : (struct stamp){record_id_log(r->id), record_id_seq(r->id)};
    if (err == OK && ret_field->value.kind == VALUE_REFERENCE)
        err = alias_follow_value(q->s, r->id, &ret_field->value.record, e);
    return err;
}

/* Columns and stamps both go by ascending field, so one pass joins them. */
static enum err
read_fields(const struct query *q, struct arena *a, struct record *r, struct error *e)
{
    struct record_field fields[REGISTRY_FIELDS_MAX] = {0};
    struct stamp_item stamp = {0};
    struct wire w;
    size_t stamps_size;
    const uint8_t *stamps = query_bytes(q, COLUMN_STAMPS, &stamps_size);
    int column = COLUMN_FIELDS;
    enum err err = OK;
    bool more;

    wire_init(&w, stamps, stamps_size);
    r->life_stamp = (struct stamp){record_id_log(r->id), record_id_seq(r->id)};
    more = stamps_next(&w, r->id, &stamp);
    if (more && stamp.field == LIFE_FIELD) {
        r->life_stamp = stamp.stamp;
        r->life_conflict = stamp.conflict;
        more = stamps_next(&w, r->id, &stamp);
    }
    for (const struct registry_field *f = r->registry->fields; f->id != 0 && err == OK; f++,
         column++) {
        bool listed = more && stamp.field == f->id;

        if (!listed && query_is_null(q, column))
            continue;
        err = read_field(q, column, f, r, listed ? &stamp : NULL, a, &fields[r->fields_count++], e);
        if (listed)
            more = stamps_next(&w, r->id, &stamp);
    }
    if (err == OK && (w.err != OK || more))
        err = err_set(e, ERR_IO, "store: the stamps of a record are damaged; rebuild the state");
    if (err != OK)
        return err;
    r->fields = arena_array(a, r->fields_count, sizeof fields[0]);
    if (r->fields == NULL)
        return sql_no_memory(e);
    memcpy(r->fields, fields, r->fields_count * sizeof fields[0]);
    return OK;
}

/* The row of a SELECT of table_put_columns(). */
static enum err
read_record(const struct query *q, const struct registry_record *registry, struct arena *a,
            struct record **ret_record, struct error *e)
{
    struct record *r = arena_alloc(a, sizeof *r);
    enum err err;

    if (r == NULL)
        return sql_no_memory(e);
    *r = (struct record){
        .id = query_int(q, COLUMN_ID),
        .type = registry->type,
        .registry = registry,
        .space = query_int(q, COLUMN_SPACE),
        .version = query_int(q, COLUMN_VERSION),
        .live = query_int(q, COLUMN_LIVE) != 0,
        .several = query_int(q, COLUMN_SEVERAL) != 0,
    };
    err = read_fields(q, a, r, e);
    if (err == OK)
        *ret_record = r;
    return err;
}

static enum err
no_record(int64_t id, struct error *e)
{
    char text[RECORD_ID_TEXT_BYTES];

    record_id_format(id, text);
    return err_say(e, ERR_NOT_FOUND,
                   N_("there is no record {1} here: it may not have arrived yet"), text, NULL);
}

/* Type of an id that is no alias. */
static enum err
type_of(struct store *s, int64_t id, unsigned *ret_type, struct error *e)
{
    struct query q;
    unsigned type = 0;
    bool found;
    enum err err;

    query_start(&q, s, ST_RECORD_TYPE);
    query_bind_int(&q, id);
    found = query_row(&q);
    if (found)
        type = (unsigned) query_int(&q, 0);
    err = query_end(&q, e);
    if (err == OK && !found)
        return no_record(id, e);
    if (err == OK)
        *ret_type = type;
    return err;
}

enum err
state_type(struct store *s, int64_t id, unsigned *ret_type, struct error *e)
{
    enum err err = alias_follow(s, &id, e);

    return err == OK ? type_of(s, id, ret_type, e) : err;
}

enum err
state_get(struct store *s, int64_t id, struct arena *a, struct record **ret_record, struct error *e)
{
    sqlite3_stmt *stmt = NULL;
    struct record *r = NULL;
    struct query q;
    unsigned type;
    size_t place;
    enum err err = alias_follow(s, &id, e);

    if (err == OK)
        err = type_of(s, id, &type, e);
    if (err == OK && !table_of_type(type, &place))
        err = no_record(id, e);
    if (err == OK)
        err = table_get_stmt(s, place, &stmt, e);
    if (err != OK)
        return err;
    query_start_stmt(&q, s, stmt);
    query_bind_int(&q, id);
    if (query_row(&q))
        err = read_record(&q, registry_records[place], a, &r, e);
    err = query_end_after(&q, err, e);
    if (err == OK && r == NULL)
        err = no_record(id, e);
    if (err == OK)
        *ret_record = r;
    return err;
}

/* --- lists ----------------------------------------------------------------------------------- */

static enum err
put_filter(struct store *s, const struct registry_record *r, const struct state_filter *filter,
           struct buf *b, struct error *e)
{
    const struct registry_field *f = registry_field_by_id(r, filter->field);
    bool aliases = false;
    enum err err = OK;

    if (f == NULL || (filter->value.kind != f->kind && filter->value.kind != VALUE_NULL))
        return err_set(e, ERR_USAGE, "store: %s has no such field of this kind: %u", r->name,
                       filter->field);
    if (filter->value.kind == VALUE_REFERENCE)
        err = alias_any(s, &aliases, e);
    table_put_text(b, " AND \"");
    table_put_text(b, f->name);
    if (filter->value.kind == VALUE_NULL)
        table_put_text(b, "\" IS NULL");
    else if (aliases)
        table_put_text(b, "\" IN (SELECT ? UNION ALL SELECT id FROM alias WHERE record = ?)");
    else
        table_put_text(b, "\" = ?");
    return err;
}

/* The conditions of a query, and the parameters that bind_conditions() gives them. */
static enum err
put_conditions(struct store *s, const struct registry_record *r, const struct state_query *query,
               struct buf *b, struct error *e)
{
    enum err err = OK;

    table_put_text(b, " FROM \"r_");
    table_put_text(b, r->name);
    table_put_text(b, query->deleted_too ? "\" WHERE 1" : "\" WHERE _live = 1");
    if (query->space != 0)
        table_put_text(b, " AND _space = ?");
    if (query->after != 0)
        table_put_text(b, " AND _id > ?");
    for (size_t i = 0; i < query->filters_count && err == OK; i++)
        err = put_filter(s, r, &query->filters[i], b, e);
    return err;
}

static enum err
bind_conditions(struct query *q, const struct state_query *query, struct error *e)
{
    enum err err = OK;

    if (query->space != 0)
        query_bind_int(q, query->space);
    if (query->after != 0)
        query_bind_int(q, query->after);
    for (size_t i = 0; i < query->filters_count && err == OK; i++) {
        struct value v = query->filters[i].value;
        bool aliases = false;

        if (v.kind == VALUE_NULL)
            continue;
        if (v.kind == VALUE_REFERENCE) {
            err = alias_follow(q->s, &v.record, e);
            if (err == OK)
                err = alias_any(q->s, &aliases, e);
        }
        column_bind(q, &v);
        if (aliases)
            column_bind(q, &v);
    }
    return err;
}

/* Start the SELECT of a query.
 *   columns  "count(*)", or NULL for a whole record */
static enum err
start_list(struct store *s, const struct state_query *query, const char *columns,
           const struct registry_record **ret_registry, struct query *ret_q, struct error *e)
{
    sqlite3_stmt *stmt = NULL;
    struct buf b;
    size_t place;
    enum err err;

    if (!table_of_type(query->type, &place))
        return err_set(e, ERR_USAGE, "store: no record type %u", query->type);
    *ret_registry = registry_records[place];
    buf_init(&b, SQL_TEXT_BYTES_MAX);
    table_put_text(&b, "SELECT ");
    if (columns != NULL)
        table_put_text(&b, columns);
    else
        table_put_columns(&b, *ret_registry);
    err = put_conditions(s, *ret_registry, query, &b, e);
    if (columns == NULL)
        table_put_text(&b, " ORDER BY _id LIMIT ? OFFSET ?");
    if (err == OK)
        err = table_list_stmt(s, &b, &stmt, e);
    buf_release(&b);
    if (err != OK)
        return err;
    query_start_stmt(ret_q, s, stmt);
    err = bind_conditions(ret_q, query, e);
    if (err != OK)
        return query_end_after(ret_q, err, e);
    if (columns == NULL) {
        query_bind_int(ret_q, query->limit == 0 ? -1 : (int64_t) query->limit);
        query_bind_int(ret_q, (int64_t) query->offset);
    }
    return OK;
}

enum err
state_list(struct store *s, const struct state_query *query, struct arena *a,
           struct record ***ret_records, size_t *ret_count, struct error *e)
{
    struct rows rows = {.arena = a, .item_bytes = sizeof(struct record *)};
    const struct registry_record *registry;
    struct query q;
    enum err err = start_list(s, query, NULL, &registry, &q, e);

    if (err != OK)
        return err;
    while (err == OK && query_row(&q)) {
        struct record **slot = rows_add(&rows);

        err = slot != NULL ? read_record(&q, registry, a, slot, e) : sql_no_memory(e);
    }
    err = query_end_after(&q, err, e);
    if (err != OK)
        return err;
    *ret_records = rows.items;
    *ret_count = rows.count;
    return OK;
}

enum err
state_count(struct store *s, const struct state_query *query, uint64_t *ret_count, struct error *e)
{
    const struct registry_record *registry;
    uint64_t count = 0;
    struct query q;
    enum err err = start_list(s, query, "count(*)", &registry, &q, e);

    if (err != OK)
        return err;
    if (query_row(&q))
        count = (uint64_t) query_int(&q, 0);
    err = query_end(&q, e);
    if (err == OK)
        *ret_count = count;
    return err;
}
