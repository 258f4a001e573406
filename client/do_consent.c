/* client/do_consent: what the family said. The hub and the asker see only whether it is complete, and until
 * when; who said what stays with the recorder and is sealed to the holder. */
#include "client/child.h"
#include "client/desk_arg.h"
#include "client/desk_mail.h"
#include "client/desk_reply.h"
#include "client/desk_table.h"
#include "client/facts.h"
#include "client/twice.h"
#include "policy/consent.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

struct recording {
    const struct proto_partner *holder, *receiver;
    const char *purpose, *yes, *no, *evidence;
    uint8_t given, refused;
    struct policy_consent check;
    struct client_child child;
    struct proto_statement s;
};

static const char *text_or(const struct client_call *c, const char *name, const char *fallback)
{
    const char *text = NULL;

    return json_text(c->args, name, &text) == OK ? text : fallback;
}

static enum err who_arg(struct client_call *c, const char *name, uint8_t *out)
{
    const char *option = strcmp(name, "yes") == 0 ? "--yes" : "--no";

    if (client_facts_who(text_or(c, name, ""), out) != OK)
        return trouble_at(&c->trouble, ERR_SYNTAX, option, 0, 0,
            "write who said it as y (the young person), g1, g2 (parents with custody), voogd or rep, with "
            "commas",
            "schrijf wie het zei als y (de jongere), g1, g2 (ouders met gezag), voogd of rep, met komma's");
    return OK;
}

static enum err kind_arg(struct client_call *c, uint8_t *out)
{
    const char *kind = text_or(c, "kind", "processing");

    if (strcmp(kind, "processing") == 0)
        *out = PROTO_CONSENT_PROCESSING;
    else if (strcmp(kind, "secrecy") == 0)
        *out = PROTO_CONSENT_SECRECY;
    else if (strcmp(kind, "help") == 0)
        *out = PROTO_CONSENT_HELP;
    else
        return trouble_at(&c->trouble, ERR_RANGE, "--kind", 0, 0, "choose processing, secrecy or help",
            "kies processing, secrecy of help");
    return OK;
}

static enum err read_options(struct client_call *c, struct vault_txn *x, struct recording *r)
{
    enum err e = client_arg_partner(c, "holder", &r->holder);

    if (e == OK)
        e = client_arg_partner(c, "receiver", &r->receiver);
    if (e == OK && r->holder == r->receiver)
        e = trouble_at(&c->trouble, ERR_RANGE, "--receiver", 0, 0,
            "holder and receiver are the same partner; name who has the sections and who may read them",
            "houder en ontvanger zijn dezelfde partner; noem wie de onderdelen heeft en wie ze mag lezen");
    if (e == OK)
        e = client_arg_purpose(c, true, &r->purpose);
    if (e == OK)
        e = client_arg_sections(c, "sections", &r->s.sections);
    if (e == OK)
        e = who_arg(c, "yes", &r->given);
    if (e == OK)
        e = who_arg(c, "no", &r->refused);
    if (e == OK && (r->given & r->refused) != 0)
        e = trouble_at(&c->trouble, ERR_RANGE, "--no", 0, 0, "somebody cannot have said both yes and no",
            "iemand kan niet ja en nee tegelijk hebben gezegd");
    if (e == OK && r->given == 0 && r->refused == 0)
        e = trouble_at(&c->trouble, ERR_USAGE, "--yes", 0, 0, "who said yes or no? give --yes or --no",
            "wie zei ja of nee? geef --yes of --no");
    if (e == OK)
        e = kind_arg(c, &r->s.code);
    return e != OK ? e : client_child_arg(c, x, r->purpose, &r->child);
}

static enum err until_wrong(struct client_call *c, uint64_t limit_s)
{
    char last[11];

    date_format(clock_date_nl(limit_s - 1), last);
    return trouble_at(&c->trouble, ERR_RANGE, "--until", 0, 0,
        "the last day of a consent is today or later, and at the latest %s",
        "de laatste dag van een toestemming is vandaag of later, en uiterlijk %s", last);
}

/* Complete until: the day asked for, at most what the pack allows; 0 when somebody's yes is missing. Never a
 * birthday: that would tell. */
static enum err set_until(struct client_call *c, struct vault_txn *x, struct recording *r)
{
    struct policy_facts f = {0};
    char born[11];
    uint64_t now = clock_now_s(), months = 12, until_s, limit_s;
    struct date today = clock_date_nl(now);
    enum err e = client_facts_person(c->node, x, &r->child.here, now, &f, born);

    if (e != OK)
        return e;
    if (policy_pack_parameter(c->node->pack, "consent_max_months", today, &months) != OK)
        months = 12;
    limit_s = clock_midnight_nl(date_add_days(today, (int) (months * 365 / 12)));
    until_s = limit_s;
    if (text_or(c, "until", NULL) != NULL)
        e = client_arg_last_day(c, "until", &until_s);
    if (e == OK && (until_s <= now || until_s > limit_s))
        e = until_wrong(c, limit_s);
    f.given = r->given;
    f.refused = r->refused;
    r->check = policy_consent_check(&f);
    if (e == OK)
        r->s.until_s = r->check.state == POLICY_CONSENT_COMPLETE ? until_s : 0;
    return e;
}

/* Own notes: who said what, under the statement's id. */
static enum err notes_make(const struct recording *r, char **out)
{
    cJSON *obj = cJSON_CreateObject();
    enum err e;

    json_add_text(obj, "yes", r->yes);
    json_add_text(obj, "no", r->no);
    json_add_text(obj, "evidence", r->evidence);
    e = obj == NULL ? ERR_NOMEM : json_print(obj, out);
    cJSON_Delete(obj);
    return e;
}

static void add_party(
    struct proto_partners *to, const struct proto_partner *p, const struct proto_partner *me)
{
    if (p != me)
        memcpy(to->id[to->count++], p->id, PROTO_PARTNER_LEN);
}

/* One statement for both: under the handle when one of them may not hold the number; the case tells the other
 * which child. */
static enum err subject_for_both(struct client_call *c, struct vault_txn *x, struct recording *r)
{
    struct proto_subject_id as;
    enum err e = client_child_for(x, &r->child, r->holder->id, &r->s.subject);

    if (e == OK && r->receiver != c->node->me)
        e = client_child_for(x, &r->child, r->receiver->id, &as);
    if (e == OK && r->receiver != c->node->me && as.type == PROTO_SUBJECT_HANDLE)
        r->s.subject = as;
    return e;
}

static enum err send_consent(struct client_call *c, struct vault_txn *x, struct recording *r)
{
    struct client_note notes[PROTO_ADDRESSEES_MAX] = {0};
    struct proto_statement *s = &r->s;
    char *said = NULL;
    enum err e;

    s->kind = PROTO_SAY_CONSENT;
    randombytes_buf(s->id, sizeof s->id);
    memcpy(s->purpose, r->purpose, strlen(r->purpose) + 1);
    memcpy(s->holder, r->holder->id, sizeof s->holder);
    memcpy(s->receiver, r->receiver->id, sizeof s->receiver);
    if (r->child.has_case)
        memcpy(s->case_id, r->child.with.id, sizeof s->case_id);
    add_party(&s->addressees, r->holder, c->node->me);
    add_party(&s->addressees, r->receiver, c->node->me);
    proto_partners_sort(&s->addressees);
    e = subject_for_both(c, x, r);
    if (e == OK)
        e = notes_make(r, &said);
    if (e == OK)
        e = client_vault_put(x, CLIENT_T_DRAFT, s->id, sizeof s->id, said, strlen(said));
    for (uint8_t i = 0; e == OK && i < s->addressees.count; i++)
        if (sodium_memcmp(s->addressees.id[i], r->holder->id, PROTO_PARTNER_LEN) == 0)
            notes[i] = (struct client_note) {(const uint8_t *) said, strlen(said)};
    if (e == OK)
        e = client_statement_send(c->node, x, s, c->who, notes, c);
    free(said);
    return e;
}

static void reply_people(cJSON *obj, const struct client_tongue *in, uint8_t missing)
{
    cJSON *array = json_add_array(obj, "missing");
    char name[96];

    for (unsigned i = 0; i < POLICY_WHO_BITS; i++)
        if (missing & (1U << i)) {
            client_explain_people(in, (uint8_t) (1U << i), name, sizeof name);
            json_push_text(array, name);
        }
}

enum err client_do_consent_record(struct client_call *c, struct vault_txn *x)
{
    struct recording *r = calloc(1, sizeof *r);
    struct client_tongue in = client_reply_tongue(c->node, c->trouble.lang);
    enum err e;

    if (r == NULL)
        return ERR_NOMEM;
    r->yes = text_or(c, "yes", "");
    r->no = text_or(c, "no", "");
    r->evidence = text_or(c, "evidence", "");
    e = read_options(c, x, r);
    if (e == OK)
        e = set_until(c, x, r);
    if (e == OK)
        e = send_consent(c, x, r);
    if (e == OK) {
        client_reply_id(c->reply, "statement", r->s.id);
        json_add_bool(c->reply, "complete", r->check.state == POLICY_CONSENT_COMPLETE);
        client_reply_last_day(c->reply, "complete_until", r->s.until_s);
        reply_people(c->reply, &in, r->check.missing);
    }
    free(r);
    return e;
}

/* An own or received statement of a kind, by --statement. Gives *memory. */
static enum err kept_arg(struct client_call *c, struct vault_txn *x, enum proto_statement_kind kind,
    struct client_kept *k, uint8_t **memory)
{
    uint8_t id[PROTO_ID_LEN];
    enum err e = client_arg_id(c, "statement", id);

    if (e == OK)
        e = client_kept_get(x, id, k, memory);
    if (e == ERR_NOTFOUND || (e == OK && k->what.kind != kind))
        return trouble_at(&c->trouble, ERR_NOTFOUND, "--statement", 0, 0,
            "there is no such %s here; see: schakel statement list",
            "er is hier geen %s met dit nummer; zie: schakel statement list", proto_statement_name(kind));
    return e;
}

/* Send the end of a statement to everybody who had it. What rests on an event is judged anew by the hub
 * before it goes out. */
static enum err send_end(
    struct client_call *c, struct vault_txn *x, const struct client_kept *k, enum proto_statement_kind kind)
{
    struct proto_statement s = {.kind = kind, .subject = k->what.subject};
    enum err e;

    memcpy(s.case_id, k->what.case_id, sizeof s.case_id);
    memcpy(s.purpose, k->what.purpose, sizeof s.purpose);
    memcpy(s.refers, k->what.id, sizeof s.refers);
    for (uint8_t i = 0; i < k->what.addressees.count; i++)
        if (sodium_memcmp(k->what.addressees.id[i], c->node->me->id, PROTO_PARTNER_LEN) != 0)
            memcpy(s.addressees.id[s.addressees.count++], k->what.addressees.id[i], PROTO_PARTNER_LEN);
    if (!k->mine)
        memcpy(s.addressees.id[s.addressees.count++], k->what.setter, PROTO_PARTNER_LEN);
    proto_partners_sort(&s.addressees);
    randombytes_buf(s.id, sizeof s.id);
    e = client_statement_send(c->node, x, &s, c->who, NULL, c);
    if (e == OK)
        client_reply_id(c->reply, "statement", s.id);
    return e;
}

static enum err end_own(
    struct client_call *c, struct vault_txn *x, enum proto_statement_kind what, enum proto_statement_kind end)
{
    struct client_kept k;
    uint8_t *memory = NULL;
    bool done = false;
    enum err e = kept_arg(c, x, what, &k, &memory);

    if (e == OK && !k.mine)
        e = trouble_at(&c->trouble, ERR_DENIED, "--statement", 0, 0,
            "only the partner that said this can end it: ask %s",
            "alleen de partner die dit meldde kan het beëindigen: vraag het %s",
            client_handle(c->node, k.what.setter));
    if (e == OK)
        e = client_twice_ended(c, x, &k.what, &done);
    if (e == OK && !done)
        e = send_end(c, x, &k, end);
    free(memory);
    return e;
}

enum err client_do_event_end(struct client_call *c, struct vault_txn *x)
{
    return end_own(c, x, PROTO_SAY_EVENT, PROTO_SAY_EVENT_END);
}

enum err client_do_objection_end(struct client_call *c, struct vault_txn *x)
{
    return end_own(c, x, PROTO_SAY_OBJECTION, PROTO_SAY_OBJECTION_END);
}

enum err client_do_consent_withdraw(struct client_call *c, struct vault_txn *x)
{
    struct client_kept k;
    uint8_t *memory = NULL;
    bool done = false;
    enum err e = kept_arg(c, x, PROTO_SAY_CONSENT, &k, &memory);

    if (e == OK)
        e = client_twice_ended(c, x, &k.what, &done);
    if (e == OK && !done)
        e = send_end(c, x, &k, PROTO_SAY_WITHDRAWAL);
    if (e == OK)
        e = client_desk_stop(c->node, x, &k.what);
    free(memory);
    return e;
}
