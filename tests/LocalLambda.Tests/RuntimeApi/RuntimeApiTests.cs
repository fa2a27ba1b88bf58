using System.Text;

namespace Roost.LocalLambda.Tests.RuntimeApi;

/// <summary>What a runtime gets from the Runtime API, to the letter: said by a handler that speaks to it beside its bootstrap.</summary>
internal sealed class RuntimeApiTests : FunctionFixture
{
    private const string Api = """
        import http.client, json, os, socket, time
        class Connection(http.client.HTTPConnection):
            def __init__(self):
                super().__init__('roost')
            def connect(self):
                self.sock = socket.socket(socket.AF_UNIX)
                self.sock.connect(os.environ['ROOST_RUNTIME_SOCKET'])
        def call(method, path, body=None, headers={}):
            c = Connection()
            c.request(method, path, body, headers)
            r = c.getresponse()
            return [r.status, r.headers['Content-Type'], r.read().decode()]
        def post(context, outcome, body, headers={}):
            return call('POST', f'/2018-06-01/runtime/invocation/{context.aws_request_id}/{outcome}', body, headers)

        """;

    [TestCase("post(context, 'response', b'1')", """[202, "application/json", "{\"status\":\"OK\"}\n"]""")]
    [TestCase("post(context, 'error', b'{}')", """[202, "application/json", "{\"status\":\"OK\"}\n"]""")]
    [TestCase("call('POST', '/2018-06-01/runtime/invocation/unknown/response', b'1')", """[400, "application/json", "{\"errorMessage\":\"Invalid request ID\",\"errorType\":\"InvalidRequestID\"}"]""")]
    [TestCase("call('POST', '/2018-06-01/runtime/invocation/unknown/error', b'1')", """[400, "application/json", "{\"errorMessage\":\"Invalid request ID\",\"errorType\":\"InvalidRequestID\"}"]""")]
    [TestCase("[post(context, 'response', b'1'), post(context, 'error', b'2')][1]", """[400, "application/json", "{\"errorMessage\":\"Invalid request ID\",\"errorType\":\"InvalidRequestID\"}"]""")]
    [TestCase("post(context, 'response', b'1', {'Lambda-Runtime-Function-Response-Mode': 'odd'})", """[400, "application/json", "{\"errorMessage\":\"Invalid function response mode\",\"errorType\":\"InvalidFunctionResponseMode\"}"]""")]
    [TestCase("post(context, 'response', b'1' * 6291557)", """[413, "application/json", "{\"errorMessage\":\"Exceeded maximum allowed payload size (6291556 bytes).\",\"errorType\":\"RequestEntityTooLarge\"}"]""")]
    [TestCase("call('GET', '/2018-06-01/runtime/invocation/next')[::2]", """[403, "{\"errorMessage\":\"Transition from Running to Ready is not allowed: the invocation before has no answer.\",\"errorType\":\"InvalidStateTransition\"}"]""")]
    [TestCase("call('POST', '/2018-06-01/runtime/init/error', b'{}')[0]", "403")]
    [TestCase("call('GET', '/2018-06-01/ping')", """[200, "text/plain", "pong"]""")]
    [TestCase("call('GET', '/2018-06-01/runtime/restore/next')[0]", "404")]
    [TestCase("call('POST', '/2020-01-01/extension/register', b'{}')[0]", "404")]
    public async Task A_call_is_answered_as_lambda_answers_it(string expression, string answer)
    {
        // What the call gave is told by the invocation after it, because the call may have answered its own.
        Python("f", Api + $"told = None\ndef handler(event, context):\n    global told\n    if event == 'tell': return told\n    told = {expression}", "timeout: 20s\n");
        await StartAsync();
        await InvokeAsync("f");

        Assert.That(await AnswerAsync("f", "\"tell\""), Is.EqualTo(answer));
    }

    [TestCase("'response', b'raw', {'Lambda-Runtime-Function-Response-Mode': 'streaming', 'Content-Type': 'text/plain'}", null, "text/plain", "raw")]
    [TestCase("'response', b'raw', {'Content-Type': 'text/plain'}", null, "application/json", "raw", Description = "an answer that is not streamed is JSON by definition")]
    [TestCase("'response', b'1', {'Lambda-Runtime-Function-Response-Mode': 'odd'}", "Runtime.InvalidResponseModeHeader", "application/json", "Invalid function response mode")]
    [TestCase("'response', b'1' * 6291557", "Function.ResponseSizeTooLarge", "application/json", "Response payload size (6291557 bytes) exceeded maximum allowed payload size (6291556 bytes).")]
    [TestCase("'error', b'no json', {'Lambda-Runtime-Function-Error-Type': 'Robot.Stuck'}", "Robot.Stuck", "application/json", "no json")]
    [TestCase("'error', b'no json'", "Function.Unknown", "application/json", "no json")]
    [TestCase("'error', b'{\"errorMessage\":\"m\",\"errorType\":\"T\",\"extra\":1}'", "T", "application/json", "{\"errorMessage\":\"m\",\"errorType\":\"T\",\"extra\":1}")]
    [TestCase("'error', b'{\"errorCause\":{},\"errorType\":\"T\",\"errorMessage\":\"m\"}', {'Content-Type': 'application/vnd.aws.lambda.error.cause+json'}", "T", "application/json", "{\"errorMessage\":\"m\",\"errorType\":\"T\"}")]
    public async Task The_caller_gets_what_was_posted(string arguments, string? errorType, string contentType, string told)
    {
        Python("f", Api + $"def handler(event, context):\n    post(context, {arguments})", "timeout: 20s\n");
        await StartAsync();

        var result = await InvokeAsync("f");

        Assert.That(result.ContentType, Is.EqualTo(contentType));
        Assert.That(errorType is null ? null : Json(result).GetProperty("errorType").GetString(), Is.EqualTo(errorType));
        Assert.That(Text(result), Does.Contain(told));
    }

    [TestCase("b'Transfer-Encoding: chunked\\r\\n\\r\\n5\\r\\nab'")]
    [TestCase("b'Content-Length: 100\\r\\n\\r\\nab'")]
    public async Task An_answer_that_is_cut_off_is_a_truncated_response(string rest)
    {
        Python("f", Api + $"def handler(event, context):\n    c = Connection(); c.connect()\n    c.sock.sendall(f'POST /2018-06-01/runtime/invocation/{{context.aws_request_id}}/response HTTP/1.1\\r\\nHost: x\\r\\n'.encode() + {rest})\n    c.sock.close(); time.sleep(60)", "timeout: 30s\n");
        await StartAsync();

        Assert.That(Json(await InvokeAsync("f")).GetProperty("errorType").GetString(), Is.EqualTo("Runtime.TruncatedResponse"));
    }

    [Test]
    public async Task A_streamed_answer_may_end_in_an_error_that_stands_in_its_trailers()
    {
        Python("f", Api + """
            import base64
            def handler(event, context):
                body = base64.b64encode(b'{"errorMessage":"half way","errorType":"Robot.Stuck"}').decode()
                c = Connection(); c.connect()
                c.sock.sendall((f'POST /2018-06-01/runtime/invocation/{context.aws_request_id}/response HTTP/1.1\r\nHost: x\r\nLambda-Runtime-Function-Response-Mode: streaming\r\nTransfer-Encoding: chunked\r\n'
                    'Trailer: Lambda-Runtime-Function-Error-Type, Lambda-Runtime-Function-Error-Body\r\n\r\n2\r\nab\r\n0\r\n'
                    f'Lambda-Runtime-Function-Error-Type: Robot.Stuck\r\nLambda-Runtime-Function-Error-Body: {body}\r\n\r\n').encode())
                c.sock.recv(1000)
            """);
        await StartAsync();

        var result = await InvokeAsync("f");

        Assert.That(result.FunctionError, Is.EqualTo("Unhandled"));
        Assert.That(Text(result), Is.EqualTo("""{"errorMessage":"half way","errorType":"Robot.Stuck"}"""));
    }

    [TestCase("Python", "def handler(event, context):\n    return bytes(reversed(event))")]
    [TestCase("Node", "export const handler = async (event) => Buffer.from(event).reverse();")]
    public async Task Events_and_answers_of_a_binary_function_are_bytes_as_they_are(string language, string code)
    {
        if (language == "Python")
        {
            Python("f", code, "encoding: binary\n");
        }
        else
        {
            Node("f", code, "encoding: binary\n");
        }

        await StartAsync();

        var result = await Host.InvokeAsync("f", new byte[] { 0, 255, 128, 10 }, InvocationContext.Default);

        Assert.That(result.Payload.ToArray(), Is.EqualTo(new byte[] { 10, 128, 255, 0 }));
        Assert.That(result.ContentType, Is.EqualTo("application/octet-stream"));
    }

    [TestCase("Python", "def handler(event, context):\n    return {'no': 'bytes'}")]
    [TestCase("Node", "export const handler = async (event) => ({ no: 'bytes' });")]
    public async Task A_binary_function_that_answers_something_else_has_failed(string language, string code)
    {
        if (language == "Python")
        {
            Python("f", code, "encoding: binary\n");
        }
        else
        {
            Node("f", code, "encoding: binary\n");
        }

        await StartAsync();

        Assert.That(Json(await InvokeAsync("f")).GetProperty("errorType").GetString(), Is.EqualTo("Runtime.MarshalError"));
    }

    [Test]
    public async Task Bodies_that_are_announced_or_half_sent_do_not_fill_the_gateways_memory()
    {
        Python("greedy", Api + """
            held = []
            def handler(event, context):
                for i in range(14):
                    c = Connection(); c.connect(); held.append(c)
                    c.sock.settimeout(5)
                    c.sock.sendall(f'POST /2018-06-01/runtime/invocation/{context.aws_request_id}/response HTTP/1.1\r\nHost: x\r\nContent-Length: 6291456\r\n\r\n'.encode())
                    try: c.sock.sendall(b'x' * 6000000)
                    except OSError: pass
                return 'too late'
            """, "timeout: 30s\n");
        await StartAsync();
        var before = GC.GetTotalAllocatedBytes(precise: true);

        // The answer of its own runtime is refused, because another one is on its way; the process ends with that.
        Assert.That(Json(await InvokeAsync("greedy")).GetProperty("errorType").GetString(), Is.EqualTo("Runtime.TruncatedResponse"));

        // One body, in a buffer that grew by doubling: 16 MiB. All fourteen would be 112 MiB at least.
        Assert.That(GC.GetTotalAllocatedBytes(precise: true) - before, Is.LessThan(80 << 20));
    }
}
