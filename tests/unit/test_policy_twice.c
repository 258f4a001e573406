/*
 * The evaluator against a second one that reads the tables as text, one step after the other as in POLICY.md; and the
 * hub's view against the node's, over the Dutch pack and over packs made at random.
 */
#include "tests/support/check.h"

#include "policy/eval.h"
#include "policy/words.h"
#include "tests/support/policy.h"

#include <stdio.h>

#define PACK SOURCE_DIR "/policy/packs/nl-jeugd"

static struct policy_pack *pack;

/* Numbers that are the same in every run. */
static uint32_t seed = 1;

static uint32_t pick(uint32_t n)
{
    seed ^= seed << 13;
    seed ^= seed >> 17;
    seed ^= seed << 5;
    return seed % n;
}

/* ---- the second evaluator ---- */

struct answer {
    enum policy_verdict verdict;
    enum policy_reason reason;
    const char *rule;
    uint64_t need;
};

static const char *cell(const struct policy_pack *p, size_t row, const char *column)
{
    const struct csv *rules = p->csv[POLICY_TABLE_RULES];

    return csv_cell(rules, row, (size_t)csv_column(rules, column));
}

/* Whether a word stands in a text of words, with what comes after it. */
static bool is_in(const char *words, const char *word, const char *ends)
{
    size_t len = strlen(word);

    for (const char *at = words; (at = strstr(at, word)) != NULL; at++)
        if ((at == words || strchr(ends, at[-1]) != NULL)
            && (at[len] == '\0' || strchr(ends, at[len]) != NULL))
            return true;
    return false;
}

static bool names_kind(const struct policy_pack *p, const char *words, uint8_t kind)
{
    bool school = strcmp(p->group[kind], "school") == 0;

    return is_in(words, policy_pack_name(p, POLICY_SET_KINDS, kind), " ") || is_in(words, "ANY", " ")
        || (school && is_in(words, "SCHOOL", " "));
}

static bool fits(const struct policy_pack *p, size_t row, const struct policy_facts *f, uint8_t section)
{
    const char *purposes = cell(p, row, "purpose"), *ages = cell(p, row, "ages"), *dash, *last;
    bool consent = strcmp(cell(p, row, "mode"), "C") == 0;

    if (!names_kind(p, cell(p, row, "requester"), f->asker_kind)
        || !names_kind(p, cell(p, row, "holder"), f->holder_kind)
        || !is_in(cell(p, row, "sections"), policy_pack_name(p, POLICY_SET_SECTIONS, section), " ")
        || !(is_in(purposes, "ANY", " ")
            || is_in(purposes, policy_pack_name(p, POLICY_SET_PURPOSES, f->purpose), " ")))
        return false;
    if (ages[0] == '\0')
        return true;
    if (f->age_years < 0)
        return consent;
    dash = ages + strspn(ages, "0123456789");
    last = dash + strspn(dash, "-.");
    return f->age_years >= strtol(dash == ages ? "0" : ages, NULL, 10)
        && (last[0] == '\0' || f->age_years <= strtol(last, NULL, 10));
}

static uint64_t named_events(const struct policy_pack *p, const char *words)
{
    uint64_t mask = 0;

    for (uint8_t i = 0; i < p->set[POLICY_SET_EVENTS].count; i++)
        if (is_in(words, policy_pack_name(p, POLICY_SET_EVENTS, i), " /"))
            mask |= UINT64_C(1) << i;
    return mask;
}

static bool is_open(const struct policy_pack *p, size_t row, uint64_t events)
{
    char words[256], *rest = words, *word;

    (void)snprintf(words, sizeof words, "%s", cell(p, row, "events"));
    while ((word = strsep(&rest, " ")) != NULL)
        if (word[0] != '\0' && (named_events(p, word) & events) == 0)
            return false;
    return true;
}

/* -1 refused, 0 incomplete, 1 complete. */
static int consent_of(const struct policy_facts *f)
{
    uint8_t needed = 0, nobody = 0;

    if (f->age_years < 0)
        return 0;
    if (f->incapable)
        needed = POLICY_WHO_REP;
    else {
        if (f->age_years >= 12)
            needed |= POLICY_WHO_Y;
        if (f->age_years < 16 && (f->custody & POLICY_WHO_VOOGD) != 0)
            needed |= POLICY_WHO_VOOGD;
        else if (f->age_years < 16) {
            needed |= f->custody;
            nobody = f->custody == 0;
        }
    }
    if ((needed & f->refused) != 0)
        return -1;
    return (needed & f->given) == needed && nobody == 0;
}

static struct answer after_events(const struct policy_pack *p, size_t row, const struct policy_facts *f)
{
    struct answer a = { .verdict = POLICY_PERMIT, .rule = cell(p, row, "id") };
    uint8_t ground = policy_pack_find(p, POLICY_SET_GROUNDS, cell(p, row, "ground"));
    bool consent = strcmp(cell(p, row, "mode"), "C") == 0;
    bool survives = strcmp(csv_cell(p->csv[POLICY_TABLE_GROUNDS], ground, 2), "yes") == 0;

    if (consent && consent_of(f) < 0)
        return (struct answer){ POLICY_DENY, POLICY_REFUSED, a.rule, 0 };
    if (consent && consent_of(f) == 0)
        a.verdict = POLICY_NEED_CONSENT;
    else if (f->restricted && !survives && !(consent && f->consent_after))
        return (struct answer){ POLICY_DENY, POLICY_RESTRICTED, a.rule, 0 };
    else if (!f->weighed && strcmp(cell(p, row, "weigh"), "no") != 0
        && strcmp(cell(p, row, "weigh"), "post") != 0)
        a.verdict = POLICY_NEED_WEIGH;
    else if (!f->second && strcmp(cell(p, row, "eyes"), "holder") == 0)
        a.verdict = POLICY_NEED_APPROVAL;
    return a;
}

static struct answer slowly(const struct policy_pack *p, const struct policy_facts *f, uint8_t section)
{
    static const char *const modes[] = { "A", "C" };
    struct answer need = { .verdict = POLICY_NEED_EVENT };
    size_t rows = csv_rows(p->csv[POLICY_TABLE_RULES]), matching = 0;

    if (strcmp(csv_cell(p->csv[POLICY_TABLE_PURPOSES], f->purpose, 2), "yes") == 0 && !f->member)
        return (struct answer){ POLICY_DENY, POLICY_NOT_IN_CASE, NULL, 0 };
    for (size_t i = 0; i < rows; i++)
        if (strcmp(cell(p, i, "mode"), "N") == 0 && fits(p, i, f, section))
            return (struct answer){ POLICY_DENY, POLICY_NEVER, cell(p, i, "id"), 0 };
    for (size_t i = 0; i < rows; i++)
        matching += fits(p, i, f, section);
    if (matching == 0)
        return (struct answer){ POLICY_DENY, POLICY_NOT_IN_MATRIX, NULL, 0 };
    if (strcmp(policy_pack_name(p, POLICY_SET_SECTIONS, section), "anon") == 0 && f->identifiable)
        return (struct answer){ POLICY_DENY, POLICY_IDENTIFIABLE, NULL, 0 };
    for (size_t m = 0; m < 2; m++)
        for (size_t i = 0; i < rows; i++) {
            if (strcmp(cell(p, i, "mode"), modes[m]) != 0 || !fits(p, i, f, section))
                continue;
            if (is_open(p, i, f->events))
                return after_events(p, i, f);
            need.need |= named_events(p, cell(p, i, "events"));
        }
    return need;
}

/* ---- random facts, near the rules, as most random ones match nothing ---- */

static uint8_t pick_bit(uint64_t mask, size_t count)
{
    uint8_t i = (uint8_t)pick((uint32_t)count);

    while ((mask >> i & 1) == 0)
        i = (uint8_t)((i + 1) % count);
    return i;
}

static uint8_t near_or_any(uint64_t mask, size_t count)
{
    return pick(8) == 0 ? (uint8_t)pick((uint32_t)count) : pick_bit(mask, count);
}

static struct policy_facts random_facts(const struct policy_pack *p, uint8_t *section)
{
    const struct policy_rule *r = &p->rule[pick((uint32_t)p->rules)];
    struct policy_facts f = { .member = pick(12) != 0, .weighed = pick(2) != 0, .second = pick(2) != 0,
        .restricted = pick(4) == 0, .consent_after = pick(3) == 0, .identifiable = pick(6) == 0,
        .incapable = pick(10) == 0, .age_years = (int)pick(26) - 1 };

    f.asker_kind = near_or_any(r->requesters, p->set[POLICY_SET_KINDS].count);
    f.holder_kind = near_or_any(r->holders, p->set[POLICY_SET_KINDS].count);
    f.purpose = near_or_any(r->purposes, p->set[POLICY_SET_PURPOSES].count);
    *section = near_or_any(r->sections, p->set[POLICY_SET_SECTIONS].count);
    f.custody = (uint8_t)(pick(8) << 1);
    f.given = (uint8_t)(pick(3) == 0 ? pick(32) : POLICY_WHO_PEOPLE);
    f.refused = (uint8_t)(pick(4) == 0 ? 1U << pick(5) : 0);
    for (size_t i = 0; i < r->needs; i++)
        if (pick(6) != 0)
            f.events |= r->need[i] & -r->need[i];
    if (pick(2) == 0)
        f.events |= UINT64_C(1) << pick((uint32_t)p->set[POLICY_SET_EVENTS].count);
    return f;
}

static void compare(const struct policy_pack *p, const struct policy_facts *f, uint8_t section)
{
    struct answer a = slowly(p, f, section);
    struct policy_decision d;

    policy_eval_section(p, f, section, &d);
    assert_string_equal(policy_words_verdict(d.verdict), policy_words_verdict(a.verdict));
    assert_string_equal(policy_words_reason(d.reason), policy_words_reason(a.reason));
    if (a.rule == NULL)
        assert_int_equal(d.rule, -1);
    else
        assert_string_equal(p->rule[d.rule].id, a.rule);
    assert_int_equal(d.need_events, a.need);
    if (d.verdict == POLICY_NEED_CONSENT)
        assert_int_not_equal(d.missing, 0);
    if (d.verdict == POLICY_PERMIT)
        assert_int_equal(d.missing, 0);
}

/* What the hub knows of the same request while it is on its way: no age, no person, no step of the holder. */
static struct policy_facts hub_before(const struct policy_facts *f, const struct policy_rule *r)
{
    struct policy_facts h = *f;
    uint64_t moved = pick(2) == 0 ? 0 : (uint64_t)pick(UINT32_MAX) << 32 | pick(UINT32_MAX);

    h.hub_view = h.before_grant = true;
    h.age_years = -1;
    h.custody = h.given = h.refused = 0;
    h.incapable = h.second = false;
    h.identifiable = false;
    h.weighed = f->weighed && r->weigh == POLICY_WEIGH_ASKER;
    h.consent_complete = consent_of(f) == 1;
    h.events = f->events & ~moved;
    h.unticked =
        (f->events & moved) | (pick(2) == 0 ? 0 : (uint64_t)pick(UINT32_MAX) << 32 | pick(UINT32_MAX));
    return h;
}

/* The same when the grant has come. */
static struct policy_facts hub_at_grant(const struct policy_facts *f)
{
    struct policy_facts h = *f;

    h.hub_view = true;
    h.age_years = -1;
    h.custody = h.given = h.refused = 0;
    h.incapable = false;
    h.consent_complete = consent_of(f) == 1;
    return h;
}

/* Whether the node permits; if so the hub must. */
static bool compare_hub(const struct policy_pack *p, const struct policy_facts *f, uint8_t section)
{
    struct policy_decision node, hub;
    struct policy_facts h;

    policy_eval_section(p, f, section, &node);
    if (node.verdict != POLICY_PERMIT)
        return false;
    h = hub_before(f, &p->rule[node.rule]);
    policy_eval_section(p, &h, section, &hub);
    assert_string_equal(policy_words_verdict(hub.verdict), "PERMIT");
    h = hub_at_grant(f);
    policy_eval_section(p, &h, section, &hub);
    assert_string_equal(policy_words_verdict(hub.verdict), "PERMIT");
    return true;
}

static void test_against_text(void **state)
{
    size_t seen[POLICY_VERDICTS] = { 0 }, reasons[POLICY_REASONS] = { 0 };
    struct policy_decision d;
    struct policy_facts f;
    uint8_t section;

    (void)state;
    for (size_t i = 0; i < 60000; i++) {
        f = random_facts(pack, &section);
        compare(pack, &f, section);
        policy_eval_section(pack, &f, section, &d);
        seen[d.verdict]++;
        reasons[d.reason]++;
    }
    for (size_t i = 0; i < POLICY_VERDICTS; i++)
        assert_true(seen[i] > 100);
    for (size_t i = 0; i < POLICY_REASONS; i++)
        assert_true(reasons[i] > 50);
}

static void test_hub_permits(void **state)
{
    struct policy_facts f;
    uint8_t section;
    size_t permitted = 0;

    (void)state;
    for (size_t i = 0; i < 400000; i++) {
        f = random_facts(pack, &section);
        permitted += compare_hub(pack, &f, section);
    }
    assert_true(permitted > 10000);
}

/* One of these words, or two. */
static void add_words(char *out, size_t room, const char *const *words, uint32_t n)
{
    uint32_t first = pick(n), second = pick(n);

    (void)snprintf(out, room, first == second || pick(2) == 0 ? "%s" : "%s %s", words[first], words[second]);
}

static void random_rule(char *out, size_t room, size_t number)
{
    static const char *const kinds[] = { "po", "vo", "leerplicht", "SCHOOL" },
                             *const purposes[] = { "help", "count" };
    static const char *const sections[] = { "ident", "att", "need" },
                             *const weighs[] = { "no", "asker", "holder", "post" };
    static const char *const events[] = { "", "VZM", "LRV", "VZM/LRV", "CASE", "VZM CASE", "VZM/CASE LRV" };
    static const char *const ages[] = { "", "-17", "16..22", "18-", "12-15" },
                             *const eyes[] = { "no", "holder", "post" };
    char asker[32], holder[32], purpose[32], section[32];
    uint32_t mode = pick(7);

    add_words(asker, sizeof asker, kinds, 4);
    add_words(holder, sizeof holder, kinds, 4);
    add_words(purpose, sizeof purpose, purposes, 2);
    add_words(section, sizeof section, sections, 3);
    if (mode == 0)
        (void)snprintf(out, room, "R%zu,po,help,%s,%s,N,,,,,no,no,none,0\n", number, holder, section);
    else
        (void)snprintf(out, room, "R%zu,%s,%s,%s,%s,%s,%s,9.2.a,%s,%s,%s,%s,before,9\n", number, asker,
            purpose, holder, section, mode < 4 ? "A" : "C", mode < 3 ? "LAW" : "CONSENT", events[pick(7)],
            ages[pick(5)], weighs[pick(4)], eyes[pick(3)]);
}

/* Packs that nobody would write, as the promises must hold for any. */
static void test_random_packs(void **state)
{
    static char rules[8192];
    struct support_policy_texts texts = support_policy_small();
    struct policy_pack *p;
    struct policy_facts f;
    size_t permitted = 0;
    uint8_t section;

    (void)state;
    for (size_t i = 0; i < 400; i++) {
        (void)snprintf(rules, sizeof rules,
            "id,requester,purpose,holder,sections,mode,ground,ground9,events,ages,weigh,"
            "eyes,inform,days\n");
        for (size_t r = 0; r < 1 + i % 70; r++)
            random_rule(rules + strlen(rules), sizeof rules - strlen(rules), r);
        texts.text[POLICY_TABLE_RULES] = rules;
        assert_err(support_policy_load(&texts, LANG_EN, NULL, 0, &p), OK);
        for (size_t n = 0; n < 400; n++) {
            f = random_facts(p, &section);
            permitted += compare_hub(p, &f, section);
            if (n < 100)
                compare(p, &f, section);
        }
        policy_pack_free(p);
    }
    assert_true(permitted > 10000);
}

int main(void)
{
    static struct check_list list;
    int failed;

    pack = support_policy_pack(PACK);
    check_add(&list, "the pack read as text answers the same", test_against_text, NULL);
    check_add(&list, "the hub permits whatever a node permits", test_hub_permits, NULL);
    check_add(&list, "both, over packs made at random", test_random_packs, NULL);
    failed = check_run(&list, "policy/eval, twice");
    policy_pack_free(pack);
    return failed;
}
