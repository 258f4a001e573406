/*
 * client/rotate_files: the files of a node key that takes the place of another: keys/node.next and certs/node.next become keys/node and
 * certs/node. Whatever moment the machine dies at, the home has a node key, and the next start goes on from there.
 */
#ifndef CLIENT_ROTATE_FILES_H
#define CLIENT_ROTATE_FILES_H

#include "base/err.h"

/*
 * The next key and its certificate take their places; the key of before stays as keys/node.old. Only when what the vault says of the
 * new key is committed: until then the old one goes on. ERR_NOTFOUND: there is no next key; ERR_LONG, ERR_IO.
 */
MUST_USE enum err client_rotate_files_move(const char *home);
/* At the start, before keys are read: the certificate of a key that took its place already. ERR_LONG, ERR_IO. */
MUST_USE enum err client_rotate_files_mend(const char *home);

#endif
