/* client/approve: four eyes. The second person seals what may leave and approves exactly those bytes; the first then grants them. */
#include "client/child.h"
#include "client/desk_table.h"
#include "client/hold.h"
#include "client/weigh.h"

#include "proto/sign.h"

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

enum err client_do_approve(struct client_call *c, struct vault_txn *x)
{
    struct client_desk d;
    struct client_hold *h = calloc(1, sizeof *h);
    struct proto_sections missing;
    cJSON *content = NULL;
    uint8_t *approval = NULL, id[PROTO_ID_LEN];
    size_t len = 0;
    enum err e = h == NULL ? ERR_NOMEM : client_desk_arg(c, x, "request", &d);

    if (e == OK && (d.mine || d.offer || d.state != CLIENT_DESK_WAITING))
        e = trouble_at(&c->trouble, ERR_STATE, "--request", 0, 0, "only an open request to this partner can be approved",
            "alleen een open verzoek aan deze partner kan worden goedgekeurd");
    if (e == OK) {
        h->before_grant = true;
        e = client_hold_decide(c->node, x, &d, h);
    }
    if (e == OK && h->permitted.count == 0)
        e = trouble_set(&c->trouble, ERR_DENIED, "nothing of this request may be shared; see: schakel preview",
            "niets van dit verzoek mag gedeeld worden; zie: schakel preview");
    if (e == OK)
        e = client_hold_content(c->node, x, &d.child, &h->permitted, &content, &missing);
    if (e == OK) {
        d.granted = h->permitted;
        d.access_until_s = h->until_s;
        e = client_hold_seal(c->node, x, &d, content);
    }
    if (e == OK)
        e = client_desk_put(x, &d);
    if (e == OK)
        e = approval_sign(c, &d, &approval, &len);
    randombytes_buf(id, sizeof id);
    if (e == OK)
        e = client_vault_put(x, CLIENT_T_DRAFT, id, sizeof id, approval, len);
    if (e == OK) {
        client_reply_id(c->reply, "approval", id);
        client_reply_sections(c->reply, "sections", &d.granted);
        client_reply_date(c->reply, "until", d.access_until_s);
    }
    free(approval);
    cJSON_Delete(content);
    free(h);
    return e;
}

static bool is_by(const struct proto_signed *s, const uint8_t key[PROTO_KEY_LEN])
{
    for (uint8_t i = 0; i < s->count; i++)
        if (sodium_memcmp(s->by[i].key, key, PROTO_KEY_LEN) == 0)
            return true;
    return false;
}

enum err client_approval_use(struct client_call *c, struct vault_txn *x, const struct client_desk *d, uint8_t **out, size_t *len)
{
    const char *given = NULL;
    uint8_t id[PROTO_ID_LEN], *draft = NULL;
    struct proto_signed envelope;
    struct proto_statement s;
    enum err e;

    *len = 0;
    if (json_text(c->args, "approval", &given) != OK)
        return OK;
    e = client_arg_id(c, "approval", id);
    if (e == OK)
        e = client_vault_get(x, CLIENT_T_DRAFT, id, sizeof id, &draft, len);
    if (e == OK)
        e = proto_sign_decode(draft, *len, &envelope);
    if (e == OK)
        e = proto_statement_decode(PROTO_SAY_APPROVAL, envelope.body, envelope.body_len, &s);
    if (e == OK && (sodium_memcmp(s.refers, d->id, sizeof s.refers) != 0 || sodium_memcmp(s.digest, d->digest, sizeof s.digest) != 0))
        e = trouble_at(&c->trouble, ERR_STATE, "--approval", 0, 0, "this approval is of something else; ask the second person to approve again",
            "deze goedkeuring gaat over iets anders; vraag de tweede persoon opnieuw goed te keuren");
    if (e == OK && is_by(&envelope, c->who->key))
        e = trouble_at(&c->trouble, ERR_DENIED, "--approval", 0, 0, "four eyes: somebody else than you must approve",
            "vier ogen: iemand anders dan u moet goedkeuren");
    if (e == ERR_NOTFOUND)
        e = trouble_at(&c->trouble, e, "--approval", 0, 0, "there is no such approval; a second person makes one with schakel approve",
            "er is geen goedkeuring met dit kenmerk; een tweede persoon maakt die met schakel approve");
    if (e == OK) {
        *out = draft;
    } else {
        *len = 0;
        free(draft);
    }
    return e;
}
