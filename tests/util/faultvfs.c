/* A file layer for SQLite that fails. Every write remembers what stood there before, until a sync
 * of its file; a power cut puts it back. */
#include "config.h"

#include "tests/util/faultvfs.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PATH_BYTES_MAX = 256 };

struct fault_file {
    sqlite3_file base;
    sqlite3_file *real;        /* owned; behind this struct */
    char path[PATH_BYTES_MAX]; /* "" for temporary files */
};

/* What a write that is not synced has covered. */
struct undo {
    struct undo *older; /* owned */
    char path[PATH_BYTES_MAX];
    sqlite3_int64 offset;
    sqlite3_int64 file_size;
    int size;
    unsigned char bytes[];
};

static sqlite3_vfs *system_vfs;
static sqlite3_vfs fault_vfs;
static enum fault_kind armed;
static long left;
static long operations;
static bool fired;
static struct undo *undos; /* owned; newest first */

static sqlite3_file *
real_file(sqlite3_file *file)
{
    return ((struct fault_file *) file)->real;
}

/* Count an operation: true when it has to fail. */
static bool
fails(void)
{
    operations++;
    if (armed == FAULT_NONE)
        return false;
    if (left > 0) {
        left--;
        return false;
    }
    if (fired && armed != FAULT_POWER)
        return false;
    fired = true;
    return true;
}

static void
remember(struct fault_file *f, sqlite3_int64 offset, int size)
{
    struct undo *u = calloc(1, sizeof *u + (size_t) size);

    if (u == NULL)
        abort();
    memcpy(u->path, f->path, sizeof u->path);
    u->offset = offset;
    u->size = size;
    f->real->pMethods->xFileSize(f->real, &u->file_size);
    f->real->pMethods->xRead(f->real, u->bytes, size, offset); /* what lies past the end is zeroed */
    u->older = undos;
    undos = u;
}

static void
forget(const char *path)
{
    struct undo **at = &undos;

    while (*at != NULL) {
        struct undo *u = *at;

        if (path == NULL || strcmp(u->path, path) == 0) {
            *at = u->older;
            free(u);
        } else {
            at = &u->older;
        }
    }
}

static void
put_back(const struct undo *u)
{
    FILE *file = fopen(u->path, "r+b");

    if (file == NULL)
        return; /* deleted meanwhile */
    if (fseek(file, (long) u->offset, SEEK_SET) != 0 ||
        fwrite(u->bytes, 1, (size_t) u->size, file) != (size_t) u->size || fclose(file) != 0 ||
        truncate(u->path, (off_t) u->file_size) != 0)
        abort();
}

/* --- file methods ---------------------------------------------------------------------------- */

static int
on_close(sqlite3_file *file)
{
    return real_file(file)->pMethods->xClose(real_file(file));
}

static int
on_read(sqlite3_file *file, void *bytes, int size, sqlite3_int64 offset)
{
    return real_file(file)->pMethods->xRead(real_file(file), bytes, size, offset);
}

static int
on_write(sqlite3_file *file, const void *bytes, int size, sqlite3_int64 offset)
{
    struct fault_file *f = (struct fault_file *) file;

    if (fails()) {
        if (armed == FAULT_SHORT)
            f->real->pMethods->xWrite(f->real, bytes, size / 2, offset);
        return armed == FAULT_FULL ? SQLITE_FULL : SQLITE_IOERR_WRITE;
    }
    if (armed == FAULT_POWER)
        remember(f, offset, size);
    return f->real->pMethods->xWrite(f->real, bytes, size, offset);
}

static int
on_truncate(sqlite3_file *file, sqlite3_int64 size)
{
    if (fails())
        return SQLITE_IOERR_TRUNCATE;
    return real_file(file)->pMethods->xTruncate(real_file(file), size);
}

static int
on_sync(sqlite3_file *file, int flags)
{
    (void) flags;
    if (fails())
        return SQLITE_IOERR_FSYNC;
    forget(((struct fault_file *) file)->path);
    return SQLITE_OK; /* the test machine's own disk need not be waited for */
}

static int
on_file_size(sqlite3_file *file, sqlite3_int64 *ret_size)
{
    return real_file(file)->pMethods->xFileSize(real_file(file), ret_size);
}

static int
on_lock(sqlite3_file *file, int level)
{
    return real_file(file)->pMethods->xLock(real_file(file), level);
}

static int
on_unlock(sqlite3_file *file, int level)
{
    return real_file(file)->pMethods->xUnlock(real_file(file), level);
}

static int
on_check_lock(sqlite3_file *file, int *ret_locked)
{
    return real_file(file)->pMethods->xCheckReservedLock(real_file(file), ret_locked);
}

static int
on_control(sqlite3_file *file, int op, void *argument)
{
    return real_file(file)->pMethods->xFileControl(real_file(file), op, argument);
}

static int
on_sector_size(sqlite3_file *file)
{
    return real_file(file)->pMethods->xSectorSize(real_file(file));
}

/* No promises: the strictest disk. */
static int
on_characteristics(sqlite3_file *file)
{
    (void) file;
    return 0;
}

static int
on_shm_map(sqlite3_file *file, int page, int size, int extend, void volatile **ret_memory)
{
    return real_file(file)->pMethods->xShmMap(real_file(file), page, size, extend, ret_memory);
}

static int
on_shm_lock(sqlite3_file *file, int offset, int count, int flags)
{
    return real_file(file)->pMethods->xShmLock(real_file(file), offset, count, flags);
}

static void
on_shm_barrier(sqlite3_file *file)
{
    real_file(file)->pMethods->xShmBarrier(real_file(file));
}

static int
on_shm_unmap(sqlite3_file *file, int remove)
{
    return real_file(file)->pMethods->xShmUnmap(real_file(file), remove);
}

static const sqlite3_io_methods fault_methods = {
    .iVersion = 2,
    .xClose = on_close,
    .xRead = on_read,
    .xWrite = on_write,
    .xTruncate = on_truncate,
    .xSync = on_sync,
    .xFileSize = on_file_size,
    .xLock = on_lock,
    .xUnlock = on_unlock,
    .xCheckReservedLock = on_check_lock,
    .xFileControl = on_control,
    .xSectorSize = on_sector_size,
    .xDeviceCharacteristics = on_characteristics,
    .xShmMap = on_shm_map,
    .xShmLock = on_shm_lock,
    .xShmBarrier = on_shm_barrier,
    .xShmUnmap = on_shm_unmap,
};

/* --- the layer ------------------------------------------------------------------------------- */

static int
on_open(sqlite3_vfs *vfs, sqlite3_filename path, sqlite3_file *file, int flags, int *ret_flags)
{
    struct fault_file *f = (struct fault_file *) file;
    int rc;

    (void) vfs;
    f->real = (sqlite3_file *) (f + 1);
    f->path[0] = '\0';
    if (path != NULL)
        snprintf(f->path, sizeof f->path, "%s", path);
    rc = system_vfs->xOpen(system_vfs, path, f->real, flags, ret_flags);
    f->base.pMethods = f->real->pMethods != NULL ? &fault_methods : NULL;
    return rc;
}

static int
on_delete(sqlite3_vfs *vfs, const char *path, int sync_directory)
{
    (void) vfs;
    if (fails())
        return SQLITE_IOERR_DELETE;
    forget(path);
    return system_vfs->xDelete(system_vfs, path, sync_directory);
}

void
fault_vfs_register(void)
{
    system_vfs = sqlite3_vfs_find(NULL);
    fault_vfs = *system_vfs;
    fault_vfs.zName = "fault";
    fault_vfs.pNext = NULL;
    fault_vfs.szOsFile = (int) sizeof(struct fault_file) + system_vfs->szOsFile;
    fault_vfs.xOpen = on_open;
    fault_vfs.xDelete = on_delete;
    sqlite3_vfs_register(&fault_vfs, 1);
}

void
fault_vfs_arm(enum fault_kind kind, long after)
{
    forget(NULL);
    armed = kind;
    left = after;
    operations = 0;
    fired = false;
}

long
fault_vfs_operations(void)
{
    return operations;
}

bool
fault_vfs_disarm(void)
{
    if (armed == FAULT_POWER && fired)
        for (const struct undo *u = undos; u != NULL; u = u->older)
            put_back(u);
    forget(NULL);
    armed = FAULT_NONE;
    return fired;
}
