/* Files that a command writes where a person says, often onto a stick that is pulled out right after. */
#include "config.h"

#include "client/outfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { OUTFILE_PATH_BYTES = 4096 };

enum err
outfile_check(const char *path, struct error *e)
{
    struct stat st;

    if (lstat(path, &st) == 0)
        return err_say(e, ERR_CONFLICT, N_("{1} is there already: choose another name, or remove it first"), path,
                       NULL);
    return OK;
}

static int
write_all(int fd, const char *bytes, size_t size)
{
    while (size > 0) {
        ssize_t written = write(fd, bytes, size);

        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return -1;
        bytes += written;
        size -= (size_t) written;
    }
    return fsync(fd);
}

enum err
outfile_write(const char *path, const void *bytes, size_t size, struct error *e)
{
    char temporary[OUTFILE_PATH_BYTES];
    int length = snprintf(temporary, sizeof temporary, "%s.new", path);
    int fd = -1, fault = 0;
    enum err err = outfile_check(path, e);

    if (err != OK)
        return err;
    if (length < 0 || (size_t) length >= sizeof temporary)
        return err_say(e, ERR_USAGE, N_("the name {1} is too long"), path, NULL);
    fd = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0 || write_all(fd, bytes, size) != 0)
        fault = errno;
    if (fd >= 0 && close(fd) != 0 && fault == 0)
        fault = errno;
    if (fault == 0 && rename(temporary, path) != 0)
        fault = errno;
    if (fault == 0)
        return OK;
    if (fd >= 0)
        unlink(temporary);
    return err_say(e, ERR_IO, N_("the file {1} cannot be written: {2}"), path, strerror(fault), NULL);
}
