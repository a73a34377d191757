/* Striking one call with every fault. */
#include "config.h"

#include "tests/util/strike.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "daemon/store/sql.h"
#include "protocol/util/mem.h"
#include "tests/util/faultvfs.h"
#include "tests/util/tap.h"

enum {
    STRIKES_MAX = 1000000,     /* a call that needs more never ends this test */
    EACH_OF_OURS = 60,         /* struck one by one; behind these with growing strides */
    EACH_OF_SQLITE = 20,
    EACH_OPERATION = 60,
    STRIDE_SHARE = 10,         /* the next stride is this part of the way */
    KIND_STRIDE = 3,           /* of a full disk and a torn write */
    WHOLE_STRIDE = 8,          /* every table is looked at, and the file, where the number divides by it */
    TABLES_MAX = 200,
};

static char folder[64], path[96];
static unsigned long seed;
static bool everything; /* no strides */
static sqlite3_mem_methods real_memory;
static long sqlite_calls_left = -1;
/* Tables that hold rows before or after the call; most of the others hold none ever. */
static char used[TABLES_MAX][64];
static size_t used_count;
static uint8_t *base_bytes; /* owned; the database before each strike */
static size_t base_size;

/* What the store holds before the call, and after it undisturbed. */
struct expected {
    uint64_t before;
    uint64_t after;
    uint64_t result;
};

/* --- SQLite's memory ------------------------------------------------------------------------- */

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

void
strike_setup(void)
{
    const char *text = getenv("FAULT_SEED");
    sqlite3_mem_methods memory;

    seed = text != NULL ? strtoul(text, NULL, 10) : (unsigned long) time(NULL);
    everything = getenv("FAULT_EVERY") != NULL;
    printf("# FAULT_SEED=%lu\n", seed);
    assert_int_equal(sqlite3_config(SQLITE_CONFIG_GETMALLOC, &real_memory), SQLITE_OK);
    memory = real_memory;
    memory.xMalloc = on_malloc;
    memory.xRealloc = on_realloc;
    assert_int_equal(sqlite3_config(SQLITE_CONFIG_MALLOC, &memory), SQLITE_OK);
    fault_vfs_register();
}

/* --- the file -------------------------------------------------------------------------------- */

static void
remove_beside(const char *suffix)
{
    char name[sizeof path + 16];

    snprintf(name, sizeof name, "%s%s", path, suffix);
    unlink(name);
}

void
strike_place(void)
{
    snprintf(folder, sizeof folder, "/tmp/thidua-strike-XXXXXX");
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/thidua.db", folder);
    node_place(path);
}

void
strike_teardown(void)
{
    fault_vfs_disarm();
    mem_fail_after(-1);
    sqlite_calls_left = -1;
    remove_beside("");
    remove_beside("-wal");
    remove_beside("-shm");
    assert_int_equal(rmdir(folder), 0);
    free(base_bytes);
    base_bytes = NULL;
}

const char *
strike_path(void)
{
    return path;
}

const char *
strike_folder(void)
{
    return folder;
}

static void
base_keep(void)
{
    FILE *file = fopen(path, "rb");
    struct stat st;

    assert_non_null(file);
    assert_int_equal(stat(path, &st), 0);
    base_size = (size_t) st.st_size;
    free(base_bytes);
    base_bytes = malloc(base_size);
    assert_non_null(base_bytes);
    assert_int_equal(fread(base_bytes, 1, base_size, file), base_size);
    fclose(file);
}

static void
base_restore(void)
{
    FILE *file = fopen(path, "wb");

    assert_non_null(file);
    assert_int_equal(fwrite(base_bytes, 1, base_size, file), base_size);
    fclose(file);
    remove_beside("-wal");
    remove_beside("-shm");
}

static void
open_store(const struct strike *k)
{
    struct error e = {0};

    if (store_open(path, STORE_WRITE, &k->node->s, &e) != OK)
        fail_msg("%s: %s", k->words, e.text);
}

static void
close_store(const struct strike *k)
{
    store_close(k->node->s);
    k->node->s = NULL;
}

/* --- the content ----------------------------------------------------------------------------- */

uint64_t
strike_number(uint64_t before, const void *bytes, size_t size)
{
    const uint8_t *p = bytes;

    for (size_t i = 0; i < size; i++)
        before = (before ^ p[i]) * 0x100000001B3u;
    return before;
}

/* Rows are summed, so that the way in which SQLite walks them does not matter. */
static uint64_t
table_number(sqlite3 *db, const char *name)
{
    char *text = sqlite3_mprintf("SELECT * FROM \"%w\"", name);
    sqlite3_stmt *stmt;
    uint64_t sum = 0;

    assert_int_equal(sqlite3_prepare_v2(db, text, -1, &stmt, NULL), SQLITE_OK);
    while (sqlite3_step(stmt) == SQLITE_ROW) {
        uint64_t row = strike_number(0xCBF29CE484222325u, name, strlen(name));

        for (int i = 0; i < sqlite3_column_count(stmt); i++) {
            int type = sqlite3_column_type(stmt, i);
            const void *bytes = sqlite3_column_blob(stmt, i);

            row = strike_number(row, &type, sizeof type);
            row = strike_number(row, bytes, (size_t) sqlite3_column_bytes(stmt, i));
        }
        sum += row;
    }
    assert_int_equal(sqlite3_finalize(stmt), SQLITE_OK);
    sqlite3_free(text);
    return sum;
}

/* Remember the tables that hold rows. */
static void
note_used(const struct strike *k)
{
    sqlite3 *db = k->node->s->db;
    sqlite3_stmt *stmt;

    assert_int_equal(sqlite3_prepare_v2(db, "SELECT name FROM sqlite_schema WHERE type = 'table'", -1, &stmt, NULL),
                     SQLITE_OK);
    while (sqlite3_step(stmt) == SQLITE_ROW) {
        const char *name = (const char *) sqlite3_column_text(stmt, 0);
        bool is_used = table_number(db, name) != 0;

        for (size_t i = 0; is_used && i < used_count; i++)
            is_used = strcmp(used[i], name) != 0;
        if (!is_used)
            continue;
        assert_true(used_count < TABLES_MAX);
        snprintf(used[used_count++], sizeof used[0], "%s", name);
    }
    assert_int_equal(sqlite3_finalize(stmt), SQLITE_OK);
}

/* Every row of the tables in use, or of every table, as this connection sees it. */
static uint64_t
content(const struct strike *k, bool every_table)
{
    sqlite3 *db = k->node->s->db;
    sqlite3_stmt *stmt;
    uint64_t sum = 0;

    for (size_t i = 0; !every_table && i < used_count; i++)
        sum += table_number(db, used[i]);
    if (!every_table)
        return sum;
    assert_int_equal(sqlite3_prepare_v2(db, "SELECT name FROM sqlite_schema WHERE type = 'table'", -1, &stmt, NULL),
                     SQLITE_OK);
    while (sqlite3_step(stmt) == SQLITE_ROW)
        sum += table_number(db, (const char *) sqlite3_column_text(stmt, 0));
    assert_int_equal(sqlite3_finalize(stmt), SQLITE_OK);
    return sum;
}

static void
assert_content(const struct strike *k, uint64_t expected, const char *when, long at)
{
    if (content(k, at % WHOLE_STRIDE == 0) != expected)
        fail_msg("%s: %s at %ld: the store holds something else", k->words, when, at);
}

static void
assert_sound(const struct strike *k, long at)
{
    sqlite3_stmt *stmt;

    assert_int_equal(sqlite3_prepare_v2(k->node->s->db, "PRAGMA integrity_check", -1, &stmt, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
    if (strcmp((const char *) sqlite3_column_text(stmt, 0), "ok") != 0)
        fail_msg("%s at %ld: %s", k->words, at, (const char *) sqlite3_column_text(stmt, 0));
    sqlite3_finalize(stmt);
}

/* Run the call without a fault in a transaction that stays open. */
static void
act_undisturbed(const struct strike *k, uint64_t *ret_result, const char *when, long at)
{
    struct error e = {0};

    *ret_result = 0;
    if (store_begin(k->node->s, &e) != OK || k->act(k->node, k->context, ret_result, &e) != OK)
        fail_msg("%s: undisturbed, after %s at %ld: %s", k->words, when, at, e.text);
}

static void
act_as_expected(const struct strike *k, const struct expected *x, const char *when, long at)
{
    uint64_t result;

    act_undisturbed(k, &result, when, at);
    if (result != x->result)
        fail_msg("%s: undisturbed, after %s at %ld, it gives something else", k->words, when, at);
    assert_content(k, x->after, when, at);
}

/* --- memory ---------------------------------------------------------------------------------- */

enum memory { MEMORY_OURS, MEMORY_SQLITE };

static void
memory_arm(enum memory which, long at)
{
    if (which == MEMORY_OURS)
        mem_fail_after(at);
    else
        sqlite_calls_left = at;
}

static bool
memory_disarm(enum memory which, long at)
{
    bool struck = which == MEMORY_OURS ? mem_fail_after(-1) > at : sqlite_calls_left < 0;

    sqlite_calls_left = -1;
    return struck;
}

/* A fresh store each time, so that what it keeps from its first calls is struck too.
 *   Returns  whether the allocation came */
static bool
strike_memory(const struct strike *k, const struct expected *x, enum memory which, long at, unsigned *failed)
{
    const char *when = which == MEMORY_OURS ? "no memory" : "no memory in SQLite";
    struct error e = {0};
    uint64_t result = 0;
    bool struck;
    enum err err;

    open_store(k);
    assert_int_equal(store_begin(k->node->s, &e), OK);
    memory_arm(which, at);
    err = k->act(k->node, k->context, &result, &e);
    struck = memory_disarm(which, at);
    if (err == OK) {
        /* never needed, or needed for convenience only */
        if (struck && k->make_up != NULL && result != x->result) {
            k->make_up(k->node, k->context);
        } else {
            assert_content(k, x->after, when, at);
            assert_true(result == x->result);
        }
    } else {
        if (!struck || err != ERR_NOMEM || e.code != err || e.text[0] == '\0')
            fail_msg("%s: %s at %ld is told as %s, “%s”", k->words, when, at, err_name(err), e.text);
        (*failed)++;
    }
    store_rollback(k->node->s);
    if (at % WHOLE_STRIDE == 0)
        assert_content(k, x->before, when, at);
    if (err != OK) {
        act_as_expected(k, x, when, at);
        store_rollback(k->node->s);
    }
    close_store(k);
    return struck;
}

/* --- the disk -------------------------------------------------------------------------------- */

static const char *const kind_words[] = {"", "failing disk", "full disk", "torn write", "power cut"};

static enum err
act_and_commit(const struct strike *k, struct error *e)
{
    uint64_t result;
    enum err err = store_begin(k->node->s, e);

    if (err == OK) {
        err = k->act(k->node, k->context, &result, e);
        if (err == OK)
            err = store_commit(k->node->s, e);
        else
            store_rollback(k->node->s);
    }
    store_checkpoint(k->node->s, NULL);
    return err;
}

static void
strike_again(const struct strike *k, const struct expected *x, const char *when, long at)
{
    uint64_t result;

    act_undisturbed(k, &result, when, at);
    assert_true(result == x->result);
    assert_int_equal(store_commit(k->node->s, NULL), OK);
    assert_content(k, x->after, when, at);
}

static bool
strike_disk(const struct strike *k, const struct expected *x, enum fault_kind kind, long at, unsigned *failed)
{
    struct error e = {0};
    uint64_t there;
    bool struck;
    enum err err;

    base_restore();
    open_store(k);
    fault_vfs_arm(kind, at);
    err = act_and_commit(k, &e);
    if (kind == FAULT_POWER)
        close_store(k);
    struck = fault_vfs_disarm();
    if (err != OK && (err != ERR_IO || e.code != err || e.template == NULL))
        fail_msg("%s: %s at %ld is told as %s, “%s”", k->words, kind_words[kind], at, err_name(err), e.text);
    if (err != OK && !struck)
        fail_msg("%s: fails without a fault: %s", k->words, e.text);
    if (kind == FAULT_POWER)
        open_store(k);
    *failed += err != OK;
    there = content(k, true);
    /* a commit that failed may have reached the disk: only a power cut then shows it */
    if (there != x->after && (err == OK || there != x->before))
        fail_msg("%s: %s at %ld: %s", k->words, kind_words[kind], at,
                 err == OK ? "what was committed is lost" : "half a change is there");
    if (there != x->after)
        strike_again(k, x, kind_words[kind], at);
    if (at % WHOLE_STRIDE == 0) {
        close_store(k);
        open_store(k);
        assert_sound(k, at);
        assert_content(k, x->after, kind_words[kind], at);
    }
    close_store(k);
    return struck;
}

/* Where to strike after `at`: each of the first, then some that the seed chooses. */
static long
next_strike(long at, long each)
{
    return at < each || everything ? at + 1 : at + 1 + (at - each) / STRIDE_SHARE + (long) (seed % 7);
}

static void
strike_disk_everywhere(const struct strike *k, const struct expected *x, long *ret_operations, unsigned *failed)
{
    for (enum fault_kind kind = FAULT_IO; kind <= FAULT_POWER; kind++) {
        long step = kind == FAULT_IO || kind == FAULT_POWER ? 1 : KIND_STRIDE;
        long at = (long) (seed % (unsigned long) step);

        while (at < STRIKES_MAX && strike_disk(k, x, kind, at, failed))
            at = next_strike(at, EACH_OPERATION) + step - 1;
        if (kind == FAULT_IO)
            *ret_operations = at;
        assert_true(at < STRIKES_MAX);
    }
}

void
strike_everywhere(const struct strike *k)
{
    struct expected x;
    unsigned memory_failed = 0, sqlite_failed = 0, disk_failed = 0;
    long memory_calls = 0, sqlite_calls = 0, operations = 0;

    close_store(k);
    base_keep();
    open_store(k);
    used_count = 0;
    note_used(k);
    x.before = content(k, true);
    act_undisturbed(k, &x.result, "nothing", 0);
    note_used(k);
    x.after = content(k, true);
    store_rollback(k->node->s);
    if ((x.after == x.before) != k->reads)
        fail_msg("%s: the call changes %s", k->words, k->reads ? "something" : "nothing");
    close_store(k);
    while (memory_calls < STRIKES_MAX && strike_memory(k, &x, MEMORY_OURS, memory_calls, &memory_failed))
        memory_calls = next_strike(memory_calls, EACH_OF_OURS);
    while (sqlite_calls < STRIKES_MAX && strike_memory(k, &x, MEMORY_SQLITE, sqlite_calls, &sqlite_failed))
        sqlite_calls = next_strike(sqlite_calls, EACH_OF_SQLITE);
    if (!k->reads && !k->memory_only)
        strike_disk_everywhere(k, &x, &operations, &disk_failed);
    printf("# %s: about %ld allocations (%u failures), %ld of SQLite's (%u), %ld operations on files (%u)\n", k->words,
           memory_calls, memory_failed, sqlite_calls, sqlite_failed, operations, disk_failed);
    assert_true(memory_failed + sqlite_failed > 3 && memory_calls < STRIKES_MAX && sqlite_calls < STRIKES_MAX);
    assert_true(k->reads || k->memory_only || disk_failed > 3);
    base_restore();
    open_store(k);
}
