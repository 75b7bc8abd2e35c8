/* Handlers of kind bucket: what Tasks and Map states get of S3's actions where a bucket is a
 * folder. */

#include "tests/support/expect.h"
#include "tests/support/handlers_world.h"

#include "parsers/base/count.h"
#include "runtime/aws/endpoints.h"
#include "runtime/folder/folder.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define S3 "arn:aws:states:::aws-sdk:s3:"
#define HANDLERS                                                                                   \
    "{\"handlers\": [{\"bucket\": \"orders\", \"folder\": \"./orders\"},"                          \
    " {\"folder\": \"other\", \"bucket\": \"other\", \"concurrency\": 1}]}"
#define HELLO "\\\"5d41402abc4b2a76b9719d911017c592\\\""
#define HEAD_OF(len)                                                                               \
    "\"AcceptRanges\":\"bytes\",\"ContentLength\":" len ","                                        \
    "\"ContentType\":\"binary/octet-stream\",\"ETag\":\"" HELLO "\","                              \
    "\"LastModified\":\"2023-11-14T22:13:20Z\",\"Metadata\":{}"

static const char *folder;

static void path_of(char out[512], const char *name)
{
    ck_assert_int_lt(snprintf(out, 512, "%s/%s", folder, name), 512);
}

static void make_folder(const char *name)
{
    char path[512];

    path_of(path, name);
    ck_assert(!mkdir(path, 0777));
}

/* orders: a.txt, d/b.txt, d/ä &.txt; other: o. All are of one time. */
static struct handlers_world *bucket_world(void)
{
    static const char *const files[][2] = {{"orders/a.txt", "hello"},
                                           {"orders/d/b.txt", "b"},
                                           {"orders/d/\xc3\xa4 &.txt", "hello"},
                                           {"other/o", "hello"}};
    const struct timespec times[2] = {{1700000000, 0}, {1700000000, 0}};
    struct handlers_world *w = handlers_world_new();
    char path[512];

    folder = w->folder;
    make_folder("orders");
    make_folder("orders/d");
    make_folder("other");
    for (size_t i = 0; i < COUNT(files); i++) {
        handlers_world_write(w, files[i][0], files[i][1], 0600);
        path_of(path, files[i][0]);
        ck_assert(!utimensat(AT_FDCWD, path, times, 0));
    }
    return w;
}

/* ---- actions ---- */

static const struct {
    const char *name, *action, *parameters, *want;
} calls[] = {
    {"getObject", "getObject", "{\"Bucket\":\"orders\",\"Key\":\"a.txt\"}",
     "ok {" HEAD_OF("5") ",\"Body\":\"hello\"}"},
    {"members in any capitals", "getObject", "{\"bucket\":\"orders\",\"KEY\":\"d/\xc3\xa4 &.txt\"}",
     "ok {" HEAD_OF("5") ",\"Body\":\"hello\"}"},
    {"a range", "getObject", "{\"Bucket\":\"orders\",\"Key\":\"a.txt\",\"Range\":\"bytes=1-2\"}",
     "ok {\"AcceptRanges\":\"bytes\",\"ContentLength\":2,\"ContentRange\":\"bytes 1-2/5\","
     "\"ContentType\":\"binary/octet-stream\",\"ETag\":\"" HELLO "\","
     "\"LastModified\":\"2023-11-14T22:13:20Z\",\"Metadata\":{},\"Body\":\"el\"}"},
    {"a range behind the end", "getObject",
     "{\"Bucket\":\"orders\",\"Key\":\"a.txt\",\"Range\":\"bytes=5-\"}",
     "failed S3.S3Exception: The requested range is not satisfiable (Service: S3, Status Code: "
     "416, "
     "Request ID: ..."},
    {"no such key", "getObject", "{\"Bucket\":\"orders\",\"Key\":\"x\"}",
     "failed S3.NoSuchKeyException: The specified key does not exist. (Service: S3, Status Code: "
     "404, Request ID: ..."},
    {"a key that leaves the folder", "getObject", "{\"Bucket\":\"orders\",\"Key\":\"../other/o\"}",
     "failed S3.InvalidRequestException: The key '../other/o' can't be that of a file in a folder: "
     "'.' and "
     "'..' "
     "are no names (Service: S3, Status Code: 400, Request ID: ..."},
    {"the ETag that it has", "getObject",
     "{\"Bucket\":\"orders\",\"Key\":\"a.txt\",\"IfMatch\":\"" HELLO "\"}", "ok {..."},
    {"another ETag", "getObject",
     "{\"Bucket\":\"orders\",\"Key\":\"a.txt\",\"IfMatch\":\"\\\"x\\\"\"}",
     "failed S3.S3Exception: At least one of the pre-conditions you specified did not hold "
     "(Service: S3, Status Code: 412, Request ID: ..."},
    {"not modified", "getObject",
     "{\"Bucket\":\"orders\",\"Key\":\"a.txt\",\"IfModifiedSince\":\"2023-11-14T22:13:20Z\"}",
     "failed S3.S3Exception: null (Service: S3, Status Code: 304, Request ID: ..."},
    {"modified", "getObject",
     "{\"Bucket\":\"orders\",\"Key\":\"a.txt\",\"IfUnmodifiedSince\":1699999999}",
     "failed S3.S3Exception: At least one of the pre-conditions..."},
    {"modified since what is no time", "getObject",
     "{\"Bucket\":\"orders\",\"Key\":\"a.txt\",\"IfModifiedSince\":\"yesterday\"}",
     "failed S3.S3Exception: IfModifiedSince is no time (Service: S3, Status Code: 400, ..."},
    {"modified since null", "getObject",
     "{\"Bucket\":\"orders\",\"Key\":\"a.txt\",\"IfUnmodifiedSince\":null}", "ok {..."},
    {"the only version", "getObject",
     "{\"Bucket\":\"orders\",\"Key\":\"a.txt\",\"VersionId\":\"null\"}", "ok {..."},
    {"another version", "getObject",
     "{\"Bucket\":\"orders\",\"Key\":\"a.txt\",\"VersionId\":\"v1\"}",
     "failed S3.S3Exception: The specified version does not exist. (Service: S3, Status Code: 404, "
     "Request ID: ..."},
    {"a part", "getObject", "{\"Bucket\":\"orders\",\"Key\":\"a.txt\",\"PartNumber\":1}",
     "failed S3.S3Exception: A file in a folder has no parts: leave PartNumber out, or give a "
     "Range "
     "(Service: S3, Status Code: 501, Request ID: ..."},
    {"no key", "getObject", "{\"Bucket\":\"orders\"}",
     "failed States.Runtime: The Parameters '{\"Bucket\":\"orders\"}' could not be used to start "
     "the Task: [The field 'Key' is required but was missing]"},
    {"a member that is none", "getObject", "{\"Bucket\":\"orders\",\"Key\":\"a\",\"X\":1}",
     "failed States.Runtime: The Parameters..."},

    {"headObject", "headObject", "{\"Bucket\":\"orders\",\"Key\":\"a.txt\"}",
     "ok {" HEAD_OF("5") "}"},
    {"headObject of none says what a HEAD can", "headObject",
     "{\"Bucket\":\"orders\",\"Key\":\"x\"}",
     "failed S3.NoSuchKeyException: null (Service: S3, Status Code: 404, Request ID: ..."},
    {"headObject of what can't be says more", "headObject",
     "{\"Bucket\":\"orders\",\"Key\":\"d//b\"}",
     "failed S3.InvalidRequestException: The key 'd//b' can't..."},
    {"headBucket", "headBucket", "{\"Bucket\":\"orders\"}", "ok {}"},

    {"putObject: text as its JSON text", "putObject",
     "{\"Bucket\":\"orders\",\"Key\":\"n/t\",\"Body\":\"hello\",\"ContentType\":\"text/plain\"}",
     "ok {\"ETag\":\"\\\"5deaee1c1332199e5b5bc7c5e4f7f0c2\\\"\"}"},
    {"putObject: a value", "putObject",
     "{\"Bucket\":\"orders\",\"Key\":\"n/v\",\"Body\":{\"a\":[1,2]}}", "ok {\"ETag\":..."},
    {"putObject of nothing", "putObject", "{\"Bucket\":\"orders\",\"Key\":\"n/0\"}",
     "ok {\"ETag\":\"\\\"d41d8cd98f00b204e9800998ecf8427e\\\"\"}"},
    {"putObject only where nothing is", "putObject",
     "{\"Bucket\":\"orders\",\"Key\":\"a.txt\",\"Body\":1,\"IfNoneMatch\":\"*\"}",
     "failed S3.S3Exception: At least one of the pre-conditions..."},
    {"putObject where another object is", "putObject",
     "{\"Bucket\":\"orders\",\"Key\":\"a.txt\",\"Body\":1,\"IfNoneMatch\":\"\\\"x\\\"\"}",
     "failed S3.S3Exception: A header you provided implies functionality that is not implemented: "
     "If-None-Match is '*', and not together with If-Match (Service: S3, Status Code: 501, ..."},
    {"putObject where something is and nothing is", "putObject",
     "{\"Bucket\":\"orders\",\"Key\":\"a.txt\",\"Body\":1,\"IfMatch\":\"" HELLO
     "\",\"IfNoneMatch\":\"*\"}",
     "failed S3.S3Exception: A header you provided implies..."},
    {"putObject behind what is there", "putObject",
     "{\"Bucket\":\"orders\",\"Key\":\"a.txt\",\"Body\":1,\"WriteOffsetBytes\":3}",
     "failed S3.S3Exception: A header you provided implies functionality that is not implemented: "
     "x-amz-write-offset-bytes (Service: S3, Status Code: 501, ..."},
    {"putObject of bytes with their MD5", "putObject",
     "{\"Bucket\":\"orders\",\"Key\":\"n/t\",\"Body\":\"hello\",\"ContentMD5\":"
     "\"XeruHBMyGZ5bW8fF5Pfwwg==\"}",
     "ok {\"ETag\":..."},
    {"putObject of bytes with another MD5", "putObject",
     "{\"Bucket\":\"orders\",\"Key\":\"a.txt\",\"Body\":\"hello\",\"ContentMD5\":"
     "\"XUFAKrxLKna5cZ2REBfFkg==\"}",
     "failed S3.S3Exception: The Content-MD5 you specified did not match what we received. "
     "(Service: S3, Status Code: 400, Request ID: ..."},
    {"putObject of bytes with another checksum", "putObject",
     "{\"Bucket\":\"orders\",\"Key\":\"a.txt\",\"Body\":\"hello\",\"ChecksumSHA256\":"
     "\"LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=\"}",
     "failed S3.S3Exception: The SHA256 you specified did not match the calculated checksum. "
     "(Service: S3, Status Code: 400, Request ID: ..."},
    {"putObject with a checksum that is asked for", "putObject",
     "{\"Bucket\":\"orders\",\"Key\":\"n/t\",\"Body\":\"hello\",\"ChecksumAlgorithm\":\"CRC32C\"}",
     "ok {\"ETag\":..."},
    {"putObject with a checksum that nobody knows", "putObject",
     "{\"Bucket\":\"orders\",\"Key\":\"a.txt\",\"Body\":\"hello\",\"ChecksumXXHASH64\":"
     "\"AAAAAAAAAAA=\"}",
     "failed S3.S3Exception: A header you provided implies functionality that is not implemented: "
     "x-amz-checksum-xxhash64 (Service: S3, Status Code: 501, Request ID: ..."},
    {"putObject where a folder is", "putObject", "{\"Bucket\":\"orders\",\"Key\":\"d\",\"Body\":1}",
     "failed S3.S3Exception: 'd' is a folder of other keys, so it can't be an object as well "
     "(Service: S3, Status Code: 409, Request ID: ..."},

    {"deleteObject", "deleteObject", "{\"Bucket\":\"orders\",\"Key\":\"a.txt\"}", "ok {}"},
    {"deleteObject of none", "deleteObject", "{\"Bucket\":\"orders\",\"Key\":\"x\"}", "ok {}"},
    {"deleteObject of another ETag", "deleteObject",
     "{\"Bucket\":\"orders\",\"Key\":\"a.txt\",\"IfMatch\":\"\\\"x\\\"\"}",
     "failed S3.S3Exception: At least one of the pre-conditions you specified did not hold "
     "(Service: S3, Status Code: 412, Request ID: ..."},
    {"deleteObject of its ETag", "deleteObject",
     "{\"Bucket\":\"orders\",\"Key\":\"a.txt\",\"IfMatch\":\"" HELLO "\"}", "ok {}"},
    {"deleteObject of any ETag where there is none", "deleteObject",
     "{\"Bucket\":\"orders\",\"Key\":\"x\",\"IfMatch\":\"*\"}",
     "failed S3.NoSuchKeyException: The specified key does not exist. (Service: S3, Status Code: "
     "404, Request ID: ..."},
    {"deleteObject by what is for other buckets", "deleteObject",
     "{\"Bucket\":\"orders\",\"Key\":\"a.txt\",\"IfMatchSize\":5}",
     "failed S3.S3Exception: A header you provided implies functionality that is not implemented: "
     "x-amz-if-match-size (Service: S3, Status Code: 501, Request ID: ..."},
    {"deleteObjects under conditions", "deleteObjects",
     "{\"Bucket\":\"orders\",\"Delete\":{\"Objects\":[{\"Key\":\"a.txt\",\"ETag\":\"\\\"x\\\"\"},"
     "{\"Key\":\"d/b.txt\",\"VersionId\":\"abc\"},{\"Key\":\"none\",\"ETag\":\"*\"},"
     "{\"Key\":\"d/\xc3\xa4 &.txt\",\"ETag\":\"" HELLO "\",\"VersionId\":\"null\"}]}}",
     "ok {\"Errors\":[{\"Key\":\"a.txt\",\"Code\":\"PreconditionFailed\",\"Message\":\"At least "
     "one of the pre-conditions you specified did not hold\"},{\"Key\":\"d/b.txt\",\"Code\":"
     "\"NoSuchVersion\",\"Message\":\"The specified version does not exist.\"},{\"Key\":\"none\","
     "\"Code\":\"NoSuchKey\",\"Message\":\"The specified key does not exist.\"}],\"Deleted\":["
     "{\"Key\":\"d/\xc3\xa4 &.txt\"}]}"},
    {"deleteObjects of another ETag behind a NUL", "deleteObjects",
     "{\"Bucket\":\"orders\",\"Delete\":{\"Objects\":[{\"Key\":\"d/\xc3\xa4 "
     "&.txt\",\"ETag\":\"" HELLO
     "\\u0000\"},{\"Key\":\"d/\xc3\xa4 &.txt\",\"VersionId\":\"null\\u0000\"}]}}",
     "ok {\"Errors\":[{\"Key\":\"d/\xc3\xa4 "
     "&.txt\",\"Code\":\"PreconditionFailed\",\"Message\":\"At "
     "least one of the pre-conditions you specified did not hold\"},{\"Key\":\"d/\xc3\xa4 "
     "&.txt\",\"Code\":\"NoSuchVersion\",\"Message\":\"The specified version does not exist.\"}]}"},
    {"getObject of another version behind a NUL", "getObject",
     "{\"Bucket\":\"orders\",\"Key\":\"a.txt\",\"VersionId\":\"null\\u0000\"}",
     "failed S3.S3Exception: The specified version does not exist. ..."},
    {"deleteObjects by what is for other buckets", "deleteObjects",
     "{\"Bucket\":\"orders\",\"Delete\":{\"Objects\":[{\"Key\":\"a.txt\",\"Size\":5}]}}",
     "failed S3.S3Exception: Size and LastModifiedTime of an object to be deleted are for "
     "directory "
     "buckets: give its ETag (Service: S3, Status Code: 501, Request ID: ..."},
    {"deleteObjects", "deleteObjects",
     "{\"Bucket\":\"orders\",\"Delete\":{\"Objects\":[{\"Key\":\"a.txt\"},{\"Key\":\"<&>\"},"
     "{\"Key\":\"../x\"}]}}",
     "ok {\"Deleted\":[{\"Key\":\"a.txt\"},{\"Key\":\"<&>\"}],\"Errors\":[{\"Key\":\"../x\","
     "\"Code\":\"InvalidRequest\",\"Message\":\"The key '../x' can't be that of a file in a "
     "folder: '.' and '..' are no names\"}]}"},
    {"deleteObjects in quiet", "deleteObjects",
     "{\"Bucket\":\"orders\",\"Delete\":{\"Quiet\":true,\"Objects\":[{\"Key\":\"a.txt\"}]}}",
     "ok {}"},
    {"deleteObjects in quiet, by text", "deleteObjects",
     "{\"Bucket\":\"orders\",\"Delete\":{\"Quiet\":\"true\",\"Objects\":[{\"Key\":\"a.txt\"}]}}",
     "ok {}"},
    {"deleteObjects with a key that XML can't have", "deleteObjects",
     "{\"Bucket\":\"orders\",\"Delete\":{\"Objects\":[{\"Key\":\"a.txt\"},{\"Key\":"
     "\"\\u0001\\uffff\"}]}}",
     "ok {\"Deleted\":[{\"Key\":\"a.txt\"}],\"Errors\":[{\"Key\":\"\xef\xbf\xbd\xef\xbf\xbd\",..."},
    {"getObject of a key that XML can't have", "getObject",
     "{\"Bucket\":\"orders\",\"Key\":\"\\u0001\"}",
     "failed S3.InvalidRequestException: The key '\xef\xbf\xbd' can't be that of a file in a "
     "folder: "
     "..."},
    {"deleteObjects of none", "deleteObjects",
     "{\"Bucket\":\"orders\",\"Delete\":{\"Objects\":[]}}",
     "failed S3.S3Exception: The XML you provided was not well-formed..."},

    {"copyObject", "copyObject", "{\"Bucket\":\"orders\",\"Key\":\"c\",\"CopySource\":\"other/o\"}",
     "ok {\"CopyObjectResult\":{\"LastModified\":\"..."},
    {"copyObject of an encoded key", "copyObject",
     "{\"Bucket\":\"other\",\"Key\":\"c\",\"CopySource\":\"/orders/d/%C3%A4%20%26.txt\"}",
     "ok {\"CopyObjectResult\":{\"LastModified\":\"..."},
    {"copyObject of a key that is encoded with its bucket", "copyObject",
     "{\"Bucket\":\"other\",\"Key\":\"c\",\"CopySource\":\"orders%2Fd%2F%C3%A4%20%26.txt\"}",
     "ok {\"CopyObjectResult\":{\"LastModified\":\"..."},
    {"copyObject of none", "copyObject",
     "{\"Bucket\":\"orders\",\"Key\":\"c\",\"CopySource\":\"other/x\"}",
     "failed S3.NoSuchKeyException: The specified key does not exist..."},
    {"copyObject under a condition", "copyObject",
     "{\"Bucket\":\"orders\",\"Key\":\"c\",\"CopySource\":\"other/o\",\"CopySourceIfNoneMatch\":"
     "\"*\"}",
     "failed S3.S3Exception: At least one of the pre-conditions..."},
    {"copyObject only where nothing is", "copyObject",
     "{\"Bucket\":\"orders\",\"Key\":\"a.txt\",\"CopySource\":\"other/o\",\"IfNoneMatch\":\"*\"}",
     "failed S3.S3Exception: At least one of the pre-conditions..."},
    {"copyObject over another ETag", "copyObject",
     "{\"Bucket\":\"orders\",\"Key\":\"d/b.txt\",\"CopySource\":\"other/o\",\"IfMatch\":\"" HELLO
     "\"}",
     "failed S3.S3Exception: At least one of the pre-conditions..."},
    {"copyObject over its ETag, of its ETag", "copyObject",
     "{\"Bucket\":\"orders\",\"Key\":\"a.txt\",\"CopySource\":\"other/o\",\"IfMatch\":\"" HELLO
     "\",\"CopySourceIfMatch\":\"" HELLO "\"}",
     "ok {\"CopyObjectResult\":{\"LastModified\":\"..."},
    {"copyObject of what was modified", "copyObject",
     "{\"Bucket\":\"orders\",\"Key\":\"c\",\"CopySource\":\"other/o\","
     "\"CopySourceIfUnmodifiedSince\":1699999999}",
     "failed S3.S3Exception: At least one of the pre-conditions..."},
    {"copyObject of what was modified since what is no time", "copyObject",
     "{\"Bucket\":\"orders\",\"Key\":\"c\",\"CopySource\":\"other/o\","
     "\"CopySourceIfUnmodifiedSince\":\"yesterday\"}",
     "failed S3.S3Exception: CopySourceIfUnmodifiedSince is no time (Service: S3, Status Code: "
     "400, "
     "..."},
    {"copyObject of what was not modified", "copyObject",
     "{\"Bucket\":\"orders\",\"Key\":\"c\",\"CopySource\":\"other/o\","
     "\"CopySourceIfModifiedSince\":1700000000}",
     "failed S3.S3Exception: At least one of the pre-conditions..."},
    {"copyObject from where no folder is", "copyObject",
     "{\"Bucket\":\"orders\",\"Key\":\"c\",\"CopySource\":\"far/o\"}",
     "failed S3.NoSuchBucketException: The specified bucket does not exist: only from another "
     "folder can be copied into a folder, so give --bucket far=FOLDER (Service: S3, Status Code: "
     "404, Request ID: ..."},
    {"copyObject onto itself", "copyObject",
     "{\"Bucket\":\"other\",\"Key\":\"o\",\"CopySource\":\"other/o\"}",
     "failed S3.InvalidRequestException: This copy request is illegal because..."},
    {"copyObject without a key", "copyObject",
     "{\"Bucket\":\"orders\",\"Key\":\"c\",\"CopySource\":\"other\"}",
     "failed S3.S3Exception: Copy Source must mention the source bucket and key: "
     "sourcebucket/sourcekey..."},

    {"listObjectsV2", "listObjectsV2", "{\"Bucket\":\"orders\"}",
     "ok "
     "{\"Name\":\"orders\",\"Prefix\":\"\",\"KeyCount\":3,\"MaxKeys\":1000,\"IsTruncated\":false,"
     "\"Contents\":[{\"Key\":\"a.txt\",\"LastModified\":\"2023-11-14T22:13:20Z\","
     "\"ETag\":\"" HELLO "\",\"Size\":5,\"StorageClass\":\"STANDARD\"},{\"Key\":\"d/b.txt\","
     "\"LastModified\":\"2023-11-14T22:13:20Z\","
     "\"ETag\":\"\\\"92eb5ffee6ae2fec3ad71c777531578f\\\"\",\"Size\":1,"
     "\"StorageClass\":\"STANDARD\"},{\"Key\":\"d/\xc3\xa4 &.txt\",\"LastModified\":"
     "\"2023-11-14T22:13:20Z\",\"ETag\":\"" HELLO "\",\"Size\":5,\"StorageClass\":\"STANDARD\"}]}"},
    {"a page, and where the next one begins", "listObjectsV2",
     "{\"Bucket\":\"orders\",\"MaxKeys\":1,\"Delimiter\":\"/\",\"StartAfter\":\"a.\"}",
     "ok {\"Name\":\"orders\",\"Prefix\":\"\",\"Delimiter\":\"/\",\"StartAfter\":\"a.\","
     "\"KeyCount\":1,\"MaxKeys\":1,\"IsTruncated\":true,"
     "\"NextContinuationToken\":\"a2EudHh0\",\"Contents\":[{\"Key\":\"a.txt\"..."},
    {"the next page", "listObjectsV2",
     "{\"Bucket\":\"orders\",\"MaxKeys\":1,\"Delimiter\":\"/\",\"ContinuationToken\":\"a2EudHh0\"}",
     "ok {\"Name\":\"orders\",\"Prefix\":\"\",\"Delimiter\":\"/\","
     "\"ContinuationToken\":\"a2EudHh0\",\"KeyCount\":1,\"MaxKeys\":1,\"IsTruncated\":false,"
     "\"CommonPrefixes\":[{\"Prefix\":\"d/\"}]}"},
    {"keys as URLs have them", "listObjectsV2",
     "{\"Bucket\":\"orders\",\"EncodingType\":\"url\",\"Prefix\":\"d/\xc3\xa4 &\"}",
     "ok "
     "{\"Name\":\"orders\",\"Prefix\":\"d/%C3%A4%20%26\",\"EncodingType\":\"url\",\"KeyCount\":1,"
     "\"MaxKeys\":1000,\"IsTruncated\":false,\"Contents\":[{\"Key\":\"d/%C3%A4%20%26.txt\"..."},
    {"no more than S3 lists", "listObjectsV2",
     "{\"Bucket\":\"orders\",\"Prefix\":\"none\",\"MaxKeys\":5000}",
     "ok {\"Name\":\"orders\",\"Prefix\":\"none\",\"KeyCount\":0,\"MaxKeys\":1000,\"IsTruncated\":"
     "false}"},
    {"a number that is none", "listObjectsV2", "{\"Bucket\":\"orders\",\"MaxKeys\":-1}",
     "failed S3.S3Exception: Argument maxKeys must be an integer between 0 and 2147483647 "
     "(Service: S3, Status Code: 400, Request ID: ..."},
    {"a token that is none", "listObjectsV2", "{\"Bucket\":\"orders\",\"ContinuationToken\":\"x\"}",
     "failed S3.S3Exception: The continuation token provided is incorrect..."},

    {"a part of no upload", "uploadPart",
     "{\"Bucket\":\"orders\",\"Key\":\"k\",\"UploadId\":\"../../"
     "x\",\"PartNumber\":1,\"Body\":\"x\"}",
     "failed S3.NoSuchUploadException: The specified upload does not exist. The upload ID may be "
     "invalid, or the upload may have been aborted or completed. (Service: S3, Status Code: 404, "
     "Request ID: ..."},
    {"an upload of no parts", "completeMultipartUpload",
     "{\"Bucket\":\"orders\",\"Key\":\"k\",\"UploadId\":\"u\",\"MultipartUpload\":{\"Parts\":[]}}",
     "failed S3.S3Exception: The XML you provided was not well-formed or did not validate against "
     "our published schema: MultipartUpload has 1 to 10000 Parts, each with its PartNumber "
     "(Service: S3, Status Code: 400, "
     "..."},
    {"a part without a number", "completeMultipartUpload",
     "{\"Bucket\":\"orders\",\"Key\":\"k\",\"UploadId\":\"u\",\"MultipartUpload\":{\"Parts\":[{"
     "\"ETag\":\"e\"}]}}",
     "failed S3.S3Exception: The XML you provided was not well-formed..."},
    {"an action that it has not", "putBucketAcl", "{\"Bucket\":\"orders\",\"ACL\":\"private\"}",
     "failed S3.S3Exception: A bucket that is a folder has no PutBucketAcl: it has GetObject, "
     "HeadObject, PutObject, CopyObject, DeleteObject, DeleteObjects, ListObjectsV2, "
     "CreateMultipartUpload, UploadPart, CompleteMultipartUpload, AbortMultipartUpload, HeadBucket "
     "(Service: S3, Status Code: 501, Request ID: ..."},
    {"another bucket", "getObject", "{\"Bucket\":\"far\",\"Key\":\"a\"}",
     "failed S3.NoSuchBucketException: The specified bucket does not exist: give --bucket "
     "far=FOLDER, or say where S3 is: --endpoint s3=URL (also AWS_ENDPOINT_URL_S3, "
     "AWS_ENDPOINT_URL) (Service: S3, Status Code: 404, Request ID: ..."},
    {"a bucket by a placeholder", "getObject", "{\"Bucket\":\"a-${B}-c\",\"Key\":\"a\"}",
     "failed S3.NoSuchBucketException: The specified bucket does not exist: nothing fills in ${B}: "
     "give --set B=VALUE --bucket a-VALUE-c=FOLDER, or say where S3 is: --endpoint s3=URL (also "
     "AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL) (Service: S3, Status Code: 404, Request ID: ..."},
    {"a bucket's ARN", "getObject", "{\"Bucket\":\"arn:aws:s3:::far\",\"Key\":\"a\"}",
     "failed S3.NoSuchBucketException: The specified bucket does not exist: write the bucket's "
     "name alone, far, in place of arn:aws:s3:::far, and give --bucket far=FOLDER, or say where S3 "
     "is: --endpoint s3=URL (also AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL) (Service: S3, Status "
     "Code: 404, Request ID: ..."},
};

START_TEST(call)
{
    struct handlers_world *w = bucket_world();
    char resource[128];

    handlers_world_open_tasks(w, HANDLERS);
    snprintf(resource, sizeof resource, S3 "%s", calls[_i].action);
    handlers_world_begin_with(w, resource, json_of(calls[_i].parameters));
    handlers_world_wait(w, 1);
    handlers_world_expect(calls[_i].name, &w->result, calls[_i].want);
    handlers_world_free(w);
}
END_TEST

static void expect_file(const char *name, const char *want)
{
    char path[512], got[64] = "";
    FILE *f;

    path_of(path, name);
    f = fopen(path, "r");
    if (f) {
        got[fread(got, 1, sizeof got - 1, f)] = '\0';
        fclose(f);
    }
    ck_assert_msg((f != NULL) == (want != NULL) && (!want || !strcmp(got, want)), "%s: '%s'", name,
                  got);
}

START_TEST(files_change)
{
    struct handlers_world *w = bucket_world();

    handlers_world_open(w, HANDLERS);
    handlers_world_begin_with(
        w, S3 "putObject",
        json_of("{\"Bucket\":\"orders\",\"Key\":\"n/t\",\"Body\":\"\xc3\xa4\"}"));
    handlers_world_begin_with(
        w, S3 "copyObject",
        json_of("{\"Bucket\":\"other\",\"Key\":\"x/y\",\"CopySource\":\"orders/a.txt\"}"));
    handlers_world_begin_with(w, S3 "deleteObject",
                              json_of("{\"Bucket\":\"orders\",\"Key\":\"d/b.txt\"}"));
    handlers_world_wait(w, 3);
    expect_file("orders/n/t", "\"\xc3\xa4\"");
    expect_file("other/x/y", "hello");
    expect_file("orders/d/b.txt", NULL);
    handlers_world_free(w);
}
END_TEST

/* What is refused changes nothing: neither another object, nor what goes with it. */
START_TEST(files_stay)
{
    struct handlers_world *w = bucket_world();

    handlers_world_open_tasks(w, HANDLERS);
    for (size_t i = 0, begun = 0; i < COUNT(calls); i++) {
        char resource[128];

        if (!strstr(calls[i].want, "pre-conditions") && !strstr(calls[i].want, "not implemented") &&
            !strstr(calls[i].want, "for directory buckets") &&
            !strstr(calls[i].want, "did not match") && !strstr(calls[i].want, "is no time"))
            continue;
        /* Of several objects one is deleted. */
        if (strstr(calls[i].want, "Deleted"))
            continue;
        snprintf(resource, sizeof resource, S3 "%s", calls[i].action);
        handlers_world_begin_with(w, resource, json_of(calls[i].parameters));
        handlers_world_wait(w, ++begun);
        expect_file("orders/a.txt", "hello");
        expect_file("orders/d/b.txt", "b");
        expect_file("orders/c", NULL);
    }
    handlers_world_free(w);
}
END_TEST

/* ---- bytes, sizes ---- */

static struct task raw_get(struct handlers_world *w, const json *parameters)
{
    struct task t = handlers_world_task(w, S3 "getObject", parameters);

    t.raw = true;
    return t;
}

/* What is read for Map states is bytes, whatever they are, and more than a Task's result may have.
 */
START_TEST(raw_bytes)
{
    struct handlers_world *w = bucket_world();
    json *parameters = json_of("{\"Bucket\":\"orders\",\"Key\":\"bytes\"}");
    struct task_result failed = {0};
    char path[512];

    handlers_world_open_tasks(w, HANDLERS);
    handlers_world_write(w, "orders/bytes", "\xff\xfe", 0600);
    path_of(path, "orders/bytes");
    ck_assert(!truncate(path, 5 << 20));
    struct task t = raw_get(w, parameters);
    ck_assert(handlers_start(w->handlers, &t, &failed));
    handlers_world_wait(w, 1);
    ck_assert(w->result.ok);
    const json *body = json_get(w->result.output, "Body");
    ck_assert_uint_eq(json_str_len(body), 5 << 20);
    ck_assert(!memcmp(json_str(body), "\xff\xfe\0", 3));
    handlers_world_begin_with(w, S3 "getObject", parameters);
    handlers_world_wait(w, 2);
    handlers_world_expect("larger than a result may be", &w->result,
                          "failed States.DataLimitExceeded: The state/task 'aws-sdk:s3' returned a "
                          "result with a size exceeding the maximum number of bytes service "
                          "limit.");
    handlers_world_free(w);
}
END_TEST

/* Makes a call whose Body is bytes, and waits for it. */
static void call_raw(struct handlers_world *w, const char *action, json *parameters)
{
    struct task_result failed = {0};
    char resource[128];
    size_t before = w->answered;

    snprintf(resource, sizeof resource, S3 "%s", action);
    struct task t = handlers_world_task(w, resource, parameters);
    t.raw = true;
    ck_assert(handlers_start(w->handlers, &t, &failed));
    handlers_world_wait(w, before + 1);
    json_unref(parameters);
}

/* As results of Map Runs are written: bytes that are no text of JSON, and large files in parts. */
START_TEST(written_raw)
{
    struct handlers_world *w = bucket_world();

    handlers_world_open_tasks(w, HANDLERS);
    call_raw(w, "putObject", json_of("{\"Bucket\":\"orders\",\"Key\":\"r/raw\",\"Body\":\"[1,\"}"));
    ck_assert(w->result.ok);
    expect_file("orders/r/raw", "[1,");
    call_raw(w, "createMultipartUpload", json_of("{\"Bucket\":\"orders\",\"Key\":\"r/parts\"}"));
    ck_assert(w->result.ok);
    json *id = json_ref(json_get(w->result.output, "UploadId"));
    json *etags[2];
    for (int i = 0; i < 2; i++) {
        json *part = json_of(i ? "{\"Bucket\":\"orders\",\"Key\":\"r/parts\",\"PartNumber\":2,"
                                 "\"Body\":\"2]\"}"
                               : "{\"Bucket\":\"orders\",\"Key\":\"r/parts\",\"PartNumber\":1,"
                                 "\"Body\":\"[1,\"}");
        call_raw(w, "uploadPart", json_with(part, json_cstring("UploadId"), json_ref(id)));
        json_unref(part);
        ck_assert(w->result.ok);
        etags[i] = json_ref(json_get(w->result.output, "ETag"));
    }
    expect_file("orders/r/parts", NULL);
    struct buf text = {0};
    buf_printf(
        &text,
        "{\"Bucket\":\"orders\",\"Key\":\"r/parts\",\"UploadId\":\"%s\",\"MultipartUpload\":{"
        "\"Parts\":[{\"PartNumber\":\"1\",\"ETag\":",
        json_str(id));
    json_write(&text, etags[0]);
    buf_adds(&text, "},{\"PartNumber\":2,\"ETag\":");
    json_write(&text, etags[1]);
    buf_adds(&text, "}]}}");
    call_raw(w, "completeMultipartUpload", json_of(buf_str(&text)));
    handlers_world_expect("completed", &w->result,
                          "ok {\"Bucket\":\"orders\",\"Key\":\"r/parts\",\"ETag\":...");
    expect_file("orders/r/parts", "[1,2]");
    call_raw(w, "completeMultipartUpload", json_of(buf_str(&text)));
    handlers_world_expect("it is gone", &w->result, "failed S3.NoSuchUploadException: ...");
    buf_clear(&text);
    json_unref(id);
    json_unref(etags[0]);
    json_unref(etags[1]);
    handlers_world_free(w);
}
END_TEST

/* ---- which row ---- */

START_TEST(rows)
{
    static const char file[] =
        "{\"handlers\": [{\"resource\": \"" S3 "*\", \"mock\": {\"return\": \"mine\"}},"
        " {\"bucket\": \"orders\", \"folder\": \"orders\"},"
        " {\"bucket\": \"other\", \"folder\": \"orders\"}]}";
    struct handlers_world *w = bucket_world();
    struct handlers_bucket given = {.name = "other"};
    char path[512];

    path_of(path, "other");
    object_folder *opened = folder_open(path, 0, NULL);
    given.folder = opened;
    w->options.buckets = &given;
    w->options.bucket_count = 1;
    handlers_world_open_tasks(w, file);
    handlers_world_begin_with(w, S3 "headObject", json_of("{\"Bucket\":\"far\",\"Key\":\"k\"}"));
    handlers_world_wait(w, 1);
    handlers_world_expect("no folder: the row of the resource", &w->result, "ok \"mine\"");
    handlers_world_begin_with(w, S3 "headObject",
                              json_of("{\"Bucket\":\"orders\",\"Key\":\"a.txt\"}"));
    handlers_world_wait(w, 2);
    handlers_world_expect("a bucket before a resource", &w->result, "ok {\"AcceptRanges\"...");
    handlers_world_begin_with(w, S3 "headObject", json_of("{\"Bucket\":\"other\",\"Key\":\"o\"}"));
    handlers_world_wait(w, 3);
    handlers_world_expect("an option before the file", &w->result, "ok {\"AcceptRanges\"...");
    handlers_world_begin_with(w, S3 "listBuckets", json_of("{}"));
    handlers_world_wait(w, 4);
    handlers_world_expect("without a bucket", &w->result, "ok \"mine\"");
    handlers_world_free(w);
    folder_free(opened);
}
END_TEST

START_TEST(elsewhere)
{
    struct handlers_world *w = bucket_world();
    struct diag why = {0};
    char where[64];

    w->stub = http_stub_new(&w->loop, handlers_world_on_request, w);
    w->options.endpoints = endpoints_new(NULL);
    snprintf(where, sizeof where, "s3=%s", http_stub_url(w->stub));
    ck_assert(endpoints_add(w->options.endpoints, where, &why));
    w->reply = (struct stub_reply){.status = 200, .body = "there"};
    handlers_world_open_tasks(w, HANDLERS);
    handlers_world_begin_with(w, S3 "getObject", json_of("{\"Bucket\":\"far\",\"Key\":\"k\"}"));
    handlers_world_wait(w, 1);
    ck_assert_str_eq(json_str(json_get(w->result.output, "Body")), "there");
    handlers_world_begin_with(w, S3 "getObject",
                              json_of("{\"Bucket\":\"orders\",\"Key\":\"a.txt\"}"));
    handlers_world_wait(w, 2);
    ck_assert_str_eq(json_str(json_get(w->result.output, "Body")), "hello");
    struct endpoints *all = w->options.endpoints;
    handlers_world_free(w);
    endpoints_free(all);
}
END_TEST

/* Without any folder a Task of S3 has no handler, and is told how it could. */
START_TEST(no_buckets)
{
    struct handlers_world *w = bucket_world();
    json *parameters = json_of("{\"Bucket\":\"orders\",\"Key\":\"a\"}");
    struct task_result failed = {0};

    handlers_world_open(w, NULL);
    struct task t = handlers_world_task(w, S3 "getObject", parameters);
    ck_assert(!handlers_start(w->handlers, &t, &failed));
    ck_assert_str_eq(json_str(failed.error), "Asl.NoHandler");
    ck_assert_msg(strstr(json_str(failed.cause), "getObject': give --bucket orders=FOLDER, or "
                                                 "say where the service is, by ") != NULL,
                  "%s", json_str(failed.cause));
    task_result_clear(&failed);
    json_unref(parameters);
    handlers_world_free(w);
}
END_TEST

/* ---- ends ---- */

/* Whether a thread has a call already or not, nobody hears of it any more, and nothing is left. */
START_TEST(cancelled)
{
    struct handlers_world *w = bucket_world();

    handlers_world_open(w, HANDLERS);
    for (int i = 0; i < 20; i++) {
        uint64_t id =
            handlers_world_begin_with(w, S3 "getObject",
                                      json_of(i % 2 ? "{\"Bucket\":\"orders\",\"Key\":\"a.txt\"}"
                                                    : "{\"Bucket\":\"other\",\"Key\":\"o\"}"));
        if (i % 5 != 1)
            handlers_cancel(w->handlers, id);
    }
    handlers_world_wait(w, 4);
    handlers_world_rounds(w, 10);
    ck_assert_uint_eq(w->answered, 4);
    ck_assert_uint_eq(handlers_busy(w->handlers), 0);
    /* The one row has but one slot, which is free again. */
    handlers_world_begin_with(w, S3 "getObject", json_of("{\"Bucket\":\"other\",\"Key\":\"o\"}"));
    handlers_world_wait(w, 5);
    for (int i = 0; i < 8; i++)
        handlers_world_begin_with(w, S3 "getObject",
                                  json_of("{\"Bucket\":\"orders\",\"Key\":\"a.txt\"}"));
    handlers_world_free(w);
}
END_TEST

/* Pieces of files that were read for their ETags. */
static size_t pieces;

ssize_t __wrap_pread(int fd, void *to, size_t len, off_t from);
ssize_t __real_pread(int fd, void *to, size_t len, off_t from);

ssize_t __wrap_pread(int fd, void *to, size_t len, off_t from)
{
    __atomic_fetch_add(&pieces, 1, __ATOMIC_RELAXED);
    return __real_pread(fd, to, len, from);
}

/* Lists that take long leave threads to other calls, and end with the set: no file is begun any
 * more. */
START_TEST(long_ones)
{
    enum { FILES = 500, LISTS = 8, AT_WORK = 2, PIECES_OF_FILE = (1 << 20) / (16 << 10) + 1 };
    struct handlers_world *w = bucket_world();
    char path[512], name[64];

    for (int i = 0; i < FILES; i++) {
        snprintf(name, sizeof name, "other/%03d", i);
        handlers_world_write(w, name, "", 0600);
        path_of(path, name);
        ck_assert(!truncate(path, 1 << 20));
    }
    handlers_world_open_tasks(w,
                              "{\"handlers\": [{\"bucket\": \"other\", \"folder\": \"other\"}]}");
    uint64_t lists[LISTS];
    for (int i = 0; i < LISTS; i++)
        lists[i] =
            handlers_world_begin_with(w, S3 "listObjectsV2", json_of("{\"Bucket\":\"other\"}"));
    handlers_world_begin_with(w, S3 "headObject", json_of("{\"Bucket\":\"other\",\"Key\":\"o\"}"));
    handlers_world_wait(w, 1);
    handlers_world_expect("a short call comes before long ones end", &w->result,
                          "ok {\"AcceptRanges\"...");
    handlers_cancel(w->handlers, lists[LISTS - 1]);
    handlers_cancel(w->handlers, lists[LISTS / 2]);
    handlers_close(w->handlers);
    size_t before = __atomic_load_n(&pieces, __ATOMIC_RELAXED);
    handlers_world_free(w);
    ck_assert_msg(pieces - before <= 2 * AT_WORK * PIECES_OF_FILE, "%zu pieces", pieces - before);
}
END_TEST

static const struct {
    const char *name, *file, *want;
} bad[] = {
    {"no folder", "{\"handlers\": [{\"bucket\": \"b\"}]}",
     ":1:15: a handler with 'bucket' needs 'folder'"},
    {"no bucket", "{\"handlers\": [{\"folder\": \".\"}]}",
     ":1:15: a handler needs 'command', 'lambda', 'http', 'lambda_endpoint', 'endpoint', 'bucket' "
     "or 'mock'"},
    {"a folder that is not there", "{\"handlers\": [{\"bucket\": \"b\", \"folder\": \"./no\"}]}",
     "/no' can't be opened: No such file or directory"},
    {"a name that is none", "{\"handlers\": [{\"bucket\": \"a/b\", \"folder\": \".\"}]}",
     ":1:26: 'bucket' must be a bucket's name, as in orders"},
    {"with a resource",
     "{\"handlers\": [{\"resource\": \"r\", \"bucket\": \"b\", \"folder\": \".\"}]}",
     ":1:16: 'resource' does not go with 'bucket'"},
    {"a mistake behind it",
     "{\"handlers\": [{\"bucket\": \"b\", \"folder\": \".\"}, {\"bucket\": \"c\"}]}",
     ":1:47: a handler with 'bucket' needs 'folder'"},
};

START_TEST(bad_file)
{
    struct handlers_world *w = handlers_world_new();
    struct diag why = {0};

    handlers_world_open(w, NULL);
    handlers_world_write(w, "h.json", bad[_i].file, 0600);
    ck_assert_msg(!handlers_load(w->handlers, w->file, &why), "%s", bad[_i].name);
    ck_assert_msg(strstr(why.text, bad[_i].want) != NULL, "%s: %s", bad[_i].name, why.text);
    diag_clear(&why);
    handlers_world_free(w);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("bucket");
    TCase *tc = tcase_create("bucket");

    tcase_set_timeout(tc, 60);
    tcase_add_loop_test(tc, call, 0, COUNT(calls));
    tcase_add_test(tc, files_change);
    tcase_add_test(tc, files_stay);
    tcase_add_test(tc, raw_bytes);
    tcase_add_test(tc, written_raw);
    tcase_add_test(tc, rows);
    tcase_add_test(tc, elsewhere);
    tcase_add_test(tc, no_buckets);
    tcase_add_test(tc, cancelled);
    tcase_add_test(tc, long_ones);
    tcase_add_loop_test(tc, bad_file, 0, COUNT(bad));
    suite_add_tcase(s, tc);
    return run_suite(s);
}
