using Microsoft.AspNetCore.Http;
using Roost.Identity.Http;

namespace Roost.Identity.Things;

/// <summary><c>/api/v1/registry/groups</c> and <c>/api/v1/registry/types</c>.</summary>
internal sealed class GroupEndpoint(ThingRegistry registry)
{
    public Task ListAsync(HttpContext context) => IdentityAnswer.RunAsync(context, () =>
    {
        PageAnswer.CheckParameters(context, "parent", "pageSize", "nextToken");
        var parent = context.Request.Query.TryGetValue("parent", out var given) ? given.ToString() : null;
        return PageAnswer.WriteAsync(context, "groups", registry.Snapshot.Groups.Values.Where(group => parent is null || group.Parent == parent), static group => group.Name, RegistryJson.Write);
    });

    public Task GetAsync(HttpContext context, string group) => IdentityAnswer.RunAsync(context, () =>
        IdentityAnswer.WriteAsync(context, json => RegistryJson.Write(json, registry.Snapshot.Groups.GetValueOrDefault(group) ?? throw ThingRegistry.Missing("group", group))));

    public Task AddAsync(HttpContext context) => IdentityAnswer.RunAsync(context, async () =>
    {
        using var request = await JsonRequest.ReadAsync(context, "name", "parent", "description");
        var group = await registry.AddGroupAsync(request.NeededText("name"), request.Text("parent"), request.Text("description") ?? "", RequestIdentity.Of(context), context.RequestAborted);
        context.Response.StatusCode = StatusCodes.Status201Created;
        await IdentityAnswer.WriteAsync(context, json => RegistryJson.Write(json, group));
    });

    public Task DeleteAsync(HttpContext context, string group) => IdentityAnswer.RunAsync(context, async () =>
    {
        await registry.DeleteGroupAsync(group, RequestIdentity.Of(context), context.RequestAborted);
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    });

    public Task JoinAsync(HttpContext context, string group, string thing) => IdentityAnswer.RunAsync(context, async () =>
    {
        await registry.PutAsync(new ThingChange(thing) { Groups = [group], MustExist = true }, RequestIdentity.Of(context), context.RequestAborted);
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    });

    public Task LeaveAsync(HttpContext context, string group, string thing) => IdentityAnswer.RunAsync(context, async () =>
    {
        await registry.LeaveGroupAsync(thing, group, RequestIdentity.Of(context), context.RequestAborted);
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    });

    public Task ListTypesAsync(HttpContext context) => IdentityAnswer.RunAsync(context, () =>
    {
        PageAnswer.CheckParameters(context, "pageSize", "nextToken");
        return PageAnswer.WriteAsync(context, "types", registry.Snapshot.Types.Values, static type => type.Name, RegistryJson.Write);
    });

    public Task AddTypeAsync(HttpContext context) => IdentityAnswer.RunAsync(context, async () =>
    {
        using var request = await JsonRequest.ReadAsync(context, "name", "description");
        var type = await registry.AddTypeAsync(request.NeededText("name"), request.Text("description") ?? "", RequestIdentity.Of(context), context.RequestAborted);
        context.Response.StatusCode = StatusCodes.Status201Created;
        await IdentityAnswer.WriteAsync(context, json => RegistryJson.Write(json, type));
    });

    public Task DeleteTypeAsync(HttpContext context, string type) => IdentityAnswer.RunAsync(context, async () =>
    {
        await registry.DeleteTypeAsync(type, RequestIdentity.Of(context), context.RequestAborted);
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    });
}
