/* Copies of a database: whole, of one moment, and told from what is none. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sqlite3.h>

#include "daemon/store/backup.h"
#include "tests/daemon/store/fixture.h"

struct folder {
    char path[64];
    char database[96];
    char copy[96];
    struct store *s;
};

static int
folder_setup(void **state)
{
    struct folder *f = calloc(1, sizeof *f);

    strcpy(f->path, "/tmp/backup-t.XXXXXX");
    assert_non_null(mkdtemp(f->path));
    snprintf(f->database, sizeof f->database, "%s/it's a database", f->path);
    snprintf(f->copy, sizeof f->copy, "%s/copy", f->path);
    assert_int_equal(store_open(f->database, STORE_CREATE, &f->s, NULL), OK);
    *state = f;
    return 0;
}

static int
folder_teardown(void **state)
{
    struct folder *f = *state;
    char path[128];

    store_close(f->s);
    unlink(f->copy);
    unlink(f->database);
    snprintf(path, sizeof path, "%s/other", f->path);
    unlink(path);
    assert_int_equal(rmdir(f->path), 0); /* nothing else was left */
    free(f);
    return 0;
}

static void
set(struct folder *f, const char *name, const char *text)
{
    assert_int_equal(store_begin(f->s, NULL), OK);
    assert_int_equal(store_meta_set(f->s, name, text, NULL), OK);
    assert_int_equal(store_commit(f->s, NULL), OK);
}

static bool
copy_has(struct folder *f, const char *name)
{
    struct store *s = NULL;
    struct arena a;
    const char *text;
    bool has;

    assert_int_equal(store_open(f->copy, STORE_WRITE, &s, NULL), OK);
    arena_init(&a, 4096);
    has = store_meta_get(s, name, &a, &text, NULL) == OK;
    arena_release(&a);
    store_close(s);
    return has;
}

static void
a_copy_has_what_was_committed_and_not_what_is_under_way(void **state)
{
    struct folder *f = *state;
    struct backup_facts facts = {0};
    struct stat st;

    set(f, "before", "x");
    assert_int_equal(store_begin(f->s, NULL), OK);
    assert_int_equal(store_meta_set(f->s, "under way", "x", NULL), OK);
    assert_int_equal(backup_write(f->database, f->copy, NULL), OK);
    assert_int_equal(store_commit(f->s, NULL), OK);
    assert_int_equal(backup_check(f->copy, &facts, NULL), OK);
    assert_int_equal(stat(f->copy, &st), 0);
    assert_int_equal(facts.bytes, st.st_size);
    assert_int_equal(facts.entries, 0);
    assert_true(copy_has(f, "before"));
    assert_false(copy_has(f, "under way"));
}

static void
what_was_deleted_is_not_in_a_copy(void **state)
{
    static char secret[4000], bytes[1 << 20];
    struct folder *f = *state;
    FILE *file;
    size_t size;

    memset(secret, 'Q', sizeof secret - 1);
    set(f, "secret", secret);
    set(f, "secret", "gone");
    assert_int_equal(backup_write(f->database, f->copy, NULL), OK);
    file = fopen(f->copy, "rb");
    assert_non_null(file);
    size = fread(bytes, 1, sizeof bytes, file);
    fclose(file);
    assert_in_range(size, 1000, sizeof bytes - 1);
    assert_null(memmem(bytes, size, "QQQQQQQQ", 8));
}

static void
a_file_of_another_program_is_no_backup(void **state)
{
    struct folder *f = *state;
    struct backup_facts facts;
    struct error e = {0};
    char other[96];
    FILE *file;
    sqlite3 *db;

    snprintf(other, sizeof other, "%s/other", f->path);
    file = fopen(other, "wb");
    fputs("not a database at all, but long enough to look like one perhaps", file);
    fclose(file);
    assert_int_equal(backup_check(other, &facts, &e), ERR_FORMAT);
    unlink(other);
    file = fopen(other, "wb"); /* empty */
    fclose(file);
    assert_int_equal(backup_check(other, &facts, &e), ERR_FORMAT);
    unlink(other);
    assert_int_equal(sqlite3_open(other, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, "CREATE TABLE t(x)", NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
    assert_int_equal(backup_check(other, &facts, &e), ERR_FORMAT);
    assert_int_equal(backup_write(other, f->copy, &e), ERR_FORMAT);
    unlink(other);
    assert_int_equal(backup_check(other, &facts, &e), ERR_NOT_FOUND);
}

static void
a_damaged_copy_is_found(void **state)
{
    struct folder *f = *state;
    struct backup_facts facts;
    struct error e = {0};
    struct stat st;
    FILE *file;

    assert_int_equal(backup_write(f->database, f->copy, NULL), OK);
    assert_int_equal(stat(f->copy, &st), 0);
    file = fopen(f->copy, "r+b");
    assert_int_equal(fseek(file, st.st_size / 2 / 4096 * 4096, SEEK_SET), 0);
    for (int i = 0; i < 4096; i++)
        fputc(0x5A, file);
    fclose(file);
    assert_int_equal(backup_check(f->copy, &facts, &e), ERR_IO);
    assert_non_null(strstr(e.text, "damaged"));
}

static void
a_copy_to_where_nothing_can_be_written_says_where(void **state)
{
    struct folder *f = *state;
    struct error e = {0};

    assert_int_equal(backup_write(f->database, "/tmp/no such folder/copy", &e), ERR_IO);
    assert_non_null(strstr(e.text, "no such folder"));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_copy_has_what_was_committed_and_not_what_is_under_way, folder_setup,
                                        folder_teardown),
        cmocka_unit_test_setup_teardown(what_was_deleted_is_not_in_a_copy, folder_setup, folder_teardown),
        cmocka_unit_test_setup_teardown(a_file_of_another_program_is_no_backup, folder_setup, folder_teardown),
        cmocka_unit_test_setup_teardown(a_damaged_copy_is_found, folder_setup, folder_teardown),
        cmocka_unit_test_setup_teardown(a_copy_to_where_nothing_can_be_written_says_where, folder_setup,
                                        folder_teardown),
    };

    return tap_run("backup", tests, NULL, NULL);
}
