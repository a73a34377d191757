/* A byte buffer that grows up to a limit, with a sticky error: encoders append without checking each
 * step and look at the error once. */
#ifndef PROTOCOL_UTIL_BUF_H
#define PROTOCOL_UTIL_BUF_H

#include <stddef.h>
#include <stdint.h>

#include "protocol/util/err.h"

struct buf {
    uint8_t *bytes; /* owned */
    size_t size;
    size_t capacity;
    size_t size_max;
    enum err err; /* OK, ERR_LIMIT or ERR_NOMEM; once set, appends do nothing */
};

/* Prepare an empty buffer of at most size_max bytes; nothing is allocated yet. */
void buf_init(struct buf *b, size_t size_max);

/* Free the bytes; the buffer may be initialised again. A zeroed buffer is allowed. */
void buf_release(struct buf *b);

/* Forget the content and the error, keep the memory. */
void buf_reset(struct buf *b);

/* Append bytes.
 *   Returns  OK; ERR_LIMIT past size_max; ERR_NOMEM. The content is untouched on failure. */
enum err buf_append(struct buf *b, const void *bytes, size_t size);

/* Append room for `size` bytes and give a pointer to it, valid until the next call; NULL on failure. */
uint8_t *buf_extend(struct buf *b, size_t size);

/* Remove `size` bytes (at most b->size) from the front. */
void buf_consume(struct buf *b, size_t size);

#endif
