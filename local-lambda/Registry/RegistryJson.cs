using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Roost.LocalLambda.Definitions;

namespace Roost.LocalLambda.Registry;

/// <summary>
/// How records are written and read. By reflection: the source generator sets every member that a document lacks to nothing, in place of the default that the
/// record gives it, and documents written by an older Roost lack members.
/// </summary>
internal static class RegistryJson
{
    private static readonly JsonSerializerOptions s_options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new JsonStringEnumConverter() },
        TypeInfoResolver = new DefaultJsonTypeInfoResolver(),
    };

    public static JsonTypeInfo<FunctionRecord> FunctionRecord { get; } = (JsonTypeInfo<FunctionRecord>)s_options.GetTypeInfo(typeof(FunctionRecord));

    public static JsonTypeInfo<FunctionDefinition> FunctionDefinition { get; } = (JsonTypeInfo<FunctionDefinition>)s_options.GetTypeInfo(typeof(FunctionDefinition));
}
