using Roost.Identity.Certificates;
using Roost.Identity.Logins;
using Roost.Identity.Provisioning;
using Roost.Identity.Secrets;
using Roost.Identity.Things;

namespace Roost.Identity.Store;

internal sealed class IdentityCensus(ThingRegistry things, ClientCertificates certificates, Users users, Tokens tokens, AccessKeys keys, SecretStore secrets, TemplateStore templates) : IIdentityCounts
{
    public IdentityCounts Count() => new(
        things.Snapshot.Things.Count, certificates.Snapshot.All.Values.Count(static certificate => certificate.Status == CertificateStatus.Active), users.Count, tokens.Count, keys.Count, secrets.List().Count, secrets.CountUnreadable() + keys.CountUnreadable())
    {
        Hooks = templates.All.Where(static template => template is { IsEnabled: true, Hook: not null }).ToDictionary(static template => template.Name, static template => template.Hook!, StringComparer.Ordinal),
    };
}
