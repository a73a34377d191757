/* What the commands share: the connection, output and exit codes. */
#include "config.h"

#include "client/client.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/language.h"

enum err
client_api(struct client *c, struct error *e)
{
    if (c->api != NULL)
        return OK;
    return api_new(c->socket_path, c->operator_id, &c->api, e);
}

enum err
client_get(struct client *c, const char *path, json_t **ret_answer, struct error *e)
{
    enum err err = client_api(c, e);

    return err == OK ? api_get(c->api, path, ret_answer, e) : err;
}

enum err
client_send(struct client *c, const char *method, const char *path, json_t *take_body,
            json_t **ret_answer, struct error *e)
{
    enum err err = client_api(c, e);

    if (err != OK) {
        json_decref(take_body);
        return err;
    }
    return api_send(c->api, method, path, take_body, ret_answer, e);
}

static enum outcome
outcome_of(enum err code)
{
    switch (code) {
    case ERR_USAGE:
        return MISUSED;
    case ERR_CLOSED:
        return UNREACHABLE;
    case ERR_CONFLICT:
        return CONFLICTED;
    default:
        return REFUSED;
    }
}

enum outcome
client_fail(struct client *c, const struct error *e)
{
    char text[ERR_TEXT_BYTES_MAX];
    const json_t *refusal = c->api != NULL ? api_refusal(c->api) : NULL;

    language_error(e, text, sizeof text);
    if (c->json && refusal != NULL)
        client_print_json(refusal);
    fflush(stdout);
    fputs("thidua: ", stderr);
    print_clean(stderr, text);
    fputc('\n', stderr);
    return outcome_of(e->code);
}

void
client_note(const struct error *e)
{
    char text[ERR_TEXT_BYTES_MAX];

    language_error(e, text, sizeof text);
    fflush(stdout);
    fputs("thidua: ", stderr);
    print_clean(stderr, text);
    fputc('\n', stderr);
}

void
client_print_json(const json_t *answer)
{
    json_dumpf(answer, stdout, JSON_INDENT(2) | JSON_ENCODE_ANY);
    putchar('\n');
}

enum outcome
client_show(struct client *c, const char *path,
            enum outcome (*print)(struct client *c, const json_t *answer, FILE *out))
{
    struct error e;
    json_t *answer = NULL;
    enum outcome outcome;

    if (client_get(c, path, &answer, &e) != OK)
        return client_fail(c, &e);
    if (c->json)
        client_print_json(answer);
    outcome = print(c, answer, c->json ? NULL : stdout);
    json_decref(answer);
    return outcome;
}

void
client_print_table(struct client *c, struct table *take_table, FILE *out, const char *none)
{
    if (take_table == NULL)
        return;
    if (c->csv)
        table_csv(take_table, out);
    else if (table_rows(take_table) == 0 && none != NULL)
        fprintf(out, "%s\n", none);
    else
        table_print(take_table, out, c->width);
    table_free(take_table);
}

int
client_ask(const char *question)
{
    char line[64];
    const char *yes = _("y"); /* the letter for yes */

    if (!isatty(STDIN_FILENO) || !isatty(STDERR_FILENO))
        return -1;
    fprintf(stderr, "%s [%s/%s] ", question, yes, _("n"));
    if (fgets(line, sizeof line, stdin) == NULL)
        return 0;
    return strncasecmp(line, yes, strlen(yes)) == 0 || line[0] == 'y' || line[0] == 'Y';
}

const char *
json_text(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));

    return text != NULL ? text : "";
}

long long
json_number(const json_t *object, const char *key)
{
    return json_integer_value(json_object_get(object, key));
}

const char *
json_title(const json_t *value)
{
    const char *text = json_string_value(value);

    if (text == NULL)
        text = json_string_value(json_object_get(value, "title"));
    if (text == NULL || *text == '\0')
        text = json_string_value(json_object_get(value, "name"));
    if (text == NULL || *text == '\0')
        text = json_string_value(json_object_get(value, "id"));
    return text != NULL ? text : "";
}
