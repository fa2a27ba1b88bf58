using System.Text.Json;

namespace Roost.Identity.Provisioning;

/// <summary>Reads templates as AWS IoT has them, strictly: what is not understood is refused with its place, never passed over. Pure.</summary>
internal static class TemplateParser
{
    /// <summary>In bytes: AWS IoT's limit.</summary>
    public const int MaxBytes = 10_240;

    private static readonly JsonDocumentOptions s_json = new() { MaxDepth = 16, AllowDuplicateProperties = false };

    /// <param name="hasHook">Whether a function decides about each device: policies and groups may then be parameters.</param>
    /// <exception cref="ChangeRefusedException">It is no template, or not one that can be kept to; the message names the place.</exception>
    public static ProvisioningTemplate Parse(ReadOnlyMemory<byte> json, bool hasHook)
    {
        if (json.Length > MaxBytes)
        {
            throw Refuse("the template", $"has {json.Length} bytes; {MaxBytes} are the most");
        }

        try
        {
            using var document = JsonDocument.Parse(json, s_json);
            return Read(document.RootElement, hasHook);
        }
        catch (JsonException exception)
        {
            throw Refuse("the template", $"is no valid JSON (line {exception.LineNumber + 1}, byte {exception.BytePositionInLine + 1}): {exception.Message.Split(" LineNumber")[0]}");
        }
    }

    internal static ChangeRefusedException Refuse(string place, string problem) => new(ChangeFault.Invalid, $"{place} {problem}");

    private static ProvisioningTemplate Read(JsonElement root, bool hasHook)
    {
        var members = Members(root, "the template", "Parameters", "Resources", "DeviceConfiguration", "Description");
        var parameters = ReadParameters(members.GetValueOrDefault("Parameters"));
        var expressions = new ExpressionParser(parameters.Keys.ToHashSet(StringComparer.Ordinal));
        if (!members.TryGetValue("Resources", out var resources))
        {
            throw Refuse("the template", "has no Resources; it needs at least a certificate");
        }

        var reader = new ResourceReader(expressions, hasHook);
        foreach (var resource in Properties(resources, "Resources"))
        {
            reader.Read(resource.Value, $"Resources.{resource.Name}");
        }

        return reader.ToTemplate(parameters, members.TryGetValue("DeviceConfiguration", out var configuration)
            ? Properties(configuration, "DeviceConfiguration").ToDictionary(property => property.Name, property => expressions.Parse(property.Value, $"DeviceConfiguration.{property.Name}"))
            : []);
    }

    private static Dictionary<string, string?> ReadParameters(JsonElement parameters)
    {
        var found = new Dictionary<string, string?>();
        if (parameters.ValueKind == JsonValueKind.Undefined)
        {
            return found;
        }

        foreach (var parameter in Properties(parameters, "Parameters"))
        {
            var place = $"Parameters.{parameter.Name}";
            if (parameter.Name.StartsWith("AWS::", StringComparison.Ordinal) && parameter.Name != ProvisioningTemplate.CertificateId)
            {
                throw Refuse(place, $"is not known here; of these there is only {ProvisioningTemplate.CertificateId}");
            }

            if (parameter.Name.Length is 0 or > 128)
            {
                throw Refuse(place, "has to have a name of 1 to 128 characters");
            }

            var members = Members(parameter.Value, place, "Type", "Default", "Description");
            if (!members.TryGetValue("Type", out var type) || type.ValueKind != JsonValueKind.String || type.GetString() != "String")
            {
                throw Refuse($"{place}.Type", "has to be \"String\"");
            }

            found[parameter.Name] = members.TryGetValue("Default", out var value) ? Text(value, $"{place}.Default") : null;
        }

        return found;
    }

    /// <summary>The members of an object, which may have these and no others.</summary>
    internal static Dictionary<string, JsonElement> Members(JsonElement element, string place, params ReadOnlySpan<string> known)
    {
        var found = new Dictionary<string, JsonElement>();
        foreach (var property in Properties(element, place))
        {
            if (!known.Contains(property.Name))
            {
                throw Refuse($"{place}.{property.Name}", $"is not known here; there may be {string.Join(", ", known!)}");
            }

            found[property.Name] = property.Value;
        }

        return found;
    }

    internal static IEnumerable<JsonProperty> Properties(JsonElement element, string place) =>
        element.ValueKind == JsonValueKind.Object ? element.EnumerateObject() : throw Refuse(place, "has to be an object");

    internal static string Text(JsonElement element, string place) =>
        element.ValueKind == JsonValueKind.String ? element.GetString()! : throw Refuse(place, "has to be a text");
}
