namespace Roost.Streams.Export.S3;

/// <summary>A success that no store would give; the message is a sentence.</summary>
internal sealed class S3AnswerException(string message) : Exception(message);
