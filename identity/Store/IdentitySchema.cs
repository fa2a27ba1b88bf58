namespace Roost.Identity.Store;

/// <summary>The tables of all capabilities. A migration that was released never changes; new ones are added behind it.</summary>
internal static class IdentitySchema
{
    public static IReadOnlyList<string> Migrations { get; } =
    [
        string.Concat(ThingTables.Sql, CertificateTables.Sql, PolicyTables.Sql, LoginTables.Sql, ProvisioningTables.Sql, SecretTables.Sql, AuditTables.Sql),
        string.Concat(CertificateTables.Distrusted, LoginTables.Familiar),
    ];
}
