/* A session's spaces and logs, their places in the two tables of each kind, and bases. */
#include "config.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "protocol/session_core.h"
#include "protocol/util/mem.h"

/* --- lookup ---------------------------------------------------------------------------------- */

/* Room for one more item; NULL when there is no memory. */
static void *
grow(void *array, size_t item_bytes, size_t count, size_t *capacity)
{
    size_t wanted = *capacity == 0 ? 4 : *capacity * 2;
    void *grown;

    if (count < *capacity)
        return array;
    grown = mem_resize(array, wanted * item_bytes);
    if (grown != NULL)
        *capacity = wanted;
    return grown;
}

/* Where `id` stands in the sorted order, or should. */
static size_t
find_space(const struct session *s, const uint8_t id[SPACE_BYTES], bool *ret_found)
{
    size_t low = 0;
    size_t high = s->spaces_count;

    *ret_found = false;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = memcmp(s->spaces[s->spaces_order[middle]].id, id, SPACE_BYTES);

        if (order == 0) {
            *ret_found = true;
            return middle;
        }
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static int
compare_log(const struct session_log *log, uint32_t space, const uint8_t *device, uint64_t epoch)
{
    int order = log->space < space ? -1 : log->space > space;

    if (order == 0)
        order = memcmp(log->device, device, DEVICE_BYTES);
    if (order == 0)
        order = log->epoch < epoch ? -1 : log->epoch > epoch;
    return order;
}

static size_t
find_log(const struct session *s, uint32_t space, const uint8_t *device, uint64_t epoch, bool *ret_found)
{
    size_t low = 0;
    size_t high = s->logs_count;

    *ret_found = false;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = compare_log(&s->logs[s->logs_order[middle]], space, device, epoch);

        if (order == 0) {
            *ret_found = true;
            return middle;
        }
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* The order arrays have the capacity of their tables. */
static enum err
insert_order(uint32_t **order, size_t count, size_t capacity, size_t at)
{
    uint32_t *grown = mem_resize(*order, capacity * sizeof **order);

    if (grown == NULL)
        return ERR_NOMEM;
    *order = grown;
    memmove(grown + at + 1, grown + at, (count - at) * sizeof *grown);
    grown[at] = (uint32_t) count;
    return OK;
}

enum err
table_space(struct session *s, const uint8_t id[SPACE_BYTES], uint32_t *ret_index)
{
    struct session_space *space;
    bool found;
    size_t at = find_space(s, id, &found);

    if (found) {
        *ret_index = s->spaces_order[at];
        return OK;
    }
    if (s->spaces_count == SESSION_SPACES_MAX)
        return ERR_LIMIT;
    space = grow(s->spaces, sizeof *s->spaces, s->spaces_count, &s->spaces_capacity);
    if (space == NULL)
        return ERR_NOMEM;
    s->spaces = space;
    if (insert_order(&s->spaces_order, s->spaces_count, s->spaces_capacity, at) != OK)
        return ERR_NOMEM;
    space = &s->spaces[s->spaces_count];
    memset(space, 0, sizeof *space);
    memcpy(space->id, id, SPACE_BYTES);
    space->out_place = PLACE_NONE;
    space->in_place = PLACE_NONE;
    *ret_index = (uint32_t) s->spaces_count++;
    return OK;
}

bool
session_shares(const struct session *s, const uint8_t space[SPACE_BYTES])
{
    bool found;
    size_t at = find_space(s, space, &found);

    return found && s->spaces[s->spaces_order[at]].shared;
}

enum err
table_log(struct session *s, uint32_t space, const uint8_t device[DEVICE_BYTES], uint64_t epoch,
          uint32_t *ret_index)
{
    struct session_log *log;
    bool found;
    size_t at = find_log(s, space, device, epoch, &found);

    if (found) {
        *ret_index = s->logs_order[at];
        return OK;
    }
    if (s->logs_count == SESSION_LOGS_MAX)
        return ERR_LIMIT;
    log = grow(s->logs, sizeof *s->logs, s->logs_count, &s->logs_capacity);
    if (log == NULL)
        return ERR_NOMEM;
    s->logs = log;
    if (insert_order(&s->logs_order, s->logs_count, s->logs_capacity, at) != OK)
        return ERR_NOMEM;
    log = &s->logs[s->logs_count];
    memset(log, 0, sizeof *log);
    log->space = space;
    memcpy(log->device, device, DEVICE_BYTES);
    log->epoch = epoch;
    log->out_place = PLACE_NONE;
    log->in_place = PLACE_NONE;
    *ret_index = (uint32_t) s->logs_count++;
    return OK;
}

enum err
table_place(struct session *s, enum table table, uint32_t index, uint32_t *ret_place)
{
    uint32_t *places;

    if (s->places_count[table] == MESSAGE_HANDLES_MAX)
        return ERR_LIMIT;
    places = grow(s->places[table], sizeof *places, s->places_count[table], &s->places_capacity[table]);
    if (places == NULL)
        return ERR_NOMEM;
    s->places[table] = places;
    s->places[table][s->places_count[table]] = index;
    *ret_place = (uint32_t) s->places_count[table]++;
    return OK;
}

enum err
table_resolve(const struct session *s, bool log, struct message_ref ref, uint32_t *ret_index)
{
    enum table table = log ? (ref.yours ? TABLE_LOGS_OUT : TABLE_LOGS_IN)
                           : (ref.yours ? TABLE_SPACES_OUT : TABLE_SPACES_IN);

    if (ref.place >= s->places_count[table])
        return ERR_FORMAT;
    *ret_index = s->places[table][ref.place];
    return OK;
}

bool
table_log_ref(const struct session *s, uint32_t log, struct message_ref *ret_ref)
{
    const struct session_log *l = &s->logs[log];

    if (l->out_place != PLACE_NONE)
        *ret_ref = (struct message_ref) {l->out_place, false};
    else if (l->in_place != PLACE_NONE)
        *ret_ref = (struct message_ref) {l->in_place, true};
    else
        return false;
    return true;
}

bool
table_space_ref(const struct session *s, uint32_t space, struct message_ref *ret_ref)
{
    const struct session_space *sp = &s->spaces[space];

    if (sp->out_place != PLACE_NONE)
        *ret_ref = (struct message_ref) {sp->out_place, false};
    else if (sp->in_place != PLACE_NONE)
        *ret_ref = (struct message_ref) {sp->in_place, true};
    else
        return false;
    return true;
}

void
table_log_id(const struct session *s, uint32_t log, struct log_id *ret_id)
{
    const struct session_log *l = &s->logs[log];

    memcpy(ret_id->space, s->spaces[l->space].id, SPACE_BYTES);
    memcpy(ret_id->device, l->device, DEVICE_BYTES);
    ret_id->epoch = l->epoch;
}

void
table_release(struct session *s)
{
    mem_free(s->spaces);
    mem_free(s->spaces_order);
    mem_free(s->logs);
    mem_free(s->logs_order);
    s->spaces = NULL;
    s->spaces_order = NULL;
    s->logs = NULL;
    s->logs_order = NULL;
    s->spaces_count = s->spaces_capacity = 0;
    s->logs_count = s->logs_capacity = 0;
    for (size_t i = 0; i < 4; i++) {
        mem_free(s->places[i]);
        s->places[i] = NULL;
        s->places_count[i] = s->places_capacity[i] = 0;
    }
}

void
table_reset(struct session *s)
{
    table_release(s);
    s->outbound_count = 0;
    s->unacked_bytes = 0;
    s->departure.active = false;
    s->part_in.has = s->part_out.has = s->part_told = false;
    buf_reset(&s->departure.raw);
    buf_reset(&s->stash);
    s->list_space = 0;
    s->list_log = 0;
    s->next_log = 0;
    s->idle_said = false;
    s->base_dirty = true;
    compress_free(s->compressor);
    s->compressor = NULL;
}

/* --- the store's view ------------------------------------------------------------------------ */

struct scan {
    struct session *s;
    uint32_t space;
};

static enum err
on_space(void *arg, const uint8_t genesis[GENESIS_BYTES])
{
    struct scan *scan = arg;
    uint8_t id[SPACE_BYTES];
    uint32_t index;
    enum err err;

    genesis_space(genesis, id);
    err = table_space(scan->s, id, &index);
    if (err == OK) {
        struct session_space *space = &scan->s->spaces[index];

        memcpy(space->genesis, genesis, GENESIS_BYTES);
        space->has_genesis = true;
        space->shared = true;
    }
    return err;
}

static enum err
on_log(void *arg, const struct log_id *id, uint64_t seq, const struct hash *head)
{
    struct scan *scan = arg;
    struct session_log *log;
    uint32_t index;
    enum err err = table_log(scan->s, scan->space, id->device, id->epoch, &index);

    (void) head;
    if (err != OK)
        return err;
    log = &scan->s->logs[index];
    log->mine_seq = (uint32_t) seq;
    if (log->have_seq < log->mine_seq)
        log->have_seq = log->mine_seq;
    return OK;
}

enum err
table_scan(struct session *s, struct error *e)
{
    struct scan scan = {s, 0};
    enum err err;

    for (size_t i = 0; i < s->spaces_count; i++)
        s->spaces[i].shared = s->spaces[i].accepted;
    err = s->host->spaces(s->context, on_space, &scan, e);
    for (size_t i = 0; i < s->spaces_count && err == OK; i++) {
        if (!s->spaces[i].shared)
            continue;
        scan.space = (uint32_t) i;
        err = s->host->logs(s->context, s->spaces[i].id, on_log, &scan, e);
    }
    s->scan = false;
    return err;
}

/* --- bases ----------------------------------------------------------------------------------- */

static enum err
load_entry(struct session *s, const struct vector_entry *entry)
{
    struct session_log *log;
    uint32_t space, index;
    enum err err = table_space(s, entry->id.space, &space);

    if (err == OK && s->spaces[space].out_place == PLACE_NONE) {
        err = table_place(s, TABLE_SPACES_OUT, space, &s->spaces[space].out_place);
        if (err == OK)
            err = table_place(s, TABLE_SPACES_IN, space, &s->spaces[space].in_place);
    }
    if (err == OK)
        err = table_log(s, space, entry->id.device, entry->id.epoch, &index);
    if (err != OK)
        return err;
    log = &s->logs[index];
    err = table_place(s, TABLE_LOGS_OUT, index, &log->out_place);
    if (err == OK)
        err = table_place(s, TABLE_LOGS_IN, index, &log->in_place);
    log->start_seq = (uint32_t) entry->seq;
    log->common_seq = log->start_seq;
    log->shown_seq = log->start_seq;
    log->theirs_seq = (uint32_t) (entry->seq + entry->beyond);
    log->sent_seq = log->theirs_seq;
    log->out_end = log->start_seq;
    log->in_end = log->start_seq;
    return err;
}

enum err
table_load(struct session *s, const uint8_t *bytes, size_t size, struct error *e)
{
    struct base base;
    enum err err = base_decode(bytes, size, &base, e);

    if (err != OK)
        return err == ERR_FORMAT ? ERR_NOT_FOUND : err;
    if (!vector_party_same(&base.own, &s->own)) {
        base_release(&base);
        return ERR_NOT_FOUND;
    }
    table_reset(s);
    s->peer = base.peer;
    base_digest(&base, s->base_digest);
    for (size_t i = 0; i < base.vector.count && err == OK; i++)
        err = load_entry(s, &base.vector.entries[i]);
    base_release(&base);
    s->base_dirty = false;
    return err;
}

void
table_settle(struct session *s)
{
    for (size_t i = 0; i < s->logs_count; i++) {
        struct session_log *log = &s->logs[i];
        uint32_t common = log->theirs_seq > log->shown_seq ? log->theirs_seq : log->shown_seq;

        if (log->blocked)
            common = log->start_seq;
        if (common != log->common_seq && common <= log->have_seq) {
            log->common_seq = common;
            s->base_dirty = true;
        }
    }
}

/* The vector as it is, or as it will be when all that was sent has arrived. */
static enum err
make_vector(struct session *s, enum session_base_kind kind, struct vector *v)
{
    enum err err = OK;

    for (size_t i = 0; i < s->logs_count && err == OK; i++) {
        const struct session_log *log = &s->logs[i];
        struct vector_entry entry;
        uint32_t seq = log->common_seq;

        if (kind == SESSION_BASE_PENDING && !log->blocked) {
            seq = log->shown_seq > seq ? log->shown_seq : seq;
            seq = log->theirs_seq > seq ? log->theirs_seq : seq;
            seq = log->sent_seq > seq ? log->sent_seq : seq;
        }
        if (seq == 0)
            continue;
        memset(&entry, 0, sizeof entry);
        table_log_id(s, (uint32_t) i, &entry.id);
        entry.seq = seq;
        entry.beyond = !log->blocked && log->theirs_seq > seq ? log->theirs_seq - seq : 0;
        err = s->host->hash(s->context, &entry.id, seq, &entry.hash, NULL);
        if (err == OK)
            err = vector_add(v, &entry);
    }
    return err == OK ? vector_sort(v) : err;
}

void
table_save(struct session *s, enum session_base_kind kind)
{
    struct base base = {.own = s->own, .peer = s->peer};
    uint8_t digest[VECTOR_DIGEST_BYTES];
    struct buf bytes;

    if (s->hello_in != HELLO_DONE || s->hello_out != HELLO_DONE)
        return;
    buf_init(&bytes, BASE_BYTES_MAX);
    vector_init(&base.vector);
    /* A base that cannot be made costs bytes the next time, nothing else. */
    if (make_vector(s, kind, &base.vector) == OK && base.vector.count > 0 &&
        base_encode(&base, &bytes) == OK) {
        base_digest(&base, digest);
        s->host->base_save(s->context, kind, digest, bytes.bytes, bytes.size);
        if (kind == SESSION_BASE_CONFIRMED)
            s->base_dirty = false;
    }
    vector_release(&base.vector);
    buf_release(&bytes);
}
