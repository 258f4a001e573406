/* client/facts: the person: how old, who decides, and who said what. The rest is in facts.c. */
#include "client/facts.h"

#include "client/child.h"
#include "client/index.h"
#include "client/record.h"
#include "client/sealed.h"
#include "policy/words.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum err client_facts_who(const char *text, uint8_t *out)
{
    uint8_t who = 0;
    char *copy = strdup(text), *save = NULL;
    enum err e = copy == NULL ? ERR_NOMEM : OK;

    for (char *p = copy == NULL ? NULL : strtok_r(copy, ", ", &save); e == OK && p != NULL;
         p = strtok_r(NULL, ", ", &save)) {
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

enum err client_facts_said(
    struct client_node *n, struct vault_txn *x, const struct client_kept *k, uint8_t *given, uint8_t *refused)
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

uint64_t client_facts_made(const struct client_kept *k)
{
    return k->what.made_s < k->leaf_s ? k->what.made_s : k->leaf_s;
}

static uint8_t custody_of(const char *text)
{
    uint8_t who = 0;

    return client_facts_who(text, &who) == OK
        ? (uint8_t) (who & (POLICY_WHO_G1 | POLICY_WHO_G2 | POLICY_WHO_VOOGD))
        : 0;
}

struct told {
    struct client_node *node;
    const struct proto_subject_id *child;
    const struct proto_partner *asker;     /* NULL: nobody asks */
    char birth_date[11], custody[64], incapable[8];
    uint64_t made_s;
};

/* Facts that another partner sealed to this one; the newest. Who asks does not say itself how old the child
 * is and who decides for it. */
static bool told_each(void *arg, const struct client_kept *k)
{
    struct told *t = arg;
    cJSON *obj = NULL;
    const char *born = "", *custody = "", *incapable = "";

    if (k->what.kind != PROTO_SAY_FACTS || k->mine || k->leaf_s == 0 || client_facts_made(k) < t->made_s
        || !proto_msg_same_subject(&k->what.subject, t->child)
        || (t->asker != NULL && sodium_memcmp(k->what.setter, t->asker->id, PROTO_PARTNER_LEN) == 0)
        || client_sealed_statement_read(t->node, &k->what, &obj) != OK)
        return true;
    if (json_text(obj, "birth_date", &born) == OK && json_text(obj, "custody", &custody) == OK
        && json_text(obj, "incapable", &incapable) == OK && strlen(born) < sizeof t->birth_date
        && strlen(custody) < sizeof t->custody && strlen(incapable) < sizeof t->incapable) {
        memcpy(t->birth_date, born, strlen(born) + 1);
        memcpy(t->custody, custody, strlen(custody) + 1);
        memcpy(t->incapable, incapable, strlen(incapable) + 1);
        t->made_s = client_facts_made(k);
    }
    cJSON_Delete(obj);
    return true;
}

/* A text of the own record. What cannot be understood is as if it were not there; not being able to look is no answer. */
static enum err own_field(struct told *t, struct vault_txn *x, const char *section, const char *field, char *out, size_t out_len)
{
    enum err e = client_record_field(t->node, x, t->child, section, field, out, out_len);

    if (e == OK)
        return OK;
    out[0] = '\0';
    return e == ERR_NOMEM || e == ERR_IO ? e : ERR_NOTFOUND;
}

/* The own record goes before what others say, as soon as it has the birth date. */
static enum err own_or_told(struct told *t, struct vault_txn *x)
{
    enum err e = own_field(t, x, "ident", "birth_date", t->birth_date, sizeof t->birth_date);

    if (e == ERR_NOTFOUND)
        return client_index_facts(x, t->child, told_each, t);
    if (e == OK)
        e = own_field(t, x, "guard", "custody", t->custody, sizeof t->custody);
    if (e == OK || e == ERR_NOTFOUND)
        e = own_field(t, x, "guard", "incapable", t->incapable, sizeof t->incapable);
    return e == ERR_NOTFOUND ? OK : e;
}

static enum err person(
    struct told *t, struct vault_txn *x, uint64_t now_s, struct policy_facts *f, char birth_date[11])
{
    struct date born;
    enum err e = own_or_told(t, x);

    if (e != OK)
        return e;
    f->age_years = -1;
    if (date_parse(t->birth_date, &born) == OK)
        f->age_years = date_age_years(born, clock_date_nl(now_s));
    f->custody = custody_of(t->custody);
    f->incapable = strcmp(t->incapable, "yes") == 0;
    memcpy(birth_date, t->birth_date, sizeof t->birth_date);
    return OK;
}

enum err client_facts_person(struct client_node *n, struct vault_txn *x, const struct proto_subject_id *child,
    uint64_t now_s, struct policy_facts *f, char birth_date[11])
{
    return person(&(struct told){.node = n, .child = child}, x, now_s, f, birth_date);
}

enum err client_facts_person_asked(struct client_node *n, struct vault_txn *x,
    const struct client_question *q, struct policy_facts *f, char birth_date[11])
{
    return person(
        &(struct told){.node = n, .child = &q->child, .asker = q->asker}, x, q->now_s, f, birth_date);
}
