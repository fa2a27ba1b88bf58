namespace Roost.Identity.Store;

internal static class LoginTables
{
    public const string Sql = "";
}
