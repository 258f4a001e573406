#include "client/weigh.h"

#include "base/text.h"
#include "client/after.h"
#include "client/facts.h"
#include "client/packs.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void client_weigh_child(const struct proto_subject_id *child, char out[CLIENT_WEIGH_CHILD])
{
    text_hex(&child->type, 1, out, 3);
    text_hex(child->value, sizeof child->value, out + 2, CLIENT_WEIGH_CHILD - 2);
}

uint32_t client_weigh_answered(const cJSON *answers)
{
    const cJSON *item;
    uint32_t answered = 0;
    uint64_t number = 0;

    cJSON_ArrayForEach(item, answers)
        if (text_u64(item->string, POLICY_QUESTIONS, &number) == OK && number != 0)
            answered |= UINT32_C(1) << (number - 1);
    return answered;
}

/* Nobody weighs once for everything: the same child, and no more than was weighed. */
static enum err check_scope(struct client_call *c, const cJSON *draft, const struct client_desk *d)
{
    const char *child = "", *purpose = "";
    const cJSON *sections = NULL, *name;
    char hex[CLIENT_WEIGH_CHILD];
    bool fits;

    client_weigh_child(&d->child, hex);
    fits = json_text(draft, "child", &child) == OK && json_text(draft, "purpose", &purpose) == OK
        && json_array(draft, "sections", &sections) == OK && strcmp(child, hex) == 0
        && (purpose[0] == '\0' || strcmp(purpose, d->purpose) == 0);
    for (uint8_t i = 0; fits && cJSON_GetArraySize(sections) > 0 && i < d->sections.count; i++) {
        bool there = false;
        cJSON_ArrayForEach(name, sections)
            there = there || (cJSON_IsString(name) && strcmp(name->valuestring, d->sections.name[i]) == 0);
        fits = there;
    }
    return fits ? OK
                : trouble_at(&c->trouble, ERR_DENIED, "--weigh", 0, 0,
                    "this weighing is about another child or purpose, or about fewer sections; weigh again "
                    "(schakel weigh)",
                    "deze afweging gaat over een ander kind of doel, of over minder onderdelen; weeg opnieuw "
                    "(schakel weigh)");
}

/* id: which it is; as it stood when no option is given. */
static enum err draft_arg(
    struct client_call *c, struct vault_txn *x, uint8_t id[PROTO_ID_LEN], uint8_t **draft, size_t *len)
{
    const char *given = NULL;
    enum err e = json_text(c->args, "weigh", &given) == OK ? client_arg_id(c, "weigh", id) : OK;

    if (e == OK)
        e = client_vault_get(x, CLIENT_T_DRAFT, id, PROTO_ID_LEN, draft, len);
    if (e == ERR_NOTFOUND)
        return trouble_at(&c->trouble, e, "--weigh", 0, 0,
            "there is no such weighing; make one with schakel weigh",
            "er is geen afweging met dit nummer; maak er een met schakel weigh");
    return e;
}

enum err client_weigh_use(struct client_call *c, struct vault_txn *x, struct client_desk *d, uint8_t **out,
    size_t *len, uint32_t *answered)
{
    struct proto_statement s = {
        .kind = PROTO_SAY_WEIGHING, .subject = d->child_there, .sections = d->sections};
    const char *given = NULL;
    uint8_t id[PROTO_ID_LEN], *data = NULL;
    size_t data_len = 0;
    cJSON *draft = NULL;
    enum err e;

    *len = 0;
    if (json_text(c->args, "weigh", &given) != OK && sodium_is_zero(d->weighing, sizeof d->weighing))
        return OK;
    memcpy(id, d->weighing, sizeof id);
    e = draft_arg(c, x, id, &data, &data_len);
    /* An approval lies there too; it is no weighing. */
    if (e == OK
        && (json_parse(data, data_len, &draft, NULL) != OK
            || cJSON_GetObjectItemCaseSensitive(draft, "answers") == NULL))
        e = trouble_at(&c->trouble, ERR_DENIED, "--weigh", 0, 0,
            "this is no weighing; make one with schakel weigh",
            "dit is geen afweging; maak er een met schakel weigh");
    if (e == OK)
        e = check_scope(c, draft, d);
    if (e == OK) {
        crypto_hash_sha256(s.digest, data, data_len);
        memcpy(s.case_id, d->case_id, sizeof s.case_id);
        memcpy(s.purpose, d->purpose, sizeof s.purpose);
        memcpy(s.refers, d->id, sizeof s.refers);
        e = client_statement_sign(c->node, &s, c->who, out, len);
    }
    if (e == OK) {
        *answered = client_weigh_answered(cJSON_GetObjectItemCaseSensitive(draft, "answers"));
        memcpy(d->weighing, id, sizeof id);
    }
    cJSON_Delete(draft);
    if (data != NULL)
        sodium_memzero(data, data_len);
    free(data);
    return e;
}

enum err client_weigh_answers(struct vault_txn *x, const struct client_desk *d, cJSON **out)
{
    uint8_t *data = NULL;
    size_t len = 0;
    cJSON *draft = NULL, *answers = NULL;
    enum err e = client_vault_get(x, CLIENT_T_DRAFT, d->weighing, sizeof d->weighing, &data, &len);

    if (e == OK)
        e = json_parse(data, len, &draft, NULL);
    if (e == OK)
        answers = cJSON_DetachItemFromObjectCaseSensitive(draft, "answers");
    cJSON_Delete(draft);
    if (data != NULL)
        sodium_memzero(data, len);
    free(data);
    if (e == OK && answers == NULL)
        e = ERR_NOTFOUND;
    if (e == OK)
        *out = answers;
    return e;
}

/* ---- enough? ---- */

static bool weighs_here(const struct client_desk *d, enum policy_weigh by)
{
    if (by != POLICY_WEIGH_ASKER && by != POLICY_WEIGH_HOLDER)
        return false;
    return (d->mine && d->offer) || by == (d->mine ? POLICY_WEIGH_ASKER : POLICY_WEIGH_HOLDER);
}

/* The questions of what was granted under a rule that weighs afterwards. Who began weighs. */
static bool owed(const struct client_node *n, const struct client_desk *d, uint32_t *needed)
{
    const struct policy_pack *pack = client_packs_of(n, d->pack);

    if (!d->mine || (client_after_duties(n, d) & POLICY_DUTY_WEIGH_POST) == 0)
        return false;
    for (uint8_t i = 0; i < d->rows.count; i++) {
        const struct proto_row *row = &d->rows.row[i];
        int rule = policy_pack_rule(pack, row->rule);
        uint8_t section = policy_pack_find(pack, POLICY_SET_SECTIONS, row->section);

        if (rule >= 0 && section != POLICY_UNKNOWN && pack->rule[rule].weigh == POLICY_WEIGH_POST
            && proto_sections_has(&d->granted, row->section))
            *needed |= policy_weighing_questions(pack, rule, UINT64_C(1) << section);
    }
    return true;
}

bool client_weigh_is_owed(const struct client_node *n, const struct client_desk *d)
{
    uint32_t needed = 0;

    return sodium_is_zero(d->weighing, sizeof d->weighing) && owed(n, d, &needed);
}

/* As if all else were there: the questions of the rule that would decide about this section, when they are ours to answer. */
static uint32_t of_section(const struct client_node *n, const struct client_desk *d, const struct client_facts *f, const char *name, bool asks)
{
    uint8_t section = policy_pack_find(n->pack, POLICY_SET_SECTIONS, name);
    struct policy_decision one;
    struct policy_facts facts;

    client_facts_for(&n->region, f, name, &facts);
    facts.hub_view = facts.consent_complete = asks;
    policy_eval_section(n->pack, &facts, section, &one);
    if (one.verdict == POLICY_NEED_EVENT) {  /* what will be weighed when it was reported */
        facts.events = ~UINT64_C(0);
        policy_eval_section(n->pack, &facts, section, &one);
    }
    return one.rule >= 0 && weighs_here(d, one.weigh) ? policy_weighing_questions(n->pack, one.rule, UINT64_C(1) << section) : 0;
}

static enum err of_desk(struct client_node *n, struct vault_txn *x, const struct client_desk *d, uint32_t *out)
{
    const struct proto_partner *other = proto_region_partner(&n->region, d->other);
    bool asks = d->mine && !d->offer;
    struct client_question q = {.child = d->child,
        .asker = asks ? n->me : other,
        .holder = asks ? other : n->me,
        .purpose = d->purpose,
        .offer = d->offer,
        .weighed = true,
        .before_grant = true,
        .now_s = clock_now_s()};
    struct client_facts *f = NULL;
    enum err e;

    if (other == NULL)
        return ERR_NOTFOUND;
    f = calloc(1, sizeof *f);
    if (f == NULL)
        return ERR_NOMEM;
    memcpy(q.case_id, d->case_id, sizeof q.case_id);
    e = client_facts_collect(n, x, &q, f);
    for (uint8_t i = 0; e == OK && i < d->sections.count; i++)
        *out |= of_section(n, d, f, d->sections.name[i], asks);
    free(f);
    return e;
}

enum err client_weigh_needed(
    struct client_node *n, struct vault_txn *x, const struct client_desk *d, uint32_t *out)
{
    uint32_t needed = 0;
    enum err e = owed(n, d, &needed) ? OK : of_desk(n, x, d, &needed);

    if (e == OK)
        *out = needed;
    return e;
}

void client_weigh_open_text(enum lang lang, uint32_t open, char *out, size_t cap)
{
    char numbers[64] = "";

    for (unsigned i = 0; i < POLICY_QUESTIONS; i++) {
        size_t at = strlen(numbers);
        if (open >> i & 1)
            (void) snprintf(numbers + at, sizeof numbers - at, "%s%u", at == 0 ? "" : ", ", i + 1);
    }
    (void) snprintf(out, cap,
        lang == LANG_NL
            ? "deze afweging laat open: %s. Weeg opnieuw en beantwoord ook deze; schakel weigh zonder --answer "
              "toont de vragen, en --again neemt over wat u al antwoordde"
            : "this weighing leaves open: %s. Weigh again and answer these too; schakel weigh without --answer "
              "shows the questions, and --again takes over what you answered",
        numbers);
}

enum err client_weigh_trouble(struct client_call *c, uint32_t open)
{
    char text[400];

    client_weigh_open_text(c->trouble.lang, open, text, sizeof text);
    return trouble_at(&c->trouble, ERR_DENIED, "--weigh", 0, 0, "%s", "%s", text);
}

enum err client_weigh_check(
    struct client_call *c, struct vault_txn *x, const struct client_desk *d, uint32_t answered)
{
    uint32_t needed = 0;
    enum err e = client_weigh_needed(c->node, x, d, &needed);

    return e == OK && (needed & ~answered) != 0 ? client_weigh_trouble(c, needed & ~answered) : e;
}
