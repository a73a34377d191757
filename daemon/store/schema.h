/* The database's tables: the fixed ones, and one for each record type of the registry. Private to
 * daemon/store/. Source: doc/storage.md, "Tables". */
#ifndef DAEMON_STORE_SCHEMA_H
#define DAEMON_STORE_SCHEMA_H

#include "daemon/store/sql.h"

enum {
    SCHEMA_APPLICATION_ID = 0x74686475, /* "thdu" */
    SCHEMA_VERSION = 2,                 /* of the fixed tables and all encodings */
};

/* Make every table, inside the caller's transaction, in an empty database. */
enum err schema_create(struct store *s, struct error *e);

/* Look whether the database is one that this version understands.
 *   Returns  ERR_NOT_FOUND empty; ERR_FORMAT another program's; ERR_UNSUPPORTED another version's
 *   */
enum err schema_check(struct store *s, const char *path, struct error *e);

/* Add the tables, columns and indexes that the registry has and the file lacks; sets
 * s->registry_version. A reader only looks.
 *   Returns  ERR_UNSUPPORTED the file knows a newer registry, or a reader came before the writer */
enum err schema_follow_registry(struct store *s, struct error *e);

/* Column type of a kind of value in a state table. */
const char *schema_column_type(enum value_kind kind);

/* Empty every table that is derived from the log. */
enum err schema_clear_derived(struct store *s, struct error *e);

#endif
