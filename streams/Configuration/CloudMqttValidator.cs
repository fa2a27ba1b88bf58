using System.Text;
using Microsoft.Extensions.Options;
using Roost.Streams.Credentials;
using Roost.Streams.Upstream;

namespace Roost.Streams.Configuration;

internal sealed class CloudMqttValidator : IValidateOptions<CloudMqttOptions>
{
    private const string Section = CloudMqttOptions.Section;

    public ValidateOptionsResult Validate(string? name, CloudMqttOptions options)
    {
        var faults = new ValidateOptionsResultBuilder();
        if (options.Port is < 1 or > 65_535)
        {
            faults.AddError($"{Section}:Port is {options.Port}; use 1 to 65535.");
        }

        if (options.ClientId.Length == 0 || Encoding.UTF8.GetByteCount(options.ClientId) > 65_535)
        {
            faults.AddError($"{Section}:ClientId is empty or longer than 65,535 bytes; give this gateway a name of its own, like site-17.");
        }

        if (options.Version is not ("5" or "3.1.1"))
        {
            faults.AddError($"{Section}:Version is {options.Version}; use 5 or 3.1.1.");
        }

        ValidateWay(faults, options);
        ValidateTimes(faults, options);
        ValidatePassword(faults, options);
        if (options.Tls is { } tls)
        {
            ValidateTls(faults, tls);
        }

        return faults.Build();
    }

    private static void ValidateWay(ValidateOptionsResultBuilder faults, CloudMqttOptions options)
    {
        if (options.Host.Length > 0 && (!UplinkHost.TryParse(options.Host, 1, out var host) || host.Host != options.Host))
        {
            faults.AddError($"{Section}:Host is '{options.Host}'; give a name or an address alone: the port has a key of its own.");
        }

        for (var i = 0; i < options.FallbackHosts.Count; i++)
        {
            if (!UplinkHost.TryParse(options.FallbackHosts[i], options.EffectivePort, out _))
            {
                faults.AddError($"{Section}:FallbackHosts:{i} is '{options.FallbackHosts[i]}'; give a name or an address, with a port of 1 to 65535 or without.");
            }
        }

        if (options.FallbackHosts.Count > 0 && options.Host.Length == 0)
        {
            faults.AddError($"{Section}:FallbackHosts stands without host; set cloud.mqtt.host.");
        }

        if (options.WebsocketPath is { } path && !path.StartsWith('/'))
        {
            faults.AddError($"{Section}:WebsocketPath is '{path}'; it begins with /, as in /mqtt.");
        }

        if (options.Proxy is { } proxy)
        {
            ValidateProxy(faults, proxy);
        }
    }

    private static void ValidateProxy(ValidateOptionsResultBuilder faults, CloudProxyOptions proxy)
    {
        if (!UplinkHost.TryParse(proxy.Host, 1, out var host) || host.Host != proxy.Host || proxy.Port is < 1 or > 65_535)
        {
            faults.AddError($"{Section}:Proxy:Host is '{proxy.Host}', port {proxy.EffectivePort}; give a name or an address, and a port of 1 to 65535 beside it.");
        }

        if (proxy is { Password: not null, PasswordFile: not null })
        {
            faults.AddError($"{Section}:Proxy:PasswordFile is set and so is a password; use one of them.");
        }

        SecretNames.ValidateAlone(faults, $"{Section}:Proxy:PasswordSecret", proxy.PasswordSecret, ("password", proxy.Password is not null), ("password-file", proxy.PasswordFile is not null));
        if (proxy.UserName is null && (proxy.Password ?? proxy.PasswordFile ?? proxy.PasswordSecret) is not null)
        {
            faults.AddError($"{Section}:Proxy:UserName is missing; a proxy takes no password without it.");
        }

        MustExist(faults, "Proxy:PasswordFile", proxy.PasswordFile);
    }

    private static void ValidateTimes(ValidateOptionsResultBuilder faults, CloudMqttOptions options)
    {
        if (options.KeepAlive < TimeSpan.FromSeconds(5) || options.KeepAlive > TimeSpan.FromSeconds(65_535))
        {
            faults.AddError($"{Section}:KeepAlive is {options.KeepAlive}; use 5s to 18h.");
        }

        if (options.ReturnAfter < TimeSpan.FromSeconds(10) || options.ReturnAfter > TimeSpan.FromDays(1))
        {
            faults.AddError($"{Section}:ReturnAfter is {options.ReturnAfter}; use 10s to 1d.");
        }

        foreach (var (key, value) in new[]
        {
            (nameof(options.ConnectTimeout), options.ConnectTimeout),
            (nameof(options.AcknowledgeTimeout), options.AcknowledgeTimeout),
            (nameof(options.ReconnectMax), options.ReconnectMax),
        })
        {
            if (value < TimeSpan.FromSeconds(1) || value > TimeSpan.FromHours(1))
            {
                faults.AddError($"{Section}:{key} is {value}; use 1s to 1h.");
            }
        }
    }

    private static void ValidatePassword(ValidateOptionsResultBuilder faults, CloudMqttOptions options)
    {
        if (options is { Password: not null, PasswordFile: not null })
        {
            faults.AddError($"{Section}:PasswordFile is set and so is a password; use one of them.");
        }

        SecretNames.ValidateAlone(faults, $"{Section}:PasswordSecret", options.PasswordSecret, ("password", options.Password is not null), ("password-file", options.PasswordFile is not null));
        if (options.UserName is null && (options.Password ?? options.PasswordFile ?? options.PasswordSecret) is not null && options.Version == "3.1.1")
        {
            faults.AddError($"{Section}:UserName is missing; MQTT 3.1.1 allows no password without it.");
        }

        MustExist(faults, nameof(options.PasswordFile), options.PasswordFile);
    }

    private static void ValidateTls(ValidateOptionsResultBuilder faults, CloudTlsOptions tls)
    {
        SecretNames.ValidateAlone(faults, $"{Section}:Tls:KeySecret", tls.KeySecret, ("key", tls.Key is not null));
        if (tls.Certificate is null != (tls.Key ?? tls.KeySecret) is null)
        {
            faults.AddError($"{Section}:Tls:{(tls.Certificate is not null ? "Certificate is set without its key" : $"{(tls.Key is null ? "KeySecret" : "Key")} is set without its certificate")}; set both, or none.");
        }

        foreach (var protocol in tls.Alpn.Where(static protocol => Encoding.UTF8.GetByteCount(protocol) is 0 or > 255))
        {
            faults.AddError($"{Section}:Tls:Alpn names '{protocol}'; use 1 to 255 bytes, such as x-amzn-mqtt-ca.");
        }

        MustExist(faults, "Tls:Ca", tls.Ca);
        MustExist(faults, "Tls:Certificate", tls.Certificate);
        MustExist(faults, "Tls:Key", tls.Key);
    }

    private static void MustExist(ValidateOptionsResultBuilder faults, string key, string? file)
    {
        if (file is not null && !File.Exists(file))
        {
            faults.AddError($"{Section}:{key} names {file}, which is not there or cannot be read; use the full path of a file that the daemon may read.");
        }
    }
}
