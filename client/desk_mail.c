#include "client/desk_mail.h"

#include "base/log.h"
#include "base/text.h"
#include "client/after.h"
#include "client/desk_sent.h"
#include "client/mail.h"
#include "client/member.h"
#include "client/sealed.h"
#include "client/statement.h"

#include <sodium.h>
#include <string.h>

enum err client_mail_dropped(const struct client_mail_event *e, const char *why)
{
    char id[2 * PROTO_ID_LEN + 1];

    text_hex(e->msg->head.id, PROTO_ID_LEN, id, sizeof id);
    log_event(LOG_WARN, "mail-dropped", "kind", proto_kind_name(e->msg->kind), "message", id, "reason", why, NULL);
    return OK;
}

enum err client_mail_missed(const struct client_mail_event *e, enum err err, const char *why)
{
    return err == ERR_NOTFOUND || err == ERR_DENIED ? client_mail_dropped(e, why) : err;
}

static bool same_partner(const uint8_t a[PROTO_PARTNER_LEN], const uint8_t b[PROTO_PARTNER_LEN])
{
    return sodium_memcmp(a, b, PROTO_PARTNER_LEN) == 0;
}

/*
 * The child as this partner knows it. Only a handle, or nobody, stands for the child of the case; a number is
 * that child and no other, for the log says so, whatever the case is about. Where the two differ a person is
 * asked (client_hold_doubt).
 */
static struct proto_subject_id child_here(struct vault_txn *x, const struct proto_header *head)
{
    const struct proto_subject_id *who = &head->subject;
    struct client_case c;

    if ((who->type == PROTO_SUBJECT_HANDLE || who->type == PROTO_SUBJECT_NONE)
        && client_case_get(x, head->case_id, &c) == OK
        && (who->type == PROTO_SUBJECT_NONE || client_case_is_about(&c, who)))
        return c.child;
    return *who;
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
    memcpy(d->pack, m->head.pack, sizeof d->pack);
}

/* A weighing counts when a person of the asker signed it about this very request, and for the sections that
 * it names. */
static bool is_weighed(struct client_node *n, struct vault_txn *x, const struct client_mail_event *e)
{
    const struct proto_blob *b = &e->msg->weighing;
    struct proto_statement s;
    uint8_t signer[PROTO_KEY_LEN];
    enum proto_role role;

    if (b->len == 0
        || client_statement_check(n, x, b->data, b->len, e->mail->receipt.time_s, &s, signer, &role) != OK)
        return false;
    for (uint8_t i = 0; i < e->msg->sections.count; i++)
        if (!proto_sections_has(&s.sections, e->msg->sections.name[i]))
            return false;
    return s.kind == PROTO_SAY_WEIGHING && same_partner(s.setter, e->from->id)
        && proto_msg_speaks_of(&e->msg->head, s.case_id, &s.subject, s.purpose)
        && sodium_memcmp(s.refers, e->msg->head.id, PROTO_ID_LEN) == 0;
}

/* Only what the hub let pass is for a person to decide. */
static void keep_permitted(struct client_desk *d)
{
    struct proto_sections left = {0};

    for (uint8_t i = 0; i < d->rows.count; i++)
        if (d->rows.row[i].verdict == POLICY_PERMIT
            && proto_sections_has(&d->sections, d->rows.row[i].section))
            memcpy(left.name[left.count++], d->rows.row[i].section, sizeof left.name[0]);
    d->sections = left;
}

/* Nobody puts a row of its own in the place of another: not of ours, nor of its own that was answered. OK:
 * the id is free; ERR_DENIED. */
static enum err check_free(struct vault_txn *x, const struct client_mail_event *e)
{
    struct client_desk d;
    enum err err = client_desk_get(x, e->msg->head.id, &d);

    if (err == ERR_NOTFOUND)
        err = client_desk_by_grant(x, e->from->id, e->msg->head.id, &d);
    return err == OK ? ERR_DENIED : err == ERR_NOTFOUND ? OK : err;
}

enum err client_mail_request(struct client_node *n, struct vault_txn *x, const struct client_mail_event *e)
{
    struct client_desk d = {.state = CLIENT_DESK_WAITING};
    enum err err = check_free(x, e);

    if (err != OK)
        return client_mail_missed(e, err, "this id is taken");
    row_start(&d, x, e);
    keep_permitted(&d);
    if (d.sections.count == 0)
        return OK;  /* answered by the hub; the archive has it for the officer */
    d.weighed = is_weighed(n, x, e);
    client_sealed_request_read(n, e->msg, &d);
    return client_desk_put(x, &d);
}

static bool same_list(const struct proto_sections *a, const struct proto_sections *b)
{
    bool same = a->count == b->count;

    for (uint8_t i = 0; same && i < a->count; i++)
        same = proto_sections_has(b, a->name[i]);
    return same;
}

/* A person of the holder signed exactly this: to us, these sections, until then, those bytes, in answer to
 * this row. */
static bool is_granted_by_person(
    const struct client_node *n, const struct client_mail_event *e, const struct client_desk *d)
{
    const struct proto_statement *s = e->said;

    return s != NULL && s->kind == PROTO_SAY_GRANT && proto_msg_speaks_of(&e->msg->head, s->case_id, &s->subject, s->purpose)
        && same_partner(s->receiver, n->me->id) && sodium_memcmp(s->refers, d->id, PROTO_ID_LEN) == 0
        && sodium_memcmp(s->digest, e->msg->digest, PROTO_HASH_LEN) == 0 && s->until_s == e->msg->until_s
        && same_list(&s->sections, &e->msg->sections);
}

/* By which rule a section is granted the grant says itself: with what was ticked and weighed since, another rule may be the first. */
static void take_rules(struct client_desk *d, const struct proto_rows *granted)
{
    for (uint8_t i = 0; i < d->rows.count; i++)
        for (uint8_t k = 0; k < granted->count; k++)
            if (strcmp(d->rows.row[i].section, granted->row[k].section) == 0 && granted->row[k].verdict == POLICY_PERMIT)
                d->rows.row[i] = granted->row[k];
}

static void take_grant(struct client_desk *d, const struct client_mail_event *e)
{
    take_rules(d, &e->mail->receipt.rows);
    d->state = CLIENT_DESK_GRANTED;
    d->granted = e->msg->sections;
    d->access_until_s = e->msg->until_s;
    d->granted_s = e->mail->receipt.time_s;
    memcpy(d->digest, e->msg->digest, sizeof d->digest);
    memcpy(d->pack, e->msg->head.pack, sizeof d->pack);
    memcpy(d->grant_id, e->msg->head.id, sizeof d->grant_id);
    memcpy(d->grant_statement, e->said->id, sizeof d->grant_statement);
}

enum err client_mail_offer(struct client_node *n, struct vault_txn *x, const struct client_mail_event *e)
{
    struct client_desk d = {.offer = true};
    enum err err = check_free(x, e);

    if (err != OK)
        return client_mail_missed(e, err, "this id is taken");
    row_start(&d, x, e);
    if (!is_granted_by_person(n, e, &d))
        return client_mail_dropped(e, "no person's grant of it");
    take_grant(&d, e);
    client_sealed_request_read(n, e->msg, &d);
    return client_desk_put(x, &d);
}

/* The row a message refers to, if it is with this sender and as it should be. */
static enum err row_for(
    struct vault_txn *x, const struct client_mail_event *e, bool mine, bool offer, struct client_desk *d)
{
    enum err err = client_desk_get(x, e->msg->refers, d);

    if (err != OK)
        return err;
    return same_partner(d->other, e->from->id) && d->mine == mine && d->offer == offer ? OK : ERR_DENIED;
}

/* The same by the grant; receiver says on which side we are. */
static enum err row_of_grant(
    struct vault_txn *x, const struct client_mail_event *e, bool receiver, struct client_desk *d)
{
    enum err err = client_desk_by_grant(x, e->from->id, e->msg->refers, d);

    return err == OK && client_desk_is_receiver(d) != receiver ? ERR_DENIED : err;
}

/* What was answered in time counts, also when it comes in after the question ended here: this node may have
 * been off. */
static bool is_open_question(const struct client_desk *d, const struct client_mail_event *e)
{
    bool in_time =
        d->state == CLIENT_DESK_ENDED && d->granted.count == 0 && e->mail->receipt.time_s <= d->until_s;

    return d->state == CLIENT_DESK_WAITING || d->state == CLIENT_DESK_SENT || in_time;
}

enum err client_mail_grant(struct client_node *n, struct vault_txn *x, const struct client_mail_event *e)
{
    struct client_desk d;
    enum err err = row_for(x, e, true, false, &d);

    if (err != OK)
        return client_mail_missed(e, err, "no such request");
    if (!is_open_question(&d, e))
        return client_mail_dropped(e, "not waiting");
    err = check_free(x, e);
    if (err != OK)
        return client_mail_missed(e, err, "this id is taken");
    for (uint8_t i = 0; i < e->msg->sections.count; i++)
        if (!proto_sections_has(&d.sections, e->msg->sections.name[i]))
            return client_mail_dropped(e, "more than was asked");
    if (!is_granted_by_person(n, e, &d))
        return client_mail_dropped(e, "no person's grant of it");
    take_grant(&d, e);
    return client_desk_put(x, &d);
}

/* The receiver's: granted, here or on its way. */
static bool may_be_read(const struct client_desk *d)
{
    return d->state == CLIENT_DESK_GRANTED || d->state == CLIENT_DESK_ARRIVED || d->state == CLIENT_DESK_OPENED;
}

/* Our request was refused; or what we were given is taken back, read or not: also when a hub brings that before the offer itself. */
enum err client_mail_refuse(struct client_node *n, struct vault_txn *x, const struct client_mail_event *e)
{
    struct client_desk d, said = {.state = CLIENT_DESK_NONE};
    enum err err = client_mail_early(n, x, e, client_desk_get(x, e->msg->refers, &d));
    bool taken_back;

    if (err == OK && (!same_partner(d.other, e->from->id) || !client_desk_is_receiver(&d)))
        err = ERR_DENIED;
    if (err != OK)
        return client_mail_missed(e, err, "no such request");
    taken_back = e->msg->code == PROTO_REFUSE_TAKEN_BACK && may_be_read(&d);
    if (!taken_back && (d.offer || !is_open_question(&d, e)))
        return client_mail_dropped(e, "not waiting");
    client_sealed_request_read(n, e->msg, &said);
    memcpy(d.answer, said.note, sizeof d.answer);
    d.reason = e->msg->code;
    if (taken_back)
        return client_desk_end(n, x, &d, CLIENT_DESK_WITHDRAWN);
    d.state = CLIENT_DESK_REFUSED;
    return client_desk_put(x, &d);
}

enum err client_mail_release(struct client_node *n, struct vault_txn *x, const struct client_mail_event *e)
{
    struct client_desk d;
    uint8_t digest[PROTO_HASH_LEN];
    enum err err = client_mail_early(n, x, e, row_of_grant(x, e, true, &d));

    if (err != OK)
        return client_mail_missed(e, err, "no such grant");
    if (d.state != CLIENT_DESK_GRANTED)
        return client_mail_dropped(e, "not waiting for it");
    crypto_hash_sha256(digest, e->msg->payload.data, e->msg->payload.len);
    if (sodium_memcmp(digest, d.digest, sizeof digest) != 0)
        return client_mail_dropped(e, "not what was granted");
    d.state = CLIENT_DESK_ARRIVED;
    err = client_share_put(x, d.id, e->msg->payload.data, e->msg->payload.len);
    return err != OK ? err : client_desk_put(x, &d);
}

/* The receiver's: it has, or may get, what was given. */
static bool is_given(const struct client_desk *d)
{
    return d->state == CLIENT_DESK_GRANTED || d->state == CLIENT_DESK_RELEASED
        || d->state == CLIENT_DESK_OPENED;
}

enum err client_mail_answer(struct client_node *n, struct vault_txn *x, const struct client_mail_event *e)
{
    struct client_desk d;
    enum err err = row_for(x, e, true, true, &d);

    if (err != OK)
        return client_mail_missed(e, err, "no such offer");
    if (!is_given(&d) || d.accepted)
        return client_mail_dropped(e, "not waiting for an answer");
    if (e->msg->code == PROTO_ANSWER_ACCEPT) {
        d.accepted = true;
        err = client_member_join(
            n, x, &(struct client_joining){d.case_id, n->me->id, d.other, d.purpose, &d.child});
    } else {
        d.state = CLIENT_DESK_NOT_FOR_US;
        err = client_share_destroy(x, d.id);
    }
    return err != OK ? err : client_desk_put(x, &d);
}

enum err client_mail_cancel(struct client_node *n, struct vault_txn *x, const struct client_mail_event *e)
{
    struct client_desk d;
    enum err err = client_mail_early(n, x, e, row_for(x, e, false, false, &d));

    if (err != OK)
        return client_mail_missed(e, err, "no such request");
    if (d.state != CLIENT_DESK_WAITING)
        return client_mail_dropped(e, "answered already");
    d.state = CLIENT_DESK_CANCELLED;
    err = client_share_destroy(x, d.id);
    return err != OK ? err : client_desk_put(x, &d);
}

/* The privacy officer is told (client/notice). */
static enum err exported(struct vault_txn *x, const struct client_desk *d, uint64_t at_s)
{
    struct client_after a;
    enum err e = client_after_get(x, d->id, &a);

    if (e == OK && a.exported_s == 0) {
        a.exported_s = at_s;
        e = client_after_put(x, d->id, &a);
    }
    return e;
}

/* What was stopped or is over stays so, but that it was read before is to be known. */
enum err client_mail_report(struct client_node *n, struct vault_txn *x, const struct client_mail_event *e)
{
    struct client_desk d;
    bool over;
    enum err err = row_of_grant(x, e, false, &d);

    (void) n;
    if (err != OK)
        return client_mail_missed(e, err, "no such grant");
    over = d.state == CLIENT_DESK_WITHDRAWN || d.state == CLIENT_DESK_ENDED;
    if (!is_given(&d) && !over)
        return client_mail_dropped(e, "nothing went out");
    if (e->msg->code != PROTO_REPORT_EXPIRED && d.opened_s == 0)
        d.opened_s = e->mail->receipt.time_s;
    if (!over)
        d.state = e->msg->code == PROTO_REPORT_EXPIRED ? CLIENT_DESK_ENDED : CLIENT_DESK_OPENED;
    err = e->msg->code == PROTO_REPORT_EXPORTED ? exported(x, &d, e->mail->receipt.time_s) : OK;
    return err != OK ? err : client_desk_put(x, &d);
}
