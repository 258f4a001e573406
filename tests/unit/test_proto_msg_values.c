/*
 * proto/msg: values out of place, from the wire and from a caller.
 * PROTOCOL.md P-001 to P-012, P-030 to P-034, P-041 to P-058.
 */
#include "tests/support/check.h"

#include "proto/msg.h"
#include "tests/support/msg_sample.h"

/* ---- bytes out of place ---- */

/* In the encoded sample of kind, the bytes at `at` become `bytes`. */
static const struct patch {
    const char *name;
    enum proto_kind kind;
    size_t at;
    const char *bytes;
    size_t len;
    enum err expected;
} patches[] = {
    {"P-031 id zero", PROTO_CANCEL, 32, "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 16, ERR_RANGE},
    {"P-031 from zero", PROTO_CANCEL, 48, "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 16, ERR_RANGE},
    {"P-032 to zero is the hub", PROTO_CANCEL, 64, "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 16, OK},
    {"P-010 issued of 49 bits", PROTO_CANCEL, 80, "\0\1\0\0\0\0\0\0", 8, ERR_RANGE},
    {"P-010 issued of 48 bits", PROTO_CANCEL, 80, "\0\0\xff\xff\xff\xff\xff\xff", 8, OK},
    {"P-010 valid until of 49 bits", PROTO_CANCEL, 88, "\0\1\0\0\0\0\0\0", 8, ERR_RANGE},
    {"P-012 subject type 4", PROTO_CANCEL, 112, "\4", 1, ERR_RANGE},
    {"P-012 subject type 3", PROTO_CANCEL, 112, "\3", 1, OK},
    {"P-012 no type but a value", PROTO_CANCEL, 112, "\0", 1, ERR_RANGE},
    {"P-012 a type but no value", PROTO_CANCEL, 113, "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 32, ERR_RANGE},
    {"P-002 purpose with a space", PROTO_CANCEL, 145, "att enforce", 11, ERR_SYNTAX},
    {"P-002 purpose that goes on after zeros", PROTO_CANCEL, 145, "att\0nforce", 10, ERR_SYNTAX},
    {"P-002 purpose empty", PROTO_CANCEL, 145, "\0\0\0\0\0\0\0\0\0\0\0", 12, OK},
    {"P-033 role past the end", PROTO_CANCEL, 281, "\14", 1, ERR_RANGE},
    {"P-033 last role", PROTO_CANCEL, 281, "\13", 1, OK},
    {"P-042 no section", PROTO_REQUEST, MSG_SAMPLE_HEADER, "\0", 1, ERR_RANGE},
    {"P-004 41 sections", PROTO_REQUEST, MSG_SAMPLE_HEADER, "\51", 1, ERR_RANGE},
    {"P-002 section without a name", PROTO_REQUEST, MSG_SAMPLE_HEADER + 1, "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 16, ERR_SYNTAX},
    {"P-005 sections descending", PROTO_REQUEST, MSG_SAMPLE_HEADER + 1, "z", 1, ERR_RANGE},
    {"P-005 section twice", PROTO_REQUEST, MSG_SAMPLE_HEADER + 17, "att_detail", 11, ERR_RANGE},
    {"P-004 33 statements", PROTO_REQUEST, MSG_SAMPLE_HEADER + 33, "\41", 1, ERR_RANGE},
    {"P-006 statement zero", PROTO_REQUEST, MSG_SAMPLE_HEADER + 34, "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 16, ERR_RANGE},
    {"P-006 statement twice", PROTO_REQUEST, MSG_SAMPLE_HEADER + 34, "\xb1\xb1\xb1\xb1\xb1\xb1\xb1\xb1\xb1\xb1\xb1\xb1\xb1\xb1\xb1\xb1", 16,
        ERR_RANGE},
    {"P-008 weighing over its maximum", PROTO_REQUEST, MSG_SAMPLE_HEADER + 66, "\0\1\0\1", 4, ERR_RANGE},
    {"P-008 sealed over its maximum", PROTO_REQUEST, MSG_SAMPLE_HEADER + 100, "\x10\1", 2, ERR_RANGE},
    {"P-048 refers zero", PROTO_CANCEL, MSG_SAMPLE_HEADER, "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 16, ERR_RANGE},
    {"P-045 refuse without a reason", PROTO_REFUSE, MSG_SAMPLE_HEADER + 16, "\0", 1, ERR_RANGE},
    {"P-045 refuse with an unknown reason", PROTO_REFUSE, MSG_SAMPLE_HEADER + 16, "\10", 1, ERR_RANGE},
    {"P-046 release over its maximum", PROTO_RELEASE, MSG_SAMPLE_HEADER + 48, "\0\x0e\x10\1", 4, ERR_RANGE},
    {"P-047 answer 0", PROTO_ANSWER, MSG_SAMPLE_HEADER + 16, "\0", 1, ERR_RANGE},
    {"P-047 answer 3", PROTO_ANSWER, MSG_SAMPLE_HEADER + 16, "\3", 1, ERR_RANGE},
    {"P-049 report 0", PROTO_REPORT, MSG_SAMPLE_HEADER + 16, "\0", 1, ERR_RANGE},
    {"P-049 report 4", PROTO_REPORT, MSG_SAMPLE_HEADER + 16, "\4", 1, ERR_RANGE},
    {"P-050 ack 0", PROTO_ACK, MSG_SAMPLE_HEADER + 48, "\0", 1, ERR_RANGE},
    {"P-050 ack 3", PROTO_ACK, MSG_SAMPLE_HEADER + 48, "\3", 1, ERR_RANGE},
    {"P-053 leaf code 3", PROTO_OPENED_LEAF, MSG_SAMPLE_HEADER + 8, "\3", 1, ERR_RANGE},
    {"P-055 wait of 26 s", PROTO_FETCH, MSG_SAMPLE_HEADER, "\0\0\0\0\0\0\0\x1a", 8, ERR_RANGE},
    {"P-056 query 0", PROTO_QUERY, MSG_SAMPLE_HEADER, "\0", 1, ERR_RANGE},
    {"P-056 query 13", PROTO_QUERY, MSG_SAMPLE_HEADER, "\15", 1, ERR_RANGE},
    {"P-056 query that refers to nothing", PROTO_QUERY, MSG_SAMPLE_HEADER + 1, "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 16, OK},
    {"P-057 elements of 63 bytes", PROTO_DERIVE, MSG_SAMPLE_HEADER, "\0\0\0\x3f", 4, ERR_RANGE},
    {"P-057 65 elements", PROTO_DERIVE, MSG_SAMPLE_HEADER, "\0\0\x08\x20", 4, ERR_RANGE},
    {"P-057 no elements", PROTO_DERIVE, MSG_SAMPLE_HEADER, "\0\0\0\0", 4, ERR_RANGE},
    {"P-057 no certificate", PROTO_DERIVE, MSG_SAMPLE_HEADER + 4 + 64, "\0\0", 2, ERR_RANGE},
    {"P-057 certificate over its maximum", PROTO_DERIVE, MSG_SAMPLE_HEADER + 4 + 64, "\4\1", 2, ERR_RANGE},
    {"P-041 no original", PROTO_STATEMENT, MSG_SAMPLE_HEADER, "\0\0\0\0", 4, ERR_RANGE},
    {"P-058 witness body over its maximum", PROTO_WITNESS, MSG_SAMPLE_HEADER, "\0\0\x20\1", 4, ERR_RANGE},
};

static void test_patch(void **state)
{
    const struct patch *p = *state;
    struct proto_msg m;
    uint8_t body[MSG_SAMPLE_ROOM];
    size_t len;

    msg_sample_make(msg_sample_of(p->kind), &m);
    len = msg_sample_encode(&m, body);
    assert_true(p->at + p->len <= len);
    memcpy(body + p->at, p->bytes, p->len);
    assert_int_equal(msg_sample_judge(p->kind, body, len), p->expected);
}

/* ---- values without an encoding ---- */

static void no_encoding(const struct proto_msg *m, enum err expected)
{
    uint8_t body[MSG_SAMPLE_ROOM];
    size_t len = 777;

    assert_int_equal(proto_msg_encode(m, body, sizeof body, &len), expected);
    assert_int_equal(len, 777);
}

/* P-011: the encoder refuses what the decoder would refuse. */
static void test_encode_refuses(void **state)
{
    struct proto_msg m;

    (void)state;
    for (int i = 0; i < 16; i++) {
        msg_sample_make(msg_sample_of(PROTO_GRANT), &m);
        switch (i) {
        case 0: memset(m.head.id, 0, sizeof m.head.id); break;
        case 1: m.head.issued_s = (uint64_t)1 << 48; break;
        case 2: m.head.subject.type = 0; break;
        case 3: check_name(m.head.purpose, "two words"); break;
        case 4: memset(m.head.purpose, 'a', sizeof m.head.purpose); break;
        case 5: m.head.role = PROTO_ROLE_END; break;
        case 6: m.sections.count = 0; break;
        case 7: m.sections.count = PROTO_SECTIONS_MAX + 1; break;
        case 8: check_name(m.sections.name[1], "att_detail"); break;
        case 9: memset(m.sections.name[1], 'z', sizeof m.sections.name[1]); break;
        case 10: memcpy(m.statements.id[1], m.statements.id[0], PROTO_ID_LEN); break;
        case 11: m.statements.count = PROTO_STATEMENTS_MAX + 1; break;
        case 12: m.until_s = UINT64_MAX; break;
        case 13: m.original.len = 0; break;
        case 14: m.weighing.len = PROTO_ORIGINAL_MAX + 1; break;
        default: memset(m.refers, 0, sizeof m.refers); break;
        }
        no_encoding(&m, ERR_RANGE);
    }
}

static void test_kinds_without_a_body(void **state)
{
    static const enum proto_kind none[] = {PROTO_NONE, PROTO_REPLY, PROTO_KIND_END, (enum proto_kind)15, (enum proto_kind)31,
        (enum proto_kind)37, (enum proto_kind)1000};
    struct proto_msg m;
    uint8_t body[MSG_SAMPLE_ROOM];
    size_t len;

    (void)state;
    msg_sample_make(msg_sample_of(PROTO_CANCEL), &m);
    len = msg_sample_encode(&m, body);
    for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
        assert_int_equal(msg_sample_judge(none[i], body, len), ERR_RANGE);
        m.kind = none[i];
        no_encoding(&m, ERR_RANGE);
        assert_null(proto_msg_type(none[i]));
    }
}

/* P-030: each header field stands where PROTOCOL.md says. */
static void test_header_layout(void **state)
{
    static const struct { size_t at, len; uint8_t value; } solid[] = {{0, 32, 0x11}, {32, 16, 0x22}, {48, 16, 0x33}, {64, 16, 0x44},
        {96, 16, 0x55}, {112, 1, 1}, {113, 32, 0x66}, {169, 32, 0x77}, {209, 32, 0x88}, {249, 32, 0x99}, {281, 1, 2}};
    struct proto_msg m;
    uint8_t body[MSG_SAMPLE_ROOM];

    (void)state;
    msg_sample_make(msg_sample_of(PROTO_CANCEL), &m);
    assert_int_equal(msg_sample_encode(&m, body), MSG_SAMPLE_HEADER + 16);
    for (size_t i = 0; i < sizeof solid / sizeof *solid; i++)
        for (size_t k = 0; k < solid[i].len; k++)
            assert_int_equal(body[solid[i].at + k], solid[i].value);
    assert_memory_equal(body + 80, "\0\0\1\2\3\4\5\6", 8);
    assert_memory_equal(body + 88, "\0\0\1\2\3\4\x99\x99", 8);
    assert_memory_equal(body + 145, "att_enforce\0\0\0\0\0\0\0\0\0\0\0\0\0", 24);
    assert_memory_equal(body + 201, "\1\2\3\4\5\6\7\x08", 8);
    assert_memory_equal(body + 241, "\x11\x12\x13\x14\x15\x16\x17\x18", 8);
}

/* P-008: the largest release fits, and with its envelope in a frame; one byte more has no encoding. */
static void test_largest_release(void **state)
{
    size_t room = PROTO_RELEASE_MAX + 1000, len = 0;
    uint8_t *data = calloc(1, PROTO_RELEASE_MAX + 1), *body = malloc(room);
    struct proto_msg m, back;

    (void)state;
    assert_non_null(data);
    assert_non_null(body);
    msg_sample_make(msg_sample_of(PROTO_RELEASE), &m);
    m.payload = (struct proto_blob){data, PROTO_RELEASE_MAX};
    assert_int_equal(proto_msg_encode(&m, body, room, &len), OK);
    assert_int_equal(len, MSG_SAMPLE_HEADER + 16 + 32 + 4 + PROTO_RELEASE_MAX);
    assert_int_equal(proto_msg_decode(PROTO_RELEASE, body, len, &back), OK);
    m.payload.len++;
    assert_int_equal(proto_msg_encode(&m, body, room, &len), ERR_RANGE);
    free(data);
    free(body);
}

/* ---- of which child ---- */

static void test_same_child(void **state)
{
    struct proto_subject_id a = {.type = PROTO_SUBJECT_HANDLE, .value = {1, 2}}, b = a, nobody = {0};

    (void)state;
    assert_true(proto_msg_same_subject(&a, &b));
    b.value[31] = 1;
    assert_false(proto_msg_same_subject(&a, &b));
    b = a;
    b.type = PROTO_SUBJECT_EDUCATION;
    assert_false(proto_msg_same_subject(&a, &b));
    assert_false(proto_msg_same_subject(&a, &nobody));
    assert_false(proto_msg_same_subject(&nobody, &nobody));
}

/* A leaf stands under one case, child and purpose: each of them counts, and none is a wildcard. */
static void test_speaks_of(void **state)
{
    struct proto_header h = {.case_id = {7}, .subject = {.type = PROTO_SUBJECT_HANDLE, .value = {1}}, .purpose = "att_enforce"}, of = h;

    (void)state;
    for (int i = 0; i < 8; i++) {
        of = h;
        switch (i) {
        case 0: break;
        case 1: of.case_id[15] = 1; break;
        case 2: memset(of.case_id, 0, sizeof of.case_id); break;
        case 3: of.subject.type = PROTO_SUBJECT_EDUCATION; break;
        case 4: of.subject.value[31] = 1; break;
        case 5: of.subject = (struct proto_subject_id){0}; break;
        case 6: of.purpose[0] = 'b'; break;
        default: of.purpose[0] = '\0'; break;
        }
        assert_int_equal(proto_msg_speaks_of(&h, of.case_id, &of.subject, of.purpose), i == 0);
    }
    memset(&h.subject, 0, sizeof h.subject);
    of = h;
    assert_true(proto_msg_speaks_of(&h, of.case_id, &of.subject, of.purpose));
}

static struct check_list tests;

int main(void)
{
    for (size_t i = 0; i < sizeof patches / sizeof *patches; i++)
        check_add(&tests, patches[i].name, test_patch, &patches[i]);
    check_add(&tests, "encoder refuses", test_encode_refuses, NULL);
    check_add(&tests, "kinds without a body", test_kinds_without_a_body, NULL);
    check_add(&tests, "header layout", test_header_layout, NULL);
    check_add(&tests, "largest release", test_largest_release, NULL);
    check_add(&tests, "same child", test_same_child, NULL);
    check_add(&tests, "speaks of", test_speaks_of, NULL);
    return check_run(&tests, "proto/msg values");
}
