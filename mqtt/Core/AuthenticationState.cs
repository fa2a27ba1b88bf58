namespace Roost.Mqtt.Core;

/// <summary>Of a connection whose CONNECT named an Authentication Method (MQTT 5 section 4.12).</summary>
internal sealed class AuthenticationState(IEnhancedAuthenticator authenticator, ClientCredentials credentials, string method)
{
    private IAuthenticationExchange? _exchange;
    private bool _isThinking; // the exchange has been asked and works, perhaps on another thread
    private bool _hasEnded;

    public string Method { get; } = method;

    /// <summary>The client is to send AUTH with 0x18.</summary>
    public bool IsClientsTurn { get; set; }

    /// <summary>No exchange goes on.</summary>
    public bool IsIdle => _exchange is null;

    public ValueTask<AuthenticationStep> ContinueAsync(ReadOnlyMemory<byte> data, CancellationToken cancellationToken)
    {
        IsClientsTurn = false;
        _isThinking = true;
        _hasEnded = false;
        _exchange ??= authenticator.Begin(credentials);
        return _exchange.ContinueAsync(data, cancellationToken);
    }

    /// <summary>Once for each <see cref="ContinueAsync"/>, also when that threw, or when nobody cares for the answer any more.</summary>
    /// <returns>What the exchange threw as it was disposed of; null: nothing.</returns>
    public Exception? Answered()
    {
        _isThinking = false;
        return _hasEnded ? Dispose() : null;
    }

    /// <summary>The exchange is over, or its connection is. It is disposed of when it does not work any more.</summary>
    /// <inheritdoc cref="Answered"/>
    public Exception? End()
    {
        _hasEnded = true;
        IsClientsTurn = false;
        return _isThinking ? null : Dispose();
    }

    private Exception? Dispose()
    {
        var exchange = _exchange;
        _exchange = null;
        try
        {
            (exchange as IDisposable)?.Dispose();
            return null;
        }
        catch (Exception exception) // the outer edge of another room's code
        {
            return exception;
        }
    }
}
