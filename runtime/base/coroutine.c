/*
 * Coroutines: a stack each, and a switch of stacks.
 *
 * A switch keeps what the calling convention says that a function keeps, and nothing else. (That of
 * <ucontext.h> asks the kernel for the signal mask each time, which costs more than most steps; it
 * is taken where no switch of our own is known, and where return addresses are kept on a shadow
 * stack.) The control words of the floating point unit are nobody's to change here and stay.
 *
 * Below each stack is a page that may not be touched: what would run over it ends the process
 * instead of writing into other memory.
 */

/* MAP_ANONYMOUS and MAP_STACK are newer than what is asked of POSIX. */
#define _DEFAULT_SOURCE

#include "runtime/base/coroutine.h"

#include "parsers/base/address_check.h"
#include "parsers/base/mem.h"

#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

#if defined(__has_include)
#if __has_include(<valgrind/valgrind.h>)
#include <valgrind/valgrind.h>
#define STACKS_ARE_TOLD 1
#endif
#endif

#ifdef ADDRESSES_ARE_CHECKED
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#endif

/* COROUTINE_BY_UCONTEXT: for tests of what is done elsewhere. */
#if defined(COROUTINE_BY_UCONTEXT) || (defined(__CET__) && (__CET__ & 2))
#include <ucontext.h>
#elif defined(__x86_64__) && !defined(__ILP32__)
#define SWITCHES_ITSELF 1
#elif defined(__aarch64__) && !defined(__ILP32__) && !defined(__AARCH64EB__)
#define SWITCHES_ITSELF 1
#else
#include <ucontext.h>
#endif

/*
 * Every recursion has a bound (the depth of values, of definitions and of expressions), so there is
 * a most that a step needs: a JSONata function that calls itself as deep as may be takes 1.3 MiB.
 * Only what is touched takes memory.
 */
enum { STACK_BYTES = 4 << 20 };
/* Frames are several times as large where addresses are checked, or nothing is optimised. */
enum { STACK_BYTES_CHECKED = 32 << 20 };

struct coroutine {
    void (*run)(void *user);
    void *user;
    bool done;
    char *stack; /* behind the page that may not be touched */
    size_t bytes;
#ifdef SWITCHES_ITSELF
    void *here, *there; /* the stack pointers of the coroutine, and of who runs it */
#else
    ucontext_t here, there;
#endif
#ifdef STACKS_ARE_TOLD
    unsigned told;
#endif
#ifdef ADDRESSES_ARE_CHECKED
    const void *from; /* the stack of who runs it */
    size_t from_bytes;
#endif
};

/* ---- the switch ---- */

#ifdef SWITCHES_ITSELF

/* Keeps the place of who calls in *from, and goes on where `to` was kept. */
void coroutine_switch_stacks(void **from, void *to) __attribute__((visibility("hidden")));
/* What a fresh stack goes on with: calls the function that was put there with its argument. */
void coroutine_enter_stack(void) __attribute__((visibility("hidden")));

#if defined(__x86_64__)

__asm__(".text\n"
        ".p2align 4\n"
        ".globl coroutine_switch_stacks\n"
        ".hidden coroutine_switch_stacks\n"
        ".type coroutine_switch_stacks, @function\n"
        "coroutine_switch_stacks:\n"
        "    pushq %rbp\n"
        "    pushq %rbx\n"
        "    pushq %r12\n"
        "    pushq %r13\n"
        "    pushq %r14\n"
        "    pushq %r15\n"
        "    movq %rsp, (%rdi)\n"
        "    movq %rsi, %rsp\n"
        "    popq %r15\n"
        "    popq %r14\n"
        "    popq %r13\n"
        "    popq %r12\n"
        "    popq %rbx\n"
        "    popq %rbp\n"
        "    ret\n"
        ".size coroutine_switch_stacks, .-coroutine_switch_stacks\n"
        ".p2align 4\n"
        ".globl coroutine_enter_stack\n"
        ".hidden coroutine_enter_stack\n"
        ".type coroutine_enter_stack, @function\n"
        "coroutine_enter_stack:\n"
        "    movq %r12, %rdi\n"
        "    callq *%r13\n"
        "    ud2\n"
        ".size coroutine_enter_stack, .-coroutine_enter_stack\n");

/* In the order in which a switch takes them from the stack. */
enum { KEPT_ARGUMENT = 3, KEPT_FUNCTION = 2, KEPT_RETURN = 6, KEPT = 9 };

#else

__asm__(".text\n"
        ".p2align 4\n"
        ".globl coroutine_switch_stacks\n"
        ".hidden coroutine_switch_stacks\n"
        ".type coroutine_switch_stacks, %function\n"
        "coroutine_switch_stacks:\n"
        "    sub sp, sp, #160\n"
        "    stp x19, x20, [sp]\n"
        "    stp x21, x22, [sp, #16]\n"
        "    stp x23, x24, [sp, #32]\n"
        "    stp x25, x26, [sp, #48]\n"
        "    stp x27, x28, [sp, #64]\n"
        "    stp x29, x30, [sp, #80]\n"
        "    stp d8, d9, [sp, #96]\n"
        "    stp d10, d11, [sp, #112]\n"
        "    stp d12, d13, [sp, #128]\n"
        "    stp d14, d15, [sp, #144]\n"
        "    mov x9, sp\n"
        "    str x9, [x0]\n"
        "    mov sp, x1\n"
        "    ldp x19, x20, [sp]\n"
        "    ldp x21, x22, [sp, #16]\n"
        "    ldp x23, x24, [sp, #32]\n"
        "    ldp x25, x26, [sp, #48]\n"
        "    ldp x27, x28, [sp, #64]\n"
        "    ldp x29, x30, [sp, #80]\n"
        "    ldp d8, d9, [sp, #96]\n"
        "    ldp d10, d11, [sp, #112]\n"
        "    ldp d12, d13, [sp, #128]\n"
        "    ldp d14, d15, [sp, #144]\n"
        "    add sp, sp, #160\n"
        "    ret\n"
        ".size coroutine_switch_stacks, .-coroutine_switch_stacks\n"
        ".p2align 4\n"
        ".globl coroutine_enter_stack\n"
        ".hidden coroutine_enter_stack\n"
        ".type coroutine_enter_stack, %function\n"
        "coroutine_enter_stack:\n"
        "    mov x0, x19\n"
        "    blr x20\n"
        "    brk #1\n"
        ".size coroutine_enter_stack, .-coroutine_enter_stack\n");

enum { KEPT_ARGUMENT = 0, KEPT_FUNCTION = 1, KEPT_RETURN = 11, KEPT = 20 };

#endif

static void go_in(coroutine *c)
{
    coroutine_switch_stacks(&c->there, c->here);
}

static void go_out(coroutine *c)
{
    coroutine_switch_stacks(&c->here, c->there);
}

/* Makes the next go_in call `loop`, at a stack pointer that is a multiple of 16. */
static void coroutine_prepare(coroutine *c, void (*loop)(void *c))
{
    uintptr_t *kept = (uintptr_t *)(void *)(c->stack + c->bytes) - KEPT;

    kept[KEPT_ARGUMENT] = (uintptr_t)c;
    kept[KEPT_FUNCTION] = (uintptr_t)loop;
    kept[KEPT_RETURN] = (uintptr_t)coroutine_enter_stack;
    c->here = kept;
}

#else

static void go_in(coroutine *c)
{
    swapcontext(&c->there, &c->here);
}

static void go_out(coroutine *c)
{
    swapcontext(&c->here, &c->there);
}

/* makecontext hands on nothing but ints. */
static void call_loop(unsigned low, unsigned high, unsigned loop_low, unsigned loop_high)
{
    void (*loop)(void *) =
        (void (*)(void *))((uintptr_t)loop_low | (uintptr_t)((uint64_t)loop_high << 32));

    loop((void *)((uintptr_t)low | (uintptr_t)((uint64_t)high << 32)));
}

static void coroutine_prepare(coroutine *c, void (*loop)(void *c))
{
    uint64_t argument = (uintptr_t)c, function = (uintptr_t)loop;

    getcontext(&c->here);
    c->here.uc_stack.ss_sp = c->stack;
    c->here.uc_stack.ss_size = c->bytes;
    c->here.uc_link = NULL;
    makecontext(&c->here, (void (*)(void))call_loop, 4, (unsigned)argument,
                (unsigned)(argument >> 32), (unsigned)function, (unsigned)(function >> 32));
}

#endif

/* ---- what a checker of addresses is told: which stack is in use, from when on ---- */

static bool coroutine_enter(coroutine *c)
{
#ifdef ADDRESSES_ARE_CHECKED
    void *fake;

    __sanitizer_start_switch_fiber(&fake, c->stack, c->bytes);
    go_in(c);
    __sanitizer_finish_switch_fiber(fake, NULL, NULL);
#else
    go_in(c);
#endif
    return c->done;
}

static void coroutine_leave(coroutine *c)
{
#ifdef ADDRESSES_ARE_CHECKED
    void *fake;

    __sanitizer_start_switch_fiber(&fake, c->from, c->from_bytes);
    go_out(c);
    __sanitizer_finish_switch_fiber(fake, &c->from, &c->from_bytes);
#else
    go_out(c);
#endif
}

/* ---- running ---- */

/* The bottom of each stack: one function after another. */
static void coroutine_run_all(void *user)
{
    coroutine *c = user;

#ifdef ADDRESSES_ARE_CHECKED
    __sanitizer_finish_switch_fiber(NULL, &c->from, &c->from_bytes);
#endif
    for (;;) {
        c->run(c->user);
        c->done = true;
        coroutine_leave(c);
    }
}

coroutine *coroutine_new(void)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    size_t bytes = STACK_BYTES;

#if defined(ADDRESSES_ARE_CHECKED) || !defined(__OPTIMIZE__)
    bytes = STACK_BYTES_CHECKED;
#endif
    char *all = mmap(NULL, page + bytes, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
    if (all == MAP_FAILED)
        return NULL;
    /* There may be too many areas of memory for one more. */
    if (mprotect(all, page, PROT_NONE) != 0) {
        munmap(all, page + bytes);
        return NULL;
    }
#ifdef MADV_NOHUGEPAGE
    /* A huge page would take two megabytes for the first byte. */
    madvise(all, page + bytes, MADV_NOHUGEPAGE);
#endif
    coroutine *c = mem_calloc(1, sizeof *c);
    c->stack = all + page;
    c->bytes = bytes;
    c->done = true;
#ifdef STACKS_ARE_TOLD
    c->told = VALGRIND_STACK_REGISTER(c->stack, c->stack + c->bytes);
#endif
    coroutine_prepare(c, coroutine_run_all);
    return c;
}

void coroutine_free(coroutine *c)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);

    if (!c)
        return;
#ifdef STACKS_ARE_TOLD
    VALGRIND_STACK_DEREGISTER(c->told);
#endif
#ifdef ADDRESSES_ARE_CHECKED
    /* What it ran at last didn't return; another's stack may come to be there. */
    __asan_unpoison_memory_region(c->stack, c->bytes);
#endif
    munmap(c->stack - page, page + c->bytes);
    mem_free(c);
}

bool coroutine_run(coroutine *c, void (*run)(void *user), void *user)
{
    c->run = run;
    c->user = user;
    c->done = false;
    return coroutine_enter(c);
}

bool coroutine_resume(coroutine *c)
{
    return coroutine_enter(c);
}

void coroutine_pause(coroutine *c)
{
    coroutine_leave(c);
}
