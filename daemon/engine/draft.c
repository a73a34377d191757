/* Drafts: operations on the records by which a space governs itself, put together field by field. */
#include "config.h"

#include "daemon/engine/draft.h"

#include <string.h>

#include "protocol/api_value.h"

enum { DRAFT_ARENA_BYTES_MAX = 64 * 1024, DRAFTS_MAX = 4 };

void
draft_add(struct draft *d, unsigned type, int64_t space)
{
    *d = (struct draft){.op = {.kind = SUBMIT_ADD, .type = type, .space = space}};
}

void
draft_field(struct draft *d, unsigned id, struct value v)
{
    d->fields[d->op.fields_count++] = (struct submit_field){id, v};
}

void
draft_text(struct draft *d, unsigned id, const char *text)
{
    if (text != NULL && text[0] != '\0')
        draft_field(d, id, (struct value){.kind = VALUE_TEXT, .bytes = (const uint8_t *) text,
                                          .size = strlen(text)});
}

void
draft_bytes(struct draft *d, unsigned id, const void *bytes, size_t size)
{
    draft_field(d, id, (struct value){.kind = VALUE_BYTES, .bytes = bytes, .size = size});
}

void
draft_integer(struct draft *d, unsigned id, int64_t number)
{
    draft_field(d, id, (struct value){.kind = VALUE_INTEGER, .integer = number});
}

void
draft_reference(struct draft *d, unsigned id, int64_t record)
{
    draft_field(d, id, (struct value){.kind = VALUE_REFERENCE, .record = record});
}

/* A choice of unit.kind, by its name or its label in either language. */
enum err
draft_unit_kind(struct draft *d, unsigned id, const char *kind, struct error *e)
{
    const struct registry_field *f =
        registry_field_by_name(registry_by_type(RECORD_UNIT), "kind");
    struct value value;
    struct arena a;
    enum err err;

    if (kind == NULL || kind[0] == '\0')
        return OK;
    arena_init(&a, DRAFT_ARENA_BYTES_MAX);
    err = api_value_parse(&a, f, kind, LANGUAGE_VI, &value, NULL);
    arena_release(&a);
    if (err != OK)
        return err_say(e, ERR_USAGE,
                       N_("“{1}” is no kind of unit: use one such as commune, ward, province, hamlet, "
                          "party_committee (thidua add unit --help lists them)"),
                       kind, NULL);
    draft_integer(d, id, value.integer);
    return OK;
}

enum err
draft_submit(struct store *s, const struct identity *me, struct draft *drafts, size_t count,
             int64_t operator, uint64_t random_epoch, int64_t now_s, struct error *e)
{
    struct submit_op ops[DRAFTS_MAX];
    struct submit_request request = {.ops = ops, .ops_count = count, .operator = operator,
                                     .system = true, .random_epoch = random_epoch};
    enum err err;

    for (size_t i = 0; i < count; i++) {
        ops[i] = drafts[i].op;
        ops[i].fields = drafts[i].fields;
    }
    err = submit(s, me, &request, now_s, e);
    for (size_t i = 0; err == OK && i < count; i++)
        drafts[i].op.ret_record = ops[i].ret_record;
    return err;
}
