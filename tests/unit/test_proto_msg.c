/* proto/msg: every kind of message, and that nothing but its one encoding is taken. PROTOCOL.md P-001 to P-012, P-030 to P-058. */
#include "tests/support/check.h"

#include "proto/msg.h"

enum { ROOM = 4096, HEADER = 282 };

static const uint8_t some[64] = "some bytes of an original that nobody reads here, and some more";

/* ---- samples: every field of the kind filled ---- */

static void fill_head(struct proto_header *h)
{
    memset(h->region, 0x11, sizeof h->region);
    memset(h->id, 0x22, sizeof h->id);
    memset(h->from, 0x33, sizeof h->from);
    memset(h->to, 0x44, sizeof h->to);
    h->issued_s = 0x010203040506;
    h->valid_until_s = 0x010203049999;
    memset(h->case_id, 0x55, sizeof h->case_id);
    h->subject.type = PROTO_SUBJECT_CITIZEN;
    memset(h->subject.value, 0x66, sizeof h->subject.value);
    strcpy(h->purpose, "att_enforce");
    memset(h->pack, 0x77, sizeof h->pack);
    h->seen_size = 0x0102030405060708;
    memset(h->seen_root, 0x88, sizeof h->seen_root);
    h->running = 0x1112131415161718;
    memset(h->actor, 0x99, sizeof h->actor);
    h->role = PROTO_ROLE_COORDINATOR;
}

static void fill_sections(struct proto_sections *s)
{
    s->count = 2;
    strcpy(s->name[0], "att_detail");
    strcpy(s->name[1], "ident");
}

static void fill_ids(struct proto_ids *s)
{
    s->count = 2;
    memset(s->id[0], 0xb2, PROTO_ID_LEN);
    memset(s->id[1], 0xb1, PROTO_ID_LEN);
}

static struct proto_blob blob(size_t len)
{
    return (struct proto_blob){.data = some, .len = len};
}

static void fill_grant(struct proto_msg *m)
{
    fill_sections(&m->sections);
    fill_ids(&m->statements);
    m->until_s = 1800000000;
    memset(m->digest, 0xd1, sizeof m->digest);
    m->original = blob(40);
    m->weighing = blob(30);
    m->approval = blob(20);
}

/* Which of the fields a kind has; what is the same in many is filled by a flag. */
enum { REFERS = 1, SECTIONS = 2, IDS = 4, SEALED = 8, ORIGINAL = 16, WEIGHING = 32, GRANT = 64, DIGEST = 128 };

static const struct sample {
    enum proto_kind kind;
    unsigned has;
    uint8_t code;
    size_t payload;
    uint64_t number, number2;
    size_t body_len;      /* behind the header, as PROTOCOL.md adds it up */
    const char *layout;   /* its fields in order, one letter each: see put_field */
} samples[] = {
    {PROTO_STATEMENT, ORIGINAL, 0, 0, 0, 0, 4 + 40, "o"},
    {PROTO_REQUEST, SECTIONS | IDS | WEIGHING | SEALED, 0, 0, 0, 0, 33 + 33 + 34 + 12, "siwx"},
    {PROTO_OFFER, GRANT | SEALED, 0, 0, 0, 0, 33 + 33 + 8 + 32 + 44 + 34 + 24 + 12, "siudowax"},
    {PROTO_GRANT, REFERS | GRANT, 0, 0, 0, 0, 16 + 33 + 33 + 8 + 32 + 44 + 34 + 24, "rsiudowa"},
    {PROTO_REFUSE, REFERS | SEALED, PROTO_REFUSE_WITHDRAWN, 0, 0, 0, 16 + 1 + 12, "rCx"},
    {PROTO_RELEASE, REFERS | DIGEST, 0, 50, 0, 0, 16 + 32 + 54, "rdp"},
    {PROTO_ANSWER, REFERS | SEALED, PROTO_ANSWER_NOT_FOR_US, 0, 0, 0, 16 + 1 + 12, "rCx"},
    {PROTO_CANCEL, REFERS, 0, 0, 0, 0, 16, "r"},
    {PROTO_REPORT, REFERS | SECTIONS, PROTO_REPORT_EXPIRED, 0, 0, 0, 16 + 1 + 33, "rCs"},
    {PROTO_ACK, REFERS | DIGEST, PROTO_ACK_UNKNOWN_SUBJECT, 0, 0, 0, 16 + 32 + 1, "rdC"},
    {PROTO_PUBLISH, ORIGINAL, 0, 0, 0, 0, 44, "o"},
    {PROTO_BREAKGLASS, SECTIONS | ORIGINAL | SEALED, 0, 0, 0, 0, 33 + 44 + 12, "sox"},
    {PROTO_OPENED_LEAF, 0, 2, 0, UINT64_MAX, 0, 8 + 1, "nC"},
    {PROTO_REGISTRY, ORIGINAL, 0, 0, 0, 0, 44, "o"},
    {PROTO_FETCH, 0, 0, 0, 25, 0, 8, "n"},
    {PROTO_QUERY, REFERS, PROTO_QUERY_RESULT, 0, 7, UINT64_MAX, 1 + 16 + 32 + 16 + 8 + 8, "Crkqnm"},
    {PROTO_DERIVE, 0, 0, 64, 0, 0, 4 + 64, "p"},
    {PROTO_WITNESS, 0, 0, 33, 0, 0, 4 + 33, "p"},
};

static void make(const struct sample *s, struct proto_msg *m)
{
    memset(m, 0, sizeof *m);
    m->kind = s->kind;
    fill_head(&m->head);
    if (s->has & REFERS)
        memset(m->refers, 0xa1, sizeof m->refers);
    if (s->has & SECTIONS)
        fill_sections(&m->sections);
    if (s->has & IDS)
        fill_ids(&m->statements);
    if (s->has & SEALED)
        m->sealed = blob(10);
    if (s->has & ORIGINAL)
        m->original = blob(40);
    if (s->has & WEIGHING)
        m->weighing = blob(30);
    if (s->has & GRANT)
        fill_grant(m);
    if (s->has & DIGEST)
        memset(m->digest, 0xd1, sizeof m->digest);
    m->code = s->code;
    if (s->payload != 0)
        m->payload = blob(s->payload);
    m->number = s->number;
    m->number2 = s->number2;
    if (s->kind == PROTO_QUERY) {
        memset(m->key, 0xe1, sizeof m->key);
        memset(m->partner, 0xe2, sizeof m->partner);
    }
}

static const struct sample *sample_of(enum proto_kind k)
{
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++)
        if (samples[i].kind == k)
            return &samples[i];
    fail();
    return NULL;
}

static size_t encoded(const struct proto_msg *m, uint8_t out[ROOM])
{
    size_t len = 0;

    assert_int_equal(proto_msg_encode(m, out, ROOM, &len), OK);
    return len;
}

/* Decode from a block of exactly len bytes; on failure *m must be what it was. */
static enum err decode_exact(enum proto_kind kind, const uint8_t *body, size_t len, struct proto_msg *m, uint8_t **block)
{
    struct proto_msg before;
    enum err e;

    *block = check_exact(body, len);
    memset(&before, 0x5a, sizeof before);
    memcpy(m, &before, sizeof before);
    e = proto_msg_decode(kind, *block, len, m);
    if (e != OK)
        assert_memory_equal(m, &before, sizeof before);
    return e;
}

static enum err refused(enum proto_kind kind, const uint8_t *body, size_t len)
{
    struct proto_msg m;
    uint8_t *block = NULL;
    enum err e = decode_exact(kind, body, len, &m, &block);

    free(block);
    return e;
}

static void same_blob(const struct proto_blob *a, const struct proto_blob *b)
{
    assert_int_equal(a->len, b->len);
    if (a->len != 0)
        assert_memory_equal(a->data, b->data, a->len);
}

static void same(const struct proto_msg *a, const struct proto_msg *b)
{
    assert_int_equal(a->kind, b->kind);
    assert_memory_equal(a->head.region, b->head.region, PROTO_HASH_LEN);
    assert_memory_equal(a->head.id, b->head.id, PROTO_ID_LEN);
    assert_memory_equal(a->head.from, b->head.from, PROTO_PARTNER_LEN);
    assert_memory_equal(a->head.to, b->head.to, PROTO_PARTNER_LEN);
    assert_int_equal(a->head.issued_s, b->head.issued_s);
    assert_int_equal(a->head.valid_until_s, b->head.valid_until_s);
    assert_memory_equal(a->head.case_id, b->head.case_id, PROTO_ID_LEN);
    assert_memory_equal(&a->head.subject, &b->head.subject, sizeof a->head.subject);
    assert_string_equal(a->head.purpose, b->head.purpose);
    assert_memory_equal(a->head.pack, b->head.pack, PROTO_HASH_LEN);
    assert_int_equal(a->head.seen_size, b->head.seen_size);
    assert_memory_equal(a->head.seen_root, b->head.seen_root, PROTO_HASH_LEN);
    assert_int_equal(a->head.running, b->head.running);
    assert_memory_equal(a->head.actor, b->head.actor, PROTO_KEY_LEN);
    assert_int_equal(a->head.role, b->head.role);
    assert_memory_equal(a->refers, b->refers, PROTO_ID_LEN);
    assert_int_equal(a->code, b->code);
    assert_memory_equal(&a->sections, &b->sections, sizeof a->sections);
    assert_memory_equal(&a->statements, &b->statements, sizeof a->statements);
    assert_int_equal(a->until_s, b->until_s);
    assert_memory_equal(a->digest, b->digest, PROTO_HASH_LEN);
    same_blob(&a->original, &b->original);
    same_blob(&a->weighing, &b->weighing);
    same_blob(&a->approval, &b->approval);
    same_blob(&a->sealed, &b->sealed);
    same_blob(&a->payload, &b->payload);
    assert_memory_equal(a->key, b->key, PROTO_KEY_LEN);
    assert_memory_equal(a->partner, b->partner, PROTO_PARTNER_LEN);
    assert_int_equal(a->number, b->number);
    assert_int_equal(a->number2, b->number2);
}

/* P-009, P-011, P-035, and P-041 to P-058 by the lengths of the table. */
static void test_kind(void **state)
{
    const struct sample *s = *state;
    struct proto_msg m, back;
    uint8_t body[ROOM], again[ROOM], *block = NULL;
    size_t len, again_len = 0;

    make(s, &m);
    len = encoded(&m, body);
    assert_int_equal(len, HEADER + s->body_len);
    assert_int_equal(decode_exact(s->kind, body, len, &back, &block), OK);
    same(&m, &back);
    assert_int_equal(proto_msg_encode(&back, again, sizeof again, &again_len), OK);
    assert_int_equal(again_len, len);
    assert_memory_equal(again, body, len);
    free(block);
    for (size_t n = 0; n < len; n++)
        assert_int_not_equal(refused(s->kind, body, n), OK);
    body[len] = 0;
    assert_int_equal(refused(s->kind, body, len + 1), ERR_LONG);
}

static void put_bytes(uint8_t *out, size_t *at, const void *bytes, size_t len)
{
    memcpy(out + *at, bytes, len);
    *at += len;
}

static void put_number(uint8_t *out, size_t *at, uint64_t v, size_t width)
{
    for (size_t i = width; i-- > 0;)
        out[(*at)++] = (uint8_t)(v >> 8 * i);
}

static void put_fill(uint8_t *out, size_t *at, uint8_t fill, size_t len)
{
    memset(out + *at, fill, len);
    *at += len;
}

static void put_blob(uint8_t *out, size_t *at, size_t width, size_t len)
{
    put_number(out, at, len, width);
    put_bytes(out, at, some, len);
}

/* The bytes of one field as make() fills it, written down apart from the program's table. */
static void put_field(uint8_t *out, size_t *at, char letter, const struct sample *s)
{
    static const char sections[] = "\2att_detail\0\0\0\0\0\0ident\0\0\0\0\0\0\0\0\0\0";

    if (letter == 's') put_bytes(out, at, sections, 33);
    else if (letter == 'i') { put_number(out, at, 2, 1); put_fill(out, at, 0xb2, 16); put_fill(out, at, 0xb1, 16); }
    else if (letter == 'r') put_fill(out, at, 0xa1, 16);
    else if (letter == 'd') put_fill(out, at, 0xd1, 32);
    else if (letter == 'k') put_fill(out, at, 0xe1, 32);
    else if (letter == 'q') put_fill(out, at, 0xe2, 16);
    else if (letter == 'u') put_number(out, at, 1800000000, 8);
    else if (letter == 'n') put_number(out, at, s->number, 8);
    else if (letter == 'm') put_number(out, at, s->number2, 8);
    else if (letter == 'C') put_number(out, at, s->code, 1);
    else if (letter == 'o') put_blob(out, at, 4, 40);
    else if (letter == 'w') put_blob(out, at, 4, 30);
    else if (letter == 'a') put_blob(out, at, 4, 20);
    else if (letter == 'x') put_blob(out, at, 2, 10);
    else if (letter == 'p') put_blob(out, at, 4, s->payload);
    else fail();
}

/* P-041 to P-058: the fields of a kind in their order. */
static void test_kind_layout(void **state)
{
    const struct sample *s = *state;
    struct proto_msg m;
    uint8_t body[ROOM], expected[ROOM];
    size_t len, at = 0;

    make(s, &m);
    len = encoded(&m, body);
    for (const char *l = s->layout; *l != '\0'; l++)
        put_field(expected, &at, *l, s);
    assert_int_equal(len, HEADER + at);
    assert_memory_equal(body + HEADER, expected, at);
}

/* Encoding into every buffer that is too small fails and writes no length; P-011. */
static void test_kind_room(void **state)
{
    const struct sample *s = *state;
    struct proto_msg m;
    uint8_t body[ROOM];
    size_t len, untouched = 12345;

    make(s, &m);
    len = encoded(&m, body);
    for (size_t cap = 0; cap < len; cap++) {
        uint8_t *block = malloc(cap);

        assert_int_equal(proto_msg_encode(&m, block, cap, &untouched), ERR_LONG);
        assert_int_equal(untouched, 12345);
        free(block);
    }
}

/* Whatever byte is changed: either it is refused, or it encodes to just those bytes again; P-011. */
static void test_kind_flips(void **state)
{
    const struct sample *s = *state;
    struct proto_msg m, back;
    uint8_t body[ROOM], again[ROOM], *block = NULL;
    size_t len;

    make(s, &m);
    len = encoded(&m, body);
    for (size_t i = 0; i < len * 8; i++) {
        body[i / 8] ^= (uint8_t)(1 << i % 8);
        if (decode_exact(s->kind, body, len, &back, &block) == OK) {
            assert_int_equal(encoded(&back, again), len);
            assert_memory_equal(again, body, len);
        }
        free(block);
        body[i / 8] ^= (uint8_t)(1 << i % 8);
    }
}

/* P-035: a field that the kind does not have must be zero. */
static void test_kind_foreign(void **state)
{
    const struct sample *s = *state;
    uint8_t body[ROOM];
    size_t len = 0;

    for (int i = 0; i < 14; i++) {
        struct proto_msg m, plain;

        make(s, &plain);
        m = plain;
        switch (i) {
        case 0: m.refers[15] ^= 1; if (s->has & REFERS) continue; break;
        case 1: m.code = 1; if (s->code != 0) continue; break;
        case 2: fill_sections(&m.sections); if (s->has & (SECTIONS | GRANT)) continue; break;
        case 3: fill_ids(&m.statements); if (s->has & (IDS | GRANT)) continue; break;
        case 4: m.until_s = 1; if (s->has & GRANT) continue; break;
        case 5: m.digest[31] = 1; if (s->has & (GRANT | DIGEST)) continue; break;
        case 6: m.original = blob(1); if (s->has & (GRANT | ORIGINAL)) continue; break;
        case 7: m.weighing = blob(1); if (s->has & (GRANT | WEIGHING)) continue; break;
        case 8: m.approval = blob(1); if (s->has & GRANT) continue; break;
        case 9: m.sealed = blob(1); if (s->has & SEALED) continue; break;
        case 10: m.payload = blob(32); if (s->payload != 0) continue; break;
        case 11: m.key[0] = 1; if (s->kind == PROTO_QUERY) continue; break;
        case 12: m.partner[0] = 1; if (s->kind == PROTO_QUERY) continue; break;
        default: m.number2 = 1; if (s->kind == PROTO_QUERY) continue; break;
        }
        assert_int_equal(proto_msg_encode(&m, body, sizeof body, &len), ERR_RANGE);
    }
    assert_int_equal(len, 0);
}

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
    {"P-042 no section", PROTO_REQUEST, HEADER, "\0", 1, ERR_RANGE},
    {"P-004 41 sections", PROTO_REQUEST, HEADER, "\51", 1, ERR_RANGE},
    {"P-002 section without a name", PROTO_REQUEST, HEADER + 1, "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 16, ERR_SYNTAX},
    {"P-005 sections descending", PROTO_REQUEST, HEADER + 1, "z", 1, ERR_RANGE},
    {"P-005 section twice", PROTO_REQUEST, HEADER + 17, "att_detail", 11, ERR_RANGE},
    {"P-004 33 statements", PROTO_REQUEST, HEADER + 33, "\41", 1, ERR_RANGE},
    {"P-006 statement zero", PROTO_REQUEST, HEADER + 34, "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 16, ERR_RANGE},
    {"P-006 statement twice", PROTO_REQUEST, HEADER + 34, "\xb1\xb1\xb1\xb1\xb1\xb1\xb1\xb1\xb1\xb1\xb1\xb1\xb1\xb1\xb1\xb1", 16,
        ERR_RANGE},
    {"P-008 weighing over its maximum", PROTO_REQUEST, HEADER + 66, "\0\1\0\1", 4, ERR_RANGE},
    {"P-008 sealed over its maximum", PROTO_REQUEST, HEADER + 100, "\x10\1", 2, ERR_RANGE},
    {"P-048 refers zero", PROTO_CANCEL, HEADER, "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 16, ERR_RANGE},
    {"P-045 refuse without a reason", PROTO_REFUSE, HEADER + 16, "\0", 1, ERR_RANGE},
    {"P-045 refuse with an unknown reason", PROTO_REFUSE, HEADER + 16, "\10", 1, ERR_RANGE},
    {"P-046 release over its maximum", PROTO_RELEASE, HEADER + 48, "\0\x0e\x10\1", 4, ERR_RANGE},
    {"P-047 answer 0", PROTO_ANSWER, HEADER + 16, "\0", 1, ERR_RANGE},
    {"P-047 answer 3", PROTO_ANSWER, HEADER + 16, "\3", 1, ERR_RANGE},
    {"P-049 report 0", PROTO_REPORT, HEADER + 16, "\0", 1, ERR_RANGE},
    {"P-049 report 4", PROTO_REPORT, HEADER + 16, "\4", 1, ERR_RANGE},
    {"P-050 ack 0", PROTO_ACK, HEADER + 48, "\0", 1, ERR_RANGE},
    {"P-050 ack 3", PROTO_ACK, HEADER + 48, "\3", 1, ERR_RANGE},
    {"P-053 leaf code 3", PROTO_OPENED_LEAF, HEADER + 8, "\3", 1, ERR_RANGE},
    {"P-055 wait of 26 s", PROTO_FETCH, HEADER, "\0\0\0\0\0\0\0\x1a", 8, ERR_RANGE},
    {"P-056 query 0", PROTO_QUERY, HEADER, "\0", 1, ERR_RANGE},
    {"P-056 query 7", PROTO_QUERY, HEADER, "\7", 1, ERR_RANGE},
    {"P-056 query that refers to nothing", PROTO_QUERY, HEADER + 1, "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 16, OK},
    {"P-057 elements of 63 bytes", PROTO_DERIVE, HEADER, "\0\0\0\x3f", 4, ERR_RANGE},
    {"P-057 65 elements", PROTO_DERIVE, HEADER, "\0\0\x08\x20", 4, ERR_RANGE},
    {"P-057 no elements", PROTO_DERIVE, HEADER, "\0\0\0\0", 4, ERR_RANGE},
    {"P-041 no original", PROTO_STATEMENT, HEADER, "\0\0\0\0", 4, ERR_RANGE},
    {"P-058 witness body over its maximum", PROTO_WITNESS, HEADER, "\0\0\x20\1", 4, ERR_RANGE},
};

static void test_patch(void **state)
{
    const struct patch *p = *state;
    struct proto_msg m;
    uint8_t body[ROOM];
    size_t len;

    make(sample_of(p->kind), &m);
    len = encoded(&m, body);
    assert_true(p->at + p->len <= len);
    memcpy(body + p->at, p->bytes, p->len);
    assert_int_equal(refused(p->kind, body, len), p->expected);
}

/* ---- values without an encoding ---- */

static void no_encoding(const struct proto_msg *m, enum err expected)
{
    uint8_t body[ROOM];
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
        make(sample_of(PROTO_GRANT), &m);
        switch (i) {
        case 0: memset(m.head.id, 0, sizeof m.head.id); break;
        case 1: m.head.issued_s = (uint64_t)1 << 48; break;
        case 2: m.head.subject.type = 0; break;
        case 3: strcpy(m.head.purpose, "two words"); break;
        case 4: memset(m.head.purpose, 'a', sizeof m.head.purpose); break;
        case 5: m.head.role = PROTO_ROLE_END; break;
        case 6: m.sections.count = 0; break;
        case 7: m.sections.count = PROTO_SECTIONS_MAX + 1; break;
        case 8: strcpy(m.sections.name[1], "att_detail"); break;
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
        (enum proto_kind)36, (enum proto_kind)1000};
    struct proto_msg m;
    uint8_t body[ROOM];
    size_t len;

    (void)state;
    make(sample_of(PROTO_CANCEL), &m);
    len = encoded(&m, body);
    for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
        assert_int_equal(refused(none[i], body, len), ERR_RANGE);
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
    uint8_t body[ROOM];

    (void)state;
    make(sample_of(PROTO_CANCEL), &m);
    assert_int_equal(encoded(&m, body), HEADER + 16);
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
    make(sample_of(PROTO_RELEASE), &m);
    m.payload = (struct proto_blob){data, PROTO_RELEASE_MAX};
    assert_int_equal(proto_msg_encode(&m, body, room, &len), OK);
    assert_int_equal(len, HEADER + 16 + 32 + 4 + PROTO_RELEASE_MAX);
    assert_int_equal(proto_msg_decode(PROTO_RELEASE, body, len, &back), OK);
    m.payload.len++;
    assert_int_equal(proto_msg_encode(&m, body, room, &len), ERR_RANGE);
    free(data);
    free(body);
}

static struct check_list tests;

int main(void)
{
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
        check_add(&tests, proto_kind_name(samples[i].kind), test_kind, &samples[i]);
        check_add(&tests, "its layout", test_kind_layout, &samples[i]);
        check_add(&tests, "too little room", test_kind_room, &samples[i]);
        check_add(&tests, "every bit", test_kind_flips, &samples[i]);
        check_add(&tests, "foreign fields", test_kind_foreign, &samples[i]);
    }
    for (size_t i = 0; i < sizeof patches / sizeof *patches; i++)
        check_add(&tests, patches[i].name, test_patch, &patches[i]);
    check_add(&tests, "encoder refuses", test_encode_refuses, NULL);
    check_add(&tests, "kinds without a body", test_kinds_without_a_body, NULL);
    check_add(&tests, "header layout", test_header_layout, NULL);
    check_add(&tests, "largest release", test_largest_release, NULL);
    return check_run(&tests, "proto/msg");
}
