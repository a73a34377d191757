/* The writer: one thread that owns the read-write connection, takes jobs in order, and commits them in
 * groups. Answers come back on the loop thread, after the commit. */
#ifndef DAEMON_WRITER_H
#define DAEMON_WRITER_H

#include <uv.h>

#include "daemon/engine/identity.h"
#include "daemon/store/store.h"

struct writer;

/* A piece of work. Embedded in the caller's own object; the caller keeps it until `done`. */
struct job {
    /* On the writer thread, inside a transaction, behind a savepoint of its own: on an error only this
     * job is undone. */
    enum err (*run)(struct job *job, struct store *s, struct identity *me, struct error *e);
    /* On the loop thread. `err` OK: run() returned OK and its transaction is durable. */
    void (*done)(struct job *job, enum err err, const struct error *e);
    /* the writer's own */
    struct job *next;
    enum err err;
    struct error error;
};

/* Start the thread.
 *   on_commit  on the loop thread after each group that changed something: push and notify; may be NULL
 *   take_store, take_me  owned by the writer until writer_stop() */
enum err writer_start(uv_loop_t *loop, struct store *take_store, struct identity *take_me,
                      void (*on_commit)(void *context), void *context, struct writer **ret_writer,
                      struct error *e);

/* Queue a job; at most WRITER_JOBS_MAX wait, then ERR_LIMIT and `done` is not called. */
enum { WRITER_JOBS_MAX = 4096 };
enum err writer_post(struct writer *w, struct job *job, struct error *e);

/* Finish what is queued, call every `done`, end the thread, close the store; then on_stopped on the loop. */
void writer_stop(struct writer *w, void (*on_stopped)(void *context), void *context);

#endif
