using Microsoft.AspNetCore.Http;
using Roost.Identity;

namespace Roost.Gateway.Http.Access;

/// <summary>A request under way, so that it ends when its credential does, or the right to it.</summary>
internal sealed class LiveRequest(HttpContext context, HttpCaller caller, IReadOnlyList<RouteRight> needs)
{
    public HttpCaller Caller { get; } = caller;

    public void End() => context.Abort();

    public bool Concerns(string? subject) => subject is null || Caller.Principal!.Id == subject || Caller.Principal.Owner == subject;

    public bool MayGoOn() => needs.All(Caller.May);

    public Principal Principal => Caller.Principal!;
}
