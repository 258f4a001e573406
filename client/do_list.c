/* client/do_list: statements as people read them: events, consents, and who confirmed what. */
#include "client/child.h"
#include "client/desk_reply.h"
#include "client/desk_table.h"
#include "client/facts.h"
#include "client/keeping.h"
#include "client/pages.h"
#include "client/replaced.h"
#include "policy/consent.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

struct listing {
    struct client_call *c;
    struct vault_txn *x;
    cJSON *array;
    bool one_child, one_id;
    struct client_child child;
    uint8_t id[PROTO_ID_LEN];
    struct client_ends ends;
    uint64_t older;                     /* consents left out because of the next */
    struct client_replaced *replaced;   /* NULL: what a newer one took the place of is shown, too */
};

static bool wanted(const struct listing *l, const struct client_kept *k)
{
    bool same_case = l->child.has_case && sodium_memcmp(k->what.case_id, l->child.with.id, PROTO_ID_LEN) == 0;

    if (l->one_id)
        return sodium_memcmp(k->what.id, l->id, PROTO_ID_LEN) == 0;
    return !l->one_child || same_case || proto_msg_same_subject(&k->what.subject, &l->child.here);
}

static void add_to(cJSON *row, const struct client_node *n, const struct proto_statement *s)
{
    cJSON *to = json_add_array(row, "to");

    for (uint8_t i = 0; i < s->addressees.count; i++)
        json_push_text(to, client_handle(n, s->addressees.id[i]));
}

/* A statement may name the child by the case's handle: the own record is under the child of the case. */
static struct proto_subject_id child_of(struct listing *l, const struct client_kept *k)
{
    struct client_case with;

    bool is_the_cases =
        client_case_get(l->x, k->what.case_id, &with) == OK && client_case_is_about(&with, &k->what.subject);

    return is_the_cases ? with.child : k->what.subject;
}

static void add_child(cJSON *row, struct listing *l, const struct client_kept *k)
{
    struct proto_subject_id child = child_of(l, k);

    client_reply_child(row, "child", l->c->node, l->x, &child);
}

/* "ended", and the day. */
static void add_end(cJSON *row, const struct client_end *end)
{
    json_add_bool(row, "ended", end != NULL);
    if (end != NULL)
        client_reply_date(row, "ended_on", end->made_s);
}

static bool event_each(void *arg, const struct client_kept *k)
{
    struct listing *l = arg;
    cJSON *row;

    if (k->what.kind != PROTO_SAY_EVENT || !wanted(l, k))
        return true;
    row = json_push_object(l->array);
    client_reply_id(row, "statement", k->what.id);
    json_add_text(row, "event", k->what.event);
    json_add_text(row, "setter", client_handle(l->c->node, k->what.setter));
    add_child(row, l, k);
    client_reply_date(row, "occurred", k->what.occurred_s);
    client_pages_at(row, k->what.made_s);
    add_to(row, l->c->node, &k->what);
    add_end(row, client_ends_of(&l->ends, &k->what));
    if (k->refused)
        json_add_bool(row, "refused", true);
    return true;
}

static const char *consent_state(const struct client_ends *ends, const struct proto_statement *s)
{
    if (client_ends_of(ends, s) != NULL)
        return "withdrawn";
    if (s->until_s == 0)
        return "incomplete";
    return s->until_s <= clock_now_s() ? "ended" : "complete";
}

/* Whose yes is missing: for recorder and holder only; the asker reads that it is incomplete and no more. */
static void add_missing(cJSON *row, struct listing *l, const struct client_kept *k)
{
    struct policy_facts f = {0};
    struct client_tongue in = client_reply_tongue(l->c->node, l->c->trouble.lang);
    struct proto_subject_id child = child_of(l, k);
    char born[11], people[256];

    if (client_facts_said(l->c->node, l->x, k, &f.given, &f.refused) != OK)
        return;
    if (client_facts_person(l->c->node, l->x, &child, clock_now_s(), &f, born) != OK)
        return;
    client_explain_people(&in, policy_consent_check(&f).missing, people, sizeof people);
    json_add_text(row, "missing", people);
}

static bool consent_each(void *arg, const struct client_kept *k)
{
    struct listing *l = arg;
    cJSON *row;

    const struct client_end *end;

    if (k->what.kind != PROTO_SAY_CONSENT || !wanted(l, k))
        return true;
    if (l->replaced != NULL && client_replaced_is(l->replaced, &k->what)) {
        l->older++;
        return true;
    }
    end = client_ends_of(&l->ends, &k->what);
    row = json_push_object(l->array);
    client_reply_id(row, "statement", k->what.id);
    add_child(row, l, k);
    json_add_text(row, "holder", client_handle(l->c->node, k->what.holder));
    json_add_text(row, "receiver", client_handle(l->c->node, k->what.receiver));
    json_add_text(row, "purpose", k->what.purpose);
    client_reply_sections(row, "sections", &k->what.sections);
    json_add_text(row, "state", consent_state(&l->ends, &k->what));
    if (end != NULL)
        client_reply_date(row, "withdrawn_on", end->made_s);
    client_reply_last_day(row, "until", k->what.until_s);
    client_pages_at(row, k->what.made_s);
    add_missing(row, l, k);
    return true;
}

/* Bits of addressees to names. */
static void add_bits(
    cJSON *row, const char *key, const struct client_node *n, const struct client_kept *k, uint64_t bits)
{
    cJSON *names = json_add_array(row, key);

    for (uint8_t i = 0; i < k->what.addressees.count; i++)
        if (bits & (UINT64_C(1) << i))
            json_push_text(names, client_handle(n, k->what.addressees.id[i]));
}

static bool statement_each(void *arg, const struct client_kept *k)
{
    struct listing *l = arg;
    uint64_t all = (UINT64_C(1) << k->what.addressees.count) - 1;
    bool late = client_keeping_is_late(k, clock_now_s());
    cJSON *row;

    if (!wanted(l, k))
        return true;
    row = json_push_object(l->array);
    client_reply_id(row, "statement", k->what.id);
    json_add_text(row, "kind", proto_statement_name(k->what.kind));
    json_add_text(row, "setter", client_handle(l->c->node, k->what.setter));
    add_child(row, l, k);
    client_reply_date(row, "made", k->what.made_s);
    client_pages_at(row, k->what.made_s);
    add_to(row, l->c->node, &k->what);
    add_bits(row, "acknowledged", l->c->node, k, k->acked);
    add_bits(row, "not_confirmed", l->c->node, k, late ? all & ~k->acked : 0);
    if (k->refused)
        json_add_bool(row, "refused", true);
    if (k->dropped)
        json_add_bool(row, "dropped", true);
    return true;
}

static void listing_free(struct listing *l)
{
    if (l == NULL)
        return;
    client_ends_fini(&l->ends);
    client_replaced_free(l->replaced);
    free(l);
}

static enum err listing_new(struct client_call *c, struct vault_txn *x, const char *name, struct listing **out)
{
    struct listing *l = calloc(1, sizeof *l);
    enum err e = l == NULL ? ERR_NOMEM : client_ends_read(x, &l->ends);

    if (e != OK) {
        listing_free(l);
        return e;
    }
    l->c = c;
    l->x = x;
    l->array = json_add_array(c->reply, name);
    *out = l;
    return OK;
}

static enum err list(struct client_call *c, struct vault_txn *x, const char *name, client_kept_each *each)
{
    struct listing *l = NULL;
    enum err e = listing_new(c, x, name, &l);

    if (e == OK)
        e = client_child_arg_may(c, x, &l->one_child, &l->child);
    if (e == OK && each == consent_each && client_arg_flag(c, "newest"))
        e = client_replaced_read(&c->node->region, x, &l->ends, clock_now_s(), &l->replaced);
    if (e == OK)
        e = client_kept_walk(x, each, l);
    if (e == OK && l->older != 0)
        json_add_u64(c->reply, "older", l->older);
    if (e == OK)
        e = client_pages_newest(c, l->array);
    listing_free(l);
    return e;
}

enum err client_do_event_list(struct client_call *c, struct vault_txn *x)
{
    return list(c, x, "events", event_each);
}

enum err client_do_consent_list(struct client_call *c, struct vault_txn *x)
{
    return list(c, x, "consents", consent_each);
}

enum err client_do_statement_list(struct client_call *c, struct vault_txn *x)
{
    return list(c, x, "statements", statement_each);
}

enum err client_do_consent_show(struct client_call *c, struct vault_txn *x)
{
    struct listing *l = NULL;
    enum err e = listing_new(c, x, "consents", &l);

    if (e == OK)
        e = client_arg_id(c, "statement", l->id);
    if (e == OK) {
        l->one_id = true;
        e = client_kept_walk(x, consent_each, l);
    }
    if (e == OK && cJSON_GetArraySize(l->array) == 0)
        e = trouble_at(&c->trouble, ERR_NOTFOUND, "--statement", 0, 0,
            "there is no such consent here; see: schakel consent list",
            "er is hier geen toestemming met dit nummer; zie: schakel consent list");
    listing_free(l);
    return e;
}
