/*
 * The canonical request, the string to sign, and what a request that is signed must look like.
 * "Create a signed AWS API request" in AWS's IAM User Guide has the rules; signer.c has the hashes.
 */
#include "runtime/aws/sigv4_impl.h"

#include "parsers/base/ascii.h"
#include "parsers/base/count.h"
#include "parsers/base/digest.h"
#include "parsers/base/mem.h"
#include "parsers/base/percent.h"
#include "parsers/base/timestamp.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

/* USUAL_SIZE: most texts of a signature fit. */
enum { MAX_QUERY = 256, MAX_SIGNED = 64, USUAL_SIZE = 512 };

static const char algorithm[] = "AWS4-HMAC-SHA256";
static const char terminator[] = "aws4_request";

/* ---- text ---- */

/* What %XX stands for; a `%` that begins none stands for itself. */
static void add_decoded(struct buf *out, const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        int byte = percent_byte(text + i, len - i);

        buf_addc(out, byte < 0 ? text[i] : (char)byte);
        i += byte < 0 ? 0 : 2;
    }
}

/* ---- the canonical request ---- */

/* Adds a path without empty and "." segments, and without those that ".." takes back. */
static void add_ordered(struct buf *out, const char *path)
{
    const char *at = path;
    size_t begin = out->len;
    bool ends_open = true;

    while (*at) {
        size_t len = strcspn(at, "/");
        bool last = at[len] == '\0';

        if (len == 2 && !memcmp(at, "..", 2)) {
            while (out->len > begin && out->data[--out->len] != '/') {
            }
            ends_open = true;
        } else if (len && !(len == 1 && *at == '.')) {
            buf_addc(out, '/');
            buf_add(out, at, len);
            ends_open = !last;
        } else {
            ends_open = true;
        }
        at += len + !last;
    }
    if (ends_open)
        buf_addc(out, '/');
}

/*
 * S3 signs its path as it is sent: there, "a//b" and "a/./b" are keys of their own. Others put the
 * path in order and escape it once more ("URI-encode twice" in AWS's rules).
 */
static void sigv4_add_path(struct buf *out, const struct sigv4_request *q)
{
    struct buf ordered = {0};

    if (q->path_as_is) {
        buf_adds(out, *q->path ? q->path : "/");
        return;
    }
    add_ordered(&ordered, q->path);
    percent_encode(out, ordered.data, ordered.len, true);
    buf_clear(&ordered);
}

/* One parameter in its canonical form; both begin in the text that all of them share. */
struct parameter {
    size_t name, value, end;
};

static int sigv4_by_bytes(const char *a, size_t a_len, const char *b, size_t b_len)
{
    size_t both = a_len < b_len ? a_len : b_len;
    int order = both ? memcmp(a, b, both) : 0;

    return order ? order : a_len < b_len ? -1 : a_len > b_len;
}

/* Bytes, not letters, give the order, after escaping: "%C3%A4" comes before "A". */
static bool parameter_before(const char *text, const struct parameter *a, const struct parameter *b)
{
    int order =
        sigv4_by_bytes(text + a->name, a->value - a->name, text + b->name, b->value - b->name);

    if (!order)
        order =
            sigv4_by_bytes(text + a->value, a->end - a->value, text + b->value, b->end - b->value);
    return order < 0;
}

/*
 * What came is unescaped and escaped anew, so that "%7e", "~" and "%7E" are signed alike: clients
 * differ in what they escape.
 */
static void sigv4_add_part(struct buf *out, const char *text, size_t len)
{
    struct buf plain = {0};

    add_decoded(&plain, text, len);
    percent_encode(out, plain.data, plain.len, false);
    buf_clear(&plain);
}

/* Adds the parameters sorted by name, then by value. More than MAX_QUERY of them stay as they are
 * behind the others. */
static void sigv4_add_query(struct buf *out, const char *query)
{
    struct parameter sorted[MAX_QUERY];
    struct buf text = {0};
    size_t count = 0;

    while (query && *query && count < MAX_QUERY) {
        size_t len = strcspn(query, "&"), name_len = strcspn(query, "=&"), i;
        struct parameter p = {.name = text.len};

        if (len) {
            sigv4_add_part(&text, query, name_len);
            p.value = text.len;
            if (name_len < len)
                sigv4_add_part(&text, query + name_len + 1, len - name_len - 1);
            p.end = text.len;
            for (i = count++; i && parameter_before(buf_str(&text), &p, &sorted[i - 1]); i--)
                sorted[i] = sorted[i - 1];
            sorted[i] = p;
        }
        query += len + (query[len] == '&');
    }
    for (size_t i = 0; i < count; i++) {
        const struct parameter *p = &sorted[i];

        if (i)
            buf_addc(out, '&');
        buf_add(out, buf_str(&text) + p->name, p->value - p->name);
        buf_addc(out, '=');
        buf_add(out, buf_str(&text) + p->value, p->end - p->value);
    }
    if (query && *query)
        buf_adds(out, query);
    buf_clear(&text);
}

/* Adds a header's value without the blanks around it, and with one blank where there were more. */
static void sigv4_add_value(struct buf *out, const char *value)
{
    static const char blanks[] = " \t";

    for (value += strspn(value, blanks); *value;) {
        size_t len = strcspn(value, blanks);

        buf_add(out, value, len);
        value += len + strspn(value + len, blanks);
        if (*value)
            buf_addc(out, ' ');
    }
}

/* Returns whether the name at `list`, which ends at `;` or the end, is that of `h`. */
static bool names_header(const char *list, size_t len, const struct sigv4_header *h)
{
    return !strncasecmp(h->name, list, len) && h->name[len] == '\0';
}

/* Adds each header that counts once, with its values joined in their order. `list` is
 * "host;x-amz-date". */
static void sigv4_add_headers(struct buf *out, const struct sigv4_request *q, const char *list)
{
    while (*list) {
        size_t len = strcspn(list, ";");
        bool any = false;

        buf_add(out, list, len);
        buf_addc(out, ':');
        for (size_t i = 0; i < q->header_count; i++) {
            if (!names_header(list, len, &q->headers[i]))
                continue;
            if (any)
                buf_addc(out, ',');
            sigv4_add_value(out, q->headers[i].value);
            any = true;
        }
        buf_addc(out, '\n');
        list += len + (list[len] == ';');
    }
}

/*
 * canonical = method LF path LF query LF {name ":" value LF} LF signed-headers LF sha256(body)
 * The empty line behind the headers is part of the rule.
 */
static void add_canonical(const struct sigv4_request *q, const char *signed_headers,
                          const char *body_hash, struct buf *out)
{
    buf_adds(out, q->method);
    buf_addc(out, '\n');
    sigv4_add_path(out, q);
    buf_addc(out, '\n');
    sigv4_add_query(out, q->query);
    buf_addc(out, '\n');
    sigv4_add_headers(out, q, signed_headers);
    buf_addc(out, '\n');
    buf_adds(out, signed_headers);
    buf_addc(out, '\n');
    buf_adds(out, body_hash);
}

void sigv4_canonical(sigv4_signer *s, const struct sigv4_request *q, const char *signed_headers,
                     struct buf *out)
{
    struct buf hash = {0};

    signer_add_sha256(s, &hash, q->body, q->body_len);
    add_canonical(q, signed_headers, buf_str(&hash), out);
    buf_clear(&hash);
}

/* ---- the signature ---- */

/* "20150830/us-east-1/states/aws4_request" */
static void add_scope(const struct sigv4_scope_text *scope, struct buf *out)
{
    buf_add(out, scope->date, SIGV4_DAY_LEN);
    buf_addc(out, '/');
    buf_add(out, scope->region, scope->region_len);
    buf_addc(out, '/');
    buf_add(out, scope->service, scope->service_len);
    buf_addc(out, '/');
    buf_adds(out, terminator);
}

/* Adds the signature of a request whose body has that hash. */
static void add_signature(sigv4_signer *s, const struct sigv4_request *q,
                          const char *signed_headers, const char *body_hash,
                          const struct sigv4_scope_text *scope, const char *secret, struct buf *out)
{
    struct buf canonical = {0}, to_sign = {0};

    buf_reserve(&canonical, USUAL_SIZE);
    buf_reserve(&to_sign, USUAL_SIZE);
    add_canonical(q, signed_headers, body_hash, &canonical);
    buf_adds(&to_sign, algorithm);
    buf_addc(&to_sign, '\n');
    buf_adds(&to_sign, scope->date);
    buf_addc(&to_sign, '\n');
    add_scope(scope, &to_sign);
    buf_addc(&to_sign, '\n');
    signer_add_sha256(s, &to_sign, canonical.data, canonical.len);
    signer_add_signature(s, out, secret, scope, &to_sign);
    buf_clear(&canonical);
    buf_clear(&to_sign);
}

/*
 * The form of ISO 8601 without dashes and colons, which AWS calls its basic format. It is signed,
 * so it has no other.
 */
void sigv4_write_date(int64_t ms, char date[SIGV4_DATE_SIZE])
{
    time_t seconds = (time_t)(ms / 1000);
    struct tm tm = {0};

    gmtime_r(&seconds, &tm);
    const int parts[] = {(tm.tm_year + 1900) / 100,
                         (tm.tm_year + 1900) % 100,
                         tm.tm_mon + 1,
                         tm.tm_mday,
                         tm.tm_hour,
                         tm.tm_min,
                         tm.tm_sec};
    memcpy(date, "yyyymmddThhmmssZ", SIGV4_DATE_SIZE);
    for (size_t i = 0, at = 0; i < COUNT(parts); i++, at += 2) {
        at += date[at] == 'T';
        date[at] = (char)('0' + parts[i] / 10 % 10);
        date[at + 1] = (char)('0' + parts[i] % 10);
    }
}

/* ---- signing ---- */

static int sigv4_by_name(const void *left, const void *right)
{
    const struct sigv4_header *a = left, *b = right;

    return strcasecmp(a->name, b->name);
}

/* "host;x-amz-date": each name once, in small letters. */
static void name_headers(struct buf *out, struct sigv4_header *sorted, size_t count)
{
    qsort(sorted, count, sizeof *sorted, sigv4_by_name);
    for (size_t i = 0; i < count; i++) {
        if (i && !strcasecmp(sorted[i].name, sorted[i - 1].name))
            continue;
        if (out->len)
            buf_addc(out, ';');
        for (const char *p = sorted[i].name; *p; p++)
            buf_addc(out, ascii_lower(*p));
    }
}

/* Headers are sorted in a copy: the canonical form joins those of one name in the order in which
 * they are sent. */
void sigv4_sign(sigv4_signer *s, const struct sigv4_request *q, const struct sigv4_keys *keys,
                const struct sigv4_scope *scope, bool with_body_hash, struct sigv4_signed *out)
{
    size_t room = q->header_count + 3;
    struct sigv4_header *all = mem_calloc(2 * room, sizeof *all), *sorted = all + room;
    struct sigv4_request whole = *q;
    struct buf names = {0}, hash = {0};

    *out = (struct sigv4_signed){.session_token = keys->session_token};
    sigv4_write_date(scope->now_ms, out->date);
    signer_add_sha256(s, &hash, q->body, q->body_len);
    memcpy(out->body_hash, buf_str(&hash), sizeof out->body_hash);
    if (q->header_count)
        memcpy(all, q->headers, q->header_count * sizeof *all);
    if (!q->in_query)
        all[whole.header_count++] = (struct sigv4_header){"X-Amz-Date", out->date};
    if (keys->session_token)
        all[whole.header_count++] =
            (struct sigv4_header){"X-Amz-Security-Token", keys->session_token};
    if (with_body_hash)
        all[whole.header_count++] = (struct sigv4_header){"X-Amz-Content-Sha256", out->body_hash};
    whole.headers = all;
    memcpy(sorted, all, whole.header_count * sizeof *all);
    name_headers(&names, sorted, whole.header_count);
    struct sigv4_scope_text within = {out->date, scope->region, strlen(scope->region),
                                      scope->service, strlen(scope->service)};
    struct buf *header = &out->authorization;
    buf_reserve(header, USUAL_SIZE);
    buf_adds(header, algorithm);
    buf_adds(header, " Credential=");
    buf_adds(header, keys->access_key);
    buf_addc(header, '/');
    add_scope(&within, header);
    buf_adds(header, ", SignedHeaders=");
    buf_adds(header, buf_str(&names));
    buf_adds(header, ", Signature=");
    add_signature(s, &whole, buf_str(&names), out->body_hash, &within, keys->secret_key, header);
    buf_clear(&names);
    buf_clear(&hash);
    mem_free(all);
}

void sigv4_signed_clear(struct sigv4_signed *s)
{
    buf_clear(&s->authorization);
}

/* ---- verifying ---- */

void sigv4_error_clear(struct sigv4_error *e)
{
    json_unref(e->type);
    json_unref(e->message);
    *e = (struct sigv4_error){0};
}

/* Refusals have AWS's words, which programs and people know; the tests have them as recorded. */
static bool sigv4_refuse(struct sigv4_error *why, const char *type, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static bool sigv4_refuse(struct sigv4_error *why, const char *type, const char *format, ...)
{
    struct buf text = {0};
    va_list args;

    va_start(args, format);
    buf_vprintf(&text, format, args);
    va_end(args);
    why->type = json_cstring(type);
    why->message = json_take_buf(&text);
    return false;
}

static const char missing[] = "MissingAuthenticationTokenException";
static const char incomplete[] = "IncompleteSignatureException";
static const char invalid[] = "InvalidSignatureException";
static const char unrecognized[] = "UnrecognizedClientException";

/* Returns the first header of that name. The canonical form has all of them, so a second one can't
 * go unsigned. */
static const char *sigv4_header_of(const struct sigv4_request *q, const char *name)
{
    for (size_t i = 0; i < q->header_count; i++)
        if (!strcasecmp(q->headers[i].name, name))
            return q->headers[i].value;
    return NULL;
}

struct part {
    const char *text;
    size_t len;
};

/* What an Authorization header says. */
struct authorization {
    struct part credential, signed_headers, signature;
    struct part access_key, date, region, service, end; /* of the credential */
};

static bool sigv4_part_is(const struct part *p, const char *text)
{
    return p->len == strlen(text) && !memcmp(p->text, text, p->len);
}

/* AWS4-HMAC-SHA256 Credential=…, SignedHeaders=…, Signature=… in any order. */
static bool read_authorization(const char *text, struct authorization *a, struct sigv4_error *why)
{
    const struct {
        const char *name;
        struct part *part;
    } parts[] = {{"Credential", &a->credential},
                 {"Signature", &a->signature},
                 {"SignedHeaders", &a->signed_headers}};
    size_t len = strcspn(text, " ");
    const char *at = text + len;
    struct buf lacks = {0};

    if (len != strlen(algorithm) || memcmp(text, algorithm, len) != 0)
        return sigv4_refuse(why, incomplete, "Unsupported AWS 'algorithm': '%.*s'.", (int)len,
                            text);
    while (*(at += strspn(at, ", \t"))) {
        size_t name = strcspn(at, "=, \t"), value;

        if (at[name] != '=')
            return sigv4_refuse(
                why, incomplete,
                "'%.*s' not a valid key=value pair (missing equal-sign) in Authorization "
                "header: '%s'.",
                (int)name, at, text);
        value = strcspn(at + name + 1, ", \t");
        for (size_t i = 0; i < COUNT(parts); i++)
            if (name == strlen(parts[i].name) && !memcmp(at, parts[i].name, name))
                *parts[i].part = (struct part){at + name + 1, value};
        at += name + 1 + value;
    }
    for (size_t i = 0; i < COUNT(parts); i++)
        if (!parts[i].part->len)
            buf_printf(&lacks, "Authorization header requires '%s' parameter. ", parts[i].name);
    if (!lacks.len)
        return true;
    buf_printf(&lacks, "Authorization=%.*s", (int)len, text);
    sigv4_refuse(why, incomplete, "%s", buf_str(&lacks));
    buf_clear(&lacks);
    return false;
}

/* AKID/20150830/us-east-1/states/aws4_request, read from its end: a key may have slashes. */
static bool read_credential(struct authorization *a, struct sigv4_error *why)
{
    struct part *const fields[] = {&a->end, &a->service, &a->region, &a->date};
    size_t len = a->credential.len;

    for (size_t i = 0; i < COUNT(fields); i++) {
        size_t begin = len;

        while (begin && a->credential.text[begin - 1] != '/')
            begin--;
        if (!begin)
            return sigv4_refuse(why, incomplete,
                                "Credential must have exactly 5 slash-delimited elements, e.g. "
                                "keyid/date/region/service/term, got '%.*s'",
                                (int)a->credential.len, a->credential.text);
        *fields[i] = (struct part){a->credential.text + begin, len - begin};
        len = begin - 1;
    }
    a->access_key = (struct part){a->credential.text, len};
    return true;
}

/* "20150830T123600Z" */
static bool sigv4_read_date(const char *text, int64_t *ms)
{
    struct timestamp t;
    struct buf iso = {0};
    bool good;

    if (strlen(text) != SIGV4_DATE_SIZE - 1)
        return false;
    buf_printf(&iso, "%.4s-%.2s-%.2s%.1s%.2s:%.2s:%.2s%s", text, text + 4, text + 6, text + 8,
               text + 9, text + 11, text + 13, text + 15);
    good = timestamp_parse(buf_str(&iso), iso.len, &t);
    if (good)
        *ms = t.ms;
    buf_clear(&iso);
    return good;
}

/*
 * Fifteen minutes each way, as on AWS: so a request that somebody overheard is good for no longer.
 */
static bool check_date(const struct sigv4_request *q, const struct authorization *a, int64_t now_ms,
                       const char **date, struct sigv4_error *why)
{
    char now[SIGV4_DATE_SIZE], edge[SIGV4_DATE_SIZE];
    int64_t ms;

    *date = sigv4_header_of(q, "X-Amz-Date");
    if (!*date)
        return sigv4_refuse(why, incomplete,
                            "Authorization header requires existence of either a 'X-Amz-Date' or a "
                            "'Date' header. Authorization=%s",
                            algorithm);
    if (!sigv4_read_date(*date, &ms))
        return sigv4_refuse(why, incomplete,
                            "Date must be in ISO-8601 'basic format'. Got '%s'. See "
                            "http://en.wikipedia.org/wiki/ISO_8601",
                            *date);
    if (a->date.len != 8 || memcmp(a->date.text, *date, 8) != 0)
        return sigv4_refuse(
            why, invalid,
            "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of "
            "date from HTTP: '%.*s' != '%.8s', from '%s'.",
            (int)a->date.len, a->date.text, *date, *date);
    sigv4_write_date(now_ms, now);
    if (ms < now_ms - SIGV4_SKEW_MS) {
        sigv4_write_date(now_ms - SIGV4_SKEW_MS, edge);
        return sigv4_refuse(why, invalid,
                            "Signature expired: %s is now earlier than %s (%s - 15 min.)", *date,
                            edge, now);
    }
    if (ms > now_ms + SIGV4_SKEW_MS) {
        sigv4_write_date(now_ms + SIGV4_SKEW_MS, edge);
        return sigv4_refuse(why, invalid,
                            "Signature not yet current: %s is still later than %s (%s + 15 min.)",
                            *date, edge, now);
    }
    return true;
}

/* Any region will do: one server stands for all of them. The service must be ours. */
static bool check_scope(const struct authorization *a, const char *service, struct sigv4_error *why)
{
    if (!sigv4_part_is(&a->end, terminator))
        return sigv4_refuse(
            why, invalid, "Credential should be scoped with a valid terminator: '%s', not '%.*s'.",
            terminator, (int)a->end.len, a->end.text);
    if (!sigv4_part_is(&a->service, service))
        return sigv4_refuse(why, invalid, "Credential should be scoped to correct service: '%s'. ",
                            service);
    if (!a->region.len)
        return sigv4_refuse(why, invalid, "Credential should be scoped to a valid region. ");
    return true;
}

static bool sigv4_is_signed(const char *list, const char *name)
{
    for (; *list; list += strcspn(list, ";"), list += *list == ';')
        if (!strncasecmp(list, name, strlen(name)) &&
            (list[strlen(name)] == ';' || !list[strlen(name)]))
            return true;
    return false;
}

/* Checks the names of signed headers: they are in small letters, in order, at most MAX_SIGNED, and
 * the request has each of them. */
static bool check_signed_headers(const struct sigv4_request *q, const char *list,
                                 struct sigv4_error *why)
{
    const char *last = "", *at = list;
    size_t last_len = 0, count = 0;

    if (!sigv4_is_signed(list, "host"))
        return sigv4_refuse(
            why, invalid,
            "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.");
    if (sigv4_header_of(q, "X-Amz-Target") && !sigv4_is_signed(list, "x-amz-target"))
        return sigv4_refuse(why, invalid,
                            "'X-Amz-Target' must be a 'SignedHeader' in the AWS Authorization.");
    while (*at) {
        size_t len = strcspn(at, ";");

        for (size_t i = 0; i < len; i++)
            if (at[i] >= 'A' && at[i] <= 'Z')
                return sigv4_refuse(why, invalid,
                                    "SignedHeaders must be in lower case, but '%.*s' is not.",
                                    (int)len, at);
        if (!len || ++count > MAX_SIGNED || sigv4_by_bytes(last, last_len, at, len) >= 0)
            return sigv4_refuse(why, invalid, "SignedHeaders is not a sorted list of names: '%s'.",
                                list);
        last = at;
        last_len = len;
        at += len + (at[len] == ';');
    }
    return true;
}

/* Looks at every byte whatever it finds, so that the time it takes does not tell how many agree. */
static bool agrees(const struct part *given, struct buf *own)
{
    return given->len == own->len && digest_is_same(given->text, buf_str(own), own->len);
}

/* Keys that are temporary have a token, without which nobody may use them. */
static bool same_token(const struct sigv4_request *q, const struct sigv4_keys *keys)
{
    const char *given = sigv4_header_of(q, "X-Amz-Security-Token");

    if (!keys->session_token)
        return true;
    return given && strlen(given) == strlen(keys->session_token) &&
           digest_is_same(given, keys->session_token, strlen(given));
}

/* What the head of a request says of its signature. */
struct claim {
    struct authorization by;
    struct sigv4_keys keys; /* of its access key */
    const char *date;
    char *signed_headers; /* owned */
};

/* All that is asked of a request before its signature. Fills *c, which has to be freed even so. */
static bool read_claim(const struct sigv4_request *q, const char *service, int64_t now_ms,
                       sigv4_lookup *lookup, void *user, struct claim *c, struct sigv4_error *why)
{
    const char *text = sigv4_header_of(q, "Authorization");
    struct authorization *a = &c->by;

    if (!text || !*text)
        return sigv4_refuse(why, missing, "Missing Authentication Token");
    if (!read_authorization(text, a, why) || !read_credential(a, why))
        return false;
    c->signed_headers = mem_strndup(a->signed_headers.text, a->signed_headers.len);
    if (!check_scope(a, service, why) || !check_date(q, a, now_ms, &c->date, why) ||
        !check_signed_headers(q, c->signed_headers, why))
        return false;
    if (lookup(user, a->access_key.text, a->access_key.len, &c->keys) && same_token(q, &c->keys))
        return true;
    return sigv4_refuse(why, unrecognized,
                        "The security token included in the request is invalid.");
}

bool sigv4_verify_head(const struct sigv4_request *q, const char *service, int64_t now_ms,
                       sigv4_lookup *lookup, void *user, struct sigv4_error *why)
{
    struct claim c = {0};
    bool good = read_claim(q, service, now_ms, lookup, user, &c, why);

    mem_free(c.signed_headers);
    return good;
}

bool sigv4_verify(sigv4_signer *s, const struct sigv4_request *q, const char *service,
                  int64_t now_ms, sigv4_lookup *lookup, void *user, struct sigv4_error *why)
{
    struct claim c = {0};
    struct buf own = {0}, hash = {0};
    bool good = false;

    if (!read_claim(q, service, now_ms, lookup, user, &c, why))
        goto out;
    struct sigv4_scope_text scope = {c.date, c.by.region.text, c.by.region.len, c.by.service.text,
                                     c.by.service.len};
    signer_add_sha256(s, &hash, q->body, q->body_len);
    add_signature(s, q, c.signed_headers, buf_str(&hash), &scope, c.keys.secret_key, &own);
    good = agrees(&c.by.signature, &own);
    if (!good)
        sigv4_refuse(
            why, invalid,
            "The request signature we calculated does not match the signature you provided. "
            "Check your AWS Secret Access Key and signing method. Consult the service "
            "documentation for details.");
out:
    buf_clear(&own);
    buf_clear(&hash);
    mem_free(c.signed_headers);
    return good;
}
