/* client/do_weigh: the questions of a weighing, and writing one down. Without answers it shows what is to be
 * answered. */
#include "client/after.h"
#include "client/child.h"
#include "client/desk_arg.h"
#include "client/desk_reply.h"
#include "client/desk_table.h"
#include "client/meta.h"
#include "client/weigh.h"

#include "base/text.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SALT_LEN = 16, LAST_KEY = 1 + crypto_hash_sha256_BYTES };

/* What is weighed. about: the request or offer, as far as it is known yet; whole: all of it is known. */
struct weighing {
    struct client_desk about;
    bool whole;
    uint32_t needed;
    cJSON *draft, *answers;     /* answers belongs to draft */
};

/* ---- about what ---- */

/* With --to, and --send for what is sent without being asked, it is known which questions must be answered.
 */
static enum err partner_arg(struct client_call *c, struct weighing *w)
{
    const struct proto_partner *to = NULL;
    const char *given = NULL;
    enum err e;

    if (json_text(c->args, "to", &given) != OK)
        return OK;
    e = client_arg_partner(c, "to", &to);
    if (e == OK && (w->about.purpose[0] == '\0' || w->about.sections.count == 0))
        e = trouble_at(&c->trouble, ERR_USAGE, "--to", 0, 0, "give --purpose and --sections with it",
            "geef er --purpose en --sections bij");
    if (e != OK)
        return e;
    memcpy(w->about.other, to->id, sizeof w->about.other);
    w->about.mine = w->whole = true;
    w->about.offer = client_arg_flag(c, "send");
    return OK;
}

static enum err request_arg(struct client_call *c, struct vault_txn *x, struct weighing *w)
{
    enum err e = client_desk_arg(c, x, "request", &w->about);

    w->whole = e == OK;
    return e;
}

static enum err scope_args(struct client_call *c, struct vault_txn *x, struct weighing *w)
{
    struct client_child child = {0};
    const char *purpose = "", *given = NULL;
    enum err e;

    if (json_text(c->args, "request", &given) == OK && given[0] != '\0')
        return request_arg(c, x, w);
    e = client_arg_purpose(c, false, &purpose);
    if (e == OK && json_text(c->args, "sections", &given) == OK)
        e = client_arg_sections(c, "sections", &w->about.sections);
    if (e == OK)
        e = client_child_arg(c, x, purpose, &child);
    if (e != OK)
        return e;
    w->about.child = child.here;
    if (child.has_case)
        memcpy(w->about.case_id, child.with.id, sizeof w->about.case_id);
    memcpy(w->about.purpose, purpose, strlen(purpose) + 1);
    return partner_arg(c, w);
}

/* ---- the last weighing about this child: the id of the draft ---- */

static void last_key(const struct weighing *w, uint8_t key[LAST_KEY])
{
    char hex[CLIENT_WEIGH_CHILD];

    client_weigh_child(&w->about.child, hex);
    key[0] = CLIENT_META_WEIGHED;
    crypto_hash_sha256(key + 1, (const uint8_t *) hex, strlen(hex));
}

/* Gives *out: the answers of the last one, or none. */
static enum err last_answers(struct vault_txn *x, const struct weighing *w, cJSON **out)
{
    uint8_t key[LAST_KEY], *id = NULL, *data = NULL;
    size_t id_len = 0, len = 0;
    cJSON *draft = NULL;
    enum err e;

    last_key(w, key);
    e = client_vault_get(x, CLIENT_T_META, key, sizeof key, &id, &id_len);
    if (e == OK)
        e = client_vault_get(x, CLIENT_T_DRAFT, id, id_len, &data, &len);
    if (e == OK)
        e = json_parse(data, len, &draft, NULL);
    if (e == OK)
        *out = cJSON_DetachItemFromObjectCaseSensitive(draft, "answers");
    cJSON_Delete(draft);
    if (data != NULL)
        sodium_memzero(data, len);
    free(data);
    free(id);
    return e == ERR_NOTFOUND ? OK : e;
}

/* ---- the questions ---- */

static const char *words_of(const struct client_call *c, const struct policy_pick *p)
{
    return c->trouble.lang == LANG_NL ? p->nl : p->en;
}

/* The purposes that it can be about: the one that was given, or those of the child's case; 0: nothing says. */
static uint32_t purposes_of(struct client_call *c, struct vault_txn *x, const struct weighing *w)
{
    const struct policy_pack *pack = c->node->pack;
    struct client_case with;
    uint32_t found = 0;

    if (w->about.purpose[0] != '\0')
        return UINT32_C(1) << policy_pack_find(pack, POLICY_SET_PURPOSES, w->about.purpose);
    if (client_case_get(x, w->about.case_id, &with) == OK)
        for (uint16_t i = 0; i < with.count; i++) {
            uint8_t purpose = policy_pack_find(pack, POLICY_SET_PURPOSES, with.member[i].purpose);

            if (purpose < POLICY_PURPOSES_MAX && client_case_takes_part(&with, c->node->me->id, with.member[i].purpose))
                found |= UINT32_C(1) << purpose;
        }
    return found;
}

/* Before it is known who is asked: the questions of every rule under which this partner would weigh. */
static uint32_t may_be_needed(struct client_call *c, struct vault_txn *x, const struct weighing *w)
{
    const struct policy_pack *pack = c->node->pack;
    uint8_t kind = policy_pack_find(pack, POLICY_SET_KINDS, c->node->me->kind);
    uint32_t mine = kind < POLICY_KINDS_MAX ? UINT32_C(1) << kind : 0, purposes = purposes_of(c, x, w), needed = 0;
    uint64_t sections = 0;

    for (uint8_t i = 0; i < w->about.sections.count; i++)
        sections |= UINT64_C(1) << policy_pack_find(pack, POLICY_SET_SECTIONS, w->about.sections.name[i]);
    sections = sections != 0 ? sections : UINT64_MAX;
    for (size_t i = 0; i < pack->rules; i++) {
        const struct policy_rule *r = &pack->rule[i];
        bool asks = (r->requesters & mine) != 0 && (r->weigh == POLICY_WEIGH_ASKER || r->weigh == POLICY_WEIGH_POST),
             holds = (r->holders & mine) != 0 && (r->weigh == POLICY_WEIGH_HOLDER || r->weigh == POLICY_WEIGH_ASKER);

        if ((asks || holds) && r->mode != POLICY_MODE_N && (r->purposes & purposes) != 0 && (r->sections & sections) != 0)
            needed |= policy_weighing_questions(pack, (int) i, r->sections & sections);
    }
    return needed;
}

/* Only those that must be answered, when that is known; else those that may be. */
static void show_questions(struct client_call *c, const struct weighing *w, const cJSON *last)
{
    const struct policy_weighing *all = c->node->pack->weighing;
    cJSON *array;

    json_add_bool(c->reply, "known", w->whole);
    array = json_add_array(c->reply, "questions");
    for (unsigned q = 1; q <= POLICY_QUESTIONS; q++) {
        char number[8];
        const char *before = "";
        cJSON *row, *picks;

        if ((w->needed >> (q - 1) & 1) == 0)
            continue;
        (void) snprintf(number, sizeof number, "%u", q);
        row = json_push_object(array);
        json_add_u64(row, "question", q);
        json_add_text(row, "text",
            c->node->texts == NULL ? number
                                   : policy_texts_get(c->node->texts, c->trouble.lang, "question", number));
        picks = json_add_object(row, "picks");
        for (size_t i = 0; i < all->picks; i++)
            if (all->pick[i].question == q)
                json_add_text(picks, all->pick[i].name, words_of(c, &all->pick[i]));
        if (json_text(last, number, &before) == OK)
            json_add_text(row, "last", before);
    }
}

/* ---- the answers ---- */

/* "3=because" with a question of the model's list. */
static enum err answer_check(struct client_call *c, const cJSON *item, char number[4])
{
    const char *text = cJSON_IsString(item) ? item->valuestring : "", *is = strchr(text, '=');
    uint64_t n = 0;

    if (is == NULL || is == text || is - text > 2)
        return trouble_at(&c->trouble, ERR_SYNTAX, "--answer", 0, 0, "write it as NUMBER=TEXT",
            "schrijf het als NUMMER=TEKST");
    memcpy(number, text, (size_t) (is - text));
    number[is - text] = '\0';
    if (text_u64(number, POLICY_QUESTIONS, &n) != OK || n == 0 || number[0] == '0')
        return trouble_at(&c->trouble, ERR_SYNTAX, "--answer", 0, 0,
            "the questions have the numbers 1 to %d; schakel weigh without --answer shows them",
            "de vragen hebben de nummers 1 tot en met %d; schakel weigh zonder --answer toont ze",
            POLICY_QUESTIONS);
    if (strlen(is + 1) == 0 || strlen(is + 1) > CLIENT_NOTE_MAX)
        return trouble_at(&c->trouble, ERR_LONG, "--answer", 0, 0,
            "an answer has 1 to %d bytes; this one has more or none",
            "een antwoord heeft 1 tot %d bytes; dit heeft er meer of geen", CLIENT_NOTE_MAX);
    return OK;
}

static enum err take_answers(struct client_call *c, const cJSON *given, cJSON *all)
{
    const cJSON *item;
    char number[4];
    enum err e = OK;

    cJSON_ArrayForEach(item, given) {
        if (e == OK)
            e = answer_check(c, item, number);
        if (e == OK && cJSON_GetObjectItemCaseSensitive(all, number) != NULL)
            e = trouble_at(&c->trouble, ERR_SYNTAX, "--answer", 0, 0, "question %s is answered twice",
                "vraag %s is twee keer beantwoord", number);
        if (e == OK)
            json_add_text(all, number, strchr(item->valuestring, '=') + 1);
    }
    return e;
}

static void take_last(cJSON *all, const cJSON *last)
{
    const cJSON *item;

    cJSON_ArrayForEach(item, last)
        if (cJSON_IsString(item) && cJSON_GetObjectItemCaseSensitive(all, item->string) == NULL)
            json_add_text(all, item->string, item->valuestring);
}

/* ---- the draft ---- */

/* The hub gets the digest of all this, and could try short answers. */
static void add_salt(cJSON *draft)
{
    uint8_t salt[SALT_LEN];

    randombytes_buf(salt, sizeof salt);
    json_add_hex(draft, "salt", salt, sizeof salt);
}

static enum err start_draft(struct weighing *w)
{
    char hex[CLIENT_WEIGH_CHILD];
    cJSON *list;

    w->draft = cJSON_CreateObject();
    if (w->draft == NULL)
        return ERR_NOMEM;
    client_weigh_child(&w->about.child, hex);
    json_add_text(w->draft, "child", hex);
    json_add_text(w->draft, "purpose", w->about.purpose);
    list = json_add_array(w->draft, "sections");
    for (uint8_t i = 0; i < w->about.sections.count; i++)
        json_push_text(list, w->about.sections.name[i]);
    json_add_u64(w->draft, "made", clock_now_s());
    add_salt(w->draft);
    w->answers = json_add_object(w->draft, "answers");
    return w->answers != NULL ? OK : ERR_NOMEM;
}

static enum err keep_draft(struct client_call *c, struct vault_txn *x, struct weighing *w)
{
    uint8_t id[PROTO_ID_LEN], key[LAST_KEY];
    char *text = NULL;
    enum err e = json_print(w->draft, &text);

    randombytes_buf(id, sizeof id);
    last_key(w, key);
    if (e == OK)
        e = client_vault_put(x, CLIENT_T_DRAFT, id, sizeof id, text, strlen(text));
    if (e == OK)
        e = client_vault_put(x, CLIENT_T_META, key, sizeof key, id, sizeof id);
    /* Weighed afterwards: it belongs to what was granted, and the log hears of it. */
    if (e == OK && w->whole && client_weigh_is_owed(c->node, &w->about)) {
        memcpy(w->about.weighing, id, sizeof id);
        e = client_desk_put(x, &w->about);
        if (e == OK)
            e = client_after_weighed(c, x, &w->about, text, strlen(text));
    }
    if (e == OK)
        client_reply_id(c->reply, "weighing", id);
    if (text != NULL)
        sodium_memzero(text, strlen(text));
    free(text);
    return e;
}

/* Nothing was answered: which questions there are. */
static enum err ask(struct client_call *c, struct vault_txn *x, struct weighing *w, const cJSON *last)
{
    if (!w->whole && purposes_of(c, x, w) == 0)
        return trouble_at(&c->trouble, ERR_USAGE, "--purpose", 0, 0, "for which purpose? The questions differ; see: schakel policy show",
            "voor welk doel? De vragen verschillen; zie: schakel policy show");
    w->needed = w->whole ? w->needed : may_be_needed(c, x, w);
    show_questions(c, w, last);
    return OK;
}

/* last: to be taken over where nothing is given; NULL: nothing is. */
static enum err answer(struct client_call *c, struct vault_txn *x, struct weighing *w, const cJSON *given, cJSON *last)
{
    uint32_t open;
    enum err e = start_draft(w);

    if (e == OK)
        e = take_answers(c, given, w->answers);
    if (e == OK && last != NULL)
        take_last(w->answers, last);
    if (e == OK && cJSON_GetArraySize(w->answers) == 0)
        e = trouble_at(&c->trouble, ERR_USAGE, "--again", 0, 0,
            "nothing was weighed about this child yet; give at least one --answer NUMBER=TEXT",
            "over dit kind is nog niets afgewogen; geef minstens een --answer NUMMER=TEKST");
    if (e != OK)
        return e;
    open = w->needed & ~client_weigh_answered(w->answers);
    return open != 0 ? client_weigh_trouble(c, open) : keep_draft(c, x, w);
}

enum err client_do_weigh(struct client_call *c, struct vault_txn *x)
{
    struct weighing *w = calloc(1, sizeof *w);
    const cJSON *given = NULL;
    bool again = client_arg_flag(c, "again"),
         answers = json_array(c->args, "answer", &given) == OK && cJSON_GetArraySize(given) > 0;
    cJSON *last = NULL;
    enum err e = w == NULL ? ERR_NOMEM : scope_args(c, x, w);

    if (e == OK && w->whole)
        e = client_weigh_needed(c->node, x, &w->about, &w->needed);
    if (e == OK)
        e = last_answers(x, w, &last);
    if (e == OK)
        e = answers || again ? answer(c, x, w, given, again ? last : NULL) : ask(c, x, w, last);
    cJSON_Delete(last);
    if (w != NULL)
        cJSON_Delete(w->draft);
    free(w);
    return e;
}
