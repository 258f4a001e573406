#include "hub/row.h"

void hub_row_write_subject(struct wr *w, const struct proto_subject_id *s)
{
    wr_u8(w, s->type);
    wr_copy(w, s->value, sizeof s->value);
}

void hub_row_read_subject(struct rd *r, struct proto_subject_id *s)
{
    s->type = hub_row_read_code(r, 0, PROTO_SUBJECT_HANDLE);
    rd_copy(r, s->value, sizeof s->value);
}

uint8_t hub_row_read_code(struct rd *r, uint8_t min, uint8_t max)
{
    uint8_t n = rd_u8(r);

    if (n >= min && n <= max)
        return n;
    rd_fail(r, ERR_RANGE);
    return 0;
}

uint8_t hub_row_read_count(struct rd *r, uint8_t max)
{
    return hub_row_read_code(r, 0, max);
}

bool hub_row_read_bool(struct rd *r)
{
    return hub_row_read_code(r, 0, 1) != 0;
}

void hub_row_write_sections(struct wr *w, const struct proto_sections *s)
{
    wr_u8(w, s->count);
    for (size_t i = 0; i < s->count; i++)
        wr_name(w, s->name[i], PROTO_NAME_WIDTH);
}

void hub_row_read_sections(struct rd *r, struct proto_sections *s)
{
    s->count = hub_row_read_count(r, PROTO_SECTIONS_MAX);
    for (size_t i = 0; i < s->count; i++)
        rd_name(r, PROTO_NAME_WIDTH, s->name[i], sizeof s->name[i], false);
}

void hub_row_write_ids(struct wr *w, const struct proto_ids *s)
{
    wr_u8(w, s->count);
    for (size_t i = 0; i < s->count; i++)
        wr_copy(w, s->id[i], PROTO_ID_LEN);
}

void hub_row_read_ids(struct rd *r, struct proto_ids *s)
{
    s->count = hub_row_read_count(r, PROTO_STATEMENTS_MAX);
    for (size_t i = 0; i < s->count; i++)
        rd_copy(r, s->id[i], PROTO_ID_LEN);
}
