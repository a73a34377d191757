/* Who is connected to the local API, and who has to go when too many are: of those that had an answer the one that
 * had it first, else the one that has come first and is still sending. So a program that opens connections and sends a byte now and then cannot keep
 * the others out. Nobody whose request is being worked on goes. */
#ifndef DAEMON_LOCAL_CROWD_H
#define DAEMON_LOCAL_CROWD_H

#include <stdbool.h>

struct crowd;
struct crowd_member;

/* Make a crowd.
 *   members_max  connections that may stay; 1 or more
 *   Returns      NULL without memory; free with crowd_free() when all have left */
struct crowd *crowd_new(unsigned members_max);
void crowd_free(struct crowd *c);

/* A connection has come. When there are too many, the one that has to go is shut down: its owner then sees the end
 * of the stream, closes it, and calls crowd_leave().
 *   socket   of the connection; borrowed until crowd_leave()
 *   Returns  NULL without memory; then it is not counted */
struct crowd_member *crowd_enter(struct crowd *c, int socket);

/* A connection is gone; NULL is allowed. */
void crowd_leave(struct crowd *c, struct crowd_member *m);

/* A request of it begins or ends being worked on. From the end on it counts as newly come; NULL is allowed. */
void crowd_busy(struct crowd *c, struct crowd_member *m, bool busy);

/* How many were shut down since the last call. */
unsigned crowd_dropped(struct crowd *c);

#endif
