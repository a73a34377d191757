/* What the commands of the client share: the call's context, the command table, output and exit codes. */
#ifndef CLIENT_CLIENT_H
#define CLIENT_CLIENT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

#include "client/apiclient.h"
#include "client/options.h"
#include "client/print.h"

/* Exit codes of every command. Source: doc/thidua.1, "EXIT STATUS". */
enum outcome {
    DONE = 0,
    REFUSED = 1,     /* the daemon refused, or the work failed */
    MISUSED = 2,     /* the command line is wrong */
    INCOMPLETE = 3,  /* the answer leaves something out: duties not mapped to units; or there are findings */
    UNREACHABLE = 4, /* no daemon answers */
    CONFLICTED = 5,  /* the record changed meanwhile; nothing was written */
};

/* One call of the program. */
struct client {
    const char *socket_path; /* borrowed from main.c */
    const char *operator_id; /* borrowed from argv or the environment; NULL for none */
    bool json;               /* print the daemon's answer as JSON */
    bool csv;                /* print tables as CSV */
    bool all;                /* show also what is settled */
    bool named;              /* one campaign was asked for */
    bool unit;               /* one unit was asked for */
    struct api *api;         /* owned by client_api(); NULL until the first request */
    json_t *registry;        /* owned by fields.c; NULL until it is needed */
    size_t width;            /* of the terminal, 0 for none */
};

/* The groups of the help, in its order. */
enum group { GROUP_LOOK, GROUP_PLAN, GROUP_RECORD, GROUP_SYNC, GROUP_COUNT };

struct command {
    const char *name; /* one word or two: "plan read" */
    const char *args; /* behind the name, in the help; N_() */
    const char *help; /* one line, N_() */
    enum group group;
    unsigned words_min, words_max; /* words that are no options */
    const struct option_spec *options; /* besides the global ones; NULL for none */
    const char *details;               /* further paragraphs of the help, N_(); may be NULL */
    enum outcome (*run)(struct client *c, const struct args *args);
};

/* Every command; ends with name NULL. */
extern const struct command commands[];

/* The connection to the daemon, made at the first request.
 *   Returns  OK and c->api is set, or what api_new() returns */
enum err client_api(struct client *c, struct error *e);

/* GET a path, or send a body with a method (POST, PATCH, DELETE). */
enum err client_get(struct client *c, const char *path, json_t **ret_answer, struct error *e);
enum err client_send(struct client *c, const char *method, const char *path, json_t *take_body,
                     json_t **ret_answer, struct error *e);

/* Tell a person what went wrong, on standard error; with --json the daemon's answer goes to standard output.
 *   Returns  the exit code that belongs to the error */
enum outcome client_fail(struct client *c, const struct error *e);

/* Tell a person something on standard error that is no failure. */
void client_note(const struct error *e);

/* Print an answer as JSON, indented, keys in their order. */
void client_print_json(const json_t *answer);

/* GET a path and print the answer as JSON (--json), or with a function of the command.
 *   print   returns the exit code; it is asked with --json too, with `out` NULL, for the exit code alone */
enum outcome client_show(struct client *c, const char *path,
                         enum outcome (*print)(struct client *c, const json_t *answer, FILE *out));

/* Print a table as text or, with --csv, as CSV, and free it.
 *   none   what to say where there is no row; NULL prints the titles alone */
void client_print_table(struct client *c, struct table *take_table, FILE *out, const char *none);

/* Ask a yes-or-no question on the terminal.
 *   Returns  1 yes, 0 no, -1 there is no terminal to ask on */
int client_ask(const char *question);

/* Text, number or truth of a key as people read it; "" where there is none.
 *   Returns  borrowed from the JSON */
const char *json_text(const json_t *object, const char *key);
long long json_number(const json_t *object, const char *key);

/* The name of a record in an answer: of a reference or record its title, of a string itself. */
const char *json_title(const json_t *value);

#endif
