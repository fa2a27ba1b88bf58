namespace Roost.Mqtt.Core;

/// <summary>Who decides about clients; nobody by default, and then a listener's <c>anonymous</c> does.</summary>
internal sealed record ClientHooks(IClientAuthenticator? Authenticator, IReadOnlyDictionary<string, IEnhancedAuthenticator> Methods)
{
    public IReadOnlyList<IConnectionObserver> Observers { get; init; } = [];

    public static readonly ClientHooks None = new(null, new Dictionary<string, IEnhancedAuthenticator>());
}
