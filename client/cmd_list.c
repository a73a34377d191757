/* thidua list: records of a type, as a table; all pages of the answer in one. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "client/cmd.h"
#include "client/fields.h"
#include "common/language.h"
#include "protocol/util/mem.h"

enum { PAGE = 500, FILL_COLUMNS = 5, ID_COLUMNS = 3, WORDY_BYTES = 120 };

/* The path with every filter word; only limit and offset are left out. */
static enum err
list_path(const json_t *record, const struct args *args, char *ret_path, size_t path_bytes,
          struct error *e)
{
    json_t *filters = NULL;
    const char *name;
    json_t *value;
    enum err err = fields_set(record, args->positionals + 1, args->positionals_count - 1, &filters, e);

    if (err != OK)
        return err;
    err = api_path(ret_path, path_bytes, "/v1/records",
                   (const char *[]){json_text(record, "name"), NULL});
    json_object_foreach(filters, name, value)
        if (err == OK)
            err = api_query(ret_path, path_bytes, name, json_is_string(value) ? json_string_value(value) : "");
    if (err == OK && options_given(args, "deleted"))
        err = api_query(ret_path, path_bytes, "deleted", "1");
    json_decref(filters);
    return err == OK ? OK : err_say(e, ERR_USAGE, N_("the request is too long; ask for less"), NULL);
}

static enum err
get_page(struct client *c, const char *path, size_t limit, size_t offset, json_t **ret_answer,
         struct error *e)
{
    char paged[4096], number[24];

    snprintf(paged, sizeof paged, "%s", path);
    snprintf(number, sizeof number, "%zu", limit);
    if (api_query(paged, sizeof paged, "limit", number) != OK)
        return err_say(e, ERR_USAGE, N_("the request is too long; ask for less"), NULL);
    snprintf(number, sizeof number, "%zu", offset);
    if (api_query(paged, sizeof paged, "offset", number) != OK)
        return err_say(e, ERR_USAGE, N_("the request is too long; ask for less"), NULL);
    return client_get(c, paged, ret_answer, e);
}

/* Every page, joined.
 *   limit  how many records at most, 0 for all */
static enum err
get_all(struct client *c, const char *path, size_t limit, size_t offset, json_t **ret_answer,
        struct error *e)
{
    json_t *all = NULL;
    enum err err;

    for (;;) {
        json_t *page = NULL, *list;
        size_t have = json_array_size(json_object_get(all, "records"));
        size_t want = limit > 0 && limit - have < PAGE ? limit - have : PAGE;

        err = get_page(c, path, want, offset + have, &page, e);
        if (err != OK)
            break;
        if (all == NULL) {
            all = page;
        } else {
            json_array_extend(json_object_get(all, "records"), json_object_get(page, "records"));
            json_decref(page);
        }
        list = json_object_get(all, "records");
        if (json_array_size(list) < have + want || json_array_size(list) == limit
            || offset + json_array_size(list) >= (size_t) json_number(all, "count"))
            break;
    }
    if (err != OK) {
        json_decref(all);
        return err;
    }
    *ret_answer = all;
    return OK;
}

static bool
any_has(const json_t *records, const char *name)
{
    const json_t *record;
    size_t i;

    json_array_foreach(records, i, record)
        if (json_object_get(json_object_get(record, "fields"), name) != NULL)
            return true;
    return false;
}

/* Whether the records were chosen by this field: then it says the same in each row. */
static bool
is_filter(const struct args *args, const json_t *type, const json_t *field)
{
    for (size_t i = 1; i < args->positionals_count; i++) {
        char name[128];

        snprintf(name, sizeof name, "%.*s", (int) strcspn(args->positionals[i], "="), args->positionals[i]);
        if (fields_field(type, name) == field)
            return true;
    }
    return false;
}

/* Whether a field holds a sentence: that is what `show` is for. */
static bool
is_wordy(const json_t *records, const char *name)
{
    const json_t *record;
    size_t i;

    json_array_foreach(records, i, record)
        if (strlen(json_text(json_object_get(record, "fields"), name)) > WORDY_BYTES)
            return true;
    return false;
}

static bool
is_worth_a_column(const struct args *args, const json_t *type, const json_t *records, const json_t *field)
{
    return !json_is_true(json_object_get(field, "long")) && strcmp(json_text(field, "name"), "line") != 0
           && !is_wordy(records, json_text(field, "name"))
           && strcmp(json_text(field, "name"), json_text(type, "title")) != 0
           && any_has(records, json_text(field, "name")) && !is_filter(args, type, field);
}

/* The fields that the table shows: those that were asked for, else the first ones that hold something
 * beside the title, and the state. */
static size_t
choose_fields(const struct args *args, const json_t *type, const json_t *records,
              const json_t **ret_fields)
{
    const char *asked = options_value(args, "columns");
    size_t fill = *json_text(type, "title") != '\0' ? FILL_COLUMNS - 2 : FILL_COLUMNS; /* names are long */
    const json_t *field;
    size_t i, count = 0;

    while (asked != NULL && count < TABLE_COLUMNS_MAX - ID_COLUMNS) {
        char name[128];
        size_t size = strcspn(asked, ",");

        snprintf(name, sizeof name, "%.*s", (int) size, asked);
        field = fields_field(type, name);
        if (field != NULL)
            ret_fields[count++] = field;
        asked = asked[size] == ',' ? asked + size + 1 : NULL;
    }
    if (count > 0)
        return count;
    json_array_foreach(json_object_get(type, "fields"), i, field) {
        if ((count < fill || strcmp(json_text(field, "name"), "state") == 0)
            && is_worth_a_column(args, type, records, field))
            ret_fields[count++] = field;
    }
    return count;
}

static void
print_list(struct client *c, const struct args *args, const json_t *type, const json_t *records)
{
    bool titled = *json_text(type, "title") != '\0';
    const json_t *fields[TABLE_COLUMNS_MAX];
    size_t count = choose_fields(args, type, records, fields);
    struct table *t = table_new();
    const json_t *record;
    size_t i;

    if (t == NULL)
        return;
    table_cut(t);
    table_column(t, _("Id"));
    table_whole(t);
    if (titled)
        table_column(t, _("Name"));
    if (options_given(args, "deleted"))
        table_column(t, _("Deleted"));
    for (size_t f = 0; f < count; f++) {
        table_column(t, fields_label(fields[f]));
        if (strcmp(json_text(fields[f], "name"), "code") == 0)
            table_whole(t);
    }
    json_array_foreach(records, i, record) {
        table_cell(t, json_text(record, "id"));
        if (titled)
            table_cell(t, json_title(record));
        if (options_given(args, "deleted"))
            table_cell(t, json_is_true(json_object_get(record, "deleted")) ? _("deleted") : "");
        for (size_t f = 0; f < count; f++) {
            char *text = fields_text(fields[f], json_object_get(json_object_get(record, "fields"),
                                                                json_text(fields[f], "name")));

            table_cell(t, text);
            mem_free(text);
        }
    }
    client_print_table(c, t, stdout, _("There are none."));
}

enum outcome
cmd_list(struct client *c, const struct args *args)
{
    const json_t *type;
    json_t *answer = NULL;
    struct error e;
    char path[4096];
    long limit, offset;

    if (options_number(args, "limit", 1, 1000000, 0, &limit, &e) != OK
        || options_number(args, "offset", 0, 1000000000, 0, &offset, &e) != OK
        || fields_record(c, args->positionals[0], &type, &e) != OK
        || list_path(type, args, path, sizeof path, &e) != OK
        || get_all(c, path, (size_t) limit, (size_t) offset, &answer, &e) != OK)
        return client_fail(c, &e);
    if (c->json)
        client_print_json(answer);
    else
        print_list(c, args, type, json_object_get(answer, "records"));
    json_decref(answer);
    return DONE;
}
