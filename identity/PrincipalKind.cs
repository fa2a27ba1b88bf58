namespace Roost.Identity;

/// <summary>What somebody showed of himself.</summary>
public enum PrincipalKind
{
    /// <summary>An X.509 client certificate.</summary>
    Certificate,

    /// <summary>A user name and its password.</summary>
    User,

    /// <summary>A bearer token.</summary>
    Token,

    /// <summary>An AWS access key of this gateway.</summary>
    AccessKey,
}
