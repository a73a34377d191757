/* Statements on the state tables, generated from the registry. Private to daemon/store/. */
#ifndef DAEMON_STORE_STATE_TABLE_H
#define DAEMON_STORE_STATE_TABLE_H

#include "daemon/store/sql.h"

/* Columns that stand before the fields in every SELECT on a state table. */
enum table_column {
    COLUMN_ID,
    COLUMN_SPACE,
    COLUMN_VERSION,
    COLUMN_LIVE,
    COLUMN_SEVERAL,
    COLUMN_STAMPS,
    COLUMN_FIELDS, /* the first field */
};

/* Place of a type in registry_records; false when this version does not know it. */
bool table_of_type(unsigned type, size_t *ret_place);

/* Statements of the type at a place: one row by id, and a row written whole. Borrowed from the
 * store. */
enum err table_get_stmt(struct store *s, size_t place, sqlite3_stmt **ret_stmt, struct error *e);
enum err table_put_stmt(struct store *s, size_t place, sqlite3_stmt **ret_stmt, struct error *e);

/* Append the names of all columns, in the order of enum table_column, then of the registry. */
void table_put_columns(struct buf *b, const struct registry_record *r);

/* Append text to a statement that is being made. */
void table_put_text(struct buf *b, const char *text);

/* A statement by its text, prepared now or found among those kept. Borrowed until the next call. */
enum err table_list_stmt(struct store *s, struct buf *text, sqlite3_stmt **ret_stmt,
                         struct error *e);

#endif
