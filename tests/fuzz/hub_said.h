/*
 * tests/fuzz/hub_said: a school's node between a hub and a keyholder that the target speaks for (tests/fuzz/wire_said), as it starts; the right answer
 * to each of its questions; and its vault as it was before, after a run. Included once.
 */
#ifndef FUZZ_HUB_SAID_H
#define FUZZ_HUB_SAID_H

#include "tests/fuzz/same.h"
#include "tests/fuzz/wire_said.h"
#include "tests/support/check.h"
#include "tests/support/client_fixture.h"
#include "tests/support/log_sample.h"
#include "tests/support/witness_sample.h"

#include "base/rd.h"
#include "base/wr.h"
#include "client/archive.h"
#include "client/certs.h"
#include "client/fetched.h"
#include "client/hublink_parts.h"
#include "client/keyfile.h"
#include "client/keylink.h"
#include "client/officer.h"
#include "client/openings_parts.h"
#include "client/pseudonym.h"
#include "client/registry.h"
#include "client/verify.h"
#include "client/waiting.h"
#include "client/witness_parts.h"
#include "proto/oprf.h"
#include "proto/pseudonym.h"
#include "proto/tlog.h"

#include <sys/stat.h>
#include <unistd.h>

enum { OPENED = 32 };
enum { START_S = 1800000000, LEAVES = 8, PAYLOAD_MAX = 16384, CHILD = 7, US = 0 };
#define PACK SOURCE_DIR "/policy/packs/nl-jeugd"

static const uint8_t hub_share[32] = { 3 }, keyholder_share[32] = { 5 }, joint[32] = { 8 };

static struct {
    struct client_fixture *f;
    struct client_node *n;
    struct log_sample log, log_before;
    struct witness_sample witnesses;
    struct client_node before;
    size_t blocks;                      /* of the fixture, before a run */
    uint64_t number;                    /* running number of the node's last leaf */
    unsigned mails;                     /* that the hub has for it */
    struct proto_opening opening[OPENED];   /* of each of the first leaves, by number */
    struct proto_subject_id pseudonym;  /* of CHILD */
    uint8_t officer_public[32], officer_secret[32];
    uint8_t payload[PAYLOAD_MAX];
    size_t len;
} w;

/* ---- the vault as it was ---- */

enum { ROWS = 128, ROW_MAX = 4096 };
static const enum client_table kept_tables[] = { CLIENT_T_META, CLIENT_T_PERSON, CLIENT_T_SUBJECT, CLIENT_T_OUTBOX, CLIENT_T_ARCHIVE, CLIENT_T_CERT,
    CLIENT_T_WAITING, CLIENT_T_OPENING, CLIENT_T_REGISTRY, CLIENT_T_CASE, CLIENT_T_STATEMENT, CLIENT_T_REQUEST };
enum { TABLES = sizeof kept_tables / sizeof *kept_tables };

struct row { enum client_table table; uint8_t key[64], value[ROW_MAX]; size_t key_len, len; };
static struct { struct row row[ROWS]; size_t count; enum client_table table; } vault, now;

static bool take_row(void *arg, const uint8_t *key, size_t key_len, const uint8_t *value, size_t len)
{
    struct row *r = &now.row[now.count];

    (void)arg;
    FUZZ_HOLDS(now.count < ROWS && key_len <= sizeof r->key && len <= sizeof r->value);
    *r = (struct row){ .table = now.table, .key_len = key_len, .len = len };
    memcpy(r->key, key, key_len);
    if (len != 0)
        memcpy(r->value, value, r->len);
    now.count++;
    return true;
}

static void read_vault(struct vault_txn *x)
{
    now.count = 0;
    for (size_t i = 0; i < TABLES; i++) {
        now.table = kept_tables[i];
        FUZZ_HOLDS(client_vault_walk(x, now.table, NULL, 0, take_row, NULL) == OK);
    }
}

static void restore_vault(void)
{
    struct vault_txn *x = client_fixture_begin(w.f, VO);

    read_vault(x);
    for (size_t i = 0; i < now.count; i++)
        FUZZ_HOLDS(client_vault_delete(x, now.row[i].table, now.row[i].key, now.row[i].key_len) == OK);
    for (size_t i = 0; i < vault.count; i++)
        FUZZ_HOLDS(client_vault_put(x, vault.row[i].table, vault.row[i].key, vault.row[i].key_len, vault.row[i].value, vault.row[i].len) == OK);
    client_fixture_commit(x);
}

/* ---- the node ---- */

static void true_pseudonym(struct proto_subject_id *out)
{
    uint8_t input[PROTO_PSEUDONYM_INPUT_LEN], blind[PROTO_OPRF_LEN], proof[PROTO_OPRF_PROOF_LEN];
    union { uint8_t out[1][32]; const uint8_t in[1][32]; } blinded, evaluated;
    char number[10];

    client_fixture_number(CHILD, number);
    FUZZ_HOLDS(proto_pseudonym_input(w.n->region.hash, PROTO_PSEUDONYM_CITIZEN, number, input) == OK);
    FUZZ_HOLDS(proto_pseudonym_blind(input, blind, blinded.out[0]) == OK);
    FUZZ_HOLDS(proto_pseudonym_evaluate(joint, (struct proto_oprf_elements){ blinded.in, 1 }, evaluated.out, proof) == OK);
    out->type = PROTO_SUBJECT_CITIZEN;
    FUZZ_HOLDS(proto_pseudonym_finish(input, blind, evaluated.in[0], out->value) == OK);
}

static void clean_up(void)
{
    void *state = w.f;

    w.n->link = calloc(1, sizeof *w.n->link);
    FUZZ_HOLDS(w.n->link != NULL && (w.n->link->body = malloc(1)) != NULL);
    client_officer_close(w.n->officer);
    w.n->officer = NULL;
    (void)client_fixture_close(&state);
}

static void prepare_region(struct proto_region *r)
{
    uint8_t public[32];

    log_sample_into(&w.log, r);
    r->has_keyholder = true;
    FUZZ_HOLDS(proto_oprf_public_key(hub_share, r->pseudonym_hub) == OK && proto_oprf_public_key(keyholder_share, r->pseudonym_keyholder) == OK);
    FUZZ_HOLDS(proto_oprf_public_key(joint, r->pseudonym_key) == OK);
    witness_sample_into(&w.witnesses, r, CLIENT_FIXTURE_PARTNERS, 1);
    memcpy(public, w.witnesses.key[US].key, sizeof public);
    FUZZ_HOLDS(proto_note_key_make(w.n->me->handle, PROTO_NOTE_COSIGNATURE, public, &w.witnesses.key[US]) == OK);
    proto_note_key_encode(&w.witnesses.key[US], r->witness[US].vkey);
}

/* The node's home is the fixture's folder. */
static void prepare_officer(void)
{
    const struct client_plain_key key = { "officer", w.officer_secret, sizeof w.officer_secret, w.officer_public };
    struct secret *vault_key = NULL;
    uint8_t wrapping[32] = { 7 };
    char keys[80];

    (void)snprintf(keys, sizeof keys, "%s/keys", w.f->folder);
    (void)crypto_box_keypair(w.officer_public, w.officer_secret);
    FUZZ_HOLDS(mkdir(keys, 0700) == 0 && secret_take(wrapping, sizeof wrapping, &vault_key) == OK);
    FUZZ_HOLDS(client_keyfile_make(w.f->folder, &key, &(struct client_unlock){ .key = vault_key }, NULL) == OK);
    FUZZ_HOLDS(client_officer_open(w.f->folder, vault_key, &w.n->officer, NULL) == OK);
    secret_free(vault_key);
    w.n->home = w.f->folder;
}

static void prepare(void)
{
    struct vault_txn *x;
    void *state = NULL;

    if (w.f != NULL)
        return;
    FUZZ_HOLDS(randombytes_set_implementation(&counted) == 0 && sodium_init() >= 0);
    if (access("/dev/shm", W_OK) == 0)
        (void)setenv("SCHAKEL_TEST_UNDER", "/dev/shm", 0);
    now_s = START_S;
    log_sample_init(&w.log);
    log_sample_fill(&w.log, LEAVES);
    FUZZ_HOLDS(client_fixture_open(&state, PACK) == 0);
    w.f = state;
    w.n = client_fixture_node(w.f, VO);
    prepare_region(&w.n->region);
    client_outbox_drop(w.n->link);
    free(w.n->link->body);
    free(w.n->link);
    w.n->link = NULL;
    client_certs_close(w.n->certs);
    w.n->certs = NULL;
    memset(w.n->node_cert, 0xce, 99);
    w.n->node_cert_len = 99;
    prepare_officer();
    true_pseudonym(&w.pseudonym);
    x = client_fixture_begin(w.f, VO);
    read_vault(x);
    client_vault_abort(x);
    vault = now;
    w.log_before = w.log;
    w.before = *w.n;
    w.blocks = w.f->blocks;
    (void)atexit(clean_up);
}

static void start(void)
{
    struct trouble t = { .lang = LANG_EN };
    struct secret *key = NULL;
    uint8_t copy[64];

    *w.n = w.before;
    w.log = w.log_before;
    w.number = w.mails = 0;
    FUZZ_HOLDS(client_certs_open(w.n) == OK && client_registry_open(w.n, &t) == OK && client_pseudonyms_open(w.n) == OK);
    FUZZ_HOLDS(client_openings_open(w.n, NULL) == OK);
    memcpy(copy, w.witnesses.secret[US], sizeof copy);
    FUZZ_HOLDS(secret_take(copy, sizeof copy, &key) == OK && client_witness_open(w.n, key, w.witnesses.key[US].key) == OK);
    FUZZ_HOLDS(client_hublink_open(w.n, "hub", NULL, &t) == OK && client_keylink_open(w.n, "keyholder", NULL, &t) == OK);
}

/* What is open is closed; the vault stays as it is. */
static void end(void)
{
    struct client_node *n = w.n;

    client_hublink_close(n->link);
    client_keylink_close(n->keylink);
    client_witness_close(n->witness);
    client_pseudonyms_close(n->pseudonyms);
    client_openings_close(n->openings);
    client_registry_close(n->registry);
    client_certs_close(n->certs);
    n->link = NULL;
    n->certs = NULL;
    while (w.f->blocks > w.blocks)
        free(w.f->block[--w.f->blocks]);
    said_forget();
}

static void stop(void)
{
    end();
    restore_vault();
}

static void step(void)
{
    client_pseudonyms_step(w.n);
    client_certs_step(w.n);
    client_registry_step(w.n);
    client_registry_tell_step(w.n);
    client_fetched_step(w.n);
    client_openings_step(w.n);
    client_hublink_step(w.n);
    client_witness_step(w.n);
}

/* ---- the right answers ---- */

static void put_proof(struct wr *out, const struct proto_merkle_proof *p)
{
    wr_u8(out, p->count);
    wr_copy(out, p->hash[0], (size_t)p->count * 32);
}

static void consistency(const struct proto_msg *m, struct wr *out)
{
    struct proto_merkle_proof p;
    uint64_t size = m->number2 == 0 ? w.log.size : m->number2;

    if (m->number > size || size > w.log.size || m->number == 0)
        return;
    log_sample_checkpoint(&w.log);
    log_sample_consistency(&w.log, m->number, size, &p);
    wr_bytes16(out, w.log.note, w.log.note_len);
    put_proof(out, &p);
}

static void openings(const struct proto_msg *m, struct wr *out)
{
    bool is_next = m->number < w.number && m->number < OPENED;
    const struct proto_opening *what = &w.opening[is_next ? m->number : 0];
    struct proto_opening_item item = { .at = { .index = what->index, .number = what->number, .side = what->side }, .count = 1 };
    struct proto_opening_seal s;
    uint8_t sealed[PROTO_OPENING_SEALED_MAX], bytes[PROTO_OPENING_SEALED_MAX + 256];
    size_t len = 0;

    wr_u16(out, is_next);
    if (!is_next)
        return;
    FUZZ_HOLDS(proto_opening_seal_init(&s, w.n->region.hash, w.n->me->id, w.officer_public) == OK);
    FUZZ_HOLDS(proto_opening_seal_put(&s, what, sealed, sizeof sealed, &len) == OK);
    memcpy(item.box[0].key, w.officer_public, 32);
    memcpy(item.box[0].enc, s.enc, 32);
    item.box[0].sealed = (struct proto_blob){ sealed, len };
    FUZZ_HOLDS(proto_opening_item_encode(&item, bytes, sizeof bytes, &len) == OK);
    wr_copy(out, bytes, len);
}

/* Of the registry there is nothing. */
static void cosign(const struct proto_msg *m, struct wr *out)
{
    uint8_t body[PROTO_NOTE_MAX];
    size_t len;

    if (memcmp(m->key, w.n->witness->log[WITNESS_MAIN].origin_id, sizeof m->key) != 0)
        return;
    len = witness_sample_request(&w.log, m->number < w.log.size ? m->number : w.log.size, body);

    wr_copy(out, body, len);
}

static void leaves(const struct proto_msg *m, struct wr *out)
{
    log_sample_checkpoint(&w.log);
    wr_bytes16(out, w.log.note, w.log.note_len);
    wr_u16(out, m->number < w.log.size ? (uint16_t)(w.log.size - m->number) : 0);
    for (uint64_t i = m->number; i < w.log.size; i++)
        wr_copy(out, w.log.entry[i], PROTO_LEAF_LEN);
}

static void checkpoint(const struct proto_msg *m, struct wr *out)
{
    (void)m;
    log_sample_checkpoint(&w.log);
    wr_copy(out, w.log.note, w.log.note_len);
}

static void note_opening(const struct proto_msg *m, struct proto_blob envelope, const struct proto_receipt *r)
{
    if (r->number != 0 && r->number <= OPENED)
        proto_opening_of(m, envelope.data, envelope.len, r, &w.opening[r->number - 1]);
}

/* Mail of leerplicht: an event of a child, signed by one of its people; each once, under the next number. */
static void mail(struct wr *out)
{
    const struct client_fixture_partner *p = &w.f->partner[LEERPLICHT];
    struct proto_subject_id child = client_fixture_child(1);
    struct proto_statement s = client_fixture_say(w.f, PROTO_SAY_EVENT, LEERPLICHT, &child, VO, NOBODY);
    struct proto_msg m = client_fixture_msg(w.f, PROTO_STATEMENT, LEERPLICHT, VO);
    struct proto_mail item = { .number = w.number + 1, .kind = PROTO_STATEMENT };
    struct proto_signed e = { .count = 1 };
    uint8_t body[4096], envelope[4096], sig[PROTO_SIG_LEN];
    size_t len = 0;

    memcpy(s.event, "VZM", 4);
    m.head.subject = child;
    m.original = client_fixture_sign(w.f, &s, WORKER);
    FUZZ_HOLDS(proto_msg_encode(&m, body, sizeof body, &e.body_len) == OK);
    memcpy(e.type, proto_msg_type(m.kind), strlen(proto_msg_type(m.kind)) + 1);
    FUZZ_HOLDS(proto_sign_make(e.type, body, e.body_len, p->node_secret, sig) == OK);
    e.body = body;
    e.by[0] = (struct proto_signed_by){ p->node_public, sig };
    FUZZ_HOLDS(proto_sign_encode(&e, envelope, sizeof envelope, &len) == OK);
    item.message = (struct proto_blob){ envelope, len };
    log_sample_act(&w.log, &m, item.message, 1, ++w.number, now_s, PROTO_ACCEPTED, &item.receipt);
    w.log.previous = item.receipt.index;
    note_opening(&m, item.message, &item.receipt);
    wr_u16(out, 1);
    FUZZ_HOLDS(proto_mail_encode(&item, out->buf + out->len, out->cap - out->len, &len) == OK);
    (void)wr_gap(out, len);
}

static void none(const struct proto_msg *m, struct wr *out)
{
    (void)m;
    wr_u16(out, 0);
}

static void certs(const struct proto_msg *m, struct wr *out)
{
    (void)m;
    wr_u8(out, 0);
}

static void (*const answers[PROTO_QUERY_END])(const struct proto_msg *, struct wr *) = { [PROTO_QUERY_CHECKPOINT] = checkpoint,
    [PROTO_QUERY_CONSISTENCY] = consistency, [PROTO_QUERY_CERTS] = certs, [PROTO_QUERY_CERT] = certs,
    [PROTO_QUERY_OPENINGS] = openings, [PROTO_QUERY_COSIGN] = cosign, [PROTO_QUERY_LEAVES] = leaves };

static void derive(const struct said *s, struct wr *out)
{
    union { uint8_t out[PROTO_BATCH_MAX][32]; const uint8_t in[PROTO_BATCH_MAX][32]; } blinded, evaluated;
    uint8_t proof[PROTO_OPRF_PROOF_LEN];
    size_t n = s->msg.payload.len / 32;

    memcpy(blinded.out, s->msg.payload.data, n * 32);
    FUZZ_HOLDS(proto_pseudonym_evaluate(s->side == SAID_HUB ? hub_share : keyholder_share,
        (struct proto_oprf_elements){ blinded.in, n }, evaluated.out, proof) == OK);
    wr_copy(out, evaluated.in[0], n * 32);
    wr_copy(out, proof, sizeof proof);
}

static void logged(const struct said *s, struct proto_reply *r)
{
    const struct proto_blob envelope = { s->envelope, s->len };

    r->has_receipt = true;
    log_sample_act(&w.log, &s->msg, envelope, 0, ++w.number, now_s, PROTO_ACCEPTED, &r->receipt);
    w.log.previous = r->receipt.index;
    note_opening(&s->msg, envelope, &r->receipt);
}

static void right(const struct said *s, struct proto_reply *r)
{
    struct wr out;

    wr_init(&out, w.payload, sizeof w.payload);
    if (s->kind < PROTO_FETCH)
        logged(s, r);
    else if (s->kind == PROTO_QUERY && answers[s->msg.code] != NULL)
        answers[s->msg.code](&s->msg, &out);
    else if (s->kind == PROTO_DERIVE)
        derive(s, &out);
    else if (s->kind == PROTO_REGISTRY_COPY)
        wr_u64(&out, 0);
    else if (s->kind == PROTO_FETCH && w.mails != 0 && w.mails--)
        mail(&out);
    else
        none(&s->msg, &out);
    FUZZ_HOLDS(wr_end(&out) == OK);
    r->payload = (struct proto_blob){ w.payload, out.len };
}

#endif
