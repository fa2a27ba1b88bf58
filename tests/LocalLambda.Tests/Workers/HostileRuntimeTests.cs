using System.Text.RegularExpressions;
using Roost.Tests.Support;

namespace Roost.LocalLambda.Tests.Workers;

/// <summary>Code in a sandbox that speaks to the Runtime API itself, and not as it should.</summary>
internal sealed class HostileRuntimeTests : FunctionFixture
{
    /// <summary>A second, raw connection to the worker's socket.</summary>
    private const string Raw = """
        import os, re, socket, time
        def connect():
            s = socket.socket(socket.AF_UNIX)
            s.settimeout(10)
            s.connect(os.environ['ROOST_RUNTIME_SOCKET'])
            return s
        def status(s):
            return int(s.recv(65536).split(b' ')[1])
        def post(path, body=b'"stolen"'):
            s = connect()
            s.sendall(f'POST /2018-06-01/runtime/{path} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n\r\n'.encode() + body)
            return status(s)

        """;

    [Test]
    public async Task A_worker_cannot_answer_for_another()
    {
        Python("two", Raw + """
            def handler(event, context):
                if event == 'victim':
                    time.sleep(2)
                    return 'mine'
                return [post(f'invocation/{event}/response'), post(f'invocation/{event}/error')]
            """, "max-concurrency: 2\ntimeout: 20s\n");
        await StartAsync();
        var victim = InvokeAsync("two", "\"victim\"");
        Match start = Match.Empty;
        await Eventually.IsTrueAsync(() => (start = Regex.Match(Log("two"), "START RequestId: (\\S+)", RegexOptions.None, TimeSpan.FromSeconds(1))).Success, "the victim to start");

        Assert.That(await AnswerAsync("two", $"\"{start.Groups[1].Value}\""), Is.EqualTo("[400, 400]"));
        Assert.That(Text(await victim), Is.EqualTo("\"mine\""));
    }

    [Test]
    public async Task An_invocation_is_answered_once()
    {
        Python("twice", Raw + """
            last = None
            def handler(event, context):
                global last
                late, last = last, context.aws_request_id
                if event == 'late':
                    return post(f'invocation/{late}/response')
                return [post(f'invocation/{last}/response', b'"first"'), post(f'invocation/{last}/response', b'"second"')]
            """);
        await StartAsync();

        Assert.That(await AnswerAsync("twice"), Is.EqualTo("\"first\""));
        Assert.That(await AnswerAsync("twice", "\"late\""), Is.EqualTo("400"), "for the invocation before");
    }

    [TestCase("s.sendall(b'\\x00\\xff' * 40000)", Description = "no HTTP at all")]
    [TestCase("s.sendall(b'GET / HTTP/1.1\\r\\nX: ' + b'x' * 100000)", Description = "a header without end")]
    [TestCase("s.sendall(b'POST /2018-06-01/runtime/invocation/x/response HTTP/1.1\\r\\nHost: x\\r\\nContent-Length: 99999999999999999999\\r\\n\\r\\n')")]
    [TestCase("s.sendall(b'POST /2018-06-01/runtime/invocation/x/response HTTP/1.1\\r\\nHost: x\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\nZZ\\r\\n')")]
    [TestCase("s.sendall(b'GET /2018-06-01/runtime/invocation/next HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n' * 20000)", Description = "asks without end and never reads")]
    [TestCase("s.sendall(b'POST /2018-06-01/runtime/invocation/x/response HTTP/1.1\\r\\nHost: x\\r\\nContent-Length: 300000000\\r\\n\\r\\n' + b'x' * 300000000)", Description = "300 MB for an invocation that is not there")]
    [TestCase("held.extend(connect() for _ in range(200))", Description = "more connections than are served")]
    public async Task Whatever_a_function_sends_beside_its_runtime_only_concerns_itself(string attack)
    {
        Python("rude", Raw + $$"""
            held = []
            def handler(event, context):
                s = connect()
                held.append(s)
                s.settimeout(0.5)
                try:
                    {{attack}}
                except OSError:
                    pass # refused, or nobody reads any more
                return 'done'
            """, "timeout: 20s\nmemory: 1GiB\n");
        Python("other", "def handler(event, context):\n    return 'served'");
        await StartAsync();

        Assert.That(await AnswerAsync("rude"), Is.EqualTo("\"done\""));
        Assert.That(await AnswerAsync("other"), Is.EqualTo("\"served\""));
        Assert.That(await AnswerAsync("rude"), Is.EqualTo("\"done\""));
    }

    [Test]
    public async Task A_runtime_that_takes_an_event_and_never_reads_on_costs_its_time_limit_and_no_more()
    {
        Function("deaf", "runtime: provided\ntimeout: 1s\n", ("bootstrap", """
            #!/usr/bin/python3
            import socket, time
            s = socket.socket(socket.AF_UNIX)
            s.connect('/run/roost.sock')
            s.sendall(b'GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\nHost: x\r\n\r\n')
            time.sleep(600)
            """));
        File.SetUnixFileMode(Path.Combine(Folder["functions"], "deaf", "bootstrap"), (UnixFileMode)0b111_101_101);
        await StartAsync();

        var result = await InvokeAsync("deaf", $"\"{new string('x', 5_000_000)}\"");

        Assert.That(Json(result).GetProperty("errorType").GetString(), Is.EqualTo("Sandbox.Timedout"));
        await Eventually.IsTrueAsync(() => Host.Functions.Single().Workers == 0, "the worker to be gone");
    }

    [Test]
    public async Task A_worker_that_says_it_cannot_start_while_it_runs_is_refused_and_runs_on()
    {
        Python("odd", Raw + "def handler(event, context):\n    return post('init/error', b'{\"errorMessage\":\"so it says\",\"errorType\":\"Odd\"}')");
        await StartAsync();

        Assert.That(await AnswerAsync("odd"), Is.EqualTo("403"));
        Assert.That(await AnswerAsync("odd"), Is.EqualTo("403"));
    }

    [Test]
    public async Task What_one_worker_starts_is_not_counted_against_another()
    {
        Node("many", "export const handler = async () => { await new Promise(resolve => setTimeout(resolve, 5000)); };", "max-concurrency: 6\ntimeout: 60s\n");
        await StartAsync(options => options.MaxProcesses = 24); // six times Node.js: some 80 threads together

        var results = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => InvokeAsync("many")));

        Assert.That(results.Select(result => result.FunctionError), Is.All.Null, Log("many"));
        Assert.That(Host.Functions.Single().Workers, Is.EqualTo(6));
    }
}
