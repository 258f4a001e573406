/*
 * client/policy_question: what the commands about one question need: a pack, its texts, and the facts.
 */
#ifndef CLIENT_POLICY_QUESTION_H
#define CLIENT_POLICY_QUESTION_H

#include "client/explain.h"
#include "client/policy_facts.h"
#include "policy/weighing.h"

/* Zero-initialised by the caller. */
struct client_policy_question {
    struct policy_pack *pack;
    struct policy_texts *texts;
    struct client_tongue tongue;
    struct client_policy_asked asked;
};

/*
 * A pack with its texts: needed where sentences are printed. Gives both (client_policy_question_close). The first
 * mistake as trouble; the rest of them shows "schakel policy test".
 */
MUST_USE enum err client_policy_question_pack(struct client_policy_question *q, const char *pack_dir, enum lang lang,
    struct trouble *t);

/* Both, and the facts of a file (NULL or "-": standard input). What was given stays until close. */
MUST_USE enum err client_policy_question_open(struct client_policy_question *q, const char *pack_dir,
    const char *facts_path, enum lang lang, struct trouble *t);

void client_policy_question_close(struct client_policy_question *q);

#endif
