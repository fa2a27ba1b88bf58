namespace Roost.Streams.Bench;

/// <summary>Fills the stream of a room that is not running.</summary>
internal static class Backlog
{
    private const int BatchRecords = 1000;

    public static async Task FillAsync(string folder, int records, int recordBytes, string key = "robots/vac-01")
    {
        await using var room = await StreamsRoom.StartAsync(folder);
        var batch = Enumerable.Repeat(new NewRecord { Key = key, Payload = new byte[recordBytes] }, BatchRecords).ToList();
        for (var filled = 0; filled < records; filled += BatchRecords)
        {
            await room.Stream.AppendAsync(batch);
        }
    }
}
