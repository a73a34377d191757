/* Errors: codes, contexts, and templates for translation. */
#include "config.h"

#include "protocol/util/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const struct {
    enum err code;
    const char *name;
} err_names[] = {
    {OK, "ok"},
#define X(code, name, reaction) {code, name},
    ERR_LIST(X)
#undef X
};

/* Cut `text` so that it ends on a whole UTF-8 character. */
static void
trim_utf8(char *text)
{
    size_t end = strlen(text);
    size_t start = end;
    unsigned char lead;
    size_t need;

    while (start > 0 && ((unsigned char) text[start - 1] & 0xC0) == 0x80)
        start--;
    if (start == 0)
        return;
    lead = (unsigned char) text[start - 1];
    need = lead >= 0xF0 ? 3 : lead >= 0xE0 ? 2 : lead >= 0xC0 ? 1 : 0;
    if (end - start < need)
        text[start - 1] = '\0';
}

enum err
err_set(struct error *e, enum err code, const char *format, ...)
{
    va_list args;

    if (e == NULL)
        return code;
    e->code = code;
    e->template = NULL;
    e->args_count = 0;
    va_start(args, format);
    vsnprintf(e->text, sizeof e->text, format, args);
    va_end(args);
    trim_utf8(e->text);
    return code;
}

enum err
err_say(struct error *e, enum err code, const char *template, ...)
{
    va_list args;
    const char *arg;

    if (e == NULL)
        return code;
    e->code = code;
    e->template = template;
    e->args_count = 0;
    va_start(args, template);
    while (e->args_count < ERR_ARGS_MAX && (arg = va_arg(args, const char *)) != NULL) {
        char *slot = e->args[e->args_count++];

        if (snprintf(slot, ERR_ARG_BYTES_MAX, "%s", arg) >= ERR_ARG_BYTES_MAX) {
            slot[ERR_ARG_BYTES_MAX - sizeof "…"] = '\0';
            trim_utf8(slot);
            strcat(slot, "…");
        }
        trim_utf8(slot);
    }
    va_end(args);
    err_fill(e->text, sizeof e->text, template, e->args, e->args_count);
    return code;
}

enum err
err_wrap(struct error *e, enum err code, const char *format, ...)
{
    char head[ERR_TEXT_BYTES_MAX / 2];
    char tail[ERR_TEXT_BYTES_MAX];
    va_list args;

    if (e == NULL)
        return code;
    va_start(args, format);
    vsnprintf(head, sizeof head, format, args);
    va_end(args);
    memcpy(tail, e->text, sizeof tail);
    snprintf(e->text, sizeof e->text, "%s: %s", head, tail);
    trim_utf8(e->text);
    e->code = code;
    return code;
}

void
err_fill(char *ret_text, size_t text_bytes, const char *template, char args[][ERR_ARG_BYTES_MAX],
         unsigned args_count)
{
    size_t used = 0;
    const char *p = template;

    while (*p != '\0' && used + 1 < text_bytes) {
        if (p[0] == '{' && p[1] >= '1' && p[1] <= '0' + ERR_ARGS_MAX && p[2] == '}') {
            unsigned place = (unsigned) (p[1] - '1');
            const char *arg = place < args_count ? args[place] : "";

            while (*arg != '\0' && used + 1 < text_bytes)
                ret_text[used++] = *arg++;
            p += 3;
        } else {
            ret_text[used++] = *p++;
        }
    }
    ret_text[used] = '\0';
    trim_utf8(ret_text);
}

const char *
err_name(enum err code)
{
    for (size_t i = 0; i < sizeof err_names / sizeof err_names[0]; i++)
        if (err_names[i].code == code)
            return err_names[i].name;
    return "io";
}

enum err
err_from_name(const char *name)
{
    for (size_t i = 0; i < sizeof err_names / sizeof err_names[0]; i++)
        if (strcmp(err_names[i].name, name) == 0)
            return err_names[i].code;
    return ERR_IO;
}
