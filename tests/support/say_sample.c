/* tests/support/say_sample: see the header. */
#include "tests/support/say_sample.h"

#include "tests/support/check.h"

static const uint8_t some[64] = "sealed for one addressee, as far as this test can tell, and more";

static void fill_common(struct proto_statement *s)
{
    memset(s->region, 0x11, sizeof s->region);
    memset(s->id, 0x22, sizeof s->id);
    memset(s->setter, 0x33, sizeof s->setter);
    memset(s->case_id, 0x55, sizeof s->case_id);
    s->subject.type = PROTO_SUBJECT_HANDLE;
    memset(s->subject.value, 0x66, sizeof s->subject.value);
    check_name(s->purpose, "case_support");
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

const struct say_sample say_samples[SAY_SAMPLES] = {
    {PROTO_SAY_EVENT, SAYS_EVENT | SAYS_OCCURRED | SAYS_UNTIL | SAYS_REFERENCE, 0, 16 + 8 + 8 + 16 + 8 + 32, "eoukKd"},
    {PROTO_SAY_EVENT_END, SAYS_REFERS, 0, 16, "r"},
    {PROTO_SAY_CONSENT, SAYS_HOLDER | SAYS_RECEIVER | SAYS_SECTIONS | SAYS_UNTIL, PROTO_CONSENT_HELP, 16 + 16 + 33 + 1 + 8, "hcsCu"},
    {PROTO_SAY_WITHDRAWAL, SAYS_REFERS, 0, 16, "r"},
    {PROTO_SAY_OBJECTION, SAYS_REFERS, 0, 16, "r"},
    {PROTO_SAY_OBJECTION_END, SAYS_REFERS, 0, 16, "r"},
    {PROTO_SAY_MEMBERSHIP, SAYS_RECEIVER, PROTO_MEMBER_INVITE, 1 + 16, "Cc"},
    {PROTO_SAY_FACTS, 0, 0, 0, ""},
    {PROTO_SAY_WEIGHING, SAYS_REFERS | SAYS_SECTIONS | SAYS_DIGEST, 0, 16 + 33 + 32, "rsD"},
    {PROTO_SAY_APPROVAL, SAYS_REFERS | SAYS_DIGEST, 0, 16 + 32, "rD"},
    {PROTO_SAY_GRANT, SAYS_REFERS | SAYS_RECEIVER | SAYS_SECTIONS | SAYS_UNTIL | SAYS_DIGEST, 0, 16 + 16 + 33 + 8 + 32, "rcsuD"},
    {PROTO_SAY_STATUS, SAYS_REFERS | SAYS_UNTIL, 1, 16 + 8 + 1, "ruC"},
    {PROTO_SAY_BREAKGLASS, SAYS_HOLDER | SAYS_SECTIONS | SAYS_OCCURRED, 0, 16 + 33 + 8, "hso"},
};

void say_sample_fill(struct proto_statement *s, unsigned has)
{
    if (has & SAYS_REFERS)
        memset(s->refers, 0xb1, sizeof s->refers);
    if (has & SAYS_EVENT)
        check_name(s->event, "LEERPLICHT_DOC");
    if (has & SAYS_OCCURRED)
        s->occurred_s = 1700000000;
    if (has & SAYS_UNTIL)
        s->until_s = 1800000000;
    if (has & SAYS_REFERENCE) {
        check_name(s->reference, "court");
        s->reference_s = 1690000000;
        memset(s->reference_digest, 0xb2, sizeof s->reference_digest);
    }
    if (has & SAYS_HOLDER)
        memset(s->holder, 0xb3, sizeof s->holder);
    if (has & SAYS_RECEIVER)
        memset(s->receiver, 0xb4, sizeof s->receiver);
    if (has & SAYS_SECTIONS)
        s->sections = (struct proto_sections){.count = 2, .name = {"care", "ident"}};
    if (has & SAYS_DIGEST)
        memset(s->digest, 0xb5, sizeof s->digest);
}

void say_sample_make(const struct say_sample *sample, struct proto_statement *s)
{
    memset(s, 0, sizeof *s);
    s->kind = sample->kind;
    fill_common(s);
    say_sample_fill(s, sample->has);
    s->code = sample->code;
}

const struct say_sample *say_sample_of(enum proto_statement_kind k)
{
    for (size_t i = 0; i < SAY_SAMPLES; i++)
        if (say_samples[i].kind == k)
            return &say_samples[i];
    fail();
    return NULL;
}

size_t say_sample_encode(const struct proto_statement *s, uint8_t out[SAY_SAMPLE_ROOM])
{
    size_t len = 0;

    assert_err(proto_statement_encode(s, out, SAY_SAMPLE_ROOM, &len), OK);
    return len;
}

enum err say_sample_decode(enum proto_statement_kind kind, const uint8_t *body, size_t len, struct proto_statement *s, uint8_t **block)
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

enum err say_sample_judge(enum proto_statement_kind kind, const uint8_t *body, size_t len)
{
    struct proto_statement s;
    uint8_t *block = NULL;
    enum err e = say_sample_decode(kind, body, len, &s, &block);

    free(block);
    return e;
}
