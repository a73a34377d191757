/* Wire primitives. A varint is little-endian base 128; a value has exactly one encoding, so a last byte
 * of zero (but for the value 0) and a tenth byte above 1 are faults. */
#include "config.h"

#include "protocol/wire.h"

#include <string.h>

void
wire_init(struct wire *w, const void *bytes, size_t size)
{
    static const uint8_t nothing[1];

    w->at = bytes != NULL ? bytes : nothing;
    w->end = w->at + size;
    w->err = OK;
}

size_t
wire_left(const struct wire *w)
{
    return (size_t) (w->end - w->at);
}

enum err
wire_fail(struct wire *w)
{
    w->err = ERR_FORMAT;
    w->at = w->end;
    return ERR_FORMAT;
}

uint8_t
wire_u8(struct wire *w)
{
    if (w->at == w->end) {
        wire_fail(w);
        return 0;
    }
    return *w->at++;
}

uint64_t
wire_uint(struct wire *w)
{
    uint64_t value = 0;

    for (unsigned shift = 0; shift < 64; shift += 7) {
        uint8_t byte = wire_u8(w);

        if (w->err != OK)
            return 0;
        if ((shift == 63 && byte > 1) || (shift > 0 && byte == 0))
            break;
        value |= (uint64_t) (byte & 0x7F) << shift;
        if ((byte & 0x80) == 0)
            return value;
    }
    wire_fail(w);
    return 0;
}

uint64_t
wire_uint_max(struct wire *w, uint64_t max)
{
    uint64_t value = wire_uint(w);

    if (value > max) {
        wire_fail(w);
        return 0;
    }
    return value;
}

int64_t
wire_int(struct wire *w)
{
    uint64_t value = wire_uint(w);

    return (int64_t) (value >> 1) ^ -(int64_t) (value & 1);
}

const uint8_t *
wire_bytes(struct wire *w, size_t size)
{
    const uint8_t *place = w->at;

    if (size > wire_left(w)) {
        wire_fail(w);
        return NULL;
    }
    w->at += size;
    return w->err == OK ? place : NULL;
}

const uint8_t *
wire_sized(struct wire *w, size_t size_max, size_t *ret_size)
{
    size_t size = (size_t) wire_uint_max(w, size_max);
    const uint8_t *place = wire_bytes(w, size);

    *ret_size = place != NULL ? size : 0;
    return place;
}

const uint8_t *
wire_text(struct wire *w, size_t size_max, size_t *ret_size)
{
    const uint8_t *place = wire_sized(w, size_max, ret_size);

    if (place != NULL && !wire_utf8_valid(place, *ret_size)) {
        wire_fail(w);
        *ret_size = 0;
        return NULL;
    }
    return place;
}

void
wire_copy(struct wire *w, void *ret_bytes, size_t size)
{
    const uint8_t *place = wire_bytes(w, size);

    if (place != NULL)
        memcpy(ret_bytes, place, size);
    else
        memset(ret_bytes, 0, size);
}

enum err
wire_finish(struct wire *w)
{
    if (w->err == OK && w->at != w->end)
        wire_fail(w);
    return w->err;
}

void
wire_put_u8(struct buf *b, uint8_t value)
{
    buf_append(b, &value, 1);
}

void
wire_put_uint(struct buf *b, uint64_t value)
{
    uint8_t bytes[10];
    size_t size = 0;

    while (value >= 0x80) {
        bytes[size++] = (uint8_t) (value | 0x80);
        value >>= 7;
    }
    bytes[size++] = (uint8_t) value;
    buf_append(b, bytes, size);
}

void
wire_put_int(struct buf *b, int64_t value)
{
    wire_put_uint(b, ((uint64_t) value << 1) ^ (value < 0 ? UINT64_MAX : 0));
}

void
wire_put_sized(struct buf *b, const void *bytes, size_t size)
{
    wire_put_uint(b, size);
    buf_append(b, bytes, size);
}

size_t
wire_uint_bytes(uint64_t value)
{
    size_t size = 1;

    while (value >= 0x80) {
        value >>= 7;
        size++;
    }
    return size;
}

/* Length of the UTF-8 sequence that `lead` opens, 0 when it opens none; the bounds of its second byte
 * shut out overlong forms, surrogates and what lies past U+10FFFF. */
static size_t
utf8_sequence(uint8_t lead, uint8_t *ret_low, uint8_t *ret_high)
{
    *ret_low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
    *ret_high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
    if (lead >= 0x01 && lead <= 0x7F)
        return 1;
    if (lead >= 0xC2 && lead <= 0xDF)
        return 2;
    if (lead >= 0xE0 && lead <= 0xEF)
        return 3;
    return lead >= 0xF0 && lead <= 0xF4 ? 4 : 0;
}

bool
wire_utf8_valid(const uint8_t *bytes, size_t size)
{
    size_t i = 0;

    while (i < size) {
        uint8_t low, high;
        size_t length = utf8_sequence(bytes[i], &low, &high);

        if (length == 0 || length > size - i)
            return false;
        for (size_t k = 1; k < length; k++) {
            if (bytes[i + k] < low || bytes[i + k] > high)
                return false;
            low = 0x80;
            high = 0xBF;
        }
        i += length;
    }
    return true;
}
