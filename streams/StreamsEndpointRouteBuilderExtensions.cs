using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Roost.Streams.Http;

namespace Roost.Streams;

public static class StreamsEndpointRouteBuilderExtensions
{
    /// <summary>
    /// Maps <c>/api/v1/streams</c>, what is below it, and <c>/api/v1/uplink</c>; needs <c>AddStreams</c>. Who may call them is the
    /// caller's business.
    /// </summary>
    public static IEndpointRouteBuilder MapStreams(this IEndpointRouteBuilder endpoints)
    {
        var services = endpoints.ServiceProvider;
        var description = ActivatorUtilities.CreateInstance<DescriptionEndpoints>(services);
        var import = ActivatorUtilities.CreateInstance<ImportEndpoint>(services);
        var gateway = ActivatorUtilities.CreateInstance<GatewayEndpoints>(services);
        var tail = ActivatorUtilities.CreateInstance<TailEndpoint>(services);
        var exports = ActivatorUtilities.CreateInstance<ExportEndpoints>(services);

        endpoints.MapGet("/api/v1/streams", description.ListAsync);
        var definition = ActivatorUtilities.CreateInstance<DefinitionEndpoints>(services, description);
        endpoints.MapPut("/api/v1/streams/{name}", definition.PutAsync);
        endpoints.MapPatch("/api/v1/streams/{name}", definition.PatchAsync);
        endpoints.MapDelete("/api/v1/streams/{name}", definition.DeleteAsync);
        var cursors = ActivatorUtilities.CreateInstance<CursorEndpoints>(services);
        endpoints.MapGet("/api/v1/streams/{name}/cursors", cursors.ListAsync);
        endpoints.MapGet("/api/v1/streams/{name}/cursors/{cursor}", cursors.GetAsync);
        endpoints.MapPut("/api/v1/streams/{name}/cursors/{cursor}", cursors.PutAsync);
        endpoints.MapDelete("/api/v1/streams/{name}/cursors/{cursor}", cursors.DeleteAsync);
        endpoints.MapPost("/api/v1/streams/{name}/cursors/{cursor}/commit", cursors.CommitAsync);
        endpoints.MapPost("/api/v1/streams/{name}/cursors/{cursor}/seek", cursors.SeekAsync);
        var producers = ActivatorUtilities.CreateInstance<ProducerEndpoints>(services);
        endpoints.MapGet("/api/v1/streams/{name}/producers", producers.ListAsync);
        endpoints.MapPost("/api/v1/streams/{name}/producers/{producer}", producers.BeginAsync);
        var verification = ActivatorUtilities.CreateInstance<VerificationEndpoints>(services);
        endpoints.MapGet("/api/v1/streams/{name}/verify", verification.GetAsync);
        endpoints.MapPost("/api/v1/streams/{name}/verify", verification.BeginAsync);
        endpoints.MapGet("/api/v1/streams/{name}/repair", verification.PlanRepairAsync);
        endpoints.MapPost("/api/v1/streams/{name}/repair", verification.RepairAsync);
        endpoints.MapStreamRecords();
        endpoints.MapGet("/api/v1/streams/{name}/tail", tail.HandleAsync);
        endpoints.MapGet("/api/v1/exports", exports.ListAsync);
        endpoints.MapPost("/api/v1/streams/{name}/exports/{export}/pause", exports.PauseAsync);
        endpoints.MapPost("/api/v1/streams/{name}/exports/{export}/resume", exports.ResumeAsync);
        endpoints.MapGet("/api/v1/streams/{name}/import", import.GetAsync);
        endpoints.MapPost("/api/v1/streams/{name}/import", import.PostAsync);
        endpoints.MapGet("/api/v1/gateway", gateway.GetAsync);
        endpoints.MapPost("/api/v1/gateway/manifest-signature", gateway.SignAsync);
        endpoints.MapGet("/api/v1/uplink", description.UplinkAsync);
        return endpoints;
    }

    /// <summary>Maps <c>/api/v1/bridge</c>; needs <c>AddCloudBridge</c>.</summary>
    public static IEndpointRouteBuilder MapCloudBridge(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet("/api/v1/bridge", ActivatorUtilities.CreateInstance<BridgeEndpoint>(endpoints.ServiceProvider).HandleAsync);
        return endpoints;
    }

    /// <summary>Maps what concerns one stream alone: its description, to append to it and to read it.</summary>
    public static IEndpointRouteBuilder MapStreamRecords(this IEndpointRouteBuilder endpoints)
    {
        var services = endpoints.ServiceProvider;
        var description = ActivatorUtilities.CreateInstance<DescriptionEndpoints>(services);
        var append = ActivatorUtilities.CreateInstance<AppendEndpoint>(services);
        var read = ActivatorUtilities.CreateInstance<ReadEndpoint>(services);
        endpoints.MapGet("/api/v1/streams/{name}", description.GetAsync);
        endpoints.MapPost("/api/v1/streams/{name}/records", append.HandleAsync);
        endpoints.MapGet("/api/v1/streams/{name}/records", read.HandleAsync);
        return endpoints;
    }
}
