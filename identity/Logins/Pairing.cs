namespace Roost.Identity.Logins;

/// <summary>One app that is awaited. The code itself is not kept. It has no text form.</summary>
internal sealed class Pairing(string id, string label, IReadOnlyList<string> policies, TimeSpan? tokenLasts, byte[] key, DateTimeOffset endsAt, long madeAt)
{
    private readonly Dictionary<string, int> _tries = new(StringComparer.Ordinal);

    public string Id { get; } = id;

    public string Label { get; } = label;

    public IReadOnlyList<string> Policies { get; } = policies;

    /// <summary>How long the app's token will hold; null: for ever.</summary>
    public TimeSpan? TokenLasts { get; } = tokenLasts;

    public byte[] Key { get; } = key;

    /// <summary>For people.</summary>
    public DateTimeOffset EndsAt { get; } = endsAt;

    /// <summary>Of <see cref="TimeProvider.GetTimestamp"/>: a clock that is set makes no code live longer.</summary>
    public long MadeAt { get; } = madeAt;

    /// <summary>Wrong proofs, from everywhere.</summary>
    public int Tries { get; private set; }

    /// <param name="source">As <see cref="GuessingSource.Network"/> has it.</param>
    public int TriesOf(string source) => _tries.GetValueOrDefault(source);

    public void Fail(string source)
    {
        Tries++;
        _tries[source] = TriesOf(source) + 1;
    }
}
