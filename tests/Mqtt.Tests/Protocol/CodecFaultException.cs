namespace Roost.Mqtt.Tests.Protocol;

/// <summary>The codec threw, or read what it had written as something else.</summary>
internal sealed class CodecFaultException(string message, Exception? innerException = null) : Exception(message, innerException);
