/* client/after: the steps themselves, as statements that the log and the other side hear of. */
#include "client/after.h"

#include "base/log.h"
#include "client/child.h"
#include "client/facts.h"
#include "client/hold.h"
#include "client/registry.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

/* About this row, to its other partner. */
static struct proto_statement about(const struct client_desk *d, enum proto_statement_kind kind)
{
    struct proto_statement s = {.kind = kind, .subject = d->child_there, .addressees = {.count = 1}};

    memcpy(s.case_id, d->case_id, sizeof s.case_id);
    memcpy(s.purpose, d->purpose, sizeof s.purpose);
    memcpy(s.refers, d->id, sizeof s.refers);
    memcpy(s.addressees.id[0], d->other, PROTO_PARTNER_LEN);
    return s;
}

/* Who left the region hears nothing more, and need not. */
static enum err send(struct client_call *c, struct vault_txn *x, struct proto_statement *s)
{
    if (!client_registry_takes_part(c->node, s->addressees.id[0]))
        return OK;
    return client_statement_send(c->node, x, s, c->who, NULL, c);
}

enum err client_after_weighed(
    struct client_call *c, struct vault_txn *x, const struct client_desk *d, const char *draft, size_t len)
{
    struct proto_statement s = about(d, PROTO_SAY_WEIGHING);
    struct client_after a;
    enum err e = client_after_get(x, d->id, &a);

    s.sections = d->granted;
    crypto_hash_sha256(s.digest, (const uint8_t *) draft, len);
    if (e == OK && a.weighed_s == 0) {
        a.weighed_s = clock_now_s();
        e = client_after_put(x, d->id, &a);
    }
    return e != OK ? e : send(c, x, &s);
}

/* What the record has of it now; the bytes that were shared are gone here. */
static void show_content(struct client_call *c, struct vault_txn *x, const struct client_desk *d)
{
    struct proto_sections missing;
    cJSON *content = NULL;

    if (client_hold_content(c->node, x, &d->child, &d->granted, &content, &missing) == OK)
        cJSON_AddItemToObject(c->reply, "was_shared", content);
}

static void reply(struct client_call *c, struct vault_txn *x, const struct client_desk *d)
{
    client_reply_id(c->reply, d->offer ? "offer" : "request", d->id);
    json_add_text(c->reply, d->offer ? "to" : "from", client_handle(c->node, d->other));
    client_reply_child(c->reply, "child", c->node, x, &d->child);
    json_add_text(c->reply, "purpose", d->purpose);
    client_reply_sections(c->reply, "sections", &d->granted);
    client_reply_last_day(c->reply, "until", d->access_until_s);
    if (d->note[0] != '\0')
        json_add_text(c->reply, "note", d->note);
    show_content(c, x, d);
}

/* Once is enough: the first look counts, and nothing goes out again. */
enum err client_after_approve(struct client_call *c, struct vault_txn *x, const struct client_desk *d)
{
    struct proto_statement s = about(d, PROTO_SAY_APPROVAL);
    struct client_after a;
    enum err e = client_after_get(x, d->id, &a);
    bool already = e == OK && a.second_s != 0;

    memcpy(s.digest, d->digest, sizeof s.digest);
    if (e == OK && !already) {
        a.second_s = clock_now_s();
        e = client_after_put(x, d->id, &a);
    }
    if (e == OK && !already)
        e = send(c, x, &s);
    if (e != OK)
        return e;
    client_reply_date(c->reply, "looked", a.second_s);
    json_add_bool(c->reply, "already", already);
    reply(c, x, d);
    return OK;
}

/* A second person of the holder, about exactly what was shared; or a weighing by whoever began. */
static bool counts(const struct client_desk *d, const struct client_mail_event *e)
{
    const struct proto_statement *s = e->said;

    if (sodium_memcmp(d->other, e->from->id, PROTO_PARTNER_LEN) != 0 || d->granted_s == 0)
        return false;
    if (s->kind == PROTO_SAY_APPROVAL)
        return client_desk_is_receiver(d) && e->said_role == PROTO_ROLE_SECOND
            && sodium_memcmp(s->digest, d->digest, sizeof s->digest) == 0;
    return s->kind == PROTO_SAY_WEIGHING && !d->mine;
}

enum err client_after_heard(struct client_node *n, struct vault_txn *x, const struct client_mail_event *e)
{
    struct client_desk d;
    struct client_after a;
    uint64_t *when;
    enum err err = client_desk_get(x, e->said->refers, &d);

    (void) n;
    if (err == OK && !counts(&d, e))
        return ERR_DENIED;
    if (err == OK)
        err = client_after_get(x, d.id, &a);
    if (err != OK)
        return err;
    when = e->said->kind == PROTO_SAY_APPROVAL ? &a.second_s : &a.weighed_s;
    if (*when != 0)
        return OK;
    *when = e->mail->receipt.time_s;
    return client_after_put(x, d.id, &a);
}

/* ---- after a no ---- */

struct looking {
    struct client_node *node;
    struct vault_txn *x;
    const struct client_desk *d;
    bool found;
};

static bool is_about(const struct client_desk *d, const struct proto_statement *s)
{
    bool same_case = !sodium_is_zero(d->case_id, sizeof d->case_id)
        && sodium_memcmp(d->case_id, s->case_id, sizeof d->case_id) == 0;

    return same_case || proto_msg_same_subject(&s->subject, &d->child) || proto_msg_same_subject(&s->subject, &d->child_there);
}

/* The family's no to this holder, this receiver and this purpose; and an objection, also one that was settled. */
static bool said_no_each(void *arg, const struct client_kept *k)
{
    struct looking *l = arg;
    const struct proto_statement *s = &k->what;
    uint8_t given = 0, refused = 0;

    if (!is_about(l->d, s) || (s->purpose[0] != '\0' && strcmp(s->purpose, l->d->purpose) != 0))
        return true;
    if (s->kind == PROTO_SAY_OBJECTION)
        l->found = true;
    else if (s->kind == PROTO_SAY_CONSENT && s->code == PROTO_CONSENT_PROCESSING
        && sodium_memcmp(s->holder, l->node->me->id, PROTO_PARTNER_LEN) == 0
        && sodium_memcmp(s->receiver, l->d->other, PROTO_PARTNER_LEN) == 0)
        l->found = client_facts_said(l->node, l->x, k, &given, &refused) == OK && refused != 0;
    return !l->found;
}

/* What this partner itself refused before. */
static bool refused_each(void *arg, const struct client_desk *d)
{
    struct looking *l = arg;

    l->found = d->state == CLIENT_DESK_REFUSED && !d->mine && !d->offer
        && sodium_memcmp(d->other, l->d->other, sizeof d->other) == 0 && strcmp(d->purpose, l->d->purpose) == 0
        && proto_msg_same_subject(&d->child, &l->d->child);
    return !l->found;
}

enum err client_after_look_back(struct client_node *n, struct vault_txn *x, const struct client_desk *d)
{
    struct looking l = {.node = n, .x = x, .d = d};
    struct client_after a;
    enum err e = client_kept_walk(x, said_no_each, &l);

    if (e == OK && !l.found)
        e = client_desk_walk(x, refused_each, &l);
    if (e != OK || !l.found)
        return e;
    e = client_after_get(x, d->id, &a);
    if (e == OK) {
        a.after_no = true;
        e = client_after_put(x, d->id, &a);
    }
    return e;
}
