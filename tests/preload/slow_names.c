/* For tests/life: the look-up of any name takes a minute, and finds nothing. */
#include <netdb.h>
#include <time.h>

__attribute__((visibility("default"))) int getaddrinfo(const char *name, const char *service,
                                                       const struct addrinfo *hints,
                                                       struct addrinfo **found)
{
    const struct timespec minute = {.tv_sec = 60};

    (void)name;
    (void)service;
    (void)hints;
    (void)found;
    nanosleep(&minute, NULL);
    return EAI_AGAIN;
}
