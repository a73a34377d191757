/* Memory: malloc with a fault that tests can set. The counter is atomic since pool threads allocate. */
#include "config.h"

#include "protocol/util/mem.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

static atomic_long calls_made;
static atomic_long fail_at = -1;

static int
must_fail(void)
{
    long call = atomic_fetch_add(&calls_made, 1);

    return call == atomic_load(&fail_at);
}

void *
mem_alloc(size_t size_bytes)
{
    return must_fail() ? NULL : calloc(1, size_bytes);
}

void *
mem_resize(void *block, size_t size_bytes)
{
    return must_fail() ? NULL : realloc(block, size_bytes);
}

char *
mem_text(const char *text)
{
    size_t size_bytes;
    char *copy;

    if (text == NULL)
        return NULL;
    size_bytes = strlen(text) + 1;
    copy = mem_alloc(size_bytes);
    if (copy != NULL)
        memcpy(copy, text, size_bytes);
    return copy;
}

void
mem_free(void *block)
{
    free(block);
}

long
mem_fail_after(long calls_count)
{
    atomic_store(&fail_at, calls_count);
    return atomic_exchange(&calls_made, 0);
}
