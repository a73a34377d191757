/* Lower case for matching. Vietnamese letters keep their UTF-8 length in lower case; the few others
 * that do not stay as they are, so that an offset means the same place in both forms. */
#include "config.h"

#include "plan/lower.h"

#include <stdint.h>
#include <string.h>
#include <unicode/uchar.h>

#include "plan/decode.h"

/* Two spellings of one syllable end, of equal length; the second is the one that phrases are
 * written in. */
static const char *const tones[][2] = {
    {"oá", "óa"}, {"oà", "òa"}, {"oả", "ỏa"}, {"oã", "õa"}, {"oạ", "ọa"},
    {"oé", "óe"}, {"oè", "òe"}, {"oẻ", "ỏe"}, {"oẽ", "õe"}, {"oẹ", "ọe"},
    {"uý", "úy"}, {"uỷ", "ủy"}, {"uỵ", "ụy"},
};

static void
put_char(char *to, uint32_t c, size_t length)
{
    static const uint8_t leads[] = {0, 0, 0xC0, 0xE0, 0xF0};

    if (length == 1) {
        to[0] = (char) c;
        return;
    }
    for (size_t i = length - 1; i > 0; i--) {
        to[i] = (char) (0x80 | (c & 0x3F));
        c >>= 6;
    }
    to[0] = (char) (leads[length] | c);
}

static size_t
char_bytes(uint32_t c)
{
    return c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
}

static bool
is_letter_at(const char *text, size_t size)
{
    uint32_t c = 0;

    return decode_char((const uint8_t *) text, size, &c) != 0 && u_isalpha((UChar32) c);
}

/* Put the tone marks of one lower-case text into the form of the phrases. */
static void
move_tones(char *low, size_t size)
{
    for (size_t at = 0; at + 3 <= size; at++) {
        if ((low[at] != 'o' && low[at] != 'u') || (at > 0 && low[at - 1] == 'q'))
            continue;
        for (size_t i = 0; i < sizeof tones / sizeof tones[0]; i++) {
            size_t length = strlen(tones[i][0]);

            if (at + length <= size && memcmp(low + at, tones[i][0], length) == 0
                && !is_letter_at(low + at + length, size - at - length)) {
                memcpy(low + at, tones[i][1], length);
                break;
            }
        }
    }
}

void
lower_text(char *ret_low, const char *text, size_t size)
{
    size_t at = 0;

    while (at < size) {
        uint32_t c = 0;
        size_t length = decode_char((const uint8_t *) text + at, size - at, &c);
        uint32_t small;

        if (length == 0) {
            ret_low[at] = text[at];
            at++;
            continue;
        }
        small = (uint32_t) u_tolower((UChar32) c);
        if (char_bytes(small) == length)
            put_char(ret_low + at, small, length);
        else
            memcpy(ret_low + at, text + at, length);
        at += length;
    }
    move_tones(ret_low, size);
}

bool
lower_all_caps(const char *text, size_t size)
{
    size_t at = 0;
    size_t letters = 0;

    while (at < size) {
        uint32_t c = 0;
        size_t length = decode_char((const uint8_t *) text + at, size - at, &c);

        if (length == 0 || u_islower((UChar32) c))
            return false;
        letters += u_isupper((UChar32) c) ? 1 : 0;
        at += length;
    }
    return letters >= 2;
}

bool
lower_starts_upper(const char *text, size_t size)
{
    uint32_t c = 0;

    return decode_char((const uint8_t *) text, size, &c) != 0 && u_isupper((UChar32) c);
}

bool
lower_starts_lower(const char *text, size_t size)
{
    uint32_t c = 0;

    return decode_char((const uint8_t *) text, size, &c) != 0 && u_islower((UChar32) c);
}
