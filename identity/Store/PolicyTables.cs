namespace Roost.Identity.Store;

internal static class PolicyTables
{
    public const string Sql = "";
}
