namespace Roost.Storage.Logs;

/// <summary>What is known of a log's soundness, at one moment.</summary>
/// <param name="IsRunning">Whether its records are being read again now.</param>
/// <param name="CheckedBytes">Bytes of records read by the running pass, or by the last one since the log was opened.</param>
/// <param name="TotalBytes">Of so many.</param>
/// <param name="Ended">When a pass last came to its end; null before the first.</param>
/// <param name="Damage">Every damage that is known and not repaired, by a pass, by a reader or since the log was opened; oldest first.</param>
public sealed record LogVerification(bool IsRunning, long CheckedBytes, long TotalBytes, DateTimeOffset? Ended, IReadOnlyList<LogDamage> Damage);
