/*
 * client/keyholder_witness: the keys with which a keyholder cosigns: keys/sign, which also signs keyholder.pub, until the first is made that is for
 * cosigning alone (keys/witness); and keys/witness.next, which waits until the registry names it (P-200). What it remembers is of a log and
 * lies in HOME/witness, whatever the key.
 */
#ifndef CLIENT_KEYHOLDER_WITNESS_H
#define CLIENT_KEYHOLDER_WITNESS_H

#include "base/secret.h"
#include "client/cmd.h"
#include "proto/note.h"
#include "proto/region.h"

#define CLIENT_KEYHOLDER_SAY "witness.say"

/* The key that it cosigns with, by its public half. ERR_NOTFOUND, ERR_SYNTAX. */
MUST_USE enum err client_keyholder_witness_key(const char *home, const struct proto_keyholder_file *f, struct proto_note_key *out, struct trouble *t);
/* The one that waits. ERR_NOTFOUND: none does. */
MUST_USE enum err client_keyholder_witness_next(const char *home, const struct proto_keyholder_file *f, struct proto_note_key *out);
/* Does the region, folded, name this key as an outsider's, or did it? now: it must be the one that counts. */
bool client_keyholder_witness_is_named(const struct proto_region *r, const struct proto_note_key *key, bool now);
/* Their secrets, with the keyholder's key above them. ERR_NOTFOUND, ERR_KEY. */
MUST_USE enum err client_keyholder_witness_open(const char *home, struct secret *top, struct secret **out, struct trouble *t);
MUST_USE enum err client_keyholder_witness_open_next(const char *home, struct secret *top, struct secret **out, struct trouble *t);
/* At the start, when the region names the key that waited: it takes its place. ERR_IO. */
MUST_USE enum err client_keyholder_witness_move(const char *home);

/* keyholder rotate witness: the next key, and the statement that two partners read and sign. Given again it says the same of the same key. */
MUST_USE enum err client_keyholder_witness_rotate(struct client_run *r, const struct proto_keyholder_file *f, struct secret *top);

#endif
