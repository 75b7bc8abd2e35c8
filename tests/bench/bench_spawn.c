/*
 * What starting processes costs by posix_spawn alone: the limit for commands as Tasks, a row of
 * tests/bench/rows.py. The CPU is that of this process and of those that it starts.
 *
 *   bench_spawn PROGRAM COUNT AT_ONCE
 */

#include "tests/bench/row.h"

#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>

extern char **environ;

static double cpu_of(int who)
{
    struct rusage r;

    getrusage(who, &r);
    return (double)(r.ru_utime.tv_sec + r.ru_stime.tv_sec) +
           1e-6 * (double)(r.ru_utime.tv_usec + r.ru_stime.tv_usec);
}

static void await_one(void)
{
    int status;

    if (wait(&status) < 0 || status != 0) {
        fputs("bench_spawn: the program failed\n", stderr);
        exit(1);
    }
}

int main(int argc, char **argv)
{
    if (argc != 4) {
        fputs("usage: bench_spawn PROGRAM COUNT AT_ONCE\n", stderr);
        return 2;
    }
    size_t count = row_number(argv[2]), at_once = row_number(argv[3]), running = 0;
    char *args[] = {argv[1], NULL};

    for (size_t i = 0; i < count; i++) {
        pid_t pid;
        if (posix_spawn(&pid, argv[1], NULL, NULL, args, environ) != 0) {
            fprintf(stderr, "bench_spawn: %s does not start\n", argv[1]);
            return 1;
        }
        if (++running < at_once)
            continue;
        await_one();
        running--;
    }
    for (; running; running--)
        await_one();
    row_print(
        &(struct row){.cpu_s = cpu_of(RUSAGE_SELF) + cpu_of(RUSAGE_CHILDREN), .count = count});
    return 0;
}
