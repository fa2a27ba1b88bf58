"""Runs one Lambda handler: asks the Runtime API for an event, calls the handler, answers, and asks again.

Standard library only. HTTP is written by hand because http.client alone costs more than half of a warm invocation. The answer and the
question for the next event leave in one write: the server reads them one after the other.
"""
import json
import os
import sys
import time
from socket import AF_UNIX, SOCK_STREAM, socket

TASK_ROOT = os.environ["LAMBDA_TASK_ROOT"]
API = "/2018-06-01/runtime"
NEXT = f"GET {API}/invocation/next HTTP/1.1\r\nHost: roost\r\n\r\n".encode()


class RuntimeApi:
    """One keep-alive connection to the gateway."""

    def __init__(self, path):
        self._socket = socket(AF_UNIX, SOCK_STREAM)
        self._socket.connect(path)
        self._rest = b""

    def first(self):
        self._socket.sendall(NEXT)
        return self._event()

    def answer(self, request_id, outcome, body):
        """Posts the outcome ("response" or "error") and returns headers and body of the next invocation."""
        self._socket.sendall(_post(f"{API}/invocation/{request_id}/{outcome}", body) + NEXT)
        self._read()  # 202; a refusal has been told to the caller by the gateway itself
        return self._event()

    def init_error(self, body, error_type):
        self._socket.sendall(_post(f"{API}/init/error", body, f"Lambda-Runtime-Function-Error-Type: {error_type}\r\n"))
        self._read()

    def _event(self):
        status, headers, body = self._read()
        if " 200 " not in status:
            sys.exit(f"The gateway gave no event: {status} {body.decode(errors='replace')}")
        return headers, body

    def _read(self):
        data = self._rest
        while (end := data.find(b"\r\n\r\n")) < 0:
            data += self._receive()
        lines = data[:end].decode("latin-1").split("\r\n")
        headers = {}
        for line in lines[1:]:
            name, _, value = line.partition(":")
            headers[name.lower()] = value.strip()
        body = data[end + 4:]
        missing = int(headers.get("content-length", "0")) - len(body)
        if missing > 0:
            parts = [body]
            while missing > 0:
                part = self._receive()
                parts.append(part)
                missing -= len(part)
            body = b"".join(parts)
        self._rest = body[len(body) + missing:] if missing < 0 else b""
        if missing < 0:
            body = body[:missing]
        return lines[0], headers, body

    def _receive(self):
        part = self._socket.recv(262144)
        if not part:
            os._exit(0)  # the gateway has gone: nobody is left to answer to
        return part


def _post(path, body, headers=""):
    return (f"POST {path} HTTP/1.1\r\nHost: roost\r\nContent-Type: application/json\r\n"
            f"{headers}Content-Length: {len(body)}\r\n\r\n").encode() + body


class ClientContext:
    def __init__(self, document):
        self.custom = document.get("custom") or {}
        self.env = document.get("env") or {}
        self.client = document.get("client")


class LambdaContext:
    """What a handler gets as its second argument."""

    function_name = os.environ["AWS_LAMBDA_FUNCTION_NAME"]
    function_version = os.environ["AWS_LAMBDA_FUNCTION_VERSION"]
    memory_limit_in_mb = os.environ["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"]
    log_group_name = os.environ["AWS_LAMBDA_LOG_GROUP_NAME"]
    log_stream_name = os.environ["AWS_LAMBDA_LOG_STREAM_NAME"]
    identity = None

    def __init__(self, headers):
        self.aws_request_id = headers["lambda-runtime-aws-request-id"]
        self.invoked_function_arn = headers["lambda-runtime-invoked-function-arn"]
        self._deadline_ms = int(headers["lambda-runtime-deadline-ms"])
        context = headers.get("lambda-runtime-client-context")
        self.client_context = ClientContext(json.loads(context)) if context else None

    def get_remaining_time_in_millis(self):
        return max(0, self._deadline_ms - int(time.time() * 1000))


class InitError(Exception):
    def __init__(self, error_type, message, stack=()):
        super().__init__(message)
        self.error_type = error_type
        self.stack = list(stack)


def load_handler(name):
    module_name, dot, function = name.rpartition(".")
    if not dot or not module_name:
        raise InitError("Runtime.MalformedHandlerName", f"Bad handler '{name}': not enough values to unpack (expected 2, got 1)")
    import importlib
    module_name = module_name.replace("/", ".")
    try:
        module = importlib.import_module(module_name)
    except ImportError as error:
        raise InitError("Runtime.ImportModuleError", f"Unable to import module '{module_name}': {error}", stack_of(error)) from None
    except SyntaxError as error:
        raise InitError("Runtime.UserCodeSyntaxError", f"Syntax error in module '{module_name}': {error}", stack_of(error)) from None
    except Exception as error:
        raise InitError(type(error).__name__, str(error), stack_of(error)) from None
    handler = getattr(module, function, None)
    if handler is None:
        raise InitError("Runtime.HandlerNotFound", f"Handler '{function}' missing on module '{module_name}'")
    return handler


def stack_of(error):
    """The frames of the function itself: ours and the importer's would only hide them."""
    import traceback
    frames = traceback.extract_tb(error.__traceback__)
    return traceback.format_list([frame for frame in frames if frame.filename != __file__ and "importlib" not in frame.filename])


def error_body(error_type, message, stack, request_id=None):
    document = {"errorMessage": message, "errorType": error_type}
    if request_id is not None:
        document["requestId"] = request_id
    document["stackTrace"] = stack
    return json.dumps(document).encode()


def say_error(error_type, message, stack):
    print(f"[ERROR] {error_type}: {message}", *(["Traceback (most recent call last):"] + [line.rstrip("\n") for line in stack] if stack else []), sep="\n")


def call(handler, headers, event, log_format):
    """Returns the outcome and its JSON."""
    context = LambdaContext(headers)
    if log_format is not None:
        log_format.request_id = context.aws_request_id
    trace = headers.get("lambda-runtime-trace-id")
    if trace:
        os.environ["_X_AMZN_TRACE_ID"] = trace
    try:
        result = handler(json.loads(event) if event else None, context)
        try:
            return "response", json.dumps(result, ensure_ascii=False).encode()
        except (TypeError, ValueError) as error:
            error_type, message, stack = "Runtime.MarshalError", f"Unable to marshal response: {error}", []
    except Exception as error:  # whatever a handler raises is its answer
        error_type, message, stack = type(error).__name__, str(error), stack_of(error)
    say_error(error_type, message, stack)
    return "error", error_body(error_type, message, stack, context.aws_request_id)


def adopt_logging():
    """Gives the root logger Lambda's format, but only for functions that import logging: it would cost every cold start."""
    logging = sys.modules.get("logging")
    if logging is None or logging.root.handlers:
        return None

    class Format(logging.Formatter):
        converter = time.gmtime
        request_id = ""

        def format(self, record):
            record.aws_request_id = self.request_id
            return super().format(record)

    log_format = Format("[%(levelname)s]\t%(asctime)s.%(msecs)03dZ\t%(aws_request_id)s\t%(message)s", "%Y-%m-%dT%H:%M:%S")
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(log_format)
    logging.root.addHandler(handler)
    return log_format


def main():
    # Lines leave when they are complete; the gateway reads them before it takes the answer.
    sys.stdout.reconfigure(line_buffering=True, errors="backslashreplace")
    sys.path[0] = TASK_ROOT
    api = RuntimeApi(os.environ["ROOST_RUNTIME_SOCKET"])
    try:
        handler = load_handler(os.environ["_HANDLER"])
    except InitError as error:
        say_error(error.error_type, str(error), error.stack)
        sys.stdout.flush()
        api.init_error(error_body(error.error_type, str(error), error.stack), error.error_type)
        os._exit(1)
    log_format = adopt_logging()
    headers, event = api.first()
    while True:
        outcome, body = call(handler, headers, event, log_format)
        sys.stdout.flush()
        headers, event = api.answer(headers["lambda-runtime-aws-request-id"], outcome, body)


if __name__ == "__main__":
    main()
