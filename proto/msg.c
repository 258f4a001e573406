#include "proto/msg.h"

#include "base/hash.h"
#include "proto/fields.h"

#include <sodium.h>
#include <string.h>

#define AT_HEAD(member) offsetof(struct proto_msg, head.member)
#define AT(member) offsetof(struct proto_msg, member)

enum {
    REGION, ID, FROM, TO, ISSUED, VALID_UNTIL, CASE, SUBJECT, PURPOSE, PACK, SEEN_SIZE, SEEN_ROOT, RUNNING, ACTOR, ROLE,
    REFERS, ANY_REFERS, SECTIONS, ANY_SECTIONS, STATEMENTS, UNTIL, DIGEST, ORIGINAL, WEIGHING, APPROVAL, SEALED,
    RELEASE, ELEMENTS, CERTIFICATE, WITNESS_BODY, COPY, KEY, PARTNER, NUMBER, NUMBER2, WAIT,
    ANSWER_CODE, REPORT_CODE, REFUSE_CODE, ACK_CODE, QUERY_CODE, LEAF_CODE, ROWS
};

static const struct proto_field rows[ROWS] = {
    [REGION] = {.shape = SHAPE_BYTES, .offset = AT_HEAD(region), .max = PROTO_HASH_LEN},
    [ID] = {.shape = SHAPE_BYTES, .offset = AT_HEAD(id), .min = 1, .max = PROTO_ID_LEN},
    [FROM] = {.shape = SHAPE_BYTES, .offset = AT_HEAD(from), .min = 1, .max = PROTO_PARTNER_LEN},
    [TO] = {.shape = SHAPE_BYTES, .offset = AT_HEAD(to), .max = PROTO_PARTNER_LEN},
    [ISSUED] = {.shape = SHAPE_U64, .offset = AT_HEAD(issued_s), .max = PROTO_TIME_MAX, .not_in_repeat = 1},
    [VALID_UNTIL] = {.shape = SHAPE_U64, .offset = AT_HEAD(valid_until_s), .max = PROTO_TIME_MAX},
    [CASE] = {.shape = SHAPE_BYTES, .offset = AT_HEAD(case_id), .max = PROTO_ID_LEN},
    [SUBJECT] = {.shape = SHAPE_SUBJECT, .offset = AT_HEAD(subject)},
    [PURPOSE] = {.shape = SHAPE_NAME, .offset = AT_HEAD(purpose), .max = PROTO_PURPOSE_WIDTH},
    [PACK] = {.shape = SHAPE_BYTES, .offset = AT_HEAD(pack), .max = PROTO_HASH_LEN},
    [SEEN_SIZE] = {.shape = SHAPE_U64, .offset = AT_HEAD(seen_size), .max = UINT64_MAX, .not_in_repeat = 1},
    [SEEN_ROOT] = {.shape = SHAPE_BYTES, .offset = AT_HEAD(seen_root), .max = PROTO_HASH_LEN, .not_in_repeat = 1},
    [RUNNING] = {.shape = SHAPE_U64, .offset = AT_HEAD(running), .max = UINT64_MAX, .not_in_repeat = 1},
    [ACTOR] = {.shape = SHAPE_BYTES, .offset = AT_HEAD(actor), .max = PROTO_KEY_LEN},
    [ROLE] = {.shape = SHAPE_U8, .offset = AT_HEAD(role), .max = PROTO_ROLE_END - 1},

    [REFERS] = {.shape = SHAPE_BYTES, .offset = AT(refers), .min = 1, .max = PROTO_ID_LEN},
    [ANY_REFERS] = {.shape = SHAPE_BYTES, .offset = AT(refers), .max = PROTO_ID_LEN},
    [SECTIONS] = {.shape = SHAPE_SECTIONS, .offset = AT(sections), .min = 1, .max = PROTO_SECTIONS_MAX},
    [ANY_SECTIONS] = {.shape = SHAPE_SECTIONS, .offset = AT(sections), .max = PROTO_SECTIONS_MAX},
    [STATEMENTS] = {.shape = SHAPE_IDS, .offset = AT(statements), .max = PROTO_STATEMENTS_MAX},
    [UNTIL] = {.shape = SHAPE_U64, .offset = AT(until_s), .max = PROTO_TIME_MAX},
    [DIGEST] = {.shape = SHAPE_BYTES, .offset = AT(digest), .max = PROTO_HASH_LEN},
    [ORIGINAL] = {.shape = SHAPE_BLOB32, .offset = AT(original), .min = 1, .max = PROTO_ORIGINAL_MAX},
    [WEIGHING] = {.shape = SHAPE_BLOB32, .offset = AT(weighing), .max = PROTO_ORIGINAL_MAX},
    [APPROVAL] = {.shape = SHAPE_BLOB32, .offset = AT(approval), .max = PROTO_ORIGINAL_MAX},
    [SEALED] = {.shape = SHAPE_BLOB16, .offset = AT(sealed), .max = PROTO_SEALED_MAX},
    [RELEASE] = {.shape = SHAPE_BLOB32, .offset = AT(payload), .min = 1, .max = PROTO_RELEASE_MAX},
    [ELEMENTS] = {.shape = SHAPE_BLOB32, .offset = AT(payload), .min = 32, .max = 32 * PROTO_BATCH_MAX, .step = 32},
    [CERTIFICATE] = {.shape = SHAPE_BLOB16, .offset = AT(original), .min = 1, .max = PROTO_CERT_MAX},
    [WITNESS_BODY] = {.shape = SHAPE_BLOB32, .offset = AT(payload), .min = 1, .max = PROTO_NOTE_MAX},
    [COPY] = {.shape = SHAPE_BLOB32, .offset = AT(payload), .min = 4, .max = PROTO_RELEASE_MAX},
    [KEY] = {.shape = SHAPE_BYTES, .offset = AT(key), .max = PROTO_KEY_LEN},
    [PARTNER] = {.shape = SHAPE_BYTES, .offset = AT(partner), .max = PROTO_PARTNER_LEN},
    [NUMBER] = {.shape = SHAPE_U64, .offset = AT(number), .max = UINT64_MAX},
    [NUMBER2] = {.shape = SHAPE_U64, .offset = AT(number2), .max = UINT64_MAX},
    [WAIT] = {.shape = SHAPE_U64, .offset = AT(number), .max = PROTO_WAIT_MAX_S},

    [ANSWER_CODE] = {.shape = SHAPE_U8, .offset = AT(code), .min = 1, .max = PROTO_ANSWER_NOT_FOR_US},
    [REPORT_CODE] = {.shape = SHAPE_U8, .offset = AT(code), .min = 1, .max = PROTO_REPORT_EXPIRED},
    [REFUSE_CODE] = {.shape = SHAPE_U8, .offset = AT(code), .min = 1, .max = PROTO_REFUSE_END - 1},
    [ACK_CODE] = {.shape = SHAPE_U8, .offset = AT(code), .min = 1, .max = PROTO_ACK_UNKNOWN_SUBJECT},
    [QUERY_CODE] = {.shape = SHAPE_U8, .offset = AT(code), .min = 1, .max = PROTO_QUERY_END - 1},
    [LEAF_CODE] = {.shape = SHAPE_U8, .offset = AT(code), .min = 1, .max = PROTO_OPENED_BAD},
};

static const uint8_t header[] = {REGION, ID, FROM, TO, ISSUED, VALID_UNTIL, CASE, SUBJECT, PURPOSE, PACK, SEEN_SIZE, SEEN_ROOT,
    RUNNING, ACTOR, ROLE, FIELDS_END};

/* A kind: its names, and its fields behind the header. */
struct kind {
    const char *name, *type;
    uint8_t fields[12];
};

#define NAMES(word) .name = word, .type = "application/vnd.schakel." word ".v1"

static const struct kind kinds[PROTO_KIND_END] = {
    [PROTO_STATEMENT] = {NAMES("statement"), .fields = {ORIGINAL, FIELDS_END}},
    [PROTO_REQUEST] = {NAMES("request"), .fields = {SECTIONS, STATEMENTS, WEIGHING, SEALED, FIELDS_END}},
    [PROTO_OFFER] = {NAMES("offer"),
        .fields = {SECTIONS, STATEMENTS, UNTIL, DIGEST, ORIGINAL, WEIGHING, APPROVAL, SEALED, FIELDS_END}},
    [PROTO_GRANT] = {NAMES("grant"),
        .fields = {REFERS, SECTIONS, STATEMENTS, UNTIL, DIGEST, ORIGINAL, WEIGHING, APPROVAL, FIELDS_END}},
    [PROTO_REFUSE] = {NAMES("refuse"), .fields = {REFERS, REFUSE_CODE, SEALED, FIELDS_END}},
    [PROTO_RELEASE] = {NAMES("release"), .fields = {REFERS, DIGEST, RELEASE, FIELDS_END}},
    [PROTO_ANSWER] = {NAMES("answer"), .fields = {REFERS, ANSWER_CODE, SEALED, FIELDS_END}},
    [PROTO_CANCEL] = {NAMES("cancel"), .fields = {REFERS, FIELDS_END}},
    [PROTO_REPORT] = {NAMES("report"), .fields = {REFERS, REPORT_CODE, ANY_SECTIONS, FIELDS_END}},
    [PROTO_ACK] = {NAMES("ack"), .fields = {REFERS, DIGEST, ACK_CODE, FIELDS_END}},
    [PROTO_PUBLISH] = {NAMES("publish"), .fields = {ORIGINAL, FIELDS_END}},
    [PROTO_BREAKGLASS] = {NAMES("breakglass"), .fields = {SECTIONS, ORIGINAL, SEALED, FIELDS_END}},
    [PROTO_OPENED_LEAF] = {NAMES("opened-leaf"), .fields = {NUMBER, LEAF_CODE, FIELDS_END}},
    [PROTO_REGISTRY] = {NAMES("registry"), .fields = {ORIGINAL, FIELDS_END}},
    [PROTO_FETCH] = {NAMES("fetch"), .fields = {WAIT, FIELDS_END}},
    [PROTO_QUERY] = {NAMES("query"), .fields = {QUERY_CODE, ANY_REFERS, KEY, PARTNER, NUMBER, NUMBER2, FIELDS_END}},
    [PROTO_DERIVE] = {NAMES("derive"), .fields = {ELEMENTS, CERTIFICATE, FIELDS_END}},
    [PROTO_WITNESS] = {NAMES("witness"), .fields = {WITNESS_BODY, FIELDS_END}},
    [PROTO_REGISTRY_COPY] = {NAMES("registry-copy"), .fields = {NUMBER, COPY, FIELDS_END}},
    [PROTO_REPLY] = {.name = "reply", .fields = {FIELDS_END}},
};

static const struct kind *kind_row(enum proto_kind k)
{
    return (unsigned)k < PROTO_KIND_END && kinds[k].name != NULL ? &kinds[k] : NULL;
}

const char *proto_msg_type(enum proto_kind k)
{
    const struct kind *row = kind_row(k);

    return row != NULL ? row->type : NULL;
}

const char *proto_kind_name(enum proto_kind k)
{
    const struct kind *row = kind_row(k);

    return row != NULL ? row->name : "?";
}

/* The list of all fields of a kind: what is in neither part is foreign to it. */
static bool has_foreign(const struct kind *row, const struct proto_msg *m)
{
    uint8_t all[sizeof header + sizeof row->fields];
    size_t n = sizeof header - 1;

    memcpy(all, header, n);
    memcpy(all + n, row->fields, sizeof row->fields);
    return proto_fields_has_foreign(rows, ROWS, all, m);
}

enum err proto_msg_encode(const struct proto_msg *m, uint8_t *out, size_t cap, size_t *len)
{
    const struct kind *row = kind_row(m->kind);
    struct wr w;

    if (row == NULL || row->type == NULL || has_foreign(row, m))
        return ERR_RANGE;
    wr_init(&w, out, cap);
    proto_fields_write(rows, header, m, &w);
    proto_fields_write(rows, row->fields, m, &w);
    if (wr_end(&w) == OK)
        *len = w.len;
    return wr_end(&w);
}

enum err proto_msg_decode(enum proto_kind kind, const uint8_t *body, size_t len, struct proto_msg *m)
{
    const struct kind *row = kind_row(kind);
    struct proto_msg fresh;
    struct rd r;

    if (row == NULL || row->type == NULL)
        return ERR_RANGE;
    memset(&fresh, 0, sizeof fresh);
    fresh.kind = kind;
    rd_init(&r, body, len);
    proto_fields_read(rows, header, &fresh, &r);
    proto_fields_read(rows, row->fields, &fresh, &r);
    if (rd_end(&r) == OK)
        *m = fresh;
    return r.err;
}

/*
 * The kind is hashed too: refuse and answer have the same layout, and one must never pass for a repeat of the other. The fields left out
 * are those that change when a message is sent again; all of the header has fixed widths.
 */
enum err proto_msg_repeat_digest(enum proto_kind kind, const uint8_t *body, size_t len, uint8_t out[PROTO_HASH_LEN])
{
    const uint8_t k = (uint8_t)kind;
    struct hash st;
    struct rd r;

    if (proto_msg_type(kind) == NULL)
        return ERR_RANGE;
    rd_init(&r, body, len);
    hash_init(&st);
    hash_update(&st, &k, 1);
    for (const uint8_t *l = header; *l != FIELDS_END; l++) {
        size_t width = proto_fields_width(&rows[*l]);
        const uint8_t *p = rd_view(&r, width);

        if (p != NULL && !rows[*l].not_in_repeat)
            hash_update(&st, p, width);
    }
    len = rd_left(&r);
    if (len != 0)
        hash_update(&st, rd_view(&r, len), len);
    if (rd_end(&r) == OK)
        hash_final(&st, out);
    return r.err;
}

bool proto_msg_is_timely(const struct proto_header *h, uint64_t now_s, uint64_t leaf_s)
{
    if (h->issued_s + PROTO_ISSUED_BACK_S < now_s || h->issued_s > now_s + PROTO_ISSUED_AHEAD_S)
        return false;
    return h->valid_until_s >= leaf_s && h->valid_until_s >= h->issued_s;
}

static const char *const roles[PROTO_ROLE_END] = {"none", "caseworker", "coordinator", "second", "officer", "fg", "adopter", "analyst",
    "admin", "young", "representative", "parent"};

const char *proto_role_name(enum proto_role r)
{
    return (unsigned)r < PROTO_ROLE_END ? roles[r] : NULL;
}

enum proto_role proto_role_from(const char *name)
{
    for (unsigned i = 1; i < PROTO_ROLE_END; i++)
        if (strcmp(roles[i], name) == 0)
            return (enum proto_role)i;
    return PROTO_ROLE_NONE;
}

/* Insertion: at most forty. */
void proto_sections_sort(struct proto_sections *s)
{
    size_t n = 0;

    for (size_t i = 0; i < s->count; i++) {
        char name[sizeof s->name[0]];
        size_t k = n;

        memcpy(name, s->name[i], sizeof name);
        while (k > 0 && strcmp(s->name[k - 1], name) > 0)
            k--;
        if (k > 0 && strcmp(s->name[k - 1], name) == 0)
            continue;
        memmove(s->name[k + 1], s->name[k], (n - k) * sizeof name);
        memcpy(s->name[k], name, sizeof name);
        n++;
    }
    for (size_t i = n; i < s->count; i++)
        memset(s->name[i], 0, sizeof s->name[i]);
    s->count = (uint8_t)n;
}

void proto_partners_sort(struct proto_partners *p)
{
    size_t n = 0;

    for (size_t i = 0; i < p->count; i++) {
        uint8_t id[PROTO_PARTNER_LEN];
        size_t k = n;

        memcpy(id, p->id[i], sizeof id);
        while (k > 0 && memcmp(p->id[k - 1], id, sizeof id) > 0)
            k--;
        if (k > 0 && memcmp(p->id[k - 1], id, sizeof id) == 0)
            continue;
        memmove(p->id[k + 1], p->id[k], (n - k) * sizeof id);
        memcpy(p->id[k], id, sizeof id);
        n++;
    }
    for (size_t i = n; i < p->count; i++)
        memset(p->id[i], 0, sizeof p->id[i]);
    p->count = (uint8_t)n;
}

bool proto_msg_same_subject(const struct proto_subject_id *a, const struct proto_subject_id *b)
{
    return a->type != PROTO_SUBJECT_NONE && a->type == b->type && sodium_memcmp(a->value, b->value, sizeof a->value) == 0;
}

bool proto_msg_speaks_of(const struct proto_header *h, const uint8_t case_id[PROTO_ID_LEN], const struct proto_subject_id *subject,
    const char *purpose)
{
    return sodium_memcmp(h->case_id, case_id, sizeof h->case_id) == 0 && h->subject.type == subject->type
        && sodium_memcmp(h->subject.value, subject->value, sizeof subject->value) == 0 && strcmp(h->purpose, purpose) == 0;
}

bool proto_sections_has(const struct proto_sections *s, const char *name)
{
    for (size_t i = 0; i < s->count; i++)
        if (strcmp(s->name[i], name) == 0)
            return true;
    return false;
}
