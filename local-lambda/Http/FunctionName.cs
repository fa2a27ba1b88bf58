using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Roost.LocalLambda.Http;

/// <summary>The function that a request is about: from its path, and the qualifier from there or the query.</summary>
internal static class FunctionName
{
    public static bool TryRead(HttpContext http, out string name, out string? qualifier, [NotNullWhen(false)] out LambdaError? error)
    {
        var text = (string)http.GetRouteValue("function")!;
        var asked = http.Request.Query["Qualifier"].ToString();
        error = null;
        if (!FunctionArn.TryParse(text, out var arn))
        {
            error = new(400, "ValidationException", $"1 validation error detected: Value '{text}' at 'functionName' failed to satisfy constraint: Member must be a function's name of at most {FunctionArn.MaxNameLength} letters, digits, - and _, or its ARN");
        }
        else if (asked.Length > 0 && arn.Qualifier is not null && asked != arn.Qualifier)
        {
            error = new(400, "InvalidParameterValueException", "The derived qualifier from the function name does not match the specified qualifier.");
        }

        name = arn.Name;
        qualifier = arn.Qualifier ?? (asked.Length > 0 ? asked : null);
        return error is null;
    }
}
