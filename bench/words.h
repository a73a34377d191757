/* Words and sentences of the benchmark's records. Written for it: none stands in
 * tests/util/sample.c, from which the shipped dictionary was made, so that the dictionary helps
 * here no more than it would with other people's text. A slot {x} is filled from the list of that
 * letter, which may have slots of its own:
 *
 *     {A} who             {B} did what        {C} where           {D} how much        {E} since when
 *     {F} what hinders    {G} what follows    {w} a work          {o} a road          {u} a unit
 *     {v} some act on {x}, a thing of some kind, or {y}, a thing  {p} a person        {d} a day
 *     {k} 1 to 99         {h} 100 to 990      {m} money           {n} a place         {g} a first name
 *     {z} a name that only one commune knows */
#ifndef BENCH_WORDS_H
#define BENCH_WORDS_H

static const char *const family_names[] = {
    "Nguyễn", "Trần",  "Lê",     "Phạm", "Đoàn",  "Vũ",   "Tạ",  "Bùi",
    "Lưu",    "Ngô",   "Khổng",  "Mạc",  "Phùng", "Đinh", "Hứa", "Chu",
    "Tô",     "Quách", "Nghiêm", "Thân", "Giáp",  "La",   "Vi",  "Nông",
};
static const char *const middle_names[] = {
    "Bá",     "Thế",  "Viết", "Trọng", "Khắc",   "Duy", "Tiến", "Mạnh", "Thị Ánh", "Thị Lệ",
    "Thị Mỹ", "Diệu", "Như",  "Thùy",  "Phương", "Bảo", "Sỹ",   "Danh", "Tất",     "Cẩm",
};
static const char *const given_names[] = {
    "Lộc",  "Khánh", "Tiệp", "Nhung", "Oanh",  "Duyên", "Hiền", "Ngà",  "Loan",
    "Thoa", "Chiến", "Khoa", "Luyện", "Thịnh", "Nghĩa", "Đông", "Hiếu", "Tuyết",
    "Ngân", "Quỳnh", "Bách", "Đăng",  "Kiên",  "Phú",   "Sáng", "Tình", "Xoan",
    "Ước",  "Hậu",   "Mão",  "Tấn",   "Thêm",  "Vượng", "Lịch", "Gấm",  "Nhàn",
};
static const char *const place_names[] = {
    "Gò Mít",  "Đồng Quan", "Cổ Bồng", "Ngọc Tảo", "Lai Cách",  "Đìa Sen", "Thái Lai", "Vân Trì",
    "Cầu Gáo", "Phúc Lâm",  "Bến Đò",  "Ao Kênh",  "Yên Mẫn",   "Kim Đới", "Hữu Bằng", "Sải Giữa",
    "Trại Ổi", "Nhân Vực",  "Đại Từ",  "Rừng Sặt", "Giáp Nhất", "Mả Voi",  "Lò Gạch",  "Quán Tiên",
};
static const char *const roads[] = {
    "ngõ ông giáo {g}",  "trục liên xóm",      "lối ra bãi bồi",    "ngách sau sân kho",
    "dốc đê bối",        "lối vào giếng làng", "ngõ bà {g}",        "đoạn đầu cầu {n}",
    "nhánh rẽ trạm bơm", "lối ra nghĩa trang", "khúc cua đình {n}",
};
static const char *const works[] = {
    "đổ nhựa {o}",
    "kè đá bờ ao {n}",
    "kéo điện ba pha ra trại chăn nuôi",
    "nối ống nước sạch về {h} gian bếp",
    "bể ủ phân từ lá và rơm ở {u}",
    "sân bóng chuyền hơi sau đình {n}",
    "tủ thuốc ngoài đồng",
    "phà ngang bến {n} có phao",
    "quầy trả kết quả lưu động",
    "lớp xóa mù tin học cho người trên năm mươi",
    "ruộng mạ khay {k} sào",
    "ao cá lúa xen canh",
    "giàn gấc leo quanh tường trạm xá",
    "hũ gạo sẻ chia",
    "góc ôn bài dưới gốc đa",
    "đổi vỏ chai lấy cây giống",
    "số hóa sổ mồ mả họ tộc",
    "tường rào râm bụt thay lưới thép",
    "máng nước vét bằng máy tự chế",
    "xóm không khói rơm",
    "phiên chợ sáng thứ bảy",
    "bảng tin mã vuông ở đầu ngõ",
    "đội thợ nề giúp nhau lợp lại mái",
    "chuồng trâu xa giếng",
    "sổ tay nợ cỗ cưới gọn",
    "xe lôi chở rác tự đóng",
    "rào chắn đuối nước quanh {k} hố vôi",
    "hòm góp ý qua tin nhắn",
    "quỹ vay xoay vòng {k} suất",
    "vườn thuốc nam của trạm",
    "đàn ngan giống gửi {k} nhà",
};
static const char *const who[] = {
    "chi đoàn {u}",
    "tổ liên gia số {k}",
    "các cụ hội thơ {n}",
    "nhóm thợ nề của anh {g}",
    "cô giáo {p}",
    "bà {p}",
    "ông {p} (xóm {n})",
    "ban khánh tiết đình {n}",
    "đội dân phòng",
    "mấy nhà ven {o}",
    "kế toán {p}",
    "lớp 8{l}",
    "trạm y tế",
    "chi bộ {u}",
    "hợp tác xã {n}",
    "nhà chùa {n}",
    "phụ huynh khối {k}",
    "trung đội dân quân",
    "xưởng mộc {g}",
    "đội trống hội",
    "nhóm gia đình trẻ",
    "trưởng xóm {p}",
    "anh {p} làm ngoài tỉnh",
    "thủ từ đền {n}",
    "các hộ bãi bồi",
    "tổ vay vốn {g}",
};
static const char *const deeds[] = {
    "vét xong {h} mét rãnh sau chợ",
    "quây bạt, đổ lớp lót đầu tiên",
    "chở về {k} xe cát vàng",
    "đo lại mốc giới từng nhà",
    "phát cỏ và quét vôi {k} gốc nhãn",
    "treo {k} khung thép chờ hàn",
    "gom được {k} bao vỏ thuốc trừ sâu",
    "đi từng ngõ ghi chữ ký",
    "dời {k} cột điện cũ vào sát tường",
    "ký giấy nhường lối với ba gia đình cuối xóm",
    "thử máy bơm mượn của huyện bên",
    "dạy {k} người dùng điện thoại nộp tờ khai",
    "kẻ vạch, đánh số từng luống",
    "ươm {h} bầu keo",
    "chấm điểm chéo giữa các xóm",
    "trộn thử mẻ vữa bằng cát sông",
    "cân thử lứa cá, mỗi con hơn {k} lạng",
    "dựng cổng chào bằng tre",
    "hàn lại lan can {o}",
    "thay {k} bóng hỏng",
    "chụp ảnh trước và sau để đối chiếu",
    "quyên góp bằng thóc thay tiền",
    "bàn giao chìa khóa cho bên trông coi",
    "lát xong nửa sân",
    "lật ngói, chống dột",
    "tiêm cho {h} con lợn",
    "chép lại hương ước thành bản dễ đọc",
    "tập dượt sơ tán khi nước lên",
    "khoanh vùng bờ lở bằng cọc tre",
    "kiểm quỹ trước mặt mọi người",
    "mở thùng thư, đọc {k} ý kiến",
    "mời kỹ sư về xem nền móng",
    "gỡ {k} mối nợ đọng từ năm ngoái",
    "phân lại ca trực đêm",
};
static const char *const where[] = {
    "ở {o}",
    "phía sau kho thóc {n}",
    "cạnh miếu {n}",
    "dọc bờ sông",
    "ngay đầu {u}",
    "trên khu đất ông {g} để lại",
    "tại sân trường cũ",
    "quanh ao {n}",
    "suốt từ cống {n} tới gốc gạo",
    "trong khuôn viên trạm",
    "ngoài đồng {n}",
    "bên kia mương cấp hai",
    "giữa hai xóm {n} và {n}",
    "chỗ bãi xe",
    "gần lò rèn cũ",
};
static const char *const amounts[] = {
    "tốn chừng {m} đồng",
    "mất {k} buổi",
    "với {k} tay cuốc",
    "nhờ {h} viên gạch xin được",
    "nhanh hơn dự tính {k} hôm",
    "hết {k} khối đá mạt",
    "góp thêm {m} đồng từ con cháu xa quê",
    "trong đó {k} nhà chưa đóng",
    "dài thêm {h} bước chân",
    "đủ cho {k} gian",
    "bớt được {m} đồng tiền thuê máy",
    "hụt {k} bao xi măng",
    "tính cả công nấu cơm là {m} đồng",
};
static const char *const when[] = {
    "Từ hôm {d}",
    "Gần trưa {d}",
    "Suốt tuần giáp hạt",
    "Sau buổi họp {d}",
    "Tranh thủ lúc nước rút",
    "Đêm rằm vừa rồi",
    "Ba hôm liền",
    "Vừa gặt xong",
    "Trước giỗ tổ họ {f}",
    "Kể từ lần kiểm tra {d}",
    "Cuối tháng",
    "Nhân ngày nghỉ bù",
    "Khi đoàn {n} ghé thăm",
    "Hôm qua",
    "Mờ sáng {d}",
};
static const char *const obstacles[] = {
    "máy trộn hỏng trục nên phải thuê lại",
    "ba nhà ngoài cùng chưa ưng chỗ đặt cống",
    "xe chở đá không qua nổi {o}",
    "thợ chính về quê cưới con",
    "bên điện lực hẹn tới {d} mới cắt dây",
    "giá thép nhích thêm {k} nghìn mỗi cân",
    "bản vẽ ghi nhầm cao độ chỗ {n}",
    "mưa sập một đoạn bờ vừa đắp",
    "chủ đất {p} đang chữa bệnh xa",
    "cây đổ chắn ngang lối vào",
    "chưa rõ khoản {m} đồng lấy từ nguồn nào",
    "lũ chuột phá mất {k} khay mạ",
    "biên bản thiếu một chữ ký",
    "hai danh sách lệch nhau {k} tên",
};
static const char *const follows[] = {
    "đến {d} sẽ gọi mọi người xem lại",
    "xin lùi sang {d}",
    "nhờ xã cho mượn lu rung",
    "mời {p} ra đo nghiệm",
    "sẽ đọc trên loa sớm mai",
    "ai rảnh thì ra tiếp vào sáng {d}",
    "giữ nguyên số đã khai",
    "chuyển phần dư sang {w}",
    "ghi vào sổ vàng của xóm",
    "cử {g} theo dõi tới cùng",
    "mang chuyện này ra hỏi tổ hòa giải",
    "đổi người cầm quỹ",
    "gửi kèm {k} tấm ảnh",
    "cứ hai hôm đếm một lần",
    "để dành {m} đồng phòng khi hỏng",
};
static const char *const sentences[] = {
    "{E}, {A} {B} {C}, {D}.",
    "{E} {A} {B}; {D}.",
    "Việc {w} do {A} lo: đã {B}, {D}.",
    "Hiện {F}, vì vậy {G}.",
    "Cái khó là {F}; bàn đi tính lại thì {G}.",
    "{C} thì {A} {B}, còn {A} {B}.",
    "Về {w}: {F}.",
    "Theo lời {p}, {A} {B} {C}.",
    "Tính tới {d} đã {B}, {D}; {G}.",
    "Nếu {F} kéo dài thì {G}.",
    "{p} kể rằng {E} bà con rủ nhau {B}.",
    "Cả {u} chia làm {k} nhóm, nhóm nào cũng {B}.",
    "Riêng {o} thì {D}, {G}.",
    "Bù lại, {A} {B} mà chỉ {D}.",
    "Số {h} ghi trong bảng là cộng dồn, lần này thêm {k}.",
    "Ai cũng mừng vì {A} {B}.",
};
static const char *const freer_sentences[] = {
    "{E} {A} {v}, {v} rồi {v}.",
    "{p} nhận {v}, còn {A} {v}.",
    "Phải {v} trước khi {v}.",
    "Thiếu {x}, {y} và {x} nên {v}.",
    "Mang {y}, {x} {C} để {v}.",
    "Xong phần {v}; {x} thì chưa {v}.",
    "{v}, {v}, {v}: {p} nhận cả, hẹn {d}.",
    "Ghi thêm: {y} {k}, {y} {k}, {y} {h}, {x} {k}.",
    "{p}, {p} và {g} {v}; {m} đồng.",
    "{x} đổi lấy {x}, {y} để {v}.",
    "Không {v} được vì {y} chưa {v}.",
    "{g} {v}, {g} {v}, {g} với {p} {v}.",
    "{y}, {y}, {y} và {y} thì {d} {v}.",
};
static const char *const titles[] = {
    "{w} {C}", "{w} cùng {A}",          "{w}, đợt {k}",
    "Làm {w}", "{w} do {p} khởi xướng", "Giữ {w} suốt bốn mùa",
};
static const char *const nudges[] = {
    "{p} hứa {d} mang giấy lên.",   "Ghé nhà không gặp, gửi lời qua {g}.",
    "Máy bận, nhắn lại rồi: {G}.",  "Đã dặn lần {k}; {F}.",
    "Gặp ở chợ {n}, bảo rằng {F}.",
};
static const char *const jobs[] = {
    "phó xóm",           "thủ quỹ hợp tác xã", "cán bộ văn phòng một cửa",
    "nuôi ong lấy mật",  "thợ sửa máy nổ",     "dạy vẽ tiểu học",
    "lái đò ngang",      "y sĩ trực đêm",      "chủ lò bún",
    "coi sóc đền",       "giữ trạm bơm",       "bí thư chi đoàn",
    "đánh cá trên sông", "trồng dâu nuôi tằm", "buôn cau khô",
};
static const char *const figures[] = {
    "nhà tham gia",    "mét đã làm",           "ngày công",    "đồng góp được", "cây còn sống",
    "lượt người nghe", "giấy đã trả đúng hẹn", "bao rác nhựa", "khẩu có thẻ",   "em được thưởng",
};

/* Syllables of the names that only one commune knows: plots, ponds, nicknames. */
static const char *const onsets[] = {
    "B",  "C",  "Ch", "D", "Đ", "G", "H",  "Kh", "L", "M", "N",
    "Ng", "Nh", "Ph", "R", "S", "T", "Th", "Tr", "V", "X",
};
static const char *const rhymes[] = {
    "a",   "ác",   "am", "anh", "áo", "ăm",  "âu",   "ây",  "e",   "em",  "èo", "ích", "iệt",
    "inh", "iều",  "o",  "oan", "ọc", "ôi",  "ồn",   "ống", "ơ",   "ớt",  "u",  "uân", "úc",
    "ui",  "uông", "ụt", "ư",   "ưa", "ước", "ương", "ượu", "ùng", "ảng", "ầm", "ệ",
};
/* Put together word by word, since people repeat words more than whole sentences. */
static const char *const acts[] = {
    "buộc", "bàn",  "bày",  "bốc",  "cạo",  "cắm",   "chặn", "chèn", "chia",  "chống", "chọn",
    "dán",  "dời",  "dồn",  "dựng", "đẽo",  "đếm",   "đóng", "đốn",  "đục",   "ghép",  "giằng",
    "gieo", "gỡ",   "hong", "kê",   "khâu", "khoan", "khơi", "lấp",  "lọc",   "lợp",   "mài",
    "mượn", "nâng", "nẹp",  "nối",  "phơi", "phủ",   "quét", "rào",  "rửa",   "san",   "sắp",
    "soi",  "tách", "tháo", "thuê", "tỉa",  "tráng", "trát", "trộn", "trông", "tưới",  "ủ",
    "vá",   "vạch", "viết", "vớt",  "xếp",  "xin",   "xoay", "xúc",  "hỏi",
};
static const char *const things[] = {
    "bậc thềm",      "bao cát",    "bể lắng",   "bếp đun",    "bờ thửa",    "bục giảng",
    "cánh cổng",     "cầu tre",    "chậu cảnh", "chiếu trải", "chum tương", "cọc néo",
    "cột cờ",        "cửa cống",   "dây phơi",  "đèn pin",    "đống rơm",   "đường ống",
    "gạch vỡ",       "gầm cầu",    "giá sách",  "giàn bí",    "giấy báo",   "giếng khơi",
    "góc sân",       "hạt giống",  "hàng rào",  "hiên nhà",   "hố ga",      "hộp phấn",
    "kèo gỗ",        "khung cửi",  "kho lúa",   "khuôn đúc",  "lá cọ",      "lan can",
    "loa tay",       "lối mòn",    "luống cải", "lưới chắn",  "mái hiên",   "mạch nước",
    "máng lợn",      "mảnh vườn",  "mẫu đơn",   "mỏ neo",     "móng tường", "mương con",
    "nắp đậy",       "nền kho",    "ngói cũ",   "nhà xe",     "ổ khóa",     "ống bương",
    "phao cứu sinh", "phên nứa",   "quạt thóc", "quầy vé",    "rãnh thoát", "ruộng trũng",
    "sàn gỗ",        "sân phơi",   "sổ ghi",    "sọt tre",    "tấm đan",    "tấm tôn",
    "thang gác",     "thùng phuy", "thửa đầm",  "tờ khai",    "trạm cân",   "trụ đỡ",
    "tủ kính",       "tường hoa",  "van khóa",  "vại muối",   "vách đất",   "vành đai cỏ",
    "vỉa hè",        "vòi phun",   "vôi bột",   "xà ngang",   "xe thồ",     "xô nhựa",
    "yếm cống",      "áo phao",    "ảnh thờ",   "âm li",      "bồn hoa",    "bảng phấn",
};
static const char *const traits[] = {
    "xứ {z}",           "bờ {z}",     "hiệu {z}",         "giống {z}",     "lối {z}",
    "mạn {z} sang {z}", "nhà cụ {z}", "vùng {z}",         "của họ {f}",    "bên hàng xóm",
    "đã mục",           "mới mua",    "bị nghiêng",       "cho người già", "chưa có chủ",
    "dài {k} sải",      "đang dở",    "để lâu",           "gần {n}",       "giáp đê",
    "hạng nhì",         "còn thiếu",  "loại to",          "lấy từ {n}",    "màu xanh",
    "mỗi nhà một cái",  "ngoài bãi",  "nặng {k} cân",     "nhặt được",     "nhà {g}",
    "phía tây",         "quá cũ",     "sát mép nước",     "số {k}",        "theo mẫu",
    "thứ {l}",          "trên cao",   "trị giá {m} đồng", "trong xóm",     "từ năm trước",
    "vừa tay",          "xếp lớp",    "xin được",         "cao {k} gang",  "chỗ {p}",
    "dự phòng",
};

#endif
