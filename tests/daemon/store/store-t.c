/* The store: opening, transactions, named values, record ids. */
#include "config.h"

#include "daemon/store/store.h"

#include <sqlite3.h>

#include "daemon/store/statements.h"
#include "protocol/registry.h"
#include "tests/daemon/store/fixture.h"

/* Change the closed database behind the store's back. */
static void
tamper(struct fixture *f, const char *sql)
{
    sqlite3 *db;

    store_close(f->store);
    f->store = NULL;
    assert_int_equal(sqlite3_open(f->path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
}

static int64_t
ask(struct fixture *f, const char *sql)
{
    sqlite3 *db;
    sqlite3_stmt *stmt;
    int64_t number;

    assert_int_equal(sqlite3_open(f->path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &stmt, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
    number = sqlite3_column_int64(stmt, 0);
    sqlite3_finalize(stmt);
    sqlite3_close(db);
    return number;
}

static void
what_is_committed_is_there_after_reopening(void **state)
{
    struct fixture *f = *state;
    const char *text;

    assert_ok(f, store_begin(f->store, &f->error));
    assert_ok(f, store_meta_set(f->store, "node", "Trấn Ninh", &f->error));
    assert_ok(f, store_commit(f->store, &f->error));
    fixture_reopen(f);
    assert_ok(f, store_meta_get(f->store, "node", &f->arena, &text, &f->error));
    assert_string_equal(text, "Trấn Ninh");
    assert_int_equal(store_meta_get(f->store, "none", &f->arena, &text, NULL), ERR_NOT_FOUND);
}

static void
a_commit_reaches_the_disk_through_the_write_ahead_log(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(ask(f, "SELECT journal_mode = 'wal' FROM pragma_journal_mode"), 1);
}

static void
a_transaction_that_is_not_committed_leaves_nothing(void **state)
{
    struct fixture *f = *state;
    const char *text;

    assert_ok(f, store_begin(f->store, &f->error));
    assert_ok(f, store_meta_set(f->store, "node", "a", &f->error));
    store_rollback(f->store);
    assert_int_equal(store_meta_get(f->store, "node", &f->arena, &text, NULL), ERR_NOT_FOUND);
    assert_ok(f, store_begin(f->store, &f->error));
    assert_ok(f, store_meta_set(f->store, "node", "b", &f->error));
    fixture_reopen(f);
    assert_int_equal(store_meta_get(f->store, "node", &f->arena, &text, NULL), ERR_NOT_FOUND);
}

static void
one_job_of_a_group_is_undone_alone(void **state)
{
    struct fixture *f = *state;
    const char *text;

    assert_ok(f, store_begin(f->store, &f->error));
    assert_ok(f, store_savepoint(f->store, &f->error));
    assert_ok(f, store_meta_set(f->store, "first", "1", &f->error));
    store_savepoint_keep(f->store, NULL);
    assert_ok(f, store_savepoint(f->store, &f->error));
    assert_ok(f, store_meta_set(f->store, "second", "2", &f->error));
    store_savepoint_undo(f->store);
    assert_ok(f, store_commit(f->store, &f->error));
    assert_ok(f, store_meta_get(f->store, "first", &f->arena, &text, &f->error));
    assert_int_equal(store_meta_get(f->store, "second", &f->arena, &text, NULL), ERR_NOT_FOUND);
}

static void
a_reader_sees_one_snapshot_until_its_end(void **state)
{
    struct fixture *f = *state;
    struct store *reader = NULL;
    const char *text;

    assert_ok(f, store_open(f->path, STORE_READ, &reader, &f->error));
    assert_ok(f, store_begin(reader, &f->error));
    assert_ok(f, store_meta_set(f->store, "node", "new", &f->error));
    assert_int_equal(store_meta_get(reader, "node", &f->arena, &text, NULL), ERR_NOT_FOUND);
    store_end(reader);
    assert_ok(f, store_begin(reader, &f->error));
    assert_ok(f, store_meta_get(reader, "node", &f->arena, &text, &f->error));
    store_end(reader);
    assert_int_equal(store_meta_set(reader, "node", "x", NULL), ERR_IO);
    store_close(reader);
}

static void
a_database_is_never_made_over_another_file(void **state)
{
    struct fixture *f = *state;
    struct store *second = NULL;
    FILE *file;

    assert_int_equal(store_open(f->path, STORE_CREATE, &second, &f->error), ERR_CONFLICT);
    store_close(f->store);
    f->store = NULL;
    file = fopen(f->path, "w");
    assert_non_null(file);
    for (int i = 0; i < 200; i++)
        fputs("not a database\n", file);
    fclose(file);
    assert_int_equal(store_open(f->path, STORE_CREATE, &second, &f->error), ERR_CONFLICT);
    assert_int_equal(store_open(f->path, STORE_WRITE, &second, &f->error), ERR_FORMAT);
    assert_null(second);
}

static void
a_missing_or_empty_file_is_not_found(void **state)
{
    struct fixture *f = *state;
    struct store *s = NULL;
    char path[128];

    snprintf(path, sizeof path, "%s/none.db", f->directory);
    assert_int_equal(store_open(path, STORE_WRITE, &s, &f->error), ERR_NOT_FOUND);
    assert_int_equal(store_open(path, STORE_READ, &s, &f->error), ERR_NOT_FOUND);
    assert_int_equal(access(path, F_OK), -1);
    fclose(fopen(path, "w"));
    assert_int_equal(store_open(path, STORE_WRITE, &s, &f->error), ERR_NOT_FOUND);
    /* what a crash in the middle of making one leaves behind */
    assert_ok(f, store_open(path, STORE_CREATE, &s, &f->error));
    store_close(s);
    unlink(path);
}

static void
databases_of_other_versions_are_refused_with_a_remedy(void **state)
{
    struct fixture *f = *state;

    tamper(f, "PRAGMA user_version = 3");
    assert_int_equal(store_open(f->path, STORE_WRITE, &f->store, &f->error), ERR_UNSUPPORTED);
    assert_non_null(strstr(f->error.text, "newer"));
    assert_non_null(f->error.template);
    tamper(f, "PRAGMA user_version = 2; PRAGMA application_id = 7");
    assert_int_equal(store_open(f->path, STORE_WRITE, &f->store, &f->error), ERR_FORMAT);
    tamper(f, "PRAGMA application_id = 1952998517;"
              "UPDATE meta SET text = '999999' WHERE name = 'registry_version'");
    assert_int_equal(store_open(f->path, STORE_WRITE, &f->store, &f->error), ERR_UNSUPPORTED);
    assert_int_equal(store_open(f->path, STORE_READ, &f->store, &f->error), ERR_UNSUPPORTED);
}

static void
tables_follow_the_registry_and_ask_for_a_rebuild(void **state)
{
    struct fixture *f = *state;
    struct store *reader = NULL;

    assert_int_equal(store_registry_version(f->store), REGISTRY_VERSION);
    tamper(f, "DROP TABLE r_campaign; ALTER TABLE r_person DROP COLUMN phone;"
              "UPDATE meta SET text = 'old' WHERE name = 'registry_shape'");
    assert_int_equal(store_open(f->path, STORE_READ, &reader, &f->error), ERR_UNSUPPORTED);
    fixture_reopen(f);
    assert_true(store_registry_version(f->store) < REGISTRY_VERSION);
    assert_int_equal(ask(f, "SELECT count(*) FROM pragma_table_info('r_campaign') WHERE name = 'title'"), 1);
    assert_int_equal(ask(f, "SELECT count(*) FROM pragma_table_info('r_person') WHERE name = 'phone'"), 1);
    /* the rebuild is asked for until it is done */
    fixture_reopen(f);
    assert_true(store_registry_version(f->store) < REGISTRY_VERSION);
    assert_ok(f, store_begin(f->store, &f->error));
    assert_ok(f, store_registry_rebuilt(f->store, &f->error));
    store_rollback(f->store);
    assert_true(store_registry_version(f->store) < REGISTRY_VERSION);
    assert_ok(f, store_begin(f->store, &f->error));
    assert_ok(f, store_registry_rebuilt(f->store, &f->error));
    assert_ok(f, store_commit(f->store, &f->error));
    fixture_reopen(f);
    assert_int_equal(store_registry_version(f->store), REGISTRY_VERSION);
}

static void
every_field_of_the_registry_has_a_column_and_its_index(void **state)
{
    struct fixture *f = *state;

    for (size_t i = 0; i < registry_records_count; i++) {
        const struct registry_record *r = registry_records[i];

        for (const struct registry_field *field = r->fields; field->id != 0; field++) {
            char sql[256];

            snprintf(sql, sizeof sql, "SELECT count(*) FROM pragma_table_info('r_%s') WHERE name = '%s'",
                     r->name, field->name);
            assert_int_equal(ask(f, sql), 1);
            snprintf(sql, sizeof sql, "SELECT count(*) FROM sqlite_schema WHERE type = 'index' AND "
                     "name = 'r_%s.%s'", r->name, field->name);
            assert_int_equal(ask(f, sql), (field->flags & FIELD_INDEXED) != 0);
        }
    }
}

static void
a_file_system_without_shared_memory_is_refused(void **state)
{
    struct fixture *f = *state;
    sqlite3_vfs *usual = sqlite3_vfs_find(NULL);
    sqlite3_vfs *plain = sqlite3_vfs_find("unix-dotfile");
    struct store *s = NULL;
    char path[128];
    enum err err;

    assert_non_null(plain);
    snprintf(path, sizeof path, "%s/other.db", f->directory);
    sqlite3_vfs_register(plain, 1);
    err = store_open(path, STORE_CREATE, &s, &f->error);
    sqlite3_vfs_register(usual, 1);
    unlink(path);
    assert_int_equal(err, ERR_UNSUPPORTED);
    assert_non_null(strstr(f->error.text, "local disk"));
}

static void
a_damaged_database_is_found_by_a_check(void **state)
{
    struct fixture *f = *state;
    struct error e = {0};
    FILE *file;
    long page;

    assert_ok(f, store_check(f->store, &f->error));
    store_close(f->store);
    f->store = NULL;
    page = (long) ask(f, "SELECT rootpage FROM sqlite_schema WHERE name = 'touch'");
    file = fopen(f->path, "r+b");
    assert_non_null(file);
    assert_int_equal(fseek(file, (page - 1) * 4096, SEEK_SET), 0);
    assert_int_equal(fwrite("damaged!", 1, 8, file), 8);
    fclose(file);
    assert_ok(f, store_open(f->path, STORE_READ, &f->store, &f->error));
    assert_int_equal(store_check(f->store, &e), ERR_IO);
    assert_non_null(strstr(e.text, "damaged"));
    assert_non_null(e.template);
}

/* A step of a plan that reads a whole table which grows with the log or the records. */
static bool
reads_all_of_a_large_table(const char *step)
{
    static const char *const large[] = {"entry", "signature", "seen", "record", "standing", "touch", "key",
                                        "alias", "local_name", "peer_day"};

    for (size_t i = 0; i < sizeof large / sizeof large[0]; i++) {
        char scan[64];
        size_t size = (size_t) snprintf(scan, sizeof scan, "SCAN %s", large[i]);

        if (strncmp(step, scan, size) == 0 && (step[size] == ' ' || step[size] == '\0'))
            return true;
    }
    return strncmp(step, "SCAN r_", 7) == 0 || strstr(step, "TEMP B-TREE") != NULL;
}

static void
no_fixed_statement_reads_all_of_a_large_table(void **state)
{
    static const char *const texts[ST_COUNT] = {
#define X(name, text) [name] = text,
        STATEMENT_LIST(X)
#undef X
    };
    struct fixture *f = *state;
    unsigned steps = 0;
    sqlite3 *db;

    assert_int_equal(sqlite3_open(f->path, &db), SQLITE_OK);
    for (size_t i = 0; i < ST_COUNT; i++) {
        sqlite3_stmt *stmt;
        char text[2048];

        if (i == ST_LOG_LIST || i == ST_STANDING_LIST || i == ST_ALIAS_ANY || i == ST_PEER_DAY_GET ||
            i == ST_BASE_CONFIRMED || i == ST_ENTRIES_OF_SPACE || i == ST_RESTATED_LIST)
            continue; /* few rows, or the first one; or for judging a whole space anew */
        snprintf(text, sizeof text, "EXPLAIN QUERY PLAN %s", texts[i]);
        assert_int_equal(sqlite3_prepare_v2(db, text, -1, &stmt, NULL), SQLITE_OK);
        for (; sqlite3_step(stmt) == SQLITE_ROW; steps++) {
            const char *step = (const char *) sqlite3_column_text(stmt, 3);

            if (reads_all_of_a_large_table(step))
                fail_msg("%s: %s", texts[i], step);
        }
        sqlite3_finalize(stmt);
    }
    assert_true(steps > 40);
    sqlite3_close(db);
}

static void
a_record_id_is_read_as_it_is_written(void **state)
{
    static const struct {
        int64_t log;
        uint64_t seq;
        uint32_t index;
        const char *text;
    } ids[] = {{3, 17, 0, "3.17"},
               {3, 17, 2, "3.17.2"},
               {1, 1, 4095, "1.1.4095"},
               {LOG_ID_MAX, ENTRY_SEQ_MAX, 4095, "1048575.2147483647.4095"}};
    static const char *const wrong[] = {"",      "3",     "3.",     ".17",      "0.17",      "3.0",
                                        "3.17.", "3.+17", " 3.17",  "3.17 ",    "3.17.4096", "03.17",
                                        "3.017", "-3.17", "3.17.2.", "1048576.1", "1.2147483648"};

    (void) state;
    for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++) {
        int64_t id = record_id(ids[i].log, ids[i].seq, ids[i].index);
        char text[RECORD_ID_TEXT_BYTES];
        int64_t back = 0;

        assert_true(id > 0);
        assert_int_equal(record_id_log(id), ids[i].log);
        assert_int_equal(record_id_seq(id), ids[i].seq);
        assert_int_equal(record_id_index(id), ids[i].index);
        record_id_format(id, text);
        assert_string_equal(text, ids[i].text);
        assert_int_equal(record_id_parse(text, &back), OK);
        assert_int_equal(back, id);
    }
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        int64_t back = -1;

        assert_int_equal(record_id_parse(wrong[i], &back), ERR_FORMAT);
        assert_int_equal(back, -1);
    }
}

int
main(void)
{
#define FRESH(test) cmocka_unit_test_setup_teardown(test, fixture_setup, fixture_teardown)
    const struct CMUnitTest tests[] = {
        FRESH(what_is_committed_is_there_after_reopening),
        FRESH(a_commit_reaches_the_disk_through_the_write_ahead_log),
        FRESH(a_transaction_that_is_not_committed_leaves_nothing),
        FRESH(one_job_of_a_group_is_undone_alone),
        FRESH(a_reader_sees_one_snapshot_until_its_end),
        FRESH(a_database_is_never_made_over_another_file),
        FRESH(a_missing_or_empty_file_is_not_found),
        FRESH(databases_of_other_versions_are_refused_with_a_remedy),
        FRESH(tables_follow_the_registry_and_ask_for_a_rebuild),
        FRESH(every_field_of_the_registry_has_a_column_and_its_index),
        FRESH(a_file_system_without_shared_memory_is_refused),
        FRESH(a_damaged_database_is_found_by_a_check),
        FRESH(no_fixed_statement_reads_all_of_a_large_table),
        cmocka_unit_test(a_record_id_is_read_as_it_is_written),
    };

    return tap_run("store", tests, NULL, NULL);
}
