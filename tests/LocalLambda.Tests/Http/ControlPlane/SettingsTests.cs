using System.Buffers.Binary;
using System.Text;
using Roost.LocalLambda.Code.Zip;
using Roost.Tests.Support;

namespace Roost.LocalLambda.Tests.Http.ControlPlane;

/// <summary>Concurrency, asynchronous invocations, tags, account, and the calls that are like Invoke.</summary>
internal sealed class SettingsTests : ControlPlaneFixture
{
    private const string Concurrency = "/2017-10-31/functions/f/concurrency";
    private const string Events = "/2019-09-25/functions/f/event-invoke-config";

    [Test]
    public async Task Reserved_concurrency_holds_over_all_versions()
    {
        const string Slow = "import time\ndef handler(event, context):\n    print('began')\n    while not __import__('os').path.exists('/tmp/never') and event > 0:\n        time.sleep(0.05); event -= 0.05\n    return 1";
        await ServeAsync();
        await CreateAsync("f", Zip(Slow));
        await SendAsync(HttpMethod.Post, $"{Functions}/f/versions", null, 201);

        Assert.That((await SendAsync(HttpMethod.Put, Concurrency, new { ReservedConcurrentExecutions = 1 }, 200)).ToString(), Is.EqualTo("""{"ReservedConcurrentExecutions":1}"""));
        Assert.That((await SendAsync(HttpMethod.Get, "/2019-09-30/functions/f/concurrency", null, 200)).ToString(), Is.EqualTo("""{"ReservedConcurrentExecutions":1}"""));
        Assert.That((await SendAsync(HttpMethod.Get, $"{Functions}/f", null, 200)).GetProperty("Concurrency").ToString(), Is.EqualTo("""{"ReservedConcurrentExecutions":1}"""));

        var running = InvokeAsync("f", "1");
        await Eventually.IsTrueAsync(() => Host.Functions.Single() is { Busy: > 0 } or { Waiting: > 0 }, "the first call to be taken");
        using (var second = await InvokeAsync("f:1", "0"))
        {
            await AssertRefusedAsync(second, 429, "TooManyRequestsException", "Rate Exceeded.");
            Assert.That(await second.Content.ReadAsStringAsync(), Does.Contain("\"Reason\":\"ReservedFunctionConcurrentInvocationLimitExceeded\""));
        }

        using var first = await running;
        Assert.That(await first.Content.ReadAsStringAsync(), Is.EqualTo("1"));
        using var after = await InvokeAsync("f:1", "0");
        Assert.That(await after.Content.ReadAsStringAsync(), Is.EqualTo("1"), "the place is free again");
    }

    [Test]
    public async Task With_nothing_reserved_nothing_runs_and_events_are_given_up()
    {
        await ServeAsync();
        await CreateAsync("f", Zip("def handler(event, context):\n    print('ran', event)"));
        await SendAsync(HttpMethod.Put, Concurrency, new { ReservedConcurrentExecutions = 0 }, 200);

        using (var refused = await InvokeAsync("f", "1"))
        {
            await AssertRefusedAsync(refused, 429, "TooManyRequestsException", "Rate Exceeded.");
        }

        using (var accepted = await InvokeAsync("f", "2", ("X-Amz-Invocation-Type", "Event")))
        {
            Assert.That((int)accepted.StatusCode, Is.EqualTo(202));
        }

        await Eventually.IsTrueAsync(() => Host.Functions.Single().Queued == 0, "the event to be given up");
        Assert.That(Host.Functions.Single().Workers, Is.Zero);
        Assert.That((await SendAsync(HttpMethod.Get, "/api/v1/functions/f/dead-letters", null, 200)).GetProperty("deadLetters").GetArrayLength(), Is.EqualTo(1));
        await SendAsync(HttpMethod.Delete, Concurrency, null, 204);
        using (var served = await InvokeAsync("f", "3"))
        {
            Assert.That((int)served.StatusCode, Is.EqualTo(200));
        }

        Assert.That((await SendAsync(HttpMethod.Get, "/2019-09-30/functions/f/concurrency", null, 200)).ToString(), Is.EqualTo("{}"));
        await RefusedAsync(HttpMethod.Put, Concurrency, new { }, 400, "ValidationException", "1 validation error detected: Value null at 'reservedConcurrentExecutions'");
        await RefusedAsync(HttpMethod.Put, Concurrency, new { ReservedConcurrentExecutions = -1 }, 400, "ValidationException", "1 validation error detected: Value '-1' at 'reservedConcurrentExecutions'");
    }

    [Test]
    public async Task A_caller_that_leaves_gives_its_place_back()
    {
        await ServeAsync();
        await CreateAsync("f", Zip("import time\ndef handler(event, context):\n    time.sleep(event)", "runtime: python3.x\nhandler: main.handler\nmax-concurrency: 1\n"));
        await SendAsync(HttpMethod.Put, Concurrency, new { ReservedConcurrentExecutions = 2 }, 200);
        var first = InvokeAsync("f", "0.5");
        await Eventually.IsTrueAsync(() => Host.Functions.Single() is { Busy: > 0 } or { Waiting: > 0 }, "the first call to be taken");
        using var leave = new CancellationTokenSource();
        var second = Client.PostAsync($"{Functions}/f/invocations", new StringContent("0"), leave.Token);
        await Eventually.IsTrueAsync(() => Host.Functions.Single() is { Busy: 1, Waiting: 1 }, "the second call to wait");

        await leave.CancelAsync();

        Assert.That(async () => await second, Throws.InstanceOf<OperationCanceledException>());
        await Eventually.IsTrueAsync(() => Host.Functions.Single().Waiting == 0, "the second call to be dropped");
        using var third = await InvokeAsync("f", "0");
        Assert.That((int)third.StatusCode, Is.EqualTo(200));
        (await first).Dispose();
    }

    [Test]
    public async Task Settings_of_asynchronous_invocations_are_put_updated_listed_and_deleted()
    {
        await ServeAsync();
        await CreateAsync("f");
        await RefusedAsync(HttpMethod.Get, Events, null, 404, "ResourceNotFoundException", "The function arn:aws:lambda:local:000000000000:function:f:$LATEST doesn't have an EventInvokeConfig");

        await RefusedAsync(HttpMethod.Put, Events, new { DestinationConfig = new { OnFailure = new { Destination = "arn:aws:lambda:eu-central-1:123456789012:function:g" } } }, 400, "InvalidParameterValueException", "destinationConfig.onFailure.destination: there is no function arn:aws:lambda:local:000000000000:function:g here.");
        await CreateAsync("g");
        await RefusedAsync(HttpMethod.Put, Events, new { DestinationConfig = new { OnFailure = new { Destination = "arn:aws:lambda:eu-central-1:123456789012:function:g:live" } } }, 400, "InvalidParameterValueException", "destinationConfig.onFailure.destination: there is no function arn:aws:lambda:local:000000000000:function:g:live here.");
        await RefusedAsync(HttpMethod.Put, Events, new { DestinationConfig = new { OnSuccess = new { Destination = "arn:aws:kinesis:local:000000000000:stream/nix" } } }, 400, "InvalidParameterValueException", "destinationConfig.onSuccess.destination: there is no stream arn:aws:kinesis:local:000000000000:stream/nix here.");

        var put = await SendAsync(HttpMethod.Put, Events, new { MaximumRetryAttempts = 1, DestinationConfig = new { OnFailure = new { Destination = "arn:aws:lambda:eu-central-1:123456789012:function:g" } } }, 200);
        Assert.That(put.ToString(), Does.Contain("function:f:$LATEST\"").And.Contain("""{"OnSuccess":{},"OnFailure":{"Destination":"arn:aws:lambda:local:000000000000:function:g"}}""").And.Contain("\"MaximumRetryAttempts\":1").And.Not.Contain("MaximumEventAge"));
        Assert.That(put.GetProperty("LastModified").GetDouble(), Is.GreaterThan(1.7e9), "seconds since 1970");
        var updated = await SendAsync(HttpMethod.Post, Events, new { MaximumEventAgeInSeconds = 60 }, 200);
        Assert.That(updated.ToString(), Does.Contain("\"MaximumRetryAttempts\":1").And.Contain("\"MaximumEventAgeInSeconds\":60").And.Contain("function:g"));
        Assert.That((await SendAsync(HttpMethod.Put, Events, new { MaximumRetryAttempts = 0 }, 200)).ToString(), Does.Not.Contain("function:g"), "what is not named is gone");
        await SendAsync(HttpMethod.Post, $"{Functions}/f/versions", null, 201);
        await SendAsync(HttpMethod.Put, $"{Events}?Qualifier=1", new { MaximumRetryAttempts = 2 }, 200);
        var list = (await SendAsync(HttpMethod.Get, $"{Events}/list", null, 200)).GetProperty("FunctionEventInvokeConfigs");
        Assert.That(list.EnumerateArray().Select(item => item.GetProperty("FunctionArn").GetString()![^1..]), Is.EqualTo(new[] { "T", "1" }));

        await RefusedAsync(HttpMethod.Put, Events, new { MaximumRetryAttempts = 3 }, 400, "ValidationException", "1 validation error detected: Value '3' at 'maximumRetryAttempts' failed to satisfy constraint: Member must have value less than or equal to 2");
        await RefusedAsync(HttpMethod.Put, Events, new { DestinationConfig = new { OnSuccess = new { Destination = "arn:aws:sqs:eu-central-1:123456789012:q" } } }, 400, "InvalidParameterValueException", "destinationConfig.onSuccess.destination: arn:aws:sqs:eu-central-1:123456789012:q is no destination here; use the ARN of a function");
        await RefusedAsync(HttpMethod.Put, $"{Events}?Qualifier=9", new { }, 404, "ResourceNotFoundException", "Function not found");
        await SendAsync(HttpMethod.Delete, Events, null, 204);
        await RefusedAsync(HttpMethod.Delete, Events, null, 404, "ResourceNotFoundException", "The function");
    }

    [Test]
    public async Task Tags_and_the_account_are_told()
    {
        await ServeAsync();
        await CreateAsync("f");
        const string Tags = "/2017-03-31/tags/arn%3Aaws%3Alambda%3Alocal%3A000000000000%3Afunction%3Af";

        await SendAsync(HttpMethod.Post, Tags, new { Tags = new { a = "1", b = "2", c = "" } }, 204);
        await SendAsync(HttpMethod.Delete, $"{Tags}?tagKeys=a&tagKeys=c", null, 204);

        Assert.That((await SendAsync(HttpMethod.Get, Tags, null, 200)).ToString(), Is.EqualTo("""{"Tags":{"b":"2"}}"""));
        await RefusedAsync(HttpMethod.Get, "/2017-03-31/tags/f", null, 400, "ValidationException", "1 validation error detected: Value 'f' at 'resource'");
        await RefusedAsync(HttpMethod.Post, Tags, new { Tags = Enumerable.Range(0, 50).ToDictionary(i => $"t{i}", _ => "") }, 400, "InvalidParameterValueException", "tags: a function has at most 50.");
        var account = await SendAsync(HttpMethod.Get, "/2016-08-19/account-settings", null, 200);
        Assert.That(account.GetProperty("AccountUsage").GetProperty("FunctionCount").GetInt32(), Is.EqualTo(1));
        Assert.That(account.GetProperty("AccountLimit").GetProperty("CodeSizeUnzipped").GetInt64(), Is.EqualTo(250 * 1024 * 1024));
    }

    [Test]
    public async Task Invoke_async_keeps_the_event_and_a_streaming_call_is_answered_in_messages()
    {
        await ServeAsync();
        await CreateAsync("f", Zip("def handler(event, context):\n    print('ran', event)\n    if event == 2: raise ValueError('no')\n    return 'x' * 300000"));

        using (var accepted = await Client.PostAsync("/2014-11-13/functions/f/invoke-async", new StringContent("1")))
        {
            Assert.That((int)accepted.StatusCode, Is.EqualTo(202));
        }

        await Eventually.IsTrueAsync(() => Log("f").Contains("ran 1", StringComparison.Ordinal), "the event to run");
        using var streamed = await Client.PostAsync("/2021-11-15/functions/f/response-streaming-invocations", new StringContent("3"));
        Assert.That(streamed.Content.Headers.ContentType!.MediaType, Is.EqualTo("application/vnd.amazon.eventstream"));
        var messages = Read(await streamed.Content.ReadAsByteArrayAsync());
        Assert.That(messages.Select(message => message.Type), Is.EqualTo(new[] { "PayloadChunk", "PayloadChunk", "InvokeComplete" }));
        Assert.That(messages[0].Payload + messages[1].Payload, Is.EqualTo($"\"{new string('x', 300_000)}\""));
        Assert.That(messages[2].Payload, Is.EqualTo("{}"));

        using var failed = await Client.PostAsync("/2021-11-15/functions/f/response-streaming-invocations", new StringContent("2"));
        var end = Read(await failed.Content.ReadAsByteArrayAsync())[^1];
        Assert.That((end.Type, end.Payload), Is.EqualTo(("InvokeComplete", end.Payload)));
        Assert.That(end.Payload, Does.StartWith("{\"ErrorCode\":\"Unhandled\",\"ErrorDetails\":"));
    }

    /// <summary>Reads messages as the event stream's specification has them, checksums included.</summary>
    private static List<(string Type, string Payload)> Read(byte[] bytes)
    {
        List<(string, string)> messages = [];
        for (var rest = bytes.AsSpan(); rest.Length > 0;)
        {
            var message = rest[..BinaryPrimitives.ReadInt32BigEndian(rest)];
            var headers = BinaryPrimitives.ReadInt32BigEndian(message[4..]);
            Assert.That(BinaryPrimitives.ReadUInt32BigEndian(message[8..]), Is.EqualTo(Crc32.Append(0, message[..8])));
            Assert.That(BinaryPrimitives.ReadUInt32BigEndian(message[^4..]), Is.EqualTo(Crc32.Append(0, message[..^4])));
            var type = Encoding.ASCII.GetString(message.Slice(12, headers)).Split('\u0007')[1][2..].Split('\r')[0];
            messages.Add((type.Split(':')[0].TrimEnd('\f'), Encoding.UTF8.GetString(message[(12 + headers)..^4])));
            rest = rest[message.Length..];
        }

        return messages;
    }
}
