/* The writer. Jobs wait in a list under a mutex. The thread takes all that wait, runs each behind a
 * savepoint in one transaction, signs, commits, and hands the list back to the loop: so under load one
 * fsync serves many jobs, and alone a job does not wait.
 *
 *     loop thread                          writer thread
 *     writer_post ── waiting ──►           take all ─ begin ─ run, run, run ─ sign ─ commit
 *     on_async   ◄── finished ──           hand back
 *       done, done, done, on_commit
 */
#include "config.h"

#include "daemon/writer.h"

#include <assert.h>
#include <string.h>

#include "daemon/engine/submit.h"
#include "daemon/log_line.h"
#include "protocol/util/mem.h"

enum { GROUP_JOBS_MAX = 256 }; /* a longer group would keep its first job waiting for its last */

struct job_list {
    struct job *first;
    struct job *last;
    size_t count;
};

struct writer {
    uv_thread_t thread;
    uv_mutex_t mutex;
    uv_cond_t wake;
    uv_async_t async;
    struct job_list waiting;   /* under the mutex */
    struct job_list finished;  /* under the mutex */
    bool stopping;             /* under the mutex */
    bool ended;                /* under the mutex: the thread has returned */
    bool changed;              /* under the mutex: a commit since the loop last looked */
    bool heads_unsaved;        /* writer thread only */
    bool joined;               /* loop thread only */
    struct store *store;       /* owned; the writer thread's */
    struct identity *me;       /* owned */
    void (*on_commit)(void *context);
    void *context;             /* borrowed */
    void (*on_stopped)(void *context);
    void *stopped_context;     /* borrowed */
};

static void
list_append(struct job_list *list, struct job *job)
{
    job->next = NULL;
    if (list->last != NULL)
        list->last->next = job;
    else
        list->first = job;
    list->last = job;
    list->count++;
}

static struct job *
list_take(struct job_list *list)
{
    struct job *job = list->first;

    if (job == NULL)
        return NULL;
    list->first = job->next;
    if (list->first == NULL)
        list->last = NULL;
    list->count--;
    job->next = NULL;
    return job;
}

/* --- writer thread ---------------------------------------------------------------------------- */

static void
run_job(struct writer *w, struct job *job)
{
    job->err = store_savepoint(w->store, &job->error);
    if (job->err != OK)
        return;
    job->err = job->run(job, w->store, w->me, &job->error);
    if (job->err == OK)
        job->err = store_savepoint_keep(w->store, &job->error);
    else
        store_savepoint_undo(w->store);
}

/* What is committed may be sent from now on, so the key file must know of it first: by that a database
 * from an older backup is told later. When the file cannot be written the changes are safe all the same;
 * the next commit tries again. */
static void
save_heads(struct writer *w)
{
    struct error error = {0};
    bool changed;
    enum err err = identity_note_heads(w->me, w->store, &changed, &error);

    w->heads_unsaved = w->heads_unsaved || changed;
    if (err == OK && w->heads_unsaved) {
        err = identity_save(w->me, w->me->path, &error);
        w->heads_unsaved = err != OK;
    }
    if (err != OK)
        log_line(LOG_ERROR, "key_file", "error=\"%s\"", error.text);
}

/* Run a group in one transaction; when the commit fails, every job of it failed. */
static bool
run_group(struct writer *w, struct job_list *group)
{
    struct error error = {0};
    enum err err = store_begin(w->store, &error);
    bool any = false;

    for (struct job *job = group->first; err == OK && job != NULL; job = job->next) {
        run_job(w, job);
        any = any || job->err == OK;
    }
    if (err == OK && any)
        err = submit_sign(w->store, w->me, &error);
    if (err == OK)
        err = store_commit(w->store, &error);
    else
        store_rollback(w->store);
    if (err == OK) {
        if (any)
            save_heads(w);
        return any;
    }
    for (struct job *job = group->first; job != NULL; job = job->next) {
        if (job->err == OK) {
            job->err = err;
            job->error = error;
        }
    }
    return false;
}

static void
writer_main(void *arg)
{
    struct writer *w = arg;

    uv_mutex_lock(&w->mutex);
    for (;;) {
        struct job_list group = {0};
        bool changed;

        while (w->waiting.count == 0 && !w->stopping)
            uv_cond_wait(&w->wake, &w->mutex);
        if (w->waiting.count == 0)
            break;
        while (w->waiting.count > 0 && group.count < GROUP_JOBS_MAX)
            list_append(&group, list_take(&w->waiting));
        uv_mutex_unlock(&w->mutex);
        changed = run_group(w, &group);
        uv_mutex_lock(&w->mutex);
        w->changed = w->changed || changed;
        for (struct job *job; (job = list_take(&group)) != NULL;)
            list_append(&w->finished, job);
        uv_async_send(&w->async);
    }
    w->ended = true;
    uv_async_send(&w->async);
    uv_mutex_unlock(&w->mutex);
}

/* --- loop thread ------------------------------------------------------------------------------ */

static void
on_async_closed(uv_handle_t *handle)
{
    struct writer *w = handle->data;

    uv_cond_destroy(&w->wake);
    uv_mutex_destroy(&w->mutex);
    store_close(w->store);
    identity_release(w->me);
    mem_free(w->me);
    if (w->on_stopped != NULL)
        w->on_stopped(w->stopped_context);
    mem_free(w);
}

static void
on_async(uv_async_t *async)
{
    struct writer *w = async->data;
    struct job_list finished;
    bool changed, ended;

    uv_mutex_lock(&w->mutex);
    finished = w->finished;
    w->finished = (struct job_list){0};
    changed = w->changed;
    w->changed = false;
    ended = w->ended;
    uv_mutex_unlock(&w->mutex);
    for (struct job *job; (job = list_take(&finished)) != NULL;)
        job->done(job, job->err, &job->error);
    if (changed && w->on_commit != NULL)
        w->on_commit(w->context);
    if (ended && !w->joined) {
        w->joined = true;
        uv_thread_join(&w->thread);
        uv_close((uv_handle_t *) &w->async, on_async_closed);
    }
}

enum err
writer_start(uv_loop_t *loop, struct store *take_store, struct identity *take_me,
             void (*on_commit)(void *context), void *context, struct writer **ret_writer,
             struct error *e)
{
    struct writer *w = mem_alloc(sizeof *w);

    if (w == NULL)
        goto no_memory;
    w->store = take_store;
    w->me = take_me;
    w->on_commit = on_commit;
    w->context = context;
    if (uv_mutex_init(&w->mutex) != 0)
        goto no_mutex;
    if (uv_cond_init(&w->wake) != 0)
        goto no_cond;
    if (uv_async_init(loop, &w->async, on_async) != 0)
        goto no_async;
    w->async.data = w;
    if (uv_thread_create(&w->thread, writer_main, w) != 0) {
        /* The handle must be closed on the loop, so the object goes with it. */
        uv_close((uv_handle_t *) &w->async, on_async_closed);
        return err_set(e, ERR_NOMEM, "cannot start the writer thread");
    }
    *ret_writer = w;
    return OK;
no_async:
    uv_cond_destroy(&w->wake);
no_cond:
    uv_mutex_destroy(&w->mutex);
no_mutex:
    mem_free(w);
no_memory:
    store_close(take_store);
    identity_release(take_me);
    mem_free(take_me);
    return err_set(e, ERR_NOMEM, "cannot start the writer");
}

enum err
writer_post(struct writer *w, struct job *job, struct error *e)
{
    enum err err = OK;

    job->err = OK;
    job->error = (struct error){0};
    uv_mutex_lock(&w->mutex);
    if (w->stopping)
        err = err_set(e, ERR_CLOSED, "the daemon is stopping");
    else if (w->waiting.count >= WRITER_JOBS_MAX)
        err = err_say(e, ERR_LIMIT, N_("too much is waiting to be saved: try again in a moment"), NULL);
    else
        list_append(&w->waiting, job);
    uv_cond_signal(&w->wake);
    uv_mutex_unlock(&w->mutex);
    return err;
}

void
writer_stop(struct writer *w, void (*on_stopped)(void *context), void *context)
{
    assert(!w->stopping);
    w->on_stopped = on_stopped;
    w->stopped_context = context;
    uv_mutex_lock(&w->mutex);
    w->stopping = true;
    uv_cond_signal(&w->wake);
    uv_mutex_unlock(&w->mutex);
}
