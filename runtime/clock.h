#ifndef RUNTIME_CLOCK_H
#define RUNTIME_CLOCK_H

#include <stdint.h>

/* The time of day in milliseconds since 1970-01-01 UTC. It may be set back. */
int64_t clock_wall_ms(void);

/* Milliseconds since some moment before; it only goes forward, and while the machine sleeps, too.
 */
int64_t clock_steady_ms(void);

#endif
