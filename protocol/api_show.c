/* Values as text, for programs and for people. Declared in api_value.h. */
#include "config.h"

#include <inttypes.h>
#include <string.h>

#include "protocol/api_value.h"
#include "protocol/base64.h"
#include "protocol/hash.h"
#include "protocol/number.h"

static const char *
format_bytes(struct arena *a, const struct value *v)
{
    size_t room = BASE64_CHARS(v->size) + 1;
    char *text = arena_alloc(a, room);

    if (text != NULL && base64_encode(v->bytes, v->size, text, room) != OK)
        return NULL;
    return text;
}

static const char *
format_attachment(struct arena *a, const struct value *v)
{
    char hash[HEX_CHARS(HASH_BYTES) + 1];

    if (hex_encode(v->bytes, v->size, hash, sizeof hash) != OK)
        return NULL;
    return arena_printf(a, "%s:%" PRIu64, hash, v->attachment_bytes);
}

/* "2023-08-15T00:30:00Z"; a time before 1970 or far ahead, from a wild clock, in seconds. */
static const char *
format_time(struct arena *a, int64_t seconds)
{
    int year, month, day;
    int rest = (int) (seconds % 86400);

    if (seconds < 0 || seconds > INT64_C(253402300799))
        return arena_printf(a, "%" PRId64 " s", seconds);
    date_from_days((int32_t) (seconds / 86400), &year, &month, &day);
    return arena_printf(a, "%04d-%02d-%02dT%02d:%02d:%02dZ", year, month, day, rest / 3600,
                        rest / 60 % 60, rest % 60);
}

static const char *
format_integer(struct arena *a, const struct registry_field *f, int64_t integer)
{
    const struct registry_choice *c = registry_choice_by_number(f, integer);

    return c != NULL ? c->name : arena_printf(a, "%" PRId64, integer);
}

const char *
api_value_format(struct arena *a, const struct registry_field *f, const struct value *v)
{
    char text[NUMBER_TEXT_BYTES];

    switch (v->kind) {
    case VALUE_INTEGER:
        return format_integer(a, f, v->integer);
    case VALUE_DECIMAL:
        number_format(v->integer, v->exponent, text);
        return arena_text(a, text, strlen(text));
    case VALUE_TEXT:
        return arena_text(a, v->bytes, v->size);
    case VALUE_DATE:
        date_format(v->date, text);
        return arena_text(a, text, strlen(text));
    case VALUE_TIME:
        return format_time(a, v->integer);
    case VALUE_BYTES:
        return format_bytes(a, v);
    case VALUE_ATTACHMENT:
        return format_attachment(a, v);
    case VALUE_NULL:
    case VALUE_REFERENCE:
        break;
    }
    return "";
}

static const char *
display_size(struct arena *a, uint64_t bytes, bool english)
{
    char text[NUMBER_TEXT_BYTES];

    if (bytes < 1000) {
        number_display((int64_t) bytes, 0, english, text);
        return arena_printf(a, "%s B", text);
    }
    if (bytes < 1000000) {
        number_display((int64_t) (bytes + 500) / 1000, 0, english, text);
        return arena_printf(a, "%s kB", text);
    }
    /* in tenths of a megabyte */
    number_display((int64_t) (bytes / 100000), -1, english, text);
    return arena_printf(a, "%s MB", text);
}

const char *
api_value_display(struct arena *a, const struct registry_field *f, const struct value *v,
                  enum language language)
{
    bool english = language == LANGUAGE_EN;
    const struct registry_choice *c;
    char text[NUMBER_TEXT_BYTES];

    switch (v->kind) {
    case VALUE_INTEGER:
        c = registry_choice_by_number(f, v->integer);
        if (c != NULL)
            return api_label(c, language);
        number_display(v->integer, 0, english, text);
        return arena_text(a, text, strlen(text));
    case VALUE_DECIMAL:
        number_display(v->integer, v->exponent, english, text);
        return arena_text(a, text, strlen(text));
    case VALUE_DATE:
        api_date_display(v->date, language, text);
        return arena_text(a, text, strlen(text));
    case VALUE_TIME:
        api_time_display(v->integer, text);
        return arena_text(a, text, strlen(text));
    case VALUE_ATTACHMENT:
        return display_size(a, v->attachment_bytes, english);
    case VALUE_NULL:
    case VALUE_TEXT:
    case VALUE_BYTES:
    case VALUE_REFERENCE:
        break;
    }
    return api_value_format(a, f, v);
}
