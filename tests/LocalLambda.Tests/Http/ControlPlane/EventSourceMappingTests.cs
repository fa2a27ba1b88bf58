using Roost.LocalLambda.Tests.Sources.Streams;

namespace Roost.LocalLambda.Tests.Http.ControlPlane;

/// <summary>Mappings as they come and go over the API. How they run is shown with the streams.</summary>
internal sealed class EventSourceMappingTests : ControlPlaneFixture
{
    private const string Mappings = "/2015-03-31/event-source-mappings";
    private const string Source = "arn:aws:kinesis:eu-central-1:123456789012:stream/telemetry";

    private LogStreams _streams = null!;

    [SetUp]
    public void MakeStream()
    {
        Streams = _streams = new LogStreams(Folder["streams"], TimeProvider.System);
        _streams.Create("telemetry");
        _streams.Create("failed");
    }

    [TearDown]
    public async Task DisposeStreams()
    {
        await StopServer();
        await StopAsync();
        await _streams.DisposeAsync();
    }

    [Test]
    public async Task A_mapping_outlives_the_daemon_and_ends_with_its_deletion()
    {
        await ServeAsync();
        await CreateAsync("f");
        var created = await SendAsync(HttpMethod.Post, Mappings, new { FunctionName = "arn:aws:lambda:eu-central-1:123456789012:function:f", EventSourceArn = Source, StartingPosition = "AT_TIMESTAMP", StartingPositionTimestamp = 1.5e9, BatchSize = 7 }, 202);
        Assert.That(created.ToString(), Does
            .Contain("\"EventSourceArn\":\"arn:aws:kinesis:local:000000000000:stream/telemetry\"").And.Contain("function:f\"").And.Contain("\"State\":\"Enabled\"").And.Contain("\"BatchSize\":7")
            .And.Contain("\"StartingPositionTimestamp\":1500000000").And.Contain("\"MaximumRetryAttempts\":-1").And.Contain("\"DestinationConfig\":{\"OnFailure\":{}}"));
        var path = $"{Mappings}/{created.GetProperty("UUID").GetString()}";
        await StopServer();
        await StopAsync();
        await ServeAsync();

        Assert.That((await SendAsync(HttpMethod.Get, path, null, 200)).GetProperty("BatchSize").GetInt32(), Is.EqualTo(7));
        var updated = await SendAsync(HttpMethod.Put, path, new { Enabled = false, MaximumRetryAttempts = 3, DestinationConfig = new { OnFailure = new { Destination = "arn:aws:kinesis:local:000000000000:stream/failed" } } }, 202);
        Assert.That(updated.ToString(), Does.Contain("\"State\":\"Disabled\"").And.Contain("\"BatchSize\":7").And.Contain("\"MaximumRetryAttempts\":3").And.Contain("stream/failed"));
        Assert.That((await SendAsync(HttpMethod.Get, $"{Mappings}?FunctionName=f&EventSourceArn={Source}", null, 200)).GetProperty("EventSourceMappings").GetArrayLength(), Is.EqualTo(1));
        Assert.That((await SendAsync(HttpMethod.Get, $"{Mappings}?FunctionName=g", null, 200)).GetProperty("EventSourceMappings").GetArrayLength(), Is.Zero);
        Assert.That((await SendAsync(HttpMethod.Delete, path, null, 202)).GetProperty("State").GetString(), Is.EqualTo("Deleting"));
        await RefusedAsync(HttpMethod.Get, path, null, 404, "ResourceNotFoundException", "The resource you requested does not exist.");
        await RefusedAsync(HttpMethod.Delete, path, null, 404, "ResourceNotFoundException", "The resource you requested does not exist.");
    }

    [Test]
    public async Task A_mapping_goes_with_its_function()
    {
        await ServeAsync();
        await CreateAsync("f");
        await SendAsync(HttpMethod.Post, Mappings, new { FunctionName = "f", EventSourceArn = Source, StartingPosition = "LATEST" }, 202);

        await SendAsync(HttpMethod.Delete, $"{Functions}/f", null, 204);

        Assert.That((await SendAsync(HttpMethod.Get, Mappings, null, 200)).GetProperty("EventSourceMappings").GetArrayLength(), Is.Zero);
    }

    [Test]
    public async Task A_trigger_is_listed_and_changed_in_its_file()
    {
        Python("f", "def handler(event, context): pass", "triggers: [ { stream: telemetry } ]\n");
        await ServeAsync();

        var mapping = (await SendAsync(HttpMethod.Get, Mappings, null, 200)).GetProperty("EventSourceMappings")[0];

        var path = $"{Mappings}/{mapping.GetProperty("UUID").GetString()}";
        await RefusedAsync(HttpMethod.Put, path, new { BatchSize = 3 }, 409, "ResourceConflictException", "This mapping is a trigger in the function.yaml of f");
        await RefusedAsync(HttpMethod.Delete, path, null, 409, "ResourceConflictException", "This mapping is a trigger in the function.yaml of f");
        await RefusedAsync(HttpMethod.Post, Mappings, new { FunctionName = "f", EventSourceArn = Source, StartingPosition = "LATEST" }, 409, "ResourceConflictException", "An event source mapping with Kinesis arn");
    }

    [Test]
    public async Task A_function_tells_that_the_stream_of_its_trigger_is_missing_until_it_is_there()
    {
        Python("f", "def handler(event, context): pass", "triggers: [ { stream: telemetry }, { stream: telemetri } ]\n");
        await ServeAsync();

        var status = Host.Functions.Single();
        Assert.That(status.State, Is.EqualTo("ready"));
        Assert.That(status.MissingStreams, Is.EqualTo(new[] { "telemetri" }));
        Assert.That(status.Notes, Has.One.StartsWith("waits for the stream telemetri, which does not exist"));

        _streams.Create("telemetri");

        Assert.That(Host.Functions.Single().Notes, Has.None.Contains("telemetri"));
    }

    [Test]
    public async Task A_mapping_that_cannot_be_is_refused()
    {
        await ServeAsync();
        await CreateAsync("f");
        const string Invalid = "InvalidParameterValueException";

        await RefusedAsync(HttpMethod.Post, Mappings, new { FunctionName = "f", EventSourceArn = "arn:aws:sqs:eu-central-1:1:q", StartingPosition = "LATEST" }, 400, Invalid, "eventSourceArn: arn:aws:sqs:eu-central-1:1:q is no stream here");
        await RefusedAsync(HttpMethod.Post, Mappings, new { FunctionName = "f", EventSourceArn = Source + "-2", StartingPosition = "LATEST" }, 400, Invalid, "Stream not found: arn:aws:kinesis:local:000000000000:stream/telemetry-2");
        await RefusedAsync(HttpMethod.Post, Mappings, new { FunctionName = "f", EventSourceArn = Source }, 400, "ValidationException", "1 validation error detected: Value null at 'startingPosition'");
        await RefusedAsync(HttpMethod.Post, Mappings, new { FunctionName = "f", EventSourceArn = Source, StartingPosition = "AT_TIMESTAMP" }, 400, Invalid, "StartingPositionTimestamp goes with");
        await RefusedAsync(HttpMethod.Post, Mappings, new { FunctionName = "f:live", EventSourceArn = Source, StartingPosition = "LATEST" }, 400, Invalid, "functionName: a mapping calls the function as it is served");
        await RefusedAsync(HttpMethod.Post, Mappings, new { FunctionName = "g", EventSourceArn = Source, StartingPosition = "LATEST" }, 404, "ResourceNotFoundException", "Function not found");
        await RefusedAsync(HttpMethod.Post, Mappings, new { FunctionName = "f", EventSourceArn = Source, StartingPosition = "LATEST", BatchSize = 0 }, 400, "ValidationException", "1 validation error detected: Value '0' at 'batchSize'");
        await RefusedAsync(HttpMethod.Post, Mappings, new { FunctionName = "f", EventSourceArn = Source, StartingPosition = "LATEST", MaximumRecordAgeInSeconds = 30 }, 400, Invalid, "Maximum record age must be -1");
        await RefusedAsync(HttpMethod.Post, Mappings, new { FunctionName = "f", EventSourceArn = Source, StartingPosition = "LATEST", TumblingWindowInSeconds = 30 }, 400, Invalid, "tumblingWindowInSeconds: is not offered");
        await RefusedAsync(HttpMethod.Post, Mappings, new { FunctionName = "f", EventSourceArn = Source, StartingPosition = "LATEST", DestinationConfig = new { OnFailure = new { Destination = Source + "-2" } } }, 400, Invalid, "destinationConfig.onFailure.destination: there is no stream arn:aws:kinesis:local:000000000000:stream/telemetry-2 here.");
        await RefusedAsync(HttpMethod.Post, Mappings, new { FunctionName = "f", EventSourceArn = Source, StartingPosition = "LATEST", DestinationConfig = new { OnFailure = new { Destination = Source } } }, 400, Invalid, "destinationConfig.onFailure.destination: ");
    }
}
