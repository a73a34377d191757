/* Bytes as text: base64url without padding for keys and invitations, lower-case hex for ids.
 * Both have one text per meaning: padding, spaces, unused bits and upper-case hex are refused.
 * Source: RFC 4648, section 5; doc/transport.md, "Text forms". */
#ifndef PROTOCOL_BASE64_H
#define PROTOCOL_BASE64_H

#include <stddef.h>
#include <stdint.h>

#include "protocol/util/err.h"

/* Characters of the text for `size` bytes, without a NUL. Constants, so that arrays can be
 * sized. */
#define BASE64_CHARS(size) (((size) * 4 + 2) / 3)
#define HEX_CHARS(size) ((size) * 2)

/* Write bytes as base64url.
 *   ret_text    receives BASE64_CHARS(size) characters and a NUL
 *   text_bytes  room there
 *   Returns     OK; ERR_LIMIT when the room is too small */
enum err base64_encode(const void *bytes, size_t size, char *ret_text, size_t text_bytes);

/* Read base64url.
 *   text, text_size  characters, no NUL needed
 *   ret_bytes        receives at most size_max bytes
 *   Returns          OK; ERR_LIMIT when it holds more than size_max; ERR_FORMAT when it is not
 *                    base64url. On an error ret_bytes may be overwritten, *ret_size is
 *                    untouched. */
enum err base64_decode(const char *text, size_t text_size, void *ret_bytes, size_t size_max,
                       size_t *ret_size);

/* Write bytes as lower-case hex; as base64_encode(), with HEX_CHARS(size) characters. */
enum err hex_encode(const void *bytes, size_t size, char *ret_text, size_t text_bytes);

/* Read lower-case hex; as base64_decode(). */
enum err hex_decode(const char *text, size_t text_size, void *ret_bytes, size_t size_max,
                    size_t *ret_size);

#endif
