/*
 * ISO 8601 to instants. What JavaScript's Date.parse takes is read by hand; whether JSONata takes
 * the text at all is asked of the regular expression that the reference has for it.
 */

#include "parsers/base/ascii.h"
#include "parsers/picture/datetime_impl.h"

#include <math.h>
#include <string.h>

struct cursor {
    const char *text;
    size_t len, i;
};

static bool skip(struct cursor *c, char mark)
{
    if (c->i == c->len || c->text[c->i] != mark)
        return false;
    c->i++;
    return true;
}

/* So many digits and no fewer; -1: there are not. */
static int date_parse_read_digits(struct cursor *c, size_t count)
{
    int n = 0;

    for (size_t i = 0; i < count; i++, c->i++) {
        if (c->i == c->len || c->text[c->i] < '0' || c->text[c->i] > '9')
            return -1;
        n = n * 10 + (c->text[c->i] - '0');
    }
    return n;
}

/* Digits behind the third are dropped; -1: there are none. */
static int read_fraction(struct cursor *c)
{
    size_t start = c->i;
    int ms = 0, worth = 100;

    for (; c->i < c->len && c->text[c->i] >= '0' && c->text[c->i] <= '9'; c->i++) {
        ms += (c->text[c->i] - '0') * worth;
        worth /= 10;
    }
    return c->i > start ? ms : -1;
}

/* Z, +HH:MM, +HHMM or nothing; minutes that UTC is behind, NaN for a zone that cannot be. */
static bool read_offset(struct cursor *c, double *minutes)
{
    int hour, minute;
    bool west;

    *minutes = 0;
    if (c->i == c->len)
        return true;
    if (skip(c, 'Z'))
        return c->i == c->len;
    west = skip(c, '-');
    if (!west && !skip(c, '+'))
        return false;
    hour = date_parse_read_digits(c, 2);
    skip(c, ':');
    minute = date_parse_read_digits(c, 2);
    if (hour < 0 || minute < 0 || c->i < c->len)
        return false;
    *minutes = hour * 60 + minute;
    if (hour > 23 || minute > 59)
        *minutes = NAN;
    if (west)
        *minutes = -*minutes;
    return true;
}

/* THH:MM:SS(.sss)?; milliseconds of the day, NaN for a time that is none. */
static bool date_parse_read_time(struct cursor *c, double *ms)
{
    int hour = date_parse_read_digits(c, 2);
    int minute = hour >= 0 && skip(c, ':') ? date_parse_read_digits(c, 2) : -1;
    int second = minute >= 0 && skip(c, ':') ? date_parse_read_digits(c, 2) : -1;
    int fraction = 0;

    if (second < 0)
        return false;
    if (skip(c, '.'))
        fraction = read_fraction(c);
    if (fraction < 0)
        return false;
    *ms = hour * 3600000.0 + minute * 60000.0 + second * 1000.0 + fraction;
    /* 24:00:00 is the end of the day. */
    if (*ms > MS_A_DAY || hour > 24 || minute > 59 || second > 59)
        *ms = NAN;
    return true;
}

/*
 * What JavaScript's Date.parse has its own rules for: a date, alone, with Z, or with a time. Days
 * up to 31 are good in each month. False when it is of another form.
 */
static bool date_parse_read_date(const char *text, size_t len, double *out)
{
    struct cursor c = {text, len, 0};
    int year = date_parse_read_digits(&c, 4), month = 1, day = 1;
    double ms = 0, minutes = 0;

    if (year < 0)
        return false;
    if (skip(&c, '-')) {
        month = date_parse_read_digits(&c, 2);
        if (month >= 0 && skip(&c, '-'))
            day = date_parse_read_digits(&c, 2);
    }
    if (month < 0 || day < 0)
        return false;
    if (skip(&c, 'T')) {
        if (!date_parse_read_time(&c, &ms) || !read_offset(&c, &minutes))
            return false;
    } else if (c.i < len && !(skip(&c, 'Z') && c.i == len)) {
        return false;
    }
    if (month < 1 || month > 12 || day < 1 || day > 31)
        ms = NAN;
    *out = date_days(year, month - 1, day) * MS_A_DAY + ms - minutes * 60000;
    return true;
}

/* The forms that the reference lets through; 2.0.6 takes fields more than once. */
static const char *const iso_forms[] = {
    [JSONATA_AWS] = "^\\d{4}(-[01]\\d)*(-[0-3]\\d)*(T[0-2]\\d:[0-5]\\d:[0-5]\\d)*(\\.\\d+)?"
                    "([+-][0-2]\\d:?[0-5]\\d|Z)?$",
    [JSONATA_REFERENCE] = "^\\d{4}(-[01]\\d)?(-[0-3]\\d)?(T[0-2]\\d:[0-5]\\d:[0-5]\\d)?(\\.\\d+)?"
                          "([+-][0-2]\\d:?[0-5]\\d|Z)?$",
};

enum { COMPILING = 500 /* a short pattern, in units of work */ };

static enum js_regex_answer find_iso_form(const char *text, size_t len,
                                          enum jsonata_dialect dialect, struct work *work)
{
    const char *form = iso_forms[dialect];
    js_regex *r = js_regex_compile(form, strlen(form), false, false, NULL);
    struct js_search s;
    enum js_regex_answer answer;

    js_search_init(&s, r, text, len);
    s.work = work;
    work_spend(work, COMPILING);
    answer = js_search_next(&s);
    js_search_clear(&s);
    js_regex_free(r);
    return answer;
}

/* Of the forms that are no date with a time, Date.parse makes none: NaN. */
bool date_read_iso(const char *text, size_t len, enum jsonata_dialect dialect, struct work *work,
                   double *out, struct fault *why)
{
    double ms = NAN;
    enum js_regex_answer form = JS_REGEX_FOUND;
    bool date = date_parse_read_date(text, len, &ms);

    if (!date || isnan(ms))
        form = find_iso_form(text, len, dialect, work);
    if (!date_search_ended(form, why))
        return false;
    if (form != JS_REGEX_FOUND) {
        fault_text(why, "D3110", text, len);
        return false;
    }
    *out = date ? ms : NAN;
    return true;
}
