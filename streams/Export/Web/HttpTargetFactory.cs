using System.Globalization;
using Microsoft.Extensions.Options;
using Roost.Streams.Credentials;
using Roost.Streams.Export.Targets;
using Roost.Streams.Signing;

namespace Roost.Streams.Export.Web;

/// <summary>Exports to web servers.</summary>
internal sealed class HttpTargetFactory(GatewayIdentity gateway, IStreamSecrets secrets, TimeProvider clock) : IExportTargetFactory
{
    public ExportTarget Kind => ExportTarget.Http;

    /// <summary>One request at a time: two would arrive in any order.</summary>
    public BatchLimits Defaults { get; } = new(Records: 500, Bytes: 1024 * 1024, Linger: TimeSpan.FromSeconds(1), Inflight: 1);

    public string Destination(ExportOptions export) => export.Http is { } http ? HttpTarget.DestinationOf(http) : "";

    public IExportTarget Create(ExportOptions export, ExportIdentity identity) => new HttpTarget(export, () => gateway.Id, secrets, clock);

    public void Validate(ValidateOptionsResultBuilder faults, string key, ExportOptions export)
    {
        key = $"{key}:Http";
        if (export.Http is not { } http)
        {
            faults.AddError($"{key} is missing; write where to, like http: {{ url: https://example.com/batches }}.");
            return;
        }

        if (!Uri.TryCreate(http.Url, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https") || url.UserInfo.Length > 0)
        {
            faults.AddError($"{key}:Url is no address of a web server; use https://HOST/PATH, and bearer-token-secret or authorization-secret for what only the two may know.");
        }

        if (http.Proxy is not null && (!Uri.TryCreate(http.Proxy, UriKind.Absolute, out var proxy) || proxy.Scheme != "http"))
        {
            faults.AddError($"{key}:Proxy is no address of a proxy; use http://HOST:PORT.");
        }

        if (http.Timeout < TimeSpan.FromSeconds(1) || http.Timeout > TimeSpan.FromMinutes(10))
        {
            faults.AddError($"{key}:Timeout is {http.Timeout}; use 1s to 10m.");
        }

        if (http is { AuthorizationFile: not null, BearerTokenFile: not null })
        {
            faults.AddError($"{key}:BearerTokenFile is set and so is authorization-file; use one of them.");
        }

        ValidateSecrets(faults, key, http);
        if (http.Certificate is null != (http.Key ?? http.KeySecret) is null)
        {
            faults.AddError($"{key}:{(http.Certificate is not null ? "Certificate is set without its key" : $"{(http.Key is null ? "KeySecret" : "Key")} is set without its certificate")}; set both, or none.");
        }

        ValidateFiles(faults, key, http);
        ValidateHeaders(faults, key, http);
    }

    private static void ValidateSecrets(ValidateOptionsResultBuilder faults, string key, ExportHttpOptions http)
    {
        SecretNames.ValidateAlone(
            faults, $"{key}:AuthorizationSecret", http.AuthorizationSecret,
            ("authorization-file", http.AuthorizationFile is not null), ("bearer-token-file", http.BearerTokenFile is not null), ("bearer-token-secret", http.BearerTokenSecret is not null));
        SecretNames.ValidateAlone(
            faults, $"{key}:BearerTokenSecret", http.BearerTokenSecret, ("bearer-token-file", http.BearerTokenFile is not null), ("authorization-file", http.AuthorizationFile is not null));
        SecretNames.ValidateAlone(faults, $"{key}:HmacKeySecret", http.HmacKeySecret, ("hmac-key-file", http.HmacKeyFile is not null));
        SecretNames.ValidateAlone(faults, $"{key}:KeySecret", http.KeySecret, ("key", http.Key is not null));
    }

    private static void ValidateFiles(ValidateOptionsResultBuilder faults, string key, ExportHttpOptions http)
    {
        foreach (var (name, file) in new[]
        {
            ("AuthorizationFile", http.AuthorizationFile), ("BearerTokenFile", http.BearerTokenFile), ("HmacKeyFile", http.HmacKeyFile),
            ("Ca", http.Ca), ("Certificate", http.Certificate), ("Key", http.Key),
        })
        {
            if (file is not null && !File.Exists(file))
            {
                faults.AddError($"{key}:{name} names {file}, which is not there or cannot be read; use the full path of a file that the daemon may read.");
            }
        }
    }

    private static void ValidateHeaders(ValidateOptionsResultBuilder faults, string key, ExportHttpOptions http)
    {
        using var probe = new HttpRequestMessage();
        foreach (var (name, value) in http.Headers.Append(new("User-Agent", http.UserAgent)))
        {
            var place = name == "User-Agent" ? "UserAgent" : $"Headers:{name}";
            if (name != "User-Agent" && (BatchRequest.Reserved.Contains(name, StringComparer.OrdinalIgnoreCase) || BatchRequest.ReservedPrefixes.Any(prefix => name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))))
            {
                faults.AddError(string.Create(CultureInfo.InvariantCulture, $"{key}:{place} is set by Roost itself; leave it out{(name.Equals("Authorization", StringComparison.OrdinalIgnoreCase) ? ", and use authorization-secret or bearer-token-secret (or -file)" : "")}."));
            }
            else if (value is null || !value.All(letter => letter is >= ' ' and <= '~') || !probe.Headers.TryAddWithoutValidation(name, value))
            {
                faults.AddError($"{key}:{place} is no header; use a name without spaces and a value in one line of plain ASCII.");
            }
        }
    }
}
