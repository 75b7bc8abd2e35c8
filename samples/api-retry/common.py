"""What the quote API and the proxies in front of it share."""
import argparse
import http.server
import json
import os
import sys
import urllib.error
import urllib.request


def ask(event):
    """The proxies' whole work: one GET, whose answer or failure they hand on. Never raises."""
    symbol = event.get("symbol", "ASL") if isinstance(event, dict) else "ASL"
    request = urllib.request.Request("%s/quote?symbol=%s" % (os.environ["QUOTES_URL"], symbol),
                                     headers={"X-Client": os.environ.get("CLIENT", "api-retry")})
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return {"statusCode": answer.status, "body": answer.read().decode()}
    except urllib.error.HTTPError as e:
        return {"statusCode": e.code, "body": e.read().decode()}
    except OSError as e:
        return {"statusCode": 500, "body": json.dumps({"error": str(e)})}


class Server(http.server.BaseHTTPRequestHandler):
    """One request to a server on loopback. A subclass has `routes(method, path, body)`, which returns
    (status, value, headers)."""
    protocol_version = "HTTP/1.1"

    def answer(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        status, value, headers = self.routes(self.command, self.path, body)
        text = json.dumps(value).encode()
        self.send_response(status)
        for name, content in dict({"Content-Type": "application/json", "Content-Length": len(text)},
                                  **headers).items():
            self.send_header(name, content)
        self.end_headers()
        self.wfile.write(text)

    do_GET = do_POST = answer

    def log_message(self, form, *args):
        pass


def say(text):
    # On a terminal the last line may be the progress that `asl run` shows: write over it.
    sys.stderr.write("%s    %s\n" % ("\r\033[K" if sys.stderr.isatty() else "", text))
    sys.stderr.flush()


def options(doc):
    p = argparse.ArgumentParser(description=doc.strip().splitlines()[0])
    p.add_argument("--port", type=int, default=0, help="0 picks a free one")
    p.add_argument("--port-file", help="gets the port once the server listens")
    return p


def serve(server, args):
    with http.server.ThreadingHTTPServer(("127.0.0.1", args.port), server) as s:
        if args.port_file:
            with open(args.port_file + ".new", "w") as f:
                f.write("%d\n" % s.server_port)
            os.rename(args.port_file + ".new", args.port_file)
        try:
            s.serve_forever()
        except KeyboardInterrupt:
            pass
