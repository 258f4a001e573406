/*
 * client/ahead: what an asker will need after the step that the hub names: a row has one verdict, and who hears of one step at a time asks three
 * times. From the pack alone, so it says nothing about what is there, or was said to others.
 */
#ifndef CLIENT_AHEAD_H
#define CLIENT_AHEAD_H

#include "client/desk.h"

/*
 * "consent of the family; your weighing: schakel weigh" for this row of an own request; "" when the row is no NEED_EVENT or NEED_CONSENT, or nothing
 * is sure to follow: where several rules could let it pass, what all of them ask. Borrows nothing; always terminated.
 */
void client_ahead_text(const struct client_node *n, const struct client_desk *d, const struct proto_row *row, enum lang lang, char *out, size_t out_len);

#endif
