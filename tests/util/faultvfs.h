/* A file layer for SQLite that fails: operation number N answers with an error, or the power goes
 * at it. Counted operations are those that change a file: write, truncate, sync, delete. */
#ifndef TESTS_UTIL_FAULTVFS_H
#define TESTS_UTIL_FAULTVFS_H

#include <stdbool.h>

enum fault_kind {
    FAULT_NONE = 0,
    FAULT_IO,    /* the operation fails, once */
    FAULT_FULL,  /* a write finds no space, once; another operation fails */
    FAULT_SHORT, /* half of a write is done, then it fails, once */
    FAULT_POWER, /* from there on all fails, and what was not synced is lost */
};

/* Put the layer in front of the system's, for every database opened from now on. */
void fault_vfs_register(void);

/* Let the operation after `after` more ones fail. */
void fault_vfs_arm(enum fault_kind kind, long after);

/* Operations since fault_vfs_arm(). */
long fault_vfs_operations(void);

/* End it. After FAULT_POWER, call it when every database is closed: it takes back what was not
 * synced.
 *   Returns  whether the operation came and failed */
bool fault_vfs_disarm(void);

#endif
