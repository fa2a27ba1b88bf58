using System.Text.Json.Serialization;

namespace Roost.LocalLambda.Registry;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, UseStringEnumConverter = true)]
[JsonSerializable(typeof(FunctionRecord))]
internal sealed partial class RegistryJson : JsonSerializerContext;
