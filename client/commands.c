/* Every command of thidua: its name, arguments, help and function. */
#include "config.h"

#include "client/cmd.h"
#include "client/language.h"

static const struct option_spec sync_options[] = {
    {"wait", N_("SECONDS"), N_("how long to wait for the exchange (30)")},
    {0},
};
static const struct option_spec verify_options[] = {
    {"rebuild", NULL, N_("also build all tables again from the log and compare")},
    {0},
};
static const struct option_spec invite_options[] = {
    {"as", N_("ROLE"), N_("commune, clerk, unit or event")},
    {"unit-name", N_("NAME"), N_("the unit that is invited")},
    {"unit-kind", N_("KIND"), N_("its kind, such as commune or hamlet")},
    {"expires", N_("DAYS"), N_("days until the invitation ends")},
    {0},
};
static const struct option_spec list_options[] = {
    {"columns", N_("FIELD,…"), N_("the fields to show")},
    {"limit", N_("COUNT"), N_("show at most so many")},
    {"offset", N_("COUNT"), N_("leave out so many at the beginning")},
    {"deleted", NULL, N_("show deleted records")},
    {"csv", NULL, N_("print the table as CSV")},
    {0},
};
static const struct option_spec version_options[] = {
    {"version", N_("N"), N_("the version of the record that you have seen")},
    {0},
};

#define FIELD_DETAILS                                                                              \
    N_("A field is named by its name or its label. FIELD= clears it, FIELD=@FILE takes the text of a " \
       "file, FIELD=- that of standard input, FIELD=@@TEXT a text that begins with @.")

const struct command commands[] = {
    {"status", "", N_("how this machine's data stand: unit, entries, what waits, peers"), GROUP_LOOK, 0,
     0, NULL, NULL, cmd_status},
    {"records", "", N_("list the kinds of record"), GROUP_RECORD, 0, 0, NULL, NULL, cmd_records},
    {"add", N_("RECORD FIELD=VALUE…"), N_("add a record; `thidua add RECORD --help` lists its fields"),
     GROUP_RECORD, 0, POSITIONALS_MAX, NULL, FIELD_DETAILS, cmd_add},
    {"set", N_("RECORD ID FIELD=VALUE…"), N_("change fields of a record"), GROUP_RECORD, 0,
     POSITIONALS_MAX, version_options, FIELD_DETAILS, cmd_set},
    {"show", N_("RECORD ID"), N_("show a record, also values that stand beside each other"),
     GROUP_RECORD, 2, 2, NULL, NULL, cmd_show},
    {"list", N_("RECORD [FIELD=VALUE…]"), N_("list records, all or those with these values"),
     GROUP_RECORD, 1, POSITIONALS_MAX, list_options, NULL, cmd_list},
    {"history", N_("RECORD ID"), N_("every change of a record, who made it and when"), GROUP_RECORD, 2,
     2, NULL, NULL, cmd_history},
    {"delete", N_("RECORD ID"), N_("delete a record; its history stays"), GROUP_RECORD, 2, 2,
     version_options, NULL, cmd_delete},
    {"sync", "", N_("exchange with the hub now"), GROUP_SYNC, 0, 0, sync_options, NULL, cmd_sync},
    {"invite", N_("--as ROLE"), N_("print an invitation, one line, for another machine"), GROUP_SYNC, 0,
     0, invite_options, NULL, cmd_invite},
    {"peers", "", N_("the machines that this one exchanges with"), GROUP_SYNC, 0, 0, NULL, NULL,
     cmd_peers},
    {"verify", "", N_("check every signature and chain of the log"), GROUP_SYNC, 0, 0, verify_options,
     NULL, cmd_verify},
    {0},
};
