/* Replicas in memory and links between their sessions. */
#include "config.h"

#include "tests/util/replica.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "protocol/compress.h"
#include "protocol/util/mem.h"
#include "tests/util/tap.h"

enum { ITEMS_BYTES_MAX = 64 << 20, SIGN_EVERY_BYTES = RUN_SIGN_BYTES };

/* --- replicas -------------------------------------------------------------------------------- */

static void
fill(struct replica *r, uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        r->random = r->random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        bytes[i] = (uint8_t) (r->random >> 56);
    }
}

void
replica_init(struct replica *r, const char *name, unsigned seed)
{
    uint8_t bytes[SIGN_SEED_BYTES];

    memset(r, 0, sizeof *r);
    r->name = name;
    r->random = seed * UINT64_C(1000003) + 17;
    fill(r, bytes, sizeof bytes);
    sign_key_init(&r->sign, bytes);
    fill(r, bytes, sizeof bytes);
    dh_key_init(&r->noise, bytes);
    assert_int_equal(sign_cert_make(&r->sign, r->noise.public_key, 1, &r->cert), OK);
    fill(r, r->party.store, STORE_ID_BYTES);
    compress_dictionary_id(r->party.dictionary);
    r->party.history_bytes = HISTORY_BYTES_DEFAULT;
    r->takes_offers = true;
    buf_init(&r->partial.bytes, RUN_BYTES_MAX);
    sample_init(&r->sample, seed);
}

void
replica_release(struct replica *r)
{
    for (size_t i = 0; i < r->logs_count; i++) {
        buf_release(&r->logs[i].items);
        mem_free(r->logs[i].entries);
    }
    for (size_t i = 0; i < r->bases_count; i++)
        buf_release(&r->bases[i].bytes);
    buf_release(&r->partial.bytes);
    for (size_t i = 0; i < r->jobs_count; i++)
        verified_run_free(r->jobs[i].run);
}

const uint8_t *
replica_found(struct replica *r, enum space_kind kind)
{
    struct genesis g = {.kind = kind};

    memcpy(g.founder, r->sign.public_key, DEVICE_BYTES);
    fill(r, g.unit, sizeof g.unit);
    fill(r, g.nonce, sizeof g.nonce);
    genesis_encode(&g, r->spaces[r->spaces_count]);
    return r->spaces[r->spaces_count++];
}

static bool
carries(const struct replica *r, const uint8_t *genesis)
{
    for (size_t i = 0; i < r->spaces_count; i++)
        if (memcmp(r->spaces[i], genesis, GENESIS_BYTES) == 0)
            return true;
    return false;
}

void
replica_carry(struct replica *r, const uint8_t *genesis)
{
    if (!carries(r, genesis))
        memcpy(r->spaces[r->spaces_count++], genesis, GENESIS_BYTES);
}

struct replica_log *
replica_log(struct replica *r, const struct log_id *id)
{
    for (size_t i = 0; i < r->logs_count; i++)
        if (vector_compare_log(&r->logs[i].id, id) == 0)
            return &r->logs[i];
    return NULL;
}

static struct replica_log *
make_log(struct replica *r, const struct log_id *id)
{
    struct replica_log *log = replica_log(r, id);

    if (log != NULL)
        return log;
    assert_true(r->logs_count < REPLICA_LOGS_MAX);
    log = &r->logs[r->logs_count++];
    log->id = *id;
    buf_init(&log->items, ITEMS_BYTES_MAX);
    return log;
}

struct replica_log *
replica_own_log(struct replica *r, const uint8_t *genesis)
{
    struct log_id id = {.epoch = 7};

    genesis_space(genesis, id.space);
    memcpy(id.device, r->sign.public_key, DEVICE_BYTES);
    return make_log(r, &id);
}

static void
append(struct replica_log *log, const uint8_t *item, size_t size, const struct hash *hash)
{
    if (log->count == log->capacity) {
        log->capacity = log->capacity == 0 ? 16 : log->capacity * 2;
        log->entries = mem_resize(log->entries, log->capacity * sizeof *log->entries);
    }
    assert_int_equal(buf_append(&log->items, item, size), OK);
    log->entries[log->count++] = (struct replica_entry) {.end = (uint32_t) log->items.size, .hash = *hash};
}

static void
head_of(const struct replica_log *log, uint64_t seq, struct hash *ret_hash)
{
    if (seq == 0)
        chain_start(&log->id, ret_hash);
    else
        *ret_hash = log->entries[seq - 1].hash;
}

static size_t
start_of(const struct replica_log *log, uint64_t seq)
{
    return seq == 1 ? 0 : log->entries[seq - 2].end;
}

/* Append entries of the form header, body. */
static void
write_item(struct replica *r, struct replica_log *log, const uint8_t *entry, size_t size)
{
    struct change_header header;
    struct arena a;
    struct buf item;
    struct hash previous, hash, body_hash;
    struct wire w;
    size_t header_size;

    (void) r;
    arena_init(&a, 1 << 20);
    buf_init(&item, CHANGESET_BYTES_MAX + 16);
    wire_init(&w, entry, size);
    assert_int_equal(change_decode_header(&w, &a, &header, NULL), OK);
    header_size = size - wire_left(&w);
    item_encode(&item, entry, header_size, entry + header_size, size - header_size, NULL);
    hash_once(DOMAIN_BODY, entry + header_size, size - header_size, &body_hash);
    head_of(log, log->count, &previous);
    chain_next(&previous, entry, header_size, &body_hash, &hash);
    append(log, item.bytes, item.size, &hash);
    buf_release(&item);
    arena_release(&a);
}

static void
sign_head(struct replica *r, struct replica_log *log)
{
    struct replica_entry *last = &log->entries[log->count - 1];

    assert_int_equal(chain_sign(&r->sign, &log->id, log->count, &last->hash, last->signature), OK);
    last->has_signature = true;
}

void
replica_write(struct replica *r, const uint8_t *genesis, size_t count)
{
    struct replica_log *log = replica_own_log(r, genesis);
    size_t since = log->items.size;
    struct buf entry;

    buf_init(&entry, CHANGESET_BYTES_MAX);
    for (size_t i = 0; i < count; i++) {
        buf_reset(&entry);
        sample_entry(&r->sample, &entry);
        if (log->count > 0 && log->items.size + entry.size - since > SIGN_EVERY_BYTES) {
            sign_head(r, log);
            since = log->items.size;
        }
        write_item(r, log, entry.bytes, entry.size);
    }
    sign_head(r, log);
    buf_release(&entry);
}

void
replica_write_body(struct replica *r, const uint8_t *genesis, const void *body, size_t size)
{
    struct replica_log *log = replica_own_log(r, genesis);
    struct change_header header = {.version = CHANGE_VERSION, .wall_step_s = 60};
    struct buf entry;

    buf_init(&entry, CHANGESET_BYTES_MAX);
    change_encode_header(&entry, &header);
    buf_append(&entry, body, size);
    assert_int_equal(entry.err, OK);
    write_item(r, log, entry.bytes, entry.size);
    sign_head(r, log);
    buf_release(&entry);
}

static bool
holds(struct replica *a, struct replica *b)
{
    for (size_t i = 0; i < a->logs_count; i++) {
        struct replica_log *mine = &a->logs[i];
        struct replica_log *theirs;
        uint8_t id[SPACE_BYTES];
        bool shared = false;

        for (size_t k = 0; k < b->spaces_count; k++) {
            genesis_space(b->spaces[k], id);
            shared = shared || memcmp(id, mine->id.space, SPACE_BYTES) == 0;
        }
        if (!shared || mine->count == 0)
            continue;
        theirs = replica_log(b, &mine->id);
        if (theirs == NULL || theirs->count < mine->count ||
            !hash_equal(&theirs->entries[mine->count - 1].hash, &mine->entries[mine->count - 1].hash))
            return false;
    }
    return true;
}

bool
replica_same(struct replica *a, struct replica *b)
{
    return holds(a, b) && holds(b, a);
}

size_t
replica_count(const struct replica *r)
{
    size_t count = 0;

    for (size_t i = 0; i < r->logs_count; i++)
        count += r->logs[i].count;
    return count;
}

/* --- the host -------------------------------------------------------------------------------- */

static enum err
host_peer(void *context, const uint8_t noise_key[DH_BYTES], struct error *e)
{
    struct replica *r = context;

    if (r->known_key != NULL && memcmp(r->known_key, noise_key, DH_BYTES) != 0)
        return err_set(e, ERR_NOT_FOUND, "unknown peer");
    return OK;
}

static enum err
host_spaces(void *context, enum err (*each)(void *arg, const uint8_t genesis[GENESIS_BYTES]), void *arg,
            struct error *e)
{
    struct replica *r = context;
    enum err err = OK;

    (void) e;
    for (size_t i = 0; i < r->spaces_count && err == OK; i++)
        if (r->spaces[i] != r->hidden)
            err = each(arg, r->spaces[i]);
    return err;
}

static enum err
host_logs(void *context, const uint8_t space[SPACE_BYTES],
          enum err (*each)(void *arg, const struct log_id *id, uint64_t seq, const struct hash *head),
          void *arg, struct error *e)
{
    struct replica *r = context;
    enum err err = OK;

    (void) e;
    for (size_t i = 0; i < r->logs_count && err == OK; i++) {
        struct replica_log *log = &r->logs[i];

        if (log->count > 0 && memcmp(log->id.space, space, SPACE_BYTES) == 0)
            err = each(arg, &log->id, log->count, &log->entries[log->count - 1].hash);
    }
    return err;
}

static bool
host_offer(void *context, const uint8_t genesis[GENESIS_BYTES])
{
    struct replica *r = context;

    (void) genesis;
    return r->takes_offers;
}

static enum err
host_head(void *context, const struct log_id *id, uint64_t *ret_seq, struct hash *ret_hash, struct error *e)
{
    struct replica_log *log = replica_log(context, id);

    if (log == NULL || log->count == 0)
        return err_set(e, ERR_NOT_FOUND, "no log");
    *ret_seq = log->count;
    *ret_hash = log->entries[log->count - 1].hash;
    return OK;
}

static enum err
host_hash(void *context, const struct log_id *id, uint64_t seq, struct hash *ret_hash, struct error *e)
{
    struct replica_log *log = replica_log(context, id);

    if (log == NULL || seq == 0 || seq > log->count)
        return err_set(e, ERR_NOT_FOUND, "no entry");
    *ret_hash = log->entries[seq - 1].hash;
    return OK;
}

static enum err
host_run(void *context, const struct log_id *id, uint64_t first, size_t bytes_max, struct buf *items,
         uint64_t *ret_last, uint8_t ret_signature[SIGNATURE_BYTES], struct error *e)
{
    struct replica_log *log = replica_log(context, id);
    uint64_t last = 0;

    for (uint64_t seq = first; log != NULL && seq <= log->count; seq++) {
        if (last != 0 && log->entries[seq - 1].end - start_of(log, first) > bytes_max)
            break;
        if (log->entries[seq - 1].has_signature)
            last = seq;
    }
    if (last == 0)
        return err_set(e, ERR_NOT_FOUND, "nothing signed");
    *ret_last = last;
    memcpy(ret_signature, log->entries[last - 1].signature, SIGNATURE_BYTES);
    return buf_append(items, log->items.bytes + start_of(log, first),
                      log->entries[last - 1].end - start_of(log, first));
}

static enum err
host_run_to(void *context, const struct log_id *id, uint64_t first, uint64_t last, struct buf *items,
            uint8_t ret_signature[SIGNATURE_BYTES], struct error *e)
{
    struct replica_log *log = replica_log(context, id);

    if (log == NULL || last > log->count || !log->entries[last - 1].has_signature)
        return err_set(e, ERR_NOT_FOUND, "nothing signed");
    memcpy(ret_signature, log->entries[last - 1].signature, SIGNATURE_BYTES);
    return buf_append(items, log->items.bytes + start_of(log, first),
                      log->entries[last - 1].end - start_of(log, first));
}

static void
host_partial_save(void *context, const struct log_id *id, uint64_t first, uint64_t last,
                  const uint8_t *bytes, size_t size)
{
    struct replica *r = context;

    buf_reset(&r->partial.bytes);
    if (size == 0)
        return;
    r->partial.id = *id;
    r->partial.first = first;
    r->partial.last = last;
    buf_append(&r->partial.bytes, bytes, size);
}

static enum err
host_partial_load(void *context, struct log_id *ret_id, uint64_t *ret_first, uint64_t *ret_last,
                  struct buf *ret_bytes)
{
    struct replica *r = context;

    if (r->partial.bytes.size == 0)
        return ERR_NOT_FOUND;
    *ret_id = r->partial.id;
    *ret_first = r->partial.first;
    *ret_last = r->partial.last;
    return buf_append(ret_bytes, r->partial.bytes.bytes, r->partial.bytes.size);
}

static enum err
host_tail(void *context, const struct log_id *id, uint64_t last, size_t bytes_max, struct buf *items,
          uint64_t *ret_first, struct error *e)
{
    struct replica *r = context;
    struct replica_log *log = replica_log(r, id);
    uint64_t first = last + 1;
    size_t before = items->size;

    if (log == NULL || last > log->count)
        return err_set(e, ERR_NOT_FOUND, "no entry");
    while (first > 1 && log->entries[last - 1].end - start_of(log, first - 1) <= bytes_max)
        first--;
    *ret_first = first;
    if (first > last)
        return OK;
    if (buf_append(items, log->items.bytes + start_of(log, first),
                   log->entries[last - 1].end - start_of(log, first)) != OK)
        return items->err;
    if (r->spoils_history)
        for (size_t i = before; i < items->size; i++)
            items->bytes[i] ^= 0x15;
    return OK;
}

static enum err
host_item(void *context, const struct log_id *id, uint64_t seq, struct buf *item, struct error *e)
{
    struct replica_log *log = replica_log(context, id);

    if (log == NULL || seq == 0 || seq > log->count)
        return err_set(e, ERR_NOT_FOUND, "no entry");
    return buf_append(item, log->items.bytes + start_of(log, seq),
                      log->entries[seq - 1].end - start_of(log, seq));
}

static enum err
host_base_last(void *context, struct buf *ret_base, struct error *e)
{
    struct replica *r = context;

    for (size_t i = 0; i < r->bases_count; i++)
        if (r->bases[i].confirmed)
            return buf_append(ret_base, r->bases[i].bytes.bytes, r->bases[i].bytes.size);
    return err_set(e, ERR_NOT_FOUND, "no base");
}

static enum err
host_base_find(void *context, const uint8_t digest[VECTOR_DIGEST_BYTES], struct buf *ret_base,
               struct error *e)
{
    struct replica *r = context;

    for (size_t i = 0; i < r->bases_count; i++)
        if (memcmp(r->bases[i].digest, digest, VECTOR_DIGEST_BYTES) == 0)
            return buf_append(ret_base, r->bases[i].bytes.bytes, r->bases[i].bytes.size);
    return err_set(e, ERR_NOT_FOUND, "no such base");
}

static void
drop_base(struct replica *r, size_t at)
{
    buf_release(&r->bases[at].bytes);
    r->bases_count--;
    memmove(&r->bases[at], &r->bases[at + 1], (r->bases_count - at) * sizeof r->bases[0]);
}

static void
host_base_save(void *context, enum session_base_kind kind, const uint8_t digest[VECTOR_DIGEST_BYTES],
               const uint8_t *base, size_t size)
{
    struct replica *r = context;
    bool confirmed = kind == SESSION_BASE_CONFIRMED;
    struct replica_base *b;

    for (size_t i = r->bases_count; i-- > 0;) {
        bool same = memcmp(r->bases[i].digest, digest, VECTOR_DIGEST_BYTES) == 0;

        if (same && r->bases[i].confirmed && !confirmed)
            return;
        if (same || !r->bases[i].confirmed || r->bases_count == REPLICA_BASES_MAX)
            drop_base(r, i);
    }
    memmove(&r->bases[1], &r->bases[0], r->bases_count * sizeof r->bases[0]);
    r->bases_count++;
    b = &r->bases[0];
    memset(b, 0, sizeof *b);
    buf_init(&b->bytes, BASE_BYTES_MAX);
    buf_append(&b->bytes, base, size);
    memcpy(b->digest, digest, VECTOR_DIGEST_BYTES);
    b->confirmed = confirmed;
    if (confirmed)
        r->saves_confirmed++;
    else
        r->saves_pending++;
}

static enum err
host_commit(void *context, uint64_t ticket, struct verified_run *take_run,
            const uint8_t genesis[GENESIS_BYTES], struct error *e)
{
    struct replica *r = context;
    struct replica_job *job;

    if (r->jobs_count == REPLICA_JOBS_MAX) {
        verified_run_free(take_run);
        return err_set(e, ERR_LIMIT, "too many jobs");
    }
    job = &r->jobs[r->jobs_count++];
    job->ticket = ticket;
    job->run = take_run;
    memcpy(job->genesis, genesis, GENESIS_BYTES);
    return OK;
}

/* What the engine's ingest does. */
static enum err
store_run(struct replica *r, const struct replica_job *job)
{
    struct replica_log *log;
    struct replica_entry *last;

    replica_carry(r, job->genesis);
    log = make_log(r, verified_run_id(job->run));
    for (size_t i = 0; i < verified_run_count(job->run); i++) {
        const struct verified_entry *entry = verified_run_entry(job->run, i);

        if (entry->seq > log->count + 1)
            return ERR_AGAIN;
        if (entry->seq <= log->count && !hash_equal(&log->entries[entry->seq - 1].hash, &entry->hash))
            return ERR_CONFLICT;
        if (entry->seq == log->count + 1)
            append(log, entry->item, entry->item_size, &entry->hash);
    }
    last = &log->entries[verified_run_entry(job->run, verified_run_count(job->run) - 1)->seq - 1];
    memcpy(last->signature, verified_run_signature(job->run), SIGNATURE_BYTES);
    last->has_signature = true;
    return OK;
}

static enum err
host_join(void *context, uint64_t ticket, const struct message_join *join, struct error *e)
{
    struct replica *r = context;

    (void) e;
    r->join_ticket = ticket;
    r->join = *join;
    return OK;
}

static enum err
host_joined(void *context, uint64_t ticket, const struct message_joined *joined, struct error *e)
{
    struct replica *r = context;

    (void) e;
    for (uint32_t i = 0; i < joined->spaces_count; i++)
        replica_carry(r, joined->spaces + i * JOINED_SPACE_BYTES + 1);
    r->join_ticket = ticket;
    return OK;
}

static void
host_contact(void *context)
{
    ((struct replica *) context)->contacts++;
}

static void
host_event(void *context, const struct error *e)
{
    struct replica *r = context;

    r->events++;
    snprintf(r->last_event, sizeof r->last_event, "%s", e->text);
}

const struct session_host replica_host = {
    .peer = host_peer,
    .spaces = host_spaces,
    .logs = host_logs,
    .offer = host_offer,
    .head = host_head,
    .hash = host_hash,
    .run = host_run,
    .run_to = host_run_to,
    .partial_save = host_partial_save,
    .partial_load = host_partial_load,
    .tail = host_tail,
    .item = host_item,
    .base_last = host_base_last,
    .base_find = host_base_find,
    .base_save = host_base_save,
    .commit = host_commit,
    .join = host_join,
    .joined = host_joined,
    .contact = host_contact,
    .event = host_event,
};

/* --- links ----------------------------------------------------------------------------------- */

static struct session *
open_end(struct replica *r, enum session_role role, const struct link_options *o, const uint8_t *remote)
{
    struct session_options options = {.role = role,
                                      .own_static = &r->noise,
                                      .remote_static = remote,
                                      .own = r->party,
                                      .join = role == SESSION_INITIATOR ? o->join : NULL,
                                      .early_bytes_max = o->early_bytes_max,
                                      .link_bytes = o->link_bytes,
                                      .keep_open = o->keep_open,
                                      .level = o->level,
                                      .now_ms = 1000};
    struct session *s = NULL;

    fill(r, options.ephemeral_seed, sizeof options.ephemeral_seed);
    assert_int_equal(session_new(&options, &replica_host, r, &s, NULL), OK);
    return s;
}

void
link_open(struct link *l, struct replica *client, struct replica *server, const struct link_options *o)
{
    memset(l, 0, sizeof *l);
    l->client = client;
    l->server = server;
    l->now_ms = 1000;
    l->cut_up = l->cut_down = UINT64_MAX;
    buf_init(&l->to_a, 64 << 20);
    buf_init(&l->to_b, 64 << 20);
    l->a = open_end(client, SESSION_INITIATOR, o,
                    o->server_key != NULL ? o->server_key : server->noise.public_key);
    l->b = open_end(server, SESSION_RESPONDER, o, NULL);
}

static bool
run_jobs(struct replica *r, struct session *s, uint64_t now_ms)
{
    size_t count = r->jobs_count;
    struct replica_job jobs[REPLICA_JOBS_MAX];

    if (count == 0 || r->holds_commits)
        return false;
    memcpy(jobs, r->jobs, count * sizeof jobs[0]);
    r->jobs_count = 0;
    for (size_t i = 0; i < count; i++) {
        enum err err = store_run(r, &jobs[i]);

        verified_run_free(jobs[i].run);
        session_committed(s, jobs[i].ticket, err, NULL, now_ms);
    }
    session_notify(s, now_ms);
    return true;
}

/* Deliver from one buffer; true when something moved. */
static bool
deliver(struct link *l, struct buf *from, struct session *to, uint64_t *bytes, uint64_t cut)
{
    size_t size = from->size;

    if (size == 0 || l->broken || !session_wants_input(to)) {
        if (size > 0 && session_state(to) >= SESSION_ENDING)
            buf_reset(from);
        return false;
    }
    if (l->step_bytes > 0 && size > l->step_bytes)
        size = l->step_bytes;
    if (size > 65536)
        size = 65536;
    if (*bytes + size > cut) {
        size = (size_t) (cut - *bytes);
        l->broken = true;
    }
    *bytes += size;
    session_input(to, from->bytes, size, l->now_ms);
    buf_consume(from, size);
    return true;
}

void
link_run(struct link *l)
{
    bool moved = true;

    for (unsigned rounds = 0; moved; rounds++) {
        moved = false;
        assert_true(rounds < 100000);
        if (l->to_b.size == 0)
            assert_int_equal(session_output(l->a, &l->to_b, l->now_ms), OK);
        if (l->to_a.size == 0)
            assert_int_equal(session_output(l->b, &l->to_a, l->now_ms), OK);
        moved = deliver(l, &l->to_b, l->b, &l->bytes_up, l->cut_up) || moved;
        moved = deliver(l, &l->to_a, l->a, &l->bytes_down, l->cut_down) || moved;
        moved = run_jobs(l->client, l->a, l->now_ms) || moved;
        moved = run_jobs(l->server, l->b, l->now_ms) || moved;
        if (l->broken) {
            link_break(l);
            return;
        }
    }
}

void
link_break(struct link *l)
{
    l->broken = true;
    l->client->holds_commits = l->server->holds_commits = false;
    run_jobs(l->client, l->a, l->now_ms);
    run_jobs(l->server, l->b, l->now_ms);
    session_eof(l->a, l->now_ms);
    session_eof(l->b, l->now_ms);
    buf_reset(&l->to_a);
    buf_reset(&l->to_b);
}

void
link_close(struct link *l)
{
    session_free(l->a);
    session_free(l->b);
    buf_release(&l->to_a);
    buf_release(&l->to_b);
}

uint64_t
link_sync(struct replica *client, struct replica *server)
{
    static const struct link_options options = {.early_bytes_max = SESSION_EARLY_BYTES_MAX, .level = 19};
    struct link l;
    uint64_t bytes;

    link_open(&l, client, server, &options);
    link_run(&l);
    assert_string_equal(session_error(l.a)->text, "");
    assert_string_equal(session_error(l.b)->text, "");
    assert_int_equal(session_state(l.a), SESSION_ENDED);
    session_eof(l.b, l.now_ms);
    assert_string_equal(session_error(l.b)->text, "");
    bytes = l.bytes_up + l.bytes_down;
    link_close(&l);
    return bytes;
}
