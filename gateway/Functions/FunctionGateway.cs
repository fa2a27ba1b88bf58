using System.Security.Claims;
using System.Security.Principal;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Roost.Gateway.Http;
using Roost.Gateway.Messages;
using Roost.Gateway.Retained;
using Roost.LocalLambda;
using Roost.Mqtt;
using Roost.Shadow;
using Roost.Streams;

namespace Roost.Gateway.Functions;

/// <summary>
/// The way from functions into the gateway: a pipeline with those endpoints alone that a function can be granted, and the same handlers as everyone else's.
/// What is not mapped here no grant can reach.
/// </summary>
internal sealed class FunctionGateway(IServiceProvider services) : IFunctionGateway
{
    // Made by the first request: the rooms that answer are all there by then.
    private readonly Lazy<RequestDelegate> _pipeline = new(() => Build(services));

    public Task HandleAsync(HttpContext context)
    {
        var caller = context.Features.GetRequiredFeature<FunctionCaller>();
        context.User = new ClaimsPrincipal(new GenericIdentity(caller.Function, FunctionCaller.Way));
        return _pipeline.Value(context);
    }

    private static RequestDelegate Build(IServiceProvider services)
    {
        var broker = services.GetRequiredService<MqttBroker>();
        var app = new ApplicationBuilder(services);
        var errors = ActivatorUtilities.CreateInstance<HttpErrors>(services);
        app.Use(next => context => errors.InvokeAsync(context, next));
        app.UseRouting();
        app.UseEndpoints(endpoints =>
        {
            endpoints.MapPublish(broker, services.GetRequiredService<IOptions<MqttOptions>>().Value.Limits.MaxPacketBytes);
            endpoints.MapAwsRetained(broker);
            endpoints.MapThingShadows();
            endpoints.MapStreamRecords();
            endpoints.MapInvoke();
        });
        return app.Build();
    }
}
