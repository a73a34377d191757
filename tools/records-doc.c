/* Print doc/records.md from the registry: every record type with its home, its writers, how it
 * merges, its fields and their choices. The build runs it, so the document cannot fall behind the
 * table. */
#include "config.h"

#include <stdio.h>

#include "protocol/registry.h"

struct name {
    unsigned number;
    const char *text;
};

static const struct name groups[] = {
    {RECORD_GRANT, "How a space governs itself"},
    {RECORD_UNIT, "The organisation"},
    {RECORD_CAMPAIGN, "The plan"},
    {RECORD_REGISTRATION, "The work"},
};

static const char *
home_text(enum home home)
{
    switch (home) {
    case HOME_INNER:
        return "the inner space of the unit that it concerns";
    case HOME_OUTER:
        return "the outer space";
    case HOME_PLAN:
        return "inner while its campaign is a draft, the launcher's outer space once it is issued";
    case HOME_EVENT:
        return "the event's own space";
    }
    return "unknown";
}

static const char *
kind_text(enum value_kind kind)
{
    switch (kind) {
    case VALUE_NULL:
        return "null";
    case VALUE_INTEGER:
        return "integer";
    case VALUE_DECIMAL:
        return "decimal";
    case VALUE_TEXT:
        return "text";
    case VALUE_DATE:
        return "date";
    case VALUE_TIME:
        return "time";
    case VALUE_BYTES:
        return "bytes";
    case VALUE_REFERENCE:
        return "reference";
    case VALUE_ATTACHMENT:
        return "attachment";
    }
    return "unknown";
}

static void
print_names(const struct name *names, unsigned mask)
{
    const char *before = "";

    for (; names->text != NULL; names++)
        if ((mask & names->number) != 0) {
            printf("%s%s", before, names->text);
            before = ", ";
        }
}

static void
print_writers(unsigned writers)
{
    static const struct name names[] = {
        {ROLE_ADMIN, "administrator"},     {ROLE_CLERK, "clerk"},
        {ROLE_UNIT, "the unit that owns it"}, {ROLE_EVENT, "event check-in"},
        {ROLE_REVIEWER, "the level above"}, {0, NULL},
    };

    print_names(names, writers);
}

static void
print_merge(const struct registry_record *r)
{
    const char *before = "";

    if (r->grow_only) {
        printf("append-only: no field is put twice, nothing is deleted");
    } else if (registry_is_keyed(r)) {
        printf("keyed by ");
        for (const struct registry_field *f = r->fields; f->id != 0; f++)
            if ((f->flags & FIELD_KEY) != 0) {
                printf("%s`%s`", before, f->name);
                before = ", ";
            }
        printf(": who enters it apart meets in one record; each field keeps every standing value");
    } else {
        printf("each field keeps every standing value until a person settles it");
    }
}

static void
print_kind(const struct registry_field *f)
{
    const struct registry_record *target;

    if (f->choices != NULL) {
        printf("choice");
    } else if (f->kind == VALUE_REFERENCE) {
        target = registry_by_type(f->target);
        printf("reference to %s%s%s", target != NULL ? "`" : "",
               target != NULL ? target->name : "any record", target != NULL ? "`" : "");
    } else {
        printf("%s", kind_text(f->kind));
    }
    if (f->kind == VALUE_TEXT && f->max > 0)
        printf(", at most %lld bytes", (long long) f->max);
    else if (f->choices == NULL && (f->min != 0 || f->max != 0))
        printf(", %lld to %lld", (long long) f->min, (long long) f->max);
}

static void
print_field(const struct registry_field *f)
{
    static const struct name names[] = {
        {FIELD_KEY, "key"},           {FIELD_REQUIRED, "required"}, {FIELD_OWNER, "owner"},
        {FIELD_SET_ONCE, "set once"}, {FIELD_LONG, "long"},         {FIELD_PERSONAL, "personal"},
        {FIELD_INDEXED, "indexed"},   {0, NULL},
    };

    printf("| %u | `%s` | %s | %s | ", f->id, f->name, f->label_vi, f->label_en);
    print_kind(f);
    printf(" | ");
    print_names(names, f->flags);
    printf(" |\n");
}

static void
print_choices(const struct registry_field *f)
{
    printf("\n`%s`: ", f->name);
    for (const struct registry_choice *c = f->choices; c->name != NULL; c++)
        printf("%s%lld `%s` %s", c == f->choices ? "" : "; ", (long long) c->number, c->name,
               c->label_vi);
    printf("\n");
}

static void
print_record(const struct registry_record *r)
{
    printf("\n### `%s` %s (%s)\n\n", r->name, r->label_vi, r->label_en);
    printf("- Number: %u%s\n- Lives in: %s\n- Written by: ", r->type,
           r->system ? "; written by its own commands only" : "", home_text(r->home));
    print_writers(r->writers);
    printf("\n- Merge: ");
    print_merge(r);
    printf("\n\n| Number | Field | Label | English | Holds | Marks |\n|---|---|---|---|---|---|\n");
    for (const struct registry_field *f = r->fields; f->id != 0; f++)
        print_field(f);
    for (const struct registry_field *f = r->fields; f->id != 0; f++)
        if (f->choices != NULL)
            print_choices(f);
}

int
main(void)
{
    printf(
        "# Records\n\n"
        "Made from the registry, version %d. Numbers stand in signed bytes: "
           "they are only ever added.\n",
        REGISTRY_VERSION);
    for (size_t i = 0; i < registry_records_count; i++) {
        for (size_t g = 0; g < sizeof groups / sizeof groups[0]; g++)
            if (groups[g].number == registry_records[i]->type)
                printf("\n## %s\n", groups[g].text);
        print_record(registry_records[i]);
    }
    return ferror(stdout) != 0 || fflush(stdout) != 0;
}
