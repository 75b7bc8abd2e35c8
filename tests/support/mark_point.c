/*
 * Check notes each check that passes, by a write to a file: when the test dies, it tells the place
 * of the last. In a loop of 100,000 checks that takes longer than what is checked, so the linker
 * puts this before it (-Wl,--wrap=_mark_point), which leaves out the places that were noted last:
 * what is told of a test that dies is then a place at most so many checks back.
 */
#include <stddef.h>

enum { NOTED = 4 };

static struct {
    const char *file;
    int line;
} noted[NOTED];

static size_t next_place;

void __real__mark_point(const char *file, int line);
void __wrap__mark_point(const char *file, int line);

void __wrap__mark_point(const char *file, int line)
{
    for (size_t i = 0; i < NOTED; i++)
        if (noted[i].file == file && noted[i].line == line)
            return;
    noted[next_place].file = file;
    noted[next_place].line = line;
    next_place = (next_place + 1) % NOTED;
    __real__mark_point(file, line);
}
