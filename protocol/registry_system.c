/* Record types by which a space governs itself: grants, adoption, children, invitations, keys.
 * Their own commands write them, never `add`; protocol/trust judges them. A grant, an adoption and
 * a revocation go to the space that they concern, and a profile to both; `home` is where they go
 * when nothing else is said. */
#include "config.h"

#include "protocol/registry_table.h"

#define FIELD_FIXED (FIELD_REQUIRED | FIELD_SET_ONCE)

static const struct registry_choice choices_invitation_kind[] = {
    {1, "commune", "đơn vị cấp dưới", "unit below"},
    {2, "clerk", "máy văn phòng", "office machine"},
    {3, "unit", "máy của đơn vị", "machine of a unit"},
    {4, "event", "máy điểm danh", "event machine"},
    {0, NULL, NULL, NULL},
};

static const struct registry_field grant_fields[] = {
    F_BYTES(1, "device", "Khóa của máy", "Device key", FIELD_FIXED | FIELD_INDEXED),
    F_CHOICE(2, "role", "Vai trò", "Role", FIELD_FIXED, choices_role),
    /* one unit of a role `unit`; several grants for several units */
    F_REF(3, "unit", "Đơn vị", "Unit", FIELD_SET_ONCE | FIELD_INDEXED, RECORD_UNIT),
    F_BYTES(4, "noise_cert", "Chứng thư khóa kết nối", "Noise key certificate", 0),
    F_NAME(5, "name", "Tên máy", "Name of the machine", 0),
    F_DATE(6, "expires", "Hết hạn", "Expires", 0),
    /* the grant or adoption under which this one is given; null = the root right of who wrote it */
    F_REF(7, "parent", "Cấp theo quyền", "Given under", FIELD_SET_ONCE | FIELD_INDEXED, 0),
    {.id = 0},
};

const struct registry_record registry_grant = {
    .type = RECORD_GRANT,
    .name = "grant",
    .label_vi = "quyền của máy",
    .label_en = "grant",
    .home = HOME_INNER,
    .writers = ROLE_ADMIN,
    .system = true,
    .title = "name",
    .fields = grant_fields,
};

static const struct registry_field adoption_fields[] = {
    F_BYTES(1, "parent_device", "Khóa của cấp trên", "Key of the parent", FIELD_FIXED),
    F_BYTES(2, "parent_outer", "Không gian chung của cấp trên", "Outer space of the parent",
            FIELD_SET_ONCE),
    F_NAME(3, "parent_name", "Tên cấp trên", "Name of the parent", 0),
    /* the adoption that this one follows; null = the first */
    F_REF(4, "previous", "Lần trước", "Previous", FIELD_SET_ONCE, RECORD_ADOPTION),
    {.id = 0},
};

const struct registry_record registry_adoption = {
    .type = RECORD_ADOPTION,
    .name = "adoption",
    .label_vi = "gia nhập cấp trên",
    .label_en = "adoption",
    .home = HOME_INNER,
    .writers = ROLE_ADMIN,
    .system = true,
    .title = "parent_name",
    .fields = adoption_fields,
};

static const struct registry_field revocation_fields[] = {
    /* a grant or an adoption; null = the founder's right */
    F_REF(1, "grant", "Quyền bị thu hồi", "Right", FIELD_SET_ONCE | FIELD_INDEXED, 0),
    F_BYTES(2, "cutoffs", "Giới hạn nhật ký", "Cut-offs of its logs", FIELD_SET_ONCE),
    F_TEXT(3, "reason", "Lý do", "Reason", 0),
    {.id = 0},
};

const struct registry_record registry_revocation = {
    .type = RECORD_REVOCATION,
    .name = "revocation",
    .label_vi = "thu hồi quyền",
    .label_en = "revocation",
    .home = HOME_INNER,
    .writers = ROLE_ADMIN,
    .system = true,
    .title = NULL,
    .fields = revocation_fields,
};

static const struct registry_field child_fields[] = {
    F_NAME(1, "name", "Tên đơn vị", "Name", FIELD_REQUIRED),
    F_CHOICE(2, "kind", "Loại đơn vị", "Kind", 0, choices_unit_kind),
    F_BYTES(3, "inner", "Không gian riêng", "Inner space", FIELD_FIXED | FIELD_INDEXED),
    F_BYTES(4, "outer", "Không gian chung", "Outer space", FIELD_FIXED | FIELD_INDEXED),
    F_BYTES(5, "device", "Khóa của máy", "Device key", FIELD_FIXED | FIELD_INDEXED),
    F_BYTES(6, "noise_cert", "Chứng thư khóa kết nối", "Noise key certificate", 0),
    F_REF(7, "unit", "Đơn vị", "Unit", FIELD_INDEXED, RECORD_UNIT),
    {.id = 0},
};

const struct registry_record registry_child = {
    .type = RECORD_CHILD,
    .name = "child",
    .label_vi = "đơn vị đã gia nhập",
    .label_en = "joined unit",
    .home = HOME_INNER,
    .writers = ROLE_ADMIN,
    .system = true,
    .title = "name",
    .fields = child_fields,
};

static const struct registry_field invitation_fields[] = {
    F_BYTES(1, "digest", "Mã băm của bí mật", "Digest of the secret", FIELD_FIXED | FIELD_INDEXED),
    F_CHOICE(2, "role", "Vai trò", "Role", FIELD_FIXED, choices_role),
    F_CHOICE(3, "kind", "Loại giấy mời", "Kind", FIELD_FIXED, choices_invitation_kind),
    F_NAME(4, "unit_name", "Tên đơn vị được mời", "Invited unit", 0),
    F_CHOICE(5, "unit_kind", "Loại đơn vị được mời", "Kind of the invited unit", 0,
             choices_unit_kind),
    F_TIME(6, "expires", "Hết hạn", "Expires", FIELD_FIXED),
    /* the first device key that presented it; it may present it again, no other may */
    F_BYTES(7, "used_by", "Máy đã dùng", "Used by", 0),
    F_REF(8, "unit", "Đơn vị được mời", "Unit", 0, RECORD_UNIT),
    F_TIME(9, "withdrawn", "Thu hồi lúc", "Withdrawn at", 0),
    {.id = 0},
};

const struct registry_record registry_invitation = {
    .type = RECORD_INVITATION,
    .name = "invitation",
    .label_vi = "giấy mời",
    .label_en = "invitation",
    .home = HOME_INNER,
    .writers = ROLE_ADMIN,
    .system = true,
    .title = "unit_name",
    .fields = invitation_fields,
};

static const struct registry_field noise_key_fields[] = {
    F_BYTES(1, "device", "Khóa của máy", "Device key", FIELD_FIXED | FIELD_INDEXED),
    F_BYTES(2, "certificate", "Chứng thư khóa kết nối", "Certificate", FIELD_FIXED),
    F_TIME(3, "from", "Dùng từ", "Used from", FIELD_FIXED),
    {.id = 0},
};

/* Any member's machine may announce its own next key: its certificate proves whose it is. */
const struct registry_record registry_noise_key = {
    .type = RECORD_NOISE_KEY,
    .name = "noise_key",
    .label_vi = "khóa kết nối kế tiếp",
    .label_en = "next Noise key",
    .home = HOME_OUTER,
    .writers = ROLE_ADMIN | ROLE_CLERK,
    .system = true,
    .title = NULL,
    .fields = noise_key_fields,
};

static const struct registry_field profile_fields[] = {
    F_NAME(1, "name", "Tên đơn vị", "Name", FIELD_REQUIRED),
    F_CHOICE(2, "kind", "Loại đơn vị", "Kind", 0, choices_unit_kind),
    F_CODE(3, "code", "Mã ngắn", "Short code", 0),
    /* the id of the unit's inner space, in both profiles: it ties the outer space to it */
    F_BYTES(4, "node", "Không gian riêng", "Inner space", 0),
    F_REF(5, "unit", "Đơn vị", "Unit", 0, RECORD_UNIT),
    {.id = 0},
};

const struct registry_record registry_profile = {
    .type = RECORD_PROFILE,
    .name = "profile",
    .label_vi = "thông tin đơn vị chủ",
    .label_en = "profile",
    .home = HOME_OUTER,
    .writers = ROLE_ADMIN,
    .system = true,
    .title = "name",
    .fields = profile_fields,
};

static const struct registry_field erasure_fields[] = {
    /* any operation of the entry whose body is to go */
    F_REF(1, "entry", "Nội dung bị xóa", "Erased", FIELD_FIXED | FIELD_INDEXED, 0),
    F_TEXT(2, "reason", "Lý do", "Reason", 0),
    {.id = 0},
};

const struct registry_record registry_erasure = {
    .type = RECORD_ERASURE,
    .name = "erasure",
    .label_vi = "xóa dữ liệu cá nhân",
    .label_en = "erasure",
    .home = HOME_INNER,
    .writers = ROLE_ADMIN,
    .system = true,
    .title = "reason",
    .fields = erasure_fields,
};
