/* client/certs_end: a certificate goes when nothing that is kept needs it, and not before. Of cjg's, at vo. */
#include "tests/support/openings_played.h"

#include "client/archive_end.h"
#include "client/certs.h"
#include "client/certs_end.h"
#include "client/openings_parts.h"
#include "client/terms.h"

#include <sodium.h>

#define YEARS(n) ((uint64_t)(n) * CLIENT_TERMS_YEAR_S)

/* What ended the day before the acts of the archive, and stands under the key that cjg's node has. */
static uint64_t ended(struct openings_played *p)
{
    return p->h->f->now_s - 30 * DAY_S;
}

/* NULL: signed as it should be, by the root key, and a person's by the node's. */
static void add_by(struct openings_played *p, enum client_fixture_who who, enum proto_use use, const uint8_t key[32], uint64_t until_s,
    const uint8_t *signer)
{
    struct client_fixture *f = p->h->f;
    const struct client_fixture_partner *of = &f->partner[who];
    struct proto_cert c = {.use = (uint8_t)use, .role = use == PROTO_USE_STAFF ? PROTO_ROLE_CASEWORKER : PROTO_ROLE_NONE,
        .from_s = until_s - 7 * DAY_S, .until_s = until_s};
    struct vault_txn *x = client_fixture_begin(f, VO);
    uint8_t data[PROTO_CERT_MAX];
    size_t len = 0;

    memcpy(c.region, f->region.hash, sizeof c.region);
    memcpy(c.partner, of->id, sizeof c.partner);
    memcpy(c.key, key, sizeof c.key);
    if (signer == NULL)
        signer = use == PROTO_USE_STAFF ? of->node_secret : of->root_secret;
    assert_err(proto_cert_make(&c, signer, data, sizeof data, &len), OK);
    assert_err(client_certs_add(p->h->n, x, data, len), OK);
    client_fixture_commit(x);
}

static void add_until(struct openings_played *p, enum proto_use use, const uint8_t key[32], uint64_t until_s)
{
    add_by(p, CJG, use, key, until_s, NULL);
}

static bool knows(struct openings_played *p, enum proto_use use, const uint8_t key[32], uint64_t at_s)
{
    struct proto_cert c;

    return client_certs_of_key(p->h->n, key, use, at_s, &c) == OK;
}

static size_t run(struct openings_played *p)
{
    struct vault_txn *x = client_fixture_begin(p->h->f, VO);
    size_t dropped = 99;

    assert_err(client_certs_end_run(p->h->n, x, &dropped), OK);
    client_fixture_commit(x);
    assert_err(client_certs_reload(p->h->n), OK);
    return dropped;
}

/* Three acts, of which the archive keeps the last alone as years go by. */
static void old_archive(struct openings_played *p)
{
    bool more = true;

    for (int i = 0; i < 3; i++)
        openings_played_act(p);
    p->h->n->openings->checked = 3;
    for (int i = 0; more && i < 5; i++) {
        struct vault_txn *x = client_fixture_begin(p->h->f, VO);

        assert_err(client_archive_end_run(p->h->n, x, p->h->f->now_s + YEARS(6), &more), OK);
        client_fixture_commit(x);
    }
}

static const uint8_t key[32] = {7}, other[32] = {8};

static void one_that_ended_before_all_that_is_kept_goes(void **state)
{
    struct openings_played *p = *state;

    add_until(p, PROTO_USE_HPKE, key, ended(p));
    assert_true(knows(p, PROTO_USE_HPKE, key, ended(p) - DAY_S));
    old_archive(p);
    assert_int_equal(run(p), 1);
    assert_false(knows(p, PROTO_USE_HPKE, key, ended(p) - DAY_S));
}

static void without_an_archive_nothing_goes(void **state)
{
    struct openings_played *p = *state;

    add_until(p, PROTO_USE_HPKE, key, ended(p));
    assert_int_equal(run(p), 0);
}

static void one_that_counted_at_the_oldest_act_stays(void **state)
{
    struct openings_played *p = *state;

    add_until(p, PROTO_USE_HPKE, key, p->h->f->now_s + DAY_S);
    old_archive(p);
    assert_int_equal(run(p), 0);
    assert_true(knows(p, PROTO_USE_HPKE, key, p->h->f->now_s - DAY_S));
}

/* A statement of a person, and all certificates of its key: which counted then is asked when it is judged. */
static void a_statement_needs_its_persons(void **state)
{
    struct openings_played *p = *state;
    struct client_fixture *f = p->h->f;
    struct proto_subject_id child = client_fixture_child(1);
    struct proto_statement s = client_fixture_say(f, PROTO_SAY_EVENT, CJG, &child, VO, NOBODY);
    const uint8_t *person = f->partner[CJG].staff_public[WORKER];
    struct vault_txn *x;

    memcpy(s.event, "VZM", 4);
    add_until(p, PROTO_USE_STAFF, person, ended(p));
    add_until(p, PROTO_USE_STAFF, person, ended(p) - 5 * DAY_S);
    add_until(p, PROTO_USE_STAFF, key, ended(p));
    client_fixture_keep(f, VO, &s);
    old_archive(p);
    assert_int_equal(run(p), 1);
    x = client_fixture_begin(f, VO);
    assert_err(client_vault_delete(x, CLIENT_T_STATEMENT, s.id, sizeof s.id), OK);
    client_fixture_commit(x);
    assert_int_equal(run(p), 2);
}

/* Cjg's node has a person below it whose statement is kept; another node of before has none. */
static void a_persons_needs_its_nodes(void **state)
{
    struct openings_played *p = *state;
    struct client_fixture *f = p->h->f;
    struct proto_subject_id child = client_fixture_child(1);
    struct proto_statement s = client_fixture_say(f, PROTO_SAY_EVENT, CJG, &child, VO, NOBODY);
    const uint8_t *person = f->partner[CJG].staff_public[WORKER], *node = f->partner[CJG].node_public;

    memcpy(s.event, "VZM", 4);
    add_until(p, PROTO_USE_NODE, node, ended(p));
    add_until(p, PROTO_USE_STAFF, person, ended(p));
    add_until(p, PROTO_USE_NODE, other, ended(p));
    client_fixture_keep(f, VO, &s);
    old_archive(p);
    assert_int_equal(run(p), 1);
    assert_true(knows(p, PROTO_USE_STAFF, person, ended(p) - DAY_S));
    assert_true(knows(p, PROTO_USE_NODE, node, ended(p) - DAY_S));
    assert_false(knows(p, PROTO_USE_NODE, other, ended(p) - DAY_S));
}

/* A node of before and its person: nothing needs them, and both go at once, for the person's goes first. */
static void a_node_goes_with_its_last_person(void **state)
{
    struct openings_played *p = *state;
    uint8_t node[32], secret[64];
    const uint8_t person[32] = {9};

    (void)crypto_sign_keypair(node, secret);
    add_until(p, PROTO_USE_NODE, node, ended(p));
    add_by(p, CJG, PROTO_USE_STAFF, person, ended(p), secret);
    old_archive(p);
    assert_int_equal(run(p), 2);
    assert_false(knows(p, PROTO_USE_NODE, node, ended(p) - DAY_S));
}

/* By the last of its own a partner is told since when nobody takes its word; its persons' go like all. */
static void the_partners_own_stay(void **state)
{
    struct openings_played *p = *state;
    const uint8_t person[32] = {9};

    add_by(p, VO, PROTO_USE_HPKE, key, ended(p), NULL);
    add_by(p, VO, PROTO_USE_STAFF, person, ended(p), NULL);
    old_archive(p);
    assert_int_equal(run(p), 1);
    assert_true(knows(p, PROTO_USE_HPKE, key, ended(p) - DAY_S));
    assert_false(knows(p, PROTO_USE_STAFF, person, ended(p) - DAY_S));
}

static void nothing_goes_under_a_legal_hold(void **state)
{
    struct openings_played *p = *state;

    add_until(p, PROTO_USE_HPKE, key, ended(p));
    old_archive(p);
    p->h->n->legal_hold = true;
    assert_int_equal(run(p), 0);
}

#define T(name) cmocka_unit_test_setup_teardown(name, openings_played_setup, openings_played_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(one_that_ended_before_all_that_is_kept_goes), T(without_an_archive_nothing_goes), T(one_that_counted_at_the_oldest_act_stays),
        T(a_statement_needs_its_persons), T(a_persons_needs_its_nodes), T(a_node_goes_with_its_last_person), T(the_partners_own_stay),
        T(nothing_goes_under_a_legal_hold),
    };

    return cmocka_run_group_tests_name("client/certs_end", tests, NULL, NULL);
}
