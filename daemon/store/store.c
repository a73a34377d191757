/* The store: opening, transactions, named values. */
#include "config.h"

#include "daemon/store/store.h"

#include <stdio.h>
#include <string.h>

#include "daemon/store/schema.h"
#include "daemon/store/sql.h"
#include "protocol/util/mem.h"

enum {
    BUSY_TIMEOUT_MS = 5000, /* a backup or a second program may hold the write lock for a moment */
};

/* The whole daemon has about 20 MiB; a reader's pages are mostly in the system's cache anyway. */
#define COMMON_PRAGMAS "PRAGMA foreign_keys = 0; PRAGMA temp_store = 2; PRAGMA mmap_size = 0;"
#define WRITER_PRAGMAS                                                                             \
    "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 1000;"      \
    "PRAGMA journal_size_limit = 8388608; PRAGMA cache_size = -2048;"
#define READER_PRAGMAS                                                                             \
    "PRAGMA wal_autocheckpoint = 0; PRAGMA cache_size = -1024; PRAGMA query_only = 1;"

/* --- opening --------------------------------------------------------------------------------- */

static enum err
connect(struct store *s, const char *path, struct error *e)
{
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX;
    int rc;

    if (s->mode == STORE_CREATE)
        flags |= SQLITE_OPEN_CREATE;
    rc = sqlite3_open_v2(path, &s->db, flags, NULL);
    if (rc == SQLITE_CANTOPEN && s->mode != STORE_CREATE)
        return err_say(e, ERR_NOT_FOUND,
                       N_("there is no database at {1}: check the data directory"), path, NULL);
    if (rc != SQLITE_OK)
        return sql_error(s, rc, e);
    sqlite3_extended_result_codes(s->db, 1);
    sqlite3_busy_timeout(s->db, BUSY_TIMEOUT_MS);
    return OK;
}

/* Only after the file is known to be ours: setting these reads it. Every commit reaches the disk
 * before it is told (FULL); WAL keeps readers and the writer apart. */
static enum err
settle(struct store *s, const char *path, struct error *e)
{
    int64_t in_wal = 0;
    enum err err = sql_exec(s, COMMON_PRAGMAS, e);

    if (err == OK)
        err = sql_exec(s, s->mode == STORE_READ ? READER_PRAGMAS : WRITER_PRAGMAS, e);
    if (err == OK)
        err = sql_number(s, "SELECT journal_mode IN ('wal', 'memory') FROM pragma_journal_mode", 0,
                         &in_wal, e);
    if (err == OK && in_wal == 0)
        err = err_say(e, ERR_UNSUPPORTED,
                      N_("the database {1} lies on a network drive or another file system that does "
                         "not serve it: put the data directory on a local disk"),
                      path, NULL);
    return err;
}

/* One transaction makes all tables: a crash leaves an empty file, which counts as none. */
static enum err
create(struct store *s, const char *path, struct error *e)
{
    enum err err = schema_check(s, path, e);

    if (err != ERR_NOT_FOUND && err != ERR_IO && err != ERR_NOMEM && err != ERR_AGAIN)
        return err_say(e, ERR_CONFLICT, N_("there is already a file at {1}: give another path"),
                       path, NULL);
    if (err != ERR_NOT_FOUND)
        return err;
    err = settle(s, path, e);
    if (err == OK)
        err = store_begin(s, e);
    if (err != OK)
        return err;
    err = schema_create(s, e);
    if (err == OK)
        return store_commit(s, e);
    store_rollback(s);
    return err;
}

static enum err
open_existing(struct store *s, const char *path, struct error *e)
{
    enum err err = schema_check(s, path, e);

    if (err == OK)
        err = settle(s, path, e);
    return err == OK ? schema_follow_registry(s, e) : err;
}

enum err
store_open(const char *path, enum store_mode mode, struct store **ret_store, struct error *e)
{
    struct store *s = mem_alloc(sizeof *s);
    enum err err;

    if (s == NULL)
        return err_set(e, ERR_NOMEM, "store: no memory");
    s->mode = mode;
    s->types = mem_alloc(registry_records_count * sizeof *s->types + 1);
    err = s->types != NULL ? connect(s, path, e) : err_set(e, ERR_NOMEM, "store: no memory");
    if (err == OK)
        err = mode == STORE_CREATE ? create(s, path, e) : open_existing(s, path, e);
    if (err != OK) {
        store_close(s);
        return err;
    }
    *ret_store = s;
    return OK;
}

void
store_close(struct store *s)
{
    if (s == NULL)
        return;
    for (size_t i = 0; i < ST_COUNT; i++)
        sqlite3_finalize(s->fixed[i]);
    for (size_t i = 0; s->types != NULL && i < registry_records_count; i++) {
        sqlite3_finalize(s->types[i].get);
        sqlite3_finalize(s->types[i].put);
    }
    for (size_t i = 0; i < SQL_LISTS_MAX; i++) {
        sqlite3_finalize(s->lists[i].stmt);
        mem_free(s->lists[i].text);
    }
    sqlite3_close(s->db);
    mem_free(s->types);
    mem_free(s);
}

/* --- transactions ---------------------------------------------------------------------------- */

static enum err
run(struct store *s, enum statement which, struct error *e)
{
    struct query q;

    query_start(&q, s, which);
    return query_run(&q, e);
}

enum err
store_begin(struct store *s, struct error *e)
{
    int64_t ignored;
    enum err err = run(s, s->mode == STORE_READ ? ST_BEGIN_READ : ST_BEGIN_WRITE, e);

    if (err != OK)
        return err;
    s->in_transaction = true;
    s->spoilt = false;
    s->aliases = ALIASES_UNKNOWN;
    if (s->mode != STORE_READ)
        return OK;
    /* SQLite takes the snapshot with the first read, not with BEGIN */
    err = sql_number(s, "SELECT count(*) FROM meta", 0, &ignored, e);
    if (err != OK)
        store_rollback(s);
    return err;
}

enum err
store_commit(struct store *s, struct error *e)
{
    enum err err = run(s, ST_COMMIT, e);

    if (err != OK) {
        store_rollback(s);
        return err;
    }
    s->in_transaction = false;
    s->aliases = ALIASES_UNKNOWN;
    s->registry_committed = s->registry_version;
    return OK;
}

void
store_rollback(struct store *s)
{
    /* after some disk errors SQLite has rolled back by itself */
    if (sqlite3_get_autocommit(s->db) == 0)
        sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
    s->in_transaction = false;
    s->aliases = ALIASES_UNKNOWN;
    s->registry_version = s->registry_committed;
}

void
store_end(struct store *s)
{
    store_rollback(s);
}

enum err
store_savepoint(struct store *s, struct error *e)
{
    return run(s, ST_MARK, e);
}

/* A mark that stays by mistake would be the one that the next undo goes back to. */
enum err
store_savepoint_keep(struct store *s, struct error *e)
{
    enum err err = run(s, ST_MARK_KEEP, e);

    s->spoilt = s->spoilt || err != OK;
    return err;
}

/* What cannot be undone, for want of memory, may not be committed with the rest. */
bool
store_savepoint_undo(struct store *s)
{
    int rc = SQLITE_ABORT;

    if (sqlite3_get_autocommit(s->db) == 0)
        rc = sqlite3_exec(s->db, "ROLLBACK TO mark; RELEASE mark", NULL, NULL, NULL);
    if (rc != SQLITE_OK)
        s->spoilt = true;
    s->aliases = ALIASES_UNKNOWN;
    return rc == SQLITE_OK;
}

enum err
store_checkpoint(struct store *s, struct error *e)
{
    int rc = sqlite3_wal_checkpoint_v2(s->db, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);

    return rc == SQLITE_OK || rc == SQLITE_BUSY ? OK : sql_error(s, rc, e);
}

enum err
store_check(struct store *s, struct error *e)
{
    int64_t sound = 0;
    enum err err = sql_number(s, "SELECT quick_check = 'ok' FROM pragma_quick_check(1)", 0, &sound, e);

    return err == OK && sound == 0 ? sql_error(s, SQLITE_CORRUPT, e) : err;
}

/* --- named values ---------------------------------------------------------------------------- */

enum err
store_meta_get(struct store *s, const char *name, struct arena *a, const char **ret_text,
               struct error *e)
{
    const char *copy = NULL;
    bool found = false;
    struct query q;
    enum err err;

    query_start(&q, s, ST_META_GET);
    query_bind_text(&q, name, strlen(name));
    if (query_row(&q)) {
        size_t size;
        const char *text = query_text(&q, 0, &size);

        found = true;
        copy = arena_text(a, text, size);
    }
    err = query_end(&q, e);
    if (err == OK && !found)
        err = err_set(e, ERR_NOT_FOUND, "store: no value named %s", name);
    if (err == OK && copy == NULL)
        err = sql_no_memory(e);
    if (err == OK)
        *ret_text = copy;
    return err;
}

enum err
store_meta_set(struct store *s, const char *name, const char *text, struct error *e)
{
    struct query q;

    query_start(&q, s, ST_META_SET);
    query_bind_text(&q, name, strlen(name));
    query_bind_text(&q, text, strlen(text));
    return query_run(&q, e);
}

unsigned
store_registry_version(const struct store *s)
{
    return s->registry_version;
}

enum err
store_registry_rebuilt(struct store *s, struct error *e)
{
    char text[16];
    enum err err;

    snprintf(text, sizeof text, "%d", REGISTRY_VERSION);
    err = store_meta_set(s, "registry_version", text, e);
    if (err == OK)
        s->registry_version = REGISTRY_VERSION;
    return err;
}

/* --- record ids ------------------------------------------------------------------------------ */

void
record_id_format(int64_t id, char *ret_text)
{
    unsigned long long log = (unsigned long long) record_id_log(id);
    unsigned long long seq = (unsigned long long) record_id_seq(id);
    unsigned index = (unsigned) record_id_index(id);

    if (index == 0)
        snprintf(ret_text, RECORD_ID_TEXT_BYTES, "%llu.%llu", log, seq);
    else
        snprintf(ret_text, RECORD_ID_TEXT_BYTES, "%llu.%llu.%u", log, seq, index);
}

/* One number of digits only, without leading zeros, 0..max. */
static bool
read_number(const char **text, uint64_t max, uint64_t *ret_number)
{
    const char *p = *text;
    uint64_t number = 0;

    if (*p < '0' || *p > '9' || (p[0] == '0' && p[1] >= '0' && p[1] <= '9'))
        return false;
    for (; *p >= '0' && *p <= '9'; p++) {
        number = number * 10 + (uint64_t) (*p - '0');
        if (number > max)
            return false;
    }
    *text = p;
    *ret_number = number;
    return true;
}

enum err
record_id_parse(const char *text, int64_t *ret_id)
{
    uint64_t log = 0;
    uint64_t seq = 0;
    uint64_t index = 0;

    if (!read_number(&text, LOG_ID_MAX, &log) || *text++ != '.' ||
        !read_number(&text, ENTRY_SEQ_MAX, &seq) || log == 0 || seq == 0)
        return ERR_FORMAT;
    if (*text == '.') {
        text++;
        if (!read_number(&text, CHANGE_OPS_MAX - 1, &index))
            return ERR_FORMAT;
    }
    if (*text != '\0')
        return ERR_FORMAT;
    *ret_id = record_id((int64_t) log, seq, (uint32_t) index);
    return OK;
}
