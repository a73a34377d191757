/* The state digest. Each record's hash speaks in names that every machine shares: a log is its hash(0), a
 * keyed record its key, another the operation that introduced it. */
#include "config.h"

#include "daemon/engine/digest.h"

#include <string.h>

#include "daemon/engine/merge.h"
#include "protocol/util/mem.h"

enum {
    PAGE_RECORDS = 256,
    PAGE_ARENA_BYTES_MAX = 256 * 1024 * 1024,
    RECORD_BYTES_MAX = 4 * CHANGESET_BYTES_MAX,
};

struct digest {
    struct store *s;
    const struct space_row *space;
    struct hash *names;     /* owned; hash(0) by local log id */
    bool *has_name;         /* owned */
    size_t names_count;
    uint8_t sum[HASH_BYTES];
    uint64_t records;
    struct buf b;           /* one record */
};

/* sum += x modulo 2^256, little-endian. */
static void
add_hash(uint8_t sum[HASH_BYTES], const uint8_t x[HASH_BYTES])
{
    unsigned carry = 0;

    for (int i = 0; i < HASH_BYTES; i++) {
        carry += (unsigned) sum[i] + x[i];
        sum[i] = (uint8_t) carry;
        carry >>= 8;
    }
}

static enum err
grow_names(struct digest *d, size_t count, struct error *e)
{
    size_t size = count + count / 2 + 16;
    struct hash *names = mem_resize(d->names, size * sizeof *names);
    bool *has_name;

    if (names != NULL)
        d->names = names;
    has_name = names != NULL ? mem_resize(d->has_name, size * sizeof *has_name) : NULL;
    if (has_name == NULL)
        return err_set(e, ERR_NOMEM, "digest: no memory");
    d->has_name = has_name;
    memset(d->has_name + d->names_count, 0, (size - d->names_count) * sizeof *has_name);
    d->names_count = size;
    return OK;
}

static enum err
put_log_name(struct digest *d, int64_t log_id, struct error *e)
{
    size_t at = (size_t) log_id;
    struct log_row log;
    enum err err = at < d->names_count ? OK : grow_names(d, at + 1, e);

    if (err == OK && !d->has_name[at]) {
        err = log_get(d->s, log_id, &log, e);
        if (err == OK) {
            chain_start(&log.name, &d->names[at]);
            d->has_name[at] = true;
        }
    }
    if (err == OK)
        buf_append(&d->b, d->names[at].bytes, HASH_BYTES);
    return err;
}

static enum err
put_operation(struct digest *d, int64_t record, struct error *e)
{
    enum err err = put_log_name(d, record_id_log(record), e);

    wire_put_uint(&d->b, record_id_seq(record));
    wire_put_uint(&d->b, record_id_index(record));
    return err;
}

/* A reference: within the space a keyed record by its key, all else by its introducing operation. */
static enum err
put_reference(struct digest *d, int64_t record, struct error *e)
{
    const struct registry_record *registry = NULL;
    struct log_row log;
    struct hash key;
    unsigned type;
    enum err err = log_get(d->s, record_id_log(record), &log, e);

    if (err == OK && log.space == d->space->id) {
        err = state_type(d->s, record, &type, e);
        if (err == OK)
            registry = registry_by_type(type);
        if (err == ERR_NOT_FOUND)
            err = OK;
    }
    if (err == OK && registry != NULL && registry_is_keyed(registry)) {
        err = state_key_of(d->s, record, &key, e);
        wire_put_u8(&d->b, 2);
        buf_append(&d->b, key.bytes, HASH_BYTES);
    } else if (err == OK) {
        wire_put_u8(&d->b, 1);
        err = put_operation(d, record, e);
    }
    return err;
}

static enum err
put_standing(struct digest *d, const struct stamp *stamp, const struct value *v, struct error *e)
{
    enum err err = put_log_name(d, stamp->log, e);

    wire_put_uint(&d->b, stamp->seq);
    wire_put_u8(&d->b, (uint8_t) v->kind);
    if (err == OK && v->kind == VALUE_REFERENCE)
        err = put_reference(d, v->record, e);
    else
        value_encode(&d->b, v);
    return err;
}

/* One field's standing values, each hashed alone and summed, so that their order does not matter. */
static enum err
put_field(struct digest *d, const struct record *r, unsigned id, const struct stamp *stamp,
          const struct value *v, struct arena *a, struct error *e)
{
    struct standing_row single = {.stamp = *stamp, .value = *v};
    struct standing_row *rows = &single;
    size_t count = 0;
    uint8_t sum[HASH_BYTES] = {0};
    size_t start;
    enum err err = OK;

    if (r->several)
        err = state_standing(d->s, r->id, id, a, &rows, &count, e);
    if (count == 0) {
        rows = &single;
        count = 1;
    }
    wire_put_uint(&d->b, id);
    wire_put_uint(&d->b, count);
    start = d->b.size;
    for (size_t i = 0; err == OK && i < count; i++) {
        struct hash hash;

        err = put_standing(d, &rows[i].stamp, &rows[i].value, e);
        if (err != OK || d->b.err != OK)
            break;
        hash_once(DOMAIN_RECORD, d->b.bytes + start, d->b.size - start, &hash);
        add_hash(sum, hash.bytes);
        d->b.size = start;
    }
    buf_append(&d->b, sum, sizeof sum);
    return err;
}

static enum err
add_record(struct digest *d, const struct record *r, struct arena *a, struct error *e)
{
    struct value life = {.kind = VALUE_INTEGER, .integer = r->live};
    struct hash hash;
    enum err err;

    buf_reset(&d->b);
    wire_put_uint(&d->b, r->type);
    if (registry_is_keyed(r->registry)) {
        err = state_key_of(d->s, r->id, &hash, e);
        buf_append(&d->b, hash.bytes, HASH_BYTES);
    } else {
        err = put_operation(d, r->id, e);
    }
    if (err == OK)
        err = put_field(d, r, LIFE_FIELD, &r->life_stamp, &life, a, e);
    for (uint32_t i = 0; err == OK && i < r->fields_count; i++)
        err = put_field(d, r, r->fields[i].id, &r->fields[i].stamp, &r->fields[i].value, a, e);
    if (err == OK && d->b.err != OK)
        err = err_set(e, d->b.err, "digest: a record is too large");
    if (err == OK) {
        hash_once(DOMAIN_RECORD, d->b.bytes, d->b.size, &hash);
        add_hash(d->sum, hash.bytes);
        d->records++;
    }
    return err;
}

static enum err
add_type(struct digest *d, unsigned type, struct error *e)
{
    struct state_query query = {.type = type, .space = d->space->id, .deleted_too = true,
                                .limit = PAGE_RECORDS};
    size_t count = PAGE_RECORDS;
    enum err err = OK;

    while (err == OK && count == PAGE_RECORDS) {
        struct arena a;
        struct record **records;

        arena_init(&a, PAGE_ARENA_BYTES_MAX);
        err = state_list(d->s, &query, &a, &records, &count, e);
        for (size_t i = 0; err == OK && i < count; i++)
            err = add_record(d, records[i], &a, e);
        if (err == OK && count > 0)
            query.after = records[count - 1]->id;
        arena_release(&a);
    }
    return err;
}

/* How far a log is merged; a closed one to its reach, beyond which machines may differ. */
static enum err
add_log(struct digest *d, const struct log_row *log, struct hasher *h, struct error *e)
{
    struct hash hash = log->applied_hash;
    uint64_t seq = log->applied_seq;
    enum err err = OK;

    if (log->closed && log->reach < seq) {
        seq = log->reach;
        chain_start(&log->name, &hash);
        if (seq > 0)
            err = entry_hash(d->s, log->id, seq, &hash, e);
    }
    hash_add(h, log->name.device, DEVICE_BYTES);
    hash_add_uint(h, log->name.epoch);
    hash_add_uint(h, seq);
    hash_add_hash(h, &hash);
    return err;
}

static enum err
finish(struct digest *d, struct hash *ret_digest, struct error *e)
{
    struct hasher h;
    struct arena a;
    struct log_row *logs;
    size_t count;
    enum err err;

    hash_begin(&h, DOMAIN_STATE);
    hash_add_uint(&h, REGISTRY_VERSION);
    hash_add_uint(&h, d->records);
    hash_add(&h, d->sum, sizeof d->sum);
    arena_init(&a, sizeof *logs * CHANGE_LOGS_MAX + 4096);
    err = log_list(d->s, d->space->id, &a, &logs, &count, e);
    for (size_t i = 0; err == OK && i < count; i++)
        if (!logs[i].closed || logs[i].reach > 0) /* of others, some have nothing */
            err = add_log(d, &logs[i], &h, e);
    arena_release(&a);
    if (err == OK)
        hash_end(&h, ret_digest);
    return err;
}

enum err
digest_space(struct store *s, const struct space_row *space, struct hash *ret_digest, struct error *e)
{
    struct digest d = {.s = s, .space = space};
    enum err err = OK;

    buf_init(&d.b, RECORD_BYTES_MAX);
    for (size_t i = 0; err == OK && i < registry_records_count; i++)
        err = add_type(&d, registry_records[i]->type, e);
    if (err == OK)
        err = finish(&d, ret_digest, e);
    buf_release(&d.b);
    mem_free(d.names);
    mem_free(d.has_name);
    return err;
}
