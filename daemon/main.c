/* thiduad: command line. */
#include "config.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "common/language.h"
#include "daemon/app.h"
#include "daemon/node.h"
#include "daemon/platform.h"
#include "protocol/sign.h"

static const char usage[] =
    N_("Usage:\n"
       "  thiduad init --data DIR --node commune|hub|laptop --unit-name NAME --unit-kind KIND\n"
       "               [--unit-code CODE]\n"
       "      found a unit in DIR; needs no network\n"
       "  thiduad join --data DIR INVITATION|GRANT-FILE\n"
       "      join with a line that begins with thidua: (an empty DIR is made first), or with\n"
       "      the file that answers a request\n"
       "  thiduad request --data DIR [--node laptop|commune|hub] [--unit-name NAME]\n"
       "                  [--unit-kind KIND] [--unit-code CODE] [--to INVITATION] FILE\n"
       "      where no network reaches: write a request, for thidua grant on the other machine\n"
       "  thiduad restore --data DIR [--force] [FILE]\n"
       "      put a backup (thidua backup) back into DIR; without FILE make a new key for\n"
       "      the database that is there\n"
       "  thiduad run [--data DIR] [--config FILE] [--listen ADDR:PORT] [--peer ADDR:PORT]\n"
       "              [--socket PATH] [--log-level error|warning|info|debug]\n"
       "      run the daemon until SIGTERM; see thiduad(8)\n"
       "\n"
       "Exit status: 0 done, 1 failed, 2 wrong use, 5 already there or in use.\n");

enum { EXIT_FAILED = 1, EXIT_USAGE = 2, EXIT_CONFLICT = 5 };

enum { OPT_CONFIG = 256, OPT_DATA, OPT_LISTEN, OPT_PEER, OPT_SOCKET, OPT_NODE, OPT_NAME, OPT_KIND, OPT_CODE,
       OPT_LOG, OPT_FORCE, OPT_TO, OPT_HELP, OPT_VERSION };

static const struct option options[] = {
    {"config", required_argument, NULL, OPT_CONFIG},
    {"data", required_argument, NULL, OPT_DATA},
    {"listen", required_argument, NULL, OPT_LISTEN},
    {"peer", required_argument, NULL, OPT_PEER},
    {"socket", required_argument, NULL, OPT_SOCKET},
    {"log-level", required_argument, NULL, OPT_LOG},
    {"node", required_argument, NULL, OPT_NODE},
    {"unit-name", required_argument, NULL, OPT_NAME},
    {"unit-kind", required_argument, NULL, OPT_KIND},
    {"unit-code", required_argument, NULL, OPT_CODE},
    {"force", no_argument, NULL, OPT_FORCE},
    {"to", required_argument, NULL, OPT_TO},
    {"help", no_argument, NULL, OPT_HELP},
    {"version", no_argument, NULL, OPT_VERSION},
    {NULL, 0, NULL, 0},
};

struct command_line {
    struct settings config;
    struct enrol_unit unit;
    bool has_data;
    bool force;
    const char *to;     /* an invitation of the machine that a request is for; borrowed from argv */
    int first_argument; /* index in argv */
    int argc;
    char **argv;
};

static int
failed(const char *command, enum err err, const struct error *e)
{
    char text[ERR_TEXT_BYTES_MAX];

    language_error(e, text, sizeof text);
    fprintf(stderr, "thiduad %s: %s\n", command, text[0] != '\0' ? text : err_name(err));
    return err == ERR_USAGE ? EXIT_USAGE : err == ERR_CONFLICT ? EXIT_CONFLICT : EXIT_FAILED;
}

/* Say on stdout what was done and what comes next. */
static void
tell(const char *template, const char *first, const char *second)
{
    struct error said;
    char text[ERR_TEXT_BYTES_MAX];

    err_say(&said, OK, template, first, second, NULL);
    language_error(&said, text, sizeof text);
    puts(text);
}

static enum err
take_option(struct command_line *line, int option, const char *value, struct error *e)
{
    switch (option) {
    case OPT_DATA:
        line->has_data = true;
        return settings_set(&line->config, "data", value, e);
    case OPT_LISTEN:
        return settings_set(&line->config, "listen", value, e);
    case OPT_PEER:
        return settings_set(&line->config, "peer", value, e);
    case OPT_SOCKET:
        return settings_set(&line->config, "socket", value, e);
    case OPT_LOG:
        return settings_set(&line->config, "log_level", value, e);
    case OPT_NODE:
        line->unit.node = value;
        return OK;
    case OPT_NAME:
        line->unit.name = value;
        return OK;
    case OPT_KIND:
        line->unit.kind = value;
        return OK;
    case OPT_FORCE:
        line->force = true;
        return OK;
    case OPT_TO:
        line->to = value;
        return OK;
    case OPT_CODE:
        line->unit.code = value;
        return OK;
    default:
        return ERR_USAGE;
    }
}

/* The file is read first, wherever it stands on the line, so that the other options win over it. */
static enum err
read_config_file(struct command_line *line, int argc, char **argv, struct error *e)
{
    static const char path[] = "/etc/thidua/thiduad.conf";
    const char *chosen = NULL;
    int option;
    enum err err;

    opterr = 0;
    optind = 1;
    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1)
        if (option == OPT_CONFIG)
            chosen = optarg;
    err = settings_read(&line->config, chosen != NULL ? chosen : path, e);
    return err == ERR_NOT_FOUND && chosen == NULL ? OK : err;
}

static enum err
parse(struct command_line *line, int argc, char **argv, struct error *e)
{
    int option;
    enum err err = OK;

    opterr = 1;
    optind = 1;
    while (err == OK && (option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (option == OPT_HELP) {
            fputs(_(usage), stdout);
            return ERR_CANCELLED;
        }
        if (option == OPT_VERSION) {
            puts("thiduad " PACKAGE_VERSION);
            return ERR_CANCELLED;
        }
        if (option == '?')
            return err_say(e, ERR_USAGE, N_("see thiduad --help"), NULL);
        if (option != OPT_CONFIG)
            err = take_option(line, option, optarg, e);
    }
    line->first_argument = optind;
    line->argc = argc;
    line->argv = argv;
    return err;
}

static enum err
command_init(struct command_line *line, struct error *e)
{
    enum err err;

    if (line->unit.node == NULL || line->unit.name == NULL || line->unit.kind == NULL)
        return err_say(e, ERR_USAGE, N_("needs --node, --unit-name and --unit-kind; see thiduad --help"),
                       NULL);
    err = node_init(&line->config, &line->unit, e);
    if (err == OK)
        tell(N_("“{1}” is founded in {2}. Next: thiduad run --data {2}"), line->unit.name, line->config.data);
    return err;
}

static enum err
command_request(struct command_line *line, struct error *e)
{
    const char *path;
    enum err err;

    if (line->first_argument + 1 != line->argc)
        return err_say(e, ERR_USAGE, N_("needs one name for the file that is to be written; see thiduad --help"),
                       NULL);
    path = line->argv[line->first_argument];
    err = node_request(&line->config, &line->unit, line->to, path, e);
    if (err != OK)
        return err;
    tell(N_("The request is in {1}. On the machine that is to take this one in: thidua grant {1} GRANT-FILE --as "
            "ROLE, then here: thiduad join --data {2} GRANT-FILE"),
         path, line->config.data);
    if (line->to == NULL)
        tell(N_("It is not sealed, since it names no recipient, so it holds names and keys but no records; with --to "
                "INVITATION a unit's records go along, sealed."),
             NULL, NULL);
    return OK;
}

static enum err
command_join(struct command_line *line, struct error *e)
{
    char inviter[ENROL_NAME_BYTES_MAX + 1];
    const char *given;
    enum err err;

    if (line->first_argument + 1 != line->argc)
        return err_say(e, ERR_USAGE,
                       N_("needs one invitation, the whole line that begins with thidua:, or one grant file"), NULL);
    given = line->argv[line->first_argument];
    if (platform_kind(given) == PLATFORM_NOTHING && strchr(given, ':') == NULL)
        return err_say(e, ERR_NOT_FOUND,
                       N_("there is no file {1}; an invitation is one line that begins with thidua:"), given, NULL);
    err = platform_kind(given) == PLATFORM_FILE ? node_join_file(&line->config, given, inviter, e)
                                                : node_join(&line->config, given, inviter, e);
    if (err == OK)
        tell(N_("Joined “{1}”. Next: thiduad run --data {2}"), inviter, line->config.data);
    return err;
}

static enum err
command_restore(struct command_line *line, struct error *e)
{
    const char *file = line->first_argument < line->argc ? line->argv[line->first_argument] : NULL;
    struct node_restored restored;
    char entries[24];
    enum err err;

    if (line->first_argument + 1 < line->argc)
        return err_say(e, ERR_USAGE, N_("needs one backup file; see thiduad --help"), NULL);
    err = node_restore(&line->config, file, line->force, &restored, e);
    if (err != OK)
        return err;
    snprintf(entries, sizeof entries, "%llu", (unsigned long long) restored.entries);
    tell(N_("{1} entries are in {2}."), entries, line->config.data);
    if (restored.kept_old)
        tell(N_("The database that was there is kept as {1}/thidua.db.before-restore."), line->config.data, NULL);
    if (restored.new_key)
        tell(N_("There was no key, so this machine has a new one. Its data can be read, but it may not write, and "
                "no other machine knows it, until it is invited again: on a machine that manages the unit run "
                "thidua invite --as clerk, then here thiduad join --data {1} INVITATION. If the unit has no such "
                "machine left, it cannot give itself that right again; only the unit above could, and thidua has "
                "no command for that yet. So look for a copy of the old device.key first, and keep this folder."),
             line->config.data, NULL);
    else
        tell(N_("What was written after the backup and had reached another machine comes back with the next "
                "exchange. Next: thiduad run --data {1}, then thidua sync"),
             line->config.data, NULL);
    return OK;
}

static enum err
command_run(struct command_line *line, struct error *e)
{
    return app_run(&line->config, e);
}

static const struct {
    const char *name;
    enum err (*run)(struct command_line *line, struct error *e);
    bool reads_config;
} commands[] = {
    {"init", command_init, false},
    {"join", command_join, false},
    {"request", command_request, false},
    {"restore", command_restore, false},
    {"run", command_run, true},
};

int
main(int argc, char **argv)
{
    struct command_line line = {0};
    struct error e = {0};

    language_start();
    settings_init(&line.config);
    if (argc < 2 || strcmp(argv[1], "--help") == 0) {
        fputs(_(usage), argc < 2 ? stderr : stdout);
        return argc < 2 ? EXIT_USAGE : 0;
    }
    if (strcmp(argv[1], "--version") == 0) {
        puts("thiduad " PACKAGE_VERSION);
        return 0;
    }
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        enum err err;

        if (strcmp(argv[1], commands[i].name) != 0)
            continue;
        err = protocol_init(&e);
        if (err == OK && commands[i].reads_config)
            err = read_config_file(&line, argc - 1, argv + 1, &e);
        if (err == OK)
            err = parse(&line, argc - 1, argv + 1, &e);
        if (err == OK && !line.has_data && !commands[i].reads_config)
            err = err_say(&e, ERR_USAGE, N_("needs --data DIR"), NULL);
        if (err == OK)
            err = commands[i].run(&line, &e);
        return err == OK || err == ERR_CANCELLED ? 0 : failed(argv[1], err, &e);
    }
    err_say(&e, ERR_USAGE, N_("there is no command “{1}”; see thiduad --help"), argv[1], NULL);
    failed(argv[1], ERR_USAGE, &e);
    return EXIT_USAGE;
}
