/* Import: JSON lines, a changeset each, all or nothing in one job of the writer.
 *
 *     {"ops": [{"op": "put" | "delete", "record": TYPE, "key": LOCAL NAME, "set": {FIELD: VALUE}}]}
 *
 * A local name stands for a record on this machine, for ever: the first put with it makes the
 * record, every further one, also of a later import, changes it. A reference may name a record so,
 * too. */
#include "config.h"

#include <string.h>

#include "daemon/domain/fold.h"
#include "daemon/local/check_write.h"
#include "daemon/local/handlers.h"
#include "protocol/util/mem.h"

enum {
    LINE_ARENA_BYTES_MAX = 16 * 1024 * 1024, /* a changeset has at most 256 KiB */
    NAMES_MIN = 1024,
};

/* Names as they are known so far: of this file, and those that were looked up. Open addressing. */
struct known_name {
    const char *text; /* in the request's arena, as this */
    int64_t record;   /* SUBMIT_NEW(k) while its line is being read; 0 = looked up, unknown */
    bool pending;     /* to be written to the store when the line is submitted */
};

struct import {
    struct request *r;
    struct arena line_arena;
    struct known_name **names;
    size_t names_capacity; /* a power of two */
    size_t names_count;
    struct submit_op *ops;        /* of the line */
    struct known_name **op_names; /* for each op, or NULL */
    size_t ops_count;
    int64_t *seen; /* set of records that were written, open addressing */
    size_t seen_capacity;
    size_t seen_count;
    uint64_t changesets;
    struct act act;
};

/* --- names ------------------------------------------------------------------------------------ */

static size_t
name_place(const struct import *im, const char *text)
{
    uint64_t hash = 14695981039346656037u;
    size_t place;

    for (const char *p = text; *p != '\0'; p++)
        hash = (hash ^ (unsigned char) *p) * 1099511628211u;
    place = (size_t) (hash ^ hash >> 32) & (im->names_capacity - 1);
    while (im->names[place] != NULL && strcmp(im->names[place]->text, text) != 0)
        place = (place + 1) & (im->names_capacity - 1);
    return place;
}

static enum err
grow_names(struct import *im, struct error *e)
{
    struct known_name **old = im->names;
    size_t old_capacity = im->names_capacity;

    im->names_capacity = old_capacity == 0 ? NAMES_MIN : 2 * old_capacity;
    im->names = mem_alloc(im->names_capacity * sizeof(struct known_name *));
    if (im->names == NULL) {
        im->names = old;
        im->names_capacity = old_capacity;
        return err_set(e, ERR_NOMEM, "no memory for names");
    }
    for (size_t i = 0; i < old_capacity; i++)
        if (old[i] != NULL)
            im->names[name_place(im, old[i]->text)] = old[i];
    mem_free(old);
    return OK;
}

/* What a local name stands for; record 0 when nothing yet. */
static enum err
find_name(struct import *im, const char *text, struct known_name **ret_name, struct error *e)
{
    struct arena *a = &im->r->arena;
    struct known_name *name;
    size_t place;
    enum err err = 2 * (im->names_count + 1) > im->names_capacity ? grow_names(im, e) : OK;

    if (err != OK)
        return err;
    place = name_place(im, text);
    if (im->names[place] != NULL) {
        *ret_name = im->names[place];
        return OK;
    }
    name = arena_alloc(a, sizeof *name);
    if (name == NULL || (name->text = arena_text(a, text, strlen(text))) == NULL)
        return err_set(e, ERR_NOMEM, "no memory for names");
    err = local_name_get(im->r->store, text, &name->record, e);
    if (err != OK && err != ERR_NOT_FOUND)
        return err;
    im->names[place] = *ret_name = name;
    im->names_count++;
    return OK;
}

/* The type of a record of the store, or of one that this line makes. */
static enum err
type_of(struct import *im, int64_t record, unsigned *ret_type, struct error *e)
{
    enum err err = OK;

    if (record < 0)
        *ret_type = im->ops[-1 - record].type;
    else
        err = state_type(im->r->store, record, ret_type, e);
    return err == ERR_NOT_FOUND ? OK : err;
}

/* For view_resolve(): local names come before everything else. */
static enum err
resolve_name(void *context, const char *text, int64_t *ret_record, unsigned *ret_type,
             struct error *e)
{
    struct import *im = context;
    struct known_name *name;
    enum err err = find_name(im, text, &name, e);

    if (err == OK && name->record == 0)
        return ERR_NOT_FOUND;
    if (err == OK)
        err = type_of(im, name->record, ret_type, e);
    if (err == OK)
        *ret_record = name->record;
    return err;
}

/* --- one line --------------------------------------------------------------------------------- */

static enum err
text_member(json_t *op, const char *member, struct arena *a, const char **ret_text, struct error *e)
{
    json_t *json = json_object_get(op, member);

    *ret_text = NULL;
    if (json == NULL)
        return OK;
    if (!json_is_string(json) || json_string_length(json) == 0)
        return err_say(e, ERR_FORMAT, N_("“{1}” must be a text in quotes"), member, NULL);
    *ret_text = nfc_text(a, json_string_value(json), json_string_length(json));
    return *ret_text == NULL ? err_set(e, ERR_NOMEM, "no memory for a line") : OK;
}

/* The type of what an operation writes must be the type that it says. */
static enum err
check_type(struct import *im, int64_t record, const struct registry_record *type, const char *key,
           struct error *e)
{
    const struct registry_record *other;
    unsigned found = 0;
    enum err err = type_of(im, record, &found, e);

    if (err != OK || found == type->type)
        return err;
    other = registry_by_type(found);
    return err_say(e, ERR_USAGE,
                   N_("the key “{1}” belongs to a {2}, not to a {3}; use another key"), key,
                   other == NULL ? "?" : other->name, type->name, NULL);
}

static enum err
read_put(struct import *im, json_t *json, const struct registry_record *type, const char *key,
         struct submit_op *op, struct error *e)
{
    struct known_name *name = NULL;
    struct submit_field *fields = NULL;
    enum err err = OK;

    /* fields first: a record cannot refer to itself by the key that it is about to get */
    err = view_read_fields(&im->r->view, type, json_object_get(json, "set"), &fields,
                           &op->fields_count, e);
    if (err == OK && key != NULL)
        err = find_name(im, key, &name, e);
    if (err == OK && name != NULL && name->record != 0)
        err = check_type(im, name->record, type, key, e);
    if (err != OK)
        return err;
    op->fields = fields;
    op->type = type->type;
    if (name != NULL && name->record != 0) {
        op->kind = SUBMIT_SET;
        op->record = name->record;
        return OK;
    }
    err = type->system ? OK : check_needed(im->r, type, op, e);
    if (err == OK)
        err = check_spans(im->r, type, op, NULL, e);
    if (err != OK)
        return err;
    op->kind = SUBMIT_ADD;
    if (name != NULL) {
        name->record = SUBMIT_NEW(im->ops_count);
        name->pending = true;
        im->op_names[im->ops_count] = name;
    }
    return OK;
}

static enum err
read_delete(struct import *im, json_t *json, const struct registry_record *type, const char *key,
            struct submit_op *op, struct error *e)
{
    if (key == NULL)
        return err_say(e, ERR_USAGE, N_("a delete needs “{1}”"), "key", NULL);
    if (json_object_get(json, "set") != NULL)
        return err_say(e, ERR_USAGE, N_("a delete has no “{1}”"), "set", NULL);
    op->kind = SUBMIT_DELETE;
    op->type = type->type;
    return view_resolve(&im->r->view, type->type, key, &op->record, e);
}

static enum err
read_op(struct import *im, json_t *json, struct error *e)
{
    static const char *const members[] = {"op", "record", "key", "set", NULL};
    struct submit_op *op = &im->ops[im->ops_count];
    const struct registry_record *type = NULL;
    const char *kind = NULL, *record = NULL, *key = NULL;
    enum err err;

    if (!json_is_object(json))
        return err_say(e, ERR_FORMAT, N_("each of “ops” must be an object"), NULL);
    err = request_members(json, members, e);
    if (err == OK)
        err = text_member(json, "op", &im->line_arena, &kind, e);
    if (err == OK)
        err = text_member(json, "record", &im->line_arena, &record, e);
    if (err == OK)
        err = text_member(json, "key", &im->line_arena, &key, e);
    if (err == OK && (kind == NULL || record == NULL))
        err = err_say(e, ERR_USAGE, N_("an operation needs “{1}”"), kind == NULL ? "op" : "record",
                      NULL);
    if (err == OK)
        err = type_by_name(record, &type, e);
    if (err != OK)
        return err;
    if (strcmp(kind, "put") == 0)
        err = read_put(im, json, type, key, op, e);
    else if (strcmp(kind, "delete") == 0)
        err = read_delete(im, json, type, key, op, e);
    else
        err = err_say(e, ERR_USAGE, N_("“op” is “put” or “delete”, not “{1}”"), kind, NULL);
    im->ops_count += err == OK;
    return err;
}

static enum err
note_record(struct import *im, int64_t record, struct error *e)
{
    size_t place;

    if (2 * (im->seen_count + 1) > im->seen_capacity) {
        size_t capacity = im->seen_capacity == 0 ? NAMES_MIN : 2 * im->seen_capacity;
        int64_t *seen = mem_alloc(capacity * sizeof *seen);

        if (seen == NULL)
            return err_set(e, ERR_NOMEM, "no memory for records");
        for (size_t i = 0; i < im->seen_capacity; i++) {
            if (im->seen[i] == 0)
                continue;
            place = (size_t) ((uint64_t) im->seen[i] * 0x9E3779B97F4A7C15u >> 32) & (capacity - 1);
            while (seen[place] != 0)
                place = (place + 1) & (capacity - 1);
            seen[place] = im->seen[i];
        }
        mem_free(im->seen);
        im->seen = seen;
        im->seen_capacity = capacity;
    }
    place = (size_t) ((uint64_t) record * 0x9E3779B97F4A7C15u >> 32) & (im->seen_capacity - 1);
    while (im->seen[place] != 0 && im->seen[place] != record)
        place = (place + 1) & (im->seen_capacity - 1);
    im->seen_count += im->seen[place] == 0;
    im->seen[place] = record;
    return OK;
}

/* Names by which later lines may refer to a record that this line wrote. */
static enum err
note_titles(struct import *im, const struct submit_op *op, struct error *e)
{
    const struct registry_record *type = registry_by_type(op->type);
    const struct registry_field *names[2] = {type_title_field(type), type_code_field(type)};

    for (size_t i = 0; i < op->fields_count; i++) {
        const struct submit_field *field = &op->fields[i];
        char *text;
        enum err err;

        if (field->value.kind != VALUE_TEXT
            || ((names[0] == NULL || field->id != names[0]->id)
                && (names[1] == NULL || field->id != names[1]->id)))
            continue;
        if (op->kind != SUBMIT_ADD) {
            view_names_changed(&im->r->view, op->type);
            return OK;
        }
        text = arena_text(&im->line_arena, field->value.bytes, field->value.size);
        err = text == NULL ? err_set(e, ERR_NOMEM, "no memory for names")
                           : view_name_added(&im->r->view, op->type, op->ret_record, text, e);
        if (err != OK)
            return err;
    }
    return OK;
}

static enum err
submit_line(struct import *im, struct error *e)
{
    struct submit_request submission = {.ops = im->ops,
                                        .ops_count = im->ops_count,
                                        .operator = im->act.operator,
                                        .random_epoch = im->act.random_epoch };
    enum err err = submit(im->r->store, im->r->me, &submission, im->act.now_s, e);

    for (size_t i = 0; i < im->ops_count && err == OK; i++) {
        struct known_name *name = im->op_names[i];

        if (name != NULL && name->pending) {
            name->record = im->ops[i].ret_record;
            name->pending = false;
            err = local_name_set(im->r->store, name->text, name->record, e);
        }
        if (err == OK)
            err = note_titles(im, &im->ops[i], e);
        if (err == OK)
            err = note_record(im, im->ops[i].ret_record, e);
    }
    im->changesets += err == OK;
    return err;
}

static enum err
parse_line(const char *line, size_t size, json_t **ret_json, struct error *e)
{
    json_error_t fault;
    json_t *json = json_loadb(line, size, JSON_REJECT_DUPLICATES, &fault);
    char column[24];

    if (json != NULL) {
        *ret_json = json;
        return OK;
    }
    snprintf(column, sizeof column, "%d", fault.column);
    return err_say(e, ERR_FORMAT, N_("the line is not JSON, column {1}: {2}"), column, fault.text,
                   NULL);
}

static enum err
import_line(struct import *im, const char *line, size_t size, struct error *e)
{
    static const char *const members[] = {"ops", NULL};
    json_t *json = NULL, *ops = NULL;
    enum err err = parse_line(line, size, &json, e);

    if (err == OK && !json_is_object(json))
        err = err_say(e, ERR_FORMAT, N_("a line must be an object: {\"ops\": […]}"), NULL);
    if (err == OK)
        err = request_members(json, members, e);
    if (err == OK) {
        ops = json_object_get(json, "ops");
        if (!json_is_array(ops) || json_array_size(ops) == 0)
            err = err_say(e, ERR_USAGE, N_("“ops” must be a list of at least one operation"), NULL);
        else if (json_array_size(ops) > CHANGE_OPS_MAX)
            err = err_say(e, ERR_LIMIT, N_("a line holds at most 4096 operations; split it"), NULL);
    }
    if (err == OK) {
        im->ops_count = 0;
        im->ops = arena_array(&im->line_arena, json_array_size(ops), sizeof *im->ops);
        im->op_names =
            arena_array(&im->line_arena, json_array_size(ops), sizeof(struct known_name *));
        if (im->ops == NULL || im->op_names == NULL)
            err = err_set(e, ERR_NOMEM, "no memory for a line");
    }
    for (size_t i = 0; err == OK && i < json_array_size(ops); i++)
        err = read_op(im, json_array_get(ops, i), e);
    if (err == OK)
        err = submit_line(im, e);
    json_decref(json);
    return err;
}

/* --- the file --------------------------------------------------------------------------------- */

static bool
is_blank(const char *line, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if (line[i] != ' ' && line[i] != '\t' && line[i] != '\r')
            return false;
    return true;
}

static enum err
import_lines(struct import *im, struct error *e)
{
    const char *text = (const char *) im->r->raw.bytes;
    size_t size = im->r->raw.size, place = 0;
    uint64_t number = 0;
    enum err err = OK;

    if (size >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0)
        place = 3;
    while (place < size && err == OK) {
        const char *line = text + place;
        const char *end = memchr(line, '\n', size - place);
        size_t line_size = end == NULL ? size - place : (size_t) (end - line);

        number++;
        if (!is_blank(line, line_size))
            err = import_line(im, line, line_size, e);
        arena_release(&im->line_arena);
        place += line_size + 1;
    }
    if (err == OK && im->changesets == 0)
        return err_say(e, ERR_USAGE,
                       N_("there is nothing to import: one line of JSON for each changeset"), NULL);
    if (err != OK)
        im->r->line = number;
    return err;
}

enum err
handle_import(struct request *r, struct error *e)
{
    struct import im = {.r = r};
    enum err err;

    arena_init(&im.line_arena, LINE_ARENA_BYTES_MAX);
    err = request_act(r, &im.act, e);
    r->view.bulk = true;
    r->view.local_name = resolve_name;
    r->view.local_context = &im;
    r->view.scratch = &im.line_arena;
    if (err == OK)
        err = import_lines(&im, e);
    if (err == OK)
        r->answer = json_pack("{s:I, s:I}", "changesets", (json_int_t) im.changesets, "records",
                              (json_int_t) im.seen_count);
    arena_release(&im.line_arena);
    mem_free(im.names);
    mem_free(im.seen);
    return err;
}
