/*
 * client/policy_facts: the facts of a question as people write them down: JSON, strict. What is not known here, is of
 * another type or stands there twice is refused with its place in the JSON ("events[1].by"). Reads nothing by itself.
 * The form is in POLICY.md, facts.
 */
#ifndef CLIENT_POLICY_FACTS_H
#define CLIENT_POLICY_FACTS_H

#include "base/json.h"
#include "policy/pack.h"

enum { CLIENT_POLICY_FACTS_MAX = 256 * 1024 };  /* bytes of the JSON */

struct client_policy_asked {
    struct policy_facts facts;      /* of a section that no consent covers; events are counted */
    uint8_t given, refused;         /* POLICY_WHO_*: the consent that counts on the day, and who said no */
    bool consent_after;             /* it was given after the objection */
    uint64_t covered;               /* the sections that it covers */
    struct date on;                 /* the day of the decision */
    struct date consent_end;        /* the first day on which the consent no longer counts; year 0: none is known */
    size_t sections;
    uint8_t section[POLICY_SECTIONS_MAX];
};

/*
 * Read. today is the day of the decision where "on" is not given. ERR_SYNTAX (not JSON, another type, unknown or
 * missing or doubled key), ERR_LONG, ERR_NOTFOUND (a name that is not in the pack), ERR_RANGE, ERR_NOMEM, with
 * trouble; *out is then untouched.
 */
MUST_USE enum err client_policy_facts_read(const struct policy_pack *pack, const uint8_t *data, size_t len,
    struct date today, struct client_policy_asked *out, struct trouble *t);

/* The facts for one of its sections: with the consent if that covers it. */
void client_policy_facts_of(const struct client_policy_asked *asked, uint8_t section, struct policy_facts *out);

#endif
