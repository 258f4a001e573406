/* client/subject_row: a child as rows of desk and casebook have it: u8 type, 32 bytes. */
#ifndef CLIENT_SUBJECT_ROW_H
#define CLIENT_SUBJECT_ROW_H

#include "base/rd.h"
#include "base/wr.h"
#include "proto/msg.h"

void client_subject_write(struct wr *w, const struct proto_subject_id *s);
/* ERR_RANGE sticks for a kind that there is not. */
void client_subject_read(struct rd *r, struct proto_subject_id *s);

#endif
