using System.Buffers.Binary;
using System.Collections.Concurrent;
using Roost.Mqtt;
using Roost.Mqtt.Client;
using Roost.Tests.Support;

namespace Roost.Streams.Bench.Drain;

/// <summary>An export to mosquitto catches up with a backlog while records go on arriving. Those carry their time, and a subscriber tells how late they come.</summary>
internal sealed class DrainRun(string folder, int backlog, Action<ExportOptions> configure)
{
    private const int LivePerSecond = 1000;
    private const int RecordBytes = 200;
    private static readonly TimeSpan s_step = TimeSpan.FromMilliseconds(10);

    private readonly ConcurrentQueue<double> _lateMilliseconds = new();

    public async Task<DrainResult> RunAsync()
    {
        Scratch.Empty(folder);
        await Backlog.FillAsync(Path.Combine(folder, "streams"), backlog, RecordBytes, key: "cloud/backlog");
        await using var mosquitto = await BenchMosquitto.StartAsync(Path.Combine(folder, "cloud"), "max_inflight_messages 0\nmax_queued_messages 0\n");
        await using var subscriber = await SubscribeAsync(mosquitto.Port);
        var export = new ExportOptions { Stream = "bench", Topic = "{key}" };
        configure(export);
        GC.Collect();
        var memory = new List<long> { ResidentBytes() };
        await using var room = await StreamsRoom.StartAsync(Path.Combine(folder, "streams"), mqtt => (mqtt.Host, mqtt.Port) = ("127.0.0.1", mosquitto.Port), export);
        var began = TimeProvider.System.GetTimestamp();
        using var drained = new CancellationTokenSource();
        var producing = ProduceAsync(room.Stream, drained.Token);
        using var look = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        while (room.Exports.List()[0].LagRecords > LivePerSecond)
        {
            await look.WaitForNextTickAsync();
            memory.Add(ResidentBytes());
        }

        var took = TimeProvider.System.GetElapsedTime(began);
        await drained.CancelAsync();
        await producing;
        return new DrainResult(backlog / took.TotalSeconds, [.. _lateMilliseconds.Order()], memory[0], memory[memory.Count / 2], memory.Max());
    }

    private static long ResidentBytes()
    {
        using var process = System.Diagnostics.Process.GetCurrentProcess();
        return process.WorkingSet64;
    }

    private static async Task ProduceAsync(RecordStream stream, CancellationToken drained)
    {
        var perStep = (int)(LivePerSecond * s_step.TotalSeconds);
        using var timer = new PeriodicTimer(s_step);
        while (!drained.IsCancellationRequested)
        {
            await timer.WaitForNextTickAsync(CancellationToken.None);
            var payload = new byte[RecordBytes];
            BinaryPrimitives.WriteInt64LittleEndian(payload, TimeProvider.System.GetTimestamp());
            await stream.AppendAsync(Enumerable.Repeat(new NewRecord { Key = "cloud/live", Payload = payload }, perStep).ToList(), CancellationToken.None);
        }
    }

    private async Task<MqttClient> SubscribeAsync(int port)
    {
        var client = new MqttClient(new MqttClientOptions { Host = "127.0.0.1", Port = port, ClientIdentifier = "live" });
        client.MessageHandler = (received, _) =>
        {
            var sentAt = BinaryPrimitives.ReadInt64LittleEndian(received.Message.Payload.Span);
            _lateMilliseconds.Enqueue(TimeProvider.System.GetElapsedTime(sentAt).TotalMilliseconds);
            return ValueTask.CompletedTask;
        };
        await client.ConnectAsync();
        await client.SubscribeAsync(TopicFilter.Parse("cloud/live"));
        return client;
    }
}
