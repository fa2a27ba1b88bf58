using Roost.Mqtt;

namespace Roost.Identity.Mqtt;

/// <summary>What the audit and the log are told of a client that was refused, and the client is not.</summary>
/// <param name="Claimed">Whom it claimed to be, as <see cref="Principal.Id"/>; null: that cannot be told.</param>
internal sealed record RefusedClient(string? Claimed, string? Thing, string Reason) : IRefusalReason;
