using Microsoft.Extensions.DependencyInjection;
using Roost.Mqtt;

namespace Roost.Identity.Mqtt;

/// <summary>The gateway's certificate for the broker's listeners. Looked up when the first listener opens: the broker is made before this room has started.</summary>
internal sealed class GatewayTlsSource(IServiceProvider services) : ITlsSource
{
    private readonly Lazy<IGatewayTls> _tls = new(services.GetRequiredService<IGatewayTls>);

    public string CertificateFile => _tls.Value.CertificateFile;

    public string KeyFile => _tls.Value.KeyFile;

    public string ClientAuthoritiesFile => _tls.Value.ClientAuthoritiesFile;

    public DateTimeOffset TrustedNow => _tls.Value.TrustedNow;
}
