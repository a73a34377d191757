/* Log lines. */
#include "config.h"

#include "daemon/log_line.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { LINE_BYTES_MAX = 1024 };

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

void
log_line(enum log_level level, const char *event, const char *format, ...)
{
    char text[LINE_BYTES_MAX];
    va_list args;

    if (level > level_shown)
        return;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    for (char *p = text; *p != '\0'; p++)
        if ((unsigned char) *p < ' ' || *p == 0x7F)
            *p = ' ';
    fprintf(stderr, "level=%s event=%s %s\n", level_names[level], event, text);
}
