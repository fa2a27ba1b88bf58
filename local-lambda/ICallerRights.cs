using Microsoft.AspNetCore.Http;

namespace Roost.LocalLambda;

/// <summary>
/// What the sender of a request may do, beside what the request's path says: its body may name topics, streams and other functions, and code may bring what it wants to reach.
/// The gateway implements it; where it is missing nobody is bound by policies.
/// </summary>
public interface ICallerRights
{
    /// <param name="action">As policies name it: <c>iot:Publish</c>.</param>
    /// <param name="resource">Behind the account of an ARN: <c>topic/a/b</c>, <c>function:NAME</c>.</param>
    bool May(HttpContext context, string action, string resource);
}
