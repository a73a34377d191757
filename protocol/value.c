/* Values in canonical bytes. The kind stands before the value and is the caller's; then
 *     null        nothing
 *     integer     zigzag varint
 *     decimal     zigzag varint mantissa, zigzag varint exponent; one form for each number
 *     text        varint length, UTF-8 without NUL
 *     date        varint zigzag(ordinal) * 8 + precision
 *     time        zigzag varint seconds
 *     bytes       varint length, bytes
 *     reference   varint 0, varint index (same entry)
 *                 or varint log + 1, varint sequence, varint index
 *     attachment  32 bytes hash, varint size
 * What value_decode() refuses, value_encode() does not write: both ask value_is_canonical(). */
#include "config.h"

#include "protocol/value.h"

#include <string.h>

#include "protocol/hash.h"
#include "protocol/limits.h"

enum {
    DECIMAL_EXPONENT_MAX = 18, /* 10^18 is the last power of ten in 64 bits */
    DATE_PRECISION_BITS = 3,
};

static bool
decimal_is_canonical(const struct value *v)
{
    if (v->integer == 0)
        return v->exponent == 0;
    return v->integer % 10 != 0 && v->exponent >= -DECIMAL_EXPONENT_MAX
           && v->exponent <= DECIMAL_EXPONENT_MAX;
}

static bool
ref_is_canonical(const struct short_ref *ref)
{
    if (ref->index >= CHANGE_OPS_MAX || ref->log >= CHANGE_LOGS_MAX || ref->seq > ENTRY_SEQ_MAX)
        return false;
    return ref->seq > 0 || ref->log == 0;
}

bool
value_is_canonical(const struct value *v)
{
    switch (v->kind) {
    case VALUE_NULL:
    case VALUE_INTEGER:
    case VALUE_TIME:
        return true;
    case VALUE_DECIMAL:
        return decimal_is_canonical(v);
    case VALUE_TEXT:
        return v->size <= TEXT_BYTES_MAX && wire_utf8_valid(v->bytes, v->size);
    case VALUE_DATE:
        return date_is_valid(v->date);
    case VALUE_BYTES:
        return v->size <= BYTES_VALUE_MAX;
    case VALUE_REFERENCE:
        return ref_is_canonical(&v->ref);
    case VALUE_ATTACHMENT:
        return v->size == HASH_BYTES;
    }
    return false;
}

static void
decode_date(struct wire *w, struct date *ret_date)
{
    uint64_t packed = wire_uint_max(w, UINT32_MAX);
    uint32_t zigzag = (uint32_t) (packed >> DATE_PRECISION_BITS);

    ret_date->precision = (enum date_precision) (packed & ((1U << DATE_PRECISION_BITS) - 1));
    ret_date->ordinal = (int32_t) (zigzag >> 1) ^ -(int32_t) (zigzag & 1);
}

static void
decode_ref(struct wire *w, struct short_ref *ret_ref)
{
    uint64_t log = wire_uint_max(w, CHANGE_LOGS_MAX);

    if (log > 0) {
        ret_ref->log = (uint32_t) (log - 1);
        ret_ref->seq = wire_uint_max(w, ENTRY_SEQ_MAX);
        if (ret_ref->seq == 0)
            wire_fail(w);
    }
    ret_ref->index = (uint32_t) wire_uint_max(w, CHANGE_OPS_MAX - 1);
}

void
value_decode(struct wire *w, enum value_kind kind, struct value *ret_value)
{
    struct value v = {.kind = kind};
    int64_t exponent;

    switch (kind) {
    case VALUE_NULL:
        break;
    case VALUE_INTEGER:
    case VALUE_TIME:
        v.integer = wire_int(w);
        break;
    case VALUE_DECIMAL:
        v.integer = wire_int(w);
        exponent = wire_int(w);
        if (exponent < -DECIMAL_EXPONENT_MAX || exponent > DECIMAL_EXPONENT_MAX)
            wire_fail(w);
        else
            v.exponent = (int32_t) exponent;
        break;
    case VALUE_TEXT:
        v.bytes = wire_text(w, TEXT_BYTES_MAX, &v.size);
        break;
    case VALUE_DATE:
        decode_date(w, &v.date);
        break;
    case VALUE_BYTES:
        v.bytes = wire_sized(w, BYTES_VALUE_MAX, &v.size);
        break;
    case VALUE_REFERENCE:
        decode_ref(w, &v.ref);
        break;
    case VALUE_ATTACHMENT:
        v.bytes = wire_bytes(w, HASH_BYTES);
        v.size = HASH_BYTES;
        v.attachment_bytes = wire_uint(w);
        break;
    default:
        wire_fail(w);
    }
    if (w->err == OK && !value_is_canonical(&v))
        wire_fail(w);
    if (w->err != OK)
        v = (struct value) {.kind = VALUE_NULL};
    *ret_value = v;
}

static void
encode_ref(struct buf *b, const struct short_ref *ref)
{
    if (ref->seq == 0) {
        wire_put_uint(b, 0);
    } else {
        wire_put_uint(b, (uint64_t) ref->log + 1);
        wire_put_uint(b, ref->seq);
    }
    wire_put_uint(b, ref->index);
}

void
value_encode(struct buf *b, const struct value *v)
{
    uint32_t zigzag;

    if (!value_is_canonical(v)) {
        if (b->err == OK)
            b->err = ERR_LIMIT;
        return;
    }
    switch (v->kind) {
    case VALUE_NULL:
        break;
    case VALUE_INTEGER:
    case VALUE_TIME:
        wire_put_int(b, v->integer);
        break;
    case VALUE_DECIMAL:
        wire_put_int(b, v->integer);
        wire_put_int(b, v->exponent);
        break;
    case VALUE_TEXT:
    case VALUE_BYTES:
        wire_put_sized(b, v->bytes, v->size);
        break;
    case VALUE_DATE:
        zigzag = ((uint32_t) v->date.ordinal << 1) ^ (v->date.ordinal < 0 ? UINT32_MAX : 0);
        wire_put_uint(b, ((uint64_t) zigzag << DATE_PRECISION_BITS) | (uint64_t) v->date.precision);
        break;
    case VALUE_REFERENCE:
        encode_ref(b, &v->ref);
        break;
    case VALUE_ATTACHMENT:
        buf_append(b, v->bytes, v->size);
        wire_put_uint(b, v->attachment_bytes);
        break;
    }
}

static bool
refs_equal(const struct value *a, const struct value *b)
{
    if (a->record != 0 && b->record != 0)
        return a->record == b->record;
    return a->ref.log == b->ref.log && a->ref.seq == b->ref.seq && a->ref.index == b->ref.index;
}

bool
value_equal(const struct value *a, const struct value *b)
{
    if (a->kind != b->kind)
        return false;
    switch (a->kind) {
    case VALUE_NULL:
        return true;
    case VALUE_INTEGER:
    case VALUE_TIME:
        return a->integer == b->integer;
    case VALUE_DECIMAL:
        return a->integer == b->integer && a->exponent == b->exponent;
    case VALUE_DATE:
        return a->date.precision == b->date.precision && a->date.ordinal == b->date.ordinal;
    case VALUE_REFERENCE:
        return refs_equal(a, b);
    case VALUE_ATTACHMENT:
        if (a->attachment_bytes != b->attachment_bytes)
            return false;
        break;
    case VALUE_TEXT:
    case VALUE_BYTES:
        break;
    }
    return a->size == b->size && (a->size == 0 || memcmp(a->bytes, b->bytes, a->size) == 0);
}

enum err
value_decimal_normalise(struct value *v)
{
    int64_t mantissa = v->integer;
    int64_t exponent = v->exponent;

    if (mantissa == 0) {
        v->exponent = 0;
        return OK;
    }
    while (mantissa % 10 == 0) {
        mantissa /= 10;
        exponent++;
    }
    if (exponent < -DECIMAL_EXPONENT_MAX || exponent > DECIMAL_EXPONENT_MAX)
        return ERR_LIMIT;
    v->integer = mantissa;
    v->exponent = (int32_t) exponent;
    return OK;
}
