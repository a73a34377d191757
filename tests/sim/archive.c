/* The archive and its judgement of each entry. */
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

static bool
is_readable(const struct archive_entry *entry)
{
    return entry != NULL && !entry->is_later && !entry->is_malformed && !entry->is_erased;
}

const struct change_op *
archive_op(const struct archive *ar, struct op_name name)
{
    const struct archive_entry *entry = archive_entry(ar, name.log, name.seq);

    return is_readable(entry) && name.index < entry->body.ops_count ? &entry->body.ops[name.index] : NULL;
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

/* Whether the operation introduces a keyed record that this release knows, in an entry that counts. */
static bool
names_keyed(const struct archive *ar, uint32_t space, struct op_name name)
{
    const struct change_op *op = archive_op(ar, name);

    return op != NULL && op->kind == CHANGE_PUT_KEYED && registry_by_type(op->type) != NULL &&
           archive_entry(ar, name.log, name.seq)->counts &&
           (space == ARCHIVE_SPACES_MAX || ar->logs[name.log].space == space);
}

static void
key_name(const struct archive *ar, struct op_name name, struct hash *ret)
{
    const struct change_op *op = archive_op(ar, name);
    uint32_t space = ar->logs[name.log].space;
    struct buf b;

    buf_init(&b, CHANGESET_BYTES_MAX);
    wire_put_uint(&b, op->type);
    for (uint32_t i = 0; i < op->keys_count; i++) {
        const struct value *v = &op->keys[i].value;
        struct op_name target;
        struct hash hash;

        wire_put_uint(&b, op->keys[i].id);
        wire_put_u8(&b, (uint8_t) v->kind);
        if (v->kind != VALUE_REFERENCE) {
            value_encode(&b, v);
            continue;
        }
        if (!archive_resolve(ar, name.log, name.seq, v->ref, &target))
            abort(); /* such an entry does not count */
        if (names_keyed(ar, space, target)) {
            key_name(ar, target, &hash);
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
archive_record_name(const struct archive *ar, uint32_t space, struct op_name name, struct hash *ret)
{
    if (names_keyed(ar, space, name)) {
        struct hash key;
        struct hasher h;

        /* One key in two spaces is two records. */
        key_name(ar, name, &key);
        hash_begin(&h, DOMAIN_KEY);
        hash_add_uint(&h, ar->logs[name.log].space);
        hash_add_hash(&h, &key);
        hash_end(&h, ret);
    } else {
        archive_plain_name(ar, name, ret);
    }
}

/* --- whether an entry counts ----------------------------------------------------------------- */

struct judge {
    const struct archive *ar;
    uint32_t log;
    uint64_t seq;
    const struct archive_entry *entry;
};

static const struct value *
find_value(const struct change_field *fields, uint32_t count, unsigned id)
{
    for (uint32_t i = 0; i < count; i++)
        if (fields[i].id == id)
            return &fields[i].value;
    return NULL;
}

static unsigned
owner_field(const struct registry_record *registry)
{
    for (const struct registry_field *f = registry->fields; f->id != 0; f++)
        if (f->flags & FIELD_OWNER)
            return f->id;
    return 0;
}

/* The owner that an introducing operation names; false when it names none. */
static bool
owner_in(const struct judge *j, struct op_name at, const struct change_op *op, unsigned field,
         struct hash *ret_owner)
{
    const struct value *v = find_value(op->keys, op->keys_count, field);
    struct op_name unit;

    if (v == NULL)
        v = find_value(op->fields, op->fields_count, field);
    if (v == NULL || v->kind != VALUE_REFERENCE || !archive_resolve(j->ar, at.log, at.seq, v->ref, &unit))
        return false;
    archive_record_name(j->ar, ARCHIVE_SPACES_MAX, unit, ret_owner);
    return true;
}

/* The unit that owns what an operation writes. */
static bool
owner_of(const struct judge *j, const struct change_op *op, uint32_t index, struct hash *ret_owner)
{
    unsigned field = owner_field(registry_by_type(op->type));
    struct op_name at = {j->log, j->seq, index};
    const struct change_op *made;

    if (field == 0)
        return false;
    if (op->kind == CHANGE_PUT_NEW || op->kind == CHANGE_PUT_KEYED)
        return owner_in(j, at, op, field, ret_owner);
    if (!archive_resolve(j->ar, j->log, j->seq, op->target, &at))
        return false;
    made = archive_op(j->ar, at);
    if (made == NULL || made->type != op->type ||
        (made->kind != CHANGE_PUT_NEW && made->kind != CHANGE_PUT_KEYED))
        return false;
    if ((at.log != j->log || at.seq != j->seq) && !archive_entry(j->ar, at.log, at.seq)->counts)
        return false;
    return owner_in(j, at, made, field, ret_owner);
}

/* Whether one right (a role, and for the role `unit` a unit) allows an operation. */
static bool
role_allows(const struct judge *j, unsigned role, const struct hash *unit, const struct change_op *op,
            uint32_t index)
{
    const struct registry_record *registry = registry_by_type(op->type);
    struct hash owner;

    if (registry == NULL || role == ROLE_ADMIN)
        return true;
    if (!(role & registry->writers))
        return false;
    if (role != ROLE_UNIT)
        return true;
    return unit != NULL && owner_of(j, op, index, &owner) && hash_equal(&owner, unit);
}

static bool
is_role(int64_t number)
{
    return number == ROLE_ADMIN || number == ROLE_CLERK || number == ROLE_UNIT || number == ROLE_EVENT ||
           number == ROLE_REVIEWER;
}

/* Whether an operation elsewhere gives the judged entry's device a right that allows `op`. */
static bool
right_allows(const struct judge *j, struct op_name at, const struct change_op *right,
             const struct change_op *op, uint32_t index)
{
    const uint8_t *device = j->ar->logs[j->log].id.device;
    const struct value *v = find_value(right->fields, right->fields_count, 1);
    const struct value *role, *unit;
    struct op_name unit_at;
    struct hash name;

    if (right->kind != CHANGE_PUT_NEW || (right->type != 1 && right->type != 2) || v == NULL ||
        v->kind != VALUE_BYTES || v->size != DEVICE_BYTES || memcmp(v->bytes, device, DEVICE_BYTES) != 0)
        return false;
    if (right->type == 2)
        return op == NULL || role_allows(j, ROLE_ADMIN, NULL, op, index);
    role = find_value(right->fields, right->fields_count, 2);
    if (role == NULL || role->kind != VALUE_INTEGER || !is_role(role->integer))
        return false;
    if (op == NULL)
        return true;
    unit = find_value(right->fields, right->fields_count, 3);
    if (unit != NULL &&
        (unit->kind != VALUE_REFERENCE || !archive_resolve(j->ar, at.log, at.seq, unit->ref, &unit_at)))
        unit = NULL;
    if (unit != NULL)
        archive_record_name(j->ar, ARCHIVE_SPACES_MAX, unit_at, &name);
    return role_allows(j, (unsigned) role->integer, unit != NULL ? &name : NULL, op, index);
}

/* Whether any right in the entry's past allows an operation; `op` NULL: whether there is a right. */
static bool
is_allowed(const struct judge *j, const struct change_op *op, uint32_t index)
{
    const struct archive *ar = j->ar;
    uint32_t space = ar->logs[j->log].space;

    if (memcmp(ar->logs[j->log].id.device, ar->spaces[space].genesis.founder, DEVICE_BYTES) == 0)
        return true;
    for (uint32_t log = 0; log < ar->logs_count; log++) {
        uint64_t seen = log == j->log ? j->seq - 1 : j->entry->vector[log];

        if (ar->logs[log].space != space)
            continue;
        for (uint64_t seq = 1; seq <= seen; seq++) {
            const struct archive_entry *past = archive_entry(ar, log, seq);

            for (uint32_t i = 0; past->counts && i < past->body.ops_count; i++)
                if (right_allows(j, (struct op_name){log, seq, i}, &past->body.ops[i], op, index))
                    return true;
        }
    }
    return false;
}

/* A reference holds when it names something of the entry's past, or an earlier operation of the entry. */
static bool
reference_holds(const struct judge *j, uint32_t index, struct short_ref ref, struct op_name *ret_name)
{
    return archive_resolve(j->ar, j->log, j->seq, ref, ret_name) &&
           (ret_name->log != j->log || ret_name->seq != j->seq || ret_name->index < index);
}

static bool
references_hold(const struct judge *j, uint32_t index, const struct change_field *fields, uint32_t count)
{
    struct op_name name;

    for (uint32_t i = 0; i < count; i++)
        if (fields[i].value.kind == VALUE_REFERENCE && !reference_holds(j, index, fields[i].value.ref, &name))
            return false;
    return true;
}

/* A keyed operation names the key fields of its type, each once and of its kind. */
static bool
has_whole_key(const struct change_op *op, const struct registry_record *registry)
{
    uint32_t keys = 0;

    for (const struct registry_field *f = registry->fields; f->id != 0; f++) {
        const struct value *v = find_value(op->keys, op->keys_count, f->id);

        if (!(f->flags & FIELD_KEY))
            continue;
        if (v == NULL || v->kind != f->kind || find_value(op->fields, op->fields_count, f->id) != NULL)
            return false;
        keys++;
    }
    return keys == op->keys_count;
}

static bool
has_allowed_form(const struct change_op *op)
{
    const struct registry_record *registry = registry_by_type(op->type);
    bool is_keyed = registry != NULL && registry_is_keyed(registry);

    if (registry == NULL)
        return true;
    if (op->type <= 3)
        return op->kind == CHANGE_PUT_NEW;
    if (op->kind == CHANGE_PUT_NEW)
        return !is_keyed;
    return op->kind != CHANGE_PUT_KEYED || (is_keyed && has_whole_key(op, registry));
}

static const char *
judge(const struct judge *j)
{
    const struct archive_entry *entry = j->entry;

    if (entry->past_malformed)
        return "its past is malformed";
    if (!is_readable(entry))
        return "its body cannot be read";
    if (!is_allowed(j, NULL, 0))
        return "no right";
    for (uint32_t i = 0; i < entry->body.ops_count; i++) {
        const struct change_op *op = &entry->body.ops[i];
        struct op_name target;

        if (!has_allowed_form(op))
            return "a form that is not allowed";
        if (!references_hold(j, i, op->keys, op->keys_count) ||
            !references_hold(j, i, op->fields, op->fields_count))
            return "a reference to what was not seen";
        if ((op->kind == CHANGE_PUT || op->kind == CHANGE_DELETE) &&
            (!reference_holds(j, i, op->target, &target) ||
             j->ar->logs[target.log].space != j->ar->logs[j->log].space))
            return "a target that was not seen";
        if (!is_allowed(j, op, i))
            return "an operation that its right does not allow";
    }
    return NULL;
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

    entry->is_erased = decoded->body == NULL;
    if (entry->is_erased)
        return;
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

    if (decoded->body != NULL)
        hash_once(DOMAIN_BODY, decoded->body, decoded->body_size, &body);
    else
        memcpy(body.bytes, decoded->item + decoded->item_size - HASH_BYTES, HASH_BYTES);
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
    struct judge j = {ar, index, log->count + 1, entry};

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
    entry->why = entry->merged ? judge(&j) : "it is held";
    entry->counts = entry->why == NULL;
    ar->entries_count++;
    return entry;
}
