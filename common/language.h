/* The language that thidua speaks to a person: chosen once at the start, used by every message. */
#ifndef COMMON_LANGUAGE_H
#define COMMON_LANGUAGE_H

#include <stdbool.h>
#include <stddef.h>

#include "protocol/util/err.h"

/* Choose the language and find the messages.
 * The first of LC_ALL, LC_MESSAGES and LANG that is set decides; its language is honoured also where the
 * machine has no such locale. Unset, "C" and "POSIX" mean Vietnamese. Characters are UTF-8 always.
 *   Source  doc/thidua.1, "ENVIRONMENT" */
void language_start(void);

/* Is it Vietnamese that we speak? It decides the decimal mark and the words inside dates. */
bool language_is_vietnamese(void);

/* The message in the person's language; the text itself where there is no translation.
 *   text     English, "" allowed
 *   Returns  `text` or a constant */
const char *language_text(const char *text) __attribute__((format_arg(1)));

/* The label of a record type that this version knows, by its name on the API; the name itself for others. */
const char *language_record(const char *name);

#define _(text) language_text(text)

/* The whole text of an error in the person's language.
 *   ret_text  at least ERR_TEXT_BYTES_MAX bytes */
void language_error(const struct error *e, char *ret_text, size_t text_bytes);

#endif
