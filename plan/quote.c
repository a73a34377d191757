/* Words in quotation marks. A straight mark opens and closes alike; typists also open with ”. */
#include "config.h"

#include "plan/quote.h"

#include <string.h>

#include "plan/phrase.h"

static const char *const opens[] = {"“", "\"", "«", "„", "‘‘", NULL};
static const char *const closes[] = {"”", "\"", "»", "“", "’’", NULL};

size_t
quote_opens(const struct text *t, size_t at)
{
    for (size_t i = 0; opens[i] != NULL; i++) {
        size_t length = strlen(opens[i]);

        if (t->size - at >= length && memcmp(t->bytes + at, opens[i], length) == 0)
            return length;
    }
    return 0;
}

struct span
quote_after(const struct text *t, size_t at, size_t end)
{
    for (; at < end; at++) {
        for (size_t i = 0; opens[i] != NULL; i++) {
            size_t length = strlen(opens[i]);
            size_t stop = at + length;

            if (end - at < length || memcmp(t->bytes + at, opens[i], length) != 0)
                continue;
            for (; stop < end; stop++) {
                if (end - stop >= strlen(closes[i])
                    && memcmp(t->bytes + stop, closes[i], strlen(closes[i])) == 0)
                    return (struct span){at + length, stop};
                if (length == 3 && t->bytes[stop] == '"')
                    return (struct span){at + length, stop};
            }
            return SPAN_NONE;
        }
    }
    return SPAN_NONE;
}
