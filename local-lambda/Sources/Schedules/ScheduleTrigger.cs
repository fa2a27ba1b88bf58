using Roost.LocalLambda.Definitions;

namespace Roost.LocalLambda.Sources.Schedules;

/// <summary><c>{ schedule: "rate(5 minutes)" }</c></summary>
internal sealed record ScheduleTrigger(string Expression) : Trigger
{
    public const string Kind = "schedule";

    /// <summary>Unique in the function: the place in the list, from 0 on, where the file gives none. With the function's name before it, it is the rule of the event.</summary>
    public string RuleName { get; init; } = "0";

    /// <summary>Null for UTC.</summary>
    public string? TimeZone { get; init; }

    /// <summary>JSON that takes the place of the scheduled event; null for none.</summary>
    public string? Input { get; init; }

    public CatchUp CatchUp { get; init; } = CatchUp.Once;

    public static ScheduleTrigger? Read(YamlFields fields, string place)
    {
        fields.RefuseOthers(Kind, "timezone", "input", "catch-up", "name");
        var zone = Zone(fields);
        if (!ScheduleExpression.TryParse(fields.Text(Kind) ?? "", zone, out var expression, out var fault))
        {
            fields.Fault(Kind, fault);
            return null;
        }

        var input = fields.Text("input");
        if (input is not null && FunctionEvent.FaultOf(System.Text.Encoding.UTF8.GetBytes(input)) is { } inputFault)
        {
            fields.Fault("input", $"is no JSON: {inputFault} Write the event in quotes: input: '{{\"mode\":\"night\"}}'");
        }

        var name = fields.Text("name");
        if (name is not null && !FunctionArn.IsName(name))
        {
            fields.Fault("name", "use 1 to 64 letters, digits, - and _");
        }

        return new ScheduleTrigger(expression.Text)
        {
            RuleName = name ?? place,
            TimeZone = zone?.Id,
            Input = input,
            CatchUp = fields.Choice("catch-up", CatchUp.Once, ("once", CatchUp.Once), ("none", CatchUp.None)),
        };
    }

    private static TimeZoneInfo? Zone(YamlFields fields)
    {
        if (fields.Text("timezone") is not { } name)
        {
            return null;
        }

        try
        {
            return TimeZoneInfo.FindSystemTimeZoneById(name);
        }
        catch (Exception exception) when (exception is TimeZoneNotFoundException or InvalidTimeZoneException or System.Security.SecurityException or IOException or ArgumentException)
        {
            fields.Fault("timezone", "is no time zone of this machine; use a name such as Europe/Berlin, and see that the package tzdata is installed");
            return null;
        }
    }
}
