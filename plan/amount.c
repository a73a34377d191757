/* Numbers as plans write them. */
#include "config.h"

#include "plan/amount.h"

#include "plan/phrase.h"

static bool
is_digit(char c)
{
    return c >= '0' && c <= '9';
}

size_t
amount_at(const struct text *t, size_t at, size_t end, struct amount *ret_amount)
{
    struct amount a = {.units = 0};
    size_t digits = 0;
    bool decimal = false;

    if (at >= end || !is_digit(t->low[at]) || (at > 0 && is_digit(t->low[at - 1])))
        return 0;
    while (at < end && digits < 15) {
        if (is_digit(t->low[at])) {
            a.units = a.units * 10 + (t->low[at] - '0');
            a.scale += decimal ? 1 : 0;
            digits++;
            at++;
        } else if (t->low[at] == ',' && !decimal && at + 1 < end && is_digit(t->low[at + 1])) {
            decimal = true;
            at++;
        } else if (t->low[at] == '.' && !decimal && at + 1 < end && is_digit(t->low[at + 1])) {
            bool group = at + 3 < end && is_digit(t->low[at + 2]) && is_digit(t->low[at + 3])
                         && (at + 4 >= end || !is_digit(t->low[at + 4]));

            if (!group) /* "97.5": a typist's decimal point */
                decimal = true;
            else
                a.unclear =
                    digits <= 3 && a.units != 0; /* "1.250.000" has two groups and is clear */
            at++;
        } else {
            break;
        }
    }
    while (a.scale > 0 && a.units % 10 == 0) {
        a.units /= 10;
        a.scale--;
    }
    *ret_amount = a;
    return at;
}

size_t
amount_count_at(const struct text *t, size_t at, size_t end, int64_t *ret_count)
{
    static const char *const words[] = {
        "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín", "mười", NULL};
    struct amount a;
    size_t index = 0;
    size_t stop = amount_at(t, at, end, &a);

    if (stop != 0 && a.scale == 0) {
        *ret_count = a.units;
        return stop;
    }
    stop = phrase_any_at(t, at, end, words, &index);
    if (stop != 0)
        *ret_count = (int64_t) index + 1;
    return stop;
}
