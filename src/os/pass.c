/* pass.c - descriptors handed from process to process, unix(7). */
#include "os/os.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

union control {
	struct cmsghdr aligned;
	char bytes[CMSG_SPACE(sizeof(int))];
};

bool
os_send_fd(int socket, int fd, struct str message)
{
	char copy[4096];
	struct iovec piece = { .iov_base = copy, .iov_len = message.n };
	union control control = { 0 };
	struct msghdr header = { .msg_iov = &piece, .msg_iovlen = 1 };
	ssize_t n;

	if (message.n == 0 || message.n > sizeof copy)
		return false;
	memcpy(copy, message.p, message.n);
	if (fd >= 0) {
		struct cmsghdr *c = &control.aligned;

		header.msg_control = control.bytes;
		header.msg_controllen = sizeof control.bytes;
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(sizeof fd);
		memcpy(CMSG_DATA(c), &fd, sizeof fd);
	}
	do
		n = sendmsg(socket, &header, MSG_NOSIGNAL);
	while (n < 0 && errno == EINTR);
	return n == (ssize_t)message.n;
}

static int
first_descriptor(struct msghdr *header)
{
	struct cmsghdr *c = CMSG_FIRSTHDR(header);
	int fd = -1;

	if (c && c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS)
		memcpy(&fd, CMSG_DATA(c), sizeof fd);
	return fd;
}

ssize_t
os_take_fd(int socket, int *fd, char *message, size_t room)
{
	struct iovec piece = { .iov_base = message, .iov_len = room };
	union control control = { 0 };
	struct msghdr header = { .msg_iov = &piece,
				 .msg_iovlen = 1,
				 .msg_control = control.bytes,
				 .msg_controllen = sizeof control.bytes };
	ssize_t n;

	*fd = -1;
	do
		n = recvmsg(socket, &header, MSG_CMSG_CLOEXEC);
	while (n < 0 && errno == EINTR);
	if (n > 0)
		*fd = first_descriptor(&header);
	return n;
}
