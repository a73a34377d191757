/* Frames: u16 big-endian length, body. The length is bounded by its form, so a reader never needs
 * more than FRAME_BYTES_MAX bytes to go on. */
#include "config.h"

#include "protocol/frame.h"

#include <assert.h>
#include <string.h>

enum { PATTERN_IK = 1, PATTERN_XX = 2 }; /* on the wire */

static const uint8_t magic[FRAME_PROLOGUE_BYTES - 1] = {'t', 'h', 'i', 'd', 'u', 'a'};

static void
put_head(uint8_t *at, size_t size)
{
    at[0] = (uint8_t) (size >> 8);
    at[1] = (uint8_t) size;
}

uint8_t
frame_preamble_encode(struct preamble preamble)
{
    assert(preamble.version >= 1 && preamble.version <= FRAME_VERSION_MAX);
    return (uint8_t) (preamble.version << 4
                      | (preamble.pattern == NOISE_IK ? PATTERN_IK : PATTERN_XX));
}

enum err
frame_preamble_decode(uint8_t byte, struct preamble *ret)
{
    unsigned pattern = byte & 0x0F;

    if (byte >> 4 == 0 || (pattern != PATTERN_IK && pattern != PATTERN_XX))
        return ERR_FORMAT;
    ret->version = byte >> 4;
    ret->pattern = pattern == PATTERN_IK ? NOISE_IK : NOISE_XX;
    return OK;
}

void
frame_prologue(uint8_t preamble, uint8_t *ret)
{
    memcpy(ret, magic, sizeof magic);
    ret[sizeof magic] = preamble;
}

enum err
frame_split(const uint8_t *in, size_t in_size, const uint8_t **ret_body, size_t *ret_body_size,
            size_t *ret_used)
{
    size_t size;

    if (in_size < FRAME_HEAD_BYTES)
        return ERR_AGAIN;
    size = (size_t) in[0] << 8 | in[1];
    if (size == 0)
        return ERR_FORMAT;
    if (in_size - FRAME_HEAD_BYTES < size)
        return ERR_AGAIN;
    *ret_body = in + FRAME_HEAD_BYTES;
    *ret_body_size = size;
    *ret_used = FRAME_HEAD_BYTES + size;
    return OK;
}

enum err
frame_join(struct buf *out, const void *body, size_t size)
{
    uint8_t *at;

    assert(size >= 1 && size <= FRAME_BODY_BYTES_MAX);
    at = buf_extend(out, FRAME_HEAD_BYTES + size);
    if (at == NULL)
        return out->err;
    put_head(at, size);
    memcpy(at + FRAME_HEAD_BYTES, body, size);
    return OK;
}

enum err
frame_begin(struct buf *out, size_t *ret_at)
{
    size_t at = out->size;

    if (buf_extend(out, FRAME_HEAD_BYTES) == NULL)
        return out->err;
    *ret_at = at;
    return OK;
}

enum err
frame_end(struct buf *out, size_t at)
{
    enum err err = out->err;
    size_t size;

    assert(at + FRAME_HEAD_BYTES <= out->size);
    size = out->size - at - FRAME_HEAD_BYTES;
    if (err == OK && (size == 0 || size > FRAME_BODY_BYTES_MAX))
        err = ERR_LIMIT;
    if (err == OK)
        put_head(out->bytes + at, size);
    else
        out->size = at;
    return err;
}
