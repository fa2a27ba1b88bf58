namespace Roost.Identity.Secrets;

/// <summary>What the service manager tells the daemon by its environment.</summary>
/// <param name="CredentialsDirectory">Where systemd has put credentials (systemd.exec(5)); null: none.</param>
internal sealed record SecretsEnvironment(string? CredentialsDirectory)
{
    public static SecretsEnvironment OfProcess() => new(Environment.GetEnvironmentVariable("CREDENTIALS_DIRECTORY"));
}
