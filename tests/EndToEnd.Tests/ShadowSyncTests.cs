using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using Roost.Tests.Support;

namespace Roost.EndToEnd.Tests;

/// <summary>
/// Two daemons, one the cloud of the other, and a link between them that is cut at random while both sides write. The full size is
/// <c>bench/shadow-sync</c>, which sets the two variables.
/// </summary>
public sealed partial class ShadowSyncTests
{
    private static readonly int s_shadows = Setting("ROOST_SYNC_SHADOWS", 50);
    private static readonly int s_cuts = Setting("ROOST_SYNC_CUTS", 10);

    private readonly HttpClient _http = new();
    private TemporaryFolder _folder = null!;
    private RoostDaemon _cloud = null!;
    private RoostDaemon _edge = null!;
    private CuttableLink _link = null!;

    [SetUp]
    public async Task StartBothEnds()
    {
        _folder = new TemporaryFolder();
        _cloud = new RoostDaemon(Directory.CreateDirectory(_folder["cloud"]).FullName, "");
        await _cloud.StartAsync();
        _link = new CuttableLink(_cloud.MqttPort);
        _link.Start();
        _edge = new RoostDaemon(Directory.CreateDirectory(_folder["edge"]).FullName, $$"""
            cloud:
              mqtt: { host: 127.0.0.1, port: {{_link.Port}}, client-id: edge, reconnect-max: 1s }
              shadows: { sync: [ "vac-*", { things: "gate-*", direction: up } ], max-rate: 1000, retry-max: 2s }
            """);
        await _edge.StartAsync();
    }

    [TearDown]
    public async Task StopBothEnds()
    {
        await _edge.DisposeAsync();
        await _link.DisposeAsync();
        await _cloud.DisposeAsync();
        _folder.Dispose();
    }

    [OneTimeTearDown]
    public void CloseClient() => _http.Dispose();

    [Test]
    public async Task However_often_the_link_is_cut_both_sides_end_equal_with_few_messages()
    {
        _link.Restore();
        for (var i = 0; i < s_shadows; i++)
        {
            await SendAsync(_edge, HttpMethod.Post, Path(i), """{"state":{"reported":{"reported":0}}}"""); // what only the cloud has is not known over MQTT
        }

        await IsQuietAsync();
        _link.Cut();
        var random = new Random(1);
        var (edge, cloud) = (new Dictionary<string, int>(), new Dictionary<string, int>());
        using var writing = new CancellationTokenSource();
        var began = Stopwatch.StartNew();
        var writers = new[] { WriteAsync(_edge, "reported", edge, new Random(2), writing.Token), WriteAsync(_cloud, "desired", cloud, new Random(3), writing.Token) };
        for (var cut = 0; cut < s_cuts; cut++)
        {
            _link.Restore();
            if (random.Next(4) > 0) // else it is gone before anybody connects
            {
                await Eventually.IsTrueAsync(async () => (await StatusAsync()).GetProperty("connection").GetProperty("state").GetString() == "connected", "a connection");
            }

            await AfterWritesAsync(random.Next(40), edge, cloud);
            _link.Cut();
            await AfterWritesAsync(random.Next(40), edge, cloud);
        }

        await writing.CancelAsync();
        await Task.WhenAll(writers);
        var (written, settling) = (began.Elapsed, Stopwatch.StartNew());
        _link.Restore();
        await IsQuietAsync();
        var settled = settling.Elapsed;

        for (var i = 0; i < s_shadows; i++)
        {
            var (here, there) = (await StateAsync(_edge, Path(i)), await StateAsync(_cloud, Path(i)));
            Assert.That(here, Is.EqualTo(there), Path(i));
            if (i % 20 != 19) // those are deleted now and then
            {
                Assert.That(here.Contains(string.Create(CultureInfo.InvariantCulture, $"\"reported\":{edge.GetValueOrDefault(Path(i))}}}"), StringComparison.Ordinal) || !edge.ContainsKey(Path(i)), $"{Path(i)} lost the last write here: {here}");
                Assert.That(here.Contains(string.Create(CultureInfo.InvariantCulture, $"\"desired\":{cloud.GetValueOrDefault(Path(i))}}}"), StringComparison.Ordinal) || !cloud.ContainsKey(Path(i)), $"{Path(i)} lost the last write there: {here}");
            }
        }

        var writes = edge.Values.Concat(cloud.Values).DefaultIfEmpty().Sum();
        var requests = await RequestsAsync();
        await TestContext.Progress.WriteLineAsync(
            $"{s_shadows} shadows, {s_cuts} cuts in {written.TotalSeconds:0.0} s, {writes} writes; equal {settled.TotalSeconds:0.00} s after the last; {requests} requests upstream, {_link.Bytes / 1024} KiB on the link; {await SyncMetricsAsync()}");
        Assert.That(requests, Is.LessThan((2 * writes) + ((s_cuts + 1) * (s_shadows + 10))));

        // At rest nothing is sent: one more change costs one request, and is all that there is.
        await SendAsync(_edge, HttpMethod.Post, Path(0), """{"state":{"reported":{"last":true}}}""");
        await Eventually.IsTrueAsync(async () => (await StateAsync(_cloud, Path(0))).Contains("\"last\":true", StringComparison.Ordinal), "the last change in the cloud");
        await IsQuietAsync(); // a request counts once its answer is here, and the cloud shows the change before that
        Assert.That(await RequestsAsync() - requests, Is.EqualTo(1));
    }

    [Test]
    public async Task A_kill_while_apart_loses_nothing_and_the_command_line_explains_what_happened()
    {
        _link.Restore();
        await SendAsync(_edge, HttpMethod.Post, "vac-0/shadow", """{"state":{"desired":{"mode":"clean"},"reported":{"mode":"clean"}}}""");
        await SendAsync(_edge, HttpMethod.Post, "gate-1/shadow?name=health", """{"state":{"reported":{"up":1}}}""");
        await Eventually.IsTrueAsync(async () => (await StateAsync(_cloud, "gate-1/shadow?name=health")).Length > 0, "the gate's shadow in the cloud");
        await IsQuietAsync();
        _link.Cut();
        await SendAsync(_edge, HttpMethod.Post, "vac-0/shadow", """{"state":{"desired":{"mode":"dock"},"reported":{"mode":"dock"}}}""");
        await SendAsync(_cloud, HttpMethod.Post, "vac-0/shadow", """{"state":{"desired":{"mode":"home"}}}""");
        await _edge.KillAsync();
        await _edge.StartAsync();
        _link.Restore();
        await IsQuietAsync();

        Assert.That(await StateAsync(_cloud, "vac-0/shadow"), Does.Contain("""{"desired":{"mode":"home"},"reported":{"mode":"dock"}"""));
        Assert.That(await StateAsync(_edge, "vac-0/shadow"), Is.EqualTo(await StateAsync(_cloud, "vac-0/shadow")));
        var status = await _edge.RoostAsync("shadow", "sync", "status", "vac-0");
        Assert.That(status, Does.Contain("sync connected, real-time: 2 synced").And.Match(@"/desired/mode +""clean"" +""dock"" +""home"" +cloud"));
    }

    [Test]
    public async Task A_cloud_with_a_new_disk_takes_no_shadow_with_it_and_the_operator_decides()
    {
        _link.Restore();
        for (var i = 0; i < 5; i++)
        {
            await SendAsync(_edge, HttpMethod.Post, $"vac-{i}/shadow", """{"state":{"desired":{"mode":"home"},"reported":{"mode":"dock"}}}""");
        }

        await IsQuietAsync();
        await _cloud.StopAsync();
        Directory.Delete(_folder["cloud/data"], recursive: true);
        await _cloud.StartAsync();
        await Eventually.IsTrueAsync(
            async () => (await StatusAsync()).GetProperty("counts") is var counts && counts.TryGetProperty("held", out var held) && held.GetInt32() == 5, "five shadows to be held");

        Assert.That(await StateAsync(_edge, "vac-0/shadow"), Does.Contain("dock"));
        var health = await _http.GetFromJsonAsync<JsonElement>($"{_edge.Url}/healthz");
        Assert.That((health.GetProperty("status").GetString(), health.GetProperty("rooms").GetProperty("shadows").GetProperty("reason").GetString()), Is.EqualTo(("degraded",
            "5 shadows are gone in the cloud, which may have lost them, and are kept here: 'roost shadow sync status --state held' names them; 'roost shadow sync accept-deletions' or 'put-back' decides")));
        Assert.That(await _edge.RoostAsync("status"), Does.Contain("5 shadows are gone in the cloud"));
        Assert.That(await _edge.RoostAsync("shadow", "sync", "accept-deletions", "vac-0"), Does.StartWith("1 held shadows: to be deleted here"));
        Assert.That(await _edge.RoostAsync("shadow", "sync", "put-back"), Is.EqualTo("4 held shadows: to be made in the cloud again"));

        await IsQuietAsync();
        Assert.That((await StateAsync(_edge, "vac-0/shadow"), await StateAsync(_cloud, "vac-0/shadow")), Is.EqualTo(("", "")));
        Assert.That(await StateAsync(_cloud, "vac-4/shadow"), Is.Not.Empty.And.EqualTo(await StateAsync(_edge, "vac-4/shadow")));
        Assert.That((await _http.GetFromJsonAsync<JsonElement>($"{_edge.Url}/healthz")).GetProperty("status").GetString(), Is.EqualTo("up"));
    }

    private async Task WriteAsync(RoostDaemon side, string section, Dictionary<string, int> last, Random random, CancellationToken until)
    {
        while (!until.IsCancellationRequested)
        {
            var i = random.Next(s_shadows);
            var path = Path(i);
            if (i % 20 == 19 && random.Next(4) == 0)
            {
                await SendAsync(side, HttpMethod.Delete, path, null);
                continue;
            }

            int next;
            lock (last)
            {
                next = last.GetValueOrDefault(path) + 1;
            }

            await SendAsync(side, HttpMethod.Post, path, $$$"""{"state":{"{{{section}}}":{"both":{{{random.Next(5)}}},"{{{section}}}":{{{next}}} } } }""");
            lock (last)
            {
                last[path] = next;
            }
        }
    }

    private static Task AfterWritesAsync(int count, Dictionary<string, int> edge, Dictionary<string, int> cloud)
    {
        var until = Count() + count;
        return Eventually.IsTrueAsync(() => Count() >= until, "the writers");

        int Count()
        {
            lock (edge)
            {
                lock (cloud)
                {
                    return edge.Values.Sum() + cloud.Values.Sum();
                }
            }
        }
    }

    private async Task SendAsync(RoostDaemon side, HttpMethod method, string path, string? body)
    {
        using var request = new HttpRequestMessage(method, $"{side.Url}/things/{path}") { Content = body is null ? null : new StringContent(body) };
        using var response = await _http.SendAsync(request);
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.OK).Or.EqualTo(method == HttpMethod.Delete ? HttpStatusCode.NotFound : HttpStatusCode.OK));
    }

    /// <returns>Desired and reported, their members in order; empty where there is no shadow.</returns>
    private async Task<string> StateAsync(RoostDaemon side, string path)
    {
        using var response = await _http.GetAsync($"{side.Url}/things/{path}");
        if (response.StatusCode == HttpStatusCode.NotFound)
        {
            return "";
        }

        var state = (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("state");
        return Sorted(state, skip: "delta");
    }

    private static string Sorted(JsonElement element, string? skip = null) => element.ValueKind != JsonValueKind.Object
        ? element.GetRawText()
        : "{" + string.Join(',', element.EnumerateObject().Where(member => member.Name != skip).OrderBy(member => member.Name, StringComparer.Ordinal).Select(member => $"\"{member.Name}\":{Sorted(member.Value)}")) + "}";

    private async Task IsQuietAsync()
    {
        var last = "";
        await Eventually.IsTrueAsync(
            async () =>
            {
                var status = await StatusAsync();
                last = $"{status.GetProperty("connection")} {status.GetProperty("counts")}";
                return status.GetProperty("connection").GetProperty("state").GetString() == "connected"
                    && status.GetProperty("counts").EnumerateObject().All(count => count.Name == "synced");
            },
            $"the sync to come to rest {last}",
            TimeSpan.FromMinutes(2));
    }

    private Task<JsonElement> StatusAsync() => _http.GetFromJsonAsync<JsonElement>($"{_edge.Url}/api/v1/shadow-sync?pageSize=1");

    private async Task<int> RequestsAsync() =>
        RequestPattern().Matches(await _http.GetStringAsync($"{_edge.Url}/metrics")).Sum(match => int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture));

    private async Task<string> SyncMetricsAsync() =>
        string.Join(' ', (await _http.GetStringAsync($"{_edge.Url}/metrics")).Split('\n').Where(line => line.StartsWith("roost_shadow_sync_", StringComparison.Ordinal)).Select(line => line["roost_shadow_sync_".Length..]));

    // Every fourth is a classic shadow.
    private static string Path(int i) => i % 4 == 0 ? $"vac-{i}/shadow" : $"vac-{i}/shadow?name=s{i % 3}";

    private static int Setting(string variable, int usual) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), CultureInfo.InvariantCulture, out var value) ? value : usual;

    [GeneratedRegex(@"^roost_shadow_sync_requests_total\{[^}]*\} (\d+)", RegexOptions.Multiline, matchTimeoutMilliseconds: 1000)]
    private static partial Regex RequestPattern();
}
