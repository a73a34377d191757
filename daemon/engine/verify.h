/* Verification of the own store: replays every log from its first byte. */
#ifndef DAEMON_ENGINE_VERIFY_H
#define DAEMON_ENGINE_VERIFY_H

#include "daemon/store/log.h"

enum { VERIFY_PROBLEMS_MAX = 20 };

struct verify_report {
    uint64_t entries;
    uint64_t logs;
    uint64_t signatures;
    uint64_t unsigned_entries;   /* behind the last signature of an own log */
    size_t problems_count;       /* at most VERIFY_PROBLEMS_MAX are kept */
    const char *problems[VERIFY_PROBLEMS_MAX]; /* English, in the arena */
};

/* Check every hash, every kept signature and every counter.
 *   Returns  OK also when there are problems; ERR_IO, ERR_NOMEM */
enum err verify_logs(struct store *s, struct arena *a, struct verify_report *ret_report, struct error *e);

/* Make the derived tables anew and compare the state digests before and after; a difference is a problem.
 *   s   writer, inside a transaction */
enum err verify_rebuild(struct store *s, struct arena *a, struct verify_report *report, struct error *e);

#endif
