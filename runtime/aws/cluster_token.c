/*
 * Tokens for clusters of EKS: "k8s-aws-v1." and the URL of a signed request of STS, in Base64 for
 * URLs. The cluster's name is a header of it, so that a token is good for that cluster alone.
 */
#include "runtime/aws/cluster_token.h"

#include "parsers/base/base64.h"
#include "parsers/base/percent.h"
#include "runtime/aws/endpoints.h"

#include <string.h>

enum { SECONDS = 60, SIGNATURE = SIGV4_HEX_SIZE - 1 };

static void add_parameter(struct buf *out, const char *name, const char *value)
{
    buf_printf(out, "&%s=", name);
    percent_encode(out, value, strlen(value), false);
}

/* All of the query but the signature, which is made of it. */
static void write_unsigned(struct buf *out, const struct sigv4_scope *scope,
                           const struct sigv4_keys *keys)
{
    char date[SIGV4_DATE_SIZE];
    struct buf credential = {0};

    sigv4_write_date(scope->now_ms, date);
    buf_printf(&credential, "%s/%.8s/%s/%s/aws4_request", keys->access_key, date, scope->region,
               scope->service);
    buf_adds(out, "Action=GetCallerIdentity&Version=2011-06-15");
    add_parameter(out, "X-Amz-Algorithm", "AWS4-HMAC-SHA256");
    add_parameter(out, "X-Amz-Credential", buf_str(&credential));
    add_parameter(out, "X-Amz-Date", date);
    buf_printf(out, "&X-Amz-Expires=%d", SECONDS);
    add_parameter(out, "X-Amz-SignedHeaders", "host;x-k8s-aws-id");
    if (keys->session_token)
        add_parameter(out, "X-Amz-Security-Token", keys->session_token);
    buf_clear(&credential);
}

/* Base64 with the two letters that URLs allow, and without what fills it up. */
static void add_base64_url(struct buf *out, const struct buf *text)
{
    struct buf plain = {0};

    base64_encode(&plain, text->data, text->len);
    for (size_t i = 0; i < plain.len && plain.data[i] != '='; i++)
        buf_addc(out, plain.data[i] == '+' ? '-' : plain.data[i] == '/' ? '_' : plain.data[i]);
    buf_clear(&plain);
}

void cluster_token_write(struct buf *out, sigv4_signer *s, const char *cluster, const char *region,
                         const struct sigv4_keys *keys, int64_t now_ms)
{
    struct buf url = {0}, query = {0};
    struct sigv4_scope scope = {region, "sts", now_ms};
    struct sigv4_keys plain = {keys->access_key, keys->secret_key, NULL};
    struct sigv4_signed is;

    if (!endpoints_write_own(&url, "STS", region, &scope.region))
        buf_printf(&url, "https://sts.%s.amazonaws.com", region);
    write_unsigned(&query, &scope, keys);
    struct sigv4_header headers[] = {{"Host", strstr(buf_str(&url), "://") + 3},
                                     {"x-k8s-aws-id", cluster}};
    sigv4_sign(s,
               &(struct sigv4_request){.method = "GET",
                                       .path = "/",
                                       .query = buf_str(&query),
                                       .headers = headers,
                                       .header_count = 2,
                                       .in_query = true},
               &plain, &scope, false, &is);
    buf_printf(&url, "/?%s&X-Amz-Signature=", buf_str(&query));
    buf_add(&url, is.authorization.data + is.authorization.len - SIGNATURE, SIGNATURE);
    buf_adds(out, "k8s-aws-v1.");
    add_base64_url(out, &url);
    sigv4_signed_clear(&is);
    buf_clear(&url);
    buf_clear(&query);
}
