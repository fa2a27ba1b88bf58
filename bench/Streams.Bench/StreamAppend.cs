namespace Roost.Streams.Bench;

/// <summary>Producers that each append a record of 128 bytes, stored form included, and wait until it is synced before the next.</summary>
internal static class StreamAppend
{
    public const int RecordBytes = 128;
    public static readonly TimeSpan Duration = TimeSpan.FromSeconds(1);

    private const int FieldBytes = 34;
    private const string Key = "robots/vac-01";

    public static async Task<(long, TimeSpan)> RunAsync(string folder, int producers)
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }

        await using var room = await StreamsRoom.StartAsync(folder);
        var stream = room.Stream;
        var began = TimeProvider.System.GetTimestamp();
        var counts = await Task.WhenAll(Enumerable.Range(0, producers).Select(_ => Task.Run(() => ProduceAsync(stream, began))));
        return (counts.Sum(), TimeProvider.System.GetElapsedTime(began));
    }

    private static async Task<long> ProduceAsync(RecordStream stream, long began)
    {
        var record = new NewRecord { Key = Key, Payload = new byte[RecordBytes - FieldBytes - Key.Length] };
        long count = 0;
        for (; TimeProvider.System.GetElapsedTime(began) < Duration; count++)
        {
            await stream.AppendAsync(record);
        }

        return count;
    }
}
