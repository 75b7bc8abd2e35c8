"""Distributed Maps whose items come from an emulator's S3 and whose results go there."""
import concurrent.futures
import gzip
import hashlib
import hmac
import http.client
import json
import os
import random
import re
import subprocess
import tempfile
import threading
import time
import urllib.parse

KEYS, LARGE_ROWS = 10000, 100
# What signs requests: an emulator that checks signatures wants its own.
KEYS_OF_TOUR = {"AWS_ACCESS_KEY_ID": os.environ.get("AWS_ACCESS_KEY_ID", "AKIDTOUR"),
                "AWS_SECRET_ACCESS_KEY": os.environ.get("AWS_SECRET_ACCESS_KEY", "secret"), "AWS_DEFAULT_REGION": "us-east-1"}


def signed(method, host, path, body):
    """Headers of a request to S3 with AWS's signature, version 4, by the keys of the environment."""
    key, secret = KEYS_OF_TOUR["AWS_ACCESS_KEY_ID"], KEYS_OF_TOUR["AWS_SECRET_ACCESS_KEY"]
    now, digest = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime()), hashlib.sha256(body).hexdigest()
    headers = {"host": host, "x-amz-content-sha256": digest, "x-amz-date": now}
    scope = [now[:8], "us-east-1", "s3", "aws4_request"]
    request = "\n".join([method, path, "", *("%s:%s" % h for h in headers.items()), "", ";".join(headers), digest])
    text = "\n".join(["AWS4-HMAC-SHA256", now, "/".join(scope), hashlib.sha256(request.encode()).hexdigest()])
    mac = ("AWS4" + secret).encode()
    for part in scope + [text]:
        mac = hmac.new(mac, part.encode(), hashlib.sha256).digest()
    headers["Authorization"] = "AWS4-HMAC-SHA256 Credential=%s/%s, SignedHeaders=%s, Signature=%s" % (
        key, "/".join(scope), ";".join(headers), mac.hex())
    return headers


class Bucket:
    """Objects of an emulator."""

    def __init__(self, url, name):
        self.host, self.name, self.local = urllib.parse.urlsplit(url).netloc, name, threading.local()
        self.ask("PUT", "")

    def ask(self, method, path, body=b""):
        path = "/%s/%s" % (self.name, urllib.parse.quote(path)) if path else "/%s" % self.name
        try:
            answer = self.send(method, path, body)
        except (http.client.RemoteDisconnected, ConnectionError):  # it was idle for too long
            self.local.connection.close()
            answer = self.send(method, path, body)
        text = answer.read()
        if answer.status >= 300:
            raise RuntimeError("%s %s: %d %s" % (method, path, answer.status, text[:200]))
        return text

    def send(self, method, path, body):
        if not hasattr(self.local, "connection"):
            self.local.connection = http.client.HTTPConnection(self.host, timeout=60)
        self.local.connection.request(method, path, body, signed(method, self.host, path, body))
        return self.local.connection.getresponse()

    def put(self, key, body):
        self.ask("PUT", key, body)

    def put_all(self, objects):
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda o: self.put(*o), objects))

    def get(self, key):
        return self.ask("GET", key)


def machine(reader, writer, processor, **more):
    return {"QueryLanguage": "JSONata", "StartAt": "M", "States": {"M": {
        "Type": "Map", "MaxConcurrency": 50, "End": True, "ItemReader": reader,
        "ItemProcessor": dict({"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS"}, "StartAt": "P"}, States={"P": processor}),
        "ResultWriter": dict({"Resource": "arn:aws:states:::s3:putObject", "Arguments": {"Bucket": "maps", "Prefix": "results"}}, **writer), **more}}}


def reader(call, config, **arguments):
    return {"Resource": "arn:aws:states:::s3:" + call, "ReaderConfig": config, "Arguments": dict({"Bucket": "maps"}, **arguments)}


def run(asl, definition, url):
    with tempfile.TemporaryDirectory() as folder:
        file = os.path.join(folder, "map.asl.json")
        with open(file, "w", encoding="utf-8") as f:
            json.dump(definition, f)
        done = subprocess.run([asl, "run", file, "--endpoint", "s3=" + url, "-q", "--timeout", "300"], capture_output=True, text=True,
                              env=dict(KEYS_OF_TOUR, **os.environ))
    if done.returncode:
        raise RuntimeError((done.stderr or done.stdout).strip()[-500:])
    return json.loads(done.stdout)


def results(bucket, output):
    """All that has succeeded, by the manifest, whose sizes must be right."""
    manifest = json.loads(bucket.get(output["ResultWriterDetails"]["Key"]))
    if manifest["ResultFiles"]["FAILED"] or manifest["ResultFiles"]["PENDING"]:
        raise RuntimeError("something failed: %s" % json.dumps(manifest))
    rows = []
    for file in manifest["ResultFiles"]["SUCCEEDED"]:
        body = bucket.get(file["Key"])
        if len(body) != file["Size"]:
            raise RuntimeError("%s has %d bytes, the manifest says %d" % (file["Key"], len(body), file["Size"]))
        rows += json.loads(body)
    return rows


def expect(what, got, want):
    if got != want:
        raise RuntimeError("%s: got %s, wanted %s" % (what, str(got)[:200], str(want)[:200]))


PASS = {"Type": "Pass", "End": True}
COMPACT, FLAT = ({"WriterConfig": {"Transformation": name}} for name in ("COMPACT", "FLATTEN"))


def many_keys(asl, url, bucket):
    """The rows of 10,000 objects, of one each, in batches."""
    bucket.put_all([("many/%05d.jsonl" % i, b'{"n": %d}\n' % i) for i in range(KEYS)])
    output = run(asl, machine(reader("listObjectsV2", {"Transformation": "LOAD_AND_FLATTEN", "InputType": "JSONL"}, Prefix="many/"), FLAT,
                              dict(PASS, Output="{% [$states.input.Items.n] %}"), ItemBatcher={"MaxItemsPerBatch": 100}), url)
    expect("the rows", sorted(results(bucket, output)), list(range(KEYS)))


def listed(asl, url, bucket):
    output = run(asl, machine(reader("listObjectsV2", {}, Prefix="many/0001"), COMPACT, dict(PASS, Output="{% $states.input.Key %}")), url)
    expect("the keys", sorted(results(bucket, output)), ["many/0001%d.jsonl" % i for i in range(10)])


def inventory(asl, url, bucket):
    """An inventory as S3 makes it: packed, without headers."""
    body = gzip.compress(b'"maps","many/1","12"\n"maps","many/2","13"\n')
    bucket.put("inventory/data/1.csv.gz", body)
    bucket.put("inventory/manifest.json", json.dumps({
        "sourceBucket": "maps", "destinationBucket": "arn:aws:s3:::maps", "version": "2016-11-30", "fileFormat": "CSV", "fileSchema": "Bucket, Key, Size",
        "files": [{"key": "inventory/data/1.csv.gz", "size": len(body), "MD5checksum": hashlib.md5(body).hexdigest()}]}).encode())
    output = run(asl, machine(reader("getObject", {"InputType": "MANIFEST", "ManifestType": "S3_INVENTORY"}, Key="inventory/manifest.json"), COMPACT,
                              dict(PASS, Output="{% $states.input.Key & ' ' & $states.input.Size %}")), url)
    expect("the rows", sorted(results(bucket, output)), ["many/1 12", "many/2 13"])


def large_file(asl, url, bucket):
    """A file of several ranges, and results that take a multipart upload."""
    text = "".join(random.Random(1).choice("abcdefgh") for _ in range(100000))
    bucket.put("large.jsonl", "".join(json.dumps({"n": i, "text": text}) + "\n" for i in range(LARGE_ROWS)).encode())
    output = run(asl, machine(reader("getObject", {"InputType": "JSONL"}, Key="large.jsonl"), COMPACT, PASS), url)
    rows = results(bucket, output)
    expect("the rows", sorted(row["n"] for row in rows), list(range(LARGE_ROWS)))
    expect("their texts", {row["text"] == text for row in rows}, {True})


def missing_bucket(asl, url, bucket):
    definition = machine(reader("getObject", {"InputType": "JSONL"}, Key="many/00001.jsonl"), COMPACT, PASS)
    definition["States"]["M"]["ResultWriter"]["Arguments"]["Bucket"] = "no-such-bucket"
    try:
        run(asl, definition, url)
    except RuntimeError as e:
        expect("the error", re.search("States.ResultWriterFailed", str(e)) is not None, True)
        return
    raise RuntimeError("it succeeds")


def play(asl, url, listing):
    bucket = Bucket(url, "maps")
    passed = failed = 0
    for step in (many_keys, listed, inventory, large_file, missing_bucket):
        try:
            step(asl, url, bucket)
            passed += 1
            if listing:
                print("passed maps:%s" % step.__name__)
        except RuntimeError as e:
            failed += 1
            print("FAILED maps:%s: %s" % (step.__name__, e))
    return passed, failed
