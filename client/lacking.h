/*
 * client/lacking: everything that is lacking for what somebody wants to share, in one answer: for each section the steps that come first, in
 * their order, each with the command for it. In the error "lacking": [{"sections":[],"text":"","command":""}].
 */
#ifndef CLIENT_LACKING_H
#define CLIENT_LACKING_H

#include "client/hold.h"

/*
 * Is every section of d a yes? Else ERR_DENIED: the trouble says what comes first, and the reply has all of it. missing: sections that the own
 * record has nothing of; they are lacking, too (alone: ERR_NOTFOUND). NULL: that is no question here.
 */
MUST_USE enum err client_lacking_check(
    struct client_call *c, const struct client_desk *d, const struct client_hold *h, const struct proto_sections *missing);

#endif
