/* client/do_inbox: one list of what waits for a person, newest concern first by kind: what it is, about whom, and the command that goes on. */
#include "client/casebook.h"
#include "client/child.h"
#include "client/desk_reply.h"
#include "client/desk_table.h"
#include "client/statement.h"

#include <stdarg.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct listing {
    struct client_call *c;
    struct vault_txn *x;
    cJSON *items;
    bool all;
};

/* English and Dutch, and the command that goes on; {id} stands for the id. */
struct item { const char *kind, *en, *nl, *next; };

static void add_item(struct listing *l, const struct item *it, const uint8_t id[PROTO_ID_LEN], const uint8_t from[PROTO_PARTNER_LEN],
    const struct proto_subject_id *child, cJSON **out)
{
    char next[160], hex[2 * PROTO_ID_LEN + 1];
    const char *at = strstr(it->next, "{id}");
    cJSON *row = json_push_object(l->items);

    (void) sodium_bin2hex(hex, sizeof hex, id, PROTO_ID_LEN);
    if (at != NULL)
        (void) snprintf(next, sizeof next, "%.*s%.8s%s", (int) (at - it->next), it->next, hex, at + 4);
    else
        (void) snprintf(next, sizeof next, "%s", it->next);
    client_reply_id(row, "id", id);
    json_add_text(row, "kind", it->kind);
    json_add_text(row, "from", client_handle(l->c->node, from));
    client_reply_child(row, "child", l->c->node, l->x, child);
    json_add_text(row, "text", l->c->trouble.lang == LANG_NL ? it->nl : it->en);
    json_add_text(row, "next", next);
    *out = row;
}

static const struct item desk_items[CLIENT_DESK_STATE_END] = {
    [CLIENT_DESK_WAITING] = {"request", "asks for sections; you decide", "vraagt om onderdelen; u beslist", "schakel preview --request {id}"},
    [CLIENT_DESK_ARRIVED] = {"share", "has sent what you may read", "heeft gestuurd wat u mag lezen", "schakel open --share {id}"},
    [CLIENT_DESK_REFUSED] = {"refusal", "refused your request", "heeft uw verzoek geweigerd", "schakel request show --request {id}"},
    [CLIENT_DESK_WITHDRAWN] = {"withdrawal", "consent was withdrawn; nothing more will come or go", "toestemming is ingetrokken; er komt en gaat niets meer",
        "schakel request show --request {id}"},
};
static const struct item offer_item = {"offer", "sends you something that you did not ask for: is it for you?",
    "stuurt u iets waar u niet om vroeg: is het voor u?", "schakel accept --offer {id}"};
static const struct item done_item = {"done", "nothing to do", "niets te doen", "schakel request show --request {id}"};

static bool desk_each(void *arg, const struct client_desk *d)
{
    struct listing *l = arg;
    const struct item *it = &desk_items[d->state < CLIENT_DESK_STATE_END ? d->state : 0];
    bool for_receiver = d->state == CLIENT_DESK_ARRIVED, offered = d->offer && !d->mine && !d->accepted
        && (d->state == CLIENT_DESK_GRANTED || d->state == CLIENT_DESK_ARRIVED || d->state == CLIENT_DESK_OPENED);
    cJSON *row;

    if (offered)
        it = &offer_item;
    else if (it->kind == NULL || (d->state == CLIENT_DESK_WAITING && d->mine) || (d->state == CLIENT_DESK_REFUSED && !d->mine)
        || (for_receiver && d->mine == d->offer))
        it = l->all ? &done_item : NULL;
    if (it == NULL)
        return true;
    add_item(l, it, d->id, d->other, &d->child, &row);
    json_add_text(row, "purpose", d->purpose);
    json_add_text(row, "state", client_desk_state_name(d->state));
    client_reply_sections(row, "sections", d->granted.count > 0 ? &d->granted : &d->sections);
    client_reply_date(row, "since", d->made_s);
    if (d->note[0] != '\0')
        json_add_text(row, "note", d->note);
    return true;
}

/* A report is done for us once there is a case of this child: the work goes on there. */
static bool is_followed_up(struct listing *l, const struct client_kept *k)
{
    struct client_case with;

    return client_case_of_child(l->c->node, l->x, &k->what.subject, "", &with) == OK;
}

static const struct item event_item = {"event", "reports an event", "meldt een gebeurtenis", "schakel case open --number NUMBER --purpose PURPOSE"};
static const struct item withdrawal_item = {"withdrawal", "consent was withdrawn", "toestemming is ingetrokken", "schakel consent list"};
static const struct item objection_item = {"objection", "the family objected", "het gezin heeft bezwaar gemaakt", "schakel statement list"};

static bool statement_each(void *arg, const struct client_kept *k)
{
    struct listing *l = arg;
    const struct item *it = k->what.kind == PROTO_SAY_EVENT ? &event_item : k->what.kind == PROTO_SAY_WITHDRAWAL ? &withdrawal_item
        : k->what.kind == PROTO_SAY_OBJECTION ? &objection_item : NULL;
    struct proto_subject_id child = k->what.subject;
    struct client_case with;
    cJSON *row;

    if (k->mine || it == NULL || (it == &event_item && !l->all && is_followed_up(l, k)))
        return true;
    if (client_case_get(l->x, k->what.case_id, &with) == OK)
        child = with.child;
    add_item(l, it, k->what.id, k->what.setter, &child, &row);
    json_add_text(row, "event", k->what.event);
    client_reply_date(row, "since", k->leaf_s);
    return true;
}

static const struct item invitation_item = {"invitation", "invites you into a case", "nodigt u uit voor een casus", "schakel case accept --case {id}"};

static bool case_each(void *arg, const struct client_case *c)
{
    struct listing *l = arg;
    cJSON *row;

    for (uint16_t i = 0; i < c->count; i++) {
        const struct client_member *m = &c->member[i], *by = NULL;
        if (m->state != CLIENT_MEMBER_INVITED || memcmp(m->partner, l->c->node->me->id, PROTO_PARTNER_LEN) != 0)
            continue;
        for (uint16_t k = 0; k < c->count; k++)
            if (c->member[k].state == CLIENT_MEMBER_OPENED && strcmp(c->member[k].purpose, m->purpose) == 0)
                by = &c->member[k];
        add_item(l, &invitation_item, c->id, by != NULL ? by->partner : m->partner, &c->child, &row);
        json_add_text(row, "purpose", m->purpose);
    }
    return true;
}

enum err client_do_inbox(struct client_call *c, struct vault_txn *x)
{
    struct listing l = {.c = c, .x = x, .items = json_add_array(c->reply, "items"), .all = client_arg_flag(c, "all")};
    enum err e = client_desk_walk(x, desk_each, &l);

    if (e == OK)
        e = client_case_walk(x, case_each, &l);
    return e != OK ? e : client_kept_walk(x, statement_each, &l);
}
