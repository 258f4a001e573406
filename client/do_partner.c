/* client/do_partner: what the node does with the registry for people: send a statement, list who takes part, end a person's key. */
#include "client/do_partner.h"

#include "base/text.h"
#include "client/registry.h"
#include "client/sessions.h"
#include "proto/region_witness.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BEFORE_S = 86400 };

/* The hub's reason instead of its bare DENIED. */
static enum err finish_send(struct client_call *c, struct vault_txn *x)
{
    enum proto_registry_why why = client_registry_refused(c->node, c->about);

    (void)x;
    if (why != PROTO_REG_COUNTS)
        return trouble_at(&c->trouble, ERR_DENIED, proto_registry_why_name(why), 0, 0, "%s", "%s",
            proto_registry_why_text(why, c->trouble.lang));
    return client_call_check(c);
}

static enum err send_note(struct client_call *c, struct vault_txn *x, const uint8_t *note, size_t len)
{
    struct proto_msg *m = calloc(1, sizeof *m);
    enum err e = m == NULL ? ERR_NOMEM : OK;

    if (e == OK) {
        m->kind = PROTO_REGISTRY;
        m->original = (struct proto_blob){note, len};
        e = client_outbox_put(c->node, x, m, c->who, c->about);
    }
    if (e == OK) {
        client_call_wait(c, c->about);
        c->finish = finish_send;
    }
    free(m);
    return e;
}

enum err client_do_partner_send(struct client_call *c, struct vault_txn *x)
{
    struct proto_registry *fold = client_registry_fold(c->node);
    enum proto_registry_why why;
    const char *text = NULL;
    enum err e = client_arg_text(c, "file", &text);

    if (e != OK)
        return e;
    /* What the hub would refuse is said here at once, with the next step; what is not known here yet the hub may know. */
    why = fold != NULL ? proto_registry_judge(fold, (const uint8_t *)text, strlen(text), clock_now_s(), NULL) : PROTO_REG_COUNTS;
    if (why == PROTO_REG_MALFORMED || why == PROTO_REG_OTHER_REGION || why == PROTO_REG_SAME_PARTNER || why == PROTO_REG_ONE_SIGNER
        || why == PROTO_REG_OWN || why == PROTO_REG_BAD_SIGNATURE)
        return trouble_at(&c->trouble, ERR_DENIED, proto_registry_why_name(why), 0, 0, "%s", "%s",
            proto_registry_why_text(why, c->trouble.lang));
    return send_note(c, x, (const uint8_t *)text, strlen(text));
}

/* ---- list ---- */

static const char *state_of(const struct proto_partner *p, uint64_t now_s, enum lang lang)
{
    if (p->revoked)
        return lang == LANG_NL ? "ingetrokken" : "revoked";
    if (proto_partner_exists_at(p, now_s))
        return lang == LANG_NL ? "doet mee" : "takes part";
    return p->from_s > now_s ? (lang == LANG_NL ? "komt" : "to come") : (lang == LANG_NL ? "afgelopen" : "over");
}

/* The key that has its place among the witnesses, also one that was revoked: it is what another replaces. */
static void add_witness(struct client_call *c, cJSON *row, const struct proto_partner *p)
{
    struct proto_note_key key;
    uint8_t place;

    if (proto_region_witness_of(&c->node->region, p, &place) != OK || proto_note_key_decode(c->node->region.witness[place].vkey, &key) != OK)
        return;
    json_add_hex(row, "witness_key", key.key, sizeof key.key);
}

/* Who looks from outside, and the key that counts now. */
static void add_outsiders(struct client_call *c, const struct proto_region *region)
{
    cJSON *rows = NULL;
    char name[PROTO_NOTE_NAME_MAX + 1];
    struct proto_note_key key;

    for (uint8_t i = 0; i < region->witness_count; i++) {
        cJSON *row;

        if (!region->witness[i].outsider || proto_note_key_decode(region->witness[i].vkey, &key) != OK)
            continue;
        proto_region_witness_name(region, i, name);
        if (rows == NULL)
            rows = json_add_array(c->reply, "outsiders");
        row = json_push_object(rows);
        json_add_text(row, "name", name);
        json_add_hex(row, "witness_key", key.key, sizeof key.key);
    }
}

static void add_partner(struct client_call *c, cJSON *rows, const struct proto_partner *p, uint64_t now_s)
{
    char when[17];
    cJSON *row = json_push_object(rows);

    json_add_text(row, "handle", p->handle);
    json_add_text(row, "kind", p->kind);
    json_add_text(row, "name", p->name);
    json_add_text(row, "state", state_of(p, now_s, c->trouble.lang));
    if (p->until_s != 0 || p->revoked) {
        clock_format_nl(p->until_s, when);
        json_add_text(row, "until", when);
    }
    json_add_hex(row, "id", p->id, sizeof p->id);
    add_witness(c, row, p);
}

static void add_revoked(struct client_call *c, const struct proto_region *region)
{
    cJSON *rows = json_add_array(c->reply, "revoked_keys");
    char when[17];

    for (size_t i = 0; i < region->revoked_count; i++) {
        const struct proto_partner *p = proto_region_partner(region, region->revoked[i].partner);
        cJSON *row = json_push_object(rows);

        clock_format_nl(region->revoked[i].from_s, when);
        json_add_text(row, "handle", p != NULL ? p->handle : "?");
        json_add_hex(row, "key", region->revoked[i].key, PROTO_KEY_LEN);
        json_add_text(row, "from", when);
    }
}

enum err client_do_partner_list(struct client_call *c, struct vault_txn *x)
{
    const struct proto_registry *fold = client_registry_fold(c->node);
    const struct proto_region *region = &c->node->region;
    cJSON *rows = json_add_array(c->reply, "partners");
    uint64_t now_s = clock_now_s();
    char when[17];

    (void)x;
    for (size_t i = 0; i < region->partner_count; i++)
        add_partner(c, rows, &region->partner[i], now_s);
    add_outsiders(c, region);
    if (region->revoked_count != 0)
        add_revoked(c, region);
    if (fold == NULL)
        return OK;
    json_add_u64(c->reply, "registry_size", proto_registry_size(fold));
    if (proto_registry_void(fold) != 0)
        json_add_u64(c->reply, "registry_void", proto_registry_void(fold));
    if (client_registry_seen_s(c->node) != 0) {
        clock_format_nl(client_registry_seen_s(c->node), when);
        json_add_text(c->reply, "registry_seen", when);
    }
    return OK;
}

/* ---- a person's key ---- */

static enum err make_revocation(struct client_call *c, const struct client_staff *s, const char *reason, char *out, size_t *len)
{
    struct client_node *n = c->node;
    uint64_t now_s = clock_now_s();
    struct proto_registry_say say = {.act = PROTO_REG_REVOKE, .made_s = now_s, .before_s = now_s + BEFORE_S, .from_s = now_s,
        .node_cert_len = n->node_cert_len};
    char text[PROTO_REGISTRY_NOTE_MAX];
    size_t text_len = 0;
    enum err e;

    memcpy(say.region, n->region.hash, sizeof say.region);
    memcpy(say.partner, n->me->id, sizeof say.partner);
    memcpy(say.key, s->key, sizeof say.key);
    memcpy(say.node_cert, n->node_cert, n->node_cert_len);
    randombytes_buf(say.id, sizeof say.id);
    if (snprintf(say.reason, sizeof say.reason, "%s", reason) >= (int)sizeof say.reason)
        return trouble_at(&c->trouble, ERR_USAGE, "--reason", 0, 0, "has at most 32 bytes", "heeft hoogstens 32 bytes");
    e = proto_registry_say_format(&say, text, sizeof text, &text_len);
    if (e == OK) {
        e = proto_registry_say_sign((const uint8_t *)text, text_len, n->me->handle, secret_wake(n->node_key), out, PROTO_REGISTRY_NOTE_MAX, len);
        secret_sleep(n->node_key);
    }
    return e;
}

/* Since when this key counts nowhere: it was revoked, or its certificate is over; 0: it still counts. */
static uint64_t over_since(const struct client_node *n, const struct client_staff *s)
{
    uint64_t now_s = clock_now_s(), from_s = proto_region_revoked_from(&n->region, n->me, s->key);

    return from_s <= now_s ? from_s : s->ended && s->cert_until_s <= now_s ? s->cert_until_s : 0;
}

static void say_over(struct client_call *c, const struct client_staff *s, uint64_t since_s)
{
    char since[17];

    clock_format_nl(since_s, since);
    json_add_text(c->reply, "login", s->login);
    json_add_bool(c->reply, "already", true);
    json_add_text(c->reply, "already_on", since);
    json_add_text(c->reply, "next", c->trouble.lang == LANG_NL
        ? "Er is niets meer in te trekken. Wat de sleutel voor die tijd tekende blijft; was hij toen gestolen, laat de privacy officer dat nakijken: schakel audit"
        : "There is nothing left to revoke. What the key signed before that stands; was it stolen then, let the privacy officer look through it: schakel audit");
}

struct admins { const char *but; size_t count; };

static bool count_admins(void *arg, const struct client_staff *s)
{
    struct admins *a = arg;

    a->count += !s->ended && s->role == PROTO_ROLE_ADMIN && strcmp(s->login, a->but) != 0;
    return true;
}

/* Without an administrator nobody could be added any more, an administrator neither. */
static enum err check_last(struct client_call *c, struct vault_txn *x, const struct client_staff *s)
{
    struct admins a = {.but = s->login};
    enum err e = s->ended || s->role != PROTO_ROLE_ADMIN ? OK : client_staff_walk(x, count_admins, &a);

    if (e != OK || s->ended || s->role != PROTO_ROLE_ADMIN || a.count != 0)
        return e;
    return trouble_at(&c->trouble, ERR_STATE, "--login", 0, 0,
        "is the only administrator: first add another (schakel staff add --role admin), who then revokes this key",
        "is de enige beheerder: voeg eerst een andere toe (schakel staff add --role admin), die dan deze sleutel intrekt");
}

/* Who left without that can be revoked as long as the certificate runs. */
static enum err find_key(struct client_call *c, struct vault_txn *x, struct client_staff *s)
{
    const char *login = NULL;
    enum err e = client_arg_text(c, "login", &login);

    if (e == OK)
        e = client_staff_find(x, login, s);
    if (e == ERR_NOTFOUND)
        e = client_staff_find_left(x, login, s);
    return e == ERR_NOTFOUND ? trouble_at(&c->trouble, e, "--login", 0, 0, "nobody has or had this login here; see: schakel staff list",
                                   "niemand heeft of had hier deze aanmeldnaam; zie: schakel staff list")
                             : e;
}

/* Everywhere and at once, where `staff end` only lets the certificate run out: the session and the row end too. */
enum err client_do_staff_revoke(struct client_call *c, struct vault_txn *x)
{
    char *note = malloc(PROTO_REGISTRY_NOTE_MAX);
    struct client_staff s = {0};
    const char *reason = NULL;
    uint64_t since_s = 0;
    size_t len = 0;
    enum err e = note == NULL ? ERR_NOMEM : client_arg_text_or(c, "reason", "ended", &reason);

    if (e == OK)
        e = find_key(c, x, &s);
    if (e == OK)
        since_s = over_since(c->node, &s);
    if (e != OK || since_s != 0) {
        if (e == OK)
            say_over(c, &s, since_s);
        goto out;
    }
    e = check_last(c, x, &s);
    if (e == OK)
        e = make_revocation(c, &s, reason, note, &len);
    if (e == OK)
        e = send_note(c, x, (const uint8_t *)note, len);
    if (e == OK) {
        s.ended = true;
        sodium_memzero(s.wrapped, s.wrapped_len);
        s.wrapped_len = 0;
        e = client_staff_put(x, &s);
    }
    if (e == OK) {
        client_sessions_end(c->node, s.login);
        json_add_text(c->reply, "login", s.login);
    }
out:
    client_staff_fini(&s);
    free(note);
    return e;
}
