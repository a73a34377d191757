/* The writer: jobs in order, groups in one commit, a failing job alone, a clean stop. */
#include "config.h"

#include "daemon/writer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "protocol/util/mem.h"
#include "tests/util/tap.h"
#include "tests/util/world.h"

enum { JOBS = 50 };

struct sample {
    struct job job;
    int number;
    bool must_fail;
    enum err seen;
};

static struct {
    struct sample samples[JOBS];
    int order[JOBS];
    int done_count;
    int commits;
    bool stopped;
} t;

static enum err
run(struct job *job, struct store *s, struct identity *me, struct error *e)
{
    struct sample *sample = (struct sample *) job;
    char name[32];

    (void) me;
    snprintf(name, sizeof name, "job-%d", sample->number);
    if (store_meta_set(s, name, "written", e) != OK)
        return ERR_IO;
    return sample->must_fail ? err_set(e, ERR_USAGE, "refused") : OK;
}

static void
done(struct job *job, enum err err, const struct error *e)
{
    struct sample *sample = (struct sample *) job;

    (void) e;
    sample->seen = err;
    t.order[t.done_count++] = sample->number;
}

static void
on_commit(void *context)
{
    (void) context;
    t.commits++;
}

static void
on_stopped(void *context)
{
    (void) context;
    t.stopped = true;
}

static void
jobs_run_in_order_and_a_failing_one_is_undone_alone(void **state)
{
    char folder[] = "/tmp/thidua-writer-XXXXXX", path[64], key[64];
    uint8_t random[64] = {1};
    uv_loop_t loop;
    struct writer *w;
    struct store *s;
    struct identity *me = mem_alloc(sizeof *me);
    struct arena a;
    const char *text;
    struct error e = {0};

    (void) state;
    assert_int_equal(protocol_init(&e), OK);
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/db", folder);
    snprintf(key, sizeof key, "%s/key", folder);
    assert_int_equal(identity_init(me, random, &e), OK);
    assert_int_equal(identity_save(me, key, &e), OK);
    assert_int_equal(store_open(path, STORE_CREATE, &s, &e), OK);
    assert_int_equal(uv_loop_init(&loop), 0);
    assert_int_equal(writer_start(&loop, s, me, on_commit, NULL, &w, &e), OK);
    for (int i = 0; i < JOBS; i++) {
        t.samples[i] = (struct sample){.job = {.run = run, .done = done}, .number = i, .must_fail = i % 7 == 3};
        assert_int_equal(writer_post(w, &t.samples[i].job, &e), OK);
    }
    writer_stop(w, on_stopped, NULL);
    assert_int_equal(uv_run(&loop, UV_RUN_DEFAULT), 0);
    assert_true(t.stopped);
    assert_int_equal(t.done_count, JOBS);
    assert_in_range(t.commits, 1, JOBS - 1); /* groups */
    assert_int_equal(uv_loop_close(&loop), 0);
    arena_init(&a, 1 << 16);
    assert_int_equal(store_open(path, STORE_READ, &s, &e), OK);
    for (int i = 0; i < JOBS; i++) {
        char name[32];

        snprintf(name, sizeof name, "job-%d", i);
        assert_int_equal(t.order[i], i);
        assert_int_equal(t.samples[i].seen, i % 7 == 3 ? ERR_USAGE : OK);
        assert_int_equal(store_meta_get(s, name, &a, &text, &e), i % 7 == 3 ? ERR_NOT_FOUND : OK);
    }
    store_close(s);
    arena_release(&a);
    unlink(path);
    unlink(key);
    rmdir(folder);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(jobs_run_in_order_and_a_failing_one_is_undone_alone),
    };

    return tap_run("writer", tests, NULL, NULL);
}
