/* The label at the beginning of a line. A date, a decimal number or a count is no label. */
#include "config.h"

#include "plan/label.h"

#include <string.h>

#include "plan/lower.h"

static bool
is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* A label that ends before `end`, with `mark_bytes` of punctuation behind it. */
static struct label
found(enum label_kind kind, size_t at, size_t end, size_t body, const char *bytes, size_t size)
{
    while (body < size && (bytes[body] == ' ' || bytes[body] == TEXT_CELL))
        body++;
    return (struct label){.kind = kind, .text = {at, end}, .body = body, .parts = 1};
}

static const struct label none = {.kind = LABEL_NONE};

/* The last four are how Word's symbol fonts come out of a copy. */
static const char *const bullets[] = {
    "-", "–", "—", "−", "•", "●", "·", "▪", "■", "○", "◦", "➢", "✓", "►", "❖", "♦", "\xEF\x82\xB7",
    "\xEF\x80\xAD", "\xEF\x83\x98", "\xEF\x82\xA7", NULL};

static struct label
read_dash(const char *bytes, size_t size)
{
    if (size > 2 && bytes[0] == '+' && !is_digit(bytes[1]))
        return found(LABEL_PLUS, 0, 1, 1, bytes, size);
    if (size > 2 && bytes[0] == 'o' && bytes[1] == ' ' && lower_starts_upper(bytes + 2, size - 2))
        return found(LABEL_DASH, 0, 1, 1, bytes, size);
    for (size_t i = 0; bullets[i] != NULL; i++) {
        size_t length = strlen(bullets[i]);

        if (size > length && memcmp(bytes, bullets[i], length) == 0)
            return found(LABEL_DASH, 0, length, length, bytes, size);
    }
    return none;
}

/* May a label end at `at` with this mark? What follows has to be a space, a letter or the end. */
static size_t
mark_bytes(const char *bytes, size_t at, size_t size, const char *marks)
{
    size_t next = at + 1;

    if (at < size && size - at >= 3 && memcmp(bytes + at, "–", 3) == 0
        && strchr(marks, '-') != NULL)
        next = at + 3;
    else if (at >= size || bytes[at] == '\0' || strchr(marks, bytes[at]) == NULL)
        return 0;
    if (next < size && (is_digit(bytes[next]) || strchr(".,;)/", bytes[next]) != NULL)) {
        if (bytes[next] != '/' && bytes[next] != ')')
            return 0;
        next++;
    }
    return next - at;
}

static struct label
read_roman(const char *bytes, size_t size)
{
    size_t at = 0;
    size_t mark;

    while (at < size && at < 6 && strchr("IVX", bytes[at]) != NULL && bytes[at] != '\0')
        at++;
    if (at == 0)
        return none;
    mark = mark_bytes(bytes, at, size, "./)-:");
    if (mark == 0 && at + 1 < size && bytes[at] == ' '
        && (bytes[at + 1] == '-' || bytes[at + 1] == '.'))
        mark = 2;
    if (mark == 0)
        return none;
    return found(LABEL_ROMAN, 0, at, at + mark, bytes, size);
}

/* "1.", "1)", "1/", "1-", "(1)", "2.1", "2.1.", "I.1." */
static struct label
read_number(const char *bytes, size_t size)
{
    size_t start = size > 0 && bytes[0] == '(' ? 1 : 0;
    size_t at = start;
    unsigned parts = 0;
    size_t mark;
    struct label label;

    while (at < size && at < start + 5 && strchr("IVX", bytes[at]) != NULL && bytes[at] != '\0')
        at++;
    if (at > start) {
        if (at + 1 >= size || bytes[at] != '.' || !is_digit(bytes[at + 1]))
            return none;
        parts = 1;
        at++;
    }
    for (;;) {
        size_t digits = 0;

        while (at + digits < size && is_digit(bytes[at + digits]))
            digits++;
        if (digits == 0 || digits > 2)
            return none;
        at += digits;
        parts++;
        if (at + 1 < size && bytes[at] == '.' && is_digit(bytes[at + 1]) && parts < 5)
            at++;
        else
            break;
    }
    mark = mark_bytes(bytes, at, size, start == 1 ? ")" : "./)-:");
    if (mark == 0 && parts >= 2 && at < size && bytes[at] == ' '
        && lower_starts_upper(bytes + at + 1, size - at - 1))
        mark = 1;
    if (mark == 0)
        return none;
    label = found(LABEL_NUMBER, start, at, at + mark, bytes, size);
    label.parts = parts;
    return label;
}

/* "a)", "b.", "đ/", "a1)", "A." */
static struct label
read_letter(const char *bytes, size_t size)
{
    size_t at = 0;
    size_t mark;

    if (size > 2 && (memcmp(bytes, "đ", 2) == 0 || memcmp(bytes, "Đ", 2) == 0))
        at = 2;
    else if (size > 1
             && ((bytes[0] >= 'a' && bytes[0] <= 'z') || (bytes[0] >= 'A' && bytes[0] <= 'H')))
        at = 1;
    if (at == 0)
        return none;
    if (at < size && is_digit(bytes[at]))
        at++;
    mark = mark_bytes(bytes, at, size, "./)-");
    if (mark == 0 || at + mark >= size)
        return none;
    if (bytes[at] == '-' && bytes[at + mark] != ' ')
        return none;
    if ((bytes[0] >= 'A' && bytes[0] <= 'H' && at == 1) || memcmp(bytes, "Đ", 2) == 0)
        return bytes[at + mark] == ' ' ? found(LABEL_PART, 0, at, at + mark, bytes, size) : none;
    return found(LABEL_LETTER, 0, at, at + mark, bytes, size);
}

static const char *const ordinals[] = {
    "thứ nhất", "thứ hai", "thứ ba", "thứ tư", "thứ năm", "thứ sáu", "thứ bảy", "thứ tám",
    "thứ chín", "thứ mười", "một là", "hai là", "ba là", "bốn là", "năm là", "sáu là", "bảy là",
    "tám là", "chín là", "mười là", NULL};

/* "Thứ nhất, …", "Một là: …"; also "Điều 1." and "Phần thứ nhất". */
static struct label
read_words(const char *bytes, const char *low, size_t size)
{
    if (!lower_starts_upper(bytes, size))
        return none;
    for (size_t i = 0; ordinals[i] != NULL; i++) {
        size_t length = strlen(ordinals[i]);

        if (size > length && memcmp(low, ordinals[i], length) == 0
            && strchr(",:.;", low[length]) != NULL)
            return found(LABEL_ORDINAL, 0, length, length + 1, bytes, size);
    }
    if (size > 7 && memcmp(low, "điều ", strlen("điều ")) == 0) {
        size_t at = strlen("điều ");
        size_t start = at;

        while (at < size && is_digit(low[at]))
            at++;
        if (at > start && at < size && (low[at] == '.' || low[at] == ':'))
            return found(LABEL_NUMBER, 0, at, at + 1, bytes, size);
    }
    if (size > 6 && memcmp(low, "phần ", strlen("phần ")) == 0 && lower_all_caps(bytes, size))
        return (struct label){.kind = LABEL_PART, .text = {0, size}, .body = 0, .parts = 1};
    return none;
}

struct label
label_read(const char *bytes, const char *low, size_t size)
{
    struct label label = read_dash(bytes, size);

    if (label.kind == LABEL_NONE)
        label = read_roman(bytes, size);
    if (label.kind == LABEL_NONE)
        label = read_number(bytes, size);
    if (label.kind == LABEL_NONE)
        label = read_letter(bytes, size);
    if (label.kind == LABEL_NONE)
        label = read_words(bytes, low, size);
    return label;
}

unsigned
label_rank(const struct label *label)
{
    switch (label->kind) {
    case LABEL_PART:
        return 10;
    case LABEL_ROMAN:
    case LABEL_CAPS:
        return 20;
    case LABEL_NUMBER:
        return 30 + label->parts;
    case LABEL_ORDINAL:
        return 40;
    case LABEL_LETTER:
        return 45;
    case LABEL_DASH:
        return 80;
    case LABEL_PLUS:
        return 85;
    case LABEL_NONE:
        break;
    }
    return RANK_NONE;
}
