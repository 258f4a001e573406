/*
 * policy/words: the fixed names of the model, as tables, commands and texts write them. Static storage.
 */
#ifndef POLICY_WORDS_H
#define POLICY_WORDS_H

#include "policy/model.h"

/* "PERMIT", "NEED_EVENT" and so on. */
const char *policy_words_verdict(enum policy_verdict verdict);
/* "NOT_IN_CASE" and so on; "" for POLICY_NO_REASON. */
const char *policy_words_reason(enum policy_reason reason);
/* The name of one bit, from 0: "y" "g1" "g2" "voogd" "rep" "custody" "age". */
const char *policy_words_who(unsigned bit);
/* The name of one bit of the duties, from 0: "inform_before" and so on. */
const char *policy_words_duty(unsigned bit);

#endif
