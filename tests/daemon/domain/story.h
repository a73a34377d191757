/* Nodes with a campaign, for tests of the questions. */
#ifndef TESTS_DAEMON_DOMAIN_STORY_H
#define TESTS_DAEMON_DOMAIN_STORY_H

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/domain/batch.h"
#include "daemon/domain/due.h"
#include "daemon/domain/facts.h"
#include "daemon/domain/freshness.h"
#include "daemon/domain/issue.h"
#include "daemon/domain/mapping.h"
#include "daemon/domain/missing.h"
#include "daemon/domain/plan_import.h"
#include "tests/util/tap.h"
#include "tests/util/world.h"

static struct error story_error;

#define assert_done(call)                                                                          \
    do {                                                                                           \
        story_error.text[0] = '\0';                                                                \
        if ((call) != OK)                                                                          \
            fail_msg("%s: %s", #call, story_error.text);                                           \
    } while (0)

/* One record being made: story_begin(), fields, story_end(). */
struct story_draft {
    struct node *n;
    struct arena arena;
    struct batch batch;
};

static inline struct act
story_act(struct node *n)
{
    return (struct act){.s = n->s, .me = &n->me, .now_s = n->now_s, .random_epoch = ++n->random};
}

static inline struct batch *
story_begin(struct story_draft *d, struct node *n)
{
    d->n = n;
    arena_init(&d->arena, 8 << 20);
    batch_init(&d->batch, &d->arena);
    return &d->batch;
}

/* Write what was begun; gives the record of the first operation. */
static inline int64_t
story_end(struct story_draft *d)
{
    struct act act = story_act(d->n);
    int64_t record;

    assert_done(store_begin(d->n->s, &story_error));
    assert_done(batch_submit(&d->batch, &act, &story_error));
    assert_done(submit_sign(d->n->s, &d->n->me, &story_error));
    assert_done(store_commit(d->n->s, &story_error));
    record = batch_record(&d->batch, 0);
    arena_release(&d->arena);
    return record;
}

static inline int64_t
story_unit(struct node *n, const char *name, const char *kind)
{
    struct story_draft d;
    struct batch *b = story_begin(&d, n);

    batch_add(b, RECORD_UNIT, 0);
    batch_text(b, "name", name);
    batch_choice(b, "kind", kind);
    return story_end(&d);
}

static inline int32_t
story_day(const char *text)
{
    struct date date;

    assert_int_equal(date_parse(text, &date, NULL), OK);
    return date_last_day(date);
}

/* Import a reading; gives the answer. */
static inline json_t *
story_import(struct node *n, const char *plan)
{
    struct act act = story_act(n);
    json_error_t fault;
    json_t *reading = json_loads(plan, 0, &fault), *answer = NULL;

    if (reading == NULL)
        fail_msg("line %d: %s", fault.line, fault.text);
    assert_done(store_begin(n->s, &story_error));
    assert_done(plan_import(&act, reading, false, &answer, &story_error));
    assert_done(submit_sign(n->s, &n->me, &story_error));
    assert_done(store_commit(n->s, &story_error));
    json_decref(reading);
    return answer;
}

static inline int64_t
story_id(const json_t *object)
{
    int64_t id = 0;

    assert_int_equal(record_id_parse(json_string_value(json_object_get(object, "id")), &id), OK);
    return id;
}

static inline int64_t
story_issue(struct node *n, int64_t campaign)
{
    struct act act = story_act(n);
    int64_t issued = 0;

    assert_done(store_begin(n->s, &story_error));
    assert_done(issue_campaign(&act, campaign, &issued, NULL, &story_error));
    assert_done(submit_sign(n->s, &n->me, &story_error));
    assert_done(store_commit(n->s, &story_error));
    return issued;
}

static inline void
story_map(struct node *n, int64_t duty, const int64_t *units, size_t count)
{
    struct act act = story_act(n);

    assert_done(store_begin(n->s, &story_error));
    assert_done(mapping_set(&act, duty, units, count, NULL, &story_error));
    assert_done(submit_sign(n->s, &n->me, &story_error));
    assert_done(store_commit(n->s, &story_error));
}

/* The records of a campaign of a type, oldest first; in memory of the node. */
static inline int64_t
story_nth(struct node *n, unsigned type, int64_t campaign, size_t nth)
{
    struct record **records;
    size_t count;

    assert_done(
        fact_list(n->s, &n->arena, type, "campaign", campaign, 0, &records, &count, &story_error));
    assert_true(nth < count);
    return records[nth]->id;
}

static inline size_t
story_count(struct node *n, unsigned type, int64_t campaign)
{
    struct record **records;
    size_t count;

    assert_done(fact_list(n->s, &n->arena, type, campaign != 0 ? "campaign" : NULL, campaign, 0,
                          &records, &count, &story_error));
    return count;
}

static inline json_t *
story_missing(struct node *n, const char *as_of)
{
    struct question q = {.as_of_day = story_day(as_of)};
    json_t *answer = NULL;

    assert_done(missing_list(n->s, &q, &answer, &story_error));
    return answer;
}

static inline json_t *
story_due(struct node *n, const char *as_of)
{
    struct question q = {.as_of_day = story_day(as_of)};
    json_t *answer = NULL;

    assert_done(due_list(n->s, &q, &answer, &story_error));
    return answer;
}

static inline long
story_total(const json_t *answer, const char *what)
{
    const json_t *total = json_object_get(json_object_get(answer, "totals"), what);

    assert_true(json_is_integer(total));
    return (long) json_integer_value(total);
}

#endif
