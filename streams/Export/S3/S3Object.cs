using Roost.Streams.Export.Pacing;

namespace Roost.Streams.Export.S3;

/// <summary>What is put into the store under one name.</summary>
/// <param name="ContentEncoding">Null: the body is what <paramref name="ContentType"/> says as it is.</param>
/// <param name="Metadata">Names without <c>x-amz-meta-</c>; ASCII.</param>
internal sealed record S3Object(string Key, ReadOnlyMemory<byte> Body, string ContentType, string? ContentEncoding, IReadOnlyList<KeyValuePair<string, string>> Metadata)
{
    /// <summary>How fast the body may go; null: as fast as the link takes it.</summary>
    public ExportPace? Pace { get; init; }
}
