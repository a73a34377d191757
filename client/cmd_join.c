/* thidua join: the daemon's own `thiduad join`, found beside this program or installed. It writes the data
 * directory itself, while no daemon runs on it. */
#include "config.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client/cmd.h"
#include "common/language.h"

/* A file beside this program, or under the same prefix: bin/thidua and sbin/thiduad. */
static bool
find_beside(const char *relative, char ret_path[static PATH_MAX])
{
    ssize_t length = readlink("/proc/self/exe", ret_path, PATH_MAX - strlen(relative) - 2);
    char *slash;

    if (length <= 0)
        return false;
    ret_path[length] = '\0';
    slash = strrchr(ret_path, '/');
    if (slash == NULL)
        return false;
    strcpy(slash + 1, relative);
    return access(ret_path, X_OK) == 0;
}

enum outcome
cmd_join(struct client *c, const struct args *args)
{
    const char *dir = options_value(args, "data");
    char program[PATH_MAX];
    struct error e;

    if (dir == NULL)
        dir = getenv("THIDUA_DATA");
    if (dir == NULL || *dir == '\0') {
        err_say(&e, ERR_USAGE, N_("say in which data directory: thidua join --data DIR thidua:…"), NULL);
        return client_fail(c, &e);
    }
    if (!find_beside("thiduad", program) && !find_beside("../sbin/thiduad", program))
        snprintf(program, sizeof program, "thiduad");
    execlp(program, "thiduad", "join", "--data", dir, args->positionals[0], (char *) NULL);
    err_say(&e, ERR_NOT_FOUND, N_("thiduad is not found: install it, or run thiduad join yourself"), NULL);
    return client_fail(c, &e);
}
