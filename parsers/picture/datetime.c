/* Instants to text by a picture: reading the picture, the calendar, writing. */

#include "parsers/picture/datetime.h"

#include "parsers/base/ascii.h"
#include "parsers/base/count.h"
#include "parsers/base/maths.h"
#include "parsers/base/mem.h"
#include "parsers/base/timestamp.h"
#include "parsers/base/utf8.h"
#include "parsers/picture/datetime_impl.h"
#include "parsers/picture/picture.h"

#include <math.h>
#include <string.h>

#define ISO_8601 "[Y0001]-[M01]-[D01]T[H01]:[m01]:[s01].[f001][Z01:01t]"

/* ---- the calendar ---- */

/* JavaScript's Date holds a hundred million days around 1970. */
#define MOST_MS 8.64e15

/* `ms` as a Date holds it: whole, or NaN out of its bounds. */
static double date_clip(double ms)
{
    return fabs(ms) <= MOST_MS ? trunc(ms) : NAN;
}

/*
 * The algorithm of Hinnant's days_from_civil, in doubles, as JavaScript's dates overflow in them.
 */
double date_days(double year, double month, double day)
{
    double y = year + floor(month / 12), m = month - 12 * floor(month / 12);
    double era, year_of_era, day_of_year;

    /* Years from March on, so that the leap day is the last; 400 of them are an era. */
    m = m < 2 ? m + 10 : m - 2;
    y -= m >= 10;
    era = floor(y / 400);
    year_of_era = y - era * 400;
    day_of_year = floor((153 * m + 2) / 5) + day - 1;
    return era * 146097 + year_of_era * 365 + floor(year_of_era / 4) - floor(year_of_era / 100) +
           day_of_year - 719468;
}

double date_utc(double year, double month, double day, double ms)
{
    year = trunc(year);
    if (year >= 0 && year <= 99)
        year += 1900;
    return date_clip(date_days(year, trunc(month), trunc(day)) * MS_A_DAY + trunc(ms));
}

struct civil {
    double year, month, day; /* `month` is 0..11 */
    double of_day;           /* milliseconds since midnight */
};

static int64_t floor_divide(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

/* Of NaN, and far out of a Date's bounds, all parts are NaN. */
static struct civil civil_of(double ms)
{
    int64_t days, era, day_of_era, year_of_era, day_of_year, m;

    if (!(fabs(ms) <= 2 * MOST_MS))
        return (struct civil){NAN, NAN, NAN, NAN};
    days = floor_divide((int64_t)ms, MS_A_DAY) + 719468;
    era = floor_divide(days, 146097);
    day_of_era = days - era * 146097;
    year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    m = (5 * day_of_year + 2) / 153;
    return (struct civil){
        .year = (double)(year_of_era + era * 400 + (m >= 10)),
        .month = (double)(m < 10 ? m + 2 : m - 10),
        .day = (double)(day_of_year - (153 * m + 2) / 5 + 1),
        .of_day = ms - (double)(days - 719468) * MS_A_DAY,
    };
}

/* 1 is Monday. */
static double day_of_week(double ms)
{
    double days = floor(ms / MS_A_DAY) + 3;

    return days - 7 * floor(days / 7) + 1;
}

/* The first week of a year, and of a month, is that with its first Thursday; weeks begin on Monday.
 */
static double first_week(double year, double month)
{
    double first = date_utc(year, month, 1, 0), day = day_of_week(first);

    return first + (day > 4 ? 8 - day : 1 - day) * MS_A_DAY;
}

static double weeks_between(double start, double end)
{
    return (end - start) / (7.0 * MS_A_DAY) + 1;
}

/* The week of `today` in a period of at least so many, with those before and behind it. */
static double week_number(double today, double before, double start, double next, double least)
{
    double week = weeks_between(start, today);

    if (week > least && today >= next)
        week = 1;
    else if (week < 1)
        week = weeks_between(before, today);
    return floor(week);
}

static double week_of_year(const struct civil *c)
{
    return week_number(date_utc(c->year, c->month, c->day, 0), first_week(c->year - 1, 0),
                       first_week(c->year, 0), first_week(c->year + 1, 0), 52);
}

/* Months are kept in 0..11, as the year decides on the century. */
static double first_week_near(const struct civil *c, int months)
{
    double month = c->month + months;

    if (month < 0)
        return first_week(c->year - 1, 11);
    return month > 11 ? first_week(c->year + 1, 0) : first_week(c->year, month);
}

static double week_of_month(const struct civil *c)
{
    return week_number(date_utc(c->year, c->month, c->day, 0), first_week_near(c, -1),
                       first_week_near(c, 0), first_week_near(c, 1), 4);
}

/*
 * The days before a year's first week belong to the year before, those from the next one's first
 * week on to the next.
 */
static double year_of_week(double ms, const struct civil *c)
{
    if (ms < first_week(c->year, 0))
        return c->year - 1;
    return ms >= first_week(c->year + 1, 0) ? c->year + 1 : c->year;
}

static double month_of_week(double ms, const struct civil *c)
{
    if (ms < first_week_near(c, 0))
        return c->month > 0 ? c->month : 12;
    if (ms >= first_week_near(c, 1))
        return c->month < 11 ? c->month + 2 : 1;
    return c->month + 1;
}

/* So many whole `unit`s of milliseconds, of which `count` make one of the next. */
static double of_clock(const struct civil *c, int unit, int count)
{
    return isnan(c->of_day) ? (double)NAN : (double)((int)c->of_day / unit % count);
}

/*
 * The letters are XPath's (F&O 3.1, section 9.8). `X` and `x`, the year and month that a week
 * belongs to, are the reference's own.
 */
static double component_of(double ms, const struct civil *c, uint32_t component)
{
    switch (component) {
    case 'Y': return c->year;
    case 'M': return c->month + 1;
    case 'D': return c->day;
    case 'd':
        return (date_utc(c->year, c->month, c->day, 0) - date_utc(c->year, 0, 1, 0)) / MS_A_DAY + 1;
    case 'F': return day_of_week(ms);
    case 'W': return week_of_year(c);
    case 'w': return week_of_month(c);
    case 'X': return year_of_week(ms, c);
    case 'x': return month_of_week(ms, c);
    case 'H': return of_clock(c, 3600000, 24);
    case 'h': return maths_fmod(of_clock(c, 3600000, 24) + 11, 12) + 1;
    case 'm': return of_clock(c, 60000, 60);
    case 's': return of_clock(c, 1000, 60);
    case 'f': return of_clock(c, 1, 1000);
    default: return NAN;
    }
}

double date_component(double ms, uint32_t component)
{
    const struct civil c = civil_of(ms);

    return component_of(ms, &c, component);
}

static const char *const months[] = {"January",   "February", "March",    "April",
                                     "May",       "June",     "July",     "August",
                                     "September", "October",  "November", "December"};
static const char *const days[] = {"Monday", "Tuesday",  "Wednesday", "Thursday",
                                   "Friday", "Saturday", "Sunday"};

const char *date_month_name(double month)
{
    return month >= 1 && month <= 12 ? months[(int)month - 1] : NULL;
}

const char *date_day_name(double day)
{
    return day >= 1 && day <= 7 ? days[(int)day - 1] : NULL;
}

/* ---- reading a picture ---- */

/* How a component is presented when the marker does not say. */
static const struct {
    char component;
    const char *presentation;
} defaults[] = {
    {'Y', "1"}, {'M', "1"},     {'D', "1"},     {'d', "1"}, {'F', "n"}, {'W', "1"},  {'w', "1"},
    {'X', "1"}, {'x', "1"},     {'H', "1"},     {'h', "1"}, {'P', "n"}, {'m', "01"}, {'s', "01"},
    {'f', "1"}, {'Z', "01:01"}, {'z', "01:01"}, {'C', "n"}, {'E', "n"},
};

static bool date_is_one_of(uint32_t component, const char *set)
{
    return component && component < 0x80 && strchr(set, (int)component);
}

static struct date_part *date_add_part(struct date_picture *p)
{
    MEM_GROW(p->parts, p->count, p->cap);
    p->parts[p->count] = (struct date_part){.digits = -1, .exact = NAN};
    return &p->parts[p->count++];
}

static void date_add_text(struct date_picture *p, const char *text, size_t len)
{
    struct date_part *part;

    if (!len)
        return;
    part = date_add_part(p);
    part->literal = text;
    part->literal_len = len;
}

/* "]]" stands for "]"; one alone stands for itself. */
static void add_literal(struct date_picture *p, const char *text, size_t len)
{
    size_t start = 0;

    for (size_t i = 0; i + 1 < len; i++)
        if (text[i] == ']' && text[i + 1] == ']') {
            date_add_text(p, text + start, ++i - start);
            start = i + 1;
        }
    date_add_text(p, text + start, len - start);
}

/* What \s means in JavaScript: a marker may have any of these anywhere. */
static bool is_javascript_blank(uint32_t c)
{
    return (c >= 9 && c <= 13) || c == ' ' || c == 0xA0 || c == 0x1680 ||
           (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F ||
           c == 0x205F || c == 0x3000 || c == 0xFEFF;
}

/* The text itself where there are none. */
static const char *without_spaces(struct arena *a, const char *text, size_t *len)
{
    char *copy = NULL;
    size_t left = 0;
    uint32_t cp;

    for (size_t i = 0, n; i < *len; i += n) {
        n = utf8_decode(text + i, *len - i, &cp);
        if (!n)
            n = 1;
        else if (is_javascript_blank(cp)) {
            copy = copy ? copy : arena_strndup(a, text, *len);
            continue;
        }
        if (copy)
            memcpy(copy + left, text + i, n);
        left += n;
    }
    *len = left;
    return copy ? copy : text;
}

/* One of the widths; false: it is left open. */
static bool read_width(const char *text, size_t len, double *width)
{
    if (len == 1 && *text == '*')
        return false;
    *width = picture_leading_int(text, len);
    return true;
}

/* Y, M, D: how many digits the marker has room for; a year is cut to so many. */
static void date_set_digits(struct date_part *part)
{
    struct picture *number = &part->number;

    if (part->has_most) {
        part->digits = part->most;
        number->mandatory = part->most;
    } else if (number->form == PICTURE_DIGITS &&
               number->mandatory + (double)number->optional >= 2) {
        part->digits = number->mandatory + (double)number->optional;
    }
}

/* The picture of a whole number has the modifier behind a semicolon. */
static const char *with_modifier(struct arena *a, const char *text, size_t *len, char modifier)
{
    char *copy = arena_alloc(a, *len + 2);

    memcpy(copy, text, *len);
    copy[(*len)++] = ';';
    copy[(*len)++] = modifier;
    return copy;
}

/*
 * A part that is written as a number. Only in JSONata 2.0.6 do months and days, too, take their
 * digits from the marker's width.
 */
static bool date_read_number(struct date_picture *p, struct date_part *part, const char *text,
                             size_t len, bool has_least, double least, enum jsonata_dialect dialect,
                             struct fault *why)
{
    if (part->modifier)
        text = with_modifier(&p->arena, text, &len, part->modifier);
    if (!picture_read(&part->number, text, len, why))
        return false;
    part->whole = true;
    if (has_least && part->number.mandatory < least)
        part->number.mandatory = least;
    if (date_is_one_of(part->component, dialect == JSONATA_AWS ? "YMD" : "Y"))
        date_set_digits(part);
    return true;
}

/* How the marker, or else the component, says that it is presented; "" when none of them does. */
static const char *presentation(struct date_part *part, const char *text, size_t *len)
{
    if (*len > 1 && memchr("atco", text[*len - 1], 4))
        part->modifier = text[--*len];
    for (size_t i = 0; !*len && i < COUNT(defaults); i++)
        if (part->component == (uint32_t)defaults[i].component) {
            text = defaults[i].presentation;
            *len = strlen(text);
        }
    return text;
}

static bool refuse_component(uint32_t component, const char *code, struct fault *why)
{
    char text[4];

    fault_text(why, code, text, component ? utf8_encode(component, text) : 0);
    return false;
}

/* [component presentation? ( ',' least ( '-' most )? )?], without its brackets and blanks. */
static bool read_marker(struct date_picture *p, const char *text, size_t len,
                        enum jsonata_dialect dialect, struct fault *why)
{
    struct date_part *part = date_add_part(p);
    const size_t first = utf8_decode(text, len, &part->component);
    size_t end = len;
    bool has_least = false;
    double least = NAN;

    for (size_t i = len; i-- > first && end == len;) {
        const char *dash;

        if (text[i] != ',')
            continue;
        end = i;
        dash = memchr(text + i, '-', len - i);
        has_least =
            read_width(text + i + 1, (size_t)((dash ? dash : text + len) - text) - i - 1, &least);
        if (dash)
            part->has_most = read_width(dash + 1, (size_t)(text + len - dash) - 1, &part->most);
    }
    len = end - first;
    text = presentation(part, text + first, &len);
    if (!len)
        return refuse_component(part->component, "D3132", why);
    if (text[0] == 'n')
        part->names = DATE_LOWER;
    else if (text[0] == 'N')
        part->names = len > 1 && text[1] == 'n' ? DATE_TITLE : DATE_UPPER;
    if (date_is_one_of(part->component, "Zz")) {
        part->whole = picture_read(&part->number, text, len, why);
        return part->whole;
    }
    if (part->names || !date_is_one_of(part->component, "YMDdFWwXxHhmsf"))
        return true;
    if (!date_read_number(p, part, text, len, has_least, least, dialect, why))
        return false;
    if (p->count > 1 && part[-1].whole)
        part[-1].exact = part[-1].number.mandatory;
    return true;
}

static bool read_parts(struct date_picture *p, const char *text, size_t len,
                       enum jsonata_dialect dialect, struct fault *why)
{
    size_t start = 0, i = 0;

    while (i < len) {
        const char *close, *marker;
        size_t marker_len;

        if (text[i] != '[') {
            i++;
            continue;
        }
        add_literal(p, text + start, i - start);
        if (i + 1 < len && text[i + 1] == '[') {
            date_add_text(p, "[", 1);
            start = i += 2;
            continue;
        }
        close = memchr(text + i, ']', len - i);
        if (!close) {
            fault_set(why, "D3135");
            return false;
        }
        marker_len = (size_t)(close - text) - i - 1;
        marker = without_spaces(&p->arena, text + i + 1, &marker_len);
        if (!read_marker(p, marker, marker_len, dialect, why))
            return false;
        start = i = (size_t)(close - text) + 1;
    }
    add_literal(p, text + start, i - start);
    return true;
}

static void date_clear_picture(void *picture)
{
    struct date_picture *p = picture;

    for (size_t i = 0; i < p->count; i++)
        picture_clear(&p->parts[i].number);
    mem_free(p->parts);
    arena_clear(&p->arena);
    js_regex_free(p->pattern);
}

static bool date_read_picture(struct date_picture *p, const char *text, size_t len,
                              enum jsonata_dialect dialect, struct fault *why)
{
    const bool ok = read_parts(p, text, len, dialect, why);

    if (!ok)
        date_clear_picture(p);
    return ok;
}

static bool read_aws(void *p, const char *text, size_t len, struct fault *why)
{
    return date_read_picture(p, text, len, JSONATA_AWS, why);
}

static bool read_reference(void *p, const char *text, size_t len, struct fault *why)
{
    return date_read_picture(p, text, len, JSONATA_REFERENCE, why);
}

/* The dialects read some pictures in different ways. */
static const struct picture_sort dates[] = {
    [JSONATA_AWS] = {sizeof(struct date_picture), read_aws, date_clear_picture},
    [JSONATA_REFERENCE] = {sizeof(struct date_picture), read_reference, date_clear_picture},
};

struct date_picture *date_picture_get(struct pictures *kept, const char *text, size_t len,
                                      enum jsonata_dialect dialect, struct fault *why)
{
    if (len <= DATE_PICTURE_MAX)
        return pictures_get(kept, &dates[dialect], text, len, why);
    fault_set(why, "U1003");
    return NULL;
}

/* ---- writing ---- */

enum {
    PAID_AT_ONCE = 64 * 1024, /* bytes that are written before they are paid for */
    WRITING = 4,              /* what a byte costs, in bytes gone through */
};

struct zone {
    double hours, minutes; /* as +HHMM has them, but -0330 are -4 hours and -30 minutes */
};

static double zone_ms(const struct zone *z)
{
    return (z->hours * 60 + z->minutes) * 60000;
}

/* [Z] and [z] when their digits have no separator: hours alone where there is room for two. */
static bool write_offset(const struct date_part *part, const struct zone *z, struct buf *out,
                         struct fault *why)
{
    static const struct picture two_digits = {.zero = '0', .mandatory = 2};
    const struct picture *number = &part->number;
    double room = number->form == PICTURE_DIGITS ? number->mandatory : 0;

    if (number->every || room == 3 || room == 4)
        return picture_write(number, z->hours * 100 + z->minutes, out, why);
    if (room != 1 && room != 2) {
        if (room > 0)
            fault_number(why, "D3134", room);
        else
            fault_set(why, "D3134");
        return false;
    }
    if (!picture_write(number, z->hours, out, why))
        return false;
    if (z->minutes == 0)
        return true;
    buf_addc(out, ':');
    return picture_write(&two_digits, z->minutes, out, why);
}

static bool write_zone(const struct date_part *part, const struct zone *z, struct buf *out,
                       struct fault *why)
{
    struct buf digits = {0};
    double offset = z->hours * 100 + z->minutes;
    bool ok = write_offset(part, z, &digits, why);

    if (ok && offset == 0 && part->modifier == 't') {
        buf_addc(out, 'Z');
    } else if (ok) {
        buf_adds(out, part->component == 'z' ? "GMT" : "");
        buf_adds(out, offset >= 0 ? "+" : "");
        buf_add(out, digits.data, digits.len);
    }
    buf_clear(&digits);
    return ok;
}

static void put_name(const struct date_part *part, const char *name, struct buf *out)
{
    size_t start = out->len;

    buf_adds(out, name);
    for (size_t i = start; i < out->len; i++) {
        char c = out->data[i];

        if (part->names == DATE_UPPER)
            out->data[i] = ascii_upper(c);
        else if (part->names == DATE_LOWER)
            out->data[i] = ascii_lower(c);
    }
    if (part->has_most && (double)(out->len - start) > part->most)
        out->len = start + (part->most > 0 ? (size_t)part->most : 0);
}

static bool write_name(const struct date_part *part, double value, struct buf *out,
                       struct fault *why)
{
    const char *name;

    if (!date_is_one_of(part->component, "MxF"))
        return refuse_component(part->component, "D3133", why);
    name = part->component == 'F' ? date_day_name(value) : date_month_name(value);
    if (name)
        put_name(part, name, out);
    else
        buf_adds(out, "undefined");
    return true;
}

/* What is no component, or has no name, is written as JavaScript writes what is not there. */
static bool write_part(const struct date_part *part, double ms, const struct civil *c,
                       const struct zone *z, struct buf *out, struct fault *why)
{
    double value;

    switch (part->component) {
    case 0: buf_add(out, part->literal, part->literal_len); return true;
    case 'Z':
    case 'z': return write_zone(part, z, out, why);
    case 'P':
        value = component_of(ms, c, 'H');
        if (part->names == DATE_UPPER)
            buf_adds(out, value >= 12 ? "PM" : "AM");
        else
            buf_adds(out, value >= 12 ? "pm" : "am");
        return true;
    case 'C':
    case 'E': buf_adds(out, "ISO"); return true;
    default: break;
    }
    if (!date_is_one_of(part->component, "YMDdFWwXxHhmsf")) {
        buf_adds(out, "undefined");
        return true;
    }
    value = component_of(ms, c, part->component);
    if (part->names)
        return write_name(part, value, out, why);
    if (part->component == 'Y' && part->digits != -1)
        value = maths_fmod(value, maths_pow(10, part->digits));
    return picture_write(&part->number, value, out, why);
}

/* What a piece that was written costs: work for its bytes, and room for them. */
static bool date_pay(const struct buf *out, size_t from, size_t most, struct work *work,
                     struct fault *why)
{
    if (out->len > most)
        fault_set(why, "U1002");
    return work_spend_bytes(work, WRITING * (out->len - from)) && out->len <= most;
}

bool datetime_from_millis(struct buf *out, double ms, const char *picture, size_t picture_len,
                          const char *zone, size_t zone_len, enum jsonata_dialect dialect,
                          struct pictures *kept, struct work *work, size_t memory,
                          struct fault *why)
{
    const struct date_picture *p;
    const size_t start = out->len;
    size_t paid = start;
    struct civil c;
    struct zone z = {0};
    bool ok = true;

    /* The years 0 to 9999. */
    if (!picture && !zone && ms >= -62167219200000 && ms < 253402300800000) {
        timestamp_write(out, (int64_t)ms);
        return true;
    }
    if (!picture) {
        picture = ISO_8601;
        picture_len = strlen(ISO_8601);
    }
    if (zone) {
        double offset = picture_leading_int(zone, zone_len);

        z.hours = floor(offset / 100);
        z.minutes = maths_fmod(offset, 100);
    }
    ms = date_clip(ms + zone_ms(&z));
    c = civil_of(ms);
    p = date_picture_get(kept, picture, picture_len, dialect, why);
    ok = p != NULL;
    for (size_t i = 0; ok && i < p->count; i++) {
        ok = write_part(&p->parts[i], ms, &c, &z, out, why);
        if (!ok || out->len - paid < PAID_AT_ONCE)
            continue;
        /* Others may run meanwhile, and put other pictures in the place of this one. */
        ok = date_pay(out, paid, start + memory, work, why);
        paid = out->len;
        p = ok ? date_picture_get(kept, picture, picture_len, dialect, why) : NULL;
    }
    ok = ok && date_pay(out, paid, start + memory, work, why);
    if (!ok)
        out->len = start;
    return ok;
}
