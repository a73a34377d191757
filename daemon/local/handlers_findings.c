/* Findings as JSON: for the request of their own, for one record, and their number for the status. */
#include "config.h"

#include <string.h>

#include "daemon/domain/findings.h"
#include "daemon/local/handlers.h"

enum { FINDINGS_DEFAULT = 200, FINDINGS_OF_RECORD_MAX = 50 };

static enum err
record_to_json(struct request *r, int64_t id, json_t **ret_json, struct error *e)
{
    struct record *record = NULL;
    char text[RECORD_ID_TEXT_BYTES];
    const char *about = NULL;
    enum err err = state_get(r->store, id, &r->arena, &record, e);

    if (err == OK)
        err = view_about(&r->view, record, &about, e);
    if (err != OK)
        return err;
    record_id_format(record->id, text);
    *ret_json = json_pack("{s:s, s:s, s:s, s:s}", "id", text, "record", record->registry->name, "title",
                          view_title(&r->view, id), "about", about);
    return *ret_json == NULL ? err_set(e, ERR_NOMEM, "no memory for an answer") : OK;
}

static enum err
entries_to_json(struct request *r, const struct finding *finding, json_t *list, struct error *e)
{
    enum err err = OK;

    for (size_t i = 0; err == OK && i < finding->entries_count; i++) {
        char text[RECORD_ID_TEXT_BYTES];
        json_t *one = NULL;

        err = view_author(&r->view, finding->entries[i], &one, e);
        if (err != OK)
            break;
        record_id_format(record_id(finding->entries[i].log, finding->entries[i].seq, 0), text);
        json_object_set_new(one, "entry", json_string(text));
        json_array_append_new(list, one);
    }
    return err;
}

static enum err
finding_to_json(struct request *r, const struct finding *finding, bool with_record, json_t *list,
                struct error *e)
{
    json_t *record = NULL, *entries = json_array(), *args = json_array(), *one;
    enum err err = with_record ? record_to_json(r, finding->record, &record, e) : OK;

    if (err == OK)
        err = entries_to_json(r, finding, entries, e);
    for (unsigned i = 0; i < finding->said.args_count; i++)
        json_array_append_new(args, json_string(finding->said.args[i]));
    one = json_pack("{s:s, s:O*, s:s, s:s, s:O, s:O}", "rule", finding->rule, "record", record, "message",
                    finding->said.text, "template", finding->said.template, "args", args, "entries", entries);
    json_decref(record);
    json_decref(entries);
    json_decref(args);
    if (err == OK && (one == NULL || json_array_append(list, one) != 0))
        err = err_set(e, ERR_NOMEM, "no memory for an answer");
    json_decref(one);
    return err;
}

static enum err
list_to_json(struct request *r, const struct findings *found, bool with_record, json_t **ret_list,
             struct error *e)
{
    json_t *list = json_array();
    enum err err = OK;

    for (size_t i = 0; err == OK && i < found->count; i++)
        err = finding_to_json(r, &found->items[i], with_record, list, e);
    if (err == OK)
        *ret_list = list;
    else
        json_decref(list);
    return err;
}

enum err
findings_of_record(struct request *r, int64_t id, json_t *record, struct error *e)
{
    struct findings_question q = {.record = id, .language = r->view.language,
                                  .limit = FINDINGS_OF_RECORD_MAX};
    struct findings found;
    json_t *list = NULL;
    enum err err = findings_list(r->store, &q, &r->arena, &found, e);

    if (err == OK)
        err = list_to_json(r, &found, false, &list, e);
    if (err == OK)
        json_object_set_new(record, "findings", list);
    return err;
}

enum err
findings_count(struct request *r, uint64_t *ret_count, struct error *e)
{
    struct findings_question q = {.language = r->view.language};
    struct findings found;
    enum err err = findings_list(r->store, &q, &r->arena, &found, e);

    if (err == OK)
        *ret_count = found.total;
    return err;
}

/* The campaign, the type or the page that is asked for. */
static enum err
read_question(struct request *r, struct findings_question *q, struct error *e)
{
    const char *type_name = request_query(r, "record"), *campaign = request_query(r, "campaign");
    const struct registry_record *type = NULL;
    int64_t limit = 0, offset = 0;
    enum err err = request_query_number(r, "limit", FINDINGS_DEFAULT, FINDINGS_LIMIT_MAX, &limit, e);

    if (err == OK)
        err = request_query_number(r, "offset", 0, INT32_MAX, &offset, e);
    if (err == OK && type_name != NULL && type_name[0] != '\0')
        err = type_by_name(type_name, &type, e);
    if (err == OK && campaign != NULL && campaign[0] != '\0')
        err = view_resolve(&r->view, RECORD_CAMPAIGN, campaign, &q->campaign, e);
    q->type = type != NULL ? type->type : 0;
    q->limit = (size_t) limit;
    q->offset = (size_t) offset;
    q->language = r->view.language;
    return err;
}

enum err
handle_findings(struct request *r, struct error *e)
{
    struct findings_question q = {.type = 0};
    struct findings found;
    json_t *list = NULL;
    enum err err = read_question(r, &q, e);

    if (err == OK)
        err = findings_list(r->store, &q, &r->arena, &found, e);
    if (err == OK)
        err = list_to_json(r, &found, true, &list, e);
    if (err != OK)
        return err;
    r->answer = json_pack("{s:o, s:I}", "findings", list, "count", (json_int_t) found.total);
    return r->answer == NULL ? err_set(e, ERR_NOMEM, "no memory for an answer") : OK;
}
