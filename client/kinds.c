/* client/kinds: per kind of message, what casework does with its receipt, its refusal and its arrival. */
#include "client/desk_mail.h"
#include "client/desk_sent.h"
#include "client/member.h"
#include "client/registry.h"
#include "client/rotate.h"
#include "proto/sign.h"

static enum err sent_statement(struct client_node *n, struct vault_txn *x, const struct client_receipt_event *e);

const struct client_kind client_kinds[] = {
    {PROTO_STATEMENT, sent_statement, NULL, client_mail_statement},
    {PROTO_REQUEST, client_sent_request, client_desk_refused, client_mail_request},
    {PROTO_OFFER, client_sent_grant, client_desk_refused, client_mail_offer},
    {PROTO_GRANT, client_sent_grant, client_desk_refused_grant, client_mail_grant},
    {PROTO_REFUSE, client_sent_refuse, NULL, client_mail_refuse},
    {PROTO_RELEASE, client_sent_release, client_desk_refused_release, client_mail_release},
    {PROTO_ANSWER, client_sent_answer, NULL, client_mail_answer},
    {PROTO_CANCEL, client_sent_cancel, NULL, client_mail_cancel},
    {PROTO_PUBLISH, client_rotate_on_receipt, NULL, NULL},
    {PROTO_REGISTRY, client_registry_on_receipt, client_registry_on_refused, NULL},
    {PROTO_REPORT, NULL, NULL, client_mail_report},
};
const size_t client_kinds_count = sizeof client_kinds / sizeof client_kinds[0];

/* Own memberships take effect when they are logged. */
static enum err sent_statement(struct client_node *n, struct vault_txn *x, const struct client_receipt_event *e)
{
    struct proto_signed envelope;
    struct proto_statement s;

    if (proto_sign_decode(e->msg->original.data, e->msg->original.len, &envelope) != OK
        || proto_statement_of_type(envelope.type) != PROTO_SAY_MEMBERSHIP
        || proto_statement_decode(PROTO_SAY_MEMBERSHIP, envelope.body, envelope.body_len, &s) != OK)
        return OK;
    return client_member_apply(n, x, &s);
}
