/* thidua status, peers: what the daemon knows about itself. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "client/cmd.h"
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
    if (json_object_get(status, "findings") != NULL) /* not from a daemon before this one */
        line_number(out, _("Findings"), json_number(status, "findings"));
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
