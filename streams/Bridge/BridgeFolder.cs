namespace Roost.Streams.Bridge;

/// <summary>Where the queues of the entries are.</summary>
internal sealed record BridgeFolder(string Path);
