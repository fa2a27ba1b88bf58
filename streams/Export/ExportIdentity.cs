namespace Roost.Streams.Export;

/// <summary>The stream and the name that tells its exports apart.</summary>
internal readonly record struct ExportIdentity(StreamName Stream, string Name);
