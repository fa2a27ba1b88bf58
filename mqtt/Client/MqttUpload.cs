using System.Runtime.InteropServices;

namespace Roost.Mqtt.Client;

/// <summary>How far the bytes that we send have come. On a slow link it tells a server that is silent from one that cannot answer yet.</summary>
/// <param name="AcknowledgedBytes">Of this connection, acknowledged by the other end's TCP.</param>
/// <param name="IsUnderWay">Some are sent, or are to be sent, and not acknowledged.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct MqttUpload(long AcknowledgedBytes, bool IsUnderWay)
{
    /// <summary>There is more to come, and some of it has come since.</summary>
    public bool HasAdvancedSince(MqttUpload earlier) => IsUnderWay && AcknowledgedBytes > earlier.AcknowledgedBytes;
}
