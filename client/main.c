/* thidua, the client: finds the command, its options and the daemon's socket, and runs it. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <curl/curl.h>

#include "client/client.h"
#include "client/cmd.h"
#include "client/fields.h"
#include "client/help.h"
#include "common/language.h"

#define DATA_DIR "/var/lib/thidua" /* where a packaged thiduad keeps its data */

enum { WORDS_MAX = 512 };

/* The path of the socket: --socket, THIDUA_SOCKET, then the data directory. */
static enum err
choose_socket(const struct args *args, char *ret_path, size_t path_bytes, struct error *e)
{
    const char *path = options_value(args, "socket");
    const char *dir = options_value(args, "data");
    int size;

    if (path == NULL && dir == NULL)
        path = getenv("THIDUA_SOCKET");
    if (dir == NULL)
        dir = getenv("THIDUA_DATA");
    if (path != NULL && *path != '\0')
        size = snprintf(ret_path, path_bytes, "%s", path);
    else
        size = snprintf(ret_path, path_bytes, "%s/thiduad.sock",
                        dir != NULL && *dir != '\0' ? dir : DATA_DIR);
    if (size >= (int) path_bytes)
        return err_say(e, ERR_USAGE, N_("the path of the socket is too long; use a shorter one"), NULL);
    return OK;
}

/* Where the command's first word stands in argv, 0 where there is none. Global options may stand before
 * it, with their values. */
static int
find_word(int argc, char *const *argv, int from)
{
    for (int i = from; i < argc; i++) {
        if (strcmp(argv[i], "--") == 0)
            return i + 1 < argc ? i + 1 : 0;
        if (argv[i][0] != '-' || argv[i][1] == '\0')
            return i;
        for (const struct option_spec *s = help_options; s->name != NULL; s++)
            if (strncmp(argv[i], "--", 2) == 0 && strcmp(argv[i] + 2, s->name) == 0 && s->value != NULL)
                i++;
    }
    return 0;
}

/* The command that argv names, or NULL.
 *   ret_first, ret_second  places of its words in argv; 0 for none */
static const struct command *
find_command(int argc, char *const *argv, int *ret_first, int *ret_second)
{
    int first = find_word(argc, argv, 1);
    int second = first != 0 && first + 1 < argc ? first + 1 : 0;

    *ret_first = first;
    *ret_second = 0;
    if (first == 0)
        return NULL;
    for (const struct command *c = commands; c->name != NULL; c++) {
        const char *space = strchr(c->name, ' ');

        if (space == NULL) {
            if (strcmp(c->name, argv[first]) == 0)
                return c;
        } else if (second != 0 && strlen(argv[first]) == (size_t) (space - c->name)
                   && strncmp(c->name, argv[first], strlen(argv[first])) == 0
                   && strcmp(space + 1, argv[second]) == 0) {
            *ret_second = second;
            return c;
        }
    }
    return NULL;
}

/* No command was found: the help, or what is wrong. */
static enum outcome
without_command(struct client *c, int argc, char *const *argv, int first)
{
    const struct option_spec *const tables[] = {help_options, help_top_options, NULL};
    struct args args;
    struct error e;

    if (first != 0 && strcmp(argv[first], "help") == 0) {
        help_all(stdout, c->width);
        return DONE;
    }
    if (first != 0) {
        char list[ERR_ARG_BYTES_MAX] = "";

        for (const struct command *k = commands; k->name != NULL; k++)
            if (strncmp(k->name, argv[first], strlen(argv[first])) == 0 && k->name[strlen(argv[first])] == ' ')
                snprintf(list + strlen(list), sizeof list - strlen(list), "%sthidua %s",
                         *list != '\0' ? ", " : "", k->name);
        if (*list != '\0')
            err_say(&e, ERR_USAGE, N_("“{1}” needs a second word: {2}"), argv[first], list, NULL);
        else
            err_say(&e, ERR_USAGE, N_("there is no command “{1}”; `thidua --help` lists the commands"),
                    argv[first], NULL);
        return client_fail(c, &e);
    }
    if (options_parse(tables, argc - 1, argv + 1, &args, &e) != OK)
        return client_fail(c, &e);
    if (options_given(&args, "version")) {
        puts(PACKAGE_STRING);
        return DONE;
    }
    if (options_given(&args, "help")) {
        help_all(stdout, c->width);
        return DONE;
    }
    help_all(stderr, c->width);
    return MISUSED;
}

static enum outcome
run_command(struct client *c, const struct command *command, const struct args *args)
{
    char socket_path[4096];
    struct error e;
    enum outcome outcome;

    if (args->positionals_count < command->words_min || args->positionals_count > command->words_max) {
        err_say(&e, ERR_USAGE, N_("this is how it is called: thidua {1} {2}"), command->name,
                language_text(command->args), NULL);
        return client_fail(c, &e);
    }
    if (choose_socket(args, socket_path, sizeof socket_path, &e) != OK)
        return client_fail(c, &e);
    c->socket_path = socket_path;
    c->operator_id = options_value(args, "operator");
    if (c->operator_id == NULL)
        c->operator_id = getenv("THIDUA_OPERATOR");
    c->json = options_given(args, "json");
    c->csv = options_given(args, "csv");
    outcome = command->run(c, args);
    fields_free(c);
    api_free(c->api);
    if (fflush(stdout) != 0 && outcome == DONE) {
        err_say(&e, ERR_IO, N_("the answer could not be written; is the disk full?"), NULL);
        return client_fail(c, &e);
    }
    return outcome;
}

int
main(int argc, char **argv)
{
    struct client c = {0};
    char *words[WORDS_MAX];
    int words_count = 0;
    int first, second;
    struct args args;
    struct error e;
    const struct command *command;
    enum outcome outcome;

    language_start();
    c.width = print_terminal_width(stdout);
    command = find_command(argc, argv, &first, &second);
    if (command == NULL)
        return without_command(&c, argc, argv, first);
    for (int i = 1; i < argc && words_count < WORDS_MAX; i++)
        if (i != first && (second == 0 || i != second))
            words[words_count++] = argv[i];
    {
        const struct option_spec *const tables[] = {
            command->options != NULL ? command->options : help_none, help_options, NULL};

        if (options_parse(tables, words_count, words, &args, &e) != OK)
            return client_fail(&c, &e);
    }
    if (options_given(&args, "help") && !(command->run == cmd_add || command->run == cmd_set)) {
        help_command(stdout, command, c.width);
        return DONE;
    }
    curl_global_init(CURL_GLOBAL_DEFAULT);
    outcome = run_command(&c, command, &args);
    curl_global_cleanup();
    return outcome;
}
