/* hub/openings: an officer's node has opened its leaves, or says that one is not what it should be. */
#include "hub/openings.h"

#include "base/log.h"

#include <inttypes.h>
#include <stdio.h>

/*
 * OK: all up to this number were opened and agree with what that partner has; they are erased here, and with the last of a day its seeds.
 * BAD: this one does not. It stays, for whoever has to find out; the leaf of this act is the accusation that nobody can take back.
 */
enum err hub_opened_act(struct hub_core *c, struct kv_txn *x, struct hub_job *j)
{
    const struct proto_msg *m = &j->act.msg;
    char number[24];
    enum err e = OK;

    if (m->number == 0 || m->number > hub_store_number_last(c->numbers, m->head.from)) {
        j->outcome.result = PROTO_NOT_FOUND;
        return OK;
    }
    if (m->code == PROTO_OPENED_OK) {
        e = hub_openings_erase(c, x, m->head.from, m->number);
    } else {
        (void)snprintf(number, sizeof number, "%" PRIu64, m->number);
        log_event(LOG_ERROR, "BAD_OPENING: what an officer opened is not what was logged", "partner", j->act.from->handle, "index", number,
            NULL);
    }
    if (e == OK)
        j->outcome.result = PROTO_ACCEPTED;
    return e;
}
