/* Values between the registry and people: what a person or a program writes for a field, and what
 * is shown. Text is taken as NFC: who lets text in normalises it before. References are looked up
 * by the caller.
 * Source: doc/protocol.md, "Text forms". */
#ifndef PROTOCOL_API_VALUE_H
#define PROTOCOL_API_VALUE_H

#include "protocol/registry.h"
#include "protocol/util/arena.h"
#include "protocol/util/err.h"
#include "protocol/value.h"

/* The language of labels in messages and displays. */
enum language {
    LANGUAGE_VI,
    LANGUAGE_EN,
};

/* The offset of Vietnamese time, which has no summer time: times without a zone are read and shown
 * in it. */
enum { LOCAL_OFFSET_SECONDS = 7 * 3600 };

/* Read what was written for a field. Empty text is null.
 *     text        zero-width characters and blanks at the ends are dropped, CR LF becomes LF; in a
 *                 field that is not FIELD_LONG line breaks and tabs become blanks
 *     integer     "1234", "20.000"; with choices a choice's name or either label, in any case;
 *                 yes/no also "1", "0", "true", "false"
 *     decimal     as number_read_decimal(); "1.234" is asked about
 *     date        as date_parse(), and "tháng 8/2023", "quý II/2023", "6 tháng đầu năm 2023",
 *                 "ngày 15 tháng 8 năm 2023"
 *     time        "2023-08-15T07:30:00Z", "2023-08-15 07:30" (Vietnamese time), "15/8/2023 7:30",
 *                 "…+07:00"
 *     bytes       base64url
 *     attachment  64 hex digits of the hash, ":", size in bytes
 *   a          holds the bytes of the value
 *   text       one field's text, with a NUL behind it
 *   Returns    ERR_USAGE what was written is not such a value, ERR_LIMIT it is out of bounds (both
 *              with a message that names the field's label); ERR_UNSUPPORTED a reference;
 *              ERR_NOMEM */
enum err api_value_parse(struct arena *a, const struct registry_field *f, const char *text,
                         enum language language, struct value *ret_value, struct error *e);

/* The text for programs: what api_value_parse() reads back to the same value. Null gives "".
 *   Returns  in the arena, or NULL when it is full; "" for a reference, which the caller names */
const char *api_value_format(struct arena *a, const struct registry_field *f,
                             const struct value *v);

/* The text for people: dates 15/08/2023, 08/2023, "quý III/2023", "6 tháng đầu năm 2023"; numbers
 * 1.234,5; labels of choices; times in Vietnamese time; sizes of attachments. Otherwise as
 * api_value_format(). */
const char *api_value_display(struct arena *a, const struct registry_field *f,
                              const struct value *v, enum language language);

/* A date or a time alone, as api_value_display() shows it.
 *   ret_text  at least API_DATE_BYTES; years 1..9999 */
enum { API_DATE_BYTES = 48 };
void api_date_display(struct date date, enum language language, char *ret_text);
void api_time_display(int64_t seconds, char *ret_text);

/* Read a date as api_value_parse() does, without a field; faults as date_read(). */
enum date_fault api_date_read(const char *text, struct date *ret_date);

/* Read a time; false when it is none. */
bool api_time_read(const char *text, int64_t *ret_seconds);

/* The label of a field, record type or choice in a language. */
#define api_label(thing, language)                                                                 \
    ((language) == LANGUAGE_EN ? (thing)->label_en : (thing)->label_vi)

/* True when both texts are the same but for upper and lower case (Latin with Vietnamese letters,
 * NFC). */
bool api_same_letters(const char *a, const char *b);

/* Bytes of a text without its zero-width characters (U+200B..U+200D, U+2060, U+FEFF), in place.
 *   Returns  the new size; a NUL is put behind it */
size_t api_drop_zero_width(char *text);

#endif
