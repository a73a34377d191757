/* Requests on records: the registry, lists, one record, its history, writing. */
#include "config.h"

#include <string.h>

#include "daemon/domain/words.h"
#include "daemon/engine/merge.h"
#include "daemon/local/check_write.h"
#include "daemon/local/handlers.h"

/* --- the registry ----------------------------------------------------------------------------- */

static const char *const kind_names[] = {
    [VALUE_NULL] = "null",   [VALUE_INTEGER] = "integer",     [VALUE_DECIMAL] = "decimal",
    [VALUE_TEXT] = "text",   [VALUE_DATE] = "date",           [VALUE_TIME] = "time",
    [VALUE_BYTES] = "bytes", [VALUE_REFERENCE] = "reference", [VALUE_ATTACHMENT] = "attachment",
};

static json_t *
choices_to_json(const struct registry_choice *choices)
{
    json_t *list = json_array();

    for (; choices->name != NULL; choices++)
        json_array_append_new(list, json_pack("{s:I, s:s, s:s, s:s}", "number",
                                              (json_int_t) choices->number, "name", choices->name,
                                              "label_vi", choices->label_vi, "label_en",
                                              choices->label_en));
    return list;
}

static json_t *
field_to_json(const struct registry_field *field)
{
    static const struct {
        unsigned flag;
        const char *name;
    } flags[] = {
        {FIELD_KEY, "key"},   {FIELD_REQUIRED, "required"}, {FIELD_OWNER, "owner"},
        {FIELD_LONG, "long"}, {FIELD_SET_ONCE, "set_once"}, {FIELD_PERSONAL, "personal"},
    };
    const struct registry_record *target = registry_by_type(field->target);
    json_t *json = json_pack("{s:i, s:s, s:s, s:s, s:s}", "number", (int) field->id, "name",
                             field->name, "kind", kind_names[field->kind], "label_vi",
                             field->label_vi, "label_en", field->label_en);

    for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++)
        if (field->flags & flags[i].flag)
            json_object_set_new(json, flags[i].name, json_true());
    if (target != NULL)
        json_object_set_new(json, "target", json_string(target->name));
    if (field->choices != NULL)
        json_object_set_new(json, "choices", choices_to_json(field->choices));
    if (field->min != 0 || field->max != 0) {
        json_object_set_new(json, "min", json_integer(field->min));
        json_object_set_new(json, "max", json_integer(field->max));
    }
    return json;
}

enum err
handle_registry(struct request *r, struct error *e)
{
    json_t *list = json_array();

    for (size_t i = 0; i < registry_records_count; i++) {
        const struct registry_record *type = registry_records[i];
        json_t *fields = json_array();
        json_t *json;

        for (const struct registry_field *field = type->fields; field->id != 0; field++)
            json_array_append_new(fields, field_to_json(field));
        json =
            json_pack("{s:i, s:s, s:s, s:s, s:b, s:b, s:b, s:s*, s:o}", "number", (int) type->type,
                      "name", type->name, "label_vi", type->label_vi, "label_en", type->label_en,
                      "keyed", registry_is_keyed(type), "system", type->system, "grow_only",
                      type->grow_only, "title", type->title, "fields", fields);
        json_array_append_new(list, json);
    }
    r->answer = json_pack("{s:i, s:o}", "version", REGISTRY_VERSION, "records", list);
    return r->answer == NULL ? err_set(e, ERR_NOMEM, "no memory for an answer") : OK;
}

/* --- reading ---------------------------------------------------------------------------------- */

static bool
is_list_parameter(const char *name)
{
    return strcmp(name, "limit") == 0 || strcmp(name, "offset") == 0
           || strcmp(name, "deleted") == 0;
}

/* FIELD=VALUE of the query as filters. */
static enum err
read_filters(struct request *r, const struct registry_record *type, struct state_query *query,
             struct error *e)
{
    struct state_filter *filters = arena_array(&r->arena, r->query_count + 1, sizeof *filters);

    if (filters == NULL)
        return err_set(e, ERR_NOMEM, "no memory for a list");
    query->filters = filters;
    for (unsigned i = 0; i < r->query_count; i++) {
        struct state_filter *filter = &filters[query->filters_count];
        const struct registry_field *field = NULL;
        json_t *json;
        enum err err;

        if (is_list_parameter(r->query[i].name))
            continue;
        err = field_by_name(type, r->query[i].name, &field, e);
        if (err != OK)
            return err;
        json = json_string(r->query[i].value);
        filter->field = field->id;
        err = view_read_value(&r->view, type, field, json, &filter->value, e);
        json_decref(json);
        if (err != OK)
            return err;
        query->filters_count++;
    }
    return OK;
}

/* People are listed by given name: all are read, sorted, and the page is cut out of them. */
static enum err
list_people(struct request *r, const struct registry_record *type, struct state_query *query,
            struct record ***ret_records, size_t *ret_count, struct error *e)
{
    size_t limit = query->limit, offset = query->offset, count = 0;
    const struct registry_field *title = type_title_field(type);
    struct record **records = NULL;
    struct name_item *items;
    enum err err;

    query->limit = query->offset = 0;
    err = state_list(r->store, query, &r->arena, &records, &count, e);
    if (err != OK)
        return err;
    items = arena_array(&r->arena, count + 1, sizeof *items);
    if (items == NULL)
        return err_set(e, ERR_NOMEM, "no memory for a list");
    for (size_t i = 0; i < count; i++) {
        const char *name = title == NULL ? NULL : record_text(records[i], title->id);

        items[i] = (struct name_item){.name = name == NULL ? "" : name, .item = records[i]};
    }
    err = name_sort(&r->arena, NAME_PERSON, items, count, e);
    for (size_t i = 0; i < count; i++)
        records[i] = items[i].item;
    if (offset > count)
        offset = count;
    *ret_records = records + offset;
    *ret_count = count - offset < limit ? count - offset : limit;
    return err;
}

static bool
is_people(const struct registry_record *type)
{
    return type->type == RECORD_PERSON || type->type == RECORD_HOUSEHOLD || type->type == RECORD_OPERATOR;
}

enum err
handle_list(struct request *r, struct error *e)
{
    const struct registry_record *type = NULL;
    struct state_query query = {.limit = 0};
    struct record **records = NULL;
    size_t records_count;
    uint64_t count;
    int64_t limit, offset, deleted;
    json_t *list = NULL;
    enum err err = type_by_name(r->parts[0], &type, e);

    if (err == OK)
        err = request_query_number(r, "limit", REQUEST_LIST_DEFAULT, REQUEST_LIST_MAX, &limit, e);
    if (err == OK)
        err = request_query_number(r, "offset", 0, INT32_MAX, &offset, e);
    if (err == OK)
        err = request_query_number(r, "deleted", 0, 1, &deleted, e);
    if (err == OK)
        err = read_filters(r, type, &query, e);
    if (err != OK)
        return err;
    query.type = type->type;
    query.deleted_too = deleted != 0;
    err = state_count(r->store, &query, &count, e);
    query.limit = (size_t) limit;
    query.offset = (size_t) offset;
    records_count = 0;
    if (err == OK && limit > 0 && is_people(type))
        err = list_people(r, type, &query, &records, &records_count, e);
    else if (err == OK && limit > 0)
        err = state_list(r->store, &query, &r->arena, &records, &records_count, e);
    list = json_array();
    for (size_t i = 0; i < records_count && err == OK; i++) {
        json_t *json = NULL;

        err = view_record(&r->view, records[i], &json, e);
        if (err == OK)
            json_array_append_new(list, json);
    }
    if (err == OK)
        r->answer = json_pack("{s:O, s:I}", "records", list, "count", (json_int_t) count);
    json_decref(list);
    return err;
}

enum err
records_find(struct request *r, const struct registry_record **ret_type, int64_t *ret_id,
             struct error *e)
{
    enum err err = type_by_name(r->parts[0], ret_type, e);

    return err == OK ? view_resolve(&r->view, (*ret_type)->type, r->parts[1], ret_id, e) : err;
}

enum err
handle_get(struct request *r, struct error *e)
{
    const struct registry_record *type = NULL;
    int64_t id;
    enum err err = records_find(r, &type, &id, e);

    if (err == OK)
        err = view_record_by_id(&r->view, id, &r->answer, e);
    return err == OK ? findings_of_record(r, id, r->answer, e) : err;
}

/* --- writing ---------------------------------------------------------------------------------- */

enum err
handle_add(struct request *r, struct error *e)
{
    static const char *const members[] = {"set", NULL};
    struct submit_op op = {.kind = SUBMIT_ADD};
    struct submit_field *fields = NULL;
    const struct registry_record *type = NULL;
    enum err err = type_by_name(r->parts[0], &type, e);

    if (err == OK)
        err = request_members(r->body, members, e);
    if (err == OK)
        err = view_read_fields(&r->view, type, json_object_get(r->body, "set"), &fields,
                               &op.fields_count, e);
    if (err != OK)
        return err;
    op.type = type->type;
    op.fields = fields;
    err = check_add(r, type, &op, e);
    if (err == OK)
        err = request_submit(r, &op, 1, e);
    if (err != OK) {
        check_relabel(r, type, e);
        return err;
    }
    r->status = 201;
    return view_record_by_id(&r->view, op.ret_record, &r->answer, e);
}

enum err
records_version(struct request *r, struct submit_op *op, struct error *e)
{
    json_t *version = json_object_get(r->body, "version");

    if (version == NULL || json_is_null(version))
        return OK;
    if (!json_is_integer(version) || json_integer_value(version) < 0)
        return err_say(e, ERR_FORMAT, N_("“version” must be the number that the record came with"),
                       NULL);
    op->versioned = true;
    op->version = json_integer_value(version);
    return OK;
}

enum err
records_conflicted(struct request *r, int64_t id, struct error *e)
{
    json_t *record = NULL, *yours = json_object_get(r->body, "set");
    struct error ignored;

    if (view_record_by_id(&r->view, id, &record, &ignored) == OK)
        r->beside = json_pack("{s:O*, s:o}", "yours", yours, "record", record);
    return e->code;
}

enum err
handle_set(struct request *r, struct error *e)
{
    static const char *const members[] = {"version", "set", NULL};
    struct submit_op op = {.kind = SUBMIT_SET};
    struct submit_field *fields = NULL;
    const struct registry_record *type = NULL;
    enum err err = records_find(r, &type, &op.record, e);

    if (err == OK)
        err = request_members(r->body, members, e);
    if (err == OK)
        err = records_version(r, &op, e);
    if (err == OK)
        err = view_read_fields(&r->view, type, json_object_get(r->body, "set"), &fields,
                               &op.fields_count, e);
    if (err != OK)
        return err;
    if (op.fields_count == 0)
        return err_say(e, ERR_USAGE, N_("“set” names no field, so there is nothing to change"),
                       NULL);
    op.fields = fields;
    err = check_set(r, type, &op, e);
    if (err == OK && type->type == RECORD_CAMPAIGN)
        err = issue_before_set(r, &op, e);
    if (err == OK)
        err = request_submit(r, &op, 1, e);
    if (err != OK)
        check_relabel(r, type, e);
    if (err == ERR_CONFLICT)
        return records_conflicted(r, op.record, e);
    return err == OK ? view_record_by_id(&r->view, op.record, &r->answer, e) : err;
}

enum err
handle_delete(struct request *r, struct error *e)
{
    static const char *const members[] = {"version", NULL};
    struct submit_op op = {.kind = SUBMIT_DELETE};
    const struct registry_record *type = NULL;
    enum err err = records_find(r, &type, &op.record, e);

    if (err == OK)
        err = request_members(r->body, members, e);
    if (err == OK)
        err = records_version(r, &op, e);
    if (err == OK)
        err = check_delete(r, type, &op, e);
    if (err == OK)
        err = request_submit(r, &op, 1, e);
    if (err == ERR_CONFLICT)
        return records_conflicted(r, op.record, e);
    return err == OK ? view_record_by_id(&r->view, op.record, &r->answer, e) : err;
}

/* --- history ---------------------------------------------------------------------------------- */

struct story {
    struct request *r;
    int64_t record;
    const struct registry_record *type;
    struct aside_row *asides;
    size_t asides_count;
    struct log_row log; /* of the entry that is being told */
    uint64_t seq;
};

/* Which record an operation writes; 0 when its reference cannot be followed. */
static int64_t
record_of_op(const struct story *story, const struct change_op *op, uint32_t index)
{
    int64_t id = record_id(story->log.id, story->seq, index), alias, space;

    if (op->kind == CHANGE_PUT || op->kind == CHANGE_DELETE)
        return merge_resolve(story->r->store, &story->log, story->seq, op->target, &id, &space,
                             NULL)
                       == OK
                   ? id
                   : 0;
    if (op->kind == CHANGE_PUT_KEYED && state_alias_get(story->r->store, id, &alias, NULL) == OK)
        return alias;
    return id;
}

static enum err
tell_fields(struct story *story, const struct change_field *fields, uint32_t count, json_t *set,
            struct error *e)
{
    for (uint32_t i = 0; i < count; i++) {
        const struct registry_field *field = registry_field_by_id(story->type, fields[i].id);
        struct value value = fields[i].value;
        json_t *json;
        int64_t space;
        enum err err;

        if (field == NULL)
            continue;
        if (value.kind == VALUE_REFERENCE
            && merge_resolve(story->r->store, &story->log, story->seq, value.ref, &value.record,
                             &space, NULL)
                   != OK)
            value.kind = VALUE_NULL;
        err = view_value(&story->r->view, field, &value, &json, e);
        if (err != OK)
            return err;
        json_object_set_new(set, field->name, json);
    }
    return OK;
}

/* What one entry did to the record: "add", "set" or "delete", and the fields with their values. */
static enum err
tell_body(struct story *story, const struct change_body *body, json_t *one, struct error *e)
{
    json_t *set = json_object();
    const char *action = "set";
    enum err err = OK;

    for (uint32_t i = 0; i < body->ops_count && err == OK; i++) {
        const struct change_op *op = &body->ops[i];

        if (record_of_op(story, op, i) != story->record)
            continue;
        if (op->kind == CHANGE_PUT_NEW || op->kind == CHANGE_PUT_KEYED)
            action = "add";
        else if (op->kind == CHANGE_DELETE)
            action = "delete";
        err = tell_fields(story, op->keys, op->keys_count, set, e);
        if (err == OK)
            err = tell_fields(story, op->fields, op->fields_count, set, e);
    }
    json_object_set_new(one, "action", json_string(action));
    json_object_set_new(one, "set", set);
    return err;
}

static enum err
tell_entry(struct story *story, const struct touch_row *touch, json_t **ret_json, struct error *e)
{
    struct request *r = story->r;
    struct verified_entry entry;
    struct change_body body;
    struct entry_row row;
    char id[RECORD_ID_TEXT_BYTES];
    json_t *one = NULL;
    bool counts = true;
    enum err err;

    story->seq = touch->stamp.seq;
    err = log_get(r->store, touch->stamp.log, &story->log, e);
    if (err == OK)
        err = entry_get(r->store, touch->stamp.log, touch->stamp.seq, &r->arena, &row, e);
    if (err == OK)
        err = item_decode(row.item, row.item_size, &r->arena, &entry, e);
    if (err == OK)
        err = view_author(&r->view, touch->stamp, &one, e);
    if (err != OK)
        return err;
    record_id_format(record_id(touch->stamp.log, touch->stamp.seq, 0), id);
    json_object_set_new(one, "entry", json_string(id));
    if (entry.body == NULL
        || change_decode_body(entry.body, entry.body_size, entry.header.version, &r->arena, &body,
                              NULL)
               != OK)
        json_object_set_new(one, "action", json_string(entry.body == NULL ? "erased" : "unknown"));
    else
        err = tell_body(story, &body, one, e);
    for (size_t i = 0; i < story->asides_count; i++)
        if (story->asides[i].log == touch->stamp.log && story->asides[i].seq == touch->stamp.seq)
            counts = false;
    json_object_set_new(one, "counts", json_boolean(counts));
    if (err == OK)
        *ret_json = one;
    else
        json_decref(one);
    return err;
}

enum err
handle_history(struct request *r, struct error *e)
{
    struct story story = {.r = r};
    struct touch_row *touches = NULL;
    size_t count = 0;
    json_t *list = NULL;
    enum err err = records_find(r, &story.type, &story.record, e);

    if (err == OK)
        err = state_touches(r->store, story.record, &r->arena, &touches, &count, e);
    if (err == OK)
        err = aside_list(r->store, &r->arena, &story.asides, &story.asides_count, e);
    if (err != OK)
        return err;
    list = json_array();
    for (size_t i = 0; i < count && err == OK; i++) {
        json_t *one = NULL;

        err = tell_entry(&story, &touches[i], &one, e);
        if (err == OK)
            json_array_append_new(list, one);
    }
    if (err == OK)
        r->answer = json_pack("{s:O}", "history", list);
    json_decref(list);
    return err;
}
