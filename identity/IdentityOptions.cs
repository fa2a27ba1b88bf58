namespace Roost.Identity;

/// <summary>Who may come in, and what is kept about it.</summary>
public sealed class IdentityOptions
{
    public const string Section = "Identity";

    /// <summary>Holds the database, the CA and the server's key; the daemon's user alone may read it. Relative to the data folder.</summary>
    public string Folder { get; set; } = "identity";
}
