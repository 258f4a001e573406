/*
 * client/cmd_pack: the policy pack that a partner takes with it when it joins: HOME/pack, the tables the
 * region adopted and their texts.
 */
#ifndef CLIENT_CMD_PACK_H
#define CLIENT_CMD_PACK_H

#include "client/cmd.h"
#include "proto/region.h"

/*
 * Copy the tables and texts of folder into HOME/pack. First everything is checked: the tables must be those
 * the region adopted (ERR_CONFIG), and whole, with every text in both languages; nothing is written
 * otherwise.
 */
MUST_USE enum err client_cmd_pack_take(
    struct client_run *r, const struct proto_region *region, const char *folder);

#endif
