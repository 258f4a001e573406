/*
 * client/mail: what comes before that which it is about waits, while a number before it is not stored: a hub or a gate that keeps a grant back for a
 * moment, or changes it, must not make its release go lost.
 */
#include "tests/support/client_pair.h"

#include "client/archive.h"

/* Every number up to the next mail's is there. */
static void fill_archive(struct client_fixture *f, enum client_fixture_who who)
{
    struct vault_txn *x = client_fixture_begin(f, who);
    uint8_t envelope[] = {1};

    for (uint64_t at = 1; at < f->leaf; at++) {
        struct client_archived a = {.number = at, .direction = CLIENT_SENT, .kind = PROTO_CANCEL, .index = at - 1, .time_s = f->now_s,
            .envelope = {envelope, sizeof envelope}, .proof = {envelope, sizeof envelope}};
        assert_err(client_archive_put(x, &a), OK);
    }
    client_fixture_commit(x);
}

static void a_release_waits_for_its_grant(void **state)
{
    struct client_fixture *f = *state;
    struct pair p = pair_of(f, "att");

    asked(f, &p);
    f->may_wait = true;
    f->leaf = 7;
    assert_err(client_fixture_mail(f, &p.release), ERR_BUSY);
    assert_err(client_fixture_mail(f, &p.grant), OK);
    assert_err(client_fixture_mail(f, &p.release), OK);
    assert_state(client_fixture_desk(f, LEERPLICHT, p.request.head.id), CLIENT_DESK_ARRIVED);
}

static void a_cancellation_waits_for_its_request(void **state)
{
    struct client_fixture *f = *state;
    struct pair p = pair_of(f, "att");
    struct proto_msg cancel = client_fixture_msg(f, PROTO_CANCEL, LEERPLICHT, VO);

    about(f, &cancel);
    memcpy(cancel.refers, p.request.head.id, PROTO_ID_LEN);
    f->may_wait = true;
    f->leaf = 7;
    assert_err(client_fixture_mail(f, &cancel), ERR_BUSY);
    assert_err(client_fixture_mail(f, &p.request), OK);
    assert_err(client_fixture_mail(f, &cancel), OK);
    assert_state(client_fixture_desk(f, VO, p.request.head.id), CLIENT_DESK_CANCELLED);
}

/* Else a hub that turned the two round would have the receiver read what its holder ended. */
static void a_taking_back_waits_for_its_offer(void **state)
{
    struct client_fixture *f = *state;
    struct proto_msg offer = client_fixture_msg(f, PROTO_OFFER, VO, LEERPLICHT), ended;

    about(f, &offer);
    offer.sections = client_fixture_sections("att");
    offer.until_s = f->now_s + 30 * (uint64_t)DAY_S;
    crypto_hash_sha256(offer.digest, payload, sizeof payload);
    sign_grant(f, VO, &offer, offer.head.id);
    ended = answer_to(f, PROTO_REFUSE, VO, LEERPLICHT, offer.head.id, PROTO_REFUSE_TAKEN_BACK);
    f->may_wait = true;
    f->leaf = 7;
    assert_err(client_fixture_mail(f, &ended), ERR_BUSY);
    assert_err(client_fixture_mail(f, &offer), OK);
    assert_err(client_fixture_mail(f, &ended), OK);
    assert_state(client_fixture_desk(f, LEERPLICHT, offer.head.id), CLIENT_DESK_WITHDRAWN);
}

/* Nothing is missing: the grant never was. */
static void without_a_gap_it_is_dropped(void **state)
{
    struct client_fixture *f = *state;
    struct pair p = pair_of(f, "att");

    asked(f, &p);
    f->may_wait = true;
    f->leaf = 7;
    fill_archive(f, LEERPLICHT);
    assert_ignored(f, LEERPLICHT, &p.release, p.request.head.id);
}

static void when_it_may_wait_no_longer_it_is_dropped(void **state)
{
    struct client_fixture *f = *state;
    struct pair p = pair_of(f, "att");

    asked(f, &p);
    f->leaf = 7;
    assert_ignored(f, LEERPLICHT, &p.release, p.request.head.id);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        client_fixture_test(a_release_waits_for_its_grant),
        client_fixture_test(a_cancellation_waits_for_its_request),
        client_fixture_test(a_taking_back_waits_for_its_offer),
        client_fixture_test(without_a_gap_it_is_dropped),
        client_fixture_test(when_it_may_wait_no_longer_it_is_dropped),
    };

    return cmocka_run_group_tests_name("client/mail, early", tests, NULL, NULL);
}
