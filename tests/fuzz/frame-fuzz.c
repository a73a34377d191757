/* Frames: views stay inside the input, and what is split joins to the same bytes. */
#include "config.h"

#include <string.h>

#include "protocol/frame.h"
#include "tests/fuzz/fuzz.h"

static void
check_preamble(uint8_t byte)
{
    struct preamble preamble;

    if (frame_preamble_decode(byte, &preamble) == OK)
        fuzz_must(frame_preamble_encode(preamble) == byte);
}

int
LLVMFuzzerTestOneInput(const uint8_t *input, size_t size)
{
    size_t at = 0, body_size, used;
    const uint8_t *body;
    struct buf joined;
    enum err err;

    if (size > 0)
        check_preamble(input[0]);
    buf_init(&joined, size);
    while ((err = frame_split(input + at, size - at, &body, &body_size, &used)) == OK) {
        fuzz_must(body_size >= 1 && body_size <= FRAME_BODY_BYTES_MAX && used == body_size + 2);
        fuzz_must(body == input + at + 2 && used <= size - at);
        fuzz_must(frame_split(input + at, used - 1, &body, &body_size, &used) == ERR_AGAIN);
        fuzz_must(frame_join(&joined, body, body_size) == OK);
        at += used;
    }
    fuzz_must(err == ERR_AGAIN || err == ERR_FORMAT);
    fuzz_must(joined.size == at && (at == 0 || memcmp(joined.bytes, input, at) == 0));
    buf_release(&joined);
    return 0;
}
