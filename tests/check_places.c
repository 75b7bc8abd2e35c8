/* Where services are, and which addresses are allowed. */
#define _DEFAULT_SOURCE /* clearenv */

#include "tests/support/expect.h"

#include "parsers/base/mem.h"
#include "runtime/aws/aws.h"
#include "runtime/aws/endpoints.h"
#include "runtime/base/partition.h"
#include "runtime/engine/names.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

/* ---- where services are ---- */

static const struct {
    const char *name;
    const char *added[3];
    const char *variables[3]; /* NAME=value */
    const char *service, *want;
} places[] = {
    {"nothing says where", {NULL}, {NULL}, "sqs", NULL},
    {"an option", {"sqs=http://a"}, {NULL}, "sqs", "http://a"},
    {"the last option wins", {"sqs=http://a", "SQS=http://b"}, {NULL}, "sqs", "http://b"},
    {"an option for any", {"*=http://a"}, {NULL}, "glue", "http://a"},
    {"is for no other", {"sqs=http://a"}, {NULL}, "sns", NULL},
    {"an option wins over the jar's name",
     {"sqs=http://a"},
     {"SQS_ENDPOINT=http://b"},
     "sqs",
     "http://a"},
    {"which wins over AWS's",
     {NULL},
     {"SQS_ENDPOINT=http://b", "AWS_ENDPOINT_URL_SQS=http://c"},
     "sqs",
     "http://b"},
    {"which wins over the one for all",
     {NULL},
     {"AWS_ENDPOINT_URL=http://d", "AWS_ENDPOINT_URL_SECRETS_MANAGER=http://c"},
     "secretsmanager",
     "http://c"},
    {"which is there for the others", {NULL}, {"AWS_ENDPOINT_URL=http://d"}, "events", "http://d"},
    {"but is never this server", {NULL}, {"AWS_ENDPOINT_URL=http://localhost:8083/"}, "sqs", NULL},
    {"by whatever name", {"*=http://127.0.0.1:8083"}, {NULL}, "sfn", NULL},
    {"another port is another server",
     {NULL},
     {"AWS_ENDPOINT_URL=http://localhost:8084"},
     "sqs",
     "http://localhost:8084"},
    {"AWS's own",
     {"sagemaker=aws"},
     {NULL},
     "sagemaker",
     "https://api.sagemaker.us-east-1.amazonaws.com"},
    {"AWS's variables can be ignored",
     {NULL},
     {"AWS_ENDPOINT_URL=http://d", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS=true"},
     "sqs",
     NULL},
};

START_TEST(place)
{
    struct endpoints *e = endpoints_new(NULL);
    const struct model_service *s =
        aws_service_named(places[_i].service, strlen(places[_i].service));
    const char *got;

    clearenv();
    endpoints_not(e, "127.0.0.1", 8083);
    for (size_t i = 0; i < 3 && places[_i].added[i]; i++)
        ck_assert(endpoints_add(e, places[_i].added[i], NULL));
    for (size_t i = 0; i < 3 && places[_i].variables[i]; i++) {
        const char *equals = strchr(places[_i].variables[i], '=');
        char *name =
            mem_strndup(places[_i].variables[i], (size_t)(equals - places[_i].variables[i]));
        setenv(name, equals + 1, 1);
        mem_free(name);
    }
    ck_assert(s != NULL);
    got = endpoints_find(e, s->id);
    ck_assert_msg(got && places[_i].want ? !strcmp(got, places[_i].want) : got == places[_i].want,
                  "%s: %s", places[_i].name, got ? got : "nowhere");
    clearenv();
    endpoints_free(e);
}
END_TEST

/* An option's name is that of the service in resources. */
static const struct {
    const char *name;
    const char *added[3];
    const char *resource, *want;
} call_places[] = {
    {"an integration under its own name, though another service answers",
     {"bedrock=http://a"},
     "bedrock:invokeModel",
     "http://a"},
    {"in any capitals", {"Bedrock=http://a"}, "bedrock:invokeModel", "http://a"},
    {"the name of the service itself is the more exact one",
     {"bedrockruntime=http://b", "bedrock=http://a"},
     "bedrock:invokeModel",
     "http://b"},
    {"one for any is the least exact",
     {"bedrock=http://a", "*=http://c"},
     "bedrock:invokeModel",
     "http://a"},
    {"also beside the service's name",
     {"sqs=http://a", "*=http://c"},
     "sqs:sendMessage",
     "http://a"},
    {"the SDK's call has another name",
     {"bedrock=http://a"},
     "aws-sdk:bedrockruntime:invokeModel",
     NULL},
    {"and a call that is of the service is asked where it is",
     {"bedrockruntime=http://b", "bedrock=http://a"},
     "bedrock:createModelCustomizationJob",
     "http://a"},
    {"states is sfn", {"states=http://a"}, "states:startExecution", "http://a"},
    {"events is eventbridge", {"events=http://a"}, "events:putEvents", "http://a"},
    {"elasticmapreduce is emr",
     {"elasticmapreduce=http://a"},
     "elasticmapreduce:addStep",
     "http://a"},
    {"dashes are nothing", {"emr-containers=http://a"}, "emr-containers:startJobRun", "http://a"},
};

START_TEST(place_of_call)
{
    struct endpoints *e = endpoints_new(NULL);
    struct buf resource = {0};
    struct asl_resource parts;
    struct aws_call call;
    struct diag why = {0};

    clearenv();
    for (size_t i = 0; i < 3 && call_places[_i].added[i]; i++)
        ck_assert(endpoints_add(e, call_places[_i].added[i], NULL));
    buf_printf(&resource, "arn:aws:states:::%s", call_places[_i].resource);
    ck_assert(asl_resource_read(buf_str(&resource), &parts));
    ck_assert_msg(aws_call_read(&parts, &call, &why), "%s", why.text);
    const char *got = endpoints_find_of_call(e, &call);
    expect_text(call_places[_i].name, got ? got : "nowhere",
                call_places[_i].want ? call_places[_i].want : "nowhere");
    buf_clear(&resource);
    diag_clear(&why);
    endpoints_free(e);
}
END_TEST

static const struct {
    const char *given, *why;
} bad_places[] = {
    {"sqs", "'sqs' is not SERVICE=URL, as in sqs=http://127.0.0.1:4566 or sqs=aws"},
    {"sqs=http://a?x=1",
     "'sqs=http://a?...' is not SERVICE=URL, as in sqs=http://127.0.0.1:4566 or "
     "sqs=aws: an endpoint has no user and no query"},
    {"sqs=http://u:p@a/", "'sqs=http://...@a/' is not SERVICE=URL, as in sqs=http://127.0.0.1:4566 "
                          "or sqs=aws: an endpoint has no user and no query"},
    {"=http://a", "'=http://a' is not SERVICE=URL, as in sqs=http://127.0.0.1:4566 or sqs=aws"},
    {"sqs=ftp://a", "'sqs=ftp://a' is not SERVICE=URL, as in sqs=http://127.0.0.1:4566 or sqs=aws"},
    {"sqqs=http://a", "'sqqs' is no service that is known here"},
};

START_TEST(bad_place)
{
    struct endpoints *e = endpoints_new(NULL);
    struct diag why = {0};

    ck_assert(!endpoints_add(e, bad_places[_i].given, &why));
    ck_assert_str_eq(why.text, bad_places[_i].why);
    diag_clear(&why);
    endpoints_free(e);
}
END_TEST

static const struct {
    const char *region, *partition, *url;
} partitions[] = {
    {"us-east-1", "aws", "https://sqs.us-east-1.amazonaws.com"},
    {"us-gov-west-1", "aws-us-gov", "https://sqs.us-gov-west-1.amazonaws.com"},
    {"cn-north-1", "aws-cn", "https://sqs.cn-north-1.amazonaws.com.cn"},
    {"us-iso-east-1", "aws-iso", "https://sqs.us-iso-east-1.c2s.ic.gov"},
    {"us-isob-east-1", "aws-iso-b", "https://sqs.us-isob-east-1.sc2s.sgov.gov"},
    {"us-isof-south-1", "aws-iso-f", "https://sqs.us-isof-south-1.csp.hci.ic.gov"},
    {"eu-isoe-west-1", "aws-iso-e", "https://sqs.eu-isoe-west-1.cloud.adc-e.uk"},
    {"eusc-de-east-1", "aws-eusc", "https://sqs.eusc-de-east-1.amazonaws.eu"},
    {"cnorth", "aws", "https://sqs.cnorth.amazonaws.com"},
};

START_TEST(partition)
{
    struct endpoints *e = endpoints_new(partitions[_i].region);
    struct rt_names names = {0};

    ck_assert(endpoints_add(e, "sqs=aws", NULL));
    ck_assert_str_eq(endpoints_find(e, "SQS"), partitions[_i].url);
    ck_assert_str_eq(partition_name(partitions[_i].region), partitions[_i].partition);
    names_make(&(struct names_given){.region = partitions[_i].region}, &names);
    size_t len = strlen(partitions[_i].partition);
    for (int i = 0; i < 3; i++) {
        const char *arn = json_str(i == 0   ? names.arn
                                   : i == 1 ? names.machine_arn
                                            : names.role_arn);
        ck_assert_msg(!strncmp(arn + 4, partitions[_i].partition, len) && arn[4 + len] == ':', "%s",
                      arn);
    }
    rt_names_clear(&names);
    endpoints_free(e);
}
END_TEST

/* A server that runs with its clients' variables says which of them are of no use to it. */
START_TEST(says_what_is_here)
{
    struct endpoints *e = endpoints_new(NULL);
    struct buf said = {0};

    clearenv();
    endpoints_not(e, "127.0.0.1", 8083);
    endpoints_say_here(e, "SQS", &said);
    ck_assert_str_eq(buf_str(&said), "");
    setenv("AWS_ENDPOINT_URL", "http://localhost:8083", 1);
    setenv("AWS_ENDPOINT_URL_SNS", "http://localhost:8083", 1);
    setenv("SQS_ENDPOINT", "http://127.0.0.1:8083/", 1);
    endpoints_say_here(e, "SQS", &said);
    ck_assert_str_eq(buf_str(&said), ", but SQS_ENDPOINT is this server itself and "
                                     "AWS_ENDPOINT_URL is this server itself");
    buf_clear(&said);
    endpoints_free(e);
}
END_TEST

/* Profiles name services by their ids, and count after all else. */
START_TEST(place_of_profile)
{
    struct endpoints *e = endpoints_new(NULL);

    clearenv();
    endpoints_not(e, "127.0.0.1", 8083);
    ck_assert(!endpoints_add_of_profile(e, NULL, "localhost:1"));
    ck_assert(endpoints_add_of_profile(e, NULL, "http://any"));
    ck_assert(endpoints_add_of_profile(e, "secrets_manager", "http://secrets"));
    ck_assert(endpoints_add_of_profile(e, "sfn", "http://localhost:8083"));
    ck_assert(endpoints_add(e, "sns=http://sns", NULL));
    ck_assert_str_eq(endpoints_find(e, "Secrets Manager"), "http://secrets");
    ck_assert_str_eq(endpoints_find(e, "SQS"), "http://any");
    ck_assert_str_eq(endpoints_find(e, "SFN"), "http://any");
    ck_assert_str_eq(endpoints_find(e, "SNS"), "http://sns");
    endpoints_free(e);
}
END_TEST

static const struct {
    const char *url;
    bool is;
} loopbacks[] = {
    {"http://127.0.0.1:80/", true},
    {"http://localhost", true},
    {"http://[::1]:8000/x", true},
    {"http://u:p@127.0.0.1/", true},
    {"http://127.0.0.1:80@example.com", false},
    {"http://localhost@example.com:80/@localhost", false},
    {"http://example.com/127.0.0.1", false},
};

START_TEST(loopback)
{
    ck_assert_msg(endpoints_url_is_loopback(loopbacks[_i].url) == loopbacks[_i].is, "%s",
                  loopbacks[_i].url);
}
END_TEST

/* AWS's own endpoints, by its rules for the service and region. */
static const struct {
    const char *service, *region, *url, *signs; /* signs NULL: the region itself */
} own_places[] = {
    {"iam", "eu-west-1", "https://iam.amazonaws.com", "us-east-1"},
    {"iam", "cn-north-1", "https://iam.cn-north-1.amazonaws.com.cn", "cn-north-1"},
    {"iam", "us-gov-west-1", "https://iam.us-gov.amazonaws.com", "us-gov-west-1"},
    {"route53", "eu-west-1", "https://route53.amazonaws.com", "us-east-1"},
    {"s3", "eu-west-1", "https://s3.eu-west-1.amazonaws.com", NULL},
    {"s3control", "eu-west-1", "https://s3-control.eu-west-1.amazonaws.com", NULL},
    {"logs", "eu-west-1", "https://logs.eu-west-1.amazonaws.com", NULL},
    {"Secrets Manager", "eu-west-1", "https://secretsmanager.eu-west-1.amazonaws.com", NULL},
    {"states", "us-gov-west-1", "https://states.us-gov-west-1.amazonaws.com", NULL},
};

START_TEST(own_place)
{
    const char *name = own_places[_i].service, *region = own_places[_i].region, *signs;
    struct endpoints *e = endpoints_new(region);

    ck_assert(endpoints_add(e, "*=aws", NULL));
    const char *url = endpoints_find(e, aws_service_named(name, strlen(name))->id);
    expect_text(name, url, own_places[_i].url);
    ck_assert(endpoints_is_own(e, url, &signs));
    expect_text(name, signs ? signs : region, own_places[_i].signs ? own_places[_i].signs : region);
    ck_assert_msg(endpoints_find(e, "SQS") == endpoints_find(e, "SQS"), "a look stays good");
    ck_assert(!endpoints_is_own(e, "https://sqs.eu-west-1.amazonaws.com", NULL));
    endpoints_free(e);
}
END_TEST

static const struct {
    const char *option, *service; /* NULL: it is none of the jar's */
} jar_options[] = {{"-sqsEndpoint", "SQS"},
                   {"--sqs-endpoint", "SQS"},
                   {"-dynamoDBEndpoint", "DynamoDB"},
                   {"--dynamodb-endpoint", "DynamoDB"},
                   {"--sagemaker-endpoint", "SageMaker"},
                   {"-stepFunctionsEndpoint", "SFN"},
                   {"--endpoint", NULL},
                   {"sqsEndpoint", NULL},
                   {"--port", NULL}};

START_TEST(jar_option)
{
    const char *got = endpoints_jar_option(jar_options[_i].option);

    ck_assert_msg(got && jar_options[_i].service ? !strcmp(got, jar_options[_i].service)
                                                 : got == jar_options[_i].service,
                  "%s: %s", jar_options[_i].option, got ? got : "(none)");
}
END_TEST

static const struct {
    const char *address;
    bool link_local;
} addresses[] = {{"169.254.169.254", true},
                 {"169.255.0.1", false},
                 {"127.0.0.1", false},
                 {"fe80::1", true},
                 {"febf::1", true},
                 {"fec0::1", false},
                 {"fd00:ec2::254", true},
                 {"fd00:ec2::23", true},
                 {"fd00:ec3::254", false},
                 {"fd20:ce::254", true},
                 {"fd20:ce::255", false},
                 {"100.100.100.200", true},
                 {"100.100.100.201", false},
                 {"168.63.129.16", true},
                 {"168.63.129.17", false},
                 {"192.0.0.192", true},
                 {"192.0.0.191", false},
                 {"0.0.0.0", true},
                 {"0.255.255.255", true},
                 {"1.0.0.0", false},
                 {"::", true},
                 {"::169.254.169.254", true},
                 {"::ffff:169.254.169.254", true},
                 {"::ffff:100.100.100.200", true},
                 {"::ffff:127.0.0.1", false},
                 {"::ffff:0:169.254.169.254", true},
                 {"64:ff9b::a9fe:a9fe", true},
                 {"64:ff9b:1::a9fe:a9fe", true},
                 {"64:ff9b::808:808", false},
                 {"2002:a9fe:a9fe::1", true},
                 {"2002:808:808::1", false},
                 {"2001:0:808:808::5601:5601", true},
                 {"2001:db8::a9fe:a9fe", false},
                 {"2001:db8::5efe:a9fe:a9fe", true},
                 {"2001:db8::200:5efe:a9fe:a9fe", true},
                 {"2001:db8::5efe:808:808", false},
                 {"::1", false}};

START_TEST(address)
{
    struct sockaddr_in v4 = {.sin_family = AF_INET};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};
    const char *text = addresses[_i].address;
    bool six = strchr(text, ':');

    ck_assert_int_eq(inet_pton(six ? AF_INET6 : AF_INET, text,
                               six ? (void *)&v6.sin6_addr : (void *)&v4.sin_addr),
                     1);
    ck_assert_msg(
        endpoints_address_is_link_local(six ? (struct sockaddr *)&v6 : (struct sockaddr *)&v4) ==
            addresses[_i].link_local,
        "%s", text);
}
END_TEST

static const struct {
    const char *name;
    bool link_local;
} host_names[] = {{"metadata.google.internal", true},
                  {"Metadata.Google.Internal.", true},
                  {"instance-data", true},
                  {"169.254.169.254.", true},
                  {"0xa9fea9fe.", true},
                  {"metadata.google.internal.example.com", false},
                  {"1.example.com", false},
                  {"example.com.", false},
                  {"", false}};

START_TEST(host_name)
{
    ck_assert_msg(endpoints_name_is_link_local(host_names[_i].name) == host_names[_i].link_local,
                  "%s", host_names[_i].name);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("places");
    TCase *t = tcase_create("places");

    tcase_set_timeout(t, 60);
    tcase_add_loop_test(t, place, 0, COUNT(places));
    tcase_add_loop_test(t, place_of_call, 0, COUNT(call_places));
    tcase_add_loop_test(t, bad_place, 0, COUNT(bad_places));
    tcase_add_loop_test(t, jar_option, 0, COUNT(jar_options));
    tcase_add_loop_test(t, partition, 0, COUNT(partitions));
    tcase_add_test(t, place_of_profile);
    tcase_add_test(t, says_what_is_here);
    tcase_add_loop_test(t, loopback, 0, COUNT(loopbacks));
    tcase_add_loop_test(t, own_place, 0, COUNT(own_places));
    tcase_add_loop_test(t, host_name, 0, COUNT(host_names));
    tcase_add_loop_test(t, address, 0, COUNT(addresses));
    suite_add_tcase(s, t);
    return run_suite(s);
}
