/*
 * client/cmd_passphrase: another passphrase above a key that stays what it is: the root key, the vault's, a keyholder's. Whoever has a copy of the file
 * of before and the passphrase of before still opens that; where both may be with somebody the keys below are changed too (org rotate).
 */
#ifndef CLIENT_CMD_PASSPHRASE_H
#define CLIENT_CMD_PASSPHRASE_H

#include "client/cmd.h"

extern const struct client_opt client_cmd_org_passphrase_opts[], client_cmd_keyholder_passphrase_opts[], client_cmd_own_passphrase_opts[];

/* org passphrase root|vault. ERR_USAGE, ERR_KEY (the present one is not right), ERR_RANGE (the new one), ERR_IO: then the old one opens it still. */
MUST_USE enum err client_cmd_org_passphrase(struct client_run *r);
/* keyholder passphrase. Errors as above. */
MUST_USE enum err client_cmd_keyholder_passphrase(struct client_run *r);

#endif
