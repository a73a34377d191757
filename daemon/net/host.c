/* Host: reads. The peer, its rights, its spaces; heads, hashes, runs, history; bases. */
#include "config.h"

#include "daemon/net/host.h"

#include <stdio.h>
#include <string.h>

#include "daemon/daemon.h"
#include "daemon/engine/ingest.h"
#include "daemon/engine/revoke.h"
#include "daemon/engine/system_fields.h"
#include "daemon/engine/trust.h"
#include "daemon/log_line.h"
#include "daemon/net/host_core.h"
#include "protocol/compress.h"
#include "protocol/util/mem.h"

enum { READ_ARENA_BYTES_MAX = 16 * 1024 * 1024 };

/* --- life ------------------------------------------------------------------------------------ */

enum err
host_new(const struct host_store *store, const struct host_events *events, int64_t peer,
         const char *address, struct host **ret_host, struct error *e)
{
    struct host *h = mem_alloc(sizeof *h);
    enum err err = OK;

    if (h == NULL)
        return err_set(e, ERR_NOMEM, "no memory");
    h->store = *store;
    h->events = *events;
    h->references = 1;
    snprintf(h->address, sizeof h->address, "%s", address != NULL ? address : "");
    buf_init(&h->confirmed.bytes, BASE_BYTES_MAX);
    buf_init(&h->pending.bytes, BASE_BYTES_MAX);
    h->called = peer != 0;
    if (peer != 0)
        err = host_know(h, peer, e);
    if (err != OK) {
        mem_free(h);
        return err;
    }
    *ret_host = h;
    return OK;
}

void
host_unreference(struct host *h)
{
    if (--h->references > 0)
        return;
    buf_release(&h->confirmed.bytes);
    buf_release(&h->pending.bytes);
    mem_free(h->shared);
    mem_free(h);
}

void
host_release(struct host *h)
{
    if (h == NULL)
        return;
    h->released = true;
    host_unreference(h);
}

int64_t
host_peer_id(const struct host *h)
{
    return h->peer;
}

const char *
host_peer_name(const struct host *h)
{
    return h->name[0] != '\0' ? h->name : "?";
}

bool
host_contacted(const struct host *h)
{
    return h->contact_s != 0;
}

bool
host_joined(const struct host *h)
{
    return h->joined;
}

/* --- the peer -------------------------------------------------------------------------------- */

static void
take_peer(struct host *h, const struct peer_row *row)
{
    h->next_space = 1;
    h->shared_count = 0;
    h->peer = row->id;
    h->role = row->role;
    h->has_device = row->has_device;
    memcpy(h->device, row->device, DEVICE_BYTES);
    snprintf(h->name, sizeof h->name, "%s", row->name);
}

enum err
host_know(struct host *h, int64_t peer, struct error *e)
{
    struct peer_row row;
    struct arena a;
    enum err err;

    arena_init(&a, READ_ARENA_BYTES_MAX);
    err = peer_get(h->store.reader, peer, &a, &row, e);
    if (err == OK)
        take_peer(h, &row);
    arena_release(&a);
    return err;
}

/* The inner space that a unit below was founded with, by its first machine.
 *   Returns  ERR_NOT_FOUND the machine founded none */
static enum err
space_founded_by(struct store *s, const uint8_t device[DEVICE_BYTES], struct arena *a,
                 struct space_row *ret_space, struct error *e)
{
    struct state_filter filter = {
        .field = CHILD_DEVICE, .value = {.kind = VALUE_BYTES, .bytes = device, .size = DEVICE_BYTES}};
    struct state_query query = {.type = RECORD_CHILD, .filters = &filter, .filters_count = 1, .limit = 1};
    struct record **children;
    const struct value *id;
    size_t count = 0;
    enum err err = state_list(s, &query, a, &children, &count, e);

    if (err != OK || count == 0)
        return err != OK ? err : err_set(e, ERR_NOT_FOUND, "no child of this machine");
    id = record_value(children[0], CHILD_INNER);
    return id != NULL && id->size == SPACE_BYTES ? space_find(s, id->bytes, ret_space, e)
                                                 : err_set(e, ERR_NOT_FOUND, "a child without its space");
}

/* A machine of the own unit, or the first of one below, whose right was taken back, or has ended by its date, is not served.
 *   Returns  ERR_AUTH */
static enum err
check_peer(struct host *h, const struct peer_row *row, struct arena *a, struct error *e)
{
    struct space_row own;
    bool closed = false;
    enum err err;

    if (row->role == PEER_PARENT || !row->has_device)
        return OK;
    err = row->role == PEER_CHILD ? space_founded_by(h->store.reader, row->device, a, &own, e)
                                  : space_own(h->store.reader, SPACE_INNER, &own, e);
    if (err == ERR_NOT_FOUND)
        return OK;
    if (err == OK)
        err = trust_is_closed(h->store.reader, &own, row->device, &closed, e);
    if (err == OK && closed)
        return err_say(e, ERR_AUTH,
                       N_("the right of this machine was taken back: ask the office that gave it"), NULL);
    return err == OK ? revoke_check_expiry(h->store.reader, &own, row->device, daemon_now_s(), a, e) : err;
}

static enum err
call_peer(void *context, const uint8_t noise_key[DH_BYTES], struct error *e)
{
    struct host *h = context;
    struct peer_row row;
    struct arena a;
    enum err err;

    memcpy(h->noise, noise_key, DH_BYTES);
    arena_init(&a, READ_ARENA_BYTES_MAX);
    err = peer_by_noise(h->store.reader, noise_key, &a, &row, e);
    if (err == OK)
        err = check_peer(h, &row, &a, e);
    if (err == OK)
        take_peer(h, &row);
    arena_release(&a);
    return err;
}

/* --- spaces ---------------------------------------------------------------------------------- */

struct host_peer
host_who(const struct host *h)
{
    struct host_peer peer = {.id = h->peer, .role = h->role, .has_device = h->has_device};

    memcpy(peer.device, h->device, DEVICE_BYTES);
    return peer;
}

static enum err
add_shared(struct host *h, const struct space_row *space, struct error *e)
{
    if (h->shared_count == h->shared_capacity) {
        size_t capacity = h->shared_capacity == 0 ? 4 : h->shared_capacity * 2;
        uint8_t(*grown)[GENESIS_BYTES] = mem_resize(h->shared, capacity * sizeof *grown);

        if (grown == NULL)
            return err_set(e, ERR_NOMEM, "no memory");
        h->shared = grown;
        h->shared_capacity = capacity;
    }
    memcpy(h->shared[h->shared_count++], space->genesis_bytes, GENESIS_BYTES);
    return OK;
}

/* Decide on the spaces that came since the last look: a hub of a province has thousands. */
static enum err
look_at_spaces(struct host *h, struct error *e)
{
    const struct host_peer peer = host_who(h);
    struct space_row space;
    enum err err = OK;

    while (err == OK && h->peer != 0) {
        err = space_get(h->store.reader, h->next_space, &space, e);
        if (err == OK && host_serves(h->store.reader, &peer, &space))
            err = add_shared(h, &space, e);
        if (err == OK)
            h->next_space++;
    }
    return err == ERR_NOT_FOUND ? OK : err;
}

static enum err
call_spaces(void *context, enum err (*each)(void *arg, const uint8_t genesis[GENESIS_BYTES]), void *arg,
            struct error *e)
{
    struct host *h = context;
    enum err err = look_at_spaces(h, e);

    for (size_t i = 0; err == OK && i < h->shared_count; i++)
        err = each(arg, h->shared[i]);
    return err;
}

/* A log's head as others are told it: a closed log goes on here only as far as somebody has seen it. */
static enum err
shown_head(struct host *h, const struct log_row *log, uint64_t *ret_seq, struct hash *ret_hash, struct error *e)
{
    *ret_seq = log_shown_seq(log);
    *ret_hash = log->received_hash;
    if (*ret_seq == log->received_seq || *ret_seq == 0)
        return OK;
    return entry_hash(h->store.reader, log->id, *ret_seq, ret_hash, e);
}

static enum err
call_logs(void *context, const uint8_t space[SPACE_BYTES],
          enum err (*each)(void *arg, const struct log_id *id, uint64_t seq, const struct hash *head),
          void *arg, struct error *e)
{
    struct host *h = context;
    const struct host_peer peer = host_who(h);
    struct space_row row;
    struct log_row *logs;
    struct arena a;
    size_t count = 0;
    enum err err = space_find(h->store.reader, space, &row, e);

    if (err == ERR_NOT_FOUND) /* offered, and nothing of it is here yet */
        return OK;
    if (err == OK && !host_serves(h->store.reader, &peer, &row)) /* offered, and has come from another meanwhile */
        return OK;
    arena_init(&a, READ_ARENA_BYTES_MAX);
    if (err == OK)
        err = log_list(h->store.reader, row.id, &a, &logs, &count, e);
    for (size_t i = 0; err == OK && i < count; i++) {
        uint64_t seq;
        struct hash head;

        err = shown_head(h, &logs[i], &seq, &head, e);
        if (err == OK && seq > 0)
            err = each(arg, &logs[i].name, seq, &head);
    }
    arena_release(&a);
    return err;
}

/* What names the space may be on its way as well, so this decides only whether to look at its runs;
 * host_admit() judges each when it is stored. */
static bool
call_offer(void *context, const uint8_t bytes[GENESIS_BYTES])
{
    struct host *h = context;
    struct genesis genesis;
    const struct host_peer peer = host_who(h);
    struct space_row row;
    uint8_t id[SPACE_BYTES];
    const char *reason = NULL;

    genesis_space(bytes, id);
    if (h->peer == 0 || genesis_decode(bytes, GENESIS_BYTES, &genesis, NULL) != OK)
        reason = "not for this peer";
    else if (space_find(h->store.reader, id, &row, NULL) == OK)
        reason = "carried here, but not for this peer"; /* naming a space gives no right to it */
    else if (!host_may_bring(&peer, &genesis))
        reason = "of a kind that this peer does not bring";
    if (reason == NULL)
        return true;
    log_line(LOG_WARNING, "space_declined", "peer=\"%s\" space=%02x%02x%02x%02x reason=\"%s\"",
             host_peer_name(h), id[0], id[1], id[2], id[3], reason);
    return false;
}

/* --- logs ------------------------------------------------------------------------------------ */

static enum err
call_head(void *context, const struct log_id *id, uint64_t *ret_seq, struct hash *ret_hash,
          struct error *e)
{
    struct host *h = context;
    struct log_row log;
    enum err err = log_find(h->store.reader, id, &log, e);

    return err == OK ? shown_head(h, &log, ret_seq, ret_hash, e) : err;
}

/* A log whose bytes this peer may have, or whose bytes help to read what it sends: whoever may guess at the
 * history of a chunk reads it in the end. */
static enum err
find_served(struct host *h, const struct log_id *id, struct log_row *ret_log, struct error *e)
{
    const struct host_peer peer = host_who(h);
    struct space_row space;
    enum err err = log_find(h->store.reader, id, ret_log, e);

    if (err == OK)
        err = ret_log->space != 0 ? space_get(h->store.reader, ret_log->space, &space, e) : ERR_NOT_FOUND;
    if (err == OK && !host_serves(h->store.reader, &peer, &space))
        err = ERR_NOT_FOUND;
    return err == ERR_NOT_FOUND ? err_set(e, err, "no such log for this peer") : err;
}

static enum err
call_hash(void *context, const struct log_id *id, uint64_t seq, struct hash *ret_hash, struct error *e)
{
    struct host *h = context;
    struct log_row log;
    enum err err = log_find(h->store.reader, id, &log, e);

    if (err == OK && seq == log.received_seq && seq > 0) {
        *ret_hash = log.received_hash;
        return OK;
    }
    return err == OK ? entry_hash(h->store.reader, log.id, seq, ret_hash, e) : err;
}

/* Where to cut a run: the last signature among the entries that fit, else the first at all. */
static enum err
cut_run(struct host *h, int64_t log, uint64_t first, uint64_t fits, uint64_t *ret_last,
        uint8_t ret_signature[SIGNATURE_BYTES], struct error *e)
{
    enum err err = ERR_NOT_FOUND;

    if (fits >= first)
        err = signature_last_before(h->store.reader, log, first, fits, ret_last, ret_signature, e);
    if (err == ERR_NOT_FOUND)
        err = signature_at_or_after(h->store.reader, log, first, ret_last, ret_signature, e);
    return err;
}

static enum err
call_run(void *context, const struct log_id *id, uint64_t first, size_t bytes_max, struct buf *items,
         uint64_t *ret_last, uint8_t ret_signature[SIGNATURE_BYTES], struct error *e)
{
    struct host *h = context;
    struct log_row log;
    uint64_t fits = 0, last = 0, read = 0;
    size_t before = items->size;
    enum err err = find_served(h, id, &log, e);

    if (err == OK)
        err = log_read_items(h->store.reader, log.id, first, log_shown_seq(&log), bytes_max, items, &fits, e);
    if (err == OK)
        err = cut_run(h, log.id, first, fits, &last, ret_signature, e);
    if (err == OK && last != fits) {
        items->size = before;
        err = log_read_items(h->store.reader, log.id, first, last, RUN_BYTES_MAX, items, &read, e);
        if (err == OK && read != last)
            err = err_set(e, ERR_LIMIT, "a run longer than %d bytes without a signature", RUN_BYTES_MAX);
    }
    if (err == OK)
        *ret_last = last;
    return err;
}

static enum err
call_run_to(void *context, const struct log_id *id, uint64_t first, uint64_t last, struct buf *items,
            uint8_t ret_signature[SIGNATURE_BYTES], struct error *e)
{
    struct host *h = context;
    struct log_row log;
    uint64_t found = 0, read = 0;
    enum err err = find_served(h, id, &log, e);

    if (err == OK)
        err = signature_at_or_after(h->store.reader, log.id, last, &found, ret_signature, e);
    if (err == OK && found != last)
        err = err_set(e, ERR_NOT_FOUND, "no signature there any more");
    if (err == OK)
        err = log_read_items(h->store.reader, log.id, first, last, RUN_BYTES_MAX, items, &read, e);
    return err == OK && read != last ? err_set(e, ERR_LIMIT, "a run too long") : err;
}

static void
call_partial_save(void *context, const struct log_id *id, uint64_t first, uint64_t last,
                  const uint8_t *bytes, size_t size)
{
    struct host *h = context;

    partials_keep(h->store.partials, h->peer, id, first, last, bytes, size);
}

static enum err
call_partial_load(void *context, struct log_id *ret_id, uint64_t *ret_first, uint64_t *ret_last,
                  struct buf *ret_bytes)
{
    struct host *h = context;

    return partials_find(h->store.partials, h->peer, ret_id, ret_first, ret_last, ret_bytes);
}

static enum err
call_tail(void *context, const struct log_id *id, uint64_t last, size_t bytes_max, struct buf *items,
          uint64_t *ret_first, struct error *e)
{
    struct host *h = context;
    struct log_row log;
    uint64_t first = last + 1, read;
    enum err err = find_served(h, id, &log, e);

    if (err == OK)
        err = log_tail_first(h->store.reader, log.id, last, bytes_max, &first, e);
    if (err == OK && first <= last)
        err = log_read_items(h->store.reader, log.id, first, last, bytes_max, items, &read, e);
    if (err == OK)
        *ret_first = first;
    return err;
}

static enum err
call_item(void *context, const struct log_id *id, uint64_t seq, struct buf *item, struct error *e)
{
    struct host *h = context;
    struct log_row log;
    uint64_t read;
    enum err err = find_served(h, id, &log, e);

    if (err == OK && (seq == 0 || seq > log.received_seq))
        return err_set(e, ERR_NOT_FOUND, "no such entry");
    return err == OK
               ? log_read_items(h->store.reader, log.id, seq, seq, CHANGESET_BYTES_MAX, item, &read, e)
               : err;
}

/* --- bases ----------------------------------------------------------------------------------- */

static enum err
copy_base(enum err err, const struct base_row *row, struct buf *ret_base)
{
    return err == OK ? buf_append(ret_base, row->vector, row->vector_size) : err;
}

static enum err
call_base_last(void *context, struct buf *ret_base, struct error *e)
{
    struct host *h = context;
    struct base_row row;
    struct arena a;
    enum err err;

    arena_init(&a, READ_ARENA_BYTES_MAX);
    err = copy_base(base_last_confirmed(h->store.reader, h->peer, &a, &row, e), &row, ret_base);
    arena_release(&a);
    return err;
}

static enum err
call_base_find(void *context, const uint8_t digest[VECTOR_DIGEST_BYTES], struct buf *ret_base,
               struct error *e)
{
    struct host *h = context;
    struct base_row row;
    struct arena a;
    enum err err;

    arena_init(&a, READ_ARENA_BYTES_MAX);
    err = copy_base(base_get(h->store.reader, h->peer, digest, &a, &row, e), &row, ret_base);
    arena_release(&a);
    return err;
}

uint64_t
host_unsent(struct store *reader, const struct identity *me, int64_t peer)
{
    struct host h = {.store = {.reader = reader, .me = me}};
    struct host_peer who;
    struct base base;
    struct buf bytes;
    struct space_row *spaces;
    struct arena a;
    uint64_t unsent = 0;
    size_t count = 0;
    bool known;

    buf_init(&bytes, BASE_BYTES_MAX);
    arena_init(&a, READ_ARENA_BYTES_MAX);
    if (host_know(&h, peer, NULL) != OK)
        return 0;
    who = host_who(&h);
    memset(&base, 0, sizeof base);
    known = call_base_last(&h, &bytes, NULL) == OK && base_decode(bytes.bytes, bytes.size, &base, NULL) == OK;
    if (space_list(reader, &a, &spaces, &count, NULL) != OK)
        count = 0;
    for (size_t i = 0; i < count; i++) {
        struct log_row *logs;
        size_t logs_count = 0;

        if (!host_serves(reader, &who, &spaces[i]) ||
            log_list(reader, spaces[i].id, &a, &logs, &logs_count, NULL) != OK)
            continue;
        for (size_t k = 0; k < logs_count; k++)
            unsent += log_shown_seq(&logs[k]);
    }
    for (size_t i = 0; known && i < base.vector.count; i++) {
        uint64_t held = base.vector.entries[i].seq + base.vector.entries[i].beyond;

        unsent -= held < unsent ? held : unsent;
    }
    base_release(&base);
    buf_release(&bytes);
    arena_release(&a);
    return unsent;
}

enum err
host_party(struct store *reader, struct vector_party *ret_party, struct error *e)
{
    struct vector_party party = {.history_bytes = HISTORY_BYTES_DEFAULT};
    struct arena a;
    const char *text = "";
    enum err err;

    arena_init(&a, 4096);
    err = store_meta_get(reader, "store_id", &a, &text, e);
    for (size_t i = 0; err == OK && i < STORE_ID_BYTES; i++) {
        unsigned byte;

        if (strlen(text) != 2 * STORE_ID_BYTES || sscanf(text + 2 * i, "%2x", &byte) != 1)
            err = err_set(e, ERR_FORMAT, "the store's id is damaged");
        else
            party.store[i] = (uint8_t) byte;
    }
    arena_release(&a);
    compress_dictionary_id(party.dictionary);
    if (err == OK)
        *ret_party = party;
    return err;
}

/* --- the table ------------------------------------------------------------------------------- */

static void
call_event(void *context, const struct error *e)
{
    log_line(LOG_WARNING, "sync", "peer=\"%s\" error=\"%s\"", host_peer_name(context), e->text);
}

const struct session_host host_calls = {
    .peer = call_peer,
    .spaces = call_spaces,
    .logs = call_logs,
    .offer = call_offer,
    .head = call_head,
    .hash = call_hash,
    .run = call_run,
    .run_to = call_run_to,
    .partial_save = call_partial_save,
    .partial_load = call_partial_load,
    .tail = call_tail,
    .item = call_item,
    .related = host_related,
    .base_last = call_base_last,
    .base_find = call_base_find,
    .base_save = host_base_save,
    .commit = host_commit,
    .join = host_join,
    .joined = host_store_joined,
    .contact = host_contact,
    .event = call_event,
};
