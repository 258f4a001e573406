#include "client/pseudonym.h"

#include "base/log.h"
#include "base/rd.h"
#include "base/text.h"
#include "client/calls.h"
#include "client/hublink_parts.h"
#include "proto/pseudonym.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum { WAITING_MAX = 4 * PROTO_BATCH_MAX, ROW_LEN = 1 + 32, NUMBER_LEN = PROTO_PSEUDONYM_NUMBER_LEN, FAILED_MS = 3000 };

/* One number that is wanted; in a batch it has its blind. */
struct wanted {
    char number[NUMBER_LEN + 1];
    uint8_t input[PROTO_PSEUDONYM_INPUT_LEN], blind[PROTO_OPRF_LEN];
};

/* The same bytes, to be filled and to be read: C has no conversion between the two. */
union elements { uint8_t out[PROTO_BATCH_MAX][PROTO_OPRF_LEN]; const uint8_t in[PROTO_BATCH_MAX][PROTO_OPRF_LEN]; };

struct client_pseudonyms {
    struct wanted wanted[WAITING_MAX];
    size_t count, asked;                 /* the first asked of them are with the hub */
    union elements element;
    enum proto_refusal refused;          /* the last batch's; ACCEPTED: none */
    enum err failed;
    uint64_t failed_ms;
};

enum err client_pseudonyms_open(struct client_node *n)
{
    n->pseudonyms = calloc(1, sizeof *n->pseudonyms);
    return n->pseudonyms != NULL ? OK : ERR_NOMEM;
}

void client_pseudonyms_close(struct client_pseudonyms *p)
{
    if (p == NULL)
        return;
    sodium_memzero(p, sizeof *p);
    free(p);
}

static void person_key(struct client_node *n, const char *number, uint8_t out[32])
{
    client_vault_name_key(n->vault, "citizen number", number, strlen(number), out);
}

static enum err known(struct client_node *n, struct vault_txn *x, const char *number, struct proto_subject_id *out)
{
    uint8_t key[32], *row = NULL;
    struct proto_subject_id id = {0};
    size_t len = 0;
    struct rd r;
    enum err e;

    person_key(n, number, key);
    e = client_vault_get(x, CLIENT_T_PERSON, key, sizeof key, &row, &len);
    if (e != OK)
        return e;
    rd_init(&r, row, len);
    id.type = rd_u8(&r);
    rd_copy(&r, id.value, sizeof id.value);
    e = rd_end(&r);
    free(row);
    if (e == OK)
        *out = id;
    return e;
}

static bool is_wanted(const struct client_pseudonyms *p, const char *number)
{
    for (size_t i = 0; i < p->count; i++)
        if (sodium_memcmp(p->wanted[i].number, number, NUMBER_LEN) == 0)
            return true;
    return false;
}

/* Why the last batch failed, once to each that asks within a few seconds. */
static enum err failure(struct client_call *c, const struct client_pseudonyms *p)
{
    if (p->refused != PROTO_ACCEPTED)
        return trouble_at(&c->trouble, proto_refusal_err(p->refused), proto_refusal_name(p->refused), 0, 0, "%s", "%s",
            proto_refusal_text(p->refused, c->trouble.lang));
    return trouble_set(&c->trouble, p->failed, "the pseudonym could not be made (%s); the hub's answer was not right or did not come",
        "het pseudoniem kon niet worden gemaakt (%s); het antwoord van de hub klopte niet of kwam niet", err_word(p->failed));
}

enum err client_pseudonym(struct client_call *c, struct vault_txn *x, const char *number, struct proto_subject_id *out)
{
    struct client_node *n = c->node;
    struct client_pseudonyms *p = n->pseudonyms;
    struct wanted *w;
    enum err e;

    if (!text_is_bsn(number))
        return trouble_at(&c->trouble, ERR_RANGE, "--number", 0, 0, "is not a citizen number", "is geen burgerservicenummer");
    e = known(n, x, number, out);
    if (e != ERR_NOTFOUND)
        return e;
    if (p->failed_ms != 0 && clock_mono_ms() - p->failed_ms < FAILED_MS)
        return failure(c, p);
    if (client_link_is_down(n))
        return ERR_PEER;
    if (is_wanted(p, number))
        return ERR_BUSY;
    if (p->count == WAITING_MAX)
        return trouble_set(&c->trouble, ERR_QUOTA, "too many new children at once: try again", "te veel nieuwe kinderen tegelijk: probeer het weer");
    w = &p->wanted[p->count];
    e = proto_pseudonym_input(n->region.hash, PROTO_PSEUDONYM_CITIZEN, number, w->input);
    if (e != OK)
        return e;
    memcpy(w->number, number, NUMBER_LEN + 1);
    p->count++;
    return ERR_BUSY;
}

/* ---- the hub's answer ---- */

/* payload = n * 32 evaluated | 64 proof, for the n that were asked */
static enum err combine(struct client_node *n, struct proto_blob payload, uint8_t combined[PROTO_BATCH_MAX][PROTO_OPRF_LEN])
{
    struct client_pseudonyms *p = n->pseudonyms;
    union elements evaluated;
    uint8_t proof[PROTO_OPRF_PROOF_LEN];
    struct proto_pseudonym_answer answer;
    struct rd r;

    rd_init(&r, payload.data, payload.len);
    for (size_t i = 0; r.err == OK && i < p->asked; i++)
        rd_copy(&r, evaluated.out[i], PROTO_OPRF_LEN);
    rd_copy(&r, proof, sizeof proof);
    if (rd_end(&r) != OK)
        return r.err;
    answer = (struct proto_pseudonym_answer){n->region.pseudonym_hub, {evaluated.in, p->asked}, proof};
    return proto_pseudonym_combine(n->region.pseudonym_key, (struct proto_oprf_elements){p->element.in, p->asked}, &answer, 1, combined);
}

static enum err store_one(struct client_node *n, struct vault_txn *x, const struct wanted *w, const uint8_t combined[PROTO_OPRF_LEN])
{
    uint8_t key[32], row[ROW_LEN] = {PROTO_SUBJECT_CITIZEN};
    enum err e = proto_pseudonym_finish(w->input, w->blind, combined, row + 1);

    person_key(n, w->number, key);
    return e == OK ? client_vault_put(x, CLIENT_T_PERSON, key, sizeof key, row, sizeof row) : e;
}

static enum err take(struct client_node *n, struct proto_blob payload)
{
    struct client_pseudonyms *p = n->pseudonyms;
    uint8_t combined[PROTO_BATCH_MAX][PROTO_OPRF_LEN];
    struct vault_txn *x = NULL;
    enum err e = combine(n, payload, combined);

    if (e == OK)
        e = client_vault_begin(n->vault, true, &x);
    for (size_t i = 0; e == OK && i < p->asked; i++)
        e = store_one(n, x, &p->wanted[i], combined[i]);
    if (e == OK)
        e = client_vault_commit(x);
    else
        client_vault_abort(x);
    sodium_memzero(combined, sizeof combined);
    return e;
}

static void derived(struct client_node *n, void *arg, enum err result, const struct proto_reply *reply)
{
    struct client_pseudonyms *p = n->pseudonyms;
    enum err e = result;

    (void)arg;
    p->refused = PROTO_ACCEPTED;
    p->failed_ms = 0;
    if (e == OK && reply->result != PROTO_ACCEPTED) {
        p->refused = (enum proto_refusal)reply->result;
        e = proto_refusal_err(p->refused);
    } else if (e == OK) {
        e = take(n, reply->payload);
    }
    if (e != OK) {
        p->failed = e;
        p->failed_ms = clock_mono_ms();
        log_event(LOG_WARN, "pseudonyms-failed", "err", err_word(e), NULL);
    }
    memmove(p->wanted, p->wanted + p->asked, (p->count - p->asked) * sizeof p->wanted[0]);
    p->count -= p->asked;
    sodium_memzero(p->wanted + p->count, p->asked * sizeof p->wanted[0]);
    sodium_memzero(&p->element, sizeof p->element);
    p->asked = 0;
    client_calls_again(n);
}

/* ---- asking ---- */

void client_pseudonyms_step(struct client_node *n)
{
    struct client_pseudonyms *p = n->pseudonyms;
    struct proto_msg m = {.kind = PROTO_DERIVE};
    enum err e = OK;

    if (p->count == 0 || p->asked != 0 || !client_link_is_up(n))
        return;
    p->asked = p->count < PROTO_BATCH_MAX ? p->count : PROTO_BATCH_MAX;
    for (size_t i = 0; e == OK && i < p->asked; i++)
        e = proto_pseudonym_blind(p->wanted[i].input, p->wanted[i].blind, p->element.out[i]);
    m.payload = (struct proto_blob){p->element.in[0], p->asked * PROTO_OPRF_LEN};
    m.original = (struct proto_blob){n->node_cert, n->node_cert_len};
    if (e == OK)
        e = client_link_ask(n, &m, LINK_QUERY_MS, derived, NULL);
    if (e != OK)
        p->asked = 0;
}
