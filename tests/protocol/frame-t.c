/* Frames: any cut of the stream gives the same frames. */
#include "config.h"

#include "protocol/frame.h"

#include <string.h>

#include "tests/util/bytes.h"

static void
a_stream_gives_the_same_frames_however_it_is_cut(void **state)
{
    static const uint8_t stream[] = {0, 1, 'a', 0, 3, 'b', 'c', 'd', 0, 2, 'e', 'f'};
    static const size_t needed[] = {3, 5, 4};
    size_t at = 0;

    (void) state;
    for (size_t frame = 0; frame < 3; frame++) {
        const uint8_t *body = NULL;
        size_t size = 99, used = 99;

        for (size_t have = 0; have < needed[frame]; have++)
            assert_int_equal(frame_split(stream + at, have, &body, &size, &used), ERR_AGAIN);
        assert_null(body);
        assert_int_equal(used, 99);
        assert_int_equal(frame_split(stream + at, sizeof stream - at, &body, &size, &used), OK);
        assert_ptr_equal(body, stream + at + FRAME_HEAD_BYTES);
        assert_int_equal(size, needed[frame] - FRAME_HEAD_BYTES);
        assert_int_equal(used, needed[frame]);
        at += used;
    }
    assert_int_equal(at, sizeof stream);
}

static void
an_empty_frame_is_refused(void **state)
{
    const uint8_t *body;
    size_t size, used;

    (void) state;
    assert_int_equal(frame_split((const uint8_t *) "\0\0x", 3, &body, &size, &used), ERR_FORMAT);
}

static void
the_longest_body_goes_through(void **state)
{
    static uint8_t body[FRAME_BODY_BYTES_MAX];
    const uint8_t *read;
    struct buf out;
    size_t size, used;

    (void) state;
    memset(body, 'z', sizeof body);
    buf_init(&out, FRAME_BYTES_MAX);
    assert_int_equal(frame_join(&out, body, sizeof body), OK);
    assert_int_equal(frame_split(out.bytes, out.size - 1, &read, &size, &used), ERR_AGAIN);
    assert_int_equal(frame_split(out.bytes, out.size, &read, &size, &used), OK);
    assert_int_equal(size, sizeof body);
    assert_memory_equal(read, body, size);
    buf_reset(&out);
    assert_int_equal(frame_join(&out, "xy", 2), OK);
    assert_bytes_are(out.bytes, out.size, "00027879");
    buf_release(&out);
}

static void
a_frame_built_in_place_is_the_same_as_one_joined(void **state)
{
    struct buf out;
    size_t at = 99;

    (void) state;
    buf_init(&out, 100);
    buf_append(&out, "!", 1);
    assert_int_equal(frame_begin(&out, &at), OK);
    assert_int_equal(at, 1);
    buf_append(&out, "xyz", 3);
    assert_int_equal(frame_end(&out, at), OK);
    assert_bytes_are(out.bytes, out.size, "210003" "78797a");
    buf_release(&out);
}

static void
a_frame_that_got_no_body_or_no_room_is_taken_off_again(void **state)
{
    struct buf out;
    size_t at;

    (void) state;
    buf_init(&out, 8);
    buf_append(&out, "!", 1);
    assert_int_equal(frame_begin(&out, &at), OK);
    assert_int_equal(frame_end(&out, at), ERR_LIMIT);
    assert_int_equal(out.size, 1);
    assert_int_equal(frame_begin(&out, &at), OK);
    buf_append(&out, "123456", 6);
    assert_int_equal(frame_end(&out, at), ERR_LIMIT);
    assert_int_equal(out.size, 1);
    buf_reset(&out);
    buf_append(&out, "1234567", 7);
    at = 99;
    assert_int_equal(frame_begin(&out, &at), ERR_LIMIT);
    assert_int_equal(at, 99);
    assert_int_equal(out.size, 7);
    buf_release(&out);
}

static void
a_preamble_says_version_and_pattern(void **state)
{
    struct preamble preamble = {0};

    (void) state;
    assert_int_equal(FRAME_PREAMBLE_IK, 0x11);
    assert_int_equal(FRAME_PREAMBLE_XX, 0x12);
    for (unsigned byte = 0; byte < 256; byte++) {
        int good = byte >= 16 && (byte % 16 == 1 || byte % 16 == 2);

        assert_int_equal(frame_preamble_decode((uint8_t) byte, &preamble), good ? OK : ERR_FORMAT);
        if (!good)
            continue;
        assert_int_equal(preamble.version, byte / 16);
        assert_int_equal(preamble.pattern, byte % 16 == 1 ? NOISE_IK : NOISE_XX);
        assert_int_equal(frame_preamble_encode(preamble), byte);
    }
}

static void
the_prologue_binds_the_preamble(void **state)
{
    uint8_t prologue[FRAME_PROLOGUE_BYTES];

    (void) state;
    frame_prologue(FRAME_PREAMBLE_IK, prologue);
    assert_memory_equal(prologue, "thidua\x11", FRAME_PROLOGUE_BYTES);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_stream_gives_the_same_frames_however_it_is_cut),
        cmocka_unit_test(an_empty_frame_is_refused),
        cmocka_unit_test(the_longest_body_goes_through),
        cmocka_unit_test(a_frame_built_in_place_is_the_same_as_one_joined),
        cmocka_unit_test(a_frame_that_got_no_body_or_no_room_is_taken_off_again),
        cmocka_unit_test(a_preamble_says_version_and_pattern),
        cmocka_unit_test(the_prologue_binds_the_preamble),
    };

    return tap_run("frame", tests, NULL, NULL);
}
