/* proto/refusal: numbers are for ever, and every one has its words. PROTOCOL.md P-100 to P-102. */
#include "tests/support/check.h"

#include "base/text.h"
#include "proto/refusal.h"

/* P-100: written out here once more, because a number that moves changes old logs. */
static const char *const names[] = {"ACCEPTED", "NOT_A_FRAME", "MALFORMED", "WRONG_KIND", "UNKNOWN_KEY", "BAD_SIGNATURE", "WRONG_REGION",
    "NOT_YOURS", "STALE", "REPLAYED", "UNKNOWN_PARTNER", "BLOCKED", "OTHER_PACK", "UNKNOWN_NAME", "NOT_FOUND", "WRONG_STATE",
    "NOT_ADDRESSED", "DENIED", "DIGEST_DIFFERS", "QUOTA", "FULL", "NOT_YET", "ROLE_NOT_ALLOWED", "OVERTAKEN", "TROUBLE", "NO_OFFICER",
    "REVOKED"};

enum { COUNT = sizeof names / sizeof *names };

static void test_numbers(void **state)
{
    (void)state;
    assert_int_equal(COUNT, PROTO_REFUSAL_END);
    for (unsigned i = 0; i < COUNT; i++)
        assert_string_equal(proto_refusal_name((enum proto_refusal)i), names[i]);
}

static void check_text(const char *text)
{
    size_t len = strlen(text);

    assert_true(len > 20 && len < 200);
    assert_int_equal(text[len - 1], '.');
    assert_true(text_is_utf8((const uint8_t *)text, len));
}

static void test_texts(void **state)
{
    (void)state;
    for (unsigned i = 0; i <= COUNT; i++) {
        const char *en = proto_refusal_text((enum proto_refusal)i, LANG_EN), *nl = proto_refusal_text((enum proto_refusal)i, LANG_NL);

        check_text(en);
        check_text(nl);
        assert_string_not_equal(en, nl);
        for (unsigned k = 0; k < i; k++) {
            assert_string_not_equal(en, proto_refusal_text((enum proto_refusal)k, LANG_EN));
            assert_string_not_equal(nl, proto_refusal_text((enum proto_refusal)k, LANG_NL));
        }
    }
}

/* Only acceptance is success. */
static void test_classes(void **state)
{
    (void)state;
    assert_err(proto_refusal_err(PROTO_ACCEPTED), OK);
    for (unsigned i = 1; i <= COUNT; i++) {
        assert_int_not_equal(proto_refusal_err((enum proto_refusal)i), OK);
        assert_true(proto_refusal_err((enum proto_refusal)i) < ERR_CLASSES);
    }
    assert_err(proto_refusal_err(PROTO_STALE), ERR_EXPIRED);
    assert_err(proto_refusal_err(PROTO_REPLAYED), ERR_REPLAY);
    assert_err(proto_refusal_err(PROTO_QUOTA), ERR_QUOTA);
    assert_err(proto_refusal_err(PROTO_DENIED), ERR_DENIED);
}

/* P-102 */
static void test_retry(void **state)
{
    (void)state;
    for (unsigned i = 0; i <= COUNT; i++) {
        bool may = i == PROTO_UNKNOWN_KEY || i == PROTO_STALE || i == PROTO_BLOCKED || i == PROTO_QUOTA || i == PROTO_FULL
            || i == PROTO_TROUBLE || i == PROTO_NO_OFFICER || i == PROTO_NOT_A_FRAME || i == PROTO_WRONG_KIND || i == PROTO_BAD_SIGNATURE;

        assert_int_equal(proto_refusal_may_retry((enum proto_refusal)i), may);
    }
}

/* P-101 */
static void test_unknown(void **state)
{
    static const unsigned past[] = {PROTO_REFUSAL_END, PROTO_REFUSAL_END + 1, 255, 100000};

    (void)state;
    for (size_t i = 0; i < sizeof past / sizeof *past; i++) {
        assert_string_equal(proto_refusal_name((enum proto_refusal)past[i]), "?");
        assert_err(proto_refusal_err((enum proto_refusal)past[i]), ERR_VERSION);
    }
}

static struct check_list tests;

int main(void)
{
    check_add(&tests, "numbers and names", test_numbers, NULL);
    check_add(&tests, "texts", test_texts, NULL);
    check_add(&tests, "classes", test_classes, NULL);
    check_add(&tests, "retry", test_retry, NULL);
    check_add(&tests, "unknown numbers", test_unknown, NULL);
    return check_run(&tests, "proto/refusal");
}
