/* What stands beside a record: the values of a conflict, its history, its key and its local
 * names. */
#include "config.h"

#include <string.h>

#include "daemon/store/alias.h"
#include "daemon/store/column.h"
#include "daemon/store/sql.h"
#include "daemon/store/state.h"
#include "daemon/store/state_table.h"

/* --- standing values and conflicts ----------------------------------------------------------- */

static enum err
read_standing(const struct query *q, int64_t record, struct arena *a, struct standing_row *row,
              struct error *e)
{
    enum err err = column_read(q, 4, (enum value_kind) query_int(q, 3), a, &row->value, e);

    row->stamp = (struct stamp){entry_id_log(query_int(q, 0)), entry_id_seq(query_int(q, 0))};
    row->wall_s = query_int(q, 1);
    row->displayed = query_int(q, 2) != 0;
    if (err == OK && row->value.kind == VALUE_REFERENCE)
        err = alias_follow_value(q->s, record, &row->value.record, e);
    return err;
}

enum err
state_standing(struct store *s, int64_t record, unsigned field, struct arena *a,
               struct standing_row **ret_rows, size_t *ret_count, struct error *e)
{
    struct rows rows = {.arena = a, .item_bytes = sizeof(struct standing_row)};
    struct query q;
    enum err err = alias_follow(s, &record, e);

    query_start(&q, s, ST_STANDING_LIST);
    query_bind_int(&q, record);
    query_bind_int(&q, field);
    while (err == OK && query_row(&q)) {
        struct standing_row *row = rows_add(&rows);

        err = row != NULL ? read_standing(&q, record, a, row, e) : sql_no_memory(e);
    }
    err = query_end_after(&q, err, e);
    if (err != OK)
        return err;
    *ret_rows = rows.items;
    *ret_count = rows.count;
    return OK;
}

/* Ids in conflict of one type; an index holds just these rows. */
static enum err
add_conflicts(struct store *s, const struct registry_record *r, struct rows *rows, struct error *e)
{
    sqlite3_stmt *stmt = NULL;
    struct buf b;
    struct query q;
    enum err err = OK;

    buf_init(&b, SQL_TEXT_BYTES_MAX);
    table_put_text(&b, "SELECT _id FROM \"r_");
    table_put_text(&b, r->name);
    table_put_text(&b, "\" WHERE _conflicts > 0 ORDER BY _id");
    buf_append(&b, "", 1);
    err = b.err == OK ? sql_prepare(s, (const char *) b.bytes, &stmt, e)
                      : err_set(e, b.err, "store: no memory");
    buf_release(&b);
    if (err != OK)
        return err;
    query_start_stmt(&q, s, stmt);
    while (err == OK && query_row(&q)) {
        int64_t *id = rows_add(rows);

        if (id != NULL)
            *id = query_int(&q, 0);
        else
            err = sql_no_memory(e);
    }
    err = query_end_after(&q, err, e);
    sqlite3_finalize(stmt);
    return err;
}

enum err
state_conflicts(struct store *s, struct arena *a, int64_t **ret_records, size_t *ret_count,
                struct error *e)
{
    struct rows rows = {.arena = a, .item_bytes = sizeof(int64_t)};
    enum err err = OK;

    for (size_t i = 0; i < registry_records_count && err == OK; i++)
        err = add_conflicts(s, registry_records[i], &rows, e);
    if (err != OK)
        return err;
    *ret_records = rows.items;
    *ret_count = rows.count;
    return OK;
}

/* --- history, keys, names -------------------------------------------------------------------- */

static enum err
add_touch(struct rows *rows, int64_t applied, int64_t entry, struct error *e)
{
    struct touch_row *row = rows_add(rows);

    if (row == NULL)
        return sql_no_memory(e);
    *row = (struct touch_row){applied, {entry_id_log(entry), entry_id_seq(entry)}};
    return OK;
}

/* The entry that introduced a record is named by the record's id and has no row of its own in
 * `touch`. */
static enum err
add_introduction(struct store *s, int64_t record, struct rows *rows, struct error *e)
{
    int64_t entry = entry_id(record_id_log(record), record_id_seq(record));
    unsigned type;
    struct query q;
    enum err err = state_type(s, record, &type, e);

    if (err != OK)
        return err == ERR_NOT_FOUND ? OK : err;
    query_start(&q, s, ST_ENTRY_APPLIED);
    query_bind_int(&q, entry);
    if (query_row(&q))
        err = add_touch(rows, query_int(&q, 0), entry, e);
    return query_end_after(&q, err, e);
}

enum err
state_touches(struct store *s, int64_t record, struct arena *a, struct touch_row **ret_rows,
              size_t *ret_count, struct error *e)
{
    struct rows rows = {.arena = a, .item_bytes = sizeof(struct touch_row)};
    struct query q;
    enum err err = alias_follow(s, &record, e);

    if (err == OK)
        err = add_introduction(s, record, &rows, e);
    if (err != OK)
        return err;
    query_start(&q, s, ST_TOUCH_LIST);
    query_bind_int(&q, record);
    while (err == OK && query_row(&q))
        err = add_touch(&rows, query_int(&q, 0), query_int(&q, 1), e);
    err = query_end_after(&q, err, e);
    if (err != OK)
        return err;
    *ret_rows = rows.items;
    *ret_count = rows.count;
    return OK;
}

/* The record that a query's first column names. */
static enum err
one_record(struct query *q, int64_t *ret_record, const char *what, struct error *e)
{
    bool found = query_row(q);
    int64_t record = found ? query_int(q, 0) : 0;
    enum err err = query_end(q, e);

    if (err == OK && !found)
        err = err_set(e, ERR_NOT_FOUND, "store: no record of this %s", what);
    if (err == OK)
        err = alias_follow(q->s, &record, e);
    if (err == OK)
        *ret_record = record;
    return err;
}

enum err
state_by_key(struct store *s, int64_t space, const struct hash *key, int64_t *ret_record,
             struct error *e)
{
    struct query q;

    query_start(&q, s, ST_KEY_GET);
    query_bind_int(&q, space);
    query_bind_bytes(&q, key->bytes, HASH_BYTES);
    return one_record(&q, ret_record, "key", e);
}

enum err
state_key_of(struct store *s, int64_t record, struct hash *ret_key, struct error *e)
{
    struct hash key;
    struct query q;
    bool found;
    enum err err = alias_follow(s, &record, e);

    if (err != OK)
        return err;
    query_start(&q, s, ST_KEY_OF);
    query_bind_int(&q, record);
    found = query_row(&q);
    if (found)
        query_copy(&q, 0, key.bytes, HASH_BYTES);
    err = query_end(&q, e);
    if (err == OK && !found)
        err = err_set(e, ERR_NOT_FOUND, "store: no key of this record");
    if (err == OK)
        *ret_key = key;
    return err;
}

enum err
local_name_get(struct store *s, const char *name, int64_t *ret_record, struct error *e)
{
    struct query q;

    query_start(&q, s, ST_NAME_GET);
    query_bind_text(&q, name, strlen(name));
    return one_record(&q, ret_record, "name", e);
}
