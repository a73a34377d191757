/* Carrier: entries out of the store into a bundle, and from a bundle through the inbound pipeline. */
#include "config.h"

#include "daemon/net/carrier.h"

#include <string.h>

#include "daemon/engine/ingest.h"
#include "daemon/net/host_core.h"

enum { CARRIER_ARENA_BYTES_MAX = 16 * 1024 * 1024 };

/* --- loading ---------------------------------------------------------------------------------- */

/* Where to end a run: at the last signature among the entries that fit.
 *   Returns  ERR_NOT_FOUND nothing is signed from `first` on */
static enum err
cut_run(struct store *s, int64_t log, struct run *run, struct buf *items, uint64_t fits, struct error *e)
{
    uint64_t read = 0;
    enum err err = ERR_NOT_FOUND;

    if (fits - run->first_seq >= BUNDLE_RUN_ENTRIES_MAX)
        fits = run->first_seq + BUNDLE_RUN_ENTRIES_MAX - 1;
    err = signature_last_before(s, log, run->first_seq, fits, &run->last_seq, run->signature, e);
    if (err != OK)
        return err;
    buf_reset(items);
    err = log_read_items(s, log, run->first_seq, run->last_seq, RUN_BYTES_MAX, items, &read, e);
    run->items = items->bytes;
    run->items_size = items->size;
    return err == OK && read != run->last_seq ? err_set(e, ERR_IO, "the log gives other entries than before") : err;
}

/* Only a tail without any signature stays behind; it cannot be verified by anybody. */
static enum err
end_of_log(struct store *s, int64_t log, uint64_t first, struct error *e)
{
    uint8_t signature[SIGNATURE_BYTES];
    uint64_t seq;
    enum err err = signature_at_or_after(s, log, first, &seq, signature, e);

    return err == ERR_NOT_FOUND ? OK : err != OK ? err : err_set(e, ERR_IO, "a run too long without a signature");
}

static enum err
load_log(struct store *s, const struct log_row *log, const uint8_t genesis[GENESIS_BYTES], struct bundle_writer *w,
         struct error *e)
{
    struct run run = {.id = log->name, .first_seq = 1};
    struct buf items;
    enum err err = OK;

    buf_init(&items, RUN_BYTES_MAX);
    while (err == OK && run.first_seq <= log->received_seq) {
        uint64_t fits = 0;

        buf_reset(&items);
        err = log_read_items(s, log->id, run.first_seq, log->received_seq, RUN_BYTES_MAX, &items, &fits, e);
        if (err == OK && fits < run.first_seq)
            err = err_set(e, ERR_IO, "an entry is longer than a run");
        if (err == OK)
            err = cut_run(s, log->id, &run, &items, fits, e);
        if (err == OK)
            err = bundle_put_run(w, genesis, &run, e);
        run.first_seq = run.last_seq + 1;
    }
    buf_release(&items);
    return err == ERR_NOT_FOUND ? end_of_log(s, log->id, run.first_seq, e) : err;
}

enum err
carrier_load(struct store *s, const uint8_t genesis[GENESIS_BYTES], struct bundle_writer *w, struct error *e)
{
    struct space_row space;
    uint8_t id[SPACE_BYTES];
    struct log_row *logs;
    struct arena a;
    size_t count = 0;
    enum err err;

    arena_init(&a, CARRIER_ARENA_BYTES_MAX);
    genesis_space(genesis, id);
    err = space_find(s, id, &space, e);
    if (err == OK)
        err = log_list(s, space.id, &a, &logs, &count, e);
    for (size_t i = 0; err == OK && i < count; i++)
        err = load_log(s, &logs[i], genesis, w, e);
    arena_release(&a);
    return err;
}

/* --- unloading -------------------------------------------------------------------------------- */

static enum err
sender_of(struct store *s, const struct bundle *b, struct host_peer *ret_peer, struct error *e)
{
    const struct bundle_header *header = bundle_header(b);
    struct host_peer peer = {.has_device = true};
    struct peer_row row;
    struct arena a;
    enum err err;

    arena_init(&a, CARRIER_ARENA_BYTES_MAX);
    err = peer_by_device(s, header->cert.device, &a, &row, e);
    if (err == OK) {
        peer.id = row.id;
        peer.role = row.role;
        memcpy(peer.device, header->cert.device, DEVICE_BYTES);
        *ret_peer = peer;
    }
    arena_release(&a);
    return err;
}

/* hash(first - 1) as it stands here. */
static enum err
hash_before(struct store *s, const struct run *run, struct hash *ret_hash, struct error *e)
{
    struct log_row log;
    enum err err;

    if (run->first_seq == 1) {
        chain_start(&run->id, ret_hash);
        return OK;
    }
    err = log_find(s, &run->id, &log, e);
    return err == OK ? entry_hash(s, log.id, run->first_seq - 1, ret_hash, e) : err;
}

/* What the carrier of the file is told when a run does not go in. */
static enum err
say_refused(enum err err, struct error *e)
{
    switch (err) {
    case ERR_FORMAT:
    case ERR_AUTH:
    case ERR_LIMIT:
        return err_say(e, err,
                       N_("the file holds entries that do not verify or that its sender may not bring; nothing of "
                          "it was taken: have it written again"),
                       NULL);
    case ERR_NOT_FOUND:
    case ERR_AGAIN:
        return err_say(e, ERR_FORMAT,
                       N_("the file leaves out entries or names a unit that is not known here; nothing of it was "
                          "taken: have it written again"),
                       NULL);
    case ERR_CONFLICT:
        return err_say(e, err,
                       N_("a machine has written two different histories (was a copy of its data put back?); nothing "
                          "of the file was taken: ask who manages your unit"),
                       NULL);
    default:
        return err;
    }
}

static enum err
take_run(struct store *s, const struct host_peer *peer, const struct run *run, const uint8_t *genesis,
         uint64_t *ret_stored, struct error *e)
{
    struct verified_run *verified = NULL;
    struct ingest_result result = {.stored = 0};
    struct hash previous;
    enum err err = hash_before(s, run, &previous, e);

    if (err == OK)
        err = run_verify(run, &previous, &verified, e);
    if (err == OK)
        err = host_admit(s, peer, genesis, &run->id, e);
    if (err == OK)
        err = ingest_run(s, verified, &result, e);
    verified_run_free(verified);
    *ret_stored += result.stored;
    return say_refused(err, e);
}

enum err
carrier_unload(struct store *s, struct bundle *b, uint64_t *ret_stored, struct error *e)
{
    const uint8_t *genesis;
    struct host_peer peer;
    struct run run;
    uint64_t stored = 0;
    enum err err = sender_of(s, b, &peer, e);
    bool more = err == OK;

    while (more) {
        err = bundle_next_run(b, &run, &genesis, e);
        more = err == OK;
        if (err == ERR_NOT_FOUND)
            err = OK;
        else if (err == OK)
            err = take_run(s, &peer, &run, genesis, &stored, e);
        more = more && err == OK;
    }
    if (err == OK)
        *ret_stored = stored;
    return err;
}
