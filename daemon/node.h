/* A node's data directory: what is in it, how it is made, opened and joined to others. */
#ifndef DAEMON_NODE_H
#define DAEMON_NODE_H

#include "daemon/settings.h"
#include "daemon/engine/enrol.h"

struct node_paths {
    char database[SETTINGS_PATH_BYTES + 32];
    char key[SETTINGS_PATH_BYTES + 32];
    char lock[SETTINGS_PATH_BYTES + 32];
    char socket[SETTINGS_PATH_BYTES + 32];
};

/* The files of a data directory. */
void node_paths(const struct settings *c, struct node_paths *ret_paths);

/* Found a unit in a data directory that has none.
 *   Returns  ERR_CONFLICT there is one already; ERR_USAGE, ERR_IO */
enum err node_init(const struct settings *c, const struct enrol_unit *unit, struct error *e);

/* Open an existing data directory as its only writer: lock, keys, database; brings derived tables to this
 * release, and opens new logs when the database is older than what this device is known to have written
 * (a backup was put back).
 *   ret_me, ret_store  owned by the caller: mem_free() after identity_release(), store_close() */
enum err node_open(const struct settings *c, struct identity **ret_me, struct store **ret_store,
                   struct error *e);

/* What node_open() does to a database that it has opened: derived tables of this release, new logs where the
 * keys' heads are ahead of it, signatures; one transaction. */
enum err node_prepare(struct store *s, struct identity *me, struct error *e);

/* What node_restore() did. */
struct node_restored {
    uint64_t entries;  /* in the database now */
    bool new_key;      /* there was no key: to all others this is a new machine */
    bool kept_old;     /* the database that was there is kept as thidua.db.before-restore */
};

/* Put a backup back, or make new keys for a database that lost them. The device goes on in new logs, and the
 * store is a new one to its peers, so that they send again what it lost.
 *   file      the backup, or another copy of a database; NULL: the database that is there
 *   force     a database that is there may be put aside
 *   Returns   ERR_CONFLICT it runs, or holds a database; ERR_USAGE, ERR_NOT_FOUND, ERR_FORMAT, ERR_IO */
enum err node_restore(const struct settings *c, const char *file, bool force,
                      struct node_restored *ret_restored, struct error *e);

/* The store was put back to an earlier time: renew its id and this device's logs, inside the caller's
 * transaction. */
enum err node_renew(struct store *s, const struct identity *me, struct error *e);

/* Write a request to be taken in, for a machine that no network reaches. A new directory is made first: an empty
 * store, or with node "commune" or "hub" a unit of its own; a founded unit asks to be adopted.
 *   unit    node: "laptop" where it is NULL; name: of the machine or unit, may be NULL for a laptop
 *   line    an invitation of the machine that is asked, so that only that one can read the file, and a unit's
 *           records go along; NULL: whoever gets the file
 *   Returns ERR_CONFLICT the file is there already; ERR_USAGE, ERR_AUTH, ERR_LIMIT, ERR_IO */
enum err node_request(const struct settings *c, const struct enrol_unit *unit, const char *line, const char *path,
                      struct error *e);

/* Join with a grant file, the answer to such a request.
 *   ret_inviter  name of the unit that granted
 *   Returns      ERR_NOT_FOUND, ERR_FORMAT, ERR_AUTH, ERR_CONFLICT, ERR_LIMIT, ERR_IO, said to the person;
 *                then nothing has changed */
enum err node_join_file(const struct settings *c, const char *path, char ret_inviter[ENROL_NAME_BYTES_MAX + 1],
                        struct error *e);

/* Join with an invitation: an empty directory is made first, a founded one is adopted.
 *   line         the invitation as it was pasted
 *   ret_inviter  name of the unit that invited */
enum err node_join(const struct settings *c, const char *line,
                   char ret_inviter[ENROL_NAME_BYTES_MAX + 1], struct error *e);

#endif
