/* thidua status, peers, conflicts, set-aside: what the daemon knows about itself. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "client/cmd.h"
#include "client/fields.h"
#include "common/language.h"

/* "label:   text", the labels in one column. */
static void
line(FILE *out, const char *label, const char *text)
{
    size_t width = print_width(label);

    fprintf(out, "%s:%*s", label, (int) (width < 26 ? 26 - width : 1), "");
    print_clean(out, text);
    fputc('\n', out);
}

static void
line_number(FILE *out, const char *label, long long number)
{
    char text[32];

    snprintf(text, sizeof text, "%lld", number);
    line(out, label, text);
}

/* How the daemon's log says that a link went away, which is no fault of anybody. */
#define LINK_LOST "the connection ended"

static const char *
peer_state(const json_t *peer)
{
    const char *error = json_text(peer, "error");

    if (json_is_true(json_object_get(peer, "connected")))
        return _("connected");
    if (strncmp(error, LINK_LOST, strlen(LINK_LOST)) == 0)
        return _("the link was lost");
    return *error != '\0' ? error : _("not connected");
}

static void
print_peers(struct client *c, const json_t *peers, FILE *out)
{
    struct table *t = table_new();
    const json_t *peer;
    size_t i;

    if (t == NULL)
        return;
    table_column(t, _("Peer"));
    table_column(t, _("Address"));
    table_column(t, _("Last contact"));
    table_column(t, _("Sent"));
    table_right(t);
    table_column(t, _("Received"));
    table_right(t);
    table_column(t, _("State"));
    json_array_foreach(peers, i, peer) {
        char text[PRINT_DATE_BYTES_MAX];

        table_cell(t, *json_text(peer, "name") != '\0' ? json_text(peer, "name")
                                                       : json_text(peer, "device"));
        table_cell(t, json_text(peer, "address"));
        print_time(json_text(peer, "last_contact"), text);
        table_cell(t, *text != '\0' ? text : _("never"));
        print_bytes(json_number(peer, "bytes_out"), text);
        table_cell(t, text);
        print_bytes(json_number(peer, "bytes_in"), text);
        table_cell(t, text);
        table_cell(t, peer_state(peer));
    }
    client_print_table(c, t, out, _("No peer is known yet."));
}

static enum outcome
print_status(struct client *c, const json_t *status, FILE *out)
{
    if (out == NULL)
        return DONE;
    line(out, _("Unit"), json_title(json_object_get(status, "unit")));
    line(out, _("Device"), json_title(json_object_get(status, "device")));
    line(out, _("Version"), json_text(status, "version"));
    line_number(out, _("Entries"), json_number(status, "entries"));
    line_number(out, _("Not sent yet"), json_number(status, "unsent"));
    line_number(out, _("Waiting for earlier ones"), json_number(status, "held"));
    line_number(out, _("Set aside"), json_number(status, "set_aside"));
    line_number(out, _("Records in conflict"), json_number(status, "conflicts"));
    fputc('\n', out);
    print_peers(c, json_object_get(status, "peers"), out);
    return DONE;
}

enum outcome
cmd_status(struct client *c, const struct args *args)
{
    (void) args;
    return client_show(c, "/v1/status", print_status);
}

static enum outcome
show_peers(struct client *c, const json_t *answer, FILE *out)
{
    if (out != NULL)
        print_peers(c, json_object_get(answer, "peers"), out);
    return DONE;
}

enum outcome
cmd_peers(struct client *c, const struct args *args)
{
    (void) args;
    return client_show(c, "/v1/peers", show_peers);
}

/* The fields of a record that are in conflict, by label. */
static void
conflict_fields(const json_t *type, const json_t *record, char *ret_text, size_t text_bytes)
{
    const char *name;
    json_t *values;
    size_t used = 0;

    ret_text[0] = '\0';
    json_object_foreach(json_object_get(record, "conflicts"), name, values) {
        const json_t *field = type != NULL ? fields_field(type, name) : NULL;

        snprintf(ret_text + used, text_bytes - used, "%s%s (%zu)", used > 0 ? ", " : "",
                 field != NULL ? fields_label(field) : name, json_array_size(values));
        used = strlen(ret_text);
    }
}

static enum outcome
print_conflicts(struct client *c, const json_t *answer, FILE *out)
{
    struct table *t = out != NULL ? table_new() : NULL;
    const json_t *record, *type;
    struct error e;
    char text[512];
    size_t i;

    if (t == NULL)
        return DONE;
    table_column(t, _("Record"));
    table_column(t, _("Id"));
    table_column(t, _("Name"));
    table_column(t, _("Fields with more than one value"));
    json_array_foreach(json_object_get(answer, "records"), i, record) {
        type = NULL;
        if (fields_record(c, json_text(record, "record"), &type, &e) != OK)
            type = NULL;
        table_cell(t, json_text(record, "record"));
        table_cell(t, json_text(record, "id"));
        table_cell(t, json_title(record));
        conflict_fields(type, record, text, sizeof text);
        table_cell(t, text);
    }
    if (table_rows(t) > 0)
        fprintf(out, "%s\n", _("`thidua resolve RECORD ID` shows the values and how to settle them."));
    client_print_table(c, t, out, _("No record is in conflict."));
    return DONE;
}

enum outcome
cmd_conflicts(struct client *c, const struct args *args)
{
    (void) args;
    return client_show(c, "/v1/conflicts", print_conflicts);
}

static enum outcome
print_set_aside(struct client *c, const json_t *answer, FILE *out)
{
    struct table *t = out != NULL ? table_new() : NULL;
    const json_t *entry;
    char at[PRINT_DATE_BYTES_MAX];
    size_t i;

    if (t == NULL)
        return DONE;
    table_column(t, _("Entry"));
    table_column(t, _("Written"));
    table_column(t, _("Unit"));
    table_column(t, _("By"));
    table_column(t, _("Why it does not count"));
    json_array_foreach(json_object_get(answer, "entries"), i, entry) {
        table_cell(t, json_text(entry, "entry"));
        print_time(json_text(entry, "at"), at);
        table_cell(t, at);
        table_cell(t, json_title(json_object_get(entry, "unit")));
        table_cell(t, json_title(json_object_get(entry, "operator")));
        table_cell(t, language_text(json_text(entry, "reason")));
    }
    client_print_table(c, t, out, _("Nothing was set aside."));
    return DONE;
}

enum outcome
cmd_set_aside(struct client *c, const struct args *args)
{
    (void) args;
    return client_show(c, "/v1/set-aside", print_set_aside);
}
