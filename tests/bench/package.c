#include "tests/bench/package.h"

#include "base/rd.h"
#include "base/wr.h"
#include "proto/seal.h"
#include "proto/sealing.h"
#include "proto/sign.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum { ACCESS_S = 30 * 86400 };

static void put_number(uint32_t n, uint8_t id[PROTO_ID_LEN])
{
    struct wr w;

    wr_init(&w, id, PROTO_ID_LEN);
    wr_u32(&w, n);
}

uint32_t bench_package_number(const uint8_t id[PROTO_ID_LEN])
{
    struct rd r;

    rd_init(&r, id, PROTO_ID_LEN);
    return rd_u32(&r);
}

/* The same text for all, but for its number. */
static void fill_data(uint32_t n, uint8_t data[BENCH_DATA_LEN])
{
    memset(data, 'a', BENCH_DATA_LEN);
    put_number(n, data);
}

static void describe(const struct bench_region *r, const struct proto_msg *asking, const uint8_t asker_key[PROTO_KEY_LEN], uint64_t until_s,
    struct proto_sealing_release *out)
{
    const struct proto_header *h = &asking->head;

    *out = (struct proto_sealing_release){ .subject = h->subject, .until_s = until_s };
    memcpy(out->region, r->region.hash, sizeof out->region);
    memcpy(out->from, r->member[BENCH_HOLDER].as->id, sizeof out->from);
    memcpy(out->to, r->member[BENCH_ASKER].as->id, sizeof out->to);
    memcpy(out->recipient_key, asker_key, sizeof out->recipient_key);
    memcpy(out->case_id, h->case_id, sizeof out->case_id);
    memcpy(out->purpose, h->purpose, sizeof out->purpose);
    memcpy(out->about, h->id, sizeof out->about);
    memcpy(out->pack, h->pack, sizeof out->pack);
}

/* The holder's message about the same child. */
static void answer_head(const struct bench_region *r, const struct proto_msg *asking, uint32_t n, struct proto_msg *out)
{
    const struct bench_member *m = &r->member[BENCH_HOLDER];

    bench_message_head(r, m, &out->head);
    put_number(n, out->head.id);
    bench_message_actor(m, &r->member[BENCH_ASKER], &out->head);
    memcpy(out->head.case_id, asking->head.case_id, sizeof out->head.case_id);
    out->head.subject = asking->head.subject;
    memcpy(out->head.purpose, asking->head.purpose, sizeof out->head.purpose);
}

static enum err finish(const struct bench_member *m, const struct proto_msg *msg, enum bench_step step, struct bench_package *out)
{
    memcpy(out->id[step], msg->head.id, PROTO_ID_LEN);
    return bench_message_frame(m, msg, out->frame[step], BENCH_STEP_ROOM, &out->len[step]);
}

static enum err make_grant(const struct bench_region *r, const struct proto_msg *asking, uint32_t n,
    const uint8_t digest[PROTO_HASH_LEN], struct bench_package *out)
{
    const struct bench_member *m = &r->member[BENCH_HOLDER];
    struct proto_msg msg = { .kind = PROTO_GRANT, .sections = asking->sections, .until_s = out->until_s };
    uint8_t original[BENCH_MESSAGE_MAX];
    struct proto_statement s;
    enum err e;

    answer_head(r, asking, n, &msg);
    memcpy(msg.refers, asking->head.id, sizeof msg.refers);
    memcpy(msg.digest, digest, sizeof msg.digest);
    bench_message_statement(r, m, &msg.head, PROTO_SAY_GRANT, &s);
    memcpy(s.refers, asking->head.id, sizeof s.refers);
    memcpy(s.receiver, r->member[BENCH_ASKER].as->id, sizeof s.receiver);
    s.sections = asking->sections;
    s.until_s = out->until_s;
    memcpy(s.digest, digest, sizeof s.digest);
    e = bench_message_say(m, &s, original, sizeof original, &msg.original.len);
    msg.original.data = original;
    return e == OK ? finish(m, &msg, BENCH_GRANT, out) : e;
}

static enum err make_release(const struct bench_region *r, const struct proto_msg *asking, uint32_t n,
    const uint8_t digest[PROTO_HASH_LEN], struct proto_blob sealed, struct bench_package *out)
{
    struct proto_msg msg = { .kind = PROTO_RELEASE, .payload = sealed };

    answer_head(r, asking, n, &msg);
    memcpy(msg.refers, out->id[BENCH_GRANT], sizeof msg.refers);
    memcpy(msg.digest, digest, sizeof msg.digest);
    return finish(&r->member[BENCH_HOLDER], &msg, BENCH_RELEASE, out);
}

enum err bench_package_make(const struct bench_region *r, const uint8_t asker_key[PROTO_KEY_LEN], uint32_t n,
    struct bench_package *out)
{
    uint8_t data[BENCH_DATA_LEN], digest[PROTO_HASH_LEN], *sealed = NULL;
    struct proto_sealing_release to_seal;
    struct proto_msg asking;
    size_t sealed_len = 0;
    enum err e = bench_make_asking(r, n % BENCH_CASES, &asking);

    put_number(n, asking.head.id);
    out->until_s = asking.head.issued_s + ACCESS_S;
    if (e == OK)
        e = finish(&r->member[BENCH_ASKER], &asking, BENCH_ASK, out);
    fill_data(n, data);
    describe(r, &asking, asker_key, out->until_s, &to_seal);
    if (e == OK)
        e = proto_sealing_release_make(&to_seal, (struct proto_blob){ data, sizeof data }, &sealed, &sealed_len);
    if (e == OK) {
        proto_sealing_digest((struct proto_blob){ sealed, sealed_len }, digest);
        e = make_grant(r, &asking, n, digest, out);
    }
    if (e == OK)
        e = make_release(r, &asking, n, digest, (struct proto_blob){ sealed, sealed_len }, out);
    if (sealed != NULL)
        proto_seal_free(sealed, sealed_len);
    return e;
}

enum err bench_package_check(const struct bench_region *r, const struct bench_package *p, enum bench_step step, const uint8_t *reply,
    size_t len, uint8_t *refusal)
{
    uint8_t from[PROTO_PARTNER_LEN];
    uint64_t number;

    return bench_answers_one(r, p->frame[step], p->len[step], reply, len, from, &number, refusal);
}

enum err bench_package_open(const struct bench_region *r, const struct bench_package *p, const struct proto_mail *mail,
    const uint8_t asker_key[PROTO_KEY_LEN], const uint8_t secret_key[PROTO_KEY_LEN])
{
    uint8_t expected[BENCH_DATA_LEN], *data = NULL;
    struct proto_sealing_release sealed;
    struct proto_msg asking, msg;
    struct proto_blob envelope;
    struct proto_signed s;
    size_t len = 0;
    enum err e = bench_message_open(p->frame[BENCH_ASK], p->len[BENCH_ASK], &asking, &envelope);

    if (e == OK)
        e = proto_sign_decode(mail->message.data, mail->message.len, &s);
    if (e == OK)
        e = proto_msg_decode(PROTO_RELEASE, s.body, s.body_len, &msg);
    if (e == OK)
        e = proto_receipt_check(&r->region, &msg, mail->message.data, mail->message.len, &mail->receipt, 1, NULL);
    if (e != OK)
        return e;
    describe(r, &asking, asker_key, p->until_s, &sealed);
    e = proto_sealing_release_open(&sealed, secret_key, msg.payload, &data, &len);
    if (e != OK)
        return e;
    fill_data(bench_package_number(p->id[BENCH_ASK]), expected);
    e = len == sizeof expected && sodium_memcmp(data, expected, sizeof expected) == 0 ? OK : ERR_SIGNATURE;
    proto_seal_free(data, len);
    return e;
}
