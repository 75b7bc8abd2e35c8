/*
 * services.dat under libFuzzer: a block as it is when it is unpacked, and the head and the index of
 * a file. What is taken is read through and through: no number in it may lead out of it.
 */

#include "asl/model/model.h"
#include "asl/model/model_file.h"
#include "parsers/base/mem.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_shapes(const struct model_data *d)
{
    for (size_t i = 1; i <= d->count[MODEL_SHAPES]; i++) {
        struct model_shape s = model_shape_at(&d->service, (model_shape_id)i);
        struct model_member m;

        for (size_t k = 0; k < s.count; k++)
            if (s.kind == MODEL_STRUCTURE) {
                m = model_member_at(&s, k);
                model_shape_at(&d->service, m.shape);
                (void)strlen(m.wire);
            } else
                (void)strlen(model_value_at(&s, k));
        model_member_named(&s, "Name", 4, &m);
    }
}

static void read_operations(const struct model_data *d)
{
    struct model_operation o;
    struct model_error e;

    for (size_t i = 0; i < d->service.operation_count; i++) {
        model_operation_at(&d->service, i, &o);
        for (size_t k = 0; k < o.error_count; k++)
            (void)strlen(model_operation_error(&d->service, &o, k).name);
    }
    for (size_t i = 0; i < d->service.host_count; i++)
        (void)strlen(model_service_host(&d->service, i).host);
    model_error_coded(&d->service, "Error", 5, &e);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    unsigned char *block = mem_alloc(size + 1);
    struct model_data *d;
    struct model_map map;

    memcpy(block, data, size);
    d = model_block_read(block, size, "fuzzed", NULL);
    if (d) {
        read_shapes(d);
        read_operations(d);
        model_block_free(d);
    }
    if (model_map_read(data, size, &map, NULL))
        for (size_t i = 0; i < map.services; i++)
            model_block_free(model_map_service(&map, i, NULL));
    return 0;
}
