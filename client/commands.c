/* Every command of thidua: its name, arguments, help and function. */
#include "config.h"

#include "client/cmd.h"
#include "common/language.h"

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
    {"qr", NULL, N_("also print it as a QR code, as a terminal gets it anyway")},
    {"qr-file", N_("FILE"), N_("also write the QR code as a picture to print, FILE.svg")},
    {0},
};
static const struct option_spec grant_options[] = {
    {"as", N_("ROLE"), N_("commune, clerk, unit or event")},
    {"unit-name", N_("NAME"), N_("the unit whose records it may write")},
    {"unit-kind", N_("KIND"), N_("its kind, such as commune or hamlet")},
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
static const struct option_spec plan_import_options[] = {
    {"yes", NULL, N_("do not ask whether it was understood")},
    {"issue", NULL, N_("issue the campaign at once instead of keeping a draft")},
    {0},
};
static const struct option_spec import_options[] = {
    {"jsonl", N_("FILE"), N_("a file of JSON lines, one changeset each; - is standard input")},
    {0},
};
static const struct option_spec question_options[] = {
    {"as-of", N_("DATE"), N_("the day that the question is about, such as 15/8/2023 (today)")},
    {"unit", N_("UNIT"), N_("only this unit: an id, code or name")},
    {"all", NULL, N_("show also what is done")},
    {"csv", NULL, N_("print the table as CSV")},
    {0},
};
static const struct option_spec csv_options[] = {
    {"csv", NULL, N_("print the table as CSV")},
    {0},
};
static const struct option_spec page_options[] = {
    {"limit", N_("COUNT"), N_("show at most so many")},
    {"offset", N_("COUNT"), N_("leave out so many at the beginning")},
    {0},
};
static const struct option_spec page_csv_options[] = {
    {"limit", N_("COUNT"), N_("show at most so many")},
    {"offset", N_("COUNT"), N_("leave out so many at the beginning")},
    {"csv", NULL, N_("print the table as CSV")},
    {0},
};
static const struct option_spec aside_options[] = {
    {"machine", N_("NAME"), N_("only of machines or units with these words in their name, or key")},
    {"space", N_("SPACE"), N_("only in these records: inner, outer, or a unit's name")},
    {"limit", N_("COUNT"), N_("show at most so many")},
    {"offset", N_("COUNT"), N_("leave out so many at the beginning")},
    {0},
};
static const struct option_spec map_options[] = {
    {"suggested", NULL, N_("take every suggestion")},
    {"none", NULL, N_("the duty binds no unit of ours")},
    {0},
};
static const struct option_spec version_options[] = {
    {"version", N_("N"), N_("the version of the record that you have seen")},
    {0},
};

static const struct option_spec revoke_options[] = {
    {"since", N_("TIME"), N_("what it wrote from then on does not count, such as \"15/8/2023 7:30\"")},
    {"reason", N_("TEXT"), N_("why; others can read it")},
    {0},
};

static const struct option_spec erase_options[] = {
    {"yes", NULL, N_("do not ask")},
    {"reason", N_("TEXT"), N_("why; it stays, so do not write the data into it")},
    {0},
};

static const struct option_spec backup_options[] = {
    {"force", NULL, N_("replace a file that is there")},
    {0},
};
static const struct option_spec resolve_options[] = {
    {"version", N_("N"), N_("the version of the record that you have seen")},
    {"value", NULL, N_("the last word is a value, also where it is a number")},
    {0},
};

#define FIELD_DETAILS                                                                              \
    N_("A field is named by its name or its label. FIELD= clears it, FIELD=@FILE takes the text of a " \
       "file, FIELD=- that of standard input, FIELD=@@TEXT a text that begins with @.")

const struct command commands[] = {
    {"status", "", N_("how this machine's data stand: unit, entries, what waits, peers"), GROUP_LOOK, 0,
     0, NULL, NULL, cmd_status},
    {"plan read", N_("FILE"), N_("show what a plan's text says, with the lines that say it; no daemon needed"),
     GROUP_PLAN, 1, 1, NULL,
     N_("FILE is a plan as text in UTF-8; - is standard input. Nothing is sent anywhere."),
     cmd_plan_read},
    {"plan import", N_("FILE"), N_("read a plan and make a draft campaign of it, after asking"),
     GROUP_PLAN, 1, 1, plan_import_options,
     N_("It shows what it understood and asks on the terminal. Elsewhere it needs --yes."),
     cmd_plan_import},
    {"map", N_("[CAMPAIGN] | DUTY UNIT…"), N_("say which units the words of a plan mean"), GROUP_PLAN, 0,
     POSITIONALS_MAX, map_options,
     N_("Without units it lists the duties with suggestions and asks on a terminal. While something is not "
        "mapped, the exit code is 3."),
     cmd_map},
    {"issue", N_("CAMPAIGN"), N_("issue a draft campaign to the units below"), GROUP_PLAN, 1, 1, NULL,
     NULL, cmd_issue},
    {"missing", N_("[CAMPAIGN]"), N_("who has not registered, and who is late"), GROUP_LOOK, 0, 1,
     question_options,
     N_("While duties are not mapped to units, it says how many and the exit code is 3."), cmd_missing},
    {"due", N_("[CAMPAIGN]"), N_("which reports are due or missing"), GROUP_LOOK, 0, 1, question_options,
     N_("While duties are not mapped to units, it says how many and the exit code is 3."), cmd_due},
    {"waiting", "", N_("reports that wait to be passed on"), GROUP_LOOK, 0, 0, question_options, NULL,
     cmd_waiting},
    {"freshness", "", N_("how old each unit's data is here"), GROUP_LOOK, 0, 0, csv_options, NULL,
     cmd_freshness},
    {"conflicts", "", N_("records with fields that have more than one value, and how to settle them"),
     GROUP_LOOK, 0, 0, page_options, NULL, cmd_conflicts},
    {"findings", N_("[RECORD | CAMPAIGN]"), N_("what people who wrote apart have broken together, and what to do"),
     GROUP_LOOK, 0, 1, page_csv_options,
     N_("RECORD is a kind of record, such as registration. The exit code is 3 while there are any."), cmd_findings},
    {"set-aside", "", N_("entries that do not count: whose, what they would have written, why, what to do"),
     GROUP_LOOK, 0, 0, aside_options, NULL, cmd_set_aside},
    {"doctor", "", N_("check this machine and say what to do"), GROUP_LOOK, 0, 0, NULL, NULL, cmd_doctor},
    {"records", "", N_("list the kinds of record"), GROUP_RECORD, 0, 0, NULL, NULL, cmd_records},
    {"add", N_("RECORD FIELD=VALUE…"), N_("add a record; `thidua add RECORD --help` lists its fields"),
     GROUP_RECORD, 0, POSITIONALS_MAX, NULL, FIELD_DETAILS, cmd_add},
    {"set", N_("RECORD ID FIELD=VALUE…"), N_("change fields of a record"), GROUP_RECORD, 0,
     POSITIONALS_MAX, version_options, FIELD_DETAILS, cmd_set},
    {"show", N_("RECORD ID"), N_("show a record, also values that stand beside each other"),
     GROUP_RECORD, 2, 2, NULL, NULL, cmd_show},
    {"resolve", N_("RECORD ID [FIELD [NUMBER|VALUE]]"),
     N_("settle a field in which several values stand"), GROUP_RECORD, 2, 4, resolve_options,
     N_("Without a number or value it lists the values that stand, with their numbers. Where one has deleted "
        "the record and another has changed it, FIELD is life, and keep or delete settles it. With --version "
        "nothing is written when other values stand by now."),
     cmd_resolve},
    {"list", N_("RECORD [FIELD=VALUE…]"), N_("list records, all or those with these values"),
     GROUP_RECORD, 1, POSITIONALS_MAX, list_options, NULL, cmd_list},
    {"history", N_("RECORD ID"), N_("every change of a record, who made it and when"), GROUP_RECORD, 2,
     2, NULL, NULL, cmd_history},
    {"delete", N_("RECORD ID"), N_("delete a record; its history stays"), GROUP_RECORD, 2, 2,
     version_options, NULL, cmd_delete},
    {"erase", N_("RECORD ID"), N_("erase the personal data of a record, on every machine, for ever"), GROUP_RECORD,
     2, 2, erase_options,
     N_("The record stays, without names, dates of birth, telephone numbers and the like. Texts of other records that "
        "mention the person, and backups that were made before, are not changed."),
     cmd_erase},
    {"import", N_("--jsonl FILE"), N_("take in many records at once, all or none"), GROUP_RECORD, 0, 1,
     import_options, NULL, cmd_import},
    {"operator", N_("[NAME]"), N_("list who may act; with a name, print the line that sets THIDUA_OPERATOR"),
     GROUP_RECORD, 0, 1, NULL,
     N_("To act under a name in this shell: eval \"$(thidua operator NAME)\""), cmd_operator},
    {"sync", "", N_("exchange with the hub now"), GROUP_SYNC, 0, 0, sync_options, NULL, cmd_sync},
    {"invite", N_("--as ROLE"), N_("print an invitation, one line, for another machine"), GROUP_SYNC, 0,
     0, invite_options, NULL, cmd_invite},
    {"grant", N_("REQUEST GRANT --as ROLE"), N_("where no network reaches: answer a request file with a grant file"),
     GROUP_SYNC, 2, 2, grant_options,
     N_("REQUEST is the file that thiduad request wrote on the machine that joins; GRANT is written, sealed to that "
        "machine, which takes it with thiduad join. The same request may be granted again."),
     cmd_grant},
    {"join", N_("--data DIR INVITATION|GRANT"),
     N_("join with an invitation or a grant file, while the daemon is stopped"), GROUP_SYNC, 1, 1, NULL,
     N_("An empty data directory is made first; a unit that is there already keeps every id."), cmd_join},
    {"machines", "", N_("the machines of this unit, and what each may do"), GROUP_SYNC, 0, 0, NULL, NULL,
     cmd_machines},
    {"revoke", N_("MACHINE"), N_("take the rights of a machine back: it was lost, sold or replaced"), GROUP_SYNC, 1, 1,
     revoke_options,
     N_("MACHINE is its name, or the first eight digits of its key, as `thidua machines` lists them. What it wrote "
        "before stays; with --since, what it wrote from that time on no longer counts, anywhere."),
     cmd_revoke},
    {"move", N_("UNIT INVITATION"), N_("hand a unit below over to another superior"), GROUP_SYNC, 2, 2, NULL,
     N_("UNIT is a unit that joined this one; INVITATION is the line that its new superior has made (thidua invite "
        "--as commune). Then the unit joins there with the same line."),
     cmd_move},
    {"peers", "", N_("the machines that this one exchanges with"), GROUP_SYNC, 0, 0, NULL, NULL,
     cmd_peers},
    {"backup", N_("FILE"), N_("copy this machine's data to a file while the daemon runs"), GROUP_SYNC, 1, 1,
     backup_options,
     N_("The daemon writes the file, so it needs the right to. The key of this machine is not in it: keep a copy "
        "of device.key in another safe place. `thiduad restore` puts a backup back."),
     cmd_backup},
    {"verify", "", N_("check every signature and chain of the log"), GROUP_SYNC, 0, 0, verify_options,
     NULL, cmd_verify},
    {0},
};
