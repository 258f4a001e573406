/*
 * tests/support/client_fixture: partners of a made-up region, each with a real vault, keys and certificates, and the pack of the repository,
 * without network. The hub is played: what a node puts into its outbox is taken out, gets its receipt, and comes in at the addressee as
 * mail, through the same functions as in a running node but without a leaf's proof. A test that looks at one side only makes mail itself.
 * Any failure of the fixture fails the test.
 */
#ifndef TESTS_SUPPORT_CLIENT_FIXTURE_H
#define TESTS_SUPPORT_CLIENT_FIXTURE_H

#include "client/desk.h"
#include "client/node.h"
#include "client/statement.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Named by their kind; the handle is the same word. wijkteam may not hold citizen numbers. */
enum client_fixture_who { VO, LEERPLICHT, CJG, WIJKTEAM, VEILIG_THUIS, CLIENT_FIXTURE_PARTNERS, NOBODY };
/* Who is at work there: two persons with sessions of their own. */
enum client_fixture_person { WORKER, SECOND, CLIENT_FIXTURE_PERSONS };

enum { CLIENT_FIXTURE_BLOCKS = 256, DAY_S = 86400 };

struct client_fixture_partner {
    uint8_t id[PROTO_PARTNER_LEN], root_public[32], root_secret[64], node_public[32], node_secret[64], hpke_public[32], hpke_secret[32];
    uint8_t staff_public[CLIENT_FIXTURE_PERSONS][32], staff_secret[CLIENT_FIXTURE_PERSONS][64];
    struct client_session session[CLIENT_FIXTURE_PERSONS];
    bool open;
    struct client_node node;
};

struct client_fixture {
    char folder[64];
    struct policy_pack *pack;
    struct policy_texts *texts;
    struct proto_region region;
    struct client_fixture_partner partner[CLIENT_FIXTURE_PARTNERS];
    uint64_t now_s;                    /* leaf time: when the test began */
    uint64_t leaf;                     /* how many leaves there are */
    uint8_t leaf_origin;               /* which origin proves them; 0: rows of before that was noted */
    struct proto_rows rows;            /* the hub's answer to what comes next; count 0: a yes to every section */
    enum proto_refusal result;         /* the hub's answer: accepted, unless a test says otherwise */
    bool may_wait;                     /* mail that comes before what it is about is left for later */
    /* Of the last call. */
    cJSON *reply;
    struct trouble trouble;
    struct client_call last;
    uint8_t *block[CLIENT_FIXTURE_BLOCKS];  /* memory that lives as long as the fixture */
    size_t blocks;
};

/* Setup and teardown of a cmocka test; *state is the fixture. */
int client_fixture_open(void **state, const char *pack);
int client_fixture_close(void **state);
#ifdef SOURCE_DIR
static inline int client_fixture_setup(void **state)
{
    return client_fixture_open(state, SOURCE_DIR "/policy/packs/nl-jeugd");
}
#define client_fixture_test(f) cmocka_unit_test_setup_teardown(f, client_fixture_setup, client_fixture_close)
#endif

/* The partner's node; its vault is opened the first time. */
struct client_node *client_fixture_node(struct client_fixture *f, enum client_fixture_who who);
const struct proto_partner *client_fixture_partner(const struct client_fixture *f, enum client_fixture_who who);
/* It is of this kind from now on, in the eyes of all and its own. */
void client_fixture_kind(struct client_fixture *f, enum client_fixture_who who, const char *kind);
struct vault_txn *client_fixture_begin(struct client_fixture *f, enum client_fixture_who who);
void client_fixture_commit(struct vault_txn *x);
/* Memory of this size until the fixture is closed. */
uint8_t *client_fixture_memory(struct client_fixture *f, size_t len);

/* ---- children ---- */

/* Citizen number n (from 9999...) and the pseudonym that stands for it; known at who without asking the hub. */
void client_fixture_number(unsigned n, char out[10]);
struct proto_subject_id client_fixture_child(unsigned n);
struct proto_subject_id client_fixture_handle(unsigned n);
void client_fixture_know(struct client_fixture *f, enum client_fixture_who who, unsigned n);
/* "YYYY-MM-DD", so many years and days before now. */
void client_fixture_born(const struct client_fixture *f, int years, int days, char out[11]);
/* Write a section of the own record; content is JSON. */
void client_fixture_record(struct client_fixture *f, enum client_fixture_who who, const struct proto_subject_id *child, const char *section,
    const char *content);
/* ident with this birth date, guard with this custody. */
void client_fixture_person(struct client_fixture *f, enum client_fixture_who who, const struct proto_subject_id *child, const char *birth_date,
    const char *custody);
/* A case with this child, in which the partners of the list (ending with NOBODY) take part for a purpose. */
void client_fixture_case(struct client_fixture *f, enum client_fixture_who at, uint8_t n, const struct proto_subject_id *child, const char *purpose, ...);
/* Its id. */
void client_fixture_case_id(uint8_t n, uint8_t out[PROTO_ID_LEN]);

/* ---- statements ---- */

/* A statement about a child, made now, to the partners of the list (ending with NOBODY); a fresh id. */
struct proto_statement client_fixture_say(struct client_fixture *f, enum proto_statement_kind kind, enum client_fixture_who setter,
    const struct proto_subject_id *child, ...);
/* What is sealed to one of its addressees, JSON. In the order of the addressees. */
void client_fixture_seal(struct client_fixture *f, struct proto_statement *s, enum client_fixture_who to, const char *json);
/* The signed original by a person of the setter; of a status by its node. Lives as long as the fixture. */
struct proto_blob client_fixture_sign(struct client_fixture *f, struct proto_statement *s, enum client_fixture_person person);
/* Keep it at a partner as if it had come in (or, at its setter, gone out), with a leaf at leaf_s (0: not logged yet). */
void client_fixture_keep_at(struct client_fixture *f, enum client_fixture_who at, struct proto_statement *s, uint64_t leaf_s);
/* With a leaf of now. */
void client_fixture_keep(struct client_fixture *f, enum client_fixture_who at, struct proto_statement *s);

/* ---- mail and receipts ---- */

/* A message of a kind between two partners with a fresh id; the caller fills the rest. */
struct proto_msg client_fixture_msg(struct client_fixture *f, enum proto_kind kind, enum client_fixture_who from, enum client_fixture_who to);
/* It comes in at its addressee: as client/mail would apply it after verifying. Encoded and decoded on the way. */
enum err client_fixture_mail(struct client_fixture *f, const struct proto_msg *m);
/* The same of a statement, in a message of its own. */
enum err client_fixture_mail_said(struct client_fixture *f, struct proto_statement *s, enum client_fixture_who to);
/* The oldest act in who's outbox is answered with f->result and f->rows: receipt there, mail at the addressee if its node is open. False: none. */
bool client_fixture_hub_one(struct client_fixture *f, enum client_fixture_who who);
/* All outboxes until nothing is left. */
void client_fixture_hub(struct client_fixture *f);
/* How many acts of a kind wait in an outbox; *last (may be NULL) gets the newest, borrowed from the fixture. */
size_t client_fixture_waiting(struct client_fixture *f, enum client_fixture_who who, enum proto_kind kind, struct proto_msg *last);
/* Only the receipt, of a message that is in no outbox. */
enum err client_fixture_receipt(struct client_fixture *f, enum client_fixture_who who, const struct proto_msg *m);

/* ---- commands ---- */

/* Serve a command of casework as the node would; args is JSON without the command's name, ' for ". The reply is in f->reply. */
enum err client_fixture_call_as(struct client_fixture *f, enum client_fixture_who who, enum client_fixture_person person, const char *command,
    const char *args, ...) PRINTF_LIKE(5, 6);
#define client_fixture_call(f, who, ...) client_fixture_call_as(f, who, WORKER, __VA_ARGS__)
/* What the last call still does when its receipts are in; adds to f->reply. */
enum err client_fixture_finish(struct client_fixture *f);
/* As text. */
const char *client_fixture_reply(struct client_fixture *f);
/* A text of the reply, "" when it is not there. Borrowed from f->reply. */
const char *client_fixture_text(const struct client_fixture *f, const char *key);

/* The desk's row at a partner; fails the test when it is not there. */
struct client_desk client_fixture_desk(struct client_fixture *f, enum client_fixture_who who, const uint8_t id[PROTO_ID_LEN]);
void client_fixture_desk_put(struct client_fixture *f, enum client_fixture_who who, const struct client_desk *d);
/* Is there ciphertext under this id? */
bool client_fixture_has_share(struct client_fixture *f, enum client_fixture_who who, const uint8_t id[PROTO_ID_LEN]);
/* "att ident" as a sorted list; and the list as such words. */
struct proto_sections client_fixture_sections(const char *names);
/* The hub's answer about one section. */
void client_fixture_row(struct client_fixture *f, const char *section, uint8_t verdict, uint8_t reason, bool at_holder);

/* A failure prints the word. */
#define assert_state(d, expected) assert_string_equal(client_desk_state_name((d).state), client_desk_state_name(expected))

#endif
