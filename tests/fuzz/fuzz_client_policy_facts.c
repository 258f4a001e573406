/* Facts as JSON: refused with words and nothing written, or a question whose answers keep what the asker must not read. */
#include "tests/fuzz/fuzz.h"

#include "client/policy_answer.h"
#include "policy/files.h"

#include <string.h>

#define PACK SOURCE_DIR "/policy/packs/nl-jeugd"

static void answered(const struct client_policy_question *q, uint8_t section)
{
    struct client_policy_answer holder, asker;
    struct client_policy_question silent = *q;

    FUZZ_HOLDS(section < q->pack->set[POLICY_SET_SECTIONS].count);
    client_policy_answer_make(q, section, CLIENT_READS_HOLDER, &holder);
    client_policy_answer_make(q, section, CLIENT_READS_ASKER, &asker);
    FUZZ_HOLDS(holder.words.text[0] != '\0' && asker.words.text[0] != '\0');
    FUZZ_HOLDS(asker.seen.missing == 0 && asker.seen.reason != POLICY_REFUSED);
    FUZZ_HOLDS((asker.seen.verdict == POLICY_PERMIT) == (holder.seen.verdict == POLICY_PERMIT));
    FUZZ_HOLDS((holder.seen.verdict == POLICY_PERMIT) == (holder.last_day.year != 0));
    if (holder.seen.verdict != POLICY_NEED_CONSENT && holder.seen.reason != POLICY_REFUSED)
        return;
    /* Whoever said what, the asker reads as if nobody had said anything. */
    silent.asked.given = silent.asked.refused = 0;
    client_policy_answer_make(&silent, section, CLIENT_READS_ASKER, &holder);
    FUZZ_HOLDS(strcmp(holder.words.text, asker.words.text) == 0 && strcmp(holder.words.step, asker.words.step) == 0
        && strcmp(holder.words.if_no, asker.words.if_no) == 0 && holder.seen.rule == asker.seen.rule);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    static struct client_policy_question q;
    static const struct date today = { 2026, 3, 1 };
    struct trouble t = { .lang = LANG_EN };
    struct client_policy_asked before = { .sections = 77 };
    enum err e;

    if (q.pack == NULL)
        FUZZ_HOLDS(client_policy_question_pack(&q, PACK, LANG_EN, NULL) == OK);
    q.asked = before;
    e = client_policy_facts_read(q.pack, data, len, today, &q.asked, &t);
    if (e != OK) {
        FUZZ_HOLDS(t.text[0] != '\0' && t.err == e && q.asked.sections == 77);
        return 0;
    }
    FUZZ_HOLDS(q.asked.sections > 0 && q.asked.sections <= POLICY_SECTIONS_MAX);
    FUZZ_HOLDS(q.asked.facts.age_years >= -1 && q.asked.facts.age_years <= POLICY_AGE_MAX + 200);
    FUZZ_HOLDS((q.asked.given & q.asked.refused) == 0);
    for (size_t i = 0; i < q.asked.sections; i++)
        answered(&q, q.asked.section[i]);
    return 0;
}
