/* policy_client.c - fetches policies over new TLS connections, as senders do:
 * each with its own handshake, one request, and no session of another.
 *
 *   policy_client PORT SECONDS NAMES [THREADS]
 *
 * NAMES 1 asks for mta-sts.d000000.example only; else for one of so many at
 * random. Prints connections a second and milliseconds: median and 99 %.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { THREADS_MAX = 64, SAMPLES = 1 << 18 };

struct worker {
	pthread_t thread;
	SSL_CTX *ctx;
	unsigned port, names, seed;
	double until;
	unsigned long done, failed;
	float ms[SAMPLES / THREADS_MAX];
};

static double
now(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int
dial(unsigned port)
{
	struct sockaddr_in to = { .sin_family = AF_INET,
				  .sin_port = htons((uint16_t)port),
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM, 0), on = 1;

	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	if (connect(fd, (const void *)&to, sizeof to) == 0)
		return fd;
	(void)close(fd);
	return -1;
}

static int
fetch(struct worker *w, int fd)
{
	char host[64], text[1024];
	SSL *ssl = SSL_new(w->ctx);
	int n, have = 0, ok;

	(void)snprintf(host, sizeof host, "mta-sts.d%06u.example",
		       w->names > 1 ? (unsigned)rand_r(&w->seed) % w->names
				    : 0);
	(void)SSL_set_fd(ssl, fd);
	(void)SSL_set_tlsext_host_name(ssl, host);
	ok = SSL_connect(ssl) == 1;
	n = snprintf(text, sizeof text,
		     "GET /.well-known/mta-sts.txt HTTP/1.1\r\nHost: %s\r\n"
		     "User-Agent: bench\r\nConnection: close\r\n\r\n",
		     host);
	ok = ok && SSL_write(ssl, text, n) == n;
	while (ok && have < (int)sizeof text - 1) {
		n = SSL_read(ssl, text + have, (int)sizeof text - 1 - have);
		if (n <= 0)
			break;
		have += n;
	}
	text[have] = '\0';
	ok = ok && strstr(text, " 200 ") && strstr(text, "max_age: 604800\r\n");
	SSL_free(ssl);
	return ok;
}

static void *
work(void *arg)
{
	struct worker *w = arg;

	for (double began = now(); began < w->until; began = now()) {
		int fd = dial(w->port);

		if (fd < 0 || !fetch(w, fd)) {
			w->failed++;
		} else {
			w->ms[w->done % (SAMPLES / THREADS_MAX)] =
				(float)((now() - began) * 1000);
			w->done++;
		}
		if (fd >= 0)
			(void)close(fd);
	}
	return NULL;
}

static int
by_size(const void *a, const void *b)
{
	const float *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static void
report(struct worker *workers, unsigned count, double seconds)
{
	static float all[SAMPLES];
	unsigned long done = 0, failed = 0;
	size_t n = 0;

	for (unsigned i = 0; i < count; i++) {
		const struct worker *w = &workers[i];

		for (size_t k = 0; k < w->done && k < SAMPLES / THREADS_MAX;
		     k++)
			all[n++] = w->ms[k];
		done += w->done;
		failed += w->failed;
	}
	qsort(all, n, sizeof *all, by_size);
	(void)printf("%.0f %.2f %.2f %lu\n", (double)done / seconds,
		     n ? (double)all[n / 2] : 0,
		     n ? (double)all[n * 99 / 100] : 0, failed);
}

int
main(int argc, char **argv)
{
	static struct worker workers[THREADS_MAX];
	unsigned count = argc > 4 ? (unsigned)strtoul(argv[4], NULL, 10) : 16;
	double seconds = argc > 3 ? strtod(argv[2], NULL) : 0;
	SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
	double began = now();

	if (argc < 4 || !ctx || count > THREADS_MAX)
		return 2;
	SSL_CTX_set_verify(ctx, SSL_VERIFY_NONE, NULL);
	(void)SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
	(void)SSL_CTX_set1_groups_list(ctx, "X25519");
	for (unsigned i = 0; i < count; i++) {
		workers[i] = (struct worker){
			.ctx = ctx,
			.port = (unsigned)strtoul(argv[1], NULL, 10),
			.names = (unsigned)strtoul(argv[3], NULL, 10),
			.seed = i + 1,
			.until = began + seconds,
		};
		if (pthread_create(&workers[i].thread, NULL, work,
				   &workers[i]) != 0)
			return 1;
	}
	for (unsigned i = 0; i < count; i++)
		(void)pthread_join(workers[i].thread, NULL);
	report(workers, count, now() - began);
	SSL_CTX_free(ctx);
	return 0;
}
