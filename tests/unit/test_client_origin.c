/* client/origin: the log goes on under another origin: what a node has seen of the old one, and what it believes of the new one (P-193, P-194). */
#include "tests/support/heads_played.h"

#include "client/archive.h"
#include "client/distrust.h"
#include "client/outbox.h"

static const char *status(struct hub_played *h, char text[640])
{
    cJSON *obj = cJSON_CreateObject();
    const char *said = "";

    client_origin_status(h->n, LANG_EN, obj);
    if (json_text(obj, "log_lost", &said) != OK)
        said = "";
    (void)snprintf(text, 640, "%s", said);
    cJSON_Delete(obj);
    return text;
}

/* What it has seen was kept: the new log must extend it, as the old one had to. */
static void who_saw_less_than_was_kept_goes_on_from_there(void **state)
{
    struct hub_played *h = *state;
    char text[640];

    has_seen(h, 90, 9);
    assert_string_equal(status(h, text), "");
    change(h, 120, 1, 100, 2);
    assert_int_equal(h->n->link->checked.size, 90);
    assert_int_equal(h->n->link->checked.root[0], 9);
    assert_int_equal(h->n->link->seen_more, 0);
    assert_true(client_link_is_trusted(h->n));
    assert_non_null(strstr(status(h, text), "of 120 leaves 100 are kept"));
}

static void who_saw_what_was_lost_goes_on_from_what_is_kept(void **state)
{
    struct hub_played *h = *state;

    has_seen(h, 110, 9);
    h->n->link->other_count = 1;
    change(h, 120, 1, 100, 2);
    assert_int_equal(h->n->link->checked.size, 100);
    assert_int_equal(h->n->link->checked.root[0], 2);
    assert_int_equal(h->n->link->newest.size, 100);
    assert_int_equal(h->n->link->other_count, 0);
    assert_int_equal(h->n->link->seen_more, 0);
    assert_true(client_link_is_trusted(h->n));
}

static void who_saw_more_than_was_named_says_so(void **state)
{
    struct hub_played *h = *state;
    char text[640];

    has_seen(h, 130, 9);
    change(h, 120, 1, 100, 2);
    assert_int_equal(h->n->link->seen_more, 130);
    assert_non_null(strstr(status(h, text), "NAMED 120 LEAVES"));
    assert_non_null(strstr(text, "HAS SEEN 130"));
    assert_int_equal(h->n->link->checked.size, 100);
    /* After a restart too, and once. */
    h->n->link->origins = 0;
    h->n->link->seen_more = 0;
    assert_err(client_origin_load(h->n), OK);
    assert_int_equal(h->n->link->origins, 1);
    assert_int_equal(h->n->link->seen_more, 130);
}

/* What two partners name is not what the log showed here: the old log told two stories. */
static void another_root_of_what_was_seen_stops_disclosures(void **state)
{
    struct hub_played *h = *state;

    has_seen(h, 120, 9);
    change(h, 120, 1, 100, 2);
    assert_false(client_link_is_trusted(h->n));
    assert_true(h->n->link->for_ever);
}

static void restart(struct hub_played *h)
{
    struct client_hublink *l = h->n->link;

    l->forked = l->for_ever = l->by_word = false;
    assert_err(client_heads_load(h->n), OK);
}

/* Nobody at the hub can always check what two partners name: it is their word, and a person lifts what it stopped. */
static void a_word_about_what_was_seen_is_no_proof(void **state)
{
    struct hub_played *h = *state;
    struct vault_txn *x;
    char text[512];

    has_seen(h, 120, 9);
    change(h, 120, 1, 100, 2);
    for (int i = 0; i < 2; i++) {
        assert_false(client_link_is_trusted(h->n));
        assert_true(h->n->link->by_word);
        assert_non_null(strstr(client_distrust_text(h->n, LANG_EN, text, sizeof text), "TWO PARTNERS NAMED ANOTHER ROOT"));
        /* Neither the hub's proof of the new log nor a restart ends it. */
        client_heads_resume(h->n);
        restart(h);
    }
    x = client_fixture_begin(h->f, VO);
    assert_err(client_heads_accept(h->n, x), OK);
    client_fixture_commit(x);
    assert_true(client_link_is_trusted(h->n));
    restart(h);
    assert_true(client_link_is_trusted(h->n));
    assert_false(h->n->link->by_word);
}

static void a_proof_takes_the_place_of_a_word(void **state)
{
    struct hub_played *h = *state;

    has_seen(h, 120, 9);
    change(h, 120, 1, 100, 2);
    client_heads_stop(h->n, true, "two-roots-of-one-size");
    assert_false(h->n->link->by_word);
    client_heads_stop(h->n, true, CLIENT_HEADS_BY_WORD);
    assert_false(h->n->link->by_word);
    restart(h);
    assert_true(h->n->link->for_ever);
    assert_false(h->n->link->by_word);
}

static void another_root_of_what_is_kept_stops_disclosures(void **state)
{
    struct hub_played *h = *state;

    has_seen(h, 100, 9);
    change(h, 120, 1, 100, 2);
    assert_true(h->n->link->for_ever);
    assert_false(h->n->link->by_word);
}

static void the_same_roots_do_not(void **state)
{
    struct hub_played *h = *state;

    has_seen(h, 120, 1);
    change(h, 120, 1, 100, 2);
    assert_true(client_link_is_trusted(h->n));
}

/* That the hub no longer showed what it had signed is explained now; a contradiction is not. */
static void what_stopped_until_it_is_shown_again_goes_on(void **state)
{
    struct hub_played *h = *state;

    has_seen(h, 110, 9);
    client_heads_stop(h->n, false, "log-is-shorter-than-cosigned");
    assert_false(client_link_is_trusted(h->n));
    change(h, 120, 1, 100, 2);
    assert_true(client_link_is_trusted(h->n));
    client_heads_stop(h->n, true, "two-roots-of-one-size");
    change(h, 130, 1, 110, 2);
    assert_false(client_link_is_trusted(h->n));
}

/* ---- what was named is proven ---- */

/* An act of this node is archived with its receipt; then it has seen 10 leaves more, and they are lost but for 5. Gives the receipt's head. */
static struct proto_merkle_head sees_and_loses(struct hub_played *h, bool named_falsely)
{
    struct proto_msg m = client_fixture_msg(h->f, PROTO_CANCEL, VO, LEERPLICHT);
    struct vault_txn *x = client_fixture_begin(h->f, VO);
    struct proto_origin o = {.at_s = clock_now_s()};
    struct proto_merkle_head archived;

    memset(m.head.id, 0, sizeof m.head.id);
    m.refers[0] = 1;
    assert_err(client_outbox_put(h->n, x, &m, NULL, NULL), OK);
    client_fixture_commit(x);
    hub_played_log(h, hub_played_wait(h, PROTO_CANCEL), PROTO_ACCEPTED);
    hub_played_turn(h, 100);
    archived = witness_sample_head(&h->log, h->log.size);
    assert_int_equal(h->n->link->newest.size, archived.size);
    log_sample_fill(&h->log, 10);
    h->n->link->checked = h->n->link->newest = o.seen = witness_sample_head(&h->log, h->log.size);
    o.kept = witness_sample_head(&h->log, archived.size + 5);
    o.kept.root[0] ^= named_falsely;
    h->n->link->other_count = 0;
    proto_region_log_change(&h->n->region, &o);
    client_origin_step(h->n);
    assert_memory_equal(&h->n->link->checked, &archived, sizeof archived);
    assert_memory_equal(&h->n->link->newest, &o.kept, sizeof o.kept);
    assert_true(client_link_is_trusted(h->n));
    return archived;
}

static void what_was_kept_must_extend_what_is_archived(void **state)
{
    struct hub_played *h = *state;
    struct proto_merkle_head archived = sees_and_loses(h, false);

    prove(h, asked_to_prove(h, archived.size, archived.size + 5));
    assert_true(client_link_is_trusted(h->n));
    assert_int_equal(h->n->link->checked.size, archived.size + 5);
}

static void a_false_root_of_what_was_kept_stops(void **state)
{
    struct hub_played *h = *state;
    struct proto_merkle_head archived = sees_and_loses(h, true);

    prove(h, asked_to_prove(h, archived.size, archived.size + 5));
    assert_false(client_link_is_trusted(h->n));
    assert_true(h->n->link->for_ever);
}

/* The row that would say what was seen before: one byte of it is another. */
static void damage_archived(struct hub_played *h)
{
    const uint8_t key[8] = {0, 0, 0, 0, 0, 0, 0, (uint8_t)h->number};
    struct vault_txn *x = client_fixture_begin(h->f, VO);
    struct client_archived a = {0};
    uint8_t *memory = NULL, *envelope;

    assert_err(client_archive_get(x, h->number, &a, &memory), OK);
    envelope = check_exact(a.envelope.data, a.envelope.len);
    envelope[a.envelope.len - 1] ^= 1;
    a.envelope.data = envelope;
    assert_err(client_vault_delete(x, CLIENT_T_ARCHIVE, key, sizeof key), OK);
    assert_err(client_archive_put(x, &a), OK);
    client_fixture_commit(x);
    free(envelope);
    free(memory);
}

static void a_damaged_receipt_does_not_keep_it_from_going_on(void **state)
{
    struct hub_played *h = *state;
    struct proto_msg m = client_fixture_msg(h->f, PROTO_CANCEL, VO, LEERPLICHT);
    struct vault_txn *x = client_fixture_begin(h->f, VO);

    memset(m.head.id, 0, sizeof m.head.id);
    m.refers[0] = 1;
    assert_err(client_outbox_put(h->n, x, &m, NULL, NULL), OK);
    client_fixture_commit(x);
    hub_played_log(h, hub_played_wait(h, PROTO_CANCEL), PROTO_ACCEPTED);
    hub_played_turn(h, 100);
    damage_archived(h);
    has_seen(h, 110, 9);
    change(h, 120, 1, 100, 2);
    assert_int_equal(h->n->link->checked.size, 100);
    assert_int_equal(h->n->link->checked.root[0], 2);
    assert_true(client_link_is_trusted(h->n));
}

/* Signed, and not compared yet when leaves behind it were lost. */
static void what_was_signed_of_what_is_kept_is_compared_still(void **state)
{
    struct hub_played *h = *state;
    struct client_hublink *l = h->n->link;

    l->checked = head(80, 9);
    l->newest = head(90, 8);
    l->other[0] = (struct link_head){.head = head(70, 7)};
    l->other[1] = (struct link_head){.head = head(105, 7)};
    l->other_count = 2;
    change(h, 120, 1, 100, 2);
    assert_int_equal(l->checked.size, 80);
    assert_int_equal(l->newest.size, 100);
    assert_int_equal(l->other_count, 2);
    assert_int_equal(l->other[0].head.size, 70);
    assert_int_equal(l->other[1].head.size, 90);
    assert_int_equal(l->other[1].head.root[0], 8);
}

/* ---- receipts ---- */

static enum err check_origin_of(struct hub_played *h, const char *first_line)
{
    char text[256];

    (void)snprintf(text, sizeof text, "%s\n", first_line);
    return client_origin_check(h->n, (struct proto_blob){(const uint8_t *)text, strlen(text)});
}

static void nothing_new_is_believed_under_an_old_origin(void **state)
{
    struct hub_played *h = *state;
    char first[PROTO_VKEY_MAX], second[PROTO_VKEY_MAX + 2], third[PROTO_VKEY_MAX + 2];

    (void)snprintf(first, sizeof first, "%s", h->n->region.log_origin);
    (void)snprintf(second, sizeof second, "%s/2", first);
    (void)snprintf(third, sizeof third, "%s/3", first);
    assert_err(check_origin_of(h, first), OK);
    /* The hub is ahead: the registry will say why, or never. */
    assert_err(check_origin_of(h, second), ERR_BUSY);
    assert_err(check_origin_of(h, "other.log"), ERR_SIGNATURE);
    change(h, 120, 1, 100, 2);
    assert_err(check_origin_of(h, first), ERR_SIGNATURE);
    assert_err(check_origin_of(h, second), OK);
    assert_err(check_origin_of(h, third), ERR_BUSY);
}

/* A proof of the log under its next origin fits nothing that was seen under this one: no lie, if the registry says why; no trust until it does. */
static void a_proof_of_a_later_origin_waits_for_the_registry(void **state)
{
    struct hub_played *h = *state;
    const struct proto_merkle_proof none = {.count = 0};

    has_seen(h, 90, 9);
    h->n->link->newest = head(110, 8);
    prove_under(h, asked_to_prove(h, 90, 110), "/2", &none);
    assert_false(client_link_is_trusted(h->n));
    assert_false(h->n->link->for_ever);
    change(h, 120, 1, 100, 2);
    assert_true(client_link_is_trusted(h->n));
    assert_int_equal(h->n->link->checked.size, 90);
}

static void what_was_said_before_is_no_doubt(void **state)
{
    struct hub_played *h = *state;

    assert_false(client_origin_is_before(h->n, 0));
    change(h, 120, 1, 100, 2);
    assert_true(client_origin_is_before(h->n, clock_now_s() - 60));
    assert_true(client_origin_is_before(h->n, clock_now_s() + 60));
    assert_false(client_origin_is_before(h->n, clock_now_s() + 3600));
}

/* It was away when the log went on under another origin, long ago: what it has seen was there, and is lost. */
static void who_saw_what_was_lost_is_not_doubted(void **state)
{
    struct hub_played *h = *state;
    const struct proto_partner *other = proto_region_partner(&h->n->region, h->f->partner[LEERPLICHT].id);
    const struct proto_merkle_head lost = head(110, 9), last = head(120, 9), larger = head(121, 9), kept = head(100, 9);

    has_seen(h, 105, 3);
    change(h, 120, 1, 100, 2);
    client_heads_other(h->n, other, lost.size, lost.root);
    client_heads_other(h->n, other, last.size, last.root);
    /* Nor later, when the new log is as large, and cannot extend it. */
    has_seen(h, 130, 3);
    client_heads_other(h->n, other, lost.size, lost.root);
    assert_int_equal(h->n->link->other_count, 0);
    assert_false(client_distrust_has(h->n, other->id));
    has_seen(h, 100, 2);
    client_heads_other(h->n, other, larger.size, larger.root);
    assert_true(client_distrust_has(h->n, other->id));
    other = proto_region_partner(&h->n->region, h->f->partner[CJG].id);
    client_heads_other(h->n, other, kept.size, kept.root);
    assert_true(client_distrust_has(h->n, other->id));
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, hub_played_teardown)
    static const struct CMUnitTest tests[] = {
        T(who_saw_less_than_was_kept_goes_on_from_there), T(who_saw_what_was_lost_goes_on_from_what_is_kept),
        T(who_saw_more_than_was_named_says_so), T(another_root_of_what_was_seen_stops_disclosures),
        T(another_root_of_what_is_kept_stops_disclosures), T(the_same_roots_do_not), T(what_stopped_until_it_is_shown_again_goes_on),
        T(a_word_about_what_was_seen_is_no_proof), T(a_proof_takes_the_place_of_a_word),
        T(nothing_new_is_believed_under_an_old_origin), T(what_was_said_before_is_no_doubt),
        T(a_proof_of_a_later_origin_waits_for_the_registry),
        T(what_was_kept_must_extend_what_is_archived), T(a_false_root_of_what_was_kept_stops),
        T(a_damaged_receipt_does_not_keep_it_from_going_on),
        T(what_was_signed_of_what_is_kept_is_compared_still),
        T(who_saw_what_was_lost_is_not_doubted),
    };

    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
