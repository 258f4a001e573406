/* schakel: a role of the node, or a command. */
#include "base/proc.h"
#include "client/cmd.h"
#include "client/start.h"

#include <sodium.h>
#include <stdio.h>
#include <sysexits.h>

int main(int argc, char **argv)
{
    const char *role = proc_role(argc, argv);

    if (sodium_init() < 0) {
        (void)fputs("schakel: libsodium could not start\n", stderr);
        return EX_SOFTWARE;
    }
    return role != NULL ? client_start_role(role) : client_cmd_main(argc, argv);
}
