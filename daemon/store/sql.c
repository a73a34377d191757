/* Running SQL: statements prepared once, parameters bound in order, faults told in words. */
#include "config.h"

#include "daemon/store/sql.h"

#include <string.h>

static const char *const statement_texts[ST_COUNT] = {
#define X(name, text) [name] = text,
    STATEMENT_LIST(X)
#undef X
};

/* --- faults ---------------------------------------------------------------------------------- */

enum err
sql_error(struct store *s, int rc, struct error *e)
{
    bool latest = s->db != NULL && sqlite3_errcode(s->db) != SQLITE_OK;
    const char *detail = latest ? sqlite3_errmsg(s->db) : sqlite3_errstr(rc);

    switch (rc & 0xFF) {
    case SQLITE_NOMEM:
        return err_set(e, ERR_NOMEM, "store: no memory");
    case SQLITE_FULL:
        return err_say(e, ERR_IO,
                       N_("the disk is full: free some space, then try again; nothing was lost"), NULL);
    case SQLITE_IOERR:
        return err_say(e, ERR_IO,
                       N_("the disk failed ({1}): check the disk and its cable, then try again; "
                          "nothing that was saved before is changed"),
                       sqlite3_errstr(rc), NULL);
    case SQLITE_READONLY:
    case SQLITE_PERM:
        return err_say(e, ERR_IO,
                       N_("the data directory may not be written: give it to the account that runs "
                          "thiduad, then try again"),
                       NULL);
    case SQLITE_CORRUPT:
        return err_say(e, ERR_IO,
                       N_("the database is damaged ({1}): stop thiduad, keep a copy of the data "
                          "directory, then restore the last backup"),
                       detail, NULL);
    case SQLITE_NOTADB:
        return err_say(e, ERR_FORMAT,
                       N_("this file is not a database of thidua: give another path"), NULL);
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return err_say(e, ERR_AGAIN,
                       N_("another program is writing to the database: wait until it is done, "
                          "then try again"),
                       NULL);
    case SQLITE_CANTOPEN:
        return err_say(e, ERR_IO,
                       N_("the database cannot be opened ({1}): check the data directory"), detail,
                       NULL);
    default:
        return err_set(e, ERR_IO, "store: SQLite error %d: %s", rc, detail);
    }
}

enum err
sql_no_memory(struct error *e)
{
    return err_set(e, ERR_NOMEM, "store: the answer is larger than the memory set aside for it");
}

/* --- statements ------------------------------------------------------------------------------ */

static int
prepare(struct store *s, const char *text, sqlite3_stmt **ret_stmt)
{
    return sqlite3_prepare_v3(s->db, text, -1, SQLITE_PREPARE_PERSISTENT, ret_stmt, NULL);
}

enum err
sql_prepare(struct store *s, const char *text, sqlite3_stmt **ret_stmt, struct error *e)
{
    sqlite3_stmt *stmt = NULL;
    int rc = prepare(s, text, &stmt);

    if (rc != SQLITE_OK)
        return sql_error(s, rc, e);
    *ret_stmt = stmt;
    return OK;
}

enum err
sql_exec(struct store *s, const char *text, struct error *e)
{
    int rc = sqlite3_exec(s->db, text, NULL, NULL, NULL);

    return rc == SQLITE_OK ? OK : sql_error(s, rc, e);
}

enum err
sql_number(struct store *s, const char *text, int64_t otherwise, int64_t *ret_number,
           struct error *e)
{
    sqlite3_stmt *stmt = NULL;
    int64_t number = otherwise;
    int rc = sqlite3_prepare_v2(s->db, text, -1, &stmt, NULL);

    if (rc == SQLITE_OK) {
        rc = sqlite3_step(stmt);
        if (rc == SQLITE_ROW) {
            number = sqlite3_column_int64(stmt, 0);
            rc = SQLITE_DONE;
        }
    }
    if (rc != SQLITE_DONE) {
        enum err err = sql_error(s, rc, e);

        sqlite3_finalize(stmt);
        return err;
    }
    sqlite3_finalize(stmt);
    *ret_number = number;
    return OK;
}

/* --- queries --------------------------------------------------------------------------------- */

/* A disk error may have undone the whole transaction behind our back. What follows must not be
 * written on its own, outside a transaction: it is refused until the caller has rolled back. */
static bool
transaction_lost(const struct store *s)
{
    return s->in_transaction && (s->spoilt || sqlite3_get_autocommit(s->db) != 0);
}

void
query_start_stmt(struct query *q, struct store *s, sqlite3_stmt *stmt)
{
    *q = (struct query){.s = s, .stmt = stmt, .rc = transaction_lost(s) ? SQLITE_ABORT : SQLITE_OK};
}

void
query_start(struct query *q, struct store *s, enum statement which)
{
    int rc = SQLITE_OK;

    if (s->fixed[which] == NULL)
        rc = prepare(s, statement_texts[which], &s->fixed[which]);
    query_start_stmt(q, s, s->fixed[which]);
    if (rc != SQLITE_OK)
        q->rc = rc;
}

static void
bound(struct query *q, int rc)
{
    if (q->rc == SQLITE_OK && rc != SQLITE_OK)
        q->rc = rc;
}

void
query_bind_int(struct query *q, int64_t value)
{
    if (q->rc == SQLITE_OK)
        bound(q, sqlite3_bind_int64(q->stmt, ++q->bound, value));
}

void
query_bind_text(struct query *q, const char *text, size_t size)
{
    if (q->rc == SQLITE_OK)
        bound(q, sqlite3_bind_text64(q->stmt, ++q->bound, text != NULL ? text : "", size,
                                     SQLITE_STATIC, SQLITE_UTF8));
}

void
query_bind_bytes(struct query *q, const void *bytes, size_t size)
{
    if (q->rc == SQLITE_OK)
        bound(q, sqlite3_bind_blob64(q->stmt, ++q->bound, bytes != NULL ? bytes : "", size,
                                     SQLITE_STATIC));
}

void
query_bind_text_copy(struct query *q, const char *text, size_t size)
{
    if (q->rc == SQLITE_OK)
        bound(q, sqlite3_bind_text64(q->stmt, ++q->bound, text, size, SQLITE_TRANSIENT,
                                     SQLITE_UTF8));
}

void
query_bind_bytes_copy(struct query *q, const void *bytes, size_t size)
{
    if (q->rc == SQLITE_OK)
        bound(q, sqlite3_bind_blob64(q->stmt, ++q->bound, bytes, size, SQLITE_TRANSIENT));
}

void
query_bind_null(struct query *q)
{
    if (q->rc == SQLITE_OK)
        bound(q, sqlite3_bind_null(q->stmt, ++q->bound));
}

bool
query_row(struct query *q)
{
    if (q->rc == SQLITE_OK || q->rc == SQLITE_ROW)
        q->rc = sqlite3_step(q->stmt);
    return q->rc == SQLITE_ROW;
}

int64_t
query_int(const struct query *q, int column)
{
    return sqlite3_column_int64(q->stmt, column);
}

const char *
query_text(const struct query *q, int column, size_t *ret_size)
{
    const char *text = (const char *) sqlite3_column_text(q->stmt, column);

    *ret_size = text != NULL ? (size_t) sqlite3_column_bytes(q->stmt, column) : 0;
    return text;
}

const uint8_t *
query_bytes(const struct query *q, int column, size_t *ret_size)
{
    const uint8_t *bytes = sqlite3_column_blob(q->stmt, column);

    *ret_size = bytes != NULL ? (size_t) sqlite3_column_bytes(q->stmt, column) : 0;
    return bytes;
}

bool
query_is_null(const struct query *q, int column)
{
    return sqlite3_column_type(q->stmt, column) == SQLITE_NULL;
}

void
query_copy(const struct query *q, int column, void *ret_bytes, size_t size)
{
    size_t stored;
    const uint8_t *bytes = query_bytes(q, column, &stored);

    if (bytes != NULL && stored == size)
        memcpy(ret_bytes, bytes, size);
    else
        memset(ret_bytes, 0, size);
}

enum err
query_end(struct query *q, struct error *e)
{
    enum err err = OK;

    if (q->rc == SQLITE_ABORT && transaction_lost(q->s))
        err = err_set(e, ERR_IO, "store: the transaction was undone after an earlier error");
    else if (q->rc != SQLITE_OK && q->rc != SQLITE_ROW && q->rc != SQLITE_DONE)
        err = sql_error(q->s, q->rc, e);
    /* the reset says the step's fault again; it was told above */
    if (q->stmt != NULL)
        sqlite3_reset(q->stmt);
    return err;
}

enum err
query_run(struct query *q, struct error *e)
{
    query_row(q);
    return query_end(q, e);
}

enum err
query_end_after(struct query *q, enum err err, struct error *e)
{
    enum err ended = query_end(q, err == OK ? e : NULL);

    return err != OK ? err : ended;
}

/* --- rows ------------------------------------------------------------------------------------ */

void *
rows_add(struct rows *rows)
{
    if (rows->count == rows->capacity) {
        size_t capacity = rows->capacity == 0 ? 4 : rows->capacity * 2;
        void *items = arena_array(rows->arena, capacity, rows->item_bytes);

        if (items == NULL)
            return NULL;
        if (rows->count > 0)
            memcpy(items, rows->items, rows->count * rows->item_bytes);
        rows->items = items;
        rows->capacity = capacity;
    }
    return (uint8_t *) rows->items + rows->item_bytes * rows->count++;
}
