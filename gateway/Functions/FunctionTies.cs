using Microsoft.Extensions.Options;
using Roost.Identity;
using Roost.LocalLambda;

namespace Roost.Gateway.Functions;

/// <summary>Routes of the configuration, which bring it messages and answer in the gateway's name, and templates, whose hook decides what policies a device gets.</summary>
internal sealed class FunctionTies(IOptions<GatewayOptions> options, ITemplateHooks hooks) : IFunctionTies
{
    public string? Find(string function)
    {
        if (options.Value.Routes.FindIndex(route => route.To.Function?.Split(':')[0] == function) is >= 0 and var index)
        {
            return $"the target of routes[{index}]";
        }

        return hooks.TemplatesThatAsk(function) is [var template, ..] ? $"the hook of template {template}" : null;
    }
}
