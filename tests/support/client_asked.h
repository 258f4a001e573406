/*
 * tests/support/client_asked: what the tests of client/facts share: a question to vo, and statements that bear on it. Vo holds, cjg asks for
 * youth_help_access, unless a test says otherwise.
 */
#ifndef TESTS_SUPPORT_CLIENT_ASKED_H
#define TESTS_SUPPORT_CLIENT_ASKED_H

#include "tests/support/client_fixture.h"

#include "client/facts.h"
#include "tests/support/check.h"

#include <stdio.h>

struct asked {
    struct client_question q;
    struct client_facts f;
};

static inline struct asked *question(struct client_fixture *f)
{
    struct asked *a = (void *) client_fixture_memory(f, sizeof *a);

    a->q = (struct client_question) {.child = client_fixture_child(1), .asker = client_fixture_partner(f, CJG), .holder = client_fixture_partner(f, VO),
        .purpose = "youth_help_access", .now_s = f->now_s};
    (void) client_fixture_node(f, VO);
    return a;
}

static inline void collect(struct client_fixture *f, struct asked *a)
{
    struct vault_txn *x = client_fixture_begin(f, VO);

    assert_err(client_facts_collect(client_fixture_node(f, VO), x, &a->q, &a->f), OK);
    client_vault_abort(x);
}

static inline bool has_event(struct client_fixture *f, struct asked *a, const char *event)
{
    collect(f, a);
    return (a->f.base.events >> policy_pack_find(f->pack, POLICY_SET_EVENTS, event) & 1) != 0;
}

static inline bool could_be_ticked(struct client_fixture *f, const struct asked *a, const char *event)
{
    return (a->f.base.unticked >> policy_pack_find(f->pack, POLICY_SET_EVENTS, event) & 1) != 0;
}

static inline struct proto_statement event(struct client_fixture *f, const char *name, enum client_fixture_who setter, enum client_fixture_who one,
    enum client_fixture_who two)
{
    struct proto_subject_id child = client_fixture_child(1);
    struct proto_statement s = client_fixture_say(f, PROTO_SAY_EVENT, setter, &child, one, two, NOBODY);

    (void) snprintf(s.event, sizeof s.event, "%s", name);
    s.occurred_s = f->now_s - DAY_S;
    return s;
}

static inline struct proto_statement end_of(struct client_fixture *f, const struct proto_statement *s, enum proto_statement_kind kind,
    enum client_fixture_who setter, enum client_fixture_who one, enum client_fixture_who two)
{
    struct proto_statement end = client_fixture_say(f, kind, setter, &s->subject, one, two, NOBODY);

    memcpy(end.refers, s->id, sizeof end.refers);
    memcpy(end.purpose, s->purpose, sizeof end.purpose);
    return end;
}

/* Fourteen years old, with two parents. */
static inline void fourteen(struct client_fixture *f)
{
    struct proto_subject_id child = client_fixture_child(1);
    char born[11];

    client_fixture_born(f, 14, 100, born);
    client_fixture_person(f, VO, &child, born, "g1 g2");
}

static inline struct proto_statement consent(struct client_fixture *f, enum client_fixture_who setter, const char *said)
{
    enum client_fixture_who other = setter == VO ? CJG : VO;
    struct proto_subject_id child = client_fixture_child(1);
    struct proto_statement s = client_fixture_say(f, PROTO_SAY_CONSENT, setter, &child, other, setter == VO || setter == CJG ? NOBODY : CJG, NOBODY);

    memcpy(s.holder, f->partner[VO].id, sizeof s.holder);
    memcpy(s.receiver, f->partner[CJG].id, sizeof s.receiver);
    (void) snprintf(s.purpose, sizeof s.purpose, "youth_help_access");
    s.code = PROTO_CONSENT_PROCESSING;
    s.sections = client_fixture_sections("need own_words");
    s.until_s = f->now_s + 90 * (uint64_t) DAY_S;
    if (setter != VO && said != NULL)
        client_fixture_seal(f, &s, VO, said);
    return s;
}

/* Own notes of what the family said, as client/do_consent keeps them. */
static inline void note(struct client_fixture *f, const struct proto_statement *s, const char *said)
{
    struct vault_txn *x = client_fixture_begin(f, VO);

    assert_err(client_vault_put(x, CLIENT_T_DRAFT, s->id, PROTO_ID_LEN, said, strlen(said)), OK);
    client_fixture_commit(x);
}

#define ALL "{\"yes\":\"y,g1,g2\",\"no\":\"\"}"

#endif
