/* thidua import, operator: many records at once, and who acts. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "client/cmd.h"
#include "common/language.h"
#include "client/textfile.h"
#include "protocol/util/mem.h"

enum { IMPORT_BYTES_MAX = 256 * 1024 * 1024 }; /* of a file; the daemon's own maximum is smaller */

enum outcome
cmd_import(struct client *c, const struct args *args)
{
    const char *path = options_value(args, "jsonl");
    struct api_request request = {.method = "POST", .path = "/v1/import", .type = "application/jsonl"};
    json_t *answer = NULL;
    char *text = NULL;
    size_t size = 0;
    struct error e;
    enum err err;

    if (path == NULL && args->positionals_count == 1)
        path = args->positionals[0];
    if (path == NULL || (args->positionals_count == 1 && options_given(args, "jsonl"))) {
        err_say(&e, ERR_USAGE, N_("say which file: thidua import --jsonl FILE"), NULL);
        return client_fail(c, &e);
    }
    err = textfile_read(path, IMPORT_BYTES_MAX, &text, &size, &e);
    if (err == OK)
        err = client_api(c, &e);
    request.body = text;
    request.body_bytes = size;
    if (err == OK)
        err = api_call(c->api, &request, &answer, &e);
    mem_free(text);
    if (err != OK)
        return client_fail(c, &e);
    if (c->json) {
        client_print_json(answer);
    } else {
        printf(_("%lld records in %lld changesets are taken in."), json_number(answer, "records"),
               json_number(answer, "changesets"));
        putchar('\n');
    }
    json_decref(answer);
    return DONE;
}

static enum outcome
print_operators(struct client *c, const json_t *answer, FILE *out)
{
    struct table *t = out != NULL ? table_new() : NULL;
    const json_t *record;
    size_t i;

    if (t == NULL)
        return DONE;
    table_column(t, "");
    table_column(t, _("Id"));
    table_column(t, _("Name"));
    table_column(t, _("Office"));
    json_array_foreach(json_object_get(answer, "records"), i, record) {
        const char *id = json_text(record, "id");

        table_cell(t, c->operator_id != NULL && strcmp(c->operator_id, id) == 0 ? "•" : "");
        table_cell(t, id);
        table_cell(t, json_title(record));
        table_cell(t, json_text(json_object_get(record, "fields"), "office"));
    }
    client_print_table(c, t, out, _("No operator is known yet; `thidua add operator` adds one."));
    return DONE;
}

enum outcome
cmd_operator(struct client *c, const struct args *args)
{
    char path[2048];
    json_t *answer = NULL;
    struct error e;

    if (args->positionals_count == 0)
        return client_show(c, "/v1/records/operator", print_operators);
    if (api_path(path, sizeof path, "/v1/records/operator", (const char *[]){args->positionals[0], NULL})
        != OK) {
        err_say(&e, ERR_USAGE, N_("“{1}” is too long for an id, a code or a name"), args->positionals[0],
                NULL);
        return client_fail(c, &e);
    }
    if (client_get(c, path, &answer, &e) != OK)
        return client_fail(c, &e);
    if (c->json)
        client_print_json(answer);
    else /* for eval in a shell; an id holds digits and full stops only */
        printf("export THIDUA_OPERATOR='%s'\n", json_text(answer, "id"));
    json_decref(answer);
    return DONE;
}
