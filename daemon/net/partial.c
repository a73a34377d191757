/* Parts of runs, in memory. */
#include "config.h"

#include "daemon/net/partial.h"

#include <string.h>

#include "protocol/util/mem.h"

struct partial {
    int64_t peer;    /* 0 = free */
    uint64_t turn;   /* when it was kept; the smallest goes first */
    struct log_id id;
    uint64_t first;
    uint64_t last;
    struct buf bytes;
};

struct partials {
    uint64_t turn;
    struct partial all[PARTIALS_MAX];
};

struct partials *
partials_new(void)
{
    struct partials *p = mem_alloc(sizeof *p);

    for (size_t i = 0; p != NULL && i < PARTIALS_MAX; i++)
        buf_init(&p->all[i].bytes, RUN_BYTES_MAX);
    return p;
}

void
partials_free(struct partials *p)
{
    for (size_t i = 0; p != NULL && i < PARTIALS_MAX; i++)
        buf_release(&p->all[i].bytes);
    mem_free(p);
}

static struct partial *
find(struct partials *p, int64_t peer)
{
    for (size_t i = 0; i < PARTIALS_MAX; i++)
        if (p->all[i].peer == peer)
            return &p->all[i];
    return NULL;
}

static struct partial *
oldest(struct partials *p)
{
    struct partial *chosen = &p->all[0];

    for (size_t i = 1; i < PARTIALS_MAX; i++)
        if (p->all[i].turn < chosen->turn)
            chosen = &p->all[i];
    return chosen;
}

void
partials_keep(struct partials *p, int64_t peer, const struct log_id *id, uint64_t first, uint64_t last,
              const uint8_t *bytes, size_t size)
{
    struct partial *part;

    if (p == NULL || peer == 0)
        return;
    part = find(p, peer);
    if (part == NULL && size > 0)
        part = oldest(p);
    if (part == NULL)
        return;
    buf_release(&part->bytes);
    part->peer = 0;
    part->turn = 0;
    if (size == 0 || buf_append(&part->bytes, bytes, size) != OK)
        return;
    part->peer = peer;
    part->turn = ++p->turn;
    part->id = *id;
    part->first = first;
    part->last = last;
}

enum err
partials_find(struct partials *p, int64_t peer, struct log_id *ret_id, uint64_t *ret_first,
              uint64_t *ret_last, struct buf *ret_bytes)
{
    const struct partial *part = p != NULL && peer != 0 ? find(p, peer) : NULL;

    if (part == NULL)
        return ERR_NOT_FOUND;
    *ret_id = part->id;
    *ret_first = part->first;
    *ret_last = part->last;
    return buf_append(ret_bytes, part->bytes.bytes, part->bytes.size);
}
