/* Signature Version 4: AWS's published vectors, and requests that are refused. */
#include "tests/support/expect.h"

#include "parsers/base/mem.h"
#include "runtime/aws/own_keys.h"
#include "runtime/aws/sigv4.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct sigv4_keys example = {"AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
                                          NULL};
enum { MAX_HEADERS = 6 };
/* 2015-08-30T12:36:00Z */
static const int64_t then_ms = INT64_C(1440938160000);

static sigv4_signer *signer;

static void set_up(void)
{
    signer = sigv4_signer_new();
}

static void tear_down(void)
{
    sigv4_signer_free(signer);
}

#define FORM "application/x-www-form-urlencoded"

/* The suite's own requests: us-east-1, "service", Host and X-Amz-Date signed. */
static const struct {
    const char *name, *method, *path, *query, *body, *service;
    struct sigv4_header headers[MAX_HEADERS];
    const char *want;
} vectors[] = {
    {"get-vanilla",
     "GET",
     "/",
     NULL,
     "",
     "service",
     {{0}},
     "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"},
    {"post-vanilla",
     "POST",
     "/",
     NULL,
     "",
     "service",
     {{0}},
     "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"},
    {"get-vanilla-query-order-key-case",
     "GET",
     "/",
     "Param2=value2&Param1=value1",
     "",
     "service",
     {{0}},
     "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"},
    {"get-vanilla-empty-query-key",
     "GET",
     "/",
     "Param1=value1",
     "",
     "service",
     {{0}},
     "a67d582fa61cc504c4bae71f336f98b97f1ea3c7a6bfe1b6e45aec72011b9aeb"},
    {"get-vanilla-utf8-query",
     "GET",
     "/",
     "\xe1\x88\xb4=bar",
     "",
     "service",
     {{0}},
     "2cdec8eed098649ff3a119c94853b13c643bcf08f8b0a1d91e12c9027818dd04"},
    {"get-utf8",
     "GET",
     "/\xe1\x88\xb4",
     NULL,
     "",
     "service",
     {{0}},
     "8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85"},
    {"get-unreserved",
     "GET",
     "/-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
     NULL,
     "",
     "service",
     {{0}},
     "07ef7494c76fa4850883e2b006601f940f8a34d404d0cfa977f52a65bbf5f24f"},
    {"get-space",
     "GET",
     "/example space/",
     NULL,
     "",
     "service",
     {{0}},
     "652487583200325589f1fba4c7e578f72c47cb61beeca81406b39ddec1366741"},
    {"get-relative",
     "GET",
     "/example/..",
     NULL,
     "",
     "service",
     {{0}},
     "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"},
    {"get-relative-relative",
     "GET",
     "/example1/example2/../..",
     NULL,
     "",
     "service",
     {{0}},
     "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"},
    {"get-slash",
     "GET",
     "//",
     NULL,
     "",
     "service",
     {{0}},
     "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"},
    {"get-slash-dot-slash",
     "GET",
     "/./",
     NULL,
     "",
     "service",
     {{0}},
     "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"},
    {"get-slashes",
     "GET",
     "//example//",
     NULL,
     "",
     "service",
     {{0}},
     "9a624bd73a37c9a373b5312afbebe7a714a789de108f0bdfe846570885f57e84"},
    {"get-slash-pointless-dot",
     "GET",
     "/./example",
     NULL,
     "",
     "service",
     {{0}},
     "ef75d96142cf21edca26f06005da7988e4f8dc83a165a80865db7089db637ec5"},
    {"get-header-key-duplicate",
     "GET",
     "/",
     NULL,
     "",
     "service",
     {{"My-Header1", "value2"}, {"My-Header1", "value2"}, {"My-Header1", "value1"}},
     "c9d5ea9f3f72853aea855b47ea873832890dbdd183b4468f858259531a5138ea"},
    {"get-header-value-order",
     "GET",
     "/",
     NULL,
     "",
     "service",
     {{"My-Header1", "value4"},
      {"My-Header1", "value1"},
      {"My-Header1", "value3"},
      {"My-Header1", "value2"}},
     "08c7e5a9acfcfeb3ab6b2185e75ce8b1deb5e634ec47601a50643f830c755c01"},
    {"get-header-value-trim",
     "GET",
     "/",
     NULL,
     "",
     "service",
     {{"My-Header1", " value1"}, {"My-Header2", " \"a   b   c\""}},
     "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736"},
    {"post-header-key-sort",
     "POST",
     "/",
     NULL,
     "",
     "service",
     {{"My-Header1", "value1"}},
     "c5410059b04c1ee005303aed430f6e6645f61f4dc9e1461ec8f8916fdf18852c"},
    {"post-header-value-case",
     "POST",
     "/",
     NULL,
     "",
     "service",
     {{"My-Header1", "VALUE1"}},
     "cdbc9802e29d2942e5e10b5bccfdd67c5f22c7c4e8ae67b53629efa58b974b7d"},
    {"post-vanilla-query",
     "POST",
     "/",
     "Param1=value1",
     "",
     "service",
     {{0}},
     "28038455d6de14eafc1f9222cf5aa6f1a96197d7deb8263271d420d138af7f11"},
    {"post-x-www-form-urlencoded",
     "POST",
     "/",
     NULL,
     "Param1=value1",
     "service",
     {{"Content-Type", FORM}},
     "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a"},
    {"post-x-www-form-urlencoded-parameters",
     "POST",
     "/",
     NULL,
     "Param1=value1",
     "service",
     {{"Content-Type", FORM "; charset=utf8"}},
     "1a72ec8f64bd914b0e42e42607c7fbce7fb2c7465f63e3092b3b0d39fa77a6fe"},
};

static struct sigv4_request request_of(size_t i, struct sigv4_header *headers)
{
    size_t count = 0;

    headers[count++] = (struct sigv4_header){"Host", "example.amazonaws.com"};
    for (size_t k = 0; k < MAX_HEADERS && vectors[i].headers[k].name; k++)
        headers[count++] = vectors[i].headers[k];
    return (struct sigv4_request){.method = vectors[i].method,
                                  .path = vectors[i].path,
                                  .query = vectors[i].query,
                                  .headers = headers,
                                  .header_count = count,
                                  .body = vectors[i].body,
                                  .body_len = strlen(vectors[i].body)};
}

START_TEST(sign)
{
    struct sigv4_header headers[MAX_HEADERS + 1];
    struct sigv4_request q = request_of((size_t)_i, headers);
    struct sigv4_signed s;
    const char *got;

    sigv4_sign(signer, &q, &example,
               &(struct sigv4_scope){"us-east-1", vectors[_i].service, then_ms}, false, &s);
    got = strstr(buf_str(&s.authorization), "Signature=");
    ck_assert_str_eq(s.date, "20150830T123600Z");
    ck_assert_msg(got && !strcmp(got + strlen("Signature="), vectors[_i].want), "%s: %s",
                  vectors[_i].name, buf_str(&s.authorization));
    sigv4_signed_clear(&s);
}
END_TEST

/* ---- verifying ---- */

static bool lookup(void *user, const char *access_key, size_t len, struct sigv4_keys *out)
{
    const struct sigv4_keys *k = user;

    *out = *k;
    return strlen(k->access_key) == len && !memcmp(k->access_key, access_key, len);
}

/* What we sign, we accept: all vectors, with a token too. */
START_TEST(verify)
{
    struct sigv4_keys keys = example;
    struct sigv4_header headers[MAX_HEADERS + 4];
    struct sigv4_request q = request_of((size_t)_i, headers);
    struct sigv4_error why = {0};
    struct sigv4_signed s;
    bool good;

    keys.session_token = "token";
    sigv4_sign(signer, &q, &keys, &(struct sigv4_scope){"eu-west-1", "states", then_ms}, false, &s);
    headers[q.header_count++] = (struct sigv4_header){"x-amz-date", s.date};
    headers[q.header_count++] = (struct sigv4_header){"X-AMZ-Security-Token", s.session_token};
    headers[q.header_count++] = (struct sigv4_header){"authorization", buf_str(&s.authorization)};
    good = sigv4_verify(signer, &q, "states", then_ms + SIGV4_SKEW_MS, lookup, &keys, &why);
    ck_assert_msg(good, "%s: %s", vectors[_i].name, good ? "" : json_str(why.message));
    sigv4_signed_clear(&s);
}
END_TEST

/* A good request, with one thing changed. */
static const struct {
    const char *name, *header, *value; /* in the place of the header's; NULL: without it */
    const char *body;                  /* NULL: as it was */
    int64_t later_ms;
    const char *type, *message;
} refusals[] = {
    {"no Authorization", "Authorization", NULL, NULL, 0, "MissingAuthenticationTokenException",
     "Missing Authentication Token"},
    {"an empty Authorization", "Authorization", "", NULL, 0, "MissingAuthenticationTokenException",
     "Missing Authentication Token"},
    {"another algorithm", "Authorization", "Basic dTpw", NULL, 0, "IncompleteSignatureException",
     "Unsupported AWS 'algorithm': 'Basic'."},
    {"no parameters", "Authorization", "AWS4-HMAC-SHA256", NULL, 0, "IncompleteSignatureException",
     "Authorization header requires 'Credential' parameter. Authorization header requires "
     "'Signature' parameter. Authorization header requires 'SignedHeaders' parameter. "
     "Authorization=AWS4-HMAC-SHA256"},
    {"a parameter without a value", "Authorization", "AWS4-HMAC-SHA256 Credential", NULL, 0,
     "IncompleteSignatureException",
     "'Credential' not a valid key=value pair (missing equal-sign) in Authorization header: "
     "'AWS4-HMAC-SHA256 Credential'."},
    {"a short credential", "Authorization",
     "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830, SignedHeaders=host, Signature=0", NULL, 0,
     "IncompleteSignatureException",
     "Credential must have exactly 5 slash-delimited elements, e.g. "
     "keyid/date/region/service/term, got 'AKIDEXAMPLE/20150830'"},
    {"another service", "Authorization",
     "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/sqs/aws4_request, "
     "SignedHeaders=host, Signature=0",
     NULL, 0, "InvalidSignatureException",
     "Credential should be scoped to correct service: 'states'. "},
    {"another end of the scope", "Authorization",
     "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/states/aws3, SignedHeaders=host, "
     "Signature=0",
     NULL, 0, "InvalidSignatureException",
     "Credential should be scoped with a valid terminator: 'aws4_request', not 'aws3'."},
    {"a scope of another day", "Authorization",
     "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150829/us-east-1/states/aws4_request, "
     "SignedHeaders=host, Signature=0",
     NULL, 0, "InvalidSignatureException",
     "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: "
     "'20150829' != '20150830', from '20150830T123600Z'."},
    {"Host is not signed", "Authorization",
     "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/states/aws4_request, "
     "SignedHeaders=x-amz-date, Signature=0",
     NULL, 0, "InvalidSignatureException",
     "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization."},
    {"X-Amz-Target is not signed", "Authorization",
     "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/states/aws4_request, "
     "SignedHeaders=host;x-amz-date, Signature=0",
     NULL, 0, "InvalidSignatureException",
     "'X-Amz-Target' must be a 'SignedHeader' in the AWS Authorization."},
    {"signed headers out of order", "Authorization",
     "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/states/aws4_request, "
     "SignedHeaders=x-amz-target;host, Signature=0",
     NULL, 0, "InvalidSignatureException",
     "SignedHeaders is not a sorted list of names: 'x-amz-target;host'."},
    {"a header signed twice", "Authorization",
     "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/states/aws4_request, "
     "SignedHeaders=host;host;x-amz-target, Signature=0",
     NULL, 0, "InvalidSignatureException",
     "SignedHeaders is not a sorted list of names: 'host;host;x-amz-target'."},
    {"a key that nobody has", "Authorization",
     "AWS4-HMAC-SHA256 Credential=AKIDOTHER/20150830/us-east-1/states/aws4_request, "
     "SignedHeaders=host;x-amz-target, Signature=0",
     NULL, 0, "UnrecognizedClientException",
     "The security token included in the request is invalid."},
    {"no date", "X-Amz-Date", NULL, NULL, 0, "IncompleteSignatureException",
     "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. "
     "Authorization=AWS4-HMAC-SHA256"},
    {"a date that is none", "X-Amz-Date", "20151330T123600Z", NULL, 0,
     "IncompleteSignatureException",
     "Date must be in ISO-8601 'basic format'. Got '20151330T123600Z'. See "
     "http://en.wikipedia.org/wiki/ISO_8601"},
    {"another date", "X-Amz-Date", "20150830T123601Z", NULL, 0, "InvalidSignatureException", NULL},
    {"another operation", "X-Amz-Target", "AWSStepFunctions.DeleteStateMachine", NULL, 0,
     "InvalidSignatureException", NULL},
    {"another host", "Host", "elsewhere", NULL, 0, "InvalidSignatureException", NULL},
    {"another body", NULL, NULL, "{\"a\":2}", 0, "InvalidSignatureException",
     "The request signature we calculated does not match the signature you provided. Check your "
     "AWS Secret Access Key and signing method. Consult the service documentation for details."},
    {"too late", NULL, NULL, NULL, SIGV4_SKEW_MS + 1000, "InvalidSignatureException",
     "Signature expired: 20150830T123600Z is now earlier than 20150830T123601Z "
     "(20150830T125101Z - 15 min.)"},
    {"too early", NULL, NULL, NULL, -SIGV4_SKEW_MS - 1000, "InvalidSignatureException",
     "Signature not yet current: 20150830T123600Z is still later than 20150830T123559Z "
     "(20150830T122059Z + 15 min.)"},
};

START_TEST(refusal)
{
    struct sigv4_keys keys = example;
    const char *body = refusals[_i].body ? refusals[_i].body : "{\"a\":1}";
    struct sigv4_header headers[] = {{"Host", "127.0.0.1:8083"},
                                     {"X-Amz-Target", "AWSStepFunctions.ListStateMachines"},
                                     {"X-Amz-Date", NULL},
                                     {"Authorization", NULL}};
    struct sigv4_request q = {.method = "POST",
                              .path = "/",
                              .headers = headers,
                              .header_count = 2,
                              .body = "{\"a\":1}",
                              .body_len = strlen("{\"a\":1}")};
    struct sigv4_error why = {0};
    struct sigv4_signed s;
    size_t count = 0;

    sigv4_sign(signer, &q, &keys, &(struct sigv4_scope){"us-east-1", "states", then_ms}, false, &s);
    headers[2].value = s.date;
    headers[3].value = buf_str(&s.authorization);
    q.body = body;
    q.body_len = strlen(body);
    for (size_t i = 0; i < COUNT(headers); i++) {
        bool this = refusals[_i].header && !strcmp(headers[i].name, refusals[_i].header);

        if (this && !refusals[_i].value)
            continue;
        headers[count] = headers[i];
        if (this)
            headers[count].value = refusals[_i].value;
        count++;
    }
    q.header_count = count;
    ck_assert_msg(
        !sigv4_verify(signer, &q, "states", then_ms + refusals[_i].later_ms, lookup, &keys, &why),
        "%s: it was accepted", refusals[_i].name);
    ck_assert_msg(json_str_is(why.type, refusals[_i].type), "%s: %s", refusals[_i].name,
                  json_str(why.type));
    if (refusals[_i].message)
        ck_assert_str_eq(json_str(why.message), refusals[_i].message);
    /* All but the signature shows before the body has come, in the same words. */
    bool by_signature = !strncmp(json_str(why.message), "The request signature", 21);
    struct sigv4_error early = {0};
    q.body_len = 0;
    ck_assert_msg(sigv4_verify_head(&q, "states", then_ms + refusals[_i].later_ms, lookup, &keys,
                                    &early) == by_signature,
                  "%s: by its head", refusals[_i].name);
    ck_assert(by_signature || !strcmp(json_str(early.message), json_str(why.message)));
    sigv4_error_clear(&early);
    sigv4_error_clear(&why);
    sigv4_signed_clear(&s);
}
END_TEST

/* What is near to a good signature is none. */
static const struct {
    const char *name, *token, *more; /* the token that is sent; what follows the signature */
    bool good;
} near_misses[] = {
    {"the token that the keys have", "token", "", true},
    {"no token", NULL, "", false},
    {"another token", "tokem", "", false},
    {"a shorter token", "toke", "", false},
    {"a longer signature", "token", "0", false},
};

START_TEST(near_miss)
{
    struct sigv4_keys keys = example;
    struct sigv4_header headers[4] = {{"Host", "h"}};
    struct sigv4_request q = {
        .method = "GET", .path = "/", .headers = headers, .header_count = 1, .body = ""};
    struct sigv4_error why = {0};
    struct sigv4_signed s;

    /* signed as if it had none: then the token is no part of what is signed */
    sigv4_sign(signer, &q, &keys, &(struct sigv4_scope){"us-east-1", "states", then_ms}, false, &s);
    keys.session_token = "token";
    buf_adds(&s.authorization, near_misses[_i].more);
    headers[q.header_count++] = (struct sigv4_header){"X-Amz-Date", s.date};
    headers[q.header_count++] = (struct sigv4_header){"Authorization", buf_str(&s.authorization)};
    if (near_misses[_i].token)
        headers[q.header_count++] =
            (struct sigv4_header){"X-Amz-Security-Token", near_misses[_i].token};
    ck_assert_msg(sigv4_verify(signer, &q, "states", then_ms, lookup, &keys, &why) ==
                      near_misses[_i].good,
                  "%s", near_misses[_i].name);
    sigv4_error_clear(&why);
    sigv4_signed_clear(&s);
}
END_TEST

/* A signer that has signed for many others signs as a new one does. */
static const struct {
    const char *name, *secret, *region, *service;
    int64_t later_ms;
} kept_keys[] = {
    {"what was signed first", "a", "r", "s", 0},
    {"another secret that begins alike", "ab", "r", "s", 0},
    {"another region that begins alike", "a", "rr", "s", 0},
    {"another service that begins alike", "a", "r", "ss", 0},
    {"an empty service", "a", "r", "", 0},
    {"a secret longer than a block",
     "0123456789012345678901234567890123456789012345678901234567890", "r", "s", 0},
    {"the next day", "a", "r", "s", INT64_C(24) * 60 * 60 * 1000},
    {"a time of the same day", "a", "r", "s", 60 * 1000},
};

static void sign_row(sigv4_signer *by, size_t i, struct buf *out)
{
    struct sigv4_header host = {"Host", "h"};
    struct sigv4_signed s;

    sigv4_sign(by,
               &(struct sigv4_request){
                   .method = "GET", .path = "/", .headers = &host, .header_count = 1, .body = ""},
               &(struct sigv4_keys){"AKID", kept_keys[i].secret, NULL},
               &(struct sigv4_scope){kept_keys[i].region, kept_keys[i].service,
                                     then_ms + kept_keys[i].later_ms},
               false, &s);
    buf_adds(out, buf_str(&s.authorization));
    sigv4_signed_clear(&s);
}

START_TEST(kept_key)
{
    sigv4_signer *other = sigv4_signer_new();
    struct buf got = {0}, want = {0};

    for (size_t round = 0; round < 2; round++)
        for (size_t i = 0; i < COUNT(kept_keys); i++)
            sign_row(signer, i, &got);
    for (char region[] = "r0"; region[1] <= '9'; region[1]++) {
        struct sigv4_request q = {.method = "GET", .path = "/", .body = ""};
        struct sigv4_signed s;

        buf_clear(&got);
        sign_row(signer, (size_t)_i, &got);
        sigv4_sign(signer, &q, &example, &(struct sigv4_scope){region, "s", then_ms}, false, &s);
        sigv4_signed_clear(&s);
    }
    sign_row(other, (size_t)_i, &want);
    ck_assert_msg(!strcmp(buf_str(&got), buf_str(&want)), "%s: %s", kept_keys[_i].name,
                  buf_str(&got));
    buf_clear(&got);
    buf_clear(&want);
    sigv4_signer_free(other);
}
END_TEST

/* 64 headers may be signed, and 256 parameters are put in order. */
START_TEST(bounds)
{
    struct sigv4_keys keys = example;

    for (size_t count = 63; count <= 64; count++) {
        struct sigv4_header headers[66] = {{"Host", "h"}};
        char names[64][8];
        struct sigv4_request q = {
            .method = "GET", .path = "/", .headers = headers, .header_count = count, .body = ""};
        struct sigv4_error why = {0};
        struct sigv4_signed s;

        for (size_t i = 1; i < count; i++) {
            snprintf(names[i], sizeof names[i], "a%02zu", i);
            headers[i] = (struct sigv4_header){names[i], "v"};
        }
        sigv4_sign(signer, &q, &keys, &(struct sigv4_scope){"us-east-1", "states", then_ms}, false,
                   &s);
        headers[q.header_count++] = (struct sigv4_header){"X-Amz-Date", s.date};
        headers[q.header_count++] =
            (struct sigv4_header){"Authorization", buf_str(&s.authorization)};
        ck_assert_msg(sigv4_verify(signer, &q, "states", then_ms, lookup, &keys, &why) ==
                          (count == 63),
                      "%zu headers", count);
        sigv4_error_clear(&why);
        sigv4_signed_clear(&s);
    }
    for (size_t count = 256; count <= 257; count++) {
        struct buf query = {0}, got = {0};

        for (size_t i = 1; i < count; i++)
            buf_adds(&query, "b&");
        buf_adds(&query, "a");
        sigv4_canonical(signer,
                        &(struct sigv4_request){
                            .method = "GET", .path = "/", .query = buf_str(&query), .body = ""},
                        "host", &got);
        ck_assert(!strncmp(buf_str(&got), count == 256 ? "GET\n/\na=" : "GET\n/\nb=", 8));
        buf_clear(&query);
        buf_clear(&got);
    }
}
END_TEST

/* ---- files of keys ---- */

#define KEY "aws_access_key_id = AKID\n"
#define SECRET "aws_secret_access_key = se=cret \n"

static const struct {
    const char *name, *text, *profile;
    const char *want; /* "AKID se=cret token"; or, with a colon, why it is refused */
} key_files[] = {
    {"a key", "[default]\n" KEY SECRET, NULL, "AKID se=cret -"},
    {"a token with it", "[default]\n" KEY SECRET "aws_session_token=t\n", NULL, "AKID se=cret t"},
    {"comments, blanks and other settings", "# c\n\n ; d\n\t[ default ]\t\nregion = x\n" KEY SECRET,
     NULL, "AKID se=cret -"},
    {"lines of Windows", "[default]\r\naws_access_key_id = A\r\naws_secret_access_key = s\r\n",
     NULL, "A s -"},
    {"a profile", "[default]\n" KEY "[profile x]\naws_access_key_id=B\naws_secret_access_key=c",
     "x", "B c -"},
    {"capitals, and colons", "[default]\nAWS_ACCESS_KEY_ID : A\nAws_Secret_Access_Key: s=:\n", NULL,
     "A s=: -"},
    {"a token under its older name", "[default]\n" KEY SECRET "aws_security_token=t\n", NULL,
     "AKID se=cret t"},
    {"a comment behind a profile", "[x] ; mine\n" KEY SECRET, "x", "AKID se=cret -"},
    {"a profile in quotes", "[profile \"x y\"]\n" KEY SECRET, "x y", "AKID se=cret -"},
    {"a setting as deep as the group before it",
     "[default]\n  s3 =\n    aws_access_key_id = B\n  " KEY "  " SECRET, NULL, "AKID se=cret -"},
    {"a profile that isn't there", "[default]\n" KEY SECRET, "y", "none"},
    {"a profile without its secret", "[default]\n" KEY "[x]\n" KEY SECRET, NULL, "none"},
    {"no bracket at its end", "[default\n" KEY SECRET, NULL, ":1: a profile's name stands in"},
    {"no name", "[ ]\n" KEY SECRET, NULL, ":1: a profile needs a name"},
    {"no profile", KEY SECRET, NULL, ":1: [PROFILE] must come first"},
    {"no setting", "[default]\n" KEY "secret\n", NULL, ":3: a line is [PROFILE] or NAME = VALUE"},
    {"an empty key", "[default]\naws_access_key_id =\n" SECRET, NULL, ":2: this needs a value"},
    {"a key alone", "[default]\n" KEY, NULL, ": there is no profile with"},
    {"nothing", "", NULL, ": there is no profile with"},
};

START_TEST(key_file)
{
    char path[] = "/tmp/asl-keys-XXXXXX";
    int fd = mkstemp(path);
    size_t len = strlen(key_files[_i].text);
    struct diag why = {0};
    struct sigv4_keys found = {0};
    struct buf got = {0};
    own_keys *own = own_keys_new();
    struct key_plan *plan = NULL;
    credentials *c;

    ck_assert_int_eq(write(fd, key_files[_i].text, len), (int)len);
    close(fd);
    unsetenv("AWS_ACCESS_KEY_ID");
    unsetenv("AWS_SECRET_ACCESS_KEY");
    setenv("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent", 1);
    setenv("AWS_CONFIG_FILE", "/nonexistent", 1);
    if (key_files[_i].profile)
        setenv("AWS_PROFILE", key_files[_i].profile, 1);
    else
        unsetenv("AWS_PROFILE");
    c = credentials_load(path, &why);
    if (c)
        plan = own_keys_find(own, c, 0);
    if (!c) {
        ck_assert_msg(strstr(key_files[_i].want, ": ") && strstr(why.text, key_files[_i].want),
                      "%s: %s", key_files[_i].name, why.text);
    } else if (plan->source) {
        struct sigv4_keys keys = plan->source->keys;
        size_t key = strlen(keys.access_key);
        buf_printf(&got, "%s %s %s", keys.access_key, keys.secret_key,
                   keys.session_token ? keys.session_token : "-");
        expect_text(key_files[_i].name, buf_str(&got), key_files[_i].want);
        ck_assert(credentials_find(c, keys.access_key, key, &found));
        ck_assert_str_eq(found.secret_key, keys.secret_key);
        ck_assert(!credentials_find(c, keys.access_key, key - 1, &found));
        ck_assert(!credentials_find(c, "AKIDX", 5, &found));
    } else {
        expect_text(key_files[_i].name, "none", key_files[_i].want);
    }
    key_plan_unref(plan);
    own_keys_free(own);
    credentials_free(c);
    buf_clear(&got);
    diag_clear(&why);
    unlink(path);
}
END_TEST

START_TEST(key_file_with_nul)
{
    static const char text[] = "[default]\naws_access_key_id = A\0B\naws_secret_access_key = s\n";
    char path[] = "/tmp/asl-keys-XXXXXX";
    int fd = mkstemp(path);
    struct diag why = {0};

    ck_assert_int_eq(write(fd, text, sizeof text - 1), sizeof text - 1);
    close(fd);
    ck_assert(!credentials_load(path, &why));
    ck_assert_msg(strstr(why.text, ":2: there is a NUL in it") != NULL, "%s", why.text);
    diag_clear(&why);
    unlink(path);
}
END_TEST

/* ---- canonical requests ---- */

static const struct {
    const char *name, *path, *query;
    bool as_is;
    const char *want; /* path and query */
} canonicals[] = {
    {"an encoded path is encoded again", "/a%20b", NULL, false, "/a%2520b\n\n"},
    {"but not for S3", "/a%20b/../c", NULL, true, "/a%20b/../c\n\n"},
    {"more .. than there are segments", "/../../a/.", NULL, false, "/a/\n\n"},
    {"an empty path", "", NULL, false, "/\n\n"},
    {"values sort where names are the same", "/", "a=2&a=1&a=", false, "/\na=&a=1&a=2\n"},
    {"a shorter name comes first", "/", "ab=1&a=2", false, "/\na=2&ab=1\n"},
    {"what is encoded is encoded once", "/", "a=%7e%2F%2f", false, "/\na=~%2F%2F\n"},
    {"a percent sign that begins nothing", "/", "a=%zz%4", false, "/\na=%25zz%254\n"},
    {"a second equals sign belongs to the value", "/", "a=b=c", false, "/\na=b%3Dc\n"},
    {"a parameter without name and value", "/", "=", false, "/\n=\n"},
    {"and two of them", "/", "=&=", false, "/\n=&=\n"},
    {"empty parameters don't count", "/", "&&a&", false, "/\na=\n"},
    {"plus stays plus", "/", "a=b+c", false, "/\na=b%2Bc\n"},
};

START_TEST(canonical)
{
    struct sigv4_request q = {.method = "GET",
                              .path = canonicals[_i].path,
                              .query = canonicals[_i].query,
                              .path_as_is = canonicals[_i].as_is};
    struct buf got = {0}, want = {0};

    sigv4_canonical(signer, &q, "", &got);
    buf_printf(&want, "GET\n%s\n\ne3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
               canonicals[_i].want);
    ck_assert_msg(!strcmp(buf_str(&got), buf_str(&want)), "%s: %s", canonicals[_i].name,
                  buf_str(&got));
    buf_clear(&got);
    buf_clear(&want);
}
END_TEST

/* ---- credentials ---- */

static const struct {
    const char *name, *text;
    const char *why; /* NULL: it is read, and has AKID with the secret "s3cr3t/=" */
} files[] = {
    {"two profiles",
     "# mine\n[default]\naws_access_key_id = OTHER\naws_secret_access_key=x\n\n"
     "[profile ci]\r\naws_access_key_id=AKID\r\n aws_secret_access_key = s3cr3t/=\r\n",
     NULL},
    {"settings of other kinds",
     "[a]\nregion = eu\naws_access_key_id=AKID\naws_secret_access_key=s3cr3t/=\ns3 =\n  x = y\n",
     NULL},
    {"no profile", "aws_access_key_id=A\n", "1: [PROFILE] must come first"},
    {"no setting", "[a]\nnothing\n", "2: a line is [PROFILE] or NAME = VALUE"},
    {"half a bracket", "[a\n", "1: a profile's name stands in brackets, as in [default]"},
    {"no name", "[ ]\n", "1: a profile needs a name"},
    {"no value", "[a]\naws_access_key_id =\n", "2: this needs a value"},
    {"no keys", "[a]\nregion=eu\n",
     " there is no profile with aws_access_key_id and aws_secret_access_key in it"},
};

START_TEST(credentials_file)
{
    char path[] = "/tmp/asl-credentials-XXXXXX";
    int fd = mkstemp(path);
    struct diag why = {0};
    struct sigv4_keys keys;
    credentials *c;

    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(write(fd, files[_i].text, strlen(files[_i].text)),
                     (int)strlen(files[_i].text));
    close(fd);
    c = credentials_load(path, &why);
    unlink(path);
    if (files[_i].why) {
        ck_assert_msg(!c, "%s: it was read", files[_i].name);
        ck_assert_str_eq(why.text + strlen(path) + 1, files[_i].why);
    } else {
        ck_assert_msg(c != NULL, "%s: %s", files[_i].name, c ? "" : why.text);
        ck_assert(credentials_find(c, "AKID", 4, &keys));
        ck_assert_str_eq(keys.secret_key, "s3cr3t/=");
        ck_assert(!credentials_find(c, "AKI", 3, &keys));
        ck_assert(!credentials_find(c, "AKIDX", 5, &keys));
    }
    credentials_free(c);
    diag_clear(&why);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("sigv4");
    TCase *t = tcase_create("sigv4");

    tcase_add_checked_fixture(t, set_up, tear_down);
    tcase_add_loop_test(t, sign, 0, COUNT(vectors));
    tcase_add_loop_test(t, verify, 0, COUNT(vectors));
    tcase_add_loop_test(t, refusal, 0, COUNT(refusals));
    tcase_add_loop_test(t, key_file, 0, COUNT(key_files));
    tcase_add_loop_test(t, near_miss, 0, COUNT(near_misses));
    tcase_add_test(t, bounds);
    tcase_add_loop_test(t, kept_key, 0, COUNT(kept_keys));
    tcase_add_test(t, key_file_with_nul);
    tcase_add_loop_test(t, canonical, 0, COUNT(canonicals));
    tcase_add_loop_test(t, credentials_file, 0, COUNT(files));
    suite_add_tcase(s, t);
    return run_suite(s);
}
