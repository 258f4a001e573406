#include "client/facts.h"

#include "client/casebook.h"
#include "client/child.h"
#include "client/consent_end.h"
#include "client/rows.h"
#include "policy/consent.h"
#include "policy/events.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum { DAY_S = 86400 };

/* The end of a statement, or its recorder's word that it stands. */
struct word {
    uint8_t kind, code, refers[PROTO_ID_LEN], by[PROTO_PARTNER_LEN];
    bool to_both;        /* asker and holder were told */
    uint64_t said_s;
};

struct collecting {
    struct client_node *node;
    struct vault_txn *x;
    const struct client_question *q;
    struct client_facts *f;
    bool has_case;                  /* of this child */
    struct client_case with;
    struct policy_event event[CLIENT_EVENTS_MAX];
    size_t event_count;
    struct word *words; /* all of them: a withdrawal that is overlooked would let a consent count again */
    size_t word_count, word_cap;
    struct proto_ids others;        /* events and objections that were looked at */
    enum err err;
};

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

/* About this child: the same subject, or in its case, whose members may know the child by a handle. */
static bool is_about(const struct collecting *c, const struct proto_statement *s)
{
    return proto_msg_same_subject(&s->subject, &c->q->child)
        || (c->has_case && sodium_memcmp(s->case_id, c->with.id, PROTO_ID_LEN) == 0
            && client_case_is_about(&c->with, &s->subject));
}

static bool is_ticked(const struct client_question *q, const uint8_t id[PROTO_ID_LEN])
{
    for (uint8_t i = 0; q->ticked != NULL && i < q->ticked->count; i++)
        if (sodium_memcmp(q->ticked->id[i], id, PROTO_ID_LEN) == 0)
            return true;
    return false;
}

static void count(struct proto_ids *ids, const uint8_t id[PROTO_ID_LEN])
{
    if (ids->count < PROTO_STATEMENTS_MAX)
        memcpy(ids->id[ids->count++], id, PROTO_ID_LEN);
}

static bool is_for_this(const struct collecting *c, const struct proto_statement *s)
{
    return s->code == PROTO_CONSENT_PROCESSING
        && sodium_memcmp(s->holder, c->q->holder->id, PROTO_PARTNER_LEN) == 0
        && sodium_memcmp(s->receiver, c->q->asker->id, PROTO_PARTNER_LEN) == 0
        && strcmp(s->purpose, c->q->purpose) == 0;
}

/* Its recorder's last word that it stands: when it was recorded, or a status since. No later than its recorder says: the leaf time is the hub's. */
static uint64_t last_heard_s(const struct collecting *c, const struct client_kept *k)
{
    uint64_t heard_s = client_facts_made(k);

    for (size_t i = 0; i < c->word_count; i++) {
        const struct word *w = &c->words[i];
        if (w->kind == PROTO_SAY_STATUS && w->code == 0 && w->said_s > heard_s
            && sodium_memcmp(w->refers, k->what.id, PROTO_ID_LEN) == 0
            && sodium_memcmp(w->by, k->what.setter, PROTO_PARTNER_LEN) == 0)
            heard_s = w->said_s;
    }
    return heard_s;
}

static bool is_fresh(const struct collecting *c, const struct client_kept *k)
{
    uint64_t days = 0;

    if (policy_pack_parameter(c->node->pack, "consent_status_days", clock_date_nl(c->q->now_s), &days) != OK)
        days = 0;
    return last_heard_s(c, k) + days * DAY_S >= c->q->now_s;
}

/* When there is no room the oldest goes; so what is left of a section is still its newest, or nothing. NULL:
 * this one is older than all. */
static struct client_consent *consent_place(const struct proto_region *r, struct client_facts *f, const struct client_leaf *leaf)
{
    struct client_consent *oldest = &f->consent[0];

    if (f->consent_count < CLIENT_CONSENTS_MAX)
        return &f->consent[f->consent_count++];
    for (uint16_t i = 1; i < f->consent_count; i++)
        if (client_order_is_later(r, &oldest->leaf, &f->consent[i].leaf))
            oldest = &f->consent[i];
    return client_order_is_later(r, leaf, &oldest->leaf) ? oldest : NULL;
}

/* The asker could give anybody there the role of a young person, and so tick for itself. */
static bool is_first_hand(const struct client_question *q, const struct client_kept *k)
{
    return sodium_memcmp(k->what.setter, q->holder->id, PROTO_PARTNER_LEN) == 0
        || (k->role == PROTO_ROLE_YOUNG
            && sodium_memcmp(k->what.setter, q->asker->id, PROTO_PARTNER_LEN) != 0);
}

/* A consent that was one: the newest of them is what people are told. */
static void lapse(struct collecting *c, const struct client_kept *k, enum client_lapsed_why why, uint64_t at_s, const uint8_t by[PROTO_PARTNER_LEN])
{
    struct client_lapsed *l = &c->f->lapsed;
    struct client_leaf leaf = client_kept_leaf(k);

    if (l->why != CLIENT_LAPSED_NOT && !client_order_is_later(&c->node->region, &leaf, &l->leaf))
        return;
    *l = (struct client_lapsed){.why = why, .at_s = at_s, .sections = k->what.sections, .leaf = leaf};
    memcpy(l->by, by, sizeof l->by);
}

static void take_consent(struct collecting *c, const struct client_kept *k)
{
    const struct proto_statement *s = &k->what;
    struct client_consent one = {.sections = s->sections,
                              .leaf = client_kept_leaf(k),
                              .made_s = client_facts_made(k),
                              .until_s = s->until_s},
                          *place;

    if (!is_for_this(c, s))
        return;
    if (client_consent_is_over(c->node, k, c->f->birth_date, clock_date_nl(c->q->now_s))) {
        lapse(c, k, CLIENT_LAPSED_OVER, client_facts_made(k), s->setter);
        return;
    }
    count(&c->f->counted, s->id);
    memcpy(one.id, s->id, sizeof one.id);
    one.elsewhere = !is_first_hand(c->q, k);
    one.known = client_facts_said(c->node, c->x, k, &one.given, &one.refused) == OK;
    /* Recorded elsewhere, a yes counts once a person of the holder has checked it; a no at once. */
    if (one.elsewhere && ((!c->q->before_grant && !is_ticked(c->q, s->id)) || !is_fresh(c, k))) {
        if (one.refused == 0) {
            if (!is_fresh(c, k))
                lapse(c, k, CLIENT_LAPSED_SILENT, last_heard_s(c, k), s->setter);
            else if (!is_ticked(c->q, s->id))
                count(&c->f->to_tick, s->id);
            return;
        }
        one.given = 0;
    }
    place = consent_place(&c->node->region, c->f, &one.leaf);
    if (place != NULL)
        *place = one;
}

/* Set by one of the two it is between them; set by a third it names exactly these two. The hub reads it the
 * same way. */
static bool is_of_pair(const struct client_question *q, const struct proto_statement *s)
{
    return sodium_memcmp(s->setter, q->asker->id, PROTO_PARTNER_LEN) == 0
        || sodium_memcmp(s->setter, q->holder->id, PROTO_PARTNER_LEN) == 0 || s->addressees.count == 2;
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
    v->setter = sodium_memcmp(s->setter, c->q->asker->id, PROTO_PARTNER_LEN) == 0 ? POLICY_SET_BY_ASKER
        : sodium_memcmp(s->setter, c->q->holder->id, PROTO_PARTNER_LEN) == 0      ? POLICY_SET_BY_HOLDER
                                                                                  : POLICY_SET_BY_OTHER;
    v->to_asker = v->to_holder = true;
    v->has_reference = proto_statement_has_reference(s);
    v->ticked = is_ticked(c->q, s->id);
    if (v->has_reference && !v->ticked)
        count(&c->f->to_tick, s->id);
    v->of_pair = is_of_pair(c->q, s);
    v->purpose = s->purpose[0] == '\0' ? POLICY_UNKNOWN
                                       : policy_pack_find(c->node->pack, POLICY_SET_PURPOSES, s->purpose);
    v->occurred = clock_date_nl(s->occurred_s != 0 ? s->occurred_s : s->made_s);
    if (s->until_s != 0)
        v->until = clock_date_nl(s->until_s);
    /* What is over is not named either: the hub has dropped it some time after (P-198). */
    if (policy_events_is_over(c->node->pack, v, clock_date_nl(c->q->now_s)))
        return;
    c->event_count++;
    count(&c->others, s->id);
}

static bool is_word(const struct proto_statement *s)
{
    return s->kind == PROTO_SAY_EVENT_END || s->kind == PROTO_SAY_WITHDRAWAL
        || s->kind == PROTO_SAY_OBJECTION_END || s->kind == PROTO_SAY_STATUS;
}

static struct word word_of(const struct collecting *c, const struct client_kept *k)
{
    struct word w = {.kind = (uint8_t) k->what.kind, .code = k->what.code, .said_s = client_facts_made(k)};

    memcpy(w.refers, k->what.refers, sizeof w.refers);
    memcpy(w.by, k->what.setter, sizeof w.by);
    w.to_both = is_party(&k->what, c->q->asker) && is_party(&k->what, c->q->holder);
    return w;
}

/* First pass: what was ended, withdrawn or confirmed, and by whom. */
static bool words_each(void *arg, const struct client_kept *k)
{
    struct collecting *c = arg;
    bool stops = k->what.kind == PROTO_SAY_EVENT_END || k->what.kind == PROTO_SAY_WITHDRAWAL;
    struct word *more;

    /* What people here said stops at once, whether or not the hub can be reached. */
    if (!is_word(&k->what) || (k->leaf_s == 0 && !(k->mine && stops)))
        return true;
    more = client_rows_more(c->words, c->word_count, &c->word_cap, sizeof *more);
    if (more == NULL) {
        c->err = ERR_NOMEM;
        return false;
    }
    c->words = more;
    c->words[c->word_count++] = word_of(c, k);
    return true;
}

static bool ends(const struct word *w, const struct proto_statement *s)
{
    bool own = sodium_memcmp(w->by, s->setter, PROTO_PARTNER_LEN) == 0;

    if (sodium_memcmp(w->refers, s->id, PROTO_ID_LEN) != 0)
        return false;
    switch (w->kind) {
    case PROTO_SAY_EVENT_END:
        return s->kind == PROTO_SAY_EVENT && own;
    case PROTO_SAY_OBJECTION_END: /* it opens something: like any statement it counts only between those who
                                     were told */
        return s->kind == PROTO_SAY_OBJECTION && own && w->to_both;
    case PROTO_SAY_WITHDRAWAL:
        return s->kind == PROTO_SAY_CONSENT && (own || sodium_memcmp(w->by, s->holder, PROTO_PARTNER_LEN) == 0
            || sodium_memcmp(w->by, s->receiver, PROTO_PARTNER_LEN) == 0);
    case PROTO_SAY_STATUS:
        return s->kind == PROTO_SAY_CONSENT && own && w->code == 1;
    default:
        return false;
    }
}

bool client_facts_may_end(const struct proto_statement *s, const struct proto_statement *end)
{
    struct word w = {.kind = (uint8_t) end->kind, .code = end->code, .to_both = true};

    memcpy(w.refers, end->refers, sizeof w.refers);
    memcpy(w.by, end->setter, sizeof w.by);
    return ends(&w, s);
}

static const struct word *ended_by(const struct collecting *c, const struct proto_statement *s)
{
    for (size_t i = 0; i < c->word_count; i++)
        if (ends(&c->words[i], s))
            return &c->words[i];
    return NULL;
}

static void take_objection(struct collecting *c, const struct proto_statement *s)
{
    if (s->purpose[0] != '\0' && strcmp(s->purpose, c->q->purpose) != 0)
        return;
    c->f->base.restricted = true;
    if (s->made_s > c->f->objection_s)
        c->f->objection_s = s->made_s;
    count(&c->others, s->id);
}

static bool facts_each(void *arg, const struct client_kept *k)
{
    struct collecting *c = arg;
    const struct proto_statement *s = &k->what;
    const struct word *end;

    /* An own objection stops at once, whether or not the hub can be reached; everything else counts from its
     * leaf. */
    if ((k->leaf_s == 0 && !(k->mine && s->kind == PROTO_SAY_OBJECTION)) || !is_about(c, s)
        || !is_party(s, c->q->asker) || !is_party(s, c->q->holder))
        return true;
    end = ended_by(c, s);
    if (end != NULL) {
        if (s->kind == PROTO_SAY_CONSENT && is_for_this(c, s))
            lapse(c, k, CLIENT_LAPSED_WITHDRAWN, end->said_s, end->by);
        return true;
    }
    if (s->kind == PROTO_SAY_EVENT)
        take_event(c, s);
    else if (s->kind == PROTO_SAY_CONSENT)
        take_consent(c, k);
    else if (s->kind == PROTO_SAY_OBJECTION)
        take_objection(c, s);
    return true;
}

/*
 * Who takes part, from the membership statements this partner has. A case that it knows nothing of for this
 * purpose was opened by the asker: the signed request says so, and the hub checked it; anybody may open a
 * case, so the opener's own word is all there is to it. In a case that is known the asker must be one of its
 * members, and the system event asks both to be.
 */
static void take_members(struct collecting *c, struct policy_events_request *r)
{
    struct client_case *with = &c->with;
    bool known = false, asker, holder;
    enum err e;

    c->f->base.member = c->q->offer;
    if (is_zero(c->q->case_id, PROTO_ID_LEN))
        return;
    e = client_case_get(c->x, c->q->case_id, with);
    if (e == OK && !client_case_is_about(with, &c->q->child))
        return;  /* the case of another child makes nobody a member */
    c->has_case = e == OK;
    for (uint16_t i = 0; c->has_case && i < with->count; i++)
        known |= strcmp(with->member[i].purpose, c->q->purpose) == 0;
    if (!known) {
        c->f->base.member = true;
        return;
    }
    asker = client_case_takes_part(with, c->q->asker->id, c->q->purpose);
    holder = client_case_takes_part(with, c->q->holder->id, c->q->purpose);
    c->f->base.member |= asker;
    r->both_accepted = asker && holder;
}

static void start(struct collecting *c)
{
    struct policy_facts *f = &c->f->base;

    f->asker_kind = policy_pack_find(c->node->pack, POLICY_SET_KINDS, c->q->asker->kind);
    f->holder_kind = policy_pack_find(c->node->pack, POLICY_SET_KINDS, c->q->holder->kind);
    f->purpose = policy_pack_find(c->node->pack, POLICY_SET_PURPOSES, c->q->purpose);
    f->weighed = c->q->weighed;
    f->second = c->q->second;
    f->before_grant = c->q->before_grant;
}

enum err client_facts_collect(
    struct client_node *n, struct vault_txn *x, const struct client_question *q, struct client_facts *out)
{
    struct collecting *c = calloc(1, sizeof *c);
    struct policy_events_request r = {.today = clock_date_nl(q->now_s)};
    enum err e;

    if (c == NULL)
        return ERR_NOMEM;
    memset(out, 0, sizeof *out);
    c->node = n;
    c->x = x;
    c->q = q;
    c->f = out;
    start(c);
    r.purpose = out->base.purpose;
    take_members(c, &r);
    e = client_facts_person_asked(n, x, q, &out->base, out->birth_date);
    if (e == OK)
        e = client_kept_walk(x, words_each, c);
    if (e == OK)
        e = c->err;
    if (e == OK)
        e = client_kept_walk(x, facts_each, c);
    if (e == OK)
        policy_events_count(n->pack, &r, c->event, c->event_count, &out->base);
    for (uint8_t i = 0; i < c->others.count; i++)
        count(&out->counted, c->others.id[i]);
    free(c->words);
    free(c);
    return e;
}

void client_facts_for(const struct proto_region *r, const struct client_facts *f, const char *section, struct policy_facts *out)
{
    const struct client_consent *best = NULL;

    *out = f->base;
    for (uint16_t i = 0; i < f->consent_count; i++)
        if (proto_sections_has(&f->consent[i].sections, section)
            && (best == NULL || client_order_is_later(r, &f->consent[i].leaf, &best->leaf)))
            best = &f->consent[i];
    if (best == NULL)
        return;
    out->given = best->given;
    out->refused = best->refused;
    out->consent_after = f->objection_s != 0 && best->made_s > f->objection_s;
}
