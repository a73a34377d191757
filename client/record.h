/* Printing records: one, its history, many. */
#ifndef CLIENT_RECORD_H
#define CLIENT_RECORD_H

#include "client/client.h"

/* One record with all its fields, and the values that stand beside each other.
 *   type    of the registry
 *   record  as answered */
void record_print(struct client *c, const json_t *type, const json_t *record, FILE *out);

/* Only the values that stand beside each other, with their numbers and how to settle them. */
void record_print_conflicts(struct client *c, const json_t *type, const json_t *record, FILE *out);

/* What is odd about a record: nothing for an empty list.
 *   findings  "findings" of the answer; may be NULL
 *   record_print_finding  one of them: the sentence, and the entries concerned */
void record_print_findings(struct client *c, const json_t *findings, FILE *out);
void record_print_finding(struct client *c, const json_t *finding, FILE *out);

/* The sentence of a finding in the person's language. */
void record_finding_text(const json_t *finding, char *ret_text, size_t text_bytes);

/* "operator, machine, unit, 15/08/2023 14:30" of an author in an answer, each where it is known.
 *   Returns  on the heap, mem_free(); NULL when there is no memory */
char *record_author(const json_t *author);

/* Every change of a record, oldest first.
 *   answer  of GET …/history */
void record_print_history(struct client *c, const json_t *type, const json_t *answer, FILE *out);

/* A line such as "3.17 added: Thôn 1".
 *   form  a translated format with two %s, id and title */
void record_say(const json_t *record, const char *form);

/* The help of a command by name. */
enum outcome record_explain(struct client *c, const char *command);

#endif
