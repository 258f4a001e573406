#include "client/hold.h"

#include "base/log.h"
#include "client/anon.h"
#include "client/casebook.h"
#include "client/child.h"
#include "client/desk_reply.h"
#include "client/lapsed.h"
#include "client/record.h"
#include "client/rotate.h"
#include "client/weigh.h"
#include "policy/consent.h"
#include "policy/duty.h"
#include "proto/seal.h"
#include "proto/sealing.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum { PREFIX_LETTERS = 3 };

/* Whose weighing a rule means: of what is sent without being asked, the sender weighs in any case
 * (POLICY.md). */
static bool is_weighed_here(const struct client_desk *d, enum policy_weigh by)
{
    return d->offer || by == POLICY_WEIGH_HOLDER;
}

/* As if the step that a decision asks for had been done. */
static void assume(struct policy_facts *f, enum policy_verdict verdict)
{
    if (verdict == POLICY_NEED_EVENT)
        f->events = ~UINT64_C(0);
    if (verdict == POLICY_NEED_CONSENT) {
        f->given = policy_consent_required(f);
        f->refused = 0;
    }
    f->weighed = f->weighed || verdict == POLICY_NEED_WEIGH;
    f->second = f->second || verdict == POLICY_NEED_APPROVAL;
}

/* The steps after the first that is lacking; a no at the end of them is told when it comes to it. */
static void look_ahead(
    struct client_node *n, struct client_hold *h, const struct policy_facts *facts, uint8_t at, uint8_t section)
{
    struct policy_facts f = *facts;
    struct policy_decision now = h->decision[at];

    h->laters[at] = 0;
    while (h->laters[at] < CLIENT_HOLD_LATER && now.verdict != POLICY_PERMIT && now.verdict != POLICY_DENY) {
        enum policy_verdict before = now.verdict;

        assume(&f, before);
        policy_eval_section(n->pack, &f, section, &now);
        if (now.verdict == POLICY_PERMIT || now.verdict == POLICY_DENY || now.verdict == before)
            break;
        h->later[at][h->laters[at]++] = now;
    }
}

/*
 * The rule says who weighs, and with the section which questions that must answer; the policy has one flag
 * for it. So it is asked first as if all had been weighed, to hear the rule, and again without when that
 * rule's weighing is not there or answers too little.
 */
static void decide_one(struct client_node *n, const struct client_desk *d, struct client_hold *h,
    const struct client_facts *f, uint8_t at)
{
    struct policy_decision *out = &h->decision[at];
    uint8_t index = policy_pack_find(n->pack, POLICY_SET_SECTIONS, d->sections.name[at]);
    struct policy_facts one;
    uint32_t needed, answered;
    bool here;

    client_facts_for(&n->region, f, d->sections.name[at], &one);
    one.weighed = true;
    policy_eval_section(n->pack, &one, index, out);
    h->open_questions[at] = 0;
    one.weighed = d->offer ? h->weighed_here : h->weighed_here || d->weighed;
    look_ahead(n, h, &one, at, index);
    if (out->rule < 0 || (out->weigh != POLICY_WEIGH_ASKER && out->weigh != POLICY_WEIGH_HOLDER))
        return;
    here = is_weighed_here(d, out->weigh);
    needed = policy_weighing_questions(n->pack, out->rule, UINT64_C(1) << index);
    answered = here ? h->answered : d->answered;
    if ((here ? h->weighed_here : d->weighed) && (needed & ~answered) == 0)
        return;
    one.weighed = false;
    policy_eval_section(n->pack, &one, index, out);
    look_ahead(n, h, &one, at, index);
    if (here && h->weighed_here)
        h->open_questions[at] = needed & ~answered;
}

/* The end of access that the rule gives, or of the consent if that is earlier. */
static uint64_t section_end(struct client_node *n, const struct client_facts *f, const char *section,
    const struct policy_decision *d, uint64_t now_s)
{
    uint64_t end = policy_duty_access_end(now_s, d->access_days);

    if (d->rule < 0 || n->pack->rule[d->rule].mode != POLICY_MODE_C)
        return end;
    for (uint16_t i = 0; i < f->consent_count; i++)
        if (proto_sections_has(&f->consent[i].sections, section) && f->consent[i].until_s != 0
            && f->consent[i].until_s < end)
            end = f->consent[i].until_s;
    return end;
}

/* Text without names that gives somebody away is not without names. */
static enum err look_at_anon(
    struct client_node *n, struct vault_txn *x, const struct client_desk *d, struct client_hold *h)
{
    const char *anon = policy_pack_name(n->pack, POLICY_SET_SECTIONS, n->pack->anon_section);
    enum client_anon_what what = CLIENT_ANON_NOTHING;
    cJSON *content = NULL;
    enum err e;

    if (anon == NULL || !proto_sections_has(&d->sections, anon))
        return OK;
    e = client_record_get(n, x, &d->child, anon, &content);
    if (e == OK)
        e = client_anon_in_content(n, x, content, &what);
    cJSON_Delete(content);
    h->gives_away = (uint8_t) what;
    return e == ERR_NOTFOUND ? OK : e;
}

enum err client_hold_decide(
    struct client_node *n, struct vault_txn *x, const struct client_desk *d, struct client_hold *h)
{
    struct client_facts *f = calloc(1, sizeof *f);
    struct client_question q = {.child = d->child,
        .asker = proto_region_partner(&n->region, d->other),
        .holder = n->me,
        .purpose = d->purpose,
        .offer = d->offer,
        .second = h->second,
        .before_grant = h->before_grant,
        .ticked = h->ticked,
        .now_s = clock_now_s()};
    enum err e = f == NULL ? ERR_NOMEM : q.asker == NULL ? ERR_NOTFOUND : OK;

    memcpy(q.case_id, d->case_id, sizeof q.case_id);
    if (e == OK)
        e = client_facts_collect(n, x, &q, f);
    if (e == OK)
        e = look_at_anon(n, x, d, h);
    if (e == OK)
        f->base.identifiable = h->gives_away != CLIENT_ANON_NOTHING;
    h->permitted.count = 0;
    h->until_s = UINT64_MAX;
    for (uint8_t i = 0; e == OK && i < d->sections.count; i++) {
        uint64_t end;
        decide_one(n, d, h, f, i);
        h->has_lapsed[i] = h->decision[i].verdict == POLICY_NEED_CONSENT && client_lapsed_explains(f, d->sections.name[i]);
        if (h->decision[i].verdict != POLICY_PERMIT)
            continue;
        memcpy(h->permitted.name[h->permitted.count++], d->sections.name[i], sizeof h->permitted.name[0]);
        end = section_end(n, f, d->sections.name[i], &h->decision[i], q.now_s);
        if (end < h->until_s)
            h->until_s = end;
    }
    if (e == OK) {
        h->counted = f->counted;
        h->to_tick = f->to_tick;
        h->lapsed = f->lapsed;
    }
    free(f);
    return e;
}

void client_hold_rows(const struct client_node *n, struct client_desk *d, const struct client_hold *h)
{
    d->rows.count = d->sections.count;
    for (uint8_t i = 0; i < d->sections.count; i++) {
        const struct policy_decision *one = &h->decision[i];
        struct proto_row *row = &d->rows.row[i];

        *row = (struct proto_row){
            .verdict = (uint8_t) one->verdict, .reason = (uint8_t) one->reason, .at_holder = one->at_holder};
        memcpy(row->section, d->sections.name[i], sizeof row->section);
        if (one->rule >= 0 && strlen(n->pack->rule[one->rule].id) <= PROTO_RULE_WIDTH)
            memcpy(row->rule, n->pack->rule[one->rule].id, strlen(n->pack->rule[one->rule].id) + 1);
    }
}

enum err client_hold_content(struct client_node *n, struct vault_txn *x, const struct proto_subject_id *child,
    const struct proto_sections *sections, cJSON **out, struct proto_sections *missing)
{
    cJSON *all = cJSON_CreateObject(), *one = NULL;
    enum err e = all == NULL ? ERR_NOMEM : OK;

    missing->count = 0;
    for (uint8_t i = 0; e == OK && i < sections->count; i++) {
        e = client_record_get(n, x, child, sections->name[i], &one);
        if (e == ERR_NOTFOUND) {
            memcpy(missing->name[missing->count++], sections->name[i], sizeof missing->name[0]);
            e = OK;
        } else if (e == OK && !cJSON_AddItemToObject(all, sections->name[i], one)) {
            cJSON_Delete(one);
            e = ERR_NOMEM;
        }
    }
    if (e != OK) {
        cJSON_Delete(all);
        return e;
    }
    *out = all;
    return OK;
}

enum err client_hold_leave_out(
    struct client_call *c, struct client_hold *h, const struct proto_sections *missing)
{
    struct proto_sections left = {0};

    for (uint8_t i = 0; i < h->permitted.count; i++)
        if (!proto_sections_has(missing, h->permitted.name[i]))
            memcpy(left.name[left.count++], h->permitted.name[i], sizeof left.name[0]);
    if (left.count == 0)
        return trouble_set(&c->trouble, ERR_NOTFOUND,
            "your record has none of these sections; write them with schakel record put, or use schakel "
            "refuse --reason nothing_held",
            "uw dossier heeft geen van deze onderdelen; schrijf ze met schakel record put, of gebruik "
            "schakel refuse --reason nothing_held");
    h->permitted = left;
    return OK;
}

/* One child's number under the case of another. */
static bool is_of_another_case(struct vault_txn *x, const struct client_desk *d)
{
    struct client_case c;

    return client_case_get(x, d->case_id, &c) == OK && !proto_msg_same_subject(&c.child, &d->child);
}

/* Asked by number alone: a sibling's number passes every check that numbers have. By a handle there is no
 * number to get wrong. */
static bool has_bare_number(const struct client_desk *d)
{
    return !d->offer
        && (d->child_there.type == PROTO_SUBJECT_CITIZEN || d->child_there.type == PROTO_SUBJECT_EDUCATION)
        && d->birth_date[0] == '\0' && d->name_prefix[0] == '\0';
}

bool client_hold_differs(struct client_node *n, struct vault_txn *x, const struct proto_subject_id *child,
    const struct client_identity *said)
{
    char born[16], name[96];

    if (said->birth_date[0] != '\0'
        && client_record_field(n, x, child, "ident", "birth_date", born, sizeof born) == OK
        && strcmp(born, said->birth_date) != 0)
        return true;
    return said->name_prefix[0] != '\0'
        && client_record_field(n, x, child, "ident", "name", name, sizeof name) == OK
        && strncmp(name, said->name_prefix, strlen(said->name_prefix)) != 0;
}

bool client_hold_doubt(struct client_node *n, struct vault_txn *x, const struct client_desk *d)
{
    struct client_identity said;

    memcpy(said.birth_date, d->birth_date, sizeof said.birth_date);
    memcpy(said.name_prefix, d->name_prefix, sizeof said.name_prefix);
    return is_of_another_case(x, d) || has_bare_number(d) || client_hold_differs(n, x, &d->child, &said);
}

void client_hold_identity(
    struct client_node *n, struct vault_txn *x, const struct client_desk *d, struct client_identity *out)
{
    char name[96];

    *out = (struct client_identity) {.birth_date = ""};
    if (d->child_there.type == PROTO_SUBJECT_HANDLE)
        return;
    if (client_record_field(n, x, &d->child, "ident", "birth_date", out->birth_date, sizeof out->birth_date)
        != OK)
        out->birth_date[0] = '\0';
    if (client_record_field(n, x, &d->child, "ident", "name", name, sizeof name) == OK)
        client_hold_prefix(name, out->name_prefix);
}

void client_hold_prefix(const char *name, char out[CLIENT_PREFIX_LEN + 1])
{
    size_t len = 0;

    for (int letters = 0; letters < PREFIX_LETTERS && name[len] != '\0'; letters++)
        do
            len++;
        while (((unsigned char) name[len] & 0xc0) == 0x80);
    if (len > CLIENT_PREFIX_LEN)
        len = CLIENT_PREFIX_LEN;
    memcpy(out, name, len);
    out[len] = '\0';
}

static struct proto_sealing_release bound_to(
    const struct client_node *n, const struct client_desk *d, bool sending)
{
    struct proto_sealing_release r = {.subject = d->child_there, .until_s = d->access_until_s};

    memcpy(r.region, n->region.hash, sizeof r.region);
    memcpy(r.from, sending ? n->me->id : d->other, sizeof r.from);
    memcpy(r.to, sending ? d->other : n->me->id, sizeof r.to);
    memcpy(r.case_id, d->case_id, sizeof r.case_id);
    memcpy(r.purpose, d->purpose, sizeof r.purpose);
    memcpy(r.about, d->id, sizeof r.about);
    memcpy(r.pack, d->pack, sizeof r.pack);
    return r;
}

/* {"child_check":{...},"sections":{...}} */
static enum err release_text(
    struct client_node *n, struct vault_txn *x, const struct client_desk *d, cJSON *content, char **out)
{
    struct client_identity who;
    cJSON *all = cJSON_CreateObject(), *check = json_add_object(all, "child_check");
    enum err e = all == NULL ? ERR_NOMEM : OK;

    client_hold_identity(n, x, d, &who);
    json_add_text(check, "birth_date", who.birth_date);
    json_add_text(check, "name_prefix", who.name_prefix);
    if (e == OK && !cJSON_AddItemReferenceToObject(all, "sections", content))
        e = ERR_NOMEM;
    if (e == OK)
        e = json_print(all, out);
    cJSON_Delete(all);
    return e;
}

enum err client_hold_seal(struct client_node *n, struct vault_txn *x, struct client_desk *d, cJSON *content)
{
    struct proto_sealing_release r;
    uint8_t *payload = NULL;
    size_t len = 0;
    char *text = NULL;
    enum err e = release_text(n, x, d, content, &text);

    memcpy(d->pack, n->pack->digest, sizeof d->pack);
    r = bound_to(n, d, true);
    if (e == OK)
        e = client_partner_hpke(n, x, d->other, r.recipient_key);
    if (e == OK)
        e = proto_sealing_release_make(
            &r, (struct proto_blob){(const uint8_t *) text, strlen(text)}, &payload, &len);
    if (e == OK) {
        proto_sealing_digest((struct proto_blob) {payload, len}, d->digest);
        e = client_share_put(x, d->id, payload, len);
    }
    if (text != NULL)
        sodium_memzero(text, strlen(text));
    free(text);
    proto_seal_free(payload, len);
    return e;
}

static enum err only_granted(cJSON *all, const struct proto_sections *granted, cJSON **out)
{
    cJSON *left = cJSON_CreateObject();

    for (uint8_t i = 0; i < granted->count; i++) {
        cJSON *one = cJSON_DetachItemFromObjectCaseSensitive(all, granted->name[i]);
        if (one != NULL && !cJSON_AddItemToObject(left, granted->name[i], one)) {
            cJSON_Delete(one);
            cJSON_Delete(left);
            return ERR_NOMEM;
        }
    }
    if (cJSON_GetArraySize(all) > 0)
        log_event(LOG_WARN, "more-than-granted", NULL);
    *out = left;
    return left != NULL ? OK : ERR_NOMEM;
}

static void copy_said(const cJSON *check, const char *key, char *out, size_t out_len)
{
    const char *text = "";

    out[0] = '\0';
    if (json_text(check, key, &text) == OK && strlen(text) < out_len)
        memcpy(out, text, strlen(text) + 1);
}

/* It may be sealed to a key of before. */
static enum err open_release(struct client_node *n, struct proto_sealing_release *r, struct proto_blob payload, uint8_t **plain, size_t *len)
{
    const uint8_t *public;
    struct secret *key;
    enum err e = ERR_KEY;

    for (size_t i = 0; e != OK && (key = client_rotate_hpke(n, i, &public)) != NULL; i++) {
        memcpy(r->recipient_key, public, sizeof r->recipient_key);
        e = proto_sealing_release_open(r, secret_wake(key), payload, plain, len);
        secret_sleep(key);
    }
    return e;
}

enum err client_hold_unseal(struct client_node *n, struct vault_txn *x, const struct client_desk *d,
    struct client_identity *said, cJSON **out)
{
    struct proto_sealing_release r = bound_to(n, d, false);
    uint8_t *payload = NULL, *plain = NULL;
    size_t len = 0, plain_len = 0;
    cJSON *all = NULL, *check;
    enum err e = client_share_get(x, d->id, &payload, &len);

    if (e == OK)
        e = open_release(n, &r, (struct proto_blob) {payload, len}, &plain, &plain_len);
    if (e == OK)
        e = json_parse(plain, plain_len, &all, NULL);
    if (e == OK)
        e = only_granted(cJSON_GetObjectItemCaseSensitive(all, "sections"), &d->granted, out);
    if (e == OK) {
        check = cJSON_GetObjectItemCaseSensitive(all, "child_check");
        copy_said(check, "birth_date", said->birth_date, sizeof said->birth_date);
        copy_said(check, "name_prefix", said->name_prefix, sizeof said->name_prefix);
    }
    cJSON_Delete(all);
    proto_seal_free(plain, plain_len);
    free(payload);
    return e;
}

enum err client_hold_sign(struct client_call *c, struct client_desk *d, uint8_t **out, size_t *len)
{
    struct proto_statement s = {.kind = PROTO_SAY_GRANT,
        .subject = d->child_there,
        .sections = d->granted,
        .until_s = d->access_until_s};
    enum err e;

    memcpy(s.case_id, d->case_id, sizeof s.case_id);
    memcpy(s.purpose, d->purpose, sizeof s.purpose);
    memcpy(s.refers, d->id, sizeof s.refers);
    memcpy(s.receiver, d->other, sizeof s.receiver);
    memcpy(s.digest, d->digest, sizeof s.digest);
    e = client_statement_sign(c->node, &s, c->who, out, len);
    if (e == OK)
        memcpy(d->grant_statement, s.id, sizeof d->grant_statement);
    return e;
}
