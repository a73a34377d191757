/* Words and the order of names, with ICU. */
#include "config.h"

#include "daemon/domain/words.h"

#include <stdlib.h>
#include <string.h>

#include <unicode/uchar.h>
#include <unicode/ucol.h>
#include <unicode/ustring.h>
#include <unicode/utf8.h>

#include "daemon/domain/fold.h"

enum { NAME_BYTES_MAX = 64 * 1024 };

/* UTF-8 to UTF-16 in the arena; NULL at a limit. */
static UChar *
widen(struct arena *a, const char *text, int32_t *ret_count)
{
    size_t size = strlen(text);
    UErrorCode status = U_ZERO_ERROR;
    UChar *wide;

    if (size > NAME_BYTES_MAX)
        return NULL;
    wide = arena_array(a, size + 1, sizeof *wide);
    if (wide == NULL)
        return NULL;
    u_strFromUTF8WithSub(wide, (int32_t) size + 1, ret_count, text, (int32_t) size, 0xFFFD, NULL,
                         &status);
    return U_FAILURE(status) ? NULL : wide;
}

/* Turn everything but letters and digits into single blanks, in place, and letters into lower case.
 * No Vietnamese letter grows in lower case; one that would is kept as it is. */
static char *
keep_words(char *text)
{
    int32_t size = text != NULL ? (int32_t) strlen(text) : 0, in = 0, out = 0;

    while (in < size) {
        int32_t start = in;
        UChar32 c;

        U8_NEXT(text, in, size, c);
        if (c >= 0 && u_isalnum(c)) {
            UChar32 lower = u_tolower(c);

            if (U8_LENGTH(lower) > in - start)
                lower = c;
            U8_APPEND_UNSAFE(text, out, lower);
        } else if (out > 0 && text[out - 1] != ' ') {
            text[out++] = ' ';
        }
    }
    if (out > 0 && text[out - 1] == ' ')
        out--;
    if (text != NULL)
        text[out] = '\0';
    return text;
}

char *
words_fold(struct arena *a, const char *text)
{
    return keep_words(fold_text(a, text));
}

char *
words_lower(struct arena *a, const char *text)
{
    return keep_words(nfc_text(a, text, strlen(text)));
}

bool
words_have(const char *hay, const char *needle)
{
    size_t size = strlen(needle);
    const char *at = hay;

    if (size == 0)
        return false;
    while ((at = strstr(at, needle)) != NULL) {
        if ((at == hay || at[-1] == ' ') && (at[size] == '\0' || at[size] == ' '))
            return true;
        at++;
    }
    return false;
}

/* An item with its sort keys: the given name decides alone before the rest is looked at. */
struct keyed_item {
    struct name_item item;
    const char *first; /* in the arena; ICU's sort keys end with a NUL */
    const char *rest;
    size_t place;
};

static const char *
sort_key(struct arena *a, const UCollator *collator, const char *text)
{
    int32_t count, size;
    UChar *wide = widen(a, text, &count);
    uint8_t *key;

    if (wide == NULL)
        return NULL;
    size = ucol_getSortKey(collator, wide, count, NULL, 0);
    key = arena_alloc(a, (size_t) size + 1);
    if (key != NULL)
        ucol_getSortKey(collator, wide, count, key, size);
    return (const char *) key;
}

static enum err
make_keys(struct arena *a, const UCollator *collator, enum name_order order, struct keyed_item *k)
{
    const char *name = k->item.name;
    size_t size = strlen(name), start = 0;
    const char *rest;

    while (size > 0 && name[size - 1] == ' ')
        size--;
    if (order == NAME_PERSON)
        for (start = size; start > 0 && name[start - 1] != ' ';)
            start--;
    name = arena_text(a, name + start, size - start);
    rest = arena_text(a, k->item.name, start);
    if (name == NULL || rest == NULL)
        return ERR_NOMEM;
    k->first = sort_key(a, collator, name);
    k->rest = sort_key(a, collator, rest);
    return k->first != NULL && k->rest != NULL ? OK : ERR_NOMEM;
}

static int
compare_keys(const void *left, const void *right)
{
    const struct keyed_item *a = left, *b = right;
    int order = strcmp(a->first, b->first);

    if (order == 0)
        order = strcmp(a->rest, b->rest);
    if (order == 0)
        order = a->place < b->place ? -1 : 1;
    return order;
}

enum err
name_sort(struct arena *a, enum name_order order, struct name_item *items, size_t count,
          struct error *e)
{
    UErrorCode status = U_ZERO_ERROR;
    UCollator *collator;
    struct keyed_item *keyed;
    enum err err = OK;

    if (count < 2)
        return OK;
    keyed = arena_array(a, count, sizeof *keyed);
    if (keyed == NULL)
        return err_set(e, ERR_NOMEM, "no memory to sort %zu names", count);
    collator = ucol_open("vi", &status);
    if (U_FAILURE(status))
        return err_set(e, ERR_IO, "ICU has no Vietnamese collation: %s", u_errorName(status));
    ucol_setAttribute(collator, UCOL_NUMERIC_COLLATION, UCOL_ON, &status);
    ucol_setAttribute(collator, UCOL_NORMALIZATION_MODE, UCOL_ON, &status);
    for (size_t i = 0; i < count && err == OK; i++) {
        keyed[i] = (struct keyed_item){.item = items[i], .place = i};
        if (make_keys(a, collator, order, &keyed[i]) != OK)
            err = err_set(e, ERR_NOMEM, "no memory to sort %zu names", count);
    }
    if (err == OK) {
        qsort(keyed, count, sizeof *keyed, compare_keys);
        for (size_t i = 0; i < count; i++)
            items[i] = keyed[i].item;
    }
    ucol_close(collator);
    return err;
}
