/*
 * client/do_inbox: one list of what waits for a person: what it is, about whom, until when, and the command
 * that goes on. What waits for an answer comes first, the soonest last day on top; then what is new to read
 * (what was shared, refused, withdrawn, objected to), the newest on top; then reports by the working days in
 * which they are answered. So a thousand reports hide neither a question nor a withdrawal.
 * What is still to be done after something was shared waits for an answer too (client/after). A privacy officer has another
 * list (client/notice).
 */
#include "client/casebook.h"
#include "client/child.h"
#include "client/desk_reply.h"
#include "client/desk_table.h"
#include "client/hold.h"
#include "client/meta.h"
#include "client/pages.h"
#include "client/statement.h"
#include "client/notice.h"
#include "policy/clocks.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>


struct listing {
    struct client_call *c;
    struct vault_txn *x;
    cJSON *items;
    bool all;
    enum err err;
};

/* English and Dutch, and the command that goes on; {id} stands for the id. until_done: somebody must put it
 * away. */
struct item {
    const char *kind, *en, *nl, *next;
    bool until_done;
};

/* By the kind of item. What is not named waits for an answer. */
static enum client_pages_group group_of(const struct item *it)
{
    static const char *const read[] = {"share", "refusal", "withdrawal", "objection", "unanswered"};

    for (size_t i = 0; i < sizeof read / sizeof *read; i++)
        if (strcmp(it->kind, read[i]) == 0)
            return CLIENT_PAGES_READ;
    return strcmp(it->kind, "event") == 0 ? CLIENT_PAGES_REPORT
        : strcmp(it->kind, "done") == 0 || strcmp(it->kind, "waiting") == 0 ? CLIENT_PAGES_DONE
                                                                            : CLIENT_PAGES_ANSWER;
}

static bool is_done(struct vault_txn *x, const uint8_t id[PROTO_ID_LEN])
{
    bool done = false;

    return client_meta_has_of(x, CLIENT_META_DONE, id, &done) == OK && done;
}

static void add_item(struct listing *l, const struct item *it, const uint8_t id[PROTO_ID_LEN],
    const uint8_t from[PROTO_PARTNER_LEN], const struct proto_subject_id *child, uint64_t at_s, cJSON **out)
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
    client_pages_group(row, group_of(it));
    client_reply_child(row, "child", l->c->node, l->x, child);
    json_add_text(row, "text", l->c->trouble.lang == LANG_NL ? it->nl : it->en);
    json_add_text(row, "next", next);
    json_add_bool(row, "until_done", it->until_done);
    client_pages_at(row, at_s);
    *out = row;
}

/* ---- requests, offers and shares ---- */

static const struct item desk_items[CLIENT_DESK_STATE_END] = {
    [CLIENT_DESK_WAITING] = {"request", "asks for sections; you decide", "vraagt om onderdelen; u beslist",
        "schakel preview --request {id}", false},
    [CLIENT_DESK_ARRIVED] = {"share", "has sent what you may read", "heeft gestuurd wat u mag lezen",
        "schakel open --share {id}", false},
    [CLIENT_DESK_REFUSED] = {"refusal", "refused your request", "heeft uw verzoek geweigerd",
        "schakel request show --request {id}", true},
    [CLIENT_DESK_WITHDRAWN] = {"withdrawal", "consent was withdrawn; nothing more will come or go",
        "toestemming is ingetrokken; er komt en gaat niets meer", "schakel request show --request {id}",
        true},
};
static const struct item taken_back_item = {"withdrawal", "ended the access to what it shared; the copy here is gone",
    "heeft de toegang beëindigd tot wat het deelde; de kopie hier is weg", "schakel request show --request {id}", true};
static const struct item unanswered_item = {"unanswered",
    "did not answer your request before its last day; ask again if it is still needed",
    "heeft uw verzoek niet voor de laatste dag beantwoord; vraag opnieuw als het nog nodig is",
    "schakel request show --request {id}", true};
static const struct item overdue_item = {"unanswered",
    "asked something that was not answered here before its last day",
    "vroeg iets dat hier niet voor de laatste dag is beantwoord", "schakel request show --request {id}",
    true};
static const struct item offer_item = {"offer",
    "sends you something that you did not ask for: is it for you?",
    "stuurt u iets waar u niet om vroeg: is het voor u?", "schakel open --share {id}", false};
static const struct item offer_read_item = {"offer", "waits for your answer to what it sent",
    "wacht op uw antwoord op wat het stuurde", "schakel accept --offer {id}", false};
static const struct item approve_item = {"approval",
    "a colleague wants to send this; a second person must look at it and approve",
    "een collega wil dit sturen; een tweede persoon moet het bekijken en goedkeuren",
    "schakel approve --offer {id}", false};
static const struct item approved_item = {"approval", "was approved by a second person and can be sent",
    "is goedgekeurd door een tweede persoon en kan weg", "schakel send --offer {id}", false};
static const struct item done_item = {
    "done", "nothing to do", "niets te doen", "schakel request show --request {id}", false};
static const struct item waiting_item = {
    "waiting", "waits for their answer", "wacht op hun antwoord", "schakel request show --request {id}", false};

/* NULL: not for the inbox. */
static const struct item *desk_item(const struct client_desk *d)
{
    const struct item *it = &desk_items[d->state < CLIENT_DESK_STATE_END ? d->state : 0];
    bool offered = d->offer && !d->mine && !d->accepted;

    if (d->state == CLIENT_DESK_PREPARED)
        return sodium_is_zero(d->approval, sizeof d->approval) ? &approve_item : &approved_item;
    if (d->state == CLIENT_DESK_WITHDRAWN && d->reason == PROTO_REFUSE_TAKEN_BACK)
        return client_desk_is_receiver(d) ? &taken_back_item : NULL;
    if (d->state == CLIENT_DESK_ENDED && d->granted.count == 0 && !d->offer)
        return d->mine ? &unanswered_item : &overdue_item;
    if (offered && d->state == CLIENT_DESK_OPENED)
        return &offer_read_item;
    if (offered && (d->state == CLIENT_DESK_GRANTED || d->state == CLIENT_DESK_ARRIVED))
        return &offer_item;
    if (it->kind == NULL || (d->state == CLIENT_DESK_WAITING && d->mine)
        || (d->state == CLIENT_DESK_REFUSED && !d->mine)
        || (d->state == CLIENT_DESK_ARRIVED && d->mine == d->offer))
        return NULL;
    return it;
}

/* The last day to act: of the question, or of reading. 0: none. */
static uint64_t desk_due(const struct client_desk *d)
{
    if (d->state == CLIENT_DESK_WAITING || d->state == CLIENT_DESK_PREPARED)
        return d->until_s;
    return d->state == CLIENT_DESK_GRANTED || d->state == CLIENT_DESK_ARRIVED
            || d->state == CLIENT_DESK_OPENED
        ? d->access_until_s
        : 0;
}

/* Nobody reads before the family knows. */
static void add_tell_first(struct listing *l, cJSON *row, const struct client_desk *d)
{
    bool tell = d->informed_s == 0 && client_reply_tell_first(l->c->node, d);
    const char *next = "";
    char with[200];

    json_add_bool(row, "tell_first", tell);
    if (!tell || json_text(row, "next", &next) != OK)
        return;
    (void) snprintf(
        with, sizeof with, "%s --informed %s", next, l->c->trouble.lang == LANG_NL ? "DATUM" : "DATE");
    cJSON_DeleteItemFromObjectCaseSensitive(row, "next");
    json_add_text(row, "next", with);
}

static bool desk_each(void *arg, const struct client_desk *d)
{
    struct listing *l = arg;
    const struct item *it = desk_item(d);
    cJSON *row;

    l->err = client_after_items(l->c, l->x, d, l->items);
    if (l->err != OK)
        return false;
    if (it == NULL || (it->until_done && is_done(l->x, d->id)))
        it = !l->all ? NULL : d->mine && !d->offer && d->state == CLIENT_DESK_WAITING ? &waiting_item : &done_item;
    if (it == NULL)
        return true;
    add_item(l, it, d->id, d->other, &d->child, d->made_s, &row);
    json_add_text(row, "purpose", d->purpose);
    json_add_text(row, "state", client_desk_state_name(d->state));
    client_reply_sections(row, "sections", d->granted.count > 0 ? &d->granted : &d->sections);
    client_reply_date(row, "since", d->made_s);
    client_reply_last_day(row, "due", it == &done_item ? 0 : desk_due(d));
    if (d->note[0] != '\0')
        json_add_text(row, "note", d->note);
    if ((d->state == CLIENT_DESK_REFUSED && d->mine) || (d->state == CLIENT_DESK_WITHDRAWN && d->reason != 0))
        json_add_text(row, "reason", client_desk_reason_name(d->reason));
    if (d->answer[0] != '\0')
        json_add_text(row, "answer", d->answer);
    if (d->state == CLIENT_DESK_WAITING && !d->mine)
        json_add_bool(row, "doubt", client_hold_doubt(l->c->node, l->x, d));
    if (d->state == CLIENT_DESK_ARRIVED)
        add_tell_first(l, row, d);
    return true;
}

/* ---- statements ---- */

/* A report is done for us once there is a case of this child: the work goes on there. */
static bool is_followed_up(struct listing *l, const struct client_kept *k)
{
    struct client_case with;

    return client_case_of_child(l->c->node, l->x, &k->what.subject, "", &with) == OK;
}

struct stopped {
    const uint8_t *consent;
    bool found;
};

static bool stopped_each(void *arg, const struct client_desk *d)
{
    struct stopped *s = arg;

    for (uint8_t i = 0; d->state == CLIENT_DESK_WITHDRAWN && i < d->statements.count; i++)
        s->found = s->found || sodium_memcmp(d->statements.id[i], s->consent, PROTO_ID_LEN) == 0;
    return !s->found;
}

/* Then the request or share that it stopped is in the list, and says more. */
static bool stopped_something(struct listing *l, const struct client_kept *k)
{
    struct stopped s = {.consent = k->what.refers};

    return client_desk_walk(l->x, stopped_each, &s) == OK && s.found;
}

/* The purposes for which this event lets this partner ask something. */
static void add_purposes(cJSON *row, const struct client_node *n, const char *event)
{
    const struct policy_pack *pack = n->pack;
    uint8_t kind = policy_pack_find(pack, POLICY_SET_KINDS, n->me->kind),
            code = policy_pack_find(pack, POLICY_SET_EVENTS, event);
    cJSON *array = json_add_array(row, "purposes");
    uint32_t found = 0;

    for (size_t i = 0; kind < POLICY_KINDS_MAX && code < POLICY_EVENTS_MAX && i < pack->rules; i++)
        if (pack->rule[i].mode != POLICY_MODE_N && (pack->rule[i].requesters & (UINT32_C(1) << kind)) != 0
            && (pack->rule[i].events & (UINT64_C(1) << code)) != 0)
            found |= pack->rule[i].purposes;
    for (uint8_t i = 0; i < pack->set[POLICY_SET_PURPOSES].count; i++)
        if (found & (UINT32_C(1) << i))
            json_push_text(array, policy_pack_name(pack, POLICY_SET_PURPOSES, i));
}

/* The purposes that a report opens say in how many working days its receiver answers; 0: none does. */
static unsigned feedback_days(const struct client_node *n, const cJSON *purposes)
{
    uint8_t kind = policy_pack_find(n->pack, POLICY_SET_KINDS, n->me->kind);
    const cJSON *item;
    unsigned least = 0;

    cJSON_ArrayForEach(item, purposes) {
        uint8_t purpose = policy_pack_find(n->pack, POLICY_SET_PURPOSES, item->valuestring);
        unsigned days =
            kind < POLICY_KINDS_MAX && purpose < POLICY_PURPOSES_MAX ? n->pack->feedback[kind][purpose] : 0;

        if (days != 0 && (least == 0 || days < least))
            least = days;
    }
    return least;
}

static void add_feedback_due(cJSON *row, const struct client_node *n, const struct client_kept *k)
{
    unsigned days = feedback_days(n, cJSON_GetObjectItemCaseSensitive(row, "purposes"));
    char text[11] = "";

    if (days != 0)
        date_format(policy_clocks_working_days_after(n->pack, clock_date_nl(k->leaf_s), days), text);
    json_add_text(row, "due", text);
}

static const struct item event_item = {"event", "reports an event", "meldt een gebeurtenis",
    "schakel case open --from-report {id} --purpose PURPOSE", true};
static const struct item event_item_nl = {"event", "reports an event", "meldt een gebeurtenis",
    "schakel case open --from-report {id} --purpose DOEL", true};
static const struct item withdrawal_item = {
    "withdrawal", "consent was withdrawn", "toestemming is ingetrokken", "schakel consent list", true};
static const struct item objection_item = {
    "objection", "the family objected", "het gezin heeft bezwaar gemaakt", "schakel statement list", true};

static bool statement_each(void *arg, const struct client_kept *k)
{
    struct listing *l = arg;
    const struct item *it = k->what.kind == PROTO_SAY_EVENT ? &event_item
        : k->what.kind == PROTO_SAY_WITHDRAWAL              ? &withdrawal_item
        : k->what.kind == PROTO_SAY_OBJECTION               ? &objection_item
                                                            : NULL;
    struct proto_subject_id child = k->what.subject;
    struct client_case with;
    cJSON *row;

    if (k->mine || it == NULL)
        return true;
    if (!l->all
        && (is_done(l->x, k->what.id) || (it == &event_item && is_followed_up(l, k))
            || (it == &withdrawal_item && stopped_something(l, k))))
        return true;
    if (client_case_get(l->x, k->what.case_id, &with) == OK && client_case_is_about(&with, &child))
        child = with.child;
    add_item(l, it == &event_item && l->c->trouble.lang == LANG_NL ? &event_item_nl : it, k->what.id, k->what.setter,
        &child, k->leaf_s, &row);
    json_add_text(row, "event", k->what.event);
    json_add_text(row, "purpose", k->what.purpose);
    if (it == &event_item)
        add_purposes(row, l->c->node, k->what.event);
    if (it == &event_item)
        add_feedback_due(row, l->c->node, k);
    client_reply_date(row, "since", k->leaf_s);
    return true;
}

static const struct item invitation_item = {"invitation", "invites you into a case",
    "nodigt u uit voor een casus", "schakel case accept --case {id}", false};

static bool case_each(void *arg, const struct client_case *c)
{
    struct listing *l = arg;
    cJSON *row;

    for (uint16_t i = 0; i < c->count; i++) {
        const struct client_member *m = &c->member[i], *by = NULL;
        if (m->state != CLIENT_MEMBER_INVITED
            || sodium_memcmp(m->partner, l->c->node->me->id, PROTO_PARTNER_LEN) != 0)
            continue;
        for (uint16_t k = 0; k < c->count; k++)
            if (c->member[k].state == CLIENT_MEMBER_OPENED && strcmp(c->member[k].purpose, m->purpose) == 0)
                by = &c->member[k];
        add_item(l, &invitation_item, c->id, by != NULL ? by->partner : m->partner, &c->child, clock_now_s(),
            &row);
        json_add_text(row, "purpose", m->purpose);
    }
    return true;
}

static enum err list_casework(struct client_call *c, struct vault_txn *x)
{
    struct listing l = {
        .c = c, .x = x, .items = json_add_array(c->reply, "items"), .all = client_arg_flag(c, "all")};
    enum err e = client_desk_walk(x, desk_each, &l);

    if (e == OK)
        e = l.err;
    if (e == OK)
        e = client_case_walk(x, case_each, &l);
    if (e == OK)
        e = client_kept_walk(x, statement_each, &l);
    return e == OK ? client_pages_due(c, l.items) : e;
}

enum err client_do_inbox(struct client_call *c, struct vault_txn *x)
{
    return client_notice_reads(c->who) ? client_notice_list(c, x) : list_casework(c, x);
}

/* ---- putting away ---- */

static enum err may_put_away(struct client_call *c, struct vault_txn *x, const uint8_t id[PROTO_ID_LEN])
{
    struct client_kept k;
    struct client_desk d;
    uint8_t *memory = NULL;
    enum err e = client_desk_get(x, id, &d);

    if (e == OK) {
        const struct item *it = desk_item(&d);
        /* Put away now, its answer would never be seen. */
        if (it == NULL)
            return trouble_at(&c->trouble, ERR_STATE, "--item", 0, 0, "does not lie in the inbox, so there is nothing to put away; see: schakel inbox",
                "ligt niet in het postvak, dus er is niets op te bergen; zie: schakel inbox");
        if (!it->until_done)
            return trouble_at(&c->trouble, ERR_STATE, "--item", 0, 0,
                "this waits for your answer; see: schakel inbox",
                "dit wacht op uw antwoord; zie: schakel inbox");
        return OK;
    }
    if (e == ERR_NOTFOUND)
        e = client_kept_get(x, id, &k, &memory);
    free(memory);
    return e == ERR_NOTFOUND ? trouble_at(&c->trouble, e, "--item", 0, 0,
               "there is no such item; see: schakel inbox", "dit staat er niet; zie: schakel inbox")
                             : e;
}

enum err client_do_done(struct client_call *c, struct vault_txn *x)
{
    uint8_t id[PROTO_ID_LEN];
    enum err e;

    if (client_notice_reads(c->who))
        return client_notice_done(c, x);
    e = client_arg_id(c, "item", id);
    if (e == OK)
        e = may_put_away(c, x, id);
    if (e == OK)
        e = client_meta_put_of(x, CLIENT_META_DONE, id, "1", 1);
    if (e == OK)
        client_reply_id(c->reply, "item", id);
    return e;
}
