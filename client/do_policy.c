/* client/do_policy: the pack in words, and what this partner can ask of whom for a purpose. Nothing here
 * depends on any child. */
#include "client/child.h"
#include "client/desk_reply.h"
#include "client/desk_table.h"
#include "policy/duty.h"
#include "policy/eval.h"

#include <stdio.h>

static const char *word(
    const struct client_tongue *in, const char *group, const char *name, const char *without)
{
    return in->texts == NULL ? without : policy_texts_get(in->texts, in->lang, group, name);
}

static void add_words(cJSON *words, const struct client_tongue *in, const char *group, enum policy_set set)
{
    const struct policy_words *all = &in->pack->set[set];
    cJSON *obj = json_add_object(words, group);

    for (size_t i = 0; i < all->count; i++)
        json_add_text(obj, all->word[i].name, word(in, group, all->word[i].name, all->word[i].meaning));
}

static void add_questions(cJSON *words, const struct client_tongue *in)
{
    cJSON *obj = json_add_object(words, "question");
    char number[8];

    for (unsigned i = 1; i <= POLICY_QUESTIONS; i++) {
        (void) snprintf(number, sizeof number, "%u", i);
        json_add_text(obj, number, word(in, "question", number, ""));
    }
}

static void add_events(cJSON *row, const struct policy_pack *pack, uint64_t events)
{
    cJSON *array = json_add_array(row, "events");

    for (uint8_t i = 0; i < pack->set[POLICY_SET_EVENTS].count; i++)
        if (events & (UINT64_C(1) << i))
            json_push_text(array, policy_pack_name(pack, POLICY_SET_EVENTS, i));
}

/* What a section needs: rule -1 when it cannot be asked; the rule and the events that must be reported. */
struct need {
    int rule;
    uint64_t events;
};

/* Twice: without any event, to hear which are needed; with all, to hear what is needed then. */
static struct need need_of(const struct policy_pack *pack, struct policy_facts f, uint8_t section)
{
    struct policy_decision without, with;

    policy_eval_section(pack, &f, section, &without);
    f.events = ~UINT64_C(0);
    policy_eval_section(pack, &f, section, &with);
    if (with.verdict == POLICY_DENY)
        return (struct need){.rule = -1};
    return (struct need){
        .rule = with.rule, .events = without.verdict == POLICY_NEED_EVENT ? without.need_events : 0};
}

static cJSON *add_need(cJSON *may, const struct policy_pack *pack, const char *kind, const struct need *need)
{
    const struct policy_rule *rule = &pack->rule[need->rule];
    cJSON *row = json_push_object(may);

    json_add_text(row, "kind", kind);
    add_events(row, pack, need->events);
    json_add_bool(row, "consent", rule->mode == POLICY_MODE_C);
    json_add_text(row, "weigh",
        rule->weigh == POLICY_WEIGH_ASKER        ? "asker"
            : rule->weigh == POLICY_WEIGH_HOLDER ? "holder"
                                                 : "");
    json_add_bool(row, "second", rule->eyes == POLICY_EYES_HOLDER);
    return json_add_array(row, "sections");
}

/* Sections with the same needs stand in one row: an answer has room for some thousand words only. */
static void add_kind(cJSON *may, const struct policy_pack *pack, const struct policy_facts *f)
{
    const char *kind = policy_pack_name(pack, POLICY_SET_KINDS, f->holder_kind);
    struct need need[POLICY_SECTIONS_MAX];
    uint8_t count = (uint8_t) pack->set[POLICY_SET_SECTIONS].count;

    for (uint8_t s = 0; s < count; s++)
        need[s] = need_of(pack, *f, s);
    for (uint8_t s = 0; s < count; s++) {
        struct need first = need[s];
        cJSON *sections = first.rule >= 0 ? add_need(may, pack, kind, &first) : NULL;

        for (uint8_t i = s; first.rule >= 0 && i < count; i++)
            if (need[i].rule == first.rule && need[i].events == first.events) {
                json_push_text(sections, policy_pack_name(pack, POLICY_SET_SECTIONS, i));
                need[i].rule = -1;
            }
    }
}

static void add_may(cJSON *may, const struct client_node *n, const char *purpose)
{
    struct policy_facts f = {.member = true, .hub_view = true, .age_years = -1};
    uint32_t kinds = 0;

    f.asker_kind = policy_pack_find(n->pack, POLICY_SET_KINDS, n->me->kind);
    f.purpose = policy_pack_find(n->pack, POLICY_SET_PURPOSES, purpose);
    for (size_t i = 0; i < n->region.partner_count; i++) {
        uint8_t kind = policy_pack_find(n->pack, POLICY_SET_KINDS, n->region.partner[i].kind);

        if (&n->region.partner[i] != n->me && kind < POLICY_KINDS_MAX)
            kinds |= UINT32_C(1) << kind;
    }
    for (f.holder_kind = 0; f.holder_kind < POLICY_KINDS_MAX; f.holder_kind++)
        if (kinds & (UINT32_C(1) << f.holder_kind))
            add_kind(may, n->pack, &f);
}

enum err client_do_policy_show(struct client_call *c, struct vault_txn *x)
{
    struct client_tongue in = client_reply_tongue(c->node, c->trouble.lang);
    const char *purpose = NULL;
    cJSON *words;
    enum err e = client_arg_purpose(c, false, &purpose);

    (void) x;
    if (e != OK)
        return e;
    words = json_add_object(c->reply, "words");
    add_words(words, &in, "purpose", POLICY_SET_PURPOSES);
    add_words(words, &in, "section", POLICY_SET_SECTIONS);
    add_words(words, &in, "event", POLICY_SET_EVENTS);
    add_words(words, &in, "kind", POLICY_SET_KINDS);
    add_questions(words, &in);
    if (purpose[0] == '\0')
        return OK;
    json_add_text(c->reply, "purpose", purpose);
    add_may(json_add_array(c->reply, "may"), c->node, purpose);
    return OK;
}
