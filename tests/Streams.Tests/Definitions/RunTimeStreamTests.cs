using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Roost.Storage;
using Roost.Tests.Support;

namespace Roost.Streams.Tests.Definitions;

/// <summary>Streams that are made, changed and deleted while the daemon runs, over HTTP.</summary>
public sealed class RunTimeStreamTests
{
    private static readonly StreamName s_made = StreamName.Parse("made");

    private TemporaryFolder _folder = null!;
    private StreamsHost _host = null!;

    [SetUp]
    public async Task SetUp()
    {
        _folder = new TemporaryFolder();
        _host = await StreamsHost.StartAsync(_folder.Path, "telemetry");
    }

    [TearDown]
    public async Task TearDown()
    {
        await _host.DisposeAsync();
        _folder.Dispose();
    }

    [Test]
    public async Task A_stream_that_was_made_takes_records_and_is_there_after_a_restart_as_it_was_defined()
    {
        var made = await PutAsync("made", """{"retention":{"bytes":"1MiB","age":"7d","records":1000},"full":"reject","durability":"crash","maxRecord":"64KiB"}""");
        Assert.That((made.Status, made.Body.GetProperty("origin").GetString(), made.Body.GetProperty("configured").GetBoolean()), Is.EqualTo((HttpStatusCode.Created, "api", true)));
        await _host.AppendNumberedAsync("made", 0, 3);
        await RestartAsync();

        var after = await GetAsync("made");
        Assert.That(_host.Catalog.Get(s_made).ReadAll(), Is.EqualTo(new[] { "0", "1", "2" }));
        Assert.That(after.GetProperty("id").GetString(), Is.EqualTo(made.Body.GetProperty("id").GetString()).And.Length.EqualTo(16));
        Assert.That(after.GetProperty("retention").GetRawText(), Is.EqualTo("""{"bytes":1048576,"ageSeconds":604800,"records":1000,"consumed":"free"}"""));
        Assert.That((after.GetProperty("full").GetString(), after.GetProperty("durability").GetString(), after.GetProperty("maxRecordBytes").GetInt32()), Is.EqualTo(("reject", "crash", 65536)));
        await _host.AppendNumberedAsync("made", 3, 1);
    }

    [Test]
    public async Task Making_it_again_defines_it_anew_unless_it_has_to_be_new()
    {
        await PutAsync("made", """{"full":"reject"}""");

        Assert.That((await PutAsync("made", "")).Status, Is.EqualTo(HttpStatusCode.OK));
        Assert.That((await GetAsync("made")).GetProperty("full").GetString(), Is.EqualTo("drop-oldest"), "what is not said has its default");
        using var request = new HttpRequestMessage(HttpMethod.Put, "/api/v1/streams/made");
        request.Headers.TryAddWithoutValidation("If-None-Match", "*");
        using var answer = await _host.Http.SendAsync(request);
        Assert.That((answer.StatusCode, await answer.Content.ReadAsStringAsync()), Is.EqualTo((HttpStatusCode.Conflict, await answer.Content.ReadAsStringAsync())));
        Assert.That(await answer.Content.ReadAsStringAsync(), Does.Contain("there already").And.Contain("roost stream update made"));
    }

    [Test]
    public async Task A_change_is_in_force_at_once_and_leaves_what_it_does_not_name()
    {
        await PutAsync("made", """{"full":"reject","retention":{"records":2}}""");
        await _host.AppendNumberedAsync("made", 0, 2);
        Assert.That(async () => await _host.AppendNumberedAsync("made", 2, 1), Throws.TypeOf<Storage.Logs.LogFullException>());

        var changed = await SendAsync(HttpMethod.Patch, "made", """{"retention":{"records":null}}""");

        Assert.That((changed.Status, changed.Body.GetProperty("full").GetString()), Is.EqualTo((HttpStatusCode.OK, "reject")));
        await _host.AppendNumberedAsync("made", 2, 1);
        await RestartAsync();
        await _host.AppendNumberedAsync("made", 3, 1);
        Assert.That(_host.Catalog.Get(s_made).ReadAll(), Has.Count.EqualTo(4));
    }

    [TestCase("""{"retention":{"bytes":1}}""", "retention.bytes is 1; use at least 64KiB, or none for no limit.")]
    [TestCase("""{"retention":{"bytes":"much"}}""", "retention.bytes is \"much\"; write a whole number of bytes, or with kB, MB, GB, KiB, MiB or GiB, like 256KiB.")]
    [TestCase("""{"retention":{"age":7}}""", "retention.age is 7; write a whole number with ms, s, m, h or d, like 30s, or none for no limit.")]
    [TestCase("""{"retention":{"age":"500ms"}}""", "retention.age is 500ms; use at least 1s, or none for no limit.")]
    [TestCase("""{"retention":{"records":0}}""", "retention.records is 0; use at least 1, or none for no limit.")]
    [TestCase("""{"retention":{"days":7}}""", "retention.days is no known key; use bytes, age, records, consumed")]
    [TestCase("""{"retention":"7d"}""", "retention is a single value (\"7d\"); write an object with any of bytes, age, records, consumed")]
    [TestCase("""{"full":"drop"}""", "full is \"drop\"; use one of drop-oldest, reject.")]
    [TestCase("""{"retention":{"consumed":"eat"}}""", "retention.consumed is \"eat\"; use one of keep, free.")]
    [TestCase("""{"priority":0}""", "priority is 0; use 1 (kept longest) to 9.")]
    [TestCase("""{"compression":"zip"}""", "compression is \"zip\"; use one of ")]
    [TestCase("""{"durability":1}""", "durability is 1; use one of power-loss, crash, memory.")]
    [TestCase("""{"maxRecord":"1GiB"}""", "maxRecord is 1073741824; use 1KiB to 64MiB.")]
    [TestCase("""{"maxRecord":"9TiB"}""", "maxRecord is 2147483647; use 1KiB to 64MiB.")]
    [TestCase("""{"age":"7d"}""", "age is no known key; use retention, full, durability, compression, verifyEvery, priority, maxRecord")]
    [TestCase("[]", "The definition is a list")]
    [TestCase("{", "The body is no valid JSON")]
    public async Task A_wrong_definition_is_refused_with_place_and_remedy_and_nothing_is_made(string body, string message)
    {
        var answer = await PutAsync("made", body);

        Assert.That((answer.Status, Message(answer.Body)), Is.EqualTo((HttpStatusCode.BadRequest, Message(answer.Body))));
        Assert.That(Message(answer.Body), Does.Contain(message));
        Assert.That(_host.Catalog.TryGet(s_made, out _), Is.False);
        Assert.That(Directory.EnumerateDirectories(_folder.Path).Select(Path.GetFileName), Is.EqualTo(new[] { "telemetry" }));
    }

    [Test]
    public async Task All_faults_of_a_definition_are_told_at_once()
    {
        var answer = await PutAsync("made", """{"full":"x","durability":"y","retention":{"age":1,"bytes":-1}}""");

        Assert.That(answer.Body.GetProperty("faults").EnumerateArray().Select(fault => fault.GetString()!.Split(' ')[0]), Is.EquivalentTo(new[] { "full", "durability", "retention.age", "retention.bytes" }));
    }

    [TestCase("telemetry", HttpStatusCode.Conflict, "comes from the configuration", Description = "the file wins")]
    [TestCase("$mine", HttpStatusCode.Conflict, "begin with $")]
    [TestCase("Telemetry", HttpStatusCode.Conflict, "only by capital letters")]
    [TestCase(".hidden", HttpStatusCode.BadRequest, "no stream name")]
    [TestCase("%2e%2e%2fpasswd", HttpStatusCode.BadRequest, "no stream name")]
    [TestCase("a%2Fb", HttpStatusCode.BadRequest, "no stream name")]
    [TestCase("a%00b", HttpStatusCode.BadRequest, null)]
    [TestCase("%F0%9F%A4%96", HttpStatusCode.BadRequest, "no stream name")]
    public async Task A_name_that_cannot_be_is_refused(string name, HttpStatusCode status, string? message)
    {
        using var content = new StringContent("{}", Encoding.UTF8, "application/json");
        using var answer = await _host.Http.PutAsync(new Uri($"{_host.Http.BaseAddress}api/v1/streams/{name}", new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }), content);

        Assert.That(answer.StatusCode, Is.EqualTo(status));
        Assert.That(await answer.Content.ReadAsStringAsync(), Does.Contain(message ?? ""));
        Assert.That(Directory.EnumerateDirectories(_folder.Path).Select(Path.GetFileName), Is.EqualTo(new[] { "telemetry" }));
    }

    [TestCase(128, HttpStatusCode.Created)]
    [TestCase(129, HttpStatusCode.BadRequest)]
    public async Task The_longest_name_is_the_longest(int length, HttpStatusCode status) =>
        Assert.That((await PutAsync(new string('n', length), "{}")).Status, Is.EqualTo(status));

    [Test]
    public async Task Ten_thousand_streams_are_not_made()
    {
        var refused = new List<string>();
        for (var number = 0; number < 10_000 && refused.Count == 0; number++)
        {
            var answer = await PutAsync($"s{number}", """{"durability":"memory"}""");
            if (answer.Status != HttpStatusCode.Created)
            {
                refused.Add($"{number}: {answer.Status} {Message(answer.Body)}");
            }
        }

        Assert.That(refused, Has.Count.EqualTo(1));
        Assert.That(refused[0], Does.StartWith("255: Conflict ").And.Contain("256 streams already").And.Contain("Delete one"));
        Assert.That((await SendAsync(HttpMethod.Delete, "s7", null)).Status, Is.EqualTo(HttpStatusCode.NoContent));
        Assert.That((await PutAsync("another", "{}")).Status, Is.EqualTo(HttpStatusCode.Created));
    }

    [Test]
    public async Task Durability_changes_between_crash_and_power_loss_and_not_to_memory()
    {
        await PutAsync("made", "{}");

        Assert.That((await SendAsync(HttpMethod.Patch, "made", """{"durability":"crash"}""")).Status, Is.EqualTo(HttpStatusCode.OK));
        var refused = await SendAsync(HttpMethod.Patch, "made", """{"durability":"memory"}""");
        Assert.That((refused.Status, _host.Catalog.Get(s_made).Describe().Durability), Is.EqualTo((HttpStatusCode.Conflict, Durability.Crash)));
    }

    [TestCase("PATCH", "telemetry", HttpStatusCode.Conflict, "edit or remove streams.telemetry")]
    [TestCase("DELETE", "telemetry?force=true", HttpStatusCode.Conflict, "edit or remove streams.telemetry")]
    [TestCase("DELETE", "telemetry?force=1", HttpStatusCode.BadRequest, null)]
    [TestCase("PATCH", "nowhere", HttpStatusCode.NotFound, "There are: telemetry")]
    [TestCase("DELETE", "nowhere", HttpStatusCode.NotFound, "roost stream create nowhere")]
    public async Task What_cannot_be_changed_is_refused_with_what_to_do(string method, string name, HttpStatusCode status, string? message)
    {
        var answer = await SendAsync(HttpMethod.Parse(method), name, "{}");

        Assert.That((answer.Status, Message(answer.Body)), Is.EqualTo((status, Message(answer.Body))));
        Assert.That(Message(answer.Body), Does.Contain(message ?? ""));
        await _host.AppendNumberedAsync("telemetry", 0, 1);
    }

    [Test]
    public async Task A_stream_that_left_the_configuration_is_made_anew_with_its_records_or_deleted()
    {
        await _host.AppendNumberedAsync("telemetry", 0, 3);
        await _host.DisposeAsync();
        _host = await StreamsHost.StartAsync(_folder.Path, "other");
        Assert.That((await GetAsync("telemetry")).GetProperty("origin").GetString(), Is.EqualTo("removed"));

        Assert.That((await PutAsync("telemetry", "{}")).Status, Is.EqualTo(HttpStatusCode.OK));
        await _host.AppendNumberedAsync("telemetry", 3, 1);
        Assert.That(_host.Catalog.Get(Some.Telemetry).ReadAll(), Has.Count.EqualTo(4));
        Assert.That((await SendAsync(HttpMethod.Delete, "telemetry", null)).Status, Is.EqualTo(HttpStatusCode.NoContent));
        Assert.That(Directory.Exists(_folder["telemetry"]), Is.False);
    }

    [Test]
    public async Task The_configuration_wins_over_what_was_made()
    {
        await PutAsync("made", """{"full":"reject"}""");
        var id = _host.Catalog.Get(s_made).Id;
        await _host.DisposeAsync();
        _host = await StreamsHost.StartAsync(_folder.Path, "made");

        var shown = await GetAsync("made");
        Assert.That((shown.GetProperty("origin").GetString(), shown.GetProperty("full").GetString(), shown.GetProperty("id").GetString()), Is.EqualTo(("configuration", "drop-oldest", id)));
    }

    [Test]
    public async Task A_deleted_stream_is_gone_with_its_records_and_a_later_one_of_its_name_is_another()
    {
        await PutAsync("made", "{}");
        await _host.AppendNumberedAsync("made", 0, 100);
        var old = _host.Catalog.Get(s_made);
        var id = old.Id;
        using var reader = old.OpenReader(10);

        Assert.That((await SendAsync(HttpMethod.Delete, "made", null)).Status, Is.EqualTo(HttpStatusCode.NoContent));
        Assert.That((await SendAsync(HttpMethod.Get, "made", null)).Status, Is.EqualTo(HttpStatusCode.NotFound));
        Assert.That(Directory.EnumerateDirectories(_folder.Path).Select(Path.GetFileName), Is.EqualTo(new[] { "telemetry" }));
        Assert.That(old.Deleted.IsCompletedSuccessfully);

        await PutAsync("made", "{}");
        await _host.AppendNumberedAsync("made", 500, 20);
        Assert.That(_host.Catalog.Get(s_made).ReadAll()[0], Is.EqualTo("500"));
        Assert.That(_host.Catalog.Get(s_made).Id, Is.Not.EqualTo(id));
        Assert.That(() => reader.TryRead(10, 1000, out _), Throws.TypeOf<StreamRefusedException>().With.Message.EqualTo("Stream 'made' was deleted."), "it does not read the new one's records");
        Assert.That(async () => await old.AppendAsync(Some.Record("x")), Throws.TypeOf<StreamRefusedException>().With.Message.Contains("deleted"));
    }

    [Test]
    public async Task Readers_that_wait_and_tails_end_with_the_reason()
    {
        await PutAsync("made", "{}");
        using var lines = await _host.Http.GetAsync("/api/v1/streams/made/tail?last=1", HttpCompletionOption.ResponseHeadersRead);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/streams/made/tail");
        request.Headers.Add("Accept", "text/event-stream");
        using var events = await _host.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        using var reader = _host.Catalog.Get(s_made).OpenReader(0);
        var waiting = reader.ReadAsync(1, 1000).AsTask();

        await SendAsync(HttpMethod.Delete, "made", null);

        Assert.That(await lines.Content.ReadAsStringAsync(), Is.EqualTo("{\"message\":\"Stream 'made' was deleted.\"}\n"));
        Assert.That(await events.Content.ReadAsStringAsync(), Is.EqualTo("event: end\ndata: {\"message\":\"Stream 'made' was deleted.\"}\n\n"));
        Assert.That(async () => await waiting, Throws.TypeOf<StreamRefusedException>().With.Property(nameof(StreamRefusedException.IsDeleted)).True);
    }

    [Test]
    public async Task A_request_that_waits_for_a_record_of_it_is_answered_410()
    {
        await PutAsync("made", "{}");
        var waiting = SendAsync(HttpMethod.Get, "made/records?wait=60", null);
        var old = _host.Catalog.Get(s_made);
        await Task.WhenAny(waiting, SendAsync(HttpMethod.Delete, "made", null));
        await old.Deleted;

        Assert.That((await waiting).Status, Is.EqualTo(HttpStatusCode.Gone).Or.EqualTo(HttpStatusCode.NotFound), "the request may come after the deletion");
    }

    [Test]
    public async Task Making_deleting_and_appending_at_once_loses_nothing_that_one_stream_acknowledged_and_ends_in_order()
    {
        var stop = TimeProvider.System.GetTimestamp();
        var appending = Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            while (TimeProvider.System.GetElapsedTime(stop) < TimeSpan.FromSeconds(1.5))
            {
                try
                {
                    if (_host.Catalog.TryGet(s_made, out var stream))
                    {
                        var at = (await stream.AppendAsync([Some.Record(1), Some.Record(2)])).FirstOffset;
                        using var reader = stream.OpenReader(at);
                        if (!reader.TryRead(1, 1000, out var records) || records[0].Offset != at)
                        {
                            throw new AssertionException($"record {at} is not there");
                        }
                    }
                }
                catch (StreamRefusedException)
                {
                    // deleted meanwhile
                }
            }
        })).ToList();
        var (made, deleted) = (0, 0);
        while (TimeProvider.System.GetElapsedTime(stop) < TimeSpan.FromSeconds(1.5))
        {
            made += (await PutAsync("made", "{}")).Status == HttpStatusCode.Created ? 1 : 0;
            var pair = await Task.WhenAll(SendAsync(HttpMethod.Delete, "made", null), SendAsync(HttpMethod.Delete, "made", null));
            deleted += pair.Count(answer => answer.Status == HttpStatusCode.NoContent);
        }

        await Task.WhenAll(appending);
        Assert.That((deleted, made), Is.EqualTo((made, made)), "each is deleted once");
        Assert.That(made, Is.GreaterThan(0));
        Assert.That(Directory.EnumerateDirectories(_folder.Path).Select(Path.GetFileName), Is.EqualTo(new[] { "telemetry" }));
    }

    private static string Message(JsonElement body) => body.GetProperty("message").GetString()!;

    private async Task RestartAsync()
    {
        await _host.DisposeAsync();
        _host = await StreamsHost.StartAsync(_folder.Path, "telemetry");
    }

    private Task<JsonElement> GetAsync(string name) => _host.Http.GetFromJsonAsync<JsonElement>($"/api/v1/streams/{name}");

    private Task<(HttpStatusCode Status, JsonElement Body)> PutAsync(string name, string body) => SendAsync(HttpMethod.Put, name, body);

    private async Task<(HttpStatusCode Status, JsonElement Body)> SendAsync(HttpMethod method, string name, string? body)
    {
        using var request = new HttpRequestMessage(method, $"/api/v1/streams/{name}");
        request.Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json");
        using var answer = await _host.Http.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        return (answer.StatusCode, text.StartsWith('{') && !text.TrimEnd().Contains('\n') ? JsonDocument.Parse(text).RootElement : default);
    }
}
