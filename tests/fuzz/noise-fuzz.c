/* Noise: whatever a peer sends at any step is refused without a trace, unless it is what the real
 * peer would have sent. The first byte chooses pattern, step and whether the rest is the message
 * itself or is laid over (XOR) the real one; XOR gets the fuzzer past the encryption, byte by
 * byte. */
#include "config.h"

#include <string.h>

#include "protocol/frame.h"
#include "tests/fuzz/fuzz.h"

enum { CHOOSE_XX = 1, CHOOSE_OVERLAY = 2, STEP_SHIFT = 2, STEPS_MAX = 5 };

static struct noise sides[2];
static struct noise_transport transports[2];

static void
start(enum noise_pattern pattern)
{
    uint8_t seeds[4][DH_BYTES], prologue[FRAME_PROLOGUE_BYTES];
    struct dh_key statics[2];

    for (size_t i = 0; i < 4; i++)
        memset(seeds[i], (int) (0x11 * (i + 1)), DH_BYTES);
    frame_prologue(pattern == NOISE_IK ? FRAME_PREAMBLE_IK : FRAME_PREAMBLE_XX, prologue);
    dh_key_init(&statics[0], seeds[0]);
    dh_key_init(&statics[1], seeds[1]);
    for (int role = 0; role < 2; role++) {
        struct noise_options options = {
            .pattern = pattern,
            .role = role == 0 ? NOISE_INITIATOR : NOISE_RESPONDER,
            .prologue = prologue,
            .prologue_size = sizeof prologue,
            .own_static = &statics[role],
            .remote_static = pattern == NOISE_IK && role == 0 ? statics[1].public_key : NULL,
            .ephemeral_seed = seeds[2 + role],
        };

        noise_init(&sides[role], &options);
    }
}

/* Give the real message of a side, in the handshake or after it. */
static void
real_message(int from, struct buf *out)
{
    buf_reset(out);
    if (noise_state(&sides[from]) == NOISE_WRITE)
        fuzz_must(noise_write(&sides[from], "hello", 5, out, NULL) == OK);
    else
        fuzz_must(noise_seal(&transports[from], NULL, 0, "hello", 5, out) == OK);
}

static enum err
receive(int at, const uint8_t *message, size_t size, struct buf *payload)
{
    if (noise_state(&sides[at]) == NOISE_READ)
        return noise_read(&sides[at], message, size, payload, NULL);
    return noise_open(&transports[at], NULL, 0, message, size, payload);
}

static void
try_input(int from, const uint8_t *input, size_t size, int overlay)
{
    struct buf real, payload;
    int same;
    enum err err;

    buf_init(&real, NOISE_MESSAGE_BYTES_MAX + size);
    buf_init(&payload, NOISE_MESSAGE_BYTES_MAX);
    buf_append(&payload, "kept", 4);
    real_message(from, &real);
    same = size == real.size && memcmp(input, real.bytes, size) == 0;
    if (overlay) {
        same = 1;
        for (size_t i = 0; i < size && i < real.size; i++) {
            real.bytes[i] ^= input[i];
            same &= input[i] == 0;
        }
        err = receive(!from, real.bytes, real.size, &payload);
    } else {
        err = receive(!from, input, size, &payload);
    }
    /* The first message of XX is in clear: anybody can write one. */
    if (err == OK && !same)
        fuzz_must(sides[!from].pattern == NOISE_XX && sides[!from].message == 1);
    if (same)
        fuzz_must(err == OK && payload.size == 9 && memcmp(payload.bytes + 4, "hello", 5) == 0);
    if (err != OK)
        fuzz_must(payload.size == 4);
    fuzz_must(memcmp(payload.bytes, "kept", 4) == 0);
    buf_release(&real);
    buf_release(&payload);
}

int
LLVMFuzzerTestOneInput(const uint8_t *input, size_t size)
{
    struct buf message, payload;
    unsigned step, choice;
    int from = 0;

    if (size == 0)
        return 0;
    choice = input[0];
    start(choice & CHOOSE_XX ? NOISE_XX : NOISE_IK);
    buf_init(&message, NOISE_MESSAGE_BYTES_MAX);
    buf_init(&payload, NOISE_MESSAGE_BYTES_MAX);
    for (step = 0; step < (choice >> STEP_SHIFT) % STEPS_MAX; step++) {
        real_message(from, &message);
        buf_reset(&payload);
        fuzz_must(receive(!from, message.bytes, message.size, &payload) == OK);
        if (noise_state(&sides[0]) == NOISE_DONE) {
            noise_split(&sides[0], &transports[0]);
            noise_split(&sides[1], &transports[1]);
        }
        from = !from;
    }
    try_input(from, input + 1, size - 1, (choice & CHOOSE_OVERLAY) != 0);
    buf_release(&message);
    buf_release(&payload);
    return 0;
}
