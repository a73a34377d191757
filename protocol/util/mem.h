/* Memory: the one allocator that thidua's own code calls, so that a test can make call N fail.
 * Every function aborts nothing: a caller sees NULL and answers ERR_NOMEM. */
#ifndef PROTOCOL_UTIL_MEM_H
#define PROTOCOL_UTIL_MEM_H

#include <stddef.h>

/* Allocate zeroed memory.
 *   size_bytes  1 or more
 *   Returns     NULL when there is none; free with mem_free() */
void *mem_alloc(size_t size_bytes);

/* Resize a block; the old block stays valid on failure.
 *   block    from mem_alloc() or NULL
 *   Returns  NULL when there is no memory; new bytes are not zeroed */
void *mem_resize(void *block, size_t size_bytes);

/* Copy a string onto the heap; NULL when there is no memory or `text` is NULL. */
char *mem_text(const char *text);

/* Free a block; NULL is allowed. */
void mem_free(void *block);

/* For tests only: let the call after `calls_count` more calls fail, once; -1 switches it off.
 *   Returns  how many calls were made since the last mem_fail_after() */
long mem_fail_after(long calls_count);

#endif
