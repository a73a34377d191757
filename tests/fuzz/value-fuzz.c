/* Values: what is decoded encodes to the same bytes, and what is shown of it is read back. The
 * first byte is the kind. */
#include "config.h"

#include <string.h>

#include "protocol/api_value.h"
#include "tests/fuzz/fuzz.h"

/* A field without bounds or choices for each kind that has text of its own. */
static const struct registry_field *
field_of_kind(enum value_kind kind)
{
    static const struct registry_field fields[] = {
        {.id = 1, .name = "integer", .label_vi = "i", .label_en = "i", .kind = VALUE_INTEGER},
        {.id = 2, .name = "decimal", .label_vi = "d", .label_en = "d", .kind = VALUE_DECIMAL},
        {.id = 3, .name = "date", .label_vi = "t", .label_en = "t", .kind = VALUE_DATE},
        {.id = 4, .name = "time", .label_vi = "s", .label_en = "s", .kind = VALUE_TIME},
        {.id = 5, .name = "bytes", .label_vi = "b", .label_en = "b", .kind = VALUE_BYTES},
        {.id = 6, .name = "file", .label_vi = "f", .label_en = "f", .kind = VALUE_ATTACHMENT},
    };

    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
        if (fields[i].kind == kind)
            return &fields[i];
    return NULL;
}

/* Numbers of any size stand in signed bytes; people's texts stop at what fits a word and the
 * calendar. */
static bool
has_text(const struct value *v)
{
    switch (v->kind) {
    case VALUE_TIME:
        return v->integer >= 0 && v->integer < INT64_C(253402300799) - LOCAL_OFFSET_SECONDS;
    case VALUE_BYTES:
        return v->size > 0;
    case VALUE_ATTACHMENT:
        return v->attachment_bytes <= INT64_MAX;
    case VALUE_INTEGER:
    case VALUE_DECIMAL:
        return v->integer > INT64_MIN;
    default:
        return true;
    }
}

static void
check_text(const struct value *v)
{
    const struct registry_field *f = field_of_kind(v->kind);
    struct arena arena;
    const char *text;
    struct value back;

    if (f == NULL)
        return;
    arena_init(&arena, 1024 * 1024);
    text = api_value_format(&arena, f, v);
    fuzz_must(text != NULL);
    fuzz_must(api_value_display(&arena, f, v, LANGUAGE_VI) != NULL);
    fuzz_must(api_value_display(&arena, f, v, LANGUAGE_EN) != NULL);
    if (has_text(v)) {
        fuzz_must(api_value_parse(&arena, f, text, LANGUAGE_VI, &back, NULL) == OK);
        fuzz_must(value_equal(v, &back));
    }
    arena_release(&arena);
}

int
LLVMFuzzerTestOneInput(const uint8_t *input, size_t size)
{
    struct wire w;
    struct value v;
    struct buf b;

    if (size == 0)
        return 0;
    wire_init(&w, input + 1, size - 1);
    value_decode(&w, (enum value_kind) (input[0] % 10), &v);
    if (w.err != OK) {
        fuzz_must(v.kind == VALUE_NULL);
        return 0;
    }
    fuzz_must(value_is_canonical(&v));
    buf_init(&b, size);
    value_encode(&b, &v);
    fuzz_must(b.err == OK && b.size == size - 1 - wire_left(&w));
    fuzz_must(b.size == 0 || memcmp(b.bytes, input + 1, b.size) == 0);
    check_text(&v);
    buf_release(&b);
    return 0;
}
