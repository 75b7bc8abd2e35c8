"""The surroundings of tests, the same whoever starts them: a terminal, nohup, a script's background, a service of CI.

A suite imports this first, and whatever it starts inherits it: no setting that changes what asl prints or whom it asks,
signals that end a process, files that others can read, a folder for temporary files that holds from everywhere.
"""
import os
import re
import shutil
import signal
import sys
import tempfile

CHANGES_ANSWERS = re.compile(r"AWS_.*|CI|NO_COLOR|FORCE_COLOR|CLICOLOR.*|COLUMNS|PORT|CDPATH|LC_.*|LANGUAGE|TZ|(http|https|all|no)_proxy", re.I)

for name in [name for name in os.environ if CHANGES_ANSWERS.fullmatch(name)]:
    del os.environ[name]
os.environ["AWS_CONFIG_FILE"] = os.environ["AWS_SHARED_CREDENTIALS_FILE"] = "/nonexistent"  # not the user's in ~/.aws
for number in (signal.SIGHUP, signal.SIGQUIT, signal.SIGTERM):
    signal.signal(number, signal.SIG_DFL)
signal.signal(signal.SIGINT, signal.default_int_handler)
os.umask(0o022)
if "TMPDIR" in os.environ:
    os.environ["TMPDIR"] = tempfile.tempdir = os.path.abspath(os.environ["TMPDIR"])

# What tests start as python3 is this one, without the script of a version manager before it, which costs more than they do.
if sys.executable and shutil.which("python3") != sys.executable:
    os.environ["PATH"] = os.path.dirname(sys.executable) + os.pathsep + os.environ.get("PATH", os.defpath)

# For paths that go to make, or into a command of a page, which have no quotes; None is tempfile's own.
WITHOUT_BLANKS = "/tmp" if " " in tempfile.gettempdir() else None
