/* tests/liar/taken: what takes over a part of taken-hub: TAKEN " quiet|loud FILE", as a frame or as the body of one. */
#ifndef TESTS_LIAR_TAKEN_H
#define TESTS_LIAR_TAKEN_H

#define TAKEN "TAKEN"

#endif
