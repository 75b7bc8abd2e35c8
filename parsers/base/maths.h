#ifndef PARSERS_BASE_MATHS_H
#define PARSERS_BASE_MATHS_H

/*
 * The functions of <math.h> that a compiler doesn't write out as instructions. The C library has
 * them in libm, and to bind that one costs a process more than most commands do of their own; so
 * they are found when the first of them is called. A process that can't have them ends, as one
 * does that gets no memory. Any thread may be the first.
 */
double maths_pow(double base, double exponent);
double maths_fmod(double a, double b);
double maths_log10(double n);
double maths_fma(double a, double b, double added);

/* Finds them now: for who will be short of files to open later. */
void maths_load(void);

#endif
