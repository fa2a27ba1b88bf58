namespace Roost.Identity.Store;

internal static class ThingTables
{
    public const string Sql = "";
}
