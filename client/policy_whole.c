#include "client/policy_whole.h"

#include "base/file.h"
#include "policy/cases.h"
#include "policy/check.h"
#include "policy/files.h"
#include "policy/words.h"

#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>

enum { CASES_MAX = 64 * 1024 * 1024 };

/* Whom to tell, and what was wrong first. */
struct telling {
    const char *folder;
    enum lang lang;
    csv_report *report;
    void *arg;
    enum err first;
};

static void tell(void *arg, const struct trouble *t)
{
    struct telling *w = arg;

    if (w->first == OK)
        w->first = t->err;
    w->report(w->arg, t);
}

static void tell_case(void *arg, const struct policy_case *row, const struct policy_decision *got)
{
    struct telling *w = arg;
    struct trouble t = {.lang = w->lang};

    (void) trouble_at(&t, ERR_RANGE, "cases.csv", row->line, 0, "%s: expected %s %s, got %s %s", "%s: verwacht %s %s, kreeg %s %s", row->id,
        policy_words_verdict(row->expected), row->detail, policy_words_verdict(got->verdict), policy_words_reason(got->reason));
    tell(w, &t);
}

static void tell_broken(void *arg, const struct policy_finding *f)
{
    struct telling *w = arg;
    struct trouble t = {.lang = w->lang};

    (void) trouble_at(&t, ERR_RANGE, "invariants.csv", f->line, 0, "%s %s: %s (%" PRIu64 " places; see: schakel policy check)",
        "%s %s: %s (%" PRIu64 " plaatsen; zie: schakel policy check)", f->name, f->subject, f->text, f->places);
    tell(w, &t);
}

/* A file of the folder. Told when it cannot be read; NULL when it is not there. */
static enum err read(struct telling *w, const char *name, size_t max, uint8_t **data, size_t *len)
{
    struct trouble t = {.lang = w->lang};
    char path[PATH_MAX];
    enum err e = file_join(path, sizeof path, w->folder, name);

    if (e == OK)
        e = file_read(path, max, data, len, &t);
    if (e != OK && e != ERR_NOTFOUND)
        tell(w, &t);
    return e == ERR_NOTFOUND ? OK : e;
}

static void check_cases(struct telling *w, const struct policy_pack *pack)
{
    struct policy_cases_run run = {.pack = pack, .name = "cases.csv", .lang = w->lang, .mistake = tell, .mismatch = tell_case, .arg = w};
    struct trouble t = {.lang = w->lang};
    uint8_t *data = NULL;
    size_t passed = 0, failed = 0;
    enum err e = read(w, "cases.csv", CASES_MAX, &data, &run.len);

    run.data = data;
    if (e == OK && data == NULL) {
        (void) trouble_at(&t, ERR_NOTFOUND, "cases.csv", 0, 0, "this table is missing: a pack is adopted with its worked cases",
            "deze tabel ontbreekt: een pakket wordt aangenomen met zijn uitgewerkte gevallen");
        tell(w, &t);
    } else if (e == OK) {
        e = policy_cases_check(&run, &passed, &failed);
    }
    if (w->first == OK)
        w->first = e;
    free(data);
}

static void check_invariants(struct telling *w, const struct policy_pack *pack)
{
    struct policy_invariants *rows = NULL;
    struct policy_checked checked;
    uint8_t *data = NULL;
    size_t len = 0;
    enum err e = read(w, "invariants.csv", POLICY_TABLE_BYTES_MAX, &data, &len);

    if (e == OK)
        e = policy_invariants_load(pack, data, len, w->lang, tell, w, &rows);
    if (e == OK)
        e = policy_check_run(&(struct policy_check) {.pack = pack, .invariants = rows, .lang = w->lang, .report = tell_broken, .arg = w}, &checked);
    if (w->first == OK)
        w->first = e;
    policy_invariants_free(rows);
    free(data);
}

enum err client_policy_whole(const char *folder, enum lang lang, csv_report *report, void *arg, struct policy_pack **out)
{
    struct telling w = {.folder = folder, .lang = lang, .report = report, .arg = arg};
    struct policy_texts *texts = NULL;
    struct policy_pack *pack = NULL;
    enum err e = policy_files_load(folder, lang, tell, &w, &pack);

    if (pack != NULL) {
        if (policy_files_texts(folder, pack, lang, tell, &w, &texts) != OK && e == OK)
            e = w.first;
        check_cases(&w, pack);
        check_invariants(&w, pack);
    }
    policy_texts_free(texts);
    if (e == OK)
        e = w.first;
    if (e == OK && out != NULL)
        *out = pack;
    else
        policy_pack_free(pack);
    return e;
}
