namespace Roost.Identity.Store;

internal static class ProvisioningTables
{
    public const string Sql = "";
}
