/* An arena: a chain of blocks, each twice the last, up to a limit on what was handed out. */
#include "config.h"

#include "protocol/util/arena.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "protocol/util/mem.h"

enum { BLOCK_BYTES_MIN = 1024, BLOCK_BYTES_STEP_MAX = 65536, ALIGN_BYTES = 16 };

struct arena_block {
    struct arena_block *next; /* owned */
    size_t capacity;
    size_t used;
    _Alignas(16) uint8_t bytes[];
};

void
arena_init(struct arena *a, size_t max_bytes)
{
    *a = (struct arena){.max_bytes = max_bytes};
}

void
arena_release(struct arena *a)
{
    struct arena_block *block = a->blocks;

    while (block != NULL) {
        struct arena_block *next = block->next;

        mem_free(block);
        block = next;
    }
    *a = (struct arena){.max_bytes = a->max_bytes};
}

void *
arena_alloc(struct arena *a, size_t size_bytes)
{
    struct arena_block *block = a->blocks;
    size_t size = (size_bytes + ALIGN_BYTES - 1) & ~(size_t) (ALIGN_BYTES - 1);
    void *place;

    if (size < size_bytes || size > a->max_bytes - a->used_bytes)
        return NULL;
    if (block == NULL || block->capacity - block->used < size) {
        size_t capacity = block == NULL ? BLOCK_BYTES_MIN : block->capacity * 2;

        if (capacity > BLOCK_BYTES_STEP_MAX)
            capacity = BLOCK_BYTES_STEP_MAX;
        if (capacity < size)
            capacity = size;
        block = mem_alloc(sizeof *block + capacity);
        if (block == NULL)
            return NULL;
        block->capacity = capacity;
        block->next = a->blocks;
        a->blocks = block;
    }
    place = block->bytes + block->used;
    block->used += size;
    a->used_bytes += size;
    return place;
}

void *
arena_array(struct arena *a, size_t count, size_t item_bytes)
{
    if (item_bytes != 0 && count > SIZE_MAX / item_bytes)
        return NULL;
    return arena_alloc(a, count * item_bytes);
}

char *
arena_text(struct arena *a, const void *bytes, size_t size)
{
    char *text = size == SIZE_MAX ? NULL : arena_alloc(a, size + 1);

    if (text != NULL && size > 0)
        memcpy(text, bytes, size);
    return text;
}

char *
arena_printf(struct arena *a, const char *format, ...)
{
    va_list args;
    int length;
    char *text;

    va_start(args, format);
    length = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (length < 0)
        return NULL;
    text = arena_alloc(a, (size_t) length + 1);
    if (text == NULL)
        return NULL;
    va_start(args, format);
    vsnprintf(text, (size_t) length + 1, format, args);
    va_end(args);
    return text;
}
