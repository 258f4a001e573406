/* client/do_event: events, objections and subject facts: statements of this partner, addressed by name. */
#include "client/child.h"
#include "client/desk_table.h"
#include "client/record.h"
#include "client/sealed.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* "--to a,b" into partners; at least one, none of them this partner. */
static enum err partners_arg(struct client_call *c, const char *name, struct proto_partners *out)
{
    const char *text = NULL;
    char *list, *save = NULL;
    struct proto_partners all = {0};
    enum err e = client_arg_text(c, name, &text);

    if (e != OK)
        return e;
    if ((list = strdup(text)) == NULL)
        return ERR_NOMEM;
    for (char *p = strtok_r(list, ", ", &save); e == OK && p != NULL; p = strtok_r(NULL, ", ", &save)) {
        const struct proto_partner *partner = NULL;
        e = client_arg_handle(c, name, p, &partner);
        if (e != OK)
            break;
        if (partner == c->node->me)
            e = trouble_at(&c->trouble, ERR_RANGE, "--to", 0, 0, "%s is your own organisation; name another",
                "%s is uw eigen organisatie; noem een andere", p);
        else if (all.count == PROTO_ADDRESSEES_MAX)
            e = trouble_at(&c->trouble, ERR_LONG, "--to", 0, 0, "at most %d partners",
                "hoogstens %d partners", PROTO_ADDRESSEES_MAX);
        else
            memcpy(all.id[all.count++], partner->id, PROTO_PARTNER_LEN);
    }
    free(list);
    if (e == OK && all.count == 0)
        e = trouble_at(&c->trouble, ERR_USAGE, "--to", 0, 0,
            "to which partners? give their short names, with commas",
            "aan welke partners? geef hun korte namen, met komma's");
    if (e == OK) {
        proto_partners_sort(&all);
        *out = all;
    }
    return e;
}

/*
 * Send s to all of to: one statement for those who know the child by the same subject, another for those
 * under the case's handle. *first gets the id of the first. note (may be NULL) is sealed to each.
 */
static enum err send_to(struct client_call *c, struct vault_txn *x, struct client_child *child,
    struct proto_statement *s, const struct proto_partners *to, const struct client_note *note,
    uint8_t first[PROTO_ID_LEN])
{
    struct client_note notes[PROTO_ADDRESSEES_MAX] = {0};
    struct proto_partners rest = *to, later;
    struct proto_subject_id as;
    enum err e = OK;

    for (bool is_first = true; e == OK && rest.count > 0; is_first = false, rest = later) {
        later = (struct proto_partners) {0};
        s->addressees = (struct proto_partners) {0};
        e = client_child_for(x, child, rest.id[0], &s->subject);
        for (uint8_t i = 0; e == OK && i < rest.count; i++) {
            e = client_child_for(x, child, rest.id[i], &as);
            struct proto_partners *list = proto_msg_same_subject(&as, &s->subject) ? &s->addressees : &later;
            memcpy(list->id[list->count++], rest.id[i], PROTO_PARTNER_LEN);
        }
        for (uint8_t i = 0; note != NULL && i < s->addressees.count; i++)
            notes[i] = *note;
        randombytes_buf(s->id, sizeof s->id);
        if (e == OK)
            e = client_statement_send(c->node, x, s, c->who, note != NULL ? notes : NULL, c);
        if (is_first)
            memcpy(first, s->id, PROTO_ID_LEN);
    }
    return e;
}

static void reply_sent(struct client_call *c, const uint8_t id[PROTO_ID_LEN], const struct proto_partners *to)
{
    cJSON *names = json_add_array(c->reply, "to");

    client_reply_id(c->reply, "statement", id);
    for (uint8_t i = 0; i < to->count; i++)
        json_push_text(names, client_handle(c->node, to->id[i]));
}

static void set_case(struct proto_statement *s, const struct client_child *child, const char *purpose)
{
    if (child->has_case)
        memcpy(s->case_id, child->with.id, sizeof s->case_id);
    memcpy(s->purpose, purpose, strlen(purpose) + 1);
}

/* A date option as the moment that day begins here; today when it is left out. */
static enum err day_arg(struct client_call *c, const char *name, uint64_t *out)
{
    struct date d;
    const char *text = NULL;
    enum err e;

    if (json_text(c->args, name, &text) != OK) {
        *out = clock_midnight_nl(clock_date_nl(clock_now_s()));
        return OK;
    }
    e = client_arg_date(c, name, &d);
    if (e == OK)
        *out = clock_midnight_nl(d);
    return e;
}

/* The number of an outside document stays sealed; its salted digest binds the statement to it. */
static enum err reference_set(struct client_call *c, struct proto_statement *s, char **note)
{
    const char *number = NULL, *kind = NULL;
    uint8_t salt[16];
    char hex[2 * sizeof salt + 1];
    crypto_hash_sha256_state h;
    cJSON *sealed;
    enum err e;

    if (json_text(c->args, "reference", &number) != OK)
        return OK;
    if (json_text(c->args, "reference_kind", &kind) != OK || kind[0] == '\0'
        || strlen(kind) > PROTO_NAME_WIDTH)
        return trouble_at(&c->trouble, ERR_USAGE, "--reference-kind", 0, 0,
            "say what document it is, in one word of at most %d letters",
            "zeg welk stuk het is, in een woord van hoogstens %d letters", PROTO_NAME_WIDTH);
    e = day_arg(c, "reference_date", &s->reference_s);
    if (e != OK)
        return e;
    memcpy(s->reference, kind, strlen(kind) + 1);
    randombytes_buf(salt, sizeof salt);
    crypto_hash_sha256_init(&h);
    crypto_hash_sha256_update(&h, salt, sizeof salt);
    crypto_hash_sha256_update(&h, (const uint8_t *) number, strlen(number));
    crypto_hash_sha256_final(&h, s->reference_digest);
    (void) sodium_bin2hex(hex, sizeof hex, salt, sizeof salt);
    sealed = cJSON_CreateObject();
    json_add_text(sealed, "reference", number);
    json_add_text(sealed, "salt", hex);
    e = sealed == NULL ? ERR_NOMEM : json_print(sealed, note);
    cJSON_Delete(sealed);
    return e;
}

/* Who may report it: the names of the kinds. */
static void setters(const struct policy_pack *pack, uint8_t event, char *out, size_t out_len)
{
    size_t used = 0;

    out[0] = '\0';
    for (uint8_t k = 0; k < POLICY_KINDS_MAX; k++) {
        const char *kind =
            (pack->event[event].set_by >> k & 1) != 0 ? policy_pack_name(pack, POLICY_SET_KINDS, k) : NULL;

        if (kind != NULL && used < out_len)
            used += (size_t) snprintf(out + used, out_len - used, "%s%s", used != 0 ? ", " : "", kind);
    }
}

/* An event that this kind of partner cannot set would never count: better said now. */
static enum err event_arg(struct client_call *c, const char **event, uint8_t *index)
{
    const struct policy_pack *pack = c->node->pack;
    uint8_t kind = policy_pack_find(pack, POLICY_SET_KINDS, c->node->me->kind), i;
    char who[256];
    enum err e = client_arg_text(c, "event", event);

    if (e != OK)
        return e;
    i = policy_pack_find(pack, POLICY_SET_EVENTS, *event);
    if (i == POLICY_UNKNOWN)
        return trouble_at(&c->trouble, ERR_RANGE, "--event", 0, 0,
            "%s is not an event of the pack; see: schakel policy show",
            "%s is geen gebeurtenis van het pakket; zie: schakel policy show", *event);
    if (pack->event[i].system)
        return trouble_at(&c->trouble, ERR_RANGE, "--event", 0, 0,
            "%s follows from what happens by itself; nobody reports it",
            "%s volgt vanzelf uit wat gebeurt; niemand meldt het", *event);
    setters(pack, i, who, sizeof who);
    if (kind >= POLICY_KINDS_MAX || (pack->event[i].set_by >> kind & 1) == 0)
        return trouble_at(&c->trouble, ERR_DENIED, "--event", 0, 0,
            "%s does not count when it comes from you; ask one of these kinds of partner: %s",
            "%s telt niet als het van u komt; vraag een van deze soorten partners: %s", *event, who);
    *index = i;
    return OK;
}

static enum err occurred_arg(struct client_call *c, uint64_t *out)
{
    enum err e = day_arg(c, "occurred", out);

    if (e == OK && *out > clock_now_s())
        e = trouble_at(&c->trouble, ERR_RANGE, "--occurred", 0, 0,
            "this day has not come yet; give the day it happened",
            "deze dag moet nog komen; geef de dag waarop het gebeurde");
    return e;
}

enum err client_do_event_add(struct client_call *c, struct vault_txn *x)
{
    struct proto_statement s = {.kind = PROTO_SAY_EVENT};
    struct client_child child = {0};
    struct proto_partners to;
    const char *event = NULL, *purpose = "";
    uint8_t first[PROTO_ID_LEN];
    char *note = NULL;
    uint8_t index = POLICY_UNKNOWN;
    enum err e = event_arg(c, &event, &index);

    if (e == OK)
        e = client_arg_purpose(c,
            index != POLICY_UNKNOWN && c->node->pack->event[index].scope == POLICY_SCOPE_PURPOSE, &purpose);
    if (e == OK)
        e = partners_arg(c, "to", &to);
    if (e == OK)
        e = client_child_arg(c, x, purpose, &child);
    if (e == OK)
        e = occurred_arg(c, &s.occurred_s);
    if (e == OK)
        e = reference_set(c, &s, &note);
    if (e == OK) {
        set_case(&s, &child, purpose);
        memcpy(s.event, event, strlen(event) + 1);
        e = send_to(c, x, &child, &s, &to,
            note == NULL ? NULL : &(struct client_note){(const uint8_t *) note, strlen(note)}, first);
    }
    if (e == OK)
        reply_sent(c, first, &to);
    free(note);
    return e;
}

enum err client_do_objection_add(struct client_call *c, struct vault_txn *x)
{
    struct proto_statement s = {.kind = PROTO_SAY_OBJECTION};
    struct client_child child = {0};
    struct proto_partners to;
    const char *purpose = "";
    uint8_t first[PROTO_ID_LEN];
    enum err e = client_arg_purpose(c, true, &purpose);

    if (e == OK)
        e = partners_arg(c, "to", &to);
    if (e == OK)
        e = client_child_arg(c, x, purpose, &child);
    if (e == OK) {
        set_case(&s, &child, purpose);
        e = send_to(c, x, &child, &s, &to, NULL, first);
    }
    if (e == OK)
        reply_sent(c, first, &to);
    return e;
}

/* A text of the own record, "" when it does not say it. */
static enum err own_text(struct client_call *c, struct vault_txn *x, const struct client_child *child, const char *section,
    const char *field, char *out, size_t out_len)
{
    enum err e = client_record_field(c->node, x, &child->here, section, field, out, out_len);

    if (e == ERR_NOTFOUND)
        out[0] = '\0';
    return e == ERR_NOTFOUND ? OK : e;
}

/* Birth date, custody and whether the person can decide, from the own record, for the named holders only. */
enum err client_do_facts_set(struct client_call *c, struct vault_txn *x)
{
    struct proto_statement s = {.kind = PROTO_SAY_FACTS};
    struct client_child child = {0};
    struct proto_partners to;
    char born[16] = "", custody[64] = "", incapable[8] = "", *note = NULL;
    uint8_t first[PROTO_ID_LEN];
    cJSON *sealed = NULL;
    enum err e = partners_arg(c, "to", &to);

    if (e == OK)
        e = client_child_arg(c, x, "", &child);
    if (e == OK)
        e = own_text(c, x, &child, "ident", "birth_date", born, sizeof born);
    if (e == OK && born[0] == '\0')
        e = trouble_set(&c->trouble, ERR_NOTFOUND,
            "the own record of this child has no ident.birth_date; write it with schakel record put",
            "in het eigen dossier staat geen ident.birth_date; schrijf die met schakel record put");
    if (e == OK)
        e = own_text(c, x, &child, "guard", "custody", custody, sizeof custody);
    if (e == OK)
        e = own_text(c, x, &child, "guard", "incapable", incapable, sizeof incapable);
    if (e == OK) {
        sealed = cJSON_CreateObject();
        json_add_text(sealed, "birth_date", born);
        json_add_text(sealed, "custody", custody);
        json_add_text(sealed, "incapable", incapable);
        e = sealed == NULL ? ERR_NOMEM : json_print(sealed, &note);
    }
    if (e == OK) {
        set_case(&s, &child, "");
        e = send_to(
            c, x, &child, &s, &to, &(struct client_note){(const uint8_t *) note, strlen(note)}, first);
    }
    if (e == OK)
        reply_sent(c, first, &to);
    cJSON_Delete(sealed);
    if (note != NULL)
        sodium_memzero(note, strlen(note));
    free(note);
    return e;
}
