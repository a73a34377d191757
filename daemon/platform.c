/* Operating-system calls outside libuv. POSIX; a Windows port replaces this file. */
#include "config.h"

#include "daemon/platform.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_BYTES_MAX = 4096, DESCRIPTORS_WANTED = 8192 };

static enum err
failed(struct error *e, const char *what, const char *path)
{
    return err_say(e, ERR_IO, N_("cannot {1} {2}: {3}"), what, path, strerror(errno), NULL);
}

static int
write_all(int fd, const uint8_t *bytes, size_t size)
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

static void
folder_of(const char *path, char ret_folder[static PATH_BYTES_MAX])
{
    char *slash;

    snprintf(ret_folder, PATH_BYTES_MAX, "%s", path);
    slash = strrchr(ret_folder, '/');
    if (slash == NULL)
        snprintf(ret_folder, PATH_BYTES_MAX, ".");
    else
        slash[slash == ret_folder] = '\0';
}

/* A rename is durable once its folder is. */
static int
sync_folder_of(const char *path)
{
    char folder[PATH_BYTES_MAX];
    int fd, result;

    folder_of(path, folder);
    fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return -1;
    result = fsync(fd);
    close(fd);
    return result;
}

enum err
platform_write_file(const char *path, const void *bytes, size_t size, struct error *e)
{
    char temporary[PATH_BYTES_MAX];
    int length = snprintf(temporary, sizeof temporary, "%s.new", path);
    int fd = -1;
    enum err err = OK;

    if (length < 0 || (size_t) length >= sizeof temporary)
        return err_set(e, ERR_USAGE, "path too long");
    fd = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0 || write_all(fd, bytes, size) != 0)
        err = failed(e, "write", temporary);
    if (fd >= 0 && close(fd) != 0 && err == OK)
        err = failed(e, "write", temporary);
    /* Some removable disks cannot sync a folder; the name is then written a little later. */
    if (err == OK && (rename(temporary, path) != 0 || (sync_folder_of(path) != 0 && errno != EINVAL)))
        err = failed(e, "write", path);
    if (err != OK)
        unlink(temporary);
    return err;
}

enum err
platform_read_file(const char *path, bool is_secret, struct buf *b, struct error *e)
{
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    enum err err = OK;

    if (fd < 0)
        return errno == ENOENT ? err_say(e, ERR_NOT_FOUND, N_("{1} does not exist"), path, NULL)
                               : failed(e, "read", path);
    if (fstat(fd, &st) != 0) {
        err = failed(e, "read", path);
        goto out;
    }
    if (is_secret && (st.st_mode & 077) != 0) {
        err = err_say(e, ERR_AUTH,
                      N_("{1} holds secret keys but other users may read it: run “chmod 600 {1}”"), path,
                      NULL);
        goto out;
    }
    for (;;) {
        uint8_t block[4096];
        ssize_t got = read(fd, block, sizeof block);

        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            err = failed(e, "read", path);
        if (got <= 0)
            break;
        err = buf_append(b, block, (size_t) got);
        if (err != OK) {
            err = err_say(e, err, N_("{1} is larger than it can be"), path, NULL);
            break;
        }
    }
out:
    close(fd);
    return err;
}

enum platform_kind
platform_kind(const char *path)
{
    struct stat st;

    if (stat(path, &st) != 0)
        return errno == ENOENT ? PLATFORM_NOTHING : PLATFORM_OTHER;
    return S_ISREG(st.st_mode) ? PLATFORM_FILE : PLATFORM_OTHER;
}

static bool
stat_folder_of(const char *path, struct stat *ret_stat)
{
    char folder[PATH_BYTES_MAX];

    folder_of(path, folder);
    return stat(folder, ret_stat) == 0;
}

bool
platform_same_folder(const char *one, const char *other)
{
    struct stat a, b;

    return stat_folder_of(one, &a) && stat_folder_of(other, &b) && a.st_dev == b.st_dev &&
           a.st_ino == b.st_ino;
}

bool
platform_same_file(const char *one, const char *other)
{
    struct stat a, b;

    return stat(one, &a) == 0 && stat(other, &b) == 0 && a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

enum err
platform_create_file(const char *path, struct error *e)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

    if (fd < 0)
        return failed(e, "write", path);
    close(fd);
    return OK;
}

enum err
platform_publish_file(const char *temporary, const char *path, struct error *e)
{
    int fd = open(temporary, O_RDWR | O_CLOEXEC);
    int result = fd < 0 ? -1 : fsync(fd);

    if (fd >= 0 && close(fd) != 0)
        result = -1;
    if (result != 0)
        return failed(e, "write", temporary);
    /* Some removable disks cannot sync a folder; the name is then written a little later. */
    if (rename(temporary, path) != 0 || (sync_folder_of(path) != 0 && errno != EINVAL))
        return failed(e, "write", path);
    return OK;
}

void
platform_remove_file(const char *path)
{
    unlink(path);
}

enum err
platform_make_folder(const char *path, struct error *e)
{
    struct stat st;

    if (mkdir(path, 0700) == 0)
        return OK;
    if (errno != EEXIST)
        return failed(e, "make", path);
    if (stat(path, &st) != 0)
        return failed(e, "read", path);
    if (!S_ISDIR(st.st_mode))
        return err_say(e, ERR_USAGE, N_("{1} is not a folder"), path, NULL);
    return OK;
}

enum err
platform_lock(const char *path, struct error *e)
{
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

    if (fd < 0)
        return failed(e, "open", path);
    if (fcntl(fd, F_SETLK, &lock) != 0) {
        if (errno != EACCES && errno != EAGAIN) {
            close(fd);
            return failed(e, "lock", path);
        }
        close(fd);
        return err_say(e, ERR_CONFLICT,
                       N_("another thiduad already works on this data folder: use it, or stop it first"),
                       NULL);
    }
    return OK; /* the descriptor stays open, and with it the lock, until the process ends */
}

/* A hub has a descriptor for each commune; what a login gets is mostly 1,024. */
unsigned
platform_descriptors(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return 256; /* what POSIX systems give at least */
    if (limit.rlim_cur < DESCRIPTORS_WANTED && limit.rlim_cur < limit.rlim_max) {
        struct rlimit wanted = limit;

        wanted.rlim_cur = limit.rlim_max < DESCRIPTORS_WANTED ? limit.rlim_max : DESCRIPTORS_WANTED;
        if (setrlimit(RLIMIT_NOFILE, &wanted) == 0)
            limit = wanted;
    }
    return limit.rlim_cur < DESCRIPTORS_WANTED ? (unsigned) limit.rlim_cur : DESCRIPTORS_WANTED;
}

/* glibc raises both thresholds to the largest block that was ever freed, and keeps an arena for each thread;
 * then the megabytes of one exchange stay for as long as the daemon runs. */
void
platform_modest_memory(void)
{
#ifdef __GLIBC__
    mallopt(M_MMAP_THRESHOLD, 128 * 1024);
    mallopt(M_TRIM_THRESHOLD, 256 * 1024);
    mallopt(M_ARENA_MAX, 2);
#endif
}

/* --- where a file lies ------------------------------------------------------------------------ */

/* The first word of a small file; "" when it cannot be read. */
static void
first_word(const char *path, char ret_word[64])
{
    FILE *f = fopen(path, "r");

    if (f == NULL || fscanf(f, "%63s", ret_word) != 1)
        ret_word[0] = '\0';
    if (f != NULL)
        fclose(f);
}

static uint64_t
word_number(const char *word)
{
    uint64_t number = UINT64_C(0xCBF29CE484222325); /* FNV-1a */

    while (*word != '\0')
        number = (number ^ (uint8_t) *word++) * UINT64_C(0x100000001B3);
    return number;
}

/* Whether a network interface is built in, with the address that it was made with: not a modem on a stick, not
 * one that changes its address for privacy. */
static bool
is_built_in(const char *interface)
{
    char path[PATH_BYTES_MAX], where[PATH_BYTES_MAX], word[64];

    snprintf(path, sizeof path, "%s/addr_assign_type", interface);
    first_word(path, word);
    snprintf(path, sizeof path, "%s/device", interface);
    return strcmp(word, "0") == 0 && realpath(path, where) != NULL && strstr(where, "/usb") == NULL;
}

/* The sum over the parts of one kind, which come in no order. */
static uint64_t
sum_parts(const char *system, const char *class, const char *file, bool (*is_counted)(const char *part))
{
    char folder[PATH_BYTES_MAX / 2], part[PATH_BYTES_MAX], path[PATH_BYTES_MAX + 64], word[64];
    const struct dirent *entry;
    uint64_t sum = 0;
    DIR *d;

    snprintf(folder, sizeof folder, "%s/%s", system, class);
    d = opendir(folder);
    while (d != NULL && (entry = readdir(d)) != NULL) {
        if (entry->d_name[0] == '.')
            continue;
        snprintf(part, sizeof part, "%s/%s", folder, entry->d_name);
        snprintf(path, sizeof path, "%s/%s", part, file);
        if (is_counted != NULL && !is_counted(part))
            continue;
        first_word(path, word);
        if (word[0] != '\0')
            sum += word_number(word);
    }
    if (d != NULL)
        closedir(d);
    return sum;
}

void
platform_mark(const char *path, const char *system, char ret_text[PLATFORM_MARK_BYTES])
{
    char id[64];
    long long made = 0; /* numbers of files are used again, also by the copy of a file that was removed */
    uint64_t parts = sum_parts(system, "class/net", "address", is_built_in) +
                     sum_parts(system, "class/ieee80211", "macaddress", NULL) +
                     sum_parts(system, "class/nvme", "serial", NULL);
    struct stat st;

#ifdef STATX_BTIME
    struct statx more;

    if (statx(AT_FDCWD, path, 0, STATX_BTIME, &more) == 0 && (more.stx_mask & STATX_BTIME))
        made = more.stx_btime.tv_sec * 1000000LL + more.stx_btime.tv_nsec / 1000;
#endif
    first_word("/etc/machine-id", id);
    ret_text[0] = '\0';
    if (stat(path, &st) == 0)
        snprintf(ret_text, PLATFORM_MARK_BYTES, "%llx %llx %016llx %016llx", (unsigned long long) st.st_ino,
                 (unsigned long long) made, (unsigned long long) word_number(id), (unsigned long long) parts);
}
