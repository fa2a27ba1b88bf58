namespace Roost.Mqtt;

/// <summary>One exchange of AUTH packets with one client. Disposed of at its end where it is <see cref="IDisposable"/>.</summary>
public interface IAuthenticationExchange
{
    /// <summary>Called on the broker's loop as <see cref="IClientAuthenticator.AuthenticateAsync"/> is, for each packet of the client; never twice at a time.</summary>
    /// <param name="data">The client's Authentication Data; empty when there was none.</param>
    ValueTask<AuthenticationStep> ContinueAsync(ReadOnlyMemory<byte> data, CancellationToken cancellationToken);
}
