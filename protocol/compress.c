/* Chunks through zstd's stable interface. The five fixed bytes of a frame are cut off and put back
 * here rather than by zstd's "magicless" format, which is not in that interface. */
#include "config.h"

#include "protocol/compress.h"

#include <assert.h>
#include <string.h>

#include <zstd.h>

#include "protocol/hash.h"
#include "protocol/util/mem.h"

static const uint8_t shipped[] = {
#include "protocol/dictionary/shipped.inc"
};

static const uint8_t frame_head[] = {0x28, 0xB5, 0x2F, 0xFD, 0x00};

enum {
    TRY_BOTH_BYTES_MAX = 4096, /* below this a second try costs little and often saves a tenth */
    WINDOW_BYTE_MAX = (COMPRESS_WINDOW_LOG_MAX - 10) << 3,
    FRAME_BYTES_MAX = ZSTD_COMPRESSBOUND(CHUNK_RAW_BYTES_MAX), /* room for the worst of the tries */
};

struct compressor {
    size_t history_bytes_max;
    ZSTD_CCtx *encoder; /* owned, or NULL until needed */
    ZSTD_DCtx *decoder; /* owned, or NULL until needed */
    uint8_t *frame;     /* owned, FRAME_BYTES_MAX, or NULL until needed */
};

/* A dictionary for one call: a view of the shipped one, or a block of its own. */
struct dictionary {
    uint8_t *block; /* owned, or NULL */
    const uint8_t *bytes;
    size_t size;
};

struct compressor *
compress_new(size_t history_bytes_max)
{
    struct compressor *c = mem_alloc(sizeof *c);

    assert(history_bytes_max <= HISTORY_BYTES_MAX);
    if (c != NULL)
        c->history_bytes_max = history_bytes_max;
    return c;
}

void
compress_idle(struct compressor *c)
{
    ZSTD_freeCCtx(c->encoder);
    ZSTD_freeDCtx(c->decoder);
    mem_free(c->frame);
    c->encoder = NULL;
    c->decoder = NULL;
    c->frame = NULL;
}

void
compress_free(struct compressor *c)
{
    if (c != NULL)
        compress_idle(c);
    mem_free(c);
}

size_t
compress_memory_bytes(const struct compressor *c)
{
    return ZSTD_sizeof_CCtx(c->encoder) + ZSTD_sizeof_DCtx(c->decoder)
           + (c->frame != NULL ? (size_t) FRAME_BYTES_MAX : 0);
}

/* The dictionary of a mode. */
static enum err
dictionary_init(struct dictionary *d, const struct compressor *c, enum compress_mode mode,
                const struct compress_piece *history, size_t history_count)
{
    size_t size = mode == COMPRESS_HISTORY ? 1 : sizeof shipped, history_size = 0;
    uint8_t *at;

    *d = (struct dictionary){.bytes = shipped, .size = sizeof shipped};
    if (mode == COMPRESS_SHIPPED)
        return OK;
    for (size_t i = 0; i < history_count; i++) {
        if (history[i].size > c->history_bytes_max - history_size)
            return ERR_LIMIT;
        history_size += history[i].size;
    }
    d->block = mem_alloc(size + history_size);
    if (d->block == NULL)
        return ERR_NOMEM;
    /* The zero byte of mode 3 keeps history that starts like a zstd dictionary from being read as
     * one. */
    if (mode == COMPRESS_SHARED)
        memcpy(d->block, shipped, sizeof shipped);
    at = d->block + size;
    for (size_t i = 0; i < history_count; i++) {
        if (history[i].size > 0)
            memcpy(at, history[i].bytes, history[i].size);
        at += history[i].size;
    }
    d->bytes = d->block;
    d->size = size + history_size;
    return OK;
}

static void
dictionary_release(struct dictionary *d)
{
    mem_free(d->block);
}

static enum err
frame_prepare(struct compressor *c)
{
    if (c->frame == NULL)
        c->frame = mem_alloc(FRAME_BYTES_MAX);
    return c->frame != NULL ? OK : ERR_NOMEM;
}

/* --- encoding --------------------------------------------------------------------------------- */

static enum err
encoder_prepare(struct compressor *c, int level, const struct dictionary *d)
{
    if (level < COMPRESS_LEVEL_MIN)
        level = COMPRESS_LEVEL_MIN;
    if (level > COMPRESS_LEVEL_MAX)
        level = COMPRESS_LEVEL_MAX;
    if (c->encoder == NULL)
        c->encoder = ZSTD_createCCtx();
    if (c->encoder == NULL || frame_prepare(c) != OK)
        return ERR_NOMEM;
    ZSTD_CCtx_reset(c->encoder, ZSTD_reset_session_and_parameters);
    ZSTD_CCtx_setParameter(c->encoder, ZSTD_c_compressionLevel, level);
    ZSTD_CCtx_setParameter(c->encoder, ZSTD_c_contentSizeFlag, 0);
    ZSTD_CCtx_setParameter(c->encoder, ZSTD_c_checksumFlag, 0);
    ZSTD_CCtx_setParameter(c->encoder, ZSTD_c_dictIDFlag, 0);
    if (ZSTD_isError(ZSTD_CCtx_loadDictionary(c->encoder, d->bytes, d->size)))
        return ERR_NOMEM;
    return OK;
}

/* Encode in one mode into c->frame.
 *   ret_size  bytes behind the frame head */
static enum err
encode_as(struct compressor *c, const struct compress_input *in, enum compress_mode mode,
          size_t *ret_size)
{
    struct dictionary d;
    enum err err = dictionary_init(&d, c, mode, in->history, in->history_count);
    size_t size;

    if (err == OK)
        err = encoder_prepare(c, in->level, &d);
    if (err == OK) {
        size = ZSTD_compress2(c->encoder, c->frame, FRAME_BYTES_MAX, in->bytes, in->size);
        if (ZSTD_isError(size)) {
            err = ERR_NOMEM; /* all that can go wrong with room for the worst */
        } else {
            assert(memcmp(c->frame, frame_head, sizeof frame_head) == 0);
            *ret_size = size - sizeof frame_head;
        }
    }
    dictionary_release(&d);
    return err;
}

/* The modes worth trying; gives their number. A later one must be shorter to be taken, so that
 * history is used only where it pays. */
static size_t
modes_of(const struct compress_input *in, enum compress_mode modes[2])
{
    size_t count = 0;

    if (in->same_shipped && (in->history_count == 0 || in->size <= TRY_BOTH_BYTES_MAX))
        modes[count++] = COMPRESS_SHIPPED;
    if (in->same_shipped && in->history_count > 0)
        modes[count++] = COMPRESS_SHARED;
    if (!in->same_shipped)
        modes[count++] = COMPRESS_HISTORY;
    return count;
}

enum err
compress_encode(struct compressor *c, const struct compress_input *in, struct buf *out,
                enum compress_mode *ret_mode, struct error *e)
{
    enum compress_mode modes[2], mode = COMPRESS_STORED;
    size_t modes_count = modes_of(in, modes), best = in->size, before = out->size;
    enum err err;

    if (in->size == 0 || in->size > CHUNK_RAW_BYTES_MAX)
        return err_set(e, ERR_LIMIT, "chunk of %zu bytes", in->size);
    if (buf_append(out, in->bytes, in->size) != OK)
        return err_set(e, out->err, "no room for a chunk");
    for (size_t i = 0; i < modes_count; i++) {
        size_t size = 0;

        err = encode_as(c, in, modes[i], &size);
        if (err != OK) {
            out->size = before;
            return err_set(e, err, "cannot compress %zu bytes in mode %d", in->size, modes[i]);
        }
        if (size >= best)
            continue;
        memcpy(out->bytes + before, c->frame + sizeof frame_head, size);
        out->size = before + size;
        best = size;
        mode = modes[i];
    }
    *ret_mode = mode;
    return OK;
}

/* --- decoding --------------------------------------------------------------------------------- */

/* Put the frame together again and see that it is one frame, whole, with nothing behind it. */
static enum err
frame_restore(struct compressor *c, const struct compress_chunk *chunk)
{
    size_t size = sizeof frame_head + chunk->size;

    if (frame_prepare(c) != OK)
        return ERR_NOMEM;
    memcpy(c->frame, frame_head, sizeof frame_head);
    memcpy(c->frame + sizeof frame_head, chunk->bytes, chunk->size);
    if (c->frame[sizeof frame_head] > WINDOW_BYTE_MAX
        || ZSTD_findFrameCompressedSize(c->frame, size) != size)
        return ERR_FORMAT;
    return OK;
}

static enum err
decode_frame(struct compressor *c, const struct compress_chunk *chunk, uint8_t *ret_raw)
{
    struct dictionary d = {0};
    enum err err = frame_restore(c, chunk);
    size_t size;

    if (err == OK && c->decoder == NULL) {
        c->decoder = ZSTD_createDCtx();
        err = c->decoder != NULL ? OK : ERR_NOMEM;
    }
    if (err == OK)
        err = dictionary_init(&d, c, (enum compress_mode) chunk->mode, chunk->history,
                              chunk->history_count);
    if (err == OK) {
        size = ZSTD_decompress_usingDict(c->decoder, ret_raw, chunk->raw_size, c->frame,
                                         sizeof frame_head + chunk->size, d.bytes, d.size);
        if (size != chunk->raw_size) /* shorter, or an error: too long or damaged */
            err = ERR_FORMAT;
    }
    dictionary_release(&d);
    return err;
}

enum err
compress_decode(struct compressor *c, const struct compress_chunk *chunk, struct buf *ret_raw,
                struct error *e)
{
    size_t before = ret_raw->size;
    uint8_t *raw;
    enum err err;

    if (chunk->raw_size == 0 || chunk->raw_size > CHUNK_RAW_BYTES_MAX)
        return err_set(e, ERR_LIMIT, "chunk declares %zu bytes", chunk->raw_size);
    if (chunk->mode > COMPRESS_MODE_MAX)
        return err_set(e, ERR_FORMAT, "chunk of unknown mode %u", chunk->mode);
    /* The encoder stores what does not shrink, so a longer form is never its own. */
    if (chunk->mode == COMPRESS_STORED ? chunk->size != chunk->raw_size
                                       : chunk->size == 0 || chunk->size >= chunk->raw_size)
        return err_set(e, ERR_FORMAT, "chunk of mode %u: %zu bytes for %zu", chunk->mode,
                       chunk->size, chunk->raw_size);
    raw = buf_extend(ret_raw, chunk->raw_size);
    if (raw == NULL)
        return err_set(e, ret_raw->err, "no room for a chunk");
    if (chunk->mode == COMPRESS_STORED) {
        memcpy(raw, chunk->bytes, chunk->raw_size);
        return OK;
    }
    err = decode_frame(c, chunk, raw);
    if (err != OK) {
        ret_raw->size = before;
        return err_set(e, err, "chunk of mode %u cannot be decoded", chunk->mode);
    }
    return OK;
}

void
compress_dictionary_id(uint8_t *ret)
{
    struct hash hash;

    hash_once(DOMAIN_DICTIONARY, shipped, sizeof shipped, &hash);
    memcpy(ret, hash.bytes, COMPRESS_DICTIONARY_ID_BYTES);
}
