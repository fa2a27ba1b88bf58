using Roost.Streams;

namespace Roost.Gateway.Health;

/// <summary>Degraded by what an operator has to put right: credentials, certificates, a secret that is not there, a bridge that cannot work. A cloud that is away is no fault.</summary>
internal sealed class CloudHealth(IUplink uplink, ICloudBridge bridge, IStreamSecretUses secrets) : IHealthSource
{
    public RoomHealth Check()
    {
        var status = uplink.Status;
        string[] connection = status is { NeedsOperator: true, LastError: { } error } ? [error] : [];
        var missing = secrets.All.Select(use => use.Fault).OfType<string>();
        return RoomHealth.Of("cloud", connection.Union(missing).Concat(bridge.List().SelectMany(FaultsOf))) with { Note = Away(status) };
    }

    /// <returns>That there is no connection at the moment, and why; null while there is one, or none is wanted.</returns>
    private static string? Away(UplinkStatus status) => status switch
    {
        { State: UplinkState.Off } => "off",
        { State: UplinkState.Connected } => null,
        { AwaySince: { } since } => $"away since {since.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'}{(status is { NeedsOperator: false, LastError: { } error } ? $": {error}" : "")}",
        _ => "not connected yet",
    };

    private static IEnumerable<string> FaultsOf(BridgeStatus bridge) =>
        (bridge.Fault is { } fault ? [fault] : Enumerable.Empty<string>()).Concat(bridge.Refused.Values).Select(reason => $"Bridge {bridge.Name}: {reason}");
}
