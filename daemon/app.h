/* The running daemon: opens the node, starts writer, local API and network on one loop, stops cleanly. */
#ifndef DAEMON_APP_H
#define DAEMON_APP_H

#include "daemon/settings.h"

/* Run until SIGTERM or SIGINT.
 *   Returns  OK after a clean stop; else why it could not start */
enum err app_run(const struct settings *c, struct error *e);

#endif
