namespace Roost.Streams.Export.Formats;

/// <summary>A batch as bytes.</summary>
/// <param name="ContentType">Media type of what is left once <paramref name="ContentEncoding"/> is taken off.</param>
/// <param name="ContentEncoding">As HTTP names it: <c>gzip</c>, <c>br</c>; null when it is not compressed.</param>
/// <param name="Extension">For names of files and objects: <c>.ndjson.gz</c>.</param>
internal readonly record struct EncodedBatch(ReadOnlyMemory<byte> Bytes, string ContentType, string? ContentEncoding, string Extension);
