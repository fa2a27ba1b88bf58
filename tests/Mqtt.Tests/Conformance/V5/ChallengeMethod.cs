using System.Text;

namespace Roost.Mqtt.Tests.Conformance.V5;

/// <summary>An authentication method: the broker says <c>who?</c>, and a client that answers <c>me</c> is let in.</summary>
internal sealed class ChallengeMethod : IEnhancedAuthenticator
{
    public string Method => "challenge";

    public IAuthenticationExchange Begin(ClientCredentials credentials) => new Exchange();

    private sealed class Exchange : IAuthenticationExchange
    {
        public ValueTask<AuthenticationStep> ContinueAsync(ReadOnlyMemory<byte> data, CancellationToken cancellationToken) =>
            ValueTask.FromResult(Encoding.UTF8.GetString(data.Span) switch
            {
                "hello" => AuthenticationStep.Continue("who?"u8.ToArray()),
                "me" => AuthenticationStep.Complete(ClientAdmission.Admit("me"), "welcome"u8.ToArray()),
                _ => AuthenticationStep.Complete(ClientAdmission.Refuse(ReasonCode.NotAuthorized)),
            });
    }
}
