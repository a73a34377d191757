/* Targets: figures to reach, ranks to hold, rows of a table of targets. */
#include "config.h"

#include <string.h>

#include "plan/amount.h"
#include "plan/outline.h"
#include "plan/quote.h"
#include "plan/reader.h"

enum { CELLS_MAX = 16 };

static const char *const done[] = {
    "đã đạt", "hiện đạt", "đã có", "kết quả đạt", "ước đạt", "đạt được", "so với năm", "hiện nay",
    "thực hiện được", NULL};

/* What joins a name to its figure. */
static const char *const joins[] = {
    "đạt từ", "đạt trên", "đạt ít nhất", "đạt tối thiểu", "đạt", "còn dưới", "xuống còn",
    "giảm còn", "giảm xuống còn", "còn", "là", "dưới", "trên", "từ", "ít nhất", "tối thiểu",
    "không quá", "không dưới", "xuống dưới", "lên", "lên trên", "tăng", "giảm", "giảm dưới",
    "đạt tỷ lệ", "đạt khoảng", "khoảng", "hơn", "có", "đạt mức",
    "có trên", "có ít nhất", "có từ", "phấn đấu đạt", "duy trì", "chiếm", "tăng thêm", "đạt 100",
    NULL};

static const char *const lead_words[] = {
    "phấn đấu", "mục tiêu", "chỉ tiêu", "bảo đảm", "đảm bảo", "phấn đấu để", "duy trì", "có",
    "ít nhất", "trên", "từ", "tối thiểu", "phấn đấu có", "tiếp tục duy trì", "nâng", "giảm", "tăng",
    "hoàn thành", "vận động", "đạt", "không dưới", "phấn đấu đạt", "thực hiện", "mỗi năm",
    "hằng năm", "hàng năm", NULL};

/* Words of time before a name: "Phấn đấu đến cuối năm 2023 …". */
static struct span
without_time(const struct text *t, struct span s, struct span *ret_date_words)
{
    static const char *const ons[] = {
        "đến", "trong", "tới", "vào", "đến hết", "đến cuối", "đến nay", "tính đến", NULL};

    for (;;) {
        size_t start = s.at;
        size_t word;
        struct date d;
        size_t stop;

        s = span_trim(t, s, " ,:-");
        word = phrase_any_at(t, s.at, s.end, lead_words, NULL);
        if (word != 0 && !span_upper(t, (struct span){word + 1, s.end}))
            s.at = word;
        s = span_trim(t, s, " ,:-");
        word = phrase_any_at(t, s.at, s.end, ons, NULL);
        stop = date_at(t, word != 0 ? word + 1 : s.at, s.end, false, &d);
        if (stop != 0 && d.year != 0) {
            *ret_date_words = (struct span){s.at, stop};
            s.at = stop;
        }
        if (s.at == start || s.at >= s.end)
            return s;
    }
}

static void
add_indicator(struct reader *r, struct span name, struct amount a, struct span rank,
              struct span unit, struct span by_in, size_t at)
{
    const struct text *t = r->t;
    struct plan_indicator *item;
    struct date by;
    struct span date;

    name = span_trim(t, name, " ,:;.-");
    if (name.at >= name.end || name.end - name.at > 400)
        return;
    READER_ADD(r, r->p->indicators, item);
    if (item == NULL)
        return;
    item->name = reader_text(r, name);
    item->rank = reader_text(r, rank);
    item->target_units = a.units;
    item->target_scale = a.scale;
    item->unit = reader_text(r, unit);
    date = span_found(by_in) ? date_find(t, by_in, &by) : SPAN_NONE;
    item->by = span_found(date) ? reader_date(r, by, date) : NULL;
    item->line = reader_line(r, at);
    if (a.unclear)
        reader_ask(r, at, N_("Is the figure of “{1}” in thousands, or is the dot a decimal comma?"),
                   name, SPAN_NONE);
}

/* The number at `at` ends in "%" or "phần trăm"; returns the end with it, or 0. */
static size_t
percent_at(const struct text *t, size_t at, size_t end, struct amount *a)
{
    size_t stop = amount_at(t, at, end, a);

    if (stop == 0)
        return 0;
    if (stop < end && (t->low[stop] == '-' || memcmp(t->low + stop, "–", 3) == 0)) {
        struct amount upper;
        size_t more = amount_at(t, stop + (t->low[stop] == '-' ? 1 : 3), end, &upper);

        stop = more != 0 ? more : stop;
    }
    if (stop < end && t->low[stop] == ' ' && stop + 1 < end && t->low[stop + 1] == '%')
        stop++;
    return stop < end && t->low[stop] == '%' ? stop + 1 : 0;
}

/* The name before a figure, without its joining words; an empty piece where nothing stands before.
 */
static struct span
name_before(const struct text *t, struct span before, struct span *ret_time)
{
    static const char *const aims[] = {"phấn đấu", "phấn đấu đến", NULL};
    struct span name = span_trim_end(t, before, " ,:(");
    struct span aim = phrase_find_last(t, name, aims, NULL);

    for (size_t at = name.end; at > name.at;
         at--) { /* "Phong trào …: phấn đấu thu ngân sách đạt" */
        if (t->bytes[at - 1] == ':') {
            name.at = at;
            break;
        }
    }
    if (span_found(aim) && aim.at > name.at)
        name.at = aim.at;
    for (unsigned i = 0; i < 4; i++) {
        struct span join = phrase_find_last(t, (struct span){name.at, name.end}, joins, NULL);

        if (!span_found(join) || join.end != name.end)
            break;
        for (size_t k = 0; joins[k] != NULL; k++) { /* the longest that ends here */
            size_t length = strlen(joins[k]);

            if (name.end - name.at >= length
                && memcmp(t->low + name.end - length, joins[k], length) == 0
                && name.end - length < join.at
                && (name.end == name.at + length || t->low[name.end - length - 1] == ' '))
                join.at = name.end - length;
        }
        name = span_trim_end(t, (struct span){name.at, join.at}, " ,:(");
    }
    return without_time(t, name, ret_time);
}

/* "Các lớp đạt 80% tiết học loại Tốt": who reaches it, not what is counted. */
static bool
is_bearer(const struct text *t, struct span name, size_t behind, size_t end)
{
    static const char *const alls[] = {"các", "mỗi", "từng", "toàn", NULL};
    static const char *const rests[] = {
        "trở lên", "so với", "trong", "vào", "và", "kế hoạch", "dự toán", "trở xuống", "chỉ tiêu",
        "nghị quyết", "tổng số", NULL};

    return phrase_any_at(t, name.at, name.end, alls, NULL) != 0 && span_words(t, name) <= 4
           && behind + 1 < end && t->bytes[behind] == ' '
           && phrase_any_at(t, behind + 1, end, rests, NULL) == 0
           && span_words(
                  t, (struct span){behind, phrase_find_mark(t, (struct span){behind, end}, ",;.(")})
                  >= 2;
}

/* Percentages of one clause. */
static void
percents_in(struct reader *r, struct span sentence, struct span in)
{
    const struct text *t = r->t;
    size_t from = in.at;

    for (size_t at = in.at; at < in.end; at++) {
        struct amount a = {.units = 0};
        struct span time = SPAN_NONE;
        size_t stop = percent_at(t, at, in.end, &a);
        struct span name;
        struct date d;
        struct span reached;

        if (stop == 0)
            continue;
        reached = phrase_find_any(t, (struct span){from, at}, done, NULL);
        name = name_before(t, (struct span){from, at}, &time);
        if (span_words(t, name) < 2 || is_bearer(t, name, stop, in.end)) {
            static const char *const ends[] = {
                "trước ngày", "chậm nhất", "trước", "phấn đấu", NULL};
            size_t end = phrase_find_mark(t, (struct span){stop, in.end}, ";.(");
            struct span word = phrase_find_any(t, (struct span){stop, end}, ends, NULL);
            size_t up = phrase_at(t, stop + 1, in.end, "trở lên");

            name = (struct span){up != 0 ? up : stop, span_found(word) ? word.at : end};
            for (size_t i = name.at; i + 1 < name.end;
                 i++) { /* the next figure's name is its own */
                struct amount next;

                if (t->bytes[i] == ','
                    && percent_at(t, phrase_next_word(t, i, in.end), in.end, &next) != 0)
                    name.end = i;
            }
            if (span_words(t, name) < 2)
                continue;
        }
        if (!span_found(time)) {
            struct span date = date_find(t, (struct span){sentence.at, in.end}, &d);

            time = span_found(date) && d.year != 0 ? date : SPAN_NONE;
        }
        if (!span_found(reached))
            add_indicator(r, name, a, SPAN_NONE, (struct span){stop - 1, stop}, time, name.at);
        at = name.end > stop ? name.end : stop;
        from = at;
        at = at > 0 ? at - 1 : at;
    }
}

/* "các chỉ số … (PCI, PAR INDEX), … thuộc nhóm “rất tốt”": ranks. */
static void
ranks_in(struct reader *r, struct span in)
{
    static const char *const heads[] = {"chỉ số", "các chỉ số", NULL};
    static const char *const marks[] = {
        "nhóm", "xếp loại", "mức", "xếp hạng", "thứ hạng", "loại", "hạng", NULL};
    static const char *const ranks[] = {
        "rất tốt", "tốt", "khá", "xuất sắc", "trung bình", "giỏi", "cao", "rất cao",
        "trung bình cao", NULL};
    const struct text *t = r->t;
    struct span head = phrase_find_any(t, in, heads, NULL);
    struct span mark = span_found(head)
                           ? phrase_find_any(t, (struct span){head.end, in.end}, marks, NULL)
                           : SPAN_NONE;
    struct span rank = SPAN_NONE;
    struct amount none = {.units = 0};
    size_t open;
    size_t close;

    if (!span_found(mark))
        return;
    for (size_t at = mark.end; at < in.end && at < mark.end + 40 && !span_found(rank); at++) {
        size_t stop = phrase_any_at(t, at, in.end, ranks, NULL);

        if (stop != 0)
            rank = (struct span){at, stop};
    }
    if (!span_found(rank))
        return;
    open = phrase_find_mark(t, (struct span){head.end, mark.at}, "(");
    close = phrase_find_mark(t, (struct span){open, mark.at}, ")");
    if (open >= mark.at) {
        add_indicator(
            r, (struct span){head.at, phrase_find_mark(t, (struct span){head.end, mark.at}, ",;:")},
            none, rank, SPAN_NONE, SPAN_NONE, head.at);
        return;
    }
    for (size_t at = open + 1; at < close;) {
        size_t stop = phrase_find_mark(t, (struct span){at, close}, ",;");

        add_indicator(r, (struct span){at, stop}, none, rank, SPAN_NONE, SPAN_NONE, at);
        at = stop + 1;
    }
}

/* "Cụm thi đua số 1": the number is part of a name. */
static bool
is_number_of_name(const struct text *t, size_t at)
{
    static const char *const words[] = {
        "số", "lần thứ", "thứ", "khóa", "điều", "khoản", "mức", NULL};
    struct span before = {at > 12 ? at - 12 : 0, at};
    struct span word = phrase_find_last(t, before, words, NULL);

    return span_found(word) && word.end + 1 >= at;
}

/* In a section of targets other figures count, too: "Thu nhập bình quân đạt 75 triệu
 * đồng/người/năm". */
static void
figures_in(struct reader *r, struct span sentence, struct span in, bool joined)
{
    static const char *const ends[] = {
        "trở lên", "so với", "trong", "trước", "vào", "để", "và", "đến", "tại", NULL};
    /* What everyone has to do is a duty, not a target. */
    static const char *const everyone[] = {"mỗi", "các", "từng", "mọi", NULL};
    const struct text *t = r->t;

    for (size_t at = in.at; at < in.end; at++) {
        struct amount a = {.units = 0};
        struct span time = SPAN_NONE;
        size_t stop = amount_at(t, at, in.end, &a);
        struct span name;
        struct span unit;
        struct span end;
        struct date d;

        if (stop == 0)
            continue;
        if (date_at(t, at, in.end, true, &d) != 0 || t->low[stop] == '/' || t->low[stop] == '%'
            || t->low[stop] == '-') {
            at = stop;
            continue;
        }
        name = name_before(t, (struct span){in.at, at}, &time);
        unit = (struct span){stop, phrase_find_mark(t, (struct span){stop, in.end}, ",;.(")};
        end = phrase_find_any(t, unit, ends, NULL);
        unit.end = span_found(end) ? end.at : unit.end;
        unit = span_trim(t, unit, " .;");
        if (span_words(t, name) < 2 && span_words(t, unit) > 3) { /* "Trao 20 suất quà cho …" */
            name = (struct span){stop, unit.end};
            unit.end = phrase_next_word(t, phrase_next_word(t, unit.at, unit.end), unit.end);
            unit = span_trim(t, unit, " ");
        }
        if (is_number_of_name(t, at)
            || (joined && phrase_any_at(t, name.at, name.end, everyone, NULL) != 0)
            || (joined && span_trim_end(t, (struct span){in.at, at}, " ").end == name.end)
            || span_words(t, name) < 2 || t->bytes[stop] != ' ' || span_words(t, unit) == 0
            || span_words(t, unit) > 8 || phrase_find_mark(t, name, ",;") != name.end
            || span_found(phrase_find_any(t, (struct span){in.at, at}, done, NULL))) {
            at = stop;
            continue;
        }
        if (!span_found(time)) {
            struct span date = date_find(t, sentence, &d);

            time = span_found(date) ? date : SPAN_NONE;
        }
        add_indicator(r, name, a, SPAN_NONE, unit, time, name.at);
        return;
    }
}

/* ---- tables ---- */

struct table {
    struct span heads[CELLS_MAX];
    size_t count;
    size_t name; /* the column of names */
    size_t unit; /* the column of units, SIZE_MAX for none */
    bool is_open;
};

static size_t
split_cells(const struct text *t, const struct block *b, struct span *cells)
{
    size_t count = 0;
    size_t at = b->at;

    while (at <= b->end && count < CELLS_MAX) {
        const char *mark = memchr(t->bytes + at, TEXT_CELL, b->end - at);
        size_t stop = mark != NULL ? (size_t) (mark - t->bytes) : b->end;

        cells[count++] = span_trim(t, (struct span){at, stop}, " ");
        at = stop + 1;
    }
    return count;
}

/* Is this row the head of a table of targets? */
static void
open_table(const struct text *t, struct table *table, const struct span *cells, size_t count,
           bool in_section)
{
    static const char *const loose[] = {"nội dung", "tiêu chí", "mục tiêu", "danh mục", NULL};
    static const char *const names[] = {"chỉ tiêu", "tên chỉ tiêu", "nội dung chỉ tiêu", NULL};
    static const char *const units[] = {"đvt", "đơn vị tính", "đơn vị", NULL};

    *table = (struct table){.count = count, .name = SIZE_MAX, .unit = SIZE_MAX};
    for (size_t i = 0; i < count; i++) {
        table->heads[i] = cells[i];
        if (table->name == SIZE_MAX && span_found(phrase_find_any(t, cells[i], names, NULL)))
            table->name = i;
        else if (table->unit == SIZE_MAX && span_found(phrase_find_any(t, cells[i], units, NULL)))
            table->unit = i;
    }
    for (size_t i = 0; i < count && in_section && table->name == SIZE_MAX; i++)
        if (span_found(phrase_find_any(t, cells[i], loose, NULL)))
            table->name = i;
    table->is_open = table->name != SIZE_MAX;
}

/* A column of a year before the campaign's says what was reached, also where it does not say so. */
static bool
is_past_year(const struct reader *r, struct span head)
{
    struct date d;
    char text[DATE_TEXT_BYTES_MAX];

    return r->p->period.from != NULL && span_found(date_find(r->t, head, &d)) && date_write(d, text)
        && strncmp(text, r->p->period.from, strlen("2023")) < 0;
}

static void
read_row(struct reader *r, const struct table *table, const struct span *cells, size_t count)
{
    static const char *const reached[] = {
        "thực hiện", "kết quả", "đạt được", "hiện trạng", "ước", "đã", NULL};
    const struct text *t = r->t;

    for (size_t i = table->name + 1; i < count && i < table->count; i++) {
        struct amount a;
        struct span cell = cells[i];
        struct span unit =
            table->unit != SIZE_MAX && table->unit < count ? cells[table->unit] : SPAN_NONE;
        size_t stop;

        if (i == table->unit || span_found(phrase_find_any(t, table->heads[i], reached, NULL)))
            continue;
        if (is_past_year(r, table->heads[i]))
            continue;
        while (cell.at < cell.end && (t->low[cell.at] < '0' || t->low[cell.at] > '9'))
            cell.at++;
        stop = amount_at(t, cell.at, cell.end, &a);
        if (stop == 0)
            continue;
        if (!span_found(unit) && stop < cell.end)
            unit = span_trim(t, (struct span){stop, cell.end}, " ");
        add_indicator(r, cells[table->name], a, SPAN_NONE, unit, table->heads[i],
                      cells[table->name].at);
    }
}

/* One sentence, clause by clause.
 *   in_section  it stands in a section of targets: every figure counts, not percentages alone */
static void
indicators_in(struct reader *r, struct span s, bool in_section)
{
    const struct text *t = r->t;
    bool is_aim = span_found(phrase_find(t, s, "phấn đấu"));

    ranks_in(r, s);
    for (size_t at = s.at; at < s.end;) {
        size_t stop = phrase_find_mark(t, (struct span){at, s.end}, ";");

        if (memchr(t->bytes + at, '%', stop - at) != NULL)
            percents_in(r, s, (struct span){at, stop});
        else if (in_section || is_aim)
            figures_in(r, s, (struct span){at, stop}, !in_section);
        at = stop + 1;
    }
}

void
read_indicators(struct reader *r)
{
    static const char *const heads[] = {"chỉ tiêu", "mục tiêu", "chỉ tiêu thi đua", NULL};
    const struct text *t = r->t;
    struct table table = {.is_open = false};
    size_t section_end = 0;

    for (size_t i = 0; i < t->blocks_count; i++) {
        const struct block *b = &t->blocks[i];
        struct span cells[CELLS_MAX];
        size_t count;

        if (b->zone != ZONE_BODY && b->zone != ZONE_ANNEX)
            continue;
        if (b->row) {
            count = split_cells(t, b, cells);
            if (table.is_open)
                read_row(r, &table, cells, count);
            else
                open_table(t, &table, cells, count, i < section_end);
            continue;
        }
        table.is_open = false;
        if (b->zone != ZONE_BODY)
            continue;
        if (span_found(phrase_find_any(t, outline_heading(t, i), heads, NULL)) && section_end <= i)
            section_end = outline_section_end(t, i);
        for (size_t k = b->sentence; k < b->sentence + b->sentences; k++)
            indicators_in(r, (struct span){t->sentences[k].at, t->sentences[k].end}, i < section_end);
    }
}
