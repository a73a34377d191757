/* SQL inside the store: the connection, its prepared statements, and one way to run them. Private
 * to daemon/store/. A query is started, its parameters are bound in order, its rows are stepped
 * through and it is ended; the first fault sticks and is told at the end:
 *
 *     query_start(&q, s, ST_META_GET);
 *     query_bind_text(&q, name, strlen(name));
 *     if (query_row(&q))
 *         ... query_text(&q, 0, &size) ...
 *     err = query_end(&q, e);
 */
#ifndef DAEMON_STORE_SQL_H
#define DAEMON_STORE_SQL_H

#include <sqlite3.h>

#include "daemon/store/statements.h"
#include "daemon/store/store.h"
#include "protocol/registry.h"

enum {
    SQL_TEXT_BYTES_MAX = 16 * 1024, /* one generated statement: 32 columns of two names each */
    SQL_LISTS_MAX = 32,             /* prepared list statements kept; the least used goes */
};

/* Statements of one record type, prepared when they are first needed. */
struct type_statements {
    sqlite3_stmt *get; /* owned */
    sqlite3_stmt *put; /* owned */
};

/* A prepared statement of a shape that only the query tells. */
struct list_statement {
    char *text;         /* owned; NULL = free */
    sqlite3_stmt *stmt; /* owned */
    uint64_t used;      /* number of its last use */
};

enum alias_state { ALIASES_UNKNOWN = 0, ALIASES_NONE, ALIASES_SOME };

struct store {
    sqlite3 *db;                      /* owned */
    enum store_mode mode;
    bool in_transaction;              /* between store_begin() and its end */
    bool spoilt;                      /* this transaction can only be rolled back */
    enum alias_state aliases;         /* as this transaction sees them */
    sqlite3_stmt *fixed[ST_COUNT];    /* owned */
    struct type_statements *types;    /* owned; one for each of registry_records */
    struct list_statement lists[SQL_LISTS_MAX];
    uint64_t uses;
    unsigned registry_version;        /* that the state was derived under */
    unsigned registry_committed;      /* the same, without this transaction */
};

/* An entry's key. */
static inline int64_t entry_id(int64_t log, uint64_t seq) { return log << 31 | (int64_t) seq; }
static inline int64_t entry_id_log(int64_t id) { return id >> 31; }
static inline uint64_t entry_id_seq(int64_t id) { return (uint64_t) id & ENTRY_SEQ_MAX; }

struct query {
    struct store *s;    /* borrowed */
    sqlite3_stmt *stmt; /* borrowed from the store */
    int bound;          /* parameters bound so far */
    int rc;             /* SQLITE_OK, SQLITE_ROW, SQLITE_DONE, or the first fault */
};

/* Start a fixed statement, or one that was prepared by sql_prepare(). */
void query_start(struct query *q, struct store *s, enum statement which);
void query_start_stmt(struct query *q, struct store *s, sqlite3_stmt *stmt);

/* Bind the next parameter; bytes and texts are borrowed until query_end(). */
void query_bind_int(struct query *q, int64_t value);
void query_bind_text(struct query *q, const char *text, size_t size);
void query_bind_bytes(struct query *q, const void *bytes, size_t size);
void query_bind_null(struct query *q);

/* As above, but copied: for what the caller made on its stack. */
void query_bind_text_copy(struct query *q, const char *text, size_t size);
void query_bind_bytes_copy(struct query *q, const void *bytes, size_t size);

/* Step: true when there is a row. */
bool query_row(struct query *q);

/* Columns of the row, from 0. Texts and bytes are valid until the next step; a null gives NULL. */
int64_t query_int(const struct query *q, int column);
const char *query_text(const struct query *q, int column, size_t *ret_size);
const uint8_t *query_bytes(const struct query *q, int column, size_t *ret_size);
bool query_is_null(const struct query *q, int column);

/* Copy a blob of exactly `size` bytes; zeroes when it has another size (a damaged row). */
void query_copy(const struct query *q, int column, void *ret_bytes, size_t size);

/* End the query and tell its first fault. A query that was ended stays usable only for a new
 * start. */
enum err query_end(struct query *q, struct error *e);

/* End a query whose rows could not be used: `err` is the fault that was told already, or OK. */
enum err query_end_after(struct query *q, enum err err, struct error *e);

/* Step a statement that gives no rows, and end it. */
enum err query_run(struct query *q, struct error *e);

/* Prepare a statement that is kept.
 *   ret_stmt  owned by the caller: sqlite3_finalize() */
enum err sql_prepare(struct store *s, const char *text, sqlite3_stmt **ret_stmt, struct error *e);

/* Run statements that take no parameters and give no rows. */
enum err sql_exec(struct store *s, const char *text, struct error *e);

/* Run a statement and give the first column of its first row, `otherwise` without a row. */
enum err sql_number(struct store *s, const char *text, int64_t otherwise, int64_t *ret_number,
                    struct error *e);

/* What SQLite's code means to a caller, in words that say what to do. */
enum err sql_error(struct store *s, int rc, struct error *e);

/* Answer for an arena that is full. */
enum err sql_no_memory(struct error *e);

/* An array that grows in an arena: rows of a result whose number nobody knows before its end. */
struct rows {
    struct arena *arena; /* borrowed */
    size_t item_bytes;
    void *items;         /* in the arena */
    size_t count;
    size_t capacity;
};

/* The next item, zeroed; NULL when the arena is full. Earlier items may move. */
void *rows_add(struct rows *rows);

#endif
