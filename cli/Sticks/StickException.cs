namespace Roost.Cli.Sticks;

/// <summary>What lies on the stick is not as it should be; the message is a sentence without its full stop.</summary>
internal sealed class StickException(string message, Exception? innerException = null) : Exception(message, innerException);
