"""A PostgreSQL of a test's own, by tests/support/postgresql-server; and what a test's --store means."""
import contextlib
import os
import subprocess
import sys
import tempfile
import urllib.parse

SERVER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "postgresql-server")
SKIPPED = 77


@contextlib.contextmanager
def running():
    """Gives the URL of an empty database, which goes with its server at the end. Ends the program where there is no server."""
    with tempfile.TemporaryDirectory(prefix="asl-pg-") as work:
        # The server is another user's when root runs tests.
        os.chmod(work, 0o711)
        folder = os.path.join(work, "pg")
        server = subprocess.Popen([SERVER, folder], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        try:
            word = server.stdout.readline().strip()
            if word == "missing":
                print("PostgreSQL's server isn't installed (tools/setup --dev)")
                sys.exit(SKIPPED)
            if word != "ready":
                sys.exit("PostgreSQL's server can't be started")
            yield "postgresql://asl@/postgres?host=" + urllib.parse.quote(folder, safe="")
        finally:
            server.stdin.close()
            server.wait()


@contextlib.contextmanager
def store(name):
    """Gives what --store is to be told: `name`, or the URL of a new database for `postgresql`."""
    if name != "postgresql":
        yield name
        return
    with running() as url:
        yield url
