#include "client/status.h"

#include "client/archive_end.h"
#include "client/certs.h"
#include "client/distrust.h"
#include "client/clocks.h"
#include "client/desk.h"
#include "client/do_mirror.h"
#include "client/fetched.h"
#include "client/hublink.h"
#include "client/keeping.h"
#include "client/keylink.h"
#include "client/openings.h"
#include "client/origin.h"
#include "client/outbox.h"
#include "client/overdue.h"
#include "client/retention_clock.h"
#include "client/packs.h"
#include "client/pseudonym.h"
#include "client/registry.h"
#include "client/sessions.h"
#include "client/silent.h"
#include "client/terms.h"
#include "client/witness.h"

enum { DAY_S = 86400 };

static void add_time(cJSON *obj, const char *key, uint64_t at_s)
{
    char text[17] = "";

    if (at_s != 0)
        clock_format_nl(at_s, text);
    json_add_text(obj, key, text);
}

/* What nobody may overlook comes first. */
static void add_warning(struct client_call *c, const struct client_link_status *s)
{
    char buf[640];
    const char *warning = client_distrust_text(c->node, c->trouble.lang, buf, sizeof buf);

    if (warning == NULL && s->revoked)
        warning = c->trouble.lang == LANG_NL
            ? "DE HUB NEEMT NIETS MEER AAN VAN DIT KNOOPPUNT: zijn sleutel, of deze organisatie, is ingetrokken. Vraag een andere partner wat het "
              "register zegt (schakel partner list); was het alleen de sleutel: schakel org rotate node, met de hoofdsleutel"
            : "THE HUB TAKES NOTHING FROM THIS NODE ANY MORE: its key, or this organisation, was revoked. Ask another partner what the registry "
              "says (schakel partner list); was it only the key: schakel org rotate node, with the root key";
    /* A node whose key ended hears nothing of witnesses either; what ends later says so when nothing worse is to be said. */
    if (warning == NULL && client_certs_is_mute(c->node))
        warning = client_certs_text(c->node, c->trouble.lang, buf, sizeof buf);
    if (warning == NULL)
        warning = client_witness_text(c->node, c->trouble.lang, buf, sizeof buf);
    if (warning == NULL)
        warning = client_certs_text(c->node, c->trouble.lang, buf, sizeof buf);
    if (warning != NULL)
        json_add_text(c->reply, "warning", warning);
    if (s->doubted != NULL)
        json_add_text(c->reply, "doubted_by", s->doubted->handle);
}

static void add_link(cJSON *r, const struct client_link_status *s)
{
    json_add_bool(r, "hub_reachable", s->up);
    add_time(r, "hub_heard", s->heard_s);
    json_add_u64(r, "outbox", s->outbox);
    if (s->outbox != 0) {
        add_time(r, "outbox_oldest", s->oldest_s);
        if (s->trouble[0] != '\0')
            json_add_text(r, "outbox_trouble", s->trouble);
    }
    json_add_bool(r, "log_trusted", s->trusted);
    json_add_u64(r, "checkpoint_size", s->checkpoint_size);
    json_add_hex(r, "checkpoint_root", s->checkpoint_root, sizeof s->checkpoint_root);
    add_time(r, "checkpoint_time", s->checkpoint_s);
    json_add_u64(r, "running", s->running);
    json_add_u64(r, "bad_mail", s->bad_mail);
}

static uint64_t days_left(const struct client_node *n, enum proto_use use)
{
    struct proto_cert c;
    uint64_t now = clock_now_s();

    return client_certs_of_partner(n, n->me->id, use, now, &c) == OK ? (c.until_s - now) / DAY_S : 0;
}

static void add_certs(cJSON *r, const struct client_node *n)
{
    cJSON *certs = json_add_object(r, "certs");

    /* Who must end it by a revocation has to name it. */
    json_add_hex(r, "node_key", n->node_public, sizeof n->node_public);
    json_add_u64(certs, "node", days_left(n, PROTO_USE_NODE));
    json_add_u64(certs, "hpke", days_left(n, PROTO_USE_HPKE));
    json_add_u64(certs, "officer", days_left(n, PROTO_USE_OFFICER));
}

struct people { cJSON *rows; uint64_t now_s; };

static bool add_person(void *arg, const struct client_staff *s)
{
    struct people *p = arg;
    cJSON *row;

    if (s->ended)
        return true;
    row = json_push_object(p->rows);
    json_add_text(row, "login", s->login);
    json_add_text(row, "name", s->name);
    json_add_text(row, "role", proto_role_name((enum proto_role)s->role));
    json_add_u64(row, "cert_days", s->cert_until_s > p->now_s ? (s->cert_until_s - p->now_s) / DAY_S : 0);
    return true;
}

struct desk { uint64_t to_decide, to_open; };

static bool count_desk(void *arg, const struct client_desk *d)
{
    struct desk *count = arg;

    count->to_decide += !d->mine && !d->offer && d->state == CLIENT_DESK_WAITING;
    count->to_open += client_desk_is_receiver(d) && d->state == CLIENT_DESK_ARRIVED;
    return true;
}

static enum err add_desk(cJSON *r, struct vault_txn *x)
{
    struct desk count = {0};
    enum err e = client_desk_walk(x, count_desk, &count);

    if (e == OK) {
        json_add_u64(r, "to_decide", count.to_decide);
        json_add_u64(r, "to_open", count.to_open);
    }
    return e;
}

/* Was something in the log not anchored for a day? */
static bool add_witness(cJSON *r, const struct client_node *n, enum lang lang)
{
    const char *key = client_witness_key_text(n, lang);
    struct client_witness_status s;

    client_witness_status(n, &s);
    if (n->region.witness_count == 0)
        return false;
    json_add_bool(r, "cosigns", s.cosigns);
    if (key != NULL)
        json_add_text(r, "witness_key_note", key);
    json_add_u64(r, "cosigned_size", s.cosigned_size);
    json_add_u64(r, "anchored_size", s.anchored_size);
    add_time(r, "anchored_time", s.anchored_s);
    add_time(r, "witness_heard", s.other_s);
    json_add_bool(r, "log_fresh", s.fresh);
    if (s.alarm)
        json_add_bool(r, "anchor_alarm", true);
    if (n->registry == NULL)
        return s.alarm;
    json_add_u64(r, "registry_size", proto_registry_size(client_registry_fold(n)));
    json_add_u64(r, "registry_cosigned_size", s.registry_cosigned_size);
    json_add_u64(r, "registry_anchored_size", s.registry_anchored_size);
    add_time(r, "registry_anchored_time", s.registry_anchored_s);
    add_time(r, "registry_witness_heard", s.registry_other_s);
    json_add_bool(r, "registry_fresh", s.registry_fresh);
    return s.alarm;
}

/* How the keyholder is, and who waits for a pseudonym. */
static enum err add_pseudonyms(struct client_call *c, struct vault_txn *x)
{
    struct trouble t = {.lang = c->trouble.lang};
    uint64_t waiting = 0;
    enum err e = client_pseudonyms_waiting(c->node, x, &waiting);

    if (e != OK)
        return e;
    /* Nothing is asked just to find out. */
    if (client_keylink_is_up(c->node) || client_keylink_is_down(c->node))
        json_add_bool(c->reply, "keyholder_reachable", client_keylink_is_up(c->node));
    json_add_u64(c->reply, "pseudonyms_waiting", waiting);
    if (client_pseudonyms_why(c->node, waiting, &t) != OK)
        json_add_text(c->reply, "pseudonyms_note", t.text);
    return OK;
}

/* Partners to whose officers the hub can seal to an ended key only: they are told by their own status, and the others here. */
static void add_without_officer(cJSON *r, const struct client_node *n)
{
    uint64_t now = clock_now_s();
    struct proto_cert c;
    cJSON *list = NULL;

    for (size_t i = 0; i < n->region.partner_count; i++) {
        const struct proto_partner *p = &n->region.partner[i];

        if (p == n->me || client_certs_of_partner(n, p->id, PROTO_USE_NODE, now, &c) != OK
            || client_certs_of_partner(n, p->id, PROTO_USE_OFFICER, now, &c) == OK)
            continue;
        list = list == NULL ? json_add_array(r, "without_officer") : list;
        json_push_text(list, p->handle);
    }
}

/* What the privacy officer's node made of the leaves that were laid open to it. */
static enum err add_openings(struct client_call *c, struct vault_txn *x, struct client_overdue *o)
{
    struct client_openings_status s;
    enum err e = client_openings_status(c->node, x, &s);

    if (e != OK)
        return e;
    /* A hub that cannot be reached keeps nothing back. */
    if (client_link_is_up(c->node))
        o->opening = s.kept_back;
    json_add_u64(c->reply, "openings_right", s.checked);
    json_add_u64(c->reply, "openings_late", s.late);
    add_without_officer(c->reply, c->node);
    if (s.bad != 0) {
        json_add_u64(c->reply, "bad_opening", s.bad);
        json_add_text(c->reply, "bad_opening_why", client_openings_why(s.why, c->trouble.lang));
    }
    return OK;
}

/* When there is little room left on the disk. */
static void add_disk(cJSON *r, const struct client_node *n, enum lang lang)
{
    enum client_space space = client_vault_space(n->vault);

    if (space == CLIENT_SPACE_NONE)
        json_add_text(r, "disk_note", lang == LANG_NL ? "vol: er kan niets worden bewaard; maak ruimte" : "full: nothing can be stored; make room");
    else if (space == CLIENT_SPACE_LITTLE)
        json_add_text(r, "disk_note", lang == LANG_NL ? "bijna vol: er wordt niets nieuws bewaard, gevraagd of gegeven; maak ruimte"
                                                      : "nearly full: nothing new is stored, asked or given; make room");
}

/* Of whom nothing was heard: recorders of consents, and receivers of what was shared. */
static enum err add_silent(struct client_call *c, struct vault_txn *x, uint64_t now_s)
{
    uint64_t consents = 0, shares = 0;
    enum err e = client_silent_consents(c->node, x, now_s, &consents);

    if (e == OK)
        e = client_fetched_silent(x, now_s, &shares);
    if (e == OK && consents != 0)
        json_add_u64(c->reply, "consents_silent", consents);
    if (e == OK && shares != 0)
        json_add_u64(c->reply, "shares_silent", shares);
    return e;
}

/* What the node knows without its store. */
static void add_node(struct client_call *c, uint64_t now_s, struct client_overdue *o)
{
    enum lang lang = c->trouble.lang;
    struct trouble t = {.lang = lang};
    struct client_link_status s;

    client_hublink_status(c->node, &s);
    add_warning(c, &s);
    json_add_text(c->reply, "partner", c->node->me->handle);
    json_add_text(c->reply, "region", c->node->region.name);
    add_link(c->reply, &s);
    client_origin_status(c->node, lang, c->reply);
    o->unanchored = add_witness(c->reply, c->node, lang);
    add_disk(c->reply, c->node, lang);
    if (client_clocks_check(c->node, &t) != OK)
        json_add_text(c->reply, "clocks_note", t.text);
    client_mirror_status(c->node, lang, c->reply);
    client_packs_status(c->node, now_s, lang, c->reply);
    add_certs(c->reply, c->node);
    if (c->node->legal_hold)
        json_add_bool(c->reply, "legal_hold", true);
    if (client_retention_clock_text(c->node, lang) != NULL)
        json_add_text(c->reply, "erasing_note", client_retention_clock_text(c->node, lang));
    json_add_u64(c->reply, "archive_years", client_archive_end_term_s(c->node, NULL) / CLIENT_TERMS_YEAR_S);
    json_add_u64(c->reply, "sessions", client_sessions_count(c->node));
}

/* For who has a session: the people, and what they wait for. */
static enum err add_people(struct client_call *c, struct vault_txn *x, uint64_t now_s, struct client_overdue *o)
{
    struct people p = {.now_s = now_s};
    struct client_unconfirmed unconfirmed = {.all = 0};
    enum err e = add_desk(c->reply, x);

    if (e == OK)
        e = client_keeping_unconfirmed(x, now_s, &unconfirmed);
    if (e == OK)
        e = client_outbox_late_ends(x, now_s, &o->stops);
    if (e == OK)
        e = add_silent(c, x, now_s);
    if (e != OK)
        return e;
    json_add_u64(c->reply, "unconfirmed", unconfirmed.all);
    o->stops += unconfirmed.stops;
    client_overdue_add(c->reply, c->trouble.lang, o);
    p.rows = json_add_array(c->reply, "staff");
    return client_staff_walk(x, add_person, &p);
}

/* Without a session: how the link is. */
enum err client_do_status(struct client_call *c, struct vault_txn *x)
{
    struct client_overdue overdue = {.opening = 0};
    uint64_t now_s = clock_now_s();
    enum err e;

    add_node(c, now_s, &overdue);
    e = add_pseudonyms(c, x);
    if (e == OK)
        e = add_openings(c, x, &overdue);
    if (e == OK && c->who != NULL)
        return add_people(c, x, now_s, &overdue);
    if (e == OK)
        client_overdue_add(c->reply, c->trouble.lang, &overdue);
    return e;
}
