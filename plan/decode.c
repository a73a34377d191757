/* The file's bytes as clean text. First what the bytes are (scans, office files, other encodings),
 * since "not valid UTF-8" alone helps nobody; then invisible characters go, then NFC. */
#include "config.h"

#include "plan/decode.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unicode/unorm2.h>
#include <unicode/ustring.h>

#include "plan/plan.h"
#include "protocol/util/mem.h"

/* Beginnings that tell what a file is. */
static const struct {
    const char *start;
    size_t size;
    const char *template;
} signatures[] = {
    {"%PDF", 4,
     N_("This is a PDF file, not text. Open it, choose everything, copy it into a text editor and "
        "save "
        "it as UTF-8 text (.txt). If nothing can be chosen, it is a scan: type it or run text "
        "recognition first.")},
    {"\xD0\xCF\x11\xE0", 4,
     N_("This is an old Word or Excel file (.doc, .xls), not text. Open it and choose Save As, "
        "type "
        "\"Plain text (.txt)\", encoding UTF-8; then read that file.")},
    {"PK\x03\x04", 4,
     N_("This is a Word, Excel or other packed file (.docx, .xlsx, .odt, .zip), not text. Open it "
        "and "
        "choose Save As, type \"Plain text (.txt)\", encoding UTF-8; then read that file.")},
    {"\xFF\xFE", 2,
     N_("This text is in UTF-16. Open it in a text editor and choose Save As, encoding UTF-8; then "
        "read that file.")},
    {"\xFE\xFF", 2,
     N_("This text is in UTF-16. Open it in a text editor and choose Save As, encoding UTF-8; then "
        "read that file.")},
    {"{\\rtf", 5,
     N_("This is a rich text file (.rtf). Open it in Word and choose Save As, type \"Plain text "
        "(.txt)\", encoding UTF-8; then read that file.")},
    {"\x89PNG", 4,
     N_("This is a picture, not text. Type the plan or run text recognition, save it as UTF-8 text "
        "(.txt) and read that file.")},
    {"\xFF\xD8\xFF", 3,
     N_("This is a picture, not text. Type the plan or run text recognition, save it as UTF-8 text "
        "(.txt) and read that file.")},
};

size_t
decode_char(const uint8_t *b, size_t size, uint32_t *ret_point)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    uint32_t point;
    size_t need;

    if (size == 0)
        return 0;
    if (b[0] < 0x80) {
        *ret_point = b[0];
        return 1;
    }
    need = b[0] >= 0xF0 && b[0] < 0xF8   ? 4
           : b[0] >= 0xE0 && b[0] < 0xF0 ? 3
           : b[0] >= 0xC0 && b[0] < 0xE0 ? 2
                                         : 0;
    if (need == 0 || need > size)
        return 0;
    point = b[0] & (0xFFu >> (need + 1));
    for (size_t i = 1; i < need; i++) {
        if ((b[i] & 0xC0) != 0x80)
            return 0;
        point = point << 6 | (b[i] & 0x3Fu);
    }
    if (point < least[need] || point > 0x10FFFF || (point >= 0xD800 && point < 0xE000))
        return 0;
    *ret_point = point;
    return need;
}

/* In VNI marks are bytes of their own behind an ASCII vowel; in TCVN3 each letter is one high byte.
 */
static const char *
legacy_name(const uint8_t *bytes, size_t size)
{
    size_t high = 0;
    size_t behind_vowel = 0;

    for (size_t i = 1; i < size; i++) {
        if (bytes[i] < 0x80)
            continue;
        high++;
        if (bytes[i - 1] != '\0' && strchr("aeiouyAEIOUY", bytes[i - 1]) != NULL)
            behind_vowel++;
    }
    return behind_vowel * 10 > high * 6 ? "VNI" : "TCVN3 (ABC)";
}

static enum err
refuse_encoding(const uint8_t *bytes, size_t size, size_t at, struct error *e)
{
    char line[24];
    unsigned number = 1;

    if (memchr(bytes, '\0', size) != NULL)
        return err_say(
            e, ERR_FORMAT,
            N_("This file is not text. Open it in the program that made it and choose Save As, "
               "type \"Plain text (.txt)\", encoding UTF-8; then read that file."),
            NULL);
    for (size_t i = 0; i < at; i++)
        number += bytes[i] == '\n';
    snprintf(line, sizeof line, "%u", number);
    return err_say(
        e, ERR_FORMAT,
        N_("The text is not UTF-8 (line {1}); it looks like the old encoding {2}. Convert it to "
           "Unicode (in Unikey: Ctrl+Shift+F6), save it as UTF-8 text and read that file."),
        line, legacy_name(bytes, size), NULL);
}

static bool
is_invisible(uint32_t c)
{
    return (c >= 0x200B && c <= 0x200F) || (c >= 0x202A && c <= 0x202E)
           || (c >= 0x2060 && c <= 0x2064) || c == 0xFEFF || c == 0x00AD
           || (c < 0x20 && c != '\n' && c != '\r' && c != '\t' && c != '\f') || c == 0x7F
           || (c >= 0x80 && c < 0xA0);
}

/* Copy the text without invisible characters; refuses what is not UTF-8. */
static enum err
drop_invisible(const uint8_t *bytes, size_t size, struct buf *text, struct error *e)
{
    size_t at = 0;
    bool something = false;

    while (at < size) {
        uint32_t point = 0;
        size_t length = decode_char(bytes + at, size - at, &point);

        if (length == 0)
            return refuse_encoding(bytes, size, at, e);
        if (!is_invisible(point))
            buf_append(text, bytes + at, length);
        something |= point > 0x20 && point != 0xA0 && !is_invisible(point);
        at += length;
    }
    if (text->err != OK)
        return err_set(e, text->err, "plan text: %s", err_name(text->err));
    if (!something)
        return err_say(
            e, ERR_FORMAT,
            N_("The file is empty: there is no text in it. Check that it was saved completely."),
            NULL);
    return OK;
}

/* Put the text into NFC in place; a text that is NFC already is left alone. */
static enum err
compose(struct buf *text, struct error *e)
{
    UErrorCode status = U_ZERO_ERROR;
    const UNormalizer2 *nfc = unorm2_getNFCInstance(&status);
    int32_t size = (int32_t) text->size;
    int32_t room = size * 3 + 16; /* NFC never grows a UTF-16 text by more than three */
    int32_t units = 0;
    int32_t length = 0;
    UChar *wide = mem_alloc(((size_t) size + 1) * sizeof *wide);
    UChar *composed = NULL;
    enum err err = ERR_NOMEM;

    if (wide == NULL)
        goto out;
    u_strFromUTF8(wide, size + 1, &units, (const char *) text->bytes, size, &status);
    if (U_SUCCESS(status) && unorm2_quickCheck(nfc, wide, units, &status) == UNORM_YES) {
        err = OK;
        goto out;
    }
    composed = mem_alloc((size_t) room * sizeof *composed);
    if (composed == NULL)
        goto out;
    length = unorm2_normalize(nfc, wide, units, composed, room, &status);
    if (U_FAILURE(status)) {
        err = ERR_FORMAT;
        goto out;
    }
    buf_reset(text);
    if (buf_extend(text, (size_t) length * 3 + 1) == NULL)
        goto out;
    u_strToUTF8((char *) text->bytes, length * 3 + 1, &size, composed, length, &status);
    text->size = (size_t) size;
    err = U_SUCCESS(status) ? OK : ERR_FORMAT;
out:
    mem_free(composed);
    mem_free(wide);
    return err == OK ? OK : err_set(e, err, "plan text: normalisation: %s", u_errorName(status));
}

enum err
decode_text(const uint8_t *bytes, size_t size, struct buf *ret_text, struct error *e)
{
    enum err err;

    for (size_t i = 0; i < sizeof signatures / sizeof signatures[0]; i++)
        if (size >= signatures[i].size
            && memcmp(bytes, signatures[i].start, signatures[i].size) == 0)
            return err_say(e, ERR_FORMAT, signatures[i].template, NULL);
    if (size > PLAN_BYTES_MAX)
        return err_say(
            e, ERR_LIMIT,
            N_("The text is too large: {1} at most. A plan has some pages; check that this is "
               "the right file, and cut away what does not belong to the plan."),
            "4 MiB", NULL);
    err = drop_invisible(bytes, size, ret_text, e);
    return err == OK ? compose(ret_text, e) : err;
}
