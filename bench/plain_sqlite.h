/* What SQLite alone takes for the rows of state that a database of thidua holds: the yardstick. */
#ifndef BENCH_PLAIN_SQLITE_H
#define BENCH_PLAIN_SQLITE_H

#include <stddef.h>

struct plain; /* the rows, in memory */

/* Read the rows of every record type, with the statements that make their tables and indexes. Ends
 * the process when it cannot. path  a database that no daemon has open. Free with plain_free(). */
struct plain *plain_read(const char *path);
void plain_free(struct plain *p);
size_t plain_rows_count(const struct plain *p);

/* Write the rows into a new database in the order of their making, with updates of earlier rows
 * spread evenly between them: in all `writes` statements in transactions of `per_transaction`,
 * journal and durability as thidua has them. Returns  seconds */
double plain_write(const struct plain *p, const char *path, size_t writes, size_t per_transaction);

/* Remove a database with its write-ahead log. */
void plain_remove(const char *path);

/* Seconds of a clock that does not go back. */
double plain_now_s(void);

#endif
