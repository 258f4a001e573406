/*
 * The argument that classes and points cover everything, tried against the evaluator: any two questions of
 * one class get the same answer to the same facts, and any facts at all get the answer of a point of the
 * walk.
 */
#include "tests/support/check.h"

#include "policy/eval.h"
#include "policy/walk.h"
#include "tests/support/policy.h"
#include "tests/support/policy_edit.h"

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

static void mark_none(void *arg, const struct policy_space_cell *cell, struct policy_space_mark *out)
{
    (void)arg;
    (void)cell;
    out->counts[0] = ~UINT64_C(0);
}

static struct policy_space *scanned(const struct policy_pack *p)
{
    struct policy_space *space = NULL;

    assert_err(policy_space_new(&p, 1, &space), OK);
    assert_err(policy_space_scan(space, mark_none, NULL), OK);
    return space;
}

static struct policy_facts random_facts(void)
{
    struct policy_facts f = { .member = pick(10) != 0, .weighed = pick(2) != 0, .second = pick(2) != 0,
        .restricted = pick(3) == 0, .consent_after = pick(2) != 0, .identifiable = pick(3) == 0,
        .incapable = pick(10) == 0, .age_years = (int)pick(30) - 1 };

    f.custody = (uint8_t)(pick(8) * POLICY_WHO_G1);
    f.given = (uint8_t)(pick(2) == 0 ? POLICY_WHO_PEOPLE : pick(POLICY_WHO_PEOPLE + 1));
    f.refused = (uint8_t)(pick(4) == 0 ? pick(POLICY_WHO_PEOPLE + 1) : 0);
    f.events = (uint64_t)pick(UINT32_MAX) << 32 | pick(UINT32_MAX);
    return f;
}

static struct policy_decision decide(
    const struct policy_space *s, const struct policy_space_cell *c, struct policy_facts f)
{
    struct policy_decision d;

    f.asker_kind = c->asker;
    f.purpose = c->purpose;
    f.holder_kind = c->holder;
    policy_eval_section(s->pack[0], &f, c->section, &d);
    return d;
}

static void assert_same(const struct policy_decision *a, const struct policy_decision *b)
{
    assert_int_equal(a->verdict, b->verdict);
    assert_int_equal(a->reason, b->reason);
    assert_int_equal(a->rule, b->rule);
    assert_int_equal(a->ground, b->ground);
    assert_int_equal(a->ground9, b->ground9);
    assert_int_equal(a->at_holder, b->at_holder);
    assert_int_equal(a->missing, b->missing);
    assert_int_equal(a->need_events, b->need_events);
    assert_int_equal(a->duties, b->duties);
    assert_int_equal(a->access_days, b->access_days);
    assert_int_equal(a->feedback_days, b->feedback_days);
}

static void test_classes(void **state)
{
    struct policy_space *space = scanned(pack);
    uint64_t cells = 0;

    (void)state;
    assert_int_equal(space->all_cells, 26 * 23 * 26 * 34);
    for (size_t i = 0; i < space->classes; i++)
        cells += space->class[i].cells;
    assert_int_equal(cells, space->all_cells);
    for (size_t i = 0; i < space->cells; i++) {
        const struct policy_space_cell *c = &space->cell[i];

        for (size_t n = 0; n < 8; n++) {
            struct policy_facts f = random_facts();
            struct policy_decision d = decide(space, c, f),
                                   first = decide(space, &space->class[c->class].first, f);

            assert_same(&d, &first);
        }
    }
    policy_space_free(space);
    policy_space_free(NULL);
}

/* Cells that no rule names are not kept: nothing but a no is to be had there. */
static void test_not_kept(void **state)
{
    struct policy_space *space = scanned(pack);
    size_t next = 0;

    (void)state;
    for (uint8_t a = 0; a < 26; a++)
        for (uint8_t p = 0; p < 23; p++)
            for (uint8_t h = 0; h < 26; h++)
                for (uint8_t s = 0; s < 34; s++) {
                    struct policy_space_cell c = { .asker = a, .purpose = p, .holder = h, .section = s };
                    const struct policy_space_cell *k = &space->cell[next];

                    if (next < space->cells && k->asker == a && k->purpose == p && k->holder == h
                        && k->section == s)
                        next++;
                    else
                        assert_true(decide(space, &c, random_facts()).verdict == POLICY_DENY);
                }
    assert_int_equal(next, space->cells);
    policy_space_free(space);
}

/* ---- the points of a class hold every answer ---- */

struct seen {
    struct policy_facts facts;    /* that are looked for */
    const struct policy_space *space;
    struct policy_decision wanted;
    uint64_t relevant;
    size_t same;
};

/* Is this the point that stands for the facts? By what the comments of policy/walk say, not by its answer. */
static bool stands_for(const struct seen *s, const struct policy_walk_point *p)
{
    const struct policy_facts *f = &s->facts, *g = &p->facts[0];
    size_t age = 0;

    for (size_t i = 1; i < s->space->ages; i++)
        if (f->age_years >= s->space->age[i])
            age = i;
    if (p->age != age || g->weighed != f->weighed || g->second != f->second || g->restricted != f->restricted
        || (g->member != f->member && p->class->needs_case)
        || (g->consent_after != f->consent_after && f->restricted)
        || (g->identifiable != f->identifiable && p->class->is_anon))
        return false;
    for (size_t i = 0; i < p->space->pack[0]->rules; i++)
        for (size_t n = 0;
             policy_space_has(p->class->key.rules[0], i) && n < p->space->pack[0]->rule[i].needs; n++) {
            uint64_t need = p->space->pack[0]->rule[i].need[n];

            if (((need & f->events) != 0) != ((need & g->events) != 0))
                return false;
        }
    return true;
}

static void look(void *arg, const struct policy_walk_point *p)
{
    struct seen *s = arg;
    struct policy_decision d;

    if (!stands_for(s, p))
        return;
    policy_eval_section(p->space->pack[0], &p->facts[0], p->section[0], &d);
    if (d.verdict == s->wanted.verdict && d.reason == s->wanted.reason && d.rule == s->wanted.rule
        && d.duties == s->wanted.duties)
        s->same++;
}

static void test_points(void **state)
{
    struct policy_space *space = scanned(pack);
    uint64_t points = 0;

    (void)state;
    for (size_t i = 0; i < space->classes; i++)
        for (size_t n = 0; n < 20; n++) {
            struct seen s = { .facts = random_facts(), .space = space };

            s.wanted = decide(space, &space->class[i].first, s.facts);
            assert_err(policy_walk_class(space, i, NULL, look, &s, &points), OK);
            assert_true(s.same > 0);
        }
    assert_true(points > 0);
    policy_space_free(space);
}

/* ---- ages ---- */

static void test_ages(void **state)
{
    static const int ages[] = { -1, 0, 12, 16, 18, 23 };
    struct policy_space *space = scanned(pack);

    (void)state;
    assert_int_equal(space->ages, sizeof ages / sizeof *ages);
    for (size_t i = 0; i < space->ages; i++)
        assert_int_equal(space->age[i], ages[i]);
    policy_space_free(space);
}

/* The ages of consent are borders of their own. */
static void test_ages_of_consent(void **state)
{
    static const int ages[] = { -1, 0, 12, 16, 18 };
    struct support_policy_texts texts = support_policy_small();
    struct policy_space *space;
    struct policy_pack *p = NULL;

    (void)state;
    texts.text[POLICY_TABLE_RULES] =
        "id,requester,purpose,holder,sections,mode,ground,ground9,events,ages,weigh,eyes,inform,days\n"
        "R1,leerplicht,help,SCHOOL,ident,C,CONSENT,,,,no,no,before,90\n";
    assert_err(support_policy_load(&texts, LANG_EN, NULL, 0, &p), OK);
    space = scanned(p);
    assert_int_equal(space->ages, sizeof ages / sizeof *ages);
    for (size_t i = 0; i < space->ages; i++)
        assert_int_equal(space->age[i], ages[i]);
    policy_space_free(space);
    policy_pack_free(p);
}

static void test_age_of_one_more(void **state)
{
    static const struct support_policy_edit edit[] = {
        { POLICY_TABLE_RULES, "VZM/LRV/ABS/LUXE,..17", "VZM/LRV/ABS/LUXE,5-120" }
    };
    struct policy_pack *p = support_policy_edited(PACK, edit, 1);
    struct policy_space *space = NULL;
    const struct policy_pack *one = p;

    (void)state;
    assert_err(policy_space_new(&one, 1, &space), OK);
    space->border[40] = true;
    assert_err(policy_space_scan(space, mark_none, NULL), OK);
    assert_int_equal(space->ages, 8);
    assert_int_equal(space->age[2], 5);
    assert_int_equal(space->age[7], 40);
    policy_space_free(space);
    policy_pack_free(p);
}

/* ---- two packs ---- */

static void test_two_packs(void **state)
{
    static const struct support_policy_edit edit[] = {
        { POLICY_TABLE_KINDS, "po,school,primary school\n", "zz,,new\npo,school,primary school\n" }
    };
    struct policy_pack *other = support_policy_edited(PACK, edit, 1);
    const struct policy_pack *both[2] = { pack, other };
    struct policy_space *space = NULL;
    uint8_t zz, vo;

    (void)state;
    assert_err(policy_space_new(both, 2, &space), OK);
    zz = policy_space_find(space, POLICY_SET_KINDS, "zz");
    vo = policy_space_find(space, POLICY_SET_KINDS, "vo");
    assert_int_equal(space->set[POLICY_SET_KINDS].count, 27);
    assert_int_equal(space->set[POLICY_SET_KINDS].index[0][zz], POLICY_UNKNOWN);
    assert_int_equal(space->set[POLICY_SET_KINDS].index[1][zz], 0);
    assert_int_equal(space->set[POLICY_SET_KINDS].index[0][vo], 1);
    assert_int_equal(space->set[POLICY_SET_KINDS].index[1][vo], 2);
    assert_int_equal(policy_space_find(space, POLICY_SET_KINDS, "nobody"), POLICY_UNKNOWN);
    assert_int_equal(policy_space_mask(space, POLICY_SET_KINDS, 1, 1), UINT64_C(1) << zz);
    assert_int_equal(policy_space_mask(space, POLICY_SET_KINDS, 0, 2), UINT64_C(1) << vo);
    assert_int_equal(
        policy_space_unmask(space, POLICY_SET_KINDS, 0, UINT64_C(1) << zz | UINT64_C(1) << vo), 2);
    assert_int_equal(
        policy_space_unmask(space, POLICY_SET_KINDS, 1, UINT64_C(1) << zz | UINT64_C(1) << vo), 5);
    policy_space_free(space);
    policy_pack_free(other);
}

/* A pack with n sections that only it has. */
static struct policy_pack *with_sections(char letter, unsigned n)
{
    struct support_policy_texts texts = support_policy_small();
    char table[4096] = "section,class,content\nident,S1,x\natt,S2,x\npgn,SX,x\n";
    struct policy_pack *p = NULL;

    for (unsigned i = 0; i < n; i++)
        (void)snprintf(table + strlen(table), sizeof table - strlen(table), "%c%u,S2,x\n", letter, i);
    texts.text[POLICY_TABLE_SECTIONS] = table;
    assert_err(support_policy_load(&texts, LANG_EN, NULL, 0, &p), OK);
    return p;
}

static void test_too_many_names(void **state)
{
    (void)state;
    for (unsigned n = 31; n <= 32; n++) {
        struct policy_pack *a = with_sections('a', 30), *b = with_sections('b', n);
        const struct policy_pack *both[2] = { a, b };
        struct policy_space *space = NULL;

        assert_err(policy_space_new(both, 2, &space), n == 31 ? OK : ERR_LONG);
        assert_int_equal(space != NULL, n == 31);
        policy_space_free(space);
        policy_pack_free(a);
        policy_pack_free(b);
    }
}

static void test_people(void **state)
{
    struct policy_facts f = { .age_years = 0 };

    (void)state;
    policy_walk_people(-1, POLICY_WALK_SILENT, &f);
    assert_int_equal(f.age_years, -1);
    assert_int_equal(f.custody | f.given | f.refused, 0);
    policy_walk_people(11, POLICY_WALK_SILENT, &f);
    assert_int_equal(f.custody | f.given | f.refused, 0);
    policy_walk_people(11, POLICY_WALK_COMPLETE, &f);
    assert_int_equal(f.custody, POLICY_WHO_G1);
    assert_int_equal(f.given, POLICY_WHO_G1);
    policy_walk_people(12, POLICY_WALK_COMPLETE, &f);
    assert_int_equal(f.given, POLICY_WHO_G1 | POLICY_WHO_Y);
    policy_walk_people(15, POLICY_WALK_REFUSED, &f);
    assert_int_equal(f.given, 0);
    assert_int_equal(f.refused, POLICY_WHO_G1);
    policy_walk_people(16, POLICY_WALK_REFUSED, &f);
    assert_int_equal(f.refused, POLICY_WHO_Y);
    assert_int_equal(f.custody, 0);
    policy_walk_people(99, POLICY_WALK_COMPLETE, &f);
    assert_int_equal(f.given, POLICY_WHO_Y);
}

int main(void)
{
    static struct check_list list;
    int failed;

    pack = support_policy_pack(PACK);
    check_add(&list, "questions of one class get one answer", test_classes, NULL);
    check_add(&list, "what is not kept is no", test_not_kept, NULL);
    check_add(&list, "every answer is that of a point", test_points, NULL);
    check_add(&list, "one age of each interval", test_ages, NULL);
    check_add(&list, "the ages of consent", test_ages_of_consent, NULL);
    check_add(&list, "ages that others name", test_age_of_one_more, NULL);
    check_add(&list, "names of two packs", test_two_packs, NULL);
    check_add(&list, "too many names", test_too_many_names, NULL);
    check_add(&list, "people of a point", test_people, NULL);
    failed = check_run(&list, "policy/space");
    policy_pack_free(pack);
    return failed;
}
