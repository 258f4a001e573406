/*
 * client/overlay: a region's changes to a pack, as a folder with the rows that differ: a row of a key that the base has replaces it, one of a
 * new key comes behind all others, and one that is empty but for its key takes the base's away. The key is the first column; of parameters.csv
 * also the day, of weighing.csv also the answer. The result is a whole pack: hub and nodes know no other.
 */
#ifndef CLIENT_OVERLAY_H
#define CLIENT_OVERLAY_H

#include "base/csv.h"

/*
 * Write the pack of base and overlay into out, a folder that is not there yet. Every mistake goes to report (may be NULL), and then nothing is
 * made. ERR_EXISTS (out is there, or two rows of one key), ERR_NOTFOUND (no such row to take away, no base), ERR_SYNTAX (another column), ERR_IO, ERR_NOMEM...
 */
MUST_USE enum err client_overlay_make(const char *base, const char *overlay, const char *out, enum lang lang, csv_report *report, void *arg);

#endif
