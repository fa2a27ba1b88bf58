namespace Roost.Streams.Export.S3;

/// <summary>Something that the configuration names cannot be used; the message says what and why, without what is in it.</summary>
internal sealed class S3ConfigurationException(string message, Exception? innerException = null) : Exception(message, innerException);
