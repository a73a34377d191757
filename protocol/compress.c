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
    STREAM_WINDOW_LOG_MIN = 17,
    TRY_BOTH_BYTES_MAX = 4096, /* below this a second try costs little and often saves a tenth */
    WINDOW_BYTE_MAX = (COMPRESS_WINDOW_LOG_MAX - 10) << 3,
    FRAME_BYTES_MAX = ZSTD_COMPRESSBOUND(CHUNK_RAW_BYTES_MAX), /* room for the worst of the tries */
};

/* One direction of a stream; its prefix must stay while the frame goes on. */
struct stream {
    uint8_t *prefix;    /* owned */
    bool active;
};

struct compressor {
    size_t history_bytes_max;
    ZSTD_CCtx *encoder; /* owned, or NULL until needed */
    ZSTD_DCtx *decoder; /* owned, or NULL until needed */
    uint8_t *frame;     /* owned, FRAME_BYTES_MAX, or NULL until needed */
    ZSTD_CCtx *stream_encoder; /* owned, or NULL until needed */
    ZSTD_DCtx *stream_decoder; /* owned, or NULL until needed */
    struct stream out;
    struct stream in;
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

static void
stream_release(struct stream *stream)
{
    mem_free(stream->prefix);
    *stream = (struct stream){0};
}

bool
compress_streaming(const struct compressor *c)
{
    return c->out.active;
}

void
compress_stream_end(struct compressor *c)
{
    if (c != NULL)
        c->out.active = false;
}

void
compress_rest(struct compressor *c)
{
    ZSTD_freeCCtx(c->encoder);
    ZSTD_freeDCtx(c->decoder);
    mem_free(c->frame);
    c->encoder = NULL;
    c->decoder = NULL;
    c->frame = NULL;
}

void
compress_idle(struct compressor *c)
{
    compress_rest(c);
    ZSTD_freeCCtx(c->stream_encoder);
    ZSTD_freeDCtx(c->stream_decoder);
    c->stream_encoder = NULL;
    c->stream_decoder = NULL;
    stream_release(&c->out);
    stream_release(&c->in);
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
           + ZSTD_sizeof_CCtx(c->stream_encoder) + ZSTD_sizeof_DCtx(c->stream_decoder)
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

/* --- streams ---------------------------------------------------------------------------------- */

/* Parameters of a stream. zstd's own for its levels would take six times the memory, since it does not
 * know how much comes; these lose one part in a hundred. */
struct stream_parameters {
    ZSTD_cParameter name;
    int thorough; /* from level 13 on: 2.5 MB/s, at most 13 MB */
    int quick;    /* below: 30 MB/s, at most 5 MB, an eighth longer */
};

static const struct stream_parameters stream_parameters[] = {
    {ZSTD_c_strategy, ZSTD_btultra2, ZSTD_lazy2},
    {ZSTD_c_hashLog, 18, 18},
    {ZSTD_c_searchLog, 7, 6},
    {ZSTD_c_minMatch, 3, 5},
    {ZSTD_c_targetLength, 256, 32},
    {ZSTD_c_contentSizeFlag, 0, 0},
    {ZSTD_c_checksumFlag, 0, 0},
    {ZSTD_c_dictIDFlag, 0, 0},
};

/* The prefix of a stream in a mode; taken over by the stream. */
static enum err
stream_prefix(struct stream *stream, const struct compressor *c, enum compress_mode mode,
              const struct compress_piece *history, size_t history_count, size_t *ret_size)
{
    bool with_shipped = mode == COMPRESS_STREAM_SHARED;
    struct dictionary d;
    enum err err = dictionary_init(&d, c, with_shipped ? COMPRESS_SHARED : COMPRESS_HISTORY, history,
                                   history_count);

    if (err != OK)
        return err;
    stream_release(stream);
    stream->prefix = d.block;
    *ret_size = d.size;
    return OK;
}

static int
stream_window_log_max(const struct compressor *c)
{
    int log = COMPRESS_WINDOW_LOG_MAX;

    while ((size_t) 1 << log > COMPRESS_STREAM_WINDOWS * c->history_bytes_max)
        log--;
    return log;
}

static void
stream_set_parameters(struct compressor *c, const struct compress_input *in, size_t prefix_size)
{
    bool thorough = in->level > 12;
    int window = stream_window_log_max(c);

    while (window > STREAM_WINDOW_LOG_MIN && (size_t) 1 << (window - 1) >= prefix_size + in->stream_bytes)
        window--;
    ZSTD_CCtx_reset(c->stream_encoder, ZSTD_reset_session_and_parameters);
    ZSTD_CCtx_setParameter(c->stream_encoder, ZSTD_c_windowLog, window);
    ZSTD_CCtx_setParameter(c->stream_encoder, ZSTD_c_chainLog, thorough ? window : window - 2);
    for (size_t i = 0; i < sizeof stream_parameters / sizeof stream_parameters[0]; i++) {
        const struct stream_parameters *p = &stream_parameters[i];

        ZSTD_CCtx_setParameter(c->stream_encoder, p->name, thorough ? p->thorough : p->quick);
    }
}

static enum err
stream_begin(struct compressor *c, const struct compress_input *in, enum compress_mode *ret_mode)
{
    enum compress_mode mode = in->same_shipped ? COMPRESS_STREAM_SHARED : COMPRESS_STREAM_HISTORY;
    size_t size;
    enum err err = stream_prefix(&c->out, c, mode, in->history, in->history_count, &size);

    if (err == OK && c->stream_encoder == NULL) {
        c->stream_encoder = ZSTD_createCCtx();
        err = c->stream_encoder != NULL ? OK : ERR_NOMEM;
    }
    if (err != OK)
        return err;
    stream_set_parameters(c, in, size);
    if (ZSTD_isError(ZSTD_CCtx_refPrefix(c->stream_encoder, c->out.prefix, size)))
        return ERR_NOMEM;
    c->out.active = true;
    *ret_mode = mode;
    return OK;
}

/* Encode the next blocks into c->frame.
 *   ret_size  bytes there, with the head of a new frame */
static enum err
stream_blocks(struct compressor *c, const struct compress_input *in, size_t *ret_size)
{
    ZSTD_inBuffer from = {in->bytes, in->size, 0};
    ZSTD_outBuffer to = {c->frame, FRAME_BYTES_MAX, 0};
    size_t left = ZSTD_compressStream2(c->stream_encoder, &to, &from, ZSTD_e_flush);

    if (ZSTD_isError(left))
        return ERR_NOMEM;
    assert(left == 0 && from.pos == from.size); /* there is room for the worst */
    *ret_size = to.pos;
    return OK;
}

static enum err
encode_stream(struct compressor *c, const struct compress_input *in, struct buf *out,
              enum compress_mode *ret_mode)
{
    enum compress_mode mode = COMPRESS_STREAM_NEXT;
    size_t size = 0, head = 0;
    enum err err = frame_prepare(c);

    if (err == OK && !c->out.active) {
        err = stream_begin(c, in, &mode);
        head = sizeof frame_head;
    }
    if (err == OK)
        err = stream_blocks(c, in, &size);
    if (err != OK) {
        c->out.active = false;
        return err;
    }
    assert(head == 0 || memcmp(c->frame, frame_head, sizeof frame_head) == 0);
    size -= head;
    if (size >= in->size) {
        c->out.active = false;
        mode = COMPRESS_STORED;
    }
    *ret_mode = mode;
    return mode == COMPRESS_STORED ? buf_append(out, in->bytes, in->size)
                                   : buf_append(out, c->frame + head, size);
}

/* The decoder of a stream, new where the chunk begins one. */
static enum err
stream_decoder(struct compressor *c, const struct compress_chunk *chunk)
{
    size_t size;
    enum err err;

    if (chunk->mode == COMPRESS_STREAM_NEXT)
        return c->in.active ? OK : ERR_FORMAT;
    c->in.active = false;
    err = stream_prefix(&c->in, c, (enum compress_mode) chunk->mode, chunk->history, chunk->history_count,
                        &size);
    if (err == OK && c->stream_decoder == NULL) {
        c->stream_decoder = ZSTD_createDCtx();
        err = c->stream_decoder != NULL ? OK : ERR_NOMEM;
    }
    if (err != OK)
        return err;
    ZSTD_DCtx_reset(c->stream_decoder, ZSTD_reset_session_and_parameters);
    if (ZSTD_isError(ZSTD_DCtx_setParameter(c->stream_decoder, ZSTD_d_windowLogMax, stream_window_log_max(c)))
        || ZSTD_isError(ZSTD_DCtx_refPrefix(c->stream_decoder, c->in.prefix, size)))
        return ERR_NOMEM;
    c->in.active = true;
    return OK;
}

static bool
stream_feed(struct compressor *c, const void *bytes, size_t size, ZSTD_outBuffer *to)
{
    ZSTD_inBuffer from = {bytes, size, 0};

    while (from.pos < from.size) {
        size_t at = from.pos, made = to->pos;
        size_t left = ZSTD_decompressStream(c->stream_decoder, to, &from);

        /* a stream never ends its frame */
        if (ZSTD_isError(left) || left == 0 || (from.pos == at && to->pos == made))
            return false; /* more than was declared */
    }
    return true;
}

/* True when the decoder holds back nothing: all of it fitted the declared size. */
static bool
stream_drained(struct compressor *c)
{
    uint8_t byte;
    ZSTD_inBuffer none = {NULL, 0, 0};
    ZSTD_outBuffer more = {&byte, 1, 0};

    return !ZSTD_isError(ZSTD_decompressStream(c->stream_decoder, &more, &none)) && more.pos == 0;
}

static enum err
decode_stream(struct compressor *c, const struct compress_chunk *chunk, uint8_t *ret_raw)
{
    ZSTD_outBuffer to = {ret_raw, chunk->raw_size, 0};
    enum err err = stream_decoder(c, chunk);

    if (err != OK)
        return err;
    if ((chunk->mode != COMPRESS_STREAM_NEXT && !stream_feed(c, frame_head, sizeof frame_head, &to))
        || !stream_feed(c, chunk->bytes, chunk->size, &to) || to.pos != chunk->raw_size
        || !stream_drained(c)) {
        c->in.active = false;
        return ERR_FORMAT;
    }
    return OK;
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
    if (in->stream) {
        err = encode_stream(c, in, out, ret_mode);
        return err == OK ? OK : err_set(e, err, "cannot compress %zu bytes in a stream", in->size);
    }
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
    if (chunk->mode > COMPRESS_MODE_MAX || chunk->mode == COMPRESS_STREAM_NEXT + 1)
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
    err = chunk->mode < COMPRESS_STREAM_NEXT ? decode_frame(c, chunk, raw) : decode_stream(c, chunk, raw);
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
