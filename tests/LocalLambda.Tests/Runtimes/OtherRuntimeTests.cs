namespace Roost.LocalLambda.Tests.Runtimes;

internal sealed class OtherRuntimeTests : FunctionFixture
{
    [TestCase("export const handler = async (event, context) => ({ twice: event.n * 2, topic: context.clientContext.custom.subject });", "index.mjs")]
    [TestCase("exports.handler = async (event, context) => ({ twice: event.n * 2, topic: context.clientContext.custom.subject });", "index.js")]
    [TestCase("exports.handler = (event, context, callback) => callback(null, { twice: event.n * 2, topic: context.clientContext.custom.subject });", "index.cjs")]
    public async Task A_node_handler_answers(string code, string file)
    {
        Node("double", code, file: file);
        await StartAsync();

        Assert.That(await AnswerAsync("double", """{"n":21}""", new InvocationContext { ClientContextJson = FunctionEvent.ClientContext("a/b") }), Is.EqualTo("""{"twice":42,"topic":"a/b"}"""));
    }

    [TestCase("export const handler = async () => { throw new RangeError('too far'); };", "RangeError", "too far")]
    [TestCase("export const handler = () => { Promise.reject(new Error('forgotten')); return new Promise(() => {}); };", "Runtime.UnhandledPromiseRejection", "Error: forgotten")]
    [TestCase("export const other = 1;", "Runtime.HandlerNotFound", "index.handler is undefined or not exported")]
    [TestCase("export const handler = async () => process.exit(0);", "Runtime.ExitError", "Runtime exited without providing a reason")]
    public async Task A_node_function_that_fails_tells_why(string code, string type, string message)
    {
        Node("bad", code);
        await StartAsync();

        var error = Json(await InvokeAsync("bad"));

        Assert.That(error.GetProperty("errorType").GetString(), Is.EqualTo(type));
        Assert.That(error.GetProperty("errorMessage").GetString(), Does.EndWith(message));
    }

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
