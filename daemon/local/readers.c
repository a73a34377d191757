/* Readers. Each slot is a connection and a piece of pool work: idle, or with a reading under way.
 *
 *     readers_run -> waiting -> (slot free) -> work in the pool -> done on the loop -> next that
 * waits
 */
#include "config.h"

#include "daemon/local/readers.h"

#include <assert.h>

#include "protocol/util/mem.h"

struct slot {
    uv_work_t work;
    struct readers *readers; /* borrowed */
    struct store *store;     /* owned; opened in the pool at the first use */
    struct reading *reading; /* borrowed; NULL = idle */
    enum err err;
    struct error error;
};

struct readers {
    uv_loop_t *loop; /* borrowed */
    char *path;      /* owned */
    struct slot slots[READERS_MAX];
    struct reading *first; /* those that wait */
    struct reading *last;
};

struct readers *
readers_new(uv_loop_t *loop, const char *path)
{
    struct readers *readers = mem_alloc(sizeof *readers);

    if (readers == NULL)
        return NULL;
    readers->loop = loop;
    readers->path = mem_text(path);
    if (readers->path == NULL) {
        mem_free(readers);
        return NULL;
    }
    for (size_t i = 0; i < READERS_MAX; i++)
        readers->slots[i].readers = readers;
    return readers;
}

void
readers_free(struct readers *readers)
{
    if (readers == NULL)
        return;
    for (size_t i = 0; i < READERS_MAX; i++) {
        assert(readers->slots[i].reading == NULL);
        store_close(readers->slots[i].store);
    }
    mem_free(readers->path);
    mem_free(readers);
}

static void
on_work(uv_work_t *work)
{
    struct slot *slot = work->data;

    slot->err = OK;
    if (slot->store == NULL)
        slot->err = store_open(slot->readers->path, STORE_READ, &slot->store, &slot->error);
    if (slot->err == OK)
        slot->reading->run(slot->reading, slot->store);
}

static void begin_next(struct readers *readers);

static void
on_work_done(uv_work_t *work, int status)
{
    struct slot *slot = work->data;
    struct reading *reading = slot->reading;
    struct readers *readers = slot->readers;
    struct error error = slot->error;
    enum err err = slot->err;

    (void) status; /* nothing is ever cancelled */
    slot->reading = NULL;
    begin_next(readers);
    reading->done(reading, err, &error); /* may free the readers when it was the last */
}

static void
begin_next(struct readers *readers)
{
    for (size_t i = 0; i < READERS_MAX && readers->first != NULL; i++) {
        struct slot *slot = &readers->slots[i];

        if (slot->reading != NULL)
            continue;
        slot->reading = readers->first;
        readers->first = slot->reading->next;
        slot->work.data = slot;
        uv_queue_work(readers->loop, &slot->work, on_work, on_work_done);
    }
}

void
readers_run(struct readers *readers, struct reading *reading)
{
    reading->next = NULL;
    if (readers->first == NULL)
        readers->first = reading;
    else
        readers->last->next = reading;
    readers->last = reading;
    begin_next(readers);
}
