/* The running daemon: opens the node, starts writer, local API and network on one loop, stops cleanly. */
#ifndef DAEMON_APP_H
#define DAEMON_APP_H

#include "daemon/config.h"

/* Run until SIGTERM or SIGINT.
 *   Returns  OK after a clean stop; else why it could not start */
enum err app_run(const struct config *c, struct error *e);

#endif
