/* The bodies that are given tasks under "tổ chức thực hiện". */
#include "config.h"

#include <string.h>

#include "plan/actor.h"
#include "plan/outline.h"
#include "plan/reader.h"
#include "plan/terms.h"

static bool
is_labelled(const struct block *b)
{
    return b->label.kind != LABEL_NONE && b->label.kind != LABEL_DASH
           && b->label.kind != LABEL_PLUS;
}

/* Before a colon anyone may stand, as long as it is neither a task nor a matter. */
static struct span
any_lead(const struct text *t, const struct block *b)
{
    static const char *const matters[] = {
        "kinh phí", "thời gian", "chế độ", "công tác", "nội dung", "hình thức", "báo cáo", "về",
        "tiến độ", "giải pháp", "yêu cầu", "nguồn kinh phí", "kiểm tra", "chuẩn bị", "khen thưởng",
        "bước", "giai đoạn", "đợt", "trong", "lưu ý", NULL};
    struct span lead = {b->label.body, b->head_end};

    if (lead.at >= lead.end || b->row || phrase_any_at(t, lead.at, lead.end, matters, NULL) != 0
        || phrase_any_at(t, lead.at, lead.end, terms_verbs, NULL) != 0 || !span_upper(t, lead))
        return SPAN_NONE;
    return span_trim(t, lead, " :,");
}

static void
add_assignment(struct reader *r, size_t block, bool labelled)
{
    const struct text *t = r->t;
    const struct block *b = &t->blocks[block];
    struct span actor = actor_of_block(t, block);
    struct plan_assignment *item;

    if (!span_found(actor) && labelled)
        actor = any_lead(t, b);
    if (!span_found(actor))
        return;
    READER_ADD(r, r->p->assignments, item);
    if (item == NULL)
        return;
    item->assignee = reader_text(r, actor);
    item->label = labelled ? reader_text(r, b->label.text) : NULL;
    item->line = reader_line(r, actor.at);
}

/* The last paragraph that calls on all ("Trên đây là Kế hoạch …") assigns nothing. */
static bool
is_closing(const struct text *t, const struct block *b)
{
    static const char *const starts[] = {
        "trên đây", "yêu cầu các", "đề nghị các", "quá trình", "trong quá trình", "phát huy",
        "căn cứ", "nhận được", "kế hoạch này", "ubnd xã yêu cầu", NULL};

    return phrase_any_at(t, b->label.body, b->end, starts, NULL) != 0
           || strstr(t->bytes + b->end - (b->end - b->at > 3 ? 3 : 0), "./.")
                  == t->bytes + b->end - 3;
}

void
read_assignments(struct reader *r)
{
    static const char *const first[] = {
        "tổ chức thực hiện", "phân công thực hiện", "phân công nhiệm vụ", "trách nhiệm thực hiện",
        "phân công trách nhiệm", "phân công tổ chức thực hiện", "nhiệm vụ của các",
        "trách nhiệm của các", NULL};
    static const char *const second[] = {"thực hiện", "trách nhiệm", "phân công", NULL};
    static const char *const others[] = {
        "nội dung", "giải pháp", "thời gian", "mục tiêu", "kinh phí", "đối tượng", "biện pháp",
        "yêu cầu", NULL};
    const struct text *t = r->t;
    size_t head = SIZE_MAX;
    size_t end;
    unsigned rank = RANK_NONE;
    bool labelled = false;

    for (size_t at = 0; (at = outline_find(t, at, t->blocks_count, first, NULL)) != SIZE_MAX; at++)
        if (head == SIZE_MAX || t->blocks[at].rank <= t->blocks[head].rank)
            head = at; /* the last one of the highest rank: the plan's own */
    if (head == SIZE_MAX)
        head = outline_find(t, 0, t->blocks_count, second, others);
    if (head == SIZE_MAX)
        return;
    end = outline_section_end(t, head);
    for (size_t i = head + 1; i < end; i++)
        if (is_labelled(&t->blocks[i]) && t->blocks[i].rank < rank)
            rank = t->blocks[i].rank;
    labelled = rank < RANK_NONE;
    for (size_t i = head + 1; i < end; i++) {
        const struct block *b = &t->blocks[i];

        if (labelled ? is_labelled(b) && b->rank == rank
                     : (b->label.kind == LABEL_DASH || b->label.kind == LABEL_NONE)
                           && !(i + 1 == end && is_closing(t, b)))
            add_assignment(r, i, labelled);
    }
}
