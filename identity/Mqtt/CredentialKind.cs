namespace Roost.Identity.Mqtt;

/// <summary>What a client showed, for the metrics.</summary>
internal enum CredentialKind
{
    Certificate,

    Password,

    Token,

    /// <summary>HTTP had found out before.</summary>
    Http,
}
