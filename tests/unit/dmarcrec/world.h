/* world.h - a world in text, for the tests of this room. */
#ifndef TEST_DMARCREC_WORLD_H
#define TEST_DMARCREC_WORLD_H

#include "dmarcrec/dmarcrec.h"

/* Fails the test when the text is no world. */
struct facts *world_of(const char *text);
void world_end(struct facts **f);
#define SCOPED_FACTS __attribute__((cleanup(world_end))) struct facts *

#endif
