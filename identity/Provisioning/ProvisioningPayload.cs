using System.Formats.Cbor;
using System.Text.Json;

namespace Roost.Identity.Provisioning;

/// <summary>Requests and answers as bytes, in JSON and CBOR: maps of texts, numbers and maps. Pure.</summary>
internal static class ProvisioningPayload
{
    public const int MaxBytes = 64 * 1024; // a signing request for RSA 4096 has 2 KiB

    public const int MaxParameters = 64;

    private static readonly JsonDocumentOptions s_json = new() { MaxDepth = 4, AllowDuplicateProperties = false };

    // Never part of a page: the + of Base64 stays as small clients expect it.
    private static readonly JsonSerializerOptions s_writing = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <returns>Texts, and maps of texts; what is neither is passed over, as the cloud does.</returns>
    /// <exception cref="ProvisioningRefusedException">It is no such map.</exception>
    public static IReadOnlyDictionary<string, object> Read(ReadOnlyMemory<byte> payload, bool isCbor)
    {
        try
        {
            return payload.IsEmpty ? new Dictionary<string, object>() : isCbor ? ReadCbor(payload) : ReadJson(payload);
        }
        catch (Exception exception) when (exception is JsonException or CborContentException or InvalidOperationException or ArgumentException)
        {
            throw new ProvisioningRefusedException(ProvisioningFault.InvalidPayload, $"The payload is no {(isCbor ? "CBOR" : "JSON")} map of texts.");
        }
    }

    public static byte[] Write(IReadOnlyDictionary<string, object?> answer, bool isCbor)
    {
        if (!isCbor)
        {
            return JsonSerializer.SerializeToUtf8Bytes(answer, s_writing);
        }

        var writer = new CborWriter();
        WriteMap(writer, answer);
        return writer.Encode();
    }

    private static Dictionary<string, object> ReadJson(ReadOnlyMemory<byte> payload)
    {
        using var document = JsonDocument.Parse(payload, s_json);
        var found = new Dictionary<string, object>();
        foreach (var member in document.RootElement.EnumerateObject())
        {
            if (member.Value.ValueKind == JsonValueKind.String)
            {
                found[member.Name] = member.Value.GetString()!;
            }
            else if (member.Value.ValueKind == JsonValueKind.Object)
            {
                found[member.Name] = Parameters(member.Value.EnumerateObject().Select(one => (one.Name, one.Value.ValueKind == JsonValueKind.String ? one.Value.GetString()! : throw NoText(one.Name))));
            }
        }

        return found;
    }

    private static Dictionary<string, object> ReadCbor(ReadOnlyMemory<byte> payload)
    {
        var reader = new CborReader(payload, CborConformanceMode.Strict);
        var found = new Dictionary<string, object>();
        foreach (var name in Names(reader))
        {
            switch (reader.PeekState())
            {
                case CborReaderState.TextString or CborReaderState.StartIndefiniteLengthTextString:
                    found[name] = reader.ReadTextString();
                    break;
                case CborReaderState.StartMap:
                    found[name] = Parameters(Names(reader).Select(one => (one, reader.PeekState() is CborReaderState.TextString or CborReaderState.StartIndefiniteLengthTextString ? reader.ReadTextString() : throw NoText(one))));
                    break;
                default:
                    reader.SkipValue();
                    break;
            }
        }

        return reader.BytesRemaining == 0 ? found : throw new ArgumentException("There is more behind the map.", nameof(payload));
    }

    /// <summary>The names of a map, each before its value is read.</summary>
    private static IEnumerable<string> Names(CborReader reader)
    {
        reader.ReadStartMap();
        while (reader.PeekState() != CborReaderState.EndMap)
        {
            yield return reader.ReadTextString();
        }

        reader.ReadEndMap();
    }

    private static Dictionary<string, string> Parameters(IEnumerable<(string Name, string Value)> pairs)
    {
        var found = new Dictionary<string, string>();
        foreach (var (name, value) in pairs)
        {
            if (found.Count >= MaxParameters || value.Length > TemplateExpression.MaxText)
            {
                throw new ProvisioningRefusedException(ProvisioningFault.InvalidParameters, $"There may be {MaxParameters} parameters of {TemplateExpression.MaxText} characters.");
            }

            if (name.StartsWith("AWS::", StringComparison.Ordinal))
            {
                throw new ProvisioningRefusedException(ProvisioningFault.InvalidParameters, "Parameters that begin with AWS:: are not a device's to give.");
            }

            found.Add(name, value);
        }

        return found;
    }

    private static ProvisioningRefusedException NoText(string name) => new(ProvisioningFault.InvalidParameters, $"Parameter '{name}' is no text.");

    private static void WriteMap(CborWriter writer, IReadOnlyDictionary<string, object?> map)
    {
        writer.WriteStartMap(map.Count);
        foreach (var (name, value) in map)
        {
            writer.WriteTextString(name);
            switch (value)
            {
                case null:
                    writer.WriteNull();
                    break;
                case int number:
                    writer.WriteInt32(number);
                    break;
                case IReadOnlyDictionary<string, string> texts:
                    WriteMap(writer, texts.ToDictionary(pair => pair.Key, pair => (object?)pair.Value));
                    break;
                default:
                    writer.WriteTextString((string)value);
                    break;
            }
        }

        writer.WriteEndMap();
    }
}
