/*
 * client/cmd_witness: the key with which this partner's node cosigns is changed (P-200): by itself where the old one is there, else proposed by
 * another partner, whose node has seen the log. What the new key begins with is what such a node cosigned last.
 */
#ifndef CLIENT_CMD_WITNESS_H
#define CLIENT_CMD_WITNESS_H

#include "client/cmd.h"

#include "base/secret.h"
#include "proto/registry_say.h"

/*
 * org rotate witness: keys/witness.next, its public file, and the statement that the node sends when it starts next; lost: no statement, for the
 * key of before is gone. The node must run for a statement. Given again it says the same of the same next key. org is this organisation's.
 */
struct client_cmd_witness { struct secret *root, *vault; const struct proto_org_file *org; bool lost; };
MUST_USE enum err client_cmd_witness_rotate(struct client_run *r, const struct client_cmd_witness *w);

/* partner propose --org ORG.witness.pub --witness-of HANDLE: into s, whose region and times are set. ERR_KEY, ERR_NOTFOUND, ERR_STATE. */
MUST_USE enum err client_cmd_witness_fill(struct client_run *r, const struct proto_org_file *org, struct proto_registry_say *s);
/* What this partner's node cosigned last, into s, for a new key that another witness begins with. ERR_STATE: nothing yet. */
MUST_USE enum err client_cmd_witness_held(struct client_run *r, struct proto_registry_say *s);
/* Ask the node; nothing of what was asked from people goes along. Gives *reply. */
MUST_USE enum err client_cmd_witness_call(struct client_run *r, const char *command, cJSON **reply);
/* Before signing one of another. ERR_STATE: this partner's node cosigned another root of a size that it names. */
MUST_USE enum err client_cmd_witness_check(struct client_run *r, const struct proto_registry_say *s);
/* For whoever signs, what it says. */
void client_cmd_witness_describe(struct client_run *r, const struct proto_registry_say *s);

#endif
