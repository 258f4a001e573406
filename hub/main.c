/*
 * schakel-hub: the blind broker of one region. Without a role it is the command that people give; with one it is a process of the
 * running hub, started by the parent with just what it may know.
 */
#include "base/proc.h"
#include "hub/cli.h"
#include "hub/core.h"
#include "hub/gate.h"
#include "hub/ipc.h"
#include "hub/oprf.h"
#include "hub/signer.h"

#include <sodium.h>
#include <stdio.h>
#include <sysexits.h>

int main(int argc, char **argv)
{
    static int (*const roles[HUB_ROLES])(void) = {
        [HUB_ROLE_GATE] = hub_gate_run,
        [HUB_ROLE_CORE] = hub_core_run,
        [HUB_ROLE_SIGNER] = hub_signer_run,
        [HUB_ROLE_OPRF] = hub_oprf_run,
    };
    const char *role = proc_role(argc, argv);
    enum hub_role r;

    if (sodium_init() < 0) {
        (void)fprintf(stderr, "schakel-hub: libsodium does not start\n");
        return EX_SOFTWARE;
    }
    if (role == NULL)
        return hub_cli_main(argc, argv);
    r = hub_role_from(role);
    return r == HUB_ROLE_NONE ? EX_USAGE : roles[r]();
}
