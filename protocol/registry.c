/* Looking up record types, fields and choices, and the lists of choices that several tables share.
 * The tables themselves are in registry_system.c, registry_organisation.c, registry_plan.c,
 * registry_work.c. */
#include "config.h"

#include "protocol/registry.h"

#include <string.h>

#include "protocol/registry_table.h"

const struct registry_record *const registry_records[] = {
#define X(name) &registry_##name,
    REGISTRY_LIST(X)
#undef X
};
const size_t registry_records_count = sizeof registry_records / sizeof registry_records[0];

const struct registry_choice choices_yes_no[] = {
    {0, "no", "không", "no"},
    {1, "yes", "có", "yes"},
    {0, NULL, NULL, NULL},
};

const struct registry_choice choices_role[] = {
    {ROLE_ADMIN, "admin", "quản trị", "administrator"},
    {ROLE_CLERK, "clerk", "cán bộ văn phòng", "clerk"},
    {ROLE_UNIT, "unit", "đơn vị", "unit"},
    {ROLE_EVENT, "event", "điểm danh sự kiện", "event check-in"},
    {ROLE_REVIEWER, "reviewer", "cấp trên", "level above"},
    {0, NULL, NULL, NULL},
};

const struct registry_choice choices_unit_kind[] = {
    {1, "province", "tỉnh", "province"},
    {2, "district", "huyện", "district"},
    {3, "commune", "xã", "commune"},
    {4, "ward", "phường", "ward"},
    {5, "town", "thị trấn", "town"},
    {6, "hamlet", "thôn", "hamlet"},
    {7, "residential_group", "tổ dân phố", "residential group"},
    {8, "agency", "cơ quan", "agency"},
    {9, "sector", "ngành", "sector"},
    {10, "school", "trường học", "school"},
    {11, "party_cell", "chi bộ", "Party cell"},
    {12, "party_committee", "đảng bộ", "Party committee"},
    {13, "front", "Mặt trận Tổ quốc", "Fatherland Front"},
    {14, "organisation", "đoàn thể", "mass organisation"},
    {15, "enterprise", "doanh nghiệp", "enterprise"},
    {16, "station", "trạm", "station"},
    {17, "city", "thành phố", "city"},
    {18, "special_zone", "đặc khu", "special zone"},
    {19, "cooperative", "hợp tác xã", "cooperative"},
    {20, "armed_forces", "lực lượng vũ trang", "armed forces"},
    {21, "religious", "cơ sở tôn giáo", "religious establishment"},
    {22, "council", "hội đồng", "council"},
    {23, "association", "hội, hiệp hội", "association"},
    {99, "other", "khác", "other"},
    {0, NULL, NULL, NULL},
};

const struct registry_choice choices_line[] = {
    {1, "state", "chính quyền", "State"},
    {2, "party", "Đảng", "Party"},
    {3, "front", "Mặt trận", "Front"},
    {0, NULL, NULL, NULL},
};

const struct registry_choice choices_level[] = {
    {1, "nation", "trung ương", "nation"},
    {2, "province", "cấp tỉnh", "province"},
    {3, "district", "cấp huyện", "district"},
    {4, "commune", "cấp xã", "commune"},
    {5, "base", "cơ sở", "grass roots"},
    {6, "ministry", "bộ, ngành", "ministry"},
    {0, NULL, NULL, NULL},
};

const struct registry_choice choices_channel[] = {
    {1, "paper", "giấy", "paper"},
    {2, "phone", "điện thoại", "telephone"},
    {3, "zalo", "Zalo", "Zalo"},
    {4, "in_person", "trực tiếp", "in person"},
    {5, "document_exchange", "trục văn bản", "document exchange"},
    {6, "system", "hệ thống", "system"},
    {7, "email", "thư điện tử", "e-mail"},
    {99, "other", "khác", "other"},
    {0, NULL, NULL, NULL},
};

const struct registry_record *
registry_by_type(unsigned type)
{
    size_t low = 0, high = registry_records_count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (registry_records[middle]->type == type)
            return registry_records[middle];
        if (registry_records[middle]->type < type)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

const struct registry_record *
registry_by_name(const char *name)
{
    for (size_t i = 0; i < registry_records_count; i++)
        if (strcmp(registry_records[i]->name, name) == 0)
            return registry_records[i];
    return NULL;
}

const struct registry_field *
registry_field_by_id(const struct registry_record *r, unsigned id)
{
    for (const struct registry_field *f = r->fields; f->id != 0 && f->id <= id; f++)
        if (f->id == id)
            return f;
    return NULL;
}

const struct registry_field *
registry_field_by_name(const struct registry_record *r, const char *name)
{
    for (const struct registry_field *f = r->fields; f->id != 0; f++)
        if (strcmp(f->name, name) == 0)
            return f;
    return NULL;
}

const struct registry_choice *
registry_choice_by_number(const struct registry_field *f, int64_t number)
{
    for (const struct registry_choice *c = f->choices; c != NULL && c->name != NULL; c++)
        if (c->number == number)
            return c;
    return NULL;
}

const struct registry_choice *
registry_choice_by_name(const struct registry_field *f, const char *name)
{
    for (const struct registry_choice *c = f->choices; c != NULL && c->name != NULL; c++)
        if (strcmp(c->name, name) == 0)
            return c;
    return NULL;
}

bool
registry_is_keyed(const struct registry_record *r)
{
    for (const struct registry_field *f = r->fields; f->id != 0; f++)
        if ((f->flags & FIELD_KEY) != 0)
            return true;
    return false;
}
