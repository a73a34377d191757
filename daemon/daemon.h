/* What the parts of a running daemon share. Made by app.c; borrowed by net/ and local/. */
#ifndef DAEMON_DAEMON_H
#define DAEMON_DAEMON_H

#include <uv.h>

#include "daemon/engine/identity.h"
#include "daemon/store/store.h"
#include "daemon/writer.h"

struct net;

struct daemon {
    uv_loop_t *loop;
    const char *data_dir;      /* borrowed */
    const char *database_path; /* borrowed; readers open their own connections */
    struct store *reader;      /* the loop thread's own reader, for short reads */
    struct writer *writer;
    struct identity me;        /* the loop thread's copy of the keys */
    struct net *net;           /* NULL before it starts */
};

/* Wall clock, seconds since 1970. */
int64_t daemon_now_s(void);

/* `size` random bytes from the system. */
void daemon_random(void *ret_bytes, size_t size);

#endif
