/* client/do_case: opening cases and who takes part in them. Own rows change when the hub's receipt is in
 * (client/desk_sent). */
#include "client/child.h"
#include "client/desk_table.h"
#include "client/pages.h"
#include "client/statement.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

/* Each purpose of "a,b" in turn. */
static enum err each_purpose(struct client_call *c, char *list,
    enum err (*act)(struct client_call *c, const char *purpose, void *arg), void *arg)
{
    char *save = NULL;
    enum err e = OK;

    for (char *p = strtok_r(list, ", ", &save); e == OK && p != NULL; p = strtok_r(NULL, ", ", &save)) {
        if (policy_pack_find(c->node->pack, POLICY_SET_PURPOSES, p) == POLICY_UNKNOWN)
            return trouble_at(&c->trouble, ERR_RANGE, "--purpose", 0, 0,
                "%s is not a purpose of the pack; see: schakel policy show",
                "%s is geen doel van het pakket; zie: schakel policy show", p);
        e = act(c, p, arg);
    }
    return e;
}

struct membership {
    struct vault_txn *x;
    struct client_case *with;
    const struct proto_partner *to;   /* of an invitation */
    bool by_handle;
};

static struct proto_statement membership_of(
    const struct client_case *with, const char *purpose, enum proto_membership code)
{
    struct proto_statement s = {.kind = PROTO_SAY_MEMBERSHIP, .code = (uint8_t) code, .subject = with->child};

    memcpy(s.case_id, with->id, sizeof s.case_id);
    memcpy(s.purpose, purpose, strlen(purpose) + 1);
    return s;
}

/* A case is opened for a purpose: to the hub alone. */
static enum err opening_send(struct client_call *c, const char *purpose, void *arg)
{
    struct membership *m = arg;
    struct proto_statement s = membership_of(m->with, purpose, PROTO_MEMBER_OPEN);
    enum err e = client_case_put(m->x, m->with);

    return e != OK ? e : client_statement_send(c->node, m->x, &s, c->who, NULL, c);
}

static bool hears(const struct client_call *c, const struct client_member *m, const char *purpose)
{
    return strcmp(m->purpose, purpose) == 0
        && sodium_memcmp(m->partner, c->node->me->id, PROTO_PARTNER_LEN) != 0
        && (m->state == CLIENT_MEMBER_OPENED || m->state == CLIENT_MEMBER_ACCEPTED
            || m->state == CLIENT_MEMBER_INVITED);
}

static void address(struct proto_statement *s, const uint8_t partner[PROTO_PARTNER_LEN])
{
    if (s->addressees.count < PROTO_ADDRESSEES_MAX)
        memcpy(s->addressees.id[s->addressees.count++], partner, PROTO_PARTNER_LEN);
}

/*
 * The invitation under one subject: to whom it invites, and to all others in the case that know the child so;
 * each of them hears who is there, and who comes. Who may not hold the number hears the handle; whoever hears
 * the handle anyway may sit beside them.
 */
static enum err invitation_send(struct client_call *c, struct membership *m, const char *purpose,
    const struct proto_subject_id *as, bool all)
{
    struct proto_statement s = membership_of(m->with, purpose, PROTO_MEMBER_INVITE);
    bool alone = true;

    s.subject = *as;
    memcpy(s.receiver, m->to->id, sizeof s.receiver);
    address(&s, m->to->id);
    for (uint16_t i = 0; i < m->with->count; i++) {
        const uint8_t *other = m->with->member[i].partner;

        if (!hears(c, &m->with->member[i], purpose) || sodium_memcmp(other, m->to->id, PROTO_PARTNER_LEN) == 0
            || (!all && client_case_subject_for(m->with, other).type != as->type))
            continue;
        address(&s, other);
        alone = false;
    }
    if (alone && as->type != client_case_subject_for(m->with, m->to->id).type)
        return OK;
    proto_partners_sort(&s.addressees);
    return client_statement_send(c->node, m->x, &s, c->who, NULL, c);
}

static enum err invite(struct client_call *c, struct membership *m, const char *purpose)
{
    struct proto_subject_id as;
    enum err e = client_case_set(m->with, m->to->id, purpose, CLIENT_MEMBER_INVITED, m->by_handle);

    if (e == ERR_RANGE)
        return trouble_at(&c->trouble, e, "--case", 0, 0, "this case is full: it has %d members, counted for each purpose; open another one",
            "deze casus is vol: hij heeft %d leden, per doel geteld; open een andere", CLIENT_CASE_MEMBERS_MAX);
    if (e != OK)
        return e;
    as = client_case_subject_for(m->with, m->to->id);
    e = client_case_put(m->x, m->with);
    if (e == OK)
        e = invitation_send(c, m, purpose, &as, as.type == PROTO_SUBJECT_HANDLE);
    if (e == OK && as.type != PROTO_SUBJECT_HANDLE && m->with->handle.type == PROTO_SUBJECT_HANDLE)
        e = invitation_send(c, m, purpose, &m->with->handle, false);
    return e;
}

/* The child of a report that came in: it stands there as this partner would ask about it, so nobody needs its number for that. */
static enum err report_child(struct client_call *c, struct vault_txn *x, struct proto_subject_id *out)
{
    struct client_kept k;
    uint8_t id[PROTO_ID_LEN], *memory = NULL;
    enum err e = client_arg_id(c, "from_report", id);

    if (e == OK)
        e = client_kept_get(x, id, &k, &memory);
    if (e == ERR_NOTFOUND || (e == OK && (k.mine || k.what.kind != PROTO_SAY_EVENT)))
        e = trouble_at(&c->trouble, ERR_NOTFOUND, "--from-report", 0, 0, "no report with this number came in; see: schakel inbox",
            "er kwam geen melding met dit nummer binnen; zie: schakel inbox");
    else if (e == OK && k.what.subject.type == PROTO_SUBJECT_HANDLE)
        e = trouble_at(&c->trouble, ERR_STATE, "--from-report", 0, 0,
            "this report belongs to a case that is there already; see: schakel case show",
            "deze melding hoort bij een casus die er al is; zie: schakel case show");
    if (e == OK)
        *out = k.what.subject;
    free(memory);
    return e;
}

static enum err opening_child(struct client_call *c, struct vault_txn *x, struct client_case *with)
{
    struct client_child child = {0};
    const char *given = NULL;
    enum err e;

    if (json_text(c->args, "from_report", &given) == OK)
        return report_child(c, x, &with->child);
    if (client_arg_flag(c, "new_handle")) {
        with->handle.type = PROTO_SUBJECT_HANDLE;
        randombytes_buf(with->handle.value, sizeof with->handle.value);
        with->child = with->handle;
        return OK;
    }
    if (json_text(c->args, "number", &given) != OK && json_text(c->args, "case", &given) != OK)
        return trouble_set(&c->trouble, ERR_USAGE, "which child? give --from-report ID of a report in the inbox, --number NUMBER, or --new-handle",
            "welk kind? geef --from-report NR van een melding in de inbox, --number NUMMER, of --new-handle");
    e = client_child_arg(c, x, "", &child);
    with->child = child.here;
    return e;
}

static enum err takes_part(struct client_call *c, const char *purpose, void *arg)
{
    struct membership *m = arg;

    return client_case_takes_part(m->with, c->node->me->id, purpose) ? OK : ERR_NOTFOUND;
}

/* A case of this child in which this partner takes part for every one of these purposes. ERR_NOTFOUND. */
static enum err find_open(struct client_call *c, struct vault_txn *x, const struct proto_subject_id *child, const char *purposes,
    struct client_case *out)
{
    struct client_case there;
    struct membership m = {.x = x, .with = &there};
    char *list = strdup(purposes), first[PROTO_PURPOSE_WIDTH + 1];
    size_t len = strcspn(purposes, ", ");
    enum err e = list == NULL ? ERR_NOMEM : len >= sizeof first ? ERR_NOTFOUND : OK;

    if (e == OK) {
        memcpy(first, purposes, len);
        first[len] = '\0';
        e = client_case_of_child(c->node, x, child, first, &there);
    }
    if (e == OK)
        e = each_purpose(c, list, takes_part, &m);
    if (e == OK)
        *out = there;
    free(list);
    return e;
}

static void reply_opened(struct client_call *c, struct vault_txn *x, const struct client_case *with, const char *purposes)
{
    client_reply_id(c->reply, "case", with->id);
    client_reply_child(c->reply, "child", c->node, x, &with->child);
    json_add_text(c->reply, "purpose", purposes);
}

enum err client_do_case_open(struct client_call *c, struct vault_txn *x)
{
    struct client_case with = {0}, there;
    struct membership m = {.x = x, .with = &with};
    const char *purposes = NULL;
    char *list = NULL;
    enum err e = client_arg_text(c, "purpose", &purposes);

    if (e == OK)
        e = opening_child(c, x, &with);
    if (e != OK)
        return e;
    e = find_open(c, x, &with.child, purposes, &there);
    if (e == OK) {
        reply_opened(c, x, &there, purposes);
        json_add_bool(c->reply, "already", true);
        return OK;
    }
    if (e != ERR_NOTFOUND)
        return e;
    if ((list = strdup(purposes)) == NULL)
        return ERR_NOMEM;
    randombytes_buf(with.id, sizeof with.id);
    e = client_case_put(x, &with);
    if (e == OK)
        e = each_purpose(c, list, opening_send, &m);
    if (e == OK)
        reply_opened(c, x, &with, purposes);
    free(list);
    return e;
}

static enum err case_arg(struct client_call *c, struct vault_txn *x, struct client_case *out)
{
    struct client_child child = {0};
    const char *id = NULL;
    enum err e = client_arg_text(c, "case", &id);

    if (e == OK)
        e = client_child_arg(c, x, "", &child);
    if (e == OK)
        *out = child.with;
    return e;
}

enum err client_do_case_invite(struct client_call *c, struct vault_txn *x)
{
    struct client_case with = {0};
    struct membership m = {.x = x, .with = &with};
    const char *purpose = NULL;
    enum err e = case_arg(c, x, &with);

    if (e == OK)
        e = client_arg_purpose(c, true, &purpose);
    if (e == OK)
        e = client_arg_partner(c, "partner", &m.to);
    if (e == OK && sodium_memcmp(m.to->id, c->node->me->id, PROTO_PARTNER_LEN) == 0)
        e = trouble_at(&c->trouble, ERR_RANGE, "--partner", 0, 0,
            "that is your own organisation; name another", "dat is uw eigen organisatie; noem een andere");
    if (e == OK && !client_case_takes_part(&with, c->node->me->id, purpose))
        e = trouble_at(&c->trouble, ERR_STATE, "--purpose", 0, 0,
            "you do not take part in this case for %s; open one (schakel case open) or accept the invitation "
            "(schakel case accept)",
            "u doet niet mee in deze casus voor %s; open er een (schakel case open) of neem de uitnodiging "
            "aan (schakel case accept)",
            purpose);
    m.by_handle = client_arg_flag(c, "by_handle");
    if (e == OK)
        e = invite(c, &m, purpose);
    if (e == OK) {
        client_reply_id(c->reply, "case", with.id);
        json_add_text(c->reply, "partner", m.to->handle);
    }
    return e;
}

/*
 * To all others in the case for the purpose, also who is invited, in one statement: it happens once. When one
 * of them may not hold the number, all hear it under the case's handle; the case's id tells them which child.
 */
static enum err tell_members(struct client_call *c, struct vault_txn *x, struct client_case *with,
    const char *purpose, enum proto_membership code)
{
    struct proto_statement s = membership_of(with, purpose, code);
    struct proto_subject_id as;
    enum err e;

    for (uint16_t i = 0; i < with->count; i++) {
        const struct client_member *other = &with->member[i];
        if (!hears(c, other, purpose))
            continue;
        address(&s, other->partner);
        as = client_case_subject_for(with, other->partner);
        if (as.type == PROTO_SUBJECT_HANDLE)
            s.subject = as;
    }
    if (s.addressees.count == 0)
        return trouble_set(&c->trouble, ERR_STATE, "this organisation is the only one in the case: there is nobody to tell, and nobody else sees it",
            "deze organisatie is de enige in de casus: niemand hoeft het te horen, en niemand anders ziet haar");
    proto_partners_sort(&s.addressees);
    e = client_case_put(x, with);
    return e != OK ? e : client_statement_send(c->node, x, &s, c->who, NULL, c);
}

static bool may_move(enum client_member_state from, enum proto_membership to)
{
    if (to == PROTO_MEMBER_LEAVE)
        return from == CLIENT_MEMBER_OPENED || from == CLIENT_MEMBER_ACCEPTED;
    return from == CLIENT_MEMBER_INVITED;
}

/* For one purpose, or all for which it is the moment. */
static enum err move(struct client_call *c, struct vault_txn *x, enum proto_membership code)
{
    struct client_case with = {0}, before;
    const char *purpose = NULL;
    bool moved = false;
    enum err e = case_arg(c, x, &with);

    if (e == OK)
        e = client_arg_purpose(c, false, &purpose);
    before = with;
    for (uint16_t i = 0; e == OK && i < before.count; i++) {
        const struct client_member *m = &before.member[i];
        if (sodium_memcmp(m->partner, c->node->me->id, PROTO_PARTNER_LEN) != 0
            || (purpose[0] != '\0' && strcmp(purpose, m->purpose) != 0) || !may_move(m->state, code))
            continue;
        e = tell_members(c, x, &with, m->purpose, code);
        moved = true;
    }
    if (e == OK && !moved)
        e = trouble_set(&c->trouble, ERR_STATE,
            "there is nothing to answer in this case; who takes part: schakel case show",
            "er is in deze casus niets te beantwoorden; wie meedoet: schakel case show");
    if (e == OK)
        client_reply_id(c->reply, "case", with.id);
    return e;
}

enum err client_do_case_accept(struct client_call *c, struct vault_txn *x)
{
    return move(c, x, PROTO_MEMBER_ACCEPT);
}

enum err client_do_case_decline(struct client_call *c, struct vault_txn *x)
{
    return move(c, x, PROTO_MEMBER_DECLINE);
}

enum err client_do_case_leave(struct client_call *c, struct vault_txn *x)
{
    return move(c, x, PROTO_MEMBER_LEAVE);
}

struct showing {
    struct client_call *c;
    struct vault_txn *x;
    cJSON *cases;
    const struct client_case *only;
};

static const char *state_name(uint8_t state)
{
    static const char *const name[CLIENT_MEMBER_END] = {
        "?", "invited", "opened", "accepted", "declined", "left"};

    return state < CLIENT_MEMBER_END ? name[state] : "?";
}

static bool show_each(void *arg, const struct client_case *with)
{
    struct showing *s = arg;
    cJSON *row, *members;

    if (with->child.type == PROTO_SUBJECT_NONE)
        return true;
    if (s->only != NULL && sodium_memcmp(s->only->id, with->id, PROTO_ID_LEN) != 0)
        return true;
    row = json_push_object(s->cases);
    client_reply_id(row, "case", with->id);
    client_reply_child(row, "child", s->c->node, s->x, &with->child);
    members = json_add_array(row, "members");
    for (uint16_t i = 0; i < with->count; i++) {
        cJSON *m = json_push_object(members);
        json_add_text(m, "purpose", with->member[i].purpose);
        json_add_text(m, "partner", client_handle(s->c->node, with->member[i].partner));
        json_add_text(m, "state", state_name(with->member[i].state));
    }
    return true;
}

enum err client_do_case_show(struct client_call *c, struct vault_txn *x)
{
    struct showing s = {.c = c, .x = x, .cases = json_add_array(c->reply, "cases")};
    struct client_child child = {0};
    bool given = false;
    enum err e = client_child_arg_may(c, x, &given, &child);

    if (e != OK)
        return e;
    if (given)
        s.only = &child.with;
    e = client_case_walk(x, show_each, &s);
    return e == OK ? client_pages_by_text(c, s.cases, "child") : e;
}
