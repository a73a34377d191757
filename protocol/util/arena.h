/* An arena: memory for one message or one request, freed together, never more than its limit. */
#ifndef PROTOCOL_UTIL_ARENA_H
#define PROTOCOL_UTIL_ARENA_H

#include <stddef.h>
#include <stdint.h>

struct arena_block;

struct arena {
    struct arena_block *blocks; /* owned */
    size_t used_bytes;
    size_t max_bytes;
};

/* Prepare an empty arena of at most max_bytes. */
void arena_init(struct arena *a, size_t max_bytes);

/* Free everything that came from the arena. A zeroed arena is allowed. */
void arena_release(struct arena *a);

/* Zeroed memory, aligned for any object.
 *   Returns  NULL when the limit or the machine's memory is reached */
void *arena_alloc(struct arena *a, size_t size_bytes);

/* A zeroed array; NULL also when the product overflows. */
void *arena_array(struct arena *a, size_t count, size_t item_bytes);

/* A copy of `size` bytes with a NUL behind them. */
char *arena_text(struct arena *a, const void *bytes, size_t size);

/* printf into the arena; NULL at the limit. */
char *arena_printf(struct arena *a, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
