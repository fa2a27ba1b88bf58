namespace Roost.Identity.Store;

internal static class CertificateTables
{
    public const string Sql = "";
}
