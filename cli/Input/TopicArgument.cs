using System.CommandLine;
using System.Text;

namespace Roost.Cli.Input;

/// <summary>Topics and topic filters as MQTT allows them (MQTT 5, 4.7). Checked here too, because the daemon's answer speaks of HTTP.</summary>
internal static class TopicArgument
{
    private const int MaxBytes = 65_535;

    /// <summary>What the daemon takes in one subscription over HTTP.</summary>
    private const int MaxFilters = 32;

    public static Argument<string> Topic(string description = "Topic to publish to")
    {
        var argument = new Argument<string>("TOPIC") { Description = description };
        argument.Validators.Add(result =>
        {
            if (result.Tokens.Count > 0 && FaultOfTopic(result.Tokens[0].Value) is { } fault)
            {
                result.AddError($"TOPIC '{result.Tokens[0].Value}': {fault}.");
            }
        });
        return argument;
    }

    /// <param name="description">Of a single filter.</param>
    public static Argument<string> Filter(string description)
    {
        var argument = new Argument<string>("FILTER") { Description = description };
        argument.Validators.Add(result =>
        {
            if (result.Tokens.Count > 0 && FaultOfFilter(result.Tokens[0].Value) is { } fault)
            {
                result.AddError($"FILTER '{result.Tokens[0].Value}': {fault}.");
            }
        });
        return argument;
    }

    public static Argument<string[]> Filters()
    {
        var argument = new Argument<string[]>("FILTER") { Description = "Topic filters, like robots/+/telemetry", Arity = ArgumentArity.OneOrMore };
        argument.Validators.Add(result =>
        {
            if (result.Tokens.Count > MaxFilters)
            {
                result.AddError($"FILTER: at most {MaxFilters}, not {result.Tokens.Count}.");
            }

            foreach (var token in result.Tokens)
            {
                if (FaultOfFilter(token.Value) is { } fault)
                {
                    result.AddError($"FILTER '{token.Value}': {fault}.");
                }
            }
        });
        return argument;
    }

    private static string? FaultOfTopic(string topic) => topic.IndexOfAny(['+', '#']) is var wildcard and >= 0
        ? $"'{topic[wildcard]}' cannot stand in a topic; it is for filters"
        : FaultOfSize(topic);

    private static string? FaultOfFilter(string filter)
    {
        var levels = filter.Split('/');
        if (Array.Exists(levels, level => level.Length > 1 && level.Contains('+')))
        {
            return "'+' must be a whole level, as in a/+/b";
        }

        if (Array.Exists(levels, level => level.Length > 1 && level.Contains('#')))
        {
            return "'#' must be a whole level, as in a/#";
        }

        return Array.IndexOf(levels, "#") is var many && many >= 0 && many < levels.Length - 1 ? "'#' must be last" : FaultOfSize(filter);
    }

    private static string? FaultOfSize(string text) => Encoding.UTF8.GetByteCount(text) switch
    {
        0 => "it is empty",
        > MaxBytes => $"it has more than {MaxBytes} bytes",
        _ => null,
    };
}
