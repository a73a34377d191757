/* Sample changesets. A template's slots: {h} hamlet, {p} person, {c} commune, {n} number 2..60,
 * {d} date, {m} metres, {t} money, {w} work. */
#include "config.h"

#include "tests/util/sample.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "protocol/change.h"

#define COUNT(list) (sizeof(list) / sizeof(list)[0])

static const char *const surnames[] = {
    "Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Vũ", "Đặng", "Bùi", "Đỗ", "Ngô", "Dương", "Lý", "Phan", "Đinh",
    "Trịnh", "Hà", "Mai", "Lương", "Võ", "Cao",
};
static const char *const middles[] = {
    "Văn", "Thị", "Đức", "Hữu", "Ngọc", "Minh", "Xuân", "Quang", "Thị Thu", "Thị Kim", "Thanh", "Đình", "Công",
    "Thị Bích", "Hồng", "Gia",
};
static const char *const givens[] = {
    "An", "Bình", "Cường", "Dũng", "Hạnh", "Hòa", "Hùng", "Hương", "Lan", "Liên", "Long", "Mai", "Nam", "Nga",
    "Phúc", "Quyết", "Sơn", "Tâm", "Thắng", "Thảo", "Thủy", "Toàn", "Trung", "Tuấn", "Vân", "Vinh", "Yến", "Đạt",
};
static const char *const hamlet_firsts[] = {
    "Đông", "Tây", "Nam", "Bắc", "An", "Phú", "Tân", "Bình", "Hòa", "Xuân", "Thượng", "Hạ", "Trung", "Vĩnh",
};
static const char *const hamlet_lasts[] = {
    "Hòa", "Lạc", "Thịnh", "Tiến", "Sơn", "Thành", "Phong", "Lợi", "Mỹ", "Khê", "Đồng", "Hưng", "Thọ", "Quang",
};
static const char *const works[] = {
    "bê tông hóa đường ngõ xóm", "nạo vét kênh mương nội đồng", "trồng hàng cây xanh dọc đường trục thôn",
    "xây dựng đường hoa kiểu mẫu", "lắp đèn chiếu sáng bằng năng lượng mặt trời", "sửa chữa nhà văn hóa thôn",
    "phân loại rác tại nguồn", "làm nhà vệ sinh cho hộ nghèo", "xây nhà đại đoàn kết", "vẽ tranh bích họa",
    "mô hình nuôi gà thả vườn theo chuỗi", "mô hình trồng rau an toàn", "tủ sách khuyến học", "camera an ninh",
    "mô hình dân vận khéo", "tổ tự quản bảo vệ môi trường", "câu lạc bộ liên thế hệ tự giúp nhau",
    "thư viện thân thiện", "tuyến đường tự quản sáng - xanh - sạch - đẹp", "cánh đồng một giống lúa",
    "chuyển đổi số trong sinh hoạt chi bộ", "hiến đất mở rộng đường giao thông", "tổ công nghệ số cộng đồng",
    "tiếng kẻng học bài", "nuôi heo đất giúp bạn đến trường",
};
static const char *const notes[] = {
    "Đã vận động được {n} hộ tham gia, thu {t} đồng tiền đối ứng.",
    "Hoàn thành {m} m, còn lại chờ vật liệu về mới làm tiếp.",
    "Ngày {d} họp {h}, thống nhất phương án thi công và phân công {p} phụ trách.",
    "Do mưa kéo dài nên tạm dừng, dự kiến làm lại từ ngày {d}.",
    "Bà con {h} hiến {m} m2 đất, tháo dỡ tường rào để mở rộng đường.",
    "Đoàn thanh niên ra quân với {n} đoàn viên, dọn vệ sinh và trồng cây.",
    "Đã nghiệm thu nội bộ, đề nghị UBND xã kiểm tra trước ngày {d}.",
    "Hội Phụ nữ nhận chăm sóc đoạn từ nhà ông {p} đến nhà văn hóa.",
    "Mới đạt một nửa kế hoạch vì thiếu kinh phí, xin ý kiến chỉ đạo.",
    "Ông {p} báo qua điện thoại: đã đổ xong bê tông {m} m đầu.",
    "Chi hội Cựu chiến binh góp {n} ngày công, đào mương thoát nước.",
    "Tuyên truyền trên loa truyền thanh {n} buổi, phát {n} tờ rơi.",
    "Công trình đã khánh thành ngày {d}, gắn biển chào mừng.",
    "Hộ ông {p} thoát nghèo, được hỗ trợ {t} đồng mua con giống.",
    "Tổ chức trồng {n} cây bàng và {n} cây hoa giấy dọc đường {h}.",
    "Thu gom rác thải nhựa tại {h}, bán gây quỹ được {t} đồng.",
    "Chưa triển khai, trưởng thôn hẹn bắt đầu từ ngày {d}.",
    "Đã lắp {n} bóng đèn, mỗi hộ đóng góp {t} đồng.",
};
static const char *const sentences[] = {
    "Thực hiện Kế hoạch phát động đợt thi đua của UBND xã {c}, {h} đã đăng ký {w}.",
    "Toàn {h} có {n} hộ đăng ký danh hiệu gia đình văn hóa, đạt và vượt chỉ tiêu đề ra.",
    "Trong tuần đã tổ chức {n} buổi tuyên truyền với {n} lượt người tham dự.",
    "Cán bộ, đảng viên và Nhân dân {h} đồng tình, tích cực hưởng ứng phong trào thi đua.",
    "Kinh phí thực hiện {t} đồng, trong đó Nhân dân đóng góp {t} đồng, còn lại là xã hội hóa.",
    "Khó khăn: thời tiết mưa nhiều, giá vật liệu tăng, lao động trẻ đi làm ăn xa.",
    "Kiến nghị UBND xã hỗ trợ xi măng để {h} hoàn thành {w} đúng tiến độ.",
    "Phương hướng tuần tới: tiếp tục đôn đốc các hộ, phấn đấu hoàn thành trước ngày {d}.",
    "Ban công tác Mặt trận phối hợp với các đoàn thể vận động {n} hộ còn lại.",
    "Nêu gương ông {p}, người đã hiến {m} m2 đất và ủng hộ {t} đồng.",
    "Qua rà soát còn {n} hộ nghèo, {n} hộ cận nghèo, giảm so với cùng kỳ năm trước.",
    "Không có đơn thư khiếu nại, tình hình an ninh trật tự được giữ vững.",
    "Đơn vị tự đánh giá hoàn thành tốt nhiệm vụ, đề nghị biểu dương {n} tập thể và {n} cá nhân.",
    "Bà {p} là điển hình trong phong trào phát triển kinh tế, thu nhập {t} đồng mỗi năm.",
    "Trường tiểu học đã phát động học sinh thi đua học tốt lập thành tích chào mừng ngày {d}.",
    "Công trình {w} tại {h} dài {m} m, khởi công ngày {d}, do {p} làm tổ trưởng tổ thi công.",
};
/* What plans say in general: duties, aims and ways, as the items of a campaign's content. */
static const char *const duties[] = {
    "Đẩy mạnh công tác tuyên truyền, nâng cao nhận thức của cán bộ, công chức, viên chức, người lao động về ý nghĩa của phong trào thi đua.",
    "Các cơ quan, đơn vị, tổ chức đoàn thể căn cứ chức năng, nhiệm vụ được giao xây dựng kế hoạch cụ thể và tổ chức thực hiện nghiêm túc.",
    "Phấn đấu hoàn thành và hoàn thành vượt mức các chỉ tiêu phát triển kinh tế - xã hội, quốc phòng, an ninh năm 202{n}.",
    "Kịp thời phát hiện, bồi dưỡng, tổng kết và nhân rộng các điển hình tiên tiến, gương người tốt, việc tốt.",
    "Thủ trưởng các đơn vị chịu trách nhiệm trước Chủ tịch UBND xã về kết quả thực hiện phong trào thi đua tại đơn vị mình.",
    "Thực hiện tốt cuộc vận động toàn dân đoàn kết xây dựng nông thôn mới, đô thị văn minh.",
    "Đẩy mạnh học tập và làm theo tư tưởng, đạo đức, phong cách Hồ Chí Minh gắn với thực hiện nhiệm vụ chính trị của địa phương.",
    "Tăng cường cải cách hành chính, ứng dụng công nghệ thông tin, nâng cao chỉ số hài lòng của người dân, doanh nghiệp.",
    "Giảm tỷ lệ hộ nghèo xuống còn dưới 1,{n}%; không để phát sinh hộ tái nghèo.",
    "Giải quyết hồ sơ thủ tục hành chính đúng hạn và trước hạn đạt từ 9{n}% trở lên.",
    "Mỗi đơn vị đăng ký ít nhất 01 mô hình hoặc 01 công trình, phần việc cụ thể, gửi về Văn phòng trước ngày {d}.",
    "Định kỳ 06 tháng, một năm báo cáo kết quả thực hiện về Hội đồng Thi đua - Khen thưởng để tổng hợp, báo cáo cấp trên.",
    "Báo cáo kết quả vào thứ Sáu hằng tuần qua Ban Tuyên giáo để theo dõi, chỉ đạo.",
    "Tổ chức sơ kết, tổng kết, đánh giá kết quả đạt được, những tồn tại, hạn chế và nguyên nhân.",
    "Đề nghị Ủy ban Mặt trận Tổ quốc và các tổ chức chính trị - xã hội phối hợp tuyên truyền, vận động đoàn viên, hội viên và các tầng lớp Nhân dân tham gia.",
    "Việc bình xét, đề nghị khen thưởng phải bảo đảm dân chủ, công khai, khách quan, đúng đối tượng, đúng tiêu chuẩn.",
    "Chú trọng khen thưởng tập thể nhỏ, người trực tiếp lao động, sản xuất, chiến đấu, phục vụ chiến đấu.",
    "Danh hiệu Lao động tiên tiến, Chiến sĩ thi đua cơ sở, Giấy khen của Chủ tịch Ủy ban nhân dân, Bằng khen của Chủ tịch UBND tỉnh.",
    "Đối tượng thi đua: cán bộ, công chức, viên chức, người lao động; học sinh, sinh viên; hộ gia đình và doanh nghiệp trên địa bàn.",
    "Thời gian thực hiện: từ ngày {d} đến hết ngày {d}, chia làm hai giai đoạn.",
    "Xây dựng Đảng và hệ thống chính trị trong sạch, vững mạnh; nâng cao năng lực lãnh đạo, sức chiến đấu của tổ chức cơ sở đảng.",
    "Giữ vững an ninh chính trị, trật tự an toàn xã hội; làm tốt công tác tuyển quân, huấn luyện dân quân tự vệ.",
    "Nâng cao chất lượng giáo dục, duy trì trường đạt chuẩn quốc gia; thi đua dạy tốt, học tốt.",
    "Chăm sóc sức khỏe Nhân dân, tỷ lệ tham gia bảo hiểm y tế đạt 9{n}% dân số; thực hiện tốt công tác dân số, gia đình và trẻ em.",
    "Bảo vệ môi trường, thu gom rác thải sinh hoạt, trồng cây xanh, xây dựng cảnh quan sáng, xanh, sạch, đẹp.",
    "Phát triển sản xuất nông nghiệp hàng hóa, chuyển đổi cơ cấu cây trồng, vật nuôi, ứng dụng tiến bộ khoa học kỹ thuật.",
    "Huy động mọi nguồn lực xã hội, đầu tư xây dựng kết cấu hạ tầng giao thông, thủy lợi, điện, trường học, trạm y tế.",
    "Thu ngân sách nhà nước trên địa bàn đạt và vượt dự toán được giao; thực hành tiết kiệm, chống lãng phí.",
    "Đài truyền thanh xã mở chuyên trang, chuyên mục, tăng thời lượng tin, bài về phong trào thi đua yêu nước.",
    "Tổ chức Hội nghị biểu dương điển hình tiên tiến, Đại hội thi đua yêu nước lần thứ V, giai đoạn 2020 - 2025.",
    "Lập thành tích chào mừng kỷ niệm ngày thành lập Đảng Cộng sản Việt Nam, Quốc khánh 2/9, ngày Giải phóng miền Nam 30/4.",
    "Căn cứ Luật Thi đua, khen thưởng ngày 15/6/2022; Nghị định số 98/2023/NĐ-CP ngày 31/12/2023 của Chính phủ.",
    "Thường trực Hội đồng Thi đua - Khen thưởng có trách nhiệm theo dõi, kiểm tra, đôn đốc việc triển khai thực hiện.",
    "Trong quá trình thực hiện nếu có khó khăn, vướng mắc, các đơn vị phản ánh kịp thời để xem xét, giải quyết.",
    "Phong trào thi đua phải thiết thực, hiệu quả, tránh phô trương, hình thức; gắn thi đua với khen thưởng kịp thời.",
    "Tạo khí thế thi đua sôi nổi, rộng khắp, khơi dậy tinh thần yêu nước, ý chí tự lực, tự cường, khát vọng vươn lên.",
    "Phát huy vai trò nêu gương của người đứng đầu cấp ủy, chính quyền, cán bộ chủ chốt và đảng viên.",
    "Hồ sơ đề nghị khen thưởng gồm Tờ trình, biên bản họp xét, báo cáo thành tích, gửi về bộ phận Thi đua - Khen thưởng chậm nhất ngày {d}.",
    "Quan tâm các gia đình chính sách, người có công với cách mạng, các đối tượng bảo trợ xã hội có hoàn cảnh khó khăn.",
    "Tham gia hưởng ứng cuộc thi viết, hội thi, hội diễn văn nghệ, giải thể thao do cấp trên tổ chức.",
};
static const char *const reminders[] = {
    "Đã nhắc trưởng thôn, hẹn gửi trước ngày {d}.", "Gọi hai lần chưa nghe máy.",
    "Nhắn Zalo nhóm, {p} đã xem.", "Đề nghị nộp báo cáo tuần chậm nhất ngày {d}.",
};

/* splitmix64 */
static uint64_t
mix(uint64_t z)
{
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
    z = (z ^ z >> 27) * 0x94D049BB133111EBu;
    return z ^ z >> 31;
}

/* The next random number: once in a statement, since compilers order the parts of one as they
 * like. */
static unsigned
random_below(struct sample *s, size_t bound)
{
    s->random += 0x9E3779B97F4A7C15u;
    return (unsigned) (mix(s->random) % bound);
}

/* A random number for one purpose of the present entry; the order of asking does not matter. */
static unsigned
vary(const struct sample *s, unsigned purpose, size_t bound)
{
    return (unsigned) (mix(s->entry + 0x9E3779B97F4A7C15u * purpose) % bound);
}

#define PICK(s, list) ((list)[random_below(s, COUNT(list))])

static void
make_name(struct sample *s, char *ret, size_t size)
{
    const char *surname = PICK(s, surnames);
    const char *middle = PICK(s, middles);
    const char *given = PICK(s, givens);

    snprintf(ret, size, "%s %s %s", surname, middle, given);
}

static void
make_place(struct sample *s, const char *kind, char *ret, size_t size)
{
    const char *first = PICK(s, hamlet_firsts);
    const char *last = PICK(s, hamlet_lasts);

    snprintf(ret, size, "%s%s %s", kind, first, last);
}

void
sample_init(struct sample *s, uint64_t seed)
{
    memset(s, 0, sizeof *s);
    s->random = seed * 0x2545F4914F6CDD1Du + 7;
    make_place(s, "", s->commune, sizeof s->commune);
    for (size_t i = 0; i < SAMPLE_HAMLETS; i++)
        make_place(s, i < 7 ? "thôn " : "tổ dân phố ", s->hamlets[i], sizeof s->hamlets[i]);
    for (size_t i = 0; i < SAMPLE_PEOPLE; i++)
        make_name(s, s->people[i], sizeof s->people[i]);
}

/* --- texts ------------------------------------------------------------------------------------ */

static void
slot_fill(struct sample *s, char slot, char *ret, size_t size)
{
    switch (slot) {
    case 'h':
        snprintf(ret, size, "%s", PICK(s, s->hamlets));
        break;
    case 'p':
        snprintf(ret, size, "%s", PICK(s, s->people));
        break;
    case 'c':
        snprintf(ret, size, "%s", s->commune);
        break;
    case 'd': {
        unsigned day = random_below(s, 28 * 12 * 4);

        snprintf(ret, size, "%02u/%02u/202%u", day % 28 + 1, day / 28 % 12 + 1, day / (28 * 12) + 3);
        break;
    }
    case 'm':
        snprintf(ret, size, "%u", (random_below(s, 90) + 5) * 10);
        break;
    case 't': {
        unsigned money = random_below(s, 1200);

        snprintf(ret, size, "%u.%u00.000", money / 10 + 1, money % 10);
        break;
    }
    case 'w':
        snprintf(ret, size, "%s", PICK(s, works));
        break;
    default:
        snprintf(ret, size, "%u", random_below(s, 59) + 2);
    }
}

/* Append a filled template to s->text while it fits. */
static void
text_add(struct sample *s, const char *template)
{
    size_t used = strlen(s->text);

    for (const char *at = template; *at != '\0' && used + 64 < sizeof s->text; at++) {
        if (*at == '{') {
            slot_fill(s, at[1], s->text + used, sizeof s->text - used);
            used += strlen(s->text + used);
            at += 2;
        } else {
            s->text[used++] = *at;
            s->text[used] = '\0';
        }
    }
}

const char *
sample_text(struct sample *s, size_t size)
{
    s->text[0] = '\0';
    while (strlen(s->text) < size && strlen(s->text) + 300 < sizeof s->text) {
        if (s->text[0] != '\0')
            text_add(s, " ");
        text_add(s, random_below(s, 5) == 0 ? PICK(s, duties) : PICK(s, sentences));
    }
    return s->text;
}

/* --- entries ---------------------------------------------------------------------------------- */

static struct value
value_text(const char *text)
{
    return (struct value){.kind = VALUE_TEXT, .bytes = (const uint8_t *) text, .size = strlen(text)};
}

static struct value
value_number(int64_t number)
{
    return (struct value){.kind = VALUE_INTEGER, .integer = number};
}

static struct value
value_decimal(int64_t mantissa, int32_t exponent)
{
    struct value v = {.kind = VALUE_DECIMAL, .integer = mantissa, .exponent = exponent};

    value_decimal_normalise(&v);
    return v;
}

static struct value
value_day(const struct sample *s)
{
    return (struct value){.kind = VALUE_DATE,
                          .date = {DATE_DAY, (int32_t) (20300 + s->seq / 6 + vary(s, 90, 20))}};
}

/* A record introduced `index`-th by entry `seq` of this log; the units came in entry 1, the rest of
 * the plan in entry 2. */
static struct value
value_record(uint64_t seq, uint32_t index)
{
    return (struct value){.kind = VALUE_REFERENCE, .ref = {0, seq, index}};
}

static uint64_t
registration_of(const struct sample *s)
{
    size_t have = s->registrations_count < SAMPLE_RECORDS_MAX ? s->registrations_count : SAMPLE_RECORDS_MAX;

    return have == 0 ? 3 : s->registrations[vary(s, 91, have)];
}

static void
entry_write(struct sample *s, const struct change_op *op, struct buf *out)
{
    struct change_header header = {.version = CHANGE_VERSION, .wall_step_s = 40 + vary(s, 92, 9000)};
    struct change_body body = {.ops_count = 1, .ops = op};

    if (vary(s, 93, 12) == 0) {
        header.flags = CHANGE_OPERATOR;
        header.operator = (struct short_ref){0, 1, 20 + vary(s, 94, 3)};
    }
    change_encode_header(out, &header);
    change_encode_body(out, &body);
}

static void
entry_new(struct sample *s, unsigned type, const struct change_field *fields, uint32_t count,
          struct buf *out)
{
    struct change_op op = {.kind = CHANGE_PUT_NEW, .type = type, .fields_count = count, .fields = fields};

    entry_write(s, &op, out);
}

static void
entry_registration(struct sample *s, struct buf *out)
{
    char title[256];

    s->text[0] = '\0';
    text_add(s, "{w} tại {h}");
    snprintf(title, sizeof title, "%s", s->text);
    sample_text(s, 80 + random_below(s, 400));
    s->registrations[s->registrations_count++ % SAMPLE_RECORDS_MAX] = s->seq;
    entry_new(s, RECORD_REGISTRATION,
              (struct change_field[]){{1, value_record(2, 0)}, {2, value_record(1, vary(s, 2, 9))},
                                      {3, value_number(1 + vary(s, 3, 4))}, {4, value_text(title)},
                                      {5, value_text(s->text)}, {6, value_number(2)},
                                      {7, value_number(1 + vary(s, 7, 5))},
                                      {8, value_text(s->people[vary(s, 95, SAMPLE_PEOPLE)])}, {9, value_day(s)}},
              9, out);
}

static void
entry_progress(struct sample *s, struct buf *out)
{
    s->text[0] = '\0';
    text_add(s, PICK(s, notes));
    if (random_below(s, 3) == 0) {
        text_add(s, " ");
        text_add(s, PICK(s, notes));
    }
    entry_new(s, RECORD_PROGRESS,
              (struct change_field[]){{1, value_record(registration_of(s), 0)},
                                      {2, value_record(1, vary(s, 2, 9))}, {3, value_day(s)},
                                      {4, value_decimal(5 * vary(s, 4, 21), 0)},
                                      {5, value_text(s->text)}, {7, value_number(1 + vary(s, 7, 5))},
                                      {8, value_text(s->people[vary(s, 95, SAMPLE_PEOPLE)])}},
              vary(s, 98, 2) ? 7 : 5, out);
}

static void
entry_report(struct sample *s, struct buf *out)
{
    const struct change_field keys[] = {{1, value_record(2, 3)}, {2, value_record(1, vary(s, 2, 9))},
                                        {3, value_day(s)}};
    struct change_op op = {.kind = CHANGE_PUT_KEYED, .type = RECORD_REPORT, .keys_count = 3, .keys = keys};
    struct change_field fields[] = {{5, {0}}, {7, value_number(2)}, {8, value_day(s)}, {9, value_day(s)},
                                    {11, value_number(1 + vary(s, 11, 5))}};

    sample_text(s, 150 + random_below(s, 900));
    fields[0].value = value_text(s->text);
    op.fields_count = COUNT(fields);
    op.fields = fields;
    entry_write(s, &op, out);
}

static void
entry_person(struct sample *s, struct buf *out)
{
    char name[128], phone[16];

    make_name(s, name, sizeof name);
    snprintf(phone, sizeof phone, "09%08u", random_below(s, 100000000));
    entry_new(s, RECORD_PERSON,
              (struct change_field[]){{1, value_text(name)},
                                      {2, {.kind = VALUE_DATE, .date = {DATE_YEAR, (int32_t) vary(s, 2, 50) - 20}}},
                                      {3, value_number(1 + vary(s, 3, 2))},
                                      {4, value_record(1, vary(s, 4, 9))},
                                      {5, value_text(vary(s, 5, 2) ? "trưởng thôn" : "hội viên Hội Nông dân")},
                                      {6, value_text(phone)}, {9, value_record(1, vary(s, 9, 9))}},
              7, out);
}

static void
entry_state(struct sample *s, struct buf *out)
{
    const struct change_field fields[] = {{6, value_number(3 + vary(s, 6, 4))}, {12, value_day(s)}};
    struct change_op op = {.kind = CHANGE_PUT, .type = RECORD_REGISTRATION,
                           .target = {0, registration_of(s), 0}, .fields_count = 2, .fields = fields};

    entry_write(s, &op, out);
}

static void
entry_milestone(struct sample *s, struct buf *out)
{
    s->text[0] = '\0';
    text_add(s, random_below(s, 2) ? "Xong phần nền {m} m" : "Khánh thành {w}");
    entry_new(s, RECORD_MILESTONE,
              (struct change_field[]){{1, value_record(registration_of(s), 0)},
                                      {2, value_record(1, vary(s, 2, 9))}, {3, value_text(s->text)},
                                      {4, value_day(s)}},
              4, out);
}

static void
entry_measurement(struct sample *s, struct buf *out)
{
    const struct change_field keys[] = {{1, value_record(2, 5 + vary(s, 1, 6))},
                                        {2, value_record(1, vary(s, 2, 9))},
                                        {3, {.kind = VALUE_DATE, .date = {DATE_MONTH, 667 + (int32_t) (s->seq / 180)}}}};
    const struct change_field fields[] = {{4, value_decimal(1 + vary(s, 4, 9999), -2)},
                                          {6, value_text("số liệu của thôn báo")}};
    struct change_op op = {.kind = CHANGE_PUT_KEYED, .type = RECORD_MEASUREMENT, .keys_count = 3, .keys = keys,
                           .fields_count = 2, .fields = fields};

    entry_write(s, &op, out);
}

static void
entry_content_item(struct sample *s, struct buf *out)
{
    char label[8];
    struct change_field keys[] = {{1, value_record(2, 0)}, {2, {0}}};
    struct change_field fields[] = {{3, {0}}, {5, value_number(1 + vary(s, 5, 40))}};
    struct change_op op = {.kind = CHANGE_PUT_KEYED, .type = RECORD_CONTENT_ITEM, .keys_count = 2,
                           .keys = keys, .fields_count = 2, .fields = fields};

    snprintf(label, sizeof label, "%u.%u", vary(s, 96, 5) + 1, vary(s, 97, 9) + 1);
    s->text[0] = '\0';
    text_add(s, PICK(s, duties));
    if (random_below(s, 2)) {
        text_add(s, " ");
        text_add(s, PICK(s, duties));
    }
    keys[1].value = value_text(label);
    fields[0].value = value_text(s->text);
    entry_write(s, &op, out);
}

static void
entry_reminder(struct sample *s, struct buf *out)
{
    s->text[0] = '\0';
    text_add(s, PICK(s, reminders));
    entry_new(s, RECORD_REMINDER,
              (struct change_field[]){{1, value_record(1, vary(s, 1, 9))}, {2, value_record(2, 3)},
                                      {5, value_number(1 + vary(s, 5, 4))}, {6, value_day(s)},
                                      {7, value_text(s->text)}},
              5, out);
}

static void
next_entry(struct sample *s)
{
    s->seq++;
    s->random += 0x9E3779B97F4A7C15u;
    s->entry = mix(s->random);
}

void
sample_entry(struct sample *s, struct buf *out)
{
    unsigned dice;

    next_entry(s);
    dice = vary(s, 99, 100);
    if (dice < 30)
        entry_progress(s, out);
    else if (dice < 43)
        entry_registration(s, out);
    else if (dice < 60)
        entry_report(s, out);
    else if (dice < 69)
        entry_person(s, out);
    else if (dice < 78)
        entry_state(s, out);
    else if (dice < 82)
        entry_milestone(s, out);
    else if (dice < 87)
        entry_measurement(s, out);
    else if (dice < 96)
        entry_content_item(s, out);
    else
        entry_reminder(s, out);
    assert(out->err == OK);
}

void
sample_edit(struct sample *s, const char *text, struct buf *out)
{
    const struct change_field fields[] = {{5, value_text(text)}};
    struct change_op op = {.kind = CHANGE_PUT, .type = RECORD_REGISTRATION, .fields_count = 1, .fields = fields};

    next_entry(s);
    op.target.seq = registration_of(s);
    entry_write(s, &op, out);
    assert(out->err == OK);
}
