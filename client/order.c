#include "client/order.h"

#include "proto/region_log.h"

struct client_leaf client_order_leaf(const struct proto_region *r, const struct proto_receipt *receipt)
{
    struct client_leaf leaf = {.index = receipt->index, .at_s = receipt->time_s};
    struct proto_note_key key;
    unsigned number = 0;

    if (receipt->checkpoint.len != 0 && proto_region_log_of(r, receipt->checkpoint.data, receipt->checkpoint.len, &key, &number) == OK)
        leaf.origin = number;
    return leaf;
}

static unsigned by_time(const struct proto_region *r, uint64_t at_s)
{
    unsigned number = 1;

    while (number <= r->origin_count && at_s >= r->origin[number - 1].at_s)
        number++;
    return number;
}

unsigned client_order_origin(const struct proto_region *r, const struct client_leaf *leaf)
{
    unsigned number = leaf->origin;

    if (number == 0)
        return by_time(r, leaf->at_s);
    while (number > 1 && number <= r->origin_count + 1U && leaf->index < r->origin[number - 2].kept.size)
        number--;
    return number;
}

bool client_order_is_later(const struct proto_region *r, const struct client_leaf *a, const struct client_leaf *b)
{
    unsigned origin_a = client_order_origin(r, a), origin_b = client_order_origin(r, b);

    return origin_a != origin_b ? origin_a > origin_b : a->index > b->index;
}
