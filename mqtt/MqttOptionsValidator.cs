using System.Globalization;
using System.Net;
using System.Text;
using Microsoft.Extensions.Options;
using Roost.Mqtt.Transport.Tls;
using Roost.Storage;

namespace Roost.Mqtt;

/// <summary>Reports every fault at once, each with its key, value and remedy.</summary>
/// <param name="source">Its files are there when listeners open, and perhaps not before.</param>
internal sealed class MqttOptionsValidator(ITlsSource? source = null) : IValidateOptions<MqttOptions>
{
    private const int MaxSocketPathBytes = 107; // of struct sockaddr_un, but for the zero at its end

    public ValidateOptionsResult Validate(string? name, MqttOptions options)
    {
        var faults = new ValidateOptionsResultBuilder();
        for (var i = 0; i < options.Listeners.Count; i++)
        {
            ValidateListener($"{MqttOptions.Section}:Listeners:{i}", options.Listeners[i], faults);
        }

        for (var i = 1; i < options.Listeners.Count; i++)
        {
            var listener = options.Listeners[i];
            if (options.Listeners.Take(i).Any(other => IsSamePlace(listener, other)))
            {
                faults.AddError($"{MqttOptions.Section}:Listeners:{i} is {listener.Socket ?? $"{listener.Address} port {listener.Port}"}, which is listed before; remove one.");
            }
        }

        for (var i = 0; i < options.Listeners.Count; i++)
        {
            if (options.Listeners[i].Name is { } listenerName && (listenerName.Length == 0 || options.Listeners.Take(i).Any(other => other.Name == listenerName)))
            {
                faults.AddError($"{MqttOptions.Section}:Listeners:{i}:Name is '{listenerName}'; give each listener a name of its own, or none.");
            }
        }

        if (!Enum.IsDefined(options.Durability))
        {
            faults.AddError($"{MqttOptions.Section}:Durability is {options.Durability}; use power-loss, crash or memory.");
        }

        if (options.Gather < TimeSpan.Zero || options.Gather > TimeSpan.FromSeconds(1))
        {
            faults.AddError($"{MqttOptions.Section}:Gather is {Duration.Format(options.Gather)}; use 0 to 1s.");
        }

        if (options.ResponseTopicPrefix is { } prefix && !TopicName.TryParse(prefix, out _))
        {
            faults.AddError($"{MqttOptions.Section}:ResponseTopicPrefix is '{prefix}'; use a topic without + and #, like answers, or leave the key out.");
        }

        if (options.Folder is "")
        {
            faults.AddError($"{MqttOptions.Section}:Folder is empty; name a folder, or leave the key out to keep sessions in memory.");
        }

        if (options.SysInterval != TimeSpan.Zero && (options.SysInterval < TimeSpan.FromSeconds(1) || options.SysInterval > TimeSpan.FromHours(1)))
        {
            faults.AddError($"{MqttOptions.Section}:SysInterval is {options.SysInterval.TotalSeconds:#,0.###} s; use 1 s to 3,600 s, or 0 for no $SYS topics.");
        }

        var limitFaults = new ValidateOptionsResultBuilder();
        ValidateLimits(MqttLimitsOptions.Section, options.Limits, limitFaults);
        for (var i = 0; i < options.Listeners.Count && limitFaults.Build().Succeeded; i++) // else the fault of all would be told for each
        {
            ValidateLimits($"{MqttOptions.Section}:Listeners:{i}:Limits", options.Listeners[i].Limits.Over(options.Limits), faults);
        }

        if (limitFaults.Build().Succeeded)
        {
            ValidateLimits($"{MqttOptions.Section}:Http:Limits", options.Http.Limits.Over(options.Limits), faults);
        }

        faults.AddResult(limitFaults.Build());
        return faults.Build();
    }

    private static bool IsSamePlace(MqttListenerOptions one, MqttListenerOptions other) => one.Socket is not null || other.Socket is not null
        ? one.Socket == other.Socket
        : one.Port != 0 && one.Address == other.Address && one.Port == other.Port;

    private void ValidateListener(string key, MqttListenerOptions listener, ValidateOptionsResultBuilder faults)
    {
        if (listener.Socket is { } socket)
        {
            if (!Path.IsPathRooted(socket) || Encoding.UTF8.GetByteCount(socket) > MaxSocketPathBytes)
            {
                faults.AddError($"{key}:Socket is '{socket}'; use an absolute path of at most {MaxSocketPathBytes} bytes.");
            }
        }
        else if (!IPAddress.TryParse(listener.Address, out _))
        {
            faults.AddError($"{key}:Address is '{listener.Address}'; use an IP address, 127.0.0.1 for this machine or 0.0.0.0 for all interfaces.");
        }

        if (listener.Port is < 0 or > 65_535)
        {
            faults.AddError($"{key}:Port is {listener.Port}; use 1 to 65,535, or 0 for any free port.");
        }

        if (!listener.Path.StartsWith('/') || listener.Path.AsSpan().ContainsAny(" ?#"))
        {
            faults.AddError($"{key}:Path is '{listener.Path}'; use a path like /mqtt.");
        }

        foreach (var origin in listener.Origins.Where(static origin => origin != "*" && !IsOrigin(origin)))
        {
            faults.AddError($"{key}:Origins is '{origin}'; use addresses of pages without a path, like https://example.com, or * for all.");
        }

        if (listener.Tls is { } tls)
        {
            ValidateTls($"{key}:Tls", tls, faults);
        }
    }

    private static bool IsOrigin(string text) => Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.GetLeftPart(UriPartial.Authority) == text;

    /// <summary>The files are tried as they will be used: what is wrong with them is known before anything starts.</summary>
    private void ValidateTls(string key, MqttTlsOptions tls, ValidateOptionsResultBuilder faults)
    {
        if (tls.MinVersion is not ("1.2" or "1.3"))
        {
            faults.AddError($"{key}:MinVersion is {tls.MinVersion}; use 1.2 or 1.3.");
        }

        if (tls.RequireClientCertificate && tls.ClientCa is null && source is null)
        {
            faults.AddError($"{key}:RequireClientCertificate is true, but nothing says which certificates are good; set client-ca.");
        }

        if (tls.IsGateways && tls.KeyPasswordFile is not null)
        {
            faults.AddError($"{key}:KeyPasswordFile is {tls.KeyPasswordFile}, but there is no key; name certificate and key, or leave it out for those of the gateway.");
        }

        var files = new TlsFiles(tls);
        using var context = tls.IsGateways && source is not null ? files.LoadAuthorities() : files.Load();
        foreach (var fault in files.Faults)
        {
            faults.AddError($"{key}:{fault.Key} {fault.Problem}.");
        }
    }

    /// <summary>In the largest unit that divides it, as it is written in a configuration.</summary>
    private static string Size(int bytes) => bytes switch
    {
        0 => "0",
        _ when bytes % (1 << 20) == 0 => $"{bytes >> 20}MiB",
        _ when bytes % (1 << 10) == 0 && bytes < 1 << 30 => $"{bytes >> 10}KiB",
        _ when bytes % 1_000_000_000 == 0 => $"{bytes / 1_000_000_000}GB",
        _ => bytes.ToString(CultureInfo.InvariantCulture),
    };

    private static void ValidateLimits(string section, MqttLimitsOptions limits, ValidateOptionsResultBuilder faults)
    {
        CheckSize(nameof(limits.MaxPacketBytes), limits.MaxPacketBytes, 128, 256 * 1024 * 1024);
        CheckNumber(nameof(limits.MaxQueued), limits.MaxQueued, 1, 10_000_000);
        CheckSize(nameof(limits.MaxQueuedSizeBytes), limits.MaxQueuedSizeBytes, 4096, 2_000_000_000);
        CheckSize(nameof(limits.MaxQueuedTotalBytes), limits.MaxQueuedTotalBytes, 4096, 2_000_000_000);
        CheckNumber(nameof(limits.MaxRetained), limits.MaxRetained, 0, 10_000_000);
        CheckSize(nameof(limits.MaxRetainedSizeBytes), limits.MaxRetainedSizeBytes, 0, 2_000_000_000);
        CheckSize(nameof(limits.MaxOutputBytes), limits.MaxOutputBytes, 16 * 1024, 256 * 1024 * 1024);
        CheckNumber(nameof(limits.MaxConnections), limits.MaxConnections, 1, 1_000_000);
        CheckNumber(nameof(limits.MaxSessions), limits.MaxSessions, 1, 10_000_000);
        CheckNumber(nameof(limits.MaxSubscriptions), limits.MaxSubscriptions, 1, 1_000_000);
        CheckNumber(nameof(limits.ReceiveMax), limits.ReceiveMax, 1, 65_535);
        CheckNumber(nameof(limits.InflightMax), limits.InflightMax, 1, 65_535);
        CheckNumber(nameof(limits.MaxQos), limits.MaxQos, 0, 2);
        CheckNumber(nameof(limits.TopicAliasMax), limits.TopicAliasMax, 0, 65_535);
        CheckNumber(nameof(limits.TopicAliasMaxOut), limits.TopicAliasMaxOut, 0, 65_535);
        CheckNumber(nameof(limits.PublishRate), limits.PublishRate, 0, 100_000_000);
        CheckSize(nameof(limits.PublishVolumeBytes), limits.PublishVolumeBytes, 0, 2_000_000_000);
        CheckNumber(nameof(limits.ConnectRate), limits.ConnectRate, 0, 1_000_000);
        CheckNumber(nameof(limits.ConnectRatePerAddress), limits.ConnectRatePerAddress, 0, 1_000_000);
        CheckTime(nameof(limits.Backpressure), limits.Backpressure, TimeSpan.Zero, TimeSpan.FromMinutes(10));
        CheckTime(nameof(limits.KeepAliveMax), limits.KeepAliveMax, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(65_535));
        CheckTime(nameof(limits.ConnectTimeout), limits.ConnectTimeout, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(10));
        CheckTime(nameof(limits.SessionExpiryMax), limits.SessionExpiryMax, TimeSpan.FromSeconds(1), TimeSpan.FromDays(3650));

        void CheckNumber(string key, int value, int least, int most)
        {
            if (value < least || value > most)
            {
                faults.AddError($"{section}:{key} is {value:#,0}; use {least:#,0} to {most:#,0}.");
            }
        }

        void CheckSize(string key, int value, int least, int most)
        {
            if (value < least || value > most)
            {
                faults.AddError($"{section}:{key} is {Size(value)}; use {Size(least)} to {Size(most)}.");
            }
        }

        void CheckTime(string key, TimeSpan value, TimeSpan least, TimeSpan most)
        {
            if (value < least || value > most)
            {
                faults.AddError($"{section}:{key} is {value.TotalSeconds:#,0} s; use {least.TotalSeconds:#,0} s to {most.TotalSeconds:#,0} s.");
            }
        }
    }
}
