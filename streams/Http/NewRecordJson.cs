using System.Text;
using System.Text.Json;
using Roost.Mqtt;

namespace Roost.Streams.Http;

/// <summary>Reads what a request wants to append: one record, or <c>{"records": [...]}</c>.</summary>
internal static class NewRecordJson
{
    /// <exception cref="RequestRefusedException">It is no JSON, or not of this form.</exception>
    public static List<NewRecord> Read(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            return Read(document.RootElement);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException) // the latter: half a surrogate pair in a string
        {
            throw RequestRefusedException.BadRequest($"The body is no valid JSON: {exception.Message} Send a record like {{\"key\": \"k\", \"data\": \"text\"}}, or {{\"records\": [...]}}.");
        }
    }

    private static List<NewRecord> Read(JsonElement root)
    {
        if (root.ValueKind == JsonValueKind.Object && root.TryGetProperty("records", out var list))
        {
            return list.ValueKind == JsonValueKind.Array && list.GetArrayLength() > 0
                ? [.. list.EnumerateArray().Select(One)]
                : throw RequestRefusedException.BadRequest("'records' is a list of at least one record.");
        }

        return [One(root, 0)];
    }

    private static NewRecord One(JsonElement record, int index)
    {
        if (record.ValueKind != JsonValueKind.Object)
        {
            throw Bad(index, "is no object; write {\"key\": \"k\", \"data\": \"text\"}");
        }

        var key = "";
        ReadOnlyMemory<byte>? payload = null;
        IReadOnlyList<UserProperty>? headers = null;
        foreach (var property in record.EnumerateObject())
        {
            switch (property.Name)
            {
                case "key" when property.Value.ValueKind == JsonValueKind.String:
                    key = property.Value.GetString()!;
                    break;
                case "data" when payload is null:
                    payload = Data(property.Value);
                    break;
                case "dataBase64" when payload is null && property.Value.ValueKind == JsonValueKind.String && property.Value.TryGetBytesFromBase64(out var bytes):
                    payload = bytes;
                    break;
                case "headers" when property.Value.ValueKind == JsonValueKind.Array:
                    headers = [.. property.Value.EnumerateArray().Select(header => Header(header, index))];
                    break;
                default:
                    throw Bad(index, $"has '{property.Name}' of a wrong kind, twice, or unknown; use \"key\" (text), \"data\" (text, or any JSON) or \"dataBase64\", and \"headers\" ([[\"name\", \"value\"]])");
            }
        }

        return new NewRecord { Key = key, Headers = headers, Payload = payload ?? throw Bad(index, "has neither 'data' nor 'dataBase64'") };
    }

    /// <summary>A string is its text; anything else is the JSON that it was written as.</summary>
    private static byte[] Data(JsonElement value) =>
        Encoding.UTF8.GetBytes(value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText());

    private static UserProperty Header(JsonElement header, int index) =>
        header.ValueKind == JsonValueKind.Array && header.GetArrayLength() == 2 && header.EnumerateArray().All(part => part.ValueKind == JsonValueKind.String)
            ? new UserProperty(header[0].GetString()!, header[1].GetString()!)
            : throw Bad(index, "has a header that is not [\"name\", \"value\"]");

    private static RequestRefusedException Bad(int index, string fault) => RequestRefusedException.BadRequest($"Record {index} {fault}.");
}
