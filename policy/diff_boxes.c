#include "policy/diff_boxes.h"

#include <stdlib.h>
#include <string.h>

/* A box as words: four sets of names, and the ages. */
enum { SECTIONS = 3, SETS = 4, WORDS = 6 };

/* The sets in the order in which they are merged: sections first, as most rules name several. */
static const size_t order[SETS] = { SECTIONS, 2, 0, 1 };

static void words_of(const struct policy_diff_box *box, size_t but, uint64_t out[WORDS])
{
    const uint64_t words[WORDS] = { box->askers, box->purposes, box->holders, box->sections,
        box->ages.word[0], box->ages.word[1] };

    memcpy(out, words, sizeof words);
    out[but] = 0;
}

/* Which comes first, when one set is left out. */
static int compare(const struct policy_diff_box *a, const struct policy_diff_box *b, size_t but)
{
    uint64_t one[WORDS], other[WORDS];

    words_of(a, but, one);
    words_of(b, but, other);
    for (size_t i = 0; i < WORDS; i++)
        if (one[i] != other[i])
            return one[i] < other[i] ? -1 : 1;
    return 0;
}

static int compare_but(const void *a, const void *b, void *but)
{
    return compare(a, b, *(const size_t *)but);
}

size_t policy_diff_boxes_merge(struct policy_diff_box *box, size_t n)
{
    for (size_t turn = 0; turn < SETS; turn++) {
        size_t but = order[turn], left = 0;

        qsort_r(box, n, sizeof *box, compare_but, &but);
        for (size_t i = 0; i < n; i++) {
            if (left != 0 && compare(&box[left - 1], &box[i], but) == 0) {
                box[left - 1].askers |= box[i].askers;
                box[left - 1].purposes |= box[i].purposes;
                box[left - 1].holders |= box[i].holders;
                box[left - 1].sections |= box[i].sections;
            } else {
                box[left++] = box[i];
            }
        }
        n = left;
    }
    return n;
}
