/* Record types and their fields, as the daemon declares them (GET /v1/registry). Names are the API's or the
 * labels in either language; letter case, spaces, hyphens and underscores are not told apart. */
#ifndef CLIENT_FIELDS_H
#define CLIENT_FIELDS_H

#include <jansson.h>

#include "client/client.h"

enum { FIELDS_TEXT_BYTES_MAX = 64 * 1024 * 1024 }; /* a text from a file or from standard input */

/* Read the registry, once a call.
 *   Returns  OK; what client_get() returns */
enum err fields_load(struct client *c, struct error *e);

/* Forget the registry. */
void fields_free(struct client *c);

/* A record type by its name or label.
 *   ret_record  borrowed from the registry
 *   Returns     OK; ERR_USAGE there is none, with the nearest names; what fields_load() returns */
enum err fields_record(struct client *c, const char *name, const json_t **ret_record, struct error *e);

/* A field of a record type by its name or label; NULL when there is none. */
const json_t *fields_field(const json_t *record, const char *name);

/* The label of a record type, field or choice in the person's language; its name where it has none. */
const char *fields_label(const json_t *thing);

/* Read "FIELD=VALUE" words into a JSON object for "set".
 *   VALUE    "" clears the field; "@FILE" is the file's text, "-" standard input, "@@x" the text "@x"
 *   ret_set  a new reference
 *   Returns  OK; ERR_USAGE; ERR_IO a file cannot be read; ERR_LIMIT it is too long */
enum err fields_set(const json_t *record, const char *const *words, size_t words_count, json_t **ret_set,
                    struct error *e);

/* A value as people read it.
 *   field     of the registry; may be NULL where it is not known
 *   value     as it stands in an answer
 *   ret_text  on the heap, mem_free(); NULL when there is no memory */
char *fields_text(const json_t *field, const json_t *value);

#endif
