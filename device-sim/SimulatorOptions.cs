using System.Globalization;
using Roost.Mqtt;

namespace Roost.DeviceSim;

/// <summary>What the command line asks for.</summary>
internal sealed record SimulatorOptions
{
    public const int MaxRobots = 10_000;
    public const double MinRate = 0.001;
    public const double MaxRate = 1000; // a timer cannot be finer than a millisecond

    public int Robots { get; init; } = 20;

    public string Host { get; init; } = "127.0.0.1";

    public int Port { get; init; } = 1883;

    /// <summary>The same seed gives the same fleet, which does the same things in the same order.</summary>
    public ulong Seed { get; init; }

    /// <summary>Telemetry messages a second from each robot. It is also the step of the simulation.</summary>
    public double Rate { get; init; } = 1;

    /// <summary>Null: until interrupted.</summary>
    public TimeSpan? Duration { get; init; }

    public MqttProtocolVersion Version { get; init; } = MqttProtocolVersion.V500;

    /// <summary>Of telemetry. Events and shadow updates are always sent at QoS 1.</summary>
    public QualityOfService TelemetryQualityOfService { get; init; } = QualityOfService.AtLeastOnce;

    /// <summary>Reads <c>host:port</c>, <c>host</c>, <c>[::1]:port</c> or <c>mqtt://host:port</c>.</summary>
    public static bool TryParseBroker(string text, out string host, out int port)
    {
        var address = text.Contains("://", StringComparison.Ordinal) ? text : $"mqtt://{text}";
        if (Uri.TryCreate(address, UriKind.Absolute, out var uri) && uri is { Scheme: "mqtt", AbsolutePath: "" or "/", Host.Length: > 0, UserInfo: "", Query: "", Fragment: "" } && uri.Port != 0)
        {
            host = uri.Host.Trim('[', ']');
            port = uri.Port < 0 ? 1883 : uri.Port;
            return true;
        }

        (host, port) = ("", 0);
        return false;
    }

    /// <summary>Reads <c>500ms</c>, <c>30s</c>, <c>5m</c>, <c>2h</c>; a bare number means seconds.</summary>
    public static bool TryParseDuration(string text, out TimeSpan duration)
    {
        var digits = text.TrimEnd('m', 's', 'h');
        var unit = text[digits.Length..] switch
        {
            "ms" => TimeSpan.FromMilliseconds(1),
            "s" or "" => TimeSpan.FromSeconds(1),
            "m" => TimeSpan.FromMinutes(1),
            "h" => TimeSpan.FromHours(1),
            _ => TimeSpan.Zero,
        };
        var valid = double.TryParse(digits, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
            && number > 0 && unit > TimeSpan.Zero && number * unit.TotalDays < 365;
        duration = valid ? number * unit : TimeSpan.Zero;
        return valid;
    }
}
