/* client/desk_mail: what was said and changes rows of the desk: withdrawals, memberships, steps taken afterwards. */
#include "client/desk_mail.h"

#include "client/after.h"
#include "client/consent_end.h"
#include "client/desk_sent.h"
#include "client/facts.h"
#include "client/lastword.h"
#include "client/mail.h"
#include "client/member.h"
#include "client/order.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

struct stop {
    const struct client_node *node;
    const struct proto_statement *consent;
    struct proto_ids rows;
};

static bool stop_each(void *arg, const struct client_desk *d)
{
    struct stop *s = arg;
    bool open = d->state == CLIENT_DESK_WAITING || d->state == CLIENT_DESK_GRANTED
        || d->state == CLIENT_DESK_RELEASED || (d->state == CLIENT_DESK_SENT && d->offer)
        || (d->state == CLIENT_DESK_ARRIVED && client_desk_is_receiver(d));

    for (uint8_t i = 0; open && i < d->statements.count; i++)
        if (sodium_memcmp(d->statements.id[i], s->consent->id, PROTO_ID_LEN) == 0
            && client_consent_carries(s->node, s->consent, d)) {
            memcpy(s->rows.id[s->rows.count++], d->id, PROTO_ID_LEN);
            break;
        }
    return s->rows.count < PROTO_STATEMENTS_MAX;
}

/* Repeats until nothing is left, because one walk remembers a limited number of rows. */
enum err client_desk_stop(struct client_node *n, struct vault_txn *x, const struct proto_statement *consent)
{
    struct stop s = {.node = n, .consent = consent};
    struct client_desk d;
    enum err e;

    do {
        s.rows.count = 0;
        e = client_desk_walk(x, stop_each, &s);
        for (uint8_t i = 0; e == OK && i < s.rows.count; i++) {
            e = client_desk_get(x, s.rows.id[i], &d);
            if (e == OK)
                e = client_desk_end(n, x, &d, CLIENT_DESK_WITHDRAWN);
        }
    } while (e == OK && s.rows.count == PROTO_STATEMENTS_MAX);
    return e;
}

static enum err withdrawn(struct client_node *n, struct vault_txn *x, const struct client_mail_event *e)
{
    struct client_kept k;
    uint8_t *memory = NULL;
    enum err err = client_kept_get(x, e->said->refers, &k, &memory);

    if (err == ERR_NOTFOUND)
        return OK;  /* what is not kept here was never relied on */
    if (err == OK && k.what.kind == PROTO_SAY_CONSENT && client_facts_may_end(&k.what, e->said))
        err = client_desk_stop(n, x, &k.what);
    else if (err == OK)
        err = client_mail_dropped(e, "not theirs to end");
    free(memory);
    return err;
}

/* The log's order counts, not the order of arrival: what a hub kept back does not make a member of who has
 * left since. */
static enum err membership(struct client_node *n, struct vault_txn *x, const struct client_mail_event *e)
{
    const struct proto_statement *s = e->said;
    const struct client_leaf leaf = client_order_leaf(&n->region, &e->mail->receipt);
    bool invites = s->code == PROTO_MEMBER_INVITE, newer = false;
    enum err err = client_lastword_is_newer(n, x, s, &leaf, &newer);

    if (err == OK && !newer)
        return client_mail_dropped(e, "not newer than what this member said last");
    if (err == OK)
        err = client_member_apply(n, x, s);
    return err != OK || invites ? err : client_lastword_put(x, s, &leaf);
}

static enum err step_after(struct client_node *n, struct vault_txn *x, const struct client_mail_event *e)
{
    enum err err = client_after_heard(n, x, e);

    return err == OK ? OK : client_mail_missed(e, err, "not about anything that was shared");
}

enum err client_mail_statement(struct client_node *n, struct vault_txn *x, const struct client_mail_event *e)
{
    if (e->said == NULL)
        return client_mail_dropped(e, "no statement");
    switch (e->said->kind) {
    case PROTO_SAY_MEMBERSHIP:
        return membership(n, x, e);
    case PROTO_SAY_WITHDRAWAL:
        return withdrawn(n, x, e);
    case PROTO_SAY_STATUS:
        return e->said->code == 1 ? withdrawn(n, x, e) : OK;
    case PROTO_SAY_WEIGHING:
    case PROTO_SAY_APPROVAL:
        return step_after(n, x, e);
    default:
        return OK;  /* kept with the statements; what it means is asked when somebody decides */
    }
}
