/*
 * tests/fuzz/node_rows: a school's node with something in each table of its vault, made once: people, a case, statements, requests of both sides, what
 * came in, what waits to go out, an archive. Its clock and chance are those of tests/fuzz/same. Included once.
 */
#ifndef FUZZ_NODE_ROWS_H
#define FUZZ_NODE_ROWS_H

#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/same.h"
#include "tests/support/client_pair.h"

#include "client/archive.h"
#include "client/hublink_parts.h"
#include "client/pseudonym.h"
#include "client/waiting.h"

#include <unistd.h>

enum { START_S = 1800000000 };
#define PACK SOURCE_DIR "/policy/packs/nl-jeugd"

static struct { struct client_fixture *f; struct client_node *n; } node;

static void node_clean_up(void)
{
    void *state = node.f;

    client_pseudonyms_close(node.n->pseudonyms);
    FUZZ_HOLDS(client_fixture_close(&state) == 0);
}

/* It must come out as said, or the rows are not what they are thought to be. */
static void does(const char *command, const char *args)
{
    char number[10];
    enum err e;

    client_fixture_number(1, number);
    e = client_fixture_call(node.f, VO, command, "{'number':'%s',%s}", number, args);
    if (e != OK)
        (void)fprintf(stderr, "%s %s: %s %s\n", command, args, err_word(e), node.f->trouble.text);
    FUZZ_HOLDS(e == OK);
}

/* leerplicht asks, and what it was asked for it grants and hands over. */
static void with_leerplicht(void)
{
    struct client_fixture *f = node.f;
    struct pair p = pair_of(f, "att ident");
    struct proto_msg request;

    FUZZ_HOLDS(client_fixture_mail(f, &p.request) == OK);
    does("event.add", "'event':'VZM','to':'leerplicht','occurred':'2027-01-05'");
    does("objection.add", "'purpose':'att_followup','to':'leerplicht'");
    client_fixture_hub(f);
    does("request.new", "'to':'leerplicht','purpose':'att_followup','sections':'att','note':'why'");
    FUZZ_HOLDS(client_fixture_waiting(f, VO, PROTO_REQUEST, &request) == 1);
    client_fixture_hub(f);
    p.grant = client_fixture_msg(f, PROTO_GRANT, LEERPLICHT, VO);
    p.grant.head.subject = request.head.subject;
    memcpy(p.grant.head.case_id, request.head.case_id, PROTO_ID_LEN);
    memcpy(p.grant.head.purpose, request.head.purpose, sizeof request.head.purpose);
    memcpy(p.grant.refers, request.head.id, PROTO_ID_LEN);
    p.grant.sections = request.sections;
    p.grant.until_s = f->now_s + 30 * (uint64_t)DAY_S;
    (void)crypto_hash_sha256(p.grant.digest, payload, sizeof payload);
    sign_grant(f, LEERPLICHT, &p.grant, request.head.id);
    FUZZ_HOLDS(client_fixture_mail(f, &p.grant) == OK);
    p.release = client_fixture_msg(f, PROTO_RELEASE, LEERPLICHT, VO);
    p.release.head.subject = request.head.subject;
    memcpy(p.release.head.case_id, request.head.case_id, PROTO_ID_LEN);
    memcpy(p.release.head.purpose, request.head.purpose, sizeof request.head.purpose);
    memcpy(p.release.refers, p.grant.head.id, PROTO_ID_LEN);
    memcpy(p.release.digest, p.grant.digest, PROTO_HASH_LEN);
    p.release.payload = (struct proto_blob){ payload, sizeof payload };
    FUZZ_HOLDS(client_fixture_mail(f, &p.release) == OK);
}

/* Of an act that was fetched and one of before, of which only number and leaf are left. */
static void archive(void)
{
    static const uint8_t bytes[] = "signed bytes";
    struct client_archived a = { .number = 1, .index = 3, .time_s = START_S - DAY_S, .envelope = { bytes, sizeof bytes }, .proof = { bytes, sizeof bytes } };
    struct vault_txn *x = client_fixture_begin(node.f, VO);
    uint8_t hash[PROTO_HASH_LEN] = { 7 };
    char number[10];

    FUZZ_HOLDS(client_archive_put(x, &a) == OK);
    a.number = 2;
    a.time_s++;
    FUZZ_HOLDS(client_archive_put(x, &a) == OK && client_archive_spend(x, 1, hash, 1) == OK);
    client_fixture_number(9, number);
    FUZZ_HOLDS(client_waiting_put(node.n, x, number, CLIENT_WAITING_ASKED, NULL) == OK);
    client_fixture_commit(x);
}

static void node_open(void)
{
    struct proto_subject_id child;
    void *state = NULL;

    if (node.f != NULL)
        return;
    FUZZ_HOLDS(randombytes_set_implementation(&counted) == 0 && sodium_init() >= 0);
    if (access("/dev/shm", W_OK) == 0)
        (void)setenv("SCHAKEL_TEST_UNDER", "/dev/shm", 0);
    now_s = START_S;
    FUZZ_HOLDS(client_fixture_open(&state, PACK) == 0);
    node.f = state;
    node.n = client_fixture_node(node.f, VO);
    FUZZ_HOLDS(client_pseudonyms_open(node.n) == OK);
    child = client_fixture_child(1);
    client_fixture_know(node.f, VO, 1);
    client_fixture_person(node.f, VO, &child, "2012-01-01", "g1 g2");
    client_fixture_record(node.f, VO, &child, "att", "{\"days\":\"3\"}");
    client_fixture_case(node.f, VO, 1, &child, "att_followup", LEERPLICHT, NOBODY);
    with_leerplicht();
    archive();
    (void)atexit(node_clean_up);
}

#endif
