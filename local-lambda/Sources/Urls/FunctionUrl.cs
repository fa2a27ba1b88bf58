using Roost.LocalLambda.Definitions;
using YamlDotNet.RepresentationModel;

namespace Roost.LocalLambda.Sources.Urls;

/// <summary><c>url</c> of a function.yaml: the function answers at <c>/fn/NAME/</c>.</summary>
/// <param name="Cors">Null: no page of another site may ask.</param>
internal sealed record FunctionUrl(Cors? Cors = null)
{
    public const string Key = "url";

    private const string Remedy = "write url: true, or what is to be said of it: url: { auth: none, cors: { allow-origins: [ \"https://example.com\" ] } }";

    /// <returns>Null where the function has no URL.</returns>
    public static FunctionUrl? Read(YamlNode node, YamlFaults faults)
    {
        switch (node)
        {
            case YamlScalarNode { Value: "true" }:
                return new FunctionUrl();
            case YamlScalarNode { Value: "false" }:
                return null;
            case YamlMappingNode mapping:
                var fields = new YamlFields(mapping, Key, faults);
                fields.RefuseOthers("auth", "cors");
                fields.Choice("auth", true, ("none", true));
                return new FunctionUrl(fields.Mapping("cors", Remedy) is { } cors ? Urls.Cors.Read(cors) : null);
            default:
                faults.Add(node, Key, (node as YamlScalarNode)?.Value ?? "", Remedy);
                return null;
        }
    }
}
