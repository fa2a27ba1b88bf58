using System.Globalization;
using System.Text.Json;
using Roost.Storage;
using Roost.Storage.Logs;

namespace Roost.Streams.Definitions;

/// <summary>
/// Reads what a request says of how a stream is kept. Sizes are numbers of bytes or text like <c>256MiB</c>, durations text like <c>7d</c>;
/// null is no limit. What is not said stays as it was.
/// </summary>
internal sealed class StreamDefinitionJson(StreamOptions basis)
{
    private static readonly string[] _keys = ["retention", "full", "durability", "compression", "verifyEvery", "priority", "maxRecord"];
    private static readonly string[] _retentionKeys = ["bytes", "age", "records", "consumed"];
    private readonly List<string> _faults = [];

    /// <param name="faults">What is wrong, each with place, value and remedy; empty where nothing is.</param>
    public StreamOptions Read(JsonElement root, out IReadOnlyList<string> faults)
    {
        var result = new StreamOptions
        {
            Retention = new StreamRetentionOptions { Bytes = basis.Retention.Bytes, Age = basis.Retention.Age, Records = basis.Retention.Records, Consumed = basis.Retention.Consumed },
            Full = basis.Full,
            Durability = basis.Durability,
            Compression = basis.Compression,
            VerifyEvery = basis.VerifyEvery,
            Priority = basis.Priority,
            MaxRecordBytes = basis.MaxRecordBytes,
        };
        if (root.ValueKind != JsonValueKind.Object)
        {
            _faults.Add($"The definition is {Kind(root)}; write an object with any of {string.Join(", ", _keys)}.");
        }
        else
        {
            ReadRoot(root, result);
        }

        if (_faults.Count == 0)
        {
            _faults.AddRange(StreamRules.Faults(result).Select(fault => $"{KeyOf(fault.Property)} {fault.Fault}"));
        }

        faults = _faults;
        return result;
    }

    private void ReadRoot(JsonElement root, StreamOptions result)
    {
        foreach (var property in root.EnumerateObject())
        {
            var value = property.Value;
            switch (property.Name)
            {
                case "retention" when value.ValueKind == JsonValueKind.Object:
                    ReadRetention(value, result.Retention);
                    break;
                case "full":
                    result.Full = Word(value, "full", result.Full);
                    break;
                case "durability":
                    result.Durability = Word(value, "durability", result.Durability);
                    break;
                case "compression":
                    result.Compression = Word(value, "compression", result.Compression);
                    break;
                case "verifyEvery":
                    result.VerifyEvery = IsNone(value) ? null : Age("verifyEvery", value) ?? result.VerifyEvery;
                    break;
                case "priority":
                    result.Priority = (int)Math.Clamp(Number("priority", value) ?? result.Priority, 0, 10); // what is out of bounds is told by the rules
                    break;
                case "maxRecord":
                    result.MaxRecordBytes = (int)Math.Min(Size("maxRecord", value) ?? basis.MaxRecordBytes, int.MaxValue);
                    break;
                default:
                    Unknown("", property, _keys);
                    break;
            }
        }
    }

    private void ReadRetention(JsonElement retention, StreamRetentionOptions result)
    {
        foreach (var property in retention.EnumerateObject())
        {
            var value = property.Value;
            switch (property.Name)
            {
                case "bytes":
                    result.Bytes = IsNone(value) ? null : Size("retention.bytes", value) ?? result.Bytes;
                    break;
                case "age":
                    result.Age = IsNone(value) ? null : Age("retention.age", value) ?? result.Age;
                    break;
                case "records":
                    result.Records = IsNone(value) ? null : Number("retention.records", value) ?? result.Records;
                    break;
                case "consumed":
                    result.Consumed = value.ValueKind == JsonValueKind.Null ? null : Word(value, "retention.consumed", result.Consumed ?? default);
                    break;
                default:
                    Unknown("retention.", property, _retentionKeys);
                    break;
            }
        }
    }

    private static bool IsNone(JsonElement value) => value.ValueKind == JsonValueKind.Null || (value.ValueKind == JsonValueKind.String && value.GetString() == "none");

    private long? Size(string key, JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) && number >= 0)
        {
            return number;
        }

        if (value.ValueKind == JsonValueKind.String && ByteSize.TryParse(value.GetString()!, out var bytes))
        {
            return bytes;
        }

        _faults.Add($"{key} is {Shown(value)}; {ByteSize.Remedy}.");
        return null;
    }

    private TimeSpan? Age(string key, JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.String && Duration.TryParse(value.GetString()!, out var age))
        {
            return age;
        }

        _faults.Add($"{key} is {Shown(value)}; {Duration.Remedy}, or none for no limit.");
        return null;
    }

    private long? Number(string key, JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number))
        {
            return number;
        }

        _faults.Add($"{key} is {Shown(value)}; write a whole number, or none for no limit.");
        return null;
    }

    private T Word<T>(JsonElement value, string key, T otherwise)
        where T : struct, Enum
    {
        foreach (var member in Enum.GetValues<T>())
        {
            if (value.ValueKind == JsonValueKind.String && value.GetString() == Words.Of(member))
            {
                return member;
            }
        }

        _faults.Add($"{key} is {Shown(value)}; use one of {string.Join(", ", Enum.GetValues<T>().Select(static member => Words.Of(member)))}.");
        return otherwise;
    }

    private void Unknown(string before, JsonProperty property, string[] known) => _faults.Add(known.Contains(property.Name, StringComparer.Ordinal)
        ? $"{before}{property.Name} is {Kind(property.Value)}; write an object with any of {string.Join(", ", _retentionKeys)}."
        : $"{before}{property.Name} is no known key; use {string.Join(", ", known)}.");

    private static string Kind(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Array => "a list",
        JsonValueKind.Object => "an object",
        _ => $"a single value ({Shown(value)})",
    };

    /// <summary>Shortened: it goes into a message.</summary>
    private static string Shown(JsonElement value) => value.GetRawText() is { Length: > 60 } text ? $"{text[..60]}..." : value.GetRawText();

    /// <summary><c>Retention:Bytes</c> is <c>retention.bytes</c>.</summary>
    private static string KeyOf(string property) => property switch
    {
        nameof(StreamOptions.MaxRecordBytes) => "maxRecord",
        nameof(StreamOptions.VerifyEvery) => "verifyEvery",
        _ => property.ToLower(CultureInfo.InvariantCulture).Replace(':', '.'),
    };
}
