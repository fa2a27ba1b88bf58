namespace Roost.Mqtt;

/// <summary>The session journal takes no records: what would have to be kept is refused, and all else goes on.</summary>
/// <param name="Since">By the wall clock.</param>
/// <param name="Reason">The last failure, and what to do about it; for an operator.</param>
public sealed record MqttJournalFault(DateTimeOffset Since, string Reason);
