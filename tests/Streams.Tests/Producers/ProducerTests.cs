using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Roost.Storage.Logs;
using Roost.Tests.Support;

namespace Roost.Streams.Tests.Producers;

/// <summary>Appending with a producer's sequence, over HTTP.</summary>
public sealed class ProducerTests
{
    private TemporaryFolder _folder = null!;
    private StreamsHost _host = null!;

    [SetUp]
    public async Task SetUp()
    {
        _folder = new TemporaryFolder();
        _host = await StartAsync();
    }

    [TearDown]
    public async Task TearDown()
    {
        await _host.DisposeAsync();
        _folder.Dispose();
    }

    [Test]
    public async Task A_batch_that_is_repeated_after_a_lost_answer_gets_the_same_offsets_and_is_stored_once()
    {
        var first = await PostAsync("p", 0, 0, 3);
        Assert.That(first.Body.GetRawText(), Is.EqualTo("""{"firstOffset":0,"lastOffset":2,"count":3,"duplicates":0}"""));
        await _host.AppendNumberedAsync("telemetry", 100, 1);

        Assert.That((await PostAsync("p", 0, 0, 3)).Body.GetRawText(), Is.EqualTo("""{"firstOffset":0,"lastOffset":2,"count":3,"duplicates":3}"""));
        await _host.DisposeAsync();
        _host = await StartAsync();
        Assert.That((await PostAsync("p", 0, 0, 3)).Body.GetRawText(), Is.EqualTo("""{"firstOffset":0,"lastOffset":2,"count":3,"duplicates":3}"""));
        Assert.That((await PostAsync("p", 0, 3, 1)).Body.GetRawText(), Is.EqualTo("""{"firstOffset":4,"lastOffset":4,"count":1,"duplicates":0}"""));
        Assert.That(_host.Catalog.Get(Some.Telemetry).ReadAll(), Has.Count.EqualTo(5));
    }

    [Test]
    public async Task A_record_says_who_appended_it_and_its_headers_are_its_own()
    {
        using var request = Request("p:1", "4", "0", """{"data":"x","headers":[["a","b"]]}""");
        (await _host.Http.SendAsync(request)).EnsureSuccessStatusCode();

        var record = JsonDocument.Parse(await _host.Http.GetStringAsync("/api/v1/streams/telemetry/records")).RootElement;
        Assert.That(record.GetProperty("producer").GetRawText(), Is.EqualTo("""{"id":"p:1","epoch":4,"sequence":0}"""));
        Assert.That(record.GetProperty("headers").GetRawText(), Is.EqualTo("""[["a","b"]]"""));
    }

    [TestCase(5, 0, 0, "leaves a gap", Description = "the third batch before the second")]
    [TestCase(1, 7, 1, "has no beginning", Description = "a later epoch begins with 0")]
    public async Task What_does_not_come_next_is_refused_with_what_does(int sequence, int epoch, int expectedEpoch, string why)
    {
        await PostAsync("p", 0, 0, 3);

        var refused = await PostAsync("p", epoch, sequence, 1);

        Assert.That(refused.Status, Is.EqualTo(HttpStatusCode.Conflict));
        Assert.That((refused.Body.GetProperty("expectedEpoch").GetInt64(), refused.Body.GetProperty("expectedSequence").GetInt64()), Is.EqualTo(expectedEpoch == 0 ? (0L, 3L) : (7L, 0L)));
        Assert.That(refused.Body.GetProperty("message").GetString(), Does.Contain($"epoch {epoch}, sequence {sequence} {why}"));
    }

    [Test]
    public async Task Somebody_unknown_begins_with_0() =>
        Assert.That((await PostAsync("p", 0, 17, 1)).Body.GetProperty("message").GetString(), Does.Contain("taken its place").And.Contain("Expected is epoch 0, sequence 0"));

    [Test]
    public async Task A_producer_that_starts_again_shuts_its_zombie_out_also_over_a_restart()
    {
        await PostAsync("p", 0, 0, 3);
        using var begun = await _host.Http.PostAsync("/api/v1/streams/telemetry/producers/p", null);
        Assert.That((await begun.Content.ReadFromJsonAsync<JsonElement>()).GetRawText(), Is.EqualTo("""{"id":"p","epoch":1,"nextSequence":0}"""));
        await _host.DisposeAsync();
        _host = await StartAsync();

        var zombie = await PostAsync("p", 0, 3, 1);
        Assert.That((zombie.Status, zombie.Body.GetProperty("expectedEpoch").GetInt64()), Is.EqualTo((HttpStatusCode.Conflict, 1L)));
        Assert.That((await PostAsync("p", 1, 0, 1)).Status, Is.EqualTo(HttpStatusCode.OK));
        var list = await _host.Http.GetFromJsonAsync<JsonElement>("/api/v1/streams/telemetry/producers");
        Assert.That(list.GetProperty("producers")[0].GetProperty("nextSequence").GetInt64(), Is.EqualTo(1));
    }

    [TestCase("", "0", "0", "Roost-Producer is ''")]
    [TestCase("a b", "0", "0", "Roost-Producer is 'a b'")]
    [TestCase("p", "-1", "0", "Roost-Producer-Epoch is '-1'")]
    [TestCase("p", "0", "", "Roost-Sequence is ''")]
    [TestCase("p", "0", "1.5", "Roost-Sequence is '1.5'")]
    public async Task Headers_that_are_wrong_are_told(string producer, string epoch, string sequence, string message)
    {
        using var request = Request(producer, epoch, sequence, """{"data":"x"}""");
        using var answer = await _host.Http.SendAsync(request);

        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.BadRequest));
        Assert.That((await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("message").GetString(), Does.Contain(message));
        Assert.That(_host.Catalog.Get(Some.Telemetry).NextOffset, Is.Zero);
    }

    [Test]
    public async Task Repetitions_at_once_are_stored_once()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => PostAsync("p", 0, 0, 3)));

        Assert.That(answers.Select(answer => answer.Body.GetProperty("firstOffset").GetInt64()), Is.All.Zero);
        Assert.That(_host.Catalog.Get(Some.Telemetry).NextOffset, Is.EqualTo(3));
    }

    [Test]
    public async Task A_batch_that_a_full_stream_refused_is_taken_when_there_is_room_and_a_later_one_is_not_before()
    {
        var stream = _host.Catalog.Get(StreamName.Parse("small"));
        await stream.AppendAsync(Some.Record("somebody else's"));
        Assert.That(async () => await stream.AppendAsync([Some.Record("a"), Some.Record("b")], new ProducerSequence("p", 0, 0)), Throws.TypeOf<LogFullException>());

        var later = (await Assert.ThrowsAsync<OutOfSequenceException>(() => stream.AppendAsync([Some.Record("c")], new ProducerSequence("p", 0, 2))))!;

        Assert.That(later.ExpectedSequence, Is.Zero);
        Assert.That((await stream.AppendAsync([Some.Record("a")], new ProducerSequence("p", 0, 0))).FirstOffset, Is.EqualTo(1));
    }

    [Test]
    public async Task A_damaged_table_is_made_again_from_the_records()
    {
        await PostAsync("p", 0, 0, 3);
        await _host.DisposeAsync();
        await File.WriteAllTextAsync(_folder["telemetry/producers.json"], "{");
        _host = await StartAsync();

        Assert.That((await PostAsync("p", 0, 0, 3)).Body.GetProperty("duplicates").GetInt32(), Is.EqualTo(3));
    }

    [Test]
    public async Task More_producers_than_are_remembered_are_refused_while_all_are_at_work()
    {
        var stream = _host.Catalog.Get(Some.Telemetry);
        for (var number = 0; number < 1000; number += 50)
        {
            await Task.WhenAll(Enumerable.Range(number, 50).Select(id => stream.AppendAsync([Some.Record("x")], new ProducerSequence($"p{id}", 0, 0))));
        }

        Assert.That(async () => await stream.AppendAsync([Some.Record("x")], new ProducerSequence("more", 0, 0)), Throws.TypeOf<StreamRefusedException>().With.Message.Contains("1000 producers at work"));
        Assert.That((await stream.AppendAsync([Some.Record("y")], new ProducerSequence("p7", 0, 1))).Duplicates, Is.Zero);
    }

    private Task<StreamsHost> StartAsync() => StreamsHost.StartAsync(_folder.Path, options =>
    {
        options["telemetry"] = new StreamOptions();
        options["small"] = new StreamOptions { Full = LogFullPolicy.Reject, Retention = { Records = 2 } };
    });

    private async Task<(HttpStatusCode Status, JsonElement Body)> PostAsync(string producer, int epoch, int sequence, int count)
    {
        var records = string.Join(',', Enumerable.Range(sequence, count).Select(number => $$"""{"data":"{{number}}"}"""));
        using var request = Request(producer, $"{epoch}", $"{sequence}", $$"""{"records":[{{records}}]}""");
        using var answer = await _host.Http.SendAsync(request);
        return (answer.StatusCode, await answer.Content.ReadFromJsonAsync<JsonElement>());
    }

    private static HttpRequestMessage Request(string producer, string epoch, string sequence, string body)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/streams/telemetry/records") { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        request.Headers.TryAddWithoutValidation("Roost-Producer", producer);
        request.Headers.TryAddWithoutValidation("Roost-Producer-Epoch", epoch);
        request.Headers.TryAddWithoutValidation("Roost-Sequence", sequence);
        return request;
    }
}
