namespace Roost.Mqtt;

/// <summary>Which clients are meant, in the order of their identifiers (by UTF-16 code units).</summary>
/// <param name="After">The last identifier of the page before.</param>
/// <param name="IsConnected">Null: both.</param>
/// <param name="Count">At most so many.</param>
public sealed record ClientQuery(string Prefix = "", string? After = null, bool? IsConnected = null, int Count = int.MaxValue);
