/*
 * The machine's clocks, and the one that due times count by.
 *
 * The latter is steady within a process. From one process to the next it goes on by the machine's
 * steady clock while the machine has not been started anew, so that not even a clock that was set
 * in between matters; after that by the time of day, but never back behind what it has shown.
 */
#include "runtime/base/clock.h"

#include "parsers/json/json.h"

#include <fcntl.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* Linux's clock that counts the time in which the machine was asleep. */
#ifdef CLOCK_BOOTTIME
#define STEADY CLOCK_BOOTTIME
#else
#define STEADY CLOCK_MONOTONIC
#endif

/* 9999-12-31T23:59:59.999Z: what timestamps can say. */
#define LAST_MS INT64_C(253402300799999)

/* A machine that keeps its time moves its clock in smaller steps. */
enum { STEP_MS = 50 };

static int64_t read_clock_us(clockid_t clock)
{
    struct timespec t;

    /* A kernel, or what guards it, may not have the better one. */
    if (clock_gettime(clock, &t) != 0)
        clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static int64_t machine_wall_us(void)
{
    return read_clock_us(CLOCK_REALTIME);
}

/* The millisecond that has begun, before 1970 too. */
static int64_t to_ms(int64_t us)
{
    return us / 1000 - (us % 1000 < 0);
}

static int64_t within_calendar(int64_t ms)
{
    return ms < 1 ? 1 : ms > LAST_MS ? LAST_MS : ms;
}

int64_t clock_wall_ms(void)
{
    return within_calendar(to_ms(machine_wall_us()));
}

int64_t clock_steady_ms(void)
{
    return to_ms(read_clock_us(STEADY));
}

/* ---- the clock of due times ---- */

/* Lets it show `now_us`. */
static void clock_set(struct due_clock *c, int64_t now_us)
{
    c->base_us = now_us - read_clock_us(STEADY);
}

void due_clock_start(struct due_clock *c, int64_t (*wall_us)(void))
{
    c->wall_us = wall_us ? wall_us : machine_wall_us;
    int64_t wall = c->wall_us();
    /* Never below one millisecond: a time that something is due at is positive, as 0 stands for
     * none. */
    int64_t now = wall >= 1000 ? wall : 1000;
    clock_set(c, now);
    c->skew_ms = to_ms(now - wall);
}

int64_t due_clock_now(const struct due_clock *c)
{
    return to_ms(read_clock_us(STEADY) + c->base_us);
}

/* The last one, unless the time of day was set since: the two clocks are not read at once. */
static int64_t skew_of(const struct due_clock *c)
{
    int64_t skew_ms = due_clock_now(c) - to_ms(c->wall_us());
    int64_t step_ms = skew_ms - c->skew_ms;

    return step_ms >= -STEP_MS && step_ms <= STEP_MS ? c->skew_ms : skew_ms;
}

int64_t due_clock_day(const struct due_clock *c, int64_t now_ms)
{
    return within_calendar(now_ms - c->skew_ms);
}

int64_t due_clock_look(struct due_clock *c)
{
    int64_t before_ms = c->skew_ms;

    c->skew_ms = skew_of(c);
    return before_ms - c->skew_ms;
}

/* ---- from one process to the next ---- */

/* What no other start of a machine has; empty where there is no such thing. */
static json *id_of_start(void)
{
    char id[64];
    int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
    ssize_t len = fd < 0 ? -1 : read(fd, id, sizeof id);

    if (fd >= 0)
        close(fd);
    while (len > 0 && id[len - 1] == '\n')
        len--;
    return json_string(id, len > 0 ? (size_t)len : 0);
}

void due_clock_note(const struct due_clock *c, struct buf *out)
{
    struct json_build b;

    json_build_object(&b, 4);
    json_build_set(&b, "start", id_of_start());
    json_build_set(&b, "base", json_int(c->base_us));
    json_build_set(&b, "skew", json_int(c->skew_ms));
    json_build_set(&b, "now", json_int(due_clock_now(c)));
    json *note = json_build_done(&b);
    json_write(out, note);
    json_unref(note);
}

/* Within what any calendar of ours comes to, in microseconds. */
static bool clock_read_number(const json *note, const char *key, int64_t *out)
{
    const json *v = json_get(note, key);

    if (!v || json_kind(v) != JSON_INT)
        return false;
    *out = json_int_value(v);
    return *out > -4000 * LAST_MS && *out < 4000 * LAST_MS;
}

bool due_clock_go_on(struct due_clock *c, const char *text, size_t len)
{
    int64_t base_us, skew_ms, noted_ms;
    struct diag why = {0};
    json *note = json_parse(text, len, 0, &why);
    json *start = id_of_start();
    bool good = note && json_is_object(note) && clock_read_number(note, "base", &base_us) &&
                clock_read_number(note, "skew", &skew_ms) &&
                clock_read_number(note, "now", &noted_ms);

    if (good) {
        const json *noted = json_get(note, "start");
        int64_t now_us = read_clock_us(STEADY) + base_us;
        bool same = noted && json_str_len(start) && json_equal(noted, start);
        if (!same || to_ms(now_us) < noted_ms)
            now_us = c->wall_us() + 1000 * skew_ms;
        clock_set(c, to_ms(now_us) < noted_ms ? 1000 * noted_ms : now_us);
        c->skew_ms = skew_ms;
        due_clock_look(c);
    }
    json_unref(start);
    json_unref(note);
    diag_clear(&why);
    return good;
}
