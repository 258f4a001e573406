#include "hub/statement_row.h"

#include "base/hash.h"
#include "hub/row.h"

#include <string.h>

enum { ROW_VERSION = 2 };

void hub_statement_from(const struct proto_statement *what, const struct proto_blob *original,
    enum proto_role role, uint64_t now_s, struct hub_statement *out)
{
    struct hub_statement s = {.kind = what->kind, .role = role, .subject = what->subject,
        .made_s = what->made_s, .kept_s = now_s,
        .addressees = what->addressees, .occurred_s = what->occurred_s, .until_s = what->until_s,
        .has_reference = proto_statement_has_reference(what),
        .sections = what->sections, .code = what->code};

    memcpy(s.id, what->id, sizeof s.id);
    hash_once(original->data, original->len, s.digest);
    memcpy(s.setter, what->setter, sizeof s.setter);
    memcpy(s.case_id, what->case_id, sizeof s.case_id);
    memcpy(s.purpose, what->purpose, sizeof s.purpose);
    memcpy(s.refers, what->refers, sizeof s.refers);
    memcpy(s.event, what->event, sizeof s.event);
    memcpy(s.holder, what->holder, sizeof s.holder);
    memcpy(s.receiver, what->receiver, sizeof s.receiver);
    *out = s;
}

void hub_statement_row_write(const struct hub_statement *s, struct wr *w)
{
    wr_u8(w, ROW_VERSION);
    wr_u8(w, (uint8_t)s->kind);
    wr_copy(w, s->digest, sizeof s->digest);
    wr_copy(w, s->setter, sizeof s->setter);
    wr_u8(w, (uint8_t)s->role);
    wr_copy(w, s->case_id, sizeof s->case_id);
    hub_row_write_subject(w, &s->subject);
    wr_name(w, s->purpose, PROTO_PURPOSE_WIDTH);
    wr_u64(w, s->made_s);
    wr_u64(w, s->kept_s);
    wr_u8(w, s->addressees.count);
    for (size_t i = 0; i < s->addressees.count; i++)
        wr_copy(w, s->addressees.id[i], PROTO_PARTNER_LEN);
    wr_copy(w, s->refers, sizeof s->refers);
    wr_name(w, s->event, PROTO_NAME_WIDTH);
    wr_u64(w, s->occurred_s);
    wr_u64(w, s->until_s);
    wr_u8(w, s->has_reference);
    wr_copy(w, s->holder, sizeof s->holder);
    wr_copy(w, s->receiver, sizeof s->receiver);
    hub_row_write_sections(w, &s->sections);
    wr_u8(w, s->code);
    wr_u64(w, s->place);
    wr_u64(w, s->ended_s);
    wr_u64(w, s->status_s);
    wr_u64(w, s->status_until_s);
    wr_u8(w, s->delivered_count);
    for (size_t i = 0; i < s->delivered_count; i++) {
        wr_copy(w, s->delivered[i].to, PROTO_PARTNER_LEN);
        wr_u8(w, (uint8_t)(s->delivered[i].acked | s->delivered[i].told_end << 1));
    }
}

static void read_lists(struct rd *r, struct hub_statement *s)
{
    s->delivered_count = hub_row_read_count(r, PROTO_ADDRESSEES_MAX);
    for (size_t i = 0; i < s->delivered_count; i++) {
        uint8_t flags;

        rd_copy(r, s->delivered[i].to, PROTO_PARTNER_LEN);
        flags = hub_row_read_code(r, 0, 3);
        s->delivered[i].acked = (flags & 1) != 0;
        s->delivered[i].told_end = (flags & 2) != 0;
    }
}

void hub_statement_row_read(struct rd *r, struct hub_statement *s)
{
    if (rd_u8(r) != ROW_VERSION)
        rd_fail(r, ERR_VERSION);
    s->kind = (enum proto_statement_kind)hub_row_read_code(r, PROTO_SAY_NONE + 1, PROTO_SAY_END - 1);
    rd_copy(r, s->digest, sizeof s->digest);
    rd_copy(r, s->setter, sizeof s->setter);
    s->role = (enum proto_role)hub_row_read_code(r, 0, PROTO_ROLE_END - 1);
    rd_copy(r, s->case_id, sizeof s->case_id);
    hub_row_read_subject(r, &s->subject);
    rd_name(r, PROTO_PURPOSE_WIDTH, s->purpose, sizeof s->purpose, true);
    s->made_s = rd_u64(r);
    s->kept_s = rd_u64(r);
    s->addressees.count = hub_row_read_count(r, PROTO_ADDRESSEES_MAX);
    for (size_t i = 0; i < s->addressees.count; i++)
        rd_copy(r, s->addressees.id[i], PROTO_PARTNER_LEN);
    rd_copy(r, s->refers, sizeof s->refers);
    rd_name(r, PROTO_NAME_WIDTH, s->event, sizeof s->event, true);
    s->occurred_s = rd_u64(r);
    s->until_s = rd_u64(r);
    s->has_reference = hub_row_read_bool(r);
    rd_copy(r, s->holder, sizeof s->holder);
    rd_copy(r, s->receiver, sizeof s->receiver);
    hub_row_read_sections(r, &s->sections);
    s->code = rd_u8(r);
    s->place = rd_u64(r);
    s->ended_s = rd_u64(r);
    s->status_s = rd_u64(r);
    s->status_until_s = rd_u64(r);
    read_lists(r, s);
}
