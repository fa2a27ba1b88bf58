using System.Net;
using System.Text.Json;
using Roost.Identity.Policies.Access;
using Roost.Identity.Policies.Documents;

namespace Roost.Identity.Tests.Policies;

/// <summary>Policies and principals for tests.</summary>
internal static class SomePolicy
{
    public static string Of(params object[] statements) => JsonSerializer.Serialize(new { Version = "2012-10-17", Statement = statements });

    public static object Allow(string action, params string[] resources) => new { Effect = "Allow", Action = action, Resource = resources };

    public static object Deny(string action, params string[] resources) => new { Effect = "Deny", Action = action, Resource = resources };

    public static Principal User(string name) => new() { Kind = PrincipalKind.User, Name = name };

    public static Principal CertificateOf(string? thing, char digit = 'a') => new() { Kind = PrincipalKind.Certificate, Name = new string(digit, 64), Thing = thing };

    public static PolicyDocument Document(params object[] statements) => PolicyReader.Read(Of(statements), out var faults) ?? throw new FormatException(faults[0].ToString());

    /// <summary>Rights by one policy, without a store.</summary>
    public static AccessRights Rights(Principal principal, ThingDescription? thing, string? clientId, string? address, params object[] statements) =>
        new([new("p", principal.Id, Document(statements))], new PolicyVariables(principal, new ConnectionFacts(clientId, address is null ? null : IPAddress.Parse(address)), thing));
}
