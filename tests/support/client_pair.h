/*
 * tests/support/client_pair: what the tests of client/desk_mail share: a request of leerplicht to vo, its grant and the release, ready to come in,
 * and that something is ignored: the row stays byte for byte what it was.
 */
#ifndef TESTS_SUPPORT_CLIENT_PAIR_H
#define TESTS_SUPPORT_CLIENT_PAIR_H

#include "tests/support/client_fixture.h"

#include "tests/support/check.h"

#include <sodium.h>
#include <stdio.h>

static const uint8_t payload[] = "sealed bytes";

struct pair {
    struct proto_msg request, grant, release;
};

static inline void about(struct client_fixture *f, struct proto_msg *m)
{
    (void) f;
    client_fixture_case_id(1, m->head.case_id);
    m->head.subject = client_fixture_child(1);
    memcpy(m->head.purpose, "att_followup", 13);
}

/* The person's statement that goes with an offer or a grant. */
static inline struct proto_statement person_grant(struct client_fixture *f, enum client_fixture_who from, const struct proto_msg *m,
    const uint8_t refers[PROTO_ID_LEN])
{
    struct proto_statement s = client_fixture_say(f, PROTO_SAY_GRANT, from, &m->head.subject, NOBODY);

    memcpy(s.case_id, m->head.case_id, sizeof s.case_id);
    memcpy(s.purpose, m->head.purpose, sizeof s.purpose);
    memcpy(s.refers, refers, sizeof s.refers);
    memcpy(s.receiver, m->head.to, sizeof s.receiver);
    memcpy(s.digest, m->digest, sizeof s.digest);
    s.sections = m->sections;
    s.until_s = m->until_s;
    return s;
}

static inline void sign_grant(struct client_fixture *f, enum client_fixture_who from, struct proto_msg *m, const uint8_t refers[PROTO_ID_LEN])
{
    struct proto_statement s = person_grant(f, from, m, refers);

    m->original = client_fixture_sign(f, &s, WORKER);
}

/* A request by leerplicht, its grant by vo and the release, each ready to come in. */
static inline struct pair pair_of(struct client_fixture *f, const char *sections)
{
    struct pair p = {.request = client_fixture_msg(f, PROTO_REQUEST, LEERPLICHT, VO), .grant = client_fixture_msg(f, PROTO_GRANT, VO, LEERPLICHT),
        .release = client_fixture_msg(f, PROTO_RELEASE, VO, LEERPLICHT)};

    about(f, &p.request);
    about(f, &p.grant);
    about(f, &p.release);
    p.request.sections = p.grant.sections = client_fixture_sections(sections);
    memcpy(p.grant.refers, p.request.head.id, PROTO_ID_LEN);
    p.grant.until_s = f->now_s + 30 * (uint64_t) DAY_S;
    crypto_hash_sha256(p.grant.digest, payload, sizeof payload);
    sign_grant(f, VO, &p.grant, p.request.head.id);
    memcpy(p.release.refers, p.grant.head.id, PROTO_ID_LEN);
    memcpy(p.release.digest, p.grant.digest, PROTO_HASH_LEN);
    p.release.payload = (struct proto_blob) {payload, sizeof payload};
    return p;
}

/* The asker's row of a request that the hub let pass. */
static inline void asked(struct client_fixture *f, const struct pair *p)
{
    struct client_desk d = {.mine = true, .state = CLIENT_DESK_WAITING, .child = client_fixture_child(1),
        .child_there = client_fixture_child(1), .sections = p->request.sections};

    memcpy(d.id, p->request.head.id, sizeof d.id);
    memcpy(d.other, f->partner[VO].id, sizeof d.other);
    memcpy(d.case_id, p->request.head.case_id, sizeof d.case_id);
    memcpy(d.purpose, p->request.head.purpose, sizeof d.purpose);
    d.until_s = p->request.head.valid_until_s;
    client_fixture_desk_put(f, LEERPLICHT, &d);
}

/* It changed nothing at all. */
static inline void assert_ignored(struct client_fixture *f, enum client_fixture_who at, const struct proto_msg *m, const uint8_t row[PROTO_ID_LEN])
{
    struct client_desk before = client_fixture_desk(f, at, row), after;
    bool share = client_fixture_has_share(f, at, row);

    assert_err(client_fixture_mail(f, m), OK);
    after = client_fixture_desk(f, at, row);
    assert_memory_equal(&after, &before, sizeof after);
    assert_int_equal(client_fixture_has_share(f, at, row), share);
}

static inline bool is_there(struct client_fixture *f, enum client_fixture_who at, const uint8_t id[PROTO_ID_LEN])
{
    struct vault_txn *x = client_fixture_begin(f, at);
    struct client_desk d;
    enum err e = client_desk_get(x, id, &d);

    client_vault_abort(x);
    return e == OK;
}

static inline struct proto_msg answer_to(struct client_fixture *f, enum proto_kind kind, enum client_fixture_who from, enum client_fixture_who to,
    const uint8_t refers[PROTO_ID_LEN], uint8_t code)
{
    struct proto_msg m = client_fixture_msg(f, kind, from, to);

    about(f, &m);
    memcpy(m.refers, refers, sizeof m.refers);
    m.code = code;
    return m;
}

#endif
