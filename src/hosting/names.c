/* names.c - texts that are made of others. */
#include "hosting/private.h"

#include <stdarg.h>
#include <stdio.h>

struct str
hosting_printed(struct arena *mem, const char *fmt, ...)
{
	char text[1024];
	struct str out;
	va_list args;
	int n;

	va_start(args, fmt);
	n = vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	if (n < 0 || n >= (int)sizeof(text) ||
	    !arena_dup(mem, (struct str){ text, (size_t)n }, &out))
		return S("");
	return out;
}

struct str
hosting_policy_host(struct str domain, struct arena *mem)
{
	return hosting_printed(mem, "mta-sts.%.*s", STR_ARG(domain));
}

struct str
hosting_own_name(struct str host, struct arena *mem)
{
	return hosting_printed(mem, HOSTED_OWN_LABEL "%.*s", STR_ARG(host));
}
