/* Another wall clock for one program, by LD_PRELOAD: it starts at TEST_CLOCK_S seconds after 1970 and runs on
 * from there. Only the wall clock; timers keep their own. */
#define _GNU_SOURCE
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

int
clock_gettime(clockid_t clock, struct timespec *ret)
{
    static long long offset_s;
    static int known;
    int status = (int) syscall(SYS_clock_gettime, clock, ret);

    if (status != 0 || clock != CLOCK_REALTIME)
        return status;
    if (!known) {
        const char *start = getenv("TEST_CLOCK_S");

        offset_s = start != NULL ? strtoll(start, NULL, 10) - ret->tv_sec : 0;
        known = 1;
    }
    ret->tv_sec += offset_s;
    return 0;
}

time_t
time(time_t *ret)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    if (ret != NULL)
        *ret = now.tv_sec;
    return now.tv_sec;
}

int
gettimeofday(struct timeval *ret, void *zone)
{
    struct timespec now;

    (void) zone;
    clock_gettime(CLOCK_REALTIME, &now);
    ret->tv_sec = now.tv_sec;
    ret->tv_usec = now.tv_nsec / 1000;
    return 0;
}
