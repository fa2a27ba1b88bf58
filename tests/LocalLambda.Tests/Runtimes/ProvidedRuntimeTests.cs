using System.Diagnostics;

namespace Roost.LocalLambda.Tests.Runtimes;

internal sealed class ProvidedRuntimeTests : FunctionFixture
{
    private const string Echo = """
        #!/usr/bin/python3
        import http.client, os, subprocess
        api = http.client.HTTPConnection(os.environ['AWS_LAMBDA_RUNTIME_API'])
        while True:
            api.request('GET', '/2018-06-01/runtime/invocation/next')
            event = api.getresponse()
            body = event.read()
            if body == b'"processes"': body = subprocess.check_output(['ps', '-eo', 'args=']).decode().count('\n').__str__().encode()
            if body == b'"address"': body = os.environ['AWS_LAMBDA_RUNTIME_API'].encode()
            if body == b'"environment"': body = str(sorted(name for name in os.environ if 'ROOST' in name)).encode()
            api.request('POST', f"/2018-06-01/runtime/invocation/{event.headers['Lambda-Runtime-Aws-Request-Id']}/response", b'[' + body + b']')
            api.getresponse().read()
        """;

    [TestCase("none")]
    [TestCase("full")]
    public async Task A_custom_runtime_speaks_tcp_to_the_runtime_api_whatever_its_network(string network)
    {
        Provided("custom", Echo, $"network: {network}\n");
        await StartAsync();

        Assert.That(await AnswerAsync("custom", "1"), Is.EqualTo("[1]"));
        Assert.That(await AnswerAsync("custom", $"\"{new string('x', 3_000_000)}\""), Has.Length.EqualTo(3_000_004));
    }

    [Test]
    public async Task A_function_with_the_machines_network_cannot_take_the_events_of_another_one()
    {
        Provided("victim", Echo, "network: full\n");
        Python(
            "thief",
            """
            import os, socket
            def handler(address, context):
                host, port = address.split(':')
                asked = socket.create_connection((host, int(port)), 20)
                try:
                    asked.sendall(b'GET /2018-06-01/runtime/invocation/next HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n')
                    return asked.recv(100).decode()
                except ConnectionError:
                    return ''
            """,
            "network: full\ntimeout: 30s\n");
        await StartAsync();
        var address = (await AnswerAsync("victim", "\"address\""))[1..^1];

        Assert.That(await AnswerAsync("thief", $"\"{address}\""), Is.EqualTo("\"\""), "closed unread: neither an event nor the wait for one");
        Assert.That(await AnswerAsync("victim", "1"), Is.EqualTo("[1]"));
    }

    [Test]
    public async Task A_client_with_a_socket_of_the_other_family_and_a_child_process_belong_to_the_runtime()
    {
        Provided(
            "java",
            Echo.Replace("api =", "import socket\nif os.fork(): os.wait()\napi =").Replace("while True:", "api.sock = socket.socket(socket.AF_INET6)\napi.sock.connect(('::ffff:127.0.0.1', api.port))\nwhile True:"),
            "network: full\n");
        await StartAsync();

        Assert.That(await AnswerAsync("java", "1"), Is.EqualTo("[1]"));
    }

    [Test]
    public async Task Nothing_stands_between_a_custom_runtime_and_the_gateway()
    {
        Provided("custom", Echo);
        await StartAsync();

        Assert.That(await AnswerAsync("custom", "\"processes\""), Is.EqualTo("[3]"), "bubblewrap's init, the runtime and ps");
        Assert.That(await AnswerAsync("custom", "\"environment\""), Is.EqualTo("[[]]"));
    }

    [Test]
    public async Task The_runtime_of_the_documentation_answers_in_capitals()
    {
        if (!File.Exists("/usr/bin/curl"))
        {
            Assert.Ignore("/usr/bin/curl is missing: apt install curl");
        }

        Provided("shell", """
            #!/bin/sh
            api=http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime/invocation
            while event=$(curl -sS -D /tmp/headers "$api/next"); do
                id=$(sed -n 's/^lambda-runtime-aws-request-id: *\([^[:space:]]*\).*/\1/Ip' /tmp/headers)
                printf '%s' "$event" | tr a-z A-Z | curl -sS --data-binary @- "$api/$id/response" >/dev/null
            done
            """);
        await StartAsync();

        Assert.That(await AnswerAsync("shell", "\"quiet\""), Is.EqualTo("\"QUIET\""));
    }

    [Test]
    public async Task A_native_runtime_answers()
    {
        if (!File.Exists("/usr/bin/gcc"))
        {
            Assert.Ignore("/usr/bin/gcc is missing: apt install gcc libc6-dev");
        }

        Provided("native", "");
        var folder = Path.Combine(Folder["functions"], "native");
        var source = Path.Combine(TestContext.CurrentContext.TestDirectory, "Runtimes", "native-runtime.c");
        using var compiler = Process.Start("/usr/bin/gcc", ["-O1", "-o", Path.Combine(folder, "bootstrap"), source]);
        await compiler.WaitForExitAsync();
        Assert.That(compiler.ExitCode, Is.Zero);
        await StartAsync();

        Assert.That(await AnswerAsync("native", "\"stressed\""), Is.EqualTo("\"desserts\""));
        Assert.That(await AnswerAsync("native", "\"lager\""), Is.EqualTo("\"regal\""));
    }

    [TestCase("#!/no/such/interpreter", "fork/exec /var/task/bootstrap: no such file or directory")]
    [TestCase("\u007fELF, but no program", "fork/exec /var/task/bootstrap: exec format error")]
    public async Task A_bootstrap_that_cannot_be_executed_is_an_invalid_entrypoint(string bootstrap, string message)
    {
        Provided("bad", bootstrap);
        await StartAsync();

        Assert.That(Text(await InvokeAsync("bad")), Is.EqualTo($$"""{"errorMessage":"{{message}}","errorType":"Runtime.InvalidEntrypoint"}"""));
    }

    [TestCase(true, "fork/exec /var/task/bootstrap: permission denied")]
    [TestCase(false, "Couldn't find valid bootstrap(s): [/var/task/bootstrap]")]
    public async Task A_bootstrap_that_is_missing_or_not_executable_is_an_invalid_entrypoint(bool exists, string message)
    {
        Provided("bad", Echo);
        await StartAsync();
        Assert.That(Host.TryFind("bad", out var function), Is.True);
        var bootstrap = Directory.EnumerateFiles(Path.Combine(Folder["data"], "code"), "bootstrap", SearchOption.AllDirectories).Single();
        if (exists)
        {
            File.SetUnixFileMode(bootstrap, UnixFileMode.UserRead);
        }
        else
        {
            File.Delete(bootstrap);
        }

        Assert.That(Text(await InvokeAsync("bad")), Is.EqualTo($$"""{"errorMessage":"{{message}}","errorType":"Runtime.InvalidEntrypoint"}"""));
        Assert.That(function!.Status().Workers, Is.Zero);
    }

    [Test]
    public async Task A_runtime_that_exits_is_told_by_its_status()
    {
        Provided("exit", "#!/bin/sh\necho leaving; exit 7");
        await StartAsync();

        Assert.That(Json(await InvokeAsync("exit")).GetProperty("errorMessage").GetString(), Does.EndWith("Runtime exited with error: exit status 7"));
        Assert.That(Log("exit"), Does.Contain("leaving"));
    }

    private void Provided(string name, string bootstrap, string yaml = "")
    {
        Function(name, "runtime: provided\n" + yaml, ("bootstrap", bootstrap));
        File.SetUnixFileMode(Path.Combine(Folder["functions"], name, "bootstrap"), (UnixFileMode)0b111_101_101);
    }
}
