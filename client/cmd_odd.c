/* thidua conflicts, findings, set-aside: what needs a person's eye. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "client/cmd.h"
#include "client/fields.h"
#include "client/record.h"
#include "common/language.h"
#include "protocol/util/mem.h"

enum { PATH_BYTES_MAX = 2048, OPERATIONS_SHOWN = 5 };

/* Add --limit and --offset to a path. */
static enum err
add_page(const struct args *args, char path[static PATH_BYTES_MAX], struct error *e)
{
    static const char *const names[] = {"limit", "offset"};

    for (size_t i = 0; i < 2; i++) {
        char number[24];
        long value = -1;
        enum err err = options_number(args, names[i], 0, i == 0 ? 1000 : 2147483647, -1, &value, e);

        if (err != OK)
            return err;
        snprintf(number, sizeof number, "%ld", value);
        if (api_query(path, PATH_BYTES_MAX, names[i], value >= 0 ? number : NULL) != OK)
            return err_say(e, ERR_USAGE, N_("the request is too long; ask for less"), NULL);
    }
    return OK;
}

/* "10 of 214 are shown", where the page is not all. */
static void
print_rest(size_t shown, long long count, FILE *out)
{
    char args[ERR_ARGS_MAX][ERR_ARG_BYTES_MAX] = {{0}}, text[ERR_TEXT_BYTES_MAX];

    if (shown == 0 || (long long) shown >= count)
        return;
    snprintf(args[0], sizeof args[0], "%zu", shown);
    snprintf(args[1], sizeof args[1], "%lld", count);
    err_fill(text, sizeof text, _("{1} of {2} are shown; --offset and --limit show the others"), args, 2);
    fprintf(out, "\n%s\n", text);
}

/* "Thôn 1  (đơn vị 3.17)", or for what has no title of its own "báo cáo: Thôn 1, 19/05/2023  (report 3.17)". */
static void
print_heading(struct client *c, const json_t *record, FILE *out)
{
    const char *name = json_text(record, "record"), *about = json_text(record, "about");
    char text[1024];

    if (*about != '\0')
        snprintf(text, sizeof text, "%s: %s  (%s %s)", language_record(name), about, name, json_text(record, "id"));
    else
        snprintf(text, sizeof text, "%s  (%s %s)", json_title(record), language_record(name),
                 json_text(record, "id"));
    print_folded(out, text, 0, c->width);
    fputc('\n', out);
}

/* --- conflicts -------------------------------------------------------------------------------- */

static enum outcome
print_conflicts(struct client *c, const json_t *answer, FILE *out)
{
    json_t *records = json_object_get(answer, "records");
    const json_t *record, *type;
    struct error e;
    size_t i;

    if (out == NULL)
        return DONE;
    json_array_foreach(records, i, record) {
        if (fields_record(c, json_text(record, "record"), &type, &e) != OK)
            continue;
        if (i > 0)
            fputc('\n', out);
        print_heading(c, record, out);
        record_print_conflicts(c, type, record, out);
    }
    if (json_number(answer, "count") == 0)
        fprintf(out, "%s\n", _("No record is in conflict."));
    print_rest(json_array_size(records), json_number(answer, "count"), out);
    return DONE;
}

enum outcome
cmd_conflicts(struct client *c, const struct args *args)
{
    char path[PATH_BYTES_MAX] = "/v1/conflicts";
    struct error e;

    if (add_page(args, path, &e) != OK)
        return client_fail(c, &e);
    return client_show(c, path, print_conflicts);
}

/* --- findings --------------------------------------------------------------------------------- */

static void
print_table(struct client *c, const json_t *findings, FILE *out)
{
    struct table *t = table_new();
    const json_t *finding;
    size_t i;

    if (t == NULL)
        return;
    table_column(t, _("Record"));
    table_column(t, _("Id"));
    table_column(t, _("Name"));
    table_column(t, _("What is odd"));
    table_column(t, _("Who and when"));
    json_array_foreach(findings, i, finding) {
        const json_t *record = json_object_get(finding, "record"), *entry;
        const char *about = json_text(record, "about");
        char text[ERR_TEXT_BYTES_MAX], who[2048] = "";
        size_t k, used = 0;

        table_cell(t, language_record(json_text(record, "record")));
        table_cell(t, json_text(record, "id"));
        table_cell(t, *about != '\0' ? about : json_title(record));
        record_finding_text(finding, text, sizeof text);
        table_cell(t, text);
        json_array_foreach(json_object_get(finding, "entries"), k, entry) {
            char *author = record_author(entry);

            if (author != NULL && used < sizeof who)
                used += (size_t) snprintf(who + used, sizeof who - used, "%s%s", used > 0 ? "; " : "", author);
            mem_free(author);
        }
        table_cell(t, who);
    }
    client_print_table(c, t, out, NULL);
}

static enum outcome
print_findings(struct client *c, const json_t *answer, FILE *out)
{
    json_t *findings = json_object_get(answer, "findings");
    const char *before = "";
    const json_t *finding;
    size_t i;

    if (out != NULL && c->csv) {
        print_table(c, findings, out);
    } else if (out != NULL) {
        json_array_foreach(findings, i, finding) {
            const json_t *record = json_object_get(finding, "record");

            if (strcmp(before, json_text(record, "id")) != 0) {
                if (i > 0)
                    fputc('\n', out);
                print_heading(c, record, out);
            }
            before = json_text(record, "id");
            record_print_finding(c, finding, out);
        }
        if (json_number(answer, "count") == 0)
            fprintf(out, "%s\n", _("Nothing is odd."));
        print_rest(json_array_size(findings), json_number(answer, "count"), out);
    }
    return json_number(answer, "count") > 0 ? INCOMPLETE : DONE;
}

/* A kind of record by its name or label, else a campaign. */
enum outcome
cmd_findings(struct client *c, const struct args *args)
{
    const char *word = args->positionals_count > 0 ? args->positionals[0] : NULL;
    char path[PATH_BYTES_MAX] = "/v1/findings";
    const json_t *type = NULL;
    struct error e;
    enum err err = word != NULL ? fields_record(c, word, &type, &e) : OK;

    if (err != OK && err != ERR_USAGE)
        return client_fail(c, &e);
    err = api_query(path, PATH_BYTES_MAX, type != NULL ? "record" : "campaign",
                    type != NULL ? json_text(type, "name") : word);
    if (err != OK)
        err = err_say(&e, ERR_USAGE, N_("the request is too long; ask for less"), NULL);
    if (err == OK)
        err = add_page(args, path, &e);
    return err == OK ? client_show(c, path, print_findings) : client_fail(c, &e);
}

/* --- set aside -------------------------------------------------------------------------------- */

/* A line "  label: text", folded. */
static void
aside_line(struct client *c, const char *label, const char *text, FILE *out)
{
    fprintf(out, "  %s: ", label);
    print_folded(out, text, print_width(label) + 4, c->width);
    fputc('\n', out);
}

static const char *
action_text(const json_t *operation)
{
    const char *action = json_text(operation, "action");

    if (strcmp(action, "add") == 0)
        return _("add");
    return strcmp(action, "delete") == 0 ? _("delete") : _("change");
}

/* The labels of the fields that an operation writes. */
static void
field_labels(struct client *c, const json_t *operation, char *ret_text, size_t text_bytes)
{
    const json_t *type = NULL, *name;
    size_t used = 0, i;
    struct error e;

    ret_text[0] = '\0';
    if (fields_record(c, json_text(operation, "record"), &type, &e) != OK)
        return;
    json_array_foreach(json_object_get(operation, "fields"), i, name) {
        const char *text = json_string_value(name);
        const json_t *field = text != NULL ? fields_field(type, text) : NULL;

        if (field != NULL && used < text_bytes)
            used += (size_t) snprintf(ret_text + used, text_bytes - used, "%s%s", used > 0 ? "; " : "",
                                      fields_label(field)); /* a label may hold commas */
    }
}

/* "change đơn vị “Thôn 1” (3.17): Tên đơn vị; Điện thoại". */
static void
print_operation(struct client *c, const json_t *operation, FILE *out)
{
    const char *record = json_text(operation, "record"), *title = json_text(operation, "title");
    const char *id = json_text(operation, "id");
    char labels[1024], text[2048];
    size_t used;

    field_labels(c, operation, labels, sizeof labels);
    used = (size_t) snprintf(text, sizeof text, "%s %s", action_text(operation),
                             *record != '\0' ? language_record(record) : _("a record of a later release"));
    if (*title != '\0' && used < sizeof text)
        used += (size_t) snprintf(text + used, sizeof text - used, " “%.500s”", title);
    if (*id != '\0' && used < sizeof text)
        used += (size_t) snprintf(text + used, sizeof text - used, " (%s)", id);
    if (*labels != '\0' && used < sizeof text)
        snprintf(text + used, sizeof text - used, ": %s", labels);
    fputs("    - ", out);
    print_folded(out, text, 6, c->width);
    fputc('\n', out);
}

static void
print_operations(struct client *c, const json_t *entry, FILE *out)
{
    const char *body = json_text(entry, "body");
    json_t *operations = json_object_get(entry, "operations");
    size_t shown = json_array_size(operations) < OPERATIONS_SHOWN ? json_array_size(operations) : OPERATIONS_SHOWN;

    if (strcmp(body, "later") == 0)
        aside_line(c, _("It would have"), _("written what only a later release can read"), out);
    else if (strcmp(body, "malformed") == 0)
        aside_line(c, _("It would have"), _("written what nobody can read: its content is malformed"), out);
    else if (strcmp(body, "erased") == 0)
        aside_line(c, _("It would have"), _("written what has been erased since"), out);
    else
        fprintf(out, "  %s:\n", _("It would have"));
    for (size_t i = 0; i < shown; i++)
        print_operation(c, json_array_get(operations, i), out);
    if (json_number(entry, "operations_count") > (long long) shown) {
        fputs("    - ", out);
        fprintf(out, _("and %lld more"), json_number(entry, "operations_count") - (long long) shown);
        fputc('\n', out);
    }
}

/* "Máy 2 (ab12cd34), Thôn 1"; "unknown machine ab12cd34". */
static void
machine_text(const json_t *entry, char *ret_text, size_t text_bytes)
{
    const char *operator_name = json_title(json_object_get(entry, "operator"));
    const char *unit = json_text(entry, "unit");
    size_t used;

    if (json_is_true(json_object_get(entry, "machine_named")))
        used = (size_t) snprintf(ret_text, text_bytes, "%s (%s)", json_text(entry, "machine"),
                                 json_text(entry, "machine_key"));
    else
        used = (size_t) snprintf(ret_text, text_bytes, "%s %s", *unit != '\0' ? _("machine") : _("unknown machine"),
                                 json_text(entry, "machine_key"));
    if (*unit != '\0' && used < text_bytes)
        used += (size_t) snprintf(ret_text + used, text_bytes - used, ", %s", unit);
    if (*operator_name != '\0' && used < text_bytes)
        snprintf(ret_text + used, text_bytes - used, ", %s", operator_name);
}

static void
print_aside(struct client *c, const json_t *entry, FILE *out)
{
    char at[PRINT_DATE_BYTES_MAX], text[1024];

    machine_text(entry, text, sizeof text);
    fprintf(out, "[%s] ", json_text(entry, "entry"));
    print_folded(out, text, strlen(json_text(entry, "entry")) + 3, c->width);
    fputc('\n', out);
    print_time(json_text(entry, "at"), at);
    if (json_is_true(json_object_get(entry, "clock_suspect")))
        snprintf(text, sizeof text, "%s %s", at, _("(that machine did not trust its clock)"));
    aside_line(c, _("Written"), json_is_true(json_object_get(entry, "clock_suspect")) ? text : at, out);
    if (*json_text(entry, "space_unit") != '\0')
        aside_line(c, _("Among the records of"), json_text(entry, "space_unit"), out);
    print_operations(c, entry, out);
    aside_line(c, _("It does not count, since"), language_text(json_text(entry, "reason")), out);
    aside_line(c, _("To do"), language_text(json_text(entry, "advice")), out);
}

static enum outcome
print_set_aside(struct client *c, const json_t *answer, FILE *out)
{
    json_t *entries = json_object_get(answer, "entries");
    const json_t *entry;
    size_t i;

    if (out == NULL)
        return DONE;
    json_array_foreach(entries, i, entry) {
        if (i > 0)
            fputc('\n', out);
        print_aside(c, entry, out);
    }
    if (json_number(answer, "count") == 0)
        fprintf(out, "%s\n", _("Nothing was set aside."));
    print_rest(json_array_size(entries), json_number(answer, "count"), out);
    return DONE;
}

enum outcome
cmd_set_aside(struct client *c, const struct args *args)
{
    char path[PATH_BYTES_MAX] = "/v1/set-aside";
    struct error e;

    if (api_query(path, PATH_BYTES_MAX, "machine", options_value(args, "machine")) != OK
        || api_query(path, PATH_BYTES_MAX, "space", options_value(args, "space")) != OK) {
        err_say(&e, ERR_USAGE, N_("the request is too long; ask for less"), NULL);
        return client_fail(c, &e);
    }
    if (add_page(args, path, &e) != OK)
        return client_fail(c, &e);
    return client_show(c, path, print_set_aside);
}
