using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Roost.LocalLambda.Definitions;

namespace Roost.LocalLambda.Http.ControlPlane;

/// <summary>ListFunctions and ListVersionsByFunction.</summary>
internal sealed class ListEndpoints(FunctionHost host)
{
    public JsonObject? Functions(HttpContext http)
    {
        var all = http.Request.Query["FunctionVersion"].ToString() switch
        {
            "" => false,
            "ALL" => true,
            var other => throw RequestRefusedException.Constraint("functionVersion", other, "Member must satisfy enum value set: [ALL]"),
        };
        var functions = host.Functions.Select(status => host.TryFind(status.Name, out var function) ? function : null).OfType<Function>();
        return Page.Of(http, "Functions", all ? functions.SelectMany(Versions) : functions.Select(function => (Key: new FunctionArn(function.Name, ""), FunctionConfiguration.Of(function, function.Record?.Latest, qualifier: null))), Write, IsAfter);
    }

    public JsonObject? Versions(HttpContext http)
    {
        var arn = new FunctionArn(FunctionTarget.ReadName(http), null);
        return Page.Of(http, "Versions", Versions(FunctionTarget.Find(host, arn)), Write, IsAfter);
    }

    private static IEnumerable<(FunctionArn Key, JsonObject Item)> Versions(Function function) => function.Record is { } record
        ? record.All.Select(version => (new FunctionArn(function.Name, version.Version), FunctionConfiguration.Of(function, version, version.Version)))
        : [(new FunctionArn(function.Name, FunctionArn.Latest), FunctionConfiguration.Of(function, definition: null, FunctionArn.Latest))];

    private static string Write(FunctionArn key) => $"{key.Name}:{key.Qualifier}";

    private static bool IsAfter(FunctionArn key, string marker)
    {
        var colon = marker.IndexOf(':', StringComparison.Ordinal);
        var name = string.CompareOrdinal(key.Name, colon < 0 ? marker : marker[..colon]);
        return name > 0 || (name == 0 && Number(key.Qualifier!) > Number(marker[(colon + 1)..]));
    }

    /// <summary>$LATEST stands before all numbers.</summary>
    private static int Number(string version) => int.TryParse(version, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
}
