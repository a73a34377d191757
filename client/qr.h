/* QR codes: of an invitation's line, on a terminal and as a picture for paper. */
#ifndef CLIENT_QR_H
#define CLIENT_QR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "protocol/util/err.h"

enum { QR_QUIET = 4 }; /* white modules around it, as the standard asks */

struct qr;

/* Encode a text of 1..1,900 bytes. The sturdiest error correction that leaves the code small enough for
 * `columns` is taken, at least the lowest.
 *   columns   of the terminal it is for; 0 = paper: medium correction
 *   Returns   OK, free with qr_free(); ERR_LIMIT the text is too long; ERR_NOMEM */
enum err qr_new(const char *text, size_t columns, struct qr **ret_qr, struct error *e);
void qr_free(struct qr *qr);

/* Columns that it takes on a terminal, quiet zone included. */
size_t qr_columns(const struct qr *qr);

/* Print it in half blocks, two modules above each other in one character. Black and white are set in each line, so
 * that it reads the same on dark and light terminals. */
void qr_print(const struct qr *qr, FILE *out);

/* Write it as SVG, 1 mm for a module, black on white. */
void qr_svg(const struct qr *qr, FILE *out);

/* Whether the module at a place is black; outside of the code it is not. For tests. */
bool qr_black(const struct qr *qr, long column, long row);

#endif
