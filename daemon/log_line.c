/* Log lines. */
#include "config.h"

#include "daemon/log_line.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum { LINE_BYTES_MAX = 1024, EVENTS_MAX = 32, EVENT_BYTES_MAX = 32 };

static const char *const level_names[] = {"error", "warning", "info", "debug"};

static enum log_level level_shown = LOG_INFO;

void
log_line_level(enum log_level level)
{
    level_shown = level;
}

enum log_level
log_line_level_from_name(const char *name)
{
    for (int i = 0; i <= LOG_DEBUG; i++)
        if (strcmp(name, level_names[i]) == 0)
            return (enum log_level) i;
    return LOG_INFO;
}

/* How often an event was told of since its minute began. Warnings say what others did, and these may do it as
 * often as they like. */
struct tally {
    char event[EVENT_BYTES_MAX];
    time_t since_s;
    unsigned count;
    unsigned left_out;
};

static _Thread_local struct tally tallies[EVENTS_MAX];

static struct tally *
tally_of(const char *event)
{
    for (size_t i = 0; i < EVENTS_MAX; i++) {
        if (tallies[i].event[0] == '\0')
            snprintf(tallies[i].event, EVENT_BYTES_MAX, "%s", event);
        if (strncmp(tallies[i].event, event, EVENT_BYTES_MAX - 1) == 0)
            return &tallies[i];
    }
    return NULL;
}

/* Whether one more line of an event may be written; what was left out is told with the next minute's first. */
static bool
may_write(const char *event)
{
    struct tally *t = tally_of(event);
    time_t now_s = time(NULL);

    if (t == NULL)
        return true;
    if (now_s < t->since_s || now_s >= t->since_s + LOG_MINUTE_S) {
        if (t->left_out > 0)
            fprintf(stderr, "level=warning event=%s left_out=%u\n", event, t->left_out);
        t->since_s = now_s;
        t->count = t->left_out = 0;
    }
    if (++t->count <= LOG_WARNINGS_MAX)
        return true;
    t->left_out++;
    return false;
}

void
log_line(enum log_level level, const char *event, const char *format, ...)
{
    char text[LINE_BYTES_MAX];
    va_list args;

    if (level > level_shown || (level == LOG_WARNING && !may_write(event)))
        return;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    for (char *p = text; *p != '\0'; p++)
        if ((unsigned char) *p < ' ' || *p == 0x7F)
            *p = ' ';
    fprintf(stderr, "level=%s event=%s %s\n", level_names[level], event, text);
}
