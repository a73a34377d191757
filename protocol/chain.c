/* Logs, hash chains and runs. A verified run owns one block of items and one arena for the headers. */
#include "config.h"

#include "protocol/chain.h"

#include <string.h>

#include "protocol/util/mem.h"

enum {
    GENESIS_VERSION = 1,
    RUN_MESSAGE_BYTES = SPACE_BYTES + DEVICE_BYTES + 8 + 8 + HASH_BYTES,
    /* headers of one run decoded: seen lists are about three times their bytes in memory */
    RUN_ARENA_BYTES_MAX = 4 * RUN_BYTES_MAX,
};

struct verified_run {
    struct log_id id;
    uint8_t *items;                 /* owned */
    struct verified_entry *entries; /* owned; views into items and arena */
    size_t entries_count;
    size_t entries_capacity;
    struct arena arena;
    uint8_t signature[SIGNATURE_BYTES];
};

/* --- spaces and chains ----------------------------------------------------------------------- */

void
genesis_encode(const struct genesis *g, uint8_t ret_bytes[GENESIS_BYTES])
{
    uint8_t *p = ret_bytes;

    *p++ = GENESIS_VERSION;
    *p++ = (uint8_t) g->kind;
    memcpy(p, g->founder, DEVICE_BYTES);
    memcpy(p + DEVICE_BYTES, g->unit, UNIT_ROOT_BYTES);
    memcpy(p + DEVICE_BYTES + UNIT_ROOT_BYTES, g->nonce, UNIT_ROOT_BYTES);
}

enum err
genesis_decode(const uint8_t *bytes, size_t size, struct genesis *ret_genesis, struct error *e)
{
    struct genesis g;

    if (size != GENESIS_BYTES || bytes[0] != GENESIS_VERSION || bytes[1] < SPACE_INNER ||
        bytes[1] > SPACE_EVENT)
        return err_set(e, ERR_FORMAT, "genesis: wrong size, version or kind");
    g.kind = (enum space_kind) bytes[1];
    memcpy(g.founder, bytes + 2, DEVICE_BYTES);
    memcpy(g.unit, bytes + 2 + DEVICE_BYTES, UNIT_ROOT_BYTES);
    memcpy(g.nonce, bytes + 2 + DEVICE_BYTES + UNIT_ROOT_BYTES, UNIT_ROOT_BYTES);
    *ret_genesis = g;
    return OK;
}

void
genesis_space(const uint8_t bytes[GENESIS_BYTES], uint8_t ret_space[SPACE_BYTES])
{
    struct hash hash;

    hash_once(DOMAIN_SPACE, bytes, GENESIS_BYTES, &hash);
    memcpy(ret_space, hash.bytes, SPACE_BYTES);
}

void
chain_start(const struct log_id *id, struct hash *ret_hash)
{
    struct hasher h;

    hash_begin(&h, DOMAIN_LOG);
    hash_add(&h, id->space, SPACE_BYTES);
    hash_add(&h, id->device, DEVICE_BYTES);
    hash_add_uint(&h, id->epoch);
    hash_end(&h, ret_hash);
}

void
chain_next(const struct hash *previous, const uint8_t *header, size_t header_size,
           const struct hash *body_hash, struct hash *ret_hash)
{
    struct hasher h;

    hash_begin(&h, DOMAIN_ENTRY);
    hash_add_hash(&h, previous);
    hash_add(&h, header, header_size);
    hash_add_hash(&h, body_hash);
    hash_end(&h, ret_hash);
}

static void
run_message(const struct log_id *id, uint64_t seq, const struct hash *head,
            uint8_t ret_message[RUN_MESSAGE_BYTES])
{
    uint8_t *p = ret_message;

    memcpy(p, id->space, SPACE_BYTES);
    p += SPACE_BYTES;
    memcpy(p, id->device, DEVICE_BYTES);
    p += DEVICE_BYTES;
    for (int i = 0; i < 8; i++)
        *p++ = (uint8_t) (id->epoch >> (8 * i));
    for (int i = 0; i < 8; i++)
        *p++ = (uint8_t) (seq >> (8 * i));
    memcpy(p, head->bytes, HASH_BYTES);
}

enum err
chain_sign(const struct sign_key *key, const struct log_id *id, uint64_t seq, const struct hash *head,
           uint8_t ret_signature[SIGNATURE_BYTES])
{
    uint8_t message[RUN_MESSAGE_BYTES];

    run_message(id, seq, head, message);
    return sign_make(key, DOMAIN_RUN, message, sizeof message, ret_signature);
}

enum err
chain_check(const struct log_id *id, uint64_t seq, const struct hash *head,
            const uint8_t signature[SIGNATURE_BYTES])
{
    uint8_t message[RUN_MESSAGE_BYTES];

    run_message(id, seq, head, message);
    return sign_verify(id->device, DOMAIN_RUN, message, sizeof message, signature);
}

/* --- items ----------------------------------------------------------------------------------- */

void
item_encode(struct buf *b, const uint8_t *header, size_t header_size, const uint8_t *body,
            size_t body_size, const struct hash *body_hash)
{
    buf_append(b, header, header_size);
    wire_put_uint(b, (uint64_t) body_size << 1 | (body == NULL));
    if (body != NULL)
        buf_append(b, body, body_size);
    else
        buf_append(b, body_hash->bytes, HASH_BYTES);
}

/* Read one item; an erased one gives the body's hash, another has it computed. */
static enum err
read_item(struct wire *w, struct arena *a, struct verified_entry *entry, struct hash *ret_body_hash,
          struct error *e)
{
    struct verified_entry read = {.item = w->at};
    uint64_t tag;
    enum err err = change_decode_header(w, a, &read.header, e);

    if (err != OK)
        return err;
    read.header_size = (size_t) (w->at - read.item);
    tag = wire_uint(w);
    read.body_size = (size_t) (tag >> 1);
    if (w->err != OK || tag >> 1 > CHANGESET_BYTES_MAX - read.header_size || read.body_size == 0)
        return err_set(e, ERR_FORMAT, "entry: body of a wrong size");
    if (tag & 1) {
        wire_copy(w, ret_body_hash->bytes, HASH_BYTES);
    } else {
        read.body = wire_bytes(w, read.body_size);
        if (read.body != NULL)
            hash_once(DOMAIN_BODY, read.body, read.body_size, ret_body_hash);
    }
    if (w->err != OK)
        return err_set(e, ERR_FORMAT, "entry: cut short");
    read.item_size = (size_t) (w->at - read.item);
    *entry = read;
    return OK;
}

enum err
item_split(const uint8_t *items, size_t size, struct arena *a, struct verified_entry *ret_entry,
           struct error *e)
{
    struct wire w;
    struct hash body_hash;

    wire_init(&w, items, size);
    return read_item(&w, a, ret_entry, &body_hash, e);
}

enum err
item_decode(const uint8_t *item, size_t size, struct arena *a, struct verified_entry *ret_entry,
            struct error *e)
{
    struct wire w;
    struct hash body_hash;
    struct verified_entry entry;
    enum err err;

    wire_init(&w, item, size);
    err = read_item(&w, a, &entry, &body_hash, e);
    if (err == OK && wire_finish(&w) != OK)
        err = err_set(e, ERR_FORMAT, "entry: bytes behind it");
    if (err == OK)
        *ret_entry = entry;
    return err;
}

/* --- runs ------------------------------------------------------------------------------------ */

static enum err
add_entry(struct verified_run *run, const struct verified_entry *entry, struct error *e)
{
    if (run->entries_count == run->entries_capacity) {
        size_t capacity = run->entries_capacity == 0 ? 8 : run->entries_capacity * 2;
        struct verified_entry *entries = mem_resize(run->entries, capacity * sizeof *entries);

        if (entries == NULL)
            return err_set(e, ERR_NOMEM, "run: no memory");
        run->entries = entries;
        run->entries_capacity = capacity;
    }
    run->entries[run->entries_count++] = *entry;
    return OK;
}

/* Copy the items, split them and chain them: what a received and an own run have in common. */
static enum err
chain_items(const struct log_id *id, uint64_t first_seq, const struct hash *previous,
            const uint8_t *items, size_t items_size, struct verified_run **ret_run, struct error *e)
{
    struct verified_run *run = mem_alloc(sizeof *run);
    struct hash hash = *previous;
    struct wire w;
    enum err err = OK;

    if (run == NULL)
        return err_set(e, ERR_NOMEM, "run: no memory");
    run->id = *id;
    arena_init(&run->arena, RUN_ARENA_BYTES_MAX);
    run->items = mem_alloc(items_size == 0 ? 1 : items_size);
    if (run->items == NULL) {
        err = err_set(e, ERR_NOMEM, "run: no memory");
        goto out;
    }
    memcpy(run->items, items, items_size);
    wire_init(&w, run->items, items_size);
    while (err == OK && wire_left(&w) > 0) {
        struct verified_entry entry;
        struct hash body_hash;

        err = read_item(&w, &run->arena, &entry, &body_hash, e);
        if (err != OK)
            break;
        entry.seq = first_seq + run->entries_count;
        if (entry.seq > ENTRY_SEQ_MAX) {
            err = err_set(e, ERR_LIMIT, "run: the log is full");
            break;
        }
        chain_next(&hash, entry.item, entry.header_size, &body_hash, &entry.hash);
        hash = entry.hash;
        err = add_entry(run, &entry, e);
    }
    if (err == OK && run->entries_count == 0)
        err = err_set(e, ERR_FORMAT, "run: empty");
out:
    if (err != OK) {
        verified_run_free(run);
        return err;
    }
    *ret_run = run;
    return OK;
}

enum err
run_verify(const struct run *run, const struct hash *previous, struct verified_run **ret_run,
           struct error *e)
{
    struct verified_run *verified = NULL;
    enum err err;

    if (run->first_seq == 0 || run->first_seq > run->last_seq || run->last_seq > ENTRY_SEQ_MAX)
        return err_set(e, ERR_FORMAT, "run: wrong sequence numbers");
    if (run->items_size > RUN_BYTES_MAX)
        return err_set(e, ERR_LIMIT, "run: longer than %d bytes", RUN_BYTES_MAX);
    err = chain_items(&run->id, run->first_seq, previous, run->items, run->items_size, &verified, e);
    if (err != OK)
        return err;
    if (verified->entries_count != run->last_seq - run->first_seq + 1) {
        err = err_set(e, ERR_FORMAT, "run: has %zu entries, not the %llu that it says",
                      verified->entries_count,
                      (unsigned long long) (run->last_seq - run->first_seq + 1));
    } else {
        err = chain_check(&run->id, run->last_seq,
                          &verified->entries[verified->entries_count - 1].hash, run->signature);
        if (err != OK)
            err_set(e, err, "run up to %llu: bad signature", (unsigned long long) run->last_seq);
    }
    if (err != OK) {
        verified_run_free(verified);
        return err;
    }
    memcpy(verified->signature, run->signature, SIGNATURE_BYTES);
    *ret_run = verified;
    return OK;
}

enum err
run_of_own(const struct sign_key *key, const struct log_id *id, uint64_t first_seq,
           const struct hash *previous, const uint8_t *items, size_t items_size,
           struct verified_run **ret_run, struct error *e)
{
    struct verified_run *run = NULL;
    enum err err = chain_items(id, first_seq, previous, items, items_size, &run, e);

    if (err != OK)
        return err;
    if (key != NULL)
        err = chain_sign(key, id, first_seq + run->entries_count - 1,
                         &run->entries[run->entries_count - 1].hash, run->signature);
    if (err != OK) {
        verified_run_free(run);
        return err_set(e, err, "run: cannot sign");
    }
    *ret_run = run;
    return OK;
}

const struct log_id *
verified_run_id(const struct verified_run *run)
{
    return &run->id;
}

size_t
verified_run_count(const struct verified_run *run)
{
    return run->entries_count;
}

const struct verified_entry *
verified_run_entry(const struct verified_run *run, size_t index)
{
    return &run->entries[index];
}

const uint8_t *
verified_run_signature(const struct verified_run *run)
{
    return run->signature;
}

void
verified_run_free(struct verified_run *run)
{
    if (run == NULL)
        return;
    arena_release(&run->arena);
    mem_free(run->entries);
    mem_free(run->items);
    mem_free(run);
}
