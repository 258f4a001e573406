#include "proto/msg.h"

#include "proto/fields.h"

#include <sodium.h>
#include <string.h>

#define AT(member) offsetof(struct proto_statement, member)

enum {
    REGION, ID, SETTER, CASE, SUBJECT, PURPOSE, MADE, ADDRESSEES, SEALED,
    REFERS, ANY_REFERS, EVENT, OCCURRED, UNTIL, REFERENCE, REFERENCE_TIME, REFERENCE_DIGEST, HOLDER, RECEIVER, ANY_RECEIVER,
    SECTIONS, ANY_SECTIONS, DIGEST, CONSENT_CODE, MEMBER_CODE, STATUS_CODE, ROWS
};

static const struct proto_field rows[ROWS] = {
    [REGION] = {.shape = SHAPE_BYTES, .offset = AT(region), .max = PROTO_HASH_LEN},
    [ID] = {.shape = SHAPE_BYTES, .offset = AT(id), .min = 1, .max = PROTO_ID_LEN},
    [SETTER] = {.shape = SHAPE_BYTES, .offset = AT(setter), .min = 1, .max = PROTO_PARTNER_LEN},
    [CASE] = {.shape = SHAPE_BYTES, .offset = AT(case_id), .max = PROTO_ID_LEN},
    [SUBJECT] = {.shape = SHAPE_SUBJECT, .offset = AT(subject)},
    [PURPOSE] = {.shape = SHAPE_NAME, .offset = AT(purpose), .max = PROTO_PURPOSE_WIDTH},
    [MADE] = {.shape = SHAPE_U64, .offset = AT(made_s), .max = PROTO_TIME_MAX},
    [ADDRESSEES] = {.shape = SHAPE_PARTNERS, .offset = AT(addressees), .max = PROTO_ADDRESSEES_MAX},
    [SEALED] = {.shape = SHAPE_PARTS, .offset = AT(sealed), .max = PROTO_ADDRESSEES_MAX, .other = AT(addressees)},

    [REFERS] = {.shape = SHAPE_BYTES, .offset = AT(refers), .min = 1, .max = PROTO_ID_LEN},
    [ANY_REFERS] = {.shape = SHAPE_BYTES, .offset = AT(refers), .max = PROTO_ID_LEN},
    [EVENT] = {.shape = SHAPE_NAME, .offset = AT(event), .min = 1, .max = PROTO_NAME_WIDTH},
    [OCCURRED] = {.shape = SHAPE_U64, .offset = AT(occurred_s), .max = PROTO_TIME_MAX},
    [UNTIL] = {.shape = SHAPE_U64, .offset = AT(until_s), .max = PROTO_TIME_MAX},
    [REFERENCE] = {.shape = SHAPE_NAME, .offset = AT(reference), .max = PROTO_NAME_WIDTH},
    [REFERENCE_TIME] = {.shape = SHAPE_U64, .offset = AT(reference_s), .max = PROTO_TIME_MAX},
    [REFERENCE_DIGEST] = {.shape = SHAPE_BYTES, .offset = AT(reference_digest), .max = PROTO_HASH_LEN},
    [HOLDER] = {.shape = SHAPE_BYTES, .offset = AT(holder), .min = 1, .max = PROTO_PARTNER_LEN},
    [RECEIVER] = {.shape = SHAPE_BYTES, .offset = AT(receiver), .min = 1, .max = PROTO_PARTNER_LEN},
    [ANY_RECEIVER] = {.shape = SHAPE_BYTES, .offset = AT(receiver), .max = PROTO_PARTNER_LEN},
    [SECTIONS] = {.shape = SHAPE_SECTIONS, .offset = AT(sections), .min = 1, .max = PROTO_SECTIONS_MAX},
    [ANY_SECTIONS] = {.shape = SHAPE_SECTIONS, .offset = AT(sections), .max = PROTO_SECTIONS_MAX},
    [DIGEST] = {.shape = SHAPE_BYTES, .offset = AT(digest), .max = PROTO_HASH_LEN},
    [CONSENT_CODE] = {.shape = SHAPE_U8, .offset = AT(code), .min = 1, .max = PROTO_CONSENT_HELP},
    [MEMBER_CODE] = {.shape = SHAPE_U8, .offset = AT(code), .min = 1, .max = PROTO_MEMBER_LEAVE},
    [STATUS_CODE] = {.shape = SHAPE_U8, .offset = AT(code), .max = 1},
};

static const uint8_t common[] = {REGION, ID, SETTER, CASE, SUBJECT, PURPOSE, MADE, ADDRESSEES, SEALED, FIELDS_END};

struct kind {
    const char *name, *type;
    uint8_t fields[8];
};

/* Types of statements begin with "say-": a grant by a person must never pass for a grant by a node. */
#define NAMES(word) .name = word, .type = "application/vnd.schakel.say-" word ".v1"

static const struct kind kinds[PROTO_SAY_END] = {
    [PROTO_SAY_EVENT] = {NAMES("event"),
        .fields = {EVENT, OCCURRED, UNTIL, REFERENCE, REFERENCE_TIME, REFERENCE_DIGEST, FIELDS_END}},
    [PROTO_SAY_EVENT_END] = {NAMES("event-end"), .fields = {REFERS, FIELDS_END}},
    [PROTO_SAY_CONSENT] = {NAMES("consent"), .fields = {HOLDER, RECEIVER, ANY_SECTIONS, CONSENT_CODE, UNTIL, FIELDS_END}},
    [PROTO_SAY_WITHDRAWAL] = {NAMES("withdrawal"), .fields = {REFERS, FIELDS_END}},
    [PROTO_SAY_OBJECTION] = {NAMES("objection"), .fields = {ANY_REFERS, FIELDS_END}},
    [PROTO_SAY_OBJECTION_END] = {NAMES("objection-end"), .fields = {REFERS, FIELDS_END}},
    [PROTO_SAY_MEMBERSHIP] = {NAMES("membership"), .fields = {MEMBER_CODE, ANY_RECEIVER, FIELDS_END}},
    [PROTO_SAY_FACTS] = {NAMES("facts"), .fields = {FIELDS_END}},
    [PROTO_SAY_WEIGHING] = {NAMES("weighing"), .fields = {REFERS, ANY_SECTIONS, DIGEST, FIELDS_END}},
    [PROTO_SAY_APPROVAL] = {NAMES("approval"), .fields = {REFERS, DIGEST, FIELDS_END}},
    [PROTO_SAY_GRANT] = {NAMES("grant"), .fields = {REFERS, RECEIVER, SECTIONS, UNTIL, DIGEST, FIELDS_END}},
    [PROTO_SAY_STATUS] = {NAMES("status"), .fields = {REFERS, UNTIL, STATUS_CODE, FIELDS_END}},
    [PROTO_SAY_BREAKGLASS] = {NAMES("breakglass"), .fields = {HOLDER, SECTIONS, OCCURRED, FIELDS_END}},
};

static const struct kind *kind_row(enum proto_statement_kind k)
{
    return (unsigned)k < PROTO_SAY_END && kinds[k].name != NULL ? &kinds[k] : NULL;
}

const char *proto_statement_type(enum proto_statement_kind k)
{
    const struct kind *row = kind_row(k);

    return row != NULL ? row->type : NULL;
}

const char *proto_statement_name(enum proto_statement_kind k)
{
    const struct kind *row = kind_row(k);

    return row != NULL ? row->name : "?";
}

enum proto_statement_kind proto_statement_of_type(const char *type)
{
    for (unsigned k = 0; k < PROTO_SAY_END; k++)
        if (kinds[k].type != NULL && strcmp(kinds[k].type, type) == 0)
            return (enum proto_statement_kind)k;
    return PROTO_SAY_NONE;
}

bool proto_statement_has_reference(const struct proto_statement *s)
{
    return s->reference[0] != '\0' && s->reference_s != 0 && sodium_is_zero(s->reference_digest, sizeof s->reference_digest) == 0;
}

/* What two fields together must satisfy. Of the other kinds all four members are zero, which satisfies both. */
static bool fits_together(const struct proto_statement *s)
{
    bool has_receiver = !sodium_is_zero(s->receiver, sizeof s->receiver);

    if (s->kind == PROTO_SAY_MEMBERSHIP && (s->code == PROTO_MEMBER_INVITE) != has_receiver)
        return false;
    if (s->reference[0] == '\0' && (s->reference_s != 0 || !sodium_is_zero(s->reference_digest, sizeof s->reference_digest)))
        return false;
    return true;
}

static bool has_foreign(const struct kind *row, const struct proto_statement *s)
{
    uint8_t all[sizeof common + sizeof row->fields];
    size_t n = sizeof common - 1;

    memcpy(all, common, n);
    memcpy(all + n, row->fields, sizeof row->fields);
    return proto_fields_has_foreign(rows, ROWS, all, s);
}

enum err proto_statement_encode(const struct proto_statement *s, uint8_t *out, size_t cap, size_t *len)
{
    const struct kind *row = kind_row(s->kind);
    struct wr w;

    if (row == NULL || has_foreign(row, s) || !fits_together(s))
        return ERR_RANGE;
    wr_init(&w, out, cap);
    proto_fields_write(rows, common, s, &w);
    proto_fields_write(rows, row->fields, s, &w);
    if (wr_end(&w) == OK && w.len > PROTO_ORIGINAL_MAX)
        wr_fail(&w, ERR_LONG);
    if (wr_end(&w) == OK)
        *len = w.len;
    return wr_end(&w);
}

enum err proto_statement_decode(enum proto_statement_kind kind, const uint8_t *body, size_t len, struct proto_statement *s)
{
    const struct kind *row = kind_row(kind);
    struct proto_statement fresh;
    struct rd r;

    if (row == NULL)
        return ERR_RANGE;
    if (len > PROTO_ORIGINAL_MAX)
        return ERR_LONG;
    memset(&fresh, 0, sizeof fresh);
    fresh.kind = kind;
    rd_init(&r, body, len);
    proto_fields_read(rows, common, &fresh, &r);
    proto_fields_read(rows, row->fields, &fresh, &r);
    if (r.err == OK && !fits_together(&fresh))
        rd_fail(&r, ERR_RANGE);
    if (rd_end(&r) == OK)
        *s = fresh;
    return r.err;
}
