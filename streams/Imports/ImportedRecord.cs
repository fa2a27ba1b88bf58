namespace Roost.Streams.Imports;

/// <summary>A record as another gateway had it.</summary>
internal readonly record struct ImportedRecord(long Offset, DateTimeOffset Timestamp, NewRecord Record);
