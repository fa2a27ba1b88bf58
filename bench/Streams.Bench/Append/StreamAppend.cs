namespace Roost.Streams.Bench.Append;

/// <summary>Within one process: records of 128 bytes, stored form included.</summary>
internal static class StreamAppend
{
    public const int RecordBytes = 128;

    private const int FieldBytes = 34;
    private const string Key = "robots/vac-01";

    public static async Task<(long, TimeSpan)> RunAsync(string folder, int producers)
    {
        await using var room = await StreamsRoom.StartAsync(folder);
        var stream = room.Stream;
        var record = new NewRecord { Key = Key, Payload = new byte[RecordBytes - FieldBytes - Key.Length] };
        return await ClosedLoop.RunAsync(producers, async _ => await stream.AppendAsync(record));
    }
}
