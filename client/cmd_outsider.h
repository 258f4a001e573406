/*
 * client/cmd_outsider: the key of a public witness is changed (P-200). A partner proposes it, from the verifier key that who runs the witness gave;
 * he signs that with the key of before, for which the programs of witnesses have no command; another partner reads and signs it too.
 */
#ifndef CLIENT_CMD_OUTSIDER_H
#define CLIENT_CMD_OUTSIDER_H

#include "client/cmd.h"
#include "proto/registry_say.h"

extern const struct client_opt client_cmd_outsider_opts[];

/* partner propose --outsider VKEY: into s, whose region and times are set. ERR_USAGE, ERR_NOTFOUND, ERR_EXISTS, ERR_STATE, each with trouble. */
MUST_USE enum err client_cmd_outsider_fill(struct client_run *r, struct proto_registry_say *s);
/* witness sign FILE --key KEY: without home, node or network. ERR_KEY: the statement is about another witness or key. */
MUST_USE enum err client_cmd_outsider_sign(struct client_run *r);

/*
 * A note's signing key as programs of witnesses keep it (golang.org/x/mod/sumdb/note): one line "PRIVATE+KEY+name+id in hex+base64(type | seed)" of
 * type 0x01 or 0x04. *out is the cosigning key, of type 0x04; secret (64 bytes, libsodium's) is the caller's to wipe. Both untouched on
 * error: ERR_SYNTAX, ERR_VERSION (another type), ERR_KEY (the id is of another key).
 */
MUST_USE enum err client_cmd_outsider_key(const uint8_t *text, size_t len, struct proto_note_key *out, uint8_t secret[64]);

#endif
