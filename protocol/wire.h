/* Wire primitives: varints and bytes in their one canonical form, read with a sticky error.
 * Source: doc/protocol.md, "Primitives". */
#ifndef PROTOCOL_WIRE_H
#define PROTOCOL_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "protocol/util/buf.h"

/* A cursor over borrowed bytes. After the first fault every read gives zero and `err` stays set, so a
 * decoder reads a whole structure and looks once. */
struct wire {
    const uint8_t *at;  /* borrowed */
    const uint8_t *end; /* borrowed */
    enum err err;       /* OK, or ERR_FORMAT: cut short, not minimal, not UTF-8, out of bounds */
};

/* Start reading `size` bytes. */
void wire_init(struct wire *w, const void *bytes, size_t size);

/* Bytes not yet read. */
size_t wire_left(const struct wire *w);

/* One byte. */
uint8_t wire_u8(struct wire *w);

/* An unsigned LEB128 varint of minimal length, 0..UINT64_MAX. */
uint64_t wire_uint(struct wire *w);

/* As wire_uint(), at most `max`; a larger one is a fault. */
uint64_t wire_uint_max(struct wire *w, uint64_t max);

/* A signed varint (zigzag). */
int64_t wire_int(struct wire *w);

/* `size` raw bytes; a view into the input, or NULL after a fault. */
const uint8_t *wire_bytes(struct wire *w, size_t size);

/* A length varint of at most size_max, then so many bytes; a view, or NULL after a fault. */
const uint8_t *wire_sized(struct wire *w, size_t size_max, size_t *ret_size);

/* As wire_sized(), and the bytes must be valid UTF-8 without NUL. */
const uint8_t *wire_text(struct wire *w, size_t size_max, size_t *ret_size);

/* Copy `size` raw bytes out; zeroes after a fault. */
void wire_copy(struct wire *w, void *ret_bytes, size_t size);

/* Mark a fault that the caller found (such as a wrong order); returns ERR_FORMAT. */
enum err wire_fail(struct wire *w);

/* OK when all was read without a fault, else ERR_FORMAT: nothing may trail. */
enum err wire_finish(struct wire *w);

/* The writers append to a buffer; its sticky error tells of limits. */
void wire_put_u8(struct buf *b, uint8_t value);
void wire_put_uint(struct buf *b, uint64_t value);
void wire_put_int(struct buf *b, int64_t value);
void wire_put_sized(struct buf *b, const void *bytes, size_t size);

/* Bytes that wire_put_uint() would take: 1..10. */
size_t wire_uint_bytes(uint64_t value);

/* True when the bytes are valid UTF-8 (no surrogates, shortest forms) without NUL. */
bool wire_utf8_valid(const uint8_t *bytes, size_t size);

#endif
