/* proto/statement: values out of place, from the wire and from a caller. PROTOCOL.md P-002 to P-012, P-060 to P-077. */
#include "tests/support/check.h"

#include "proto/msg.h"
#include "tests/support/say_sample.h"

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
    {"P-061 no event", PROTO_SAY_EVENT, SAY_SAMPLE_COMMON, "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 16, ERR_SYNTAX},
    {"P-075 date without a reference", PROTO_SAY_EVENT, SAY_SAMPLE_COMMON + 32, "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 16, ERR_RANGE},
    {"P-062 ends nothing", PROTO_SAY_EVENT_END, SAY_SAMPLE_COMMON, "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 16, ERR_RANGE},
    {"P-063 consent without a holder", PROTO_SAY_CONSENT, SAY_SAMPLE_COMMON, "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 16, ERR_RANGE},
    {"P-063 consent without a receiver", PROTO_SAY_CONSENT, SAY_SAMPLE_COMMON + 16, "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 16, ERR_RANGE},
    {"P-063 consent of kind 0", PROTO_SAY_CONSENT, SAY_SAMPLE_COMMON + 65, "\0", 1, ERR_RANGE},
    {"P-063 consent of kind 4", PROTO_SAY_CONSENT, SAY_SAMPLE_COMMON + 65, "\4", 1, ERR_RANGE},
    {"P-063 consent that is not complete", PROTO_SAY_CONSENT, SAY_SAMPLE_COMMON + 66, "\0\0\0\0\0\0\0\0", 8, OK},
    {"P-064 withdraws nothing", PROTO_SAY_WITHDRAWAL, SAY_SAMPLE_COMMON, "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 16, ERR_RANGE},
    {"P-065 objection to all of a purpose", PROTO_SAY_OBJECTION, SAY_SAMPLE_COMMON, "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 16, OK},
    {"P-066 ends no objection", PROTO_SAY_OBJECTION_END, SAY_SAMPLE_COMMON, "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 16, ERR_RANGE},
    {"P-067 membership 0", PROTO_SAY_MEMBERSHIP, SAY_SAMPLE_COMMON, "\0", 1, ERR_RANGE},
    {"P-067 membership 6", PROTO_SAY_MEMBERSHIP, SAY_SAMPLE_COMMON, "\6", 1, ERR_RANGE},
    {"P-076 accepts and invites", PROTO_SAY_MEMBERSHIP, SAY_SAMPLE_COMMON, "\3", 1, ERR_RANGE},
    {"P-076 invites nobody", PROTO_SAY_MEMBERSHIP, SAY_SAMPLE_COMMON + 1, "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 16, ERR_RANGE},
    {"P-071 grant of no section", PROTO_SAY_GRANT, SAY_SAMPLE_COMMON + 32, "\0", 1, ERR_RANGE},
    {"P-072 status 2", PROTO_SAY_STATUS, SAY_SAMPLE_COMMON + 24, "\2", 1, ERR_RANGE},
    {"P-072 status 0", PROTO_SAY_STATUS, SAY_SAMPLE_COMMON + 24, "\0", 1, OK},
    {"P-073 no holder", PROTO_SAY_BREAKGLASS, SAY_SAMPLE_COMMON, "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 16, ERR_RANGE},
};

static void test_patch(void **state)
{
    const struct patch *p = *state;
    struct proto_statement s;
    uint8_t body[SAY_SAMPLE_ROOM];
    size_t len;

    say_sample_make(say_sample_of(p->kind), &s);
    len = say_sample_encode(&s, body);
    assert_true(p->at + p->len <= len);
    memcpy(body + p->at, p->bytes, p->len);
    assert_err(say_sample_judge(p->kind, body, len), p->expected);
}

/* P-011: what the decoder refuses has no encoding. */
static void test_encode_refuses(void **state)
{
    uint8_t body[SAY_SAMPLE_ROOM];
    size_t len = 777;

    (void)state;
    for (int i = 0; i < 14; i++) {
        struct proto_statement s;

        say_sample_make(say_sample_of(PROTO_SAY_EVENT), &s);
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
    uint8_t body[SAY_SAMPLE_ROOM];

    (void)state;
    say_sample_make(say_sample_of(PROTO_SAY_EVENT), &s);
    s.reference[0] = '\0';
    s.reference_s = 0;
    memset(s.reference_digest, 0, sizeof s.reference_digest);
    assert_err(say_sample_judge(PROTO_SAY_EVENT, body, say_sample_encode(&s, body)), OK);
}

/* P-075: hub and nodes read it alike, and half a reference is none. */
static void test_half_a_reference(void **state)
{
    struct proto_statement s, whole;

    (void)state;
    say_sample_make(say_sample_of(PROTO_SAY_EVENT), &whole);
    assert_true(proto_statement_has_reference(&whole));
    s = whole;
    s.reference[0] = '\0';
    assert_false(proto_statement_has_reference(&s));
    s = whole;
    s.reference_s = 0;
    assert_false(proto_statement_has_reference(&s));
    s = whole;
    memset(s.reference_digest, 0, sizeof s.reference_digest);
    assert_false(proto_statement_has_reference(&s));
}

/* P-067: every other action than an invitation names nobody. */
static void test_memberships(void **state)
{
    struct proto_statement s;
    uint8_t body[SAY_SAMPLE_ROOM];

    (void)state;
    say_sample_make(say_sample_of(PROTO_SAY_MEMBERSHIP), &s);
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
    say_sample_make(say_sample_of(PROTO_SAY_FACTS), &s);
    s.addressees.count = s.sealed.count = PROTO_ADDRESSEES_MAX;
    for (uint8_t i = 0; i < PROTO_ADDRESSEES_MAX; i++) {
        memset(s.addressees.id[i], i + 1, PROTO_PARTNER_LEN);
        memset(s.sealed.part[i].to, i + 1, PROTO_PARTNER_LEN);
        s.sealed.part[i].box = (struct proto_blob){box, sizeof box};
    }
    assert_err(proto_statement_encode(&s, room, sizeof room, &len), ERR_LONG);
    assert_int_equal(len, 777);
    assert_err(say_sample_judge(PROTO_SAY_FACTS, room, PROTO_ORIGINAL_MAX + 1), ERR_LONG);
    s.sealed.count = PROTO_ADDRESSEES_MAX - 1;
    assert_err(proto_statement_encode(&s, room, sizeof room, &len), OK);
    assert_err(say_sample_judge(PROTO_SAY_FACTS, room, len), OK);
}

/* P-060 */
static void test_common_layout(void **state)
{
    struct proto_statement s;
    uint8_t body[SAY_SAMPLE_ROOM];

    (void)state;
    say_sample_make(say_sample_of(PROTO_SAY_FACTS), &s);
    assert_int_equal(say_sample_encode(&s, body), SAY_SAMPLE_COMMON);
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
    uint8_t body[SAY_SAMPLE_ROOM];
    size_t len;

    (void)state;
    say_sample_make(say_sample_of(PROTO_SAY_FACTS), &s);
    len = say_sample_encode(&s, body);
    assert_err(say_sample_judge(PROTO_SAY_NONE, body, len), ERR_RANGE);
    assert_err(say_sample_judge(PROTO_SAY_END, body, len), ERR_RANGE);
    assert_err(say_sample_judge((enum proto_statement_kind)1000, body, len), ERR_RANGE);
}

static struct check_list tests;

int main(void)
{
    for (size_t i = 0; i < sizeof patches / sizeof *patches; i++)
        check_add(&tests, patches[i].name, test_patch, &patches[i]);
    check_add(&tests, "encoder refuses", test_encode_refuses, NULL);
    check_add(&tests, "no reference", test_no_reference, NULL);
    check_add(&tests, "P-075 half a reference", test_half_a_reference, NULL);
    check_add(&tests, "memberships", test_memberships, NULL);
    check_add(&tests, "too long", test_too_long, NULL);
    check_add(&tests, "layout of the common block", test_common_layout, NULL);
    check_add(&tests, "no kind", test_no_kind, NULL);
    return check_run(&tests, "proto/statement values");
}
