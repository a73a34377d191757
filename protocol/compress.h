/* Compressed chunks: zstd whose dictionary is what both sides already hold, the shipped dictionary
 * with shared history appended behind it.
 *
 *     chunk  = mode, raw size, bytes; how a message carries them is message.h's business
 *     bytes  = mode 0:    the raw bytes
 *              modes 1-3: one zstd frame without its first five bytes, which are always 28 B5 2F FD 00
 *                         (magic; no checksum, no dictionary id, no content size, no single segment)
 *              modes 6, 7: the same, but the frame's beginning only, whole blocks: a stream
 *              mode 4:    the stream's next blocks
 *
 * A stream costs a bulk of chunks no dictionary of its own for each: what came before is in the window.
 *
 * Wrong history decodes to wrong bytes WITHOUT an error: there is no checksum here, on purpose,
 * since chain and signature cover the bytes. When they fail after mode 2 or 3, ask for the chunk
 * with no history before calling it bad.
 * Source: doc/transport.md, "Chunks"; RFC 8878. */
#ifndef PROTOCOL_COMPRESS_H
#define PROTOCOL_COMPRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "protocol/limits.h"
#include "protocol/util/buf.h"
#include "protocol/util/err.h"

enum {
    COMPRESS_LEVEL_MIN = 1,
    COMPRESS_LEVEL_MAX = 19,
    COMPRESS_WINDOW_LOG_MAX = 21, /* 2 MiB: the largest history, dictionary and chunk together */
    COMPRESS_STREAM_WINDOWS = 8,  /* a stream's window is at most so many times the history's limit */
    COMPRESS_DICTIONARY_ID_BYTES = 8,
};

/* What stands in the dictionary; the numbers are on the wire. */
enum compress_mode {
    COMPRESS_STORED = 0,  /* not compressed */
    COMPRESS_SHIPPED = 1, /* the shipped dictionary */
    COMPRESS_SHARED = 2,  /* the shipped dictionary, then the history */
    /* one zero byte, then the history (may be empty): the peer's shipped dictionary is another */
    COMPRESS_HISTORY = 3,
    COMPRESS_STREAM_NEXT = 4,    /* goes on in the stream; nothing else is in the dictionary */
    COMPRESS_STREAM_SHARED = 6,  /* begins a stream: content of mode 2, as plain bytes */
    COMPRESS_STREAM_HISTORY = 7, /* begins a stream: content of mode 3, as plain bytes */
    COMPRESS_MODE_MAX = COMPRESS_STREAM_HISTORY,
};

/* A stretch of history; borrowed. */
struct compress_piece {
    const void *bytes;
    size_t size;
};

/* What to encode. */
struct compress_input {
    const void *bytes;                    /* borrowed */
    size_t size;                          /* 1..CHUNK_RAW_BYTES_MAX */
    const struct compress_piece *history; /* what matches most stands last; borrowed */
    size_t history_count;                 /* pieces; together at most the compressor's limit */
    int level;                            /* COMPRESS_LEVEL_MIN..MAX, else brought there */
    bool same_shipped;                    /* the peer's hello names our shipped dictionary */
    bool stream;                          /* go on in the stream (history is passed over), or begin one */
    size_t stream_bytes;                  /* about so much comes in it; only a stream's beginning asks */
};

/* What to decode; everything may come from a hostile peer. */
struct compress_chunk {
    unsigned mode;                        /* enum compress_mode, as read */
    size_t raw_size;                      /* as declared */
    const void *bytes;                    /* borrowed */
    size_t size;
    const struct compress_piece *history; /* for modes 2 and 3, the very pieces of the encoder */
    size_t history_count;
};

struct compressor;

/* Make a compressor.
 *   history_bytes_max  HISTORY_BYTES_MIN..HISTORY_BYTES_MAX: the smaller of both sides' hellos
 *   Returns            NULL when there is no memory; free with compress_free() */
struct compressor *compress_new(size_t history_bytes_max);

/* Free a compressor; NULL is allowed. */
void compress_free(struct compressor *c);

/* True while compress_encode() can go on in a stream. */
bool compress_streaming(const struct compressor *c);

/* The next streamed chunk begins a new stream: the peer will not get, or has not read, what was encoded
 * last. NULL is allowed. */
void compress_stream_end(struct compressor *c);

/* Free the working memory of single chunks (megabytes at high levels); streams go on. */
void compress_rest(struct compressor *c);

/* Free all working memory and end both streams; keep the compressor: call it when a sync ends. */
void compress_idle(struct compressor *c);

/* Bytes of working memory now held. */
size_t compress_memory_bytes(const struct compressor *c);

/* Encode one chunk in the mode that makes it smallest: small inputs are tried with and without
 * history, larger ones with all there is; what does not shrink is stored.
 *   out       the encoded bytes are appended, never more than in->size
 *             (what does not shrink in a stream ends it)
 *   ret_mode  the mode to send with them
 *   Returns   OK; ERR_LIMIT input or history too long, or `out` full; ERR_NOMEM */
enum err compress_encode(struct compressor *c, const struct compress_input *in, struct buf *out,
                         enum compress_mode *ret_mode, struct error *e);

/* Decode one chunk; those of a stream in their order, each of them. Nothing is allocated from a declared size before it is checked, and exactly
 * chunk->raw_size bytes come out.
 *   ret_raw   the raw bytes are appended; its content is untouched on an error
 *   Returns   OK, also with the wrong history (see above); ERR_LIMIT declared size 0 or above
 *             CHUNK_RAW_BYTES_MAX, history too long, or `ret_raw` full; ERR_FORMAT anything else
 *             that compress_encode() does not make; ERR_NOMEM */
enum err compress_decode(struct compressor *c, const struct compress_chunk *chunk,
                         struct buf *ret_raw, struct error *e);

/* The name of the shipped dictionary for the hello: the first bytes of its hash.
 *   ret  receives COMPRESS_DICTIONARY_ID_BYTES */
void compress_dictionary_id(uint8_t *ret);

#endif
