#include "client/cmd_policy_decide.h"

#include "base/text.h"
#include "client/policy_answer.h"
#include "client/policy_out.h"
#include "client/policy_question.h"

#include <stdlib.h>
#include <string.h>

const struct client_opt client_cmd_policy_decide_opts[] = {
    { .name = "pack",
        .type = CLIENT_OPT_TEXT,
        .required = true,
        .value = "DIR",
        .help = { "the folder of the pack; a draft or an old one will do",
            "de map van het pakket; een concept of een oud pakket mag ook" } },
    { .name = "reader",
        .type = CLIENT_OPT_TEXT,
        .value = "asker|holder|young|parent",
        .help = { "who reads the answer; else the holder", "wie het antwoord leest; anders de houder" } },
    { .name = "facts",
        .type = CLIENT_OPT_ARG,
        .value = "FACTS.json",
        .help = { "the facts, as in POLICY.md; else from standard input",
            "de feiten, zoals in POLICY.md; anders van de standaardinvoer" } },
    { .name = NULL },
};

static void add_head(const struct client_policy_question *q, const struct client_cmd_policy_decide *ask, cJSON *whole)
{
    const struct policy_facts *f = &q->asked.facts;
    char digest[2 * POLICY_DIGEST_LEN + 1], on[11];

    text_hex(q->pack->digest, sizeof q->pack->digest, digest, sizeof digest);
    date_format(q->asked.on, on);
    json_add_text(whole, "pack", digest);
    json_add_bool(whole, "draft", client_policy_out_is_draft(ask->pack_dir, q->pack));
    json_add_text(whole, "asker", policy_pack_name(q->pack, POLICY_SET_KINDS, f->asker_kind));
    json_add_text(whole, "purpose", policy_pack_name(q->pack, POLICY_SET_PURPOSES, f->purpose));
    json_add_text(whole, "holder", policy_pack_name(q->pack, POLICY_SET_KINDS, f->holder_kind));
    json_add_text(whole, "on", on);
    json_add_text(whole, "reader", ask->family != CLIENT_FAMILY_NONE ? client_policy_family_name(ask->family)
            : ask->reader == CLIENT_READS_ASKER                      ? "asker" : "holder");
}

/* What this reader may know of one section. */
static void add_section(const struct client_policy_question *q, const struct client_cmd_policy_decide *ask, uint8_t section, cJSON *row)
{
    struct client_policy_answer answer;
    struct client_policy_said said;

    if (ask->family != CLIENT_FAMILY_NONE) {
        client_policy_family_make(q, section, ask->family, &said);
        client_policy_family_json(&q->tongue, ask->family, &said, row);
        return;
    }
    client_policy_answer_make(q, section, ask->reader, &answer);
    client_policy_answer_json(&q->tongue, &answer, row);
}

static enum err print_json(const struct client_policy_question *q, const struct client_cmd_policy_decide *ask)
{
    cJSON *whole = cJSON_CreateObject(), *sections;
    char *text = NULL;
    enum err e = whole == NULL ? ERR_NOMEM : OK;

    json_add_bool(whole, "ok", true);
    add_head(q, ask, whole);
    sections = json_add_array(whole, "sections");
    for (size_t i = 0; i < q->asked.sections; i++)
        add_section(q, ask, q->asked.section[i], json_push_object(sections));
    if (ask->family != CLIENT_FAMILY_NONE)
        json_add_text(whole, "rights", client_policy_family_rights(&q->tongue, ask->family));
    if (e == OK)
        e = json_print(whole, &text);
    if (e == OK && fprintf(ask->out, "%s\n", text) < 0)
        e = ERR_IO;
    free(text);
    cJSON_Delete(whole);
    return e;
}

enum err client_cmd_policy_decide(const struct client_cmd_policy_decide *ask, struct trouble *t)
{
    struct client_policy_question q = { .pack = NULL };
    enum err e = client_policy_question_open(&q, ask->pack_dir, ask->facts_path, ask->lang, t);

    if (e == OK)
        e = print_json(&q, ask);
    client_policy_question_close(&q);
    return e;
}

static enum err of_run(struct client_run *r, struct client_cmd_policy_decide *ask)
{
    const char *reader = client_run_text(r, "reader");

    *ask = (struct client_cmd_policy_decide){ .pack_dir = client_run_text(r, "pack"),
        .facts_path = client_run_text(r, "facts"),
        .reader = reader != NULL && strcmp(reader, "asker") == 0 ? CLIENT_READS_ASKER : CLIENT_READS_HOLDER,
        .family = client_policy_family_of(reader),
        .lang = r->lang,
        .out = stdout };
    if (reader != NULL && ask->reader == CLIENT_READS_HOLDER && ask->family == CLIENT_FAMILY_NONE && strcmp(reader, "holder") != 0)
        return trouble_at(r->t, ERR_USAGE, "--reader", 0, 0, "is asker, holder, young or parent", "is asker, holder, young of parent");
    return OK;
}

/* What programs read is JSON, mistakes too. */
enum err client_cmd_policy_decide_run(struct client_run *r)
{
    struct client_cmd_policy_decide ask;
    enum err e;

    r->json = true;
    e = of_run(r, &ask);
    return e == OK ? client_cmd_policy_decide(&ask, r->t) : e;
}

enum err client_cmd_policy_explain_run(struct client_run *r)
{
    struct client_cmd_policy_decide ask;
    enum err e = of_run(r, &ask);

    if (e != OK)
        return e;
    return r->json ? client_cmd_policy_decide(&ask, r->t) : client_cmd_policy_explain(&ask, r->t);
}
