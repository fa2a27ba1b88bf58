using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Roost.Shadow.Documents;
using Roost.Shadow.Queries;

namespace Roost.Shadow.Http;

/// <summary>
/// The body of a bulk update, in one of three forms: <c>updates</c>, a list of update documents with <c>thing</c> and <c>name</c> in each; <c>things</c>, a list of
/// names that all get one <c>state</c>; <c>where</c>, a filter whose shadows all get it.
/// </summary>
internal sealed class BulkRequest : IDisposable
{
    private static readonly string[] s_forms = ["updates", "things", "where"];

    public const int MaxItems = 1000;

    private static readonly JsonDocumentOptions Nested = new() { MaxDepth = 256 };

    private readonly JsonDocument _document;

    private BulkRequest(JsonDocument document) => _document = document;

    /// <summary>None where <see cref="Query"/> has to find them.</summary>
    public IReadOnlyList<BulkItem> Items { get; private set; } = [];

    public ShadowQuery? Query { get; private set; }

    /// <summary>The update document for all that <see cref="Query"/> finds.</summary>
    public ReadOnlyMemory<byte> SharedBody { get; private set; }

    /// <returns>Null where the whole request cannot be understood; <paramref name="fault"/> is a sentence for the client.</returns>
    public static BulkRequest? Parse(byte[] body, out string? fault)
    {
        fault = "The request is no JSON object in UTF-8";
        if (!Utf8.IsValid(body))
        {
            return null;
        }

        BulkRequest? request = null;
        try
        {
            request = new BulkRequest(JsonDocument.Parse(body, Nested));
            if (request._document.RootElement.ValueKind == JsonValueKind.Object)
            {
                fault = request.Read(request._document.RootElement);
            }
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // Not JSON, or half a surrogate pair in a string.
        }

        if (fault is not null)
        {
            request?.Dispose();
            return null;
        }

        return request;
    }

    public void Dispose() => _document.Dispose();

    private string? Read(JsonElement root)
    {
        var forms = s_forms.Where(form => root.TryGetProperty(form, out _)).ToList();
        return forms switch
        {
            ["updates"] => ReadUpdates(root.GetProperty("updates")),
            ["things"] => ReadThings(root),
            ["where"] => ReadWhere(root),
            _ => "Give one of updates, things and where",
        };
    }

    private string? ReadUpdates(JsonElement updates)
    {
        if (updates.ValueKind != JsonValueKind.Array || updates.GetArrayLength() is 0 or > MaxItems)
        {
            return $"updates must be a list of 1 to {MaxItems}";
        }

        Items = [.. updates.EnumerateArray().Select(ItemOf)];
        return null;
    }

    // What an update does not know it ignores: the item as a whole is the document of its update.
    private static BulkItem ItemOf(JsonElement item)
    {
        if (item.ValueKind != JsonValueKind.Object || !item.TryGetProperty("thing", out var thing) || thing.ValueKind != JsonValueKind.String)
        {
            return BulkItem.Refused("", "An update must be an object with a thing");
        }

        return TryReadName(item, out var name)
            ? BulkItem.Of(thing.GetString()!, name, Encoding.UTF8.GetBytes(item.GetRawText()))
            : BulkItem.Refused(thing.GetString()!, "name must be a text");
    }

    private string? ReadThings(JsonElement root)
    {
        var things = root.GetProperty("things");
        if (things.ValueKind != JsonValueKind.Array || things.GetArrayLength() is 0 or > MaxItems || things.EnumerateArray().Any(thing => thing.ValueKind != JsonValueKind.String))
        {
            return $"things must be a list of 1 to {MaxItems} names";
        }

        if (FaultOfShared(root, out var name) is { } fault)
        {
            return fault;
        }

        Items = [.. things.EnumerateArray().Select(thing => BulkItem.Of(thing.GetString()!, name, SharedBody))];
        return null;
    }

    private string? ReadWhere(JsonElement root)
    {
        var where = root.GetProperty("where");
        if (where.ValueKind != JsonValueKind.String)
        {
            return "where must be a text";
        }

        if (FaultOfShared(root, out var name) is { } fault)
        {
            return fault;
        }

        if (name is not null && ShadowId.FaultOfName(name) is { } unnamed)
        {
            return unnamed;
        }

        if (!ShadowQuery.TryCreate(where.GetString(), select: null, name ?? "", out var query, out var wrong))
        {
            return wrong.Value.Text;
        }

        Query = query;
        return null;
    }

    private string? FaultOfShared(JsonElement root, out string? name)
    {
        if (!TryReadName(root, out name))
        {
            return "name must be a text";
        }

        if (!root.TryGetProperty("state", out var state))
        {
            return ShadowError.MissingState.Message;
        }

        if (root.TryGetProperty("version", out _))
        {
            return "version belongs to one shadow: give it in updates";
        }

        var writer = PayloadWriter.Begin();
        writer.Raw("{\"state\":"u8);
        writer.Raw(Encoding.UTF8.GetBytes(state.GetRawText()));
        if (root.TryGetProperty("clientToken", out var token))
        {
            writer.Raw(",\"clientToken\":"u8);
            writer.Raw(Encoding.UTF8.GetBytes(token.GetRawText()));
        }

        writer.Raw("}"u8);
        SharedBody = writer.Take();
        return null;
    }

    /// <param name="name">Null for the classic shadow, which null names too.</param>
    private static bool TryReadName(JsonElement element, out string? name)
    {
        name = null;
        if (!element.TryGetProperty("name", out var given) || given.ValueKind == JsonValueKind.Null)
        {
            return true;
        }

        name = given.ValueKind == JsonValueKind.String ? given.GetString() : null;
        return name is not null;
    }
}
