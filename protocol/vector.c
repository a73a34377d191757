/* Version vectors and bases.
 *
 * A stored base:
 *     u8 version = 1 | own party | peer's party | varint count of spaces
 *     space:  32 bytes | varint count of logs, 1..
 *     log:    device 32 | epoch 8, little-endian | varint seq | hash 32 | varint beyond
 *     party:  store 16 | dictionary 8 | varint history in KiB */
#include "config.h"

#include "protocol/vector.h"

#include <stdlib.h>
#include <string.h>

#include "protocol/util/mem.h"

enum { BASE_VERSION = 1, KIB = 1024 };

/* --- vectors --------------------------------------------------------------------------------- */

void
vector_init(struct vector *v)
{
    memset(v, 0, sizeof *v);
}

void
vector_release(struct vector *v)
{
    mem_free(v->entries);
    memset(v, 0, sizeof *v);
}

enum err
vector_add(struct vector *v, const struct vector_entry *entry)
{
    if (v->count == VECTOR_LOGS_MAX)
        return ERR_LIMIT;
    if (v->count == v->capacity) {
        size_t capacity = v->capacity == 0 ? 8 : v->capacity * 2;
        struct vector_entry *entries = mem_resize(v->entries, capacity * sizeof *entries);

        if (entries == NULL)
            return ERR_NOMEM;
        v->entries = entries;
        v->capacity = capacity;
    }
    v->entries[v->count++] = *entry;
    return OK;
}

int
vector_compare_log(const struct log_id *a, const struct log_id *b)
{
    int order = memcmp(a->space, b->space, SPACE_BYTES);

    if (order == 0)
        order = memcmp(a->device, b->device, DEVICE_BYTES);
    if (order == 0)
        order = a->epoch < b->epoch ? -1 : a->epoch > b->epoch;
    return order;
}

static int
compare_entries(const void *a, const void *b)
{
    const struct vector_entry *x = a;
    const struct vector_entry *y = b;

    return vector_compare_log(&x->id, &y->id);
}

enum err
vector_sort(struct vector *v)
{
    if (v->count > 1)
        qsort(v->entries, v->count, sizeof *v->entries, compare_entries);
    for (size_t i = 1; i < v->count; i++)
        if (compare_entries(&v->entries[i - 1], &v->entries[i]) == 0)
            return ERR_FORMAT;
    return OK;
}

/* --- bases ----------------------------------------------------------------------------------- */

bool
vector_party_same(const struct vector_party *a, const struct vector_party *b)
{
    return memcmp(a->store, b->store, STORE_ID_BYTES) == 0 &&
           memcmp(a->dictionary, b->dictionary, DICTIONARY_ID_BYTES) == 0 &&
           a->history_bytes == b->history_bytes;
}

static void
hash_party(struct hasher *h, const struct vector_party *party)
{
    hash_add(h, party->store, STORE_ID_BYTES);
    hash_add(h, party->dictionary, DICTIONARY_ID_BYTES);
    hash_add_uint(h, party->history_bytes);
}

void
base_digest(const struct base *base, uint8_t ret_digest[VECTOR_DIGEST_BYTES])
{
    bool own_first = memcmp(base->own.store, base->peer.store, STORE_ID_BYTES) <= 0;
    struct hasher h;
    struct hash hash;

    hash_begin(&h, DOMAIN_VECTOR);
    hash_party(&h, own_first ? &base->own : &base->peer);
    hash_party(&h, own_first ? &base->peer : &base->own);
    for (size_t i = 0; i < base->vector.count; i++) {
        const struct vector_entry *entry = &base->vector.entries[i];

        hash_add(&h, entry->id.space, SPACE_BYTES);
        hash_add(&h, entry->id.device, DEVICE_BYTES);
        hash_add_uint(&h, entry->id.epoch);
        hash_add_uint(&h, entry->seq);
        hash_add_hash(&h, &entry->hash);
    }
    hash_end(&h, &hash);
    memcpy(ret_digest, hash.bytes, VECTOR_DIGEST_BYTES);
}

static void
put_party(struct buf *out, const struct vector_party *party)
{
    buf_append(out, party->store, STORE_ID_BYTES);
    buf_append(out, party->dictionary, DICTIONARY_ID_BYTES);
    wire_put_uint(out, party->history_bytes / KIB);
}

static void
read_party(struct wire *w, struct vector_party *ret_party)
{
    wire_copy(w, ret_party->store, STORE_ID_BYTES);
    wire_copy(w, ret_party->dictionary, DICTIONARY_ID_BYTES);
    ret_party->history_bytes = (uint32_t) wire_uint_max(w, HISTORY_BYTES_MAX / KIB) * KIB;
}

static void
put_epoch(struct buf *out, uint64_t epoch)
{
    uint8_t bytes[8];

    for (unsigned i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t) (epoch >> (8 * i));
    buf_append(out, bytes, sizeof bytes);
}

static uint64_t
read_epoch(struct wire *w)
{
    uint64_t epoch = 0;

    for (unsigned i = 0; i < 8; i++)
        epoch |= (uint64_t) wire_u8(w) << (8 * i);
    return epoch;
}

/* How many entries from `first` on are of one space. */
static size_t
same_space(const struct vector *v, size_t first)
{
    size_t i = first;

    while (i < v->count &&
           memcmp(v->entries[i].id.space, v->entries[first].id.space, SPACE_BYTES) == 0)
        i++;
    return i - first;
}

enum err
base_encode(const struct base *base, struct buf *out)
{
    const struct vector *v = &base->vector;
    size_t spaces = 0;
    size_t count;

    for (size_t i = 0; i < v->count; i += same_space(v, i))
        spaces++;
    wire_put_u8(out, BASE_VERSION);
    put_party(out, &base->own);
    put_party(out, &base->peer);
    wire_put_uint(out, spaces);
    for (size_t i = 0; i < v->count; i += count) {
        count = same_space(v, i);
        buf_append(out, v->entries[i].id.space, SPACE_BYTES);
        wire_put_uint(out, count);
        for (size_t k = i; k < i + count; k++) {
            buf_append(out, v->entries[k].id.device, DEVICE_BYTES);
            put_epoch(out, v->entries[k].id.epoch);
            wire_put_uint(out, v->entries[k].seq);
            buf_append(out, v->entries[k].hash.bytes, HASH_BYTES);
            wire_put_uint(out, v->entries[k].beyond);
        }
    }
    return out->err;
}

static enum err
read_space(struct wire *w, struct vector *v)
{
    struct vector_entry entry;
    uint64_t count;
    enum err err = OK;

    memset(&entry, 0, sizeof entry);
    wire_copy(w, entry.id.space, SPACE_BYTES);
    count = wire_uint_max(w, VECTOR_LOGS_MAX);
    for (uint64_t i = 0; i < count && w->err == OK && err == OK; i++) {
        wire_copy(w, entry.id.device, DEVICE_BYTES);
        entry.id.epoch = read_epoch(w);
        entry.seq = wire_uint_max(w, ENTRY_SEQ_MAX);
        wire_copy(w, entry.hash.bytes, HASH_BYTES);
        entry.beyond = wire_uint_max(w, ENTRY_SEQ_MAX);
        if (w->err == OK)
            err = vector_add(v, &entry);
    }
    return err;
}

enum err
base_decode(const uint8_t *bytes, size_t size, struct base *ret_base, struct error *e)
{
    struct base base;
    struct wire w;
    uint64_t spaces;
    enum err err = OK;

    memset(&base, 0, sizeof base);
    wire_init(&w, bytes, size);
    if (wire_u8(&w) != BASE_VERSION)
        return err_set(e, ERR_FORMAT, "base: not of this version");
    read_party(&w, &base.own);
    read_party(&w, &base.peer);
    spaces = wire_uint_max(&w, VECTOR_LOGS_MAX);
    for (uint64_t i = 0; i < spaces && w.err == OK && err == OK; i++)
        err = read_space(&w, &base.vector);
    if (err == OK)
        err = wire_finish(&w);
    if (err == OK)
        err = vector_sort(&base.vector);
    if (err != OK) {
        vector_release(&base.vector);
        return err_set(e, err, "base: damaged");
    }
    *ret_base = base;
    return OK;
}

void
base_release(struct base *base)
{
    vector_release(&base->vector);
}
