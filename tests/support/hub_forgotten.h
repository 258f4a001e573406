/*
 * tests/support/hub_forgotten: what the tests of hub/forget share. Any failure fails the test.
 */
#ifndef SUPPORT_HUB_FORGOTTEN_H
#define SUPPORT_HUB_FORGOTTEN_H

#include "hub_fixture.h"

#include "hub/forget.h"

/* So often that every row is looked at, whatever the place where it begins. */
void hub_forgotten_sweep(struct hub_fixture *f);
bool hub_forgotten_is_there(struct hub_fixture *f, const uint8_t id[PROTO_ID_LEN]);
/* Is its id remembered, of one that went? */
bool hub_forgotten_is_known(struct hub_fixture *f, const uint8_t id[PROTO_ID_LEN]);
/* As if this addressee, or all, had acknowledged it. */
void hub_forgotten_acked_by(struct hub_fixture *f, const struct proto_statement *s, enum hub_fixture_who who);
void hub_forgotten_acked(struct hub_fixture *f, const struct proto_statement *s);

/* Complete, for so many days (0: not complete), acknowledged. */
struct proto_statement hub_forgotten_consent(struct hub_fixture *f, int days);
/* By the school, to attendance and access team, acknowledged. */
struct proto_statement hub_forgotten_event(struct hub_fixture *f, const char *event, uint64_t until_s);
/* Its setter says that it is over. */
void hub_forgotten_end(struct hub_fixture *f, enum proto_statement_kind kind, const struct proto_statement *s,
    enum hub_fixture_who to);

#endif
