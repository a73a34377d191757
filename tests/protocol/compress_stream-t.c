/* Chunks of a stream: they come back in their order and no other, and a stream holds itself to the
 * same caps as other chunks. */
#include "config.h"

#include "protocol/compress.h"

#include <string.h>

#include "protocol/sign.h"
#include "tests/util/sample.h"
#include "tests/util/tap.h"

enum { CHUNKS = 6, CHUNK_BYTES = 20000 };

static struct buf raw;          /* CHUNKS * CHUNK_BYTES of sample changes */
static struct compressor *from; /* the sender's */
static struct compressor *to;   /* the receiver's */

static int
make_raw(void **state)
{
    static struct sample commune;

    (void) state;
    sample_init(&commune, 1000);
    buf_init(&raw, 1 << 20);
    while (raw.size < CHUNKS * CHUNK_BYTES)
        sample_entry(&commune, &raw);
    return protocol_init(NULL) == OK ? 0 : -1;
}

static int
free_raw(void **state)
{
    (void) state;
    buf_release(&raw);
    return 0;
}

static int
make_both(void **state)
{
    (void) state;
    from = compress_new(HISTORY_BYTES_DEFAULT);
    to = compress_new(HISTORY_BYTES_DEFAULT);
    return from != NULL && to != NULL ? 0 : -1;
}

static int
free_both(void **state)
{
    (void) state;
    compress_free(from);
    compress_free(to);
    return 0;
}

static struct compress_input
input_of(size_t index)
{
    return (struct compress_input){.bytes = raw.bytes + index * CHUNK_BYTES,
                                   .size = CHUNK_BYTES,
                                   .level = 19,
                                   .same_shipped = true,
                                   .stream = true,
                                   .stream_bytes = CHUNKS * CHUNK_BYTES};
}

/* Encode chunk `index`.
 *   out  receives its bytes, which ret_chunk borrows */
static void
encode(const struct compress_input *in, struct buf *out, struct compress_chunk *ret_chunk)
{
    enum compress_mode mode;

    buf_init(out, CHUNK_RAW_BYTES_MAX);
    assert_int_equal(compress_encode(from, in, out, &mode, NULL), OK);
    *ret_chunk = (struct compress_chunk){.mode = mode,
                                         .raw_size = in->size,
                                         .bytes = out->bytes,
                                         .size = out->size,
                                         .history = in->history,
                                         .history_count = in->history_count};
}

static void
expect_decoded(const struct compress_chunk *chunk, const struct compress_input *in)
{
    struct buf got;

    buf_init(&got, CHUNK_RAW_BYTES_MAX);
    assert_int_equal(compress_decode(to, chunk, &got, NULL), OK);
    assert_int_equal(got.size, in->size);
    assert_memory_equal(got.bytes, in->bytes, got.size);
    buf_release(&got);
}

static void
expect_refused(const struct compress_chunk *chunk)
{
    struct buf got;

    buf_init(&got, CHUNK_RAW_BYTES_MAX);
    assert_int_equal(compress_decode(to, chunk, &got, NULL), ERR_FORMAT);
    assert_int_equal(got.size, 0);
    buf_release(&got);
}

/* --- tests --------------------------------------------------------------------------------------
 */

static void
a_stream_comes_back_and_its_later_chunks_are_shorter(void **state)
{
    size_t sizes[CHUNKS];

    (void) state;
    for (size_t i = 0; i < CHUNKS; i++) {
        struct compress_input in = input_of(i);
        struct compress_chunk chunk;
        struct buf out;

        encode(&in, &out, &chunk);
        assert_int_equal(chunk.mode, i == 0 ? COMPRESS_STREAM_SHARED : COMPRESS_STREAM_NEXT);
        assert_true(compress_streaming(from));
        expect_decoded(&chunk, &in);
        sizes[i] = out.size;
        buf_release(&out);
    }
    assert_true(sizes[CHUNKS - 1] < sizes[0] * 9 / 10);
}

static void
a_stream_begins_behind_the_history_that_both_hold(void **state)
{
    struct compress_piece history = {raw.bytes, 2 * CHUNK_BYTES};
    struct compress_input in = input_of(1); /* stands in the history word by word */
    struct compress_chunk chunk;
    struct buf out;

    (void) state;
    in.history = &history;
    in.history_count = 1;
    in.same_shipped = false;
    encode(&in, &out, &chunk);
    assert_int_equal(chunk.mode, COMPRESS_STREAM_HISTORY);
    assert_true(out.size < 100);
    expect_decoded(&chunk, &in);
    buf_release(&out);
}

static void
a_stream_that_has_not_begun_is_refused(void **state)
{
    struct compress_input first = input_of(0), second = input_of(1);
    struct compress_chunk begin, next;
    struct buf out[2];

    (void) state;
    encode(&first, &out[0], &begin);
    encode(&second, &out[1], &next);
    assert_int_equal(next.mode, COMPRESS_STREAM_NEXT);
    expect_refused(&next);
    next.mode = COMPRESS_STREAM_NEXT + 1; /* no mode at all */
    expect_refused(&next);
    buf_release(&out[0]);
    buf_release(&out[1]);
}

static void
a_stream_that_ended_begins_anew(void **state)
{
    struct compress_input in = input_of(0);
    struct compress_chunk chunk;
    struct buf out;

    (void) state;
    encode(&in, &out, &chunk);
    buf_release(&out);
    compress_stream_end(from); /* the receiver never saw it */
    in = input_of(1);
    encode(&in, &out, &chunk);
    assert_int_equal(chunk.mode, COMPRESS_STREAM_SHARED);
    expect_decoded(&chunk, &in);
    buf_release(&out);
}

static void
what_does_not_shrink_is_stored_and_ends_the_stream(void **state)
{
    static uint8_t noise[5000];
    struct compress_input in = input_of(0);
    struct compress_chunk chunk;
    struct buf out;
    uint32_t random = 7;

    (void) state;
    for (size_t i = 0; i < sizeof noise; i++)
        noise[i] = (uint8_t) ((random = random * 1664525 + 1013904223) >> 24);
    encode(&in, &out, &chunk);
    expect_decoded(&chunk, &in);
    buf_release(&out);
    in.bytes = noise;
    in.size = sizeof noise;
    encode(&in, &out, &chunk);
    assert_int_equal(chunk.mode, COMPRESS_STORED);
    assert_false(compress_streaming(from));
    expect_decoded(&chunk, &in);
    buf_release(&out);
    in = input_of(1);
    encode(&in, &out, &chunk);
    assert_int_equal(chunk.mode, COMPRESS_STREAM_SHARED);
    expect_decoded(&chunk, &in);
    buf_release(&out);
}

static void
a_stream_gives_no_other_size_than_declared(void **state)
{
    struct compress_input in = input_of(0);
    struct compress_chunk chunk;
    struct buf out;

    (void) state;
    encode(&in, &out, &chunk);
    chunk.raw_size = CHUNK_BYTES - 1;
    expect_refused(&chunk);
    chunk.raw_size = CHUNK_BYTES + 1;
    expect_refused(&chunk);
    chunk.raw_size = CHUNK_BYTES;
    expect_decoded(&chunk, &in); /* each of them began anew */
    buf_release(&out);
}

static void
a_stream_with_an_end_or_a_larger_window_is_refused(void **state)
{
    /* window byte, one RLE block of 1,000 zeros that is the last (1) or not (0) */
    static const uint8_t whole[] = {0x50, 0x42, 0x1F, 0x00, 0x00};
    static const uint8_t ended[] = {0x50, 0x43, 0x1F, 0x00, 0x00};
    static const uint8_t wide[] = {0x60, 0x42, 0x1F, 0x00, 0x00};
    struct compress_chunk chunk = {
        .mode = COMPRESS_STREAM_HISTORY, .raw_size = 1000, .bytes = ended, .size = sizeof ended};
    struct buf got;

    (void) state;
    expect_refused(&chunk);
    chunk.bytes = wide;
    expect_refused(&chunk);
    chunk.bytes = whole;
    buf_init(&got, CHUNK_RAW_BYTES_MAX);
    assert_int_equal(compress_decode(to, &chunk, &got, NULL), OK);
    buf_release(&got);
}

static void
a_stream_outlives_a_rest(void **state)
{
    (void) state;
    for (size_t i = 0; i < 2; i++) {
        struct compress_input in = input_of(i);
        struct compress_chunk chunk;
        struct buf out;

        encode(&in, &out, &chunk);
        assert_int_equal(chunk.mode, i == 0 ? COMPRESS_STREAM_SHARED : COMPRESS_STREAM_NEXT);
        expect_decoded(&chunk, &in);
        buf_release(&out);
        compress_rest(from);
        compress_rest(to);
    }
}

static void
a_window_is_as_large_as_the_limit_of_history_allows(void **state)
{
    struct compressor *small = compress_new(HISTORY_BYTES_MIN), *large = to;
    struct compress_input in = input_of(0);
    struct compress_chunk chunk;
    struct buf out;

    (void) state;
    in.stream_bytes = 100 << 20;
    encode(&in, &out, &chunk);
    to = small;
    expect_refused(&chunk);
    to = large;
    expect_decoded(&chunk, &in);
    compress_free(small);
    buf_release(&out);
}

static void
an_idle_compressor_holds_no_stream(void **state)
{
    struct compress_input in = input_of(0);
    struct compress_chunk chunk;
    struct buf out;

    (void) state;
    encode(&in, &out, &chunk);
    assert_true(compress_memory_bytes(from) > 1 << 20);
    assert_true(compress_memory_bytes(from) < 16 << 20);
    compress_idle(from);
    assert_int_equal(compress_memory_bytes(from), 0);
    assert_false(compress_streaming(from));
    buf_release(&out);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, make_both, free_both)
    static const struct CMUnitTest tests[] = {
        TEST(a_stream_comes_back_and_its_later_chunks_are_shorter),
        TEST(a_stream_begins_behind_the_history_that_both_hold),
        TEST(a_stream_that_has_not_begun_is_refused),
        TEST(a_stream_that_ended_begins_anew),
        TEST(what_does_not_shrink_is_stored_and_ends_the_stream),
        TEST(a_stream_gives_no_other_size_than_declared),
        TEST(a_stream_with_an_end_or_a_larger_window_is_refused),
        TEST(a_stream_outlives_a_rest),
        TEST(a_window_is_as_large_as_the_limit_of_history_allows),
        TEST(an_idle_compressor_holds_no_stream),
    };
#undef TEST

    return tap_run("compress_stream", tests, make_raw, free_raw);
}
