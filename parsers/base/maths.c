/* Finds functions of libm by dlopen. Nothing here may name one of them otherwise than as a type:
 * the program would be linked with libm. */
#include "parsers/base/maths.h"

#include "parsers/base/diag.h"
#include "parsers/base/library.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#ifdef __GLIBC__
#include <gnu/lib-names.h>
#else
#define LIBM_SO "libm.so"
#endif

#define MATHS_FUNCTIONS(_) _(, pow) _(, fmod) _(, log10) _(, fma)

static struct {
    MATHS_FUNCTIONS(LIBRARY_MEMBER)
} maths;

static void maths_find(struct library *library)
{
    __typeof__(maths) *functions = &maths;

    MATHS_FUNCTIONS(LIBRARY_FIND)
}

static struct library libm = {.soname = LIBM_SO, .user = "Arithmetic", .find = maths_find};

void maths_load(void)
{
    struct diag why = {0};

    if (library_load(&libm, &why))
        return;
    fprintf(stderr, "asl: %s\n", why.text);
    abort();
}

double maths_pow(double base, double exponent)
{
    maths_load();
    return maths.pow(base, exponent);
}

double maths_fmod(double a, double b)
{
    maths_load();
    return maths.fmod(a, b);
}

double maths_log10(double n)
{
    maths_load();
    return maths.log10(n);
}

double maths_fma(double a, double b, double added)
{
    maths_load();
    return maths.fma(a, b, added);
}
