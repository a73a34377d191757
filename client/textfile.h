/* Files that a person names on the command line. */
#ifndef CLIENT_TEXTFILE_H
#define CLIENT_TEXTFILE_H

#include <stddef.h>

#include "protocol/util/err.h"

/* Read a file whole.
 *   path       "-" is standard input
 *   bytes_max  more is refused
 *   ret_text   on the heap, mem_free(); a NUL is put behind the last byte
 *   ret_bytes  its size; may be NULL
 *   Returns    OK; ERR_IO it cannot be read; ERR_LIMIT too long; ERR_NOMEM; all with a text for a person */
enum err textfile_read(const char *path, size_t bytes_max, char **ret_text, size_t *ret_bytes,
                       struct error *e);

#endif
