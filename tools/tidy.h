/* tidy.h - what clang-tidy cannot see from one file: diag_set and diag_errno
 * never say that all is well. Included by tools/check-tidy before each file.
 */
#ifndef TIDY_H
#define TIDY_H

#include "base/base.h"

static inline enum err
tidy_failure(enum err err)
{
	if (err == ERR_NONE)
		__builtin_unreachable();
	return err;
}

#define diag_set(...) tidy_failure(diag_set(__VA_ARGS__))
#define diag_errno(...) tidy_failure(diag_errno(__VA_ARGS__))

#endif
