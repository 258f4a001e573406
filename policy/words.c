#include "policy/words.h"

const char *policy_words_verdict(enum policy_verdict verdict)
{
    static const char *const words[POLICY_VERDICTS] = { [POLICY_DENY] = "DENY",
        [POLICY_NEED_EVENT] = "NEED_EVENT",
        [POLICY_NEED_CONSENT] = "NEED_CONSENT",
        [POLICY_NEED_WEIGH] = "NEED_WEIGH",
        [POLICY_NEED_APPROVAL] = "NEED_APPROVAL",
        [POLICY_PERMIT] = "PERMIT" };

    return words[verdict];
}

const char *policy_words_reason(enum policy_reason reason)
{
    static const char *const words[POLICY_REASONS] = { [POLICY_NO_REASON] = "",
        [POLICY_NOT_IN_CASE] = "NOT_IN_CASE",
        [POLICY_NEVER] = "NEVER",
        [POLICY_NOT_IN_MATRIX] = "NOT_IN_MATRIX",
        [POLICY_IDENTIFIABLE] = "IDENTIFIABLE",
        [POLICY_REFUSED] = "REFUSED",
        [POLICY_RESTRICTED] = "RESTRICTED" };

    return words[reason];
}

const char *policy_words_who(unsigned bit)
{
    static const char *const words[POLICY_WHO_BITS] = { "y", "g1", "g2", "voogd", "rep", "custody", "age" };

    return words[bit];
}

const char *policy_words_duty(unsigned bit)
{
    static const char *const words[POLICY_DUTY_BITS] = { "inform_before", "inform_after", "inform_defer",
        "weigh_asker", "weigh_holder", "weigh_post", "eyes_holder", "eyes_post", "officer", "lock",
        "no_onward", "feedback", "minimal", "log", "small_cells", "view_only" };

    return words[bit];
}
