#include "client/cmd_policy_decide.h"

#include "base/text.h"
#include "client/policy_answer.h"
#include "client/policy_out.h"
#include "client/policy_question.h"

static const char *word(const struct client_policy_question *q, const char *group, enum policy_set set, uint8_t index)
{
    return policy_texts_get(q->texts, q->tongue.lang, group, policy_pack_name(q->pack, set, index));
}

/* Who asks what of whom, on which day, and which pack says so. */
static void head(const struct client_policy_question *q, const struct client_cmd_policy_decide *ask)
{
    const struct policy_facts *f = &q->asked.facts;
    bool nl = ask->lang == LANG_NL;
    char digest[2 * POLICY_DIGEST_LEN + 1], on[11];

    text_hex(q->pack->digest, sizeof q->pack->digest, digest, sizeof digest);
    date_format(q->asked.on, on);
    (void)fprintf(ask->out, "%s: %s\n%s: %s\n%s: %s\n%s: %s\n", nl ? "Wie vraagt" : "Who asks",
        word(q, "kind", POLICY_SET_KINDS, f->asker_kind), nl ? "Aan wie" : "Whom",
        word(q, "kind", POLICY_SET_KINDS, f->holder_kind), nl ? "Waarvoor" : "What for",
        word(q, "purpose", POLICY_SET_PURPOSES, f->purpose), nl ? "Dag" : "Day", on);
    (void)fprintf(ask->out, "%s: %s%s\n", nl ? "Pakket" : "Pack", digest,
        !client_policy_out_is_draft(ask->pack_dir, q->pack) ? "" : nl ? " (concept)" : " (draft)");
}

enum err client_cmd_policy_explain(const struct client_cmd_policy_decide *ask, struct trouble *t)
{
    struct client_policy_question q = { .pack = NULL };
    struct client_policy_answer answer;
    enum err e = client_policy_question_open(&q, ask->pack_dir, ask->facts_path, ask->lang, t);

    if (e == OK)
        head(&q, ask);
    for (size_t i = 0; e == OK && i < q.asked.sections; i++) {
        (void)fputc('\n', ask->out);
        client_policy_answer_make(&q, q.asked.section[i], ask->reader, &answer);
        client_policy_answer_print(&q.tongue, &answer, ask->out);
    }
    if (e == OK && ferror(ask->out) != 0)
        e = ERR_IO;
    client_policy_question_close(&q);
    return e;
}
