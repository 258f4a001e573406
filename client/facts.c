#include "client/facts.h"

#include "base/text.h"
#include "client/casebook.h"
#include "client/child.h"
#include "client/record.h"
#include "client/sealed.h"
#include "policy/consent.h"
#include "policy/events.h"
#include "policy/words.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

struct collecting {
    struct client_node *node;
    struct vault_txn *x;
    const struct client_question *q;
    struct client_facts *f;
    struct policy_event event[CLIENT_EVENTS_MAX];
    uint8_t event_id[CLIENT_EVENTS_MAX][PROTO_ID_LEN];
    size_t event_count;
    size_t ended_count;
    struct { uint8_t id[PROTO_ID_LEN], by[PROTO_PARTNER_LEN]; } ended[CLIENT_EVENTS_MAX];
};

enum err client_facts_who(const char *text, uint8_t *out)
{
    uint8_t who = 0;
    char *copy = strdup(text), *save = NULL;
    enum err e = copy == NULL ? ERR_NOMEM : OK;

    for (char *p = copy == NULL ? NULL : strtok_r(copy, ", ", &save); e == OK && p != NULL; p = strtok_r(NULL, ", ", &save)) {
        unsigned bit = 0;
        while (bit < POLICY_WHO_BITS && strcmp(policy_words_who(bit), p) != 0)
            bit++;
        if (bit >= POLICY_WHO_BITS || ((1U << bit) & POLICY_WHO_PEOPLE) == 0)
            e = ERR_SYNTAX;
        else
            who = (uint8_t) (who | (1U << bit));
    }
    free(copy);
    if (e == OK)
        *out = who;
    return e;
}

static bool is_zero(const uint8_t *id, size_t len)
{
    return sodium_is_zero(id, len) == 1;
}

static bool is_party(const struct proto_statement *s, const struct proto_partner *p)
{
    bool party = sodium_memcmp(s->setter, p->id, PROTO_PARTNER_LEN) == 0;

    for (uint8_t i = 0; i < s->addressees.count; i++)
        party |= sodium_memcmp(s->addressees.id[i], p->id, PROTO_PARTNER_LEN) == 0;
    return party;
}

/* About this child: the same subject, or the same case (whose members may know the child by its handle). */
static bool is_about(const struct client_question *q, const struct proto_statement *s)
{
    return client_same_subject(&s->subject, &q->child)
        || (!is_zero(q->case_id, PROTO_ID_LEN) && sodium_memcmp(s->case_id, q->case_id, PROTO_ID_LEN) == 0);
}

static bool is_ticked(const struct client_question *q, const uint8_t id[PROTO_ID_LEN])
{
    for (uint8_t i = 0; q->ticked != NULL && i < q->ticked->count; i++)
        if (sodium_memcmp(q->ticked->id[i], id, PROTO_ID_LEN) == 0)
            return true;
    return false;
}

static void count(struct collecting *c, const uint8_t id[PROTO_ID_LEN])
{
    struct proto_ids *ids = &c->f->counted;

    if (ids->count < PROTO_STATEMENTS_MAX)
        memcpy(ids->id[ids->count++], id, PROTO_ID_LEN);
}

enum err client_facts_said(struct client_node *n, struct vault_txn *x, const struct client_kept *k, uint8_t *given, uint8_t *refused)
{
    uint8_t *own = NULL;
    size_t len = 0;
    cJSON *obj = NULL;
    const char *yes = "", *no = "";
    enum err e;

    if (k->mine) {
        e = client_vault_get(x, CLIENT_T_DRAFT, k->what.id, PROTO_ID_LEN, &own, &len);
        if (e == OK)
            e = json_parse(own, len, &obj, NULL);
        free(own);
    } else {
        e = client_sealed_statement_read(n, &k->what, &obj);
    }
    if (e == OK && (json_text(obj, "yes", &yes) != OK || json_text(obj, "no", &no) != OK))
        e = ERR_NOTFOUND;
    if (e == OK)
        e = client_facts_who(yes, given);
    if (e == OK)
        e = client_facts_who(no, refused);
    cJSON_Delete(obj);
    return e;
}

/* Past its day, or a birthday that changes whose yes is needed (MODEL section 2). */
static bool consent_is_over(const struct collecting *c, const struct proto_statement *s)
{
    struct date today = clock_date_nl(c->q->now_s), made = clock_date_nl(s->made_s), born;
    struct date asked = s->until_s != 0 ? clock_date_nl(s->until_s) : date_add_days(made, POLICY_DAYS_MAX);
    uint64_t months = 12;

    if (policy_pack_parameter(c->node->pack, "consent_max_months", today, &months) != OK)
        months = 12;
    if (date_parse(c->f->birth_date, &born) != OK)
        return date_compare(today, asked) >= 0;
    return date_compare(today, policy_consent_end(born, made, asked, (unsigned) months)) >= 0;
}

static void take_consent(struct collecting *c, const struct client_kept *k)
{
    const struct proto_statement *s = &k->what;
    struct client_consent *out = &c->f->consent[c->f->consent_count];

    if (c->f->consent_count == CLIENT_CONSENTS_MAX || s->code != PROTO_CONSENT_PROCESSING
        || sodium_memcmp(s->holder, c->q->holder->id, PROTO_PARTNER_LEN) != 0
        || sodium_memcmp(s->receiver, c->q->asker->id, PROTO_PARTNER_LEN) != 0 || strcmp(s->purpose, c->q->purpose) != 0 || consent_is_over(c, s))
        return;
    memset(out, 0, sizeof *out);
    memcpy(out->id, s->id, sizeof out->id);
    out->sections = s->sections;
    out->made_s = s->made_s;
    out->leaf_index = k->leaf_index;
    out->until_s = s->until_s;
    out->elsewhere = sodium_memcmp(s->setter, c->q->holder->id, PROTO_PARTNER_LEN) != 0;
    out->known = client_facts_said(c->node, c->x, k, &out->given, &out->refused) == OK;
    if (out->elsewhere && !c->q->before_grant && !is_ticked(c->q, s->id))
        out->given = 0;  /* recorded elsewhere: it counts once a person of the holder has checked it */
    c->f->consent_count++;
    count(c, s->id);
}

/* Set by one of the two it is between them; set by a third it names exactly these two. The hub reads it the same way. */
static bool is_of_pair(const struct client_question *q, const struct proto_statement *s)
{
    return sodium_memcmp(s->setter, q->asker->id, PROTO_PARTNER_LEN) == 0 || sodium_memcmp(s->setter, q->holder->id, PROTO_PARTNER_LEN) == 0
        || s->addressees.count == 2;
}

static void take_event(struct collecting *c, const struct proto_statement *s)
{
    struct policy_event *v = &c->event[c->event_count];
    const struct proto_partner *setter = proto_region_partner(&c->node->region, s->setter);

    if (c->event_count == CLIENT_EVENTS_MAX || setter == NULL)
        return;
    memset(v, 0, sizeof *v);
    v->code = policy_pack_find(c->node->pack, POLICY_SET_EVENTS, s->event);
    v->setter_kind = policy_pack_find(c->node->pack, POLICY_SET_KINDS, setter->kind);
    v->setter = setter == c->q->asker ? POLICY_SET_BY_ASKER : setter == c->q->holder ? POLICY_SET_BY_HOLDER : POLICY_SET_BY_OTHER;
    v->to_asker = v->to_holder = true;
    v->has_reference = s->reference[0] != '\0';
    v->ticked = is_ticked(c->q, s->id);
    v->of_pair = is_of_pair(c->q, s);
    v->purpose = s->purpose[0] == '\0' ? POLICY_UNKNOWN : policy_pack_find(c->node->pack, POLICY_SET_PURPOSES, s->purpose);
    v->occurred = clock_date_nl(s->occurred_s);
    if (s->until_s != 0)
        v->until = clock_date_nl(s->until_s);
    memcpy(c->event_id[c->event_count++], s->id, PROTO_ID_LEN);
    count(c, s->id);
}

/* First pass: what was ended or withdrawn, and by whom. */
static bool ends_each(void *arg, const struct client_kept *k)
{
    struct collecting *c = arg;
    bool ends = k->what.kind == PROTO_SAY_EVENT_END || k->what.kind == PROTO_SAY_WITHDRAWAL || k->what.kind == PROTO_SAY_OBJECTION_END;

    if (k->leaf_s == 0 || !ends || c->ended_count == CLIENT_EVENTS_MAX)
        return true;
    memcpy(c->ended[c->ended_count].id, k->what.refers, PROTO_ID_LEN);
    memcpy(c->ended[c->ended_count++].by, k->what.setter, PROTO_PARTNER_LEN);
    return true;
}

/* Only its setter ends a statement; a consent may be withdrawn at any partner that it names. Not left to the hub alone. */
static bool may_end(const struct proto_statement *s, const uint8_t by[PROTO_PARTNER_LEN])
{
    bool named = s->kind == PROTO_SAY_CONSENT && (sodium_memcmp(by, s->holder, PROTO_PARTNER_LEN) == 0
        || sodium_memcmp(by, s->receiver, PROTO_PARTNER_LEN) == 0);

    return named || sodium_memcmp(by, s->setter, PROTO_PARTNER_LEN) == 0;
}

static bool is_ended(const struct collecting *c, const struct proto_statement *s)
{
    for (size_t i = 0; i < c->ended_count; i++)
        if (sodium_memcmp(c->ended[i].id, s->id, PROTO_ID_LEN) == 0 && may_end(s, c->ended[i].by))
            return true;
    return false;
}

static bool facts_each(void *arg, const struct client_kept *k)
{
    struct collecting *c = arg;
    const struct proto_statement *s = &k->what;

    if (k->leaf_s == 0 || !is_about(c->q, s) || !is_party(s, c->q->asker) || !is_party(s, c->q->holder) || is_ended(c, s))
        return true;
    if (s->kind == PROTO_SAY_EVENT)
        take_event(c, s);
    else if (s->kind == PROTO_SAY_CONSENT)
        take_consent(c, k);
    else if (s->kind == PROTO_SAY_OBJECTION && (s->purpose[0] == '\0' || strcmp(s->purpose, c->q->purpose) == 0)) {
        c->f->base.restricted = true;
        if (s->made_s > c->f->objection_s)
            c->f->objection_s = s->made_s;
        count(c, s->id);
    }
    return true;
}

static uint8_t custody_of(const char *text)
{
    uint8_t who = 0;

    return client_facts_who(text, &who) == OK ? (uint8_t) (who & (POLICY_WHO_G1 | POLICY_WHO_G2 | POLICY_WHO_VOOGD)) : 0;
}

struct told {
    struct client_node *node;
    const struct proto_subject_id *child;
    char birth_date[11], custody[64], incapable[8];
    uint64_t made_s;
};

/* Facts that another partner sealed to this one; the newest. */
static bool told_each(void *arg, const struct client_kept *k)
{
    struct told *t = arg;
    cJSON *obj = NULL;
    const char *born = "", *custody = "", *incapable = "";

    if (k->what.kind != PROTO_SAY_FACTS || k->mine || k->what.made_s < t->made_s || !client_same_subject(&k->what.subject, t->child)
        || client_sealed_statement_read(t->node, &k->what, &obj) != OK)
        return true;
    if (json_text(obj, "birth_date", &born) == OK && json_text(obj, "custody", &custody) == OK && json_text(obj, "incapable", &incapable) == OK
        && strlen(born) < sizeof t->birth_date && strlen(custody) < sizeof t->custody && strlen(incapable) < sizeof t->incapable) {
        memcpy(t->birth_date, born, strlen(born) + 1);
        memcpy(t->custody, custody, strlen(custody) + 1);
        memcpy(t->incapable, incapable, strlen(incapable) + 1);
        t->made_s = k->what.made_s;
    }
    cJSON_Delete(obj);
    return true;
}

enum err client_facts_person(struct client_node *n, struct vault_txn *x, const struct proto_subject_id *child, uint64_t now_s,
    struct policy_facts *f, char birth_date[11])
{
    struct told t = {.node = n, .child = child};
    struct date born;
    enum err e = OK;

    if (client_record_field(n, x, child, "ident", "birth_date", t.birth_date, sizeof t.birth_date) != OK)
        e = client_kept_walk(x, told_each, &t);
    else {
        if (client_record_field(n, x, child, "guard", "custody", t.custody, sizeof t.custody) != OK)
            t.custody[0] = '\0';
        if (client_record_field(n, x, child, "guard", "incapable", t.incapable, sizeof t.incapable) != OK)
            t.incapable[0] = '\0';
    }
    f->age_years = -1;
    if (e == OK && date_parse(t.birth_date, &born) == OK)
        f->age_years = date_age_years(born, clock_date_nl(now_s));
    f->custody = custody_of(t.custody);
    f->incapable = strcmp(t.incapable, "yes") == 0;
    memcpy(birth_date, t.birth_date, sizeof t.birth_date);
    return e;
}

/*
 * Who takes part, from the membership statements this partner has. A case that it knows nothing of for this purpose was opened by the asker:
 * the signed request says so, and the hub checked it; anybody may open a case, so the opener's own word is all there is to it. In a
 * case that is known the asker must be one of its members, and the system event asks both to be.
 */
static void take_members(struct collecting *c, struct policy_events_request *r)
{
    struct client_case with;
    struct policy_facts *f = &c->f->base;
    bool known = false;

    f->member = c->q->offer;
    if (is_zero(c->q->case_id, PROTO_ID_LEN))
        return;
    if (client_case_get(c->x, c->q->case_id, &with) == OK)
        for (uint16_t i = 0; i < with.count; i++)
            known |= strcmp(with.member[i].purpose, c->q->purpose) == 0;
    if (!known) {
        f->member = true;
        return;
    }
    f->member |= client_case_takes_part(&with, c->q->asker->id, c->q->purpose);
    r->both_accepted = client_case_takes_part(&with, c->q->asker->id, c->q->purpose)
        && client_case_takes_part(&with, c->q->holder->id, c->q->purpose);
}

enum err client_facts_collect(struct client_node *n, struct vault_txn *x, const struct client_question *q, struct client_facts *out)
{
    struct collecting *c = calloc(1, sizeof *c);
    struct policy_events_request r = {.today = clock_date_nl(q->now_s)};
    struct policy_facts *f = &out->base;
    enum err e;

    if (c == NULL)
        return ERR_NOMEM;
    memset(out, 0, sizeof *out);
    c->node = n;
    c->x = x;
    c->q = q;
    c->f = out;
    f->asker_kind = policy_pack_find(n->pack, POLICY_SET_KINDS, q->asker->kind);
    f->holder_kind = policy_pack_find(n->pack, POLICY_SET_KINDS, q->holder->kind);
    f->purpose = r.purpose = policy_pack_find(n->pack, POLICY_SET_PURPOSES, q->purpose);
    f->weighed = q->weighed;
    f->second = q->second;
    f->before_grant = q->before_grant;
    take_members(c, &r);
    e = client_facts_person(n, x, &q->child, q->now_s, f, out->birth_date);
    if (e == OK)
        e = client_kept_walk(x, ends_each, c);
    if (e == OK)
        e = client_kept_walk(x, facts_each, c);
    if (e == OK)
        policy_events_count(n->pack, &r, c->event, c->event_count, f);
    free(c);
    return e;
}

void client_facts_for(const struct client_facts *f, const char *section, struct policy_facts *out)
{
    const struct client_consent *best = NULL;

    *out = f->base;
    for (uint16_t i = 0; i < f->consent_count; i++)
        if (proto_sections_has(&f->consent[i].sections, section) && (best == NULL || f->consent[i].leaf_index > best->leaf_index))
            best = &f->consent[i];
    if (best == NULL)
        return;
    out->given = best->given;
    out->refused = best->refused;
    out->consent_after = f->objection_s != 0 && best->made_s > f->objection_s;
}

void client_facts_decide(struct client_node *n, const struct client_facts *f, const struct proto_sections *sections,
    struct policy_decision decisions[PROTO_SECTIONS_MAX])
{
    struct policy_facts one;

    for (uint8_t i = 0; i < sections->count; i++) {
        client_facts_for(f, sections->name[i], &one);
        policy_eval_section(n->pack, &one, policy_pack_find(n->pack, POLICY_SET_SECTIONS, sections->name[i]), &decisions[i]);
    }
}
