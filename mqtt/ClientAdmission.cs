namespace Roost.Mqtt;

/// <summary>Whether a client is let in, as whom, and what it may do.</summary>
public sealed class ClientAdmission
{
    private ClientAdmission()
    {
    }

    /// <summary>Success, or why the client is refused.</summary>
    public ReasonCode ReasonCode { get; private init; }

    /// <summary>Who it is; null for an anonymous client.</summary>
    public string? Identity { get; private init; }

    /// <summary>Null: it may do everything.</summary>
    public IClientPolicy? Policy { get; private init; }

    /// <summary>By what it was known: one of several that an identity may have. Names it for <see cref="MqttBroker.DisconnectCredentialAsync"/>; null: nothing does.</summary>
    public string? Credential { get; private init; }

    /// <summary>The authenticator's own, handed on to readers and observers as it is; also with a refusal.</summary>
    public object? Tag { get; private init; }

    /// <summary>The client identifier is the identity's by its name: a session that another identity has under it ends, instead of keeping the client out.</summary>
    public bool OwnsClientIdentifier { get; private init; }

    /// <summary>See <see cref="AsAnonymous"/>.</summary>
    internal bool IsForListener { get; private init; }

    /// <summary>For people, sent to an MQTT 5 client that is refused; null: none.</summary>
    public string? Reason { get; private init; }

    /// <param name="policy">Null: the client may do everything.</param>
    /// <param name="ownsClientIdentifier">See <see cref="OwnsClientIdentifier"/>.</param>
    public static ClientAdmission Admit(string identity, IClientPolicy? policy = null, string? credential = null, object? tag = null, bool ownsClientIdentifier = false)
    {
        ArgumentException.ThrowIfNullOrEmpty(identity);
        return new ClientAdmission { Identity = identity, Policy = policy, Credential = credential, Tag = tag, OwnsClientIdentifier = ownsClientIdentifier };
    }

    /// <param name="reasonCode">A failure. In 3.1.1 the nearest return code is sent, see docs/compatibility.md.</param>
    /// <exception cref="ArgumentOutOfRangeException">The reason code is none of a failure.</exception>
    public static ClientAdmission Refuse(ReasonCode reasonCode, string? reason = null, object? tag = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan((byte)reasonCode, (byte)ReasonCode.UnspecifiedError, nameof(reasonCode));
        return new ClientAdmission { ReasonCode = reasonCode, Reason = reason, Tag = tag };
    }

    internal ClientAdmission With(IClientPolicy? policy) =>
        new() { Identity = Identity, Policy = policy, Credential = Credential, Tag = Tag, OwnsClientIdentifier = OwnsClientIdentifier };

    /// <summary>Nothing speaks against it, and nobody knows it: it comes in as an anonymous client, where the listener takes those.</summary>
    public static ClientAdmission AsAnonymous() => new() { IsForListener = true };

    internal static ClientAdmission Anonymous(IClientPolicy? policy) => new() { Policy = policy };
}
