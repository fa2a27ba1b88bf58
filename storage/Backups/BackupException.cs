namespace Roost.Storage.Backups;

/// <summary>A backup cannot be made or restored, for a reason that an operator can change; the message is the whole story. Nothing was replaced.</summary>
public sealed class BackupException(string message, Exception? innerException = null) : Exception(message, innerException);
