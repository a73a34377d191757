/* A node's data directory. The key file is made before the database, and the database is made whole in
 * one transaction under a temporary name: a crash in the middle of `init` leaves nothing that a second
 * `init` cannot finish. */
#include "config.h"

#include "daemon/node_core.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "daemon/daemon.h"
#include "daemon/engine/ingest.h"
#include "daemon/engine/policy.h"
#include "daemon/engine/replay.h"
#include "daemon/engine/submit.h"
#include "daemon/log_line.h"
#include "daemon/net/net.h"
#include "daemon/platform.h"
#include "protocol/invitation.h"
#include "protocol/util/mem.h"

enum { JOIN_ARENA_BYTES_MAX = 4 * 1024 * 1024 };

void
node_paths(const struct settings *c, struct node_paths *ret_paths)
{
    snprintf(ret_paths->database, sizeof ret_paths->database, "%s/thidua.db", c->data);
    snprintf(ret_paths->key, sizeof ret_paths->key, "%s/device.key", c->data);
    snprintf(ret_paths->lock, sizeof ret_paths->lock, "%s/lock", c->data);
    if (c->socket[0] != '\0')
        snprintf(ret_paths->socket, sizeof ret_paths->socket, "%s", c->socket);
    else
        snprintf(ret_paths->socket, sizeof ret_paths->socket, "%s/thiduad.sock", c->data);
}

/* --- making ----------------------------------------------------------------------------------- */

static bool
exists(const char *path)
{
    return access(path, F_OK) == 0;
}

/* Keys that an interrupted init left are taken; keys that already wrote entries are not: their database
 * is missing, and a new unit under them would be a second one with the same name. */
static enum err
make_identity(const struct node_paths *paths, struct identity *me, struct error *e)
{
    uint8_t random[SIGN_SEED_BYTES + DH_BYTES];
    enum err err;

    if (exists(paths->key)) {
        err = identity_load(me, paths->key, e);
        if (err == OK && me->heads_count > 0)
            err = err_say(e, ERR_CONFLICT,
                          N_("{1} belongs to a data folder whose database is missing: put the last backup back "
                             "(thiduad restore), or move the key file away to begin anew"),
                          paths->key, NULL);
        return err;
    }
    daemon_random(random, sizeof random);
    err = identity_init(me, random, e);
    sign_wipe(random, sizeof random);
    return err == OK ? identity_save(me, paths->key, e) : err;
}

/* Make the database.
 *   unit  found it, or NULL: an empty store that will join one */
static enum err
make_database(const struct node_paths *paths, struct identity *me, const char *node,
              const struct enrol_unit *unit, struct error *e)
{
    char temporary[sizeof paths->database + 8];
    char journal[sizeof temporary + 8];
    uint8_t random[STORE_ID_BYTES + 3 * UNIT_ROOT_BYTES];
    struct store *s = NULL;
    enum err err;

    snprintf(temporary, sizeof temporary, "%s.new", paths->database);
    unlink(temporary);
    for (int i = 0; i < 2; i++) {
        snprintf(journal, sizeof journal, "%s%s", temporary, i == 0 ? "-wal" : "-shm");
        unlink(journal);
    }
    daemon_random(random, sizeof random);
    err = store_open(temporary, STORE_CREATE, &s, e);
    if (err == OK)
        err = store_begin(s, e);
    if (err == OK)
        err = enrol_store(s, node, random, e);
    if (err == OK && unit != NULL)
        err = enrol_found(s, me, unit, random + STORE_ID_BYTES, daemon_now_s(), e);
    if (err == OK)
        err = submit_sign(s, me, e);
    if (err == OK)
        err = store_commit(s, e);
    store_close(s); /* the last connection brings the journal into the file */
    if (err == OK && rename(temporary, paths->database) != 0)
        err = err_say(e, ERR_IO, N_("cannot write {1}: check the folder and its owner"), paths->database, NULL);
    if (err != OK)
        unlink(temporary);
    return err;
}

enum err
node_make(const struct settings *c, const struct node_paths *paths, const char *node,
          const struct enrol_unit *unit, struct error *e)
{
    struct identity *me = mem_alloc(sizeof *me);
    enum err err = OK;

    if (me == NULL)
        return err_set(e, ERR_NOMEM, "no memory");
    err = platform_make_folder(c->data, e);
    if (err == OK)
        err = platform_lock(paths->lock, e);
    if (err == OK && exists(paths->database))
        err = err_say(e, ERR_CONFLICT,
                      N_("{1} already holds a unit: run the daemon on it, or choose another folder"), c->data,
                      NULL);
    if (err == OK)
        err = make_identity(paths, me, e);
    if (err == OK)
        err = make_database(paths, me, node, unit, e);
    identity_release(me);
    mem_free(me);
    return err;
}

enum err
node_init(const struct settings *c, const struct enrol_unit *unit, struct error *e)
{
    struct node_paths paths;

    node_paths(c, &paths);
    return node_make(c, &paths, unit->node, unit, e);
}

/* --- opening ---------------------------------------------------------------------------------- */

/* Go on in new logs when the database is behind what this device wrote. What was lost comes back from those who
 * received it, beside what is written from now on. */
static enum err
open_epochs(struct store *s, const struct identity *me, struct error *e)
{
    bool behind[IDENTITY_LOGS_MAX] = {false};
    bool lost = false;
    struct log_row log;
    enum err err = identity_check_heads(me, s, behind, e);

    for (uint32_t i = 0; err == OK && i < me->heads_count; i++) {
        if (!behind[i])
            continue;
        err = log_find(s, &me->heads[i].log, &log, e);
        /* one that is not its own any more: new logs were opened before */
        lost = lost || err == ERR_NOT_FOUND || (err == OK && log.own);
        if (err == ERR_NOT_FOUND)
            err = OK;
    }
    if (err != OK || !lost)
        return err;
    log_line(LOG_WARNING, "database_behind",
             "message=\"the database is older than this device's last entries (a backup was put back?); "
             "what is missing comes back at the next sync, writing goes on in a new log\"");
    return node_renew(s, me, e);
}

/* A database that does not lie where it lay when it was opened last was copied, moved, or put back with its key from
 * another day; nothing else may tell. Writing goes on in new logs, so that whatever the other copy writes,
 * or this one once wrote, no log gets two histories. Where it was only moved, nothing is lost by it. */
static enum err
check_place(struct store *s, const struct identity *me, const char *database, struct error *e)
{
    char mark[PLATFORM_MARK_BYTES];
    const char *before = "";
    struct arena a;
    enum err err = store_begin(s, e);

    if (err != OK)
        return err;
    platform_mark(database, mark);
    arena_init(&a, 4096);
    err = store_meta_get(s, "place", &a, &before, e);
    if (err == OK && mark[0] != '\0' && strcmp(before, mark) != 0) {
        log_line(LOG_WARNING, "database_moved",
                 "message=\"the database lies elsewhere than it did (copied, or put back?); "
                 "what is missing comes back at the next sync, writing goes on in a new log\"");
        err = node_renew(s, me, e);
    }
    if ((err == OK || err == ERR_NOT_FOUND) && strcmp(before, mark) != 0)
        err = store_meta_set(s, "place", mark, e);
    if (err == ERR_NOT_FOUND)
        err = OK;
    arena_release(&a);
    if (err == OK)
        return store_commit(s, e);
    store_rollback(s);
    return err;
}

/* What this device has written may be sent from now on, also what was committed just before a crash: the key
 * file must know of it first, so that a database from before is told by it (see writer.c). */
enum err
node_note_heads(struct store *s, struct identity *me, struct error *e)
{
    bool changed;
    enum err err = identity_note_heads(me, s, &changed, e);

    return err == OK && changed && me->path[0] != '\0' ? identity_save(me, me->path, e) : err;
}

enum err
node_prepare(struct store *s, struct identity *me, struct error *e)
{
    uint64_t entries;
    enum err err = store_begin(s, e);

    if (err == OK && store_registry_version(s) < REGISTRY_VERSION) {
        err = replay_all(s, &entries, e);
        if (err == OK)
            err = store_registry_rebuilt(s, e);
    }
    if (err == OK)
        err = open_epochs(s, me, e);
    if (err == OK)
        err = submit_sign(s, me, e);
    if (err == OK)
        err = store_commit(s, e);
    else
        store_rollback(s);
    return err == OK ? node_note_heads(s, me, e) : err;
}

enum err
node_open(const struct settings *c, struct identity **ret_me, struct store **ret_store, struct error *e)
{
    struct node_paths paths;
    struct identity *me = mem_alloc(sizeof *me);
    struct store *s = NULL;
    enum err err;

    if (me == NULL)
        return err_set(e, ERR_NOMEM, "no memory");
    node_paths(c, &paths);
    if (!exists(paths.database) && exists(paths.key))
        err = err_say(e, ERR_NOT_FOUND,
                      N_("{1} has its key but no database: put the last backup back with thiduad restore "
                         "--data {1} FILE"),
                      c->data, NULL);
    else if (exists(paths.database) && !exists(paths.key))
        err = err_say(e, ERR_NOT_FOUND,
                      N_("the key of this machine, {1}, is missing: put a copy of it back. If there is none, "
                         "thiduad restore --data {2} makes a new key; the machine then has to be invited again"),
                      paths.key, c->data, NULL);
    else if (!exists(paths.database))
        err = err_say(e, ERR_NOT_FOUND,
                      N_("there is no unit in {1}: make one with thiduad init, or join one with thiduad join"),
                      c->data, NULL);
    else
        err = platform_lock(paths.lock, e);
    if (err == OK)
        err = identity_load(me, paths.key, e);
    if (err == OK)
        err = store_open(paths.database, STORE_WRITE, &s, e);
    if (err == OK)
        err = check_place(s, me, paths.database, e);
    if (err == OK)
        err = node_prepare(s, me, e);
    if (err == OK) {
        *ret_me = me;
        *ret_store = s;
        return OK;
    }
    store_close(s);
    identity_release(me);
    mem_free(me);
    return err;
}

/* --- joining ---------------------------------------------------------------------------------- */

static const char *
kind_name(unsigned number)
{
    const struct registry_field *f = registry_field_by_name(registry_by_type(RECORD_UNIT), "kind");
    const struct registry_choice *choice = registry_choice_by_number(f, number);

    return choice != NULL ? choice->name : NULL;
}

/* Make what an empty folder needs: a unit of its own for a commune, an empty store for one more machine
 * of the inviting unit. */
static enum err
make_joiner(const struct settings *c, const struct node_paths *paths, const struct invitation *invitation,
            struct error *e)
{
    struct enrol_unit unit = {.name = invitation->unit_name, .kind = kind_name(invitation->unit_kind),
                              .node = "commune"};

    if (invitation->kind != INVITATION_COMMUNE)
        return node_make(c, paths, "laptop", NULL, e);
    if (invitation->unit_name[0] == '\0')
        return err_say(e, ERR_USAGE,
                       N_("the invitation names no unit: run thiduad init with the unit's name first, then join"),
                       NULL);
    return node_make(c, paths, "commune", &unit, e);
}

/* A device of the unit that may write in its space; one that was restored under a new key may not yet. */
static enum err
check_standing(struct store *s, const struct identity *me, const struct invitation *invitation,
               const struct settings *c, struct error *e)
{
    struct space_row own;
    struct arena a;
    unsigned roles = 0;
    enum err err = space_own(s, SPACE_INNER, &own, e);

    if (err == ERR_NOT_FOUND)
        return OK;
    arena_init(&a, JOIN_ARENA_BYTES_MAX);
    if (err == OK)
        err = policy_roles(s, &own, me->sign.public_key, &a, &roles, e);
    arena_release(&a);
    if (err != OK)
        return err;
    if (roles != 0 && invitation->kind != INVITATION_COMMUNE)
        return err_say(e, ERR_USAGE,
                       N_("{1} already holds a unit of its own, and this invitation is for a new machine: join "
                          "in an empty folder"),
                       c->data, NULL);
    if (roles == 0 && invitation->kind == INVITATION_COMMUNE)
        return err_say(e, ERR_AUTH,
                       N_("this machine has a new key and may not speak for its unit: another machine of the "
                          "unit must invite it first (thidua invite --as clerk)"),
                       NULL);
    return OK;
}

/* Name the parent in both own spaces. */
static enum err
adopt(struct store *s, struct identity *me, const struct invitation *invitation, struct error *e)
{
    uint64_t random;
    enum err err;

    daemon_random(&random, sizeof random);
    err = store_begin(s, e);
    if (err == OK)
        err = enrol_adopt(s, me, invitation->inviter_device, invitation->inviter_name, random,
                          daemon_now_s(), e);
    if (err == OK)
        err = submit_sign(s, me, e);
    if (err == OK)
        return store_commit(s, e);
    store_rollback(s);
    return err;
}

enum err
node_join(const struct settings *c, const char *line, char ret_inviter[ENROL_NAME_BYTES_MAX + 1],
          struct error *e)
{
    struct node_paths paths;
    struct invitation invitation;
    struct identity *me = NULL;
    struct store *s = NULL;
    enum err err = invitation_decode(line, &invitation, e);

    node_paths(c, &paths);
    if (err == OK)
        err = invitation_check_time(&invitation, (uint64_t) daemon_now_s(), e);
    if (err == OK && !exists(paths.database))
        err = make_joiner(c, &paths, &invitation, e);
    if (err == OK)
        err = node_open(c, &me, &s, e);
    if (err != OK)
        goto out;
    err = check_standing(s, me, &invitation, c, e);
    if (err == OK && invitation.kind == INVITATION_COMMUNE)
        err = adopt(s, me, &invitation, e);
    if (err == OK)
        err = node_note_heads(s, me, e);
    if (err == OK)
        err = net_join(s, me, &invitation, e);
    if (err == OK)
        snprintf(ret_inviter, ENROL_NAME_BYTES_MAX + 1, "%s", invitation.inviter_name);
out:
    store_close(s);
    if (me != NULL)
        identity_release(me);
    mem_free(me);
    invitation_wipe(&invitation);
    return err;
}
