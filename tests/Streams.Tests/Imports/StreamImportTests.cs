using System.Globalization;
using System.Net;
using System.Text;
using Roost.Mqtt;
using Roost.Streams.Imports;
using Roost.Tests.Support;

namespace Roost.Streams.Tests.Imports;

public sealed class StreamImportTests
{
    private const string Path = "/api/v1/streams/telemetry/import?gateway=0123456789abcdef&stream=far&id=f00d";

    private static readonly ImportOrigin s_origin = new("0123456789abcdef", StreamName.Parse("far"), "f00d");

    private TemporaryFolder _folder = null!;
    private StreamsHost _host = null!;

    [SetUp]
    public async Task Start()
    {
        _folder = new TemporaryFolder();
        _host = await StreamsHost.StartAsync(_folder.Path, "telemetry");
    }

    [TearDown]
    public async Task Stop()
    {
        await _host.DisposeAsync();
        _folder.Dispose();
    }

    [Test]
    public async Task Records_come_with_all_they_had_and_with_where_they_are_from()
    {
        var answer = await PostAsync(7, 10, """
            {"stream":"far","offset":7,"timestamp":"2026-11-21T10:00:00.1234567Z","topic":"robots/vac-1","headers":[["colour","red"]],"data":"a\nb"}
            {"stream":"far","offset":9,"timestamp":"2026-11-21T10:00:01Z","key":"","dataBase64":"/wA="}

            """.ReplaceLineEndings("\n"));

        Assert.That(answer, Is.EqualTo("""200 {"imported":2,"next":10}"""));
        var records = Read();
        Assert.That((records[0].Key, records[0].KeyIsTopic, records[1].KeyIsTopic), Is.EqualTo(("robots/vac-1", true, false)));
        Assert.That(records[0].Headers, Is.EqualTo(new[]
        {
            new UserProperty("colour", "red"), new UserProperty("roost-origin", "0123456789abcdef/far/f00d"), new UserProperty("roost-origin-offset", "7"),
            new UserProperty("roost-origin-timestamp", "2026-11-21T10:00:00.1234567Z"),
        }));
        Assert.That(Encoding.UTF8.GetString(records[0].Payload.Span), Is.EqualTo("a\nb"));
        Assert.That(records[1].Payload.ToArray(), Is.EqualTo(new byte[] { 0xFF, 0x00 }));
    }

    [Test]
    public async Task Records_of_a_producer_and_those_with_what_a_later_version_adds_are_taken()
    {
        Assert.That(
            await PostAsync(0, 1, """{"stream":"far","offset":0,"timestamp":"2026-11-21T10:00:00Z","key":"k","producer":{"id":"plc","epoch":3,"sequence":7},"colours":["red"],"data":"a"}"""),
            Is.EqualTo("""200 {"imported":1,"next":1}"""));

        var record = Read().Single();
        Assert.That((record.Producer, Encoding.UTF8.GetString(record.Payload.Span)), Is.EqualTo(((ProducerSequence?)null, "a")), "its sequence is that of the other stream");
    }

    [Test]
    public async Task What_a_producer_appended_is_read_as_it_can_be_imported()
    {
        using var body = new StringContent("""{"data":"a"}""");
        body.Headers.ContentType = new("application/json");
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/streams/telemetry/records") { Content = body };
        request.Headers.Add("Roost-Producer", "plc");
        request.Headers.Add("Roost-Producer-Epoch", "0");
        request.Headers.Add("Roost-Sequence", "0");
        using var appended = await _host.Http.SendAsync(request);
        appended.EnsureSuccessStatusCode();
        var line = await _host.Http.GetStringAsync(new Uri("/api/v1/streams/telemetry/records", UriKind.Relative));
        Assert.That(line, Does.Contain("\"producer\":"));

        Assert.That(await PostAsync(0, 1, "{\"stream\":\"far\"," + line[1..]), Is.EqualTo("""200 {"imported":1,"next":1}"""));
    }

    [TestCase(long.MaxValue)]
    [TestCase(3)]
    [TestCase(1)]
    public async Task No_more_is_noted_as_imported_than_came(long next)
    {
        Assert.That(await SendAsync(Path, 0, next, next == 1 ? "" : Lines(0, 1)), Does.StartWith("400 ").And.Contain(next == 1 ? "There is no record" : $"next={next} is not the offset after the last record, which is 1"));

        Assert.That(await PostAsync(0, 5), Is.EqualTo("""200 {"imported":5,"next":5}"""), "what came before does not stand in the way");
    }

    [Test]
    public async Task What_is_there_already_is_not_appended_again()
    {
        await PostAsync(0, 5);
        Assert.That(await PostAsync(0, 5), Is.EqualTo("""200 {"imported":0,"next":5}"""));
        Assert.That(await PostAsync(3, 8), Is.EqualTo("""200 {"imported":3,"next":8}"""));
        await _host.DisposeAsync();
        _host = await StreamsHost.StartAsync(_folder.Path, "telemetry");
        Assert.That(await PostAsync(0, 8), Is.EqualTo("""200 {"imported":0,"next":8}"""));

        Assert.That(OriginOffsets(), Is.EqualTo(Enumerable.Range(0, 8)));
    }

    [Test]
    public async Task Another_stream_of_the_same_name_begins_anew()
    {
        await PostAsync(0, 5);
        var other = Path.Replace("f00d", "beef", StringComparison.Ordinal);

        Assert.That(await SendAsync(other, 0, 2, Lines(0, 2)), Is.EqualTo("""200 {"imported":2,"next":2}"""));
    }

    [Test]
    public async Task Missing_records_are_told_unless_they_are_allowed_to_miss()
    {
        Assert.That(await PostAsync(10, 12), Is.EqualTo("""200 {"imported":2,"next":12}"""), "the first import begins where it begins");

        var gap = await PostAsync(15, 17);
        Assert.That(gap, Does.StartWith("409 ").And.Contain("Records 12 to 14 of stream 'far' of gateway 0123456789abcdef are missing"));
        Assert.That(await PostAsync(15, 17, query: "&gaps=allow"), Is.EqualTo("""200 {"imported":2,"next":17}"""));
        Assert.That(OriginOffsets(), Is.EqualTo(new[] { 10, 11, 15, 16 }));
    }

    /// <summary>As many records of the batch as were durable when the daemon was killed, from none to all, with others' between them.</summary>
    [Test]
    public async Task A_crash_between_the_records_and_the_note_repeats_none_and_loses_none([Range(0, 4)] int durable)
    {
        await PostAsync(0, 3);
        var stream = _host.Catalog.Get(Some.Telemetry);
        new ImportNote(3, stream.NextOffset).Write(System.IO.Path.Combine(_folder.Path, "telemetry", s_origin.NoteFileName), s_origin);
        await _host.AppendNumberedAsync("telemetry", 100, 2);
        for (var offset = 3; offset < 3 + durable; offset++)
        {
            await stream.AppendAsync(new NewRecord
            {
                Key = "",
                Payload = "x"u8.ToArray(),
                Headers = [new UserProperty("roost-origin", s_origin.Text), new UserProperty("roost-origin-offset", offset.ToString(CultureInfo.InvariantCulture)), new UserProperty("roost-origin-timestamp", "")],
            });
        }

        await _host.DisposeAsync();
        _host = await StreamsHost.StartAsync(_folder.Path, "telemetry");
        Assert.That(await _host.Http.GetStringAsync(new Uri(Path, UriKind.Relative)), Is.EqualTo($$"""{"next":{{3 + durable}}}""" + "\n"));
        await PostAsync(3, 7);

        Assert.That(OriginOffsets(), Is.EqualTo(Enumerable.Range(0, 7)));
    }

    [Test]
    public async Task The_offset_of_an_import_before_the_last_does_not_count()
    {
        await PostAsync(0, 2, Lines(0, 2).Replace("\"data\"", """
            "headers":[["roost-origin","0123456789abcdef/far/f00d"],["roost-origin-offset","900"],["roost-origin-timestamp",""]],"data"
            """.Trim(), StringComparison.Ordinal));
        var path = System.IO.Path.Combine(_folder.Path, "telemetry", s_origin.NoteFileName);
        new ImportNote(0, 0).Write(path, s_origin);

        Assert.That(await PostAsync(0, 4), Is.EqualTo("""200 {"imported":2,"next":4}"""));
    }

    [TestCase("", "is no record in JSON")]
    [TestCase("[]", "is no record in JSON")]
    [TestCase("""{"stream":"far","offset":0,"timestamp":"2026-11-21T10:00:00Z"}""", "has no offset, timestamp or data")]
    [TestCase("""{"stream":"near","offset":0,"timestamp":"2026-11-21T10:00:00Z","data":""}""", "is not of stream 'far'")]
    [TestCase("""{"stream":"far","offset":5,"timestamp":"2026-11-21T10:00:00Z","data":""}""", "has offset 5, which is not from 0 on and below 5")]
    [TestCase("""{"stream":"far","offset":-1,"timestamp":"2026-11-21T10:00:00Z","data":""}""", "has no offset")]
    [TestCase("""{"stream":"far","offset":0,"timestamp":"yesterday","data":""}""", "has no offset, timestamp or data")]
    [TestCase("""{"stream":"far","offset":0,"timestamp":"2026-11-21T10:00:00Z","data":"\ud800"}""", "is no record in JSON")]
    [TestCase("""{"stream":"far","offset":0,"timestamp":"2026-11-21T10:00:00Z","dataBase64":"!"}""", "has no offset, timestamp or data")]
    [TestCase("""{"stream":"far","offset":0,"timestamp":"2026-11-21T10:00:00Z","headers":[["a"]],"data":""}""", "has a header that is no pair")]
    public async Task A_line_that_is_no_record_is_named_and_nothing_is_imported(string line, string fault)
    {
        var answer = await PostAsync(0, 5, $"{line}\n");

        Assert.That(answer, Does.StartWith("400 ").And.Contain("Line 1 ").And.Contain(fault));
        Assert.That(Read(), Is.Empty);
    }

    [TestCase("/api/v1/streams/telemetry/import?gateway=../../etc&stream=far&id=f00d&first=0&next=1")]
    [TestCase("/api/v1/streams/telemetry/import?gateway=0123456789abcdef&stream=a/b&id=f00d&first=0&next=1")]
    [TestCase("/api/v1/streams/telemetry/import?gateway=0123456789abcdef&stream=far&id=&first=0&next=1")]
    [TestCase("/api/v1/streams/telemetry/import?gateway=0123456789abcdef&stream=far&id=a&first=-1&next=1")]
    [TestCase("/api/v1/streams/telemetry/import?gateway=0123456789abcdef&stream=far&id=a&first=1&next=1")]
    public async Task An_origin_or_bounds_that_are_none_are_refused(string path)
    {
        using var body = new StringContent("");
        using var answer = await _host.Http.PostAsync(new Uri(path, UriKind.Relative), body);

        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.BadRequest));
    }

    private static string Lines(int first, int next) => string.Concat(Enumerable.Range(first, next - first).Select(offset =>
        $$"""{"stream":"far","offset":{{offset}},"timestamp":"2026-11-21T10:00:00Z","key":"k","data":"{{offset}}"}""" + "\n"));

    private Task<string> PostAsync(int first, int next, string? lines = null, string query = "") => SendAsync(Path + query, first, next, lines ?? Lines(first, next));

    private async Task<string> SendAsync(string path, int first, long next, string lines)
    {
        using var body = new StringContent(lines);
        using var answer = await _host.Http.PostAsync(new Uri($"{path}&first={first}&next={next}", UriKind.Relative), body);
        return $"{(int)answer.StatusCode} {(await answer.Content.ReadAsStringAsync()).TrimEnd()}";
    }

    private List<StreamRecord> Read()
    {
        using var reader = _host.Catalog.Get(Some.Telemetry).OpenReader(0);
        return reader.TryRead(1000, 1 << 20, out var records) ? [.. records.Select(record => record with { Payload = record.Payload.ToArray() })] : [];
    }

    private List<int> OriginOffsets() => [.. Read().SelectMany(record => record.Headers).Where(header => header.Name == "roost-origin-offset").Select(header => int.Parse(header.Value))];
}
