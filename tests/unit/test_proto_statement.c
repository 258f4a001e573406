/* proto/statement: every kind of statement. PROTOCOL.md P-060 to P-077. */
#include "tests/support/check.h"

#include "proto/msg.h"

enum { ROOM = 4096, COMMON = 145 + 1 + 3 * 16 + 1 + (16 + 2 + 5) + (16 + 2 + 7) };  /* common block with the sample's lists */

static const uint8_t some[64] = "sealed for one addressee, as far as this test can tell, and more";

static void fill_common(struct proto_statement *s)
{
    memset(s->region, 0x11, sizeof s->region);
    memset(s->id, 0x22, sizeof s->id);
    memset(s->setter, 0x33, sizeof s->setter);
    memset(s->case_id, 0x55, sizeof s->case_id);
    s->subject.type = PROTO_SUBJECT_HANDLE;
    memset(s->subject.value, 0x66, sizeof s->subject.value);
    strcpy(s->purpose, "case_support");
    s->made_s = 0x010203040506;
    s->addressees.count = 3;
    for (uint8_t i = 0; i < 3; i++)
        memset(s->addressees.id[i], 0xa0 + i, PROTO_PARTNER_LEN);
    s->sealed.count = 2;
    memset(s->sealed.part[0].to, 0xa0, PROTO_PARTNER_LEN);
    s->sealed.part[0].box = (struct proto_blob){some, 5};
    memset(s->sealed.part[1].to, 0xa2, PROTO_PARTNER_LEN);
    s->sealed.part[1].box = (struct proto_blob){some + 5, 7};
}

/* Which members a kind has: as PROTOCOL.md lists them, apart from the program's own table. */
enum { REFERS = 1, EVENT = 2, OCCURRED = 4, UNTIL = 8, REFERENCE = 16, HOLDER = 32, RECEIVER = 64, SECTIONS = 128, DIGEST = 256 };

static const struct sample {
    enum proto_statement_kind kind;
    unsigned has;
    uint8_t code;
    size_t len;           /* behind the common block */
    const char *layout;   /* its fields in order, one letter each: see put_field */
} samples[] = {
    {PROTO_SAY_EVENT, EVENT | OCCURRED | UNTIL | REFERENCE, 0, 16 + 8 + 8 + 16 + 8 + 32, "eoukKd"},
    {PROTO_SAY_EVENT_END, REFERS, 0, 16, "r"},
    {PROTO_SAY_CONSENT, HOLDER | RECEIVER | SECTIONS | UNTIL, PROTO_CONSENT_HELP, 16 + 16 + 33 + 1 + 8, "hcsCu"},
    {PROTO_SAY_WITHDRAWAL, REFERS, 0, 16, "r"},
    {PROTO_SAY_OBJECTION, REFERS, 0, 16, "r"},
    {PROTO_SAY_OBJECTION_END, REFERS, 0, 16, "r"},
    {PROTO_SAY_MEMBERSHIP, RECEIVER, PROTO_MEMBER_INVITE, 1 + 16, "Cc"},
    {PROTO_SAY_FACTS, 0, 0, 0, ""},
    {PROTO_SAY_WEIGHING, REFERS | SECTIONS | DIGEST, 0, 16 + 33 + 32, "rsD"},
    {PROTO_SAY_APPROVAL, REFERS | DIGEST, 0, 16 + 32, "rD"},
    {PROTO_SAY_GRANT, REFERS | RECEIVER | SECTIONS | UNTIL | DIGEST, 0, 16 + 16 + 33 + 8 + 32, "rcsuD"},
    {PROTO_SAY_STATUS, REFERS | UNTIL, 1, 16 + 8 + 1, "ruC"},
    {PROTO_SAY_BREAKGLASS, HOLDER | SECTIONS | OCCURRED, 0, 16 + 33 + 8, "hso"},
};

static void fill(struct proto_statement *s, unsigned has)
{
    if (has & REFERS)
        memset(s->refers, 0xb1, sizeof s->refers);
    if (has & EVENT)
        strcpy(s->event, "LEERPLICHT_DOC");
    if (has & OCCURRED)
        s->occurred_s = 1700000000;
    if (has & UNTIL)
        s->until_s = 1800000000;
    if (has & REFERENCE) {
        strcpy(s->reference, "court");
        s->reference_s = 1690000000;
        memset(s->reference_digest, 0xb2, sizeof s->reference_digest);
    }
    if (has & HOLDER)
        memset(s->holder, 0xb3, sizeof s->holder);
    if (has & RECEIVER)
        memset(s->receiver, 0xb4, sizeof s->receiver);
    if (has & SECTIONS)
        s->sections = (struct proto_sections){.count = 2, .name = {"care", "ident"}};
    if (has & DIGEST)
        memset(s->digest, 0xb5, sizeof s->digest);
}

static void make(const struct sample *sample, struct proto_statement *s)
{
    memset(s, 0, sizeof *s);
    s->kind = sample->kind;
    fill_common(s);
    fill(s, sample->has);
    s->code = sample->code;
}

static const struct sample *sample_of(enum proto_statement_kind k)
{
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++)
        if (samples[i].kind == k)
            return &samples[i];
    fail();
    return NULL;
}

static size_t encoded(const struct proto_statement *s, uint8_t out[ROOM])
{
    size_t len = 0;

    assert_err(proto_statement_encode(s, out, ROOM, &len), OK);
    return len;
}

static enum err decode_exact(enum proto_statement_kind kind, const uint8_t *body, size_t len, struct proto_statement *s, uint8_t **block)
{
    struct proto_statement before;
    enum err e;

    *block = check_exact(body, len);
    memset(&before, 0x5a, sizeof before);
    memcpy(s, &before, sizeof before);
    e = proto_statement_decode(kind, *block, len, s);
    if (e != OK)
        assert_memory_equal(s, &before, sizeof before);
    return e;
}

static enum err refused(enum proto_statement_kind kind, const uint8_t *body, size_t len)
{
    struct proto_statement s;
    uint8_t *block = NULL;
    enum err e = decode_exact(kind, body, len, &s, &block);

    free(block);
    return e;
}

static void same_parts(const struct proto_sealed *a, const struct proto_sealed *b)
{
    assert_int_equal(a->count, b->count);
    for (size_t i = 0; i < a->count; i++) {
        assert_memory_equal(a->part[i].to, b->part[i].to, PROTO_PARTNER_LEN);
        assert_int_equal(a->part[i].box.len, b->part[i].box.len);
        assert_memory_equal(a->part[i].box.data, b->part[i].box.data, a->part[i].box.len);
    }
}

static void same(const struct proto_statement *a, const struct proto_statement *b)
{
    assert_int_equal(a->kind, b->kind);
    assert_memory_equal(a->region, b->region, sizeof a->region);
    assert_memory_equal(a->id, b->id, sizeof a->id);
    assert_memory_equal(a->setter, b->setter, sizeof a->setter);
    assert_memory_equal(a->case_id, b->case_id, sizeof a->case_id);
    assert_memory_equal(&a->subject, &b->subject, sizeof a->subject);
    assert_string_equal(a->purpose, b->purpose);
    assert_int_equal(a->made_s, b->made_s);
    assert_memory_equal(&a->addressees, &b->addressees, sizeof a->addressees);
    same_parts(&a->sealed, &b->sealed);
    assert_memory_equal(a->refers, b->refers, sizeof a->refers);
    assert_string_equal(a->event, b->event);
    assert_int_equal(a->occurred_s, b->occurred_s);
    assert_int_equal(a->until_s, b->until_s);
    assert_string_equal(a->reference, b->reference);
    assert_int_equal(a->reference_s, b->reference_s);
    assert_memory_equal(a->reference_digest, b->reference_digest, sizeof a->reference_digest);
    assert_memory_equal(a->holder, b->holder, sizeof a->holder);
    assert_memory_equal(a->receiver, b->receiver, sizeof a->receiver);
    assert_memory_equal(&a->sections, &b->sections, sizeof a->sections);
    assert_int_equal(a->code, b->code);
    assert_memory_equal(a->digest, b->digest, sizeof a->digest);
}

/* P-009, P-011, P-061 to P-073 */
static void test_kind(void **state)
{
    const struct sample *sample = *state;
    struct proto_statement s, back;
    uint8_t body[ROOM], again[ROOM], *block = NULL;
    size_t len;

    make(sample, &s);
    len = encoded(&s, body);
    assert_int_equal(len, COMMON + sample->len);
    assert_err(decode_exact(sample->kind, body, len, &back, &block), OK);
    same(&s, &back);
    assert_int_equal(encoded(&back, again), len);
    assert_memory_equal(again, body, len);
    free(block);
    for (size_t n = 0; n < len; n++)
        assert_int_not_equal(refused(sample->kind, body, n), OK);
    body[len] = 0;
    assert_err(refused(sample->kind, body, len + 1), ERR_LONG);
}

/* The bytes of one field as fill() fills it, written down apart from the program's table. */
static size_t put_field(uint8_t *out, char letter, uint8_t code)
{
    static const struct { char letter; uint8_t fill; size_t len; const char *bytes; } fields[] = {
        {'r', 0xb1, 16, NULL}, {'h', 0xb3, 16, NULL}, {'c', 0xb4, 16, NULL}, {'d', 0xb2, 32, NULL}, {'D', 0xb5, 32, NULL},
        {'e', 0, 16, "LEERPLICHT_DOC\0"}, {'k', 0, 16, "court\0\0\0\0\0\0\0\0\0\0"}, {'o', 0, 8, "\0\0\0\0\x65\x53\xf1\0"},
        {'u', 0, 8, "\0\0\0\0\x6b\x49\xd2\0"}, {'K', 0, 8, "\0\0\0\0\x64\xbb\x5a\x80"},
        {'s', 0, 33, "\2care\0\0\0\0\0\0\0\0\0\0\0\0ident\0\0\0\0\0\0\0\0\0\0"},
    };

    if (letter == 'C') {
        out[0] = code;
        return 1;
    }
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        if (fields[i].letter != letter)
            continue;
        if (fields[i].bytes != NULL)
            memcpy(out, fields[i].bytes, fields[i].len);
        else
            memset(out, fields[i].fill, fields[i].len);
        return fields[i].len;
    }
    fail();
    return 0;
}

/* P-061 to P-073: the fields of a kind in their order. */
static void test_kind_layout(void **state)
{
    const struct sample *sample = *state;
    struct proto_statement s;
    uint8_t body[ROOM], expected[ROOM];
    size_t len, at = 0;

    make(sample, &s);
    len = encoded(&s, body);
    for (const char *l = sample->layout; *l != '\0'; l++)
        at += put_field(expected + at, *l, sample->code);
    assert_int_equal(len, COMMON + at);
    assert_memory_equal(body + COMMON, expected, at);
}

static void test_kind_room(void **state)
{
    const struct sample *sample = *state;
    struct proto_statement s;
    uint8_t body[ROOM];
    size_t len, untouched = 12345;

    make(sample, &s);
    len = encoded(&s, body);
    for (size_t cap = 0; cap < len; cap++) {
        uint8_t *block = malloc(cap);

        assert_err(proto_statement_encode(&s, block, cap, &untouched), ERR_LONG);
        assert_int_equal(untouched, 12345);
        free(block);
    }
}

/* P-011: whatever bit is changed, it is refused or encodes to just those bytes again. */
static void test_kind_flips(void **state)
{
    const struct sample *sample = *state;
    struct proto_statement s, back;
    uint8_t body[ROOM], again[ROOM], *block = NULL;
    size_t len;

    make(sample, &s);
    len = encoded(&s, body);
    for (size_t i = 0; i < len * 8; i++) {
        body[i / 8] ^= (uint8_t)(1 << i % 8);
        if (decode_exact(sample->kind, body, len, &back, &block) == OK) {
            assert_int_equal(encoded(&back, again), len);
            assert_memory_equal(again, body, len);
        }
        free(block);
        body[i / 8] ^= (uint8_t)(1 << i % 8);
    }
}

/* P-035 */
static void test_kind_foreign(void **state)
{
    const struct sample *sample = *state;
    uint8_t body[ROOM];
    size_t len = 777;

    for (unsigned bit = REFERS; bit <= DIGEST; bit <<= 1) {
        struct proto_statement s;

        make(sample, &s);
        if (sample->has & bit)
            continue;
        fill(&s, bit);
        assert_err(proto_statement_encode(&s, body, sizeof body, &len), ERR_RANGE);
    }
    if (sample->code == 0) {
        struct proto_statement s;

        make(sample, &s);
        s.code = 1;
        assert_err(proto_statement_encode(&s, body, sizeof body, &len), ERR_RANGE);
    }
    assert_int_equal(len, 777);
}

static const struct patch {
    const char *name;
    enum proto_statement_kind kind;
    size_t at;
    const char *bytes;
    size_t len;
    enum err expected;
} patches[] = {
    {"P-060 id zero", PROTO_SAY_FACTS, 32, "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 16, ERR_RANGE},
    {"P-060 setter zero", PROTO_SAY_FACTS, 48, "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 16, ERR_RANGE},
    {"P-012 subject type 4", PROTO_SAY_FACTS, 80, "\4", 1, ERR_RANGE},
    {"P-012 no type but a value", PROTO_SAY_FACTS, 80, "\0", 1, ERR_RANGE},
    {"P-002 purpose with a slash", PROTO_SAY_FACTS, 113, "a/b", 3, ERR_SYNTAX},
    {"P-010 made of 49 bits", PROTO_SAY_FACTS, 137, "\0\1", 2, ERR_RANGE},
    {"P-004 17 addressees", PROTO_SAY_FACTS, 145, "\21", 1, ERR_RANGE},
    {"P-007 addressee zero", PROTO_SAY_FACTS, 146, "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 16, ERR_RANGE},
    {"P-007 addressees descending", PROTO_SAY_FACTS, 146, "\xff", 1, ERR_RANGE},
    {"P-007 addressee twice", PROTO_SAY_FACTS, 146, "\xa1\xa1\xa1\xa1\xa1\xa1\xa1\xa1\xa1\xa1\xa1\xa1\xa1\xa1\xa1\xa1", 16, ERR_RANGE},
    {"P-004 17 parts", PROTO_SAY_FACTS, 194, "\21", 1, ERR_RANGE},
    {"P-074 part for somebody else", PROTO_SAY_FACTS, 195, "\xa0\xff", 2, ERR_RANGE},
    {"P-074 part of another addressee", PROTO_SAY_FACTS, 195, "\xa1\xa1\xa1\xa1\xa1\xa1\xa1\xa1\xa1\xa1\xa1\xa1\xa1\xa1\xa1\xa1", 16, OK},
    {"P-074 two parts for one", PROTO_SAY_FACTS, 195, "\xa2\xa2\xa2\xa2\xa2\xa2\xa2\xa2\xa2\xa2\xa2\xa2\xa2\xa2\xa2\xa2", 16, ERR_RANGE},
    {"P-074 parts in another order", PROTO_SAY_FACTS, 218, "\xa0\xa0\xa0\xa0\xa0\xa0\xa0\xa0\xa0\xa0\xa0\xa0\xa0\xa0\xa0\xa0", 16,
        ERR_RANGE},
    {"P-008 part over its maximum", PROTO_SAY_FACTS, 211, "\x10\1", 2, ERR_RANGE},
    {"P-061 no event", PROTO_SAY_EVENT, COMMON, "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 16, ERR_SYNTAX},
    {"P-075 date without a reference", PROTO_SAY_EVENT, COMMON + 32, "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 16, ERR_RANGE},
    {"P-062 ends nothing", PROTO_SAY_EVENT_END, COMMON, "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 16, ERR_RANGE},
    {"P-063 consent without a holder", PROTO_SAY_CONSENT, COMMON, "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 16, ERR_RANGE},
    {"P-063 consent without a receiver", PROTO_SAY_CONSENT, COMMON + 16, "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 16, ERR_RANGE},
    {"P-063 consent of kind 0", PROTO_SAY_CONSENT, COMMON + 65, "\0", 1, ERR_RANGE},
    {"P-063 consent of kind 4", PROTO_SAY_CONSENT, COMMON + 65, "\4", 1, ERR_RANGE},
    {"P-063 consent that is not complete", PROTO_SAY_CONSENT, COMMON + 66, "\0\0\0\0\0\0\0\0", 8, OK},
    {"P-064 withdraws nothing", PROTO_SAY_WITHDRAWAL, COMMON, "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 16, ERR_RANGE},
    {"P-065 objection to all of a purpose", PROTO_SAY_OBJECTION, COMMON, "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 16, OK},
    {"P-066 ends no objection", PROTO_SAY_OBJECTION_END, COMMON, "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 16, ERR_RANGE},
    {"P-067 membership 0", PROTO_SAY_MEMBERSHIP, COMMON, "\0", 1, ERR_RANGE},
    {"P-067 membership 6", PROTO_SAY_MEMBERSHIP, COMMON, "\6", 1, ERR_RANGE},
    {"P-076 accepts and invites", PROTO_SAY_MEMBERSHIP, COMMON, "\3", 1, ERR_RANGE},
    {"P-076 invites nobody", PROTO_SAY_MEMBERSHIP, COMMON + 1, "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 16, ERR_RANGE},
    {"P-071 grant of no section", PROTO_SAY_GRANT, COMMON + 32, "\0", 1, ERR_RANGE},
    {"P-072 status 2", PROTO_SAY_STATUS, COMMON + 24, "\2", 1, ERR_RANGE},
    {"P-072 status 0", PROTO_SAY_STATUS, COMMON + 24, "\0", 1, OK},
    {"P-073 no holder", PROTO_SAY_BREAKGLASS, COMMON, "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 16, ERR_RANGE},
};

static void test_patch(void **state)
{
    const struct patch *p = *state;
    struct proto_statement s;
    uint8_t body[ROOM];
    size_t len;

    make(sample_of(p->kind), &s);
    len = encoded(&s, body);
    assert_true(p->at + p->len <= len);
    memcpy(body + p->at, p->bytes, p->len);
    assert_err(refused(p->kind, body, len), p->expected);
}

/* P-011: what the decoder refuses has no encoding. */
static void test_encode_refuses(void **state)
{
    uint8_t body[ROOM];
    size_t len = 777;

    (void)state;
    for (int i = 0; i < 14; i++) {
        struct proto_statement s;

        make(sample_of(PROTO_SAY_EVENT), &s);
        switch (i) {
        case 0: memset(s.id, 0, sizeof s.id); break;
        case 1: memset(s.setter, 0, sizeof s.setter); break;
        case 2: s.subject.type = 4; break;
        case 3: memset(s.purpose, 'x', sizeof s.purpose); break;
        case 4: s.made_s = UINT64_MAX; break;
        case 5: s.addressees.count = PROTO_ADDRESSEES_MAX + 1; break;
        case 6: memset(s.addressees.id[1], 0, PROTO_PARTNER_LEN); break;
        case 7: s.sealed.count = PROTO_ADDRESSEES_MAX + 1; break;
        case 8: s.sealed.part[1].box.len = 0; break;
        case 9: s.sealed.part[1].box.len = PROTO_SEALED_MAX + 1; break;
        case 10: memset(s.sealed.part[1].to, 0xa7, PROTO_PARTNER_LEN); break;
        case 11: s.event[0] = '\0'; break;
        case 12: s.reference[0] = '\0'; break;
        default: s.kind = PROTO_SAY_END; break;
        }
        assert_err(proto_statement_encode(&s, body, sizeof body, &len), ERR_RANGE);
    }
    assert_int_equal(len, 777);
}

/* P-075: no reference at all is right. */
static void test_no_reference(void **state)
{
    struct proto_statement s;
    uint8_t body[ROOM];

    (void)state;
    make(sample_of(PROTO_SAY_EVENT), &s);
    s.reference[0] = '\0';
    s.reference_s = 0;
    memset(s.reference_digest, 0, sizeof s.reference_digest);
    assert_err(refused(PROTO_SAY_EVENT, body, encoded(&s, body)), OK);
}

/* P-067: every other action than an invitation names nobody. */
static void test_memberships(void **state)
{
    struct proto_statement s;
    uint8_t body[ROOM];

    (void)state;
    make(sample_of(PROTO_SAY_MEMBERSHIP), &s);
    memset(s.receiver, 0, sizeof s.receiver);
    for (uint8_t code = PROTO_MEMBER_OPEN; code <= PROTO_MEMBER_LEAVE; code++) {
        size_t len = 0;

        s.code = code;
        assert_err(proto_statement_encode(&s, body, sizeof body, &len), code == PROTO_MEMBER_INVITE ? ERR_RANGE : OK);
    }
}

/* P-077: sixteen parts of the largest size pass the limit of an original. */
static void test_too_long(void **state)
{
    static uint8_t box[PROTO_SEALED_MAX], room[2 * PROTO_ORIGINAL_MAX];
    struct proto_statement s;
    size_t len = 777;

    (void)state;
    make(sample_of(PROTO_SAY_FACTS), &s);
    s.addressees.count = s.sealed.count = PROTO_ADDRESSEES_MAX;
    for (uint8_t i = 0; i < PROTO_ADDRESSEES_MAX; i++) {
        memset(s.addressees.id[i], i + 1, PROTO_PARTNER_LEN);
        memset(s.sealed.part[i].to, i + 1, PROTO_PARTNER_LEN);
        s.sealed.part[i].box = (struct proto_blob){box, sizeof box};
    }
    assert_err(proto_statement_encode(&s, room, sizeof room, &len), ERR_LONG);
    assert_int_equal(len, 777);
    assert_err(refused(PROTO_SAY_FACTS, room, PROTO_ORIGINAL_MAX + 1), ERR_LONG);
    s.sealed.count = PROTO_ADDRESSEES_MAX - 1;
    assert_err(proto_statement_encode(&s, room, sizeof room, &len), OK);
    assert_err(refused(PROTO_SAY_FACTS, room, len), OK);
}

/* P-060 */
static void test_common_layout(void **state)
{
    struct proto_statement s;
    uint8_t body[ROOM];

    (void)state;
    make(sample_of(PROTO_SAY_FACTS), &s);
    assert_int_equal(encoded(&s, body), COMMON);
    assert_memory_equal(body, s.region, 32);
    assert_memory_equal(body + 32, s.id, 16);
    assert_memory_equal(body + 48, s.setter, 16);
    assert_memory_equal(body + 64, s.case_id, 16);
    assert_int_equal(body[80], 3);
    assert_memory_equal(body + 81, s.subject.value, 32);
    assert_memory_equal(body + 113, "case_support\0\0\0\0\0\0\0\0\0\0\0\0", 24);
    assert_memory_equal(body + 137, "\0\0\1\2\3\4\5\6", 8);
    assert_int_equal(body[145], 3);
    assert_memory_equal(body + 146, s.addressees.id, 48);
    assert_int_equal(body[194], 2);
    assert_memory_equal(body + 195, s.sealed.part[0].to, 16);
    assert_memory_equal(body + 211, "\0\5seale", 7);
    assert_memory_equal(body + 218, s.sealed.part[1].to, 16);
    assert_memory_equal(body + 234, "\0\7d for o", 9);
}

static void test_no_kind(void **state)
{
    struct proto_statement s;
    uint8_t body[ROOM];
    size_t len;

    (void)state;
    make(sample_of(PROTO_SAY_FACTS), &s);
    len = encoded(&s, body);
    assert_err(refused(PROTO_SAY_NONE, body, len), ERR_RANGE);
    assert_err(refused(PROTO_SAY_END, body, len), ERR_RANGE);
    assert_err(refused((enum proto_statement_kind)1000, body, len), ERR_RANGE);
}

static struct check_list tests;

int main(void)
{
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
        check_add(&tests, proto_statement_name(samples[i].kind), test_kind, &samples[i]);
        check_add(&tests, "its layout", test_kind_layout, &samples[i]);
        check_add(&tests, "too little room", test_kind_room, &samples[i]);
        check_add(&tests, "every bit", test_kind_flips, &samples[i]);
        check_add(&tests, "foreign fields", test_kind_foreign, &samples[i]);
    }
    for (size_t i = 0; i < sizeof patches / sizeof *patches; i++)
        check_add(&tests, patches[i].name, test_patch, &patches[i]);
    check_add(&tests, "encoder refuses", test_encode_refuses, NULL);
    check_add(&tests, "no reference", test_no_reference, NULL);
    check_add(&tests, "memberships", test_memberships, NULL);
    check_add(&tests, "too long", test_too_long, NULL);
    check_add(&tests, "layout of the common block", test_common_layout, NULL);
    check_add(&tests, "no kind", test_no_kind, NULL);
    return check_run(&tests, "proto/statement");
}
