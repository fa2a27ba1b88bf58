namespace Roost.Mqtt.Client.Transport;

/// <summary>The wait for a name's addresses was ended: a resolver that is away answers after many seconds, or never.</summary>
internal sealed class LookUpCanceledException(string host, OperationCanceledException cause)
    : OperationCanceledException($"the look-up of the name {host} was not answered by this machine's DNS (/etc/resolv.conf)", cause, cause.CancellationToken);
