using System.Net;
using System.Text;
using Roost.Tests.Support;

namespace Roost.LocalLambda.Tests.Http;

internal sealed class InvokeEndpointTests : HttpFixture
{
    private const string Echo = "def handler(event, context):\n    if event == 'fail': raise ValueError('asked for')\n    print('heard')\n    return [event, getattr(context.client_context, 'custom', None)]";

    [TestCase("echo")]
    [TestCase("echo?Qualifier=$LATEST")]
    [TestCase("echo:$LATEST")]
    [TestCase("123456789012%3Afunction%3Aecho")]
    [TestCase("arn%3Aaws%3Alambda%3Aeu-central-1%3A123456789012%3Afunction%3Aecho%3A%24LATEST")]
    public async Task A_call_is_answered_with_the_result_as_it_is(string function)
    {
        Python("echo", Echo);
        await ServeAsync();
        var (name, query) = function.Split('?') is [var first, var second] ? (first, "?" + second) : (function, "");

        var response = await Client.PostAsync($"/2015-03-31/functions/{name}/invocations{query}", new StringContent("""{"a":1}"""));

        Assert.That(await response.Content.ReadAsStringAsync(), Is.EqualTo("""[{"a": 1}, null]"""));
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(Header(response, "X-Amz-Executed-Version"), Is.EqualTo("$LATEST"));
        Assert.That(Header(response, "x-amzn-RequestId"), Has.Length.EqualTo(36));
        Assert.That(Header(response, "X-Amz-Function-Error") + Header(response, "X-Amz-Log-Result"), Is.Empty);
    }

    [Test]
    public async Task Client_context_no_body_log_tail_and_a_functions_error_are_as_lambdas()
    {
        Python("echo", Echo);
        await ServeAsync();
        var context = Convert.ToBase64String("""{"custom":{"k":"ü"}}"""u8);

        var response = await InvokeAsync("echo", "", ("X-Amz-Client-Context", context), ("X-Amz-Log-Type", "Tail"));

        Assert.That(await response.Content.ReadAsStringAsync(), Is.EqualTo("""[{}, {"k": "ü"}]"""));
        Assert.That(Encoding.UTF8.GetString(Convert.FromBase64String(Header(response, "X-Amz-Log-Result"))), Does.Match($"^START RequestId: {Header(response, "x-amzn-RequestId")} .*\nheard\nEND .*\nREPORT "));

        var failed = await InvokeAsync("echo", "\"fail\"");

        Assert.That(failed.StatusCode, Is.EqualTo(HttpStatusCode.OK), "the call went well; the function did not");
        Assert.That(Header(failed, "X-Amz-Function-Error"), Is.EqualTo("Unhandled"));
        Assert.That(await failed.Content.ReadAsStringAsync(), Does.StartWith("""{"errorMessage": "asked for", "errorType": "ValueError","""));
    }

    [Test]
    public async Task An_event_is_acknowledged_with_202_and_runs()
    {
        Python("echo", Echo);
        await ServeAsync();

        var response = await InvokeAsync("echo", "1", ("X-Amz-Invocation-Type", "Event"));

        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.Accepted));
        Assert.That(await response.Content.ReadAsByteArrayAsync(), Is.Empty);
        await Eventually.IsTrueAsync(() => Log("echo").Contains($"REPORT RequestId: {Header(response, "x-amzn-RequestId")}"), "the event to run");
    }

    [Test]
    public async Task A_dry_run_answers_204_and_runs_nothing()
    {
        Python("echo", Echo);
        await ServeAsync();

        var response = await InvokeAsync("echo", "1", ("X-Amz-Invocation-Type", "DryRun"));

        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.NoContent));
        Assert.That(Host.Functions.Single().Workers, Is.Zero);
    }

    [Test]
    public async Task What_cannot_be_is_refused_in_lambdas_words()
    {
        Python("echo", Echo);
        Python("bad", Echo, "memory: much\n");
        await ServeAsync();

        await AssertRefusedAsync(await InvokeAsync("nobody", "1"), 404, "ResourceNotFoundException", "Function not found: arn:aws:lambda:local:000000000000:function:nobody");
        await AssertRefusedAsync(await InvokeAsync("nobody", "1", ("X-Amz-Invocation-Type", "DryRun")), 404, "ResourceNotFoundException", "Function not found");
        await AssertRefusedAsync(await InvokeAsync("echo:7", "1"), 404, "ResourceNotFoundException", "Function not found: arn:aws:lambda:local:000000000000:function:echo:7");
        await AssertRefusedAsync(await InvokeAsync("bad", "1"), 502, "ResourceNotReadyException", "");
        await AssertRefusedAsync(await InvokeAsync("e%20cho", "1"), 400, "ValidationException", "1 validation error detected");
        await AssertRefusedAsync(await InvokeAsync("..%2Fecho", "1"), 400, "ValidationException", "1 validation error detected");
        await AssertRefusedAsync(await InvokeAsync("echo", "{"), 400, "InvalidRequestContentException", "Could not parse request body into json: ");
        await AssertRefusedAsync(await InvokeAsync("echo", "1 2"), 400, "InvalidRequestContentException", "Could not parse request body into json: ");
        await AssertRefusedAsync(await InvokeAsync("echo", [(byte)'"', 0xFF, (byte)'"']), 400, "InvalidRequestContentException", "Could not parse request body into json: Invalid UTF-8");
        await AssertRefusedAsync(await InvokeAsync("echo", "1", ("X-Amz-Invocation-Type", "Sometime")), 400, "InvalidParameterValueException", "Value 'Sometime' at 'invocationType'");
        await AssertRefusedAsync(await InvokeAsync("echo", "1", ("X-Amz-Client-Context", "%%%")), 400, "InvalidRequestContentException", "Client context");
        await AssertRefusedAsync(await InvokeAsync("echo", "1", ("X-Amz-Client-Context", Convert.ToBase64String("[]"u8))), 400, "InvalidRequestContentException", "Client context");
        await AssertRefusedAsync(await InvokeAsync("echo", "1", ("X-Amz-Client-Context", Convert.ToBase64String(new byte[3000]))), 400, "InvalidRequestContentException", "Client context");
        await AssertRefusedAsync(await InvokeAsync("echo", new byte[FunctionHost.MaxPayloadBytes + 1]), 413, "RequestTooLargeException", "");
        await AssertRefusedAsync(await InvokeAsync("echo", $"\"{new string('x', 1024 * 1024)}\"", ("X-Amz-Invocation-Type", "Event")), 413, "RequestTooLargeException", "");
        Assert.That((await InvokeAsync("echo", $"\"{new string('x', FunctionHost.MaxPayloadBytes - 2)}\"")).StatusCode, Is.EqualTo(HttpStatusCode.OK), "the largest that is allowed");
    }

    [Test]
    public async Task When_workers_and_queue_are_full_the_caller_is_told_to_come_again()
    {
        Python("slow", "import time\ndef handler(event, context):\n    time.sleep(event)", "max-concurrency: 1\nqueue: 0\ntimeout: 10s\n");
        await ServeAsync();
        var first = InvokeAsync("slow", "1");
        await Eventually.IsTrueAsync(() => Host.Functions.Single() is { Busy: > 0 } or { Waiting: > 0 }, "the first call to be taken");

        var second = await InvokeAsync("slow", "0");

        await AssertRefusedAsync(second, 429, "TooManyRequestsException", "Rate Exceeded.");
        Assert.That(second.Headers.RetryAfter!.Delta, Is.EqualTo(TimeSpan.FromSeconds(1)));
        Assert.That(await second.Content.ReadAsStringAsync(), Does.Contain("\"Reason\":\"ReservedFunctionConcurrentInvocationLimitExceeded\""));
        Assert.That((await first).StatusCode, Is.EqualTo(HttpStatusCode.OK));
    }

    [Test]
    public async Task A_caller_that_leaves_takes_its_waiting_invocation_along()
    {
        Python("slow", "import time\ndef handler(event, context):\n    print('ran', event)\n    time.sleep(event)", "max-concurrency: 1\ntimeout: 10s\n");
        await ServeAsync();
        var first = InvokeAsync("slow", "0.5");
        await Eventually.IsTrueAsync(() => Log("slow").Contains("ran 0.5"), "the first call to run");
        using var leave = new CancellationTokenSource();
        var second = Client.PostAsync("/2015-03-31/functions/slow/invocations", new StringContent("0.001"), leave.Token);
        await Eventually.IsTrueAsync(() => Host.Functions.Single().Waiting == 1, "the second call to wait");

        await leave.CancelAsync();

        await Eventually.IsTrueAsync(() => Host.Functions.Single().Waiting == 0, "the second call to be dropped");
        Assert.That(async () => await second, Throws.InstanceOf<OperationCanceledException>());
        await first;
        await InvokeAsync("slow", "0");
        Assert.That(Log("slow"), Does.Not.Contain("ran 0.001"));
    }
}
