/* Options of thiduad, from the command line and an INI file; the command line wins. */
#ifndef DAEMON_CONFIG_H
#define DAEMON_CONFIG_H

#include <stdbool.h>
#include <stddef.h>

#include "protocol/util/err.h"

enum { CONFIG_PATH_BYTES = 1024, CONFIG_LISTEN_MAX = 4, CONFIG_ADDRESS_BYTES = 272 };

struct config {
    char data[CONFIG_PATH_BYTES];      /* data directory */
    char socket[CONFIG_PATH_BYTES];    /* "" = thiduad.sock inside the data directory */
    unsigned listen_count;
    char listen[CONFIG_LISTEN_MAX][CONFIG_ADDRESS_BYTES]; /* "address:port" for other machines */
    char peer[CONFIG_ADDRESS_BYTES];   /* "" = the address from the invitation */
    char log_level[16];                /* "error", "warning", "info", "debug" */
};

/* Defaults: data /var/lib/thidua, no listener, level info. */
void config_init(struct config *c);

/* Set one option by its name in the file ("data", "socket", "listen", "peer", "log_level").
 *   Returns  ERR_USAGE unknown name or unusable value (err_say) */
enum err config_set(struct config *c, const char *name, const char *value, struct error *e);

/* Read an INI file: lines "name = value", sections in brackets are ignored, # and ; begin a comment.
 *   Returns  ERR_NOT_FOUND; ERR_FORMAT with the line's number; ERR_USAGE */
enum err config_read(struct config *c, const char *path, struct error *e);

/* The same on text in memory, for tests and fuzzing. */
enum err config_parse(struct config *c, const char *text, size_t size, struct error *e);

#endif
