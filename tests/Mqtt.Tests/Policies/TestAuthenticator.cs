namespace Roost.Mqtt.Tests.Policies;

/// <summary>Answers what the test says, when the test says it.</summary>
internal sealed class TestAuthenticator(Func<ClientCredentials, CancellationToken, ValueTask<ClientAdmission>> answer) : IClientAuthenticator
{
    public List<ClientCredentials> Asked { get; } = [];

    public ValueTask<ClientAdmission> AuthenticateAsync(ClientCredentials credentials, CancellationToken cancellationToken)
    {
        Asked.Add(credentials);
        return answer(credentials, cancellationToken);
    }
}
