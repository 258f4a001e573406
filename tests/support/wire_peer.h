/*
 * tests/support/wire_peer: the other side for tests of proto/wire: a server in a process of its own (nng does
 * not survive a fork, so the test program starts itself again), and a client made of a plain socket that can
 * misbehave.
 */
#ifndef SUPPORT_WIRE_PEER_H
#define SUPPORT_WIRE_PEER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct wire_tls;

/*
 * The server does what the first byte of a frame says:
 *   E  answer with the same frame          H  hold it without an answer until F, counting them
 *   F  answer all that are held, the last first, then this one with u32 how many they were
 *   B  answer with as many bytes as the next four say (at most PROTO_FRAME_MAX)
 *   L  answer with a frame over the limit must be refused: answers "refused" or "taken"
 *   X  answer with as many bytes as the next four say, drain, and end
 */

/* In main: the server's role when argv says so; never returns then. */
void wire_peer_main(int argc, char **argv);

/* A loopback port that nobody uses now, and no other test until this process ends. */
uint16_t wire_peer_port(void);
/* "127.0.0.1:port". */
void wire_peer_address(uint16_t port, char out[32]);
/* Start the server; tls_dir (NULL: plain) holds cert.pem, key.pem and ca.pem. Waits until it listens. */
pid_t wire_peer_start(uint16_t port, const char *tls_dir);
/* Kill it and wait. */
void wire_peer_stop(pid_t pid);
/* Wait for its own end and give the exit status. */
int wire_peer_wait(pid_t pid);

/* How many descriptors it has open. */
int wire_peer_descriptors(pid_t pid);

/* A connected socket that has exchanged the greetings of a REQ client. */
int wire_peer_connect(uint16_t port);
/* Send a request of body_len bytes: kind, then zeros. */
void wire_peer_send(int fd, uint32_t id, char kind, size_t body_len);
/* Only the announcement of a message of this many bytes. */
void wire_peer_announce(int fd, uint64_t len);
/* Whether the other side closes within the time; what it sends before that is thrown away. */
bool wire_peer_is_cut(int fd, int wait_ms);
/* So many bytes come, and are not looked at. */
void wire_peer_take(int fd, size_t len);

#endif
