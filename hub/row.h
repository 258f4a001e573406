/*
 * hub/row: the parts that several of the handlers' rows have in common, as bytes. Used by hub/store_* only.
 * What does not fit sticks in the reader or writer.
 */
#ifndef HUB_ROW_H
#define HUB_ROW_H

#include "base/rd.h"
#include "base/wr.h"
#include "proto/msg.h"

/* u8 type, 32 bytes: also the start of an index key. */
void hub_row_write_subject(struct wr *w, const struct proto_subject_id *s);
void hub_row_read_subject(struct rd *r, struct proto_subject_id *s);

/* u8 count, names of fixed width. */
void hub_row_write_sections(struct wr *w, const struct proto_sections *s);
void hub_row_read_sections(struct rd *r, struct proto_sections *s);

/* u8 count, ids. */
void hub_row_write_ids(struct wr *w, const struct proto_ids *s);
void hub_row_read_ids(struct rd *r, struct proto_ids *s);

/* A code from min to max, a count of at most max, 0 or 1: ERR_RANGE sticks and 0 is returned otherwise. */
uint8_t hub_row_read_code(struct rd *r, uint8_t min, uint8_t max);
uint8_t hub_row_read_count(struct rd *r, uint8_t max);
bool hub_row_read_bool(struct rd *r);

#endif
