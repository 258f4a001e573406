#include "client/order.h"

unsigned client_order_origin(const struct proto_region *r, uint64_t at_s)
{
    unsigned number = 1;

    while (number <= r->origin_count && at_s >= r->origin[number - 1].at_s)
        number++;
    return number;
}

bool client_order_is_later(const struct proto_region *r, const struct client_leaf *a, const struct client_leaf *b)
{
    unsigned origin_a = client_order_origin(r, a->at_s), origin_b = client_order_origin(r, b->at_s);

    return origin_a != origin_b ? origin_a > origin_b : a->index > b->index;
}
