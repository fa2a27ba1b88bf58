using System.Globalization;
using System.Text;

namespace Roost.LocalLambda.Tests.Runtimes;

internal sealed class NodeRuntimeTests : FunctionFixture
{
    [TestCase(80, 8)]
    [TestCase(128, 40)]
    public async Task Memory_serves_what_the_function_keeps_and_not_garbage(int memory, int kept)
    {
        Node(
            "thrifty",
            """
            import { readFile } from 'node:fs/promises';
            await readFile('/usr/bin/perl'); // starts the threads that read files
            export const handler = async mebibytes => {
                const kept = [];
                while (process.memoryUsage().heapUsed < (mebibytes << 20)) kept.push({ at: kept.length, text: 'x'.repeat(50) + kept.length });
                let garbage = [];
                for (let i = 0; i < 3_000_000; i++) {
                    garbage.push([i]);
                    if (garbage.length > 20_000) garbage = [];
                }
                return kept.length > 1000;
            };
            """,
            $"timeout: 120s\nmemory: {memory}MiB\n");
        await StartAsync();

        Assert.That(await AnswerAsync("thrifty", kept.ToString(CultureInfo.InvariantCulture)), Is.EqualTo("true"));
    }

    [Test]
    public async Task The_size_of_the_heap_that_a_function_asks_for_is_the_one_it_gets()
    {
        const string Code = "import v8 from 'node:v8';\nexport const handler = async () => v8.getHeapStatistics().heap_size_limit >> 20;";
        Node("ours", Code, "memory: 256MiB\n");
        Node("own", Code, "memory: 256MiB\nenvironment: { NODE_OPTIONS: --max_old_space_size=90 }\n");
        await StartAsync();

        Assert.That(int.Parse(await AnswerAsync("ours"), CultureInfo.InvariantCulture), Is.InRange(200, 230));
        Assert.That(int.Parse(await AnswerAsync("own"), CultureInfo.InvariantCulture), Is.InRange(90, 150));
    }

    [TestCase("export const handler = async (event, context) => ({ twice: event.n * 2, topic: context.clientContext.custom.subject });", "index.mjs")]
    [TestCase("exports.handler = async (event, context) => ({ twice: event.n * 2, topic: context.clientContext.custom.subject });", "index.js")]
    [TestCase("exports.handler = (event, context, callback) => callback(null, { twice: event.n * 2, topic: context.clientContext.custom.subject });", "index.cjs")]
    [TestCase("module.exports = { get handler() { return (event, context) => context.succeed({ twice: event.n * 2, topic: context.clientContext.custom.subject }); } };", "index.js")]
    public async Task A_handler_answers(string code, string file)
    {
        Node("double", code, file: file);
        await StartAsync();

        Assert.That(await AnswerAsync("double", """{"n":21}""", new InvocationContext { ClientContextJson = FunctionEvent.ClientContext("a/b") }), Is.EqualTo("""{"twice":42,"topic":"a/b"}"""));
    }

    /// <summary>The event says which of many ways to answer is taken; what stands in <paramref name="answer"/> is the result.</summary>
    [TestCase("(e, c, cb) => { cb(null, 'first'); cb(null, 'second'); }", "\"first\"")]
    [TestCase("(e, c, cb) => { setTimeout(cb, 20, null, 'later'); return 'a value of a handler without a promise'; }", "\"later\"")]
    [TestCase("(e, c, cb) => 'counts for nothing'", "null", Description = "as in Lambda: neither a promise nor a callback")]
    [TestCase("(e, c, cb) => { c.callbackWaitsForEmptyEventLoop = false; setInterval(() => {}, 10); cb(null, 'at once'); }", "\"at once\"")]
    [TestCase("(e, c, cb) => { const began = Date.now(); cb(null, { toJSON: () => Date.now() - began >= 100 }); setTimeout(() => {}, 120); }", "true", Description = "waits for the empty event loop")]
    [TestCase("async (e, c, cb) => { cb(null, 'callback'); return 'promise'; }", "\"callback\"", Description = "it came first, though it waits for the empty event loop")]
    [TestCase("async (e, c, cb) => { c.callbackWaitsForEmptyEventLoop = false; cb(null, 'callback'); return 'promise'; }", "\"callback\"")]
    [TestCase("(e, c) => c.done(null, 'done')", "\"done\"")]
    [TestCase("(e, c) => { c.succeed('succeeded'); c.fail('too late'); }", "\"succeeded\"")]
    [TestCase("(e, c) => ({ then: (resolve) => resolve('thenable') })", "\"thenable\"")]
    [TestCase("async () => undefined", "null")]
    [TestCase("async (e, c) => [c.functionName, c.functionVersion, c.memoryLimitInMB, c.logGroupName, c.awsRequestId.length, c.identity ?? 'none', c.clientContext ?? 'none', c.getRemainingTimeInMillis() > 2000, process.env._X_AMZN_TRACE_ID.slice(0, 5)]",
        """["f","$LATEST","128","/aws/lambda/f",36,"none","none",true,"Root="]""")]
    public async Task It_answers_by_what_lambda_would_take(string handler, string answer)
    {
        Node("f", $"export const handler = {handler};");
        await StartAsync();

        Assert.That(await AnswerAsync("f"), Is.EqualTo(answer));
        Assert.That(await AnswerAsync("f"), Is.EqualTo(answer), "a second time, by the same worker");
    }

    [TestCase("async () => { throw new RangeError('too far'); }", "RangeError", "too far")]
    [TestCase("() => { throw new RangeError('too far'); }", "RangeError", "too far")]
    [TestCase("(e, c, cb) => cb(new RangeError('too far'))", "RangeError", "too far")]
    [TestCase("(e, c, cb) => cb('a text')", "string", "a text")]
    [TestCase("(e, c) => c.fail()", "string", "handled")]
    [TestCase("async () => { throw { odd: 1 }; }", "object", "[object Object]")]
    [TestCase("async () => { throw Object.create(null); }", "handled", "callback called with Error argument, but there was a problem while retrieving one or more of its message, name, and stack")]
    [TestCase("async () => 1n", "Error", "Unable to stringify response body")]
    [TestCase("async () => new Promise(() => {})", "Runtime.NodeJsExit", "The promise of the handler can never settle: the event loop is empty.")]
    [TestCase("() => { Promise.reject(new Error('forgotten')); return new Promise(() => {}); }", "Runtime.UnhandledPromiseRejection", "Error: forgotten")]
    [TestCase("() => { setTimeout(() => { throw new TypeError('in a timer'); }, 5); }", "TypeError", "in a timer")]
    public async Task A_failure_is_told_in_lambdas_words(string handler, string type, string message)
    {
        Node("bad", $"export const handler = {handler};");
        await StartAsync();

        var result = await InvokeAsync("bad");

        Assert.That(result.FunctionError, Is.EqualTo("Unhandled"));
        Assert.That(Json(result).GetProperty("errorType").GetString(), Is.EqualTo(type));
        Assert.That(Json(result).GetProperty("errorMessage").GetString(), Is.EqualTo(message));
    }

    [TestCase("index.mjs", "export const other = 1;", "Runtime.HandlerNotFound", "index.handler is undefined or not exported")]
    [TestCase("index.js", "exports.handler = 5;", "Runtime.HandlerNotFound", "index.handler is not a function")]
    [TestCase("index.mjs", "export const handler = ;", "Runtime.UserCodeSyntaxError", "SyntaxError: Unexpected token ';'")]
    [TestCase("index.js", "exports.handler = ;", "Runtime.UserCodeSyntaxError", "SyntaxError: Unexpected token ';'")]
    [TestCase("index.js", "require('nosuchmodule');", "Runtime.ImportModuleError", "Error: Cannot find module 'nosuchmodule'")]
    [TestCase("index.mjs", "import 'nosuchmodule';", "Runtime.ImportModuleError", "Cannot find package 'nosuchmodule' imported from /var/task/index.mjs")]
    [TestCase("index.mjs", "await Promise.reject(new RangeError('no sensor'));", "RangeError", "no sensor")]
    [TestCase("index.mjs", "Promise.reject(new Error('while loading')); await new Promise(() => {});", "Runtime.UnhandledPromiseRejection", "Error: while loading")]
    [TestCase("index.mjs", "export const handler = async () => 1; await new Promise(() => {});", "Runtime.ExitError", "Runtime exited with error: exit status 13")]
    [TestCase("index.mjs", "process.exit(5);", "Runtime.ExitError", "Runtime exited with error: exit status 5")]
    public async Task A_module_that_does_not_load_is_told_to_the_caller(string file, string code, string type, string message)
    {
        Node("broken", code, file: file);
        await StartAsync();

        var result = await InvokeAsync("broken");

        Assert.That(Json(result).GetProperty("errorType").GetString(), Is.EqualTo(type), Text(result));
        Assert.That(Json(result).GetProperty("errorMessage").GetString(), Does.Contain(message));
    }

    [Test]
    public async Task An_error_has_its_stack_as_a_trace()
    {
        Node("bad", "export const handler = async () => { throw new RangeError('too far'); };");
        await StartAsync();

        var trace = Json(await InvokeAsync("bad")).GetProperty("trace");

        Assert.That(trace[0].GetString(), Is.EqualTo("RangeError: too far"));
        Assert.That(trace[1].GetString(), Does.Contain("file:///var/task/index.mjs:1:"));
        Assert.That(Log("bad"), Does.Match(@"ERROR\tInvoke Error \t\{""errorType"":""RangeError"",""errorMessage"":""too far"",""stack"":\["));
    }

    [Test]
    public async Task A_handler_that_exits_is_told_so_and_the_next_one_serves()
    {
        Node("exit", "export const handler = async (event) => event === 'end' ? process.exit(0) : 'well';");
        await StartAsync();

        Assert.That(Json(await InvokeAsync("exit", "\"end\"")).GetProperty("errorMessage").GetString(), Does.EndWith("Runtime exited without providing a reason"));
        Assert.That(await AnswerAsync("exit"), Is.EqualTo("\"well\""));
    }

    [TestCase("lib/deep/index.main.handler", "lib/deep/index.js", "const { twice } = require('../twice'); exports.main = { handler: async (n) => twice(n) };")]
    [TestCase("esm/index.handler", "esm/index.js", "import twice from '../lib/twice.js'; export const handler = async (n) => twice.twice(n);")]
    public async Task A_handler_in_a_sub_folder_runs_as_the_module_kind_that_its_package_says(string handler, string file, string code)
    {
        var folder = Path.Combine(Folder["functions"], "sub");
        Directory.CreateDirectory(Path.Combine(folder, "lib", "deep"));
        Directory.CreateDirectory(Path.Combine(folder, "esm"));
        Function("sub", $"runtime: nodejs20.x\nhandler: {handler}\n", (file, code), ("lib/twice.js", "exports.twice = (n) => n * 2;"), ("esm/package.json", """{"type":"module"}"""));
        await StartAsync();

        Assert.That(await AnswerAsync("sub", "4"), Is.EqualTo("8"));
    }

    [TestCase("(event, stream) => { stream.write('{\"a\":'); stream.write('1}'); stream.end(); }", "{\"a\":1}")]
    [TestCase("(event, stream, context) => { stream = awslambda.HttpResponseStream.from(stream, { statusCode: 201 }); stream.end(context.functionName); }", "{\"statusCode\":201}\0\0\0\0\0\0\0\0f")]
    public async Task A_streaming_handler_answers_with_what_it_wrote(string body, string answer)
    {
        Node("f", $"export const handler = awslambda.streamifyResponse(async {body});");
        await StartAsync();

        Assert.That(await AnswerAsync("f"), Is.EqualTo(answer));
        Assert.That(await AnswerAsync("f"), Is.EqualTo(answer));
    }

    [TestCase("async (event, stream) => { stream.write('x'); }", "Response stream is not finished.")]
    [TestCase("(event, stream) => stream.end()", "Streaming does not support non-async handlers.")]
    [TestCase("async (event, stream) => { stream.write('x'); throw new Error('half way'); }", "half way")]
    public async Task A_streaming_handler_that_does_not_end_its_stream_has_failed(string handler, string message)
    {
        Node("f", $"export const handler = awslambda.streamifyResponse({handler});");
        await StartAsync();

        Assert.That(Json(await InvokeAsync("f")).GetProperty("errorMessage").GetString(), Is.EqualTo(message));
    }

    [Test]
    public async Task Large_events_and_answers_pass_unchanged()
    {
        Node("echo", "export const handler = async (event) => event;", "timeout: 20s\n");
        await StartAsync();
        var payload = Encoding.UTF8.GetBytes($"\"{string.Concat(Enumerable.Repeat("Größe 机器人 \U0001F916 ", 200_000))}\"");

        var result = await Host.InvokeAsync("echo", payload, InvocationContext.Default);

        Assert.That(result.Payload.Span.SequenceEqual(payload), Is.True);
    }
}
