#include "client/case_end.h"

#include "base/log.h"
#include "client/desk.h"
#include "client/facts.h"
#include "client/index.h"
#include "client/record.h"
#include "client/retention.h"
#include "client/rows.h"
#include "client/terms.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum { STATEMENTS_MAX = 512, PERSON_ROW = 1 + 32 };

/* A case that may be over. by_age: all that was said of the child goes with it; else what made it a case. alone: the child is in no other. */
struct one {
    uint8_t id[PROTO_ID_LEN];
    struct proto_subject_id child, handle;
    bool by_age, open, decided, alone;
    uint64_t last_s;
};

struct ending {
    struct client_node *n;
    struct vault_txn *x;
    uint64_t now_s;
    struct one *at;                       /* ascending by id once all are found */
    size_t count, cap;
    struct client_case *work;             /* one is large */
    uint8_t said[STATEMENTS_MAX][PROTO_ID_LEN];
    size_t said_count;
    bool waits;                           /* an end goes after what it ended */
    struct one *of;
    uint8_t person[48];
    size_t person_len;
    enum err err;
};

/* ---- which ---- */

static bool takes_part(struct client_case *c, const uint8_t me[PROTO_PARTNER_LEN])
{
    for (uint16_t i = 0; i < c->count; i++)
        if (client_case_takes_part(c, me, c->member[i].purpose))
            return true;
    return false;
}

static bool is_own_only(const struct client_node *n, const struct client_case *c)
{
    for (uint16_t i = 0; i < c->count; i++)
        if (!client_terms_is_own(n->me->kind, c->member[i].purpose))
            return false;
    return c->count != 0;
}

/* How old the child is as far as it is known here: by the own record, or as another partner said. */
static enum err is_of_age(struct ending *d, const struct client_case *c, bool *is)
{
    uint8_t age = client_terms_case_age(d->n->me->kind);
    struct policy_facts f = {.age_years = -1};
    char born[11] = "";
    enum err e;

    *is = false;
    if (age == 0 || !is_own_only(d->n, c))
        return OK;
    e = client_facts_person(d->n, d->x, &c->child, d->now_s, &f, born);
    *is = e == OK && f.age_years >= age;
    return e;
}

static enum err add(struct ending *d, const struct client_case *c, bool by_age)
{
    struct one *more = client_rows_more(d->at, d->count, &d->cap, sizeof *more);

    if (more == NULL)
        return ERR_NOMEM;
    d->at = more;
    d->at[d->count] = (struct one){.child = c->child, .handle = c->handle, .by_age = by_age, .alone = true};
    memcpy(d->at[d->count++].id, c->id, PROTO_ID_LEN);
    return OK;
}

static bool case_each(void *arg, const struct client_case *c)
{
    struct ending *d = arg;
    bool by_age = false;

    if (c->child.type == PROTO_SUBJECT_NONE)
        return true;
    d->err = is_of_age(d, c, &by_age);
    *d->work = *c;
    if (d->err == OK && (by_age || !takes_part(d->work, d->n->me->id)))
        d->err = add(d, c, by_age);
    return d->err == OK;
}

static bool same_id(const uint8_t a[PROTO_ID_LEN], const uint8_t b[PROTO_ID_LEN])
{
    return sodium_memcmp(a, b, PROTO_ID_LEN) == 0;
}

static int by_id(const void *a, const void *b)
{
    const struct one *x = a, *y = b;

    return sodium_compare(x->id, y->id, PROTO_ID_LEN);
}

/* NULL: none of these. */
static struct one *one_of(struct ending *d, const uint8_t case_id[PROTO_ID_LEN])
{
    struct one key = {.last_s = 0};

    memcpy(key.id, case_id, PROTO_ID_LEN);
    return bsearch(&key, d->at, d->count, sizeof *d->at, by_id);
}

static bool desk_each(void *arg, const struct client_desk *k)
{
    struct one *o = one_of(arg, k->case_id);

    if (o != NULL) {
        o->decided = true;
        /* Nothing is due for what is on its way to the hub, so no mark says that it is open (client/index). */
        o->open = o->open || k->state == CLIENT_DESK_SENT;
    }
    return true;
}

static bool open_each(void *arg, const struct client_desk *k)
{
    struct one *o = one_of(arg, k->case_id);

    if (o != NULL)
        o->open = true;
    return true;
}

/* When it was last moved, and whether something of ours is still on its way. */
static bool moved_each(void *arg, const struct client_kept *k)
{
    struct one *o = one_of(arg, k->what.case_id);

    if (o == NULL)
        return true;
    o->open = o->open || client_kept_is_under_way(k);
    if (k->what.kind == PROTO_SAY_MEMBERSHIP && client_kept_said_s(k) > o->last_s)
        o->last_s = client_kept_said_s(k);
    return true;
}

static enum err look(struct ending *d)
{
    enum err e = client_case_walk(d->x, case_each, d);

    if (e == OK)
        e = d->err;
    if (e != OK || d->count == 0)
        return e;
    qsort(d->at, d->count, sizeof *d->at, by_id);
    e = client_index_open_desk(d->x, open_each, d);
    if (e == OK)
        e = client_desk_walk(d->x, desk_each, d);
    return e == OK ? client_kept_walk(d->x, moved_each, d) : e;
}

/* ---- one case ---- */

static bool is_child(const struct one *o, const struct proto_subject_id *who)
{
    return proto_msg_same_subject(&o->child, who) || proto_msg_same_subject(&o->handle, who);
}

/* Is the child in another case here that is not over? Then what is known of it stays. */
static bool beside_each(void *arg, const struct client_case *c)
{
    struct one *o = arg;

    if (!same_id(o->id, c->id) && (is_child(o, &c->child) || is_child(o, &c->handle)))
        o->alone = false;
    return true;
}

/* An objection keeps its own term: it may be in dispute whatever the age. */
static bool goes(const struct one *o, const struct proto_statement *s)
{
    bool of_case = same_id(o->id, s->case_id), of_child = o->alone && is_child(o, &s->subject);

    if (s->kind == PROTO_SAY_OBJECTION || s->kind == PROTO_SAY_OBJECTION_END)
        return false;
    if (s->kind == PROTO_SAY_MEMBERSHIP)
        return of_case;
    return o->by_age ? of_case || of_child : s->kind == PROTO_SAY_FACTS && of_child;
}

/*
 * What it ended is kept, under another case or child, or goes in this portion: without the end it would count again. *waits: it goes now, and so
 * the end with the next.
 */
static enum err ends_what_is_kept(struct ending *d, const struct proto_statement *s, bool *does)
{
    struct client_kept *k;
    uint8_t *memory = NULL;
    enum err e;

    if (s->kind != PROTO_SAY_WITHDRAWAL && s->kind != PROTO_SAY_EVENT_END && s->kind != PROTO_SAY_STATUS)
        return OK;
    k = malloc(sizeof *k);
    e = k == NULL ? ERR_NOMEM : client_kept_get(d->x, s->refers, k, &memory);
    if (e == OK) {
        *does = true;
        d->waits = d->waits || (goes(d->of, &k->what) && !client_kept_is_under_way(k));
    }
    free(memory);
    free(k);
    return e == ERR_NOTFOUND ? OK : e;
}

static bool said_each(void *arg, const struct client_kept *k)
{
    struct ending *d = arg;
    bool stays = client_kept_is_under_way(k);

    if (!goes(d->of, &k->what))
        return true;
    if (!stays)
        d->err = ends_what_is_kept(d, &k->what, &stays);
    if (d->err == OK && !stays)
        memcpy(d->said[d->said_count++], k->what.id, PROTO_ID_LEN);
    return d->err == OK && d->said_count < STATEMENTS_MAX;
}

static bool person_each(void *arg, const uint8_t *key, size_t key_len, const uint8_t *value, size_t len)
{
    struct ending *d = arg;
    const struct proto_subject_id *who = &d->of->child;

    if (len != PERSON_ROW || key_len > sizeof d->person || value[0] != who->type
        || sodium_memcmp(value + 1, who->value, sizeof who->value) != 0)
        return true;
    memcpy(d->person, key, key_len);
    d->person_len = key_len;
    return false;
}

/* What this partner keeps of the child itself: its record, and that it knows the number. */
static enum err drop_child(struct ending *d)
{
    enum err e = client_record_drop(d->n, d->x, &d->of->child);

    d->person_len = 0;
    if (e == OK)
        e = client_vault_walk(d->x, CLIENT_T_PERSON, NULL, 0, person_each, d);
    return e == OK && d->person_len != 0 ? client_vault_delete(d->x, CLIENT_T_PERSON, d->person, d->person_len) : e;
}

/* The members stay, all as left, without the child. */
static enum err hollow(struct ending *d)
{
    enum err e = client_case_get(d->x, d->of->id, d->work);

    if (e != OK)
        return e;
    d->work->child = (struct proto_subject_id){.type = PROTO_SUBJECT_NONE};
    d->work->handle = d->work->child;
    for (uint16_t i = 0; i < d->work->count; i++) {
        d->work->member[i].state = CLIENT_MEMBER_LEFT;
        d->work->member[i].by_handle = 0;
    }
    return client_case_put(d->x, d->work);
}

/* *all: nothing of it is left over for the next time. */
static enum err end_one(struct ending *d, bool *all)
{
    enum err e;

    d->said_count = 0;
    d->waits = false;
    e = client_case_walk(d->x, beside_each, d->of);
    if (e == OK)
        e = client_kept_walk(d->x, said_each, d);
    if (e == OK)
        e = d->err;
    *all = d->said_count < STATEMENTS_MAX && !d->waits;
    for (size_t i = 0; e == OK && i < d->said_count; i++)
        e = client_retention_drop_statement(d->x, d->said[i]);
    if (e != OK || !*all)
        return e;
    if (d->of->by_age && d->of->alone)
        e = drop_child(d);
    if (e == OK)
        e = hollow(d);
    if (e == OK)
        log_event(LOG_INFO, "case-is-over", "reason", d->of->by_age ? "age" : "left", NULL);
    return e;
}

/* Left, and decisions about it are kept no more either. */
static bool is_over(const struct ending *d, const struct one *o)
{
    return !o->open && (o->by_age || (!o->decided && o->last_s + CLIENT_RETENTION_S <= d->now_s));
}

enum err client_case_end_run(struct client_node *n, struct vault_txn *x, uint64_t now_s, bool *more)
{
    struct ending *d = calloc(1, sizeof *d);
    size_t ended = 0;
    bool all = true;
    enum err e = d == NULL || (d->work = malloc(sizeof *d->work)) == NULL ? ERR_NOMEM : OK;

    if (e == OK && !n->legal_hold) {
        d->n = n;
        d->x = x;
        d->now_s = now_s;
        e = look(d);
        for (size_t i = 0; e == OK && all && ended < CLIENT_CASE_END_AT_ONCE && i < d->count; i++) {
            d->of = &d->at[i];
            if (!is_over(d, d->of))
                continue;
            e = end_one(d, &all);
            ended++;
        }
    }
    if (e == OK)
        *more = ended == CLIENT_CASE_END_AT_ONCE || !all;
    if (d != NULL) {
        free(d->at);
        free(d->work);
    }
    free(d);
    return e;
}
