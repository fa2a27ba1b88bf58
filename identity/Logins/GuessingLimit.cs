namespace Roost.Identity.Logins;

/// <summary>When wrong tries lock, and for how long.</summary>
/// <param name="Free">So many wrong ones cost nothing: people mistype.</param>
/// <param name="First">How long the next one locks; each further one doubles it.</param>
/// <param name="Longest">No lock is longer.</param>
internal sealed record GuessingLimit(int Free, TimeSpan First, TimeSpan Longest)
{
    /// <summary>By one name from one address: this is what a guesser meets. Four tries an hour in the end.</summary>
    public static GuessingLimit OfPair { get; } = new(5, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(15));

    /// <summary>By all names from one address: who tries one password on many names. Loose, as a whole site may be behind one address.</summary>
    public static GuessingLimit OfSource { get; } = new(50, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(5));

    /// <summary>By one name from all addresses: who has many. Short, as it also meets the owner where he has never been before.</summary>
    public static GuessingLimit OfName { get; } = new(100, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(30));

    /// <summary>Longer than any lock: what is older does not count any more.</summary>
    public static TimeSpan Memory { get; } = TimeSpan.FromHours(1);

    public TimeSpan LockAfter(int failures)
    {
        var over = failures - Free;
        return over < 0 ? TimeSpan.Zero
            : over >= 30 ? Longest // beyond it the doubling would overflow; it has passed the longest long before
            : TimeSpan.FromTicks(Math.Min(First.Ticks << over, Longest.Ticks));
    }
}
