"""What tests/recorded and tests/served share: the player of recorded cases, which comes with them, and what is to be known besides.

The player (run.py of a folder of cases) replays a case's calls and compares the answers. What it compares to the letter is made
comparable here where the difference is the day's and not the program's, and its fakes of AWS's services learn what the cases ask for.
"""
import base64
import binascii
import copy
import datetime
import importlib.util
import json
import os
import sys
import types

ACCOUNT, REGION = "123456789012", "us-east-1"

# What AWS has added to its answers, with the day: a recording from before hasn't got it.
ADDED = [(datetime.datetime(2023, 11, 15), {"RedriveCount", "RedriveStatus", "RedriveStatusReason"})]


def load_player(folder, await_timeout):
    sys.dont_write_bytecode = True
    spec = importlib.util.spec_from_file_location("player", os.path.join(folder, "run.py"))
    player = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(player)
    player.OPT = types.SimpleNamespace(endpoint="http://127.0.0.1:1", account_id=ACCOUNT, region=REGION, keep=True, deadline=0,
                                       mock_config_file=None, await_timeout=await_timeout, debug=False, cases=folder,
                                       services_port=0, have={"lambda"})
    return player


def load_artefacts(folder):
    """Cases that no server can pass, with the reason."""
    path = os.path.join(folder, "artefacts.json")
    if not os.path.exists(path):
        return {}
    with open(path) as f:
        return json.load(f)


def added_since(case):
    recorded = datetime.datetime.strptime(case["recorded"], "%d-%m-%Y, %H:%M:%S")
    return set().union(*(names for day, names in ADDED if recorded < day))


def count_trailing_zeros(seconds):
    """Of a time as a whole number of milliseconds."""
    ms = str(round(seconds * 1000))
    return len(ms) - len(ms.rstrip("0"))


def fill_length(answer):
    """
    The answer of StartExecution has a time to the millisecond, written without the zeros at its end: one in ten is a digit shorter.
    Recorded are those without such zeros.
    """
    zeros = count_trailing_zeros(answer["StartDate"])
    metadata = answer["SdkHttpMetadata"]
    headers, lists = dict(metadata["HttpHeaders"]), dict(metadata["AllHttpHeaders"])
    full = str(int(headers["Content-Length"]) + zeros)
    headers["Content-Length"], lists["Content-Length"] = full, [full]
    return dict(answer, SdkHttpMetadata=dict(metadata, HttpHeaders=headers, AllHttpHeaders=lists))


def as_then(value, added):
    """An answer without what was added to it since, and with lengths that don't depend on the time of day."""
    if isinstance(value, list):
        return [as_then(v, added) for v in value]
    if isinstance(value, dict):
        if "SdkHttpMetadata" in value and isinstance(value.get("StartDate"), (int, float)):
            value = fill_length(value)
        return {k: as_then(v, added) for k, v in value.items() if k not in added}
    if isinstance(value, str) and value.startswith("{"):
        try:
            parsed = json.loads(value)
        except ValueError:
            return value
        then = as_then(parsed, added)
        return value if then == parsed else json.dumps(then)
    return value


class ClientOfThen:
    """Asks as `client` does, and has the answers of the day when the case was recorded."""

    def __init__(self, client, case):
        self.client, self.added = client, added_since(case)

    def call(self, action, params, **options):
        return as_then(self.client.call(action, params, **options), self.added)


def runner_of(runner, case):
    mine = copy.copy(runner)
    mine.client = ClientOfThen(runner.client, case)
    return mine


# ---- fakes that know what the player's don't ----

BAD_SECRET_NAME = ("Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: "
                   "-/_+=.@!")


def fakes(player):
    """The player's fakes of services, and their handler of requests, as classes that can do more."""

    class Services(player.Services):
        NAMES = player.Services.NAMES | {"secretsmanager", "apigateway"}

        def dynamodb_PutItem(self, p, r):
            if p.get("Item") is None:
                raise player.AwsError("ValidationException", "1 validation error detected: Value null at 'item' failed to satisfy "
                                      "constraint: Member must not be null")
            return super().dynamodb_PutItem(p, r)

        def dynamodb_UpdateItem(self, p, r):
            t = self.table(p)
            before = dict(t["items"].get(self.dkey(t, p["Key"])) or {})
            out = super().dynamodb_UpdateItem(p, r)
            if p.get("ReturnValues") != "UPDATED_NEW":
                return out
            after = t["items"][self.dkey(t, p["Key"])]
            return {"Attributes": {k: v for k, v in after.items() if before.get(k) != v}}

        def secretsmanager_CreateSecret(self, p, r):
            if not p["Name"].replace("-", "").translate(str.maketrans("", "", "/_+=.@!")).isalnum():
                raise player.AwsError("ValidationException", BAD_SECRET_NAME)
            return {"ARN": "arn:aws:secretsmanager:%s:%s:secret:%s" % (r.region, r.account, p["Name"]), "Name": p["Name"]}

    class Handler(player.ServicesHandler):
        def body(self):
            self.sent = super().body()
            return self.sent

        def answer(self, status, body, headers):
            target = self.headers.get("X-Amz-Target", "")
            if self.command == "PUT" and any(k == "ETag" for k, _ in headers):
                crc = binascii.crc32(self.sent).to_bytes(4, "big")
                headers = headers + [("x-amz-checksum-crc32", base64.b64encode(crc).decode()),
                                     ("x-amz-checksum-type", "FULL_OBJECT"), ("x-amz-server-side-encryption", "AES256")]
            elif self.command == "GET" and any(k == "Accept-Ranges" for k, _ in headers):
                headers = headers + [("x-amz-server-side-encryption", "AES256")]
            elif target.endswith(".GetItem"):
                headers = [(k.lower() if k == "x-amzn-RequestId" else k, v) for k, v in headers]
            super().answer(status, body, headers)

        def do_POST(self):
            service, _, action = self.headers.get("X-Amz-Target", "").partition(".")
            if service != "secretsmanager":
                super().do_POST()
                return
            headers = [("x-amzn-RequestId", player.uuid.uuid4().hex), ("Content-Type", "application/x-amz-json-1.1")]
            try:
                out = self.run(service, action, json.loads(self.body().decode()))
                self.answer(200, json.dumps(out), headers)
            except player.AwsError as e:
                self.answer(e.status, json.dumps({"__type": e.code, "Message": e.message}), headers)

    return Services, Handler
