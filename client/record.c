/* Printing records: one, its history, many. */
#include "config.h"

#include "client/record.h"

#include <string.h>

#include "client/cmd.h"
#include "client/fields.h"
#include "client/help.h"
#include "common/language.h"
#include "protocol/util/mem.h"

enum { LABEL_COLUMNS = 26, LABEL_COLUMNS_MAX = 40, STANDING_COLUMNS = 7 };

void
record_say(const json_t *record, const char *form)
{
    const char *at = form;
    const char *const words[] = {json_text(record, "id"), json_title(record)};

    for (size_t i = 0; i < 2; i++) { /* not printf(): the texts are cleaned on their way */
        const char *place = strstr(at, "%s");

        if (place == NULL)
            break;
        printf("%.*s", (int) (place - at), at);
        print_clean(stdout, words[i]);
        at = place + 2;
    }
    puts(at);
}

enum outcome
record_explain(struct client *c, const char *command)
{
    for (const struct command *k = commands; k->name != NULL; k++)
        if (strcmp(k->name, command) == 0)
            help_command(stdout, k, c->width);
    return DONE;
}

/* The column in which the values begin: behind the longest label that is shown. */
static size_t
values_column(const json_t *type, json_t *fields)
{
    size_t column = LABEL_COLUMNS;
    const char *name;
    json_t *value;

    json_object_foreach(fields, name, value) {
        const json_t *field = fields_field(type, name);
        size_t wide = field != NULL ? print_width(fields_label(field)) + 4 : 0;

        column = wide > column ? wide : column;
    }
    return column < LABEL_COLUMNS_MAX ? column : LABEL_COLUMNS_MAX;
}

static void
field_line(struct client *c, FILE *out, size_t column, const char *label, const char *text)
{
    size_t width = print_width(label);

    fprintf(out, "  %s:%*s", label, (int) (width + 4 < column ? column - width - 3 : 1), "");
    print_folded(out, text, column, c->width);
    fputc('\n', out);
}

/* "live" and "deleted" of a record that one deleted and another changed; NULL for a field's value. */
static const char *
life_text(const json_t *field, const json_t *standing)
{
    if (field != NULL)
        return NULL;
    return strcmp(json_text(standing, "value"), "deleted") == 0 ? _("deleted") : _("changed, and so kept");
}

char *
record_author(const json_t *author)
{
    const char *const parts[] = {json_title(json_object_get(author, "operator")), json_text(author, "device"),
                                 json_title(json_object_get(author, "unit"))};
    char at[PRINT_DATE_BYTES_MAX], text[2048] = "";
    size_t used = 0;

    print_time(json_text(author, "at"), at);
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        /* a machine is often called as its unit is */
        if (*parts[i] != '\0' && used < sizeof text && (i != 1 || strcmp(parts[1], parts[2]) != 0))
            used += (size_t) snprintf(text + used, sizeof text - used, "%s%s", used > 0 ? ", " : "", parts[i]);
    if (*at != '\0' && used < sizeof text)
        snprintf(text + used, sizeof text - used, "%s%s", used > 0 ? ", " : "", at);
    return mem_text(text);
}

/* One value that stands: its number, whose it is, and when it was written. */
static void
print_standing(struct client *c, const json_t *field, size_t number, const json_t *standing, FILE *out)
{
    char *text = fields_text(field, json_object_get(standing, "value")), *author = record_author(standing), *both;
    const char *life = life_text(field, standing);
    size_t both_bytes;

    if (life == NULL)
        life = text == NULL || *text == '\0' ? _("(empty)") : text;
    both_bytes = strlen(life) + (author != NULL ? strlen(author) : 0) + 16;
    both = mem_alloc(both_bytes);
    if (both != NULL)
        snprintf(both, both_bytes, "%s — %s", life, author != NULL ? author : "");
    fprintf(out, "  %zu. %s ", number, json_is_true(json_object_get(standing, "shown")) ? "•" : " ");
    print_folded(out, both != NULL ? both : life, STANDING_COLUMNS, c->width);
    fputc('\n', out);
    mem_free(both);
    mem_free(author);
    mem_free(text);
}

/* Who wrote a value, in as few words as tell it: the person, else the machine, else the unit. */
static const char *
who(const json_t *standing)
{
    const char *name = json_title(json_object_get(standing, "operator"));

    if (*name == '\0')
        name = json_text(standing, "device");
    return *name != '\0' ? name : json_title(json_object_get(standing, "unit"));
}

/* "An deleted the record, Bình changed it meanwhile". */
static void
print_life(struct client *c, const json_t *values, FILE *out)
{
    char args[ERR_ARGS_MAX][ERR_ARG_BYTES_MAX] = {{0}}, text[ERR_TEXT_BYTES_MAX];
    const json_t *standing;
    size_t i;

    json_array_foreach(values, i, standing)
        snprintf(args[strcmp(json_text(standing, "value"), "deleted") == 0 ? 0 : 1], ERR_ARG_BYTES_MAX, "%s",
                 who(standing));
    err_fill(text, sizeof text, _("{1} deleted the record, {2} changed it meanwhile (• is shown):"), args, 2);
    print_folded(out, text, 0, c->width);
}

static void
print_conflict(struct client *c, const json_t *type, const json_t *record, const char *name, const json_t *values,
               FILE *out)
{
    const json_t *field = fields_field(type, name);
    const json_t *standing;
    char text[512], *command;
    size_t i;

    fputc('\n', out);
    if (field == NULL)
        print_life(c, values, out);
    else
        fprintf(out, _("Values of “%s” that stand beside each other (• is shown):"), fields_label(field));
    fputc('\n', out);
    json_array_foreach(values, i, standing)
        print_standing(c, field, i + 1, standing, out);
    snprintf(text, sizeof text,
             field == NULL ? _("  To settle: thidua resolve %s %s %s keep (or delete) --version %lld")
                           : _("  To settle: thidua resolve %s %s %s NUMBER (or VALUE) --version %lld"),
             json_text(type, "name"), json_text(record, "id"), name, json_number(record, "version"));
    command = strstr(text, " thidua ");
    if (c->width > 0 && command != NULL && print_width(text) > c->width) /* a command is not folded: it is copied */
        fprintf(out, "%.*s\n   %s\n", (int) (command - text), text, command);
    else
        fprintf(out, "%s\n", text);
}

void
record_print_conflicts(struct client *c, const json_t *type, const json_t *record, FILE *out)
{
    const char *name;
    json_t *values;

    json_object_foreach(json_object_get(record, "conflicts"), name, values)
        print_conflict(c, type, record, name, values, out);
}

void
record_finding_text(const json_t *finding, char *ret_text, size_t text_bytes)
{
    struct error e = {.code = ERR_CONFLICT};
    const json_t *args = json_object_get(finding, "args"), *arg;
    size_t i;

    snprintf(e.text, sizeof e.text, "%s", json_text(finding, "message"));
    e.template = *json_text(finding, "template") != '\0' ? json_text(finding, "template") : NULL;
    json_array_foreach(args, i, arg)
        if (i < ERR_ARGS_MAX && json_is_string(arg))
            snprintf(e.args[e.args_count++], ERR_ARG_BYTES_MAX, "%s", json_string_value(arg));
    language_error(&e, ret_text, text_bytes);
}

void
record_print_finding(struct client *c, const json_t *finding, FILE *out)
{
    char text[ERR_TEXT_BYTES_MAX];
    const json_t *entry;
    size_t i;

    record_finding_text(finding, text, sizeof text);
    fputs("  ! ", out);
    print_folded(out, text, 4, c->width);
    fputc('\n', out);
    json_array_foreach(json_object_get(finding, "entries"), i, entry) {
        char *author = record_author(entry);

        fprintf(out, "    [%s] ", json_text(entry, "entry"));
        print_folded(out, author != NULL ? author : "", strlen(json_text(entry, "entry")) + 7, c->width);
        fputc('\n', out);
        mem_free(author);
    }
}

void
record_print_findings(struct client *c, const json_t *findings, FILE *out)
{
    const json_t *finding;
    size_t i;

    if (json_array_size(findings) > 0)
        fprintf(out, "\n%s\n", _("What is odd about it:"));
    json_array_foreach(findings, i, finding)
        record_print_finding(c, finding, out);
}

/* How many records of each kind hang on a campaign, and how to list them. */
static void
print_parts(struct client *c, const json_t *campaign, FILE *out)
{
    const char *id = json_text(campaign, "id");
    const json_t *type;
    bool first = true;
    size_t i;

    json_array_foreach(json_object_get(c->registry, "records"), i, type) {
        const json_t *field = fields_field(type, "campaign");
        const char *name = json_text(type, "name");
        json_t *answer = NULL;
        struct error e;
        char path[256];

        if (strcmp(json_text(field, "target"), "campaign") != 0
            || api_path(path, sizeof path, "/v1/records", (const char *[]){name, NULL}) != OK
            || api_query(path, sizeof path, "campaign", id) != OK
            || api_query(path, sizeof path, "limit", "0") != OK || client_get(c, path, &answer, &e) != OK)
            continue;
        if (json_number(answer, "count") > 0) {
            fprintf(out, "%s  %4lld  %s%*s  thidua list %s campaign=%s\n", first ? "\n" : "",
                    json_number(answer, "count"), fields_label(type),
                    (int) (print_width(fields_label(type)) < 34 ? 34 - print_width(fields_label(type)) : 0), "",
                    name, id);
            first = false;
        }
        json_decref(answer);
    }
}

void
record_print(struct client *c, const json_t *type, const json_t *record, FILE *out)
{
    json_t *fields = json_object_get(record, "fields");
    size_t column = values_column(type, fields);
    const json_t *field;
    size_t i;

    print_clean(out, json_title(record));
    fprintf(out, "  (%s %s, ", fields_label(type), json_text(record, "id"));
    fprintf(out, _("version %lld"), json_number(record, "version"));
    fputs(json_is_true(json_object_get(record, "deleted")) ? _(", deleted") : "", out);
    fputs(")\n", out);
    json_array_foreach(json_object_get(type, "fields"), i, field) {
        const json_t *value = json_object_get(fields, json_text(field, "name"));
        char *text;

        if (value == NULL)
            continue;
        text = fields_text(field, value);
        field_line(c, out, column, fields_label(field), text != NULL ? text : "");
        mem_free(text);
    }
    record_print_conflicts(c, type, record, out);
    record_print_findings(c, json_object_get(record, "findings"), out);
    if (strcmp(json_text(type, "name"), "campaign") == 0)
        print_parts(c, record, out);
}

/* "field: value; field: value" of one change. */
static void
print_set(struct client *c, const json_t *type, json_t *set, FILE *out)
{
    size_t column = values_column(type, set);
    const char *name;
    json_t *value;

    json_object_foreach(set, name, value) {
        const json_t *field = fields_field(type, name);
        char *text = fields_text(field, value);

        fputs("  ", out);
        field_line(c, out, column, field != NULL ? fields_label(field) : name, text != NULL ? text : "");
        mem_free(text);
    }
}

/* The words for what a change did. */
static const char *
action_text(const char *action)
{
    static const struct {
        const char *name, *text;
    } actions[] = {
        {"add", N_("added")},       {"create", N_("added")}, {"put", N_("written")},
        {"set", N_("written")},     {"update", N_("written")}, {"delete", N_("deleted")},
        {"restore", N_("restored")},
    };

    for (size_t i = 0; i < sizeof actions / sizeof actions[0]; i++)
        if (strcmp(actions[i].name, action) == 0)
            return _(actions[i].text);
    return action;
}

void
record_print_history(struct client *c, const json_t *type, const json_t *answer, FILE *out)
{
    const json_t *change;
    size_t i;

    json_array_foreach(json_object_get(answer, "history"), i, change) {
        char at[PRINT_DATE_BYTES_MAX];
        const char *operator_name = json_title(json_object_get(change, "operator"));

        print_time(json_text(change, "at"), at);
        fprintf(out, "%s  %s  ", at, action_text(json_text(change, "action")));
        print_clean(out, json_title(json_object_get(change, "unit")));
        if (*operator_name != '\0') {
            fputs(", ", out);
            print_clean(out, operator_name);
        }
        fprintf(out, "  [%s]", json_text(change, "entry"));
        if (json_is_false(json_object_get(change, "counts")))
            fprintf(out, "  %s", _("(set aside: does not count)"));
        fputc('\n', out);
        print_set(c, type, json_object_get(change, "set"), out);
    }
}
