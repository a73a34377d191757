/* thidua records, add, set, delete: writing records of any type. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/cmd.h"
#include "client/fields.h"
#include "common/language.h"
#include "client/record.h"
#include "protocol/util/mem.h"

static enum outcome
print_records(struct client *c, const json_t *registry, FILE *out)
{
    struct table *t = out != NULL ? table_new() : NULL;
    const json_t *record;
    size_t i;

    if (t == NULL)
        return DONE;
    table_column(t, _("Record"));
    table_column(t, _("What it is"));
    json_array_foreach(json_object_get(registry, "records"), i, record) {
        if (json_is_true(json_object_get(record, "system")))
            continue;
        table_cell(t, json_text(record, "name"));
        table_cell(t, fields_label(record));
    }
    client_print_table(c, t, out, NULL);
    return DONE;
}

enum outcome
cmd_records(struct client *c, const struct args *args)
{
    (void) args;
    return client_show(c, "/v1/registry", print_records);
}

/* What may stand in a field, for the help: its choices, or its kind. */
static void
describe(const json_t *field, char *ret_text, size_t text_bytes)
{
    static const struct {
        const char *kind, *text;
    } kinds[] = {
        {"integer", N_("whole number")}, {"decimal", N_("number")}, {"text", N_("text")},
        {"date", N_("date, such as 15/8/2023 or 8/2023")}, {"time", N_("time, such as 2023-08-15T07:30:00Z")},
        {"bytes", N_("hexadecimal")}, {"reference", N_("id, code or name")},
    };
    const json_t *choice;
    size_t i, used = 0;

    ret_text[0] = '\0';
    json_array_foreach(json_object_get(field, "choices"), i, choice) {
        used = strlen(ret_text);
        snprintf(ret_text + used, text_bytes - used, "%s%s", used > 0 ? ", " : "", fields_label(choice));
    }
    for (i = 0; ret_text[0] == '\0' && i < sizeof kinds / sizeof kinds[0]; i++)
        if (strcmp(json_text(field, "kind"), kinds[i].kind) == 0)
            snprintf(ret_text, text_bytes, "%s", _(kinds[i].text));
}

/* `thidua add RECORD --help`: the fields of the type. */
static enum outcome
print_fields(struct client *c, const json_t *record)
{
    struct table *t = table_new();
    const json_t *field;
    char text[2048];
    size_t i;

    if (t == NULL)
        return REFUSED;
    printf("%s (%s)\n\n", fields_label(record), json_text(record, "name"));
    table_column(t, _("Field"));
    table_column(t, _("Label"));
    table_column(t, _("Needed"));
    table_column(t, _("What it takes"));
    json_array_foreach(json_object_get(record, "fields"), i, field) {
        table_cell(t, json_text(field, "name"));
        table_cell(t, fields_label(field));
        table_cell(t, json_is_true(json_object_get(field, "required")) ? _("yes") : "");
        describe(field, text, sizeof text);
        table_cell(t, text);
    }
    client_print_table(c, t, stdout, NULL);
    return DONE;
}

/* --help with a type lists its fields, without one it explains the command: main.c leaves both to us. */
static enum outcome
help(struct client *c, const struct args *args, const char *name)
{
    const json_t *record;
    struct error e;

    if (args->positionals_count == 0)
        return record_explain(c, name);
    if (fields_record(c, args->positionals[0], &record, &e) != OK)
        return client_fail(c, &e);
    return print_fields(c, record);
}

/* The record as it stands after a write, or its id for a program. */
static enum outcome
written(struct client *c, json_t *take_answer, const char *form)
{
    if (c->json)
        client_print_json(take_answer);
    else
        record_say(take_answer, form);
    json_decref(take_answer);
    return DONE;
}

static void print_clash(struct client *c, const json_t *record, bool again);

/* A second record of the same name is allowed, and often a slip: say so. */
static void
note_namesake(struct client *c, const json_t *type, const json_t *added)
{
    const char *title = json_text(type, "title"), *id = json_text(added, "id");
    const char *name = json_text(json_object_get(added, "fields"), title);
    json_t *answer = NULL;
    const json_t *other;
    struct error e;
    char path[2048];
    size_t i;

    if (c->json || *name == '\0' || strlen(name) > 500
        || api_path(path, sizeof path, "/v1/records", (const char *[]){json_text(type, "name"), NULL}) != OK
        || api_query(path, sizeof path, title, name) != OK || api_query(path, sizeof path, "limit", "5") != OK
        || client_get(c, path, &answer, &e) != OK)
        return;
    json_array_foreach(json_object_get(answer, "records"), i, other) {
        if (strcmp(json_text(other, "id"), id) == 0)
            continue;
        fflush(stdout);
        fprintf(stderr, _("Note: %s has the same name. If it is the same: thidua delete %s %s"),
                json_text(other, "id"), json_text(type, "name"), id);
        fputc('\n', stderr);
        break;
    }
    json_decref(answer);
}

/* A number ten times or more beyond the target is asked about on a terminal, where 39 stands for 0,39;
 * elsewhere it is said.
 *   Returns  false: the person does not mean it */
static bool
is_meant(struct client *c, const json_t *type, const json_t *set)
{
    char path[512], question[512], shown[PRINT_DATE_BYTES_MAX];
    const char *text = json_text(set, "value");
    json_t *indicator = NULL;
    struct error e;
    double value, target;
    int answer = 1;

    if (strcmp(json_text(type, "name"), "measurement") != 0 || *text == '\0' || strlen(text) > 40
        || api_path(path, sizeof path, "/v1/records",
                    (const char *[]){"indicator", json_text(set, "indicator"), NULL}) != OK
        || client_get(c, path, &indicator, &e) != OK)
        return true;
    snprintf(shown, sizeof shown, "%s", text);
    for (char *p = shown; *p != '\0'; p++)
        *p = *p == ',' ? '.' : *p;
    value = atof(shown);
    target = atof(json_text(json_object_get(indicator, "fields"), "target"));
    if (target > 0 && (value >= 10 * target || (value > 0 && value <= target / 10))) {
        print_decimal(json_text(json_object_get(indicator, "fields"), "target"), shown);
        snprintf(question, sizeof question, _("The target is %s and you write %s: is that right?"), shown, text);
        answer = c->json ? 1 : client_ask(question);
        if (answer < 0)
            fprintf(stderr, "%s\n", question);
    }
    json_decref(indicator);
    return answer != 0;
}

enum outcome
cmd_add(struct client *c, const struct args *args)
{
    enum outcome outcome;
    const json_t *record;
    json_t *set = NULL, *answer = NULL;
    struct error e;
    char path[512];

    if (options_given(args, "help") || args->positionals_count == 0)
        return help(c, args, "add");
    if (fields_record(c, args->positionals[0], &record, &e) != OK
        || fields_set(record, args->positionals + 1, args->positionals_count - 1, &set, &e) != OK)
        return client_fail(c, &e);
    api_path(path, sizeof path, "/v1/records", (const char *[]){json_text(record, "name"), NULL});
    if (!is_meant(c, record, set)) {
        json_decref(set);
        fprintf(stderr, "thidua: %s\n", _("nothing was written"));
        return REFUSED;
    }
    if (client_send(c, "POST", path, json_pack("{s:o}", "set", set), &answer, &e) == OK) {
        json_incref(answer);
        outcome = written(c, answer, _("%s added: %s"));
        note_namesake(c, record, answer);
        json_decref(answer);
        return outcome;
    }
    outcome = client_fail(c, &e);
    if (outcome == CONFLICTED)
        print_clash(c, record, false);
    return outcome;
}

/* The path of one record; `what` is the last step, or NULL. */
static enum err
record_path(struct client *c, const struct args *args, const char *what, const json_t **ret_record,
            char *ret_path, size_t path_bytes, struct error *e)
{
    enum err err = fields_record(c, args->positionals[0], ret_record, e);
    const char *const parts[] = {json_text(err == OK ? *ret_record : NULL, "name"),
                                 args->positionals[1], what, NULL};

    if (err == OK && api_path(ret_path, path_bytes, "/v1/records", parts) != OK)
        return err_say(e, ERR_USAGE, N_("“{1}” is too long for an id, a code or a name"),
                       args->positionals[1], NULL);
    return err;
}

/* Each field that was to be written and that somebody else changed: our value, and the one that stands.
 *   again  say how to write ours all the same */
static void
print_clash(struct client *c, const json_t *record, bool again)
{
    const json_t *refusal = api_refusal(c->api);
    json_t *yours = json_object_get(refusal, "yours");
    const json_t *theirs = json_object_get(json_object_get(refusal, "record"), "fields");
    struct table *t = table_new();
    const char *name;
    json_t *value;

    if (t == NULL || c->json) {
        table_free(t);
        return;
    }
    table_column(t, _("Field"));
    table_column(t, _("Your value"));
    table_column(t, _("It says now"));
    json_object_foreach(yours, name, value) {
        const json_t *field = fields_field(record, name);
        char *mine, *now;

        if (json_is_true(json_object_get(field, "key")))
            continue;
        mine = fields_text(field, value);
        now = fields_text(field, json_object_get(theirs, name));
        table_cell(t, field != NULL ? fields_label(field) : name);
        table_cell(t, mine);
        table_cell(t, now);
        mem_free(mine);
        mem_free(now);
    }
    if (table_rows(t) > 0) {
        table_print(t, stderr, c->width);
    }
    if (table_rows(t) > 0 && again) {
        fprintf(stderr, _("Write again with --version %lld if your value is to stand."),
                json_number(json_object_get(refusal, "record"), "version"));
        fputc('\n', stderr);
    }
    table_free(t);
}

/* {"version": n, …} from --version; `take_set` may be NULL. */
static enum err
write_body(const struct args *args, json_t *take_set, json_t **ret_body, struct error *e)
{
    json_t *body = json_object();
    long version = 0;
    enum err err = options_number(args, "version", 0, 2147483647, -1, &version, e);

    if (err != OK || body == NULL) {
        json_decref(body);
        json_decref(take_set);
        return err != OK ? err : err_set(e, ERR_NOMEM, "no memory");
    }
    if (version >= 0)
        json_object_set_new(body, "version", json_integer(version));
    if (take_set != NULL)
        json_object_set_new(body, "set", take_set);
    *ret_body = body;
    return OK;
}

enum outcome
cmd_set(struct client *c, const struct args *args)
{
    const json_t *record;
    json_t *set = NULL, *body = NULL, *answer = NULL;
    struct error e;
    char path[2048];
    enum outcome outcome;

    if (options_given(args, "help") || args->positionals_count < 3)
        return help(c, args, "set");
    if (record_path(c, args, NULL, &record, path, sizeof path, &e) != OK
        || fields_set(record, args->positionals + 2, args->positionals_count - 2, &set, &e) != OK
        || write_body(args, set, &body, &e) != OK)
        return client_fail(c, &e);
    if (client_send(c, "PATCH", path, body, &answer, &e) == OK)
        return written(c, answer, _("%s changed: %s"));
    outcome = client_fail(c, &e);
    if (outcome == CONFLICTED)
        print_clash(c, record, true);
    return outcome;
}

enum outcome
cmd_delete(struct client *c, const struct args *args)
{
    const json_t *record;
    json_t *body = NULL, *answer = NULL;
    struct error e;
    char path[2048];

    if (record_path(c, args, NULL, &record, path, sizeof path, &e) != OK
        || write_body(args, NULL, &body, &e) != OK
        || client_send(c, "DELETE", path, body, &answer, &e) != OK)
        return client_fail(c, &e);
    return written(c, answer, _("%s deleted: %s"));
}

static enum outcome
show(struct client *c, const struct args *args, const char *what,
     void (*print)(struct client *c, const json_t *record, const json_t *answer, FILE *out))
{
    const json_t *record;
    json_t *answer = NULL;
    struct error e;
    char path[2048];

    if (record_path(c, args, what, &record, path, sizeof path, &e) != OK
        || client_get(c, path, &answer, &e) != OK)
        return client_fail(c, &e);
    if (c->json)
        client_print_json(answer);
    else
        print(c, record, answer, stdout);
    json_decref(answer);
    return DONE;
}

enum outcome
cmd_show(struct client *c, const struct args *args)
{
    return show(c, args, NULL, record_print);
}

enum outcome
cmd_history(struct client *c, const struct args *args)
{
    return show(c, args, "history", record_print_history);
}
