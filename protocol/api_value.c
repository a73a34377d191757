/* What a person or a program writes for a field becomes a value, or a message that says what to
 * write. */
#include "config.h"

#include "protocol/api_value.h"

#include <stdio.h>
#include <string.h>

#include "protocol/base64.h"
#include "protocol/hash.h"
#include "protocol/limits.h"
#include "protocol/number.h"

enum { SHOWN_BYTES_MAX = 80 }; /* of what was written, when a message quotes it */

/* One field being read: what a message needs. */
struct reading {
    struct arena *arena; /* borrowed */
    const struct registry_field *field;
    const char *label;
    const char *text; /* trimmed, without zero-width characters; in the arena */
    enum language language;
    struct error *e;
};

/* What was written, short enough to quote. */
static const char *
quoted(const struct reading *r)
{
    size_t size = strlen(r->text);
    const char *text;

    if (size <= SHOWN_BYTES_MAX)
        return r->text;
    size = SHOWN_BYTES_MAX;
    while (size > 0 && ((unsigned char) r->text[size] & 0xC0) == 0x80)
        size--;
    text = arena_printf(r->arena, "%.*s…", (int) size, r->text);
    return text != NULL ? text : "…";
}

/* --- case ------------------------------------------------------------------------------------- */

/* One character of valid UTF-8; 0 at the end. */
static uint32_t
next_char(const char **p)
{
    const unsigned char *s = (const unsigned char *) *p;
    uint32_t c = *s;
    int more = c >= 0xF0 ? 3 : c >= 0xE0 ? 2 : c >= 0xC0 ? 1 : 0;

    if (c == 0)
        return 0;
    c &= more == 0 ? 0x7FU : 0x3FU >> more;
    s++;
    while (more-- > 0 && (*s & 0xC0) == 0x80)
        c = c << 6 | (*s++ & 0x3FU);
    *p = (const char *) s;
    return c;
}

/* Lower case of the letters that Vietnamese has: in their blocks the next number, or 32 on. */
static uint32_t
lower(uint32_t c)
{
    if ((c >= 'A' && c <= 'Z') || (c >= 0xC0 && c <= 0xDE && c != 0xD7))
        return c + 32;
    if (c == 0x102 || c == 0x110 || c == 0x128 || c == 0x168 || c == 0x1A0
        || c == 0x1AF) /* Ă Đ Ĩ Ũ Ơ Ư */
        return c + 1;
    if (c >= 0x1EA0 && c <= 0x1EF9 && c % 2 == 0)
        return c + 1;
    return c;
}

bool
api_same_letters(const char *a, const char *b)
{
    uint32_t c;

    do {
        c = lower(next_char(&a));
        if (c != lower(next_char(&b)))
            return false;
    } while (c != 0);
    return true;
}

/* --- text ------------------------------------------------------------------------------------- */

size_t
api_drop_zero_width(char *text)
{
    char *out = text;

    for (const char *p = text; *p != '\0';) {
        const char *start = p;
        uint32_t c = next_char(&p);

        if ((c >= 0x200B && c <= 0x200D) || c == 0x2060 || c == 0xFEFF)
            continue;
        memmove(out, start, (size_t) (p - start));
        out += p - start;
    }
    *out = '\0';
    return (size_t) (out - text);
}

/* Line breaks become LF, or blanks on one line; other control characters go. */
static void
tidy_controls(char *text, bool one_line)
{
    char *out = text;

    for (const char *p = text; *p != '\0'; p++) {
        unsigned char c = (unsigned char) *p;

        if (c == '\r')
            c = p[1] == '\n' ? 0 : '\n';
        if (c == '\n' || c == '\t')
            *out++ = one_line ? ' ' : (char) c;
        else if (c >= 0x20 && c != 0x7F)
            *out++ = (char) c;
    }
    *out = '\0';
}

static char *
trim(char *text)
{
    size_t size;

    text += strspn(text, " \n\t");
    size = strlen(text);
    while (size > 0 && strchr(" \n\t", text[size - 1]) != NULL)
        size--;
    text[size] = '\0';
    return text;
}

static enum err
parse_text(const struct reading *r, struct value *ret_value)
{
    size_t size = strlen(r->text);
    size_t most = r->field->max > 0 ? (size_t) r->field->max : TEXT_BYTES_MAX;
    char have[24], may[24];

    if (size > most) {
        snprintf(have, sizeof have, "%zu", size);
        snprintf(may, sizeof may, "%zu", most);
        return err_say(r->e, ERR_LIMIT,
                       N_("{1} is too long: it takes {2} bytes and at most {3} fit; shorten it"),
                       r->label, have, may, NULL);
    }
    *ret_value =
        (struct value){.kind = VALUE_TEXT, .bytes = (const uint8_t *) r->text, .size = size};
    return OK;
}

/* --- integers and decimals -------------------------------------------------------------------- */

static enum err
refuse_number(const struct reading *r, enum number_fault fault)
{
    char thousands[NUMBER_TEXT_BYTES], fraction[NUMBER_TEXT_BYTES];

    switch (fault) {
    case NUMBER_FAULT_AMBIGUOUS:
        number_readings(r->text, thousands, fraction);
        return err_say(
            r->e, ERR_USAGE,
            N_("{1}: “{2}” can be read in two ways; write {3} or {4}, whichever is meant"),
            r->label, quoted(r), thousands, fraction, NULL);
    case NUMBER_FAULT_LARGE:
        return err_say(r->e, ERR_LIMIT, N_("{1}: “{2}” has too many digits; at most 18 fit"),
                       r->label, quoted(r), NULL);
    case NUMBER_FAULT_NONE:
    case NUMBER_FAULT_SHAPE:
        break;
    }
    if (r->field->kind == VALUE_INTEGER)
        return err_say(r->e, ERR_USAGE,
                       N_("{1}: “{2}” is not a whole number; write it in digits, such as 12"),
                       r->label, quoted(r), NULL);
    return err_say(r->e, ERR_USAGE,
                   N_("{1}: “{2}” is not a number; write it in digits, such as 0,39"), r->label,
                   quoted(r), NULL);
}

/* -1, 0 or 1 as mantissa * 10^exponent is less than, equal to or more than a whole number. */
static int
compare_whole(const struct value *v, int64_t bound)
{
    int64_t whole = v->integer, rest = 0, power = 1;

    for (int32_t i = v->exponent; i < 0; i++)
        power *= 10;
    if (v->exponent < 0) {
        rest = whole % power;
        whole /= power;
    }
    for (int32_t i = 0; i < v->exponent; i++) {
        if (whole > INT64_MAX / 10 || whole < INT64_MIN / 10)
            return whole > 0 ? 1 : -1;
        whole *= 10;
    }
    if (whole != bound)
        return whole < bound ? -1 : 1;
    return rest < 0 ? -1 : rest > 0;
}

static enum err
check_bounds(const struct reading *r, const struct value *v)
{
    const struct registry_field *f = r->field;
    char low[NUMBER_TEXT_BYTES], high[NUMBER_TEXT_BYTES];

    if ((f->min == 0 && f->max == 0)
        || (compare_whole(v, f->min) >= 0 && compare_whole(v, f->max) <= 0))
        return OK;
    number_display(f->min, 0, r->language == LANGUAGE_EN, low);
    number_display(f->max, 0, r->language == LANGUAGE_EN, high);
    return err_say(r->e, ERR_LIMIT, N_("{1}: “{2}” is out of bounds; it lies between {3} and {4}"),
                   r->label, quoted(r), low, high, NULL);
}

static enum err
parse_number(const struct reading *r, struct value *ret_value)
{
    struct value v = {.kind = r->field->kind};
    enum number_fault fault;
    enum err err;

    if (v.kind == VALUE_INTEGER)
        fault = number_read_whole(r->text, &v.integer);
    else
        fault = number_read_decimal(r->text, &v.integer, &v.exponent);
    if (fault != NUMBER_FAULT_NONE)
        return refuse_number(r, fault);
    err = check_bounds(r, &v);
    if (err != OK)
        return err;
    *ret_value = v;
    return OK;
}

/* The labels of a field's choices in one line, as many as a message holds. */
static const char *
list_choices(const struct reading *r)
{
    char line[ERR_ARG_BYTES_MAX];
    size_t used = 0;
    const char *text;

    for (const struct registry_choice *c = r->field->choices; c->name != NULL; c++) {
        const char *label = api_label(c, r->language);

        if (used + strlen(label) + sizeof ", …" >= sizeof line) {
            snprintf(line + used, sizeof line - used, ", …");
            break;
        }
        used +=
            (size_t) snprintf(line + used, sizeof line - used, "%s%s", used > 0 ? ", " : "", label);
    }
    text = arena_text(r->arena, line, strlen(line));
    return text != NULL ? text : "…";
}

static bool
is_yes_no(const struct registry_field *f)
{
    const struct registry_choice *yes = registry_choice_by_name(f, "yes");

    return yes != NULL && registry_choice_by_name(f, "no") != NULL;
}

static enum err
parse_choice(const struct reading *r, struct value *ret_value)
{
    const char *text = r->text;

    if (is_yes_no(r->field)) {
        if (strcmp(text, "1") == 0 || api_same_letters(text, "true"))
            text = "yes";
        else if (strcmp(text, "0") == 0 || api_same_letters(text, "false"))
            text = "no";
    }
    for (const struct registry_choice *c = r->field->choices; c->name != NULL; c++)
        if (api_same_letters(text, c->name) || api_same_letters(text, c->label_vi)
            || api_same_letters(text, c->label_en)) {
            *ret_value = (struct value) {.kind = VALUE_INTEGER, .integer = c->number};
            return OK;
        }
    return err_say(r->e, ERR_USAGE, N_("{1}: there is no “{2}”; choose one of: {3}"), r->label,
                   quoted(r), list_choices(r), NULL);
}

/* --- dates and times -------------------------------------------------------------------------- */

static enum err
parse_date(const struct reading *r, struct value *ret_value)
{
    struct date date;
    char month[API_DATE_BYTES], last[API_DATE_BYTES];

    switch (api_date_read(r->text, &date)) {
    case DATE_FAULT_NONE:
        *ret_value = (struct value) {.kind = VALUE_DATE, .date = date};
        return OK;
    case DATE_FAULT_DAY:
        api_date_display(date, r->language, month);
        api_date_display((struct date) {DATE_DAY, date_last_day(date)}, r->language, last);
        return err_say(r->e, ERR_USAGE,
                       N_("{1}: “{2}” is not in the calendar; the last day of {3} is {4}"),
                       r->label, quoted(r), month, last, NULL);
    case DATE_FAULT_YEAR:
        return err_say(
            r->e, ERR_USAGE,
            N_("{1}: “{2}” has no year of four digits; write it in full, such as 15/08/2023"),
            r->label, quoted(r), NULL);
    case DATE_FAULT_PART:
        return err_say(
            r->e, ERR_USAGE,
            N_("{1}: “{2}” is not in the calendar; months go from 1 to 12, quarters from 1 to 4"),
            r->label, quoted(r), NULL);
    case DATE_FAULT_SHAPE:
        break;
    }
    return err_say(
        r->e, ERR_USAGE,
        N_("{1}: “{2}” is not a date; write 15/08/2023, 08/2023, Q3/2023, H2/2023 or 2023"),
        r->label, quoted(r), NULL);
}

static enum err
parse_time(const struct reading *r, struct value *ret_value)
{
    int64_t seconds;

    if (!api_time_read(r->text, &seconds))
        return err_say(r->e, ERR_USAGE, N_("{1}: “{2}” is not a time; write 15/08/2023 07:30"),
                       r->label, quoted(r), NULL);
    *ret_value = (struct value) {.kind = VALUE_TIME, .integer = seconds};
    return OK;
}

/* --- bytes and attachments -------------------------------------------------------------------- */

static enum err
parse_bytes(const struct reading *r, struct value *ret_value)
{
    size_t text_size = strlen(r->text);
    uint8_t *bytes = arena_alloc(r->arena, text_size + 1);
    struct value v = {.kind = VALUE_BYTES, .bytes = bytes};

    if (bytes == NULL)
        return err_set(r->e, ERR_NOMEM, "no memory for the bytes of %s", r->field->name);
    if (base64_decode(r->text, text_size, bytes,
                      BYTES_VALUE_MAX < text_size ? BYTES_VALUE_MAX : text_size, &v.size)
        != OK)
        return err_say(r->e, ERR_USAGE, N_("{1}: “{2}” is not base64url; copy it whole"), r->label,
                       quoted(r), NULL);
    *ret_value = v;
    return OK;
}

static enum err
parse_attachment(const struct reading *r, struct value *ret_value)
{
    uint8_t *hash = arena_alloc(r->arena, HASH_BYTES);
    struct value v = {.kind = VALUE_ATTACHMENT, .bytes = hash};
    int64_t size = -1;

    if (hash == NULL)
        return err_set(r->e, ERR_NOMEM, "no memory for the hash of %s", r->field->name);
    if (strcspn(r->text, ":") != HEX_CHARS(HASH_BYTES) || r->text[HEX_CHARS(HASH_BYTES)] != ':'
        || hex_decode(r->text, HEX_CHARS(HASH_BYTES), hash, HASH_BYTES, &v.size) != OK
        || number_read_whole(r->text + HEX_CHARS(HASH_BYTES) + 1, &size) != NUMBER_FAULT_NONE
        || size < 0)
        return err_say(r->e, ERR_USAGE,
                       N_("{1}: “{2}” does not name a stored file; attach the file first"),
                       r->label, quoted(r), NULL);
    v.attachment_bytes = (uint64_t) size;
    *ret_value = v;
    return OK;
}

static enum err
parse_by_kind(const struct reading *r, struct value *ret_value)
{
    switch (r->field->kind) {
    case VALUE_INTEGER:
        if (r->field->choices != NULL)
            return parse_choice(r, ret_value);
        return parse_number(r, ret_value);
    case VALUE_DECIMAL:
        return parse_number(r, ret_value);
    case VALUE_TEXT:
        return parse_text(r, ret_value);
    case VALUE_DATE:
        return parse_date(r, ret_value);
    case VALUE_TIME:
        return parse_time(r, ret_value);
    case VALUE_BYTES:
        return parse_bytes(r, ret_value);
    case VALUE_ATTACHMENT:
        return parse_attachment(r, ret_value);
    case VALUE_NULL:
    case VALUE_REFERENCE:
        break;
    }
    return err_set(r->e, ERR_UNSUPPORTED, "%s is a reference: look it up", r->field->name);
}

enum err
api_value_parse(struct arena *a, const struct registry_field *f, const char *text,
                enum language language, struct value *ret_value, struct error *e)
{
    struct reading r = {a, f, api_label(f, language), NULL, language, e};
    size_t size = strlen(text);
    char *copy;

    if (!wire_utf8_valid((const uint8_t *) text, size))
        return err_say(e, ERR_USAGE, N_("{1}: the text is not UTF-8; save or paste it as Unicode"),
                       r.label, NULL);
    copy = arena_text(a, text, size);
    if (copy == NULL)
        return err_set(e, ERR_NOMEM, "no memory for the text of %s", f->name);
    api_drop_zero_width(copy);
    tidy_controls(copy, (f->flags & FIELD_LONG) == 0);
    r.text = trim(copy);
    if (r.text[0] == '\0') {
        if ((f->flags & FIELD_REQUIRED) != 0)
            return err_say(e, ERR_USAGE, N_("{1} is empty; it has to be filled in"), r.label, NULL);
        *ret_value = (struct value) {.kind = VALUE_NULL};
        return OK;
    }
    return parse_by_kind(&r, ret_value);
}
