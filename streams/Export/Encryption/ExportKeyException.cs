namespace Roost.Streams.Export.Encryption;

/// <summary>The key of an export cannot be used; the message says which file and why, without what is in it.</summary>
internal sealed class ExportKeyException(string message, Exception? innerException = null) : Exception(message, innerException);
