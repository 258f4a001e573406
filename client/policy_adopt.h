/*
 * client/policy_adopt: the node's side of adopting a pack (schakel policy adopt): an adopter signs, a data protection officer advises.
 */
#ifndef CLIENT_POLICY_ADOPT_H
#define CLIENT_POLICY_ADOPT_H

#include "client/node.h"

/* {"digest","name","version","valid_from"}: a registry statement (P-185) signed by who calls: {"partner","note"}. Adopters only. */
client_handler client_do_policy_adopt;
/* {"digest","advice","text"}: a note (server/advice). Data protection officers only. */
client_handler client_do_policy_advise;
/* {"digest","valid_from"}: how many partners adopted it from that day, by this node's registry: {"adopters"}. Anybody. */
client_handler client_do_policy_adopted;

#endif
