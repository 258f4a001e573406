/*
 * client/status_head: what `status` begins with: is all well, or what needs doing first. Made from the answer of the node, so that it says
 * nothing that does not stand in --json too.
 */
#ifndef CLIENT_STATUS_HEAD_H
#define CLIENT_STATUS_HEAD_H

#include "client/paper.h"

/*
 * One paragraph for each thing that needs somebody, the worst first, with what to do; "NOT WELL" where the exit code says so too. Where nothing
 * does: one line, with what waits for people.
 */
void client_status_head(const struct client_paper *p, const cJSON *reply);

#endif
