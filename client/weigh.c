#include "client/weigh.h"

#include "client/child.h"
#include "client/desk_table.h"
#include "policy/duty.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

/* "3=because" with a question of the model's list. */
static enum err answer_check(struct client_call *c, const cJSON *item, char number[4])
{
    const char *text = cJSON_IsString(item) ? item->valuestring : "", *is = strchr(text, '=');
    unsigned long n = is == NULL ? 0 : strtoul(text, NULL, 10);

    if (is == NULL || is == text || is - text > 2 || n == 0 || n > POLICY_QUESTIONS)
        return trouble_at(&c->trouble, ERR_SYNTAX, "--answer", 0, 0, "write it as NUMBER=TEXT with a question from 1 to %d",
            "schrijf het als NUMMER=TEKST met een vraag van 1 tot %d", POLICY_QUESTIONS);
    if (strlen(is + 1) == 0 || strlen(is + 1) > CLIENT_NOTE_MAX)
        return trouble_at(&c->trouble, ERR_LONG, "--answer", 0, 0, "an answer has 1 to %d bytes", "een antwoord heeft 1 tot %d bytes", CLIENT_NOTE_MAX);
    memcpy(number, text, (size_t) (is - text));
    number[is - text] = '\0';
    return OK;
}

enum err client_do_weigh(struct client_call *c, struct vault_txn *x)
{
    uint8_t id[PROTO_ID_LEN];
    const cJSON *answers = NULL, *item;
    cJSON *draft = cJSON_CreateObject(), *all = json_add_object(draft, "answers");
    char *text = NULL, number[4];
    enum err e = draft == NULL ? ERR_NOMEM : OK;

    if (e == OK && json_array(c->args, "answer", &answers) != OK)
        e = trouble_at(&c->trouble, ERR_USAGE, "--answer", 0, 0, "give at least one --answer NUMBER=TEXT", "geef minstens een --answer NUMMER=TEKST");
    cJSON_ArrayForEach(item, answers) {
        if (e == OK)
            e = answer_check(c, item, number);
        if (e == OK)
            json_add_text(all, number, strchr(item->valuestring, '=') + 1);
    }
    if (e == OK)
        e = json_print(draft, &text);
    randombytes_buf(id, sizeof id);
    if (e == OK)
        e = client_vault_put(x, CLIENT_T_DRAFT, id, sizeof id, text, strlen(text));
    if (e == OK)
        client_reply_id(c->reply, "weighing", id);
    free(text);
    cJSON_Delete(draft);
    return e;
}

enum err client_weigh_use(struct client_call *c, struct vault_txn *x, const struct client_desk *d, const uint8_t refers[PROTO_ID_LEN],
    const struct proto_sections *sections, uint8_t **out, size_t *len)
{
    struct proto_statement s = {.kind = PROTO_SAY_WEIGHING, .subject = d->child_there, .sections = *sections};
    const char *given = NULL;
    uint8_t id[PROTO_ID_LEN], *draft = NULL;
    size_t draft_len = 0;
    enum err e;

    *len = 0;
    if (json_text(c->args, "weigh", &given) != OK)
        return OK;
    e = client_arg_id(c, "weigh", id);
    if (e == OK)
        e = client_vault_get(x, CLIENT_T_DRAFT, id, sizeof id, &draft, &draft_len);
    if (e == ERR_NOTFOUND)
        return trouble_at(&c->trouble, e, "--weigh", 0, 0, "there is no such weighing; make one with schakel weigh",
            "er is geen afweging met dit kenmerk; maak er een met schakel weigh");
    if (e != OK)
        return e;
    crypto_hash_sha256(s.digest, draft, draft_len);
    memcpy(s.case_id, d->case_id, sizeof s.case_id);
    memcpy(s.purpose, d->purpose, sizeof s.purpose);
    memcpy(s.refers, refers, sizeof s.refers);
    e = client_statement_sign(c->node, &s, c->who, out, len);
    sodium_memzero(draft, draft_len);
    free(draft);
    return e;
}
