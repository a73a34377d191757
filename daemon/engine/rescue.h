/* Rescue: a backup of a running node, and a database that is put back: the device goes on in new logs, and
 * the store is a new one to its peers. Source: doc/storage.md, "Backups". */
#ifndef DAEMON_ENGINE_RESCUE_H
#define DAEMON_ENGINE_RESCUE_H

#include "daemon/engine/identity.h"
#include "daemon/store/backup.h"
#include "protocol/vector.h"

/* Write a backup: under a temporary name, checked, synced, renamed. On any failure nothing is left behind.
 *   database  of the running node
 *   path      absolute; not in the folder of the database, where it would be lost with it; mode 0600
 *   replace   a file that is there may go
 *   random    names the temporary file, `path`.RANDOM.part
 *   Returns   ERR_USAGE; ERR_CONFLICT the file is there; ERR_IO; otherwise as backup_write() */
enum err rescue_backup(const char *database, const char *path, bool replace, uint64_t random,
                       struct backup_facts *ret_facts, struct error *e);

/* The store gets a new id, and forgets what it had in common with its peers: they list anew what they have, and
 * send what it lost. Inside the caller's transaction.
 *   random  STORE_ID_BYTES random bytes */
enum err rescue_renew_store(struct store *s, const uint8_t random[STORE_ID_BYTES], struct error *e);

/* This device writes no log any further that is in the store: in each space that it writes in, it goes on under a
 * new epoch; logs of another device key are no longer its own. Inside the caller's transaction.
 *   random_epoch  a source of random epochs */
enum err rescue_renew_logs(struct store *s, const struct identity *me, uint64_t (*random_epoch)(void),
                           struct error *e);

#endif
