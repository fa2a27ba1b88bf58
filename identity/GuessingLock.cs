namespace Roost.Identity;

/// <summary>Wrong tries that are held against a name.</summary>
/// <param name="Source">Where they came from: an address, or an IPv6 network like <c>2001:db8::/64</c>; null: they came from anywhere.</param>
/// <param name="Failures">How many.</param>
/// <param name="LockedFor">Zero: the next try is looked at.</param>
public sealed record GuessingLock(string? Source, int Failures, TimeSpan LockedFor);
