/* Compressed chunks: what goes in comes out, and nothing hostile gets past the caps. */
#include "config.h"

#include "protocol/compress.h"

#include <stdlib.h>
#include <string.h>

#include "protocol/sign.h"
#include "protocol/util/mem.h"
#include "tests/util/bytes.h"
#include "tests/util/sample.h"

#define TEXT                                                                                       \
    "Thực hiện Kế hoạch phát động đợt thi đua của UBND xã, thôn Đông Hòa đã đăng ký bê tông hóa "  \
    "đường ngõ xóm. Đã vận động được 12 hộ tham gia."

static struct compressor *compressor;

static int
make_compressor(void **state)
{
    (void) state;
    compressor = compress_new(HISTORY_BYTES_DEFAULT);
    return compressor != NULL && protocol_init(NULL) == OK ? 0 : -1;
}

static int
free_compressor(void **state)
{
    (void) state;
    compress_free(compressor);
    return 0;
}

/* Encode, then decode again; gives the mode and the encoded size. */
static enum compress_mode
carry(const struct compress_input *in, size_t *ret_size)
{
    struct compress_chunk chunk = {.raw_size = in->size, .history = in->history,
                                   .history_count = in->history_count};
    enum compress_mode mode = COMPRESS_STORED;
    struct buf out, raw;

    buf_init(&out, CHUNK_RAW_BYTES_MAX);
    buf_init(&raw, CHUNK_RAW_BYTES_MAX);
    assert_int_equal(compress_encode(compressor, in, &out, &mode, NULL), OK);
    chunk.mode = mode;
    chunk.bytes = out.bytes;
    chunk.size = out.size;
    assert_int_equal(compress_decode(compressor, &chunk, &raw, NULL), OK);
    assert_int_equal(raw.size, in->size);
    assert_memory_equal(raw.bytes, in->bytes, raw.size);
    *ret_size = out.size;
    buf_release(&out);
    buf_release(&raw);
    return mode;
}

static void
every_size_and_level_comes_back(void **state)
{
    static const size_t sizes[] = {1, 2, 7, 100, 4096, 4097, 20000, CHUNK_RAW_BYTES_MAX};
    static const int levels[] = {1, 3, 9, 19};
    static struct sample commune;
    struct buf stream;

    (void) state;
    buf_init(&stream, 4 << 20);
    sample_init(&commune, 5);
    while (stream.size < HISTORY_BYTES_DEFAULT + CHUNK_RAW_BYTES_MAX)
        sample_entry(&commune, &stream);
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        for (size_t k = 0; k < sizeof levels / sizeof levels[0]; k++) {
            size_t history_size = sizes[i] * 3 < 65536 ? sizes[i] * 3 : 65536, size;
            struct compress_piece pieces[] = {{stream.bytes, history_size}, {NULL, 0},
                                              {stream.bytes + 70000, history_size / 2}};
            struct compress_input in = {.bytes = stream.bytes + HISTORY_BYTES_DEFAULT,
                                        .size = sizes[i],
                                        .level = levels[k], .history = pieces,
                                        .history_count = 3 * (k % 2), .same_shipped = k < 3};

            carry(&in, &size);
            assert_in_range(size, 1, sizes[i] < 4096 ? sizes[i] : sizes[i] / 2);
        }
    }
    buf_release(&stream);
}

static void
random_bytes_are_stored(void **state)
{
    uint8_t bytes[1000];
    struct compress_input in = {.bytes = bytes, .size = sizeof bytes, .level = 19,
                                .same_shipped = true};
    uint32_t random = 1;
    size_t size;

    (void) state;
    for (size_t i = 0; i < sizeof bytes; i++) {
        random = random * 1664525 + 1013904223;
        bytes[i] = (uint8_t) (random >> 24);
    }
    assert_int_equal(carry(&in, &size), COMPRESS_STORED);
    assert_int_equal(size, sizeof bytes);
}

static void
an_edit_of_a_known_text_costs_a_few_dozen_bytes(void **state)
{
    static struct sample commune;
    char text[SAMPLE_TEXT_BYTES], edited[SAMPLE_TEXT_BYTES];
    size_t with_history, without;
    struct buf before, after;

    (void) state;
    sample_init(&commune, 6);
    memcpy(text, sample_text(&commune, 1900), sizeof text);
    memcpy(edited, text, sizeof text);
    memcpy(strchr(edited + 900, ' '), "-", 1);
    buf_init(&before, 8192);
    buf_init(&after, 8192);
    sample_edit(&commune, text, &before);
    sample_edit(&commune, edited, &after);
    {
        struct compress_piece piece = {before.bytes, before.size};
        struct compress_input in = {.bytes = after.bytes, .size = after.size, .level = 19,
                                    .history = &piece, .history_count = 1, .same_shipped = true};

        assert_int_equal(carry(&in, &with_history), COMPRESS_SHARED);
        in.history_count = 0;
        assert_int_equal(carry(&in, &without), COMPRESS_SHIPPED);
    }
    assert_in_range(with_history, 1, 40);
    assert_true(without > 8 * with_history);
    buf_release(&before);
    buf_release(&after);
}

static void
a_small_chunk_with_useless_history_goes_without_it(void **state)
{
    static uint8_t noise[3000];
    struct compress_piece piece = {noise, sizeof noise};
    struct compress_input in = {.bytes = TEXT, .size = strlen(TEXT), .level = 19, .history = &piece,
                                .history_count = 1, .same_shipped = true};
    size_t size, alone;
    enum compress_mode mode;

    (void) state;
    for (size_t i = 0; i < sizeof noise; i++)
        noise[i] = (uint8_t) (i * i >> 3);
    mode = carry(&in, &size);
    in.history_count = 0;
    carry(&in, &alone);
    assert_true(size <= alone);
    assert_true(size < alone || mode == COMPRESS_SHIPPED);
}

static void
a_peer_with_another_shipped_dictionary_is_served_without_it(void **state)
{
    /* History that starts like a zstd dictionary must not be taken for one. */
    static const char history[] = "\x37\xA4\x30\xEC" TEXT;
    struct compress_piece piece = {history, sizeof history};
    struct compress_input in = {.bytes = TEXT, .size = strlen(TEXT), .level = 19, .history = &piece,
                                .history_count = 1};
    size_t size;

    (void) state;
    assert_int_equal(carry(&in, &size), COMPRESS_HISTORY);
    assert_in_range(size, 1, 20);
    in.history_count = 0;
    assert_int_equal(carry(&in, &size), COMPRESS_HISTORY);
}

/* Encode TEXT with the shipped dictionary. */
static void
encode_text(struct buf *out, struct compress_chunk *ret_chunk)
{
    struct compress_input in = {.bytes = TEXT, .size = strlen(TEXT), .level = 19,
                                .same_shipped = true};
    enum compress_mode mode;

    buf_init(out, CHUNK_RAW_BYTES_MAX);
    assert_int_equal(compress_encode(compressor, &in, out, &mode, NULL), OK);
    assert_int_equal(mode, COMPRESS_SHIPPED);
    *ret_chunk = (struct compress_chunk){.mode = mode, .raw_size = in.size, .bytes = out->bytes,
                                         .size = out->size};
}

static void
assert_decode(const struct compress_chunk *chunk, enum err expected)
{
    struct error e;
    struct buf raw;

    buf_init(&raw, CHUNK_RAW_BYTES_MAX + 4);
    buf_append(&raw, "kept", 4);
    assert_int_equal(compress_decode(compressor, chunk, &raw, &e), expected);
    assert_int_equal(raw.err, OK);
    if (expected != OK) {
        assert_int_equal(raw.size, 4);
        assert_int_equal(e.code, expected);
    }
    assert_memory_equal(raw.bytes, "kept", 4);
    buf_release(&raw);
}

static void
a_declared_size_that_is_not_exact_is_refused(void **state)
{
    struct compress_chunk chunk;
    struct buf out;

    (void) state;
    encode_text(&out, &chunk);
    assert_decode(&chunk, OK);
    chunk.raw_size = strlen(TEXT) - 1;
    assert_decode(&chunk, ERR_FORMAT);
    chunk.raw_size = strlen(TEXT) + 1;
    assert_decode(&chunk, ERR_FORMAT);
    chunk.raw_size = 0;
    assert_decode(&chunk, ERR_LIMIT);
    chunk.raw_size = CHUNK_RAW_BYTES_MAX + 1;
    assert_decode(&chunk, ERR_LIMIT);
    chunk.raw_size = SIZE_MAX;
    assert_decode(&chunk, ERR_LIMIT);
    buf_release(&out);
}

static void
a_chunk_cut_short_or_with_something_behind_it_is_refused(void **state)
{
    struct compress_chunk chunk;
    struct buf out;
    size_t size;

    (void) state;
    encode_text(&out, &chunk);
    size = chunk.size;
    for (chunk.size = 0; chunk.size < size; chunk.size++)
        assert_decode(&chunk, ERR_FORMAT);
    buf_append(&out, "", 1);
    chunk.bytes = out.bytes;
    chunk.size = size + 1;
    assert_decode(&chunk, ERR_FORMAT);
    /* A second, empty frame behind the first: zstd itself would read on. */
    buf_append(&out, "\xB5\x2F\xFD\x00\x00\x01\x00\x00", 8);
    out.bytes[size] = 0x28;
    chunk.bytes = out.bytes;
    chunk.size = out.size;
    assert_decode(&chunk, ERR_FORMAT);
    buf_release(&out);
}

static void
a_window_beyond_the_limit_and_an_unknown_mode_are_refused(void **state)
{
    struct compress_chunk chunk;
    struct buf out;

    (void) state;
    encode_text(&out, &chunk);
    out.bytes[0] = (COMPRESS_WINDOW_LOG_MAX - 10) << 3;
    assert_decode(&chunk, OK);
    out.bytes[0] += 1;
    assert_decode(&chunk, ERR_FORMAT);
    out.bytes[0] = 0;
    chunk.mode = COMPRESS_MODE_MAX + 1;
    assert_decode(&chunk, ERR_FORMAT);
    chunk.mode = COMPRESS_STORED;
    assert_decode(&chunk, ERR_FORMAT);
    buf_release(&out);
}

static void
a_bomb_stops_at_the_declared_size(void **state)
{
    /* One RLE block of 65,536 zeros: window byte, block head (last, RLE, size << 3), the byte. */
    static const uint8_t bomb[] = {0x30, 0x03, 0x00, 0x08, 0x00};
    struct compress_chunk chunk = {.mode = COMPRESS_HISTORY, .bytes = bomb, .size = sizeof bomb};

    (void) state;
    chunk.raw_size = CHUNK_RAW_BYTES_MAX;
    assert_decode(&chunk, ERR_FORMAT);
    chunk.raw_size = 100;
    assert_decode(&chunk, ERR_FORMAT);
}

static void
a_form_that_is_no_shorter_than_its_content_is_refused(void **state)
{
    /* One raw block, 12 bytes: zstd takes it, our encoder would have stored it. */
    static const uint8_t bloated[] = "\x00\x61\x00\x00" "hello hello ";
    struct compress_chunk chunk = {.mode = COMPRESS_HISTORY, .raw_size = 12, .bytes = bloated,
                                   .size = 16};

    (void) state;
    assert_decode(&chunk, ERR_FORMAT);
}

static void
history_beyond_its_limit_is_refused_on_both_sides(void **state)
{
    static uint8_t history[HISTORY_BYTES_DEFAULT];
    struct compress_piece pieces[] = {{history, sizeof history - 10}, {history, 11}, {history,
                                                                                      SIZE_MAX}};
    struct compress_input in = {.bytes = TEXT, .size = strlen(TEXT), .level = 1, .history = pieces,
                                .history_count = 2, .same_shipped = true};
    struct compress_chunk chunk;
    enum compress_mode mode;
    struct buf out, before;

    (void) state;
    buf_init(&before, 1000);
    assert_int_equal(compress_encode(compressor, &in, &before, &mode, NULL), ERR_LIMIT);
    assert_int_equal(before.size, 0);
    pieces[1].size = 10;
    assert_int_equal(compress_encode(compressor, &in, &before, &mode, NULL), OK);
    encode_text(&out, &chunk);
    chunk.mode = COMPRESS_SHARED;
    chunk.history = pieces;
    chunk.history_count = 3;
    assert_decode(&chunk, ERR_LIMIT);
    buf_release(&before);
    buf_release(&out);
}

static void
each_allocation_that_fails_is_told_and_leaves_all_as_it_was(void **state)
{
    struct compress_piece piece = {TEXT, strlen(TEXT)};
    struct compress_input in = {.bytes = TEXT "!", .size = strlen(TEXT "!"), .level = 3,
                                .history = &piece,
                                .history_count = 1, .same_shipped = true};
    enum compress_mode mode = COMPRESS_STORED;
    unsigned failures = 0;

    (void) state;
    for (long n = 0, done = 0; !done; n++) {
        struct compress_chunk chunk = {.raw_size = in.size, .history = &piece, .history_count = 1};
        struct buf out, raw;
        enum err err;

        buf_init(&out, 1000);
        buf_init(&raw, 1000);
        compress_idle(compressor);
        mem_fail_after(n);
        err = compress_encode(compressor, &in, &out, &mode, NULL);
        if (err == OK) {
            chunk.mode = mode;
            chunk.bytes = out.bytes;
            chunk.size = out.size;
            compress_idle(compressor);
            err = compress_decode(compressor, &chunk, &raw, NULL);
            done = err == OK;
        } else {
            assert_int_equal(out.size, 0);
        }
        mem_fail_after(-1);
        assert_true(err == OK || err == ERR_NOMEM);
        assert_int_equal(raw.size, done ? in.size : 0);
        failures += !done;
        buf_release(&out);
        buf_release(&raw);
    }
    /* out, the history, the frame; raw, the frame, the history */
    assert_int_equal(failures, 6);
}

static void
wrong_history_may_give_wrong_bytes_without_an_error(void **state)
{
    char right[] = "alpha beta gamma delta epsilon zeta eta theta iota kappa";
    char wrong[] = "ALPHA BETA GAMMA DELTA EPSILON ZETA ETA THETA IOTA KAPPA";
    struct compress_piece piece = {right, strlen(right)};
    struct compress_input in = {.bytes = right, .size = strlen(right), .level = 19,
                                .history = &piece,
                                .history_count = 1, .same_shipped = true};
    struct compress_chunk chunk = {.raw_size = in.size, .history = &piece, .history_count = 1};
    enum compress_mode mode;
    struct buf out, raw;

    (void) state;
    buf_init(&out, 1000);
    buf_init(&raw, 1000);
    assert_int_equal(compress_encode(compressor, &in, &out, &mode, NULL), OK);
    assert_int_equal(mode, COMPRESS_SHARED);
    piece.bytes = wrong;
    chunk.mode = mode;
    chunk.bytes = out.bytes;
    chunk.size = out.size;
    assert_int_equal(compress_decode(compressor, &chunk, &raw, NULL), OK);
    assert_memory_not_equal(raw.bytes, right, raw.size);
    buf_release(&out);
    buf_release(&raw);
}

static void
an_idle_compressor_holds_no_working_memory(void **state)
{
    struct compress_chunk chunk;
    struct buf out;

    (void) state;
    encode_text(&out, &chunk);
    assert_true(compress_memory_bytes(compressor) > 0);
    compress_idle(compressor);
    assert_int_equal(compress_memory_bytes(compressor), 0);
    assert_decode(&chunk, OK);
    buf_release(&out);
}

static void
the_shipped_dictionary_and_its_chunks_are_frozen(void **state)
{
    uint8_t id[COMPRESS_DICTIONARY_ID_BYTES];
    uint8_t frozen[256];
    struct compress_chunk chunk = {.mode = COMPRESS_SHIPPED, .raw_size = strlen(TEXT),
                                   .bytes = frozen};

    (void) state;
    compress_dictionary_id(id);
    assert_bytes_are(id, sizeof id, "7cafaf856e73c08c");
    /* Another version of zstd may encode otherwise; it must decode this. */
    chunk.size = bytes_from_hex("00ed000030542c2e20322e07fc14ed0882fed481a554c3b34bf576f09909ee75ef",
                                frozen, sizeof frozen);
    assert_decode(&chunk, OK);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_size_and_level_comes_back),
        cmocka_unit_test(random_bytes_are_stored),
        cmocka_unit_test(an_edit_of_a_known_text_costs_a_few_dozen_bytes),
        cmocka_unit_test(a_small_chunk_with_useless_history_goes_without_it),
        cmocka_unit_test(a_peer_with_another_shipped_dictionary_is_served_without_it),
        cmocka_unit_test(a_declared_size_that_is_not_exact_is_refused),
        cmocka_unit_test(a_chunk_cut_short_or_with_something_behind_it_is_refused),
        cmocka_unit_test(a_window_beyond_the_limit_and_an_unknown_mode_are_refused),
        cmocka_unit_test(a_bomb_stops_at_the_declared_size),
        cmocka_unit_test(a_form_that_is_no_shorter_than_its_content_is_refused),
        cmocka_unit_test(history_beyond_its_limit_is_refused_on_both_sides),
        cmocka_unit_test(each_allocation_that_fails_is_told_and_leaves_all_as_it_was),
        cmocka_unit_test(wrong_history_may_give_wrong_bytes_without_an_error),
        cmocka_unit_test(an_idle_compressor_holds_no_working_memory),
        cmocka_unit_test(the_shipped_dictionary_and_its_chunks_are_frozen),
    };

    return tap_run("compress", tests, make_compressor, free_compressor);
}
