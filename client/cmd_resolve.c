/* thidua resolve: what stands in a field beside each other, and settling it. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "client/cmd.h"
#include "client/fields.h"
#include "client/record.h"
#include "common/language.h"

enum { PATH_BYTES_MAX = 2048, CHOICE_DIGITS_MAX = 4 };

/* What one call is about. */
struct target {
    const json_t *type;     /* of the registry */
    const char *field;      /* its name in the API, or "life"; NULL: all */
    const char *id;
};

static enum err
read_target(struct client *c, const struct args *args, struct target *ret_target, struct error *e)
{
    const json_t *field;
    enum err err = fields_record(c, args->positionals[0], &ret_target->type, e);

    if (err != OK)
        return err;
    ret_target->id = args->positionals[1];
    ret_target->field = args->positionals_count > 2 ? args->positionals[2] : NULL;
    if (ret_target->field == NULL)
        return OK;
    field = fields_field(ret_target->type, ret_target->field);
    if (field != NULL)
        ret_target->field = json_text(field, "name");
    else if (strcmp(ret_target->field, "life") != 0)
        return err_say(e, ERR_USAGE,
                       N_("a record “{1}” has no field “{2}”; `thidua add {3} --help` lists its fields"),
                       fields_label(ret_target->type), ret_target->field,
                       json_text(ret_target->type, "name"), NULL);
    return OK;
}

static enum err
target_path(const struct target *target, const char *what, char ret_path[static PATH_BYTES_MAX],
            struct error *e)
{
    const char *const parts[] = {json_text(target->type, "name"), target->id, what, NULL};

    if (api_path(ret_path, PATH_BYTES_MAX, "/v1/records", parts) != OK)
        return err_say(e, ERR_USAGE, N_("“{1}” is too long for an id, a code or a name"), target->id, NULL);
    return OK;
}

/* --- looking ---------------------------------------------------------------------------------- */

/* For a program: the record's name, and its values in conflict with their numbers. */
static void
print_json(const json_t *record)
{
    json_t *conflicts = json_object_get(record, "conflicts");
    json_t *answer = json_object();
    const char *name;
    json_t *values, *standing;
    size_t i;

    json_object_foreach(conflicts, name, values)
        json_array_foreach(values, i, standing)
            json_object_set_new(standing, "number", json_integer((json_int_t) i + 1));
    json_object_set(answer, "id", json_object_get(record, "id"));
    json_object_set(answer, "record", json_object_get(record, "record"));
    json_object_set(answer, "title", json_object_get(record, "title"));
    json_object_set(answer, "version", json_object_get(record, "version"));
    json_object_set(answer, "conflicts", conflicts);
    client_print_json(answer);
    json_decref(answer);
}

static enum outcome
look(struct client *c, const struct target *target)
{
    char path[PATH_BYTES_MAX];
    json_t *record = NULL, *conflicts, *asked = NULL;
    struct error e;

    if (target_path(target, NULL, path, &e) != OK || client_get(c, path, &record, &e) != OK)
        return client_fail(c, &e);
    conflicts = json_object_get(record, "conflicts");
    if (target->field != NULL) {
        asked = json_object();
        if (json_object_get(conflicts, target->field) != NULL)
            json_object_set(asked, target->field, json_object_get(conflicts, target->field));
        json_object_set_new(record, "conflicts", asked);
        conflicts = asked;
    }
    if (c->json) {
        print_json(record);
    } else {
        print_clean(stdout, json_title(record));
        putchar('\n');
        if (json_object_size(conflicts) == 0)
            puts(_("There is nothing to settle."));
        record_print_conflicts(c, target->type, record, stdout);
    }
    json_decref(record);
    return DONE;
}

/* --- settling --------------------------------------------------------------------------------- */

static bool
is_number(const char *word)
{
    size_t digits = strspn(word, "0123456789");

    return digits > 0 && digits <= CHOICE_DIGITS_MAX && word[digits] == '\0';
}

static enum err
settling_body(const struct args *args, const struct target *target, json_t **ret_body, struct error *e)
{
    const char *word = args->positionals[3];
    json_t *body;
    long version = -1;
    enum err err = options_number(args, "version", 0, 2147483647, -1, &version, e);

    if (err != OK)
        return err;
    body = json_pack("{s:s}", "field", target->field);
    if (is_number(word) && !options_given(args, "value"))
        json_object_set_new(body, "choice", json_integer(strtol(word, NULL, 10)));
    else
        json_object_set_new(body, "value", *word == '\0' ? json_null() : json_string(word));
    if (json_object_get(body, "value") == NULL && json_object_get(body, "choice") == NULL) {
        json_decref(body);
        return err_say(e, ERR_FORMAT, N_("the text for the field “{1}” is not UTF-8; save it as UTF-8"),
                       target->field, NULL);
    }
    if (version >= 0)
        json_object_set_new(body, "version", json_integer(version));
    *ret_body = body;
    return OK;
}

static enum outcome
settle(struct client *c, const struct args *args, const struct target *target)
{
    char path[PATH_BYTES_MAX];
    json_t *body = NULL, *record = NULL;
    struct error e;
    enum outcome outcome;

    if (target_path(target, "resolve", path, &e) != OK || settling_body(args, target, &body, &e) != OK)
        return client_fail(c, &e);
    if (client_send(c, "POST", path, body, &record, &e) == OK) {
        if (c->json)
            client_print_json(record);
        else
            record_say(record, _("%s settled: %s"));
        json_decref(record);
        return DONE;
    }
    outcome = client_fail(c, &e);
    if (outcome == CONFLICTED && !c->json)
        record_print_conflicts(c, target->type, json_object_get(api_refusal(c->api), "record"), stderr);
    return outcome;
}

enum outcome
cmd_resolve(struct client *c, const struct args *args)
{
    struct target target;
    struct error e;

    if (read_target(c, args, &target, &e) != OK)
        return client_fail(c, &e);
    return args->positionals_count > 3 ? settle(c, args, &target) : look(c, &target);
}
