#ifndef PARSERS_PICTURE_DATETIME_IMPL_H
#define PARSERS_PICTURE_DATETIME_IMPL_H

#include "parsers/base/arena.h"
#include "parsers/base/buf.h"
#include "parsers/picture/dialect.h"
#include "parsers/picture/fault.h"
#include "parsers/picture/picture_impl.h"
#include "parsers/picture/pictures.h"
#include "parsers/regex/regex.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { MS_A_DAY = 86400000 };

enum date_names { DATE_NO_NAMES, DATE_LOWER, DATE_UPPER, DATE_TITLE };

/* A piece of a picture of dates: text that stands for itself, or a marker, [M01,2-2]. */
struct date_part {
    const char *literal;
    size_t literal_len;
    uint32_t component; /* 0: it is a literal */
    char modifier;      /* the second presentation modifier: a, t, c, o; or 0 */
    enum date_names names;
    bool has_most;
    double most; /* the largest width; may be NaN */
    bool whole;  /* `number` holds */
    struct picture number;
    double digits; /* of a year that is cut: the last so many; -1: all */
    /* Reading, where the next number follows at once (2.2): so many digits; NaN: any. */
    double exact;
};

/* Its parts look at its text, and at what the arena holds. */
struct date_picture {
    struct arena arena;
    struct date_part *parts;
    size_t count, cap;
    /* How texts of it are read, made when the first one is: a run of characters for each part where
     * that can be done, else a pattern with a group for each. */
    struct date_run *runs;
    js_regex *pattern;
};

/* What a picture, and the pattern that is made of it, may have: to read and compile them takes some
 * milliseconds at most, as it is done in one piece. */
enum { DATE_PICTURE_MAX = 1 << 16, DATE_PATTERN_MAX = 1 << 15 };

/*
 * Returns the picture that was read of the text, a look that is good until the next call. NULL with
 * D3131, D3132, D3135 or U1003.
 */
struct date_picture *date_picture_get(struct pictures *kept, const char *text, size_t len,
                                      enum jsonata_dialect dialect, struct fault *why);

/*
 * Returns the days since 1970-01-01 of a day of the calendar; `month` is 0..11, months and days may
 * overflow.
 */
double date_days(double year, double month, double day);
/*
 * Returns what JavaScript's Date.UTC does: the years 0 to 99 are those of the 20th century; NaN out
 * of its bounds.
 */
double date_utc(double year, double month, double day, double ms);

/*
 * Returns what a component ('Y', 'M', ... 'f') is at an instant, as a number; NaN if it has none.
 */
double date_component(double ms, uint32_t component);

/* Return the name of a month (1 is January) or a day (1 is Monday); NULL outside of them. */
const char *date_month_name(double month);
const char *date_day_name(double day);

/*
 * Reads ISO 8601 as $toMillis does without a picture: NaN for a text of that form which Date.parse
 * makes nothing of. Returns false with D3110 for another text, with U1002 when the search needs too
 * much memory, and without a fault when `work` is used up.
 */
bool date_read_iso(const char *text, size_t len, enum jsonata_dialect dialect, struct work *work,
                   double *out, struct fault *why);
/* Returns whether a search came to an end: false, when a bound has stopped it, maybe with U1002. */
bool date_search_ended(enum js_regex_answer answer, struct fault *why);

#endif
