/*
 * client/explain: a decision about a section as sentences: what the answer is, the next step, and whose step
 * it is. B1, Dutch and English. To the asker a missing and a refused yes read the same and name nobody (MODEL
 * section 2).
 *
 * What is decided and what things are called stands in the texts of the pack, which a region may mend; what
 * to do about it with this program stands here, because it names commands.
 */
#ifndef CLIENT_EXPLAIN_H
#define CLIENT_EXPLAIN_H

#include "policy/eval.h"
#include "policy/texts.h"

enum client_reader { CLIENT_READS_ASKER, CLIENT_READS_HOLDER };

/* In which words: all borrowed. Without texts (NULL) the names of the model and of the tables stand for
 * themselves. */
struct client_tongue {
    const struct policy_pack *pack;
    const struct policy_texts *texts;
    enum lang lang;
};

struct client_explained {
    char text[512]; /* the answer */
    char step[640]; /* what to do next; "" when there is nothing to do */
    char if_no[400];   /* what a no of the family means for it; "" where that is no question */
    const char *whose; /* "you", "asker", "holder", "family", "nobody"; static, for programs */
};

void client_explain(const struct client_tongue *in, enum client_reader reader,
    const struct policy_decision *d, struct client_explained *out);
/* The hub's own no: what was granted or sent would be open for longer than the rule or the consent allows. */
void client_explain_outlasts(const struct client_tongue *in, struct client_explained *out);

/* The people of a mask of POLICY_WHO_* as words: "the young person, a parent with custody". Always
 * terminated. */
void client_explain_people(const struct client_tongue *in, uint8_t who, char *out, size_t out_len);
/* The events of a mask with their meaning: "VZM (report of ...), LRV (...)". */
void client_explain_events(const struct client_tongue *in, uint64_t events, char *out, size_t out_len);

#endif
