#include "client/desk_mail.h"

#include "base/log.h"
#include "base/text.h"
#include "client/casebook.h"
#include "client/sealed.h"
#include "client/statement.h"

#include <sodium.h>
#include <string.h>

static enum err dropped(const struct client_mail_event *e, const char *why)
{
    char id[2 * PROTO_ID_LEN + 1];

    text_hex(e->msg->head.id, PROTO_ID_LEN, id, sizeof id);
    log_event(LOG_WARN, "mail-dropped", "kind", proto_kind_name(e->msg->kind), "id", id, "why", why, NULL);
    return OK;
}

static bool same_partner(const uint8_t a[PROTO_PARTNER_LEN], const uint8_t b[PROTO_PARTNER_LEN])
{
    return sodium_memcmp(a, b, PROTO_PARTNER_LEN) == 0;
}

/* The child as this partner knows it: for a handle of one of our cases that is the case's child. */
static struct proto_subject_id child_here(struct vault_txn *x, const struct proto_header *head)
{
    struct client_case c;

    if (client_case_get(x, head->case_id, &c) == OK && c.child.type != PROTO_SUBJECT_NONE)
        return c.child;
    return head->subject;
}

static void row_start(struct client_desk *d, struct vault_txn *x, const struct client_mail_event *e)
{
    const struct proto_msg *m = e->msg;

    memcpy(d->id, m->head.id, sizeof d->id);
    memcpy(d->other, e->from->id, sizeof d->other);
    memcpy(d->case_id, m->head.case_id, sizeof d->case_id);
    d->child_there = m->head.subject;
    d->child = child_here(x, &m->head);
    memcpy(d->purpose, m->head.purpose, sizeof d->purpose);
    d->sections = m->sections;
    d->rows = e->mail->receipt.rows;
    d->statements = m->statements;
    d->made_s = e->mail->receipt.time_s;
    d->until_s = m->head.valid_until_s;
}

/* A weighing counts when a person of the asker signed it about this very request. */
static bool is_weighed(struct client_node *n, struct vault_txn *x, const struct client_mail_event *e)
{
    const struct proto_blob *b = &e->msg->weighing;
    struct proto_statement s;
    uint8_t signer[PROTO_KEY_LEN];
    enum proto_role role;

    return b->len > 0 && client_statement_check(n, x, b->data, b->len, e->mail->receipt.time_s, &s, signer, &role) == OK
        && s.kind == PROTO_SAY_WEIGHING && same_partner(s.setter, e->from->id)
        && sodium_memcmp(s.refers, e->msg->head.id, PROTO_ID_LEN) == 0;
}

/* Only what the hub let pass is for a person to decide. */
static void keep_permitted(struct client_desk *d)
{
    struct proto_sections left = {0};

    for (uint8_t i = 0; i < d->rows.count; i++)
        if (d->rows.row[i].verdict == POLICY_PERMIT && proto_sections_has(&d->sections, d->rows.row[i].section))
            memcpy(left.name[left.count++], d->rows.row[i].section, sizeof left.name[0]);
    d->sections = left;
}

enum err client_mail_request(struct client_node *n, struct vault_txn *x, const struct client_mail_event *e)
{
    struct client_desk d = {.state = CLIENT_DESK_WAITING};

    row_start(&d, x, e);
    keep_permitted(&d);
    if (d.sections.count == 0)
        return OK;  /* answered by the hub; the archive has it for the officer */
    d.weighed = is_weighed(n, x, e);
    client_sealed_request_read(n, e->msg, &d);
    return client_desk_put(x, &d);
}

enum err client_mail_offer(struct client_node *n, struct vault_txn *x, const struct client_mail_event *e)
{
    struct client_desk d = {.state = CLIENT_DESK_GRANTED, .offer = true};

    row_start(&d, x, e);
    d.granted = e->msg->sections;
    d.access_until_s = e->msg->until_s;
    memcpy(d.digest, e->msg->digest, sizeof d.digest);
    memcpy(d.pack, e->msg->head.pack, sizeof d.pack);
    memcpy(d.grant_id, e->msg->head.id, sizeof d.grant_id);
    if (e->said != NULL)
        memcpy(d.grant_statement, e->said->id, sizeof d.grant_statement);
    client_sealed_request_read(n, e->msg, &d);
    return client_desk_put(x, &d);
}

/* The row a message refers to, if it is with this sender and ours (or theirs) as it should be. */
static enum err row_for(struct vault_txn *x, const struct client_mail_event *e, bool mine, struct client_desk *d)
{
    enum err err = client_desk_get(x, e->msg->refers, d);

    if (err != OK)
        return err;
    return same_partner(d->other, e->from->id) && d->mine == mine ? OK : ERR_DENIED;
}

enum err client_mail_grant(struct client_node *n, struct vault_txn *x, const struct client_mail_event *e)
{
    struct client_desk d;

    (void) n;
    if (row_for(x, e, true, &d) != OK)
        return dropped(e, "no such request");
    if (d.state != CLIENT_DESK_WAITING && d.state != CLIENT_DESK_SENT)
        return dropped(e, "not waiting");
    d.state = CLIENT_DESK_GRANTED;
    d.granted = e->msg->sections;
    d.access_until_s = e->msg->until_s;
    memcpy(d.digest, e->msg->digest, sizeof d.digest);
    memcpy(d.pack, e->msg->head.pack, sizeof d.pack);
    memcpy(d.grant_id, e->msg->head.id, sizeof d.grant_id);
    if (e->said != NULL)
        memcpy(d.grant_statement, e->said->id, sizeof d.grant_statement);
    return client_desk_put(x, &d);
}

enum err client_mail_refuse(struct client_node *n, struct vault_txn *x, const struct client_mail_event *e)
{
    struct client_desk d;

    (void) n;
    if (row_for(x, e, true, &d) != OK)
        return dropped(e, "no such request");
    if (d.state != CLIENT_DESK_WAITING && d.state != CLIENT_DESK_SENT)
        return dropped(e, "not waiting");
    d.state = CLIENT_DESK_REFUSED;
    d.reason = e->msg->code;
    return client_desk_put(x, &d);
}

enum err client_mail_release(struct client_node *n, struct vault_txn *x, const struct client_mail_event *e)
{
    struct client_desk d;
    uint8_t digest[PROTO_HASH_LEN];
    enum err err;

    (void) n;
    if (client_desk_by_grant(x, e->msg->refers, &d) != OK || !same_partner(d.other, e->from->id))
        return dropped(e, "no such grant");
    crypto_hash_sha256(digest, e->msg->payload.data, e->msg->payload.len);
    if (sodium_memcmp(digest, d.digest, sizeof digest) != 0)
        return dropped(e, "not what was granted");
    if (d.state != CLIENT_DESK_GRANTED)
        return dropped(e, "not waiting for it");
    d.state = CLIENT_DESK_ARRIVED;
    err = client_share_put(x, d.id, e->msg->payload.data, e->msg->payload.len);
    return err != OK ? err : client_desk_put(x, &d);
}

enum err client_mail_answer(struct client_node *n, struct vault_txn *x, const struct client_mail_event *e)
{
    struct client_desk d;

    (void) n;
    if (row_for(x, e, true, &d) != OK || !d.offer)
        return dropped(e, "no such offer");
    d.accepted = e->msg->code == PROTO_ANSWER_ACCEPT;
    if (!d.accepted)
        d.state = CLIENT_DESK_NOT_FOR_US;
    return client_desk_put(x, &d);
}

enum err client_mail_cancel(struct client_node *n, struct vault_txn *x, const struct client_mail_event *e)
{
    struct client_desk d;

    (void) n;
    if (row_for(x, e, false, &d) != OK)
        return dropped(e, "no such request");
    if (d.state != CLIENT_DESK_WAITING)
        return dropped(e, "answered already");
    d.state = CLIENT_DESK_CANCELLED;
    return client_desk_put(x, &d);
}

enum err client_mail_report(struct client_node *n, struct vault_txn *x, const struct client_mail_event *e)
{
    struct client_desk d;

    (void) n;
    if (client_desk_by_grant(x, e->msg->refers, &d) != OK || !same_partner(d.other, e->from->id))
        return dropped(e, "no such grant");
    if (e->msg->code == PROTO_REPORT_EXPIRED) {
        d.state = CLIENT_DESK_ENDED;
    } else if (d.state == CLIENT_DESK_RELEASED || d.state == CLIENT_DESK_GRANTED) {
        d.state = CLIENT_DESK_OPENED;
        d.opened_s = e->mail->receipt.time_s;
    }
    return client_desk_put(x, &d);
}

struct stop {
    struct vault_txn *x;
    const uint8_t *statement;
    struct proto_ids rows;
};

static bool stop_each(void *arg, const struct client_desk *d)
{
    struct stop *s = arg;
    bool open = d->state == CLIENT_DESK_WAITING || d->state == CLIENT_DESK_GRANTED || d->state == CLIENT_DESK_RELEASED;

    for (uint8_t i = 0; open && i < d->statements.count; i++)
        if (sodium_memcmp(d->statements.id[i], s->statement, PROTO_ID_LEN) == 0) {
            memcpy(s->rows.id[s->rows.count++], d->id, PROTO_ID_LEN);
            break;
        }
    return s->rows.count < PROTO_STATEMENTS_MAX;
}

/* Repeats until nothing is left, because one walk remembers a limited number of rows. */
enum err client_desk_stop(struct vault_txn *x, const uint8_t statement[PROTO_ID_LEN])
{
    struct stop s = {.x = x, .statement = statement};
    struct client_desk d;
    enum err e;

    do {
        s.rows.count = 0;
        e = client_desk_walk(x, stop_each, &s);
        for (uint8_t i = 0; e == OK && i < s.rows.count; i++) {
            e = client_desk_get(x, s.rows.id[i], &d);
            d.state = CLIENT_DESK_WITHDRAWN;
            if (e == OK)
                e = client_share_destroy(x, d.id);
            if (e == OK)
                e = client_desk_put(x, &d);
        }
    } while (e == OK && s.rows.count == PROTO_STATEMENTS_MAX);
    return e;
}

enum err client_membership_apply(struct client_node *n, struct vault_txn *x, const struct proto_statement *s)
{
    struct client_case c = {0};
    enum client_member_state state = CLIENT_MEMBER_INVITED;
    const uint8_t *member = s->setter;
    enum err e = client_case_get(x, s->case_id, &c);

    if (e == ERR_NOTFOUND) {
        memcpy(c.id, s->case_id, sizeof c.id);
        c.child = s->subject;
    } else if (e != OK) {
        return e;
    }
    if (s->code == PROTO_MEMBER_INVITE) {
        if (client_case_member(&c, s->setter, s->purpose) == NULL && !same_partner(s->setter, n->me->id)
            && client_case_set(&c, s->setter, s->purpose, CLIENT_MEMBER_OPENED, false) != OK)
            return ERR_FULL;
        member = s->receiver;
    } else {
        state = s->code == PROTO_MEMBER_OPEN ? CLIENT_MEMBER_OPENED : s->code == PROTO_MEMBER_ACCEPT ? CLIENT_MEMBER_ACCEPTED
            : s->code == PROTO_MEMBER_DECLINE ? CLIENT_MEMBER_DECLINED : CLIENT_MEMBER_LEFT;
    }
    e = client_case_set(&c, member, s->purpose, state, false);
    return e != OK ? e : client_case_put(x, &c);
}

enum err client_mail_statement(struct client_node *n, struct vault_txn *x, const struct client_mail_event *e)
{
    if (e->said == NULL)
        return dropped(e, "no statement");
    switch (e->said->kind) {
    case PROTO_SAY_MEMBERSHIP:
        return client_membership_apply(n, x, e->said);
    case PROTO_SAY_WITHDRAWAL:
    case PROTO_SAY_EVENT_END:
        return client_desk_stop(x, e->said->refers);
    default:
        return OK;  /* kept with the statements; what it means is asked when somebody decides */
    }
}
