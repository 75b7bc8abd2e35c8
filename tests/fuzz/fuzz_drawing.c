/*
 * Pictures of whatever definition the loader takes: places are as they have to be, JSON is JSON,
 * and each form is written.
 */

#include "asl/asl.h"
#include "asl/drawing/drawing.h"
#include "asl/drawing/drawing_impl.h"
#include "tests/fuzz/require.h"
#include "tests/support/geometry.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void draw(const asl_machine *m)
{
    drawing *d = drawing_new(m, NULL);
    struct buf out = {0};

    if (drawing_write_json(d, &out)) {
        json *v = json_parse(out.data, out.len, JSON_READ_SURROGATES, NULL);
        require(v && !geometry_fault(d->top.place));
        json_unref(v);
        require(drawing_write_svg(d, &out));
    }
    drawing_write_dot(d, &out);
    drawing_write_mermaid(d, &out);
    drawing_write_text(d, 80, false, &out);
    drawing_write_text(d, 0, true, &out);
    drawing_free(d);
    buf_clear(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct asl_report report = {0};
    asl_machine *m = asl_compile((const char *)data, size, DOCUMENT_JSON, &report);

    if (m)
        draw(m);
    asl_machine_unref(m);
    asl_report_clear(&report);
    return 0;
}
