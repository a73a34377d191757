/* The words of the genre that several readers need. */
#include "config.h"

#include "plan/terms.h"

#include <stddef.h>

const char *const terms_bodies[] = {
    "huyện hội", "tỉnh hội", "đồng chí", "công chức", "hiệu trưởng", "nhà trường", "khối trưởng",
    "tổ trưởng", "thành hội",
    "ủy ban", "ubnd", "ubmttq", "ubmttqvn", "ub mttq", "hội đồng", "hđnd", "ban", "bch", "btv",
    "sở", "phòng", "văn phòng", "vp", "đảng ủy", "đảng bộ", "tỉnh ủy", "thành ủy", "huyện ủy",
    "quận ủy", "thị ủy", "chi bộ", "thường trực", "mặt trận", "mttq", "liên đoàn", "công đoàn",
    "công an", "bộ", "cục", "chi cục", "vụ", "tổng cục", "trường", "trung tâm", "trạm", "đài",
    "hội", "đoàn", "tỉnh đoàn", "thành đoàn", "huyện đoàn", "xã đoàn", "công ty", "viện",
    "bệnh viện", "tòa án", "thanh tra", "cụm thi đua", "khối thi đua", "cụm", "khối",
    "tổng công ty", "tập đoàn", "liên minh", "đại học", "học viện", "chủ tịch", "thủ tướng",
    "chính phủ", "quốc hội", "trung ương", "bộ chính trị", "bộ trưởng", "lãnh đạo",
    "cơ quan thường trực", "tổ", "hợp tác xã", "ngân hàng", "kho bạc", "báo", "hạt kiểm lâm",
    "bưu điện", "bảo hiểm xã hội", "đồn biên phòng", "lực lượng", NULL};

const char *const terms_actors[] = {
    "ủy ban", "ubnd", "ubmttq", "ubmttqvn", "ub mttq", "hội đồng", "hđnd", "ban", "bch", "btv",
    "sở", "phòng", "văn phòng", "vp", "đảng ủy", "đảng bộ", "tỉnh ủy", "thành ủy", "huyện ủy",
    "quận ủy", "thị ủy", "chi bộ", "thường trực", "mặt trận", "mttq", "liên đoàn", "công đoàn",
    "công an", "quân sự", "bộ", "cục", "chi cục", "trường", "trung tâm", "trạm", "đài", "hội",
    "đoàn", "tỉnh đoàn", "thành đoàn", "huyện đoàn", "xã đoàn", "công ty", "viện", "bệnh viện",
    "tòa án", "thanh tra", "cụm", "khối", "tổng", "tập đoàn", "liên minh", "chủ tịch",
    "phó chủ tịch", "lãnh đạo", "cơ quan", "các", "mỗi", "từng", "công chức", "cán bộ",
    "thủ trưởng", "người đứng đầu", "trưởng", "đồng chí", "đ/c", "bí thư", "đơn vị", "ngành",
    "địa phương", "xã", "phường", "thị trấn", "thôn", "tổ", "ấp", "bản", "khu", "khu phố",
    "khu dân cư", "hiệu trưởng", "giám đốc", "doanh nghiệp", "hợp tác xã", "cấp ủy", "tập thể",
    "cá nhân", "hộ", "văn hóa", "toàn thể", "tất cả", "kế toán", "tài chính", "bộ phận",
    "thành viên", "ông", "bà", "báo", "cổng thông tin", "trang thông tin", "địa chính", "tư pháp",
    "chỉ huy", "kho bạc", "bảo hiểm", "ngân hàng", "hạt kiểm lâm", "nhà trường", "nhà văn hóa",
    "thư viện", "chánh văn phòng", "bảo tàng", "đảng viên", "đoàn viên", "hội viên", "huyện",
    "thành phố", "quận", "tỉnh", "tổ chức", "đội", "câu lạc bộ", "tiểu ban", "liên đội", "chi đoàn",
    "chi hội", "các hộ", "tư vấn", "y tế", "giáo viên", "học sinh", "tổng phụ trách", "nhân viên",
    "chuyên viên", "phụ huynh", "người", "cấp tỉnh", "cấp huyện", "cấp xã", "cấp cơ sở",
    "cấp thành phố", "huyện đoàn,", NULL};

const char *const terms_verbs[] = {
    "chịu trách nhiệm", "có trách nhiệm", "có kế hoạch", "có nhiệm vụ", "có văn bản", "có báo cáo",
    "chủ trì", "phối hợp", "tập trung", "tổ chức", "chỉ đạo", "căn cứ", "xây dựng", "tham mưu",
    "theo dõi", "hướng dẫn", "tiếp tục", "đẩy mạnh", "tăng cường", "thường xuyên", "chủ động",
    "là cơ quan", "là đầu mối", "giúp", "là đơn vị", "triển khai", "xem xét", "phát động",
    "quán triệt", "tuyên truyền", "vận động", "thực hiện", "cụ thể hóa", "nghiên cứu", "đăng ký",
    "báo cáo", "gửi", "lập", "nộp", "phát huy", "phân công", "kịp thời", "đôn đốc", "kiểm tra",
    "tổng hợp", "thẩm định", "tiếp nhận", "bố trí", "đảm bảo", "bảo đảm", "cân đối", "dành", "mở",
    "đưa", "lồng ghép", "rà soát", "ban hành", "lựa chọn", "giới thiệu", "phát hiện", "biểu dương",
    "nêu gương", "gương mẫu", "hưởng ứng", "tham gia", "tích cực", "nghiêm túc", "chuẩn bị",
    "hoàn thành", "đề xuất", "đề nghị", "trực tiếp", "phải", "cần", "định kỳ", "dựa", "trên cơ sở",
    "bám sát", "lãnh đạo", "giám sát", "khẩn trương", "trình", "bình xét", "đánh giá", "sơ kết",
    "tổng kết", "nhân rộng", "duy trì", "được giao", "nâng cao", "tạo điều kiện", "vận dụng", "cử",
    "huy động", "hỗ trợ", "chấp hành", "tự", "sẽ", "phấn đấu", "thống nhất", "ra sức", "kêu gọi",
    "đăng tải", "viết", "khuyến khích", "quyết định", "ưu tiên", "khen thưởng kịp thời", "chọn",
    "suy tôn", "đăng", "phát sóng", "phản ánh", "chậm nhất", "hằng tuần", "hàng tuần", "hằng tháng",
    "hàng tháng", "hằng quý", "hàng quý", "trước ngày", "ít nhất", "căn cứ vào", "theo chức năng",
    "trong phạm vi", "cam kết", "thành lập", "đôn đốc,", "đề ra", "thường trực giúp", "chăm lo",
    "quan tâm", "gắn", "xác định", "thành lập", "điều phối", "thông báo", "cung cấp",
    "có tối thiểu", "có ít nhất", "có từ", "phải có", "làm", "phụ trách ít nhất",
    "phụ trách tối thiểu", "nhận đỡ đầu", "đảm nhận", "tham mưu,", NULL};

const char *const terms_offices[] = {
    "chủ tịch", "phó chủ tịch", "bí thư", "phó bí thư", "trưởng ban", "phó trưởng ban", "giám đốc",
    "phó giám đốc", "hiệu trưởng", "phó hiệu trưởng", "chánh văn phòng", "phó chánh văn phòng",
    "trưởng phòng", "phó trưởng phòng", "q. chủ tịch", "quyền chủ tịch", "phó bí thư thường trực",
    "phó chủ tịch thường trực", "ủy viên", "tổng giám đốc", "bộ trưởng", "thứ trưởng", "cục trưởng",
    "chi cục trưởng", "viện trưởng", "trưởng công an", "chủ nhiệm", "thường trực", "chỉ huy trưởng",
    "chính trị viên", "trưởng đoàn", "phó tổng giám đốc", "trạm trưởng", "quyền", "tổng biên tập",
    "trưởng khối", "khối trưởng", "cụm trưởng", NULL};
