namespace Roost.Identity;

/// <summary>Whom HTTP has found a client of MQTT to be, for the broker's door (<see cref="Roost.Mqtt.RelayedClient.Authenticated"/>): the CONNECT comes later than the request.</summary>
/// <param name="EndingsBefore"><see cref="IdentityChanges.Endings"/> before the credential was judged.</param>
public sealed record RelayedPrincipal(Principal Principal, long EndingsBefore);
