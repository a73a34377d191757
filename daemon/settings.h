/* Options of thiduad, from the command line and an INI file; the command line wins. */
#ifndef DAEMON_SETTINGS_H
#define DAEMON_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>

#include "protocol/util/err.h"

enum { SETTINGS_PATH_BYTES = 1024, SETTINGS_LISTEN_MAX = 4, SETTINGS_ADDRESS_BYTES = 272 };

struct settings {
    char data[SETTINGS_PATH_BYTES];      /* data directory */
    char socket[SETTINGS_PATH_BYTES];    /* "" = thiduad.sock inside the data directory */
    unsigned listen_count;
    char listen[SETTINGS_LISTEN_MAX][SETTINGS_ADDRESS_BYTES]; /* "address:port" for other machines */
    char peer[SETTINGS_ADDRESS_BYTES];   /* "" = the address from the invitation */
    char log_level[16];                /* "error", "warning", "info", "debug" */
};

/* Defaults: data /var/lib/thidua, no listener, level info. */
void settings_init(struct settings *c);

/* Set one option by its name in the file ("data", "socket", "listen", "peer", "log_level").
 *   Returns  ERR_USAGE unknown name or unusable value (err_say) */
enum err settings_set(struct settings *c, const char *name, const char *value, struct error *e);

/* Read an INI file: lines "name = value", sections in brackets are ignored, # and ; begin a comment.
 *   Returns  ERR_NOT_FOUND; ERR_FORMAT with the line's number; ERR_USAGE */
enum err settings_read(struct settings *c, const char *path, struct error *e);

/* The same on text in memory, for tests and fuzzing. */
enum err settings_parse(struct settings *c, const char *text, size_t size, struct error *e);

#endif
