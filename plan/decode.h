/* The file's bytes as clean text: UTF-8 in NFC without invisible characters, or a clear refusal. */
#ifndef PLAN_DECODE_H
#define PLAN_DECODE_H

#include <stddef.h>
#include <stdint.h>

#include "protocol/util/buf.h"

/* Check and clean a file's bytes.
 *   bytes     borrowed; any bytes
 *   size      0..; more than PLAN_BYTES_MAX is refused
 *   ret_text  an initialised buffer; receives UTF-8 in NFC; line feeds are those of the source
 *   e         for a refusal: what the file is and what to do
 *   Returns   OK; ERR_FORMAT not text in UTF-8, or empty; ERR_LIMIT too large; ERR_NOMEM */
enum err decode_text(const uint8_t *bytes, size_t size, struct buf *ret_text, struct error *e);

/* One character of valid UTF-8.
 *   ret_point  receives the code point
 *   Returns    its length in bytes, 0 where the bytes are not valid UTF-8 or end too early */
size_t decode_char(const uint8_t *bytes, size_t size, uint32_t *ret_point);

#endif
