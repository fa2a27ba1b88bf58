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
    public async Task A_result_that_is_no_json_is_a_marshalling_error()
    {
        Python("set", "def handler(event, context):\n    return {1, 2}");
        await StartAsync();

        Assert.That(Json(await InvokeAsync("set")).GetProperty("errorType").GetString(), Is.EqualTo("Runtime.MarshalError"));
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
