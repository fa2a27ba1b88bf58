using System.Text.Json;
using System.Text.Json.Serialization;
using Roost.Mqtt;

namespace Roost.LocalLambda.Registry;

/// <summary>Topic filters are kept as text.</summary>
internal sealed class TopicFiltersConverter : JsonConverter<IReadOnlyList<TopicFilter>>
{
    public override IReadOnlyList<TopicFilter> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        List<TopicFilter> filters = [];
        while (reader.Read() && reader.TokenType == JsonTokenType.String)
        {
            filters.Add(TopicFilter.TryParse(reader.GetString(), out var filter) ? filter : throw new JsonException($"'{reader.GetString()}' is no topic filter."));
        }

        return reader.TokenType == JsonTokenType.EndArray ? filters : throw new JsonException("A list of topic filters was expected.");
    }

    public override void Write(Utf8JsonWriter writer, IReadOnlyList<TopicFilter> value, JsonSerializerOptions options)
    {
        writer.WriteStartArray();
        foreach (var filter in value)
        {
            writer.WriteStringValue(filter.Value);
        }

        writer.WriteEndArray();
    }
}
