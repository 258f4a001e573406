/* server/advice: only a data protection officer's note is advice, and every byte of it counts. */
#include "tests/support/check.h"

#include "server/advice.h"
#include "tests/support/region_sample.h"

#include <sodium.h>
#include <stdio.h>

enum { NOW = 1796122800, DAY = 86400 };

static struct region_sample region;

static void certify(enum proto_role role, struct server_advice *a, uint8_t staff_secret[64])
{
    uint8_t node_public[32], node_secret[64], staff_public[32];
    struct proto_cert cert = { .use = PROTO_USE_NODE, .from_s = NOW - DAY, .until_s = NOW + DAY };

    region_sample_key(61, node_public, node_secret);
    region_sample_key(62, staff_public, staff_secret);
    memcpy(cert.region, region.r.hash, sizeof cert.region);
    memcpy(cert.partner, region.id[0], sizeof cert.partner);
    memcpy(cert.key, node_public, sizeof cert.key);
    assert_err(proto_cert_make(&cert, region.root_secret[0], a->node_cert, sizeof a->node_cert, &a->node_cert_len), OK);
    cert.use = PROTO_USE_STAFF;
    cert.role = (uint8_t)role;
    memcpy(cert.key, staff_public, sizeof cert.key);
    assert_err(proto_cert_make(&cert, node_secret, a->staff_cert, sizeof a->staff_cert, &a->staff_cert_len), OK);
}

static struct server_advice advice(const char *word, const char *text, uint64_t made_s)
{
    struct server_advice a = { .made_s = made_s, .digest = { 7 } };

    memcpy(a.region, region.r.hash, sizeof a.region);
    (void)snprintf(a.word, sizeof a.word, "%s", word);
    (void)snprintf(a.text, sizeof a.text, "%s", text);
    return a;
}

static enum err check(enum proto_role role, uint64_t made_s, const char *handle, struct server_advice *out)
{
    struct server_advice a = advice("negative", "Te veel dagen.", made_s);
    char note[SERVER_ADVICE_NOTE_MAX + 1];
    uint8_t secret[64];

    certify(role, &a, secret);
    assert_err(server_advice_sign(&a, handle, secret, note), OK);
    return server_advice_check(&region.r, note, out);
}

static void test_officer(void **state)
{
    struct server_advice out = { .made_s = 0 };

    (void)state;
    assert_err(check(PROTO_ROLE_FG, NOW, region.handle[0], &out), OK);
    assert_string_equal(out.handle, region.handle[0]);
    assert_string_equal(out.word, "negative");
    assert_string_equal(out.text, "Te veel dagen.");
    assert_int_equal(out.made_s, NOW);
    assert_int_equal(out.digest[0], 7);
}

static void test_others(void **state)
{
    struct server_advice out = { .made_s = 3 };

    (void)state;
    for (enum proto_role role = PROTO_ROLE_CASEWORKER; role < PROTO_ROLE_END; role++)
        if (role != PROTO_ROLE_FG)
            assert_err(check(role, NOW, region.handle[0], &out), ERR_KEY);
    assert_err(check(PROTO_ROLE_FG, NOW, region.handle[1], &out), ERR_KEY);   /* another partner's name */
    assert_err(check(PROTO_ROLE_FG, NOW, "nobody", &out), ERR_KEY);
    assert_err(check(PROTO_ROLE_FG, NOW + 2 * DAY, region.handle[0], &out), ERR_KEY);
    assert_err(check(PROTO_ROLE_FG, NOW - 2 * DAY, region.handle[0], &out), ERR_KEY);
    assert_int_equal(out.made_s, 3);
}

/* Any byte changed, any beginning: no advice. */
static void test_bytes(void **state)
{
    struct server_advice a = advice("remarks", "Kijk naar R28.", NOW), out = { .made_s = 3 };
    char note[SERVER_ADVICE_NOTE_MAX + 1], cut[SERVER_ADVICE_NOTE_MAX + 1];
    uint8_t secret[64];

    (void)state;
    certify(PROTO_ROLE_FG, &a, secret);
    assert_err(server_advice_sign(&a, region.handle[0], secret, note), OK);
    for (size_t i = 0; note[i] != '\0'; i++) {
        memcpy(cut, note, strlen(note) + 1);
        cut[i] = cut[i] == 'x' ? 'y' : 'x';
        assert_true(server_advice_check(&region.r, cut, &out) != OK);
        memcpy(cut, note, i);
        cut[i] = '\0';
        assert_true(server_advice_check(&region.r, cut, &out) != OK);
    }
    assert_int_equal(out.made_s, 3);
}

/* What has no form is not signed. */
static void test_form(void **state)
{
    static const struct {
        const char *word, *text;
    } bad[] = { { "yes", "text" }, { "", "text" }, { "positive", "" }, { "positive", "two\nlines" }, { "positive", " blank" } };
    char note[SERVER_ADVICE_NOTE_MAX + 1] = "untouched";
    uint8_t secret[64];

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct server_advice a = advice(bad[i].word, bad[i].text, NOW);

        certify(PROTO_ROLE_FG, &a, secret);
        assert_true(server_advice_sign(&a, region.handle[0], secret, note) != OK);
        assert_string_equal(note, "untouched");
    }
}

int main(void)
{
    static struct check_list list;
    int failed;

    if (sodium_init() < 0)
        return 1;
    region_sample_init(&region, false);
    check_add(&list, "an officer's", test_officer, NULL);
    check_add(&list, "nobody else's, and only while the certificates count", test_others, NULL);
    check_add(&list, "every byte and every beginning", test_bytes, NULL);
    check_add(&list, "what has no form", test_form, NULL);
    failed = check_run(&list, "server/advice");
    region_sample_fini(&region);
    return failed;
}
