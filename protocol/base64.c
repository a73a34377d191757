/* Bytes as text, through libsodium's constant-time coders; keys pass here. */
#include "config.h"

#include "protocol/base64.h"

#include <string.h>

#include <sodium.h>

/* Far above any text here; keeps the products from overflowing. */
enum { SIZE_CODED_MAX = 1 << 28 };

enum err
base64_encode(const void *bytes, size_t size, char *ret_text, size_t text_bytes)
{
    if (size > SIZE_CODED_MAX || text_bytes < BASE64_CHARS(size) + 1)
        return ERR_LIMIT;
    sodium_bin2base64(ret_text, text_bytes, bytes, size, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    return OK;
}

enum err
base64_decode(const char *text, size_t text_size, void *ret_bytes, size_t size_max,
              size_t *ret_size)
{
    size_t size;

    if (text_size / 4 * 3 > size_max || text_size * 3 / 4 > size_max)
        return ERR_LIMIT;
    if (sodium_base642bin(ret_bytes, size_max, text, text_size, NULL, &size, NULL,
                          sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0)
        return ERR_FORMAT;
    *ret_size = size;
    return OK;
}

enum err
hex_encode(const void *bytes, size_t size, char *ret_text, size_t text_bytes)
{
    if (size > SIZE_CODED_MAX || text_bytes < HEX_CHARS(size) + 1)
        return ERR_LIMIT;
    sodium_bin2hex(ret_text, text_bytes, bytes, size);
    return OK;
}

enum err
hex_decode(const char *text, size_t text_size, void *ret_bytes, size_t size_max, size_t *ret_size)
{
    size_t size;

    if (text_size / 2 > size_max)
        return ERR_LIMIT;
    for (size_t i = 0; i < text_size; i++)
        if (text[i] >= 'A' && text[i] <= 'F')
            return ERR_FORMAT;
    if (sodium_hex2bin(ret_bytes, size_max, text, text_size, NULL, &size, NULL) != 0)
        return ERR_FORMAT;
    *ret_size = size;
    return OK;
}
