"""A connection to asl serve's API for suites that make thousands of calls.

http.client reads the headers of an answer as those of an e-mail: that takes four times as long as all of this.
"""
import socket


class Connection:
    """Calls one after the other. Each fails with OSError when the server is gone; then the connection is of no more use."""

    def __init__(self, port):
        self.file = socket.create_connection(("127.0.0.1", port), timeout=20).makefile("rwb")

    def call(self, operation, body):
        """Status and body of the answer."""
        self.file.write(b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Amz-Target: AWSStepFunctions.%s\r\n"
                        b"Content-Type: application/x-amz-json-1.0\r\nContent-Length: %d\r\n\r\n%s" % (operation.encode(), len(body), body))
        self.file.flush()
        line, length = self.file.readline(), 0
        status = int(line.split()[1]) if line else 0
        while line and line != b"\r\n":
            line = self.file.readline()
            if line.lower().startswith(b"content-length:"):
                length = int(line[15:])
        answer = self.file.read(length)
        if not line or len(answer) < length:
            raise ConnectionError("the connection was closed before the answer's end")
        return status, answer

    def close(self):
        try:
            self.file.close()
        except OSError:  # what was not sent yet can't be
            pass
