/* client/approve: four eyes. The second person seals what may leave and approves exactly those bytes; the
 * first then grants them. */
#include "client/after.h"
#include "client/child.h"
#include "client/desk_arg.h"
#include "client/desk_table.h"
#include "client/hold.h"
#include "client/lacking.h"
#include "client/meta.h"
#include "client/statement.h"
#include "client/weigh.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

static enum err approval_sign(struct client_call *c, const struct client_desk *d, uint8_t **out, size_t *len)
{
    struct proto_statement s = {.kind = PROTO_SAY_APPROVAL, .subject = d->child_there};

    memcpy(s.case_id, d->case_id, sizeof s.case_id);
    memcpy(s.purpose, d->purpose, sizeof s.purpose);
    memcpy(s.refers, d->id, sizeof s.refers);
    memcpy(s.digest, d->digest, sizeof s.digest);
    return client_statement_sign(c->node, &s, c->who, out, len);
}

/* Of an own offer: the weighing and the ticks with which it was prepared count, and all of it must be a yes.
 */
static enum err decide_offer(
    struct client_call *c, struct vault_txn *x, const struct client_desk *d, struct client_hold *h)
{
    cJSON *answers = NULL;
    enum err e = client_weigh_answers(x, d, &answers);

    if (e == OK) {
        h->weighed_here = true;
        h->answered = client_weigh_answered(answers);
    }
    cJSON_Delete(answers);
    h->ticked = &d->statements;
    h->second = true;
    e = e == OK || e == ERR_NOTFOUND ? client_hold_decide(c->node, x, d, h) : e;
    return e != OK ? e : client_lacking_check(c, d, h, NULL);
}

static enum err decide(
    struct client_call *c, struct vault_txn *x, const struct client_desk *d, struct client_hold *h)
{
    enum err e;

    if (d->offer)
        return decide_offer(c, x, d, h);
    h->before_grant = true;
    e = client_hold_decide(c->node, x, d, h);
    if (e == OK && h->permitted.count == 0)
        e = trouble_set(&c->trouble, ERR_DENIED,
            "nothing of this request may be shared; see: schakel preview",
            "niets van dit verzoek mag gedeeld worden; zie: schakel preview");
    return e;
}

/* The request of another, or what a colleague wants to send; or either of them, shared already, where a second person looks
 * afterwards. */
static enum err row_arg(struct client_call *c, struct vault_txn *x, struct client_desk *d)
{
    const char *offer = NULL;
    bool sends = json_text(c->args, "offer", &offer) == OK;
    enum err e = client_desk_arg(c, x, sends ? "offer" : "request", d);

    if (e != OK || client_after_has_second(c->node, d))
        return e;
    if (!sends)
        return client_desk_arg_open(c, x, d);
    if (!d->mine || !d->offer || d->state != CLIENT_DESK_PREPARED)
        e = trouble_at(&c->trouble, ERR_STATE, "--offer", 0, 0,
            "nothing to approve here; how it stands: schakel request show",
            "hier valt niets goed te keuren; hoe het ermee staat: schakel request show");
    return e;
}

static enum err seal(struct client_call *c, struct vault_txn *x, struct client_desk *d,
    const struct client_hold *h, cJSON *content)
{
    d->granted = h->permitted;
    if (!d->offer || d->access_until_s > h->until_s)
        d->access_until_s = h->until_s;
    return client_hold_seal(c->node, x, d, content);
}

/* ---- once ---- */

/* What the mark of an approval has: the same person, content, last day, pack and receiver's key, and sealing it again would only make another number for it. */
static enum err mark_of(struct client_call *c, struct vault_txn *x, const struct client_desk *d,
    const struct client_hold *h, const cJSON *content, uint8_t out[PROTO_HASH_LEN])
{
    uint64_t until_s = !d->offer || d->access_until_s > h->until_s ? h->until_s : d->access_until_s;
    uint8_t receiver[PROTO_KEY_LEN];
    crypto_hash_sha256_state s;
    char *text = NULL;
    enum err e = client_partner_hpke(c->node, x, d->other, receiver);

    if (e == OK)
        e = json_print(content, &text);
    if (e != OK)
        return e;
    crypto_hash_sha256_init(&s);
    crypto_hash_sha256_update(&s, c->who->key, sizeof c->who->key);
    crypto_hash_sha256_update(&s, receiver, sizeof receiver);
    crypto_hash_sha256_update(&s, c->node->pack->digest, PROTO_HASH_LEN);
    crypto_hash_sha256_update(&s, (const uint8_t *) &until_s, sizeof until_s);
    crypto_hash_sha256_update(&s, (const uint8_t *) text, strlen(text));
    crypto_hash_sha256_final(&s, out);
    sodium_memzero(text, strlen(text));
    free(text);
    return OK;
}

/* What was sealed for it must still be there: it goes when a grant of it was refused. */
static enum err is_approved(
    struct vault_txn *x, const struct client_desk *d, const uint8_t mark[PROTO_HASH_LEN], bool *approved)
{
    uint8_t *was = NULL, *sealed = NULL;
    size_t len = 0, sealed_len = 0;
    enum err e = client_meta_get_of(x, CLIENT_META_APPROVED, d->approval, &was, &len);

    if (e == OK && len == PROTO_HASH_LEN && sodium_memcmp(was, mark, len) == 0) {
        e = client_share_get(x, d->id, &sealed, &sealed_len);
        *approved = e == OK && d->granted.count > 0;
    }
    free(was);
    free(sealed);
    return e == ERR_NOTFOUND ? OK : e;
}

/* ---- the act ---- */

static enum err approve(struct client_call *c, struct vault_txn *x, struct client_desk *d,
    const struct client_hold *h, cJSON *content, const uint8_t mark[PROTO_HASH_LEN])
{
    uint8_t *approval = NULL;
    size_t len = 0;
    enum err e = seal(c, x, d, h, content);

    if (e == OK)
        e = approval_sign(c, d, &approval, &len);
    /* What is sealed anew has other bytes. The approval of before stays to say so when it is used, until client/draft_end; its mark is of nothing. */
    if (e == OK)
        e = client_meta_drop_of(x, CLIENT_META_APPROVED, d->approval);
    randombytes_buf(d->approval, sizeof d->approval);
    if (e == OK)
        e = client_desk_put(x, d);
    if (e == OK)
        e = client_vault_put(x, CLIENT_T_DRAFT, d->approval, sizeof d->approval, approval, len);
    if (e == OK)
        e = client_meta_put_of(x, CLIENT_META_APPROVED, d->approval, mark, PROTO_HASH_LEN);
    free(approval);
    return e;
}

static void reply(struct client_call *c, struct vault_txn *x, const struct client_desk *d, bool again)
{
    client_reply_id(c->reply, "approval", d->approval);
    client_reply_id(c->reply, d->offer ? "offer" : "request", d->id);
    json_add_text(c->reply, d->offer ? "to" : "from", client_handle(c->node, d->other));
    client_reply_child(c->reply, "child", c->node, x, &d->child);
    client_reply_sections(c->reply, "sections", &d->granted);
    client_reply_last_day(c->reply, "until", d->access_until_s);
    if (again)
        json_add_bool(c->reply, "already", true);
}

enum err client_do_approve(struct client_call *c, struct vault_txn *x)
{
    struct client_desk d;
    struct client_hold *h = calloc(1, sizeof *h);
    struct proto_sections missing;
    uint8_t mark[PROTO_HASH_LEN];
    cJSON *content = NULL;
    bool again = false;
    enum err e = h == NULL ? ERR_NOMEM : row_arg(c, x, &d);

    if (e == OK && client_after_has_second(c->node, &d)) {
        free(h);
        return client_after_approve(c, x, &d);
    }
    if (e == OK)
        e = decide(c, x, &d, h);
    if (e == OK)
        e = client_hold_content(c->node, x, &d.child, &h->permitted, &content, &missing);
    if (e == OK && d.offer && missing.count > 0)
        e = trouble_at(&c->trouble, ERR_NOTFOUND, missing.name[0], 0, 0,
            "the record has none of this any more; your colleague prepares it anew",
            "het dossier heeft dit niet meer; uw collega bereidt het opnieuw voor");
    if (e == OK)
        e = client_hold_leave_out(c, h, &missing);
    if (e == OK)
        e = mark_of(c, x, &d, h, content, mark);
    if (e == OK)
        e = is_approved(x, &d, mark, &again);
    if (e == OK && !again)
        e = approve(c, x, &d, h, content, mark);
    if (e == OK) {
        reply(c, x, &d, again);
        cJSON_AddItemToObject(c->reply, "would_leave", content);
        content = NULL;
    }
    cJSON_Delete(content);
    free(h);
    return e;
}

/* Of exactly this row's bytes, by a second person of this partner. */
static enum err check_approval(
    struct client_call *c, struct vault_txn *x, const struct client_desk *d, const uint8_t *draft, size_t len)
{
    struct proto_statement s;
    uint8_t signer[PROTO_KEY_LEN];
    enum proto_role role;
    enum err e = client_statement_check(c->node, x, draft, len, clock_now_s(), &s, signer, &role);

    if (e != OK || s.kind != PROTO_SAY_APPROVAL || role != PROTO_ROLE_SECOND)
        return trouble_at(&c->trouble, ERR_DENIED, "--approval", 0, 0,
            "this is no approval by a colleague; a second person here makes one with schakel approve",
            "dit is geen goedkeuring van een collega; een tweede persoon hier maakt die met schakel approve");
    if (sodium_memcmp(s.refers, d->id, sizeof s.refers) != 0
        || sodium_memcmp(s.digest, d->digest, sizeof s.digest) != 0)
        return trouble_at(&c->trouble, ERR_STATE, "--approval", 0, 0,
            "this approval is of something else; ask the second person to approve again",
            "deze goedkeuring gaat over iets anders; vraag de tweede persoon opnieuw goed te keuren");
    if (sodium_memcmp(signer, c->who->key, sizeof signer) == 0)
        return trouble_at(&c->trouble, ERR_DENIED, "--approval", 0, 0,
            "four eyes: somebody else than you must approve; ask a colleague to use schakel approve",
            "vier ogen: iemand anders dan u moet goedkeuren; vraag een collega om schakel approve te "
            "gebruiken");
    return OK;
}

enum err client_approve_use(
    struct client_call *c, struct vault_txn *x, const struct client_desk *d, uint8_t **out, size_t *len)
{
    const char *given = NULL;
    uint8_t id[PROTO_ID_LEN], *draft = NULL;
    size_t draft_len = 0;
    enum err e;

    *len = 0;
    if (json_text(c->args, "approval", &given) != OK
        && (!d->offer || sodium_is_zero(d->approval, sizeof d->approval)))
        return OK;
    memcpy(id, d->approval, sizeof id);
    e = given != NULL ? client_arg_id(c, "approval", id) : OK;
    if (e == OK)
        e = client_vault_get(x, CLIENT_T_DRAFT, id, sizeof id, &draft, &draft_len);
    if (e == ERR_NOTFOUND)
        e = trouble_at(&c->trouble, e, "--approval", 0, 0,
            "there is no such approval; a second person makes one with schakel approve",
            "er is geen goedkeuring met dit nummer; een tweede persoon maakt die met schakel approve");
    if (e == OK)
        e = check_approval(c, x, d, draft, draft_len);
    if (e != OK) {
        free(draft);
        return e;
    }
    *out = draft;
    *len = draft_len;
    return OK;
}
