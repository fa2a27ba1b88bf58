namespace Roost.Identity.Store;

internal static class SecretTables
{
    public const string Sql = "";
}
