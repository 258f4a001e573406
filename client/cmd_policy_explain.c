#include "client/cmd_policy_decide.h"

#include "base/text.h"
#include "client/policy_answer.h"
#include "client/policy_out.h"
#include "client/policy_question.h"

#include <stdlib.h>
#include <string.h>

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

/* Sections with the same answer stand together, each answer once. */
struct told {
    struct client_policy_answer answer[POLICY_SECTIONS_MAX];
    char *text[POLICY_SECTIONS_MAX];  /* NULL: printed with an earlier one, or not made yet */
    size_t count;
};

/* The young person and the parents read no names of tables. */
static void print_one(const struct client_policy_question *q, const struct client_cmd_policy_decide *ask,
    struct client_policy_answer *a, uint8_t section, FILE *out)
{
    struct client_policy_said said;

    if (ask->family == CLIENT_FAMILY_NONE) {
        client_policy_answer_make(q, section, ask->reader, a);
        client_policy_answer_print(&q->tongue, a, out);
        return;
    }
    *a = (struct client_policy_answer){ .section = section };
    client_policy_family_make(q, section, ask->family, &said);
    client_policy_family_print(&q->tongue, ask->family, &said, out);
}

static enum err make(const struct client_policy_question *q, const struct client_cmd_policy_decide *ask, struct told *told)
{
    size_t len = 0;
    FILE *out;

    for (told->count = 0; told->count < q->asked.sections; told->count++) {
        out = open_memstream(&told->text[told->count], &len);
        if (out == NULL)
            return ERR_NOMEM;
        print_one(q, ask, &told->answer[told->count], q->asked.section[told->count], out);
        if (fclose(out) != 0)
            return ERR_NOMEM;
    }
    return OK;
}

static void section_head(const struct client_policy_question *q, const struct client_cmd_policy_decide *ask,
    const struct client_policy_answer *a, FILE *out)
{
    if (ask->family == CLIENT_FAMILY_NONE)
        client_policy_answer_head(&q->tongue, a, out);
    else
        (void)fprintf(out, "%s\n", word(q, "section", POLICY_SET_SECTIONS, a->section));
}

static void print(const struct client_policy_question *q, const struct client_cmd_policy_decide *ask, struct told *told, FILE *out)
{
    for (size_t i = 0; i < told->count; i++) {
        if (told->text[i] == NULL)
            continue;
        (void)fputc('\n', out);
        section_head(q, ask, &told->answer[i], out);
        for (size_t j = i + 1; j < told->count; j++)
            if (told->text[j] != NULL && strcmp(told->text[i], told->text[j]) == 0) {
                section_head(q, ask, &told->answer[j], out);
                free(told->text[j]);
                told->text[j] = NULL;
            }
        (void)fputs(told->text[i], out);
    }
}

enum err client_cmd_policy_explain(const struct client_cmd_policy_decide *ask, struct trouble *t)
{
    struct client_policy_question q = { .pack = NULL };
    struct told *told = calloc(1, sizeof *told);
    enum err e = told == NULL ? ERR_NOMEM : client_policy_question_open(&q, ask->pack_dir, ask->facts_path, ask->lang, t);

    if (e == OK)
        e = make(&q, ask, told);
    if (e == OK) {
        head(&q, ask);
        print(&q, ask, told, ask->out);
        if (ask->family != CLIENT_FAMILY_NONE)
            (void)fprintf(ask->out, "\n%s\n", client_policy_family_rights(&q.tongue, ask->family));
        e = ferror(ask->out) != 0 ? ERR_IO : OK;
    }
    for (size_t i = 0; told != NULL && i < POLICY_SECTIONS_MAX; i++)
        free(told->text[i]);
    free(told);
    client_policy_question_close(&q);
    return e;
}
