/* people.c - who asks. */
#include "api/private.h"

enum err
api_people_open(struct api *a, struct diag *why)
{
	(void)a;
	(void)why;
	return ERR_NONE;
}

void
api_people_close(struct api *a)
{
	(void)a;
}

enum err
api_person_of(struct api_call *c, struct api_person *out, struct diag *why)
{
	(void)c;
	(void)why;
	*out = (struct api_person){ 0 };
	return ERR_NONE;
}

bool
api_has_sample(struct api_call *c)
{
	(void)c;
	return false;
}
