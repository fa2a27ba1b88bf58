"""Runs one Lambda handler: asks the Runtime API for an event, calls the handler, answers, and asks again.

Standard library only, and little of it: what is imported here is paid by every cold start. HTTP is written by hand because http.client alone costs
more than half of a warm invocation, and _socket is used because socket, which wraps it, costs more than the connection. The answer and the
question for the next event leave in one write: the server reads them one after the other.
"""
import os
import sys
import time
from _roost_json import dumps, loads
from _socket import AF_UNIX, SOCK_STREAM, socket

API = "/2018-06-01/runtime"
NEXT = f"GET {API}/invocation/next HTTP/1.1\r\nHost: roost\r\n\r\n".encode()
JSON = "application/json"


class RuntimeApi:
    """One keep-alive connection to the gateway."""

    def __init__(self, path):
        self._socket = socket(AF_UNIX, SOCK_STREAM)
        self._socket.connect(path)
        self._rest = b""

    def first(self):
        self._socket.sendall(NEXT)
        return self._event()

    def answer(self, request_id, outcome, content_type, body):
        """Posts the outcome ("response" or "error") and returns headers and body of the next invocation."""
        self._socket.sendall(_post(f"{API}/invocation/{request_id}/{outcome}", content_type, body) + NEXT)
        self._read()  # 202; a refusal has been told to the caller by the gateway itself
        return self._event()

    def assignment(self):
        """For a spare: waits until it is known which function this process becomes, and gives the environment of that."""
        self._socket.sendall(b"GET /roost/assignment HTTP/1.1\r\nHost: roost\r\n\r\n")
        environment = loads(self._event()[1])
        self._socket.sendall(b"GET /roost/assignment/taken HTTP/1.1\r\nHost: roost\r\n\r\n")
        self._event()
        return environment

    def init_error(self, body, error_type):
        self._socket.sendall(_post(f"{API}/init/error", JSON, body, f"Lambda-Runtime-Function-Error-Type: {ascii(error_type)[1:-1]}\r\n"))
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


def _post(path, content_type, body, headers=""):
    return (f"POST {path} HTTP/1.1\r\nHost: roost\r\nContent-Type: {content_type}\r\n"
            f"{headers}Content-Length: {len(body)}\r\n\r\n").encode() + body


class Fault(Exception):
    """An error that the runtime itself tells, by a name of Lambda's."""

    def __init__(self, error_type, message, stack=(), log_stack=()):
        super().__init__(message)
        self.error_type = error_type
        self.stack = list(stack)
        self.log_stack = self.stack or list(log_stack)


class _Members:
    """Attributes by name, None where the document has none."""

    __slots__ = ()

    def __init__(self, document):
        for name in self.__slots__:
            setattr(self, name, document.get(name))

    def __repr__(self):
        return f"{type(self).__name__}([{','.join(f'{name}={getattr(self, name, None)}' for name in self.__slots__)}])"


class Client(_Members):
    __slots__ = ("installation_id", "app_title", "app_version_name", "app_version_code", "app_package_name")


class ClientContext(_Members):
    __slots__ = ("custom", "env", "client")

    def __init__(self, document):
        super().__init__(document)
        if self.client is not None:
            self.client = Client(self.client)


def client_context_of(text):
    import json
    return ClientContext(json.loads(text))


class CognitoIdentity(_Members):
    __slots__ = ("cognito_identity_id", "cognito_identity_pool_id")


class LambdaContext:
    """What a handler gets as its second argument."""

    def __init__(self, headers):
        environment = os.environ
        self.aws_request_id = headers["lambda-runtime-aws-request-id"]
        self.log_group_name = environment.get("AWS_LAMBDA_LOG_GROUP_NAME")
        self.log_stream_name = environment.get("AWS_LAMBDA_LOG_STREAM_NAME")
        self.function_name = environment.get("AWS_LAMBDA_FUNCTION_NAME")
        self.memory_limit_in_mb = environment.get("AWS_LAMBDA_FUNCTION_MEMORY_SIZE")
        self.function_version = environment.get("AWS_LAMBDA_FUNCTION_VERSION")
        self.invoked_function_arn = headers["lambda-runtime-invoked-function-arn"]
        self.tenant_id = headers.get("lambda-runtime-aws-tenant-id")
        context = headers.get("lambda-runtime-client-context")
        self.client_context = client_context_of(context) if context else None
        self.identity = CognitoIdentity({})
        self._deadline_ms = int(headers["lambda-runtime-deadline-ms"])

    def get_remaining_time_in_millis(self):
        return max(0, self._deadline_ms - int(time.time() * 1000))

    def log(self, message):
        sys.stdout.write(str(message))
        sys.stdout.flush()

    def __repr__(self):
        members = ("aws_request_id", "log_group_name", "log_stream_name", "function_name", "memory_limit_in_mb", "function_version",
                   "invoked_function_arn", "client_context", "identity", "tenant_id")
        return f"LambdaContext([{','.join(f'{name}={getattr(self, name)}' for name in members)}])"


class LoggingHook:
    """Gives the root logger Lambda's handler as soon as something imports logging: importing it here would cost every cold start."""

    def __init__(self):
        self.request_id = ""

    def install(self):
        if "logging" in sys.modules:
            self._adopt(sys.modules["logging"])
        else:
            sys.meta_path.insert(0, self)

    def find_spec(self, name, path=None, target=None):
        if name != "logging":
            return None
        sys.meta_path.remove(self)
        from importlib.util import find_spec
        spec = find_spec(name)
        load = spec.loader.exec_module

        def load_and_adopt(module):
            load(module)
            self._adopt(module)

        spec.loader.exec_module = load_and_adopt
        return spec

    def _adopt(self, logging):
        hook = self

        class LambdaLoggerHandler(logging.Handler):
            def emit(self, record):
                try:
                    sys.stdout.write(self.format(record))
                except Exception:
                    self.handleError(record)

        class LambdaLoggerFilter(logging.Filter):
            def filter(self, record):
                record.aws_request_id = hook.request_id
                record.tenant_id = None
                return True

        logging.Formatter.converter = time.gmtime
        handler = LambdaLoggerHandler()
        handler.setFormatter(logging.Formatter("[%(levelname)s]\t%(asctime)s.%(msecs)03dZ\t%(aws_request_id)s\t%(message)s\n", "%Y-%m-%dT%H:%M:%S"))
        handler.addFilter(LambdaLoggerFilter())
        logging.root.addHandler(handler)


def load_handler(name):
    try:
        module_name, function = name.rsplit(".", 1)
    except ValueError as error:
        raise Fault("Runtime.MalformedHandlerName", f"Bad handler '{name}': {error}") from None
    if module_name.split(".")[0] in sys.builtin_module_names:
        raise Fault("Runtime.BuiltInModuleConflict", f"Cannot use built-in module {module_name} as a handler module")
    from importlib import import_module
    try:
        module = import_module(module_name.replace("/", "."))
    except ImportError as error:
        raise Fault("Runtime.ImportModuleError", f"Unable to import module '{module_name}': {error}", log_stack=stack_of(error)) from None
    except SyntaxError as error:
        raise Fault("Runtime.UserCodeSyntaxError", f"Syntax error in module '{module_name}': {error}", [f'  File "{error.filename}" Line {error.lineno}\n    {error.text}']) from None
    except Exception as error:  # whatever a module raises is told as it is
        raise Fault(type(error).__name__, text_of(error), stack_of(error)) from None
    try:
        return getattr(module, function)
    except AttributeError:
        raise Fault("Runtime.HandlerNotFound", f"Handler '{function}' missing on module '{module_name}'") from None


def stack_of(error):
    """The frames from the function's first one on: ours and the importer's before it would only hide them."""
    import traceback
    frames = traceback.extract_tb(error.__traceback__)
    while frames and (frames[0].filename == __file__ or "importlib" in frames[0].filename):
        del frames[0]
    return traceback.format_list(frames)


def text_of(error):
    try:
        return str(error)
    except Exception:  # its own __str__ fails
        return f"<{type(error).__name__} whose text cannot be had>"


def error_body(error_type, message, stack, request_id=""):
    import json
    return json.dumps({"errorMessage": message, "errorType": error_type, "requestId": request_id, "stackTrace": stack}).encode()


def say_error(error_type, message, stack):
    print(f"[ERROR] {error_type}: {message}", *(["Traceback (most recent call last):"] + [line.rstrip("\n") for line in stack] if stack else []), sep="\n")


def event_of(body, content_type):
    if content_type != JSON:
        return body
    try:
        return loads(body)
    except Exception as error:
        raise Fault("Runtime.UnmarshalError", f"Unable to unmarshal input: {text_of(error)}") from None


def answer_of(result, content_type):
    """The result's content type and bytes. A function whose events are bytes answers in bytes, a text or nothing."""
    if isinstance(result, (bytes, bytearray, memoryview)):
        return "application/octet-stream", bytes(result)
    if content_type != JSON:
        if result is None or isinstance(result, str):
            return "application/octet-stream", (result or "").encode()
        raise Fault("Runtime.MarshalError", f"Unable to marshal response: encoding is binary, and {type(result).__name__} is neither bytes nor str")
    try:
        try:
            return JSON, dumps(result, number_of).encode()
        except UnicodeEncodeError:
            import json
            return JSON, json.dumps(result, default=number_of).encode()  # half a surrogate pair: only escaped is it JSON in UTF-8
    except Exception as error:
        raise Fault("Runtime.MarshalError", f"Unable to marshal response: {text_of(error)}") from None


def number_of(value):
    """Decimal, which databases give for numbers, is a number in JSON too."""
    decimal = sys.modules.get("decimal")
    if decimal is None or not isinstance(value, decimal.Decimal):
        raise TypeError(f"Object of type {type(value).__name__} is not JSON serializable")
    return int(value) if value.is_finite() and value == value.to_integral_value() else float(value)


def call(handler, headers, body, logging_hook):
    """Returns the outcome, its content type and its bytes. What is no Exception (SystemExit) ends the process."""
    request_id = headers["lambda-runtime-aws-request-id"]
    content_type = headers.get("content-type", JSON)
    logging_hook.request_id = request_id
    trace = headers.get("lambda-runtime-trace-id")
    if trace:
        os.environ["_X_AMZN_TRACE_ID"] = trace
    else:
        os.environ.pop("_X_AMZN_TRACE_ID", None)
    try:
        return ("response", *answer_of(handler(event_of(body, content_type), LambdaContext(headers)), content_type))
    except Fault as fault:
        error_type, message, stack = fault.error_type, str(fault), fault.stack
    except Exception as error:  # whatever a handler raises is its answer
        error_type, message, stack = type(error).__name__, text_of(error), stack_of(error)
    say_error(error_type, message, stack)
    return "error", JSON, error_body(error_type, message, stack, request_id)


def main():
    # Lines leave when they are complete; the gateway reads them before it takes the answer.
    sys.stdout.reconfigure(line_buffering=True, errors="backslashreplace")
    api = RuntimeApi(os.environ["ROOST_RUNTIME_SOCKET"])
    if os.environ.pop("ROOST_SPARE", None):
        import importlib.util  # what a function will need, while there is time
        import json
        import logging
        os.environ.update(api.assignment())
    sys.path[0] = os.environ["LAMBDA_TASK_ROOT"]
    logging_hook = LoggingHook()
    logging_hook.install()
    try:
        handler = load_handler(os.environ["_HANDLER"])
    except Fault as fault:
        say_error(fault.error_type, str(fault), fault.log_stack)
        sys.stdout.flush()
        api.init_error(error_body(fault.error_type, str(fault), fault.stack), fault.error_type)
        os._exit(1)
    headers, body = api.first()
    while True:
        answer = call(handler, headers, body, logging_hook)
        sys.stdout.flush()
        headers, body = api.answer(headers["lambda-runtime-aws-request-id"], *answer)

