/* Printing records: one, its history, many. */
#ifndef CLIENT_RECORD_H
#define CLIENT_RECORD_H

#include "client/client.h"

/* One record with all its fields, and the values that stand beside each other.
 *   type    of the registry
 *   record  as answered */
void record_print(struct client *c, const json_t *type, const json_t *record, FILE *out);

/* Only the values that stand beside each other, with their numbers and how to settle them. */
void record_print_conflicts(const json_t *type, const json_t *record, FILE *out);

/* Every change of a record, oldest first.
 *   answer  of GET …/history */
void record_print_history(struct client *c, const json_t *type, const json_t *answer, FILE *out);

/* A line such as "3.17 added: Thôn 1".
 *   form  a translated format with two %s, id and title */
void record_say(const json_t *record, const char *form);

/* The help of a command by name. */
enum outcome record_explain(struct client *c, const char *command);

#endif
