/*
 * proto/cosigned and proto/witness: what hubs, partners and public witnesses send of each other's cosignatures. The first byte says what the
 * rest is: a note as it is, lines behind a checkpoint that the log signed, witnesses by number and time who sign it, a request to cosign, or an
 * answer over HTTP. What must hold:
 *  - bytes that nobody signed add no witness, and what no log signed is no checkpoint;
 *  - notes put together have what each had, once, in either order the same;
 *  - a witness agrees to nothing but the log's own heads, never to one behind what it saw.
 */
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/same.h"
#include "tests/support/witness_sample.h"

#include "base/rd.h"
#include "proto/region_witness.h"

enum { AS_IT_IS, LINES, SIGNERS, REQUEST, HTTP, WHICH, PARTNERS = 3, OUTSIDERS = 1, LEAVES = 12, SEEN = 7 };
#define NOW UINT64_C(1800000000)

static struct proto_region region;
static struct log_sample plog;
static struct witness_sample witness;
static struct proto_note_key key;

struct note { uint8_t data[PROTO_NOTE_MAX]; size_t len; };

static void prepare(void)
{
    if (region.witness_count != 0)
        return;
    FUZZ_HOLDS(randombytes_set_implementation(&counted) == 0 && sodium_init() >= 0);
    now_s = NOW;
    log_sample_init(&plog);
    log_sample_fill(&plog, LEAVES);
    log_sample_checkpoint(&plog);
    witness_sample_into(&witness, &region, PARTNERS, OUTSIDERS);
    key = witness_sample_log_key(&plog);
}

static struct note own_checkpoint(void)
{
    struct note n = { .len = plog.note_len };

    memcpy(n.data, plog.note, plog.note_len);
    return n;
}

static bool count(const struct note *n, struct proto_cosigned *out)
{
    return proto_cosigned_count(&region, &key, n->data, n->len, witness.key[0].key, NOW, out) == OK;
}

/* Together they have at least what each has, the same in either order, and nothing more to add. */
static void together(const struct note *a, const struct note *b)
{
    static struct note ab, ba, again;
    struct proto_cosigned one, two, both;
    bool changed = true;

    if (proto_cosigned_merge(&region, &key, a->data, a->len, b->data, b->len, ab.data, sizeof ab.data, &ab.len, NULL) != OK)
        return;
    FUZZ_HOLDS(proto_cosigned_merge(&region, &key, b->data, b->len, a->data, a->len, ba.data, sizeof ba.data, &ba.len, NULL) == OK);
    FUZZ_HOLDS(ab.len == ba.len && memcmp(ab.data, ba.data, ab.len) == 0);
    FUZZ_HOLDS(count(a, &one) && count(b, &two) && count(&ab, &both));
    FUZZ_HOLDS(both.partners >= one.partners && both.partners >= two.partners);
    FUZZ_HOLDS(both.outsiders >= one.outsiders && both.outsiders >= two.outsiders);
    FUZZ_HOLDS(proto_cosigned_merge(&region, &key, ab.data, ab.len, b->data, b->len, again.data, sizeof again.data, &again.len, &changed) == OK);
    FUZZ_HOLDS(!changed && again.len == ab.len && memcmp(again.data, ab.data, ab.len) == 0);
}

/* What is counted is a head of this log, and no witness twice. */
static bool judge(const struct note *n, struct proto_cosigned *c)
{
    static struct note bare;
    struct proto_merkle_head head;

    if (!count(n, c)) {
        FUZZ_HOLDS(proto_cosigned_bare(&key, n->data, n->len, bare.data, sizeof bare.data, &bare.len) != OK);
        return false;
    }
    FUZZ_HOLDS(c->head.size <= LEAVES);
    head = witness_sample_head(&plog, c->head.size);
    FUZZ_HOLDS(memcmp(head.root, c->head.root, sizeof head.root) == 0);
    FUZZ_HOLDS(c->partners <= PARTNERS && c->outsiders <= OUTSIDERS && c->needed == PARTNERS / 2 + 1);
    FUZZ_HOLDS(c->anchored == (c->partners >= c->needed && c->outsiders != 0));
    FUZZ_HOLDS(c->other_s <= NOW + PROTO_COSIGNED_AHEAD_S && c->outsider_s <= NOW + PROTO_COSIGNED_AHEAD_S);
    FUZZ_HOLDS(proto_cosigned_bare(&key, n->data, n->len, bare.data, sizeof bare.data, &bare.len) == OK);
    FUZZ_HOLDS(bare.len == plog.note_len && memcmp(bare.data, plog.note, bare.len) == 0);
    return true;
}

static void as_it_is(const uint8_t *data, size_t len)
{
    static struct note n;
    struct proto_cosigned c;

    if (len > sizeof n.data)
        return;
    memcpy(n.data, data, len);
    n.len = len;
    if (judge(&n, &c))
        FUZZ_HOLDS(c.partners + c.outsiders == 0);
}

static void lines(const uint8_t *data, size_t len)
{
    struct note n = own_checkpoint();
    struct proto_cosigned c;

    witness_sample_cosign(&witness, 1, NOW, n.data, &n.len);
    if (proto_cosigned_append(n.data, n.len, data, len, n.data, sizeof n.data, &n.len) == OK && judge(&n, &c))
        FUZZ_HOLDS(c.partners == 1 && c.outsiders == 0);
}

/* Who signs: a byte for whom and whether its line is spoiled, two for when; in turn to one note and the other. Few: signing takes its time. */
static void signers(const uint8_t *data, size_t len)
{
    struct note n[2] = { own_checkpoint(), own_checkpoint() };
    struct proto_cosigned c;
    struct rd r;

    rd_init(&r, data, len);
    for (size_t i = 0; rd_left(&r) >= 3 && i < 5; i++) {
        uint8_t who = rd_u8(&r);
        uint64_t when_s = NOW - 32768 + rd_u16(&r);
        struct note *to = &n[i % 2];

        if (to->len + PROTO_WITNESS_LINE_ROOM > sizeof to->data)
            break;
        witness_sample_cosign(&witness, who % witness.count, when_s, to->data, &to->len);
        if (who >= 128)
            to->data[to->len - 40] = to->data[to->len - 40] == 'A' ? 'B' : 'A';
    }
    if (judge(&n[0], &c) && judge(&n[1], &c))
        together(&n[0], &n[1]);
}

/* A size, what is wrong with the proof, and the tree that is asked about; or the bytes themselves. */
static void request(const uint8_t *data, size_t len)
{
    struct proto_witness_log seen = { .key = key, .seen = witness_sample_head(&plog, SEEN) };
    struct proto_witness_verdict v;
    uint8_t body[PROTO_NOTE_MAX], answer[PROTO_WITNESS_ANSWER_MAX];
    struct proto_note_sig sig = { .time_s = NOW };
    struct proto_witness_answer a;
    size_t body_len = 0, answer_len = 0;

    if (len >= 2 && len <= 4) {
        body_len = witness_sample_request(&plog, data[0] % (LEAVES + 1), body);
        body[data[1] % body_len] ^= len > 2 ? data[2] : 0;
        data = body;
        len = body_len;
    }
    FUZZ_HOLDS(proto_witness_judge(&seen, 1, data, len, &v) == OK);
    FUZZ_HOLDS(!v.contradicts || v.status != PROTO_WITNESS_COSIGNED);
    if (v.status == PROTO_WITNESS_COSIGNED) {
        struct proto_merkle_head head;

        FUZZ_HOLDS(v.head.size >= SEEN && v.head.size <= LEAVES && v.text >= data && v.text + v.text_len <= data + len);
        head = witness_sample_head(&plog, v.head.size);
        FUZZ_HOLDS(memcmp(head.root, v.head.root, sizeof head.root) == 0);
        FUZZ_HOLDS(proto_note_sign(&witness.key[0], witness.secret[0], v.text, v.text_len, &sig) == OK);
    }
    FUZZ_HOLDS(proto_witness_answer_encode(&v, SEEN, &witness.key[0], &sig, answer, sizeof answer, &answer_len) == OK);
    FUZZ_HOLDS(proto_witness_answer_decode(answer, answer_len, &a) == OK && a.status == v.status);
}

/* A status and a body; the lines of who agrees go behind the checkpoint. */
static void http(const uint8_t *data, size_t len)
{
    static const unsigned statuses[] = { 200, 400, 403, 404, 409, 422, 500, 302 };
    struct proto_witness_answer a;
    unsigned status;

    if (len == 0)
        return;
    status = statuses[data[0] % (sizeof statuses / sizeof *statuses)];
    if (proto_witness_answer_read(status, data + 1, len - 1, &a) != OK)
        return;
    FUZZ_HOLDS((unsigned)a.status == status && status != 302 && (status == 200) == (a.lines_len != 0));
    FUZZ_HOLDS(a.size == PROTO_WITNESS_NO_SIZE || (status == 409 && a.size <= PROTO_MERKLE_SIZE_MAX));
    if (a.lines_len != 0)
        lines(a.lines, a.lines_len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    static void (*const take[WHICH])(const uint8_t *, size_t) = { as_it_is, lines, signers, request, http };

    prepare();
    if (len != 0)
        take[data[0] % WHICH](data + 1, len - 1);
    return 0;
}
