#include "client/cmd_policy.h"

#include "base/file.h"
#include "client/explain.h"
#include "client/policy_out.h"
#include "policy/cases.h"
#include "policy/files.h"
#include "policy/words.h"

#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

const struct client_opt client_cmd_policy_opts[] = {
    { .name = "pack",
        .type = CLIENT_OPT_TEXT,
        .required = true,
        .value = "DIR",
        .help = { "the folder of the pack", "de map van het pakket" } },
    { .name = "cases",
        .type = CLIENT_OPT_ARG,
        .value = "FILE.csv",
        .help = { "the table of cases; else cases.csv of the pack",
            "de tabel met gevallen; anders cases.csv van het pakket" } },
    { .name = NULL },
};

/* What is written, and where. With json: into one object, which is written at the end. */
struct report {
    const struct client_cmd_policy *test;
    const char *cases_path;
    const struct policy_pack *pack;
    const struct policy_texts *texts;  /* NULL: the pack has none yet */
    struct client_policy_out out;
    cJSON *mismatches;
};

static const char *either(const struct report *r, const char *en, const char *nl)
{
    return client_policy_out_either(&r->out, en, nl);
}

static void tell_mistake(void *arg, const struct trouble *t)
{
    struct report *r = arg;

    client_policy_out_mistake(&r->out, t);
}

static void tell_mismatch(void *arg, const struct policy_case *row, const struct policy_decision *got)
{
    struct report *r = arg;
    const char *rule = got->rule < 0 ? "" : r->pack->rule[got->rule].id,
               *reason = policy_words_reason(got->reason);
    const char *verdict = policy_words_verdict(got->verdict), *expected = policy_words_verdict(row->expected);
    struct client_explained words;
    cJSON *json;

    client_explain(&(struct client_tongue){ r->pack, r->texts, r->test->lang }, CLIENT_READS_HOLDER, got, &words);
    if (!r->test->json) {
        (void)fprintf(r->test->out, "%s:%u: %s: %s %s%s%s, %s %s%s%s%s%s\n    %s%s%s\n", r->cases_path,
            row->line, row->id, either(r, "expected", "verwacht"), expected,
            row->detail[0] == '\0' ? "" : " ", row->detail, either(r, "got", "kreeg"), verdict,
            reason[0] == '\0' ? "" : " ", reason, rule[0] == '\0' ? "" : " ", rule, words.text,
            words.step[0] == '\0' ? "" : " ", words.step);
        return;
    }
    json = json_push_object(r->mismatches);
    json_add_text(json, "id", row->id);
    json_add_u64(json, "line", row->line);
    json_add_text(json, "expected", expected);
    json_add_text(json, "expected_detail", row->detail);
    json_add_text(json, "got", verdict);
    json_add_text(json, "reason", reason);
    json_add_text(json, "rule", rule);
    json_add_text(json, "text", words.text);
    json_add_text(json, "step", words.step);
    json_add_text(json, "why", row->why);
}

/* Read the cases and run them against the pack. Mistakes were told. */
static enum err run_cases(struct report *r, size_t *passed, size_t *failed)
{
    struct trouble t = { .lang = r->test->lang };
    struct policy_cases_run run = { .pack = r->pack, .name = r->cases_path, .lang = r->test->lang,
        .mistake = tell_mistake, .mismatch = tell_mismatch, .arg = r };
    uint8_t *data = NULL;
    enum err e = file_read(r->cases_path, CLIENT_CMD_POLICY_CASES_MAX, &data, &run.len, &t);

    if (e != OK) {
        tell_mistake(r, &t);
        return e;
    }
    run.data = data;
    e = policy_cases_check(&run, passed, failed);
    free(data);
    return e;
}

static void summary(struct report *r, size_t passed, size_t failed)
{
    bool draft = client_policy_out_is_draft(r->test->pack_dir, r->pack);

    json_add_bool(r->out.whole, "draft", draft);
    json_add_u64(r->out.whole, "passed", passed);
    json_add_u64(r->out.whole, "failed", failed);
    if (r->test->json)
        return;
    if (draft)
        (void)fprintf(r->test->out, "%s\n",
            either(r, "This pack is a draft: no pack.json names these tables.",
                "Dit pakket is een concept: geen pack.json noemt deze tabellen."));
    (void)fprintf(r->test->out, "%zu %s, %zu %s\n", passed, either(r, "passed", "geslaagd"), failed,
        either(r, "failed", "mislukt"));
}

/* A pack in the making may have no texts yet; those that are there must be whole. */
static enum err load_texts(struct report *r, struct policy_texts **out)
{
    char path[PATH_MAX];
    enum err e = file_join(path, sizeof path, r->test->pack_dir, "texts.csv");

    if (e == OK && access(path, F_OK) == 0)
        e = policy_files_texts(r->test->pack_dir, r->pack, r->test->lang, tell_mistake, r, out);
    r->texts = *out;
    return e;
}

enum err client_cmd_policy_test(const struct client_cmd_policy *test, size_t *failed)
{
    struct report r = { .test = test,
        .cases_path = test->cases_path,
        .out = { .lang = test->lang, .json = test->json, .out = test->out } };
    struct policy_pack *pack = NULL;
    struct policy_texts *texts = NULL;
    char path[PATH_MAX] = "";
    size_t good = 0, bad = 0;
    enum err e, printed, in_texts = OK;

    r.mismatches = client_policy_out_open(&r.out, "mismatches");
    e = policy_files_load(test->pack_dir, test->lang, tell_mistake, &r, &pack);
    r.pack = pack;
    if (e == OK)
        in_texts = load_texts(&r, &texts);
    if (e == OK && r.cases_path == NULL) {
        e = file_join(path, sizeof path, test->pack_dir, "cases.csv");
        r.cases_path = path;
    }
    if (e == OK)
        e = run_cases(&r, &good, &bad);
    /* What is wrong with the texts hides nothing that is wrong with the cases. */
    e = in_texts != OK ? in_texts : e;
    if (e == OK)
        summary(&r, good, bad);
    printed = client_policy_out_close(&r.out, e == OK && bad == 0);
    if (e == OK)
        e = printed;
    if (e == OK)
        *failed = bad;
    policy_texts_free(texts);
    policy_pack_free(pack);
    return e;
}

enum err client_cmd_policy_run(struct client_run *r)
{
    struct client_cmd_policy test = { .pack_dir = client_run_text(r, "pack"),
        .cases_path = client_run_text(r, "cases"),
        .lang = r->lang,
        .json = r->json,
        .out = stdout };
    size_t failed = 0;
    enum err e = client_cmd_policy_test(&test, &failed);

    /*
     * As with --from: the report was printed line by line, and there is nothing to add to it but the exit
     * code.
     */
    r->from = test.pack_dir;
    return e == OK && failed != 0 ? ERR_RANGE : e;
}
