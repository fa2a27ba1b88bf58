using System.Text.Json;
using System.Text.Json.Serialization;
using Roost.LocalLambda.Definitions;

namespace Roost.LocalLambda.Registry;

/// <summary>A runtime is kept by its name.</summary>
internal sealed class FunctionRuntimeConverter : JsonConverter<FunctionRuntime>
{
    public override FunctionRuntime Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        FunctionRuntime.TryParse(reader.GetString() ?? "") ?? throw new JsonException($"'{reader.GetString()}' is no runtime.");

    public override void Write(Utf8JsonWriter writer, FunctionRuntime value, JsonSerializerOptions options) => writer.WriteStringValue(value.Name);
}
