namespace Roost.Mqtt.Core;

/// <summary>Of a connection whose CONNECT named an Authentication Method (MQTT 5 section 4.12).</summary>
internal sealed class AuthenticationState(IEnhancedAuthenticator authenticator, ClientCredentials credentials, string method)
{
    private IAuthenticationExchange? _exchange;

    public string Method { get; } = method;

    /// <summary>The client is to send AUTH with 0x18.</summary>
    public bool IsClientsTurn { get; set; }

    /// <summary>No exchange goes on.</summary>
    public bool IsIdle => _exchange is null;

    public ValueTask<AuthenticationStep> ContinueAsync(ReadOnlyMemory<byte> data, CancellationToken cancellationToken)
    {
        IsClientsTurn = false;
        _exchange ??= authenticator.Begin(credentials);
        return _exchange.ContinueAsync(data, cancellationToken);
    }

    /// <summary>The exchange is over, or its connection is.</summary>
    public void End()
    {
        (_exchange as IDisposable)?.Dispose();
        _exchange = null;
        IsClientsTurn = false;
    }
}
