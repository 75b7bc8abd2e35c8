/*
 * The models as the rest of the program sees them. The file is opened once for the process, and a
 * service stays once it is unpacked: both are facts that never change, so nobody has to hold on to
 * them, or give them back.
 */
#define _GNU_SOURCE /* dladdr */

#include "asl/model/model.h"

#include "asl/model/model_file.h"
#include "parsers/base/ascii.h"
#include "parsers/base/buf.h"
#include "parsers/base/count.h"
#include "parsers/base/mem.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

const char *const model_partitions[] = {"aws",       "aws-cn",    "aws-us-gov", "aws-iso",
                                        "aws-iso-b", "aws-iso-e", "aws-iso-f",  "aws-eusc"};

/* Filled by the first thread that asks; services one by one, under the lock. */
static struct {
    pthread_once_t once;
    pthread_mutex_t lock;
    char *path; /* NULL: there is no file */
    int file;
    unsigned char *bytes; /* those of the map */
    struct model_map map;
    struct model_data **services;
    struct diag why;
} models = {.once = PTHREAD_ONCE_INIT, .lock = PTHREAD_MUTEX_INITIALIZER};

/* ---- the file ---- */

static const char file_name[] = "services.dat";

/* The front has the index and the names: 18 KiB for 444 services. */
enum { MAX_FILE = 64 * 1024 * 1024, FRONT = 64 * 1024 };

/* Folders are tried beside what this code is in: the program in the build's folder, or installed
 * as bin/asl, lib/libasl.so or lib/MACHINE/libasl.so. */
static const char *const beside[] = {"", "../share/asl/", "../../share/asl/"};
static const char *const installed[] = {"/usr/local/share/asl/", "/usr/share/asl/"};

/* Returns the file's path in that folder, yours; NULL: it can't be read there. */
static char *existing(const char *folder, size_t len, const char *within)
{
    struct buf path = {0};

    buf_add(&path, folder, len);
    buf_adds(&path, within);
    buf_adds(&path, file_name);
    if (access(buf_str(&path), R_OK) == 0)
        return buf_take(&path);
    buf_clear(&path);
    return NULL;
}

static char *find_beside(const char *program)
{
    const char *slash = strrchr(program, '/');
    char *found = NULL;

    for (size_t i = 0; slash && !found && i < COUNT(beside); i++)
        found = existing(program, (size_t)(slash + 1 - program), beside[i]);
    return found;
}

/*
 * ASL_SERVICES is taken as it is, even when no such file is there, so that a wrong name is told.
 * The library comes before the program that has loaded it: it may be of another version.
 */
static char *find_file(void)
{
    const char *given = getenv("ASL_SERVICES");
    char program[PATH_MAX];
    ssize_t len = readlink("/proc/self/exe", program, sizeof program - 1);
    char *found = NULL;
    Dl_info here;

    if (given && *given)
        return mem_strdup(given);
    if (dladdr(model_partitions, &here) && here.dli_fname)
        found = find_beside(here.dli_fname);
    if (!found && len > 0) {
        program[len] = '\0';
        found = find_beside(program);
    }
    for (size_t i = 0; !found && i < COUNT(installed); i++)
        found = existing(installed[i], strlen(installed[i]), "");
    return found;
}

static bool read_part(int file, unsigned char *bytes, size_t at, size_t len)
{
    while (len) {
        ssize_t n = pread(file, bytes + at, len, (off_t)at);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        at += (size_t)n;
        len -= (size_t)n;
    }
    return true;
}

/*
 * A mapped file would change, or end, when it is written over while it is used. So its parts are
 * read into memory at the places that they have in the file: the front at once, a block when it is
 * unpacked, which tells when its bytes are other ones by then. Memory and file stay for as long as
 * the process does.
 */
static bool read_front(const char *path, struct diag *why)
{
    /* A pipe would be opened only when somebody writes to it. */
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    struct stat is = {0};
    unsigned char *bytes = NULL;
    size_t len;

    if (file < 0 || fstat(file, &is)) {
        diag_set(why, NULL, 0, "%s", strerror(errno));
    } else if (!S_ISREG(is.st_mode) || !is.st_size || is.st_size > MAX_FILE) {
        diag_set(why, NULL, 0, "it is %s",
                 !S_ISREG(is.st_mode) ? "no file"
                 : is.st_size         ? "too large"
                                      : "empty");
    } else {
        len = (size_t)is.st_size;
        bytes = mem_calloc(len, 1);
        if (!read_part(file, bytes, 0, len < FRONT ? len : FRONT))
            diag_set(why, NULL, 0, "it can't be read");
        else if (model_map_read(bytes, len, &models.map, why)) {
            models.file = file;
            models.bytes = bytes;
            return true;
        }
    }
    mem_free(bytes);
    if (file >= 0)
        close(file);
    return false;
}

static void open_models(void)
{
    char *path = find_file();

    if (!path) {
        diag_set(&models.why, "SERVICES_FILE", 0,
                 "the models of AWS's services, '%s', are not beside the program: install it "
                 "whole, or name the file in ASL_SERVICES",
                 file_name);
        return;
    }
    if (!read_front(path, &models.why)) {
        diag_prefix(&models.why, "the models of AWS's services, '%s': ", path);
        mem_free(path);
        return;
    }
    models.path = path;
    models.services = mem_calloc(models.map.services + 1, sizeof(struct model_data *));
}

static bool models_are_open(void)
{
    pthread_once(&models.once, open_models);
    return models.path;
}

const char *model_file(struct diag *why)
{
    if (!models_are_open())
        diag_set(why, models.why.code, 0, "%s", models.why.text);
    return models.path;
}

/* ---- services ---- */

/*
 * "Step Functions", "step-functions" and "StepFunctions" are one service: the SDKs, endpoints and
 * people write names in each of these ways.
 */
static bool is_between_words(char c)
{
    return c == ' ' || c == '-' || c == '_';
}

/* Returns the name as the file has it: small letters and digits, in `out`, which has room for
 * `room` of them; NULL when it has more, and thus is none. */
static const char *plain_name(const char *name, size_t len, char *out, size_t room)
{
    size_t n = 0;

    for (size_t i = 0; i < len; i++)
        if (!is_between_words(name[i])) {
            if (n + 1 == room)
                return NULL;
            out[n++] = ascii_lower(name[i]);
        }
    out[n] = '\0';
    return out;
}

/* A damaged block is tried again each time, which costs little and needs no mark. */
static const struct model_service *service_at(size_t i)
{
    struct model_data *d;

    pthread_mutex_lock(&models.lock);
    if (!models.services[i]) {
        size_t at, len;

        model_map_block(&models.map, i, &at, &len);
        if (read_part(models.file, models.bytes, at, len))
            models.services[i] = model_map_service(&models.map, i, NULL);
    }
    d = models.services[i];
    pthread_mutex_unlock(&models.lock);
    return d ? &d->service : NULL;
}

/* Returns the service's place in the index; their count when there is none of that name. */
static size_t find_service(const char *name)
{
    size_t low = 0, high = model_service_count();

    while (low < high) {
        size_t middle = (low + high) / 2;
        int order = strcmp(name, model_map_name(&models.map, middle));

        if (order == 0)
            return middle;
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return model_service_count();
}

/* Step Functions has the names of AWS's SDK for Java, which leaves a "Service" at the end off. */
const struct model_service *model_service_named(const char *name, size_t len)
{
    static const char tail[] = "service";
    char plain[80];
    size_t i, count = model_service_count();

    if (!plain_name(name, len, plain, sizeof plain - strlen(tail)))
        return NULL;
    i = find_service(plain);
    if (i == count) {
        memcpy(plain + strlen(plain), tail, sizeof tail);
        i = find_service(plain);
    }
    return i < count ? service_at(i) : NULL;
}

size_t model_service_count(void)
{
    return models_are_open() ? models.map.services : 0;
}

const char *model_service_name(size_t i)
{
    return model_map_name(&models.map, i);
}

struct model_host model_service_host(const struct model_service *s, size_t i)
{
    const struct model_data *d = s->data;

    return (struct model_host){.partition = model_number(d, COLUMN_HOST_PARTITION, i),
                               .region = model_text(d, COLUMN_HOST_REGION, i),
                               .host = model_text(d, COLUMN_HOST_NAME, i),
                               .signs_as = model_text(d, COLUMN_HOST_SIGNS, i)};
}

/* ---- operations ---- */

void model_operation_at(const struct model_service *s, size_t i, struct model_operation *out)
{
    static const char *const methods[MODEL_METHODS] = {"GET",    "POST", "PUT",
                                                       "DELETE", "HEAD", "PATCH"};
    const struct model_data *d = s->data;
    unsigned flags = model_number(d, COLUMN_OPERATION_FLAGS, i);

    *out = (struct model_operation){
        .name = model_text(d, COLUMN_OPERATION_NAME, i),
        .method = methods[flags & MODEL_OPERATION_METHOD],
        .uri = model_text(d, COLUMN_OPERATION_URI, i),
        .input = model_number(d, COLUMN_OPERATION_INPUT, i),
        .output = model_number(d, COLUMN_OPERATION_OUTPUT, i),
        .host_prefix = model_text(d, COLUMN_OPERATION_PREFIX, i),
        .checksum_by = model_text(d, COLUMN_OPERATION_CHECKSUM, i),
        .root = model_text(d, COLUMN_OPERATION_ROOT, i),
        .xml_namespace = model_text(d, COLUMN_OPERATION_SPACE, i),
        .wrapper = model_text(d, COLUMN_OPERATION_WRAPPER, i),
        .error_count = model_number(d, COLUMN_OPERATION_THROWN_COUNT, i),
        .needs_checksum = flags & MODEL_OPERATION_CHECKSUM,
        .unsigned_payload = flags & MODEL_OPERATION_UNSIGNED,
        .no_signature = flags & MODEL_OPERATION_NO_AUTH,
        .deprecated = flags & MODEL_OPERATION_DEPRECATED,
        .first_error = model_number(d, COLUMN_OPERATION_THROWN, i),
    };
}

/* Operations are in the order of their bytes, and all begin with a capital but for those of a few
 * services, which are found one by one. */
static bool find_operation(const struct model_service *s, const char *name, size_t len, size_t *at)
{
    size_t low = 0, high = s->operation_count;

    while (low < high) {
        size_t middle = (low + high) / 2;
        const char *own = model_text(s->data, COLUMN_OPERATION_NAME, middle);
        int order = (unsigned char)ascii_upper(name[0]) - (unsigned char)own[0];

        if (order == 0)
            order = strncmp(name + 1, own + 1, len - 1);
        if (order == 0 && !own[len]) {
            *at = middle;
            return true;
        }
        if (order <= 0)
            high = middle;
        else
            low = middle + 1;
    }
    return false;
}

bool model_operation_named(const struct model_service *s, const char *name, size_t len,
                           struct model_operation *out)
{
    size_t at;

    if (len > 0 && find_operation(s, name, len, &at)) {
        model_operation_at(s, at, out);
        return true;
    }
    for (size_t i = 0; len > 0 && i < s->operation_count; i++) {
        const char *own = model_text(s->data, COLUMN_OPERATION_NAME, i);

        if (ascii_lower(own[0]) == ascii_lower(name[0]) &&
            strncmp(own + 1, name + 1, len - 1) == 0 && !own[len]) {
            model_operation_at(s, i, out);
            return true;
        }
    }
    return false;
}

struct model_error model_error_at(const struct model_service *s, size_t i)
{
    const struct model_data *d = s->data;

    return (struct model_error){.name = model_text(d, COLUMN_ERROR_NAME, i),
                                .code = model_text(d, COLUMN_ERROR_CODE, i),
                                .status = model_number(d, COLUMN_ERROR_STATUS, i)};
}

struct model_error model_operation_error(const struct model_service *s,
                                         const struct model_operation *o, size_t i)
{
    size_t shape = model_number(s->data, COLUMN_THROWN, o->first_error + i) - 1u;

    return model_error_at(s, model_number(s->data, COLUMN_SHAPE_E, shape) - 1u);
}

/* JSON services send an error's name even where the model has a code for it, which is that of their
 * older query protocol. A code counts more than a name, which may be another error's code. */
bool model_error_coded(const struct model_service *s, const char *code, size_t len,
                       struct model_error *out)
{
    bool found = false;

    for (size_t i = 0; i < s->error_count; i++) {
        struct model_error e = model_error_at(s, i);
        bool coded = e.code && strlen(e.code) == len && memcmp(e.code, code, len) == 0;

        if (coded || (!found && strlen(e.name) == len && memcmp(e.name, code, len) == 0)) {
            *out = e;
            found = true;
        }
        if (coded)
            return true;
    }
    return found;
}

/* ---- shapes ---- */

/*
 * Bounds are doubles as IEEE 754 has them, the lowest byte first, whatever the machine's own order
 * is.
 */
static double bound_at(const struct model_data *d, size_t i)
{
    const unsigned char *at = d->bounds + 8 * i;
    uint64_t low = at[0] | at[1] << 8 | at[2] << 16 | (uint32_t)at[3] << 24;
    uint64_t high = at[4] | at[5] << 8 | at[6] << 16 | (uint32_t)at[7] << 24;
    uint64_t bits = high << 32 | low;
    double bound;

    memcpy(&bound, &bits, sizeof bound);
    return bound;
}

/*
 * Columns A to D mean something else for each kind; tools/aws-models writes them so. Row 0 of the
 * bounds says that there are none.
 */
struct model_shape model_shape_at(const struct model_service *s, model_shape_id id)
{
    const struct model_data *d = s->data;
    size_t row = id - 1u;
    unsigned flags = model_number(d, COLUMN_SHAPE_FLAGS, row);
    uint16_t a = model_number(d, COLUMN_SHAPE_A, row), b = model_number(d, COLUMN_SHAPE_B, row);
    const char *c = model_text(d, COLUMN_SHAPE_C, row), *e = model_text(d, COLUMN_SHAPE_D, row);
    bool exception = flags & MODEL_SHAPE_EXCEPTION;
    size_t bounds = exception ? 0 : model_number(d, COLUMN_SHAPE_E, row);
    struct model_shape out = {
        .service = s,
        .kind = (enum model_kind)(flags & MODEL_SHAPE_KIND),
        .time = (enum model_time)((flags & MODEL_SHAPE_TIME) >> 4),
        .is_union = flags & MODEL_SHAPE_UNION,
        .is_exception = exception,
        .is_event_stream = flags & MODEL_SHAPE_EVENT_STREAM,
        .flattened = flags & MODEL_SHAPE_FLATTENED,
        .streaming = flags & MODEL_SHAPE_STREAMING,
        .min = bound_at(d, 2 * bounds),
        .max = bound_at(d, 2 * bounds + 1),
    };

    switch (out.kind) {
    case MODEL_STRUCTURE:
        out.payload = c;
        out.xml_namespace = e;
        out.first = a;
        out.count = b;
        break;
    case MODEL_LIST:
        out.of = a;
        out.of_name = c;
        break;
    case MODEL_MAP:
        out.key = a;
        out.of = b;
        out.key_name = c;
        out.of_name = e;
        break;
    case MODEL_STRING:
        out.first = a;
        out.count = b;
        break;
    default: break;
    }
    return out;
}

/* Few members have a namespace of their own, most services none: a search is cheap. */
static const char *namespace_of(const struct model_data *d, size_t member)
{
    for (size_t i = 0; i < d->count[MODEL_SPACES]; i++)
        if (model_number(d, COLUMN_SPACE_MEMBER, i) == member)
            return model_text(d, COLUMN_SPACE_URI, i);
    return NULL;
}

struct model_member model_member_at(const struct model_shape *s, size_t i)
{
    const struct model_data *d = s->service->data;
    size_t row = s->first + i;
    unsigned flags = model_number(d, COLUMN_MEMBER_FLAGS, row);
    const char *name = model_text(d, COLUMN_MEMBER_NAME, row);
    const char *wire = model_text(d, COLUMN_MEMBER_WIRE, row);

    return (struct model_member){
        .name = name,
        .wire = wire ? wire : name,
        .shape = model_number(d, COLUMN_MEMBER_SHAPE, row),
        .location = (enum model_location)(flags & MODEL_MEMBER_LOCATION),
        .xml_namespace = namespace_of(d, row),
        .required = flags & MODEL_MEMBER_REQUIRED,
        .idempotency_token = flags & MODEL_MEMBER_IDEMPOTENCY,
        .flattened = flags & MODEL_MEMBER_FLATTENED,
        .xml_attribute = flags & MODEL_MEMBER_ATTRIBUTE,
        .json_text = flags & MODEL_MEMBER_JSON,
        .host_label = flags & MODEL_MEMBER_HOST_LABEL,
        .streaming = flags & MODEL_MEMBER_STREAMING,
        .query_name = flags & MODEL_MEMBER_QUERY_NAME,
    };
}

bool model_member_is_required(const struct model_shape *s, size_t i)
{
    return model_number(s->service->data, COLUMN_MEMBER_FLAGS, s->first + i) &
           MODEL_MEMBER_REQUIRED;
}

bool model_member_is_event_stream(const struct model_shape *s, size_t i)
{
    const struct model_data *d = s->service->data;
    size_t shape = model_number(d, COLUMN_MEMBER_SHAPE, s->first + i) - 1u;

    return model_number(d, COLUMN_SHAPE_FLAGS, shape) & MODEL_SHAPE_EVENT_STREAM;
}

/* DynamoDB's NULL: null is a word of Java, so the SDK calls the member nul. */
static const char null_name[] = "NULL", null_title[] = "Nul";

static const char java_tail[] = "Value";

static bool is_named(const char *own, const char *name, size_t len)
{
    return (strlen(own) == len && strncasecmp(own, name, len) == 0) ||
           (len == strlen(null_title) && strcmp(own, null_name) == 0 &&
            strncasecmp(name, null_title, len) == 0);
}

static bool member_named(const struct model_shape *s, const char *name, size_t len,
                         struct model_member *out)
{
    char first = len ? ascii_lower(name[0]) : '\0';

    for (size_t i = 0; s->kind == MODEL_STRUCTURE && i < s->count; i++) {
        const char *own = model_text(s->service->data, COLUMN_MEMBER_NAME, s->first + i);

        if (ascii_lower(own[0]) == first && is_named(own, name, len)) {
            *out = model_member_at(s, i);
            return true;
        }
    }
    return false;
}

/* A member whose own name ends in "Value" comes first. */
bool model_member_named(const struct model_shape *s, const char *name, size_t len,
                        struct model_member *out)
{
    size_t less = len > MODEL_TITLE_TAIL ? len - MODEL_TITLE_TAIL : 0;

    return member_named(s, name, len, out) ||
           (less && !strncasecmp(name + less, java_tail, MODEL_TITLE_TAIL) &&
            model_is_java_word(name, less) && member_named(s, name, less, out));
}

const char *model_value_at(const struct model_shape *s, size_t i)
{
    return model_text(s->service->data, COLUMN_VALUE, s->first + i);
}

/* ---- names ---- */

void model_member_title(const char *name, char *out)
{
    const char *from = strcmp(name, null_name) ? name : null_title;
    size_t len = strlen(from), run = 0;

    memcpy(out, from, len + 1);
    out[0] = ascii_upper(out[0]);
    while (run < len && ascii_is_upper(out[run]))
        run++;
    if (run < len && ascii_is_lower(out[run]))
        run--;
    for (size_t i = 1; i < run; i++)
        out[i] = ascii_lower(out[i]);
    if (model_is_java_word(from, len))
        memcpy(out + len, java_tail, sizeof java_tail);
}
