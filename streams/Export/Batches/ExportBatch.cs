using Roost.Streams.Export.Pacing;

namespace Roost.Streams.Export.Batches;

/// <summary>Records that go to a target as one, in the order of their offsets, and are acknowledged as one.</summary>
/// <param name="Identity">The export.</param>
/// <param name="First">Where the batch begins. With <paramref name="Next"/> it names the batch: a batch that was sent and not noted as done is sent again with the same bounds, also after a crash.</param>
/// <param name="Next">The offset after the batch.</param>
/// <param name="Records">At least one; they own their payloads. Offsets within the bounds may be missing: a full disk left them unused, or retention freed them meanwhile.</param>
internal sealed record ExportBatch(ExportIdentity Identity, long First, long Next, IReadOnlyList<StreamRecord> Records)
{
    /// <summary>Tells the stream from those that had its name before and were deleted: their offsets began at 0, too. Empty for streams that cannot be deleted.</summary>
    public string StreamId { get; init; } = "";

    /// <summary>How fast its bytes may go: asked by whoever sends them, a piece at a time. Null: as fast as the link takes them.</summary>
    public ExportPace? Pace { get; init; }

    /// <summary>Bytes of keys and payloads.</summary>
    public long Bytes => Records.Sum(record => (long)record.Key.Length + record.Payload.Length);

    /// <summary>The two that cover the same offsets. There are at least two records.</summary>
    public ExportBatch[] Halves()
    {
        var half = Records.Count / 2;
        var middle = Records[half].Offset;
        return [this with { Next = middle, Records = [.. Records.Take(half)] }, this with { First = middle, Records = [.. Records.Skip(half)] }];
    }
}
