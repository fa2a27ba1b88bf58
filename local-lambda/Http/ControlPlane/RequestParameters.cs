using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using Roost.LocalLambda.RuntimeApi;

namespace Roost.LocalLambda.Http.ControlPlane;

/// <summary>
/// The members of a request's object, checked as AWS checks them and refused in its words. A member that is not asked for is refused as
/// well, unless it is empty: what is silently left out would be missed much later.
/// </summary>
internal sealed class RequestParameters
{
    private const int MaxBytes = 256 * 1024;

    private readonly JsonElement _object;
    private readonly string _prefix;
    private readonly HashSet<string> _asked = new(StringComparer.Ordinal);

    /// <param name="parent">The member that the object is the value of, as AWS writes it in its messages; empty for the request itself.</param>
    public RequestParameters(JsonElement value, string parent = "")
    {
        _prefix = parent.Length == 0 ? "" : parent + ".";
        _object = value.ValueKind == JsonValueKind.Object ? value : throw RequestRefusedException.Content($"Could not parse request body into json: {(parent.Length == 0 ? "it" : parent)} must be an object.");
    }

    /// <summary>The request's body as an object; an empty body is an empty one.</summary>
    public static async Task<RequestParameters> ReadAsync(HttpContext http)
    {
        using var body = await RequestBody.ReadAsync(http.Request.BodyReader, MaxBytes, http.Request.ContentLength, http.RequestAborted);
        return body.TotalBytes > MaxBytes
            ? throw new PayloadTooLargeException(body.TotalBytes, MaxBytes)
            : new RequestParameters(Parse(body.TotalBytes == 0 ? "{}"u8.ToArray() : body.ToArray()));
    }

    public static JsonElement Parse(ReadOnlyMemory<byte> json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return document.RootElement.Clone();
        }
        catch (JsonException exception)
        {
            throw RequestRefusedException.Content($"Could not parse request body into json: {exception.Message}");
        }
    }

    public bool Has(string name) => Find(name) is not null;

    public string? Text(string name, int min = 0, int max = int.MaxValue, Regex? pattern = null)
    {
        if (Find(name) is not { } value)
        {
            return null;
        }

        var text = value.ValueKind == JsonValueKind.String ? value.GetString()! : throw WrongKind(name, "a text");
        if (text.Length < min)
        {
            throw Constraint(name, text, $"Member must have length greater than or equal to {min}");
        }

        if (text.Length > max)
        {
            throw Constraint(name, text, $"Member must have length less than or equal to {max}");
        }

        return pattern is not null && !pattern.IsMatch(text) ? throw Constraint(name, text, $"Member must satisfy regular expression pattern: {pattern}") : text;
    }

    public string RequiredText(string name, int min = 0, int max = int.MaxValue, Regex? pattern = null) => Text(name, min, max, pattern) ?? throw Missing(name);

    public string? OneOf(string name, params string[] values) => Text(name) is not { } text || values.Contains(text)
        ? Text(name)
        : throw Constraint(name, text, $"Member must satisfy enum value set: [{string.Join(", ", values)}]");

    public int? Number(string name, int min, int max)
    {
        if (Find(name) is not { } value)
        {
            return null;
        }

        var number = value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var whole) ? whole : throw WrongKind(name, "a whole number");
        if (number < min)
        {
            throw Constraint(name, number.ToString(CultureInfo.InvariantCulture), $"Member must have value greater than or equal to {min}");
        }

        return number > max ? throw Constraint(name, number.ToString(CultureInfo.InvariantCulture), $"Member must have value less than or equal to {max}") : (int)number;
    }

    /// <summary>A time as AWS's clients write it: seconds since 1970, with a fraction.</summary>
    public DateTimeOffset? Seconds(string name) => Find(name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.Number } value when value.TryGetDouble(out var seconds) && seconds is >= 0 and < 253_402_300_800 => DateTimeOffset.FromUnixTimeMilliseconds((long)(seconds * 1000)),
        _ => throw WrongKind(name, "a time in seconds since 1970"),
    };

    public bool? Flag(string name) => Find(name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.True } => true,
        { ValueKind: JsonValueKind.False } => false,
        _ => throw WrongKind(name, "true or false"),
    };

    public RequestParameters? Object(string name) => Find(name) is { } value ? new RequestParameters(value, PathOf(name)) : null;

    /// <summary>An object of texts.</summary>
    public IReadOnlyDictionary<string, string>? Texts(string name) => Find(name) is not { } value
        ? null
        : value.ValueKind == JsonValueKind.Object && value.EnumerateObject().All(member => member.Value.ValueKind == JsonValueKind.String)
            ? value.EnumerateObject().DistinctBy(member => member.Name).ToDictionary(member => member.Name, member => member.Value.GetString()!)
            : throw WrongKind(name, "an object of texts");

    /// <summary>An object of numbers.</summary>
    public IReadOnlyDictionary<string, double>? Numbers(string name) => Find(name) is not { } value
        ? null
        : value.ValueKind == JsonValueKind.Object && value.EnumerateObject().All(member => member.Value.ValueKind == JsonValueKind.Number)
            ? value.EnumerateObject().DistinctBy(member => member.Name).ToDictionary(member => member.Name, member => member.Value.GetDouble())
            : throw WrongKind(name, "an object of numbers");

    public IReadOnlyList<string>? List(string name) => Find(name) is not { } value
        ? null
        : value.ValueKind == JsonValueKind.Array && value.EnumerateArray().All(item => item.ValueKind == JsonValueKind.String)
            ? [.. value.EnumerateArray().Select(item => item.GetString()!)]
            : throw WrongKind(name, "a list of texts");

    /// <summary>Refuses a member that Roost has nothing for, unless it is empty.</summary>
    /// <param name="reason">Why, and what to do in its place.</param>
    public void Refuse(string name, string reason)
    {
        if (Find(name) is { } value && !IsEmpty(value))
        {
            throw RequestRefusedException.InvalidParameter($"{PathOf(name)}: {reason}");
        }
    }

    /// <summary>All members that are offered have been asked for.</summary>
    public void RefuseOthers()
    {
        foreach (var member in _object.EnumerateObject().Where(member => !_asked.Contains(member.Name) && !IsEmpty(member.Value)))
        {
            throw RequestRefusedException.InvalidParameter($"{PathOf(member.Name)} is not offered here; leave it out.");
        }
    }

    public RequestRefusedException Missing(string name) =>
        new(new LambdaError(400, "ValidationException", $"1 validation error detected: Value null at '{PathOf(name)}' failed to satisfy constraint: Member must not be null"));

    public RequestRefusedException Constraint(string name, string value, string constraint) => RequestRefusedException.Constraint(PathOf(name), value, constraint);

    private JsonElement? Find(string name)
    {
        _asked.Add(name);
        return _object.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;
    }

    private RequestRefusedException WrongKind(string name, string expected) => new(new LambdaError(400, "SerializationException", $"{PathOf(name)} must be {expected}."));

    private string PathOf(string name) => $"{_prefix}{char.ToLowerInvariant(name[0])}{name[1..]}";

    private static bool IsEmpty(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null or JsonValueKind.Undefined or JsonValueKind.False => true,
        JsonValueKind.String => value.GetString()!.Length == 0,
        JsonValueKind.Array => value.GetArrayLength() == 0,
        JsonValueKind.Object => value.EnumerateObject().All(member => IsEmpty(member.Value)),
        _ => false,
    };
}
