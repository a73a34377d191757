/* Errors: one code for each reaction that a caller can have, and one context that carries the words.
 * Functions that can fail return `enum err`; the last parameter is the context, written where the
 * error arises and wrapped on its way up. The context may be NULL where only the code matters. */
#ifndef PROTOCOL_UTIL_ERR_H
#define PROTOCOL_UTIL_ERR_H

#include <stddef.h>

/* Marks a text that people read, for xgettext; it changes nothing. */
#define N_(text) text

/* code, name on the API, what the caller does about it */
#define ERR_LIST(X)                                                                                \
    X(ERR_AGAIN, "again", "more input or time is needed; call again")                              \
    X(ERR_NOMEM, "no_memory", "give up this piece of work, keep running")                          \
    X(ERR_IO, "io", "the disk or the network failed; tell a person or retry later")                \
    X(ERR_FORMAT, "format", "the bytes or words are wrong; refuse them")                           \
    X(ERR_LIMIT, "limit", "a maximum is exceeded; refuse it")                                      \
    X(ERR_AUTH, "auth", "not proven or not allowed; refuse it")                                    \
    X(ERR_CONFLICT, "conflict", "something changed meanwhile; show both")                          \
    X(ERR_NOT_FOUND, "not_found", "there is no such thing; say what there is")                     \
    X(ERR_UNSUPPORTED, "unsupported", "a newer or other version is needed")                        \
    X(ERR_CLOSED, "closed", "the other side or this object has ended")                             \
    X(ERR_CANCELLED, "cancelled", "the work was called off; drop it quietly")                      \
    X(ERR_USAGE, "usage", "the call or the command is wrong; say how it is used")

enum err {
    OK = 0,
#define X(code, name, reaction) code,
    ERR_LIST(X)
#undef X
};

enum {
    ERR_TEXT_BYTES_MAX = 768, /* one message, cut beyond */
    ERR_ARGS_MAX = 4,         /* places {1} to {4} of a template */
    ERR_ARG_BYTES_MAX = 160,  /* one argument of a template, cut beyond */
};

struct error {
    enum err code;
    char text[ERR_TEXT_BYTES_MAX]; /* English, complete */
    const char *template;          /* borrowed constant, or NULL: English with {1}.. for translation */
    unsigned args_count;
    char args[ERR_ARGS_MAX][ERR_ARG_BYTES_MAX];
};

/* Write an error for logs and developers.
 *   e        context, or NULL
 *   Returns  `code`, so that a caller can `return err_set(...)` */
enum err err_set(struct error *e, enum err code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Write an error that a person reads: what happened, to what, and what to do.
 *   template   constant English text marked N_(), with {1} to {4} for the arguments
 *   ...        const char * arguments, then NULL
 *   Returns    `code` */
enum err err_say(struct error *e, enum err code, const char *template, ...)
    __attribute__((sentinel));

/* Put `format` and a colon before the text; the code and the template stay.
 *   Returns  the code in `e` (ERR_IO where `e` is NULL is never needed: pass the code on yourself) */
enum err err_wrap(struct error *e, enum err code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Fill a template (already translated or not) with arguments.
 *   ret_text   receives at most text_bytes - 1 bytes and a NUL */
void err_fill(char *ret_text, size_t text_bytes, const char *template,
              char args[][ERR_ARG_BYTES_MAX], unsigned args_count);

/* The code's name on the API, such as "not_found"; "ok" for OK. */
const char *err_name(enum err code);

/* The code for an API name; ERR_IO for an unknown one (a newer daemon). */
enum err err_from_name(const char *name);

#endif
