/* Readers: work on read-only connections of their own in libuv's pool, so that a long answer holds
 * up neither the loop nor the writer. */
#ifndef DAEMON_LOCAL_READERS_H
#define DAEMON_LOCAL_READERS_H

#include <uv.h>

#include "daemon/store/store.h"

/* The pool has four threads unless UV_THREADPOOL_SIZE says otherwise; the network needs some. */
enum { READERS_MAX = 2 };

struct readers;

/* A piece of reading. Embedded in the caller's own object; the caller keeps it until `done`. */
struct reading {
    /* In the pool, with a connection that nobody else uses meanwhile. */
    void (*run)(struct reading *reading, struct store *s);
    /* On the loop thread.
     *   err  OK run() was called; else why there was no connection */
    void (*done)(struct reading *reading, enum err err, const struct error *e);
    /* the readers' own */
    struct reading *next;
};

/* Make readers of a database; no connection is opened yet. NULL without memory. Free with
 * readers_free(). */
struct readers *readers_new(uv_loop_t *loop, const char *path);

/* Close the connections; nothing may be under way. NULL is allowed. */
void readers_free(struct readers *readers);

/* Run a piece of reading as soon as a connection is free; readings begin in order. `done` never
 * comes before this returns. */
void readers_run(struct readers *readers, struct reading *reading);

#endif
