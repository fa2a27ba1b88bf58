using Roost.Streams;

namespace Roost.Gateway.Health;

/// <summary>Degraded by what an operator has to put right: credentials, certificates, a bridge that cannot work. A cloud that is away is no fault.</summary>
internal sealed class CloudHealth(IUplink uplink, ICloudBridge bridge) : IHealthSource
{
    public RoomHealth Check()
    {
        var status = uplink.Status;
        var fault = status.NeedsOperator ? status.LastError : bridge.List().Select(FaultOf).FirstOrDefault(static fault => fault is not null);
        return new("cloud", fault is null ? RoomState.Up : RoomState.Degraded, fault);
    }

    private static string? FaultOf(BridgeStatus bridge) => bridge switch
    {
        { Fault: { } fault } => $"Bridge {bridge.Name}: {fault}",
        { Refused.Count: > 0 } => $"Bridge {bridge.Name}: {bridge.Refused.First().Value}",
        _ => null,
    };
}
