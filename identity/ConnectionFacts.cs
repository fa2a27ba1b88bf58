using System.Net;

namespace Roost.Identity;

/// <summary>What policy variables say of one connection or request, beside its principal.</summary>
/// <param name="ClientId">Of an MQTT connection; null: an HTTP request.</param>
/// <param name="SourceAddress">Null: a unix socket.</param>
public sealed record ConnectionFacts(string? ClientId, IPAddress? SourceAddress);
