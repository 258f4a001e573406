/* hub/statement_row: a kept statement as bytes, for hub/store_statement alone. */
#ifndef HUB_STATEMENT_ROW_H
#define HUB_STATEMENT_ROW_H

#include "base/rd.h"
#include "base/wr.h"
#include "hub/store_statement.h"

/* About 330 bytes, 640 of sections, 256 of addressees and 288 of deliveries at most. */
enum { HUB_STATEMENT_ROW_MAX = 2048 };

/* All but the id, which is the key. Failures stay in w. */
void hub_statement_row_write(const struct hub_statement *s, struct wr *w);
/* ERR_VERSION and the like stay in r, and *s is then not to be used. */
void hub_statement_row_read(struct rd *r, struct hub_statement *s);

#endif
