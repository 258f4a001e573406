/*
 * client/rotate_files: the files of a key that takes the place of another: of the node, with its certificate; of the root, with org.pub. Whatever
 * moment the machine dies at, the home has the one key or the other, and the next start (of the root: the next command) goes on from there. What
 * goes with a witness key is in client/rotate_witness.
 */
#ifndef CLIENT_ROTATE_FILES_H
#define CLIENT_ROTATE_FILES_H

#include "base/err.h"

/* keys/NAME.next becomes keys/NAME; that of before stays as keys/NAME.old. ERR_NOTFOUND: there is no next key. ERR_LONG, ERR_IO, ERR_FULL, ERR_NOMEM. */
MUST_USE enum err client_rotate_files_take(const char *home, const char *name);
/*
 * The next node key and its certificate take their places; the key of before stays as keys/node.old. Only when what the vault says of the
 * new key is committed: until then the old one goes on. ERR_NOTFOUND: there is no next key; ERR_LONG, ERR_IO.
 */
MUST_USE enum err client_rotate_files_move(const char *home);
/* At the start, before keys are read: the certificate of a key that took its place already. ERR_LONG, ERR_IO. */
MUST_USE enum err client_rotate_files_mend(const char *home);
/*
 * keys/root.next and org.next.pub, once two partners said that it counts: likewise, also when that stopped in between. ERR_NOTFOUND: one of them was
 * never made; then nothing is moved. ERR_LONG, ERR_IO.
 */
MUST_USE enum err client_rotate_files_root(const char *home);

#endif
