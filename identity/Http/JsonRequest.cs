using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Roost.Identity.Http;

/// <summary>The body of a request: one JSON object with known members. Wipes what it was read from, as it may hold a password.</summary>
internal sealed class JsonRequest : IDisposable
{
    private const int MostBytes = 256 * 1024;

    private readonly byte[] _bytes;
    private readonly JsonDocument _document;

    private JsonRequest(byte[] bytes, JsonDocument document)
    {
        _bytes = bytes;
        _document = document;
    }

    public JsonElement Root => _document.RootElement;

    /// <summary>An empty body is an empty object.</summary>
    /// <param name="members">Those that there may be; another one is a fault, which a slip of the pen would otherwise hide.</param>
    /// <exception cref="ChangeRefusedException">It is no JSON object, or has other members, or one twice.</exception>
    public static async Task<JsonRequest> ReadAsync(HttpContext context, params string[] members)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = MostBytes;
        }

        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        var bytes = body.Length == 0 ? "{}"u8.ToArray() : body.ToArray();
        Array.Clear(body.GetBuffer());
        try
        {
            var request = new JsonRequest(bytes, JsonDocument.Parse(bytes));
            request.Check(members);
            return request;
        }
        catch (JsonException exception)
        {
            throw new ChangeRefusedException(ChangeFault.Invalid, $"The body is no valid JSON (line {exception.LineNumber + 1}, byte {exception.BytePositionInLine + 1}). Send an object with {List(members)}.");
        }
    }

    /// <returns>Null: it is not there.</returns>
    /// <exception cref="ChangeRefusedException">It is no text.</exception>
    public string? Text(string name) => !Root.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null ? null
        : value.ValueKind == JsonValueKind.String ? TextOf(name, value)
        : throw new ChangeRefusedException(ChangeFault.Invalid, $"'{name}' is no text; send a string.");

    /// <exception cref="ChangeRefusedException">It is not there, empty, or no text.</exception>
    public string NeededText(string name) => Text(name) is { Length: > 0 } text ? text
        : throw new ChangeRefusedException(ChangeFault.Invalid, $"'{name}' is missing; send it as a string.");

    /// <returns>False: it is not there.</returns>
    /// <exception cref="ChangeRefusedException">It is neither true nor false.</exception>
    public bool Flag(string name) => Root.TryGetProperty(name, out var value) && value.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False or JsonValueKind.Null => false,
        _ => throw new ChangeRefusedException(ChangeFault.Invalid, $"'{name}' is neither true nor false."),
    };

    /// <returns>Empty: it is not there.</returns>
    /// <exception cref="ChangeRefusedException">It is no list of texts.</exception>
    public IReadOnlyList<string> Texts(string name)
    {
        if (!Root.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null)
        {
            return [];
        }

        if (value.ValueKind != JsonValueKind.Array || value.EnumerateArray().Any(item => item.ValueKind != JsonValueKind.String))
        {
            throw new ChangeRefusedException(ChangeFault.Invalid, $"'{name}' is no list of texts; send an array of strings.");
        }

        return [.. value.EnumerateArray().Select(item => TextOf(name, item))];
    }

    /// <returns>Null: it is not there.</returns>
    /// <exception cref="ChangeRefusedException">It is no whole number within the bounds.</exception>
    public long? Number(string name, long least, long most) => !Root.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null ? null
        : value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) && number >= least && number <= most ? number
        : throw new ChangeRefusedException(ChangeFault.Invalid, $"'{name}' is no whole number from {least} to {most}.");

    public void Dispose()
    {
        _document.Dispose();
        Array.Clear(_bytes);
    }

    private void Check(string[] members)
    {
        if (Root.ValueKind != JsonValueKind.Object)
        {
            throw new ChangeRefusedException(ChangeFault.Invalid, $"The body is no JSON object. Send one with {List(members)}.");
        }

        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var property in Root.EnumerateObject())
        {
            if (!members.Contains(property.Name, StringComparer.Ordinal))
            {
                throw new ChangeRefusedException(ChangeFault.Invalid, $"'{property.Name}' is not known here. Send an object with {List(members)}.");
            }

            if (!seen.Add(property.Name))
            {
                throw new ChangeRefusedException(ChangeFault.Invalid, $"'{property.Name}' is there twice; send it once.");
            }
        }
    }

    private static string TextOf(string name, JsonElement value)
    {
        try
        {
            return value.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw new ChangeRefusedException(ChangeFault.Invalid, $"'{name}' holds half of a character (an unpaired surrogate); send valid text.");
        }
    }

    private static string List(string[] members) => members.Length == 0 ? "no members" : string.Join(", ", members);
}
