/*
 * tests/support/hub_fixture: the hub's handlers on a real store and the pack of the repository, without
 * network and signatures: acts come as the pool would give them. Every act is encoded and decoded on the way,
 * so a test cannot rest on a field that its kind does not have; and on a refusal the store must be byte for
 * byte what it was.
 */
#ifndef SUPPORT_HUB_FIXTURE_H
#define SUPPORT_HUB_FIXTURE_H

#include "hub/act.h"

enum { HUB_FIXTURE_ARENA = 1 << 20 };

/* The partners, named by their kind. VO2 is a second school of the same kind. */
enum hub_fixture_who { VO, VO2, LEERPLICHT, CJG, JGZ, SWV, WIJKTEAM, VEILIG_THUIS, SMW, HUB_FIXTURE_PARTNERS,
    NOBODY };

struct hub_fixture {
    char folder[64];
    struct kv *kv;
    struct kv_txn *x;               /* open all the time: one test is one round */
    struct policy_pack *pack;
    struct proto_region region;
    const struct proto_partner *who[HUB_FIXTURE_PARTNERS];
    struct hub_state state;
    uint64_t now_s;
    uint64_t made;                  /* how many ids were given out */
    uint64_t leaves;
    /* What the next statement or message is about; a test sets these and goes on. */
    uint8_t case_id[PROTO_ID_LEN];
    struct proto_subject_id subject;
    const char *purpose;
    struct hub_outcome out;         /* of the last act */
    uint8_t last[PROTO_ID_LEN];     /* its message id */
    uint8_t *arena;                 /* originals, as long as the fixture */
    size_t arena_len;
};

/*
 * Setup and teardown of a cmocka test; *state is the fixture. It starts on 2026-03-02 10:00 with child 1 and
 * no case.
 */
int hub_fixture_open(void **state, const char *pack);
int hub_fixture_close(void **state);
#ifdef SOURCE_DIR
static inline int hub_fixture_setup(void **state)
{
    return hub_fixture_open(state, SOURCE_DIR "/policy/packs/nl-jeugd");
}
#define hub_fixture_test(f) cmocka_unit_test_setup_teardown(f, hub_fixture_setup, hub_fixture_close)
#endif
/* A failure prints the words and not the numbers. */
#define assert_refusal(got, expected) \
    assert_string_equal(proto_refusal_name(got), proto_refusal_name(expected))

void hub_fixture_id(struct hub_fixture *f, uint8_t id[PROTO_ID_LEN]);
/* Child n; a case with number n (0: none). */
void hub_fixture_child(struct hub_fixture *f, uint8_t n);
void hub_fixture_case(struct hub_fixture *f, uint8_t n);
void hub_fixture_days(struct hub_fixture *f, int days);

/* "ident att" as a sorted list. */
struct proto_sections hub_fixture_sections(const char *names);
/* The list of statements that are relied on. */
struct proto_ids hub_fixture_ids(size_t n, ...);

/*
 * A statement by who, now, about what the fixture is about; its own fields are for the caller. Addressees end
 * with NOBODY.
 */
struct proto_statement hub_fixture_say(struct hub_fixture *f, enum hub_fixture_who who,
    enum proto_statement_kind kind, ...);
/* As the pool gives it, for a hub_act. person tells people (and so keys) of one partner apart. */
struct hub_said hub_fixture_said(struct hub_fixture *f, const struct proto_statement *s, enum proto_role role,
    uint8_t person);

/* A message, by a caseworker; its own fields are for the caller. NOBODY: to the hub alone. */
struct hub_act hub_fixture_act(struct hub_fixture *f, enum proto_kind kind, enum hub_fixture_who from,
    enum hub_fixture_who to);
/* Run it through its handler. */
enum proto_refusal hub_fixture_run(struct hub_fixture *f, const struct hub_act *a);

/* Send one statement to one addressee, by a caseworker or by somebody in this role. */
enum proto_refusal hub_fixture_tell(struct hub_fixture *f, const struct proto_statement *s,
    enum hub_fixture_who to);
enum proto_refusal hub_fixture_tell_as(struct hub_fixture *f, const struct proto_statement *s,
    enum hub_fixture_who to, enum proto_role role);
/* To all its addressees; fails the test if one is refused. */
void hub_fixture_tell_all(struct hub_fixture *f, const struct proto_statement *s);

/* Shorthands that fail the test if they are refused. */
struct proto_statement hub_fixture_event(struct hub_fixture *f, const char *event,
    enum hub_fixture_who setter, enum hub_fixture_who one, enum hub_fixture_who other);
struct proto_statement hub_fixture_consent(struct hub_fixture *f, enum hub_fixture_who setter,
    enum hub_fixture_who holder, enum hub_fixture_who receiver, const char *sections, uint64_t until_s);
/* A statement of this kind about another one. */
struct proto_statement hub_fixture_about(struct hub_fixture *f, enum hub_fixture_who who,
    enum proto_statement_kind kind, const struct proto_statement *s, enum hub_fixture_who to);
void hub_fixture_open_case(struct hub_fixture *f, enum hub_fixture_who opener, enum hub_fixture_who member);

/* A request; the outcome is in f->out. */
enum proto_refusal hub_fixture_request(struct hub_fixture *f, enum hub_fixture_who asker,
    enum hub_fixture_who holder, const char *sections);
/*
 * The answer to one section of the last act: "PERMIT R02", "DENY NOT_IN_MATRIX", "NEED_CONSENT R35"; "" when
 * it was not asked.
 */
const char *hub_fixture_answer(const struct hub_fixture *f, const char *section);

/* The payload of the release of a grant with this number, and its digest. */
struct proto_blob hub_fixture_release(uint8_t number, uint8_t digest[PROTO_HASH_LEN]);
/* An offer or a grant with its person's statement: refers is NULL for an offer. until_s as given. */
struct hub_act hub_fixture_grant(struct hub_fixture *f, enum hub_fixture_who from, enum hub_fixture_who to,
    const uint8_t *refers, const char *sections, uint64_t until_s);
/* Say the weighing, or the approval by that person, that goes with it. */
void hub_fixture_weigh(struct hub_fixture *f, struct hub_act *a, enum hub_fixture_who who);
void hub_fixture_approve(struct hub_fixture *f, struct hub_act *a, enum hub_fixture_who who, uint8_t person);

/* May the mail of this message still go, fetched now? */
bool hub_fixture_still(struct hub_fixture *f, enum proto_kind kind, const uint8_t id[PROTO_ID_LEN]);

#endif
