namespace Roost.LocalLambda.Tests.Runtimes;

internal sealed class ProvidedRuntimeTests : FunctionFixture
{
    [Test]
    public async Task A_custom_runtime_speaks_tcp_to_the_runtime_api_though_it_has_no_network()
    {
        Function("custom", "runtime: provided\n", ("bootstrap", """
            #!/usr/bin/python3
            import http.client, os
            api = http.client.HTTPConnection(os.environ['AWS_LAMBDA_RUNTIME_API'])
            while True:
                api.request('GET', '/2018-06-01/runtime/invocation/next')
                event = api.getresponse()
                body = event.read()
                api.request('POST', f"/2018-06-01/runtime/invocation/{event.headers['Lambda-Runtime-Aws-Request-Id']}/response", b'[' + body + b']')
                api.getresponse().read()
            """));
        File.SetUnixFileMode(Path.Combine(Folder["functions"], "custom", "bootstrap"), (UnixFileMode)0b111_101_101);
        await StartAsync();

        Assert.That(await AnswerAsync("custom", "1"), Is.EqualTo("[1]"));
        Assert.That(await AnswerAsync("custom", "2"), Is.EqualTo("[2]"));
    }
}
