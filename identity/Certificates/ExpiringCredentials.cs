using Microsoft.Extensions.Options;

namespace Roost.Identity.Certificates;

internal sealed class ExpiringCredentials(IEnumerable<ICredentialExpiries> expiries, TrustedTime time, IOptions<IdentityCertificateOptions> options) : IExpiringCredentials
{
    /// <summary>What nobody has renewed for so long is nobody's any more.</summary>
    private static readonly TimeSpan s_remembered = TimeSpan.FromDays(30);

    public DateTimeOffset Now => time.Now;

    public TimeSpan AheadOfClock => time.AheadOfClock;

    public TimeSpan WarnBefore => options.Value.WarnBefore;

    public IReadOnlyList<ExpiringCredential> Within(TimeSpan within)
    {
        var now = time.Now;
        return [.. expiries.SelectMany(static source => source.Credentials).Where(one => one.EndsAt - now <= within && now - one.EndsAt <= s_remembered).OrderBy(static one => one.EndsAt)];
    }
}
