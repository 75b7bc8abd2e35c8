/* For tests/life: the look-up of any name takes a minute, or SLOW_NAMES_MS, and finds nothing. */
#include <netdb.h>
#include <stdlib.h>
#include <time.h>

__attribute__((visibility("default"))) int getaddrinfo(const char *name, const char *service,
                                                       const struct addrinfo *hints,
                                                       struct addrinfo **found)
{
    const char *given = getenv("SLOW_NAMES_MS");
    long ms = given ? strtol(given, NULL, 10) : 60000;
    const struct timespec pause = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};

    (void)name;
    (void)service;
    (void)hints;
    (void)found;
    nanosleep(&pause, NULL);
    return EAI_AGAIN;
}
