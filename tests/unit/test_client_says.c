/* client/says: what a statement for the registry says, in one sentence, for each act. */
#include "tests/support/check.h"

#include "client/says.h"

#include <string.h>

static const struct row {
    const char *name;
    enum proto_registry_act act;
    bool key;
    const char *about;
    enum lang lang;
    const char *expected;
} rows[] = {
    {"a partner that joins", PROTO_REG_ADMIT, true, "buurthuis", LANG_EN, "buurthuis: joins the region"},
    {"a partner that is revoked", PROTO_REG_REVOKE, false, "vo", LANG_EN, "vo: takes no part in the region any more"},
    {"the same in Dutch", PROTO_REG_REVOKE, false, "vo", LANG_NL, "vo: doet niet meer mee in de regio"},
    {"one key of a partner is not the partner", PROTO_REG_REVOKE, true, "vo", LANG_EN, "vo: the key below counts no more"},
    {"one key, in Dutch", PROTO_REG_REVOKE, true, "vo", LANG_NL, "vo: de sleutel hieronder telt niet meer"},
    {"another root key", PROTO_REG_ROOT, true, "vo", LANG_EN, "vo: gets another root key; who has that key speaks for this partner"},
    {"a pack", PROTO_REG_PACK, false, "vo", LANG_NL, "vo: neemt een beleidspakket aan"},
    {"a quota", PROTO_REG_QUOTA, false, "vo", LANG_NL, "vo: mag meer pseudoniemen per dag vragen"},
    {"a new origin is about nobody", PROTO_REG_ORIGIN, false, "", LANG_EN, "the log goes on without the leaves that are lost"},
    {"another key to cosign with", PROTO_REG_WITNESS, true, "sleutelhuis", LANG_EN, "sleutelhuis: cosigns the log with another key"},
    {"no act", PROTO_REG_NONE, false, "vo", LANG_EN, "vo: ?"},
    {"an act that there is not", PROTO_REG_ACT_END, false, "", LANG_NL, "?"},
};

static void test_row(void **state)
{
    const struct row *r = *state;
    struct proto_registry_say s = {.act = r->act};
    char out[CLIENT_SAYS_MAX];

    if (r->key)
        memset(s.key, 7, sizeof s.key);
    client_says(&s, r->about, r->lang, out);
    assert_string_equal(out, r->expected);
}

int main(void)
{
    struct check_list list = {.count = 0};

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        check_add(&list, rows[i].name, test_row, &rows[i]);
    return check_run(&list, "client/says");
}
