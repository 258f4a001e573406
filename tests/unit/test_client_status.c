/* client/status: what is said of the others, as far as no other test looks at it. */
#include "tests/support/openings_played.h"

#include "client/certs.h"
#include "client/pseudonym.h"
#include "client/sessions.h"
#include "client/status.h"

#include <sodium.h>
#include <stdio.h>

enum { WAS_DAYS = 40 };

static int setup(void **state)
{
    struct openings_played *p;

    if (openings_played_setup(state) != 0)
        return -1;
    p = *state;
    return client_pseudonyms_open(p->h->n) == OK && client_sessions_open(p->h->n) == OK ? 0 : -1;
}

static int teardown(void **state)
{
    struct openings_played *p = *state;

    client_pseudonyms_close(p->h->n->pseudonyms);
    p->h->n->pseudonyms = NULL;
    client_sessions_close(p->h->n->sessions);
    p->h->n->sessions = NULL;
    return openings_played_close(state);
}

/* A key of this partner's privacy officer, that counts from WAS_DAYS before now for so many days. */
static void officer(struct openings_played *p, enum client_fixture_who who, unsigned days)
{
    struct client_fixture *f = p->h->f;
    const struct client_fixture_partner *of = &f->partner[who];
    struct proto_cert c = {.use = PROTO_USE_OFFICER, .from_s = f->now_s - WAS_DAYS * (uint64_t)DAY_S};
    struct vault_txn *x = client_fixture_begin(f, VO);
    uint8_t data[PROTO_CERT_MAX];
    size_t len = 0;

    c.until_s = c.from_s + days * (uint64_t)DAY_S;
    memcpy(c.region, f->region.hash, sizeof c.region);
    memcpy(c.partner, of->id, sizeof c.partner);
    memset(c.key, 0x0f + (int)who, sizeof c.key);
    assert_err(proto_cert_make(&c, of->root_secret, data, sizeof data, &len), OK);
    assert_err(client_certs_add(p->h->n, x, data, len), OK);
    client_fixture_commit(x);
    assert_err(client_certs_reload(p->h->n), OK);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The handles in "without_officer" by name, parted by spaces; "" when it is not there. */
static void without_officer(struct openings_played *p, char out[256])
{
    struct client_call c = {.node = p->h->n, .trouble = {.lang = LANG_EN}, .reply = cJSON_CreateObject()};
    struct vault_txn *x = client_fixture_begin(p->h->f, VO);
    const char *handle[CLIENT_FIXTURE_PARTNERS];
    size_t count = 0;
    const cJSON *one;

    out[0] = '\0';
    assert_err(client_do_status(&c, x), OK);
    client_vault_abort(x);
    cJSON_ArrayForEach(one, cJSON_GetObjectItemCaseSensitive(c.reply, "without_officer")) {
        assert_true(cJSON_IsString(one) && count < CLIENT_FIXTURE_PARTNERS);
        handle[count++] = one->valuestring;
    }
    qsort(handle, count, sizeof handle[0], by_name);
    for (size_t i = 0; i < count; i++) {
        size_t len = strlen(out);

        (void)snprintf(out + len, 256 - len, "%s%s", i != 0 ? " " : "", handle[i]);
    }
    cJSON_Delete(c.reply);
}

static void expect_without(struct openings_played *p, const char *expected)
{
    char got[256];

    without_officer(p, got);
    assert_string_equal(got, expected);
}

/* Of oneself it is not said here: one's own end is a warning. */
static void who_has_no_officer_key_is_named(void **state)
{
    expect_without(*state, "cjg leerplicht veilig_thuis wijkteam");
}

static void who_has_one_is_not(void **state)
{
    officer(*state, CJG, WAS_DAYS + 10);
    officer(*state, WIJKTEAM, WAS_DAYS + 10);
    expect_without(*state, "leerplicht veilig_thuis");
}

static void one_that_ended_is_none(void **state)
{
    officer(*state, CJG, WAS_DAYS - 1);
    expect_without(*state, "cjg leerplicht veilig_thuis wijkteam");
    officer(*state, CJG, WAS_DAYS + 10);
    expect_without(*state, "leerplicht veilig_thuis wijkteam");
}

static void where_all_have_one_nothing_is_said(void **state)
{
    for (enum client_fixture_who who = LEERPLICHT; who < CLIENT_FIXTURE_PARTNERS; who++)
        officer(*state, who, WAS_DAYS + 10);
    expect_without(*state, "");
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(who_has_no_officer_key_is_named), T(who_has_one_is_not), T(one_that_ended_is_none), T(where_all_have_one_nothing_is_said),
    };

    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
