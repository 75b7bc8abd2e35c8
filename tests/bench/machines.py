"""The state machines of the rows: each function gives a definition, its input and the output to expect.

Nothing here is random: the same bytes come out on every machine.
"""
FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:f"
ACTIVITY = "arn:aws:states:us-east-1:123456789012:activity:work"


def one_pass():
    return {"StartAt": "P", "States": {"P": {"Type": "Pass", "End": True}}}, {"hello": "world"}, {"hello": "world"}


# ---- loops ----

def loop(rounds):
    """Pass and Choice in turns, by JSONPath."""
    return {"StartAt": "Count", "States": {
        "Count": {"Type": "Pass", "Parameters": {"i.$": "States.MathAdd($.i, 1)"}, "Next": "More?"},
        "More?": {"Type": "Choice", "Choices": [{"Variable": "$.i", "NumericLessThan": rounds, "Next": "Count"}], "Default": "Done"},
        "Done": {"Type": "Succeed"}}}, {"i": 0}, {"i": rounds}


def _loop(language, first, step, more, done):
    """Assigns `first`, then `step` as often as the input's n says; `more` and `done` are fields of states."""
    return {"QueryLanguage": language, "StartAt": "First", "States": {
        "First": {"Type": "Pass", "Assign": dict(first), "Next": "More?"},
        "More?": {"Type": "Choice", "Choices": [dict(more, Next="Step")], "Default": "Done"},
        "Step": {"Type": "Pass", "Assign": step, "Next": "More?"},
        "Done": dict(done, Type="Pass", End=True)}}


def _jsonata_loop(rounds, first, step):
    return _loop("JSONata", dict(first, i=0), dict(step, i="{% $i + 1 %}"),
                 {"Condition": "{% $i < $states.context.Execution.Input.n %}"}, {"Output": "{% $i %}"}), {"n": rounds}, rounds


def _path_loop(rounds, first, step):
    return _loop("JSONPath", dict(first, i=0), dict(step, **{"i.$": "States.MathAdd($i, 1)"}),
                 {"Variable": "$i", "NumericLessThanPath": "$$.Execution.Input.n"}, {"InputPath": "$i"}), {"n": rounds}, rounds


def loop_jsonata(rounds):
    return _jsonata_loop(rounds, {}, {})


def loop_variables(rounds):
    return _path_loop(rounds, {}, {})


def assign(variables):
    """Two of many variables change, 5,000 times."""
    return _jsonata_loop(5000, {"v%d" % k: k for k in range(variables)}, {"v7": "{% $i %}"})


def append(rounds):
    return _jsonata_loop(rounds, {"acc": []}, {"acc": "{% $append($acc, $i) %}"})


def merge(rounds):
    return _path_loop(rounds, {"acc": {}}, {
        "acc.$": "States.JsonMerge($acc, States.StringToJson(States.Format('\\{\"k{}\":{}\\}', $i, $i)), false)"})


def array(rounds):
    """JSONPath has no function that appends: two states put two lists side by side, then take what is in both."""
    return {"StartAt": "Pair", "States": {
        "Pair": {"Type": "Pass", "Parameters": {"i.$": "States.MathAdd($.i, 1)", "pair.$": "States.Array($.acc, States.Array($.i))"},
                 "Next": "Join"},
        "Join": {"Type": "Pass", "Parameters": {"i.$": "$.i", "acc.$": "$.pair[*][*]"}, "Next": "More?"},
        "More?": {"Type": "Choice", "Choices": [{"Variable": "$.i", "NumericLessThan": rounds, "Next": "Pair"}], "Default": "Done"},
        "Done": {"Type": "Pass", "InputPath": "$.acc", "End": True}}}, {"i": 0, "acc": []}, list(range(rounds))


def result_path(rounds):
    """As many states as rounds: ResultPath has no index."""
    states = {"S%d" % i: {"Type": "Pass", "Result": i, "ResultPath": "$.r%d" % i, "Next": "S%d" % (i + 1)} for i in range(rounds)}
    states["S%d" % rounds] = {"Type": "Pass", "InputPath": "$.n", "End": True}
    return {"StartAt": "S0", "States": states}, {"n": rounds}, rounds


# ---- wide ones ----

def _map(items, processor, concurrency=0):
    return {"StartAt": "Each", "States": {"Each": {
        "Type": "Map", "ItemsPath": "$.items", "MaxConcurrency": concurrency, "End": True, "ItemProcessor": processor}}}, \
        {"items": [{"id": i} for i in range(items)]}, [{"n": i, "ok": True} for i in range(items)]


def _item(mode, **more):
    return {"ProcessorConfig": dict({"Mode": mode}, **more), "StartAt": "Item", "States": {
        "Item": {"Type": "Pass", "Parameters": {"n.$": "$.id", "ok": True}, "End": True}}}


def inline_map(items):
    return _map(items, _item("INLINE"), 40)


def distributed_map(items):
    return _map(items, _item("DISTRIBUTED", ExecutionType="STANDARD"))


def order(_):
    """A short execution, as servers have many of."""
    value = {"id": "o-1", "total": 42}
    return {"StartAt": "Shape", "States": {
        "Shape": {"Type": "Pass", "Parameters": {"id.$": "$.id", "total.$": "$.total", "currency": "EUR"},
                  "ResultPath": "$.order", "Next": "Big"},
        "Big": {"Type": "Choice", "Choices": [{"Variable": "$.order.total", "NumericGreaterThan": 100, "Next": "Review"}],
                "Default": "Accept"},
        "Review": {"Type": "Pass", "Result": "review", "ResultPath": "$.status", "Next": "Done"},
        "Accept": {"Type": "Pass", "Result": "accepted", "ResultPath": "$.status", "Next": "Done"},
        "Done": {"Type": "Succeed"}}}, value, dict(value, order=dict(value, currency="EUR"), status="accepted")


def tasks(resource, concurrency):
    """A Task for each item of the input, which is a list."""
    return {"StartAt": "Each", "States": {"Each": {
        "Type": "Map", "MaxConcurrency": concurrency, "End": True, "ResultPath": None, "ItemProcessor": {"StartAt": "Call", "States": {
            "Call": {"Type": "Task", "Resource": resource, "End": True}}}}}}


# ---- expressions ----

_DATA = {"id": "o-17", "total": 12.5, "paid": True, "customer": {"name": "Ada Lovelace", "address": {"city": "London", "zip": "NW1"}},
         "when": "2017-11-07 15:12:37", "lines": [{"sku": "a%d" % i, "n": i % 5, "price": i * 1.25} for i in range(40)]}
_EXPRESSIONS = [
    "customer.address.city", "lines.sku", "'Hello ' & customer.name & ', order ' & id & ' is ' & total",
    "total * 1.19 > 10 and paid ? 'ship' : 'wait'", "$sum(lines.(n * price))", "lines[price > 20 and n > 1].sku",
    "lines{$string(n): $sum(price)}", "lines^(>price).sku", "$map(lines, function($l) { $l.n * 2 })",
    "$reduce(lines.n, function($a, $b) { $a + $b })", "$replace(when, /(\\d+)-(\\d+)-(\\d+)/, '$3.$2.$1')",
    "$merge(lines.{sku: price})", "$string(lines)", "$fromMillis($toMillis('2017-11-07T15:12:37.121Z'))",
    "$formatNumber(total * 1000, '#,##0.00')", "$sort(lines.price, function($a, $b) { $a < $b })[0]",
]


def expressions(count):
    """Lines for asl eval --jsonata --batch."""
    return [{"id": i, "expr": _EXPRESSIONS[i % len(_EXPRESSIONS)], "data": _DATA} for i in range(count)]
