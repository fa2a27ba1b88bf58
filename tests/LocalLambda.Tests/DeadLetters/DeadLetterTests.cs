using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Roost.LocalLambda.DeadLetters;
using Roost.LocalLambda.Tests.Http;
using Roost.Tests.Support;

namespace Roost.LocalLambda.Tests.DeadLetters;

/// <summary>Dead letters over HTTP: listed in pages, shown, replayed, deleted; and what becomes of them on the disk.</summary>
internal sealed class DeadLetterTests : HttpFixture
{
    private const string Letters = "/api/v1/functions/bad/dead-letters";
    private const string Once = "async: { retries: 0 }\n";

    [Test]
    public async Task They_are_listed_in_pages_newest_first_with_their_reason()
    {
        await FailAsync(5);

        var first = await Client.GetFromJsonAsync<JsonElement>($"{Letters}?most=3");
        var second = await Client.GetFromJsonAsync<JsonElement>($"{Letters}?most=3&before={first.GetProperty("next").GetString()}");

        Assert.That(first.GetProperty("count").GetInt32(), Is.EqualTo(5));
        Assert.That(Ids(first).Concat(Ids(second)), Is.Ordered.Descending.And.Exactly(5).Items);
        Assert.That(second.TryGetProperty("next", out _), Is.False);
        var letter = first.GetProperty("deadLetters")[0];
        Assert.That(
            (letter.GetProperty("kind").GetString(), letter.GetProperty("errorCode").GetInt32(), letter.GetProperty("errorMessage").GetString(), letter.GetProperty("attempts").GetInt32(), letter.GetProperty("eventBytes").GetInt32()),
            Is.EqualTo(("event", 200, "no bumper", 1, 1)));
    }

    [Test]
    public async Task One_is_shown_with_its_event_and_deleted()
    {
        await FailAsync(2);
        var id = Ids(await Client.GetFromJsonAsync<JsonElement>(Letters)).First();

        var letter = await Client.GetFromJsonAsync<JsonElement>($"{Letters}/{id}");
        Assert.That(letter.GetProperty("record").GetProperty("requestPayload").ValueKind, Is.EqualTo(JsonValueKind.Number));
        Assert.That((await Client.DeleteAsync($"{Letters}/{id}")).StatusCode, Is.EqualTo(HttpStatusCode.OK));

        Assert.That((await Client.GetAsync($"{Letters}/{id}")).StatusCode, Is.EqualTo(HttpStatusCode.NotFound));
        Assert.That((await Client.DeleteAsync($"{Letters}/{id}")).StatusCode, Is.EqualTo(HttpStatusCode.NotFound));
        Assert.That((await Client.PostAsync($"{Letters}/{id}/replay", null)).StatusCode, Is.EqualTo(HttpStatusCode.NotFound));
        Assert.That(Host.Letters.Count("bad"), Is.EqualTo(1));
    }

    [Test]
    public async Task A_replay_runs_the_event_again_and_one_that_fails_again_is_a_dead_letter_again()
    {
        await FailAsync(2);
        var ids = Ids(await Client.GetFromJsonAsync<JsonElement>(Letters)).ToList();

        var answer = await Client.PostAsync($"{Letters}/replay", null);

        Assert.That(await answer.Content.ReadAsStringAsync(), Is.EqualTo("""{"replayed":2,"left":0}"""));
        await DoneAsync("bad");
        var again = Ids(await Client.GetFromJsonAsync<JsonElement>(Letters)).ToList();
        Assert.That(again, Has.Count.EqualTo(2).And.All.GreaterThan(ids.Max()));
        Assert.That(Log("bad").Split('\n').Count(line => line.StartsWith("tried", StringComparison.Ordinal)), Is.EqualTo(4));
    }

    [Test]
    public async Task A_batch_of_a_stream_is_listed_and_cannot_be_replayed()
    {
        await FailAsync(1);
        await Host.Letters.AddAsync("bad", """{"requestContext":{"requestId":"r","functionArn":"a","condition":"RetryAttemptsExhausted","approximateInvokeCount":3},"version":"1.0","KinesisBatchInfo":{"batchSize":2}}"""u8.ToArray());
        var id = Ids(await Client.GetFromJsonAsync<JsonElement>(Letters)).First();

        Assert.That((await Client.PostAsync($"{Letters}/{id}/replay", null)).StatusCode, Is.EqualTo(HttpStatusCode.Conflict));
        Assert.That(await (await Client.PostAsync($"{Letters}/replay", null)).Content.ReadAsStringAsync(), Is.EqualTo("""{"replayed":1,"left":1}"""));
    }

    [Test]
    public async Task Since_picks_the_younger_ones()
    {
        await FailAsync(2);

        Assert.That(Ids(await Client.GetFromJsonAsync<JsonElement>($"{Letters}?since=2999-01-01T00:00:00Z")), Is.Empty);
        Assert.That(await (await Client.DeleteAsync($"{Letters}?since=2999-01-01T00:00:00Z")).Content.ReadAsStringAsync(), Is.EqualTo("""{"deleted":0}"""));
        Assert.That(await (await Client.DeleteAsync($"{Letters}?since=2020-01-01T00:00:00Z")).Content.ReadAsStringAsync(), Is.EqualTo("""{"deleted":2}"""));
        Assert.That((await Client.DeleteAsync($"{Letters}?since=yesterday")).StatusCode, Is.EqualTo(HttpStatusCode.BadRequest));
    }

    [Test]
    public async Task The_oldest_go_when_there_is_no_room_and_removals_and_letters_outlive_a_restart()
    {
        Python("bad", "def handler(event, context): pass", Once);
        await StartAsync(options => options.DeadLetterBytes = 4 * 1024 * 1024);
        var record = Record("r", 200_000);

        for (var i = 0; i < 60; i++)
        {
            await Host.Letters.AddAsync(i % 2 == 0 ? "bad" : "other", record);
        }

        await Eventually.IsTrueAsync(() => Host.Letters.Log.SizeBytes <= 4 * 1024 * 1024, "the log to keep its bound");
        await Host.Letters.AddAsync("bad", record);
        var letters = Host.Letters.List("bad", null, null, 1000).Letters;
        Assert.That(letters, Has.Count.InRange(5, 15).And.Count.EqualTo(Host.Letters.Count("bad")));
        Assert.That(letters.Select(letter => letter.Letter.Kind), Is.All.EqualTo(DeadLetter.EventKind), "a letter of a former release tells by its record what it is");

        await Host.Letters.RemoveAsync("bad", [letters[0].Id], "deleted");
        await StopAsync();
        await StartAsync(options => options.DeadLetterBytes = 4 * 1024 * 1024);
        Assert.That(Host.Letters.List("bad", null, null, 1000).Letters.Select(letter => letter.Id), Is.EqualTo(letters.Skip(1).Select(letter => letter.Id)));
    }

    [Test]
    public async Task A_function_that_fails_in_masses_does_not_push_out_the_letters_of_others_which_keep_their_identifiers()
    {
        Python("bad", "def handler(event, context): pass", Once);
        await StartAsync(options => options.DeadLetterBytes = 4 * 1024 * 1024);
        for (var i = 0; i < 3; i++)
        {
            await Host.Letters.AddAsync("rare", Record($"rare-{i}", 1000));
        }

        var before = Host.Letters.List("rare", null, null, 10).Letters;
        for (var i = 0; i < 60; i++)
        {
            await Host.Letters.AddAsync("bad", Record("r", 200_000));
        }

        await Eventually.IsTrueAsync(() => Host.Letters.Log.FirstOffset > before[0].Id, "the log to have pushed them out");
        await Host.Letters.AddAsync("bad", Record("r", 200_000));
        AssertSame(before);
        Assert.That(Host.Letters.Find("rare", before[2].Id)!.ReadEvent(), Has.Length.EqualTo(1002));
        Assert.That(Host.Letters.Count("bad"), Is.InRange(5, 20), "its oldest went");

        await Host.Letters.RemoveAsync("rare", [before[1].Id], "deleted");
        await StopAsync();
        await StartAsync(options => options.DeadLetterBytes = 4 * 1024 * 1024);
        AssertSame([before[0], before[2]]);

        void AssertSame(IReadOnlyList<StoredDeadLetter> letters)
        {
            var now = Host.Letters.List("rare", null, null, 10).Letters;
            Assert.That(now.Select(letter => (letter.Id, letter.Time, letter.Letter.RequestId)), Is.EqualTo(letters.Select(letter => (letter.Id, letter.Time, letter.Letter.RequestId))));
            Assert.That(now.Select(letter => letter.Record), Is.EqualTo(letters.Select(letter => letter.Record)));
        }
    }

    [Test]
    public async Task Without_room_for_the_newest_of_all_functions_those_go_of_the_function_that_has_most()
    {
        Python("bad", "def handler(event, context): pass", Once);
        await StartAsync(options => options.DeadLetterBytes = 4 * 1024 * 1024);
        await Host.Letters.AddAsync("rare", Record("r", 1000));
        for (var i = 0; i < 100; i++)
        {
            await Host.Letters.AddAsync($"f{i}", Record("r", 150_000));
        }

        await Eventually.IsTrueAsync(() => Host.Letters.Log.FirstOffset > 50, "the log to have pushed out most of them");
        await Host.Letters.AddAsync("bad", Record("r", 1000));

        Assert.That(Host.Letters.Count("rare"), Is.EqualTo(1));
        Assert.That(Enumerable.Range(0, 100).Count(i => Host.Letters.Count($"f{i}") == 1), Is.InRange(15, 40));
        Assert.That(Directory.EnumerateFiles(Path.Combine(Host.Letters.Log.Folder, "rare"), "*", SearchOption.AllDirectories).Sum(file => new FileInfo(file).Length), Is.LessThanOrEqualTo(1024 * 1024));
    }

    private static byte[] Record(string requestId, int bytes) => Encoding.UTF8.GetBytes(
        $$$"""{"requestContext":{"requestId":"{{{requestId}}}","functionArn":"a","condition":"RetriesExhausted","approximateInvokeCount":1},"requestPayload":"{{{new string('x', bytes)}}}"}""");

    private static IEnumerable<long> Ids(JsonElement page) => page.GetProperty("deadLetters").EnumerateArray().Select(letter => long.Parse(letter.GetProperty("id").GetString()!));

    private async Task FailAsync(int events)
    {
        Python("bad", "def handler(event, context):\n    print('tried', event)\n    raise ValueError('no bumper')", Once);
        await ServeAsync();
        for (var i = 0; i < events; i++)
        {
            await Host.EnqueueAsync("bad", Encoding.UTF8.GetBytes($"{i}"), InvocationContext.Default);
        }

        await DoneAsync("bad");
    }
}
