using System.Text;
using System.Text.Json;
using Roost.Tests.Support;

namespace Roost.EndToEnd.Tests.Shadows;

/// <summary>An app that follows a fleet by server-sent events while the daemon is killed, again and again.</summary>
public sealed class EventsAfterKillTests
{
    private const int Kills = 3;
    private const int Things = 4;

    [Test]
    [CancelAfter(120_000)]
    public async Task Every_accepted_change_reaches_an_app_that_comes_back_with_its_last_id(CancellationToken cancellationToken)
    {
        using var folder = new TemporaryFolder();
        await using var roost = new RoostDaemon(folder.Path, "");
        await roost.StartAsync();
        var accepted = new HashSet<(string Thing, long Version)>();
        var app = new App();
        for (var kill = 0; kill <= Kills; kill++)
        {
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            var following = app.FollowAsync(roost.Url, stop.Token);
            var goal = accepted.Count + 100;
            var writing = Task.WhenAll(Enumerable.Range(0, Things).Select(thing => WriteAsync(roost.Url, $"t{thing}", accepted, stop.Token)));
            await Eventually.IsTrueAsync(() => Count(accepted) >= goal, "a hundred accepted changes");
            if (kill < Kills)
            {
                await roost.KillAsync(); // in the midst of both
                await writing;
                await following;
                await roost.StartAsync();
            }
            else
            {
                await stop.CancelAsync();
                await writing;
                await following;
            }
        }

        // The last look: whatever was accepted and not seen must come from the journal now.
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var last = app.FollowAsync(roost.Url, end.Token);
        await Eventually.IsTrueAsync(() => accepted.All(app.HasSeen), "all accepted changes");
        await end.CancelAsync();
        await last;

        Assert.That(app.Resets, Is.EqualTo(1), "only the first time there was nothing to go on from");
        Assert.That(app.Backwards, Is.Zero, "versions of a thing never came in a wrong order");
    }

    private static int Count(HashSet<(string, long)> accepted)
    {
        lock (accepted)
        {
            return accepted.Count;
        }
    }

    private static async Task WriteAsync(string url, string thing, HashSet<(string Thing, long Version)> accepted, CancellationToken stop)
    {
        using var http = new HttpClient { BaseAddress = new Uri(url) };
        try
        {
            while (!stop.IsCancellationRequested)
            {
                using var body = new StringContent("""{"state":{"reported":{"on":true}}}""", Encoding.UTF8, "application/json");
                using var response = await http.PostAsync($"/things/{thing}/shadow", body, stop);
                using var answer = JsonDocument.Parse(await response.Content.ReadAsStringAsync(stop));
                lock (accepted)
                {
                    accepted.Add((thing, answer.RootElement.GetProperty("version").GetInt64()));
                }
            }
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or OperationCanceledException)
        {
            // The daemon was killed, or the test has enough.
        }
    }

    /// <summary>What an EventSource and the page behind it do.</summary>
    private sealed class App
    {
        private readonly HashSet<(string, long)> _seen = [];
        private readonly Dictionary<string, long> _newest = [];
        private string? _id;

        public int Resets { get; private set; }

        public int Backwards { get; private set; }

        public bool HasSeen((string, long) change)
        {
            lock (_seen)
            {
                return _seen.Contains(change);
            }
        }

        public async Task FollowAsync(string url, CancellationToken stop)
        {
            using var http = new HttpClient { BaseAddress = new Uri(url), Timeout = Timeout.InfiniteTimeSpan };
            using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/shadows/events?things=t*");
            if (_id is not null)
            {
                request.Headers.Add("Last-Event-ID", _id);
            }

            try
            {
                using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, stop);
                using var lines = new StreamReader(await response.Content.ReadAsStreamAsync(stop));
                var (type, data, id) = ("", "", _id);
                while (await lines.ReadLineAsync(stop) is { } line)
                {
                    if (line.Length == 0)
                    {
                        _id = id; // only a whole event moves it
                        Take(type, data);
                        (type, data) = ("", "");
                    }
                    else if (line.Split(": ", 2) is [var field, var value])
                    {
                        (type, data, id) = field switch { "event" => (value, data, id), "data" => (type, value, id), "id" => (type, data, value), _ => (type, data, id) };
                    }
                }
            }
            catch (Exception exception) when (exception is HttpRequestException or IOException or OperationCanceledException)
            {
                // The daemon was killed, or the test has enough.
            }
        }

        private void Take(string type, string data)
        {
            if (type == "reset")
            {
                Resets++;
            }

            if (type != "document")
            {
                return;
            }

            using var document = JsonDocument.Parse(data);
            var (thing, version) = (document.RootElement.GetProperty("thing").GetString()!, document.RootElement.GetProperty("version").GetInt64());
            lock (_seen)
            {
                Backwards += version <= _newest.GetValueOrDefault(thing) ? 1 : 0;
                _newest[thing] = version;
                _seen.Add((thing, version));
            }
        }
    }
}
