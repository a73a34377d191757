/* thidua machines, revoke, move, erase: who may write, and what has to go. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "client/cmd.h"
#include "client/fields.h"
#include "common/language.h"

enum { KEY_DIGITS_SHOWN = 8, TEXT_BYTES = 512, PATH_BYTES = 2048 };

/* "office machine, clerk", or why it has no right. */
static void
machine_rights(const json_t *machine, char *ret_text, size_t text_bytes)
{
    const json_t *role;
    size_t i, used = 0;

    ret_text[0] = '\0';
    if (json_is_true(json_object_get(machine, "founder")))
        used += (size_t) snprintf(ret_text, text_bytes, "%s", _("founder"));
    else if (json_is_true(json_object_get(machine, "superior")))
        used += (size_t) snprintf(ret_text, text_bytes, "%s", _("of the unit above"));
    json_array_foreach(json_object_get(machine, "roles"), i, role) {
        const char *name = json_string_value(role);
        const char *label = strcmp(name, "admin") == 0   ? _("administrator")
                            : strcmp(name, "clerk") == 0 ? _("office")
                            : strcmp(name, "unit") == 0  ? _("its own unit")
                            : strcmp(name, "event") == 0 ? _("check-in at events")
                                                         : _("level above");

        if (used < text_bytes)
            used += (size_t) snprintf(ret_text + used, text_bytes - used, "%s%s", used > 0 ? ", " : "", label);
    }
}

static enum outcome
print_machines(struct client *c, const json_t *answer, FILE *out)
{
    struct table *t = out != NULL ? table_new() : NULL;
    const json_t *machine;
    size_t i;

    if (t == NULL)
        return DONE;
    table_column(t, _("Key"));
    table_whole(t);
    table_column(t, _("Machine"));
    table_column(t, _("Unit"));
    table_column(t, _("Rights"));
    table_column(t, _("Last written"));
    table_column(t, _("State"));
    json_array_foreach(json_object_get(answer, "machines"), i, machine) {
        char text[TEXT_BYTES];

        snprintf(text, sizeof text, "%.*s", KEY_DIGITS_SHOWN, json_text(machine, "device"));
        table_cell(t, text);
        table_cell(t, json_is_true(json_object_get(machine, "self")) ? _("this machine") : json_text(machine, "name"));
        table_cell(t, json_text(machine, "unit"));
        machine_rights(machine, text, sizeof text);
        table_cell(t, text);
        print_time(json_text(machine, "last_written"), text);
        table_cell(t, text);
        table_cell(t, strcmp(json_text(machine, "state"), "active") == 0 ? _("in force") : _("taken back"));
    }
    client_print_table(c, t, out, _("No machine has a right yet."));
    return DONE;
}

enum outcome
cmd_machines(struct client *c, const struct args *args)
{
    (void) args;
    return client_show(c, "/v1/machines", print_machines);
}

/* A member that an option gives, when it was given. */
static void
set_option(json_t *body, const struct args *args, const char *option)
{
    const char *text = options_value(args, option);

    if (text != NULL)
        json_object_set_new(body, option, json_string(text));
}

enum outcome
cmd_revoke(struct client *c, const struct args *args)
{
    json_t *body = json_pack("{s:s}", "machine", args->positionals[0]), *answer = NULL;
    struct error e;

    if (body == NULL)
        err_say(&e, ERR_USAGE, N_("the name of the machine is not UTF-8: give the digits of its key"), NULL);
    else {
        set_option(body, args, "since");
        set_option(body, args, "reason");
    }
    if (body == NULL || client_send(c, "POST", "/v1/revocations", body, &answer, &e) != OK)
        return client_fail(c, &e);
    if (c->json) {
        client_print_json(answer);
    } else {
        printf(_("The rights of “%s” are taken back; %lld of its entries here no longer count."),
               args->positionals[0], json_number(answer, "cut_off"));
        printf("\n%s\n", _("Others learn it at the next exchange. Change also what else that machine could open."));
    }
    json_decref(answer);
    return DONE;
}

enum outcome
cmd_move(struct client *c, const struct args *args)
{
    json_t *body = json_pack("{s:s, s:s}", "unit", args->positionals[0], "invitation", args->positionals[1]);
    json_t *answer = NULL;
    struct error e;

    if (body == NULL)
        err_say(&e, ERR_USAGE, N_("the name of the machine is not UTF-8: give the digits of its key"), NULL);
    if (body == NULL || client_send(c, "POST", "/v1/moves", body, &answer, &e) != OK)
        return client_fail(c, &e);
    if (c->json) {
        client_print_json(answer);
    } else {
        printf(_("“%s” is handed over to “%s”. It joins there with the same invitation, once it has heard of this "
                 "(thidua sync there)."),
               json_text(answer, "unit"), json_text(answer, "superior"));
        putchar('\n');
    }
    json_decref(answer);
    return DONE;
}

enum outcome
cmd_erase(struct client *c, const struct args *args)
{
    char path[PATH_BYTES];
    const json_t *type;
    json_t *body, *answer = NULL;
    struct error e;

    if (!options_given(args, "yes")) {
        int yes = client_ask(_("The personal data of this record will be gone on every machine, for ever. Erase?"));

        if (yes < 0) {
            err_say(&e, ERR_USAGE, N_("this erases for ever: say --yes"), NULL);
            return client_fail(c, &e);
        }
        if (yes == 0)
            return REFUSED;
    }
    if (fields_record(c, args->positionals[0], &type, &e) != OK)
        return client_fail(c, &e);
    if (api_path(path, sizeof path, "/v1/records",
                 (const char *const[]){json_text(type, "name"), args->positionals[1], "erase", NULL})
        != OK) {
        err_say(&e, ERR_USAGE, N_("“{1}” is too long for an id, a code or a name"), args->positionals[1], NULL);
        return client_fail(c, &e);
    }
    body = json_object();
    set_option(body, args, "reason");
    if (client_send(c, "POST", path, body, &answer, &e) != OK)
        return client_fail(c, &e);
    if (c->json)
        client_print_json(answer);
    else
        printf(_("Erased: the content of %lld entries. Other machines follow at their next exchange; old backups "
                 "still hold it.\n"),
               json_number(answer, "entries"));
    json_decref(answer);
    return DONE;
}
