/* Chunks: a hostile one gives exactly the declared bytes or an error, and every input survives the
 * way through encoder and decoder. First byte: mode, and whether there is history; then the
 * declared size, big-endian; the rest is the chunk. */
#include "config.h"

#include <string.h>

#include "protocol/compress.h"
#include "tests/fuzz/fuzz.h"

enum { HEAD_BYTES = 4, MODE_MASK = 7, HAS_HISTORY = 8 };

static const char history[] = "Đã vận động được 12 hộ tham gia, hoàn thành 300 m đường ngõ xóm tại thôn Đông Hòa.";

static void
decode_hostile(struct compressor *c, const uint8_t *input, size_t size)
{
    const struct compress_piece piece = {history, sizeof history};
    struct compress_chunk chunk = {
        .mode = input[0] & MODE_MASK,
        .raw_size = (size_t) input[1] << 16 | (size_t) input[2] << 8 | input[3],
        .bytes = input + HEAD_BYTES,
        .size = size - HEAD_BYTES,
        .history = &piece,
        .history_count = (input[0] & HAS_HISTORY) != 0,
    };
    struct buf raw;
    enum err err;

    buf_init(&raw, CHUNK_RAW_BYTES_MAX + 4);
    buf_append(&raw, "kept", 4);
    err = compress_decode(c, &chunk, &raw, NULL);
    fuzz_must(raw.size == 4 + (err == OK ? chunk.raw_size : 0));
    fuzz_must(err == OK || err == ERR_FORMAT || err == ERR_LIMIT);
    fuzz_must(memcmp(raw.bytes, "kept", 4) == 0);
    buf_release(&raw);
}

static void
carry(struct compressor *c, const uint8_t *bytes, size_t size, int choice)
{
    const struct compress_piece piece = {history, sizeof history};
    struct compress_input in = {.bytes = bytes, .size = size, .level = 1, .history = &piece,
                                .history_count = (choice & 1) != 0, .same_shipped = (choice & 2) != 0};
    struct compress_chunk chunk = {.raw_size = size, .history = &piece,
                                   .history_count = in.history_count};
    enum compress_mode mode;
    struct buf out, raw;

    buf_init(&out, CHUNK_RAW_BYTES_MAX);
    buf_init(&raw, CHUNK_RAW_BYTES_MAX);
    fuzz_must(compress_encode(c, &in, &out, &mode, NULL) == OK && out.size <= size);
    chunk.mode = mode;
    chunk.bytes = out.bytes;
    chunk.size = out.size;
    fuzz_must(compress_decode(c, &chunk, &raw, NULL) == OK && raw.size == size);
    fuzz_must(memcmp(raw.bytes, bytes, size) == 0);
    buf_release(&out);
    buf_release(&raw);
}

int
LLVMFuzzerTestOneInput(const uint8_t *input, size_t size)
{
    static struct compressor *c;

    if (c == NULL)
        c = compress_new(HISTORY_BYTES_MIN);
    if (c == NULL || size < HEAD_BYTES)
        return 0;
    decode_hostile(c, input, size);
    if (size > HEAD_BYTES && size - HEAD_BYTES <= CHUNK_RAW_BYTES_MAX)
        carry(c, input + HEAD_BYTES, size - HEAD_BYTES, input[3]);
    return 0;
}
