/*
 * The evaluator against a second one that shares no code with it (tests/support/policy_naive); and the hub's view
 * against the node's, over the Dutch pack and over packs made at random.
 */
#include "tests/support/check.h"

#include "policy/eval.h"
#include "policy/words.h"
#include "tests/support/policy.h"
#include "tests/support/policy_naive.h"

#include "base/file.h"

#include <stdio.h>

#define PACK SOURCE_DIR "/policy/packs/nl-jeugd"

/* Under a sanitizer each question takes ten times as long; what was asked is said. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { QUESTIONS = 100 * 1000, HUB_QUESTIONS = 100 * 1000 };
#else
enum { QUESTIONS = 1000 * 1000, HUB_QUESTIONS = 400 * 1000 };
#endif

static struct policy_pack *pack;
static struct naive_pack naive;

/* Numbers that are the same in every run. */
static uint32_t seed = 1;

static uint32_t pick(uint32_t n)
{
    seed ^= seed << 13;
    seed ^= seed >> 17;
    seed ^= seed << 5;
    return seed % n;
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

static void compare(const struct policy_pack *p, const struct naive_pack *n, const struct policy_facts *f, uint8_t section)
{
    struct naive_answer a = support_naive_decide(n, f, section);
    struct policy_decision d;

    policy_eval_section(p, f, section, &d);
    if (d.verdict == a.verdict && d.reason == a.reason && d.rule == a.rule && d.need_events == a.need_events
        && (d.verdict != POLICY_NEED_CONSENT || d.missing == a.missing)
        && (d.verdict != POLICY_PERMIT || d.missing == 0))
        return;
    fail_msg("%s asks %s for %s, %s: %s %s %s, and naively %s %s %s", n->kinds.name[f->asker_kind],
        n->kinds.name[f->holder_kind], n->purposes.name[f->purpose], n->sections.name[section],
        policy_words_verdict(d.verdict), policy_words_reason(d.reason), d.rule < 0 ? "" : p->rule[d.rule].id,
        policy_words_verdict(a.verdict), policy_words_reason(a.reason), a.rule < 0 ? "" : n->rule[a.rule].id);
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
    h.consent_complete = support_naive_agreed(f);
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
    h.consent_complete = support_naive_agreed(f);
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
    for (size_t i = 0; i < QUESTIONS; i++) {
        f = random_facts(pack, &section);
        compare(pack, &naive, &f, section);
        policy_eval_section(pack, &f, section, &d);
        seen[d.verdict]++;
        reasons[d.reason]++;
    }
    for (size_t i = 0; i < POLICY_VERDICTS; i++)
        assert_true(seen[i] > 100);
    for (size_t i = 0; i < POLICY_REASONS; i++)
        assert_true(reasons[i] > 50);
    print_message("%d questions\n", QUESTIONS);
}

static void test_hub_permits(void **state)
{
    struct policy_facts f;
    uint8_t section;
    size_t permitted = 0;

    (void)state;
    for (size_t i = 0; i < HUB_QUESTIONS; i++) {
        f = random_facts(pack, &section);
        permitted += compare_hub(pack, &f, section);
    }
    assert_true(permitted > 10000);
}

/* What the asker is told before the grant, by hub and node, never names a step of the holder. */
static void test_before_grant(void **state)
{
    struct policy_decision d, seen;
    struct policy_facts f;
    uint8_t section;
    size_t waits = 0;

    (void)state;
    for (size_t i = 0; i < HUB_QUESTIONS; i++) {
        f = random_facts(pack, &section);
        f.before_grant = true;
        f.second = f.weighed = false;
        f.hub_view = i % 2 == 0;
        policy_eval_section(pack, &f, section, &d);
        policy_eval_for_asker(&d, &seen);
        assert_true(seen.verdict != POLICY_NEED_APPROVAL);
        assert_true(seen.verdict != POLICY_NEED_WEIGH || seen.weigh == POLICY_WEIGH_ASKER);
        waits += d.verdict == POLICY_PERMIT && (d.weigh == POLICY_WEIGH_HOLDER || d.eyes == POLICY_EYES_HOLDER);
    }
    assert_true(waits > 100);
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

static void read_naively(const struct support_policy_texts *t, struct naive_pack *out)
{
    struct naive_texts texts = { .kinds = t->text[POLICY_TABLE_KINDS], .purposes = t->text[POLICY_TABLE_PURPOSES],
        .grounds = t->text[POLICY_TABLE_GROUNDS], .sections = t->text[POLICY_TABLE_SECTIONS],
        .events = t->text[POLICY_TABLE_EVENTS], .rules = t->text[POLICY_TABLE_RULES] };

    support_naive_read(&texts, out);
}

/* Packs that nobody would write, as the promises must hold for any. */
static void test_random_packs(void **state)
{
    static char rules[8192];
    struct support_policy_texts texts = support_policy_small();
    static struct naive_pack made;
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
        read_naively(&texts, &made);
        for (size_t n = 0; n < 400; n++) {
            f = random_facts(p, &section);
            permitted += compare_hub(p, &f, section);
            if (n < 100)
                compare(p, &made, &f, section);
        }
        policy_pack_free(p);
    }
    assert_true(permitted > 10000);
}

/* The tables of the folder, and that both call everything by the same number. */
static void read_pack(void)
{
    struct support_policy_texts texts = { { NULL } };
    uint8_t *data[POLICY_TABLES] = { NULL };
    char path[256];
    size_t len;

    for (size_t i = 0; i < POLICY_TABLES; i++) {
        (void)snprintf(path, sizeof path, "%s/%s", PACK, policy_pack_file((enum policy_table_id)i));
        if (file_read(path, 1 << 20, &data[i], &len, NULL) != OK)
            abort();
        texts.text[i] = (const char *)data[i];
    }
    read_naively(&texts, &naive);
    for (size_t i = 0; i < POLICY_TABLES; i++)
        free(data[i]);
}

static void test_same_numbers(void **state)
{
    const struct naive_names *names[] = { [POLICY_SET_KINDS] = &naive.kinds, [POLICY_SET_PURPOSES] = &naive.purposes,
        [POLICY_SET_SECTIONS] = &naive.sections, [POLICY_SET_EVENTS] = &naive.events };

    (void)state;
    assert_int_equal(naive.rules, pack->rules);
    for (size_t i = 0; i < naive.rules; i++)
        assert_string_equal(naive.rule[i].id, pack->rule[i].id);
    for (size_t s = 0; s < POLICY_SETS; s++) {
        if (s == POLICY_SET_GROUNDS)
            continue;
        assert_int_equal(names[s]->count, pack->set[s].count);
        for (size_t i = 0; i < names[s]->count; i++)
            assert_string_equal(names[s]->name[i], pack->set[s].word[i].name);
    }
}

int main(void)
{
    static struct check_list list;
    int failed;

    pack = support_policy_pack(PACK);
    read_pack();
    check_add(&list, "both call everything by the same number", test_same_numbers, NULL);
    check_add(&list, "the pack read as text answers the same", test_against_text, NULL);
    check_add(&list, "the hub permits whatever a node permits", test_hub_permits, NULL);
    check_add(&list, "before the grant no step of the holder is named", test_before_grant, NULL);
    check_add(&list, "both, over packs made at random", test_random_packs, NULL);
    failed = check_run(&list, "policy/eval, twice");
    policy_pack_free(pack);
    return failed;
}
