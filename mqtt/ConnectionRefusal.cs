namespace Roost.Mqtt;

/// <summary>A CONNECT that was not granted.</summary>
/// <param name="ClientIdentifier">As the client gave it; empty: none, or it could not be read.</param>
/// <param name="Reason">A sentence for the log.</param>
public sealed record ConnectionRefusal(string ClientIdentifier, string ListenerName, string RemoteEndPoint, ReasonCode ReasonCode, string Reason)
{
    /// <summary>Who it is; null where nobody has found that out.</summary>
    public string? Identity { get; init; }

    /// <inheritdoc cref="ClientAdmission.Credential"/>
    public string? Credential { get; init; }

    /// <inheritdoc cref="ClientAdmission.Tag"/>
    public object? Tag { get; init; }
}
