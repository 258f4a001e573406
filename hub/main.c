/*
 * schakel-hub: the blind broker of one region. Without a role it is the command that people give; with one it is a process of the
 * running hub, started by the parent with just what it may know.
 */
#include "base/proc.h"
#include "hub/cli.h"
#include "hub/core.h"
#include "hub/outside.h"
#include "hub/signer.h"
#include "server/gate.h"
#include "server/ipc.h"
#include "server/oprf.h"

#include <sodium.h>
#include <stdio.h>
#include <sysexits.h>

int main(int argc, char **argv)
{
    static const struct { int (*run)(const char *program); const char *program; } roles[SERVER_ROLES] = {
        [SERVER_ROLE_GATE] = { server_gate_run, "schakel-hub gate" },
        [SERVER_ROLE_CORE] = { hub_core_run, "schakel-hub core" },
        [SERVER_ROLE_SIGNER] = { hub_signer_run, "schakel-hub signer" },
        [SERVER_ROLE_OPRF] = { server_oprf_run, "schakel-hub oprf" },
        [SERVER_ROLE_WITNESS] = { hub_witness_run, "schakel-hub witness" },
    };
    const char *role = proc_role(argc, argv);
    enum server_role r;

    if (sodium_init() < 0) {
        (void)fprintf(stderr, "schakel-hub: libsodium does not start\n");
        return EX_SOFTWARE;
    }
    if (role == NULL)
        return hub_cli_main(argc, argv);
    r = server_role_from(role);
    return r == SERVER_ROLE_NONE || roles[r].run == NULL ? EX_USAGE : roles[r].run(roles[r].program);
}
