/* A byte buffer that grows up to a limit, with a sticky error. */
#include "config.h"

#include "protocol/util/buf.h"

#include <assert.h>
#include <string.h>

#include "protocol/util/mem.h"

void
buf_init(struct buf *b, size_t size_max)
{
    *b = (struct buf){.size_max = size_max};
}

void
buf_release(struct buf *b)
{
    mem_free(b->bytes);
    *b = (struct buf){.size_max = b->size_max};
}

void
buf_reset(struct buf *b)
{
    b->size = 0;
    b->err = OK;
}

uint8_t *
buf_extend(struct buf *b, size_t size)
{
    uint8_t *place;

    if (b->err != OK)
        return NULL;
    if (size > b->size_max - b->size) {
        b->err = ERR_LIMIT;
        return NULL;
    }
    if (size > b->capacity - b->size) {
        size_t capacity = b->capacity < 64 ? 64 : b->capacity;
        uint8_t *bytes;

        while (capacity - b->size < size)
            capacity += capacity / 2;
        if (capacity > b->size_max)
            capacity = b->size_max;
        bytes = mem_resize(b->bytes, capacity);
        if (bytes == NULL) {
            b->err = ERR_NOMEM;
            return NULL;
        }
        b->bytes = bytes;
        b->capacity = capacity;
    }
    place = b->bytes + b->size;
    b->size += size;
    return place;
}

enum err
buf_append(struct buf *b, const void *bytes, size_t size)
{
    uint8_t *place;

    if (size == 0)
        return b->err;
    place = buf_extend(b, size);
    if (place == NULL)
        return b->err;
    memcpy(place, bytes, size);
    return OK;
}

void
buf_consume(struct buf *b, size_t size)
{
    assert(size <= b->size);
    b->size -= size;
    if (b->size > 0)
        memmove(b->bytes, b->bytes + size, b->size);
}
