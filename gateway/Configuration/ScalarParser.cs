using System.Globalization;
using System.Reflection;
using Roost.Mqtt;
using Roost.Storage;

namespace Roost.Gateway.Configuration;

/// <summary>Reads single values: text, numbers, sizes, durations, yes or no, one of a few words, and types with a <c>TryParse</c> of their own.</summary>
internal sealed class ScalarParser(List<ConfigurationFault> faults)
{
    private const int ShownLength = 60;

    public static bool Knows(Type type)
    {
        var plain = Nullable.GetUnderlyingType(type) ?? type;
        return plain == typeof(string) || plain.IsPrimitive || plain.IsEnum || plain == typeof(TimeSpan) || plain == typeof(Uri) || OwnParser(plain) is not null;
    }

    /// <summary>A value as it may stand in a message: shortened, and not at all where the key says that it is a secret.</summary>
    public static string Shown(string key, string? text)
    {
        string[] secrets = ["password", "secret", "token", "credential"];
        if (secrets.Any(word => key.Contains(word, StringComparison.OrdinalIgnoreCase)))
        {
            return "not shown";
        }

        return text is { Length: > ShownLength } ? $"{text[..ShownLength]}..." : text ?? "";
    }

    public bool TryParse(MapEntry entry, string key, Type type, bool isSize, out object? value)
    {
        value = null;
        var plain = Nullable.GetUnderlyingType(type) ?? type;
        if (entry.Value is not ScalarNode scalar)
        {
            var written = entry.Value is ListNode ? "a list" : "a map of keys";
            return Refuse(entry, key, null, $"is {written}", RemedyFor(plain, isSize));
        }

        var text = scalar.Text ?? "";
        if (text == "none" && plain != type && !(plain.IsEnum && Enum.GetNames(plain).Contains("None")))
        {
            return true; // a limit that may be absent; compress: none is a value like any other
        }

        if (plain == typeof(string))
        {
            value = text;
            return true;
        }

        return isSize
            ? TrySize(entry, key, plain, text, out value)
            : TryPlain(plain, text, out value) || Refuse(entry, key, text, ProblemFor(plain), plain == typeof(TopicFilter) ? $"{TopicFilter.FaultOf(text)}, as in robots/+/telemetry" : RemedyFor(plain, isSize));
    }

    private bool TrySize(MapEntry entry, string key, Type type, string text, out object? value)
    {
        value = null;
        if (!ByteSize.TryParse(text, out var bytes))
        {
            return Refuse(entry, key, text, "is not a size", ByteSize.Remedy);
        }

        if (type == typeof(int) && bytes > int.MaxValue)
        {
            return Refuse(entry, key, text, "is too large", "the most is 2147483647 bytes");
        }

        value = Convert.ChangeType(bytes, type, CultureInfo.InvariantCulture);
        return true;
    }

    private static bool TryPlain(Type type, string text, out object? value)
    {
        value = null;
        if (type == typeof(bool))
        {
            value = text switch { "true" or "yes" or "on" => true, "false" or "no" or "off" => false, _ => null };
        }
        else if (type == typeof(TimeSpan))
        {
            value = Duration.TryParse(text, out var duration) ? duration : null;
        }
        else if (type.IsEnum)
        {
            value = Array.Find(Enum.GetNames(type), name => KeyName.Of(name) == text) is { } member ? Enum.Parse(type, member) : null;
        }
        else if (type == typeof(Uri))
        {
            value = Uri.TryCreate(text, UriKind.Absolute, out var uri) ? uri : null;
        }
        else if (type == typeof(double) || type == typeof(float))
        {
            value = double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? Convert.ChangeType(number, type, CultureInfo.InvariantCulture) : null;
        }
        else if (type.IsPrimitive)
        {
            value = WholeNumber(type, text);
        }
        else
        {
            object?[] arguments = [text, null];
            value = (bool)OwnParser(type)!.Invoke(null, arguments)! ? arguments[1] : null;
        }

        return value is not null;
    }

    private static object? WholeNumber(Type type, string text)
    {
        if (!long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
        {
            return null;
        }

        try
        {
            return Convert.ChangeType(number, type, CultureInfo.InvariantCulture);
        }
        catch (OverflowException)
        {
            return null;
        }
    }

    private static MethodInfo? OwnParser(Type type) =>
        type.GetMethod("TryParse", BindingFlags.Public | BindingFlags.Static, [typeof(string), type.MakeByRefType()]);

    /// <summary>A type with a <c>TryParse</c> of its own may say in a constant what it takes.</summary>
    private static string? OwnRemedy(Type type) => type.GetField("Remedy", BindingFlags.Public | BindingFlags.Static)?.GetRawConstantValue() as string;

    private static string ProblemFor(Type type) =>
        type == typeof(TimeSpan) ? "is not a duration"
        : type == typeof(bool) ? "is neither true nor false"
        : type.IsEnum ? "is none of the words known here"
        : type.IsPrimitive ? "is not a number that fits here"
        : type == typeof(TopicFilter) ? "is no topic filter"
        : "is not valid";

    private static string RemedyFor(Type type, bool isSize)
    {
        if (isSize)
        {
            return ByteSize.Remedy;
        }

        return type == typeof(TimeSpan) ? Duration.Remedy
            : type == typeof(bool) ? "write true or false"
            : type.IsEnum ? $"write one of {string.Join(", ", Enum.GetNames(type).Select(KeyName.Of))}"
            : type == typeof(double) || type == typeof(float) ? "write a number like 0.5"
            : type == typeof(Uri) ? "write a whole address like https://example.com"
            : type.IsPrimitive ? "write a whole number without a unit"
            : type == typeof(TopicFilter) ? "write one like robots/+/telemetry"
            : OwnRemedy(type) ?? "write a single value";
    }

    private bool Refuse(MapEntry entry, string key, string? text, string problem, string remedy)
    {
        var value = text is null ? "" : $" ({Shown(key, text)})";
        faults.Add(new(entry.Source, entry.Line, key, $"{problem}{value}; {remedy}"));
        return false;
    }
}
