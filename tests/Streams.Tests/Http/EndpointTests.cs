using System.Net;
using System.Text;
using System.Text.Json;
using Roost.Storage.Logs;
using Roost.Tests.Support;

namespace Roost.Streams.Tests.Http;

/// <summary>The HTTP surface, through a real Kestrel.</summary>
public sealed class EndpointTests
{
    private TemporaryFolder _folder = null!;
    private StreamsHost _host = null!;

    [SetUp]
    public async Task SetUp()
    {
        _folder = new TemporaryFolder();
        _host = await StreamsHost.StartAsync(_folder.Path, options =>
        {
            options["telemetry"] = new StreamOptions { MaxRecordBytes = 2048 };
            options["small"] = new StreamOptions { Full = LogFullPolicy.Reject, Retention = { Records = 2 } };
        });
    }

    [TearDown]
    public async Task TearDown()
    {
        await _host.DisposeAsync();
        _folder.Dispose();
    }

    [Test]
    public async Task Records_are_appended_and_read_back()
    {
        var one = await PostAsync("telemetry", """{"key":"k","data":"text","headers":[["a","b"]]}""");
        var many = await PostAsync("telemetry", """{"records":[{"data":{"n":1}},{"key":"z","dataBase64":"/wA="}]}""");

        Assert.That(one.Body.GetRawText(), Is.EqualTo("""{"firstOffset":0,"lastOffset":0,"count":1}"""));
        Assert.That(many.Body.GetRawText(), Is.EqualTo("""{"firstOffset":1,"lastOffset":2,"count":2}"""));
        var records = await ReadAsync("telemetry/records");
        Assert.That(records.Select(record => record.GetProperty("offset").GetInt64()), Is.EqualTo(new[] { 0L, 1, 2 }));
        Assert.That(records[0].GetProperty("data").GetString(), Is.EqualTo("text"));
        Assert.That(records[0].GetProperty("headers")[0][1].GetString(), Is.EqualTo("b"));
        Assert.That(records[1].GetProperty("data").GetString(), Is.EqualTo("""{"n":1}"""));
        Assert.That(records[2].GetProperty("dataBase64").GetString(), Is.EqualTo("/wA="));
    }

    [TestCase("application/octet-stream")]
    [TestCase("text/plain; charset=utf-8")]
    public async Task A_raw_body_is_one_record(string type)
    {
        using var content = new StringContent("as it is {");
        content.Headers.ContentType = System.Net.Http.Headers.MediaTypeHeaderValue.Parse(type);
        using var answer = await _host.Http.PostAsync("/api/v1/streams/telemetry/records?key=k", content);

        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        var record = (await ReadAsync("telemetry/records")).Single();
        Assert.That((record.GetProperty("key").GetString(), record.GetProperty("data").GetString()), Is.EqualTo(("k", "as it is {")));
    }

    [TestCase("{", "no valid JSON")]
    [TestCase("[]", "is no object")]
    [TestCase("""{"data":"\ud800"}""", "no valid JSON", Description = "half a surrogate pair")]
    [TestCase("""{"\ud800":1}""", "no valid JSON")]
    [TestCase("{}", "neither 'data' nor 'dataBase64'")]
    [TestCase("""{"records":[]}""", "at least one record")]
    [TestCase("""{"records":[{"data":"a"},7]}""", "Record 1 is no object")]
    [TestCase("""{"data":"a","dataBase64":"YQ=="}""", "twice")]
    [TestCase("""{"dataBase64":"*"}""", "dataBase64")]
    [TestCase("""{"key":1,"data":"a"}""", "'key'")]
    [TestCase("""{"value":"a"}""", "'value'")]
    [TestCase("""{"data":"a","headers":[["x"]]}""", "header")]
    public async Task A_body_of_another_form_is_answered_with_what_is_wrong(string body, string message)
    {
        var answer = await PostAsync("telemetry", body);

        Assert.That(answer.Status, Is.EqualTo(HttpStatusCode.BadRequest));
        Assert.That(Message(answer.Body), Does.Contain(message));
        Assert.That(_host.Catalog.Get(Some.Telemetry).NextOffset, Is.Zero);
    }

    [Test]
    public async Task A_form_is_not_taken_for_a_record()
    {
        using var content = new StringContent("a=b", Encoding.UTF8, "application/x-www-form-urlencoded");
        using var answer = await _host.Http.PostAsync("/api/v1/streams/telemetry/records", content);

        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.UnsupportedMediaType));
    }

    [Test]
    public async Task An_unknown_stream_is_answered_with_those_there_are()
    {
        var answer = await PostAsync("nowhere", """{"data":"a"}""");

        Assert.That(answer.Status, Is.EqualTo(HttpStatusCode.NotFound));
        Assert.That(Message(answer.Body), Does.Contain("'nowhere'").And.Contain("small, telemetry").And.Contain("configuration"));
    }

    [TestCase("/api/v1/streams/.hidden/records", HttpStatusCode.BadRequest)]
    [TestCase("/api/v1/streams/a%2Fb/records", HttpStatusCode.BadRequest)]
    [TestCase("/api/v1/streams/telemetry/records?from=-1", HttpStatusCode.BadRequest)]
    [TestCase("/api/v1/streams/telemetry/records?from=1", HttpStatusCode.BadRequest)]
    [TestCase("/api/v1/streams/telemetry/records?from=99999999999999999999", HttpStatusCode.BadRequest)]
    [TestCase("/api/v1/streams/telemetry/records?from=yesterday", HttpStatusCode.BadRequest)]
    [TestCase("/api/v1/streams/telemetry/records?max=0", HttpStatusCode.BadRequest)]
    [TestCase("/api/v1/streams/telemetry/records?max=10001", HttpStatusCode.BadRequest)]
    [TestCase("/api/v1/streams/telemetry/records?wait=61", HttpStatusCode.BadRequest)]
    [TestCase("/api/v1/streams/telemetry/tail?last=x", HttpStatusCode.BadRequest)]
    [TestCase("/api/v1/streams/nowhere/tail", HttpStatusCode.NotFound)]
    [TestCase("/api/v1/streams/nowhere", HttpStatusCode.NotFound)]
    public async Task A_wrong_question_gets_a_status_and_a_message(string path, HttpStatusCode status)
    {
        using var answer = await _host.Http.GetAsync(path);

        Assert.That(answer.StatusCode, Is.EqualTo(status));
        Assert.That(Message(JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement), Is.Not.Empty);
    }

    [Test]
    public async Task A_record_beyond_the_streams_limit_is_413()
    {
        var answer = await PostAsync("telemetry", $$"""{"records":[{"data":"a"},{"data":"{{new string('x', 3000)}}"}]}""");

        Assert.That(answer.Status, Is.EqualTo(HttpStatusCode.RequestEntityTooLarge));
        Assert.That(Message(answer.Body), Does.Contain("telemetry").And.Contain("2048").And.Contain("max-record"));
        Assert.That(_host.Catalog.Get(Some.Telemetry).NextOffset, Is.Zero, "nothing of the batch is appended");
    }

    [Test]
    public async Task A_body_beyond_all_limits_is_413()
    {
        using var content = new ByteArrayContent(new byte[5 * 1024 * 1024]);
        content.Headers.ContentType = new("application/octet-stream");
        using var answer = await _host.Http.PostAsync("/api/v1/streams/telemetry/records", content);

        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.RequestEntityTooLarge));
        Assert.That(await answer.Content.ReadAsStringAsync(), Does.Contain("several requests"));
    }

    [Test]
    public async Task A_full_stream_is_507()
    {
        await PostAsync("small", """{"records":[{"data":"1"},{"data":"2"}]}""");

        var answer = await PostAsync("small", """{"data":"3"}""");

        Assert.That(answer.Status, Is.EqualTo(HttpStatusCode.InsufficientStorage));
        Assert.That(Message(answer.Body), Does.Contain("small").And.Contain("retention"));
    }

    [Test]
    public async Task Waiting_returns_with_the_first_record()
    {
        var waiting = ReadAsync("telemetry/records?from=latest&wait=20");
        await PostAsync("telemetry", """{"data":"a"}""");

        // The request may begin after the append; then it waits for the second.
        await PostAsync("telemetry", """{"data":"b"}""");
        Assert.That(await Eventually.CompletesAsync(waiting, "a record"), Is.Not.Empty);
    }

    [Test]
    public async Task Reading_past_the_end_without_waiting_returns_nothing() =>
        Assert.That(await ReadAsync("telemetry/records?from=latest"), Is.Empty);

    [Test]
    public async Task A_tail_shows_the_last_records_and_then_each_as_it_comes()
    {
        await _host.AppendNumberedAsync("telemetry", 0, 10);
        using var answer = await _host.Http.GetAsync("/api/v1/streams/telemetry/tail?last=2&max=3", HttpCompletionOption.ResponseHeadersRead);
        using var lines = new StreamReader(await answer.Content.ReadAsStreamAsync());

        Assert.That(await lines.ReadLineAsync(), Does.Contain("\"offset\":8"));
        Assert.That(await lines.ReadLineAsync(), Does.Contain("\"offset\":9"));
        await _host.AppendNumberedAsync("telemetry", 10, 1);
        Assert.That(await lines.ReadLineAsync(), Does.Contain("\"offset\":10"));
        Assert.That(await lines.ReadLineAsync(), Is.Null, "three were asked for");
    }

    [Test]
    public async Task A_tail_of_events_goes_on_after_the_last_event_seen()
    {
        await _host.AppendNumberedAsync("telemetry", 0, 10);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/streams/telemetry/tail?max=1");
        request.Headers.Add("Accept", "text/event-stream");
        request.Headers.Add("Last-Event-ID", "6");
        using var answer = await _host.Http.SendAsync(request);

        Assert.That(answer.Content.Headers.ContentType!.MediaType, Is.EqualTo("text/event-stream"));
        Assert.That(await answer.Content.ReadAsStringAsync(), Does.Match(@"^id: 7\ndata: \{""offset"":7,.*\}\n\n$"));
    }

    [Test]
    public async Task Streams_and_uplink_are_described()
    {
        await _host.AppendNumberedAsync("telemetry", 0, 10);

        var list = JsonDocument.Parse(await _host.Http.GetStringAsync("/api/v1/streams")).RootElement.GetProperty("streams");
        var uplink = JsonDocument.Parse(await _host.Http.GetStringAsync("/api/v1/uplink")).RootElement;

        Assert.That(list.EnumerateArray().Select(stream => stream.GetProperty("name").GetString()), Is.EqualTo(new[] { "small", "telemetry" }));
        Assert.That(list[0].GetProperty("full").GetString(), Is.EqualTo("reject"));
        Assert.That(list[1].GetProperty("records").GetInt64(), Is.EqualTo(10));
        Assert.That(list[1].GetProperty("durability").GetString(), Is.EqualTo("power-loss"));
        Assert.That(uplink.GetProperty("state").GetString(), Is.EqualTo("off"));
    }

    private static string Message(JsonElement body) => body.GetProperty("message").GetString()!;

    private async Task<(HttpStatusCode Status, JsonElement Body)> PostAsync(string stream, string json)
    {
        using var content = new StringContent(json, Encoding.UTF8, "application/json");
        using var answer = await _host.Http.PostAsync($"/api/v1/streams/{stream}/records", content);
        return (answer.StatusCode, JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement);
    }

    private async Task<List<JsonElement>> ReadAsync(string path)
    {
        var lines = (await _host.Http.GetStringAsync($"/api/v1/streams/{path}")).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return [.. lines.Select(line => JsonDocument.Parse(line).RootElement)];
    }
}
