using Roost.Storage;

namespace Roost.Streams.Bench.Append;

/// <summary>What does an acknowledged append cost, over the bare system calls and beside JetStream at the same durability?</summary>
internal static class AppendTable
{
    /// <summary>Of a record that comes over the wire.</summary>
    public const int PayloadBytes = 100;

    public static Task RunAsync(string folder, int rounds) => Measurement.RunAllAsync(folder, rounds, [.. Rows(folder, 1), .. Rows(folder, 64)]);

    private static IEnumerable<Measurement> Rows(string folder, int producers) =>
    [
        new($"{producers}: in one process, synced", () => StreamAppend.RunAsync(folder, producers)),
        new($"{producers}: write + fdatasync of as many records' bytes at once", () => BareFile.RunAsync(folder, recordsPerSync: producers)),
        new($"{producers}: MQTT to roostd, route to a stream, synced (`power-loss`)", () => GatewayAppend.RunAsync(folder, producers, Durability.PowerLoss)),
        new($"{producers}: nats-server, JetStream, each write synced by the kernel", () => JetStreamAppend.RunAsync(folder, producers, synced: true)),
        new($"{producers}: MQTT to roostd, route to a stream, not synced (`crash`)", () => GatewayAppend.RunAsync(folder, producers, Durability.Crash)),
        new($"{producers}: nats-server, JetStream, not synced (its default)", () => JetStreamAppend.RunAsync(folder, producers, synced: false)),
    ];
}
