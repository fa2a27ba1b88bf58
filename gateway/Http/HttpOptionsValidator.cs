using System.Net;
using Microsoft.Extensions.Options;
using Roost.Gateway.Http.Tls;
using Roost.LocalLambda;

namespace Roost.Gateway.Http;

internal sealed class HttpOptionsValidator : IValidateOptions<HttpOptions>
{
    public ValidateOptionsResult Validate(string? name, HttpOptions options)
    {
        var faults = new ValidateOptionsResultBuilder();
        for (var i = 0; i < options.Listeners.Count; i++)
        {
            var (listener, key) = (options.Listeners[i], $"{HttpOptions.Section}:Listeners:{i}");
            ValidateListener(listener, key, faults);
            if (listener.Port != 0 && options.Listeners.Take(i).Any(other => other.Port == listener.Port && other.Address == listener.Address))
            {
                faults.AddError($"{key} repeats {listener.Address}:{listener.Port}; list each address and port once");
            }
        }

        if (options.Socket.Length == 0)
        {
            faults.AddError($"{HttpOptions.Section}:Socket is empty; name a file, like run/roostd.sock");
        }

        foreach (var origin in options.Origins.Where(static origin => origin != "*" && !(Uri.TryCreate(origin, UriKind.Absolute, out var uri) && uri.GetLeftPart(UriPartial.Authority) == origin)))
        {
            faults.AddError($"{HttpOptions.Section}:Origins is '{origin}'; use addresses of pages without a path, like https://example.com, or * for all");
        }

        foreach (var function in options.PublicFunctions.Where(static function => !FunctionArn.IsName(function)))
        {
            faults.AddError($"{HttpOptions.Section}:PublicFunctions is '{function}', which is no function's name; use 1 to 64 letters, digits, - and _");
        }

        if (options.MaxBodyBytes is < 4096 or > 1024L * 1024 * 1024)
        {
            faults.AddError($"{HttpOptions.Section}:MaxBodyBytes is out of range ({options.MaxBodyBytes}); use 4KiB to 1GiB");
        }

        if (options.HeadersTimeout < TimeSpan.FromSeconds(1) || options.HeadersTimeout > TimeSpan.FromMinutes(10))
        {
            faults.AddError($"{HttpOptions.Section}:HeadersTimeout is out of range ({options.HeadersTimeout.TotalSeconds:0.###}s); use 1s to 10m");
        }

        if (options.MaxConnections is < 8 or > 100_000)
        {
            faults.AddError($"{HttpOptions.Section}:MaxConnections is out of range ({options.MaxConnections}); use 8 to 100000");
        }

        if (options.MaxConnectionsPerAddress is < 1 or > 100_000)
        {
            faults.AddError($"{HttpOptions.Section}:MaxConnectionsPerAddress is out of range ({options.MaxConnectionsPerAddress}); use 1 to 100000");
        }

        return faults.Build();
    }

    private static void ValidateListener(HttpListenerOptions listener, string key, ValidateOptionsResultBuilder faults)
    {
        if (!IPAddress.TryParse(listener.Address, out _))
        {
            faults.AddError($"{key}:Address is no IP address ({listener.Address}); use 127.0.0.1 or ::1, or with tls 0.0.0.0 for all interfaces");
        }
        else if (!listener.IsLoopback && listener.Tls is null)
        {
            faults.AddError($"{key}:Address would let everyone in the network control this machine, as HTTP without TLS asks for no identity ({listener.Address}); add tls: {{}}, or use 127.0.0.1 or ::1");
        }

        if (listener.Port is < 0 or > 65_535)
        {
            faults.AddError($"{key}:Port is out of range ({listener.Port}); use 1 to 65535, or 0 for any free one");
        }

        if (listener.Tls is { } tls)
        {
            ValidateTls(tls, $"{key}:Tls", faults);
        }
    }

    /// <summary>The files are tried as they will be used: what is wrong with them is known before anything starts.</summary>
    private static void ValidateTls(HttpTlsOptions tls, string key, ValidateOptionsResultBuilder faults)
    {
        if (tls.MinVersion is not ("1.2" or "1.3"))
        {
            faults.AddError($"{key}:MinVersion is {tls.MinVersion}; use 1.2 or 1.3");
        }

        if (tls.Certificate is null && tls.Key is null)
        {
            if (tls.KeyPasswordFile is not null)
            {
                faults.AddError($"{key}:KeyPasswordFile stands without key; name the key's file too, or leave both out for the gateway's own");
            }

            return;
        }

        if (string.IsNullOrEmpty(tls.Certificate) || string.IsNullOrEmpty(tls.Key))
        {
            faults.AddError($"{key}:{(string.IsNullOrEmpty(tls.Certificate) ? nameof(tls.Certificate) : nameof(tls.Key))} is missing; certificate and key go together, or leave both out for the gateway's own");
            return;
        }

        try
        {
            ServerIdentity.Load(tls.Certificate, tls.Key, tls.KeyPasswordFile).Dispose();
        }
        catch (ServerIdentityException exception)
        {
            faults.AddError($"{key}:{exception.Key} {exception.Message}");
        }
    }
}
