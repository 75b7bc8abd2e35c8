/* model: what services.dat says of AWS's services, and that a damaged file is refused. */

#include "tests/support/expect.h"

#include "asl/model/model.h"
#include "asl/model/model_file.h"
#include "parsers/base/buf.h"
#include "parsers/base/mem.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct model_service *service(const char *name)
{
    const struct model_service *s = model_service_named(name, strlen(name));

    ck_assert_msg(s, "%s: there is no such service", name);
    return s;
}

static struct model_operation operation(const struct model_service *s, const char *name)
{
    struct model_operation o;

    ck_assert_msg(model_operation_named(s, name, strlen(name), &o),
                  "%s: there is no such operation", name);
    return o;
}

/* ---- services ---- */

/* name, then: id, label, protocol, endpoint, signing, version, target, json, signature */
static const struct {
    const char *name, *want;
} services[] = {
    {"dynamodb", "DynamoDB DynamoDb 0 dynamodb dynamodb 2012-08-10 DynamoDB_20120810 1.0 v4"},
    {"sfn", "SFN Sfn 0 states states 2016-11-23 AWSStepFunctions 1.0 v4"},
    {"cloudwatchlogs",
     "CloudWatch Logs CloudWatchLogs 0 logs logs 2014-03-28 Logs_20140328 1.1 v4"},
    {"CloudWatch Logs",
     "CloudWatch Logs CloudWatchLogs 0 logs logs 2014-03-28 Logs_20140328 1.1 v4"},
    {"lambda", "Lambda Lambda 1 lambda lambda 2015-03-31 - - v4"},
    {"s3", "S3 S3 2 s3 s3 2006-03-01 - - s3"},
    {"sns", "SNS Sns 3 sns sns 2010-03-31 - - v4"},
    {"ec2", "EC2 Ec2 4 ec2 ec2 2016-11-15 - - v4"},
    {"sesv2", "SESv2 SesV2 1 email ses 2019-09-27 - 1.1 v4"},
    {"wafv2", "WAFV2 Wafv2 0 wafv2 wafv2 2019-07-29 AWSWAF_20190729 1.1 v4"},
    {"config",
     "Config Service ConfigService 0 config config 2014-11-12 StarlingDoveService 1.1 v4"},
    {"secretsmanager",
     "Secrets Manager SecretsManager 0 secretsmanager secretsmanager 2017-10-17 secretsmanager 1.1 "
     "v4"},
};

static const char *or_dash(const char *text)
{
    return text ? text : "-";
}

START_TEST(what_a_service_is)
{
    const struct model_service *s = service(services[_i].name);
    struct buf got = {0};

    buf_printf(&got, "%s %s %d %s %s %s %s %s %s", s->id, s->label, (int)s->protocol, s->endpoint,
               s->signing, s->version, or_dash(s->target), or_dash(s->json), s->signature);
    expect_text(services[_i].name, buf_str(&got), services[_i].want);
    buf_clear(&got);
}
END_TEST

START_TEST(no_such_service)
{
    static const char *const none[] = {"", "s", "s33", "dynamo", "zzz", "\xc3\xa4", "s3\001"};
    char is_long[400];

    memset(is_long, 's', sizeof is_long);
    ck_assert(!model_service_named(is_long, sizeof is_long));
    for (size_t i = 0; i < COUNT(none); i++)
        ck_assert_msg(!model_service_named(none[i], strlen(none[i])), "%s", none[i]);
}
END_TEST

/* service, partition, region, then: host, region of the signature */
static const struct {
    const char *service, *partition, *region, *host, *signs;
} hosts[] = {
    {"sqs", "aws", "eu-west-1", "sqs.{region}.amazonaws.com", NULL},
    {"sqs", "aws-cn", "cn-north-1", "sqs.{region}.amazonaws.com.cn", NULL},
    {"iam", "aws", "eu-west-1", "iam.amazonaws.com", "us-east-1"},
    {"iam", "aws-cn", "cn-north-1", "iam.{region}.amazonaws.com.cn", "cn-north-1"},
    {"sfn", "aws-us-gov", "us-gov-west-1", "states.{region}.amazonaws.com", NULL},
    {"route53", "aws", "us-east-1", "route53.amazonaws.com", "us-east-1"},
};

/* A row for the region itself is before that of its partition. */
static struct model_host host_of(const struct model_service *s, const char *partition,
                                 const char *region)
{
    struct model_host found = {0};

    for (size_t i = 0; i < s->host_count; i++) {
        struct model_host h = model_service_host(s, i);
        if (!strcmp(model_partitions[h.partition], partition) &&
            (h.region ? !strcmp(h.region, region) : !found.host))
            found = h;
    }
    return found;
}

START_TEST(where_a_service_is)
{
    struct model_host h =
        host_of(service(hosts[_i].service), hosts[_i].partition, hosts[_i].region);

    expect_text(hosts[_i].service, h.host, hosts[_i].host);
    /* A partition with one region may be told either way. */
    if (strcmp(hosts[_i].partition, "aws-cn") != 0)
        expect_text(hosts[_i].service, h.signs_as, hosts[_i].signs);
}
END_TEST

/* ---- operations and shapes ---- */

START_TEST(what_an_operation_is)
{
    const struct model_service *s3 = service("s3"), *sns = service("sns");
    struct model_operation o = operation(s3, "putObject");

    expect_text("name", o.name, "PutObject");
    expect_text("method", o.method, "PUT");
    expect_text("uri", o.uri, "/{Bucket}/{Key+}");
    ck_assert(o.input && o.output && !o.needs_checksum);
    expect_text("checksum", o.checksum_by, "ChecksumAlgorithm");
    o = operation(s3, "DeleteObjects");
    ck_assert(o.needs_checksum);
    o = operation(s3, "createBucket");
    ck_assert_msg(!model_operation_named(s3, "createbucket", 12, &o), "only the first letter");
    ck_assert_msg(!model_operation_named(s3, "createBuckets", 13, &o), "no such operation");
    ck_assert_msg(!model_operation_named(s3, "", 0, &o), "nothing");
    operation(service("cloudfront"), "createDistribution");
    o = operation(sns, "Publish");
    expect_text("wrapper", o.wrapper, "PublishResult");
}
END_TEST

START_TEST(what_it_throws)
{
    const struct model_service *ssm = service("ssm"), *sqs = service("sqs");
    struct model_operation o = operation(ssm, "getParameter");
    struct model_error e;
    bool found = false;

    for (size_t i = 0; i < o.error_count; i++)
        found = found || !strcmp(model_operation_error(ssm, &o, i).name, "ParameterNotFound");
    ck_assert_msg(found, "ParameterNotFound is one of GetParameter's");
    ck_assert(model_error_coded(sqs, "QueueDoesNotExist", 17, &e));
    expect_text("by its code", e.name, "QueueDoesNotExist");
    const struct model_service *rds = service("rds");
    ck_assert(model_error_coded(rds, "DBInstanceNotFound", 18, &e));
    expect_text("by its code", e.name, "DBInstanceNotFoundFault");
    ck_assert(model_error_coded(rds, "DBInstanceNotFoundFault", 23, &e));
    expect_text("by its name", e.name, "DBInstanceNotFoundFault");
    ck_assert(sqs->query_errors);
    ck_assert(!model_error_coded(sqs, "Nothing", 7, &e));
}
END_TEST

/* service, operation, member of its input, then: name, wire, kind, location, what else */
static const struct {
    const char *service, *operation, *member, *want;
} members[] = {
    {"s3", "putObject", "bucket", "Bucket Bucket 3 1 required"},
    {"s3", "PutObject", "Metadata", "Metadata x-amz-meta- 2 4"},
    {"s3", "PutObject", "SsekmsKeyId",
     "SSEKMSKeyId x-amz-server-side-encryption-aws-kms-key-id 3 3"},
    {"s3", "PutObject", "Body", "Body Body 4 0 streaming"},
    {"batch", "submitJob", "JobName", "jobName jobName 3 0 required"},
    {"lambda", "invoke", "InvocationType", "InvocationType X-Amz-Invocation-Type 3 3"},
    {"sfn", "startExecution", "Name", "name name 3 0"},
    {"ec2", "describeInstances", "InstanceIds", "InstanceIds InstanceId 1 0"},
    {"ec2", "runInstances", "ClientToken", "ClientToken clientToken 3 0 token"},
    {"sqs", "sendMessage", "DelaySeconds", "DelaySeconds DelaySeconds 6 0"},
};

START_TEST(what_a_member_is)
{
    const struct model_service *s = service(members[_i].service);
    struct model_operation o = operation(s, members[_i].operation);
    struct model_shape input = model_shape_at(s, o.input);
    struct model_member m;
    struct buf got = {0};

    ck_assert_msg(model_member_named(&input, members[_i].member, strlen(members[_i].member), &m),
                  "%s: there is no such member", members[_i].member);
    buf_printf(&got, "%s %s %d %d%s%s%s", m.name, m.wire, (int)model_shape_at(s, m.shape).kind,
               (int)m.location, m.required ? " required" : "", m.streaming ? " streaming" : "",
               m.idempotency_token ? " token" : "");
    expect_text(members[_i].member, buf_str(&got), members[_i].want);
    buf_clear(&got);
}
END_TEST

START_TEST(values_and_bounds)
{
    const struct model_service *s = service("lambda");
    struct model_operation o = operation(s, "invoke");
    struct model_shape input = model_shape_at(s, o.input), type, name;
    struct model_member m;
    bool event = false;

    ck_assert(model_member_named(&input, "invocationtype", 14, &m));
    type = model_shape_at(s, m.shape);
    ck_assert_uint_eq(type.count, 3);
    for (size_t i = 0; i < type.count; i++)
        event = event || !strcmp(model_value_at(&type, i), "Event");
    ck_assert(event);
    ck_assert(isnan(type.min) && isnan(type.max));
    ck_assert(model_member_named(&input, "FunctionName", 12, &m));
    name = model_shape_at(s, m.shape);
    ck_assert(name.min == 1 && name.max >= 140);
    ck_assert_msg(!model_member_named(&input, "Function", 8, &m), "a beginning is no name");
    ck_assert_msg(!model_member_named(&name, "FunctionName", 12, &m), "a text has no members");
}
END_TEST

/* A member may be called as the SDK does, though null is a word of its language. */
START_TEST(a_member_that_is_null)
{
    const struct model_service *s = service("dynamodb");
    struct model_operation o = operation(s, "putItem");
    struct model_shape shape = model_shape_at(s, o.input);
    struct model_member m;

    ck_assert(model_member_named(&shape, "Item", 4, &m));
    shape = model_shape_at(s, m.shape);
    shape = model_shape_at(s, shape.of);
    ck_assert(model_member_named(&shape, "Nul", 3, &m));
    expect_text("by its title", m.name, "NULL");
    ck_assert(model_member_named(&shape, "NULL", 4, &m));
    expect_text("by its name", m.name, "NULL");
    ck_assert(!model_member_named(&shape, "Null1", 5, &m));
    ck_assert(!model_member_named(&shape, "SValue", 6, &m));
}
END_TEST

static const struct {
    const char *name, *title;
} titles[] = {
    {"bucket", "Bucket"},
    {"ETag", "ETag"},
    {"MD5OfMessageBody", "Md5OfMessageBody"},
    {"SSEKMSKeyId", "SsekmsKeyId"},
    {"ARN", "Arn"},
    {"KMSKeyId", "KmsKeyId"},
    {"BOOL", "Bool"},
    {"NULL", "Nul"},
    {"a", "A"},
    {"equals", "EqualsValue"},
    {"Default", "DefaultValue"},
    {"notEquals", "NotEquals"},
    {"", ""},
};

START_TEST(titles_of_members)
{
    char title[40];

    model_member_title(titles[_i].name, title);
    expect_text(titles[_i].name, title, titles[_i].title);
}
END_TEST

/* Looks at all that there is: under a sanitizer, a number that leads out of a table is seen. */
START_TEST(all_of_it)
{
    size_t operations = 0;

    ck_assert_uint_gt(model_service_count(), 400);
    for (size_t i = 0; i < model_service_count(); i++) {
        const struct model_service *s = service(model_service_name(i));
        struct model_operation o;

        ck_assert_msg(s->host_count > 0, "%s: it has no host", s->name);
        for (size_t k = 0; k < s->operation_count; k++) {
            model_operation_at(s, k, &o);
            operations++;
            if (!o.input)
                continue;
            struct model_shape input = model_shape_at(s, o.input);
            ck_assert_int_eq(input.kind, MODEL_STRUCTURE);
            for (size_t m = 0; m < input.count; m++)
                ck_assert_ptr_nonnull(model_member_at(&input, m).wire);
        }
    }
    ck_assert_uint_gt(operations, 20000);
}
END_TEST

/* ---- damage ---- */

static unsigned char *whole_file(size_t *len)
{
    struct diag why = {0};
    const char *path = model_file(&why);
    FILE *f = path ? fopen(path, "rb") : NULL;
    unsigned char *bytes;

    ck_assert_msg(f, "%s", why.text ? why.text : path);
    fseek(f, 0, SEEK_END);
    *len = (size_t)ftell(f);
    rewind(f);
    bytes = mem_alloc(*len);
    ck_assert_uint_eq(fread(bytes, 1, *len, f), *len);
    fclose(f);
    return bytes;
}

/* Writes the first `len` bytes of the program's file over what is at `path`. */
static void copy_file(const char *path, size_t len)
{
    struct buf text = {0}, from = {0};
    char program[4096];
    ssize_t n = readlink("/proc/self/exe", program, sizeof program - 1);

    ck_assert_int_gt(n, 0);
    program[n] = '\0';
    buf_printf(&from, "%.*s/services.dat", (int)(strrchr(program, '/') - program), program);
    ck_assert(buf_read_file(&text, buf_str(&from), 64 * 1024 * 1024, NULL));
    FILE *f = fopen(path, "w");
    ck_assert(f && fwrite(text.data, 1, len < text.len ? len : text.len, f) > 0 && !fclose(f));
    buf_clear(&text);
    buf_clear(&from);
}

/* The file may be written over in its place while a server runs, as cp does it: what has been read
 * stays, and the rest is there again when the file is whole. */
START_TEST(a_file_that_changes_in_place)
{
    char path[] = "/tmp/asl-services-XXXXXX";
    int fd = mkstemp(path);

    close(fd);
    copy_file(path, SIZE_MAX);
    setenv("ASL_SERVICES", path, 1);
    ck_assert_str_eq(service("sqs")->label, "Sqs");
    copy_file(path, 1);
    ck_assert_str_eq(service("sqs")->label, "Sqs");
    (void)model_service_named("dynamodb", 8);
    copy_file(path, SIZE_MAX);
    ck_assert_str_eq(service("dynamodb")->label, "DynamoDb");
    unlink(path);
}
END_TEST

/* Every read of a damaged file ends in a service that is as it was, or in an error. */
START_TEST(a_damaged_file)
{
    size_t len;
    unsigned char *bytes = whole_file(&len);
    uint32_t seed = 1;

    for (int round = 0; round < 400; round++) {
        struct model_map map;
        struct diag why = {0};
        seed = seed * 1664525u + 1013904223u;
        /* In the head and the index half of the time. */
        size_t at = (seed >> 4) % (round % 2 ? len : 12000);
        unsigned char was = bytes[at];

        bytes[at] ^= (unsigned char)(1u << (seed >> 29));
        if (model_map_read(bytes, len, &map, &why)) {
            struct model_data *d = model_map_service(&map, seed % map.services, &why);
            ck_assert(d || why.text);
            model_block_free(d);
        } else
            ck_assert_ptr_nonnull(why.text);
        bytes[at] = was;
        diag_clear(&why);
    }
    mem_free(bytes);
}
END_TEST

START_TEST(a_file_cut_short)
{
    size_t len;
    unsigned char *bytes = whole_file(&len);

    for (size_t n = 0; n < len; n += n < 64 ? 1 : len / 97) {
        struct model_map map;
        struct diag why = {0};
        ck_assert(!model_map_read(bytes, n, &map, &why));
        expect_diag("cut short", &why, "SERVICES_FILE", 0, "it is");
        diag_clear(&why);
    }
    mem_free(bytes);
}
END_TEST

/* With a CRC that holds: what a block says of itself is checked, too. */
START_TEST(a_damaged_block)
{
    size_t len;
    unsigned char *bytes = whole_file(&len);
    struct model_map map;
    struct model_data *d;
    uint32_t seed = 7;

    ck_assert(model_map_read(bytes, len, &map, NULL));
    d = model_map_service(&map, 17, NULL);
    ck_assert_ptr_nonnull(d);
    size_t block =
        (size_t)(strchr(d->texts[d->count[MODEL_TEXTS] - 1], '\0') + 1 - (const char *)d->block);
    for (int round = 0; round < 2000; round++) {
        unsigned char *copy = mem_alloc(block);
        struct model_data *again;

        memcpy(copy, d->block, block);
        seed = seed * 1664525u + 1013904223u;
        copy[(seed >> 8) % block] ^= (unsigned char)(1u << (seed >> 29));
        again = model_block_read(copy, block, "a", NULL);
        for (size_t i = 0; again && i < again->service.operation_count; i++) {
            struct model_operation o;
            model_operation_at(&again->service, i, &o);
            for (size_t e = 0; e < o.error_count; e++)
                ck_assert_ptr_nonnull(model_operation_error(&again->service, &o, e).name);
        }
        model_block_free(again);
    }
    model_block_free(d);
    mem_free(bytes);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("model");
    TCase *t = tcase_create("services"), *damage = tcase_create("damage");

    tcase_add_loop_test(t, what_a_service_is, 0, COUNT(services));
    tcase_add_test(t, no_such_service);
    tcase_add_loop_test(t, where_a_service_is, 0, COUNT(hosts));
    tcase_add_test(t, what_an_operation_is);
    tcase_add_test(t, what_it_throws);
    tcase_add_loop_test(t, what_a_member_is, 0, COUNT(members));
    tcase_add_test(t, a_member_that_is_null);
    tcase_add_test(t, values_and_bounds);
    tcase_add_loop_test(t, titles_of_members, 0, COUNT(titles));
    tcase_add_test(t, all_of_it);
    suite_add_tcase(s, t);
    tcase_add_test(damage, a_damaged_file);
    tcase_add_test(damage, a_file_that_changes_in_place);
    tcase_add_test(damage, a_file_cut_short);
    tcase_add_test(damage, a_damaged_block);
    suite_add_tcase(s, damage);
    return run_suite(s);
}
