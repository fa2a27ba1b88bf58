namespace Roost.Streams.Bench.Drain;

/// <param name="RecordsPerSecond">Of the backlog.</param>
/// <param name="LateMilliseconds">From before the append to the subscriber, of the records that came during it; sorted.</param>
/// <param name="BytesBefore">Resident memory of the process: stream, export, producer and subscriber.</param>
/// <param name="BytesHalfway">At the middle of the time it took.</param>
/// <param name="BytesMost">The most it had.</param>
internal sealed record DrainResult(double RecordsPerSecond, IReadOnlyList<double> LateMilliseconds, long BytesBefore, long BytesHalfway, long BytesMost)
{
    public double Late(double share) => LateMilliseconds.Count == 0 ? double.NaN : LateMilliseconds[(int)((LateMilliseconds.Count - 1) * share)];
}
