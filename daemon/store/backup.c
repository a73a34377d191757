/* Backups. VACUUM INTO reads in one snapshot, which in WAL mode holds up nobody, and leaves out free pages:
 * what was erased does not live on in a backup. The copy is a plain file without a journal. */
#include "config.h"

#include "daemon/store/backup.h"

#include <stdio.h>
#include <string.h>

#include "daemon/store/schema.h"
#include "daemon/store/sql.h"

static enum err
open_file(const char *path, int flags, struct store *ret_store, struct error *e)
{
    struct store s = {.mode = STORE_READ};
    int rc = sqlite3_open_v2(path, &s.db, flags | SQLITE_OPEN_NOMUTEX, NULL);
    enum err err = OK;

    if (rc == SQLITE_CANTOPEN)
        err = err_say(e, ERR_NOT_FOUND, N_("cannot open {1}: check the path and who may read it"), path, NULL);
    else if (rc != SQLITE_OK)
        err = sql_error(&s, rc, e);
    if (err != OK) {
        sqlite3_close(s.db);
        return err;
    }
    sqlite3_extended_result_codes(s.db, 1);
    sqlite3_busy_timeout(s.db, 5000);
    *ret_store = s;
    return OK;
}

/* What a failed copy means; the fault is the copy's: a daemon that runs has the original. */
static enum err
copy_failed(struct store *s, int rc, const char *path, struct error *e)
{
    if (rc == SQLITE_NOMEM || (rc & 0xFF) == SQLITE_CORRUPT)
        return sql_error(s, rc, e);
    if ((rc & 0xFF) == SQLITE_FULL)
        return err_say(e, ERR_IO,
                       N_("there is not enough room for the backup at {1}: free some space there, or give "
                          "another path"),
                       path, NULL);
    return err_say(e, ERR_IO, N_("cannot write the backup at {1} ({2}): check the path and its disk"), path,
                   sqlite3_errmsg(s->db), NULL);
}

enum err
backup_write(const char *database, const char *path, struct error *e)
{
    struct store s;
    sqlite3_stmt *stmt = NULL;
    int rc;
    enum err err = open_file(database, SQLITE_OPEN_READWRITE, &s, e);

    if (err != OK)
        return err;
    err = schema_check(&s, database, e);
    if (err == OK) {
        rc = sqlite3_prepare_v2(s.db, "VACUUM INTO ?", -1, &stmt, NULL);
        if (rc == SQLITE_OK)
            rc = sqlite3_bind_text(stmt, 1, path, -1, SQLITE_STATIC);
        if (rc == SQLITE_OK)
            rc = sqlite3_step(stmt);
        if (rc != SQLITE_DONE)
            err = copy_failed(&s, rc, path, e);
        sqlite3_finalize(stmt);
    }
    sqlite3_close(s.db);
    return err;
}

/* A registry that this version does not know cannot be rebuilt by it. */
static enum err
check_registry(struct store *s, const char *path, struct error *e)
{
    int64_t version = 0;
    enum err err = sql_number(s, "SELECT text + 0 FROM meta WHERE name = 'registry_version'", 0, &version, e);

    if (err == OK && version > REGISTRY_VERSION)
        err = err_say(e, ERR_UNSUPPORTED,
                      N_("the database {1} was written by a newer version of thidua: install "
                         "that version or a later one"),
                      path, NULL);
    return err;
}

static enum err
check_sound(struct store *s, const char *path, struct error *e)
{
    int64_t sound = 0;
    enum err err =
        sql_number(s, "SELECT integrity_check = 'ok' FROM pragma_integrity_check(1)", 0, &sound, e);

    if (err == OK ? sound == 0 : err == ERR_IO)
        err = err_say(e, ERR_IO, N_("{1} is damaged: take another copy"), path, NULL);
    return err;
}

enum err
backup_check(const char *path, struct backup_facts *ret_facts, struct error *e)
{
    int64_t bytes = 0, entries = 0;
    struct store s;
    enum err err = open_file(path, SQLITE_OPEN_READWRITE, &s, e);

    if (err != OK)
        return err;
    err = schema_check(&s, path, e);
    if (err == ERR_NOT_FOUND || err == ERR_IO)
        err = err_say(e, ERR_FORMAT, N_("{1} is not a database of thidua: give another path"), path, NULL);
    if (err == OK)
        err = check_sound(&s, path, e);
    if (err == OK)
        err = check_registry(&s, path, e);
    if (err == OK)
        err = sql_number(&s, "SELECT count(*) FROM entry", 0, &entries, e);
    if (err == OK)
        err = sql_number(&s, "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size", 0,
                         &bytes, e);
    sqlite3_close(s.db);
    if (err == OK)
        *ret_facts = (struct backup_facts){.bytes = (uint64_t) bytes, .entries = (uint64_t) entries};
    return err;
}
