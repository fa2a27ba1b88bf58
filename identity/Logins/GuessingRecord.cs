namespace Roost.Identity.Logins;

/// <summary>What is held against one key of a <see cref="GuessingTable"/>. Times are of <see cref="TimeProvider.GetTimestamp"/>: a clock that is set neither locks nor unlocks.</summary>
internal sealed class GuessingRecord(string key, string? name, string? source)
{
    public string Key { get; } = key;

    public string? Name { get; } = name;

    public string? Source { get; } = source;

    public int Failures { get; set; }

    /// <summary>Of the last wrong try.</summary>
    public long At { get; set; }
}
