namespace Roost.Mqtt;

/// <summary>A client's connection at one moment.</summary>
/// <param name="RemoteEndPoint">As the transport names it.</param>
/// <param name="Listener">Where it came in: its name, or its address and port or path as they are configured.</param>
/// <param name="Transport"><c>tcp</c>, <c>unix</c> or <c>websocket</c>.</param>
/// <param name="KeepAlive">Zero: none.</param>
/// <param name="BytesReceived">Of whole packets.</param>
/// <param name="UnsentBytes">In the process, because the client does not take them yet.</param>
public sealed record ConnectionDescription(
    string RemoteEndPoint, string Listener, string Transport, bool IsEncrypted, TimeSpan KeepAlive, long BytesReceived, long BytesSent, int UnsentBytes);
