/* What the log costs beside the state: 100,000 entries of 300 bytes, each with a record of six fields,
 * against plain SQLite inserting the same rows of state. Transactions of 1,000, synchronous as in use.
 * Run it by hand: make tests/bench/store-bench && tests/bench/store-bench DIRECTORY */
#include "config.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "daemon/store/log.h"
#include "daemon/store/state.h"

enum { ENTRIES = 100000, PER_TRANSACTION = 1000, ITEM_BYTES = 300, PER_RUN = 100 };

#define NOTE "Thôn đã vận động 12 hộ hiến đất mở rộng đường, đổ bê tông được 350 mét, còn 150 mét."

static double
now_s(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double) t.tv_sec + (double) t.tv_nsec / 1e9;
}

static void
must(int wrong, const char *what, const char *why)
{
    if (wrong == 0)
        return;
    fprintf(stderr, "%s: %s\n", what, why);
    exit(1);
}

static long
file_bytes(const char *path)
{
    FILE *file = fopen(path, "rb");
    long size;

    if (file == NULL)
        return 0;
    fseek(file, 0, SEEK_END);
    size = ftell(file);
    fclose(file);
    return size;
}

static void
remove_database(const char *path)
{
    char name[512];

    unlink(path);
    snprintf(name, sizeof name, "%s-wal", path);
    unlink(name);
    snprintf(name, sizeof name, "%s-shm", path);
    unlink(name);
}

/* The log that entry i belongs to: runs of PER_RUN entries, one log after the other. */
static unsigned
log_of(unsigned i, unsigned logs)
{
    return i / PER_RUN % logs;
}

/* --- plain ----------------------------------------------------------------------------------- */

static double
plain(const char *path, unsigned logs)
{
    uint64_t seqs[1000] = {0};
    sqlite3_stmt *stmt;
    sqlite3 *db;
    double start;

    remove_database(path);
    must(sqlite3_open(path, &db), path, "cannot be opened");
    must(sqlite3_exec(db,
                      "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -2048;"
                      "CREATE TABLE t (id INTEGER PRIMARY KEY, space INTEGER, version INTEGER,"
                      " subject INTEGER, unit INTEGER, date INTEGER, percent TEXT, note TEXT,"
                      " milestone INTEGER);"
                      "CREATE INDEX i1 ON t (subject); CREATE INDEX i2 ON t (unit);"
                      "CREATE INDEX i3 ON t (date); CREATE INDEX i4 ON t (milestone);",
                      NULL, NULL, NULL),
         path, "tables");
    must(sqlite3_prepare_v2(db, "INSERT INTO t VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", -1, &stmt, NULL), path,
         "insert");
    start = now_s();
    for (unsigned i = 0; i < ENTRIES; i++) {
        unsigned log = log_of(i, logs);

        if (i % PER_TRANSACTION == 0)
            must(sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL), path, "begin");
        sqlite3_bind_int64(stmt, 1, record_id(log + 1, ++seqs[log], 0));
        sqlite3_bind_int64(stmt, 2, 1);
        sqlite3_bind_int64(stmt, 3, i + 1);
        sqlite3_bind_int64(stmt, 4, record_id(1, 1 + i % 500, 0));
        sqlite3_bind_int64(stmt, 5, record_id(1, 1 + i % 20, 0));
        sqlite3_bind_int64(stmt, 6, (19000 + i % 365) * 8 + 4);
        sqlite3_bind_text(stmt, 7, "45.5", -1, SQLITE_STATIC);
        sqlite3_bind_text(stmt, 8, NOTE, -1, SQLITE_STATIC);
        sqlite3_bind_int64(stmt, 9, record_id(1, 1 + i % 1000, 0));
        must(sqlite3_step(stmt) != SQLITE_DONE, path, "insert");
        sqlite3_reset(stmt);
        if (i % PER_TRANSACTION == PER_TRANSACTION - 1)
            must(sqlite3_exec(db, "COMMIT", NULL, NULL, NULL), path, "commit");
    }
    start = now_s() - start;
    sqlite3_finalize(stmt);
    sqlite3_close(db);
    return start;
}

/* --- store ----------------------------------------------------------------------------------- */

static void
put_record(struct store *s, const struct log_row *log, unsigned i, struct error *e)
{
    struct record_field fields[6] = {
        {.id = 1, .value = {.kind = VALUE_REFERENCE, .record = record_id(1, 1 + i % 500, 0)}},
        {.id = 2, .value = {.kind = VALUE_REFERENCE, .record = record_id(1, 1 + i % 20, 0)}},
        {.id = 3, .value = {.kind = VALUE_DATE, .date = {DATE_DAY, (int32_t) (19000 + i % 365)}}},
        {.id = 4, .value = {.kind = VALUE_DECIMAL, .integer = 455, .exponent = -1}},
        {.id = 5, .value = {.kind = VALUE_TEXT, .bytes = (const uint8_t *) NOTE, .size = strlen(NOTE)}},
        {.id = 6, .value = {.kind = VALUE_REFERENCE, .record = record_id(1, 1 + i % 1000, 0)}},
    };
    struct record r = {.id = record_id(log->id, log->received_seq, 0),
                       .type = RECORD_PROGRESS,
                       .registry = registry_by_type(RECORD_PROGRESS),
                       .space = 1,
                       .version = i + 1,
                       .live = true,
                       .fields_count = 6,
                       .fields = fields,
                       .life_stamp = {log->id, log->received_seq}};

    for (int k = 0; k < 6; k++)
        fields[k].stamp = r.life_stamp;
    must(state_put(s, &r, e), "state_put", e->text);
}

static void
put_entry(struct store *s, struct log_row *log, unsigned i, struct error *e)
{
    uint8_t item[ITEM_BYTES];
    struct verified_entry entry = {.seq = log->received_seq + 1, .item = item, .item_size = ITEM_BYTES};
    struct entry_row row = {.log = log->id, .seq = entry.seq, .applied = i + 1, .wall_s = 1700000000 + i,
                            .operator = record_id(1, 3, 0)};
    uint8_t signature[SIGNATURE_BYTES] = {0};

    memset(item, (int) i, sizeof item);
    must(log_append(s, log->id, &entry, e), "log_append", e->text);
    must(entry_set_applied(s, &row, e), "entry_set_applied", e->text);
    log->received_seq = log->applied_seq = entry.seq;
    put_record(s, log, i, e);
    if (i % PER_RUN != PER_RUN - 1)
        return;
    must(seen_add(s, log->id, entry.seq, 1 + (log->id + 1) % 7, i + 1, e), "seen_add", e->text);
    must(signature_add(s, log->id, entry.seq, signature, e), "signature_add", e->text);
    must(log_update(s, log, e), "log_update", e->text);
}

static double
store(const char *path, unsigned logs)
{
    static struct log_row rows[1000];
    struct store *s = NULL;
    struct error e = {0};
    double start;

    remove_database(path);
    must(store_open(path, STORE_CREATE, &s, &e), "store_open", e.text);
    for (unsigned i = 0; i < logs; i++) {
        struct log_id name = {.epoch = i};

        must(log_add(s, &name, false, &rows[i], &e), "log_add", e.text);
    }
    start = now_s();
    for (unsigned i = 0; i < ENTRIES; i++) {
        if (i % PER_TRANSACTION == 0)
            must(store_begin(s, &e), "store_begin", e.text);
        put_entry(s, &rows[log_of(i, logs)], i, &e);
        if (i % PER_TRANSACTION == PER_TRANSACTION - 1)
            must(store_commit(s, &e), "store_commit", e.text);
    }
    start = now_s() - start;
    store_close(s);
    return start;
}

/* --- reading --------------------------------------------------------------------------------- */

static void
read_back(const char *path)
{
    struct state_filter filter = {2, {.kind = VALUE_REFERENCE, .record = record_id(1, 5, 0)}};
    struct state_query q = {.type = RECORD_PROGRESS, .filters = &filter, .filters_count = 1, .limit = 100};
    struct store *s = NULL;
    struct error e = {0};
    struct record **records;
    struct record *r;
    struct arena a;
    size_t count;
    double start;

    must(store_open(path, STORE_READ, &s, &e), "store_open", e.text);
    must(store_begin(s, &e), "store_begin", e.text);
    start = now_s();
    for (unsigned i = 0; i < 20000; i++) {
        arena_init(&a, 1 << 20);
        must(state_get(s, record_id(1, 1 + i * 7 % PER_RUN, 0), &a, &r, &e), "state_get", e.text);
        arena_release(&a);
    }
    printf("state_get   %8.2f us\n", (now_s() - start) / 20000 * 1e6);
    start = now_s();
    for (unsigned i = 0; i < 500; i++) {
        arena_init(&a, 1 << 20);
        must(state_list(s, &q, &a, &records, &count, &e), "state_list", e.text);
        arena_release(&a);
    }
    printf("state_list  %8.2f us for %zu records\n", (now_s() - start) / 500 * 1e6, count);
    store_end(s);
    store_close(s);
}

int
main(int argc, char **argv)
{
    static const unsigned logs[] = {1, 20, 500};
    char path[256];
    struct rusage usage;

    if (argc != 2) {
        fprintf(stderr, "usage: %s DIRECTORY\n", argv[0]);
        return 2;
    }
    snprintf(path, sizeof path, "%s/store-bench.db", argv[1]);
    for (size_t i = 0; i < sizeof logs / sizeof logs[0]; i++) {
        double bare = plain(path, logs[i]);
        long bare_bytes = file_bytes(path);
        double full = store(path, logs[i]);

        printf("%3u logs: plain %7.0f rows/s %6.1f MB; store %7.0f entries/s %6.1f MB; ratio %.2f\n",
               logs[i], ENTRIES / bare, (double) bare_bytes / 1e6, ENTRIES / full,
               (double) file_bytes(path) / 1e6, bare / full);
    }
    read_back(path);
    remove_database(path);
    getrusage(RUSAGE_SELF, &usage);
    printf("largest resident size %ld KiB\n", usage.ru_maxrss);
    return 0;
}
