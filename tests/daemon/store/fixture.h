/* A database in a directory of its own, for the tests of the store. */
#ifndef TESTS_DAEMON_STORE_FIXTURE_H
#define TESTS_DAEMON_STORE_FIXTURE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon/store/log.h"
#include "daemon/store/store.h"
#include "tests/util/tap.h"

struct fixture {
    char directory[64];
    char path[96];
    struct store *store;
    struct arena arena;
    struct error error;
};

/* Fail with the error's own words. */
#define assert_ok(f, call)                                                                         \
    do {                                                                                           \
        (f)->error.text[0] = '\0';                                                                 \
        if ((call) != OK)                                                                          \
            fail_msg("%s: %s", #call, (f)->error.text);                                            \
    } while (0)

static inline void
fixture_file_remove(const struct fixture *f, const char *suffix)
{
    char path[128];

    snprintf(path, sizeof path, "%s%s", f->path, suffix);
    unlink(path);
}

static inline int
fixture_setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);

    if (f == NULL)
        return -1;
    strcpy(f->directory, "/tmp/store-t.XXXXXX");
    if (mkdtemp(f->directory) == NULL)
        return -1;
    snprintf(f->path, sizeof f->path, "%s/data.db", f->directory);
    arena_init(&f->arena, 16 << 20);
    *state = f;
    return store_open(f->path, STORE_CREATE, &f->store, &f->error) == OK ? 0 : -1;
}

static inline int
fixture_teardown(void **state)
{
    struct fixture *f = *state;

    store_close(f->store);
    arena_release(&f->arena);
    fixture_file_remove(f, "");
    fixture_file_remove(f, "-wal");
    fixture_file_remove(f, "-shm");
    fixture_file_remove(f, "-journal");
    rmdir(f->directory);
    free(f);
    return 0;
}

static inline void
fixture_reopen(struct fixture *f)
{
    store_close(f->store);
    f->store = NULL;
    assert_ok(f, store_open(f->path, STORE_WRITE, &f->store, &f->error));
}

/* A space, told apart by one byte. */
static inline void
fixture_genesis(uint8_t mark, enum space_kind kind, uint8_t ret_genesis[GENESIS_BYTES])
{
    struct genesis g = {.kind = kind};

    memset(g.founder, mark, sizeof g.founder);
    memset(g.unit, mark, sizeof g.unit);
    memset(g.nonce, mark ^ (uint8_t) kind, sizeof g.nonce);
    genesis_encode(&g, ret_genesis);
}

static inline struct space_row
fixture_space(struct fixture *f, uint8_t mark, enum space_kind kind, enum space_origin origin)
{
    uint8_t genesis[GENESIS_BYTES];
    struct space_row row;

    fixture_genesis(mark, kind, genesis);
    assert_ok(f, space_add(f->store, genesis, origin, &row, &f->error));
    return row;
}

static inline struct log_row
fixture_log(struct fixture *f, const struct space_row *space, uint8_t device, uint64_t epoch,
            bool own)
{
    struct log_id name = {.epoch = epoch};
    struct log_row row;

    memcpy(name.space, space->space, SPACE_BYTES);
    memset(name.device, device, DEVICE_BYTES);
    assert_ok(f, log_add(f->store, &name, own, &row, &f->error));
    return row;
}

/* Append an entry whose item is `size` bytes of `fill`, and keep the log's row. */
static inline void
fixture_append(struct fixture *f, struct log_row *log, uint8_t fill, size_t size)
{
    uint8_t item[2048];
    struct verified_entry entry = {.seq = log->received_seq + 1, .item = item, .item_size = size};

    memset(item, fill, sizeof item);
    memset(entry.hash.bytes, fill, HASH_BYTES);
    assert_ok(f, log_append(f->store, log->id, &entry, &f->error));
    log->received_seq = entry.seq;
    log->received_hash = entry.hash;
    assert_ok(f, log_update(f->store, log, &f->error));
}

#endif
