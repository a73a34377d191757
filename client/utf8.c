/* Characters of UTF-8 as a terminal shows them. */
#include "config.h"

#include "client/utf8.h"

struct range {
    uint32_t first, last;
};

static const struct range no_width[] = {
    {0x0300, 0x036F}, {0x0483, 0x0489}, {0x0591, 0x05BD}, {0x0610, 0x061A}, {0x064B, 0x065F},
    {0x0E31, 0x0E31}, {0x0E34, 0x0E3A}, {0x0E47, 0x0E4E}, {0x1AB0, 0x1AFF}, {0x1DC0, 0x1DFF},
    {0x200B, 0x200F}, {0x202A, 0x202E}, {0x2060, 0x2064}, {0x20D0, 0x20F0}, {0xFE00, 0xFE0F},
    {0xFE20, 0xFE2F}, {0xFEFF, 0xFEFF}, {0xE0100, 0xE01EF},
};

static const struct range wide[] = {
    {0x1100, 0x115F},   {0x2E80, 0x303E},   {0x3041, 0x33FF},   {0x3400, 0x4DBF},
    {0x4E00, 0x9FFF},   {0xA000, 0xA4CF},   {0xAC00, 0xD7A3},   {0xF900, 0xFAFF},
    {0xFE30, 0xFE6F},   {0xFF00, 0xFF60},   {0xFFE0, 0xFFE6},   {0x1F300, 0x1F64F},
    {0x1F680, 0x1F6FF}, {0x1F900, 0x1F9FF}, {0x20000, 0x3FFFD},
};

static bool
in_ranges(const struct range *ranges, size_t count, uint32_t point)
{
    for (size_t i = 0; i < count; i++)
        if (point >= ranges[i].first && point <= ranges[i].last)
            return true;
    return false;
}

size_t
utf8_next(const char *text, uint32_t *ret_point)
{
    const unsigned char *p = (const unsigned char *) text;
    size_t length = p[0] < 0x80 ? 1 : p[0] >= 0xF0 ? 4 : p[0] >= 0xE0 ? 3 : p[0] >= 0xC2 ? 2 : 0;
    uint32_t point;

    if (length == 1) {
        *ret_point = p[0];
        return 1;
    }
    *ret_point = 0xFFFD;
    if (length == 0 || p[0] > 0xF4)
        return 1;
    point = p[0] & (0x7Fu >> length);
    for (size_t i = 1; i < length; i++) {
        if ((p[i] & 0xC0) != 0x80)
            return 1;
        point = point << 6 | (p[i] & 0x3Fu);
    }
    *ret_point = point;
    return length;
}

size_t
utf8_columns(uint32_t point)
{
    if (point < 0x300)
        return 1;
    if (in_ranges(no_width, sizeof no_width / sizeof no_width[0], point))
        return 0;
    return in_ranges(wide, sizeof wide / sizeof wide[0], point) ? 2 : 1;
}

bool
utf8_is_control(uint32_t point)
{
    return point < 0x20 || (point >= 0x7F && point < 0xA0) || (point >= 0x202A && point <= 0x202E)
           || (point >= 0x2066 && point <= 0x2069);
}

/* The small letter: ASCII, Latin-1, and the blocks with Vietnamese letters, where capital and small
 * stand in pairs. */
static uint32_t
small(uint32_t point)
{
    if ((point >= 'A' && point <= 'Z') || (point >= 0xC0 && point <= 0xDE && point != 0xD7))
        return point + 32;
    if (point == 0x1AF) /* Ư */
        return 0x1B0;
    if ((point >= 0x100 && point <= 0x137) || point == 0x168 || point == 0x1A0
        || (point >= 0x1EA0 && point <= 0x1EF9))
        return point | 1;
    return point;
}

/* The next letter of a label; a run of spaces, hyphens and underscores is one space. */
static uint32_t
label_letter(const char **text)
{
    uint32_t point = 0;

    if (**text == '\0')
        return 0;
    if (**text == ' ' || **text == '_' || **text == '-') {
        while (**text == ' ' || **text == '_' || **text == '-')
            (*text)++;
        return ' ';
    }
    *text += utf8_next(*text, &point);
    return small(point);
}

bool
utf8_same_label(const char *a, const char *b)
{
    for (;;) {
        uint32_t x = label_letter(&a);

        if (x != label_letter(&b))
            return false;
        if (x == 0)
            return true;
    }
}
