/* Putting a database back. Everything is prepared in a file beside the database and then gets its name, so a
 * crash leaves the old database, or none and the old one beside it; running it again finishes.
 *
 *     thidua.db.new              the copy, while it is prepared
 *     thidua.db.before-restore   the database that was there, with its journal */
#include "config.h"

#include "daemon/node.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "daemon/daemon.h"
#include "daemon/engine/rescue.h"
#include "daemon/platform.h"
#include "protocol/util/mem.h"

enum { RESTORE_PATH_BYTES = SETTINGS_PATH_BYTES + 64 };

static uint64_t
random_epoch(void)
{
    uint64_t epoch;

    daemon_random(&epoch, sizeof epoch);
    return epoch;
}

enum err
node_renew(struct store *s, const struct identity *me, struct error *e)
{
    uint8_t random[STORE_ID_BYTES];
    char now[24];
    enum err err = OK;

    /* What this device wrote and the store does not know: so that it is not taken for a loss once more. */
    for (uint32_t i = 0; err == OK && i < me->heads_count; i++) {
        struct log_row log;

        err = log_find(s, &me->heads[i].log, &log, e);
        if (err == ERR_NOT_FOUND)
            err = log_add(s, &me->heads[i].log, false, &log, e);
    }
    if (err == OK)
        err = rescue_renew_logs(s, me, random_epoch, e);
    daemon_random(random, sizeof random);
    if (err == OK)
        err = rescue_renew_store(s, random, e);
    snprintf(now, sizeof now, "%lld", (long long) daemon_now_s());
    return err == OK ? store_meta_set(s, "renewed", now, e) : err;
}

/* --- what is asked ---------------------------------------------------------------------------- */

static enum err
check_request(const struct node_paths *paths, const char *file, bool force, struct error *e)
{
    bool has_database = platform_kind(paths->database) != PLATFORM_NOTHING;
    bool has_key = platform_kind(paths->key) != PLATFORM_NOTHING;

    if (file == NULL && has_database && has_key)
        return err_say(e, ERR_USAGE, N_("database and key are there: give the backup that is to be put back"),
                       NULL);
    if (file == NULL && !has_database)
        return err_say(e, ERR_USAGE, N_("there is no database in {1}: give the backup that is to be put back"),
                       paths->database, NULL);
    if (file == NULL)
        return OK;
    if (platform_kind(file) != PLATFORM_FILE)
        return err_say(e, ERR_NOT_FOUND, N_("there is no file {1}: check the path of the backup"), file, NULL);
    if (platform_same_file(file, paths->database))
        return err_say(e, ERR_USAGE, N_("{1} is the database itself: give the backup that is to be put back"),
                       file, NULL);
    if (has_database && !force)
        return err_say(e, ERR_CONFLICT,
                       N_("{1} is there already: with --force it is kept as {1}.before-restore and the backup "
                          "put in its place"),
                       paths->database, NULL);
    return OK;
}

/* The keys of the folder, or new ones; these are written only once the database is ready. */
static enum err
find_keys(const struct node_paths *paths, struct identity *me, bool *ret_new, struct error *e)
{
    uint8_t random[SIGN_SEED_BYTES + DH_BYTES];
    enum err err;

    *ret_new = platform_kind(paths->key) == PLATFORM_NOTHING;
    if (!*ret_new)
        return identity_load(me, paths->key, e);
    daemon_random(random, sizeof random);
    err = identity_init(me, random, e);
    sign_wipe(random, sizeof random);
    return err;
}

/* --- files ------------------------------------------------------------------------------------ */

static void
remove_copy(const char *path)
{
    static const char *const parts[] = {"", "-wal", "-shm", "-journal"};
    char part[RESTORE_PATH_BYTES + 16];

    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        snprintf(part, sizeof part, "%s%s", path, parts[i]);
        platform_remove_file(part);
    }
}

/* The old database goes aside with its journal, which is part of it; never over an older one. */
static enum err
put_aside(const char *database, bool *ret_kept, struct error *e)
{
    static const char *const parts[] = {"", "-wal"};
    char from[RESTORE_PATH_BYTES], to[RESTORE_PATH_BYTES];

    *ret_kept = false;
    for (size_t i = 0; i < 2; i++) {
        snprintf(from, sizeof from, "%s%s", database, parts[i]);
        snprintf(to, sizeof to, "%s.before-restore%s", database, parts[i]);
        if (platform_kind(from) == PLATFORM_NOTHING)
            continue;
        if (platform_kind(to) != PLATFORM_NOTHING)
            return err_say(e, ERR_CONFLICT,
                           N_("{1} is there already from another time: move it to another folder first"), to,
                           NULL);
        if (rename(from, to) != 0)
            return err_say(e, ERR_IO, N_("cannot rename {1}: {2}"), from, strerror(errno), NULL);
        *ret_kept = true;
    }
    snprintf(from, sizeof from, "%s-shm", database);
    platform_remove_file(from);
    return OK;
}

/* --- putting back ----------------------------------------------------------------------------- */

static enum err
renew_database(const char *path, const struct identity *me, struct error *e)
{
    struct store *s = NULL;
    enum err err = store_open(path, STORE_WRITE, &s, e);

    if (err == OK)
        err = store_begin(s, e);
    if (err == OK) {
        err = node_renew(s, me, e);
        if (err == OK)
            err = store_commit(s, e);
        else
            store_rollback(s);
    }
    store_close(s); /* the last connection brings the journal into the file */
    return err;
}

static enum err
copy_backup(const char *file, const char *temporary, struct backup_facts *ret_facts, struct error *e)
{
    enum err err;

    remove_copy(temporary);
    err = platform_create_file(temporary, e);
    if (err == OK)
        err = backup_write(file, temporary, e);
    if (err == OK)
        err = backup_check(temporary, ret_facts, e);
    return err;
}

static enum err
put_back(const struct node_paths *paths, const char *file, struct identity *me, bool new_key,
         struct node_restored *restored, struct error *e)
{
    char temporary[RESTORE_PATH_BYTES];
    struct backup_facts facts = {0};
    enum err err;

    snprintf(temporary, sizeof temporary, "%s.new", paths->database);
    err = copy_backup(file != NULL ? file : paths->database, temporary, &facts, e);
    restored->entries = facts.entries;
    if (err == OK)
        err = renew_database(temporary, me, e);
    if (err == OK && new_key)
        err = identity_save(me, paths->key, e);
    if (err == OK)
        err = put_aside(paths->database, &restored->kept_old, e);
    if (err == OK)
        err = platform_publish_file(temporary, paths->database, e);
    if (err != OK)
        remove_copy(temporary);
    return err;
}

enum err
node_restore(const struct settings *c, const char *file, bool force, struct node_restored *ret_restored,
             struct error *e)
{
    struct identity *me = mem_alloc(sizeof *me);
    struct node_restored restored = {0};
    struct node_paths paths;
    enum err err;

    if (me == NULL)
        return err_set(e, ERR_NOMEM, "no memory");
    node_paths(c, &paths);
    err = platform_make_folder(c->data, e);
    if (err == OK)
        err = platform_lock(paths.lock, e);
    if (err == OK)
        err = check_request(&paths, file, force, e);
    if (err == OK)
        err = find_keys(&paths, me, &restored.new_key, e);
    if (err == OK)
        err = put_back(&paths, file, me, restored.new_key, &restored, e);
    if (err == OK)
        *ret_restored = restored;
    identity_release(me);
    mem_free(me);
    return err;
}
