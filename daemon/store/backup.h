/* A copy of the database in one file, made while others read and write. The copy has what was committed when
 * it began, and nothing that was deleted before. Source: doc/storage.md, "Backups". */
#ifndef DAEMON_STORE_BACKUP_H
#define DAEMON_STORE_BACKUP_H

#include "daemon/store/store.h"

struct backup_facts {
    uint64_t bytes;   /* of the file */
    uint64_t entries; /* of the log */
};

/* Copy a database.
 *   database  file name; may be in use by a writer
 *   path      an empty file, or none; beside it nothing is left
 *   Returns   ERR_IO no room, or the disk fails (what is at `path` then is of no use);
 *             ERR_FORMAT, ERR_UNSUPPORTED, ERR_NOT_FOUND: there is nothing to copy */
enum err backup_write(const char *database, const char *path, struct error *e);

/* Read a whole copy: is it a database of thidua that this version understands, and sound?
 *   path      nothing else may have it open
 *   Returns   ERR_NOT_FOUND, ERR_FORMAT, ERR_UNSUPPORTED; ERR_IO it is damaged */
enum err backup_check(const char *path, struct backup_facts *ret_facts, struct error *e);

#endif
