/*
 * Instants and their text. The calendar is the proleptic Gregorian one; a "day" below counts from
 * 1970-01-01. Years are turned so that they begin in March: then the leap day is a year's last day
 * and the lengths of the months before it follow one formula.
 */

#include "parsers/base/timestamp.h"

enum { SECONDS_A_DAY = 86400, DAYS_IN_400_YEARS = 146097 };

struct cursor {
    const char *p, *end;
};

/* Exactly `digits` decimal digits. */
static bool timestamp_number(struct cursor *c, int digits, int *out)
{
    int n = 0;

    if (c->end - c->p < digits)
        return false;
    for (int i = 0; i < digits; i++, c->p++) {
        if (*c->p < '0' || *c->p > '9')
            return false;
        n = n * 10 + (*c->p - '0');
    }
    *out = n;
    return true;
}

static bool literal(struct cursor *c, char want)
{
    if (c->p == c->end || *c->p != want)
        return false;
    c->p++;
    return true;
}

static int days_in_month(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

    return month == 2 && leap ? 29 : days[month - 1];
}

static int64_t day_of_date(int year, int month, int day)
{
    int64_t y = month > 2 ? year : year - 1;
    int from_march = month > 2 ? month - 3 : month + 9;
    int64_t era = (y >= 0 ? y : y - 399) / 400;
    int64_t of_era = y - era * 400;
    int64_t of_year = (153 * from_march + 2) / 5 + day - 1;

    /* 0000-03-01 is day -719468 */
    return era * DAYS_IN_400_YEARS + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

void timestamp_date(int64_t day, int64_t *year, int *month, int *mday)
{
    int64_t d = day + 719468;
    int64_t era = (d >= 0 ? d : d - (DAYS_IN_400_YEARS - 1)) / DAYS_IN_400_YEARS;
    int64_t left = d - era * DAYS_IN_400_YEARS;
    /* Leap days so far are taken off, then every year has 365 days. */
    int64_t of_era = (left - left / 1460 + left / 36524 - left / (DAYS_IN_400_YEARS - 1)) / 365;
    int of_year = (int)(left - (365 * of_era + of_era / 4 - of_era / 100));
    int from_march = (5 * of_year + 2) / 153;

    *mday = of_year - (153 * from_march + 2) / 5 + 1;
    *month = from_march < 10 ? from_march + 3 : from_march - 9;
    *year = era * 400 + of_era + (*month <= 2);
}

/* "." 1*DIGIT, in nanoseconds; further digits are read and forgotten. */
static bool fraction(struct cursor *c, int64_t *ns)
{
    int64_t unit = 100000000;
    const char *start;

    *ns = 0;
    if (!literal(c, '.'))
        return true;
    for (start = c->p; c->p < c->end && *c->p >= '0' && *c->p <= '9'; c->p++) {
        *ns += unit * (*c->p - '0');
        unit /= 10;
    }
    return c->p > start;
}

/* "Z" / ("+" / "-") hour ":" minute, in seconds */
static bool offset(struct cursor *c, int64_t *seconds)
{
    int hour, minute;
    int sign = 1;

    *seconds = 0;
    if (literal(c, 'Z'))
        return true;
    if (literal(c, '-'))
        sign = -1;
    else if (!literal(c, '+'))
        return false;
    if (!timestamp_number(c, 2, &hour) || !literal(c, ':') || !timestamp_number(c, 2, &minute) ||
        hour > 23 || minute > 59)
        return false;
    *seconds = sign * (hour * 3600 + minute * 60);
    return true;
}

/* year "-" month "-" day "T" hour ":" minute ":" second [fraction] offset */
bool timestamp_parse(const char *text, size_t len, struct timestamp *out)
{
    struct cursor c = {text, text + len};
    int year, month, day, hour, minute, second;
    int64_t ns, shift;

    if (!timestamp_number(&c, 4, &year) || !literal(&c, '-') || !timestamp_number(&c, 2, &month) ||
        !literal(&c, '-') || !timestamp_number(&c, 2, &day) || !literal(&c, 'T') ||
        !timestamp_number(&c, 2, &hour) || !literal(&c, ':') || !timestamp_number(&c, 2, &minute) ||
        !literal(&c, ':') || !timestamp_number(&c, 2, &second) || !fraction(&c, &ns) ||
        !offset(&c, &shift) || c.p != c.end)
        return false;
    if (month < 1 || month > 12 || day < 1 || day > days_in_month(year, month) || hour > 23 ||
        minute > 59 || second > 59)
        return false;

    int64_t seconds =
        day_of_date(year, month, day) * SECONDS_A_DAY + hour * 3600 + minute * 60 + second - shift;

    out->ms = seconds * 1000 + ns / 1000000;
    out->ns = (uint32_t)(ns % 1000000);
    return true;
}

int timestamp_compare(const struct timestamp *a, const struct timestamp *b)
{
    if (a->ms != b->ms)
        return a->ms < b->ms ? -1 : 1;
    return a->ns < b->ns ? -1 : a->ns > b->ns;
}

/* Writes the last `count` digits of n and what separates them from the next number. */
static char *put_digits(char *at, int n, int count, char separator)
{
    for (int i = count; i-- > 0; n /= 10)
        at[i] = (char)('0' + n % 10);
    at[count] = separator;
    return at + count + 1;
}

/* Each context object has two or three of these, so nothing of printf is used for the years that
 * have four digits. */
void timestamp_write(struct buf *out, int64_t ms)
{
    const int64_t ms_a_day = SECONDS_A_DAY * INT64_C(1000);
    int64_t day = ms / ms_a_day - (ms % ms_a_day < 0);
    int rest = (int)(ms - day * ms_a_day);
    int64_t year;
    int month, mday;
    char text[sizeof "YYYY-MM-DDTHH:MM:SS.mmmZ"], *at = text;

    timestamp_date(day, &year, &month, &mday);
    if (year >= 0 && year <= 9999)
        at = put_digits(at, (int)year, 4, '-');
    else
        buf_printf(out, "%04lld-", (long long)year);
    at = put_digits(at, month, 2, '-');
    at = put_digits(at, mday, 2, 'T');
    at = put_digits(at, rest / 3600000, 2, ':');
    at = put_digits(at, rest / 60000 % 60, 2, ':');
    at = put_digits(at, rest / 1000 % 60, 2, '.');
    at = put_digits(at, rest % 1000, 3, 'Z');
    buf_add(out, text, (size_t)(at - text));
}
