using Microsoft.AspNetCore.Http;

namespace Roost.LocalLambda;

/// <summary>The gateway's own HTTP endpoints (broker, shadows, streams, functions), as functions reach them. The gateway implements it.</summary>
public interface IFunctionGateway
{
    /// <summary>
    /// Answers a request that has been checked against the function's grants. Its path is in canonical form, and <see cref="FunctionCaller"/> is among its features.
    /// </summary>
    Task HandleAsync(HttpContext context);
}
