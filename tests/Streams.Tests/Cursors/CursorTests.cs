using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Roost.Storage.Logs;
using Roost.Tests.Support;

namespace Roost.Streams.Tests.Cursors;

/// <summary>Positions that clients keep by name, over HTTP, and the space of what everybody is done with.</summary>
public sealed class CursorTests
{
    private TemporaryFolder _folder = null!;
    private FunctionsElsewhere _functions = null!;
    private ManualTimeProvider _time = null!;
    private StreamsHost _host = null!;

    [SetUp]
    public async Task SetUp()
    {
        _folder = new TemporaryFolder();
        _functions = new FunctionsElsewhere();
        _time = new ManualTimeProvider();
        await StartAsync();
        await _host.AppendNumberedAsync("telemetry", 0, 10);
    }

    [TearDown]
    public async Task TearDown()
    {
        await _host.DisposeAsync();
        _folder.Dispose();
    }

    [Test]
    public async Task A_cursor_is_made_read_from_committed_and_found_again_after_a_restart()
    {
        Assert.That((await SendAsync("PUT", "telemetry/cursors/reports")).Status, Is.EqualTo(HttpStatusCode.Created));
        Assert.That(await ReadAsync("telemetry/records?cursor=reports&max=4"), Is.EqualTo(new[] { "0", "1", "2", "3" }));
        Assert.That(await ReadAsync("telemetry/records?cursor=reports&max=1"), Is.EqualTo(new[] { "0" }), "reading alone commits nothing");
        var committed = await SendAsync("POST", "telemetry/cursors/reports/commit", """{"next":4}""");
        Assert.That((committed.Status, Number(committed, "nextOffset"), Number(committed, "lagRecords")), Is.EqualTo((HttpStatusCode.OK, 4L, 6L)));
        await RestartAsync();

        Assert.That((await SendAsync("PUT", "telemetry/cursors/reports", """{"from":"latest"}""")).Status, Is.EqualTo(HttpStatusCode.OK), "it is there already");
        Assert.That(await ReadAsync("telemetry/records?cursor=reports"), Is.EqualTo(new[] { "4", "5", "6", "7", "8", "9" }));
        var shown = (await SendAsync("GET", "telemetry")).Body.GetProperty("consumers")[0];
        Assert.That((shown.GetProperty("kind").GetString(), shown.GetProperty("name").GetString(), shown.GetProperty("nextOffset").GetInt64()), Is.EqualTo(("cursor", "reports", 4L)));
    }

    [TestCase("\"oldest\"", 0)]
    [TestCase("\"latest\"", 10)]
    [TestCase("7", 7)]
    [TestCase("\"7\"", 7)]
    [TestCase("\"2001-01-01T00:00:00Z\"", 0)]
    public async Task It_begins_where_it_is_told(string from, long offset) =>
        Assert.That(Number(await SendAsync("PUT", "telemetry/cursors/c", $$"""{"from":{{from}}}"""), "nextOffset"), Is.EqualTo(offset));

    [Test]
    public async Task A_commit_never_goes_back_and_a_seek_does()
    {
        await SendAsync("PUT", "telemetry/cursors/c", """{"from":6}""");

        var back = await SendAsync("POST", "telemetry/cursors/c/commit", """{"next":5}""");
        Assert.That((back.Status, back.Message), Is.EqualTo((HttpStatusCode.Conflict, back.Message)));
        Assert.That(back.Message, Does.Contain("stands at 6").And.Contain("not go back to 5").And.Contain("seek"));
        Assert.That((await SendAsync("POST", "telemetry/cursors/c/commit", """{"next":6}""")).Status, Is.EqualTo(HttpStatusCode.OK), "the same again, after a lost answer");
        Assert.That(Number(await SendAsync("POST", "telemetry/cursors/c/seek", """{"to":2}"""), "nextOffset"), Is.EqualTo(2));
        await RestartAsync();
        Assert.That(await ReadAsync("telemetry/records?cursor=c&max=1"), Is.EqualTo(new[] { "2" }));
    }

    [TestCase("PUT", "telemetry/cursors/.x", "{}", HttpStatusCode.BadRequest, "no cursor's name")]
    [TestCase("PUT", "telemetry/cursors/a%2Fb", "{}", HttpStatusCode.BadRequest, "no cursor's name")]
    [TestCase("PUT", "telemetry/cursors/c", """{"from":11}""", HttpStatusCode.BadRequest, "beyond the end of stream 'telemetry': it has 0 to 9, and the next record gets 10")]
    [TestCase("PUT", "telemetry/cursors/c", """{"from":"3000-01-01T00:00:00Z"}""", HttpStatusCode.BadRequest, "a time to come")]
    [TestCase("PUT", "telemetry/cursors/c", """{"from":[1]}""", HttpStatusCode.BadRequest, "no place in a stream")]
    [TestCase("PUT", "telemetry/cursors/c", """{"form":1}""", HttpStatusCode.BadRequest, "'form' is no known key; use 'from'")]
    [TestCase("PUT", "nowhere/cursors/c", "{}", HttpStatusCode.NotFound, "No stream is named 'nowhere'")]
    [TestCase("POST", "telemetry/cursors/none/commit", """{"next":1}""", HttpStatusCode.NotFound, "has no cursor 'none'. It has: here.")]
    [TestCase("POST", "telemetry/cursors/here/commit", """{"next":11}""", HttpStatusCode.BadRequest, "beyond the end")]
    [TestCase("POST", "telemetry/cursors/here/commit", """{"next":-1}""", HttpStatusCode.BadRequest, "no offset")]
    [TestCase("POST", "telemetry/cursors/here/commit", "{}", HttpStatusCode.BadRequest, "no offset")]
    [TestCase("POST", "telemetry/cursors/here/seek", "{}", HttpStatusCode.BadRequest, "'to' is missing")]
    [TestCase("DELETE", "telemetry/cursors/none", null, HttpStatusCode.NotFound, "It has: here.")]
    [TestCase("GET", "telemetry/records?cursor=none", null, HttpStatusCode.NotFound, "has no cursor 'none'")]
    [TestCase("GET", "telemetry/records?cursor=here&from=1", null, HttpStatusCode.BadRequest, "both given")]
    [TestCase("GET", "telemetry/records?from=3000-01-01", null, HttpStatusCode.BadRequest, "a time to come")]
    [TestCase("GET", "telemetry/tail?cursor=.", null, HttpStatusCode.BadRequest, "no cursor's name")]
    public async Task What_is_wrong_is_told_with_what_would_be_right(string method, string path, string? body, HttpStatusCode status, string message)
    {
        await SendAsync("PUT", "telemetry/cursors/here");

        var answer = await SendAsync(method, path, body);

        Assert.That((answer.Status, answer.Message), Is.EqualTo((status, answer.Message)));
        Assert.That(answer.Message, Does.Contain(message));
    }

    [Test]
    public async Task A_deleted_cursor_is_forgotten_for_good()
    {
        await SendAsync("PUT", "telemetry/cursors/c", """{"from":5}""");

        Assert.That((await SendAsync("DELETE", "telemetry/cursors/c")).Status, Is.EqualTo(HttpStatusCode.NoContent));
        Assert.That((await SendAsync("GET", "telemetry/cursors")).Body.GetRawText(), Is.EqualTo("""{"cursors":[]}"""));
        Assert.That(Number(await SendAsync("PUT", "telemetry/cursors/c"), "nextOffset"), Is.Zero, "a later one of its name begins anew");
    }

    [Test]
    public async Task A_stream_has_a_bounded_number_of_cursors()
    {
        var answers = new List<HttpStatusCode>();
        for (var number = 0; number < 33; number++)
        {
            answers.Add((await SendAsync("PUT", $"telemetry/cursors/c{number}")).Status);
        }

        Assert.That(answers.Count(status => status == HttpStatusCode.Created), Is.EqualTo(32));
        Assert.That((await SendAsync("PUT", "telemetry/cursors/more")).Message, Does.Contain("32 cursors").And.Contain("c31"));
    }

    [Test]
    public async Task Records_that_are_gone_are_told_in_a_header()
    {
        await SendAsync("PUT", "made", """{"retention":{"records":16},"durability":"crash"}""");
        await _host.AppendNumberedAsync("made", 0, 1);
        for (var number = 1; number < 100; number++)
        {
            await _host.AppendNumberedAsync("made", number, 1);
        }

        await Eventually.IsTrueAsync(() => _host.Catalog.Get(StreamName.Parse("made")).FirstOffset > 50, "the retention to be kept");
        using var answer = await _host.Http.GetAsync("/api/v1/streams/made/records?from=3&max=1");

        var first = _host.Catalog.Get(StreamName.Parse("made")).FirstOffset;
        Assert.That(answer.Headers.GetValues("Roost-Skipped-Records").Single(), Is.EqualTo($"{first - 3}"));
    }

    [Test]
    public async Task A_stream_that_is_used_is_deleted_only_by_force_and_its_successor_has_none_of_its_cursors()
    {
        await SendAsync("PUT", "made");
        await SendAsync("PUT", "made/cursors/reports");
        _functions.Positions["made"] = [new StreamConsumer("function", "on-record", 0)];

        var refused = await SendAsync("DELETE", "made");
        Assert.That((refused.Status, refused.Message), Is.EqualTo((HttpStatusCode.Conflict, refused.Message)));
        Assert.That(refused.Message, Does.Contain("used by cursor reports, function on-record").And.Contain("--force"));
        Assert.That((await SendAsync("DELETE", "made?force=true")).Status, Is.EqualTo(HttpStatusCode.NoContent));
        await SendAsync("PUT", "made");
        Assert.That((await SendAsync("GET", "made/cursors")).Body.GetRawText(), Is.EqualTo("""{"cursors":[]}"""));
    }

    [Test]
    public async Task A_stream_of_the_configuration_that_is_used_is_not_deleted_and_nothing_hints_at_force([Values("", "?force=true")] string force)
    {
        await SendAsync("PUT", "telemetry/cursors/reports");

        var refused = await SendAsync("DELETE", $"telemetry{force}");

        Assert.That((refused.Status, refused.Message), Is.EqualTo((HttpStatusCode.Conflict, refused.Message)));
        Assert.That(refused.Message, Does.Contain("comes from the configuration and is changed there").And.Not.Contain("force"));
    }

    [Test]
    public async Task A_full_stream_that_refuses_takes_records_again_as_soon_as_all_consumers_have_passed()
    {
        await SendAsync("PUT", "made", """{"full":"reject","retention":{"records":16}}""");
        await SendAsync("PUT", "made/cursors/fast");
        await SendAsync("PUT", "made/cursors/slow");
        await _host.AppendNumberedAsync("made", 0, 16);
        await SendAsync("POST", "made/cursors/fast/commit", """{"next":16}""");
        await SendAsync("POST", "made/cursors/slow/commit", """{"next":1}""");

        var refused = await SendAsync("POST", "made/records", """{"data":"x"}""");
        Assert.That((refused.Status, refused.Message), Is.EqualTo((HttpStatusCode.InsufficientStorage, refused.Message)));
        Assert.That(refused.Message, Does.Contain("cursor slow holds what could be freed: it stands at 1, 15 records behind").And.Contain("roost stream cursor delete made slow"));
        Assert.That((await SendAsync("GET", "made")).Body.GetProperty("refusal").GetString(), Is.EqualTo(refused.Message));

        await SendAsync("POST", "made/cursors/slow/commit", """{"next":16}""");
        _time.Advance(TimeSpan.FromMilliseconds(150)); // a full stream looks ten times a second at most
        Assert.That((await SendAsync("POST", "made/records", """{"records":[{"data":"x"},{"data":"y"}]}""")).Status, Is.EqualTo(HttpStatusCode.OK));
        Assert.That((await SendAsync("GET", "made")).Body.GetProperty("refusal").ValueKind, Is.EqualTo(JsonValueKind.Null));
    }

    [Test]
    public async Task Nothing_goes_while_the_functions_are_not_known_or_behind()
    {
        await SendAsync("PUT", "made", """{"retention":{"records":1000,"consumed":"free"}}""");
        _functions.Positions["made"] = null;
        await SendAsync("PUT", "made/cursors/c");
        await _host.AppendNumberedAsync("made", 0, 300);
        await SendAsync("POST", "made/cursors/c/commit", """{"next":300}""");
        _time.Advance(TimeSpan.FromSeconds(10));
        Assert.That(_host.Catalog.Get(StreamName.Parse("made")).FirstOffset, Is.Zero, "they have not started");

        _functions.Positions["made"] = [new StreamConsumer("function", "f", 0)];
        _time.Advance(TimeSpan.FromSeconds(10));
        Assert.That(_host.Catalog.Get(StreamName.Parse("made")).FirstOffset, Is.Zero, "one is behind");

        _functions.Positions["made"] = [new StreamConsumer("function", "f", 300)];
        await Eventually.IsTrueAsync(
            () =>
            {
                _time.Advance(TimeSpan.FromSeconds(2));
                return _host.Catalog.Get(StreamName.Parse("made")).FirstOffset > 0;
            }, "what all have passed to go");
    }

    [Test]
    public async Task History_stays_where_it_is_kept()
    {
        await SendAsync("PUT", "made", """{"full":"reject","retention":{"records":16,"consumed":"keep"}}""");
        await SendAsync("PUT", "made/cursors/c");
        await _host.AppendNumberedAsync("made", 0, 16);
        await SendAsync("POST", "made/cursors/c/commit", """{"next":16}""");
        _time.Advance(TimeSpan.FromSeconds(10));

        var refused = await SendAsync("POST", "made/records", """{"data":"x"}""");

        Assert.That((refused.Status, _host.Catalog.Get(StreamName.Parse("made")).FirstOffset), Is.EqualTo((HttpStatusCode.InsufficientStorage, 0L)));
    }

    private static long Number((HttpStatusCode Status, JsonElement Body, string? Message) answer, string name) => answer.Body.GetProperty(name).GetInt64();

    private async Task StartAsync() => _host = await StreamsHost.StartAsync(
        _folder.Path, services => services.AddSingleton<IStreamConsumers>(_functions).AddSingleton<TimeProvider>(_time), options => options["telemetry"] = new StreamOptions(), null);

    private async Task RestartAsync()
    {
        await _host.DisposeAsync();
        await StartAsync();
    }

    private async Task<List<string>> ReadAsync(string path)
    {
        var lines = (await _host.Http.GetStringAsync($"/api/v1/streams/{path}")).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return [.. lines.Select(line => JsonDocument.Parse(line).RootElement.GetProperty("data").GetString()!)];
    }

    private async Task<(HttpStatusCode Status, JsonElement Body, string? Message)> SendAsync(string method, string path, string? body = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Parse(method), $"/api/v1/streams/{path}");
        request.Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json");
        using var answer = await _host.Http.SendAsync(request);
        var root = answer.StatusCode == HttpStatusCode.NoContent ? default : await answer.Content.ReadFromJsonAsync<JsonElement>();
        return (answer.StatusCode, root, root.ValueKind == JsonValueKind.Object && root.TryGetProperty("message", out var message) ? message.GetString() : null);
    }

    private sealed class FunctionsElsewhere : IStreamConsumers
    {
        public Dictionary<string, IReadOnlyList<StreamConsumer>?> Positions { get; } = [];

        public IReadOnlyList<StreamConsumer>? Of(StreamName stream) => Positions.TryGetValue(stream.Value, out var known) ? known : [];
    }
}
