/* The other end of the proxy's control socket. */
#include "config.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "tests/util/proxy.h"

int
proxy_ask(const char *path, int words_count, char **words)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    char text[PROXY_LINE_BYTES_MAX] = "";
    char answer[1024];
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    size_t used = 0;
    ssize_t size;

    snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
    for (int i = 0; i < words_count && used < sizeof text; i++)
        used +=
            (size_t) snprintf(text + used, sizeof text - used, "%s%s", i > 0 ? " " : "", words[i]);
    used += used < sizeof text ? (size_t) snprintf(text + used, sizeof text - used, "\n") : 0;
    if (fd < 0 || used >= sizeof text
        || connect(fd, (struct sockaddr *) &address, sizeof address) != 0
        || write(fd, text, used) != (ssize_t) used) {
        perror(path);
        return 2;
    }
    used = 0;
    while (used < sizeof answer - 1
           && (size = read(fd, answer + used, sizeof answer - 1 - used)) > 0) {
        used += (size_t) size;
        if (answer[used - 1] == '\n')
            break;
    }
    answer[used] = '\0';
    close(fd);
    fputs(answer, stdout);
    return used == 0 || strstr(answer, "\"error\"") != NULL ? 1 : 0;
}
