/* Bundles: a hostile file gives runs within all bounds or words for a person, and nobody gets past the seal.
 * First byte: 0 the file itself; 1 laid over (XOR) a real one from its beginning; 2 a plain text that is sealed;
 * 3 sections that are signed and sealed; else a body of a request or grant. */
#include "config.h"

#include <string.h>

#include "protocol/bundle_enrol.h"
#include "tests/fuzz/fuzz.h"

enum { AS_FILE, AS_OVERLAY, AS_PLAIN, AS_SECTIONS, AS_BODY };

static struct sign_key sender;
static struct dh_key own;
static uint8_t seed[DH_BYTES];
static struct buf real;      /* a file with no runs */

static void
header_of(struct bundle_header *h, struct buf *body)
{
    struct bundle_request request = {.node = "laptop", .unit_name = "Thôn 1"};

    *h = (struct bundle_header){.kind = BUNDLE_REQUEST, .expires_s = 1702592000};
    buf_init(body, BUNDLE_BODY_BYTES_MAX);
    bundle_request_put(body, &request);
    fuzz_must(sign_cert_make(&sender, own.public_key, 1, &h->cert) == OK);
    h->body = body->bytes;
    h->body_size = body->size;
}

static void
make_real(void)
{
    struct bundle_seal seal = {.key = &sender, .recipient = own.public_key, .seed = seed};
    struct bundle_writer *w = NULL;
    struct bundle_header h;
    struct buf body;

    memset(seed, 0x11, sizeof seed);
    sign_key_init(&sender, seed);
    memset(seed, 0x22, sizeof seed);
    dh_key_init(&own, seed);
    memset(seed, 0x33, sizeof seed);
    buf_init(&real, BUNDLE_BYTES_MAX);
    header_of(&h, &body);
    fuzz_must(bundle_writer_new(&w, NULL) == OK && bundle_finish(w, &h, &seal, &real, NULL) == OK);
    bundle_writer_free(w);
    buf_release(&body);
}

/* Read what there is; every error says something. */
static enum err
read_file(const uint8_t *file, size_t size)
{
    struct bundle_request request;
    struct bundle_grant grant;
    struct bundle *b = NULL;
    const uint8_t *genesis;
    struct error e = {0};
    struct run run;
    enum err err = bundle_open(file, size, &own, &b, &e);

    if (err != OK) {
        fuzz_must(e.template != NULL);
        return err;
    }
    if (bundle_request_read(bundle_header(b), &request, &e) != OK)
        (void) bundle_grant_read(bundle_header(b), &grant, &e);
    while ((err = bundle_next_run(b, &run, &genesis, &e)) == OK) {
        fuzz_must(run.first_seq >= 1 && run.last_seq >= run.first_seq && run.last_seq <= ENTRY_SEQ_MAX);
        fuzz_must(run.items_size >= 1 && run.items_size <= RUN_BYTES_MAX && genesis != NULL);
    }
    fuzz_must(err == ERR_NOT_FOUND || e.template != NULL);
    bundle_free(b);
    return err == ERR_NOT_FOUND ? OK : err;
}

static enum err
read_plain(const uint8_t *plain, size_t size)
{
    struct buf file;
    enum err err;

    buf_init(&file, BUNDLE_BYTES_MAX);
    fuzz_must(bundle_seal(own.public_key, seed, plain, size, &file, NULL) == OK);
    err = read_file(file.bytes, file.size);
    buf_release(&file);
    return err;
}

static void
read_sections(const uint8_t *sections, size_t size)
{
    uint8_t signature[SIGN_BYTES];
    struct bundle_header h;
    struct buf body, head, plain;
    struct hash runs;

    header_of(&h, &body);
    buf_init(&head, BUNDLE_HEADER_BYTES_MAX);
    buf_init(&plain, BUNDLE_BYTES_MAX);
    hash_once(DOMAIN_BUNDLE_RUNS, sections, size, &runs);
    wire_put_u8(&head, (uint8_t) h.kind);
    sign_cert_put(&head, &h.cert);
    buf_append(&head, h.store_id, STORE_ID_BYTES);
    buf_append(&head, h.recipient, DEVICE_BYTES);
    wire_put_int(&head, h.wall_s);
    wire_put_uint(&head, (uint64_t) h.expires_s);
    wire_put_sized(&head, h.body, h.body_size);
    buf_append(&head, runs.bytes, HASH_BYTES);
    fuzz_must(sign_make(&sender, DOMAIN_BUNDLE, head.bytes, head.size, signature) == OK);
    wire_put_sized(&plain, head.bytes, head.size);
    buf_append(&plain, signature, sizeof signature);
    buf_append(&plain, sections, size);
    read_plain(plain.bytes, plain.size);
    buf_release(&body);
    buf_release(&head);
    buf_release(&plain);
}

/* What reads is written back as the same bytes. */
static void
read_body(const uint8_t *bytes, size_t size)
{
    struct bundle_header h = {.kind = BUNDLE_REQUEST, .body = bytes, .body_size = size};
    struct bundle_request request;
    struct bundle_grant grant;
    struct buf again;

    buf_init(&again, BUNDLE_BODY_BYTES_MAX);
    if (size <= BUNDLE_BODY_BYTES_MAX && bundle_request_read(&h, &request, NULL) == OK) {
        bundle_request_put(&again, &request);
        fuzz_must(again.size == size && memcmp(again.bytes, bytes, size) == 0);
    }
    buf_reset(&again);
    h.kind = BUNDLE_GRANT;
    if (size <= BUNDLE_BODY_BYTES_MAX && bundle_grant_read(&h, &grant, NULL) == OK) {
        bundle_grant_put(&again, &grant);
        fuzz_must(again.size == size && memcmp(again.bytes, bytes, size) == 0);
    }
    buf_release(&again);
}

static void
read_overlay(const uint8_t *bytes, size_t size)
{
    struct buf file;
    bool same = true;

    buf_init(&file, BUNDLE_BYTES_MAX);
    buf_append(&file, real.bytes, real.size);
    for (size_t i = 0; i < size && i < file.size; i++) {
        file.bytes[i] ^= bytes[i];
        same = same && bytes[i] == 0;
    }
    fuzz_must((read_file(file.bytes, file.size) == OK) == same);
    buf_release(&file);
}

int
LLVMFuzzerTestOneInput(const uint8_t *input, size_t size)
{
    if (real.size == 0)
        make_real();
    if (size < 2)
        return 0;
    switch (input[0]) {
    case AS_FILE:
        fuzz_must(read_file(input + 1, size - 1) != OK || input[1] == 't');
        break;
    case AS_OVERLAY:
        read_overlay(input + 1, size - 1);
        break;
    case AS_PLAIN:
        read_plain(input + 1, size - 1);
        break;
    case AS_SECTIONS:
        read_sections(input + 1, size - 1);
        break;
    default:
        read_body(input + 1, size - 1);
    }
    return 0;
}
