/* tests/support/msg_sample: see the header. */
#include "tests/support/msg_sample.h"

#include "tests/support/check.h"

const uint8_t msg_sample_bytes[64] = "some bytes of an original that nobody reads here, and some more";

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
    check_name(h->purpose, "att_enforce");
    memset(h->pack, 0x77, sizeof h->pack);
    h->seen_size = 0x0102030405060708;
    memset(h->seen_root, 0x88, sizeof h->seen_root);
    h->running = 0x1112131415161718;
    memset(h->actor, 0x99, sizeof h->actor);
    h->role = PROTO_ROLE_COORDINATOR;
}

void msg_sample_sections(struct proto_sections *s)
{
    s->count = 2;
    check_name(s->name[0], "att_detail");
    check_name(s->name[1], "ident");
}

void msg_sample_ids(struct proto_ids *s)
{
    s->count = 2;
    memset(s->id[0], 0xb2, PROTO_ID_LEN);
    memset(s->id[1], 0xb1, PROTO_ID_LEN);
}

struct proto_blob msg_sample_blob(size_t len)
{
    return (struct proto_blob){.data = msg_sample_bytes, .len = len};
}

static void fill_grant(struct proto_msg *m)
{
    msg_sample_sections(&m->sections);
    msg_sample_ids(&m->statements);
    m->until_s = 1800000000;
    memset(m->digest, 0xd1, sizeof m->digest);
    m->original = msg_sample_blob(40);
    m->weighing = msg_sample_blob(30);
    m->approval = msg_sample_blob(20);
}

const struct msg_sample msg_samples[MSG_SAMPLES] = {
    {PROTO_STATEMENT, HAS_ORIGINAL, 0, 0, 0, 0, 4 + 40, "o"},
    {PROTO_REQUEST, HAS_SECTIONS | HAS_IDS | HAS_WEIGHING | HAS_SEALED, 0, 0, 0, 0, 33 + 33 + 34 + 12, "siwx"},
    {PROTO_OFFER, HAS_GRANT | HAS_SEALED, 0, 0, 0, 0, 33 + 33 + 8 + 32 + 44 + 34 + 24 + 12, "siudowax"},
    {PROTO_GRANT, HAS_REFERS | HAS_GRANT, 0, 0, 0, 0, 16 + 33 + 33 + 8 + 32 + 44 + 34 + 24, "rsiudowa"},
    {PROTO_REFUSE, HAS_REFERS | HAS_SEALED, PROTO_REFUSE_TAKEN_BACK, 0, 0, 0, 16 + 1 + 12, "rCx"},
    {PROTO_RELEASE, HAS_REFERS | HAS_DIGEST, 0, 50, 0, 0, 16 + 32 + 54, "rdp"},
    {PROTO_ANSWER, HAS_REFERS | HAS_SEALED, PROTO_ANSWER_NOT_FOR_US, 0, 0, 0, 16 + 1 + 12, "rCx"},
    {PROTO_CANCEL, HAS_REFERS, 0, 0, 0, 0, 16, "r"},
    {PROTO_REPORT, HAS_REFERS | HAS_SECTIONS, PROTO_REPORT_EXPIRED, 0, 0, 0, 16 + 1 + 33, "rCs"},
    {PROTO_ACK, HAS_REFERS | HAS_DIGEST, PROTO_ACK_UNKNOWN_SUBJECT, 0, 0, 0, 16 + 32 + 1, "rdC"},
    {PROTO_PUBLISH, HAS_ORIGINAL, 0, 0, 0, 0, 44, "o"},
    {PROTO_BREAKGLASS, HAS_SECTIONS | HAS_ORIGINAL | HAS_SEALED, 0, 0, 0, 0, 33 + 44 + 12, "sox"},
    {PROTO_OPENED_LEAF, 0, 2, 0, UINT64_MAX, 0, 8 + 1, "nC"},
    {PROTO_REGISTRY, HAS_ORIGINAL, 0, 0, 0, 0, 44, "o"},
    {PROTO_FETCH, 0, 0, 0, 25, 0, 8, "n"},
    {PROTO_QUERY, HAS_REFERS, PROTO_QUERY_RESULT, 0, 7, UINT64_MAX, 1 + 16 + 32 + 16 + 8 + 8, "Crkqnm"},
    {PROTO_DERIVE, HAS_ORIGINAL, 0, 64, 0, 0, 4 + 64 + 2 + 40, "pc"},
    {PROTO_WITNESS, 0, 0, 33, 0, 0, 4 + 33, "p"},
    {PROTO_REGISTRY_COPY, 0, 0, 33, 9, 0, 8 + 4 + 33, "np"},
};

void msg_sample_make(const struct msg_sample *s, struct proto_msg *m)
{
    memset(m, 0, sizeof *m);
    m->kind = s->kind;
    fill_head(&m->head);
    if (s->has & HAS_REFERS)
        memset(m->refers, 0xa1, sizeof m->refers);
    if (s->has & HAS_SECTIONS)
        msg_sample_sections(&m->sections);
    if (s->has & HAS_IDS)
        msg_sample_ids(&m->statements);
    if (s->has & HAS_SEALED)
        m->sealed = msg_sample_blob(10);
    if (s->has & HAS_ORIGINAL)
        m->original = msg_sample_blob(40);
    if (s->has & HAS_WEIGHING)
        m->weighing = msg_sample_blob(30);
    if (s->has & HAS_GRANT)
        fill_grant(m);
    if (s->has & HAS_DIGEST)
        memset(m->digest, 0xd1, sizeof m->digest);
    m->code = s->code;
    if (s->payload != 0)
        m->payload = msg_sample_blob(s->payload);
    m->number = s->number;
    m->number2 = s->number2;
    if (s->kind == PROTO_QUERY) {
        memset(m->key, 0xe1, sizeof m->key);
        memset(m->partner, 0xe2, sizeof m->partner);
    }
}

const struct msg_sample *msg_sample_of(enum proto_kind k)
{
    for (size_t i = 0; i < MSG_SAMPLES; i++)
        if (msg_samples[i].kind == k)
            return &msg_samples[i];
    fail();
    return NULL;
}

size_t msg_sample_encode(const struct proto_msg *m, uint8_t out[MSG_SAMPLE_ROOM])
{
    size_t len = 0;

    assert_int_equal(proto_msg_encode(m, out, MSG_SAMPLE_ROOM, &len), OK);
    return len;
}

enum err msg_sample_decode(enum proto_kind kind, const uint8_t *body, size_t len, struct proto_msg *m, uint8_t **block)
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

enum err msg_sample_judge(enum proto_kind kind, const uint8_t *body, size_t len)
{
    struct proto_msg m;
    uint8_t *block = NULL;
    enum err e = msg_sample_decode(kind, body, len, &m, &block);

    free(block);
    return e;
}
