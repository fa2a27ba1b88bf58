using System.Runtime.InteropServices;
using Roost.Storage.Logs;

namespace Roost.Streams.Cursors;

/// <summary>How far a consumer is behind, worked out when somebody asks.</summary>
/// <param name="Bytes">Estimated from the mean size of the stream's records.</param>
/// <param name="Age">Of the oldest record that waits; zero when none does.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct ConsumerLag(long Records, long Bytes, TimeSpan Age)
{
    public static ConsumerLag Of(RecordStream stream, long nextOffset, TimeProvider clock)
    {
        var description = stream.Describe();
        var from = Math.Max(nextOffset, description.FirstOffset);
        var records = Math.Max(0, description.NextOffset - from);
        return records == 0 || description.Fault is not null
            ? default
            : new ConsumerLag(records, (long)(description.SizeBytes * ((double)records / description.Records)), AgeOf(stream, from, clock));
    }

    private static TimeSpan AgeOf(RecordStream stream, long offset, TimeProvider clock)
    {
        try
        {
            using var reader = stream.OpenReader(offset);
            var age = reader.TryRead(1, 1, out var records) ? clock.GetUtcNow() - records[0].Timestamp : TimeSpan.Zero;
            return age > TimeSpan.Zero ? age : TimeSpan.Zero;
        }
        catch (Exception exception) when (exception is StreamRefusedException or CorruptLogException or IOException)
        {
            return TimeSpan.Zero; // whoever reads it is told what is wrong
        }
    }
}
