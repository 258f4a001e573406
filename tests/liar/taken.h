/* tests/liar/taken: the frame that takes over the gate of taken-hub: TAKEN " quiet|loud FILE". */
#ifndef TESTS_LIAR_TAKEN_H
#define TESTS_LIAR_TAKEN_H

#define TAKEN "TAKEN"

#endif
