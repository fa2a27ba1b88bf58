using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Roost.Identity.Logins;
using Roost.Identity.Policies;
using Roost.Identity.Store;
using Roost.Identity.Tests.Logins;
using Roost.Mqtt;
using Roost.Mqtt.Client;
using Roost.Tests.Support;

namespace Roost.Identity.Tests.Mqtt;

/// <summary>A broker and the whole room, as the daemon composes them: one listener with the gateway's TLS, where nobody is anonymous, and a plain one of this machine.</summary>
internal sealed class MqttRig : IAsyncDisposable
{
    public static readonly ChangedBy Test = new("test", null);

    private readonly TemporaryFolder _folder = new();
    private readonly Action<MqttOptions>? _configure;
    private ServiceProvider _services = null!;

    private MqttRig(Action<MqttOptions>? configure) => _configure = configure;

    public RecordedAudit Audit { get; private set; } = null!;

    public MqttBroker Broker => Get<MqttBroker>();

    /// <summary>With TLS.</summary>
    public int Port { get; private set; }

    public int PlainPort { get; private set; }

    /// <summary>Of all listeners: the two, then those that were configured besides.</summary>
    public IReadOnlyList<int> Ports { get; private set; } = [];

    public string AuthorityFile => _folder["ca.crt"];

    public static async Task<MqttRig> StartAsync(Action<MqttOptions>? configure = null)
    {
        var rig = new MqttRig(configure);
        await rig.OpenAsync();
        return rig;
    }

    /// <summary>As after a restart of the daemon.</summary>
    public async Task RestartAsync()
    {
        await _services.DisposeAsync();
        await OpenAsync();
    }

    public T Get<T>()
        where T : notnull => _services.GetRequiredService<T>();

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        _folder.Dispose();
    }

    /// <summary>A thing with a certificate, and what the policy allows it.</summary>
    public async Task<X509Certificate2> AddThingAsync(string name, string? policy = BuiltInPolicies.ThingDefault)
    {
        await Get<IThings>().PutAsync(new ThingChange(name), Test);
        if (policy is not null)
        {
            await Get<IPolicyAttachments>().AttachAsync(policy, $"thing/{name}", Test);
        }

        return await AddCertificateAsync(name);
    }

    public async Task<X509Certificate2> AddCertificateAsync(string? thing, CertificateStatus status = CertificateStatus.Active)
    {
        var issued = await Get<IClientCertificates>().IssueAsync(new CertificateOrder { Thing = thing, Status = status }, Test);
        await File.WriteAllTextAsync(FileOf(issued.Description.Fingerprint, "crt"), issued.Certificate);
        await File.WriteAllTextAsync(FileOf(issued.Description.Fingerprint, "key"), issued.PrivateKey);
        using var pem = X509Certificate2.CreateFromPem(issued.Certificate, issued.PrivateKey);
        return X509CertificateLoader.LoadPkcs12(pem.Export(X509ContentType.Pkcs12), null);
    }

    public static string FingerprintOf(X509Certificate2 certificate) => Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(certificate.RawDataMemory.Span));

    public static string IdOf(X509Certificate2 certificate) => $"cert/{FingerprintOf(certificate)}";

    /// <param name="extension"><c>crt</c> or <c>key</c>.</param>
    public string FileOf(X509Certificate2 certificate, string extension) => FileOf(FingerprintOf(certificate), extension);

    /// <summary>A policy in its usual wrapping, attached.</summary>
    /// <param name="statements">Each <c>Allow iot:Publish topic/a/*</c>.</param>
    public async Task SetPolicyAsync(string name, string? target, params string[] statements)
    {
        var text = new StringBuilder("""{ "Version": "2012-10-17", "Statement": [""");
        text.AppendJoin(',', statements.Select(static statement => statement.Split(' ')).Select(static parts =>
            $$"""{ "Effect": "{{parts[0]}}", "Action": "{{parts[1]}}", "Resource": "arn:aws:iot:*:*:{{parts[2]}}" }"""));
        await Get<PolicyStore>().PutAsync(name, text.Append("] }").ToString(), mustBeNew: false, mustExist: false, Test);
        if (target is not null)
        {
            await Get<IPolicyAttachments>().AttachAsync(name, target, Test);
        }
    }

    public async Task AddUserAsync(string name, string password, string policy = BuiltInPolicies.Admin, string? thing = null) =>
        await Get<Users>().AddAsync(name, Encoding.UTF8.GetBytes(password), thing, policy.Length == 0 ? [] : [policy], Test, CancellationToken.None);

    public MqttClientOptions Options(string clientIdentifier, X509Certificate2? certificate = null, string? user = null, string? password = null, MqttProtocolVersion version = MqttProtocolVersion.V500, TimeSpan expiry = default, MqttMessage? will = null, bool isPlain = false) => new()
    {
        Host = "localhost",
        Port = isPlain ? PlainPort : Port,
        ClientIdentifier = clientIdentifier,
        ProtocolVersion = version,
        UserName = user,
        Password = password is null ? (ReadOnlyMemory<byte>?)null : Encoding.UTF8.GetBytes(password),
        SessionExpiryInterval = expiry,
        CleanStart = expiry == default,
        Will = will,
        Reconnect = false,
        ConnectTimeout = Eventually.Limit,
        Tls = isPlain ? null : new SslClientAuthenticationOptions
        {
            CertificateChainPolicy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck, CustomTrustStore = { X509CertificateLoader.LoadCertificateFromFile(AuthorityFile) } },
            ClientCertificateContext = certificate is null ? null : SslStreamCertificateContext.Create(certificate, null, offline: true),
        },
    };

    public Task<RigClient> ConnectAsync(string clientIdentifier, X509Certificate2? certificate = null, string? user = null, string? password = null, TimeSpan expiry = default, MqttMessage? will = null, bool isPlain = false) =>
        RigClient.ConnectAsync(Options(clientIdentifier, certificate, user, password, expiry: expiry, will: will, isPlain: isPlain));

    /// <summary>What CONNACK says against it; null: nothing, as TLS has refused it before.</summary>
    public static async Task<ReasonCode?> RefusalOfAsync(MqttClientOptions options)
    {
        await using var client = new MqttClient(options);
        try
        {
            await client.ConnectAsync();
            throw new AssertionException("The client was let in.");
        }
        catch (MqttConnectionException exception)
        {
            return exception.ReasonCode;
        }
    }

    public async Task<AuditEntry> AuditedAsync(string action, string? clientIdentifier = null)
    {
        await Eventually.IsTrueAsync(() => Find() is not null, $"{action} of {clientIdentifier} in the audit");
        return Find()!;

        AuditEntry? Find() => Audit.Entries.LastOrDefault(entry => entry.Action == action && (clientIdentifier is null || entry.ClientId == clientIdentifier));
    }

    private string FileOf(string fingerprint, string extension) => _folder[$"{fingerprint}.{extension}"];

    private async Task OpenAsync()
    {
        Audit = new RecordedAudit();
        var services = new ServiceCollection();
        services.AddLogging().AddMetrics().AddSingleton(TimeProvider.System);
        services.AddSingleton<IAuditTrail>(Audit);
        services.AddSingleton(new PasswordHashing(Iterations: 10, AtOnce: 2, MostWaiting: 16));
        services.AddMqttBroker().AddIdentity();
        services.Configure<IdentityOptions>(options => options.Folder = _folder["identity"]);
        services.Configure<MqttOptions>(options =>
        {
            options.Folder = _folder["mqtt"];
            options.Durability = Storage.Durability.Crash;
            options.Listeners.Add(new MqttListenerOptions { Port = 0, Tls = new MqttTlsOptions(), Anonymous = false });
            options.Listeners.Add(new MqttListenerOptions { Port = 0 });
            _configure?.Invoke(options);
        });
        _services = services.BuildServiceProvider();
        await Broker.StartAsync();
        await Get<IdentityHost>().StartAsync(CancellationToken.None);
        await File.WriteAllTextAsync(AuthorityFile, Get<IClientCertificates>().AuthorityPem);
        var open = await Broker.OpenListenersAsync();
        Ports = [.. open.Select(static listener => listener.Port)];
        (Port, PlainPort) = (Ports[0], Ports[1]);
    }
}
