/* Who a sentence speaks of. Vietnamese has the subject first; it ends at a colon or before its
 * verb. A verb counts in small letters only ("Ban Tổ chức"), and not where it is a noun ("các tổ
 * chức"). */
#include "config.h"

#include "plan/actor.h"

#include <string.h>

#include "plan/outline.h"
#include "plan/phrase.h"
#include "plan/terms.h"

enum { ACTOR_BYTES_MAX = 420 };

static const char *const prefixes[] = {
    "đề nghị", "giao", "yêu cầu", "phân công", "đối với", "trách nhiệm của", "nhiệm vụ của",
    "giao trách nhiệm cho", "giao cho", "giao nhiệm vụ cho", "phấn đấu", "đồng thời đề nghị",
    "đồng thời, đề nghị", "trân trọng đề nghị", "ubnd xã yêu cầu", "kính đề nghị", NULL};

/* What makes "tổ chức" and its like a noun. */
static bool
is_noun(const struct text *t, size_t at, size_t stop, size_t from, size_t end)
{
    static const char *const befores[] = {
        "các", "những", "mỗi", "từng", "của", "cơ quan,", "đơn vị,", "công tác", "một số",
        "hội nghị", "cán bộ", "nhiệm vụ", "được", NULL};
    static const char *const groups[] = {"ủy ban", "ban", "tổ", "đội", NULL};
    static const char *const group_tasks[] = {"tổ chức", "tuyên truyền", "kiểm tra", NULL};
    static const char *const behinds[] = {
        "chính trị", "đoàn thể", "thành viên", "cơ sở", "đảng", "hội", "tôn giáo", "xã hội",
        "đơn vị", "đoàn", "công đoàn", "kinh tế", "hành chính", "cán bộ", NULL};
    static const char *const maybe[] = {
        "tổ chức", "tuyên truyền", "kiểm tra", "lãnh đạo", "tham mưu", "giám sát", "báo cáo",
        "hướng dẫn", NULL};
    struct span before = {at > from + 24 ? at - 24 : from, at};
    struct span word;

    if (phrase_any_at(t, at, end, maybe, NULL) == 0)
        return false;
    word = phrase_find_last(t, before, befores, NULL);
    if (span_found(word) && word.end + 1 >= at)
        return true;
    word = phrase_find_last(t, before, groups, NULL); /* "Ban tổ chức", "đội tuyên truyền" */
    if (span_found(word) && word.end + 1 >= at && phrase_any_at(t, at, end, group_tasks, NULL) != 0)
        return true;
    if (t->low[at] != 't' || phrase_at(t, at, end, "tổ chức") == 0)
        return false;
    if (phrase_any_at(t, stop + 1, end, behinds, NULL) != 0)
        return true;
    return stop < end && t->bytes[stop] == ',' && at > from + 1 && t->bytes[at - 2] == ',';
}

/* The first verb behind an actor's first word; in.end where there is none. */
static size_t
find_verb(const struct text *t, struct span in)
{
    for (size_t at = phrase_next_word(t, in.at, in.end); at < in.end;
         at = phrase_next_word(t, at, in.end)) {
        size_t stop = phrase_any_at(t, at, in.end, terms_verbs, NULL);

        if (stop == 0 || span_upper(t, (struct span){at, in.end})
            || is_noun(t, at, stop, in.at, in.end))
            continue;
        return at;
    }
    return in.end;
}

/* Words that only begin like an actor. */
static bool
is_matter(const struct text *t, size_t at, size_t end)
{
    static const char *const matters[] = {
        "đội hình", "hội nghị", "hội thi", "hội thảo", "hội diễn", "hội chợ", "hội thao",
        "hội trại", "ban hành", "bộ tiêu chí", "bản cam kết", "bản đăng ký", "trường hợp",
        "báo cáo", "các hoạt động", "các nội dung", "các phong trào", "các chỉ tiêu",
        "các tiêu chí", "các nhiệm vụ", "các giải pháp", "mỗi năm", "mỗi tuần", "mỗi tháng",
        "mỗi quý", "các hình thức", "các cuộc", "đoàn kết", "khu vực", "hộ tịch", "đơn vị tính",
        "người tốt", "bản sắc", "ngành nghề", "từng bước", "các công trình", "các mô hình",
        "các điển hình", "các sự kiện", "các bài", "các đợt", "các biện pháp", "các mục tiêu",
        "các chương trình", "các dự án", "tổ chức thực hiện", "các danh hiệu", "đại hội",
        "các văn bản", "các điều kiện", "các gương", "các ngày", "các quy định",
        "trường học hạnh phúc", "xã hội", "hội thi", NULL};

    return phrase_any_at(t, at, end, matters, NULL) != 0;
}

static bool
is_actor(const struct text *t, size_t at, size_t end)
{
    return !is_matter(t, at, end) && phrase_any_at(t, at, end, terms_actors, NULL) != 0;
}

/* Behind "Kết thúc đợt thi đua …," or "Định kỳ hằng quý,": the actor that follows, or in.end. */
static size_t
skip_clause(const struct text *t, struct span in)
{
    static const char *const clauses[] = {
        "kết thúc", "định kỳ", "trước", "chậm nhất", "sau khi", "căn cứ", "trên cơ sở", "khi",
        "hằng", "hàng", "trong", "từ", "ngoài ra", "đồng thời", "để", "nhằm", "đến", "theo",
        "ngay sau", "cuối", "vào", NULL};
    static const char *const times[] = {"kết thúc", "sau khi", "khi", "ngay sau", NULL};
    size_t comma = phrase_find_mark(t, in, ",");

    if (phrase_any_at(t, in.at, in.end, clauses, NULL) == 0)
        return in.end;
    if (phrase_any_at(t, in.at, in.end, times, NULL) != 0)
        for (size_t at = phrase_next_word(t, in.at, in.end); at < comma && at < in.at + 120;
             at = phrase_next_word(t, at, in.end))
            if (phrase_any_at(t, at, in.end, terms_bodies, NULL) != 0
                && span_upper(t, (struct span){at, in.end})
                && find_verb(t, (struct span){at, in.end}) < comma)
                return at;
    for (size_t at = in.at; at < in.end && at < in.at + 260; at = comma + 1) {
        comma = phrase_find_mark(t, (struct span){at, in.end}, ",");
        if (comma + 2 < in.end && is_actor(t, comma + 2, in.end)
            && find_verb(t, (struct span){comma + 2, in.end}) < in.end)
            return comma + 2;
    }
    return in.end;
}

/* As actor_lead(); the actor ends at the first of `marks`. */
static struct span
lead_until(const struct text *t, struct span in, const char *marks, size_t *ret_rest)
{
    size_t prefix;
    size_t colon;
    size_t verb;
    struct span actor;

    in = span_trim(t, in, " ,:");
    prefix = phrase_any_at(t, in.at, in.end, prefixes, NULL);
    if (prefix != 0)
        in.at = prefix + 1;
    if (in.at >= in.end)
        return SPAN_NONE;
    if (!is_actor(t, in.at, in.end)
        || (prefix == 0 && phrase_any_at(t, in.at, in.end, terms_verbs, NULL) != 0)) {
        in.at = skip_clause(t, in);
        if (in.at >= in.end)
            return SPAN_NONE;
    }
    colon = phrase_find_mark(t, in, marks);
    verb = find_verb(t, (struct span){in.at, colon});
    actor = (struct span){in.at, verb};
    if (ret_rest != NULL)
        *ret_rest = verb;
    actor = span_trim_end(t, actor, ",.:;-/ ");
    if (actor.at >= actor.end || actor.end - actor.at > ACTOR_BYTES_MAX)
        return SPAN_NONE;
    return actor;
}

struct span
actor_lead(const struct text *t, struct span in, size_t *ret_rest)
{
    return lead_until(t, in, ":;", ret_rest);
}

struct span
actor_of_block(const struct text *t, size_t block)
{
    const struct block *b = &t->blocks[block];

    if (b->row)
        return SPAN_NONE;
    if (b->head_end > b->label.body) /* a heading may join bodies with a semicolon */
        return lead_until(t, (struct span){b->label.body, b->head_end}, ":", NULL);
    return actor_lead(t, (struct span){b->label.body, b->end}, NULL);
}

struct span
actor_of(const struct text *t, size_t at)
{
    size_t block = text_block_at(t, at);
    const struct block *b = &t->blocks[block];
    struct span actor;

    for (size_t i = b->sentence; i < b->sentence + b->sentences; i++) {
        struct sentence s = t->sentences[i];
        size_t rest = 0;

        size_t colon;

        if (at < s.at || at >= s.end)
            continue;
        for (size_t k = at; k > s.at; k--) { /* "…; mỗi chi đoàn có ít nhất …" */
            if (t->bytes[k - 1] != ';')
                continue;
            actor = actor_lead(t, (struct span){k, s.end}, &rest);
            if (span_found(actor) && rest <= at)
                return actor;
            break;
        }
        actor = actor_lead(t, (struct span){s.at, s.end}, &rest);
        if (span_found(actor) && rest <= at)
            return actor;
        colon =
            phrase_find_mark(t, (struct span){s.at, at}, ":"); /* "Chế độ báo cáo: các cơ quan …" */
        if (colon < at && colon - s.at < 120)
            actor = actor_lead(t, (struct span){colon + 1, s.end}, &rest);
        if (span_found(actor) && rest <= at)
            return actor;
    }
    for (unsigned depth = 0; block != SIZE_MAX && depth < 12; depth++) {
        actor = actor_of_block(t, block);
        if (span_found(actor) && actor.end <= at)
            return actor;
        block = t->blocks[block].parent;
    }
    return SPAN_NONE;
}
