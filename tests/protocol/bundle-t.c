/* Bundles: the frozen file, the way there and back, and whatever can happen to a file on its way. */
#include "config.h"

#include "protocol/bundle_enrol.h"

#include <stdio.h>

#include "protocol/compress.h"
#include "tests/util/bytes.h"
#include "tests/util/sample.h"

enum { FILE_BYTES_MAX = 4 * 1024 * 1024, LOG_BYTES_MAX = 512 * 1024 };

/* Made with another implementation of everything (tests/decoder/bundle.py); quoted in doc/bundle.md. */
static const char frozen[] =
    "7468696475612d6201675dd574ed7789310b3d2e7681f3790b466c773b1521fecf36577958371ea52f70bd03"
    "4871783abfa3997ef150a7169816335e39008146c8c16a70e42e69873307efc7fe6b9aaacf0a6857e882d043"
    "4b8487a3e38a8cb0422b9921d56a1109989fd3388bcbc1a3cc7f414ba45ef5d7f61ff6f79a95585aeeeaa7c7"
    "382012bdb180136ada695e50952816d2e85a3676e2627987ce14f90808374326a9dd0c12bd76f4a205f96168"
    "e522ace3053c9880f28b1dd102c9ddbe8f8e49bc1ab77141786185dd6cc2af3b361b1893ef448815005fb200"
    "956b6c5024c1705eb2f1b46cc9badab5ef95b479c0974c121fc18a4b17e297330749d4353f8d01f509baf1a6"
    "8bfba397d424945e1fc5ae64621613275c52453a5a7814dfe877485f2d785bca1c77cae6fe823092fd88d474"
    "e787b2665b6562ac1ee3417bc5ce1db9b936bb899517728f65fe60ce1a073f6565a7bcc0ae25bf2af141750a"
    "613babb59613dc58c65f2cf4411d6a0d4df55af1badb801bf886970bf7a7f9";

static struct sign_key sender;
static struct dh_key sender_noise, recipient, other;
static uint8_t seed[DH_BYTES];

static void
fill(uint8_t *bytes, size_t size, uint8_t first)
{
    for (size_t i = 0; i < size; i++)
        bytes[i] = (uint8_t) (first + i);
}

static int
make_keys(void **state)
{
    uint8_t bytes[DH_BYTES];

    (void) state;
    fill(bytes, sizeof bytes, 0x00);
    sign_key_init(&sender, bytes);
    fill(bytes, sizeof bytes, 0x20);
    dh_key_init(&sender_noise, bytes);
    fill(bytes, sizeof bytes, 0x40);
    dh_key_init(&recipient, bytes);
    fill(bytes, sizeof bytes, 0x80);
    dh_key_init(&other, bytes);
    fill(seed, sizeof seed, 0x60);
    return 0;
}

/* --- writing one ------------------------------------------------------------------------------ */

static struct bundle_header
sample_header(struct buf *body)
{
    struct bundle_request request = {.node = "laptop", .unit_name = "Máy thôn 1"};
    struct bundle_header header = {.kind = BUNDLE_REQUEST, .wall_s = 1700000000, .expires_s = 1702592000};

    bundle_request_put(body, &request);
    assert_int_equal(body->err, OK);
    assert_int_equal(sign_cert_make(&sender, sender_noise.public_key, 1, &header.cert), OK);
    fill(header.store_id, sizeof header.store_id, 0xA0);
    fill(header.recipient, sizeof header.recipient, 0xC0);
    header.body = body->bytes;
    header.body_size = body->size;
    return header;
}

/* Some entries in a signed log. */
struct sample_log {
    struct run run;
    struct buf items;
    uint8_t genesis[GENESIS_BYTES];
};

static void
log_make(struct sample_log *log, size_t count)
{
    struct genesis genesis = {.kind = SPACE_INNER};
    struct verified_run *verified = NULL;
    struct sample sample;
    struct hash start;
    struct buf entry;

    memset(log, 0, sizeof *log);
    memcpy(genesis.founder, sender.public_key, DEVICE_BYTES);
    genesis_encode(&genesis, log->genesis);
    genesis_space(log->genesis, log->run.id.space);
    memcpy(log->run.id.device, sender.public_key, DEVICE_BYTES);
    log->run.id.epoch = 0x0102030405060708;
    buf_init(&log->items, RUN_BYTES_MAX);
    buf_init(&entry, CHANGESET_BYTES_MAX);
    sample_init(&sample, 5);
    for (size_t i = 0; i < count; i++) {
        const uint8_t header[2] = {0x10, 0x02};

        buf_reset(&entry);
        sample_entry(&sample, &entry);
        item_encode(&log->items, header, sizeof header, entry.bytes, entry.size, NULL);
    }
    assert_int_equal(log->items.err, OK);
    chain_start(&log->run.id, &start);
    assert_int_equal(run_of_own(&sender, &log->run.id, 1, &start, log->items.bytes, log->items.size, &verified,
                                NULL),
                     OK);
    log->run.first_seq = 1;
    log->run.last_seq = verified_run_count(verified);
    log->run.items = log->items.bytes;
    log->run.items_size = log->items.size;
    memcpy(log->run.signature, verified_run_signature(verified), SIGNATURE_BYTES);
    verified_run_free(verified);
    buf_release(&entry);
}

/* A bundle with a log in it (NULL: none), for `to`. */
static void
write_bundle(const struct sample_log *log, unsigned times, const uint8_t *to, struct buf *ret_file)
{
    struct bundle_seal seal = {.key = &sender, .recipient = to, .seed = seed};
    struct bundle_writer *w = NULL;
    struct bundle_header header;
    struct buf body;
    struct error e = {0};

    buf_init(&body, BUNDLE_BODY_BYTES_MAX);
    buf_init(ret_file, FILE_BYTES_MAX);
    header = sample_header(&body);
    assert_int_equal(bundle_writer_new(&w, &e), OK);
    for (unsigned i = 0; log != NULL && i < times; i++)
        assert_int_equal(bundle_put_run(w, log->genesis, &log->run, &e), OK);
    assert_int_equal(bundle_finish(w, &header, &seal, ret_file, &e), OK);
    bundle_writer_free(w);
    buf_release(&body);
}

/* Everything that can be read of a file: OK only when all of it was. */
static enum err
read_all(const void *bytes, size_t size, const struct dh_key *own, unsigned *ret_runs, struct error *e)
{
    struct bundle *b = NULL;
    const uint8_t *genesis;
    struct run run;
    enum err err = bundle_open(bytes, size, own, &b, e);

    *ret_runs = 0;
    if (err != OK)
        return err;
    while ((err = bundle_next_run(b, &run, &genesis, e)) == OK)
        ++*ret_runs;
    bundle_free(b);
    return err == ERR_NOT_FOUND ? OK : err;
}

/* --- tests ------------------------------------------------------------------------------------ */

static void
the_file_is_the_frozen_one_both_ways(void **state)
{
    struct bundle_request request;
    struct bundle *b = NULL;
    struct buf file;
    struct error e = {0};

    (void) state;
    write_bundle(NULL, 0, recipient.public_key, &file);
    assert_bytes_are(file.bytes, file.size, frozen);
    assert_int_equal(bundle_open(file.bytes, file.size, &recipient, &b, &e), OK);
    assert_false(bundle_is_open(b));
    assert_int_equal(bundle_header(b)->kind, BUNDLE_REQUEST);
    assert_true(bundle_header(b)->wall_s == 1700000000 && bundle_header(b)->expires_s == 1702592000);
    assert_memory_equal(bundle_header(b)->cert.device, sender.public_key, DEVICE_BYTES);
    assert_int_equal(bundle_header(b)->store_id[3], 0xA3);
    assert_int_equal(bundle_header(b)->recipient[31], 0xDF);
    assert_int_equal(bundle_request_read(bundle_header(b), &request, &e), OK);
    assert_string_equal(request.node, "laptop");
    assert_string_equal(request.unit_name, "Máy thôn 1");
    assert_false(request.has_spaces);
    bundle_free(b);
    buf_release(&file);
}

static void
runs_come_back_as_they_were(void **state)
{
    struct verified_run *verified = NULL;
    struct sample_log log;
    struct bundle *b = NULL;
    const uint8_t *genesis;
    struct hash start;
    struct run run;
    struct buf file;
    struct error e = {0};

    (void) state;
    log_make(&log, 600);
    assert_true(log.run.items_size > CHUNK_RAW_BYTES_MAX);
    write_bundle(&log, 2, recipient.public_key, &file);
    assert_true(file.size < log.run.items_size);
    assert_int_equal(bundle_open(file.bytes, file.size, &recipient, &b, &e), OK);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(bundle_next_run(b, &run, &genesis, &e), OK);
        assert_memory_equal(genesis, log.genesis, GENESIS_BYTES);
        assert_int_equal(run.first_seq, 1);
        assert_int_equal(run.last_seq, 600);
        assert_int_equal(run.items_size, log.run.items_size);
        assert_memory_equal(run.items, log.run.items, run.items_size);
    }
    chain_start(&run.id, &start);
    assert_int_equal(run_verify(&run, &start, &verified, &e), OK);
    verified_run_free(verified);
    for (int i = 0; i < 2; i++)
        assert_int_equal(bundle_next_run(b, &run, &genesis, &e), ERR_NOT_FOUND);
    bundle_free(b);
    buf_release(&file);
    buf_release(&log.items);
}

static void
a_file_cut_at_any_byte_is_refused(void **state)
{
    struct sample_log log;
    struct buf file;
    unsigned runs;

    (void) state;
    log_make(&log, 3);
    write_bundle(&log, 1, recipient.public_key, &file);
    assert_int_equal(read_all(file.bytes, file.size, &recipient, &runs, NULL), OK);
    assert_int_equal(runs, 1);
    for (size_t size = 0; size < file.size; size++) {
        struct error e = {0};

        assert_int_equal(read_all(file.bytes, size, &recipient, &runs, &e), ERR_FORMAT);
        assert_non_null(e.template);
        assert_int_equal(runs, 0);
    }
    buf_release(&file);
    buf_release(&log.items);
}

static void
a_file_with_any_bit_changed_is_refused(void **state)
{
    struct sample_log log;
    struct buf file;
    unsigned runs;

    (void) state;
    log_make(&log, 3);
    write_bundle(&log, 1, recipient.public_key, &file);
    for (size_t i = 0; i < file.size; i++) {
        /* The curve ignores the highest bit of a key; it is bound all the same. */
        uint8_t bit = i == 8 + 1 + DH_BYTES - 1 ? 0x80 : (uint8_t) (1 << i % 8);
        struct error e = {0};
        enum err err;

        file.bytes[i] ^= bit;
        err = read_all(file.bytes, file.size, &recipient, &runs, &e);
        file.bytes[i] ^= bit;
        assert_int_equal(err, i == 8                   ? ERR_UNSUPPORTED
                              : i > 8 && i < BUNDLE_HEAD_BYTES ? ERR_AUTH
                                                               : ERR_FORMAT);
        assert_non_null(e.template);
        assert_int_equal(runs, 0);
    }
    buf_append(&file, "", 1);
    assert_int_equal(read_all(file.bytes, file.size, &recipient, &runs, NULL), ERR_FORMAT);
    buf_release(&file);
    buf_release(&log.items);
}

/* What a later sender seals in one segment, a stick may lose between two. */
static void
segments_are_not_lost_exchanged_or_repeated(void **state)
{
    enum { PLAIN = 2 * BUNDLE_SEGMENT_BYTES + 100, SEALED = BUNDLE_SEGMENT_BYTES + 16 };
    static uint8_t plain[PLAIN], swapped[SEALED];
    struct buf file, back;
    bool is_open;
    uint8_t *first;

    (void) state;
    fill(plain, sizeof plain, 0);
    buf_init(&file, FILE_BYTES_MAX);
    buf_init(&back, FILE_BYTES_MAX);
    assert_int_equal(bundle_seal(recipient.public_key, seed, plain, sizeof plain, &file, NULL), OK);
    assert_int_equal(file.size, BUNDLE_HEAD_BYTES + PLAIN + 3 * 16);
    assert_int_equal(bundle_unseal(&recipient, file.bytes, file.size, &back, &is_open, NULL), OK);
    assert_int_equal(back.size, sizeof plain);
    assert_memory_equal(back.bytes, plain, sizeof plain);
    buf_reset(&back);
    for (int segments = 1; segments < 3; segments++)
        assert_int_equal(bundle_unseal(&recipient, file.bytes, BUNDLE_HEAD_BYTES + (size_t) segments * SEALED, &back,
                                       &is_open, NULL),
                         ERR_FORMAT);
    first = file.bytes + BUNDLE_HEAD_BYTES;
    memcpy(swapped, first, SEALED);
    memmove(first, first + SEALED, SEALED);
    assert_int_equal(bundle_unseal(&recipient, file.bytes, file.size, &back, &is_open, NULL), ERR_FORMAT);
    memcpy(first + SEALED, swapped, SEALED);
    assert_int_equal(bundle_unseal(&recipient, file.bytes, file.size, &back, &is_open, NULL), ERR_FORMAT);
    assert_int_equal(back.size, 0);
    /* A plain text that fills its segments exactly has no empty one behind. */
    buf_reset(&file);
    assert_int_equal(bundle_seal(recipient.public_key, seed, plain, 2 * BUNDLE_SEGMENT_BYTES, &file, NULL), OK);
    assert_int_equal(file.size, BUNDLE_HEAD_BYTES + 2 * SEALED);
    assert_int_equal(bundle_unseal(&recipient, file.bytes, file.size, &back, &is_open, NULL), OK);
    assert_int_equal(back.size, 2 * BUNDLE_SEGMENT_BYTES);
    buf_release(&file);
    buf_release(&back);
}

static void
only_its_recipient_opens_it_unless_it_is_open(void **state)
{
    uint8_t everybody[DH_BYTES];
    struct buf file;
    unsigned runs;
    struct bundle *b = NULL;
    struct error e = {0};

    (void) state;
    write_bundle(NULL, 0, recipient.public_key, &file);
    assert_int_equal(read_all(file.bytes, file.size, &other, &runs, &e), ERR_AUTH);
    assert_non_null(strstr(e.text, "another machine"));
    assert_int_equal(read_all(file.bytes, file.size, &sender_noise, &runs, &e), ERR_AUTH);
    buf_release(&file);
    bundle_open_key(everybody);
    write_bundle(NULL, 0, everybody, &file);
    assert_int_equal(bundle_open(file.bytes, file.size, &other, &b, &e), OK);
    assert_true(bundle_is_open(b));
    bundle_free(b);
    buf_release(&file);
}

static void
a_key_that_shares_nothing_is_refused(void **state)
{
    static const uint8_t zero[DH_BYTES];
    uint8_t file[BUNDLE_HEAD_BYTES + 64] = "thidua-b\1";
    struct buf out;
    unsigned runs;

    (void) state;
    buf_init(&out, FILE_BYTES_MAX);
    assert_int_equal(bundle_seal(zero, seed, "x", 1, &out, NULL), ERR_AUTH);
    assert_int_equal(out.size, 0);
    assert_int_equal(read_all(file, sizeof file, &recipient, &runs, NULL), ERR_AUTH);
    buf_release(&out);
}

/* Plain text that a liar seals himself: everything but the seal is his. */
static enum err
read_sealed(const struct buf *plain, unsigned *ret_runs)
{
    struct buf file;
    enum err err;

    buf_init(&file, FILE_BYTES_MAX);
    assert_int_equal(bundle_seal(recipient.public_key, seed, plain->bytes, plain->size, &file, NULL), OK);
    err = read_all(file.bytes, file.size, &recipient, ret_runs, NULL);
    buf_release(&file);
    return err;
}

static void
the_signature_covers_header_and_runs(void **state)
{
    struct sample_log log;
    struct buf file, plain;
    bool is_open;
    unsigned runs;

    (void) state;
    log_make(&log, 3);
    write_bundle(&log, 1, recipient.public_key, &file);
    buf_init(&plain, FILE_BYTES_MAX);
    assert_int_equal(bundle_unseal(&recipient, file.bytes, file.size, &plain, &is_open, NULL), OK);
    assert_int_equal(read_sealed(&plain, &runs), OK);
    for (size_t i = 0; i < plain.size; i++) {
        plain.bytes[i] ^= 0x40;
        assert_int_not_equal(read_sealed(&plain, &runs), OK);
        assert_int_equal(runs, 0);
        plain.bytes[i] ^= 0x40;
    }
    while (--plain.size > 0)
        assert_int_not_equal(read_sealed(&plain, &runs), OK);
    buf_release(&plain);
    buf_release(&file);
    buf_release(&log.items);
}

/* Sections that a signed header goes with, but that are none. */
static enum err
read_sections(const void *sections, size_t size)
{
    struct bundle_seal seal = {.key = &sender, .recipient = recipient.public_key, .seed = seed};
    uint8_t signature[SIGN_BYTES];
    struct bundle_header h;
    struct buf body, head, plain;
    struct hash runs_hash;
    unsigned runs;
    enum err err;

    buf_init(&body, BUNDLE_BODY_BYTES_MAX);
    buf_init(&head, BUNDLE_HEADER_BYTES_MAX);
    buf_init(&plain, FILE_BYTES_MAX);
    h = sample_header(&body);
    hash_once(DOMAIN_BUNDLE_RUNS, sections, size, &runs_hash);
    wire_put_u8(&head, (uint8_t) h.kind);
    sign_cert_put(&head, &h.cert);
    buf_append(&head, h.store_id, STORE_ID_BYTES);
    buf_append(&head, h.recipient, DEVICE_BYTES);
    wire_put_int(&head, h.wall_s);
    wire_put_uint(&head, (uint64_t) h.expires_s);
    wire_put_sized(&head, h.body, h.body_size);
    buf_append(&head, runs_hash.bytes, HASH_BYTES);
    assert_int_equal(sign_make(seal.key, DOMAIN_BUNDLE, head.bytes, head.size, signature), OK);
    wire_put_sized(&plain, head.bytes, head.size);
    buf_append(&plain, signature, sizeof signature);
    buf_append(&plain, sections, size);
    err = read_sealed(&plain, &runs);
    buf_release(&body);
    buf_release(&head);
    buf_release(&plain);
    return err;
}

static void
sections_are_bounded_and_whole(void **state)
{
    struct sample_log log;
    struct buf b;

    (void) state;
    log_make(&log, 1);
    assert_int_equal(read_sections("\0", 1), OK);
    assert_int_equal(read_sections("", 0), ERR_FORMAT);
    assert_int_equal(read_sections("\0\0", 2), ERR_FORMAT);
    assert_int_equal(read_sections("\3\0", 2), ERR_FORMAT);
    for (int wrong = 0; wrong < 9; wrong++) {
        buf_init(&b, FILE_BYTES_MAX);
        if (wrong != 1) {
            wire_put_u8(&b, 1);
            buf_append(&b, log.genesis, GENESIS_BYTES);
            if (wrong == 2)
                b.bytes[1] = 9; /* no version of a genesis */
            buf_append(&b, sender.public_key, DEVICE_BYTES);
            buf_append(&b, "\1\2\3\4\5\6\7\10", 8);
        }
        wire_put_u8(&b, 2);
        wire_put_uint(&b, wrong == 3 ? 0 : 1);
        wire_put_uint(&b, wrong == 4 ? 0 : wrong == 5 ? BUNDLE_RUN_ENTRIES_MAX + 1 : 1);
        buf_append(&b, log.run.signature, SIGNATURE_BYTES);
        wire_put_uint(&b, wrong == 6 ? RUN_BYTES_MAX + 1 : log.run.items_size);
        wire_put_u8(&b, wrong == 7 ? COMPRESS_SHIPPED : COMPRESS_STORED);
        wire_put_uint(&b, log.run.items_size + (wrong == 8 ? 1 : 0));
        wire_put_sized(&b, log.run.items, log.run.items_size);
        if (wrong == 8)
            b.bytes[b.size - log.run.items_size - 1]++;
        if (wrong == 8)
            wire_put_u8(&b, 0);
        wire_put_u8(&b, 0);
        assert_int_equal(read_sections(b.bytes, b.size), wrong == 0 ? OK : ERR_FORMAT);
        buf_release(&b);
    }
    buf_release(&log.items);
}

/* A small file that would keep a machine busy for long. */
static void
what_runs_grow_to_is_bounded(void **state)
{
    struct bundle_seal seal = {.key = &sender, .recipient = recipient.public_key, .seed = seed};
    struct run run = {.first_seq = 1, .last_seq = 1, .items_size = RUN_BYTES_MAX};
    uint8_t *zeros = calloc(1, RUN_BYTES_MAX);
    struct bundle_writer *w = NULL;
    struct bundle_header header;
    struct sample_log log;
    struct buf body, file;
    struct error e = {0};
    unsigned runs;

    (void) state;
    assert_non_null(zeros);
    log_make(&log, 1);
    run.id = log.run.id;
    run.items = zeros;
    buf_init(&body, BUNDLE_BODY_BYTES_MAX);
    buf_init(&file, FILE_BYTES_MAX);
    header = sample_header(&body);
    assert_int_equal(bundle_writer_new(&w, &e), OK);
    for (size_t i = 0; i <= BUNDLE_RAW_BYTES_MAX / RUN_BYTES_MAX; i++)
        assert_int_equal(bundle_put_run(w, log.genesis, &run, &e), OK);
    assert_int_equal(bundle_finish(w, &header, &seal, &file, &e), OK);
    assert_int_equal(read_all(file.bytes, file.size, &recipient, &runs, &e), ERR_LIMIT);
    assert_int_equal(runs, BUNDLE_RAW_BYTES_MAX / RUN_BYTES_MAX);
    assert_non_null(e.template);
    bundle_writer_free(w);
    buf_release(&body);
    buf_release(&file);
    buf_release(&log.items);
    free(zeros);
}

static void
bodies_are_read_strictly(void **state)
{
    struct bundle_grant grant = {.kind = INVITATION_UNIT, .unit_name = "Xã Trấn Ninh", .addresses_count = 1,
                                 .addresses = {"10.0.0.1:7878"}, .spaces_count = 1, .spaces = {{.origin = 1}}};
    struct bundle_header header = {.kind = BUNDLE_GRANT};
    struct bundle_request request;
    struct bundle_grant read;
    struct sample_log log;
    struct buf body;
    struct error e = {0};

    (void) state;
    log_make(&log, 1);
    memcpy(grant.spaces[0].genesis, log.genesis, GENESIS_BYTES);
    buf_init(&body, BUNDLE_BODY_BYTES_MAX);
    bundle_grant_put(&body, &grant);
    header.body = body.bytes;
    header.body_size = body.size;
    assert_int_equal(bundle_grant_read(&header, &read, &e), OK);
    assert_memory_equal(&read, &grant, sizeof read);
    assert_int_equal(bundle_request_read(&header, &request, &e), ERR_FORMAT);
    assert_non_null(strstr(e.text, "a grant, not a request"));
    for (header.body_size = 0; header.body_size < body.size; header.body_size++)
        assert_int_equal(bundle_grant_read(&header, &read, &e), ERR_FORMAT);
    header.body_size = body.size;
    body.bytes[0] = 5; /* no kind of invitation */
    assert_int_equal(bundle_grant_read(&header, &read, &e), ERR_FORMAT);
    body.bytes[0] = 3;
    body.bytes[2] = '\n'; /* what a person is shown has no control characters */
    assert_int_equal(bundle_grant_read(&header, &read, &e), ERR_FORMAT);
    body.bytes[2] = 'X';
    assert_int_equal(bundle_grant_read(&header, &read, &e), OK);
    body.bytes[body.size - GENESIS_BYTES - 1] = 3; /* a space below is not given away */
    assert_int_equal(bundle_grant_read(&header, &read, &e), ERR_FORMAT);
    header.kind = BUNDLE_REQUEST;
    assert_int_equal(bundle_grant_read(&header, &read, &e), ERR_FORMAT);
    assert_non_null(strstr(e.text, "a request, not a grant"));
    buf_release(&body);
    buf_release(&log.items);
}

static void
the_end_date_is_kept_to_the_second(void **state)
{
    const struct bundle_header header = {.expires_s = 1702592000};
    struct error e = {0};

    (void) state;
    assert_int_equal(bundle_check_time(&header, 1702592000, &e), OK);
    assert_int_equal(bundle_check_time(&header, 1702592001, &e), ERR_AUTH);
    assert_non_null(e.template);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_file_is_the_frozen_one_both_ways),
        cmocka_unit_test(runs_come_back_as_they_were),
        cmocka_unit_test(a_file_cut_at_any_byte_is_refused),
        cmocka_unit_test(a_file_with_any_bit_changed_is_refused),
        cmocka_unit_test(segments_are_not_lost_exchanged_or_repeated),
        cmocka_unit_test(only_its_recipient_opens_it_unless_it_is_open),
        cmocka_unit_test(a_key_that_shares_nothing_is_refused),
        cmocka_unit_test(the_signature_covers_header_and_runs),
        cmocka_unit_test(sections_are_bounded_and_whole),
        cmocka_unit_test(what_runs_grow_to_is_bounded),
        cmocka_unit_test(bodies_are_read_strictly),
        cmocka_unit_test(the_end_date_is_kept_to_the_second),
    };

    return tap_run("bundle", tests, make_keys, NULL);
}
