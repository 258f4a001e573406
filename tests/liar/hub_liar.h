/* tests/liar: what the files of the lying hub share. */
#ifndef TESTS_LIAR_HUB_LIAR_H
#define TESTS_LIAR_HUB_LIAR_H

struct hub_core;

/* The core of this process since its first round; NULL before. */
struct hub_core *hub_liar_core(void);

#endif
