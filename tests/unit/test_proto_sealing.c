/* proto/sealing: nothing opens but under what it was sealed for. PROTOCOL.md P-130 to P-136. */
#include "tests/support/check.h"

#include "proto/seal.h"
#include "proto/sealing.h"

#include <sodium.h>

static const uint8_t words[] = "a note of some words";
static uint8_t secret[32], public[32], other_secret[32], other_public[32];

static void keys(void)
{
    memset(secret, 3, sizeof secret);
    memset(other_secret, 4, sizeof other_secret);
    if (crypto_scalarmult_base(public, secret) != 0 || crypto_scalarmult_base(other_public, other_secret) != 0)
        abort();
}

static struct proto_blob text(void)
{
    return (struct proto_blob){words, sizeof words};
}

static void fill_part(struct proto_sealing_part *p)
{
    memset(p, 0, sizeof *p);
    memset(p->region, 0x11, sizeof p->region);
    memset(p->from, 0x12, sizeof p->from);
    memset(p->to, 0x13, sizeof p->to);
    memset(p->id, 0x14, sizeof p->id);
}

static void fill_release(struct proto_sealing_release *p)
{
    memset(p, 0, sizeof *p);
    memset(p->region, 0x11, sizeof p->region);
    memset(p->from, 0x12, sizeof p->from);
    memset(p->to, 0x13, sizeof p->to);
    memcpy(p->recipient_key, public, sizeof p->recipient_key);
    memset(p->case_id, 0x15, sizeof p->case_id);
    p->subject.type = PROTO_SUBJECT_CITIZEN;
    memset(p->subject.value, 0x16, sizeof p->subject.value);
    check_name(p->purpose, "att_enforce");
    memset(p->about, 0x17, sizeof p->about);
    p->until_s = 1800000000;
    memset(p->pack, 0x18, sizeof p->pack);
}

static enum err open_part(const struct proto_sealing_part *p, const uint8_t key[32], const uint8_t *sealed, size_t len)
{
    uint8_t *block = check_exact(sealed, len), *out = NULL;
    size_t out_len = 777;
    enum err e = proto_sealing_part_open(p, key, (struct proto_blob){block, len}, &out, &out_len);

    if (e == OK) {
        assert_int_equal(out_len, sizeof words);
        assert_memory_equal(out, words, sizeof words);
    } else {
        assert_null(out);
        assert_int_equal(out_len, 777);
    }
    proto_seal_free(out, e == OK ? out_len : 0);
    free(block);
    return e;
}

static enum err open_release(const struct proto_sealing_release *p, const uint8_t key[32], const uint8_t *sealed, size_t len)
{
    uint8_t *block = check_exact(sealed, len), *out = NULL;
    size_t out_len = 777;
    enum err e = proto_sealing_release_open(p, key, (struct proto_blob){block, len}, &out, &out_len);

    if (e == OK) {
        assert_int_equal(out_len, sizeof words);
        assert_memory_equal(out, words, sizeof words);
    } else {
        assert_null(out);
        assert_int_equal(out_len, 777);
    }
    proto_seal_free(out, e == OK ? out_len : 0);
    free(block);
    return e;
}

/* P-130, P-131 */
static void test_part(void **state)
{
    struct proto_sealing_part p;
    uint8_t *sealed = NULL;
    size_t len = 0;

    (void)state;
    fill_part(&p);
    assert_err(proto_sealing_part_make(&p, public, text(), &sealed, &len), OK);
    assert_int_equal(len, 256 + PROTO_SEAL_OVERHEAD);
    assert_err(open_part(&p, secret, sealed, len), OK);
    assert_err(open_part(&p, other_secret, sealed, len), ERR_SIGNATURE);
    for (int i = 0; i < 4; i++) {
        fill_part(&p);
        (i == 0 ? p.region : i == 1 ? p.from : i == 2 ? p.to : p.id)[15] ^= 1;
        assert_err(open_part(&p, secret, sealed, len), ERR_SIGNATURE);
    }
    fill_part(&p);
    for (size_t n = 0; n < len; n++)
        assert_int_not_equal(open_part(&p, secret, sealed, n), OK);
    for (size_t i = 0; i < len; i++) {
        sealed[i] ^= 1;
        assert_int_not_equal(open_part(&p, secret, sealed, len), OK);
        sealed[i] ^= 1;
    }
    proto_seal_free(sealed, len);
}

/* P-131: the info, spelled out and opened with proto/seal itself. */
static void test_part_info(void **state)
{
    struct proto_sealing_part p;
    uint8_t info[97], *sealed = NULL, *out = NULL;
    size_t len = 0, out_len = 0;
    struct proto_seal_bound bound = {.info = {info, sizeof info}};

    (void)state;
    fill_part(&p);
    memcpy(info, "schakel sealed v1", 17);
    memset(info + 17, 0x11, 32);
    memset(info + 49, 0x12, 16);
    memset(info + 65, 0x13, 16);
    memset(info + 81, 0x14, 16);
    assert_err(proto_sealing_part_make(&p, public, text(), &sealed, &len), OK);
    assert_err(proto_seal_open(secret, &bound, (struct proto_hpke_bytes){sealed, len}, &out, &out_len), OK);
    assert_memory_equal(out, words, sizeof words);
    proto_seal_free(out, out_len);
    proto_seal_free(sealed, len);
}

/* P-132: the largest part fits a message's field; the next bucket does not. */
static void test_part_limit(void **state)
{
    static uint8_t data[PROTO_SEALED_MAX];
    struct proto_sealing_part p;
    size_t largest = 0;
    bool refused = false;

    (void)state;
    fill_part(&p);
    for (size_t n = 3000; n < sizeof data; n++) {
        uint8_t *sealed = NULL;
        size_t len = 0;
        enum err e = proto_sealing_part_make(&p, public, (struct proto_blob){data, n}, &sealed, &len);

        assert_true(e == OK || e == ERR_LONG);
        assert_true(e == OK ? len <= PROTO_SEALED_MAX && !refused : sealed == NULL && len == 0);
        refused = e != OK;
        largest = refused ? largest : n;
        proto_seal_free(sealed, len);
    }
    assert_true(refused);
    assert_true(largest >= 3600);
}

/* P-133 to P-135 */
static void test_release(void **state)
{
    struct proto_sealing_release p;
    uint8_t *sealed = NULL;
    size_t len = 0;

    (void)state;
    fill_release(&p);
    assert_err(proto_sealing_release_make(&p, text(), &sealed, &len), OK);
    assert_err(open_release(&p, secret, sealed, len), OK);
    assert_err(open_release(&p, other_secret, sealed, len), ERR_SIGNATURE);
    for (int i = 0; i < 11; i++) {
        fill_release(&p);
        switch (i) {
        case 0: p.region[0] ^= 1; break;
        case 1: p.from[0] ^= 1; break;
        case 2: p.to[0] ^= 1; break;
        case 3: memcpy(p.recipient_key, other_public, sizeof p.recipient_key); break;
        case 4: p.case_id[0] ^= 1; break;
        case 5: p.subject.type = PROTO_SUBJECT_EDUCATION; break;
        case 6: p.subject.value[31] ^= 1; break;
        case 7: check_name(p.purpose, "case_support"); break;
        case 8: p.about[0] ^= 1; break;
        case 9: p.until_s++; break;
        default: p.pack[0] ^= 1; break;
        }
        assert_err(open_release(&p, secret, sealed, len), ERR_SIGNATURE);
    }
    fill_release(&p);
    for (size_t n = 0; n < len; n++)
        assert_int_not_equal(open_release(&p, secret, sealed, n), OK);
    proto_seal_free(sealed, len);
}

/* P-134, P-135: info and aad, spelled out. */
static void test_release_bound(void **state)
{
    struct proto_sealing_release p;
    uint8_t info[178], head[161], aad[32], *sealed = NULL, *out = NULL;
    size_t len = 0, out_len = 0;
    struct proto_seal_bound bound = {.info = {info, sizeof info}, .aad = {aad, sizeof aad}};

    (void)state;
    fill_release(&p);
    memset(info, 0, sizeof info);
    memcpy(info, "schakel release v1", 18);
    memset(info + 18, 0x11, 32);
    memset(info + 50, 0x12, 16);
    memcpy(info + 66, public, 32);
    memset(info + 98, 0x17, 16);
    memcpy(info + 114, "att_enforce", 11);
    memcpy(info + 138, "\0\0\0\0\x6b\x49\xd2\0", 8);
    memset(info + 146, 0x18, 32);
    memset(head, 0, sizeof head);
    memset(head, 0x11, 32);
    memset(head + 32, 0x12, 16);
    memset(head + 48, 0x13, 16);
    memset(head + 64, 0x15, 16);
    head[80] = 1;
    memset(head + 81, 0x16, 32);
    memcpy(head + 113, "att_enforce", 11);
    memset(head + 137, 0x17, 16);
    memcpy(head + 153, "\0\0\0\0\x6b\x49\xd2\0", 8);
    crypto_hash_sha256(aad, head, sizeof head);
    assert_err(proto_sealing_release_make(&p, text(), &sealed, &len), OK);
    assert_err(proto_seal_open(secret, &bound, (struct proto_hpke_bytes){sealed, len}, &out, &out_len), OK);
    assert_memory_equal(out, words, sizeof words);
    proto_seal_free(out, out_len);
    proto_seal_free(sealed, len);
}

static void test_release_refuses(void **state)
{
    struct proto_sealing_release p;
    uint8_t *sealed = NULL;
    size_t len = 777;

    (void)state;
    fill_release(&p);
    check_name(p.purpose, "two words");
    assert_err(proto_sealing_release_make(&p, text(), &sealed, &len), ERR_RANGE);
    memset(p.purpose, 'a', sizeof p.purpose);
    assert_err(proto_sealing_release_make(&p, text(), &sealed, &len), ERR_RANGE);
    fill_release(&p);
    assert_err(proto_sealing_release_make(&p, (struct proto_blob){words, PROTO_SEAL_DATA_MAX + 1}, &sealed, &len), ERR_LONG);
    memset(p.recipient_key, 0, sizeof p.recipient_key);
    assert_err(proto_sealing_release_make(&p, text(), &sealed, &len), ERR_KEY);
    assert_null(sealed);
    assert_int_equal(len, 777);
}

/* P-133: the largest release that proto/seal makes fits the field of a message. */
static void test_release_largest(void **state)
{
    uint8_t *data = calloc(1, PROTO_SEAL_DATA_MAX), *sealed = NULL;
    struct proto_sealing_release p;
    size_t len = 0;

    (void)state;
    assert_non_null(data);
    fill_release(&p);
    assert_err(proto_sealing_release_make(&p, (struct proto_blob){data, PROTO_SEAL_DATA_MAX}, &sealed, &len), OK);
    assert_true(len <= PROTO_RELEASE_MAX);
    proto_seal_free(sealed, len);
    free(data);
}

/* P-136 */
static void test_digest(void **state)
{
    uint8_t out[32], expected[32];

    (void)state;
    proto_sealing_digest(text(), out);
    crypto_hash_sha256(expected, words, sizeof words);
    assert_memory_equal(out, expected, 32);
}

static struct check_list tests;

int main(void)
{
    if (sodium_init() < 0)
        return 1;
    keys();
    check_add(&tests, "part", test_part, NULL);
    check_add(&tests, "info of a part", test_part_info, NULL);
    check_add(&tests, "the largest part", test_part_limit, NULL);
    check_add(&tests, "release", test_release, NULL);
    check_add(&tests, "info and aad of a release", test_release_bound, NULL);
    check_add(&tests, "release without an encoding", test_release_refuses, NULL);
    check_add(&tests, "the largest release", test_release_largest, NULL);
    check_add(&tests, "digest", test_digest, NULL);
    return check_run(&tests, "proto/sealing");
}
