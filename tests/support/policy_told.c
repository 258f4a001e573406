#include "tests/support/policy_told.h"

#include "policy/row.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

void support_policy_add(char *text, const char *more)
{
    size_t used = strlen(text);

    assert_true(used + strlen(more) + 1 < SUPPORT_TOLD_MAX);
    (void)snprintf(text + used, SUPPORT_TOLD_MAX - used, "%s", more);
}

static void add_names(char *text, const struct policy_space_set *set, uint64_t mask)
{
    for (size_t i = 0; i < set->count; i++)
        if ((mask >> i & 1) != 0) {
            support_policy_add(text, " ");
            support_policy_add(text, set->name[i]);
        }
    support_policy_add(text, " |");
}

static void add_ages(struct support_policy_told *t, const struct policy_diff_ages *ages)
{
    char number[16];

    for (size_t i = 0; i < t->ages; i++)
        if ((ages->word[i / 64] >> (i % 64) & 1) != 0) {
            (void)snprintf(number, sizeof number, " %d", t->age[i]);
            support_policy_add(t->text, number);
        }
    support_policy_add(t->text, "\n");
}

static void note(void *arg, const struct policy_diff_group *g)
{
    static const char *const kinds[] = { "gain", "loss", "terms", "answer" };
    struct support_policy_told *t = arg;
    uint64_t places = 0;

    t->ages = g->space->ages;
    memcpy(t->age, g->space->age, sizeof t->age);
    t->groups++;
    for (size_t i = 0; i < g->boxes; i++) {
        const struct policy_diff_box *b = &g->box[i];

        assert_true(t->boxes < SUPPORT_BOXES_MAX);
        t->kind[t->boxes] = g->kind;
        t->box[t->boxes++] = *b;
        places += (uint64_t)__builtin_popcountll(b->askers) * (uint64_t)__builtin_popcountll(b->purposes)
            * (uint64_t)__builtin_popcountll(b->holders) * (uint64_t)__builtin_popcountll(b->sections);
        support_policy_add(t->text, kinds[g->kind]);
        support_policy_add(t->text, " ");
        support_policy_add(t->text, g->rule[0]);
        support_policy_add(t->text, ">");
        support_policy_add(t->text, g->rule[1]);
        support_policy_add(t->text, ":");
        add_names(t->text, &g->space->set[POLICY_SET_KINDS], b->askers);
        add_names(t->text, &g->space->set[POLICY_SET_PURPOSES], b->purposes);
        add_names(t->text, &g->space->set[POLICY_SET_KINDS], b->holders);
        add_names(t->text, &g->space->set[POLICY_SET_SECTIONS], b->sections);
        add_ages(t, &b->ages);
    }
    assert_int_equal(places, g->places);
    assert_true(g->points > 0);
    assert_int_equal(g->answers[0] == 0, g->rule[0][0] != '\0');
    assert_int_equal(g->answers[1] == 0, g->rule[1][0] != '\0');
    for (size_t side = 0; side < 2; side++) {
        support_policy_add(t->rows[side], g->row[side]);
        support_policy_add(t->rows[side], "\n");
    }
}

struct policy_diffed support_policy_tell(struct support_policy_told *t, const struct policy_pack *before,
    const struct policy_pack *after, enum lang lang)
{
    struct policy_diff diff = { .pack = { before, after }, .lang = lang, .report = note, .arg = t };
    struct policy_diffed diffed = { .places = 0 };

    memset(t, 0, sizeof *t);
    t->pack[0] = before;
    t->pack[1] = after;
    for (size_t side = 0; side < 2; side++) {
        support_policy_add(t->rows[side], policy_row_header);
        support_policy_add(t->rows[side], "\n");
    }
    assert_true(policy_diff_run(&diff, &diffed) == OK);
    assert_int_equal(t->groups, diffed.groups[0] + diffed.groups[1] + diffed.groups[2] + diffed.groups[3]);
    return diffed;
}

void support_policy_groups(const struct support_policy_told *t, const struct policy_diffed *diffed,
    const size_t groups[POLICY_DIFF_KINDS])
{
    for (size_t i = 0; i < POLICY_DIFF_KINDS; i++)
        if (diffed->groups[i] != groups[i])
            fail_msg("%zu %zu %zu %zu groups:\n%s", diffed->groups[0], diffed->groups[1], diffed->groups[2],
                diffed->groups[3], t->text);
}
