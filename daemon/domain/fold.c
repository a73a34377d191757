/* Folding and normalising text, over ICU. */
#include "config.h"

#include "daemon/domain/fold.h"

#include <string.h>
#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/ustring.h>
#include <unicode/utf16.h>
#include <unicode/utf8.h>

enum {
    DECOMPOSED_UNITS_MAX = 32, /* the longest canonical decomposition has 4 code points */
    DISTANCE_BYTES_MAX = 96,   /* texts are compared up to here: names, not paragraphs */
};

static bool
is_zero_width(UChar32 c)
{
    return (c >= 0x200B && c <= 0x200D) || c == 0x2060 || c == 0xFEFF;
}

/* Write the folded form of one code point, at most as many bytes as `ret_bytes` has room for.
 *   Returns  bytes written */
static size_t
fold_point(const UNormalizer2 *nfd, UChar32 c, char *ret_bytes)
{
    UChar units[DECOMPOSED_UNITS_MAX];
    UErrorCode status = U_ZERO_ERROR;
    int32_t units_count, place = 0;
    size_t size = 0;

    units_count = unorm2_getDecomposition(nfd, c, units, DECOMPOSED_UNITS_MAX, &status);
    if (U_FAILURE(status) || units_count < 0) {
        units_count = 0;
        U16_APPEND_UNSAFE(units, units_count, c);
    }
    while (place < units_count) {
        UChar32 part;
        int32_t end = (int32_t) size;

        U16_NEXT(units, place, units_count, part);
        if (u_charType(part) == U_NON_SPACING_MARK)
            continue;
        part = u_foldCase(part, U_FOLD_CASE_DEFAULT);
        if (part == 0x0111) /* đ, which has no decomposition */
            part = 'd';
        U8_APPEND_UNSAFE(ret_bytes, end, part);
        size = (size_t) end;
    }
    return size;
}

char *
fold_text(struct arena *a, const char *text)
{
    size_t size = strlen(text), used = 0;
    UErrorCode status = U_ZERO_ERROR;
    const UNormalizer2 *nfd = unorm2_getNFDInstance(&status);
    bool blank = false;
    /* Decomposed, a character has up to 4 times the bytes that it had: U+0390 is the worst case. */
    char *folded = size > SIZE_MAX / 4 - 8 ? NULL : arena_alloc(a, 4 * size + 8);

    if (folded == NULL || U_FAILURE(status))
        return NULL;
    for (size_t place = 0; place < size;) {
        UChar32 c;

        U8_NEXT(text, place, size, c);
        if (c < 0 || is_zero_width(c))
            continue;
        if (u_isUWhiteSpace(c)) {
            blank = used > 0;
            continue;
        }
        if (blank)
            folded[used++] = ' ';
        blank = false;
        if (c < 0x80)
            folded[used++] = (char) (c >= 'A' && c <= 'Z' ? c + 32 : c);
        else
            used += fold_point(nfd, c, folded + used);
    }
    folded[used] = '\0';
    return folded;
}

static bool
is_ascii(const char *text, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if ((unsigned char) text[i] >= 0x80)
            return false;
    return true;
}

char *
nfc_text(struct arena *a, const char *text, size_t size)
{
    UErrorCode status = U_ZERO_ERROR;
    const UNormalizer2 *nfc;
    UChar *units, *normal;
    int32_t units_count, normal_count, bytes_count;
    char *result;

    if (is_ascii(text, size))
        return arena_text(a, text, size);
    if (size > INT32_MAX / 8)
        return NULL;
    nfc = unorm2_getNFCInstance(&status);
    units = arena_array(a, size, sizeof *units);
    if (U_FAILURE(status) || units == NULL)
        return NULL;
    u_strFromUTF8(units, (int32_t) size, &units_count, text, (int32_t) size, &status);
    if (U_FAILURE(status))
        return NULL;
    if (unorm2_quickCheck(nfc, units, units_count, &status) == UNORM_YES)
        return arena_text(a, text, size);
    /* NFC has at most three times the units of its source (Unicode Annex 15). */
    normal = arena_array(a, 3 * (size_t) units_count, sizeof *normal);
    if (normal == NULL)
        return NULL;
    normal_count = unorm2_normalize(nfc, units, units_count, normal, 3 * units_count, &status);
    result = U_FAILURE(status) ? NULL : arena_alloc(a, 3 * (size_t) normal_count + 1);
    if (result == NULL)
        return NULL;
    u_strToUTF8(result, 3 * normal_count + 1, &bytes_count, normal, normal_count, &status);
    return U_FAILURE(status) ? NULL : result;
}

static size_t
smallest(size_t a, size_t b, size_t c)
{
    size_t least = a < b ? a : b;

    return least < c ? least : c;
}

size_t
fold_distance(const char *a, const char *b, size_t distance_max)
{
    size_t rows[3][DISTANCE_BYTES_MAX + 1];
    size_t *before = rows[0], *last = rows[1], *now = rows[2];
    size_t a_size = strnlen(a, DISTANCE_BYTES_MAX), b_size = strnlen(b, DISTANCE_BYTES_MAX);

    if ((a_size > b_size ? a_size - b_size : b_size - a_size) > distance_max)
        return distance_max + 1;
    for (size_t j = 0; j <= b_size; j++)
        last[j] = j;
    for (size_t i = 1; i <= a_size; i++) {
        size_t *free_row = before, best = now[0] = i;

        for (size_t j = 1; j <= b_size; j++) {
            now[j] = smallest(last[j] + 1, now[j - 1] + 1, last[j - 1] + (a[i - 1] != b[j - 1]));
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] && before[j - 2] + 1 < now[j])
                now[j] = before[j - 2] + 1;
            if (now[j] < best)
                best = now[j];
        }
        if (best > distance_max)
            return distance_max + 1;
        before = last;
        last = now;
        now = free_row;
    }
    return last[b_size] > distance_max ? distance_max + 1 : last[b_size];
}
