namespace Roost.Mqtt;

/// <summary>
/// Decides who may come in. Not asked for a client that shows nothing (no user name, password, certificate, unix peer) where the listener
/// takes anonymous clients.
/// </summary>
public interface IClientAuthenticator
{
    /// <summary>
    /// Called on the broker's loop: it must return at once and never block, and may answer later from any thread. Until then nothing that the
    /// client sends is handled. A fault refuses the client (0x80) and is logged.
    /// </summary>
    /// <param name="cancellationToken">Cancelled when the client has gone, or has waited for its CONNACK for too long (connect-timeout).</param>
    /// <remarks>
    /// Whoever is let in with a client identifier takes up the session of that name, unless another identity has it. After a restart the broker
    /// does not know whose a session was: an authenticator that has identities should let each use its own client identifiers only.
    /// </remarks>
    ValueTask<ClientAdmission> AuthenticateAsync(ClientCredentials credentials, CancellationToken cancellationToken);
}
