/* Options of thiduad. */
#include "config.h"

#include "daemon/settings.h"

#include <stdio.h>
#include <string.h>

#include "daemon/platform.h"

enum { SETTINGS_FILE_BYTES_MAX = 64 * 1024, LINE_BYTES_MAX = 2048 };

void
settings_init(struct settings *c)
{
    *c = (struct settings){0};
    snprintf(c->data, sizeof c->data, "%s", "/var/lib/thidua");
    snprintf(c->log_level, sizeof c->log_level, "%s", "info");
}

static enum err
copy(char *slot, size_t slot_bytes, const char *name, const char *value, struct error *e)
{
    size_t size = strlen(value);

    if (size >= slot_bytes)
        return err_say(e, ERR_USAGE, N_("the value of “{1}” is too long"), name, NULL);
    memcpy(slot, value, size + 1);
    return OK;
}

enum err
settings_set(struct settings *c, const char *name, const char *value, struct error *e)
{
    if (strcmp(name, "data") == 0)
        return copy(c->data, sizeof c->data, name, value, e);
    if (strcmp(name, "socket") == 0)
        return copy(c->socket, sizeof c->socket, name, value, e);
    if (strcmp(name, "peer") == 0)
        return copy(c->peer, sizeof c->peer, name, value, e);
    if (strcmp(name, "log_level") == 0) {
        if (strcmp(value, "error") != 0 && strcmp(value, "warning") != 0 &&
            strcmp(value, "info") != 0 && strcmp(value, "debug") != 0)
            return err_say(e, ERR_USAGE, N_("log_level is error, warning, info or debug, not “{1}”"),
                           value, NULL);
        return copy(c->log_level, sizeof c->log_level, name, value, e);
    }
    if (strcmp(name, "listen") == 0) {
        if (c->listen_count == SETTINGS_LISTEN_MAX)
            return err_say(e, ERR_USAGE, N_("at most four addresses to listen on"), NULL);
        if (strrchr(value, ':') == NULL)
            return err_say(e, ERR_USAGE, N_("“{1}” is no ADDRESS:PORT such as 0.0.0.0:7878"), value, NULL);
        return copy(c->listen[c->listen_count++], SETTINGS_ADDRESS_BYTES, name, value, e);
    }
    return err_say(e, ERR_USAGE, N_("there is no option “{1}”: data, socket, listen, peer, log_level"),
                   name, NULL);
}

/* Cut white space off both ends, in place. */
static char *
trim(char *text)
{
    char *end;

    text += strspn(text, " \t\r");
    end = text + strlen(text);
    while (end > text && strchr(" \t\r", end[-1]) != NULL)
        *--end = '\0';
    return text;
}

static enum err
parse_line(struct settings *c, char *line, struct error *e)
{
    char *text = trim(line);
    char *equals;

    if (text[0] == '\0' || text[0] == '#' || text[0] == ';' || text[0] == '[')
        return OK;
    equals = strchr(text, '=');
    if (equals == NULL)
        return err_say(e, ERR_FORMAT, N_("“{1}” is no line of the form name = value"), text, NULL);
    *equals = '\0';
    return settings_set(c, trim(text), trim(equals + 1), e);
}

enum err
settings_parse(struct settings *c, const char *text, size_t size, struct error *e)
{
    size_t at = 0;
    unsigned number = 0;

    while (at < size) {
        const char *start = text + at;
        const char *newline = memchr(start, '\n', size - at);
        size_t length = newline != NULL ? (size_t) (newline - start) : size - at;
        char line[LINE_BYTES_MAX];
        enum err err;

        number++;
        at += length + (newline != NULL);
        if (length >= sizeof line || memchr(start, '\0', length) != NULL)
            return err_set(e, ERR_FORMAT, "line %u is not text, or too long", number);
        memcpy(line, start, length);
        line[length] = '\0';
        err = parse_line(c, line, e);
        if (err != OK)
            return err_wrap(e, err, "line %u", number);
    }
    return OK;
}

enum err
settings_read(struct settings *c, const char *path, struct error *e)
{
    struct buf b;
    enum err err;

    buf_init(&b, SETTINGS_FILE_BYTES_MAX);
    err = platform_read_file(path, false, &b, e);
    if (err == OK) {
        err = settings_parse(c, (const char *) b.bytes, b.size, e);
        if (err != OK)
            err_wrap(e, err, "%s", path);
    }
    buf_release(&b);
    return err;
}
