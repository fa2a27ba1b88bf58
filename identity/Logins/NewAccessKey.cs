namespace Roost.Identity.Logins;

/// <summary>An access key as it is handed out once. It has no text form, so that its secret gets into no log.</summary>
internal sealed class NewAccessKey(AccessKeyRecord record, string secretAccessKey)
{
    public AccessKeyRecord Record { get; } = record;

    public string SecretAccessKey { get; } = secretAccessKey;
}
