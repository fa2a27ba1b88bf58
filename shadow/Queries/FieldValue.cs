using System.Text;
using System.Text.Json;
using Roost.Shadow.Documents;

namespace Roost.Shadow.Queries;

/// <summary>The value of a field in one shadow, as JSON in the one spelling that shadows are kept in.</summary>
internal readonly record struct FieldValue(FieldKind Kind, ReadOnlyMemory<byte> Json)
{
    public static FieldValue Of(string text) => new(FieldKind.String, JsonText.ToBytes(text));

    public static FieldValue Of(long number) => new(FieldKind.Number, Encoding.ASCII.GetBytes(number.ToString(System.Globalization.CultureInfo.InvariantCulture)));

    public static FieldValue Of(StateNode? node)
    {
        switch (node)
        {
            case null:
                return default;
            case StateLeaf leaf:
                return new FieldValue(
                    leaf.Kind switch { LeafKind.String => FieldKind.String, LeafKind.Number => FieldKind.Number, _ => FieldKind.Boolean }, leaf.Json);
            default:
                var writer = PayloadWriter.Begin();
                node.WriteState(writer);
                return new FieldValue(FieldKind.Container, writer.Take());
        }
    }

    public static FieldKind KindOf(JsonTokenType token) => token switch
    {
        JsonTokenType.String => FieldKind.String,
        JsonTokenType.Number => FieldKind.Number,
        JsonTokenType.True or JsonTokenType.False => FieldKind.Boolean,
        _ => FieldKind.Container,
    };

    /// <summary>The text of a string.</summary>
    public string Text
    {
        get
        {
            var inner = Json.Span[1..^1];
            return inner.Contains((byte)'\\') ? JsonSerializer.Deserialize<string>(Json.Span)! : Encoding.UTF8.GetString(inner);
        }
    }
}
