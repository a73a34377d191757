/* The yardstick: SQLite alone, the same rows of state, the same transactions. */
#include "config.h"

#include "bench/plain_sqlite.h"

#include <sqlite3.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "protocol/util/mem.h"

enum { TABLES_MAX = 64, COLUMNS_MAX = 64, STATEMENTS_MAX = 512 };

struct table {
    char *name;
    int columns;
    int text_column; /* one to update; -1 = none */
};

struct row {
    int64_t id;
    int table;
    sqlite3_value **values; /* owned */
};

struct plain {
    struct table tables[TABLES_MAX];
    int tables_count;
    char *statements[STATEMENTS_MAX]; /* that make tables and indexes */
    int statements_count;
    struct row *rows; /* by id, which is the order of making within a log */
    size_t count;
    size_t capacity;
};

double
plain_now_s(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double) t.tv_sec + (double) t.tv_nsec / 1e9;
}

static void
must(int wrong, sqlite3 *db, const char *what)
{
    if (!wrong)
        return;
    fprintf(stderr, "plain SQLite: %s: %s\n", what, db != NULL ? sqlite3_errmsg(db) : "no memory");
    exit(1);
}

void
plain_remove(const char *path)
{
    static const char *const ends[] = {"", "-wal", "-shm"};
    char name[1024];

    for (int i = 0; i < 3; i++) {
        snprintf(name, sizeof name, "%s%s", path, ends[i]);
        unlink(name);
    }
}

/* --- reading ------------------------------------------------------------------------------------
 */

static void
read_shapes(struct plain *p, sqlite3 *db)
{
    sqlite3_stmt *stmt;

    must(sqlite3_prepare_v2(
             db,
             "SELECT name, sql, type FROM sqlite_schema WHERE tbl_name GLOB 'r_*' AND sql NOT NULL"
             " ORDER BY type DESC",
             -1, &stmt, NULL),
         db, "schema");
    while (sqlite3_step(stmt) == SQLITE_ROW) {
        must(p->statements_count == STATEMENTS_MAX || p->tables_count == TABLES_MAX, NULL,
             "schema");
        p->statements[p->statements_count++] =
            mem_text((const char *) sqlite3_column_text(stmt, 1));
        if (strcmp((const char *) sqlite3_column_text(stmt, 2), "table") == 0) {
            p->tables[p->tables_count].text_column = -1;
            p->tables[p->tables_count++].name =
                mem_text((const char *) sqlite3_column_text(stmt, 0));
        }
    }
    sqlite3_finalize(stmt);
}

static void
keep_row(struct plain *p, int table, sqlite3_stmt *stmt)
{
    int columns = sqlite3_column_count(stmt);
    struct row *row;

    if (p->count == p->capacity) {
        p->capacity = p->capacity == 0 ? 1024 : 2 * p->capacity;
        p->rows = mem_resize(p->rows, p->capacity * sizeof *p->rows);
        must(p->rows == NULL, NULL, "rows");
    }
    row = &p->rows[p->count++];
    row->table = table;
    row->id = sqlite3_column_int64(stmt, 0);
    row->values = mem_alloc((size_t) columns * sizeof *row->values);
    must(row->values == NULL, NULL, "rows");
    for (int i = 0; i < columns; i++) {
        row->values[i] = sqlite3_value_dup(sqlite3_column_value(stmt, i));
        if (i > 6 && sqlite3_column_type(stmt, i) == SQLITE_TEXT)
            p->tables[table].text_column = i;
    }
}

static int
compare_rows(const void *a, const void *b)
{
    int64_t left = ((const struct row *) a)->id, right = ((const struct row *) b)->id;

    return left < right ? -1 : left > right;
}

struct plain *
plain_read(const char *path)
{
    struct plain *p = mem_alloc(sizeof *p);
    sqlite3_stmt *stmt;
    sqlite3 *db;
    char text[256];

    must(p == NULL, NULL, path);
    must(sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL), db, path);
    read_shapes(p, db);
    for (int i = 0; i < p->tables_count; i++) {
        snprintf(text, sizeof text, "SELECT * FROM \"%s\"", p->tables[i].name);
        must(sqlite3_prepare_v2(db, text, -1, &stmt, NULL), db, text);
        p->tables[i].columns = sqlite3_column_count(stmt);
        while (sqlite3_step(stmt) == SQLITE_ROW)
            keep_row(p, i, stmt);
        sqlite3_finalize(stmt);
    }
    sqlite3_close(db);
    qsort(p->rows, p->count, sizeof *p->rows, compare_rows);
    return p;
}

void
plain_free(struct plain *p)
{
    for (size_t i = 0; i < p->count; i++) {
        for (int k = 0; k < p->tables[p->rows[i].table].columns; k++)
            sqlite3_value_free(p->rows[i].values[k]);
        mem_free(p->rows[i].values);
    }
    for (int i = 0; i < p->statements_count; i++)
        mem_free(p->statements[i]);
    for (int i = 0; i < p->tables_count; i++)
        mem_free(p->tables[i].name);
    mem_free(p->rows);
    mem_free(p);
}

size_t
plain_rows_count(const struct plain *p)
{
    return p->count;
}

/* --- writing ------------------------------------------------------------------------------------
 */

struct target {
    sqlite3 *db;
    sqlite3_stmt *inserts[TABLES_MAX];
    sqlite3_stmt *updates[TABLES_MAX];
};

static void
prepare(const struct plain *p, struct target *t, int table)
{
    char text[512];
    size_t used =
        (size_t) snprintf(text, sizeof text, "INSERT INTO \"%s\" VALUES (?", p->tables[table].name);
    sqlite3_stmt *stmt;

    for (int i = 1; i < p->tables[table].columns; i++)
        used += (size_t) snprintf(text + used, sizeof text - used, ", ?");
    snprintf(text + used, sizeof text - used, ")");
    must(sqlite3_prepare_v2(t->db, text, -1, &t->inserts[table], NULL), t->db, text);
    if (p->tables[table].text_column < 0)
        return;
    snprintf(text, sizeof text, "SELECT * FROM \"%s\"", p->tables[table].name);
    must(sqlite3_prepare_v2(t->db, text, -1, &stmt, NULL), t->db, text);
    snprintf(text, sizeof text, "UPDATE \"%s\" SET \"%s\" = ?, _version = ? WHERE _id = ?",
             p->tables[table].name, sqlite3_column_name(stmt, p->tables[table].text_column));
    sqlite3_finalize(stmt);
    must(sqlite3_prepare_v2(t->db, text, -1, &t->updates[table], NULL), t->db, text);
}

static void
open_target(const struct plain *p, struct target *t, const char *path)
{
    plain_remove(path);
    must(sqlite3_open(path, &t->db), t->db, path);
    must(sqlite3_exec(t->db,
                      "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA "
                      "wal_autocheckpoint = 1000;"
                      "PRAGMA cache_size = -2048",
                      NULL, NULL, NULL),
         t->db, "pragmas");
    for (int i = 0; i < p->statements_count; i++)
        must(sqlite3_exec(t->db, p->statements[i], NULL, NULL, NULL), t->db, p->statements[i]);
    for (int i = 0; i < p->tables_count; i++)
        prepare(p, t, i);
}

static void
insert_row(const struct plain *p, struct target *t, const struct row *row)
{
    sqlite3_stmt *stmt = t->inserts[row->table];

    for (int i = 0; i < p->tables[row->table].columns; i++)
        sqlite3_bind_value(stmt, i + 1, row->values[i]);
    must(sqlite3_step(stmt) != SQLITE_DONE, t->db, "insert");
    sqlite3_reset(stmt);
}

static void
update_row(const struct plain *p, struct target *t, const struct row *row, size_t version)
{
    int column = p->tables[row->table].text_column;
    sqlite3_stmt *stmt = t->updates[row->table];

    if (stmt == NULL)
        return;
    sqlite3_bind_value(stmt, 1, row->values[column]);
    sqlite3_bind_int64(stmt, 2, (int64_t) version);
    sqlite3_bind_int64(stmt, 3, row->id);
    must(sqlite3_step(stmt) != SQLITE_DONE, t->db, "update");
    sqlite3_reset(stmt);
}

double
plain_write(const struct plain *p, const char *path, size_t writes, size_t per_transaction)
{
    struct target t = {0};
    size_t rows = 0;
    uint64_t random = 1;
    double start;

    open_target(p, &t, path);
    start = plain_now_s();
    for (size_t i = 0; i < writes; i++) {
        if (i % per_transaction == 0)
            must(sqlite3_exec(t.db, "BEGIN IMMEDIATE", NULL, NULL, NULL), t.db, "begin");
        random = random * 6364136223846793005u + 1442695040888963407u;
        if (rows == 0 || rows * writes <= i * p->count)
            insert_row(p, &t, &p->rows[rows++]);
        else
            update_row(p, &t, &p->rows[(random >> 33) % rows], i);
        if (i % per_transaction == per_transaction - 1 || i == writes - 1)
            must(sqlite3_exec(t.db, "COMMIT", NULL, NULL, NULL), t.db, "commit");
    }
    start = plain_now_s() - start;
    must(rows != p->count && writes >= p->count, NULL, "rows left over");
    for (int i = 0; i < p->tables_count; i++) {
        sqlite3_finalize(t.inserts[i]);
        sqlite3_finalize(t.updates[i]);
    }
    sqlite3_close(t.db);
    return start;
}
