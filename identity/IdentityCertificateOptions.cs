namespace Roost.Identity;

/// <summary>How long certificates are good, and when somebody is told that they end.</summary>
public sealed class IdentityCertificateOptions
{
    public const string Section = "Identity:Certificates";

    /// <summary>Of client certificates that nobody asks otherwise for: ten years. Whoever loses one has it revoked, which holds at once; expiry is not what protects.</summary>
    public TimeSpan Validity { get; set; } = TimeSpan.FromDays(3650);

    /// <summary>How long before its end a credential is spoken of in the log, by <c>roost doctor</c> and in a metric: 30 days.</summary>
    public TimeSpan WarnBefore { get; set; } = TimeSpan.FromDays(30);

    /// <summary>How long a certificate is good beside the one that replaces it: a week.</summary>
    public TimeSpan Overlap { get; set; } = TimeSpan.FromDays(7);

    /// <summary>
    /// More names and addresses that the server's certificate is to hold, beside the machine's own: what a router or a DNS server calls the gateway. Default: none.
    /// </summary>
    public IList<string> Names { get; set; } = [];
}
