/* Log lines: one line of key=value on stderr, as journald likes it. Only main, net/ and local/ log; the
 * engine returns errors. */
#ifndef DAEMON_LOG_LINE_H
#define DAEMON_LOG_LINE_H

enum {
    LOG_WARNINGS_MAX = 60, /* lines of one event in a minute: a stranger cannot fill the disk */
    LOG_MINUTE_S = 60,
};

enum log_level { LOG_ERROR, LOG_WARNING, LOG_INFO, LOG_DEBUG };

/* Set what is written: this level and the graver ones. */
void log_line_level(enum log_level level);

/* The level of a name ("error", "warning", "info", "debug"); LOG_INFO for another. */
enum log_level log_line_level_from_name(const char *name);

/* Write one line: level=… event=… and what the format gives. Control characters in it become blanks, so
 * that no peer and no name can forge a line. Of one event at most LOG_WARNINGS_MAX warnings are written in a
 * minute; a line with left_out=… then says how many more there were.
 *   event   short constant word, such as "session_end" */
void log_line(enum log_level level, const char *event, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
