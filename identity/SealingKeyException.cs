namespace Roost.Identity;

/// <summary>The file with the keys cannot be used. Nothing starts without it: a new key in its place would make every secret unreadable.</summary>
public sealed class SealingKeyException(string file, string reason) : Exception($"The secrets' key {file} cannot be used: {reason}");
