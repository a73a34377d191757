/* Files that a command writes where a person says. */
#ifndef CLIENT_OUTFILE_H
#define CLIENT_OUTFILE_H

#include <stddef.h>

#include "protocol/util/err.h"

/* See that a file can be written there, before the daemon is asked for what goes into it.
 *   Returns  ERR_CONFLICT something of that name is there; said to the person */
enum err outfile_check(const char *path, struct error *e);

/* Write a file that only its owner may read: under another name first, brought to the disk, then renamed; what
 * fails leaves nothing behind.
 *   Returns  ERR_IO, ERR_CONFLICT, ERR_USAGE, said to the person */
enum err outfile_write(const char *path, const void *bytes, size_t size, struct error *e);

#endif
