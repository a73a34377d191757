/* What is in a bundle.
 *
 *     plain   varint size, header | signature 64 | section... | u8 0
 *     header  u8 kind | certificate | store id 16 | recipient's device 32 | int written at | varint end |
 *             varint size, body | H("thidua/1 bundle-runs", everything behind the signature) 32
 *     section u8 1 | genesis 66 | device 32 | u64 epoch                       the runs behind it are of this log
 *             u8 2 | varint first | varint count | signature 64 | varint size of the items | chunk...
 *     chunk   u8 mode | varint raw size | varint size, bytes                  until the items are whole
 *
 * Chunks are those of compress.h in the modes that need no shipped dictionary, so that two releases with
 * different ones understand each other. */
#include "config.h"

#include "protocol/bundle.h"

#include <string.h>

#include "protocol/compress.h"
#include "protocol/util/mem.h"

enum { SECTION_END = 0, SECTION_LOG = 1, SECTION_RUN = 2 };

enum {
    LEVEL = 9,                         /* one second for some megabytes; a stick has room */
    STREAM_BYTES = 2 * 1024 * 1024,    /* the window that the sender asks for */
};

/* --- writing ---------------------------------------------------------------------------------- */

struct bundle_writer {
    struct buf sections;
    struct compressor *compressor;     /* owned */
    bool has_log;
    struct log_id log;                 /* of the runs that follow */
};

enum err
bundle_writer_new(struct bundle_writer **ret_writer, struct error *e)
{
    struct bundle_writer *w = mem_alloc(sizeof *w);

    if (w == NULL)
        return err_set(e, ERR_NOMEM, "bundle: no memory");
    buf_init(&w->sections, BUNDLE_BYTES_MAX);
    w->compressor = compress_new(HISTORY_BYTES_MAX);
    if (w->compressor == NULL) {
        bundle_writer_free(w);
        return err_set(e, ERR_NOMEM, "bundle: no memory");
    }
    *ret_writer = w;
    return OK;
}

void
bundle_writer_free(struct bundle_writer *w)
{
    if (w == NULL)
        return;
    compress_free(w->compressor);
    buf_release(&w->sections);
    mem_free(w);
}

static void
put_log(struct bundle_writer *w, const uint8_t genesis[GENESIS_BYTES], const struct log_id *id)
{
    wire_put_u8(&w->sections, SECTION_LOG);
    buf_append(&w->sections, genesis, GENESIS_BYTES);
    buf_append(&w->sections, id->device, DEVICE_BYTES);
    for (int i = 0; i < 8; i++)
        wire_put_u8(&w->sections, (uint8_t) (id->epoch >> (8 * i)));
    w->has_log = true;
    w->log = *id;
}

static enum err
put_chunk(struct bundle_writer *w, const uint8_t *bytes, size_t size, struct error *e)
{
    struct compress_input in = {.bytes = bytes, .size = size, .level = LEVEL, .stream = true,
                                .stream_bytes = STREAM_BYTES};
    enum compress_mode mode = COMPRESS_STORED;
    struct buf out;
    enum err err;

    buf_init(&out, CHUNK_RAW_BYTES_MAX);
    err = compress_encode(w->compressor, &in, &out, &mode, e);
    if (err == OK) {
        wire_put_u8(&w->sections, (uint8_t) mode);
        wire_put_uint(&w->sections, size);
        wire_put_sized(&w->sections, out.bytes, out.size);
    }
    buf_release(&out);
    return err;
}

static enum err
say_full(const struct bundle_writer *w, struct error *e)
{
    if (w->sections.err == ERR_LIMIT)
        return err_say(e, ERR_LIMIT, N_("there is too much for one file: exchange over a network instead"),
                       NULL);
    return w->sections.err == OK ? OK : err_set(e, w->sections.err, "bundle: no memory");
}

enum err
bundle_put_run(struct bundle_writer *w, const uint8_t genesis[GENESIS_BYTES], const struct run *run,
               struct error *e)
{
    enum err err = OK;

    if (!w->has_log || memcmp(w->log.space, run->id.space, SPACE_BYTES) != 0 ||
        memcmp(w->log.device, run->id.device, DEVICE_BYTES) != 0 || w->log.epoch != run->id.epoch)
        put_log(w, genesis, &run->id);
    wire_put_u8(&w->sections, SECTION_RUN);
    wire_put_uint(&w->sections, run->first_seq);
    wire_put_uint(&w->sections, run->last_seq - run->first_seq + 1);
    buf_append(&w->sections, run->signature, SIGNATURE_BYTES);
    wire_put_uint(&w->sections, run->items_size);
    for (size_t at = 0; err == OK && at < run->items_size;) {
        size_t part = run->items_size - at;

        if (part > CHUNK_RAW_BYTES_MAX)
            part = CHUNK_RAW_BYTES_MAX;
        err = put_chunk(w, run->items + at, part, e);
        at += part;
    }
    return err == OK ? say_full(w, e) : err;
}

static void
put_header(struct buf *b, const struct bundle_header *h, const struct hash *runs)
{
    wire_put_u8(b, (uint8_t) h->kind);
    sign_cert_put(b, &h->cert);
    buf_append(b, h->store_id, STORE_ID_BYTES);
    buf_append(b, h->recipient, DEVICE_BYTES);
    wire_put_int(b, h->wall_s);
    wire_put_uint(b, (uint64_t) h->expires_s);
    wire_put_sized(b, h->body, h->body_size);
    buf_append(b, runs->bytes, HASH_BYTES);
}

enum err
bundle_finish(struct bundle_writer *w, const struct bundle_header *header, const struct bundle_seal *seal,
              struct buf *out, struct error *e)
{
    uint8_t signature[SIGN_BYTES];
    struct buf head, plain;
    struct hash runs;
    enum err err;

    buf_init(&head, BUNDLE_HEADER_BYTES_MAX);
    buf_init(&plain, BUNDLE_BYTES_MAX);
    wire_put_u8(&w->sections, SECTION_END);
    err = say_full(w, e);
    if (err != OK)
        goto out;
    hash_once(DOMAIN_BUNDLE_RUNS, w->sections.bytes, w->sections.size, &runs);
    put_header(&head, header, &runs);
    err = head.err;
    if (err == OK)
        err = sign_make(seal->key, DOMAIN_BUNDLE, head.bytes, head.size, signature);
    if (err != OK) {
        err_set(e, err, "bundle: the header cannot be signed");
        goto out;
    }
    wire_put_sized(&plain, head.bytes, head.size);
    buf_append(&plain, signature, sizeof signature);
    buf_append(&plain, w->sections.bytes, w->sections.size);
    err = plain.err == OK ? bundle_seal(seal->recipient, seal->seed, plain.bytes, plain.size, out, e)
          : plain.err == ERR_LIMIT
              ? err_say(e, ERR_LIMIT, N_("there is too much for one file: exchange over a network instead"), NULL)
              : err_set(e, plain.err, "bundle: no memory");
out:
    buf_release(&head);
    buf_release(&plain);
    return err;
}

/* --- reading ---------------------------------------------------------------------------------- */

struct bundle {
    struct buf plain;
    struct bundle_header header;       /* body: a view into plain */
    bool is_open;
    struct wire sections;              /* over plain */
    struct compressor *compressor;     /* owned */
    const uint8_t *genesis;            /* of the runs that follow; a view; NULL before the first log */
    struct log_id log;
    struct buf items;                  /* of the last run */
    uint64_t raw_bytes;                /* of all runs so far */
};

void
bundle_free(struct bundle *b)
{
    if (b == NULL)
        return;
    compress_free(b->compressor);
    buf_release(&b->plain);
    buf_release(&b->items);
    mem_free(b);
}

static enum err
say_malformed(struct error *e)
{
    return err_say(e, ERR_FORMAT,
                   N_("the file does not hold what a request or grant holds: have it written again"), NULL);
}

/* Header bytes to header. A kind of a later release is told apart from one that is none. */
static enum err
read_header(const uint8_t *bytes, size_t size, struct bundle_header *h, struct hash *ret_runs, struct error *e)
{
    struct wire w;
    unsigned kind;
    enum err err;

    wire_init(&w, bytes, size);
    kind = wire_u8(&w);
    h->kind = (enum bundle_kind) kind;
    err = sign_cert_read(&w, &h->cert);
    wire_copy(&w, h->store_id, STORE_ID_BYTES);
    wire_copy(&w, h->recipient, DEVICE_BYTES);
    h->wall_s = wire_int(&w);
    h->expires_s = (int64_t) wire_uint_max(&w, INT64_MAX);
    h->body = wire_sized(&w, BUNDLE_BODY_BYTES_MAX, &h->body_size);
    wire_copy(&w, ret_runs->bytes, HASH_BYTES);
    if (err == ERR_UNSUPPORTED || (wire_finish(&w) == OK && kind != BUNDLE_REQUEST && kind != BUNDLE_GRANT))
        return err_say(e, ERR_UNSUPPORTED,
                       N_("the file was written by a newer version of thidua: update this machine first"), NULL);
    return w.err == OK ? OK : say_malformed(e);
}

static enum err
read_plain(struct bundle *b, struct error *e)
{
    const uint8_t *head, *signature;
    struct hash runs, computed;
    struct wire w;
    size_t size;
    enum err err;

    wire_init(&w, b->plain.bytes, b->plain.size);
    head = wire_sized(&w, BUNDLE_HEADER_BYTES_MAX, &size);
    signature = wire_bytes(&w, SIGN_BYTES);
    if (w.err != OK)
        return say_malformed(e);
    err = read_header(head, size, &b->header, &runs, e);
    if (err != OK)
        return err;
    hash_once(DOMAIN_BUNDLE_RUNS, w.at, wire_left(&w), &computed);
    err = sign_cert_verify(&b->header.cert);
    if (err == OK)
        err = sign_verify(b->header.cert.device, DOMAIN_BUNDLE, head, size, signature);
    if (err == OK && !hash_equal(&runs, &computed))
        err = ERR_AUTH;
    b->sections = w;
    return err == OK ? OK
           : err == ERR_AUTH
               ? err_say(e, ERR_AUTH, N_("the file's signature does not hold: have it written again"), NULL)
               : err_set(e, err, "bundle: no memory");
}

enum err
bundle_open(const void *bytes, size_t size, const struct dh_key *own, struct bundle **ret_bundle,
            struct error *e)
{
    struct bundle *b = mem_alloc(sizeof *b);
    enum err err;

    if (b == NULL)
        return err_set(e, ERR_NOMEM, "bundle: no memory");
    buf_init(&b->plain, BUNDLE_BYTES_MAX);
    buf_init(&b->items, RUN_BYTES_MAX);
    err = bundle_unseal(own, bytes, size, &b->plain, &b->is_open, e);
    if (err == OK)
        err = read_plain(b, e);
    if (err == OK) {
        b->compressor = compress_new(HISTORY_BYTES_MAX);
        err = b->compressor != NULL ? OK : err_set(e, ERR_NOMEM, "bundle: no memory");
    }
    if (err == OK)
        *ret_bundle = b;
    else
        bundle_free(b);
    return err;
}

const struct bundle_header *
bundle_header(const struct bundle *b)
{
    return &b->header;
}

bool
bundle_is_open(const struct bundle *b)
{
    return b->is_open;
}

enum err
bundle_check_time(const struct bundle_header *header, int64_t now_s, struct error *e)
{
    if (now_s <= header->expires_s)
        return OK;
    return err_say(e, ERR_AUTH,
                   N_("the file is past its end date, or a clock is wrong: look at the clocks of both machines, "
                      "then have it written again"),
                   NULL);
}

static enum err
read_log(struct bundle *b)
{
    struct genesis genesis;
    uint8_t epoch[8];

    b->genesis = wire_bytes(&b->sections, GENESIS_BYTES);
    wire_copy(&b->sections, b->log.device, DEVICE_BYTES);
    wire_copy(&b->sections, epoch, sizeof epoch);
    if (b->sections.err != OK || genesis_decode(b->genesis, GENESIS_BYTES, &genesis, NULL) != OK)
        return ERR_FORMAT;
    genesis_space(b->genesis, b->log.space);
    b->log.epoch = 0;
    for (int i = 0; i < 8; i++)
        b->log.epoch |= (uint64_t) epoch[i] << (8 * i);
    return OK;
}

/* One chunk of a run whose items have `left` bytes to come. */
static enum err
read_chunk(struct bundle *b, size_t left)
{
    struct compress_chunk chunk = {.mode = wire_u8(&b->sections)};

    chunk.raw_size = (size_t) wire_uint_max(&b->sections, CHUNK_RAW_BYTES_MAX);
    chunk.bytes = wire_sized(&b->sections, CHUNK_RAW_BYTES_MAX, &chunk.size);
    if (b->sections.err != OK || chunk.raw_size == 0 || chunk.raw_size > left ||
        (chunk.mode != COMPRESS_STORED && chunk.mode != COMPRESS_HISTORY && chunk.mode != COMPRESS_STREAM_NEXT &&
         chunk.mode != COMPRESS_STREAM_HISTORY))
        return ERR_FORMAT;
    return compress_decode(b->compressor, &chunk, &b->items, NULL);
}

static enum err
read_run(struct bundle *b, struct run *ret_run)
{
    struct run run = {.id = b->log};
    uint64_t count;
    size_t size;
    enum err err = OK;

    run.first_seq = wire_uint_max(&b->sections, ENTRY_SEQ_MAX);
    count = wire_uint_max(&b->sections, BUNDLE_RUN_ENTRIES_MAX);
    wire_copy(&b->sections, run.signature, SIGNATURE_BYTES);
    size = (size_t) wire_uint_max(&b->sections, RUN_BYTES_MAX);
    if (b->genesis == NULL || b->sections.err != OK || run.first_seq == 0 || count == 0 || size == 0 ||
        count > ENTRY_SEQ_MAX - run.first_seq + 1)
        return ERR_FORMAT;
    b->raw_bytes += size;
    if (b->raw_bytes > BUNDLE_RAW_BYTES_MAX)
        return ERR_LIMIT;
    buf_reset(&b->items);
    while (err == OK && b->items.size < size)
        err = read_chunk(b, size - b->items.size);
    run.last_seq = run.first_seq + count - 1;
    run.items = b->items.bytes;
    run.items_size = b->items.size;
    if (err == OK)
        *ret_run = run;
    return err;
}

enum err
bundle_next_run(struct bundle *b, struct run *ret_run, const uint8_t **ret_genesis, struct error *e)
{
    enum err err = b->sections.err;

    while (err == OK) {
        unsigned section = wire_u8(&b->sections);

        err = b->sections.err;
        if (err == OK && section == SECTION_END) {
            if (wire_left(&b->sections) > 0)
                break;
            b->sections.at--; /* asked again, it says so again */
            return ERR_NOT_FOUND;
        }
        if (err == OK && section == SECTION_LOG) {
            err = read_log(b);
            continue;
        }
        if (err != OK || section != SECTION_RUN)
            break;
        err = read_run(b, ret_run);
        if (err != OK)
            break;
        *ret_genesis = b->genesis;
        return OK;
    }
    wire_fail(&b->sections);
    return err == ERR_NOMEM ? err_set(e, err, "bundle: no memory")
           : err == ERR_LIMIT
               ? err_say(e, err, N_("the file is larger than a request or grant can be"), NULL)
               : say_malformed(e);
}
