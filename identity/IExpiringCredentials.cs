namespace Roost.Identity;

/// <summary>What ends soon, or has ended. Any thread may ask.</summary>
public interface IExpiringCredentials
{
    /// <summary>The time by which they are judged.</summary>
    DateTimeOffset Now { get; }

    /// <summary>How far that is ahead of the machine's clock; negative: behind it.</summary>
    TimeSpan AheadOfClock { get; }

    /// <summary>How long before its end a credential is spoken of.</summary>
    TimeSpan WarnBefore { get; }

    /// <summary>Those that are good now, or have been until a month ago, and end within <paramref name="within"/>; the first to end first.</summary>
    IReadOnlyList<ExpiringCredential> Within(TimeSpan within);
}
