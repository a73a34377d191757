/* Numbers as people write them here: decimal comma, dots between thousands; a decimal point is
 * read too
 * where it cannot be a dot between thousands.
 * Source: doc/protocol.md, "Text forms". */
#ifndef PROTOCOL_NUMBER_H
#define PROTOCOL_NUMBER_H

#include <stdbool.h>
#include <stdint.h>

enum number_fault {
    NUMBER_FAULT_NONE,
    NUMBER_FAULT_SHAPE,     /* not a number */
    NUMBER_FAULT_AMBIGUOUS, /* "1.234": a thousand and more, or one and a bit? */
    NUMBER_FAULT_LARGE,     /* more than 18 digits or so */
};

enum { NUMBER_TEXT_BYTES = 64 }; /* any decimal, grouped, with its sign and NUL */

/* Read a whole number: "1234", "-5", "20.000.000" and, since nothing else can be meant, "1.234".
 *   text        blanks around it are passed over; a percent sign may follow
 *   ret_number  untouched on a fault */
enum number_fault number_read_whole(const char *text, int64_t *ret_number);

/* Read a decimal: "0,39", "0.39", "1.234,5", "1,234.5", "1.234.567", "80 %". "1,234" is one and 234
 * thousandths; "1.234" is ambiguous, unlike "0.234" and "1.2340".
 *   ret_mantissa, ret_exponent  canonical (value_decimal_normalise()); untouched on a fault */
enum number_fault number_read_decimal(const char *text, int64_t *ret_mantissa,
                                      int32_t *ret_exponent);

/* The ambiguous number's two readings, for the question that is asked: "1234" and "1,234".
 *   text   for which number_read_decimal() gave NUMBER_FAULT_AMBIGUOUS
 *   ret_*  buffers of NUMBER_TEXT_BYTES */
void number_readings(const char *text, char *ret_thousands, char *ret_fraction);

/* Text of a decimal for programs: point, no exponent, no grouping: "0.39". Where that would be
 * ambiguous
 * to number_read_decimal() a zero is added: "1.2340".
 *   exponent  -18..18
 *   ret_text  buffer of NUMBER_TEXT_BYTES */
void number_format(int64_t mantissa, int32_t exponent, char *ret_text);

/* Text of a decimal for people.
 *   english  "1,234.5" instead of "1.234,5" */
void number_display(int64_t mantissa, int32_t exponent, bool english, char *ret_text);

#endif
