#include "hub/cli.h"

enum err hub_cmd_export(struct hub_cli *c)
{
    return trouble_set(c->t, ERR_STATE, "later", "later");
}
