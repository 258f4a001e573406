/*
 * client/verify_proof: the proofs for other programs that `schakel archive export` puts beside the entries. Whoever is given one checks it with
 * another program; whoever has the entries is told here that a proof is not of them.
 */
#ifndef CLIENT_VERIFY_PROOF_H
#define CLIENT_VERIFY_PROOF_H

#include "client/verify.h"

/*
 * The proof beside the entry of this claim, which holds: a problem when it does not prove the claim's leaf at the claim's index, under a checkpoint
 * that the region's log signed, under any of its origins. That there is none is no problem. ERR_IO, ERR_NOMEM. Source: P-119, c2sp.org/tlog-proof.
 */
MUST_USE enum err client_verify_proof(const struct proto_region *region, const char *folder, const struct client_claim *claim,
    struct client_problems *p);

#endif
