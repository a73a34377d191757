/* The store on a disk that fails: whatever operation fails, what was committed is there, what was
 * not is there whole or not at all, and the error says what to do. */
#include "config.h"

#include <sqlite3.h>
#include <sys/stat.h>

#include "daemon/store/sql.h"
#include "daemon/store/state.h"
#include "protocol/util/mem.h"
#include "tests/daemon/store/fixture.h"
#include "tests/util/faultvfs.h"

enum { JOBS = 4, OPERATIONS_MAX = 400, LARGE_TEXT_BYTES = 9000 };

/* What one run on the failing disk was told. */
struct outcome {
    unsigned acknowledged;
    uint8_t fills[JOBS]; /* of the acknowledged entries, in their order */
    unsigned failed;
};

/* The database as it stands before each run. */
static uint8_t *base_bytes;
static size_t base_size;

static void
base_keep(struct fixture *f)
{
    FILE *file;
    struct stat st;

    store_close(f->store);
    f->store = NULL;
    assert_int_equal(stat(f->path, &st), 0);
    base_size = (size_t) st.st_size;
    base_bytes = malloc(base_size);
    assert_non_null(base_bytes);
    file = fopen(f->path, "rb");
    assert_non_null(file);
    assert_int_equal(fread(base_bytes, 1, base_size, file), base_size);
    fclose(file);
}

static void
base_restore(struct fixture *f)
{
    FILE *file = fopen(f->path, "wb");

    assert_non_null(file);
    assert_int_equal(fwrite(base_bytes, 1, base_size, file), base_size);
    fclose(file);
    fixture_file_remove(f, "-wal");
    fixture_file_remove(f, "-shm");
    fixture_file_remove(f, "-journal");
}

static enum err
write_record(struct store *s, const struct log_row *log, struct error *e)
{
    static uint8_t text[LARGE_TEXT_BYTES + 1];
    struct record_field field = {.id = 12, /* unit.note */
                                 .value = {.kind = VALUE_TEXT, .bytes = text, .size = LARGE_TEXT_BYTES},
                                 .stamp = {log->id, log->received_seq}};
    struct record r = {.id = record_id(log->id, log->received_seq, 0),
                       .type = RECORD_UNIT,
                       .registry = registry_by_type(RECORD_UNIT),
                       .space = 1,
                       .live = true,
                       .fields_count = 1,
                       .fields = &field,
                       .life_stamp = field.stamp};

    memset(text, 'a' + (int) (log->received_seq % 26), LARGE_TEXT_BYTES);
    return state_put(s, &r, e);
}

/* One transaction as the pipelines write it: entry, record, log. */
static enum err
write_job(struct store *s, uint8_t fill, struct error *e)
{
    uint8_t item[700];
    struct verified_entry entry = {.item = item, .item_size = sizeof item};
    struct log_row log;
    enum err err = store_begin(s, e);

    memset(item, fill, sizeof item);
    memset(entry.hash.bytes, fill, HASH_BYTES);
    if (err != OK)
        return err;
    err = log_get(s, 1, &log, e);
    if (err == OK) {
        entry.seq = ++log.received_seq;
        log.received_hash = entry.hash;
        err = log_append(s, log.id, &entry, e);
    }
    if (err == OK)
        err = write_record(s, &log, e);
    if (err == OK)
        err = log_update(s, &log, e);
    if (err == OK)
        return store_commit(s, e);
    store_rollback(s);
    return err;
}

static void
assert_said_clearly(const struct error *e, enum err err)
{
    assert_int_equal(err, ERR_IO);
    assert_non_null(e->template);
    assert_non_null(strstr(e->text, "disk"));
}

static struct outcome
run_jobs(struct fixture *f)
{
    struct outcome o = {0};

    for (uint8_t fill = 1; fill <= JOBS; fill++) {
        struct error e = {0};
        enum err err = write_job(f->store, fill, &e);

        if (err == OK) {
            o.fills[o.acknowledged++] = fill;
        } else {
            assert_said_clearly(&e, err);
            o.failed++;
        }
        if (fill == 2)
            store_checkpoint(f->store, NULL);
    }
    return o;
}

static void
assert_sound(const char *path)
{
    sqlite3 *db;
    sqlite3_stmt *stmt;

    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, "PRAGMA integrity_check", -1, &stmt, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
    assert_string_equal((const char *) sqlite3_column_text(stmt, 0), "ok");
    sqlite3_finalize(stmt);
    sqlite3_close(db);
}

/* Entries, records and the log's row tell of the same transactions: all that were acknowledged, in
 * their order, and at most one more, whose commit failed after it had reached the disk. */
static void
assert_whole(struct fixture *f, const struct outcome *o)
{
    struct log_row log;
    struct arena a;

    fixture_reopen(f);
    assert_ok(f, log_get(f->store, 1, &log, &f->error));
    assert_in_range(log.received_seq, o->acknowledged, o->acknowledged + (o->failed > 0 ? 1 : 0));
    arena_init(&a, 1 << 20);
    for (uint64_t seq = 1; seq <= JOBS + 1; seq++) {
        bool there = seq <= log.received_seq;
        struct entry_row entry;
        struct record *r;

        assert_int_equal(entry_get(f->store, 1, seq, &a, &entry, NULL), there ? OK : ERR_NOT_FOUND);
        assert_int_equal(state_get(f->store, record_id(1, seq, 0), &a, &r, NULL),
                         there ? OK : ERR_NOT_FOUND);
        if (!there)
            continue;
        assert_int_equal(strlen(record_text(r, 12)), LARGE_TEXT_BYTES);
        if (seq <= o->acknowledged)
            assert_int_equal(entry.hash.bytes[0], o->fills[seq - 1]);
    }
    arena_release(&a);
}

/* One run for each operation that the jobs make. */
static void
fail_each_operation(struct fixture *f, enum fault_kind kind)
{
    long at = 0;
    unsigned failed = 0;
    bool fired = true;

    for (; fired && at < OPERATIONS_MAX; at++) {
        struct outcome o;

        base_restore(f);
        assert_ok(f, store_open(f->path, STORE_WRITE, &f->store, &f->error));
        fault_vfs_arm(kind, at);
        o = run_jobs(f);
        store_close(f->store);
        f->store = NULL;
        fired = fault_vfs_disarm();
        failed += o.failed;
        assert_sound(f->path);
        assert_whole(f, &o);
        store_close(f->store);
        f->store = NULL;
    }
    assert_true(at < OPERATIONS_MAX);
    assert_true(at > 10);
    assert_true(failed > 5);
}

static void
a_write_that_fails_leaves_nothing_half(void **state)
{
    fail_each_operation(*state, FAULT_IO);
}

static void
a_full_disk_leaves_nothing_half(void **state)
{
    fail_each_operation(*state, FAULT_FULL);
}

static void
a_torn_write_leaves_nothing_half(void **state)
{
    fail_each_operation(*state, FAULT_SHORT);
}

static void
a_power_cut_loses_nothing_that_was_acknowledged(void **state)
{
    fail_each_operation(*state, FAULT_POWER);
}

static void
a_full_disk_is_named_as_such(void **state)
{
    struct fixture *f = *state;
    struct error e = {0};
    enum err err = OK;

    base_restore(f);
    assert_ok(f, store_open(f->path, STORE_WRITE, &f->store, &f->error));
    fault_vfs_arm(FAULT_FULL, 0);
    err = write_job(f->store, 1, &e);
    fault_vfs_disarm();
    assert_int_equal(err, ERR_IO);
    assert_string_equal(e.text,
                        "the disk is full: free some space, then try again; nothing was lost");
    assert_ok(f, write_job(f->store, 2, &f->error));
}

static void
jobs_after_a_lost_transaction_are_refused_until_it_is_undone(void **state)
{
    struct fixture *f = *state;
    const char *text;

    base_restore(f);
    assert_ok(f, store_open(f->path, STORE_WRITE, &f->store, &f->error));
    assert_ok(f, store_begin(f->store, &f->error));
    assert_int_equal(sqlite3_exec(f->store->db, "ROLLBACK", NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(store_savepoint(f->store, NULL), ERR_IO);
    assert_int_equal(store_meta_set(f->store, "node", "x", &f->error), ERR_IO);
    assert_int_equal(store_commit(f->store, NULL), ERR_IO);
    assert_int_equal(store_meta_get(f->store, "node", &f->arena, &text, NULL), ERR_NOT_FOUND);
    assert_ok(f, store_begin(f->store, &f->error));
    assert_ok(f, store_meta_set(f->store, "node", "y", &f->error));
    assert_ok(f, store_commit(f->store, &f->error));
}

static void
make_with_power_cut(struct fixture *f, long at)
{
    struct store *s = NULL;
    enum err err;

    base_restore(f);
    assert_int_equal(unlink(f->path), 0);
    fault_vfs_arm(FAULT_POWER, at);
    err = store_open(f->path, STORE_CREATE, &s, &f->error);
    store_close(s);
    s = NULL;
    if (!fault_vfs_disarm())
        assert_int_equal(err, OK);
    /* a database that was made whole is opened, another is made */
    if (err == OK || store_open(f->path, STORE_WRITE, &s, NULL) == OK)
        assert_int_equal(store_open(f->path, STORE_CREATE, &f->store, NULL), ERR_CONFLICT);
    else
        assert_ok(f, store_open(f->path, STORE_CREATE, &s, &f->error));
    store_close(s);
    assert_sound(f->path);
}

static void
making_a_database_can_be_tried_again(void **state)
{
    struct fixture *f = *state;
    long operations;

    make_with_power_cut(f, 1L << 30);
    operations = fault_vfs_operations();
    assert_true(operations > 50);
    /* the first and the last ones matter; those between write page after page */
    for (long at = 0; at <= operations; at += at < 10 || at > operations - 10 ? 1 : 31)
        make_with_power_cut(f, at);
}

/* SQLite's allocator, failing at one call. */
static sqlite3_mem_methods real_memory;
static long sqlite_calls_left = -1;

static bool
sqlite_memory_fails(void)
{
    return sqlite_calls_left >= 0 && sqlite_calls_left-- == 0;
}

static void *
on_malloc(int size)
{
    return sqlite_memory_fails() ? NULL : real_memory.xMalloc(size);
}

static void *
on_realloc(void *block, int size)
{
    return sqlite_memory_fails() ? NULL : real_memory.xRealloc(block, size);
}

/* Open, write, read, close; the first error. */
static enum err
use_store(struct fixture *f)
{
    struct state_query q = {.type = RECORD_UNIT};
    struct store *s = NULL;
    struct record **records;
    struct arena a;
    size_t count = 0;
    enum err err;

    arena_init(&a, 1 << 20);
    err = store_open(f->path, STORE_WRITE, &s, &f->error);
    if (err == OK)
        err = write_job(s, 1, &f->error);
    if (err == OK)
        err = store_begin(s, &f->error);
    if (err == OK)
        err = state_list(s, &q, &a, &records, &count, &f->error);
    if (err == OK)
        assert_int_equal(count, 1);
    store_close(s);
    arena_release(&a);
    return err;
}

static void
assert_usable_after_no_memory(struct fixture *f, enum err err)
{
    struct outcome o = {.failed = 1};

    if (err != ERR_NOMEM)
        fail_msg("%d instead of no memory: %s", (int) err, f->error.text);
    assert_sound(f->path);
    assert_whole(f, &o);
    store_close(f->store);
    f->store = NULL;
}

static void
memory_that_runs_out_is_told_and_leaves_nothing_half(void **state)
{
    struct fixture *f = *state;
    long calls;

    base_restore(f);
    mem_fail_after(-1);
    assert_ok(f, use_store(f));
    calls = mem_fail_after(-1);
    assert_true(calls > 5);
    for (long at = 0; at < calls; at++) {
        enum err err;

        base_restore(f);
        mem_fail_after(at);
        err = use_store(f);
        mem_fail_after(-1);
        assert_usable_after_no_memory(f, err);
    }
}

static void
memory_that_runs_out_inside_sqlite_is_told_too(void **state)
{
    struct fixture *f = *state;
    enum err err = ERR_NOMEM;
    unsigned failed = 0;

    /* every call at first, then some: SQLite recovers from a few by itself */
    for (long at = 0; at < 20000; at += at < 100 ? 1 : 97) {
        base_restore(f);
        sqlite_calls_left = at;
        err = use_store(f);
        if (sqlite_calls_left >= 0) {
            sqlite_calls_left = -1;
            break;
        }
        if (err != OK) {
            failed++;
            assert_usable_after_no_memory(f, err);
        }
    }
    assert_int_equal(err, OK);
    assert_true(failed > 50);
}

/* A job writes behind a mark and fails; undoing it needs memory of SQLite's. */
static bool
undo_without_memory(struct fixture *f, long at)
{
    const char *text = NULL;
    bool undone, struck;

    base_restore(f);
    assert_ok(f, store_open(f->path, STORE_WRITE, &f->store, &f->error));
    assert_ok(f, store_begin(f->store, &f->error));
    assert_ok(f, store_meta_set(f->store, "first", "x", &f->error));
    assert_ok(f, store_savepoint(f->store, &f->error));
    assert_ok(f, store_meta_set(f->store, "second", "x", &f->error));
    sqlite_calls_left = at;
    undone = store_savepoint_undo(f->store);
    struck = sqlite_calls_left < 0;
    sqlite_calls_left = -1;
    assert_int_equal(store_commit(f->store, NULL), undone ? OK : ERR_IO);
    assert_int_equal(store_meta_get(f->store, "second", &f->arena, &text, NULL), ERR_NOT_FOUND);
    assert_int_equal(store_meta_get(f->store, "first", &f->arena, &text, NULL), undone ? OK : ERR_NOT_FOUND);
    store_close(f->store);
    f->store = NULL;
    return struck;
}

static void
what_cannot_be_undone_is_not_committed_with_the_rest(void **state)
{
    long at = 0;

    while (undo_without_memory(*state, at))
        at++;
    assert_in_range(at, 1, 1000);
}

static int
setup(void **state)
{
    struct fixture *f;
    struct space_row space;

    sqlite3_mem_methods memory;

    /* before SQLite starts */
    assert_int_equal(sqlite3_config(SQLITE_CONFIG_GETMALLOC, &real_memory), SQLITE_OK);
    memory = real_memory;
    memory.xMalloc = on_malloc;
    memory.xRealloc = on_realloc;
    assert_int_equal(sqlite3_config(SQLITE_CONFIG_MALLOC, &memory), SQLITE_OK);
    fault_vfs_register();
    if (fixture_setup(state) != 0)
        return -1;
    f = *state;
    space = fixture_space(f, 1, SPACE_INNER, SPACE_OWN);
    fixture_log(f, &space, 1, 5, true);
    base_keep(f);
    return 0;
}

static int
close_store(void **state)
{
    struct fixture *f = *state;

    fault_vfs_disarm();
    store_close(f->store);
    f->store = NULL;
    return 0;
}

static int
teardown(void **state)
{
    free(base_bytes);
    return fixture_teardown(state);
}

int
main(void)
{
#define CLOSED(test) cmocka_unit_test_teardown(test, close_store)
    const struct CMUnitTest tests[] = {
        CLOSED(a_write_that_fails_leaves_nothing_half),
        CLOSED(a_full_disk_leaves_nothing_half),
        CLOSED(a_torn_write_leaves_nothing_half),
        CLOSED(a_power_cut_loses_nothing_that_was_acknowledged),
        CLOSED(a_full_disk_is_named_as_such),
        CLOSED(jobs_after_a_lost_transaction_are_refused_until_it_is_undone),
        CLOSED(making_a_database_can_be_tried_again),
        CLOSED(memory_that_runs_out_is_told_and_leaves_nothing_half),
        CLOSED(memory_that_runs_out_inside_sqlite_is_told_too),
        CLOSED(what_cannot_be_undone_is_not_committed_with_the_rest),
    };

    return tap_run("fault", tests, setup, teardown);
}
