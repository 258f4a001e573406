/*
 * The evaluator against a second one that reads the tables as text, one step after the other as in POLICY.md; the hub's
 * view against the node's; what a decision carries.
 */
#include "tests/support/check.h"

#include "base/file.h"
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
        if ((at == words || strchr(ends, at[-1]) != NULL) && (at[len] == '\0' || strchr(ends, at[len]) != NULL))
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
    const char *purposes = cell(p, row, "purpose"), *ages = cell(p, row, "ages"), *dash;
    bool consent = strcmp(cell(p, row, "mode"), "C") == 0;

    if (!names_kind(p, cell(p, row, "requester"), f->asker_kind) || !names_kind(p, cell(p, row, "holder"), f->holder_kind)
        || !is_in(cell(p, row, "sections"), policy_pack_name(p, POLICY_SET_SECTIONS, section), " ")
        || !(is_in(purposes, "ANY", " ") || is_in(purposes, policy_pack_name(p, POLICY_SET_PURPOSES, f->purpose), " ")))
        return false;
    if (ages[0] == '\0')
        return true;
    if (f->age_years < 0)
        return consent;
    dash = strchr(ages, '-');
    return f->age_years >= atoi(ages[0] == '-' ? "0" : ages) && (dash[1] == '\0' || f->age_years <= atoi(dash + 1));
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
    else if (!f->weighed && strcmp(cell(p, row, "weigh"), "no") != 0 && strcmp(cell(p, row, "weigh"), "post") != 0)
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
    h.unticked = (f->events & moved) | (pick(2) == 0 ? 0 : (uint64_t)pick(UINT32_MAX) << 32 | pick(UINT32_MAX));
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
    static const char *const kinds[] = { "po", "vo", "leerplicht", "SCHOOL" }, *const purposes[] = { "help", "count" };
    static const char *const sections[] = { "ident", "att", "need" }, *const weighs[] = { "no", "asker", "holder", "post" };
    static const char *const events[] = { "", "VZM", "LRV", "VZM/LRV", "CASE", "VZM CASE", "VZM/CASE LRV" };
    static const char *const ages[] = { "", "-17", "16-22", "18-", "12-15" }, *const eyes[] = { "no", "holder", "post" };
    char asker[32], holder[32], purpose[32], section[32];
    uint32_t mode = pick(7);

    add_words(asker, sizeof asker, kinds, 4);
    add_words(holder, sizeof holder, kinds, 4);
    add_words(purpose, sizeof purpose, purposes, 2);
    add_words(section, sizeof section, sections, 3);
    if (mode == 0)
        (void)snprintf(out, room, "R%zu,po,help,%s,%s,N,,,,,no,no,none,0\n", number, holder, section);
    else
        (void)snprintf(out, room, "R%zu,%s,%s,%s,%s,%s,%s,9.2.a,%s,%s,%s,%s,before,9\n", number, asker, purpose, holder,
            section, mode < 4 ? "A" : "C", mode < 3 ? "LAW" : "CONSENT", events[pick(7)], ages[pick(5)], weighs[pick(4)],
            eyes[pick(3)]);
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
        (void)snprintf(rules, sizeof rules, "id,requester,purpose,holder,sections,mode,ground,ground9,events,ages,weigh,"
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

/* ---- by hand ---- */

static struct policy_facts facts_of(const char *asker, const char *purpose, const char *holder, int age)
{
    struct policy_facts f = { .member = true, .age_years = age };

    f.asker_kind = policy_pack_find(pack, POLICY_SET_KINDS, asker);
    f.purpose = policy_pack_find(pack, POLICY_SET_PURPOSES, purpose);
    f.holder_kind = policy_pack_find(pack, POLICY_SET_KINDS, holder);
    return f;
}

static uint64_t event(const char *name)
{
    return UINT64_C(1) << policy_pack_find(pack, POLICY_SET_EVENTS, name);
}

static struct policy_decision decide(const struct policy_facts *f, const char *section)
{
    struct policy_decision d;

    memset(&d, 0xff, sizeof d);
    policy_eval_section(pack, f, policy_pack_find(pack, POLICY_SET_SECTIONS, section), &d);
    return d;
}

static void test_unknown_denied(void **state)
{
    struct policy_facts f = facts_of("leerplicht", "att_enforce", "vo", 14);
    struct policy_decision d;

    (void)state;
    f.events = ~UINT64_C(0);
    assert_int_equal(decide(&f, "att").verdict, POLICY_PERMIT);
    for (unsigned i = 26; i < 256; i++) {
        struct policy_facts g = f;

        g.asker_kind = (uint8_t)i;
        assert_int_equal(decide(&g, "att").reason, POLICY_NOT_IN_MATRIX);
        g = f;
        g.holder_kind = (uint8_t)i;
        assert_int_equal(decide(&g, "att").reason, POLICY_NOT_IN_MATRIX);
        g = f;
        g.purpose = (uint8_t)i;
        assert_int_equal(decide(&g, "att").reason, POLICY_NOT_IN_MATRIX);
        g.member = false;
        assert_int_equal(decide(&g, "att").reason, POLICY_NOT_IN_CASE);
        if (i >= 34) {
            policy_eval_section(pack, &f, (uint8_t)i, &d);
            assert_int_equal(d.verdict, POLICY_DENY);
            assert_int_equal(d.reason, POLICY_NOT_IN_MATRIX);
        }
    }
}

static void test_zero_denies(void **state)
{
    struct policy_decision d = { 0 };
    struct policy_facts f = { 0 };

    (void)state;
    assert_int_equal(d.verdict, POLICY_DENY);
    assert_int_equal(decide(&f, "ident").verdict, POLICY_DENY);
}

static void test_ages_beyond(void **state)
{
    struct policy_facts f = facts_of("rmc", "vsv_prevent", "mbo", 22);

    (void)state;
    f.given = POLICY_WHO_Y;
    assert_int_equal(decide(&f, "ident").verdict, POLICY_PERMIT);
    f.age_years = 10000;
    assert_int_equal(decide(&f, "ident").reason, POLICY_NOT_IN_MATRIX);
    f = facts_of("jeugdhulp", "youth_help_delivery", "vo", 10000);
    f.events = event("CASE");
    f.given = POLICY_WHO_Y;
    assert_int_equal(decide(&f, "att").verdict, POLICY_PERMIT);
}

static void test_permit_carries(void **state)
{
    struct policy_facts f = facts_of("veilig_thuis", "child_safety", "jgz", 8);
    struct policy_decision d;

    (void)state;
    f.events = event("MELDCODE");
    f.weighed = f.second = true;
    d = decide(&f, "health_med");
    assert_int_equal(d.verdict, POLICY_PERMIT);
    assert_string_equal(pack->rule[d.rule].id, "R79");
    assert_string_equal(policy_pack_name(pack, POLICY_SET_GROUNDS, d.ground), "MELDRECHT");
    assert_int_equal(d.ground9, 'g');
    assert_int_equal(d.access_days, 30);
    assert_int_equal(d.feedback_days, 5);
    assert_int_equal(d.weigh, POLICY_WEIGH_HOLDER);
    assert_int_equal(d.eyes, POLICY_EYES_HOLDER);
    assert_int_equal(d.inform, POLICY_INFORM_DEFER);
    assert_int_equal(d.duties, POLICY_DUTY_INFORM_DEFER | POLICY_DUTY_WEIGH_HOLDER | POLICY_DUTY_EYES_HOLDER
        | POLICY_DUTY_OFFICER | POLICY_DUTY_LOCK | POLICY_DUTY_NO_ONWARD | POLICY_DUTY_FEEDBACK | POLICY_DUTY_MINIMAL
        | POLICY_DUTY_LOG | POLICY_DUTY_VIEW_ONLY);
    assert_false(d.at_holder);
}

static void test_deny_carries(void **state)
{
    struct policy_facts f = facts_of("mbo", "case_support", "smw", 18);
    struct policy_decision d = decide(&f, "smw_note");

    (void)state;
    assert_int_equal(d.reason, POLICY_NEVER);
    assert_string_equal(pack->rule[d.rule].id, "R13");
    assert_int_equal(d.ground, POLICY_UNKNOWN);
    assert_int_equal(d.duties, 0);
    assert_int_equal(d.access_days, 0);
}

static void test_need_event_names_all(void **state)
{
    struct policy_facts f = facts_of("swv", "return_plan", "vo", 14);
    struct policy_decision d;

    (void)state;
    f.events = event("INFORMED");
    d = decide(&f, "need");
    assert_int_equal(d.verdict, POLICY_NEED_EVENT);
    assert_int_equal(d.need_events, event("LRV") | event("ABS") | event("INFORMED") | event("HOME"));
    assert_int_equal(d.rule, -1);
}

static void test_need_consent_names_missing(void **state)
{
    struct policy_facts f = facts_of("vo", "transfer_warm", "po", 12);
    struct policy_decision d;

    (void)state;
    f.events = event("ENROL_NEW") | event("AGENDA_SHOWN");
    f.custody = POLICY_WHO_G1 | POLICY_WHO_G2;
    f.given = POLICY_WHO_G1;
    d = decide(&f, "need");
    assert_int_equal(d.verdict, POLICY_NEED_CONSENT);
    assert_int_equal(d.missing, POLICY_WHO_Y | POLICY_WHO_G2);
}

static void test_holder_steps(void **state)
{
    struct policy_facts f = facts_of("veilig_thuis", "child_safety", "po", 8);
    struct policy_decision d;

    (void)state;
    f.events = event("MELDCODE");
    d = decide(&f, "safety");
    assert_int_equal(d.verdict, POLICY_NEED_WEIGH);
    assert_true(d.at_holder);
    f.weighed = true;
    d = decide(&f, "safety");
    assert_int_equal(d.verdict, POLICY_NEED_APPROVAL);
    assert_true(d.at_holder);
    f.weighed = false;
    f.before_grant = true;
    assert_int_equal(decide(&f, "safety").verdict, POLICY_PERMIT);
}

static void test_asker_steps_are_not_the_holders(void **state)
{
    struct policy_facts f = facts_of("gi", "protection_order", "vo", 12);

    (void)state;
    f.before_grant = f.hub_view = true;
    assert_int_equal(decide(&f, "att").verdict, POLICY_NEED_EVENT);
    f.unticked = event("OTS");
    assert_int_equal(decide(&f, "att").verdict, POLICY_NEED_WEIGH);
    assert_false(decide(&f, "att").at_holder);
    f.events = event("OTS");
    assert_int_equal(decide(&f, "att").verdict, POLICY_NEED_WEIGH);
    f.events = 0;
    f.weighed = true;
    assert_int_equal(decide(&f, "att").verdict, POLICY_PERMIT);
    f.before_grant = false;
    assert_int_equal(decide(&f, "att").verdict, POLICY_NEED_EVENT);
}

/* The hub has a signed end of the consent, or nothing: never a refusal, never a name. */
static void test_hub_consent(void **state)
{
    struct policy_facts f = facts_of("rmc", "vsv_prevent", "mbo", -1);
    struct policy_decision d;

    (void)state;
    f.hub_view = true;
    f.refused = POLICY_WHO_PEOPLE;
    d = decide(&f, "ident");
    assert_int_equal(d.verdict, POLICY_NEED_CONSENT);
    assert_int_equal(d.missing, 0);
    f.consent_complete = true;
    assert_int_equal(decide(&f, "ident").verdict, POLICY_PERMIT);
    f.restricted = true;
    assert_int_equal(decide(&f, "ident").reason, POLICY_RESTRICTED);
    f.consent_after = true;
    assert_int_equal(decide(&f, "ident").verdict, POLICY_PERMIT);
}

/* An asker cannot tell a no from a silence. */
static void test_for_asker(void **state)
{
    struct policy_facts f = facts_of("vo", "transfer_warm", "po", 12);
    struct policy_decision refused, silent, asked;

    (void)state;
    f.events = event("ENROL_NEW") | event("AGENDA_SHOWN");
    f.custody = POLICY_WHO_G1;
    silent = decide(&f, "need");
    f.refused = POLICY_WHO_G1;
    refused = decide(&f, "need");
    assert_int_equal(refused.reason, POLICY_REFUSED);
    policy_eval_for_asker(&silent, &silent);
    policy_eval_for_asker(&refused, &asked);
    assert_int_equal(silent.verdict, POLICY_NEED_CONSENT);
    assert_int_equal(silent.missing, 0);
    assert_int_equal(asked.verdict, silent.verdict);
    assert_int_equal(asked.reason, silent.reason);
    assert_int_equal(asked.rule, silent.rule);
    assert_int_equal(asked.ground, silent.ground);
    assert_int_equal(asked.ground9, silent.ground9);
    assert_int_equal(asked.missing, silent.missing);
    assert_int_equal(asked.duties, silent.duties);
    assert_int_equal(asked.access_days, silent.access_days);
    assert_int_equal(asked.weigh, silent.weigh);
    assert_int_equal(asked.inform, silent.inform);
    f.restricted = true;
    f.refused = 0;
    f.given = POLICY_WHO_Y | POLICY_WHO_G1;
    asked = decide(&f, "need");
    policy_eval_for_asker(&asked, &asked);
    assert_int_equal(asked.reason, POLICY_RESTRICTED);
}

int main(void)
{
    static struct check_list list;
    int failed;

    pack = support_policy_pack(PACK);
    check_add(&list, "the pack read as text answers the same", test_against_text, NULL);
    check_add(&list, "the hub permits whatever a node permits", test_hub_permits, NULL);
    check_add(&list, "both, over packs made at random", test_random_packs, NULL);
    check_add(&list, "what is not in the pack is denied", test_unknown_denied, NULL);
    check_add(&list, "zero denies", test_zero_denies, NULL);
    check_add(&list, "ages beyond the table", test_ages_beyond, NULL);
    check_add(&list, "what a permission carries", test_permit_carries, NULL);
    check_add(&list, "what a denial carries", test_deny_carries, NULL);
    check_add(&list, "NEED_EVENT names all events", test_need_event_names_all, NULL);
    check_add(&list, "NEED_CONSENT names who is missing", test_need_consent_names_missing, NULL);
    check_add(&list, "steps of the holder wait for the grant", test_holder_steps, NULL);
    check_add(&list, "steps of the asker do not", test_asker_steps_are_not_the_holders, NULL);
    check_add(&list, "consent as the hub sees it", test_hub_consent, NULL);
    check_add(&list, "what the asker reads", test_for_asker, NULL);
    failed = check_run(&list, "policy/eval");
    policy_pack_free(pack);
    return failed;
}
