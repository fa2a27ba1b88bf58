using System.Net;
using System.Text.Json;
using NUnit.Framework;
using Roost.Storage.Logs;
using Roost.Tests.Support;

namespace Roost.Streams.Tests.Catalog;

/// <summary>A stream with damage in its middle, as its users and its operator meet it.</summary>
public sealed class DamagedStreamTests
{
    private const int Records = 400;
    private TemporaryFolder _folder = null!;
    private StreamsHost _host = null!;
    private long _hit;

    [SetUp]
    public async Task SetUpAsync()
    {
        _folder = new TemporaryFolder();
        await using (var before = await StartAsync())
        {
            var stream = before.Catalog.Get(Some.Telemetry);
            for (var number = 0; number < Records; number += 50)
            {
                await stream.AppendAsync([.. Enumerable.Range(number, 50).Select(one => Some.Record($"{one:D4} {new string('x', 995)}"))]);
            }
        }

        var segments = Directory.GetFiles(_folder["telemetry"], "*.log").Order(StringComparer.Ordinal).ToArray();
        await using (var file = File.Open(segments[2], FileMode.Open))
        {
            file.Position = 200; // within the payload of its first record
            file.WriteByte((byte)'y');
        }

        _hit = long.Parse(Path.GetFileNameWithoutExtension(segments[2]));
        _host = await StartAsync();
    }

    [TearDown]
    public async Task TearDownAsync()
    {
        await _host.DisposeAsync();
        _folder.Dispose();
    }

    [Test]
    public async Task It_is_found_told_and_given_up_over_http_while_the_stream_goes_on()
    {
        Assert.That((await SendAsync(HttpMethod.Post, "verify")).Status, Is.EqualTo(HttpStatusCode.Accepted));
        JsonElement state = default;
        await Eventually.IsTrueAsync(async () => !(state = (await SendAsync(HttpMethod.Get, "verify")).Body).GetProperty("running").GetBoolean(), "the verification to end");
        var damage = state.GetProperty("damage").EnumerateArray().Single();
        Assert.That((damage.GetProperty("firstOffset").GetInt64(), damage.GetProperty("nextOffset").GetInt64(), damage.GetProperty("position").GetInt64()), Is.EqualTo((_hit, _hit + 1, 32L)));
        Assert.That(state.GetProperty("checkedBytes").GetInt64(), Is.GreaterThan(200_000));
        Assert.That(_host.Catalog.List().Single().Verification!.Damage, Has.Count.EqualTo(1));

        var plan = (await SendAsync(HttpMethod.Get, "repair")).Body;
        Assert.That((plan.GetProperty("done").GetBoolean(), plan.GetProperty("lostRecords").GetInt64()), Is.EqualTo((false, 1L)));
        Assert.That(await _host.Catalog.Get(Some.Telemetry).AppendAsync(Some.Record("after")), Is.EqualTo(new AppendedRecords(Records, Records)));
        Assert.That(() => _host.Catalog.Get(Some.Telemetry).ReadAll(), Throws.InstanceOf<CorruptLogException>());

        var done = (await SendAsync(HttpMethod.Post, "repair")).Body;
        Assert.That((done.GetProperty("done").GetBoolean(), done.GetProperty("lostRecords").GetInt64()), Is.EqualTo((true, 1L)));
        Assert.That(done.GetProperty("aside").EnumerateArray().Select(file => File.Exists(file.GetString())), Is.EqualTo(new[] { true }));
        Assert.That(_host.Catalog.Get(Some.Telemetry).ReadAll(), Has.Count.EqualTo(Records));
        Assert.That(_host.Catalog.List().Single().LostRecords, Is.EqualTo(1));
        Assert.That((await SendAsync(HttpMethod.Get, "verify")).Body.GetProperty("damage").GetArrayLength(), Is.Zero);
    }

    [Test]
    public async Task A_stream_without_damage_has_nothing_to_repair()
    {
        await SendAsync(HttpMethod.Post, "verify");
        await Eventually.IsTrueAsync(() => _host.Catalog.List().Single().Verification is { IsRunning: false, Damage.Count: 1 }, "the damage to be found");
        await SendAsync(HttpMethod.Post, "repair");
        var again = (await SendAsync(HttpMethod.Post, "repair")).Body;
        Assert.That((again.GetProperty("done").GetBoolean(), again.GetProperty("lostRecords").GetInt64()), Is.EqualTo((false, 0L)));
    }

    private Task<StreamsHost> StartAsync() =>
        StreamsHost.StartAsync(_folder.Path, streams => streams["telemetry"] = new StreamOptions { Retention = { Bytes = 1024 * 1024 }, Compression = LogCompression.None });

    private async Task<(HttpStatusCode Status, JsonElement Body)> SendAsync(HttpMethod method, string what)
    {
        using var request = new HttpRequestMessage(method, new Uri($"/api/v1/streams/telemetry/{what}", UriKind.Relative));
        using var answer = await _host.Http.SendAsync(request);
        using var json = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        return (answer.StatusCode, json.RootElement.Clone());
    }
}
