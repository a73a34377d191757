/* Finding the record that a person means: by id, short code, whole name, and name without marks and
 * case. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "daemon/domain/fold.h"
#include "daemon/local/json_record.h"

enum {
    BUCKETS_MIN = 64,
    NEAREST_MAX = 3,
    DISTANCE_MIN = 2, /* slips in a short name; a third of a long one's letters */
};

/* One name or code of one record. */
struct name {
    struct name *next; /* in its bucket */
    const char *folded;
    const char *text;
    int64_t id;
};

struct name_index {
    struct name_index *next; /* of another type */
    unsigned type;
    struct name **buckets;
    size_t buckets_count; /* a power of two */
    size_t count;
};

/* --- the index -------------------------------------------------------------------------------- */

static size_t
bucket_of(const struct name_index *index, const char *folded)
{
    uint64_t hash = 14695981039346656037u;

    for (; *folded != '\0'; folded++)
        hash = (hash ^ (unsigned char) *folded) * 1099511628211u;
    return (size_t) (hash ^ hash >> 32) & (index->buckets_count - 1);
}

static enum err
grow(struct view *v, struct name_index *index, struct error *e)
{
    size_t count = index->buckets_count == 0 ? BUCKETS_MIN : 4 * index->buckets_count;
    struct name **buckets = arena_array(v->a, count, sizeof(struct name *));
    struct name **old = index->buckets;
    size_t old_count = index->buckets_count;

    if (buckets == NULL)
        return err_set(e, ERR_NOMEM, "no memory for names");
    index->buckets = buckets;
    index->buckets_count = count;
    for (size_t i = 0; i < old_count; i++) {
        struct name *next;

        for (struct name *name = old[i]; name != NULL; name = next) {
            size_t bucket = bucket_of(index, name->folded);

            next = name->next;
            name->next = buckets[bucket];
            buckets[bucket] = name;
        }
    }
    return OK;
}

static enum err
index_add(struct view *v, struct name_index *index, int64_t id, const char *text, struct error *e)
{
    struct name *name;
    size_t bucket;

    if (text == NULL || *text == '\0')
        return OK;
    if (index->count >= index->buckets_count) {
        enum err err = grow(v, index, e);

        if (err != OK)
            return err;
    }
    name = arena_alloc(v->a, sizeof *name);
    if (name == NULL)
        return err_set(e, ERR_NOMEM, "no memory for names");
    name->folded = fold_text(v->a, text);
    name->text = arena_text(v->a, text, strlen(text));
    name->id = id;
    if (name->folded == NULL || name->text == NULL)
        return err_set(e, ERR_NOMEM, "no memory for names");
    bucket = bucket_of(index, name->folded);
    name->next = index->buckets[bucket];
    index->buckets[bucket] = name;
    index->count++;
    return OK;
}

static struct name_index *
index_find(const struct view *v, unsigned type)
{
    struct name_index *index = v->names;

    while (index != NULL && index->type != type)
        index = index->next;
    return index;
}

const struct registry_field *
type_title_field(const struct registry_record *type)
{
    const struct registry_field *field =
        type->title == NULL ? NULL : registry_field_by_name(type, type->title);

    return field != NULL && field->kind == VALUE_TEXT ? field : NULL;
}

const struct registry_field *
type_code_field(const struct registry_record *type)
{
    return registry_field_by_name(type, type->type == RECORD_OPERATOR ? "login" : "code");
}

static enum err
index_build(struct view *v, const struct registry_record *type, struct name_index **ret_index,
            struct error *e)
{
    const struct registry_field *fields[2] = {type_title_field(type), type_code_field(type)};
    struct state_query query = {.type = type->type};
    struct name_index *index = arena_alloc(v->a, sizeof *index);
    struct record **records = NULL;
    size_t count = 0;
    enum err err;

    if (index == NULL)
        return err_set(e, ERR_NOMEM, "no memory for names");
    index->type = type->type;
    err = grow(v, index, e);
    if (err == OK)
        err = state_list(v->s, &query, v->a, &records, &count, e);
    if (err != OK)
        return err;
    for (size_t i = 0; i < count && err == OK; i++)
        for (size_t j = 0; j < 2 && err == OK; j++)
            if (fields[j] != NULL)
                err =
                    index_add(v, index, records[i]->id, record_text(records[i], fields[j]->id), e);
    if (err != OK)
        return err;
    index->next = v->names;
    v->names = index;
    *ret_index = index;
    return OK;
}

enum err
view_name_added(struct view *v, unsigned type, int64_t id, const char *text, struct error *e)
{
    struct name_index *index = index_find(v, type);

    return index == NULL ? OK : index_add(v, index, id, text, e);
}

void
view_names_changed(struct view *v, unsigned type)
{
    struct name_index **link = &v->names;

    while (*link != NULL && (*link)->type != type)
        link = &(*link)->next;
    if (*link != NULL)
        *link = (*link)->next;
}

/* --- the steps of a resolution; each sets *ret_record, or leaves it 0 ------------------------- */

static enum err
by_id(struct view *v, unsigned type, const char *text, int64_t *ret_record, unsigned *ret_type,
      struct error *e)
{
    int64_t id;
    enum err err;

    *ret_type = 0;
    if (record_id_parse(text, &id) != OK)
        return OK;
    err = state_type(v->s, id, ret_type, e);
    if (err == ERR_NOT_FOUND)
        return OK;
    if (err == OK && *ret_type != 0 && (type == 0 || *ret_type == type))
        *ret_record = id;
    return err;
}

static enum err
say_many(const struct registry_record *type, const char *text, const int64_t *ids, size_t ids_count,
         struct error *e)
{
    char list[ERR_ARG_BYTES_MAX] = "";

    for (size_t i = 0; i < ids_count; i++) {
        char id[RECORD_ID_TEXT_BYTES];

        record_id_format(ids[i], id);
        if (strlen(list) + strlen(id) + 8 > sizeof list) {
            strcat(list, ", …");
            break;
        }
        strcat(list, i == 0 ? "" : ", ");
        strcat(list, id);
    }
    return err_say(e, ERR_USAGE,
                   N_("“{2}” may be one of several {1} records: {3}; name one by its id"),
                   type->name, text, list, NULL);
}

enum { MATCHES_MAX = 12 };

struct matches {
    int64_t ids[MATCHES_MAX];
    size_t count;
};

static void
match_add(struct matches *m, int64_t id)
{
    for (size_t i = 0; i < m->count; i++)
        if (m->ids[i] == id)
            return;
    if (m->count < MATCHES_MAX)
        m->ids[m->count++] = id;
}

static enum err
by_field(struct view *v, const struct registry_record *type, const struct registry_field *field,
         const char *text, struct matches *m, struct error *e)
{
    struct state_filter filter;
    struct state_query query = {
        .type = type->type, .filters = &filter, .filters_count = 1, .limit = MATCHES_MAX};
    struct record **records = NULL;
    size_t count = 0;
    enum err err;

    if (field == NULL)
        return OK;
    filter.field = field->id;
    filter.value =
        (struct value){.kind = VALUE_TEXT, .bytes = (const uint8_t *) text, .size = strlen(text)};
    err = state_list(v->s, &query, v->scratch, &records, &count, e);
    for (size_t i = 0; i < count && err == OK; i++)
        match_add(m, records[i]->id);
    return err;
}

/* Whole names first, since "Thôn 1" is not "thôn 1" where both exist. */
static void
by_index(const struct name_index *index, const char *text, const char *folded, bool exact,
         struct matches *m)
{
    for (const struct name *name = index->buckets[bucket_of(index, folded)]; name != NULL;
         name = name->next)
        if (strcmp(name->folded, folded) == 0 && (!exact || strcmp(name->text, text) == 0))
            match_add(m, name->id);
}

/* The nearest names, as “a”, “b”, “c”. */
static void
nearest(const struct name_index *index, const char *folded, char ret_list[ERR_ARG_BYTES_MAX])
{
    const char *best[NEAREST_MAX] = {NULL};
    size_t best_distance[NEAREST_MAX];
    size_t size = strlen(folded);
    size_t distance_max = size / 3 > DISTANCE_MIN ? size / 3 : DISTANCE_MIN;

    for (size_t i = 0; i < index->buckets_count; i++) {
        for (const struct name *name = index->buckets[i]; name != NULL; name = name->next) {
            size_t distance = size > 2 && strstr(name->folded, folded) != NULL
                                  ? 1
                                  : fold_distance(folded, name->folded, distance_max);
            size_t place = NEAREST_MAX;

            if (distance > distance_max)
                continue;
            while (place > 0
                   && (best[place - 1] == NULL || best_distance[place - 1] > distance
                       || (best_distance[place - 1] == distance
                           && strcmp(best[place - 1], name->text) > 0)))
                place--;
            for (size_t k = NEAREST_MAX - 1; k > place; k--) {
                best[k] = best[k - 1];
                best_distance[k] = best_distance[k - 1];
            }
            if (place < NEAREST_MAX) {
                best[place] = name->text;
                best_distance[place] = distance;
            }
        }
    }
    ret_list[0] = '\0';
    for (size_t i = 0; i < NEAREST_MAX && best[i] != NULL; i++) {
        size_t used = strlen(ret_list);

        if (used + strlen(best[i]) + 10 < ERR_ARG_BYTES_MAX)
            snprintf(ret_list + used, ERR_ARG_BYTES_MAX - used, "%s“%s”", i == 0 ? "" : ", ",
                     best[i]);
    }
}

static enum err
say_other_type(const struct registry_record *type, const char *text, unsigned other_type,
               struct error *e)
{
    const struct registry_record *other = registry_by_type(other_type);

    return err_say(e, ERR_USAGE, N_("{2} is no {1} but a {3}"), type->name, text,
                   other == NULL ? "?" : other->name, NULL);
}

static enum err
say_none(struct name_index *index, const struct registry_record *type, const char *text,
         const char *folded, unsigned other_type, struct error *e)
{
    char list[ERR_ARG_BYTES_MAX];

    if (registry_by_type(other_type) != NULL)
        return say_other_type(type, text, other_type, e);
    nearest(index, folded, list);
    if (list[0] == '\0')
        return err_say(e, ERR_NOT_FOUND, N_("there is no {1} called “{2}”"), type->name, text,
                       NULL);
    return err_say(e, ERR_NOT_FOUND, N_("there is no {1} called “{2}”; the nearest: {3}"),
                   type->name, text, list, NULL);
}

/* --- the whole -------------------------------------------------------------------------------- */

static enum err
by_name(struct view *v, const struct registry_record *type, const char *text, unsigned other_type,
        int64_t *ret_record, struct error *e)
{
    struct name_index *index = index_find(v, type->type);
    struct matches m = {.count = 0};
    const char *folded = fold_text(v->scratch, text);
    enum err err = OK;

    if (folded == NULL)
        return err_set(e, ERR_NOMEM, "no memory for names");
    if (index == NULL && !v->bulk) {
        err = by_field(v, type, type_code_field(type), text, &m, e);
        if (err == OK && m.count == 0)
            err = by_field(v, type, type_title_field(type), text, &m, e);
    }
    if (err == OK && m.count == 0 && index == NULL)
        err = index_build(v, type, &index, e);
    if (err != OK)
        return err;
    if (m.count == 0)
        by_index(index, text, folded, true, &m);
    if (m.count == 0)
        by_index(index, text, folded, false, &m);
    if (m.count == 0)
        return say_none(index, type, text, folded, other_type, e);
    if (m.count > 1)
        return say_many(type, text, m.ids, m.count, e);
    *ret_record = m.ids[0];
    return OK;
}

enum err
view_resolve(struct view *v, unsigned type, const char *text, int64_t *ret_record, struct error *e)
{
    const struct registry_record *registry = registry_by_type(type);
    int64_t record = 0;
    unsigned found_type = 0;
    enum err err;

    if (v->local_name != NULL) {
        err = v->local_name(v->local_context, text, &record, &found_type, e);
        if (err == OK && registry != NULL && found_type != type)
            return say_other_type(registry, text, found_type, e);
        if (err == OK)
            *ret_record = record;
        if (err != ERR_NOT_FOUND)
            return err;
        found_type = 0;
    }
    err = by_id(v, type, text, &record, &found_type, e);
    if (err == OK && record == 0) {
        if (registry == NULL)
            return err_say(e, ERR_NOT_FOUND, N_("there is no record {1}; write an id such as 3.17"),
                           text, NULL);
        err = by_name(v, registry, text, found_type, &record, e);
    }
    if (err == OK)
        *ret_record = record;
    return err;
}
