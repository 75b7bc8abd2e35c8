"""Random Parquet files, each made from a seed, and what JSON their rows are.

The tables have columns of all types, nested and with nulls in several patterns; pyarrow or duckdb writes them with random
encodings, codecs, page and row group sizes. The rows are those that pyarrow reads from the file, put into the JSON that
docs/map.md says.
"""
import base64
import datetime
import decimal
import random
import uuid

import pyarrow as pa
import pyarrow.parquet as pq

CODECS = ["NONE", "SNAPPY", "GZIP", "ZSTD"]
ENCODINGS = {
    "BOOLEAN": ["PLAIN", "RLE"],
    "INT32": ["PLAIN", "DELTA_BINARY_PACKED", "BYTE_STREAM_SPLIT"],
    "INT64": ["PLAIN", "DELTA_BINARY_PACKED", "BYTE_STREAM_SPLIT"],
    "INT96": ["PLAIN"],
    "FLOAT": ["PLAIN", "BYTE_STREAM_SPLIT"],
    "DOUBLE": ["PLAIN", "BYTE_STREAM_SPLIT"],
    "BYTE_ARRAY": ["PLAIN", "DELTA_LENGTH_BYTE_ARRAY", "DELTA_BYTE_ARRAY"],
    "FIXED_LEN_BYTE_ARRAY": ["PLAIN", "DELTA_BYTE_ARRAY", "BYTE_STREAM_SPLIT"],
}
WORDS = ["", "a", "delivered", "açaí", "x" * 300, "日本語", "q\"uo\\te\n", "\0", "customer 12", "customer 123"]


# ---- types ----

def scalar_type(r):
    return r.choice([
        pa.bool_(), pa.int8(), pa.int16(), pa.int32(), pa.int64(), pa.uint8(), pa.uint16(), pa.uint32(), pa.uint64(),
        pa.float16(), pa.float32(), pa.float64(), pa.string(), pa.string(), pa.large_string(), pa.binary(), pa.binary(r.randint(1, 20)),
        pa.date32(), pa.time32("ms"), pa.time64("us"), pa.time64("ns"),
        pa.timestamp(r.choice(["ms", "us", "ns"]), r.choice([None, "UTC"])),
        pa.decimal128(r.randint(1, 15), 0), pa.decimal128(9, r.randint(0, 9)), pa.decimal128(15, r.randint(0, 15)), pa.decimal128(18, r.randint(0, 18)),
        pa.decimal128(r.randint(19, 38), r.randint(0, 19)), pa.decimal256(r.randint(39, 76), r.randint(0, 39)),
        pa.dictionary(pa.int32(), pa.string()), pa.uuid(), pa.json_(), pa.null()])


def key_type(r):
    return r.choice([pa.string(), pa.string(), pa.int32(), pa.int64(), pa.date32(), pa.binary(3)])


def field(r, name, t, may_be_null):
    """Not null by that chance; a field of nulls alone is always nullable."""
    return pa.field(name, t, nullable=r.random() < may_be_null or pa.types.is_null(t))


def any_type(r, depth):
    if depth == 0 or r.random() < 0.55:
        return scalar_type(r)
    kind = r.choice(["list", "list", "struct", "struct", "map", "fixed"])
    inner = any_type(r, depth - 1)
    if kind == "list":
        return pa.list_(field(r, "element", inner, 0.7))
    if kind == "fixed":
        return pa.list_(inner, r.randint(1, 3))
    if kind == "map":
        return pa.map_(key_type(r), inner)
    return pa.struct([field(r, "f%d" % i, any_type(r, depth - 1), 0.8) for i in range(r.randint(1, 4))])


# ---- values ----

def integer(r, low, high, style):
    if style == "same":
        return min(high, 7)
    if style == "few":
        return min(high, r.choice([0, 1, 2, 5]))
    return r.choice([low, high, max(low, -1), 0]) if r.random() < 0.2 else r.randint(low, high) >> r.choice([0, 0, (high.bit_length()) // 2])


def text(r, style):
    if style == "same":
        return "same"
    if style == "few":
        return r.choice(WORDS)
    return "customer %d" % r.randint(0, 10**6) if r.random() < 0.7 else "".join(r.choice("abcäöü€😀 ") for _ in range(r.randint(0, 40)))


def value(r, t, style):
    types = pa.types
    if types.is_boolean(t):
        return r.random() < 0.5 if style != "same" else True
    if types.is_integer(t):
        low, high = (-(1 << t.bit_width - 1), (1 << t.bit_width - 1) - 1) if types.is_signed_integer(t) else (0, (1 << t.bit_width) - 1)
        return integer(r, low, high, style)
    if types.is_floating(t):
        if style != "random":
            return float(r.choice([0, 1, -0.5, 2.25]))
        return r.choice([float("nan"), float("inf"), float("-inf"), -0.0, 1e-7]) if r.random() < 0.1 else r.uniform(-1e4, 1e4)
    if types.is_string(t) or types.is_large_string(t) or types.is_dictionary(t):
        return text(r, style)
    if types.is_fixed_size_binary(t):
        return bytes(r.randrange(256) if style == "random" else 65 for _ in range(t.byte_width))
    if types.is_binary(t):
        return bytes(r.randrange(256) for _ in range(r.randint(0, 30))) if style == "random" else b"\xff\x00few"
    if types.is_date32(t):
        return datetime.date(1970, 1, 1) + datetime.timedelta(days=r.randint(-719162, 2932896) if style == "random" else 20000)
    if types.is_time(t):
        scale = {"ms": 1000, "us": 10**6, "ns": 10**9}[t.unit]
        return pa.scalar(r.randrange(86400 * scale), pa.int32() if t.unit == "ms" else pa.int64()).cast(t)
    if types.is_timestamp(t):
        scale = {"ms": 1000, "us": 10**6, "ns": 10**9}[t.unit]
        return pa.scalar(r.randint(-2208988800, 7258118400) * scale + r.randrange(scale), pa.int64()).cast(t)
    if types.is_decimal(t):
        digits = r.randint(-(10**t.precision - 1), 10**t.precision - 1) // (1 if style == "random" else 10**(t.precision - 1))
        return decimal.Decimal(digits).scaleb(-t.scale, decimal.Context(prec=80))
    if isinstance(t, pa.UuidType):
        return uuid.UUID(int=r.getrandbits(128)).bytes
    if isinstance(t, pa.JsonType):
        return '{"a": %d}' % r.randint(0, 9)
    if types.is_null(t):
        return None
    raise TypeError(t)


def column(r, t, count, nullable=True):
    """An array of `count` values."""
    types = pa.types
    style, nulls = r.choice(["random", "random", "few", "same"]), r.choice(["none", "some", "all", "runs", "none"]) if nullable else "none"
    on = False
    gone = []
    for _ in range(count):
        on = on != (r.random() < 0.05)
        gone.append({"none": False, "some": r.random() < 0.3, "all": True, "runs": on}[nulls])
    mask = pa.array(gone, pa.bool_())
    if types.is_struct(t):
        kids = [column(r, f.type, count, f.nullable) for f in t]
        return pa.StructArray.from_arrays(kids, fields=list(t), mask=mask)
    if types.is_fixed_size_list(t):
        return pa.FixedSizeListArray.from_arrays(column(r, t.value_type, count * t.list_size), t.list_size, mask=mask)
    if types.is_list(t) or types.is_map(t):
        lens = [0 if gone[i] or r.random() < 0.2 else r.choice([1, 1, 2, 3, 9]) for i in range(count)]
        if r.random() < 0.1 and count:
            lens[r.randrange(count)] = 0 if gone[0] else r.choice([0, 500])
            lens = [0 if g else n for g, n in zip(gone, lens)]
        offsets = [0]
        for n in lens:
            offsets.append(offsets[-1] + n)
        where = pa.array([None if g else o for g, o in zip(gone, offsets)] + offsets[-1:], pa.int32())
        if types.is_list(t):
            return pa.ListArray.from_arrays(where, column(r, t.value_type, offsets[-1], t.value_field.nullable), type=t)
        return pa.MapArray.from_arrays(where, column(r, t.key_type, offsets[-1], False), column(r, t.item_type, offsets[-1]), type=t)
    values = [None if g else value(r, t, style) for g in gone]
    if style == "random" and r.random() < 0.2 and types.is_integer(t):
        values = sorted(values, key=lambda v: (v is None, v))
    if isinstance(t, (pa.UuidType, pa.JsonType)):
        return pa.ExtensionArray.from_storage(t, pa.array(values, t.storage_type))
    return pa.array(values, t)


# ---- files ----

def table(r, depth=3):
    count = r.choice([0, 1, 2, 10, 100, 1000, 3000])
    fields = [field(r, "c%d" % i, any_type(r, depth if count < 2000 else 1), 0.8) for i in range(r.randint(1, 8))]
    return pa.Table.from_arrays([column(r, f.type, count, f.nullable) for f in fields], schema=pa.schema(fields))


def write_by_pyarrow(r, path):
    t = table(r)
    options = {"compression": r.choice(CODECS), "data_page_version": r.choice(["1.0", "2.0"]), "store_schema": False,
               "version": r.choice(["1.0", "2.4", "2.6"]), "write_page_checksum": r.random() < 0.3, "use_dictionary": r.random() < 0.5,
               "data_page_size": r.choice([64, 1000, 1 << 20]), "write_batch_size": r.choice([7, 100, 1024]),
               "use_compliant_nested_type": r.random() < 0.7, "use_deprecated_int96_timestamps": r.random() < 0.1,
               "row_group_size": r.choice([7, 100, 10000]) if t.num_rows < 2000 else r.choice([500, 10000]),
               "write_page_index": r.random() < 0.2, "store_decimal_as_integer": r.random() < 0.3}
    if options["use_deprecated_int96_timestamps"]:
        options["version"] = "2.6"
    if r.random() < 0.3:
        options["dictionary_pagesize_limit"] = 200
    pq.write_table(t, path, **options)
    if not options["use_dictionary"]:
        s = pq.ParquetFile(path).schema
        leaves = [s.column(i) for i in range(len(s.names))]
        options["column_encoding"] = {c.path: r.choice(ENCODINGS[c.physical_type]) for c in leaves}
        pq.write_table(t, path, **options)


def write_by_duckdb(r, path):
    import duckdb
    con = duckdb.connect()
    try:
        for _ in range(100):
            t = table(r, 2)
            try:
                con.register("t", t)
                con.execute("COPY t TO '%s' (FORMAT parquet, CODEC '%s', ROW_GROUP_SIZE %d, PARQUET_VERSION '%s', DICTIONARY_SIZE_LIMIT %d)" % (
                    path, r.choice(["uncompressed", "snappy", "gzip", "zstd"]), r.choice([2048, 100000]), r.choice(["V1", "V2"]), r.choice([1, 100, 100000])))
                return
            except duckdb.Error:  # a type that it has not
                con.unregister("t")
        raise SystemExit("duckdb writes none of 100 tables")
    finally:
        con.close()


def write(seed, path):
    """Writes a file that pyarrow itself reads again. Returns its rows, and who wrote it."""
    r = random.Random(seed)
    by = "duckdb" if seed % 5 == 4 else "pyarrow"
    for _ in range(100):
        try:
            (write_by_duckdb if by == "duckdb" else write_by_pyarrow)(r, path)
            return rows(path), by
        except (pa.ArrowException, OSError) as e:
            why = e
    raise SystemExit("pyarrow reads none of 100 files: %s" % why)


# ---- what must come of them ----

class Exactly(decimal.Decimal):
    """A number whose decimal digits must be the same."""


def moment(n, unit, offset_days=0):
    digits = {"s": 3, "ms": 3, "us": 6, "ns": 9}[unit]
    scale = {"s": 1, "ms": 1000, "us": 10**6, "ns": 10**9}[unit]
    second, fraction = divmod(n, scale)
    day, second = divmod(second, 86400)
    clock = "%02d:%02d:%02d.%0*d" % (second // 3600, second // 60 % 60, second % 60, digits, fraction)
    return (datetime.date(1970, 1, 1) + datetime.timedelta(days=day)).isoformat(), clock


def floating(v):
    return "NaN" if v != v else "Infinity" if v == float("inf") else "-Infinity" if v == float("-inf") else v


def decimal_value(v, t):
    if t.precision <= 15 or t.scale == 0:
        return Exactly(v)
    return "{:.{}f}".format(v, t.scale) if v else "{:.{}f}".format(abs(v), t.scale)


def expected(s):
    """What JSON a pyarrow scalar is."""
    types, t = pa.types, s.type
    if not s.is_valid:
        return None
    if isinstance(t, pa.UuidType):
        return str(uuid.UUID(bytes=s.value.as_py()))
    if isinstance(t, pa.JsonType):
        return s.value.as_py()
    if types.is_struct(t):
        return {f.name: expected(s[f.name]) for f in t}
    if types.is_map(t):
        pairs = [(expected(x["key"]), expected(x["value"])) for x in s.values]
        if types.is_string(t.key_type) or types.is_date32(t.key_type):
            return dict(pairs)
        return [{"key": k, "value": v} for k, v in pairs]
    if types.is_list(t) or types.is_large_list(t) or types.is_fixed_size_list(t):
        return [expected(x) for x in s.values]
    if types.is_timestamp(t):
        return "T".join(moment(s.value, t.unit)) + ("Z" if t.tz else "")
    if types.is_time(t):
        return moment(s.value, t.unit)[1]
    if types.is_date32(t):
        return s.as_py().isoformat()
    if types.is_decimal(t):
        return decimal_value(s.as_py(), t)
    if types.is_floating(t):
        return floating(float(s.as_py()))
    if types.is_binary(t) or types.is_fixed_size_binary(t):
        return base64.b64encode(s.as_py()).decode()
    return s.as_py()


def rows(path):
    t = pq.read_table(path, arrow_extensions_enabled=True)
    columns = [t.column(i) for i in range(t.num_columns)]
    return [{name: expected(c[i]) for name, c in zip(t.column_names, columns)} for i in range(t.num_rows)]


def same(want, got):
    if isinstance(want, dict):
        return isinstance(got, dict) and list(want) == list(got) and all(same(want[k], got[k]) for k in want)
    if isinstance(want, list):
        return isinstance(got, list) and len(want) == len(got) and all(map(same, want, got))
    if isinstance(want, Exactly):
        return isinstance(got, (int, decimal.Decimal)) and not isinstance(got, bool) and decimal.Decimal(got) == want
    if isinstance(want, float):
        return isinstance(got, decimal.Decimal) and float(got) == want
    return type(want) is type(got) and want == got
