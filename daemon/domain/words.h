/* The words of a text, for comparing phrases of plans with names; and the Vietnamese order of
 * names. Source: doc/architecture.md, "Libraries" (ICU). */
#ifndef DAEMON_DOMAIN_WORDS_H
#define DAEMON_DOMAIN_WORDS_H

#include <stdbool.h>
#include <stddef.h>

#include "protocol/util/arena.h"
#include "protocol/util/err.h"

/* Fold a text (fold_text()) and turn everything but letters and digits into blanks: "Công chức Văn
 * hóa – Xã hội" gives "cong chuc van hoa xa hoi". Returns  NULL at the arena's limit */
char *words_fold(struct arena *a, const char *text);

/* The words of a text in lower case with their marks, for what marks tell apart (trường and
 * trưởng): NFC, everything but letters and digits a blank. Returns  NULL at the arena's limit, or
 * when `text` is no UTF-8 */
char *words_lower(struct arena *a, const char *text);

/* True when the folded words of `needle` stand in `hay` as whole words, in a row. Both come from
 * words_fold(). An empty needle is nowhere. */
bool words_have(const char *hay, const char *needle);

/* How a list of names is ordered. */
enum name_order {
    NAME_PERSON, /* by the last word (the given name), then the rest: Hoàng Văn Vịnh under V */
    NAME_PLAIN,  /* from the front, numbers by their value: Thôn 2 before Thôn 10 */
};

struct name_item {
    const char *name; /* borrowed */
    void *item;       /* the caller's */
};

/* Sort by name in Vietnamese collation; equal names keep their order.
 *   a        holds the sort keys
 *   Returns  ERR_NOMEM, ERR_IO when ICU has no collation data */
enum err name_sort(struct arena *a, enum name_order order, struct name_item *items, size_t count,
                   struct error *e);

#endif
