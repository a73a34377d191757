/* The reading of a plan, for a person: what it says, line by line, and what it leaves open. */
#ifndef CLIENT_READING_H
#define CLIENT_READING_H

#include <jansson.h>
#include <stdio.h>

/* Print a reading.
 *   plan   the object of plan_to_json()
 *   width  of the terminal, 0 for none */
void reading_print(const json_t *plan, FILE *out, size_t width);

/* Print questions that a person has to settle; nothing where there are none.
 *   questions  list of {"template", "args", "text", "line"} */
void reading_print_questions(const json_t *questions, FILE *out, size_t width);

/* Print one line about a duty of a campaign, an obligation or a report route, as the daemon answers it:
 * its id, the words of the plan, what is owed and until when. */
void reading_print_duty(const json_t *duty, FILE *out);

#endif
