/* What the daemon needs of the operating system and libuv does not give in a form that the engine may
 * use: durable small files and the lock of a data directory. The one file to port. */
#ifndef DAEMON_PLATFORM_H
#define DAEMON_PLATFORM_H

#include <stdbool.h>
#include <stddef.h>

#include "protocol/util/buf.h"

/* Write a file so that a crash leaves either the old or the new one: temporary name in the same folder,
 * mode 0600, synced, renamed, folder synced. ERR_IO. */
enum err platform_write_file(const char *path, const void *bytes, size_t size, struct error *e);

/* Read a whole file into `b` (which has its own limit).
 *   is_secret  refuse a file that others may read (ERR_AUTH)
 *   Returns    ERR_NOT_FOUND, ERR_LIMIT, ERR_IO */
enum err platform_read_file(const char *path, bool is_secret, struct buf *b, struct error *e);

/* What stands at a path; a link counts as what it leads to. */
enum platform_kind { PLATFORM_NOTHING, PLATFORM_FILE, PLATFORM_OTHER };
enum platform_kind platform_kind(const char *path);

/* A text that stays as long as the file lies where it was made, on this machine: of its place in the file system, the
 * system's own id, and what built-in parts the machine has. A copy of the file has another one, and so has an image of the
 * whole disk on another machine; an image that is put back on the same one has the same.
 *   system    where Linux tells of itself: "/sys", or a test's tree
 *   ret_text  "" where nothing is told */
enum { PLATFORM_MARK_BYTES = 96 };
void platform_mark(const char *path, const char *system, char ret_text[PLATFORM_MARK_BYTES]);

/* True when both files lie, or would lie, in the same folder, whatever the folder is called in each. */
bool platform_same_folder(const char *one, const char *other);

/* True when both paths lead to one file. */
bool platform_same_file(const char *one, const char *other);

/* Make an empty file of mode 0600 where there is none; ERR_IO. */
enum err platform_create_file(const char *path, struct error *e);

/* Bring a written file to the disk, then give it its name; a file of that name goes. ERR_IO. */
enum err platform_publish_file(const char *temporary, const char *path, struct error *e);

/* Remove a file that may not be there. */
void platform_remove_file(const char *path);

/* Make a folder of mode 0700 when it is missing; ERR_IO, ERR_USAGE when it is something else. */
enum err platform_make_folder(const char *path, struct error *e);

/* Take the lock file of a data directory for as long as the process lives.
 *   Returns  ERR_CONFLICT another process has it */
enum err platform_lock(const char *path, struct error *e);

/* How many descriptors the process may have open, after asking for as many as it gets. */
unsigned platform_descriptors(void);

/* Have the allocator give memory back when a burst of work (an import, a first exchange) is over; called
 * first of all. Does nothing where there is no way. */
void platform_modest_memory(void);

#endif
