/* peer.h - the other side of a connection, in a thread of its own. */
#ifndef PEER_H
#define PEER_H

#include "base/base.h"
#include "tls/tls.h"

#include <openssl/ssl.h>

/* Runs `talk` beside the loop; it may block. */
struct peer {
	int fd;
	SSL *ssl;
	bool through_tls; /* from the beginning */
	void (*talk)(struct peer *p);
	char got[512];
	size_t got_n, count;
};
void peer_start(struct peer *p);
/* Waits for its end and closes its descriptor. */
void peer_join(struct peer *p);
/* Two ends of a connection, [0] for the loop. */
void peer_pair(int fd[2]);

/* For `talk`. peer_read stops after `n` bytes or at the end; true: all. */
void peer_write(struct peer *p, struct str bytes);
bool peer_read(struct peer *p, size_t n);
bool peer_is(const struct peer *p, struct str what);
/* TLS from here on; false when the handshake fails. */
bool peer_secure(struct peer *p);

/* A self-made identity, made once. */
struct tls_identity *peer_identity(void);
void peer_forget_identity(void);

#endif
