using Microsoft.Extensions.Options;
using Roost.LocalLambda;
using Roost.Mqtt;
using Roost.Streams;

namespace Roost.Gateway.Routing;

/// <summary>A stream must be configured; a function need not be there yet, as functions come and go in their folder.</summary>
internal sealed class RoutesValidator(IOptions<StreamsOptions> streams) : IValidateOptions<GatewayOptions>
{
    public ValidateOptionsResult Validate(string? name, GatewayOptions options)
    {
        var faults = new ValidateOptionsResultBuilder();
        for (var i = 0; i < options.Routes.Count; i++)
        {
            Validate($"Routes:{i}", options.Routes[i], faults);
        }

        return faults.Build();
    }

    private void Validate(string key, MessageRouteOptions route, ValidateOptionsResultBuilder faults)
    {
        if (!TopicFilter.TryParse(route.From, out var from))
        {
            faults.AddError($"{key}:From is no topic filter ({route.From}); write one like robots/+/telemetry");
            return;
        }

        var to = route.To;
        if (new[] { to.Stream, to.Function, to.Republish }.Count(target => target is not null) != 1)
        {
            faults.AddError($"{key}:To names no single target; write one of stream, function and republish");
        }

        if (to.Stream is { } stream && !streams.Value.ContainsKey(stream))
        {
            faults.AddError($"{key}:To:Stream names no stream of this configuration ({stream}); add it under streams");
        }

        if (to.Function is { } function && !FunctionArn.IsName(function))
        {
            faults.AddError($"{key}:To:Function is no function's name ({function}); use up to 64 letters, digits, - and _");
        }

        if (to.Answer is not null && to.Function is null)
        {
            faults.AddError($"{key}:To:Answer goes with a function ({to.Answer}); remove it, or name the function");
        }

        if (TopicName.TryParse(to.Answer, out var answer) && from.Matches(answer))
        {
            faults.AddError($"{key}:To:Answer matches the route's own from ({answer}), so that each answer would be a new question; use another topic");
        }

        CheckTemplate("Answer", to.Answer);
        CheckTemplate("Republish", to.Republish);

        void CheckTemplate(string property, string? text)
        {
            if (text is not null && TopicTemplate.Parse(text, from, out var fault) is null)
            {
                faults.AddError($"{key}:To:{property} is no topic ({text}): {fault}; write one like site/alarms or site/{{1}}");
            }
        }
    }
}
