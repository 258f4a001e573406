/*
 * tests/support/hub_registry: statements of the registry in a world of tests/support/hub_acts.
 */
#ifndef TESTS_SUPPORT_HUB_REGISTRY_H
#define TESTS_SUPPORT_HUB_REGISTRY_H

#include "hub_acts.h"

#include "proto/registry.h"

enum { D = 5 };  /* no place of the region's partners: an organisation outside */

/* One about this partner, from now on. */
struct proto_registry_say hub_registry_say(struct hub_acts *f, enum proto_registry_act act, int partner);
/* That D becomes a partner, as hub_world would have made it: its keys are made here. */
struct proto_registry_say hub_registry_say_admit(struct hub_acts *f);
/* Signed by these partners ("AB"), brought by the node of A: whose node it is does not matter. note must outlive it. */
struct proto_msg hub_registry_message(struct hub_acts *f, const struct proto_registry_say *s, const char *by, char note[PROTO_REGISTRY_NOTE_MAX]);
/* Sent, and it counts. */
void hub_registry_put(struct hub_acts *f, const struct proto_registry_say *s, const char *by);

#endif
