/* The archive, and what its entries name. Which of them count: archive_trust.c, archive_judge.c. */
#include "config.h"

#include "tests/sim/archive.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ARCHIVE_BYTES_MAX = 512 * 1024 * 1024 };

void
archive_init(struct archive *ar)
{
    memset(ar, 0, sizeof *ar);
    arena_init(&ar->arena, ARCHIVE_BYTES_MAX);
}

void
archive_release(struct archive *ar)
{
    arena_release(&ar->arena);
    free(ar->order);
    free(ar->restatements);
}

static void *
need(void *memory)
{
    if (memory == NULL) {
        fputs("simulator: no memory\n", stderr);
        abort();
    }
    return memory;
}

uint32_t
archive_space(struct archive *ar, const uint8_t genesis[GENESIS_BYTES])
{
    uint8_t id[SPACE_BYTES];
    struct archive_space *space;

    genesis_space(genesis, id);
    for (uint32_t i = 0; i < ar->spaces_count; i++)
        if (memcmp(ar->spaces[i].id, id, SPACE_BYTES) == 0)
            return i;
    if (ar->spaces_count == ARCHIVE_SPACES_MAX)
        abort();
    space = &ar->spaces[ar->spaces_count];
    memcpy(space->id, id, SPACE_BYTES);
    if (genesis_decode(genesis, GENESIS_BYTES, &space->genesis, NULL) != OK)
        abort();
    for (uint32_t i = 0; i < ar->logs_count; i++)
        if (memcmp(ar->logs[i].id.space, id, SPACE_BYTES) == 0)
            ar->logs[i].space = ar->spaces_count;
    return ar->spaces_count++;
}

uint32_t
archive_log(struct archive *ar, const struct log_id *id)
{
    struct archive_log *log;

    for (uint32_t i = 0; i < ar->logs_count; i++)
        if (memcmp(ar->logs[i].id.space, id->space, SPACE_BYTES) == 0 &&
            memcmp(ar->logs[i].id.device, id->device, DEVICE_BYTES) == 0 &&
            ar->logs[i].id.epoch == id->epoch)
            return i;
    if (ar->logs_count == ARCHIVE_LOGS_MAX)
        return ARCHIVE_NO_LOG;
    log = &ar->logs[ar->logs_count];
    log->id = *id;
    chain_start(id, &log->start);
    log->space = ARCHIVE_SPACES_MAX;
    for (uint32_t i = 0; i < ar->spaces_count; i++)
        if (memcmp(ar->spaces[i].id, id->space, SPACE_BYTES) == 0)
            log->space = i;
    return ar->logs_count++;
}

struct archive_entry *
archive_entry(const struct archive *ar, uint32_t log, uint64_t seq)
{
    return log < ar->logs_count && seq >= 1 && seq <= ar->logs[log].count ? ar->logs[log].entries[seq - 1]
                                                                          : NULL;
}

bool
archive_sees(const struct archive *ar, uint32_t log, uint64_t seq, uint32_t other, uint64_t other_seq)
{
    const struct archive_entry *entry = archive_entry(ar, log, seq);

    return other == log ? other_seq <= seq : entry != NULL && other_seq <= entry->vector[other];
}

/* --- the past -------------------------------------------------------------------------------- */

static uint64_t
add_or_zero(uint64_t a, uint64_t b)
{
    return b > ENTRY_SEQ_MAX - a ? 0 : a + b;
}

/* Read what an entry says of its past into `vector` (which holds the entry before's) and the table. */
static bool
read_past(struct archive *ar, struct archive_log *log, uint32_t index, struct archive_entry *entry,
          const struct archive_entry *before)
{
    const struct change_header *h = &entry->header;
    uint32_t others[ARCHIVE_PLACES_MAX];
    uint64_t vector[ARCHIVE_LOGS_MAX];

    if (log->places_count + h->intros_count > ARCHIVE_PLACES_MAX)
        abort();
    for (uint32_t i = 0; i < h->intros_count; i++) {
        struct log_id id = {.epoch = h->intros[i].epoch};

        memcpy(id.space, h->intros[i].foreign ? h->intros[i].space : log->id.space, SPACE_BYTES);
        memcpy(id.device, h->intros[i].device, DEVICE_BYTES);
        others[i] = archive_log(ar, &id);
        if (others[i] == ARCHIVE_NO_LOG)
            abort();
        if (others[i] == index || (h->intros[i].foreign && memcmp(id.space, log->id.space, SPACE_BYTES) == 0))
            return false;
        for (uint32_t k = 0; k < log->places_count + i; k++)
            if (others[i] == (k < log->places_count ? log->places[k] : others[k - log->places_count]))
                return false;
    }
    memcpy(vector, entry->vector, sizeof vector);
    for (uint32_t i = 0; i < h->seen_count; i++) {
        uint32_t place = h->seen[i].log, other;

        if (place > log->places_count + h->intros_count)
            return false;
        other = place <= log->places_count ? log->places[place - 1] : others[place - log->places_count - 1];
        if (memcmp(ar->logs[other].id.space, log->id.space, SPACE_BYTES) != 0)
            return false;
        vector[other] = add_or_zero(before != NULL ? before->vector[other] : 0, h->seen[i].step);
        if (vector[other] == 0)
            return false;
    }
    memcpy(entry->vector, vector, sizeof vector);
    memcpy(log->places + log->places_count, others, h->intros_count * sizeof others[0]);
    log->places_count += h->intros_count;
    return true;
}

/* Whether all that it has seen is there. What a malformed past names is not waited for. */
static bool
is_ready(const struct archive *ar, const struct archive_log *log, const struct archive_entry *entry,
         const struct archive_entry *before)
{
    if (before != NULL && !before->merged)
        return false;
    if (entry->past_malformed)
        return true;
    for (uint32_t i = 0; i < entry->header.seen_count; i++) {
        uint32_t other = log->places[entry->header.seen[i].log - 1];
        const struct archive_entry *seen = archive_entry(ar, other, entry->vector[other]);

        if (seen == NULL || !seen->merged ||
            memcmp(seen->hash.bytes, entry->header.seen[i].hash, SEEN_HASH_BYTES) != 0)
            return false;
    }
    return true;
}

/* --- references ------------------------------------------------------------------------------ */

bool
archive_resolve(const struct archive *ar, uint32_t log, uint64_t seq, struct short_ref ref,
                struct op_name *ret_name)
{
    const struct archive_entry *entry = archive_entry(ar, log, seq);

    *ret_name = (struct op_name){log, ref.seq, ref.index};
    if (ref.log == 0) {
        if (ref.seq == 0)
            ret_name->seq = seq;
        return ref.seq < seq;
    }
    if (ref.log > entry->places_count)
        return false;
    ret_name->log = ar->logs[log].places[ref.log - 1];
    return memcmp(ar->logs[ret_name->log].id.space, ar->logs[log].id.space, SPACE_BYTES) != 0 ||
           archive_sees(ar, log, seq, ret_name->log, ref.seq);
}

bool
archive_resolve_earlier(const struct archive *ar, struct op_name at, struct short_ref ref,
                        struct op_name *ret_name)
{
    return archive_resolve(ar, at.log, at.seq, ref, ret_name) &&
           (ret_name->log != at.log || ret_name->seq != at.seq || ret_name->index < at.index);
}

static bool
is_readable(const struct archive_entry *entry)
{
    return entry != NULL && !entry->is_later && !entry->is_malformed;
}

const struct change_op *
archive_op(const struct archive *ar, struct op_name name)
{
    const struct archive_entry *entry = archive_entry(ar, name.log, name.seq);

    return is_readable(entry) && name.index < entry->body.ops_count ? &entry->body.ops[name.index] : NULL;
}

/* --- names ----------------------------------------------------------------------------------- */

bool
archive_is_whole_key(const struct change_op *op)
{
    const struct registry_record *registry = registry_by_type(op->type);
    uint32_t keys = 0;

    for (const struct registry_field *f = registry->fields; f->id != 0; f++) {
        const struct value *v = archive_value(op->keys, op->keys_count, f->id);

        if (!(f->flags & FIELD_KEY))
            continue;
        if (v == NULL || v->kind != f->kind || archive_value(op->fields, op->fields_count, f->id) != NULL)
            return false;
        keys++;
    }
    return keys > 0 && keys == op->keys_count;
}

const struct value *
archive_value(const struct change_field *fields, uint32_t count, unsigned id)
{
    for (uint32_t i = 0; i < count; i++)
        if (fields[i].id == id)
            return &fields[i].value;
    return NULL;
}

/* Whether an operation has a key of allowed form that leads back. */
static bool
gives_key(const struct archive *ar, struct op_name at, const struct change_op *op)
{
    struct op_name target;

    if (op->keys_count == 0 || registry_by_type(op->type) == NULL || !archive_is_whole_key(op))
        return false;
    for (uint32_t i = 0; i < op->keys_count; i++)
        if (op->keys[i].value.kind == VALUE_REFERENCE &&
            !archive_resolve_earlier(ar, at, op->keys[i].value.ref, &target))
            return false;
    return true;
}

const struct change_op *
archive_restatement(const struct archive *ar, struct op_name name, struct op_name *ret_at)
{
    const struct change_op *found = NULL;

    for (uint32_t i = 0; i < ar->restatements_count; i++) {
        const struct archive_restatement *r = &ar->restatements[i];

        if (r->of.log != name.log || r->of.seq != name.seq || r->of.index != name.index)
            continue;
        if (found != NULL && hash_compare(&archive_entry(ar, r->by.log, r->by.seq)->hash,
                                          &archive_entry(ar, ret_at->log, ret_at->seq)->hash) >= 0)
            continue;
        *ret_at = r->by;
        found = archive_op(ar, r->by);
    }
    return found;
}

const struct change_op *
archive_maker(const struct archive *ar, struct op_name name, struct op_name *ret_at)
{
    const struct archive_entry *entry = archive_entry(ar, name.log, name.seq);
    const struct registry_record *registry;
    const struct change_op *op;

    if (entry == NULL || !entry->merged || entry->past_malformed)
        return NULL;
    if (entry->is_erased) {
        op = archive_restatement(ar, name, ret_at);
    } else {
        op = archive_op(ar, name);
        *ret_at = name;
        if (op != NULL && op->kind != CHANGE_PUT_NEW && op->kind != CHANGE_PUT_KEYED)
            return NULL;
    }
    registry = op != NULL ? registry_by_type(op->type) : NULL;
    if (op != NULL && ((registry != NULL && registry_is_keyed(registry)) || op->keys_count > 0) &&
        !gives_key(ar, *ret_at, op))
        return NULL; /* its form names nothing */
    return op;
}

void
archive_plain_name(const struct archive *ar, struct op_name name, struct hash *ret)
{
    struct hasher h;

    hash_begin(&h, DOMAIN_RECORD);
    hash_add_hash(&h, &ar->logs[name.log].start);
    hash_add_uint(&h, name.seq);
    hash_add_uint(&h, name.index);
    hash_end(&h, ret);
}

static void
key_name(const struct archive *ar, struct op_name at, const struct change_op *op, struct hash *ret)
{
    struct buf b;

    buf_init(&b, CHANGESET_BYTES_MAX);
    wire_put_uint(&b, op->type);
    for (uint32_t i = 0; i < op->keys_count; i++) {
        const struct value *v = &op->keys[i].value;
        const struct change_op *maker;
        struct op_name target, made_at;
        struct hash hash;

        wire_put_uint(&b, op->keys[i].id);
        wire_put_u8(&b, (uint8_t) v->kind);
        if (v->kind != VALUE_REFERENCE) {
            value_encode(&b, v);
            continue;
        }
        archive_resolve(ar, at.log, at.seq, v->ref, &target);
        maker = ar->logs[target.log].space == ar->logs[at.log].space ? archive_maker(ar, target, &made_at) : NULL;
        if (maker != NULL && maker->keys_count > 0) {
            key_name(ar, made_at, maker, &hash);
            wire_put_u8(&b, 2);
            buf_append(&b, hash.bytes, HASH_BYTES);
        } else {
            wire_put_u8(&b, 1);
            buf_append(&b, ar->logs[target.log].start.bytes, HASH_BYTES);
            wire_put_uint(&b, target.seq);
            wire_put_uint(&b, target.index);
        }
    }
    hash_once(DOMAIN_KEY, b.bytes, b.size, ret);
    buf_release(&b);
}

void
archive_key_record(const struct archive *ar, struct op_name at, const struct change_op *op, struct hash *ret)
{
    struct hash key;
    struct hasher h;

    /* One key in two spaces is two records. */
    key_name(ar, at, op, &key);
    hash_begin(&h, DOMAIN_KEY);
    hash_add_uint(&h, ar->logs[at.log].space);
    hash_add_hash(&h, &key);
    hash_end(&h, ret);
}

void
archive_record_name(const struct archive *ar, struct op_name name, struct hash *ret)
{
    struct op_name at;
    const struct change_op *maker = archive_maker(ar, name, &at);

    if (maker != NULL && maker->keys_count > 0)
        archive_key_record(ar, at, maker, ret);
    else
        archive_plain_name(ar, name, ret);
}

/* --- appending ------------------------------------------------------------------------------- */

static int64_t
add_walls(int64_t a, int64_t b)
{
    __int128 sum = (__int128) a + b;

    return sum > INT64_MAX ? INT64_MAX : sum < INT64_MIN ? INT64_MIN : (int64_t) sum;
}

static void
read_body(struct archive *ar, struct archive_entry *entry, const struct verified_entry *decoded)
{
    enum err err;

    if (decoded->body == NULL)
        abort(); /* the archive keeps what was written */
    err = change_decode_body(decoded->body, decoded->body_size, entry->header.version, &ar->arena,
                             &entry->body, NULL);
    entry->is_later = err == ERR_UNSUPPORTED;
    entry->is_malformed = err == ERR_FORMAT;
    if (err == ERR_NOMEM)
        abort();
}

static void
chain_and_sign(const struct archive_log *log, struct archive_entry *entry, const struct archive_entry *before,
               const struct verified_entry *decoded)
{
    struct hash body;

    hash_once(DOMAIN_BODY, decoded->body, decoded->body_size, &body);
    chain_next(before != NULL ? &before->hash : &log->start, decoded->item, decoded->header_size, &body,
               &entry->hash);
    if (chain_sign(log->key, &log->id, log->count + 1, &entry->hash, entry->signature) != OK)
        abort();
}

struct archive_entry *
archive_append(struct archive *ar, uint32_t index, const uint8_t *item, size_t size)
{
    struct archive_log *log = &ar->logs[index];
    struct archive_entry *entry = need(arena_alloc(&ar->arena, sizeof *entry));
    struct archive_entry *before = archive_entry(ar, index, log->count);
    uint8_t *bytes = need(arena_alloc(&ar->arena, size));
    struct verified_entry decoded;

    memcpy(bytes, item, size);
    if (item_decode(bytes, size, &ar->arena, &decoded, NULL) != OK)
        return NULL;
    entry->item = bytes;
    entry->item_size = size;
    entry->header = decoded.header;
    if (before != NULL)
        memcpy(entry->vector, before->vector, sizeof entry->vector);
    chain_and_sign(log, entry, before, &decoded);
    read_body(ar, entry, &decoded);
    if (log->count == log->capacity) {
        struct archive_entry **more = need(arena_array(&ar->arena, 2 * log->capacity + 16, sizeof *more));

        if (log->count > 0)
            memcpy(more, log->entries, log->count * sizeof *more);
        log->entries = more;
        log->capacity = 2 * log->capacity + 16;
    }
    log->entries[log->count++] = entry;
    entry->past_malformed = !read_past(ar, log, index, entry, before);
    entry->places_count = log->places_count;
    entry->merged = is_ready(ar, log, entry, before);
    entry->wall_s = add_walls(before != NULL ? before->wall_s : 0, entry->header.wall_step_s);
    entry->why = "it was not judged yet";
    ar->judged = false;
    ar->order = need(realloc(ar->order, (ar->entries_count + 1) * sizeof *ar->order));
    ar->order[ar->entries_count++] = (struct op_name){index, log->count, 0};
    return entry;
}
