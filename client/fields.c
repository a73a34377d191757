/* Record types and their fields, as the daemon declares them. */
#include "config.h"

#include "client/fields.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/language.h"
#include "client/textfile.h"
#include "client/utf8.h"
#include "protocol/util/mem.h"

enum err
fields_load(struct client *c, struct error *e)
{
    if (c->registry != NULL)
        return OK;
    return client_get(c, "/v1/registry", &c->registry, e);
}

void
fields_free(struct client *c)
{
    json_decref(c->registry);
    c->registry = NULL;
}

static bool
is_named(const json_t *thing, const char *name)
{
    return utf8_same_label(json_text(thing, "name"), name)
           || utf8_same_label(json_text(thing, "label_vi"), name)
           || utf8_same_label(json_text(thing, "label_en"), name);
}

/* The first thing of a list with this name or label; an exact name goes before a label. */
static const json_t *
find_named(const json_t *list, const char *name)
{
    const json_t *thing;
    size_t i;

    json_array_foreach(list, i, thing)
        if (strcmp(json_text(thing, "name"), name) == 0)
            return thing;
    json_array_foreach(list, i, thing)
        if (is_named(thing, name))
            return thing;
    return NULL;
}

enum err
fields_record(struct client *c, const char *name, const json_t **ret_record, struct error *e)
{
    enum err err = fields_load(c, e);
    const json_t *found;

    if (err != OK)
        return err;
    found = find_named(json_object_get(c->registry, "records"), name);
    if (found == NULL)
        return err_say(e, ERR_USAGE,
                       N_("there is no kind of record “{1}”; `thidua records` lists the kinds"), name,
                       NULL);
    *ret_record = found;
    return OK;
}

const json_t *
fields_field(const json_t *record, const char *name)
{
    return find_named(json_object_get(record, "fields"), name);
}

const char *
fields_label(const json_t *thing)
{
    const char *label = json_text(thing, language_is_vietnamese() ? "label_vi" : "label_en");

    return *label != '\0' ? label : json_text(thing, "name");
}

/* The text that a word's value stands for.
 *   ret_text  on the heap */
static enum err
value_text(const char *value, char **ret_text, struct error *e)
{
    if (strcmp(value, "-") == 0)
        return textfile_read("-", FIELDS_TEXT_BYTES_MAX, ret_text, NULL, e);
    if (value[0] == '@' && value[1] != '@')
        return textfile_read(value + 1, FIELDS_TEXT_BYTES_MAX, ret_text, NULL, e);
    *ret_text = mem_text(value[0] == '@' ? value + 1 : value);
    return *ret_text != NULL ? OK : err_set(e, ERR_NOMEM, "no memory");
}

/* One word into the object. */
static enum err
set_one(const json_t *record, const char *word, json_t *set, struct error *e)
{
    const char *equals = strchr(word, '=');
    char name[256];
    const json_t *field;
    char *text = NULL;
    json_t *value;
    enum err err;

    if (equals == NULL || equals == word || (size_t) (equals - word) >= sizeof name)
        return err_say(e, ERR_USAGE, N_("“{1}” is not of the form FIELD=VALUE"), word, NULL);
    memcpy(name, word, (size_t) (equals - word));
    name[equals - word] = '\0';
    field = fields_field(record, name);
    if (field == NULL)
        return err_say(e, ERR_USAGE,
                       N_("a record “{1}” has no field “{2}”; `thidua add {3} --help` lists its fields"),
                       fields_label(record), name, json_text(record, "name"), NULL);
    err = value_text(equals + 1, &text, e);
    if (err != OK)
        return err;
    value = *text == '\0' ? json_null() : json_string(text);
    mem_free(text);
    if (value == NULL)
        return err_say(e, ERR_FORMAT, N_("the text for the field “{1}” is not UTF-8; save it as UTF-8"),
                       name, NULL);
    if (json_object_set_new(set, json_text(field, "name"), value) != 0)
        return err_set(e, ERR_NOMEM, "no memory");
    return OK;
}

enum err
fields_set(const json_t *record, const char *const *words, size_t words_count, json_t **ret_set,
           struct error *e)
{
    json_t *set = json_object();

    if (set == NULL)
        return err_set(e, ERR_NOMEM, "no memory");
    for (size_t i = 0; i < words_count; i++) {
        enum err err = set_one(record, words[i], set, e);

        if (err != OK) {
            json_decref(set);
            return err;
        }
    }
    *ret_set = set;
    return OK;
}

static bool
is_kind(const json_t *field, const char *kind)
{
    return strcmp(json_text(field, "kind"), kind) == 0;
}

/* A text value: a date, a moment, a decimal or a choice is put as people write it. */
static char *
string_text(const json_t *field, const char *text)
{
    char shown[PRINT_DATE_BYTES_MAX];
    const json_t *choice = find_named(json_object_get(field, "choices"), text);

    if (choice != NULL)
        return mem_text(fields_label(choice));
    if (strlen(text) >= sizeof shown)
        return mem_text(text);
    if (is_kind(field, "date"))
        print_date(text, shown);
    else if (is_kind(field, "time"))
        print_time(text, shown);
    else if (is_kind(field, "decimal"))
        print_decimal(text, shown);
    else
        return mem_text(text);
    return mem_text(shown);
}

char *
fields_text(const json_t *field, const json_t *value)
{
    char number[32];

    if (value == NULL || json_is_null(value))
        return mem_text("");
    if (json_is_string(value))
        return string_text(field, json_string_value(value));
    if (json_is_boolean(value))
        return mem_text(json_is_true(value) ? _("yes") : _("no"));
    if (json_is_integer(value)) {
        snprintf(number, sizeof number, "%lld", (long long) json_integer_value(value));
        return mem_text(number);
    }
    if (json_is_object(value))
        return mem_text(json_title(value));
    return mem_text("?");
}
