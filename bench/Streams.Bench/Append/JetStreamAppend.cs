using Roost.Tests.Support;

namespace Roost.Streams.Bench.Append;

/// <summary>Over the wire: NATS clients, one for each producer, that publish to a JetStream stream in a file and wait for its acknowledgement.</summary>
internal static class JetStreamAppend
{
    /// <param name="folder">Empty.</param>
    /// <param name="producers">One connection each.</param>
    /// <param name="synced">
    /// nats-server of Debian (2.9) writes before it acknowledges and cannot be told to sync. The attribute S of the folder (chattr(1)) makes the
    /// kernel do so: each write returns when it is on the disk.
    /// </param>
    public static async Task<(long, TimeSpan)> RunAsync(string folder, int producers, bool synced)
    {
        var store = Path.Combine(folder, "jetstream");
        Directory.CreateDirectory(store);
        if (synced)
        {
            await RunningProcess.RunAsync("chattr", "+S", store); // what is made in it has it too
        }

        await using var server = new NatsServer(store);
        await server.StartAsync();
        await using var owner = await NatsClient.ConnectAsync(server.Port);
        using var created = await owner.RequestAsync("$JS.API.STREAM.CREATE.bench", """{"name":"bench","subjects":["bench"],"storage":"file","retention":"limits","discard":"old"}""");
        if (created.RootElement.TryGetProperty("error", out var error))
        {
            throw new IOException($"JetStream does not make a stream: {error}");
        }

        var clients = await Task.WhenAll(Enumerable.Range(0, producers).Select(_ => NatsClient.ConnectAsync(server.Port)));
        byte[][] payload = [new byte[AppendTable.PayloadBytes]];
        var result = await ClosedLoop.RunAsync(producers, async producer => ThrowIfRefused((await clients[producer].RequestAsync("bench", payload))[0]));
        foreach (var client in clients)
        {
            await client.DisposeAsync();
        }

        return result;
    }

    private static void ThrowIfRefused(byte[] answer)
    {
        if (answer.AsSpan().IndexOf("\"seq\":"u8) < 0)
        {
            throw new IOException($"JetStream does not take a record: {System.Text.Encoding.UTF8.GetString(answer)}");
        }
    }
}
