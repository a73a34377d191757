/* What people write: any text for any field is a canonical value that reads back, or a message. The
 * first two bytes choose the field; 255 first takes the rest for an invitation. */
#include "config.h"

#include <string.h>

#include "protocol/api_value.h"
#include "protocol/invitation.h"
#include "tests/fuzz/fuzz.h"

static void
check_invitation(const char *text)
{
    struct invitation in;
    struct error e = {0};
    char line[INVITATION_TEXT_BYTES];

    if (invitation_decode(text, &in, &e) != OK) {
        fuzz_must(e.code != OK && e.template != NULL);
        return;
    }
    fuzz_must(invitation_encode(&in, line, NULL) == OK);
}

static void
check_field(struct arena *arena, const struct registry_field *f, const char *text)
{
    struct value v, back;
    struct error e = {0};
    const char *shown;

    if (api_value_parse(arena, f, text, LANGUAGE_EN, &v, &e) != OK) {
        fuzz_must(e.code != OK && e.text[0] != '\0');
        return;
    }
    fuzz_must(v.kind == VALUE_NULL || v.kind == f->kind);
    fuzz_must(value_is_canonical(&v));
    shown = api_value_format(arena, f, &v);
    fuzz_must(shown != NULL && api_value_display(arena, f, &v, LANGUAGE_VI) != NULL);
    if (v.kind == VALUE_NULL)
        return;
    fuzz_must(api_value_parse(arena, f, shown, LANGUAGE_VI, &back, NULL) == OK);
    fuzz_must(value_equal(&v, &back));
}

int
LLVMFuzzerTestOneInput(const uint8_t *input, size_t size)
{
    const struct registry_record *r;
    const struct registry_field *f;
    struct arena arena;
    unsigned place;
    char *text;

    if (size < 2)
        return 0;
    arena_init(&arena, 4 * size + 1024 * 1024);
    text = arena_text(&arena, input + 2, size - 2);
    fuzz_must(text != NULL);
    if (input[0] == 255) {
        check_invitation(text);
    } else {
        r = registry_records[input[0] % registry_records_count];
        f = r->fields;
        for (place = input[1]; place > 0; place--)
            f = f[1].id != 0 ? f + 1 : r->fields;
        check_field(&arena, f, text);
    }
    arena_release(&arena);
    return 0;
}
