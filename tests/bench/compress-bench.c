/* What compression with shared history brings: bytes, time and memory for 1 to 1,000 sample
 * changesets. Run it by hand: make tests/bench/compress-bench && tests/bench/compress-bench
 * [LEVEL] */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "protocol/compress.h"
#include "protocol/sign.h"
#include "tests/util/sample.h"

enum { STREAM_BYTES_MAX = 16 << 20, HISTORY_ENTRIES = 4000, COMMUNES = 8, FIRST_SEED = 1000 };

struct figure {
    size_t raw_bytes, wire_bytes, chunks, memory_bytes;
    double seconds;
};

static double
now_s(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double) t.tv_sec + (double) t.tv_nsec / 1e9;
}

/* Send `count` entries in chunks, each with the bytes before it as history. */
static void
send_entries(const struct buf *stream, const size_t *ends, size_t first, size_t count, int mode,
             size_t history_bytes, int level, struct figure *f)
{
    struct compressor *c = compress_new(history_bytes);
    size_t at = ends[first - 1], end = ends[first + count - 1];
    struct buf out;

    buf_init(&out, CHUNK_RAW_BYTES_MAX);
    while (at < end) {
        size_t size = end - at < CHUNK_RAW_BYTES_MAX ? end - at : CHUNK_RAW_BYTES_MAX;
        size_t back = at < history_bytes ? at : history_bytes;
        struct compress_piece piece = {stream->bytes + at - back, back};
        struct compress_input in = {.bytes = stream->bytes + at, .size = size, .level = level,
                                    .history = &piece, .history_count = history_bytes > 0,
                                    .same_shipped = mode != COMPRESS_HISTORY};
        enum compress_mode chosen;
        double start = now_s();

        buf_reset(&out);
        if (compress_encode(c, &in, &out, &chosen, NULL) != OK)
            abort();
        f->seconds += now_s() - start;
        f->raw_bytes += size;
        f->wire_bytes += out.size;
        f->chunks++;
        if (compress_memory_bytes(c) > f->memory_bytes)
            f->memory_bytes = compress_memory_bytes(c);
        at += size;
    }
    buf_release(&out);
    compress_free(c);
}

static void
measure(size_t count, int mode, size_t history_bytes, int level)
{
    static struct sample commune;
    static size_t ends[HISTORY_ENTRIES + 1001];
    struct figure f = {0};
    struct buf stream;

    buf_init(&stream, STREAM_BYTES_MAX);
    for (uint64_t seed = FIRST_SEED; seed < FIRST_SEED + COMMUNES; seed++) {
        buf_reset(&stream);
        sample_init(&commune, seed);
        for (size_t i = 0; i < HISTORY_ENTRIES + count; i++) {
            sample_entry(&commune, &stream);
            ends[i] = stream.size;
        }
        send_entries(&stream, ends, HISTORY_ENTRIES, count, mode, history_bytes, level, &f);
    }
    buf_release(&stream);
    printf("%6zu %9s %6zu KiB %9zu %9zu %6.1f ms %7zu KiB\n", count,
           mode == COMPRESS_HISTORY ? "other" : "same", history_bytes >> 10, f.raw_bytes / COMMUNES,
           f.wire_bytes / COMMUNES, f.seconds * 1000 / (double) f.chunks, f.memory_bytes >> 10);
}

int
main(int argc, char **argv)
{
    static const size_t counts[] = {1, 10, 100, 1000};
    static const size_t histories[] = {0, 64 << 10, 256 << 10, 1024 << 10};
    int level = argc > 1 ? atoi(argv[1]) : COMPRESS_LEVEL_MAX;

    if (protocol_init(NULL) != OK)
        return 1;
    printf("level %d, mean of %d communes\n", level, COMMUNES);
    printf("%6s %9s %10s %9s %9s %9s %11s\n", "count", "shipped", "history", "raw B", "sent B",
           "per chunk",
           "memory");
    for (size_t i = 0; i < 4; i++) {
        measure(counts[i], COMPRESS_HISTORY, 0, level);
        for (size_t k = 0; k < 4; k++)
            measure(counts[i], COMPRESS_SHARED, histories[k], level);
    }
    return 0;
}
