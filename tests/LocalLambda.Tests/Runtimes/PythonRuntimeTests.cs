using System.Text;

namespace Roost.LocalLambda.Tests.Runtimes;

internal sealed class PythonRuntimeTests : FunctionFixture
{
    [Test]
    public async Task A_handler_gets_the_event_and_its_result_is_the_answer()
    {
        Python("sum", "def handler(event, context):\n    return {'sum': event['a'] + event['b'], 'grüße': 'ja'}");
        await StartAsync();

        Assert.That(await AnswerAsync("sum", """{"a":1,"b":2}"""), Is.EqualTo("""{"sum": 3, "grüße": "ja"}"""));
    }

    [Test]
    public async Task Events_and_answers_are_the_same_whether_the_function_imports_json_or_not()
    {
        const string Echo = "import sys\ndef handler(event, context):\n    if event == 'json': return 'json' in sys.modules\n    if event == 'forget':\n        for name in [name for name in sys.modules if name.split('.')[0] == 'json']: del sys.modules[name]\n    if event == 'nan': return [float('nan'), float('inf'), -0.0, 1e22, {None: 1, True: 2, 3.5: 4}]\n    if event == 'set': return {1}\n    if event == 'circle': event = []; event.append(event)\n    return event";
        string[] events =
        [
            "\"nan\"", "\"set\"", "\"circle\"", "\"\"", "\"gr\u00fc\u00dfe\\n\\u0000\\u2028\\\"/\"", "\"\\ud83d\\ude00\"", "\"half \\ud800\"", " \t\r\n[1, 2.50, -0, 1E400, 123456789012345678901234567890] \n", "{\"a\":1,\"a\":{\"b\":[]}}",
            "NaN", "-Infinity", "null", "true", "", " ", "{", "[1,]", "1 2", "{\"a\" 1}", "\"a\tb\"", "\ufeff1", "tru", "01", "\u00a01", new string('[', 20_000),
        ];
        Python("with", "import json\n" + Echo);
        Python("without", Echo);
        await StartAsync();
        Assert.That((await AnswerAsync("with", "\"json\""), await AnswerAsync("without", "\"json\"")), Is.EqualTo(("true", "false")), "else nothing is compared here");

        foreach (var text in events)
        {
            await AnswerAsync("without", "\"forget\""); // an error imports it
            var (with, without) = (await InvokeAsync("with", text), await InvokeAsync("without", text));

            Assert.That((without.FunctionError, Comparable(without)), Is.EqualTo((with.FunctionError, Comparable(with))), text.Length > 100 ? "nested" : text);
        }

        static string Comparable(InvocationResult result) => result.FunctionError is null ? Text(result) : $"{Json(result).GetProperty("errorType")}: {Json(result).GetProperty("errorMessage")}";
    }

    [Test]
    public async Task The_context_tells_what_lambdas_does()
    {
        Python(
            "ctx",
            """
            import os
            def handler(event, context):
                return [context.function_name, context.function_version, context.invoked_function_arn, context.memory_limit_in_mb, context.log_group_name,
                        0 < context.get_remaining_time_in_millis() <= 5000, len(context.aws_request_id), context.client_context.custom['subject'],
                        os.environ['LAMBDA_TASK_ROOT'], os.environ['SITE'], os.environ['AWS_EXECUTION_ENV'], os.environ['_X_AMZN_TRACE_ID'][:7], os.getcwd()]
            """,
            "timeout: 5s\nmemory: 64MiB\nenvironment: { SITE: \"17\" }\n");
        await StartAsync();

        var answer = await AnswerAsync("ctx", context: new InvocationContext { ClientContextJson = FunctionEvent.ClientContext("robots/vac-01/bümp") });

        Assert.That(answer, Is.EqualTo(
            """["ctx", "$LATEST", "arn:aws:lambda:local:000000000000:function:ctx", "64", "/aws/lambda/ctx", true, 36, "robots/vac-01/bümp", "/var/task", "17", "AWS_Lambda_python3.x", "Root=1-", "/var/task"]"""));
    }

    [Test]
    public async Task An_exception_is_an_error_in_lambdas_shape_and_the_worker_lives_on()
    {
        Python("bad", "n = 0\ndef handler(event, context):\n    global n\n    n += 1\n    if n == 1:\n        raise ValueError('no bumper')\n    return n");
        await StartAsync();

        var result = await InvokeAsync("bad");

        Assert.That(result.StatusCode, Is.EqualTo(200));
        Assert.That(result.FunctionError, Is.EqualTo("Unhandled"));
        Assert.That(Json(result).GetProperty("errorMessage").GetString(), Is.EqualTo("no bumper"));
        Assert.That(Json(result).GetProperty("errorType").GetString(), Is.EqualTo("ValueError"));
        Assert.That(Json(result).GetProperty("requestId").GetString(), Is.EqualTo(result.RequestId));
        Assert.That(Json(result).GetProperty("stackTrace")[0].GetString(), Is.EqualTo("  File \"/var/task/main.py\", line 6, in handler\n    raise ValueError('no bumper')\n"));
        Assert.That(await AnswerAsync("bad"), Is.EqualTo("2"));
    }

    [TestCase("import nosuchmodule", "Runtime.ImportModuleError", "Unable to import module 'main': No module named 'nosuchmodule'")]
    [TestCase("def other(event, context): pass", "Runtime.HandlerNotFound", "Handler 'handler' missing on module 'main'")]
    [TestCase("def handler(:", "Runtime.UserCodeSyntaxError", "Syntax error in module 'main': invalid syntax")]
    [TestCase("raise RuntimeError('no sensor')", "RuntimeError", "no sensor")]
    public async Task A_module_that_does_not_load_is_told_to_the_caller(string code, string type, string message)
    {
        Python("broken", code);
        await StartAsync();

        var result = await InvokeAsync("broken");

        Assert.That(result.FunctionError, Is.EqualTo("Unhandled"));
        Assert.That(Json(result).GetProperty("errorType").GetString(), Is.EqualTo(type));
        Assert.That(Json(result).GetProperty("errorMessage").GetString(), Does.StartWith(message));
    }

    [Test]
    public async Task The_init_error_has_lambdas_members_and_the_log_has_the_stack()
    {
        Python("broken", "def inner():\n    import nosuchmodule\ninner()");
        await StartAsync();

        var result = await InvokeAsync("broken");

        Assert.That(Text(result), Is.EqualTo("""{"errorMessage": "Unable to import module 'main': No module named 'nosuchmodule'", "errorType": "Runtime.ImportModuleError", "requestId": "", "stackTrace": []}"""));
        Assert.That(Log("broken"), Does.Contain("/var/task/main.py\", line 2, in inner"));
    }

    [Test]
    public async Task A_handler_in_nested_packages_that_import_each_other_runs()
    {
        var folder = Directory.CreateDirectory(Path.Combine(Folder["functions"], "nested", "app", "handlers")).FullName;
        File.WriteAllText(Path.Combine(folder, "bump.py"), "from ..tools import twice\nfrom app import tools\ndef handler(event, context):\n    return [twice(event), tools.__name__, __name__]");
        File.WriteAllText(Path.Combine(Folder["functions"], "nested", "app", "tools.py"), "def twice(n):\n    return n * 2");
        File.WriteAllText(Path.Combine(Folder["functions"], "nested", "app", "__init__.py"), "");
        File.WriteAllText(Path.Combine(Folder["functions"], "nested", "function.yaml"), "runtime: python3.x\nhandler: app/handlers/bump.handler\n");
        await StartAsync();

        Assert.That(await AnswerAsync("nested", "4"), Is.EqualTo("""[8, "app.tools", "app.handlers.bump"]"""));
    }

    [TestCase("class Robot:\n    def __init__(self): self.calls = 0\n    def __call__(self, event, context):\n        self.calls += 1\n        return self.calls\nhandler = Robot()", "1")]
    [TestCase("import functools\ndef base(prefix, event, context): return prefix + event['word']\nhandler = functools.partial(base, 'the ')", "\"the end\"")]
    [TestCase("handler = lambda event, context: None", "null")]
    [TestCase("import decimal\ndef handler(event, context): return [decimal.Decimal('0.1'), decimal.Decimal('3.0')]", "[0.1, 3]")]
    [TestCase("def handler(event, context): return '\\ud800'", "\"\\ud800\"", Description = "half a pair is JSON only when it is escaped")]
    [TestCase("def handler(event, context): return b'{\"raw\":1}'", "{\"raw\":1}", Description = "bytes are the answer as they are")]
    public async Task Whatever_can_be_called_is_a_handler_and_whatever_json_can_say_is_an_answer(string code, string answer)
    {
        Python("f", code);
        await StartAsync();

        Assert.That(await AnswerAsync("f", """{"word":"end"}"""), Is.EqualTo(answer));
    }

    [TestCase("return {1, 2}", "Unable to marshal response: Object of type set is not JSON serializable")]
    [TestCase("return (n for n in [1])", "Unable to marshal response: Object of type generator is not JSON serializable")]
    [TestCase("loop = []; loop.append(loop); return loop", "Unable to marshal response: Circular reference detected")]
    public async Task A_result_that_is_no_json_is_a_marshalling_error(string body, string message)
    {
        Python("set", $"def handler(event, context):\n    {body}");
        await StartAsync();

        var error = Json(await InvokeAsync("set"));

        Assert.That(error.GetProperty("errorType").GetString(), Is.EqualTo("Runtime.MarshalError"));
        Assert.That(error.GetProperty("errorMessage").GetString(), Is.EqualTo(message));
    }

    [TestCase("sys.exit(3)", "Runtime exited with error: exit status 3")]
    [TestCase("sys.exit(0)", "Runtime exited without providing a reason")]
    [TestCase("os._exit(7)", "Runtime exited with error: exit status 7")]
    [TestCase("os.kill(os.getpid(), 11)", "Runtime exited with error: signal: segmentation fault")]
    public async Task A_handler_that_ends_the_process_is_told_so_and_the_next_one_serves(string end, string message)
    {
        Python("exit", $"import os, sys\ndef handler(event, context):\n    if event == 'end': print('last words'); {end}\n    return 'well'");
        await StartAsync();

        var result = await InvokeAsync("exit", "\"end\"");

        Assert.That(Text(result), Is.EqualTo($$"""{"errorMessage":"RequestId: {{result.RequestId}} Error: {{message}}","errorType":"Runtime.ExitError"}"""));
        Assert.That(Log("exit"), Does.Contain("last words"));
        Assert.That(await AnswerAsync("exit"), Is.EqualTo("\"well\""));
    }

    [Test]
    public async Task An_exception_whose_text_cannot_be_had_is_an_error_like_any_other()
    {
        Python("odd", "class Odd(Exception):\n    def __str__(self): raise ValueError('no text')\ndef handler(event, context):\n    raise Odd()");
        await StartAsync();

        Assert.That(Json(await InvokeAsync("odd")).GetProperty("errorType").GetString(), Is.EqualTo("Odd"));
    }

    [Test]
    public async Task Every_member_of_the_context_is_there()
    {
        Python("ctx", """
            def handler(event, context):
                c = context.client_context
                context.log('said by the context\n')
                return [c.custom, c.env, c.client.app_title, c.client.installation_id, context.identity.cognito_identity_id, context.identity.cognito_identity_pool_id,
                        context.tenant_id, context.log_stream_name.endswith(']') or '[$LATEST]' in context.log_stream_name, context.aws_request_id in repr(context)]
            """);
        await StartAsync();

        var answer = await AnswerAsync("ctx", context: new InvocationContext { ClientContextJson = """{"custom":{"a":1},"env":{"locale":"de"},"client":{"app_title":"app"}}""" });

        Assert.That(answer, Is.EqualTo("""[{"a": 1}, {"locale": "de"}, "app", null, null, null, null, true, true]"""));
        Assert.That(Log("ctx"), Does.Contain("said by the context"));
    }

    [Test]
    public async Task Without_a_client_context_there_is_none()
    {
        Python("ctx", "def handler(event, context):\n    return context.client_context");
        await StartAsync();

        Assert.That(await AnswerAsync("ctx"), Is.EqualTo("null"));
    }

    [Test]
    public async Task Large_events_and_answers_pass_unchanged()
    {
        Python("echo", "def handler(event, context):\n    return event", "timeout: 20s\n");
        await StartAsync();
        var text = $"\"{string.Concat(Enumerable.Repeat("Größe 机器人 \U0001F916 ", 200_000))}\"";
        var payload = Encoding.UTF8.GetBytes(text);

        var result = await Host.InvokeAsync("echo", payload, InvocationContext.Default);

        Assert.That(result.Payload.Span.SequenceEqual(payload), Is.True);
    }

    [Test]
    public async Task Logging_has_lambdas_handler_before_the_module_is_loaded()
    {
        Python("logs", """
            import logging
            logging.basicConfig(level='ERROR', format='never used')
            logging.getLogger().setLevel('DEBUG')
            logging.warning('while loading')
            def handler(event, context):
                logging.getLogger('robot').debug('bumped %s', 3)
                logging.info('bad %d', 'x')
                return logging.getLogger().handlers[0].__class__.__name__
            """);
        await StartAsync();

        Assert.That(await AnswerAsync("logs"), Is.EqualTo("\"LambdaLoggerHandler\""));
        Assert.That(Log("logs"), Does.Match(@"\[WARNING\]\t\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z\t\twhile loading").And.Match(@"\[DEBUG\]\t\S+Z\t[0-9a-f-]{36}\tbumped 3"));
        Assert.That(Log("logs"), Does.Not.Contain("never used"));
    }

    [Test]
    public async Task The_log_tail_holds_what_this_invocation_printed_between_start_and_report()
    {
        Python("chatty", "import logging\nlogging.getLogger().setLevel('INFO')\ndef handler(event, context):\n    print('one')\n    logging.info('two')\n    print('three', end='')");
        await StartAsync();
        await InvokeAsync("chatty");

        var result = await InvokeAsync("chatty", context: new InvocationContext { WithLogTail = true });

        var lines = Encoding.UTF8.GetString(result.LogTail!.Value.Span).TrimEnd('\n').Split('\n');
        Assert.That(lines, Has.Length.EqualTo(6));
        Assert.That(lines[0], Is.EqualTo($"START RequestId: {result.RequestId} Version: $LATEST"));
        Assert.That(lines[1], Is.EqualTo("one"));
        Assert.That(lines[2], Does.Match($@"^\[INFO\]\t\S+Z\t{result.RequestId}\ttwo$"));
        Assert.That(lines[3], Is.EqualTo("three"));
        Assert.That(lines[4], Is.EqualTo($"END RequestId: {result.RequestId}"));
        Assert.That(lines[5], Does.Match($@"^REPORT RequestId: {result.RequestId}\tDuration: [0-9.]+ ms\tBilled Duration: \d+ ms\tMemory Size: 128 MB\tMax Memory Used: [1-9]\d* MB\t$"));
    }
}
