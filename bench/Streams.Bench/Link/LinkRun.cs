using System.Net;
using System.Net.Sockets;
using Roost.Tests.Support;

namespace Roost.Streams.Bench.Link;

/// <summary>How much of a link with a round trip of 100 ms a backlog of small records makes use of, on its way to mosquitto.</summary>
internal static class LinkRun
{
    public static readonly TimeSpan RoundTrip = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_settle = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_window = TimeSpan.FromSeconds(3);

    /// <summary>One socket that sends as fast as it may: what the link takes.</summary>
    public static async Task<LinkUse> BareAsync(int bytesPerSecond)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        await using var link = Open(((IPEndPoint)listener.LocalEndpoint).Port, bytesPerSecond);
        using var sender = new TcpClient();
        await sender.ConnectAsync(IPAddress.Loopback, link.Port);
        using var receiver = await listener.AcceptTcpClientAsync();
        using var done = new CancellationTokenSource();
        var sending = SendAsync(sender.GetStream(), done.Token);
        var receiving = receiver.GetStream().CopyToAsync(Stream.Null, done.Token);
        var use = await MeasureAsync(link, bytesPerSecond, () => 0);
        await done.CancelAsync();
        await Task.WhenAll(sending, receiving).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return use;
    }

    /// <param name="folder">Emptied first.</param>
    /// <param name="bytesPerSecond">Of the link, each way.</param>
    /// <param name="recordBytes">Payload of a record.</param>
    /// <param name="mosquittoSettings">Besides its defaults.</param>
    /// <param name="version">Of MQTT.</param>
    /// <param name="export">What is to be measured; stream and topic are set here.</param>
    public static async Task<LinkUse> ExportAsync(string folder, int bytesPerSecond, int recordBytes, string mosquittoSettings, string version, ExportOptions export)
    {
        Scratch.Empty(folder);
        var records = (int)(bytesPerSecond * (s_settle + s_window).TotalSeconds * 1.5 / recordBytes) + 1000;
        await Backlog.FillAsync(Path.Combine(folder, "streams"), records, recordBytes);
        await using var mosquitto = await BenchMosquitto.StartAsync(Path.Combine(folder, "cloud"), mosquittoSettings);
        await using var link = Open(mosquitto.Port, bytesPerSecond);
        (export.Stream, export.Topic) = ("bench", "cloud/bench");
        await using var room = await StreamsRoom.StartAsync(
            Path.Combine(folder, "streams"), mqtt => (mqtt.Host, mqtt.Port, mqtt.Version) = ("127.0.0.1", link.Port, version), export);
        await Eventually.IsTrueAsync(() => room.Exports.List()[0].AcknowledgedRecords > 0, "the first acknowledgement", TimeSpan.FromSeconds(60));
        return await MeasureAsync(link, bytesPerSecond, () => room.Exports.List()[0].AcknowledgedRecords);
    }

    private static BadLink Open(int target, int bytesPerSecond) => new(target) { Delay = RoundTrip / 2, BytesPerSecond = bytesPerSecond };

    private static async Task<LinkUse> MeasureAsync(BadLink link, int bytesPerSecond, Func<long> acknowledged)
    {
        var clock = TimeProvider.System;
        await Task.Delay(s_settle, clock);
        var (began, bytes, records) = (clock.GetTimestamp(), link.BytesUp, acknowledged());
        await Task.Delay(s_window, clock);
        var elapsed = clock.GetElapsedTime(began).TotalSeconds;
        return new LinkUse((link.BytesUp - bytes) / elapsed / bytesPerSecond, (acknowledged() - records) / elapsed);
    }

    private static async Task SendAsync(NetworkStream stream, CancellationToken done)
    {
        var bytes = new byte[16 * 1024];
        while (true)
        {
            await stream.WriteAsync(bytes, done);
        }
    }
}
