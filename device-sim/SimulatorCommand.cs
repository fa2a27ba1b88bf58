using System.CommandLine;
using System.Globalization;
using System.Security.Cryptography;
using Roost.DeviceSim.Fleets;
using Roost.Mqtt;

namespace Roost.DeviceSim;

/// <summary>The command line of <c>roost-sim</c>. Exit codes: 0 done or interrupted, 2 wrong usage.</summary>
internal static class SimulatorCommand
{
    public const int UsageExitCode = 2;

    public static async Task<int> RunAsync(IReadOnlyList<string> arguments, TextWriter output, TextWriter error, TimeProvider clock, CancellationToken cancellationToken = default)
    {
        var defaults = new SimulatorOptions();
        var robots = new Option<int>("--robots") { Description = "How many robots, named vac-01 and so on", HelpName = "N", DefaultValueFactory = _ => defaults.Robots };
        var broker = new Option<string>("--broker") { Description = "The MQTT broker", HelpName = "HOST:PORT", DefaultValueFactory = _ => $"{defaults.Host}:{defaults.Port}" };
        var seed = new Option<ulong?>("--seed") { Description = "Repeats the run of that number; default: a new one, printed at the start", HelpName = "N" };
        var rate = new Option<double>("--rate") { Description = "Telemetry messages a second from each robot", HelpName = "N", DefaultValueFactory = _ => defaults.Rate };
        var duration = new Option<string?>("--duration") { Description = "Stop after this time, like 30s, 5m or 2h; default: Ctrl-C", HelpName = "TIME" };
        var version = new Option<string>("--version") { Description = "MQTT version", HelpName = "3.1.1|5", DefaultValueFactory = _ => "5" };
        var qualityOfService = new Option<int>("--qos") { Description = "QoS of telemetry; events and shadow updates have 1", HelpName = "0|1", DefaultValueFactory = _ => 1 };
        Read(robots, (text, out value) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value) && value is >= 1 and <= SimulatorOptions.MaxRobots, $"is a number from 1 to {SimulatorOptions.MaxRobots}");
        Check(broker, value => SimulatorOptions.TryParseBroker(value, out _, out _), "is HOST:PORT, like 127.0.0.1:1883");
        Read(seed, TryReadSeed, $"is a whole number from 0 to {ulong.MaxValue}");
        Read(rate, (text, out value) => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value) && value is >= SimulatorOptions.MinRate and <= SimulatorOptions.MaxRate, $"is a number from {SimulatorOptions.MinRate} to {SimulatorOptions.MaxRate}");
        Check(duration!, value => SimulatorOptions.TryParseDuration(value, out _), "is a time, like 30s, 5m or 2h");
        Check(version, value => value is "3.1.1" or "5" or "5.0", "is 3.1.1 or 5");
        Read(qualityOfService, (text, out value) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value) && (value is 0 or 1), "is 0 or 1");

        var root = new RootCommand("A fleet of simulated vacuum robots that talk MQTT as real ones would. See docs/cli.md.");
        root.Options.Remove(root.Options.First(option => option is VersionOption)); // here the word means MQTT's
        foreach (var option in new Option[] { robots, broker, seed, rate, duration, version, qualityOfService })
        {
            root.Add(option);
        }

        root.SetAction(async (parsed, stopping) =>
        {
            _ = SimulatorOptions.TryParseBroker(parsed.GetRequiredValue(broker), out var host, out var port);
            await Fleet.RunAsync(
                new SimulatorOptions
                {
                    Robots = parsed.GetValue(robots),
                    Host = host,
                    Port = port,
                    Seed = parsed.GetValue(seed) ?? (ulong)RandomNumberGenerator.GetInt32(1, 1_000_000), // short enough to be typed again
                    Rate = parsed.GetValue(rate),
                    Duration = parsed.GetValue(duration) is { } text && SimulatorOptions.TryParseDuration(text, out var time) ? time : null,
                    Version = parsed.GetValue(version) == "3.1.1" ? MqttProtocolVersion.V311 : MqttProtocolVersion.V500,
                    TelemetryQualityOfService = (QualityOfService)parsed.GetValue(qualityOfService),
                },
                output,
                clock,
                stopping);
            return 0;
        });

        var parsed = root.Parse(arguments);
        if (parsed.Errors.Count > 0)
        {
            await error.WriteLineAsync($"roost-sim: {string.Join(' ', parsed.Errors.Select(fault => fault.Message))} Try: roost-sim --help");
            return UsageExitCode;
        }

        // The fleet says goodbye to the broker when interrupted; that takes as long as the broker takes to acknowledge it.
        return await parsed.InvokeAsync(new InvocationConfiguration { Output = output, Error = error, ProcessTerminationTimeout = TimeSpan.FromSeconds(5) }, cancellationToken);
    }

    private delegate bool TryRead<T>(string text, out T value);

    /// <summary>The library's own words for a text that is no number name types of .NET.</summary>
    private static void Read<T>(Option<T> option, TryRead<T> tryRead, string rule) => option.CustomParser = result =>
    {
        if (result.Tokens is [var token] && tryRead(token.Value, out var value))
        {
            return value;
        }

        result.AddError($"{option.Name} {rule}, not '{string.Join(' ', result.Tokens.Select(each => each.Value))}'.");
        return default;
    };

    private static bool TryReadSeed(string text, out ulong? value)
    {
        var valid = ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number);
        value = valid ? number : null;
        return valid;
    }

    private static void Check(Option<string> option, Func<string, bool> isValid, string rule) => option.Validators.Add(result =>
    {
        if (result.Tokens is [var token] && !isValid(token.Value))
        {
            result.AddError($"{option.Name} {rule}, not '{token.Value}'.");
        }
    });
}
